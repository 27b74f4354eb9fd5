use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

use super::*;

fn number(n: i128, d: i128) -> Number {
    Number::ratio(n, d).unwrap()
}

#[test]
fn fractions_are_kept_in_lowest_terms() {
    assert_eq!(number(40, 100), number(2, 5));
    assert_eq!(number(6, -4), number(-3, 2));
    assert_eq!(number(0, -7), Number::ZERO);
    assert_eq!(Number::ratio(1, 0), None);
    assert_eq!(Number::ratio(i128::MIN, i128::MIN), Some(Number::ONE));
}

#[test]
fn what_fits_does_not_overflow_on_the_way() {
    let big = Number::whole(1 << 100);
    assert_eq!(big.div(big), Some(Number::ONE));
    assert_eq!(Number::whole(i128::MIN).sub(Number::whole(i128::MIN)), Some(Number::ZERO));
    let tiny = number(1, i128::from(u64::MAX));
    assert_eq!(tiny.add(tiny), Some(number(2, i128::from(u64::MAX))));
    assert_eq!(tiny.sub(tiny), Some(Number::ZERO));
}

#[test]
fn what_does_not_fit_is_none() {
    assert_eq!(Number::whole(i128::MAX).add(Number::ONE), None);
    assert_eq!(Number::whole(i128::MAX).mul(Number::whole(2)), None);
    assert_eq!(Number::whole(i128::MIN).neg(), None);
    assert_eq!(Number::ONE.div(Number::ZERO), None);
    assert_eq!(number(1, i128::from(u64::MAX)).div(Number::whole(2)), None);
}

#[test]
fn rounds_in_four_ways() {
    let check = |n, d, expected: [i128; 4]| {
        let how = [Rounding::HalfEven, Rounding::HalfUp, Rounding::Down, Rounding::Up];
        assert_eq!(how.map(|how| number(n, d).round(how)), expected, "{n}/{d}");
    };
    check(5, 2, [2, 3, 2, 3]);
    check(7, 2, [4, 4, 3, 4]);
    check(-5, 2, [-2, -2, -3, -2]);
    check(-7, 2, [-4, -3, -4, -3]);
    // Up is towards plus, down towards minus, below zero too; halves that go up go the same way.
    check(-11, 4, [-3, -3, -3, -2]);
    check(17_881, 100, [179, 179, 178, 179]);
    check(-1, 3, [0, 0, -1, 0]);
    check(8, 2, [4, 4, 4, 4]);
}

#[test]
fn prints_decimals_where_they_end_and_fractions_where_they_do_not() {
    let check = |n, d, expected: &str| assert_eq!(number(n, d).to_string(), expected);
    check(19, 2, "9.5");
    check(-1, 8, "-0.125");
    check(1, 3, "1/3");
    check(-4, 1, "-4");
}

#[test]
fn reads_decimals_as_written() {
    let check = |text: &str, v, scale| assert_eq!(Decimal::parse(text), Ok(Decimal { v, scale }), "{text}");
    check("9.50", 950, 2);
    check("-0.05", -5, 2);
    check("0", 0, 0);
    check("007", 7, 0);
    check("-9223372036854775808", i64::MIN, 0);
    check("0.000000000000000001", 1, 18);
}

#[test]
fn says_why_a_text_is_no_decimal() {
    let check = |text: &str, error| assert_eq!(Decimal::parse(text), Err(error), "{text}");
    for text in ["", "-", ".5", "5.", "1.2.3", "1,5", "+1", " 1", "0x1", "e", "NaN", "-.", "1_000", "٣"] {
        check(text, DecimalError::NotANumber);
    }
    check("1e3", DecimalError::Exponent);
    check("1.5E-3", DecimalError::Exponent);
    check("9223372036854775808", DecimalError::OutOfRange);
    check("0.0000000000000000001", DecimalError::OutOfRange);
}

