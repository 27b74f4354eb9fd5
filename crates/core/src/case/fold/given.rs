//! Assessments, questions and grants, from their events.

use crate::authority::{Bound, Person};
use crate::case::{Approval, ApprovalState, Asked, Case, Event, Grant, GrantState, Happened, Kept, Look};
use crate::ids::{ApprovalId, GrantId};
use crate::time::Time;

impl Case {
    pub(super) fn fold_given(&mut self, event: &Event) {
        match &event.what {
            Happened::Assessed { assessment, question, ground } => {
                let (frozen, question, ground) = ((**assessment).clone(), question.clone(), ground.clone());
                self.assessments.push(Kept { frozen, question, ground, version: event.version, at: event.at });
            }
            Happened::Reserved { id, approval, .. } => {
                if let Some(approval) = approval.as_ref().and_then(|id| self.approval_mut(id)) {
                    approval.be_used(id);
                }
                self.grants.extend(new_grant(event));
            }
            Happened::GrantSettled { id } => self.grant_is(id, GrantState::Settled),
            Happened::GrantReleased { id, part: None, .. } => self.grant_is(id, GrantState::Released),
            Happened::GrantReleased { id, part: Some(part), .. } => {
                self.grant_is(id, GrantState::SettledInPart);
                if let Some(grant) = self.grants.iter_mut().find(|g| g.id == *id) {
                    grant.part = Some(part.clone());
                }
            }
            Happened::GrantTakenBack { id } => {
                let yes = self.grant(id).and_then(|grant| grant.approval.clone());
                if let Some(approval) = yes.and_then(|id| self.approval_mut(&id)) {
                    approval.be_unused();
                }
                self.grant_is(id, GrantState::TakenBack);
            }
            _ => self.fold_approval(event),
        }
    }

    fn fold_approval(&mut self, event: &Event) {
        let Some(by) = event.by.person() else { return self.fold_clock(&event.what) };
        match &event.what {
            Happened::BespokeWritten { .. } | Happened::ApprovalAsked { .. } => {
                let approval = self.new_approval(&event.what, by);
                self.approvals.extend(approval);
            }
            Happened::Approved { id, of, until, .. } => {
                let (by, of) = (by.clone(), of.clone());
                self.approval_is(id, ApprovalState::Given { by, of, until: *until });
            }
            Happened::Refused { id, reason, .. } => {
                let (by, reason) = (by.clone(), reason.clone());
                self.approval_is(id, ApprovalState::Refused { by, reason });
            }
            _ => {}
        }
    }

    fn fold_clock(&mut self, what: &Happened) {
        match what {
            Happened::ApprovalPassedOn { id, to, until } => {
                if let Some(approval) = self.approval_mut(id) {
                    approval.pass_on(to, *until);
                }
            }
            Happened::ApprovalEnded { id } => self.approval_is(id, ApprovalState::Ended),
            _ => {}
        }
    }

    fn approval_mut(&mut self, id: &ApprovalId) -> Option<&mut Approval> {
        self.approvals.iter_mut().find(|a| a.id == *id)
    }

    fn approval_is(&mut self, id: &ApprovalId, state: ApprovalState) {
        if let Some(approval) = self.approval_mut(id) {
            approval.state = state;
        }
    }

    fn grant_is(&mut self, id: &GrantId, state: GrantState) {
        if let Some(grant) = self.grants.iter_mut().find(|g| g.id == *id) {
            grant.state = state;
        }
    }

    /// The question that is asked; for a remedy of someone's own, the answer that it is.
    fn new_approval(&mut self, what: &Happened, by: &Person) -> Option<Approval> {
        let (id, of, cost, least, look, words, state) = match what.clone() {
            Happened::ApprovalAsked { id, of, cost, least, look, words, to, until, ends } => {
                (id, of, cost, least, look, Some(words), ApprovalState::Waiting { to, until, ends })
            }
            Happened::BespokeWritten { assessment, option, approval, until } => {
                let of = Bound { assessment, option: option.id.clone(), amount: option.amount.clone() };
                let cost = option.cost?;
                let kept = self.assessments.iter_mut().find(|kept| kept.frozen.digest == of.assessment)?;
                kept.frozen.options.push(*option);
                let state = ApprovalState::Given { by: by.clone(), of: of.clone(), until };
                (approval, of, cost, by.role.clone(), Look::First, None, state)
            }
            _ => return None,
        };
        Some(Approval { id, of, cost, least, asker: by.clone(), look, words, passed: Vec::new(), state })
    }
}

impl Approval {
    fn pass_on(&mut self, next: &Asked, next_until: Time) {
        let ApprovalState::Waiting { to, until, .. } = &mut self.state else { return };
        if let Asked::Person(before) = std::mem::replace(to, next.clone()) {
            self.passed.push(before);
        }
        *until = next_until;
    }

    fn be_used(&mut self, grant: &GrantId) {
        if let ApprovalState::Given { by, of, until } = self.state.clone() {
            self.state = ApprovalState::Used { by, of, until, grant: grant.clone() };
        }
    }

    fn be_unused(&mut self) {
        if let ApprovalState::Used { by, of, until, .. } = self.state.clone() {
            self.state = ApprovalState::Given { by, of, until };
        }
    }
}

fn new_grant(event: &Event) -> Option<Grant> {
    let by = event.by.person()?.clone();
    let Happened::Reserved {
        id,
        of,
        cost,
        worth,
        right,
        authority,
        approval,
        fulfil,
        budgets,
        undo_until,
        claims,
        charged_to: _,
        connectors,
    } = event.what.clone()
    else {
        return None;
    };
    let (version, at, state, part) = (event.version, event.at, GrantState::Reserved, None);
    Some(Grant {
        id,
        of,
        cost,
        worth,
        right,
        by,
        authority,
        approval,
        fulfil,
        budgets,
        claims,
        part,
        version,
        at,
        undo_until,
        connectors,
        state,
    })
}
