//! What is of one case: its row, grants, questions and steps, held against its events.

use std::collections::{BTreeMap, HashMap, HashSet};

use amends_core::authority::Fulfil;
use amends_core::case::{Case, Event, Grant, Happened};
use amends_core::fulfilment::{Step, steps_of};
use amends_core::ids::{BusinessId, CaseId};
use amends_core::journal::derive::{Columns, Difference, Differs, Rows, compare};

use super::chains::cut_of_case;
use crate::store::journal::Kept;
use crate::store::kept::{APPROVALS, CASES, GRANTS, STEPS, Table, among, of_approval, of_case, of_grant};
use crate::store::steps::BY_HAND;
use crate::store::{Conn, StoreError, cases, journal};

/// Rows by table, as the events of one case make them.
#[derive(Debug, Default)]
pub struct Expected(BTreeMap<&'static str, Rows>);

/// The tables of what is of one case, each with the column by which its rows are found.
const TABLES: [(&Table, &str); 4] = [(&CASES, "id"), (&GRANTS, "id"), (&APPROVALS, "case_id"), (&STEPS, "grant_id")];

impl Expected {
    fn rows(&self, table: &Table) -> &Rows {
        const NONE: &Rows = &Rows::new();
        self.0.get(table.name).unwrap_or(NONE)
    }

    fn put(&mut self, table: &Table, key: String, columns: Columns) {
        self.0.entry(table.name).or_default().insert(key, columns);
    }
}

/// The rows that a case's events make, oldest first.
///
/// # Errors
/// Why they make no case.
pub fn expected(events: &[Event]) -> Result<(Case, Expected), String> {
    let (first, others) = events.split_first().ok_or_else(|| "it has no events".to_owned())?;
    let mut case = Case::opened(first).map_err(|e| e.to_string())?;
    let mut rows = Expected::default();
    for event in others {
        if event.case != case.id || event.version != case.version + 1 {
            return Err(format!("event {} is missing, doubled or of another case", case.version + 1));
        }
        case = case.after(event);
        if let Happened::Reserved { id, .. } = &event.what
            && let Some(grant) = case.grant(id)
        {
            put_steps(&mut rows, &case, grant);
        }
    }
    rows.put(&CASES, case.id.to_string(), of_case(&case));
    for grant in &case.grants {
        rows.put(&GRANTS, grant.id.to_string(), of_grant(&case, grant));
    }
    for approval in &case.approvals {
        rows.put(&APPROVALS, approval.id.to_string(), of_approval(&case, approval));
    }
    Ok((case, rows))
}

/// The steps of a grant, on its case as it was then.
fn put_steps(rows: &mut Expected, case: &Case, grant: &Grant) {
    for step in steps_of(case, grant) {
        let mut row = Columns::from([
            ("case_id", Some(case.id.to_string())),
            ("team", Some(case.team.to_string())),
            ("step", Some(json_of(&step))),
        ]);
        row.extend(connector_of(grant, &step).map(|connector| ("connector", Some(connector))));
        rows.put(&STEPS, format!("{} {}", grant.id, step.number), row);
    }
}

/// Who makes a step real, as the grant says; none: it is older than that grants say it.
pub fn connector_of(grant: &Grant, step: &Step) -> Option<String> {
    let at = usize::try_from(step.number).unwrap_or(0).saturating_sub(1);
    match (grant.fulfil, grant.connectors.get(at)) {
        (Fulfil::ByConnector, None) if grant.connectors.is_empty() => None,
        (_, Some(Some(connector))) => Some(connector.to_string()),
        (_, Some(None) | None) => Some(BY_HAND.to_owned()),
    }
}

/// As tables hold it.
fn json_of(step: &Step) -> String {
    // A step always makes JSON.
    serde_json::to_string(step).unwrap_or_default()
}

/// Holds cases against their events; for each that is there in either, where it differs.
///
/// # Errors
/// When the database does not answer.
pub async fn check(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
) -> Result<Vec<(CaseId, Vec<Difference>)>, StoreError> {
    let entries = journal::of_cases(conn, business, ids).await?;
    let erased = erased(conn, business, ids).await?;
    let (mut made, mut all) = (Vec::new(), Vec::new());
    for entries in entries.chunk_by(|a, b| case_of(a) == case_of(b)) {
        let Some(id) = entries.first().and_then(case_of) else { continue };
        match sound(entries).and_then(|events| expected(&events)) {
            Ok((_, rows)) => made.push((id.clone(), rows)),
            Err(why) => all.push((id.clone(), vec![Difference::of_journal(format!("case `{id}`"), why)])),
        }
    }
    let found = found(conn, business, ids, &made).await?;
    for (id, rows) in &made {
        all.push((id.clone(), differences(rows, &found, erased.contains(id.as_str()))));
    }
    let known: HashSet<String> = all.iter().map(|(id, _)| id.to_string()).collect();
    for id in ids.iter().filter(|id| !known.contains(**id)) {
        if let (Ok(case), true) = (CaseId::parse(id), found.get(CASES.name).is_some_and(|rows| rows.contains_key(*id)))
        {
            let why =
                "its row is there, and the journal has no event of it: entries were cut off, or the row was added";
            all.push((case, vec![Difference::of_journal(format!("case `{id}`"), why)]));
        }
    }
    Ok(all)
}

/// The keys of the rows that cases have in a table, by their events.
///
/// # Errors
/// When the database does not answer.
pub async fn keys(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
    table: &Table,
) -> Result<HashSet<String>, StoreError> {
    let entries = journal::of_cases(conn, business, ids).await?;
    let mut keys = HashSet::new();
    for entries in entries.chunk_by(|a, b| case_of(a) == case_of(b)) {
        // Whose events make no case, of that is told where it is looked at.
        if let Ok((_, rows)) = sound(entries).and_then(|events| expected(&events)) {
            keys.extend(rows.rows(table).keys().cloned());
        }
    }
    Ok(keys)
}

fn case_of(kept: &Kept) -> Option<&CaseId> {
    kept.case.as_ref().map(|(case, _)| case)
}

/// The events of entries, where each entry is what its hash says and stands where its row says.
pub fn sound(entries: &[Kept]) -> Result<Vec<Event>, String> {
    let one = |kept: &Kept| {
        let entry = &kept.entry;
        let place = format!("entry {} of chain `{}`", entry.seq, entry.team);
        if entry.hashed() != entry.hash {
            return Err(format!("{place}: its content was changed: the hash is of another"));
        }
        let event: Event = serde_json::from_str(&entry.event).map_err(|e| format!("{place} cannot be read: {e}"))?;
        match &kept.case {
            Some((case, version)) if *case == event.case && *version == event.version => Ok(event),
            _ => Err(format!("{place}: its row says that it is of another case or place")),
        }
    };
    entries.iter().map(one).collect()
}

async fn erased(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<HashSet<String>, StoreError> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let mut erased = HashSet::new();
    for id in cases::erased_of(conn, business, &sorted).await? {
        erased.insert(id.to_string());
    }
    Ok(erased)
}

/// What the tables hold of these cases.
async fn found(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
    made: &[(CaseId, Expected)],
) -> Result<HashMap<&'static str, Rows>, StoreError> {
    let grants: Vec<&str> = made.iter().flat_map(|(_, rows)| rows.rows(&GRANTS).keys().map(String::as_str)).collect();
    let mut found = HashMap::new();
    for (table, column) in TABLES {
        let of = if table == &GRANTS || table == &STEPS { &grants } else { ids };
        let mut rows = among(conn, business, table, column, of).await?;
        if table == &STEPS {
            rows.values_mut().for_each(as_written_now);
        }
        found.insert(table.name, rows);
    }
    Ok(found)
}

