//! Budgets: what they let through, and the law that nothing overspends them.

use proptest::prelude::*;

use super::*;

fn key(holder: Holder) -> BudgetKey {
    let day = Date::of(2026, 11, 16).unwrap();
    BudgetKey { holder, period: Period::day(day), currency: Currency::USD }
}

fn team(limit: Option<i64>) -> Budget {
    Budget::new(key(Holder::Team(TeamId::parse("shop").unwrap())), limit)
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

#[test]
fn a_grant_is_reserved_then_settled_or_released() {
    let budget = team(Some(10_000));
    let reserved = budget.reserve(usd(6_000)).unwrap();
    assert_eq!(reserved.left(), Some(usd(4_000)));
    assert_eq!(reserved.reserve(usd(4_001)), Err(Denied::OverBudget { key: budget.key().clone(), left: usd(4_000) }));
    let settled = reserved.settle(usd(6_000)).unwrap();
    assert_eq!((settled.reserved(), settled.settled(), settled.left()), (usd(0), usd(6_000), Some(usd(4_000))));
    assert_eq!(reserved.release(usd(6_000)), Ok(budget));
    assert!(matches!(settled.settle(usd(1)), Err(Denied::NotReserved { .. })), "settled once");
}

#[test]
fn an_amount_is_of_the_budgets_currency_and_not_below_zero() {
    let eur = Money::new(1, Currency::parse("EUR").unwrap());
    assert!(matches!(team(None).reserve(eur), Err(Denied::OtherCurrency { .. })));
    assert_eq!(team(None).reserve(usd(-1)), Err(Denied::BelowZero));
    assert_eq!(Budget::stored(key(Holder::Business), None, -1, 0), None);
}

#[test]
fn a_department_is_charged_and_never_refuses() {
    let logistics = Budget::new(key(Holder::Department(Department("logistics".into()))), Some(1));
    assert_eq!((logistics.limit(), logistics.left()), (None, None));
    assert!(logistics.reserve(usd(1_000_000)).is_ok());
}

#[test]
fn a_limit_lowered_below_what_is_spent_leaves_nothing() {
    let spent = Budget::stored(key(Holder::Business), Some(500), 0, 900).unwrap();
    assert_eq!(spent.left(), Some(usd(0)));
    assert!(spent.reserve(usd(1)).is_err());
    assert_eq!(spent.reserve(usd(0)), Ok(spent));
}

#[test]
fn keys_stand_in_the_order_in_which_rows_are_locked_and_read_as_stored() {
    let day = Date::of(2026, 11, 16).unwrap();
    let month = BudgetKey { period: Period::month(day), ..key(Holder::Business) };
    assert!(key(Holder::Business) < month);
    let text = serde_json::to_string(&month).unwrap();
    assert_eq!(text, r#"{"holder":"business","period":{"month":"2026-11-01"},"currency":"USD"}"#);
    assert_eq!(serde_json::from_str::<BudgetKey>(&text).unwrap(), month);
}

#[derive(Clone, Debug)]
enum Move {
    Reserve(i64),
    Settle(i64),
    Release(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let amount = prop_oneof![0..200_i64, Just(i64::MAX), Just(-1)];
    let one = (0..3, amount).prop_map(|(kind, amount)| match kind {
        0 => Move::Reserve(amount),
        1 => Move::Settle(amount),
        _ => Move::Release(amount),
    });
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is tried in whatever order: never more than the limit, never below zero, and nothing comes from nowhere.
    #[test]
    fn nothing_overspends_a_budget(limit in prop::option::of(0..1_000_i64), moves in moves()) {
        let mut budget = team(limit);
        let (mut reserved, mut settled, mut released) = (0_i128, 0_i128, 0_i128);
        for step in moves {
            let (next, sum, amount) = match step {
                Move::Reserve(amount) => (budget.reserve(usd(amount)), &mut reserved, amount),
                Move::Settle(amount) => (budget.settle(usd(amount)), &mut settled, amount),
                Move::Release(amount) => (budget.release(usd(amount)), &mut released, amount),
            };
            if let Ok(next) = next {
                budget = next;
                *sum += i128::from(amount);
            }
            let (held, spent) = (i128::from(budget.reserved().minor), i128::from(budget.settled().minor));
            prop_assert!(held >= 0 && spent >= 0);
            prop_assert!(limit.is_none_or(|limit| held + spent <= i128::from(limit)));
            prop_assert_eq!((held, spent), (reserved - settled - released, settled));
        }
    }
}
