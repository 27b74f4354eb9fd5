//! What is sent for a step is made from the journalled grant, never from a row alone.

use amends_core::case::{Case, Event, GrantState};
use amends_core::digest::Digest;
use amends_core::fulfilment::{Step, steps_of};
use amends_core::ids::BusinessId;

use super::cases::{connector_of, sound};
use crate::store::steps::StepRow;
use crate::store::{Conn, StoreError, assessments, journal};

/// The step of a row, as its grant's event makes it.
///
/// # Errors
/// The inner one: why the row is not that step, in words for whoever looks into it; nothing is to be sent then.
pub async fn promised(
    conn: &mut Conn,
    business: &BusinessId,
    row: &StepRow,
) -> Result<Result<Step, String>, StoreError> {
    let entries = journal::of_cases(conn, business, &[row.case.as_str()]).await?;
    let step = match sound(&entries) {
        Ok(events) => match Case::replay(&events) {
            Ok(case) => found(&case, &events, row),
            Err(e) => Err(e.to_string()),
        },
        Err(why) => Err(why),
    };
    match step {
        Ok((step, assessment)) => Ok(assessed(conn, business, &assessment).await?.map(|()| step)),
        Err(why) => Ok(Err(why)),
    }
}

/// The step on the case as it was when its grant was made, where the row says the same.
fn found(case: &Case, events: &[Event], row: &StepRow) -> Result<(Step, Digest), String> {
    let grant = case.grant(&row.grant).ok_or("the journal has no such grant")?;
    if grant.state != GrantState::Reserved {
        return Err("the journal says that its grant has ended".to_owned());
    }
    let then = Case::replay(events.iter().filter(|event| event.version <= grant.version)).map_err(|e| e.to_string())?;
    let steps = steps_of(&then, grant);
    let step = steps.into_iter().find(|step| step.number == row.number).ok_or("its grant has no such step")?;
    if serde_json::from_str::<Step>(&row.step).ok().as_ref() != Some(&step) {
        return Err("its row says something else than its grant".to_owned());
    }
    match connector_of(grant, &step) {
        Some(connector) if connector != row.connector => {
            Err(format!("its row names `{}`, and its grant `{connector}`", row.connector))
        }
        _ => Ok((step, grant.of.assessment.clone())),
    }
}

/// Whether the text of an assessment, where it was not erased, is the one that its digest is of.
async fn assessed(conn: &mut Conn, business: &BusinessId, digest: &Digest) -> Result<Result<(), String>, StoreError> {
    let kept = assessments::find(conn, business, digest).await?;
    Ok(match kept {
        Some(kept) if Digest::of(kept.assessment.as_bytes()) != *digest => {
            Err(format!("the text of assessment {digest} was changed"))
        }
        _ => Ok(()),
    })
}