/// A step as it would be written now: one of an older program may have fewer fields.
fn as_written_now(row: &mut Columns) {
    let step = row.get("step").cloned().flatten().and_then(|text| serde_json::from_str::<Step>(&text).ok());
    if let Some(step) = step {
        row.insert("step", Some(json_of(&step)));
    }
}

fn differences(journal: &Expected, found: &HashMap<&'static str, Rows>, erased: bool) -> Vec<Difference> {
    let mut all = Vec::new();
    for (table, column) in TABLES {
        // What is left to do for a case that was erased is nothing.
        if erased && table == &STEPS {
            continue;
        }
        let rows = journal.rows(table);
        let of_it = found.get(table.name).map(|all| of_case_in(all, table, column, journal)).unwrap_or_default();
        all.extend(compare(table.name, rows, &of_it).into_iter().map(cut_off));
    }
    all
}

/// The rows that are of a case.
fn of_case_in(all: &Rows, table: &Table, column: &str, journal: &Expected) -> Rows {
    let cases = journal.rows(&CASES);
    let grants = journal.rows(&GRANTS);
    let is_of_it = |key: &String, row: &Columns| match column {
        "case_id" => row.get("case_id").cloned().flatten().is_some_and(|case| cases.contains_key(&case)),
        "grant_id" => key.rsplit_once(' ').is_some_and(|(grant, _)| grants.contains_key(grant)),
        _ => journal.rows(table).contains_key(key),
    };
    all.iter().filter(|(key, row)| is_of_it(key, row)).map(|(key, row)| (key.clone(), row.clone())).collect()
}

/// A row that knows more events than there are: the last were cut off, and the journal is not whole.
fn cut_off(difference: Difference) -> Difference {
    let Differs::Column { column: "version", journal: Some(says), found: Some(found) } = &difference.at else {
        return difference;
    };
    let number = |text: &String| text.parse::<u64>().unwrap_or(0);
    cut_of_case(&difference.key, number(found), number(says)).unwrap_or(difference)
}
