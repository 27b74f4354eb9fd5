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

/// How a purchase without an id begins, by its customer and policy: no id has small letters.
const UNNAMED: &str = "customer ";
/// Most bytes of an id as it is kept; a longer one is kept as its digest.
const BYTES_MAX: usize = 120;

/// Which row of the ledger. The order of keys is the order in which their rows are locked.
///
/// A value comes from [`LedgerKey::of`] alone, in whatever way it was kept: a journal of an older version of this program names
/// a payment with the order it was found under, and an order with its `#`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct LedgerKey {
    purchase: String,
    account: Account,
}

/// A key as it is kept.
#[derive(Deserialize)]
#[serde(rename = "LedgerKey", deny_unknown_fields)]
struct Kept {
    purchase: String,
    account: Account,
}

impl From<Kept> for LedgerKey {
    fn from(kept: Kept) -> Self {
        Self::of(&kept.purchase, kept.account)
    }
}

impl LedgerKey {
    /// The row of a part of a purchase, by ids as [`written`] makes them. A payment is one whatever it was paid for: what two
    /// orders were paid with together goes back once.
    #[must_use]
    pub fn of(purchase: &str, account: Account) -> Self {
        let account = match account {
            Account::Payment(id) => Account::Payment(without_marks(&id)),
            other => other,
        };
        let purchase = match &account {
            Account::Payment(id) => id.clone(),
            _ if purchase.starts_with(UNNAMED) => purchase.to_owned(),
            _ => without_marks(purchase),
        };
        Self { purchase, account }
    }

    /// What was paid for; of a payment, the payment itself.
    #[must_use]
    pub fn purchase(&self) -> &str {
        &self.purchase
    }

    /// Which part of it.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }
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
            Account::Payment(id) => write!(f, "payment `{id}`"),
        }
    }
}

/// An id as it is kept and compared: ` a-1` and `A-1` are one purchase, and so are `#1001` and `1001`. What people read keeps
/// their writing.
///
/// Letters are compared in capitals and in one form of Unicode, dashes as hyphens; spaces, control characters and
/// characters that nobody sees are left out: nobody tells two orders of one shop apart by those. A `#` says that a number
/// follows and is no part of it: shops show `#1001` where their systems keep `1001`, and people type either. It is left out
/// where the id, or a part of it behind a sign as in `late/#1001`, begins with it. Behind a letter or a digit it stays, since
/// `1001#2` may be the second parcel of an order and `10012` another order; so do zeros and all other signs.
#[must_use]
pub fn written(id: &str) -> String {
    let folded: String = id.nfkc().collect::<String>().to_uppercase();
    let plain: String = folded.nfkc().filter(|c| is_seen(*c)).map(with_hyphens).collect();
    // A global id, as `gid://shop/Order/1001`, ends with the number, as that of a customer does.
    let plain = if plain.starts_with("GID://") { plain.rsplit('/').next().unwrap_or_default() } else { &plain };
    let plain = without_marks(plain);
    if plain.len() <= BYTES_MAX { plain } else { Digest::of(plain.as_bytes()).to_string() }
}

/// Without each `#` that a number begins with.
fn without_marks(id: &str) -> String {
    let mut plain = String::with_capacity(id.len());
    for c in id.chars() {
        let begins = plain.chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '#');
        if c != '#' || !begins {
            plain.push(c);
        }
    }
    plain
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
///
/// # Errors
/// The denial with which whoever gives it would be met: it pays out for nothing that is named, to nobody who is known.
pub fn claims_of(case: &Case, frozen: &Frozen, option: &OptionFrozen) -> Result<Vec<Claim>, Denied> {
    claims(case, frozen, option, option.most.as_ref().or(option.amount.as_ref()))
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
        (None, Some(customer)) => Ok(format!("{UNNAMED}{customer} policy {}", frozen.policy)),
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
        let key = LedgerKey::of(purchase, account);
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
                let key = LedgerKey::of(purchase, Account::Payment(id));
                let back = payment.left.map_or(0, |left| payment.paid.minor.saturating_sub(left.minor).max(0));
                all.push(Claim { refunded: back, ..self.claim(key, share, payment.paid, true) });
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
        for told in
            ["1001", "#1001", " # 1001 ", "##1001", "\u{ff03}\u{ff11}\u{ff10}\u{ff10}\u{ff11}", "\u{200b}#1001\n"]
        {
            assert_eq!(written(told), "1001", "{told:?}");
        }
        assert_eq!(written("gid://shop/Order/1001"), "1001", "a global id ends with the number");
        assert_eq!(written("late/#1001"), written("LATE/1001"), "as a book puts something before it");
        for other in ["10012", "1001#2", "1001##2", "01001", "1001-2", "-1001", "A1001", "A#1001"] {
            let all = ["1001", "10012", "1001#2", "1001##2", "01001", "1001-2", "-1001", "A1001", "A#1001"];
            let same: Vec<&&str> = all.iter().filter(|one| written(one) == written(other)).collect();
            assert_eq!(same, [&other], "different orders stay different");
        }
        assert_eq!(written("#"), "", "a sign alone names nothing");
        for told in ["#1001", "a/##b#", "1001##2"] {
            assert_eq!(written(&written(told)), written(told), "{told:?}: once and for all");
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
        let payment = |(id, paid): &(&str, i64)| PaymentFrozen { id: (*id).to_owned(), paid: usd(*paid), left: None };
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
        let card = |minor| ("payment `CARD_1`".to_owned(), minor, Some(4_000));
        let gift = ("payment `GIFT`".to_owned(), 1_000, Some(6_000));
        assert_eq!(told(of(5_000)), [goods(5_000), card(4_000), gift]);
        assert_eq!(told(of(3_000)), [goods(3_000), card(3_000)], "of the first alone");
        let more = Part { step: 1, of: &part, money: usd(10_001), against: &against }.claims("A-1", &part.id);
        assert!(matches!(more, Err(Denied::NothingAgainst { .. })), "more than the payments have: {more:?}");
    }

    #[test]
    fn a_payment_is_one_whatever_it_was_paid_for() {
        let card = |order: &str, id: &str| LedgerKey::of(order, Account::Payment(id.to_owned()));
        assert_eq!(card("A-1", "CARD_1"), card("A-2", "CARD_1"));
        assert_ne!(card("A-1", "CARD_1"), card("A-1", "CARD_2"));
        assert_ne!(card("A-1", "CARD_1"), LedgerKey::of("CARD_1", Account::Goods));
    }

    #[test]
    fn keys_of_an_older_journal_are_those_of_today() {
        let read = |text: &str| serde_json::from_str::<LedgerKey>(text).unwrap();
        let key = LedgerKey::of("1001", Account::Goods);
        assert_eq!(read(r##"{"purchase":"#1001","account":"goods"}"##), key);
        assert_eq!(read(&serde_json::to_string(&key).unwrap()), key);
        let card = LedgerKey::of("A-1", Account::Payment("CARD_1".to_owned()));
        assert_eq!(read(r#"{"purchase":"A-1","account":{"payment":"CARD_1"}}"#), card);
        assert_eq!(read(&serde_json::to_string(&card).unwrap()), card);
        let unnamed = r#"{"purchase":"customer c_1 policy returns","account":"goods"}"#;
        assert_eq!(serde_json::to_string(&read(unnamed)).unwrap(), unnamed);
        assert!(serde_json::from_str::<LedgerKey>(r#"{"purchase":"A-1","account":"goods","x":1}"#).is_err());
    }
}
