//! Options as cards: what, how much, who may give it and why it takes that.

use super::around::bar_says;
use super::voice::{self, Voice};
use super::{Card, Said, Tone};
use crate::assess::{Assessment, Bar, Fixed, MadeOf, OptionOutcome, PartOutcome, Told, Truth};
use crate::book::rules::{Group, Need, RemedyBody, RoleId};
use crate::types::Type;

/// Which options.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those that answer what was asked for, and goodwill.
    Answers,
    /// Those in place of what is barred.
    Instead,
}

pub(super) fn cards(a: &Assessment<'_>, voice: Voice<'_>, wanted: Wanted) -> Vec<Card> {
    let is_wanted = |o: &&OptionOutcome| {
        let instead = a.version.remedies.get(o.remedy).is_some_and(|r| r.group == Group::Instead);
        instead == (wanted == Wanted::Instead)
    };
    a.options.iter().filter(is_wanted).filter_map(|o| card(a, voice, o)).collect()
}

/// Whether the first option is owed, so that whoever asks needs a yes for what it rests on alone.
pub(super) fn is_owed(a: &Assessment<'_>) -> bool {
    a.options.first().is_some_and(|first| first.owed.worst)
}

/// Who releases the first owed option, where that is not the one who asks.
pub(super) fn release(a: &Assessment<'_>, voice: Voice<'_>) -> Option<String> {
    let first = a.options.iter().find(|o| o.owed.worst)?;
    released_by_other(voice, first.released_by)
}

fn released_by_other(voice: Voice<'_>, by: Option<RoleId>) -> Option<String> {
    match by {
        Some(role) if role <= voice.role => None,
        Some(role) => Some(t!(voice, "answer-released-by-role", role = voice.who(role))),
        None => Some(t!(voice, "answer-more-than-anyone-may-release")),
    }
}

fn card(a: &Assessment<'_>, voice: Voice<'_>, o: &OptionOutcome) -> Option<Card> {
    let remedy = a.version.remedies.get(o.remedy)?;
    let parts = if matches!(remedy.body, RemedyBody::Bundle(_)) {
        o.parts.iter().map(|p| part(a, voice, p)).collect()
    } else {
        Vec::new()
    };
    Some(Card {
        id: remedy.id.clone(),
        says: says(a, o, remedy.says.as_str()),
        amount: amount(a, voice, o),
        who: who(a, voice, o),
        notes: notes(a, voice, o),
        parts,
    })
}

/// A single remedy that was chosen among several says what it came to.
fn says(a: &Assessment<'_>, o: &OptionOutcome, own: &str) -> String {
    match o.parts.as_slice() {
        [only] => only.chosen.and_then(|i| a.version.remedies.get(i)).map_or(own, |r| r.says.as_str()).to_owned(),
        _ => own.to_owned(),
    }
}

fn part(a: &Assessment<'_>, voice: Voice<'_>, p: &PartOutcome) -> (String, Option<String>) {
    let says = a.version.remedies.get(p.chosen.unwrap_or(p.remedy)).map_or_else(String::new, |r| r.says.clone());
    (says, p.amount.map(|f| fixed(a, voice, p, f)))
}

/// The amount, or both ends of a range.
pub(super) fn amount(a: &Assessment<'_>, voice: Voice<'_>, o: &OptionOutcome) -> Option<String> {
    let first = o.parts.first()?;
    let least = fixed(a, voice, first, o.amount?);
    Some(match o.most {
        Some(most) => t!(voice, "answer-least-to-most", least = least, most = fixed(a, voice, first, most)),
        None => least,
    })
}

fn fixed(a: &Assessment<'_>, voice: Voice<'_>, p: &PartOutcome, amount: Fixed) -> String {
    match amount {
        Fixed::Money(m) => voice.money(m),
        Fixed::Number(n) => match a.version.remedies.get(p.chosen.unwrap_or(p.remedy)).map(|r| &r.body) {
            Some(RemedyBody::One(one)) => voice.long(n, &one.amount_type, None),
            _ => voice.long(n, &Type::Decimal, None),
        },
    }
}

