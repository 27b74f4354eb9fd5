//! The ledger: what it lets through, whom it believes, and the law that nothing gives back more than was paid.

use proptest::prelude::*;

use super::super::purchase::Account;
use super::*;

fn key() -> LedgerKey {
    LedgerKey::of("A-1", Account::Goods)
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn claim(amount: Money, paid: i64, source: Option<Source>) -> Claim {
    let source = source.map(|source| source.word().to_owned());
    Claim { step: 1, key: key(), amount, paid: Some(paid), refunded: 0, source }
}

fn seen(amount: i64, paid: i64) -> Claim {
    claim(usd(amount), paid, Some(Source::Seen))
}

fn system(amount: i64, paid: i64) -> Claim {
    claim(usd(amount), paid, Some(Source::System))
}

fn id<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).ok().unwrap()
}

fn reserve(row: &Ledger, claim: &Claim, grant: &str) -> Result<Ledger, Denied> {
    let (grant, by) = (id(grant), id("rita"));
    row.reserve(&row.without_ours(claim), &Holding { grant: &grant, case: &id(&format!("case_{grant}")), by: &by })
}

fn left_after(row: &Ledger, claim: &Claim) -> Result<i64, i64> {
    match reserve(row, claim, "next") {
        Ok(row) => Ok(row.left().unwrap().minor),
        Err(Denied::LedgerLeft { left, .. }) => Err(left.minor),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_was_paid_goes_back_once() {
    let row = reserve(&Ledger::new(key()), &seen(6_000, 10_000), "g1").unwrap();
    assert_eq!((row.left(), row.reserved(), row.settled()), (Some(usd(4_000)), 6_000, 0));
    let denied = reserve(&row, &seen(4_001, 10_000), "g2").unwrap_err();
    let cases = vec![(id("case_g1"), true)];
    assert_eq!(denied, Denied::LedgerLeft { key: key(), left: usd(4_000), cases });
    let settled = row.settle(&id("g1"), 1);
    assert_eq!((settled.left(), settled.reserved(), settled.settled()), (Some(usd(4_000)), 0, 6_000));
    assert_eq!(settled.release(&id("g1"), 1), settled, "what is done stays done");
    assert_eq!(row.release(&id("g1"), 2), row, "another step");
    assert_eq!(row.release(&id("g1"), 1).left(), Some(usd(10_000)));
}

#[test]
fn a_system_is_believed_and_anyone_else_lowers_it_at_most() {
    let row = reserve(&Ledger::new(key()), &seen(1_000, 2_000), "g1").unwrap();
    assert_eq!(left_after(&row, &seen(1_001, 9_000)), Err(1_000), "not raised");
    assert_eq!(left_after(&row, &system(1_001, 9_000)), Ok(6_999));
    assert_eq!(left_after(&row, &seen(500, 1_500)), Ok(0), "lowered");
    let known = reserve(&row, &system(0, 9_000), "g2").unwrap();
    assert_eq!(left_after(&known, &seen(100, 1_200)), Ok(100));
    assert_eq!(left_after(&known, &system(100, 900)), Err(0), "the system tells of less by now");
}

#[test]
fn what_was_given_back_elsewhere_is_not_given_again() {
    let refunded = |claim: Claim, refunded| Claim { refunded, ..claim };
    let row = reserve(&Ledger::new(key()), &refunded(system(1_000, 10_000), 3_000), "g1").unwrap();
    assert_eq!((row.refunded(), row.left()), (3_000, Some(usd(6_000))));
    let row = row.settle(&id("g1"), 1);
    assert_eq!(row.left(), Some(usd(6_000)), "theirs was told before ours was given: both are gone");
    assert_eq!(left_after(&row, &system(6_001, 10_000)), Err(6_000), "an older answer does not take it back");
    assert_eq!(left_after(&row, &refunded(system(100, 10_000), 4_000)), Ok(5_900), "theirs holds ours by now");
    assert_eq!(left_after(&row, &refunded(system(100, 10_000), 5_000)), Ok(4_900), "and a thousand more");
    assert_eq!(left_after(&row, &refunded(seen(500, 10_000), 9_000)), Ok(5_500), "a word holds for its own grant");
    assert_eq!(left_after(&row, &refunded(seen(1_001, 10_000), 9_000)), Err(1_000));
}

/// Paid 100, of which a shop system gave back 40 and we gave back 60: nobody gives back 40 once more.
#[test]
fn what_others_gave_back_and_what_we_gave_back_add_up() {
    let refunded = |claim: Claim, refunded| Claim { refunded, ..claim };
    let row = reserve(&Ledger::new(key()), &refunded(system(6_000, 10_000), 4_000), "g1").unwrap().settle(&id("g1"), 1);
    assert_eq!(left_after(&row, &refunded(system(1, 10_000), 4_000)), Err(0), "a system that does not see ours");
    assert_eq!(left_after(&row, &refunded(system(1, 10_000), 10_000)), Err(0), "one that does");
}

#[test]
fn where_nothing_says_what_was_paid_the_first_amount_stands_for_it() {
    let whole = claim(usd(695), 695, None);
    let row = reserve(&Ledger::new(key()), &whole, "g1").unwrap();
    assert_eq!(left_after(&row, &claim(usd(800), 800, None)), Err(0), "once");
    assert_eq!(left_after(&row, &seen(100, 2_000)), Ok(1_205), "until someone says");
    assert_eq!(left_after(&reserve(&row, &seen(0, 2_000), "g2").unwrap(), &whole), Ok(610));
}

#[test]
fn a_purchase_paid_in_one_currency_has_nothing_left_in_another() {
    let row = reserve(&Ledger::new(key()), &seen(1_000, 10_000), "g1").unwrap();
    let other = claim(eur(1), 10_000, Some(Source::System));
    let denied = reserve(&row, &other, "g2").unwrap_err();
    assert!(matches!(denied, Denied::LedgerLeft { left, .. } if left == eur(0)), "{denied}");
    let unlike = Claim { paid: None, ..seen(1, 0) };
    assert_eq!(left_after(&Ledger::new(key()), &unlike), Err(0), "what was paid is in another");
    let systems = reserve(&Ledger::new(key()), &system(1_000, 10_000), "g1").unwrap().release(&id("g1"), 1);
    let typed = claim(eur(1), 90_000, Some(Source::Seen));
    assert_eq!(left_after(&systems, &typed), Err(0), "nobody makes up what a system said");
    let taken_back = row.release(&id("g1"), 1);
    assert_eq!(left_after(&taken_back, &other), Ok(9_999), "nothing was given of it");
}

#[test]
fn an_agent_is_told_of_its_own_cases_only() {
    let by = |row: &Ledger, grant: &str, by: &str| {
        let (grant, by) = (id(grant), id(by));
        row.reserve(&seen(40, 100), &Holding { grant: &grant, case: &id(&format!("case_{grant}")), by: &by })
    };
    let row = by(&by(&Ledger::new(key()), "g1", "ada").unwrap(), "g2", "rita").unwrap();
    let denied = by(&row, "g3", "ada").unwrap_err();
    assert_eq!(denied.cases(false), [id("case_g2"), id("case_g1")], "the latest first");
    assert_eq!(denied.cases(true), [id("case_g1")]);
    assert!(!denied.to_string().contains("case_g"), "{denied}");
}

#[test]
fn a_row_counts_so_many_grants_and_no_more() {
    let mut row = Ledger::new(key());
    for n in 0..HELD_MAX {
        row = reserve(&row, &system(1, 100_000), &format!("g{n}")).unwrap();
    }
    assert_eq!(reserve(&row, &system(1, 100_000), "one_more"), Err(Denied::TooMuch));
    assert_eq!(reserve(&row, &system(-1, 100_000), "below"), Err(Denied::BelowZero));
}

#[derive(Clone, Debug)]
enum Move {
    Reserve(Claim),
    Settle(usize),
    Release(usize),
}

fn moves(sources: Vec<Option<Source>>) -> impl Strategy<Value = Vec<Move>> {
    let amount = prop_oneof![0..300_i64, Just(i64::MAX)];
    let told = (amount, 0..1_000_i64, 0..300_i64, prop::sample::select(sources));
    let one = (0..4, told, 0..20_usize).prop_map(|(kind, (amount, paid, refunded, source), grant)| match kind {
        0 | 1 => Move::Reserve(Claim { refunded, ..claim(usd(amount), paid, source) }),
        2 => Move::Settle(grant),
        _ => Move::Release(grant),
    });
    prop::collection::vec(one, 0..60)
}

/// Does them all; what was set aside and not taken back, by its own arithmetic.
fn go(moves: Vec<Move>, mut check: impl FnMut(&Ledger, i128, &Move)) {
    let mut row = Ledger::new(key());
    let mut held: Vec<(String, i64, bool)> = Vec::new();
    for (n, step) in moves.into_iter().enumerate() {
        match &step {
            Move::Reserve(claim) => {
                if let Ok(next) = reserve(&row, claim, &format!("g{n}")) {
                    row = next;
                    held.push((format!("g{n}"), claim.amount.minor, false));
                }
            }
            Move::Settle(at) => {
                if let Some((grant, _, done)) = held.get_mut(*at) {
                    row = row.settle(&id(grant), 1);
                    *done = true;
                }
            }
            Move::Release(at) => {
                if let Some((grant, minor, done)) = held.get_mut(*at) {
                    row = row.release(&id(grant), 1);
                    *minor = if *done { *minor } else { 0 };
                }
            }
        }
        check(&row, held.iter().map(|(_, minor, _)| i128::from(*minor)).sum(), &step);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// As long as no system speaks, all together never comes to more than the least that anyone said was paid.
    #[test]
    fn nobody_gets_back_more_than_anyone_said(moves in moves(vec![
        Some(Source::Claimed), Some(Source::Word), Some(Source::Seen),
    ])) {
        let mut most = i128::MAX;
        let mut given = 0;
        let mut broke = None;
        go(moves, |row, sum, step| {
            if let Move::Reserve(claim) = step && sum > given {
                most = most.min(claim.paid.unwrap().into());
                if sum > most { broke = Some((sum, most)); }
            }
            given = sum;
            let taken = i128::from(row.reserved()) + i128::from(row.settled());
            if taken != sum || row.left().is_some_and(|left| left.minor < 0) { broke = Some((taken, sum)); }
        });
        prop_assert_eq!(broke, None);
    }

    /// Whoever speaks: at the moment of a grant, all together is within what the row says was paid.
    #[test]
    fn no_grant_passes_what_was_paid(moves in moves(vec![
        None, Some(Source::Claimed), Some(Source::Seen), Some(Source::System),
    ])) {
        let mut given = 0;
        let mut broke = None;
        go(moves, |row, sum, _| {
            let paid = row.paid().map_or(0, |paid| i128::from(paid.minor));
            if sum > given && i128::from(row.refunded()) + sum > paid {
                broke = Some((sum, paid));
            }
            given = sum;
        });
        prop_assert_eq!(broke, None);
    }
}
