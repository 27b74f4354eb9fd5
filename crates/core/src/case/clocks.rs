//! The clocks of a case: what is due, and when.

use super::{ApprovalState, Case, PromiseState, State, Turn};
use crate::ids::{ApprovalId, PromiseId};
use crate::time::{DAY, Duration, HOUR, MINUTE, Time};

/// How long things take in a business. Days are of 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// How long a customer who was asked something may be silent before the hold lapses.
    pub silence: Duration,
    /// How long before that the owner is told.
    pub warning: Duration,
    /// How long a case may be open before the head sees it.
    pub head_after: Duration,
    /// How many departments may be asked before the head sees it.
    pub head_after_consults: usize,
    /// How long someone has to answer a question before it is passed on.
    pub answer: Duration,
    /// How long a question waits for anyone at all.
    pub question: Duration,
    /// How long a yes may be used.
    pub approval: Duration,
}

/// 30 days of silence with a warning 7 days before, the head on the tenth day or at the third consult, 2 minutes to
/// answer, 2 days for a question, 1 day for a yes.
impl Default for Clocks {
    fn default() -> Self {
        Self {
            silence: Duration(30 * DAY),
            warning: Duration(7 * DAY),
            head_after: Duration(10 * DAY),
            head_after_consults: 3,
            answer: Duration(2 * MINUTE),
            question: Duration(48 * HOUR),
            approval: Duration(24 * HOUR),
        }
    }
}

/// Something that is to happen by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When.
    pub at: Time,
    /// What.
    pub what: DueWhat,
}

/// What is to happen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueWhat {
    /// The owner is reminded of a promise.
    PromiseAlarm(PromiseId),
    /// A promise was not kept in time.
    PromiseMissed(PromiseId),
    /// The owner is told that the hold is about to lapse.
    HoldWarning,
    /// The hold lapses.
    HoldLapse,
    /// The head sees the case.
    HeadView,
    /// A question is passed on, by [`PassOn`](super::Command::PassOn): who is there only the shell knows.
    PassOn(ApprovalId),
    /// A question or a yes ends.
    ApprovalEnds(ApprovalId),
}

impl Case {
    /// Everything that is due some time, the next first.
    #[must_use]
    pub fn due(&self, clocks: &Clocks) -> Vec<Due> {
        let mut due = self.due_promises();
        due.extend(self.due_approvals());
        if self.state == State::Open {
            due.extend(self.due_hold(clocks));
            due.extend(self.due_head(clocks));
        }
        due.sort();
        due
    }

    fn due_promises(&self) -> Vec<Due> {
        let of = |p: &super::Promise| match p.state {
            PromiseState::Made => Some(Due { at: p.alarm, what: DueWhat::PromiseAlarm(p.id.clone()) }),
            PromiseState::Rang => Some(Due { at: p.due, what: DueWhat::PromiseMissed(p.id.clone()) }),
            PromiseState::Missed | PromiseState::Kept | PromiseState::KeptLate => None,
        };
        self.promises.iter().filter_map(of).collect()
    }

    fn due_approvals(&self) -> Vec<Due> {
        let of = |a: &super::Approval| {
            let ends = |at: Time| Due { at, what: DueWhat::ApprovalEnds(a.id.clone()) };
            match a.state {
                ApprovalState::Waiting { until, ends: end, .. } if until < end => {
                    vec![Due { at: until, what: DueWhat::PassOn(a.id.clone()) }, ends(end)]
                }
                ApprovalState::Waiting { ends: at, .. } | ApprovalState::Given { until: at, .. } => vec![ends(at)],
                _ => Vec::new(),
            }
        };
        self.approvals.iter().flat_map(of).collect()
    }

    /// Silence counts only while it is the customer's turn and nothing of ours is under way; and the hold never
    /// lapses without the warning, however late that came.
    fn due_hold(&self, clocks: &Clocks) -> Option<Due> {
        let Turn::Customers { since, warned } = self.turn else { return None };
        let lapses = later(since, clocks.silence);
        match warned {
            _ if self.is_under_way() => None,
            None => Some(Due { at: earlier(lapses, clocks.warning), what: DueWhat::HoldWarning }),
            Some(warned) => Some(Due { at: lapses.max(later(warned, clocks.warning)), what: DueWhat::HoldLapse }),
        }
    }

    fn due_head(&self, clocks: &Clocks) -> Option<Due> {
        let at = later(self.opened, clocks.head_after);
        self.head.is_none().then_some(Due { at, what: DueWhat::HeadView })
    }
}

/// A time so much later; the last there is where it does not fit.
pub(super) fn later(time: Time, by: Duration) -> Time {
    time.plus_micros(by.micros()).unwrap_or(Time::MAX)
}

fn earlier(time: Time, by: Duration) -> Time {
    time.plus_micros(by.micros().saturating_neg()).unwrap_or(Time::MIN)
}
