use super::*;

fn tell(at: i64, paid: i64, source: Option<Source>) -> Tell {
    Tell {
        at: Time::from_micros(at * crate::time::SECOND).unwrap(),
        currency: Currency::USD,
        paid,
        source,
        refunded: 0,
    }
}

/// What is paid after chains told, each of them in its order; `found` is what a table says.
fn paid(told: &[(&str, Tell)], found: i64) -> i64 {
    let mut row = Bought::default();
    for (chain, tell) in told {
        hear(row.told.entry(TeamId::parse(chain).unwrap()).or_default(), tell.clone());
    }
    let key = LedgerKey { purchase: "A-1".to_owned(), account: crate::authority::Account::Goods };
    let found = told.iter().map(|(_, tell)| tell).find(|tell| tell.paid == found);
    let found = found.map(|tell| Paid { minor: tell.paid, source: tell.source });
    row.ledger(&key, found).unwrap().paid().unwrap().minor
}

const SEEN: Option<Source> = Some(Source::Seen);
const SYSTEM: Option<Source> = Some(Source::System);

#[test]
fn a_system_is_believed_and_anyone_else_lowers_it_at_most() {
    let told = [("shop", tell(0, 100, SEEN)), ("shop", tell(1, 120, SEEN)), ("shop", tell(2, 80, SEEN))];
    assert_eq!(paid(&told, 120), 80);
    let told = [("shop", tell(0, 80, SEEN)), ("web", tell(600, 300, SYSTEM)), ("shop", tell(1200, 90, SEEN))];
    assert_eq!(paid(&told, 300), 90, "whatever a table says");
    let told = [("shop", tell(0, 40, None)), ("shop", tell(600, 90, None)), ("web", tell(1200, 70, SEEN))];
    assert_eq!(paid(&told, 40), 70, "what stands for it gives way");
}

#[test]
fn where_two_chains_tell_at_nearly_the_same_time_either_was_the_last() {
    let told = |apart| [("shop", tell(0, 100, SYSTEM)), ("web", tell(apart, 300, SYSTEM))];
    assert_eq!((paid(&told(30), 100), paid(&told(30), 300)), (100, 300));
    assert_eq!((paid(&told(90), 100), paid(&told(90), 300)), (300, 300), "it is known which was");
}

#[test]
fn what_cannot_matter_any_more_is_not_kept() {
    let mut tells = Vec::new();
    for at in 0..1_000 {
        hear(&mut tells, tell(at, 50 + at % 3, SEEN));
        hear(&mut tells, Tell { refunded: at, ..tell(at, 100, SYSTEM) });
        hear(&mut tells, tell(at, 70, SEEN));
        assert!(tells.len() <= 4, "{tells:?}");
    }
    let refunded: i64 = tells.iter().map(|tell| tell.refunded).max().unwrap();
    assert_eq!(refunded, 999, "what was given back elsewhere is never forgotten");
}
