//! What stands around the terms: what happened, guards, nevers, what is missing, bespoke remedies, the detour.

use super::voice::{self, Voice};
use super::{DetourCard, Row, Said, Tone};
use crate::assess::{Assessment, Bar, Missing, Told, Truth, path_of};
use crate::book::rules::{Circumstance, Guard, Need, Never};
use crate::facts::Source;

/// Circumstances that were said, guards that raise the role, nevers that bar.
pub(super) fn rows(a: &Assessment<'_>, voice: Voice<'_>) -> Vec<Row> {
    let told = a.book.circumstances.iter().zip(&a.told).filter_map(|(c, told)| circumstance(voice, c, *told));
    let guards = a.version.guards.iter().zip(&a.guards).filter_map(|(g, truth)| {
        let decides = decides(voice, g);
        let text = match truth {
            Truth::Yes => decides,
            Truth::No => return None,
            Truth::Unknown(_) => format!("not known yet; if so, {decides}"),
        };
        let tone = if *truth == Truth::Yes { voice.tone(Need::role(g.needs)) } else { Tone::Open };
        Some(row(&g.id, &g.says, Said::new(tone, text)))
    });
    let nevers = a
        .version
        .nevers
        .iter()
        .zip(&a.nevers)
        .enumerate()
        .filter_map(|(n, (never, truth))| barring(a, n, never, *truth));
    told.chain(guards).chain(nevers).collect()
}

/// What a guard does where it holds.
pub(super) fn decides(voice: Voice<'_>, guard: &Guard) -> String {
    format!("{} decides what is not owed", voice.who(guard.needs))
}

fn row(id: &str, says: &str, stands: Said) -> Row {
    Row { id: id.to_owned(), says: says.to_owned(), stands, depth: 0, gauge: None, cites: Vec::new() }
}

fn circumstance(voice: Voice<'_>, c: &Circumstance, told: Told) -> Option<Row> {
    let loan = loan(voice, c);
    let stands = match told {
        Told::No => return None,
        Told::Proven if voice.role >= c.to => Said::new(Tone::Yours, format!("shown: {loan}")),
        Told::Proven => Said::new(Tone::Theirs, format!("shown: {loan}")),
        Told::Unproven(_) => Said::new(Tone::Open, format!("said, not shown yet; once it is, {loan}")),
    };
    Some(row(&c.id, &c.says, stands))
}

/// What a circumstance lends.
pub(super) fn loan(voice: Voice<'_>, c: &Circumstance) -> String {
    let most = voice::any_of(&c.per_grant.0).map_or_else(String::new, |most| format!(", up to {most}"));
    format!("{} may go as far as {}{most}", voice.who(c.to), voice.who(c.stretch_of))
}

fn barring(a: &Assessment<'_>, index: usize, never: &Never, truth: Truth) -> Option<Row> {
    let named =
        |o: &&crate::assess::OptionOutcome| o.parts.iter().any(|p| p.bars.iter().any(|(b, _)| *b == Bar::Never(index)));
    let barred: Vec<String> = a
        .options
        .iter()
        .filter(named)
        .filter_map(|o| a.version.remedies.get(o.remedy))
        .map(|r| voice::lower(&r.says))
        .collect();
    let what = if barred.is_empty() { "nothing here".to_owned() } else { barred.join(", ") };
    let stands = match truth {
        Truth::No => return None,
        Truth::Yes => Said::new(Tone::Never, format!("bars {what}, for everyone")),
        Truth::Unknown(_) => Said::new(Tone::Open, format!("not known yet; it may bar {what}")),
    };
    Some(Row { cites: never.cites.clone(), ..row(&never.id, &never.says, stands) })
}

/// Why everything that was asked for is barred.
pub(super) fn reasons(a: &Assessment<'_>) -> Option<String> {
    let first = a.options.first()?;
    let bars = first.parts.iter().flat_map(|p| &p.bars).filter(|(_, sure)| *sure);
    bars.map(|(bar, _)| bar_says(a, *bar)).next().map(|says| voice::lower(&says))
}

/// What bars, as a sentence.
pub(super) fn bar_says(a: &Assessment<'_>, bar: Bar) -> String {
    match bar {
        Bar::Never(n) => a.version.nevers.get(n).map_or_else(String::new, |n| n.says.clone()),
        Bar::MoreThanPaid => "It is more than the rest of what was paid".to_owned(),
    }
}

