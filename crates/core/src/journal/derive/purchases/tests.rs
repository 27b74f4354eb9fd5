use proptest::prelude::*;

use super::*;
use crate::authority::Holding;

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
    let key = LedgerKey::of("A-1", crate::authority::Account::Goods);
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
fn what_a_chain_told_is_heard_again_after_another_currency() {
    let euros = Tell { currency: Currency::parse("EUR").unwrap(), ..tell(600, 0, None) };
    let told = [("a", tell(0, 0, None)), ("b", euros), ("a", tell(1200, 0, None))];
    let mut row = Bought::default();
    for (chain, tell) in told {
        hear(row.told.entry(TeamId::parse(chain).unwrap()).or_default(), tell);
    }
    let key = LedgerKey::of("A-1", crate::authority::Account::Goods);
    assert_eq!(row.ledger(&key, None).unwrap().currency(), Currency::USD);
}

#[test]
fn chains_that_tell_of_one_purchase_all_the_time_are_followed_so_far() {
    let mut row = Bought::default();
    for at in 0..300 {
        let chain = TeamId::parse(["a", "b", "c"][usize::try_from(at % 3).unwrap()]).unwrap();
        hear(row.told.entry(chain).or_default(), tell(at / 10, 1_000 + at, SYSTEM));
    }
    let key = LedgerKey::of("A-1", crate::authority::Account::Goods);
    let paid = |found| row.ledger(&key, Some(Paid { minor: found, source: SYSTEM })).unwrap().paid().unwrap().minor;
    assert_eq!((paid(1_299), paid(7)), (1_299, 1_299));
}

/// What every chain tells, more than a minute apart: the journal makes the row that grants made.
#[derive(Clone, Debug)]
enum Step {
    Told { chain: usize, amount: i64, paid: i64, refunded: i64, source: Option<Source>, euros: bool },
    TakenBack,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let sources = vec![None, Some(Source::Word), Some(Source::Seen), Some(Source::System)];
    let told = (0..3_usize, 0..40_i64, 0..200_i64, 0..60_i64, prop::sample::select(sources), prop::bool::weighted(0.2));
    let told = told.prop_map(|(chain, amount, paid, refunded, source, euros)| Step::Told {
        chain,
        amount,
        paid,
        refunded,
        source,
        euros,
    });
    prop::collection::vec(prop_oneof![3 => told, 1 => Just(Step::TakenBack)], 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_journal_makes_the_row_that_grants_made(steps in steps()) {
        let key = LedgerKey::of("A-1", crate::authority::Account::Goods);
        let mut table = Ledger::new(key.clone());
        let mut derived = Bought::default();
        let mut grants: Vec<GrantId> = Vec::new();
        for (n, step) in (0_i64..).zip(steps) {
            let Step::Told { chain, amount, paid, refunded, source, euros } = step else {
                if let Some(grant) = grants.pop() {
                    table = table.release(&grant, 1);
                    derived.held.retain(|held| held.grant != grant);
                }
                continue;
            };
            let currency = if euros { Currency::parse("EUR").unwrap() } else { Currency::USD };
            let claim = crate::authority::Claim {
                step: 1,
                key: key.clone(),
                amount: crate::money::Money::new(amount, currency),
                paid: Some(paid),
                refunded,
                source: source.map(|source| source.word().to_owned()),
            };
            let claim = table.without_ours(&claim);
            let grant = GrantId::parse(&format!("g{n}")).unwrap();
            let by = Holding {
                grant: &grant,
                case: &crate::ids::CaseId::parse("c").unwrap(),
                by: &crate::ids::PersonId::parse("rita").unwrap(),
            };
            let Ok(next) = table.reserve(&claim, &by) else { continue };
            derived.held.extend(next.held().last().filter(|held| held.grant == grant).cloned());
            table = next;
            grants.push(grant);
            let told = Tell {
                at: Time::from_micros(n * 2 * MINUTE).unwrap(),
                currency,
                paid,
                source,
                refunded: if source == Some(Source::System) { claim.refunded } else { 0 },
            };
            hear(derived.told.entry(TeamId::parse(["a", "b", "c"][chain]).unwrap()).or_default(), told);
            let made = derived.ledger(&key, table.paid()).unwrap();
            prop_assert_eq!((made.currency(), made.paid(), made.refunded()), (table.currency(), table.paid(), table.refunded()));
        }
    }
}
