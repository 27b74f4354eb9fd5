//! Who is there: whoever has a stream open, and whom of them a question would reach first.

use amends_core::authority::{Ladder, Person, Present, at_least};
use amends_core::case::{Case, Look};
use amends_core::ids::{BusinessId, PersonId, RoleName};
use amends_core::time::{SECOND, Time};

use super::before;
use super::records::Me;
use super::rules::Rules;
use crate::store::{Conn, StoreError, approvals, people};

/// How long someone counts as there after their stream was last seen open, in microseconds.
const PRESENT_WITHIN: i64 = 30 * SECOND;
/// Most questions that are looked at.
const WAITING_MAX: i64 = 1_000;

/// Who is there, and how many questions wait for each.
pub async fn present(
    conn: &mut Conn,
    business: &BusinessId,
    rules: &Rules,
    now: Time,
) -> Result<Vec<Present>, StoreError> {
    let since = now.plus_micros(-PRESENT_WITHIN).unwrap_or(Time::MIN);
    let there = people::present(conn, business, since).await?;
    let waiting = approvals::waiting(conn, business, WAITING_MAX).await?;
    let of = |person: Person| {
        let asked = |w: &&approvals::Waiting| w.asked_of.as_deref() == Some(person.id.as_str());
        let waiting = waiting.iter().filter(asked).count();
        Present { person, waiting }
    };
    Ok(there.iter().filter_map(|id| rules.person(id)).map(of).collect())
}

/// The questions that wait and that someone may answer by their role: never their own, and an agent answers none.
pub async fn waiting_for(conn: &mut Conn, me: &Me) -> Result<Vec<approvals::Waiting>, StoreError> {
    let mut all = approvals::waiting(conn, &me.business, WAITING_MAX).await?;
    let may = |least: &str| {
        RoleName::parse(least).is_ok_and(|least| at_least(&me.rules.ladder, &me.person.role, &least).is_ok())
    };
    let own = |w: &approvals::Waiting| [&w.asker, &w.owner].iter().any(|id| id.as_str() == me.person.id.as_str());
    all.retain(|w| !own(w) && may(&w.least) && !me.person.person().is_agent());
    before::tell(conn, me, &mut all).await?;
    Ok(all)
}

/// Whom a question of a case reaches first: the lowest role that may answer, the case's own team, whom the fewest wait for.
/// None where nobody is there: the customer is called back.
pub fn first_asked<'p>(
    case: &Case,
    (least, look): (&RoleName, Look),
    asker: Option<&PersonId>,
    present: &'p [Present],
    ladder: &Ladder,
) -> Option<&'p Person> {
    let may = |person: &Person| {
        let is_new = look == Look::First || !case.was_in_it(&person.id);
        let own = asker == Some(&person.id) || case.owner.id == person.id;
        !person.is_agent() && is_new && !own && at_least(ladder, &person.role, least).is_ok()
    };
    let near =
        |p: &&Present| (ladder.height(&p.person.role), p.person.team != case.team, p.waiting, p.person.id.clone());
    present.iter().filter(|p| may(&p.person)).min_by_key(near).map(|p| &p.person)
}