/// What is missing, and what to do about each.
pub(super) fn missing(a: &Assessment<'_>) -> Vec<Said> {
    a.missing.iter().map(|m| Said::new(Tone::Open, missing_text(a, m))).collect()
}

fn missing_text(a: &Assessment<'_>, missing: &Missing) -> String {
    match missing {
        Missing::Fact { path, problem: None } => format!("`{path}` is not given: find it out and add it"),
        Missing::Fact { problem: Some(problem), .. } => format!("{problem}: correct it"),
        Missing::Failed { at, says } => {
            let place = at.map_or_else(String::new, |at| {
                let (line, _) = a.book.sources.line_column(at);
                a.book.sources.file(at.file).map_or_else(String::new, |f| format!(" ({} line {line})", f.path))
            });
            format!("part of the rule cannot be worked out{place}: {says}")
        }
        Missing::Proof { circumstance: None, needs, .. } => {
            let weak: Vec<String> = unproven_facts(a)
                .into_iter()
                .map(|(path, source)| format!("`{path}` is {}", source_words(source)))
                .collect();
            format!("{}: {}", weak.join(", "), proof_words(*needs))
        }
        Missing::Proof { says, needs, .. } => format!("{says}: {}", proof_words(*needs)),
    }
}

/// Facts that the fault reads, from sources weaker than its proof asks for.
pub(crate) fn unproven_facts(a: &Assessment<'_>) -> Vec<(String, Source)> {
    let Some(fault) = &a.version.fault else { return Vec::new() };
    let weak =
        fault.reads.iter().filter(|cell| a.facts.cell(**cell).is_present() && a.facts.source(**cell) < fault.proof);
    weak.map(|cell| (path_of(&a.book.schema, a.facts, *cell), a.facts.source(*cell))).collect()
}

const fn source_words(source: Source) -> &'static str {
    match source {
        Source::Claimed => "an AI agent's claim so far",
        Source::Word => "the customer's word so far",
        Source::Seen => "only looked at so far",
        Source::System => "from a system of record",
    }
}

/// What to do so that it counts.
const fn proof_words(needs: Source) -> &'static str {
    match needs {
        Source::System => "look it up in the system of record",
        Source::Seen => "look at it yourself (the label, a picture, a note) and mark it as seen",
        Source::Word | Source::Claimed => "ask the customer",
    }
}

/// Who may write a remedy of their own, and what it may not be.
pub(super) fn bespoke(a: &Assessment<'_>, voice: Voice<'_>) -> Option<Said> {
    let role = a.book.bespoke?;
    let active = || a.version.nevers.iter().zip(&a.nevers).filter(|(_, t)| **t != Truth::No).map(|(n, _)| n);
    if active().any(|n| n.kinds.is_none()) {
        return None;
    }
    let mut kinds: Vec<String> = active().flat_map(|n| n.kinds.iter().flatten()).map(|k| k.replace('_', " ")).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let but = if kinds.is_empty() { String::new() } else { format!(", but no {}", kinds.join(" and no ")) };
    let (tone, who) = if a.role >= role {
        (Tone::Yours, "You may write a remedy of your own".to_owned())
    } else {
        (Tone::Theirs, format!("{} may write a remedy of their own", voice::upper(&voice.who(role))))
    };
    Some(Said::new(tone, format!("{who}{but}")))
}

/// The way without an exception, where it is open.
pub(super) fn detour(a: &Assessment<'_>) -> Option<DetourCard> {
    let detour = a.version.detour.as_ref().filter(|_| a.detour == Some(Truth::Yes))?;
    let cost = a.detour_cost().map(|cost| match a.detour_dearer_by() {
        Some(by) if by.minor > 0 => {
            format!("costs us {}, {} more than the first option", voice::money(cost), voice::money(by))
        }
        Some(by) if by.minor < 0 => format!(
            "costs us {}, {} less than the first option",
            voice::money(cost),
            voice::money(crate::money::Money::new(by.minor.saturating_neg(), by.currency))
        ),
        Some(_) => format!("costs us {}, as much as the first option", voice::money(cost)),
        None => format!("costs us {}", voice::money(cost)),
    });
    Some(DetourCard { says: detour.says.clone(), effort: detour.effort.clone(), cost })
}