#[test]
fn trims_zeros_only_behind_the_point() {
    let trimmed = |text: &str| Decimal::parse(text).unwrap().trimmed().to_string();
    assert_eq!(trimmed("9.50"), "9.5");
    assert_eq!(trimmed("100"), "100");
    assert_eq!(trimmed("100.00"), "100");
    assert_eq!(trimmed("-0.00"), "0");
}

fn exact(x: Number) -> BigRational {
    BigRational::new(BigInt::from(x.n()), BigInt::from(x.d()))
}

/// Whether an exact result fits a [`Number`].
fn fits(x: &BigRational) -> bool {
    i128::try_from(x.numer()).is_ok() && u64::try_from(x.denom()).is_ok()
}

/// Numbers of all sizes: small ones, amounts, and such as almost overflow.
fn any_number() -> impl Strategy<Value = Number> {
    let n = prop_oneof![-100..100_i128, any::<i64>().prop_map(i128::from), any::<i128>(), Just(i128::MIN)];
    let d = prop_oneof![Just(1), 1..1000_i128, any::<u64>().prop_map(|d| i128::from(d.max(1)))];
    (n, d).prop_filter_map("does not fit", |(n, d)| Number::ratio(n, d))
}

#[test]
fn prints_decimals_of_every_length() {
    let check = |v, scale, expected: &str| assert_eq!(Decimal { v, scale }.to_string(), expected);
    check(0, 0, "0");
    check(0, 2, "0.00");
    check(-5, 2, "-0.05");
    check(100, 2, "1.00");
    check(i64::MIN, 0, "-9223372036854775808");
    check(i64::MIN, 18, "-9.223372036854775808");
    check(-1, 18, "-0.000000000000000001");
    check(i64::MAX, 1, "922337203685477580.7");
}

proptest! {
    #[test]
    fn arithmetic_agrees_with_exact_fractions(a in any_number(), b in any_number()) {
        let (x, y) = (exact(a), exact(b));
        prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        if let Some(sum) = a.add(b) { prop_assert_eq!(exact(sum), &x + &y) }
        if let Some(difference) = a.sub(b) { prop_assert_eq!(exact(difference), &x - &y) }
        let product = &x * &y;
        prop_assert_eq!(a.mul(b).map(exact), Some(product).filter(fits));
        if b.signum() != 0 {
            prop_assert_eq!(a.div(b).map(exact), Some(&x / &y).filter(fits));
        }
    }

    #[test]
    fn amounts_never_overflow(a in any::<i64>(), b in any::<i64>(), n in 0..100_000_i128, d in 1..100_000_i128) {
        let (a, b, share) = (Number::whole(a.into()), Number::whole(b.into()), number(n, d));
        let sum = a.mul(share).and_then(|part| part.add(b)).unwrap();
        prop_assert_eq!(exact(sum), exact(a) * exact(share) + exact(b));
    }

    #[test]
    fn rounding_is_off_by_less_than_one(a in any_number()) {
        let x = exact(a);
        let whole = |how| BigRational::from(BigInt::from(a.round(how)));
        prop_assert_eq!(whole(Rounding::Down), x.floor());
        prop_assert_eq!(whole(Rounding::Up), x.ceil());
        let half = BigRational::new(BigInt::from(1), BigInt::from(2));
        prop_assert_eq!(whole(Rounding::HalfUp), (&x + half).floor());
        let even = whole(Rounding::HalfEven);
        prop_assert!((&even - &x) * BigInt::from(2) <= BigRational::from(BigInt::from(1)));
        prop_assert!((&x - &even) * BigInt::from(2) <= BigRational::from(BigInt::from(1)));
    }

    #[test]
    fn decimals_read_back_as_printed(v in any::<i64>(), scale in 0..=MAX_SCALE) {
        let decimal = Decimal { v, scale };
        prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
        prop_assert_eq!(exact(decimal.number()), BigRational::new(v.into(), BigInt::from(10).pow(scale)));
        prop_assert_eq!(decimal.trimmed().number(), decimal.number());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,40}") {
        let _ = Decimal::parse(&text);
    }
}
