//! Every denial as people read it.

use std::fmt::Write;

use super::*;
use crate::authority::{Account, Holder, Period};
use crate::ids::TeamId;
use crate::money::Currency;
use crate::time::{Date, Zone};

fn id<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).ok().unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// One of each, in the order of the enum.
fn all() -> Vec<Denied> {
    let at = Time::parse("2026-11-16T18:04:00-05:00", &Zone::utc()).unwrap();
    let day = Date::of(2026, 11, 16).unwrap();
    let key = |holder, period| BudgetKey { holder, period, currency: Currency::USD };
    let team = key(Holder::Team(TeamId::parse("shop").unwrap()), Period::month(day));
    let person = key(Holder::Person(id("rita")), Period::day(day));
    let digest = Digest::of(b"an assessment");
    let option: OptionId = id("credit_difference");
    let approval: ApprovalId = id("a1");
    let row = |account| LedgerKey::of("A-1", account);
    let cases = |n: usize| (0..n).map(|n| (id(&format!("c_{n}")), false)).collect();
    vec![
        Denied::NotOpen { state: State::Settled },
        Denied::NotOpen { state: State::Declined },
        Denied::NotTheOwner { owner: id("rita") },
        Denied::NotAPerson,
        Denied::NotByHand,
        Denied::ByConnector { grant: id("g1") },
        Denied::NotTheGiver { grant: id("g1"), by: id("rita") },
        Denied::UnderWay { grant: id("g1") },
        Denied::NotYet { at },
        Denied::Unknown { what: "promise", id: "p1".into() },
        Denied::Exists { what: "grant", id: "g1".into() },
        Denied::AlreadyDone { what: "grant", id: "g1".into() },
        Denied::TooMuch,
        Denied::CustomerFull,
        Denied::NoSuchRole { role: id("intern") },
        Denied::HandoverOpen { to: id("omar") },
        Denied::NoHandover,
        Denied::NotTheReceiver { to: id("omar") },
        Denied::OwnsIt { owner: id("rita") },
        Denied::NotAbove { owner: id("rita"), role: id("frontline") },
        Denied::DatesDisagree,
        Denied::AskedLater { asked: at },
        Denied::ReasonMissing,
        Denied::OtherTeam { team: id("web") },
        Denied::OtherCustomer { customer: id("c_1001") },
        Denied::NothingInstead,
        Denied::GrantOpen { grant: id("g1") },
        Denied::ApprovalOpen { approval: approval.clone() },
        Denied::PromiseOpen { promise: "p1".into() },
        Denied::NotAssessed { assessment: digest.clone() },
        Denied::AssessedSince { latest: digest },
        Denied::BehindTheCase { granted: usd(2_000), released: usd(0), paid: usd(2_000) },
        Denied::NoSuchOption { option: option.clone() },
        Denied::Barred { option: option.clone(), by: "payer".into() },
        Denied::FactsMissing { option: option.clone() },
        Denied::NobodyMay { option: option.clone() },
        Denied::AmountNotOffered { option: option.clone(), offered: "20.00 USD to 40.00 USD".into() },
        Denied::AlreadyGranted { option: option.clone(), grant: id("g1") },
        Denied::SaidNo { option: option.clone(), by: id("lena") },
        Denied::LoanUsedUp { circumstance: "illness".into() },
        Denied::KindBarred { kind: "refund".into() },
        Denied::NoSuchKind { kind: "Refund".into() },
        Denied::NotWhole { why: "say what it costs" },
        Denied::NoSuchDepartment { department: Department("nobody".to_owned()) },
        Denied::OtherPayee,
        Denied::MayNotWrite,
        Denied::KeptDiffers,
        Denied::Moved { version: 12 },
        Denied::BelowZero,
        Denied::OtherCurrency { key: team.clone() },
        Denied::OverBudget { key: person.clone(), left: usd(1_000) },
        Denied::NotReserved { key: team.clone(), reserved: usd(0) },
        Denied::BudgetNotThere { key: team },
        Denied::LedgerLeft { key: row(Account::Goods), left: usd(0), cases: Vec::new() },
        Denied::LedgerLeft { key: row(Account::Payment("CARD_1".into())), left: usd(500), cases: cases(1) },
        Denied::LedgerLeft { key: row(Account::Shipping), left: usd(0), cases: cases(2) },
        Denied::NothingAgainst { option: option.clone() },
        Denied::LedgerNotThere { key: row(Account::Fee) },
        Denied::AgentsOnlyAsk,
        Denied::NobodyTheirOwn { person: id("rita") },
        Denied::RoleTooLow { least: id("lead") },
        Denied::WasInIt { person: id("lena") },
        Denied::NotWaiting { approval: approval.clone() },
        Denied::AlreadyAsked { approval: approval.clone() },
        Denied::NotApproved { approval: approval.clone() },
        Denied::ApprovedOther { approval: approval.clone(), option, amount: "30.00 USD".into() },
        Denied::ApprovalEnded { approval, at },
        Denied::NoNo,
        Denied::LookedTwice,
        Denied::NobodyAbove { role: id("head") },
    ]
}

#[test]
fn every_denial_says_what_stands_in_the_way_and_what_to_do() {
    let mut out = String::new();
    for denied in all() {
        writeln!(out, "{}: {denied}", denied.word()).unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn every_denial_is_among_them_once_and_in_order() {
    let mut words: Vec<&str> = all().iter().map(Denied::word).collect();
    words.dedup();
    assert_eq!(words, Denied::WORDS);
}
