//! `amends verify --database`: whether tables say what the journal says, and how they are made to.

use amends_core::digest::Digest;
use amends_core::explain::{Tone, Weight};
use amends_core::ids::BusinessId;
use amends_core::journal::derive::Difference;
use amends_core::time::Time;
use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::super::{Answer, Exit, Outcome};
use super::Args;
use crate::flow::kept::mend::{self, Mended};
use crate::paint::{Text, clean, words};
use crate::report::counted;
use crate::screen::Screen;
use crate::store::{Store, journal, kept, settings};

/// What was found of one business.
struct Found {
    business: BusinessId,
    /// Rows that were made again.
    rows: usize,
    differs: Vec<Difference>,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let named = args.business.as_deref().map(BusinessId::parse).transpose()?;
    ensure_one(args)?;
    let found = args.kept.with_existing(|store, now| async move {
        let now = Time::from_micros(now).unwrap_or(Time::MAX);
        let mut all = Vec::new();
        for business in businesses(&store, named).await? {
            all.push(look(&store, business, args, now).await?);
        }
        Ok(all)
    })?;
    let is_whole = found.iter().all(|one| one.differs.is_empty());
    let exit = if is_whole { Exit::Good } else { Exit::Found };
    if screen.json {
        let all: Vec<Value> = found.iter().map(value).collect();
        return Ok(Answer::json(&json!({ "whole": is_whole, "businesses": all }), exit));
    }
    let mut out = Text::default();
    for one in &found {
        out.lines(text(one, args, screen));
    }
    Ok(Answer { out: out.end(), err: String::new(), exit })
}

fn ensure_one(args: &Args) -> Result<()> {
    let names_one = args.anchors.is_empty() || args.business.is_some();
    ensure!(names_one, "an anchor is of one business: name it with `--business NAME`");
    Ok(())
}

async fn businesses(store: &Store, named: Option<BusinessId>) -> Result<Vec<BusinessId>> {
    let mut conn = store.reader().await?;
    let Some(business) = named else { return Ok(kept::businesses(&mut conn).await?) };
    let known = settings::version(&mut conn, &business).await?;
    ensure!(known.is_some(), "the database knows no business `{business}`: it is named as its book");
    Ok(vec![business])
}

async fn look(store: &Store, business: BusinessId, args: &Args, now: Time) -> Result<Found> {
    let (rows, mut differs) = if args.rederive {
        let Mended { rows, left } = mend::mend(store, &business, now).await?;
        (rows, left)
    } else {
        (0, mend::differences(store, &business, now).await?)
    };
    for (number, hash) in &args.anchors {
        differs.extend(anchored(store, &business, *number, hash).await?);
    }
    Ok(Found { business, rows, differs })
}

/// Holds an anchor that was kept elsewhere against the one of its number.
async fn anchored(store: &Store, business: &BusinessId, number: u64, hash: &Digest) -> Result<Option<Difference>> {
    let mut conn = store.reader().await?;
    let found = journal::anchors(&mut conn, business, number.saturating_sub(1), 1).await?;
    let why = match found.first().filter(|anchor| anchor.number == number) {
        None => "it was kept elsewhere and is missing",
        Some(anchor) if anchor.hash != *hash => "it is not the one that was kept elsewhere: the hash is another",
        Some(_) => return Ok(None),
    };
    Ok(Some(Difference::of_journal(format!("anchor {number}"), why)))
}

fn text(found: &Found, args: &Args, screen: Screen) -> String {
    let mut out = Text::default();
    let business = &found.business;
    let mark = |mark: &str, tone| words(mark, tone, Weight::Strong, screen.out);
    for difference in &found.differs {
        out.line(format!("{} `{business}`: {}", mark("✗", Tone::Never), clean(&difference.to_string())));
    }
    if found.rows > 0 {
        let rows = counted(found.rows, "row");
        out.line(format!("{} `{business}`: {rows} made from the journal again", mark("✓", Tone::Inside)));
    }
    if found.differs.is_empty() {
        out.line(format!("{} `{business}`: its tables say what its journal says", mark("✓", Tone::Inside)));
    } else {
        out.line(format!("  {}", what_next(found, args)));
    }
    out.end()
}

/// What whoever runs it can do now.
fn what_next(found: &Found, args: &Args) -> String {
    let business = &found.business;
    if found.differs.iter().any(Difference::is_of_journal) {
        return format!(
            "the journal of `{business}` itself does not hold together: stop its servers, keep this database as it is, and go on with a backup from before"
        );
    }
    if args.rederive {
        return format!(
            "this is left of `{business}`: go on with a backup from before, or ask for help with this output"
        );
    }
    format!(
        "nothing of `{business}` is paid out until this is put right: find out who changed it, then make the tables from the journal again with `--business {business} --rederive`"
    )
}

fn value(found: &Found) -> Value {
    let one = |difference: &Difference| {
        let mut value = serde_json::to_value(difference).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("says".to_owned(), json!(difference.to_string()));
        }
        value
    };
    json!({
        "business": found.business,
        "whole": found.differs.is_empty(),
        "made_again": found.rows,
        "differences": found.differs.iter().map(one).collect::<Vec<_>>(),
    })
}
