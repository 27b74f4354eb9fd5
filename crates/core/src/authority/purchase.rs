//! What a grant pays out against: purchases and payments by their ids, and the claims that a grant makes on them.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::assess::frozen::{Against, Amount, Frozen, OptionFrozen, OptionGroup, PartFrozen};
use crate::case::Case;
use crate::denied::Denied;
use crate::digest::Digest;
use crate::facts::Source;
use crate::ids::OptionId;
use crate::money::Money;

/// Most bytes of an id as it is kept; a longer one is kept as its digest.
const BYTES_MAX: usize = 120;

/// Which row of the ledger. The order of keys is the order in which their rows are locked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKey {
    /// What was paid for: an id as [`written`] makes it.
    pub purchase: String,
    /// Which part of it.
    pub account: Account,
}

/// A part of a purchase that has money of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// What was bought.
    Goods,
    /// Its shipping.
    Shipping,
    /// A fee.
    Fee,
    /// What was paid with one payment, by its id.
    Payment(String),
}

impl Account {
    /// The account that a kind of remedy gives back of.
    #[must_use]
    pub fn of_kind(kind: &str) -> Self {
        match kind {
            "shipping_credit" => Self::Shipping,
            "fee_waiver" => Self::Fee,
            _ => Self::Goods,
        }
    }

    /// In one word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Goods => "goods",
            Self::Shipping => "shipping",
            Self::Fee => "fee",
            Self::Payment(_) => "payment",
        }
    }
}

/// As people read it in a denial.
impl fmt::Display for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.account {
            Account::Goods => write!(f, "what was paid for `{}`", self.purchase),
            Account::Shipping => write!(f, "the shipping of `{}`", self.purchase),
            Account::Fee => write!(f, "the fee `{}`", self.purchase),
            Account::Payment(id) => write!(f, "payment `{id}` of `{}`", self.purchase),
        }
    }
}

/// An id as it is kept and compared: ` a-1` and `A-1` are one purchase.
///
/// Letters are compared in capitals and in one form of Unicode, dashes as hyphens; spaces, control characters and
/// characters that nobody sees are left out.
#[must_use]
pub fn written(id: &str) -> String {
    let folded: String = id.nfkc().collect::<String>().to_uppercase();
    let plain: String = folded.nfkc().filter(|c| is_seen(*c)).map(with_hyphens).collect();
    if plain.len() <= BYTES_MAX { plain } else { Digest::of(plain.as_bytes()).to_string() }
}

/// What a keyboard or an editor makes of a hyphen is one.
const fn with_hyphens(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c => c,
    }
}

fn is_seen(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    !hidden && !c.is_whitespace() && !c.is_control()
}

/// What was paid, as someone tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// How much.
    pub paid: i64,
    /// How much of it was given back already, in minor units too.
    pub refunded: i64,
    /// How surely both are known; none: the remedy does not say what was paid, and its whole amount stands for it.
    pub source: Option<Source>,
}

/// What a step of a grant takes of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The step's place among the grant's steps, from 1.
    pub step: u32,
    /// The row.
    pub key: LedgerKey,
    /// How much.
    pub amount: Money,
    /// What was paid, in minor units of the same currency; none where it was paid in another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<i64>,
    /// What of it was given back already; once it is taken, what was given back elsewhere alone.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub refunded: i64,
    /// How surely both are known, as a source's word; none: the amount stands for what was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_nothing(minor: &i64) -> bool {
    *minor == 0
}

impl Claim {
    /// What the claim tells of what was paid; none where it was paid in another currency.
    #[must_use]
    pub fn told(&self) -> Option<Told> {
        let source = self.source.as_deref().and_then(Source::parse);
        Some(Told { paid: self.paid?, refunded: self.refunded, source })
    }
}

