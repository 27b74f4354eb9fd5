use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::*;
use crate::types::EnumType;

static UNITS: LazyLock<Units> =
    LazyLock::new(|| Units { currency: Currency::USD, zone: Zone::parse("America/New_York").unwrap() });

fn channel() -> Type {
    Type::Enum(Arc::new(EnumType { name: "channel".into(), values: vec!["shop".into(), "online".into()] }))
}

fn check(text: &str, ty: &Type, n: i128, d: i128) {
    let literal = parse(text, ty, &UNITS).unwrap();
    assert_eq!(literal.number, Number::ratio(n, d).unwrap(), "{text}");
}

fn check_error(text: &str, ty: &Type, expected: &str) {
    assert_eq!(parse(text, ty, &UNITS).unwrap_err().to_string(), expected);
}

#[test]
fn reads_a_literal_of_every_type() {
    check("true", &Type::Bool, 1, 1);
    check("5", &Type::Int, 5, 1);
    check("9.50", &Type::Decimal, 19, 2);
    check("20%", &Type::Percent, 1, 5);
    check("12.5%", &Type::Percent, 1, 8);
    check("14 days", &Type::Days, 14, 1);
    check("1 day", &Type::Days, 1, 1);
    check("3 months", &Type::Months, 3, 1);
    check("36 h", &Type::Duration, 36 * 3_600_000_000, 1);
    check("30 min", &Type::Duration, 1_800_000_000, 1);
    check("1970-01-03", &Type::Date, 2, 1);
    check("1970-01-01T00:00:01Z", &Type::Time, 1_000_000, 1);
    check("1970-01-01 00:00", &Type::Time, 5 * 3_600_000_000, 1);
    check(" 100 USD ", &Type::Money, 10_000, 1);
    check("9.5", &Type::Money, 950, 1);
}

#[test]
fn amounts_keep_their_currency_and_texts_their_words() {
    let euro = parse("100 EUR", &Type::Money, &UNITS).unwrap();
    assert_eq!(euro.currency.map(Currency::code), Some("EUR"));
    assert_eq!(parse("shop", &channel(), &UNITS).unwrap().text.as_deref(), Some("shop"));
    assert_eq!(parse(" a text ", &Type::Text, &UNITS).unwrap().text.as_deref(), Some(" a text "));
}

#[test]
fn says_what_was_found_and_what_is_expected() {
    check_error("14", &Type::Days, "`14` is not a number of days such as `14 days`: write `14 days`");
    check_error("2 weeks", &Type::Days, "`2 weeks` is not a number of days such as `14 days`");
    check_error("20", &Type::Percent, "`20` is not a percentage such as `20%`: write `20%`");
    check_error(
        "36",
        &Type::Duration,
        "`36` is not a length of time such as `36 h` or `1 h 30 min`: write `36 h` or `36 min`",
    );
    check_error(
        "2 days",
        &Type::Duration,
        "`2 days` is not a length of time such as `36 h` or `1 h 30 min`: write hours, such as `48 h`, or compare dates",
    );
    check_error("9.505 USD", &Type::Money, "`9.505 USD` is not an amount such as `100.00 USD`: write 9.51 or 9.50");
    check_error("9 usd", &Type::Money, "`9 usd` is not an amount such as `100.00 USD`: did you mean `USD`?");
    check_error("yes", &Type::Bool, "`yes` is not `true` or `false`");
    check_error("5.5", &Type::Int, "`5.5` is not a whole number such as `5`");
    check_error("1e3", &Type::Int, "`1e3` is not a whole number such as `5`: write the digits out");
    check_error("2026-02-30", &Type::Date, "`2026-02-30` is not a date such as `2026-09-01`: there is no `2026-02-30`");
    check_error(
        "2026-02-03T10:00",
        &Type::Date,
        "`2026-02-03T10:00` is not a date such as `2026-09-01`: write `2026-02-03`",
    );
    check_error("shpo", &channel(), "`shpo` is not one of `shop`, `online`: did you mean `shop`?");
}

#[test]
fn reads_how_often() {
    assert_eq!(parse_frequency("2 in 365 days"), Ok(Frequency { times: 2, days: 365 }));
    assert_eq!(parse_frequency("1 in 1 day").map(|f| f.to_string()), Ok("1 in 1 day".into()));
    for text in ["2", "2 in 365", "2 per year", "-1 in 3 days", "2 in 0 days", "1.5 in 3 days"] {
        let error = parse_frequency(text).unwrap_err().to_string();
        assert_eq!(error, format!("`{text}` is not a number of times in a number of days such as `2 in 365 days`"));
    }
}

#[test]
fn bounds_may_leave_their_unit_out() {
    let check = |text: &str, ty: Type, n, d| {
        assert_eq!(parse_bound(text, &ty, &UNITS), Ok(Number::ratio(n, d).unwrap()), "{text}");
    };
    check("100", Type::Percent, 1, 1);
    check("100%", Type::Percent, 1, 1);
    check("30", Type::Days, 30, 1);
    check("5", Type::Money, 500, 1);
    check("2 h", Type::Duration, 7_200_000_000, 1);
    let error = parse_bound("5 EUR", &Type::Money, &UNITS).unwrap_err().to_string();
    assert_eq!(error, "`5 EUR` is not an amount of USD, the book's currency");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,40}", like in "[0-9%a-z .:TZ-]{0,30}") {
        for text in [&text, &like] {
            for ty in &[
                Type::Bool, Type::Int, Type::Decimal, Type::Percent, Type::Text, channel(), Type::Date, Type::Time,
                Type::Duration, Type::Days, Type::Months, Type::Money,
            ] {
                let _ = parse(text, ty, &UNITS).map_err(|e| e.to_string());
                let _ = parse_bound(text, ty, &UNITS);
            }
            let _ = parse_frequency(text);
        }
    }
}

#[test]
fn a_number_with_too_many_digits_is_told_so() {
    let much = "9999999999999999999";
    let written = [
        ("", Type::Int),
        ("%", Type::Percent),
        (" days", Type::Days),
        (" h", Type::Duration),
        (".99 USD", Type::Money),
    ];
    for (unit, ty) in written {
        let error = parse(&format!("{much}{unit}"), &ty, &UNITS).unwrap_err();
        assert_eq!(error.hint.as_deref(), Some("write at most 18 digits"), "{unit}");
    }
    assert_eq!(parse("5.123 USD", &Type::Money, &UNITS).unwrap_err().hint.as_deref(), Some("write 5.13 or 5.12"));
}