/// Who may give it, in a few words.
fn who(a: &Assessment<'_>, voice: Voice<'_>, o: &OptionOutcome) -> Said {
    if o.barred.best {
        return Said::new(Tone::Never, t!(voice, "answer-barred", why = bars(a, voice, o, true)));
    }
    if o.owed.worst {
        return owed(voice, o);
    }
    // More than was paid is no thought of anyone's before there is an amount.
    let by_a_never = o.parts.iter().flat_map(|p| &p.bars).any(|(bar, _)| matches!(bar, Bar::Never(_)));
    if o.barred.worst && (by_a_never || o.amount.is_some()) {
        return Said::new(Tone::Open, t!(voice, "answer-may-be-barred", why = bars(a, voice, o, false)));
    }
    if o.barred.worst || o.need.best != o.need.worst || o.offered != Truth::Yes {
        return Said::new(Tone::Open, t!(voice, "answer-depends-on-what-is-missing"));
    }
    let tone = voice.tone(o.need.best);
    match o.need.best.as_role() {
        _ if voice.is_yours(o.need.best) => Said::new(
            Tone::Yours,
            o.yours_up_to.map_or_else(|| t!(voice, "answer-yours-to-give"), |up_to| yours_up_to(a, voice, o, up_to)),
        ),
        Some(role) => Said::new(tone, t!(voice, "answer-needs-role", role = voice.who(role))),
        None => Said::new(tone, t!(voice, "answer-nobody-may-give-this")),
    }
}

fn yours_up_to(a: &Assessment<'_>, voice: Voice<'_>, o: &OptionOutcome, up_to: Fixed) -> String {
    let text = o.parts.first().map_or_else(String::new, |p| fixed(a, voice, p, up_to));
    if Some(up_to) == o.most {
        t!(voice, "answer-yours-to-give")
    } else {
        t!(voice, "answer-yours-up-to-text", text = text)
    }
}

fn owed(voice: Voice<'_>, o: &OptionOutcome) -> Said {
    match released_by_other(voice, o.released_by) {
        None => Said::new(Tone::Inside, t!(voice, "answer-owed-yours-to-release")),
        Some(other) => Said::new(Tone::Inside, t!(voice, "answer-owed-other", other = other)),
    }
}

fn bars(a: &Assessment<'_>, voice: Voice<'_>, o: &OptionOutcome, for_certain: bool) -> String {
    let found = o.parts.iter().flat_map(|p| &p.bars).filter(|(_, sure)| *sure == for_certain);
    let mut says: Vec<String> = found.map(|(bar, _)| voice::lower(&bar_says(a, voice, *bar))).collect();
    says.dedup();
    says.join("; ")
}

/// Why it takes that role, what it costs where that is not the amount, who pays.
fn notes(a: &Assessment<'_>, voice: Voice<'_>, o: &OptionOutcome) -> Vec<String> {
    let mut notes = Vec::new();
    let decided = !o.barred.worst && !o.owed.worst && o.need.best == o.need.worst;
    if decided {
        notes.extend(why(a, voice, o));
    }
    if let Some(cost) = o.cost.filter(|c| o.amount != Some(Fixed::Money(*c)) && !o.barred.best) {
        notes.push(t!(voice, "answer-costs-us-cost", cost = voice.money(cost)));
    }
    if !o.barred.best {
        notes.extend(super::relied::notes(a, voice, o));
    }
    let payer = a.charged_to(o).filter(|_| o.owed.best && !o.barred.best);
    notes.extend(payer.map(|team| t!(voice, "answer-paid-by", team = team)));
    notes
}

/// What takes it beyond the role that asks, other than the terms, which show it themselves.
fn why(a: &Assessment<'_>, voice: Voice<'_>, o: &OptionOutcome) -> Vec<String> {
    let shown =
        |i: &&usize| a.told.get(**i) == Some(&Told::Proven) && a.terms.iter().any(|t| !voice.is_yours(t.need.worst));
    let lenders = o.borrows.iter().filter(shown).filter_map(|i| a.book.circumstances.get(*i));
    let mut why: Vec<String> =
        lenders.map(|c| t!(voice, "answer-because-of-says", says = voice::lower(&c.says))).collect();
    if voice.is_yours(o.need.best) {
        return why;
    }
    let MadeOf { per_grant, per_customer, guard, per_payout, .. } = o.made_of;
    let is_it = |need: Need| need == o.need.best;
    if is_it(per_grant.best) {
        why.push(t!(voice, "answer-more-than-you-may-give"));
    }
    if is_it(per_payout.best) {
        why.push(t!(voice, "answer-more-than-you-may-pay-out"));
    }
    if is_it(per_customer) {
        why.push(t!(voice, "answer-your-exceptions-for-this-customer"));
    }
    if is_it(guard.best) {
        let raising = a
            .version
            .guards
            .iter()
            .zip(&a.guards)
            .filter(|(g, t)| **t == Truth::Yes && Need::role(g.needs) == guard.best);
        why.extend(raising.map(|(g, _)| voice::lower(&g.says)));
    }
    why
}
