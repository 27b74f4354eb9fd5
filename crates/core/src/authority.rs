//! Who may grant or approve what: the ladder, limits, budgets, what is left of what was paid, and the decision on one grant.

mod approvers;
mod budget;
mod decide;
mod exact;
mod ladder;
mod ledger;
mod mode;
mod purchase;

pub use approvers::{Present, at_least, may_answer, nearest};
pub use budget::{Budget, BudgetKey, Day, Holder, Period};
pub use decide::{Asking, Customer, Decision, GrantPlan, No, Question, budget_keys, decide, ledger_keys, second_look};
pub(crate) use exact::cost_of;
pub use exact::{Bound, Wish};
pub use ladder::{AGENT, Ladder, NotTheirs, Person};
pub use ledger::{HELD_MAX, Held, Holding, Ledger, Paid};
pub(crate) use ledger::{begins_anew, heard};
pub use mode::{Fulfil, Mode};
pub use purchase::{Account, Claim, LedgerKey, Told, claims_of, written};
