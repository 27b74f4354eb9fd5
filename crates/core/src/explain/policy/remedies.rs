//! The remedies of a rule in words.

use super::super::voice::Voice;
use super::{Offers, RemedyWords, constant, sources};
use crate::book::rules::{Amount, FieldValue, Group, One, Remedy, RemedyBody, Split, Version};
use crate::program::op::Reg;
use crate::types::Type;

const GROUPS: [(Group, &str); 4] = [
    (Group::Recovery, "owed when we got it wrong"),
    (Group::Remedies, "owed when every term holds, else given by whoever may stretch those that do not"),
    (Group::Goodwill, "asks for no term, only for someone who may give as much"),
    (Group::Instead, "possible in place of what is barred"),
];

/// Those that stand by themselves, by why they are given.
pub(super) fn offers(voice: Voice<'_>, version: &Version) -> Vec<Offers> {
    let of = |wanted: Group| {
        let options = version.options.iter().filter_map(|i| version.remedies.get(*i));
        options.filter(move |r| r.group == wanted).map(|r| words(voice, version, r)).collect::<Vec<_>>()
    };
    let all = GROUPS.map(|(group, when)| {
        let is_free = group == Group::Remedies && version.roots.is_empty();
        let when = if is_free { "owed to whoever asks" } else { when };
        Offers { group, when: when.to_owned(), remedies: of(group) }
    });
    all.into_iter().filter(|offers| !offers.remedies.is_empty()).collect()
}

fn words(voice: Voice<'_>, version: &Version, remedy: &Remedy) -> RemedyWords {
    let part = |index: usize| Some(words(voice, version, version.remedies.get(index)?));
    let (amount, cost, parts) = match &remedy.body {
        RemedyBody::One(one) => (
            one.amount.map(|amount| range(voice, version, one, amount)),
            one.cost.map(|reg| self::cost(voice, version, reg)),
            Vec::new(),
        ),
        RemedyBody::Bundle(parts) => {
            let part = |(index, may_drop): &(usize, bool)| {
                let mut words = part(*index)?;
                words.notes.extend(may_drop.then(|| "only where it is possible".to_owned()));
                Some(words)
            };
            (None, None, parts.iter().filter_map(part).collect())
        }
        RemedyBody::Either(parts) => (None, None, parts.iter().filter_map(|i| part(*i)).collect()),
    };
    RemedyWords {
        id: remedy.id.clone(),
        says: remedy.says.clone(),
        amount,
        cost,
        notes: notes(voice, version, remedy),
        parts,
    }
}

fn range(voice: Voice<'_>, version: &Version, one: &One, amount: Amount) -> String {
    match amount {
        Amount::One(reg) => self::amount(voice, version, &one.amount_type, reg),
        Amount::Range(least, most) => {
            let (least, most) =
                (written(voice, version, &one.amount_type, least), written(voice, version, &one.amount_type, most));
            match (least, most) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (None, Some(most)) => format!("up to {most}"),
                (Some(least), None) => format!("{least} or more"),
                (None, None) => "a range that is worked out".to_owned(),
            }
        }
    }
}

/// An amount as it is written out.
fn written(voice: Voice<'_>, version: &Version, ty: &Type, reg: Reg) -> Option<String> {
    constant(version, reg).map(|val| voice.long(val.as_number(), ty, val.currency()))
}

fn amount(voice: Voice<'_>, version: &Version, ty: &Type, reg: Reg) -> String {
    written(voice, version, ty, reg).unwrap_or_else(|| {
        sources(voice.book, version, reg)
            .map_or_else(|| "worked out".to_owned(), |sources| format!("worked out from {sources}"))
    })
}

/// What something costs the business.
pub(super) fn cost(voice: Voice<'_>, version: &Version, reg: Reg) -> String {
    let nothing = constant(version, reg).is_some_and(|val| val.as_number().signum() == 0);
    if nothing { "nothing".to_owned() } else { amount(voice, version, &Type::Money, reg) }
}

fn notes(voice: Voice<'_>, version: &Version, remedy: &Remedy) -> Vec<String> {
    let mut notes = Vec::new();
    if matches!(remedy.body, RemedyBody::Either(_)) {
        notes.push("the first of these that holds".to_owned());
    }
    if let Some(reg) = remedy.when {
        let sources = sources(voice.book, version, reg);
        notes.push(
            sources.map_or_else(|| "in some cases only".to_owned(), |s| format!("in some cases only: depends on {s}")),
        );
    }
    if remedy.partial {
        notes.push("less than the amount may be given".to_owned());
    }
    if let RemedyBody::One(one) = &remedy.body {
        notes.extend(one.split.map(|split| shared(split).to_owned()));
    }
    let expires = remedy.fields.iter().find(|(name, _)| name == "expires").map(|(_, value)| value);
    notes.extend(expires.map(|value| {
        match value {
            FieldValue::Text(text) if text == "never" => "never expires".to_owned(),
            FieldValue::Text(text) => format!("good for {text}"),
            FieldValue::Computed(reg, ty, _) => written(voice, version, ty, *reg)
                .map_or_else(|| "expires on a day that is worked out".to_owned(), |day| format!("good until {day}")),
        }
    }));
    if let Some(kept) = remedy.keeps.and_then(|reg| written(voice, version, &Type::Percent, reg)) {
        notes.push(format!("expected to keep {kept} of what the customer is worth"));
    }
    notes.extend(remedy.charged_to.as_ref().map(|team| format!("{team} pays")));
    notes
}

const fn shared(split: Split) -> &'static str {
    match split {
        Split::InOrder => "goes to the first payment as far as that goes, then to the next",
        Split::Proportional => "goes to all payments, by what each paid",
    }
}
