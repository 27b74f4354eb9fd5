//! Chains and anchors: that nothing was cut off, changed or put in, as far as anything that is kept can tell.

use std::collections::HashMap;

use amends_core::ids::{BusinessId, TeamId};
use amends_core::journal::derive::Difference;
use amends_core::journal::{Anchor, Entry, Head};

use crate::store::{Conn, StoreError, journal, kept};

/// Cases of one read.
const PAGE: i64 = 500;

/// Holds the end of each chain against its head, how far it is anchored, and where it stood when it was looked at before.
///
/// # Errors
/// When the database does not answer.
pub async fn check_ends(
    conn: &mut Conn,
    business: &BusinessId,
    heads: &[Head],
    before: &HashMap<TeamId, Head, impl std::hash::BuildHasher>,
) -> Result<Vec<(TeamId, Vec<Difference>)>, StoreError> {
    let anchored = journal::anchored(conn, business).await?;
    let mut teams: Vec<&TeamId> =
        heads.iter().map(|head| &head.team).chain(anchored.keys()).chain(before.keys()).collect();
    teams.sort_unstable();
    teams.dedup();
    let mut all = Vec::new();
    for team in teams {
        let head = heads.iter().find(|head| head.team == *team);
        let anchored = anchored.get(team).copied().unwrap_or(0);
        all.push((team.clone(), check_end(conn, business, (team, head, anchored), before.get(team)).await?));
    }
    Ok(all)
}

async fn check_end(
    conn: &mut Conn,
    business: &BusinessId,
    (team, head, anchored): (&TeamId, Option<&Head>, u64),
    before: Option<&Head>,
) -> Result<Vec<Difference>, StoreError> {
    let last = journal::last_of(conn, business, team, i64::MAX.unsigned_abs()).await?;
    let is_before = match before {
        Some(before) if before.seq > 0 => {
            journal::last_of(conn, business, team, before.seq).await? == Some((before.seq, before.hash.clone()))
        }
        _ => true,
    };
    let (known, seq) = (head.map_or(0, |head| head.seq), last.as_ref().map_or(0, |(seq, _)| *seq));
    let same = match (head, &last) {
        (Some(head), Some((_, hash))) => head.hash == *hash,
        _ => true,
    };
    let why = if seq < known {
        format!("its head is entry {known}, and the last that is there is {seq}: entries were cut off")
    } else if seq > known {
        format!("entry {seq} is there, and its head is {known}: the head was set back, or entries were put in")
    } else if seq < anchored {
        format!("entry {anchored} was anchored, and the last that is there is {seq}: entries were cut off")
    } else if !same {
        format!("its last entry, {seq}, is not the one that its head names")
    } else if !is_before {
        "entries that were read before are others now: it was written anew".to_owned()
    } else {
        return Ok(Vec::new());
    };
    Ok(vec![Difference::of_journal(format!("chain `{team}`"), why)])
}

/// Whether anything shows that entries were cut off: the ends of chains, cases whose rows know more events, and grants that
/// answers to requests name.
///
/// # Errors
/// When the database does not answer.
pub async fn check_cut(conn: &mut Conn, business: &BusinessId) -> Result<Vec<Difference>, StoreError> {
    let heads = journal::heads(conn, business).await?;
    let ends = check_ends(conn, business, &heads, &HashMap::new()).await?;
    let mut all: Vec<Difference> = ends.into_iter().flat_map(|(_, differs)| differs).collect();
    let (mut after, mut goes_on) = (String::new(), true);
    while goes_on {
        let known = journal::cases(conn, business, &after, PAGE).await?;
        goes_on = known.len() == usize::try_from(PAGE).unwrap_or(0);
        let last = known.last().filter(|_| goes_on).map(|(id, _)| id.clone());
        let versions: HashMap<&str, u64> = known.iter().map(|(id, version)| (id.as_str(), *version)).collect();
        for (id, row) in kept::between(conn, business, &kept::CASES, &after, last.as_deref()).await? {
            let is = row.get("version").cloned().flatten().and_then(|version| version.parse().ok()).unwrap_or(0);
            all.extend(cut_of_case(&id, is, versions.get(id.as_str()).copied().unwrap_or(0)));
        }
        after = last.unwrap_or_default();
    }
    all.extend(check_answers(conn, business).await?);
    Ok(all)
}

