//! Numbers and amounts against exact rationals.
#![no_main]

use amends_core::money::{Currency, Money, split_in_order, split_proportional};
use amends_core::number::{Number, Rounding};
use libfuzzer_sys::fuzz_target;
use num_rational::BigRational;

fn exact(x: Number) -> BigRational {
    BigRational::new(x.n().into(), x.d().into())
}

fuzz_target!(|data: (i64, i64, i64, i64, Vec<u32>, &str)| {
    let (a, b, c, d, paid, text) = data;
    let (Some(x), Some(y)) = (Number::ratio(a.into(), b.into()), Number::ratio(c.into(), d.into())) else { return };
    let (p, q) = (exact(x), exact(y));
    for (ours, theirs) in [(x.add(y), &p + &q), (x.sub(y), &p - &q), (x.mul(y), &p * &q)] {
        if let Some(ours) = ours {
            assert_eq!(exact(ours), theirs);
        }
    }
    if let Some(ours) = x.div(y) {
        assert_eq!(exact(ours), &p / &q);
    }
    assert_eq!(x.cmp(&y), p.cmp(&q));
    assert_eq!(BigRational::from_integer(x.round(Rounding::Down).into()), p.floor());
    assert_eq!(BigRational::from_integer(x.round(Rounding::Up).into()), p.ceil());
    let near = BigRational::from_integer(x.round(Rounding::HalfEven).into()) - &p;
    assert!(near <= BigRational::new(1.into(), 2.into()) && near >= BigRational::new((-1).into(), 2.into()));
    let usd = Currency::parse("USD").expect("a currency");
    if let Ok(money) = Money::parse(text, Some(usd)) {
        assert_eq!(Money::parse(&money.to_string(), None), Ok(money));
    }
    let amount = Money::new(a.saturating_abs(), usd);
    let paid: Vec<Money> = paid.iter().take(20).map(|p| Money::new(i64::from(*p), usd)).collect();
    for parts in [split_proportional(amount, &paid), split_in_order(amount, &paid)].into_iter().flatten() {
        assert_eq!(parts.iter().map(|p| i128::from(p.minor)).sum::<i128>(), i128::from(amount.minor));
    }
});