/// What a grant of an option takes, part by part.
///
/// # Errors
/// A denial when it pays out for nothing that is named, to nobody who is known: then nothing could count it.
pub(super) fn claims(
    case: &Case,
    frozen: &Frozen,
    option: &OptionFrozen,
    amount: Option<&Amount>,
) -> Result<Vec<Claim>, Denied> {
    let single = option.parts.len() == 1;
    let mut all = Vec::new();
    for (step, part) in (1..).zip(&option.parts) {
        let amount = if single { amount } else { part.amount.as_ref() };
        let Some(money) = amount.and_then(Amount::money).filter(|money| money.minor != 0) else { continue };
        let Some(against) = against(frozen, option, part) else { continue };
        let of_part = Part { step, of: part, money, against: &against };
        all.extend(of_part.claims(&purchase(case, frozen, &against, option)?, &option.id)?);
    }
    Ok(all)
}

/// What an option would take at most, for whoever shows what is left before anything is given.
#[must_use]
pub fn claims_of(case: &Case, frozen: &Frozen, option: &OptionFrozen) -> Vec<Claim> {
    claims(case, frozen, option, option.most.as_ref().or(option.amount.as_ref())).unwrap_or_default()
}

/// What a part counts against: as its remedy says. Money back in a remedy that someone wrote for this case counts against
/// what the assessment is about.
fn against(frozen: &Frozen, option: &OptionFrozen, part: &PartFrozen) -> Option<Against> {
    if part.against.is_some() || option.group != OptionGroup::Bespoke {
        return part.against.clone();
    }
    let kind = part.kind.as_deref().filter(|kind| gives_back(kind))?;
    let account = Account::of_kind(kind);
    let parts = frozen.options.iter().flat_map(|option| &option.parts);
    let known: Vec<(&PartFrozen, &Against)> = parts.filter_map(|p| Some((p, p.against.as_ref()?))).collect();
    let same = |(p, _): &&(&PartFrozen, &Against)| p.kind.as_deref().map(Account::of_kind).as_ref() == Some(&account);
    if let Some((_, against)) = known.iter().find(same) {
        return Some(Against { payments: Vec::new(), split: None, ..(*against).clone() });
    }
    // Where nothing names a purchase it counts with all others of its customer and policy.
    let unsaid =
        |purchase, source| Against { purchase, of: None, refunded: None, source, payments: Vec::new(), split: None };
    let first = known.first().map(|(_, against)| unsaid(against.purchase.clone(), against.source));
    Some(first.unwrap_or_else(|| unsaid(None, Source::Claimed)))
}

/// Whether a kind is money back for something that was paid, whoever writes it.
fn gives_back(kind: &str) -> bool {
    matches!(kind, "refund" | "price_adjustment" | "shipping_credit" | "fee_waiver")
}

/// The purchase a part counts against. One without an id counts with all others of its customer and policy.
fn purchase(case: &Case, frozen: &Frozen, against: &Against, option: &OptionFrozen) -> Result<String, Denied> {
    let id = against.purchase.as_deref().map(written).filter(|id| !id.is_empty());
    match (id, &case.customer) {
        (Some(id), _) => Ok(id),
        (None, Some(customer)) => Ok(format!("customer {customer} policy {}", frozen.policy)),
        (None, None) => Err(Denied::NothingAgainst { option: option.id.clone() }),
    }
}

struct Part<'a> {
    step: u32,
    of: &'a PartFrozen,
    money: Money,
    against: &'a Against,
}