/// A case whose row knows more events than there are.
pub fn cut_of_case(id: &str, row: u64, journal: u64) -> Option<Difference> {
    let why = || format!("its row knows {row} events, and the journal has {journal}: the last were cut off");
    (row > journal).then(|| Difference::of_journal(format!("case `{id}`"), why()))
}

/// Grants that answers name and that are not there.
///
/// # Errors
/// When the database does not answer.
pub async fn check_answers(conn: &mut Conn, business: &BusinessId) -> Result<Vec<Difference>, StoreError> {
    let named = kept::answered_grants(conn, business).await?;
    let ids: Vec<&str> = named.iter().map(String::as_str).collect();
    let found = kept::among(conn, business, &kept::GRANTS, "id", &ids).await?;
    let gone = named.iter().filter(|id| !found.contains_key(*id));
    let why = "a request was answered with it, and it is gone";
    Ok(gone.map(|id| Difference::of_journal(format!("grant `{id}`"), why)).collect())
}

/// Holds an entry against the one before it. `before`: the head that it follows from.
pub fn check_entry(entry: &Entry, before: &Head) -> Option<Difference> {
    let why = if entry.seq != before.seq.saturating_add(1) {
        format!("entry {} is missing before it", before.seq.saturating_add(1))
    } else if entry.hashed() != entry.hash {
        "its content was changed: the hash is of another".to_owned()
    } else if entry.previous != before.hash {
        "it does not follow from the one before".to_owned()
    } else {
        return None;
    };
    Some(Difference::of_journal(format!("entry {} of chain `{}`", entry.seq, entry.team), why))
}

/// Looks at one entry again.
///
/// # Errors
/// When the database does not answer.
pub async fn check_one(
    conn: &mut Conn,
    business: &BusinessId,
    team: &TeamId,
    seq: u64,
) -> Result<Vec<Difference>, StoreError> {
    let before = match journal::last_of(conn, business, team, seq.saturating_sub(1)).await? {
        Some((seq, hash)) => Head { business: business.clone(), team: team.clone(), seq, hash },
        None => Head::empty(business.clone(), team.clone()),
    };
    let page = journal::of_chain(conn, business, team, seq.saturating_sub(1), 1).await?;
    Ok(page.first().and_then(|kept| check_entry(&kept.entry, &before)).into_iter().collect())
}

/// Holds an anchor against the one before it and the entries that it names.
///
/// # Errors
/// When the database does not answer.
pub async fn check_anchor(
    conn: &mut Conn,
    business: &BusinessId,
    anchor: &Anchor,
    before: Option<&Anchor>,
) -> Result<Vec<Difference>, StoreError> {
    let of = |why: String| vec![Difference::of_journal(format!("anchor {}", anchor.number), why)];
    let follows = before
        .map_or(anchor.number == 1, |before| anchor.number == before.number + 1 && anchor.previous == before.hash);
    if anchor.hashed() != anchor.hash {
        return Ok(of("its content was changed: the hash is of another".to_owned()));
    }
    if !follows {
        return Ok(of("it does not follow from the one before".to_owned()));
    }
    for head in &anchor.heads {
        let (team, seq) = (&head.team, head.seq);
        match journal::last_of(conn, business, team, seq).await? {
            Some((found, hash)) if found == seq && hash == head.hash => {}
            Some((found, _)) if found == seq => {
                return Ok(of(format!("it anchors entry {seq} of chain `{team}` with another hash")));
            }
            _ => return Ok(of(format!("it anchors entry {seq} of chain `{team}`, which is missing"))),
        }
    }
    Ok(Vec::new())
}
