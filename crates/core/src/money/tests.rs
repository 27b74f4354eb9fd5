use proptest::prelude::*;

use super::*;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

#[test]
fn the_table_is_in_order_and_knows_the_odd_ones() {
    assert!(CURRENCIES.is_sorted_by(|a, b| a.0 < b.0));
    assert_eq!(Currency::USD.code(), "USD");
    let exponents = ["USD", "JPY", "KWD", "CLF"].map(|code| currency(code).exponent());
    assert_eq!(exponents, [2, 0, 3, 4]);
    for code in Currency::codes() {
        let found = currency(code);
        assert_eq!((found.code(), Currency::from_index(found.index())), (code, Some(found)));
    }
    assert_eq!(Currency::from_index(9999), None);
}

#[test]
fn reads_amounts_with_and_without_their_currency() {
    let check =
        |text: &str, expected: Money| assert_eq!(Money::parse(text, Some(Currency::USD)), Ok(expected), "{text}");
    check("149.00 USD", usd(14_900));
    check("149.00", usd(14_900));
    check("149", usd(14_900));
    check("-9.5 USD", usd(-950));
    check("500 JPY", Money::new(500, currency("JPY")));
    check("1.234 KWD", Money::new(1234, currency("KWD")));
    check("  20  EUR ", Money::new(2000, currency("EUR")));
}

#[test]
fn says_what_is_wrong_with_an_amount() {
    let check = |text: &str, expected: &str| {
        assert_eq!(Money::parse(text, Some(Currency::USD)).unwrap_err().to_string(), expected);
    };
    check("12.345", "`12.345` has more decimals than USD has, which is 2: write 12.35 or 12.34");
    check("12.340", "`12.340` has more decimals than USD has, which is 2: write 12.34");
    check("0.5 JPY", "`0.5` has more decimals than JPY has, which is 0: write 1 or 0");
    check("twenty", "`twenty` is not an amount: write it like `149.00 USD`");
    check("$20", "`$20` is not an amount: write it like `149.00 USD`");
    check("20 usd", "`usd` is no currency of ISO 4217: did you mean `USD`?");
    check("20 dollars", "`dollars` is no currency of ISO 4217: write it like `149.00 USD`");
    check("1e3 USD", "`1e3 USD` has an exponent: write the digits out");
    check("99999999999999999999", "`99999999999999999999` is more than an amount can be");
    check("92233720368547758.08", "`92233720368547758.08` is more than an amount can be");
    let no_currency = Money::parse("20", None).unwrap_err().to_string();
    assert_eq!(no_currency, "`20` names no currency: write it like `20 USD`");
}

#[test]
fn prints_all_decimals_of_the_currency() {
    assert_eq!(usd(17_880).to_string(), "178.80 USD");
    assert_eq!(usd(-5).to_string(), "-0.05 USD");
    assert_eq!(Money::new(500, currency("JPY")).to_string(), "500 JPY");
    assert_eq!(usd(i64::MIN).to_string(), "-92233720368547758.08 USD");
}

#[test]
fn two_currencies_do_not_add() {
    assert_eq!(usd(100).plus(usd(50)), Some(usd(150)));
    assert_eq!(usd(100).plus(Money::new(50, currency("EUR"))), None);
    assert_eq!(usd(i64::MAX).plus(usd(1)), None);
}

#[test]
fn splits_by_largest_remainder_and_ties_by_order() {
    let split = |amount, paid: &[i64]| {
        let paid: Vec<Money> = paid.iter().map(|p| usd(*p)).collect();
        split_proportional(usd(amount), &paid).map(|parts| parts.iter().map(|p| p.minor).collect::<Vec<_>>())
    };
    assert_eq!(split(100, &[100, 100, 100]), Ok(vec![34, 33, 33]));
    assert_eq!(split(17_880, &[40_000, 4_700]), Ok(vec![16_000, 1_880]));
    assert_eq!(split(10, &[1, 0, 2]), Ok(vec![3, 0, 7]));
    assert_eq!(split(0, &[5]), Ok(vec![0]));
    assert_eq!(split(1, &[0, 0]), Err(SplitError::NothingToSplitOver));
    assert_eq!(split(1, &[]), Err(SplitError::NothingToSplitOver));
    assert_eq!(split(-1, &[1]), Err(SplitError::BelowZero));
}

#[test]
fn splits_in_order_until_nothing_is_left() {
    let split = |amount, paid: &[i64]| {
        let paid: Vec<Money> = paid.iter().map(|p| usd(*p)).collect();
        split_in_order(usd(amount), &paid).map(|parts| parts.iter().map(|p| p.minor).collect::<Vec<_>>())
    };
    assert_eq!(split(120, &[100, 50]), Ok(vec![100, 20]));
    assert_eq!(split(150, &[100, 50]), Ok(vec![100, 50]));
    assert_eq!(split(151, &[100, 50]), Err(SplitError::MoreThanPaid));
    let euro = Money::new(1, currency("EUR"));
    assert_eq!(split_in_order(usd(1), &[euro]), Err(SplitError::TwoCurrencies));
}

proptest! {
    #[test]
    fn amounts_read_back_as_printed(minor in any::<i64>(), index in 0..u32::try_from(CURRENCIES.len()).unwrap()) {
        let money = Money::new(minor, Currency::from_index(index).unwrap());
        prop_assert_eq!(Money::parse(&money.to_string(), None), Ok(money));
    }

    #[test]
    fn shares_add_up_and_stay_within_one_unit_of_their_part(
        amount in 0..=i64::MAX,
        paid in proptest::collection::vec(0..=i64::MAX, 1..8),
    ) {
        let payments: Vec<Money> = paid.iter().map(|p| usd(*p)).collect();
        let total: i128 = paid.iter().map(|p| i128::from(*p)).sum();
        prop_assume!(total > 0);
        let parts = split_proportional(usd(amount), &payments).unwrap();
        prop_assert_eq!(parts.iter().map(|p| i128::from(p.minor)).sum::<i128>(), i128::from(amount));
        for (part, paid) in parts.iter().zip(&paid) {
            let share = i128::from(amount) * i128::from(*paid);
            let off = i128::from(part.minor) * total - share;
            prop_assert!(off.abs() < total);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,40}") {
        let _ = Money::parse(&text, None).map_err(|e| e.to_string());
    }
}
