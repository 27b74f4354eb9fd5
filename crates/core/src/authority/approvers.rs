//! Who may answer a question, and who of those present is asked first.

use super::{Ladder, Person};
use crate::assess::frozen::Least;
use crate::case::{Approval, Case, Look};
use crate::denied::Denied;
use crate::ids::{PersonId, RoleName};

/// Someone who is there to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub person: Person,
    /// How many questions wait for them already.
    pub waiting: usize,
}

/// Whether someone may answer a question of a case.
///
/// # Errors
/// A denial: agents only ask, nobody their own, a role too low, and for the second look whoever was in it.
pub fn may_answer(case: &Case, approval: &Approval, by: &Person, ladder: &Ladder) -> Result<(), Denied> {
    if by.is_agent() {
        return Err(Denied::AgentsOnlyAsk);
    }
    if by.id == approval.asker.id || by.id == case.owner.id {
        return Err(Denied::NobodyTheirOwn { person: by.id.clone() });
    }
    if approval.look == Look::Second && case.was_in_it(&by.id) {
        return Err(Denied::WasInIt { person: by.id.clone() });
    }
    at_least(ladder, &by.role, &approval.least)
}

/// Whether a role is as high as it takes.
///
/// # Errors
/// A denial when it is not.
pub fn at_least(ladder: &Ladder, role: &RoleName, least: &RoleName) -> Result<(), Denied> {
    if ladder.reaches(role, &Least::Role(least.clone())) {
        Ok(())
    } else {
        Err(Denied::RoleTooLow { least: least.clone() })
    }
}

/// Whom to ask next: the lowest role that may, the case's own team first, then whom fewest questions wait for.
///
/// `asked`: those who were asked before and did not answer in time. None where nobody is left: then a time to call
/// back is due.
#[must_use]
pub fn nearest<'p>(
    case: &Case,
    approval: &Approval,
    asked: &[PersonId],
    present: &'p [Present],
    ladder: &Ladder,
) -> Option<&'p Person> {
    let may = |p: &&Present| !asked.contains(&p.person.id) && may_answer(case, approval, &p.person, ladder).is_ok();
    let near =
        |p: &&Present| (ladder.height(&p.person.role), p.person.team != case.team, p.waiting, p.person.id.clone());
    present.iter().filter(may).min_by_key(near).map(|p| &p.person)
}