impl Part<'_> {
    fn claims(&self, purchase: &str, option: &OptionId) -> Result<Vec<Claim>, Denied> {
        let account = Account::of_kind(self.of.kind.as_deref().unwrap_or_default());
        let whole = self.of.amount.as_ref().and_then(Amount::money).unwrap_or(self.money);
        let key = LedgerKey { purchase: purchase.to_owned(), account };
        let mut all = vec![match self.against.of {
            Some(of) => self.claim(key, self.money, of, true),
            None => self.claim(key, self.money, whole, false),
        }];
        // What no split gives to the payments is of none that could count it.
        let shares = match self.against.shares(self.money) {
            None if !self.against.payments.is_empty() => {
                return Err(Denied::NothingAgainst { option: option.clone() });
            }
            shares => shares.unwrap_or_default(),
        };
        for (payment, share) in self.against.payments.iter().zip(shares) {
            let id = written(&payment.id);
            // One that paid nothing is where the money is wanted, not where it came from.
            if share.minor != 0 && payment.paid.minor != 0 && !id.is_empty() {
                let key = LedgerKey { purchase: purchase.to_owned(), account: Account::Payment(id) };
                all.push(Claim { refunded: 0, ..self.claim(key, share, payment.paid, true) });
            }
        }
        Ok(all)
    }

    fn claim(&self, key: LedgerKey, amount: Money, paid: Money, said: bool) -> Claim {
        let same = |money: &Money| money.currency == amount.currency;
        // Nothing at all goes with every currency.
        let refunded = self.against.refunded.filter(|money| money.minor != 0);
        let all_same = same(&paid) && refunded.as_ref().is_none_or(same);
        Claim {
            step: self.step,
            key,
            amount,
            paid: all_same.then_some(paid.minor),
            refunded: refunded.filter(same).map_or(0, |money| money.minor.max(0)),
            source: said.then(|| self.against.source.word().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::frozen::{PaymentFrozen, SplitFrozen};

    #[test]
    fn one_purchase_is_one_however_it_is_typed() {
        for told in
            ["A-1", "a-1", " A-1 ", "A -1", "\u{ff21}-1", "A\u{200b}-1", "a-1\u{0}\n", "A\u{2013}1", "A\u{2011}1"]
        {
            assert_eq!(written(told), "A-1", "{told:?}");
        }
        assert_eq!(written("Stra\u{df}e"), written("STRASSE"));
        assert_eq!(written("u\u{308}"), written("\u{dc}"), "composed or not");
        assert_ne!(written("A-1"), written("A-2"));
        assert_eq!(written(" \u{200b}\t"), "", "nothing that anyone sees is no id");
        assert!(written(&"9".repeat(5_000)).len() <= BYTES_MAX);
        assert_ne!(written(&"9".repeat(5_000)), written(&"9".repeat(5_001)));
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, crate::money::Currency::USD)
    }

    fn split(of: i64, payments: &[(&str, i64)]) -> Against {
        let payment = |(id, paid): &(&str, i64)| PaymentFrozen { id: (*id).to_owned(), paid: usd(*paid) };
        Against {
            purchase: Some("A-1".to_owned()),
            of: Some(usd(of)),
            refunded: None,
            source: Source::Seen,
            payments: payments.iter().map(payment).collect(),
            split: Some(SplitFrozen::InOrder),
        }
    }

    #[test]
    fn an_amount_over_two_payments_takes_from_each_what_it_gets() {
        let against = split(10_000, &[("card_1", 4_000), ("gift", 6_000)]);
        let part = PartFrozen {
            id: OptionId::parse("money_back").unwrap(),
            kind: Some("refund".to_owned()),
            amount: Some(Amount::Money(usd(10_000))),
            cost: None,
            with: serde_json::Value::Null,
            against: None,
        };
        let of =
            |minor| Part { step: 1, of: &part, money: usd(minor), against: &against }.claims("A-1", &part.id).unwrap();
        let told = |claims: Vec<Claim>| -> Vec<(String, i64, Option<i64>)> {
            claims.into_iter().map(|claim| (claim.key.to_string(), claim.amount.minor, claim.paid)).collect()
        };
        let goods = |minor| ("what was paid for `A-1`".to_owned(), minor, Some(10_000));
        let card = |minor| ("payment `CARD_1` of `A-1`".to_owned(), minor, Some(4_000));
        let gift = ("payment `GIFT` of `A-1`".to_owned(), 1_000, Some(6_000));
        assert_eq!(told(of(5_000)), [goods(5_000), card(4_000), gift]);
        assert_eq!(told(of(3_000)), [goods(3_000), card(3_000)], "of the first alone");
        let more = Part { step: 1, of: &part, money: usd(10_001), against: &against }.claims("A-1", &part.id);
        assert!(matches!(more, Err(Denied::NothingAgainst { .. })), "more than the payments have: {more:?}");
    }
}
