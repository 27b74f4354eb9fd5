//! What stands around the terms: what happened, guards, nevers, what is missing, bespoke remedies, the detour.

use super::voice::{self, Voice};
use super::{DetourCard, Row, Said, Tone};
use crate::assess::{Assessment, Bar, Missing, Told, Truth, path_of};
use crate::book::rules::{Circumstance, Guard, Need, Never};
use crate::facts::Source;
use crate::money::Money;

/// Circumstances that were said, guards that raise the role, nevers that bar.
pub(super) fn rows(a: &Assessment<'_>, voice: Voice<'_>) -> Vec<Row> {
    let told = a.book.circumstances.iter().zip(&a.told).filter_map(|(c, told)| circumstance(voice, c, *told));
    let guards = a.version.guards.iter().zip(&a.guards).filter_map(|(g, truth)| {
        let decides = decides(voice, g);
        let text = match truth {
            Truth::Yes => decides,
            Truth::No => return None,
            Truth::Unknown(_) => t!(voice, "answer-not-known-decides", decides = decides),
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
        .filter_map(|(n, (never, truth))| barring(a, voice, n, (never, *truth)));
    told.chain(guards).chain(nevers).collect()
}

/// What a guard does where it holds.
pub(super) fn decides(voice: Voice<'_>, guard: &Guard) -> String {
    t!(voice, "answer-role-decides", role = voice.who(guard.needs))
}

fn row(id: &str, says: &str, stands: Said) -> Row {
    Row { id: id.to_owned(), says: says.to_owned(), stands, depth: 0, gauge: None, cites: Vec::new() }
}

fn circumstance(voice: Voice<'_>, c: &Circumstance, told: Told) -> Option<Row> {
    let loan = loan(voice, c);
    let stands = match told {
        Told::No => return None,
        Told::Proven if voice.role >= c.to => Said::new(Tone::Yours, t!(voice, "answer-shown-loan", loan = loan)),
        Told::Proven => Said::new(Tone::Theirs, t!(voice, "answer-shown-loan", loan = loan)),
        Told::Unproven(_) => Said::new(Tone::Open, t!(voice, "answer-said-not-shown-yet-once", loan = loan)),
    };
    Some(row(&c.id, &c.says, stands))
}

/// What a circumstance lends.
pub(super) fn loan(voice: Voice<'_>, c: &Circumstance) -> String {
    let (to, of) = (voice.who(c.to), voice.who(c.stretch_of));
    match voice.any_of(&c.per_grant.0) {
        Some(most) => t!(voice, "answer-lends-up-to", to = to, of = of, most = most),
        None => t!(voice, "answer-lends", to = to, of = of),
    }
}

fn barring(a: &Assessment<'_>, voice: Voice<'_>, index: usize, (never, truth): (&Never, Truth)) -> Option<Row> {
    let named =
        |o: &&crate::assess::OptionOutcome| o.parts.iter().any(|p| p.bars.iter().any(|(b, _)| *b == Bar::Never(index)));
    let barred: Vec<String> = a
        .options
        .iter()
        .filter(named)
        .filter_map(|o| a.version.remedies.get(o.remedy))
        .map(|r| voice::lower(&r.says))
        .collect();
    let what = if barred.is_empty() { t!(voice, "answer-nothing-here") } else { barred.join(", ") };
    let stands = match truth {
        Truth::No => return None,
        Truth::Yes => Said::new(Tone::Never, t!(voice, "answer-bars-what-for-everyone", what = what)),
        Truth::Unknown(_) => Said::new(Tone::Open, t!(voice, "answer-may-bar", what = what)),
    };
    Some(Row { cites: never.cites.clone(), ..row(&never.id, &never.says, stands) })
}

/// Why everything that was asked for is barred.
pub(super) fn reasons(a: &Assessment<'_>, voice: Voice<'_>) -> Option<String> {
    let of_first = a.options.first().into_iter().flat_map(|first| &first.parts).flat_map(|p| &p.bars);
    let sure = of_first.filter(|(_, sure)| *sure).map(|(bar, _)| *bar);
    // Where nothing but a remedy of one's own could be given, a never of everything bars it.
    let everything = a.version.nevers.iter().zip(&a.nevers).enumerate();
    let everything =
        everything.filter(|(_, (n, t))| n.kinds.is_none() && **t == Truth::Yes).map(|(i, _)| Bar::Never(i));
    sure.chain(everything).next().map(|bar| bar_says(a, voice, bar)).map(|says| voice::lower(&says))
}

/// What bars, as a sentence.
pub(super) fn bar_says(a: &Assessment<'_>, voice: Voice<'_>, bar: Bar) -> String {
    match bar {
        Bar::Never(n) => a.version.nevers.get(n).map_or_else(String::new, |n| n.says.clone()),
        Bar::MoreThanPaid => t!(voice, "answer-more-than-the-rest"),
    }
}

/// What is missing, and what to do about each.
pub(super) fn missing(a: &Assessment<'_>, voice: Voice<'_>) -> Vec<Said> {
    a.missing.iter().map(|m| Said::new(Tone::Open, missing_text(a, voice, m))).collect()
}

fn missing_text(a: &Assessment<'_>, voice: Voice<'_>, missing: &Missing) -> String {
    match missing {
        Missing::Fact { path, problem: None } => t!(voice, "answer-path-is-not-given-find", path = path),
        Missing::Fact { problem: Some(problem), .. } => t!(voice, "answer-problem-correct-it", problem = problem),
        Missing::Failed { at, says } => {
            let place = at.and_then(|at| {
                let (line, _) = a.book.sources.line_column(at);
                Some((&a.book.sources.file(at.file)?.path, line))
            });
            match place {
                Some((path, line)) => t!(voice, "answer-cannot-at", path = path, line = line, says = says),
                None => t!(voice, "answer-cannot", says = says),
            }
        }
        Missing::Proof { circumstance: None, needs, .. } => {
            let weak: Vec<String> = unproven_facts(a)
                .into_iter()
                .map(|(path, source)| {
                    t!(voice, "answer-path-is-source", path = path, source = source_words(voice, source))
                })
                .collect();
            format!("{}: {}", weak.join(", "), proof_words(voice, *needs))
        }
        Missing::Proof { says, needs, .. } => format!("{says}: {}", proof_words(voice, *needs)),
    }
}

/// Facts that the fault reads, from sources weaker than its proof asks for.
pub(crate) fn unproven_facts(a: &Assessment<'_>) -> Vec<(String, Source)> {
    let Some(fault) = &a.version.fault else { return Vec::new() };
    let weak =
        fault.reads.iter().filter(|cell| a.facts.cell(**cell).is_present() && a.facts.source(**cell) < fault.proof);
    weak.map(|cell| (path_of(&a.book.schema, a.facts, *cell), a.facts.source(*cell))).collect()
}

fn source_words(voice: Voice<'_>, source: Source) -> String {
    match source {
        Source::Claimed => t!(voice, "answer-an-ai-agents-claim-so"),
        Source::Word => t!(voice, "answer-the-customers-word-so-far"),
        Source::Seen => t!(voice, "answer-only-looked-at-so-far"),
        Source::System => t!(voice, "answer-from-a-system-of-record"),
    }
}

/// What to do so that it counts.
fn proof_words(voice: Voice<'_>, needs: Source) -> String {
    match needs {
        Source::System => t!(voice, "answer-look-it-up"),
        Source::Seen => t!(voice, "answer-look-yourself"),
        Source::Word | Source::Claimed => t!(voice, "answer-ask-the-customer"),
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
    let no = kinds.into_iter().reduce(|all, next| t!(voice, "answer-and-no", one = all, other = next));
    let who = voice::upper(&voice.who(role));
    Some(match (a.role >= role, no) {
        (true, None) => Said::new(Tone::Yours, t!(voice, "answer-bespoke")),
        (true, Some(no)) => Said::new(Tone::Yours, t!(voice, "answer-bespoke-but", no = no)),
        (false, None) => Said::new(Tone::Theirs, t!(voice, "answer-bespoke-theirs", who = who)),
        (false, Some(no)) => Said::new(Tone::Theirs, t!(voice, "answer-bespoke-theirs-but", who = who, no = no)),
    })
}

/// The way without an exception, where it is open.
pub(super) fn detour(a: &Assessment<'_>, voice: Voice<'_>) -> Option<DetourCard> {
    let detour = a.version.detour.as_ref().filter(|_| a.detour == Some(Truth::Yes))?;
    let cost = a.detour_cost().map(|cost| match a.detour_dearer_by() {
        Some(by) if by.minor > 0 => {
            t!(voice, "answer-costs-more", cost = voice.money(cost), by = voice.money(by))
        }
        Some(by) if by.minor < 0 => {
            let by = Money::new(by.minor.saturating_neg(), by.currency);
            t!(voice, "answer-costs-less", cost = voice.money(cost), by = voice.money(by))
        }
        Some(_) => t!(voice, "answer-costs-as-much", cost = voice.money(cost)),
        None => t!(voice, "answer-costs-us-cost", cost = voice.money(cost)),
    });
    Some(DetourCard { says: detour.says.clone(), effort: detour.effort.clone(), cost })
}
