//! What comes of each job: the core decides, and the bench takes in what happened.

use amends_core::authority::{
    Asking, Budget, Customer, Decision, Fulfil, GrantPlan, Question, Wish, budget_keys, decide, nearest, second_look,
};
use amends_core::case::{
    Actor, Approval, ApprovalState, Asked, Case, Command, Context, DueWhat, Event, GrantState, Look, Next, Opening,
    Right, apply, open,
};
use amends_core::denied::Denied;
use amends_core::digest::Digest;
use amends_core::fulfilment::kinds_of;
use amends_core::ids::{ApprovalId, ConnectorId, GrantId, PersonId};
use amends_core::payout::pays_out;
use amends_core::time::{Duration, Time};
use amends_core::words::Words;

use super::bench::Bench;
use super::save::steps_of;
use crate::flow::job::{Answer, AskedOf, Done, Ending, Given, Job, Refused, Work};
use crate::flow::present::first_asked;
use crate::store::StoreError;

/// Most things that are due on one case at once.
const RINGS_MAX: usize = 64;

impl Bench {
    /// Does a job, or says why not. A refusal changes nothing.
    pub fn answer(&mut self, job: &Job) -> Result<Answer, StoreError> {
        if let Err(refused) = self.may_act(&job.by) {
            return Ok(Err(refused));
        }
        if let Work::Open(opening) = &job.work {
            return self.open(opening, &job.by);
        }
        if self.erased.contains(&job.case) {
            return Ok(Err(Refused::Erased));
        }
        // It comes back when its events are taken in, or as it was.
        let Some(case) = self.cases.remove(&job.case) else { return Ok(Err(Refused::NoCase)) };
        // To an AI agent a case that it has nothing to do with is as one that is not there.
        if job.by.person().is_some_and(|person| !case.is_open_to(person)) {
            self.cases.insert(case.id.clone(), case);
            return Ok(Err(Refused::NoCase));
        }
        if job.if_version.is_some_and(|version| version != case.version) {
            let version = case.version;
            self.cases.insert(case.id.clone(), case);
            return Ok(Err(Refused::Stale { version }));
        }
        let outcome = self.work(&case, job);
        match outcome {
            Ok(work) => self.done(case, work).map(Ok),
            Err(refused) => {
                self.cases.insert(case.id.clone(), case);
                Ok(Err(refused))
            }
        }
    }

