//! Who may grant or approve what: the ladder, limits, budgets, and the decision on one grant.

mod approvers;
mod budget;
mod decide;
mod exact;
mod ladder;
mod mode;

pub use approvers::{Present, at_least, may_answer, nearest};
pub use budget::{Budget, BudgetKey, Day, Holder, Period};
pub use decide::{Asking, Customer, Decision, GrantPlan, No, Question, budget_keys, decide, second_look};
pub(crate) use exact::cost_of;
pub use exact::{Bound, Wish};
pub use ladder::{AGENT, Ladder, NotTheirs, Person};
pub use mode::{Fulfil, Mode};
