//! A remedy of one's own for one case: for the role that the book names.

use amends_core::assess::frozen::{Department, Frozen, Least, OptionFrozen, OptionGroup, PartFrozen, Size, Takes};
use amends_core::book::model::REMEDY_KINDS;
use amends_core::ids::OptionId;
use amends_core::money::{Currency, Money};
use amends_core::words::Words;
use serde_json::Value;

use crate::desk::typed::{self, Not};
use crate::door::pages::Staff;
use crate::flow::answers::Answers;
use crate::texts::remedy;

/// What a remedy of theirs may be: kind and words; none where they write none.
pub fn kinds(staff: &Staff, frozen: &Frozen) -> Vec<(&'static str, String)> {
    let me = &staff.me.person;
    let may = frozen.bespoke.as_ref().filter(|_| !me.person().is_agent());
    let may = may.filter(|may| staff.me.rules.ladder.reaches(&me.role, &Least::Role(may.role.clone())));
    let Some(may) = may else { return Vec::new() };
    let open = REMEDY_KINDS.iter().filter(|kind| !may.barred.iter().any(|barred| barred == **kind));
    open.map(|kind| (*kind, remedy(kind))).collect()
}

/// What was written: the option, and why.
pub fn written(answers: &Answers, id: OptionId, currency: Currency) -> Result<(OptionFrozen, Words), Not> {
    let text = |name: &str| answers.get(name).unwrap_or_default();
    let says = typed::words(text("own.says"), &t!("case-what-the-customer-gets"))?.to_string();
    let reason = typed::words(text("own.reason"), &t!("case-why-it-is-given"))?;
    let cost = cost(text("own.cost"), currency)?;
    let amount = match text("own.amount") {
        "" => None,
        amount => Some(typed::amount(amount, currency)?),
    };
    let charged_to = match text("own.charged").trim() {
        "" => None,
        team => Some(Department(typed::words(team, &t!("case-own-who-pays"))?.to_string())),
    };
    let kind = Some(text("own.kind").to_owned()).filter(|kind| REMEDY_KINDS.contains(&kind.as_str()));
    let part =
        PartFrozen { id: id.clone(), kind, amount: amount.clone(), cost: Some(cost), with: Value::Null, against: None };
    let option = OptionFrozen {
        id,
        group: OptionGroup::Bespoke,
        says,
        amount,
        most: None,
        cost: Some(cost),
        size: Size::Whole,
        takes: Takes::Facts,
        parts: vec![part],
        charged_to,
        loans: Vec::new(),
        relies: Vec::new(),
    };
    Ok((option, reason))
}

fn cost(text: &str, currency: Currency) -> Result<Money, Not> {
    let cost = typed::amount(text, currency)?;
    cost.money().ok_or_else(|| Not::wrong(t!("case-own-cost-missing")))
}