    /// Whoever acts does so as they are now, not as they were when they signed in.
    fn may_act(&self, by: &Actor) -> Result<(), Refused> {
        match by.person() {
            Some(person) if self.rules.person(&person.id).as_ref() != Some(person) => {
                Err(Refused::NotNow { person: person.id.clone() })
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, opening: &Opening, by: &Actor) -> Result<Answer, StoreError> {
        let (rules, now) = (std::sync::Arc::clone(&self.rules), self.now);
        let context = Context { now, by, ladder: &rules.ladder, clocks: &rules.clocks };
        match open(opening, &context) {
            Err(denied) => Ok(Err(denied.into())),
            Ok(event) => {
                self.take_in(None, vec![event])?;
                let case = Some(opening.case.clone());
                Ok(Ok(Done { case, version: 1, events: 1, assessed: None, given: None, asked: None }))
            }
        }
    }

    fn work(&mut self, case: &Case, job: &Job) -> Result<Worked, Refused> {
        match &job.work {
            Work::Open(_) => Err(Refused::NoCase),
            Work::Do(command) => Ok(Worked::of(self.apply(case, command, &job.by)?)),
            Work::Assess(kept) => {
                let (assessment, question) = (Box::new(kept.frozen.clone()), kept.line.question_digest.clone());
                let events = self.apply(case, &Command::Assess { assessment, question }, &job.by)?;
                self.books.entry(kept.line.book.clone()).or_insert_with(|| std::sync::Arc::clone(&kept.book));
                self.assessments.push((kept.line.clone(), kept.like.clone()));
                Ok(Worked { assessed: Some(kept.line.digest.clone()), ..Worked::of(events) })
            }
            Work::Give { grant, wish, undo } => self.give(case, (grant, *undo), wish, &job.by),
            Work::Ask { approval, wish, look, words, call_back } => {
                self.ask(case, approval, wish, *look, words, *call_back, &job.by)
            }
            Work::Ring { call_back } => self.ring(case, *call_back),
            Work::End { grant, how } => self.end(case, grant, how, &job.by),
        }
    }

    fn apply(&self, case: &Case, command: &Command, by: &Actor) -> Result<Vec<Event>, Denied> {
        let rules = &self.rules;
        apply(case, command, &Context { now: self.now, by, ladder: &rules.ladder, clocks: &rules.clocks })
    }

    /// Asks the core about a wish, with all that was locked.
    fn asking<T>(&self, case: &Case, wish: &Wish, by: &Actor, f: impl FnOnce(&Asking<'_>) -> T) -> Result<T, Denied> {
        let by = by.person().ok_or(Denied::NotAPerson)?;
        // Its own budgets only: a batch may hold those of many people.
        let keys = budget_keys(case, wish, by, self.rules.day(self.now));
        let budgets: Vec<Budget> =
            keys.iter().filter_map(|key| self.budgets.get(key)).map(|s| s.budget.clone()).collect();
        let exceptions = case.customer.as_ref().and_then(|id| self.exceptions.get(id)).cloned().unwrap_or_default();
        let customer = Customer { today: self.rules.day(self.now), exceptions };
        let (ladder, mode, connected) = (&self.rules.ladder, self.rules.mode(&case.team), self.connected(case, wish));
        let (now, customer, budgets) = (self.now, &customer, budgets.as_slice());
        Ok(f(&Asking { case, wish, by, now, ladder, mode, connected, customer, budgets }))
    }

    /// Whether a connector is there for at least one thing of what is wished.
    fn connected(&self, case: &Case, wish: &Wish) -> bool {
        kinds_of_wish(case, wish).into_iter().any(|kind| self.rules.connector(kind).is_some())
    }

    /// Who makes each step real; none at all where all are done by hand.
    fn connectors(&self, plan: &GrantPlan, kinds: &[Option<&str>]) -> Result<Vec<Option<ConnectorId>>, Refused> {
        if plan.fulfil() == Fulfil::ByHand {
            return Ok(Vec::new());
        }
        let of = |kind: &Option<&str>| self.rules.connector(*kind).map(|hook| ConnectorId::parse(&hook.id)).transpose();
        let all: Result<_, _> = kinds.iter().map(of).collect();
        all.map_err(|e| Refused::Store(StoreError::Unreadable(e.to_string())))
    }

    fn give(
        &mut self,
        case: &Case,
        (grant, undo): (&GrantId, Option<Duration>),
        wish: &Wish,
        by: &Actor,
    ) -> Result<Worked, Refused> {
        let plan = match self.asking(case, wish, by, decide)? {
            Decision::Grant(plan) => plan,
            Decision::NeedsApproval(question) => {
                return Err(Refused::NeedsApproval { least: question.least().clone() });
            }
            Decision::Denied(denied) => return Err(denied.into()),
        };
        let kinds = kinds_of_wish(case, wish);
        if self.differs && kinds.iter().any(|kind| pays_out(kind.unwrap_or_default())) {
            return Err(Denied::KeptDiffers.into());
        }
        let connectors = self.connectors(&plan, &kinds)?;
        let budgets = plan.budgets().to_vec();
        let undo_until = undo.and_then(|undo| self.now.plus_micros(undo.0));
        let reserve = Command::Reserve { id: grant.clone(), plan: Box::new(plan), undo_until, connectors };
        let events = self.apply(case, &reserve, by)?;
        for budget in budgets {
            self.set(&budget);
        }
        Ok(Worked { given: Some(grant.clone()), ..Worked::of(events) })
    }

    /// A budget as it is after a movement. Its limit stays what it was: the plan's may be a role's.
    fn set(&mut self, moved: &Budget) {
        if let Some(slot) = self.budgets.get_mut(moved.key()) {
            let (limit, key) = (slot.budget.limit(), moved.key().clone());
            if let Some(budget) = Budget::stored(key, limit, moved.reserved().minor, moved.settled().minor) {
                slot.budget = budget;
                slot.moved = true;
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "each is a part of the question")]
    fn ask(
        &mut self,
        case: &Case,
        approval: &ApprovalId,
        wish: &Wish,
        look: Look,
        words: &Words,
        call_back: Time,
        by: &Actor,
    ) -> Result<Worked, Refused> {
        let question = match look {
            Look::Second => self.asking(case, wish, by, second_look)??,
            Look::First => match self.asking(case, wish, by, decide)? {
                Decision::NeedsApproval(question) => question,
                Decision::Grant(_) => return Err(Refused::Theirs),
                Decision::Denied(denied) => return Err(denied.into()),
            },
        };
        let to = self.first_asked(case, &question, look, by, call_back);
        let command =
            Command::AskApproval { id: approval.clone(), question: Box::new(question), words: words.clone(), to };
        let events = self.apply(case, &command, by)?;
        Ok(Worked { asked: Some(approval.clone()), ..Worked::of(events) })
    }

    /// The nearest of those who are there; nobody, and the customer is called back.
    fn first_asked(&self, case: &Case, question: &Question, look: Look, by: &Actor, call_back: Time) -> Next {
        let asker = by.person().map(|p| &p.id);
        let found = first_asked(case, (question.least(), look), asker, &self.present, &self.rules.ladder);
        found.map_or(Next::CallBack(call_back), |person| Next::Person(person.clone()))
    }

    /// Lets the clock do all that is due by now.
    fn ring(&mut self, case: &Case, call_back: Time) -> Result<Worked, Refused> {
        let mut now_is = case.clone();
        let mut all = Vec::new();
        for _ in 0..RINGS_MAX {
            let due = now_is.due(&self.rules.clocks).into_iter().find(|due| due.at <= self.now);
            let Some(due) = due else { break };
            let command = match &due.what {
                DueWhat::PassOn(id) => self.pass_on(&now_is, id, call_back),
                what => Command::Ring { what: what.clone() },
            };
            let events = self.apply(&now_is, &command, &Actor::Timer)?;
            if events.is_empty() {
                break;
            }
            for event in events {
                now_is = now_is.after(&event);
                all.push(event);
            }
        }
        Ok(Worked::of(all))
    }

    fn pass_on(&self, case: &Case, id: &ApprovalId, call_back: Time) -> Command {
        let found = case.approval(id).and_then(|approval| {
            let asked = asked_before(approval);
            nearest(case, approval, &asked, &self.present, &self.rules.ladder)
        });
        let to = found.map_or(Next::CallBack(call_back), |person| Next::Person(person.clone()));
        Command::PassOn { id: id.clone(), to }
    }

    fn end(&mut self, case: &Case, grant: &GrantId, how: &Ending, by: &Actor) -> Result<Worked, Refused> {
        let command = match how {
            Ending::Settled => Command::SettleGrant { id: grant.clone() },
            Ending::Released(reason) => Command::ReleaseGrant { id: grant.clone(), reason: reason.clone() },
            Ending::TakenBack => Command::TakeBack { id: grant.clone() },
        };
        let events = self.apply(case, &command, by)?;
        if *how == Ending::TakenBack && self.begun.contains(grant) {
            return Err(Denied::UnderWay { grant: grant.clone() }.into());
        }
        let Some(ended) = case.grant(grant) else { return Ok(Worked::of(events)) };
        let (cost, keys) = (ended.cost, ended.budgets.clone());
        let mut moved = Vec::new();
        for key in &keys {
            let slot = self.budgets.get(key).ok_or_else(|| Denied::BudgetNotThere { key: key.clone() })?;
            moved.push(match how {
                Ending::Settled => slot.budget.settle(cost)?,
                Ending::Released(_) | Ending::TakenBack => slot.budget.release(cost)?,
            });
        }
        for budget in &moved {
            self.set(budget);
        }
        Ok(Worked::of(events))
    }

    /// Takes in what happened, and what else follows from it.
    fn done(&mut self, case: Case, work: Worked) -> Result<Done, StoreError> {
        let (id, events) = (case.id.clone(), work.events.len());
        self.take_in(Some(case), work.events)?;
        let Some(case) = self.cases.get(&id) else { return Err(StoreError::Failed("the case is gone".to_owned())) };
        let given = work.given.as_ref().and_then(|id| case.grant(id));
        let asked = work.asked.as_ref().and_then(|id| case.approval(id)).and_then(asked_of);
        let done = Done {
            case: None,
            version: case.version,
            events,
            assessed: work.assessed,
            given: given.map(|g| Given { grant: g.id.clone(), of: g.of.clone(), cost: g.cost, fulfil: g.fulfil }),
            asked,
        };
        if let Some(grant) = given {
            self.steps.extend(steps_of(case, grant, self.now)?);
            if grant.right == Right::Discretion && grant.state == GrantState::Reserved {
                let day = self.rules.day(grant.at);
                if let Some(customer) = case.customer.clone() {
                    self.exceptions.entry(customer).or_default().push(day);
                }
            }
        }
        Ok(done)
    }
}

/// The kind of each thing that is wished.
fn kinds_of_wish<'c>(case: &'c Case, wish: &Wish) -> Vec<Option<&'c str>> {
    let option = case.assessment(&wish.assessment).and_then(|kept| kept.frozen.option(&wish.option));
    option.map(kinds_of).unwrap_or_default()
}

/// What a job makes happen.
struct Worked {
    events: Vec<Event>,
    assessed: Option<Digest>,
    given: Option<GrantId>,
    asked: Option<ApprovalId>,
}

impl Worked {
    const fn of(events: Vec<Event>) -> Self {
        Self { events, assessed: None, given: None, asked: None }
    }
}

fn asked_before(approval: &Approval) -> Vec<PersonId> {
    let mut asked = approval.passed.clone();
    if let ApprovalState::Waiting { to: Asked::Person(id), .. } = &approval.state {
        asked.push(id.clone());
    }
    asked
}

fn asked_of(approval: &Approval) -> Option<AskedOf> {
    let ApprovalState::Waiting { to, until, .. } = &approval.state else { return None };
    let person = match to {
        Asked::Person(id) => Some(id.clone()),
        Asked::CallBack(_) => None,
    };
    Some(AskedOf { approval: approval.id.clone(), person, least: approval.least.clone(), until: *until })
}
