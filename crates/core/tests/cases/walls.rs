//! Who acts, and on what: teams, noes, customers whom nobody knows, and remedies of someone's own.

use amends_core::assess::frozen::{
    Amount, Department, Frozen, Least, OptionFrozen, OptionGroup, PartFrozen, PaymentFrozen, Size, Takes,
};
use amends_core::authority::{Decision, Fulfil, Mode, No, Person, decide};
use amends_core::case::{Actor, Answer, Command, Ground, Instead, Opening, open};
use amends_core::denied::Denied;
use amends_core::digest::Digest;
use amends_core::facts::Source;
use amends_core::ids::{ApprovalId, InletId, OptionId, TeamId};
use amends_core::money::{Currency, Money};
use serde_json::{Value, json};

use crate::world::{Gave, World, id, person, usd, words};

/// Twenty dollars back, written by the head.
fn gift(w: &mut World) -> (Frozen, OptionFrozen) {
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "returns");
    let kept = w.assess("c1", "returned_in_time", &rep);
    let part = PartFrozen {
        id: id("gift"),
        kind: Some("refund".into()),
        amount: Some(Amount::Money(usd(2_000))),
        cost: Some(usd(2_000)),
        with: Value::Null,
        against: None,
    };
    let option = OptionFrozen {
        id: id("gift"),
        group: OptionGroup::Bespoke,
        says: "A gift".into(),
        amount: part.amount.clone(),
        most: None,
        cost: part.cost,
        size: Size::Whole,
        takes: Takes::Leave { least: Least::None, terms: Least::None, guard: Least::None, per_customer: Least::None },
        parts: vec![part],
        charged_to: None,
        loans: vec![],
        relies: vec![],
    };
    (kept, option)
}

fn written(w: &World, kept: &Frozen, option: &OptionFrozen) -> Result<usize, &'static str> {
    let by = Actor::Person(person("hugo", "head"));
    let (assessment, option, approval) = (kept.digest.clone(), Box::new(option.clone()), id::<ApprovalId>("a1"));
    let write = Command::WriteBespoke { assessment, option, approval };
    amends_core::case::apply(w.case("c1"), &write, &w.context(&by)).map(|all| all.len()).map_err(|denied| denied.word())
}

/// A change of the one part, with the whole following it.
fn with(option: &OptionFrozen, change: impl Fn(&mut PartFrozen)) -> OptionFrozen {
    let mut option = option.clone();
    for part in &mut option.parts {
        change(part);
    }
    (option.amount, option.cost) = (option.parts[0].amount.clone(), option.parts[0].cost);
    option
}

#[test]
fn a_remedy_of_someones_own_says_all_that_leaves() {
    let mut w = World::new();
    let (kept, plain) = gift(&mut w);
    assert_eq!(written(&w, &kept, &plain), Ok(1));
    let money = |minor: i64| Some(Amount::Money(usd(minor)));
    let without = |parts: Vec<PartFrozen>| OptionFrozen { parts, ..plain.clone() };
    assert_eq!(written(&w, &kept, &without(vec![])), Err("not_whole"), "no parts");
    for kind in ["Refund", "refund ", "refunds", "REFUND", "\u{202e}refund", ""] {
        let other = with(&plain, |part| part.kind = Some(kind.to_owned()));
        assert_eq!(written(&w, &kept, &other), Err("no_such_kind"), "{kind:?}");
    }
    assert_eq!(written(&w, &kept, &with(&plain, |part| part.kind = None)), Err("no_such_kind"));
    for (amount, cost, why) in [
        (money(2_000), Some(usd(0)), "costs nothing"),
        (money(2_000), Some(usd(1_999)), "costs less than leaves"),
        (money(2_000), None, "costs nobody knows what"),
        (money(0), Some(usd(0)), "gives nothing"),
        (money(-2_000), Some(usd(2_000)), "takes"),
        (None, Some(usd(2_000)), "pays nobody knows what"),
        (Some(Amount::Other("2000.0 USD".to_owned())), Some(usd(2_000)), "pays in another writing"),
    ] {
        let other = with(&plain, |part| (part.amount, part.cost) = (amount.clone(), cost));
        assert_eq!(written(&w, &kept, &other), Err("not_whole"), "{why}");
    }
    assert_eq!(written(&w, &kept, &with(&plain, |part| part.cost = Some(usd(-1)))), Err("below_zero"));
    let yen = Money::parse("2000 JPY", None).unwrap();
    let other = with(&plain, |part| (part.amount, part.cost) = (Some(Amount::Money(yen)), Some(yen)));
    assert_eq!(written(&w, &kept, &other), Err("not_whole"), "a currency in which nothing is limited");
    // The whole says what its parts say.
    let twice = |amount, cost| {
        let parts = vec![plain.parts[0].clone(), PartFrozen { id: id("more"), ..plain.parts[0].clone() }];
        OptionFrozen { amount, cost: Some(usd(cost)), parts, ..plain.clone() }
    };
    assert_eq!(written(&w, &kept, &twice(money(4_000), 4_000)), Ok(1));
    for (amount, cost) in [(money(2_000), 4_000), (money(4_000), 2_000), (None, 4_000), (money(100), 100)] {
        assert_eq!(written(&w, &kept, &twice(amount, cost)), Err("not_whole"));
    }
    let less = OptionFrozen { amount: money(100), cost: Some(usd(100)), ..plain.clone() };
    assert_eq!(written(&w, &kept, &less), Err("not_whole"), "its one part says more");
}

#[test]
fn a_remedy_of_someones_own_goes_to_nobody_else_and_is_charged_to_somebody() {
    let mut w = World::new();
    let (kept, plain) = gift(&mut w);
    let charged = |to: &str| OptionFrozen { charged_to: Some(Department(to.to_owned())), ..plain.clone() };
    assert_eq!(written(&w, &kept, &charged("no_such_department")), Err("no_such_department"));
    assert_eq!(written(&w, &kept, &charged("marketing")), Ok(1));
    let known = kept.options.iter().flat_map(|o| &o.parts).find_map(|p| p.with.get("to")).expect("a payee").clone();
    let to = |told: Value| with(&plain, |part| part.with = told.clone());
    assert_eq!(written(&w, &kept, &to(json!({ "kind": "refund", "to": known }))), Ok(1));
    let mut other = known.clone();
    other[0]["holder"] = json!("Hugo");
    for told in [
        json!({ "to": [{ "id": "card_of_hugo", "kind": "card", "holder": "Hugo" }] }),
        json!({ "to": other }),
        json!({ "to": known[0] }),
        json!({ "kind": "price_adjustment" }),
        json!({ "kind": "refund", "amount": "250000.00 USD" }),
        json!("card_of_hugo"),
    ] {
        assert_eq!(written(&w, &kept, &to(told.clone())), Err("other_payee"), "{told}");
    }
    // What costs less than the customer gets of it is held against what they get.
    let swap = with(&plain, |part| (part.kind, part.cost) = (Some("replacement".to_owned()), Some(usd(0))));
    assert_eq!(written(&w, &kept, &swap), Ok(1));
    let head = person("hugo", "head");
    let (assessment, approval) = (kept.digest.clone(), id::<ApprovalId>("a1"));
    w.does("c1", &head, &Command::WriteBespoke { assessment, option: Box::new(swap), approval }).unwrap();
    assert_eq!(w.case("c1").approvals[0].cost, usd(0));
    let mut wish = w.wish("c1", "gift");
    wish.approval = Some(id("a1"));
    match w.decide("c1", &person("rita", "frontline"), &wish) {
        Decision::Grant(plan) => assert_eq!(plan.cost(), usd(2_000)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_case_is_opened_for_ones_own_team_or_by_a_lead() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    let case = w.open("c1", &rep, "returns").clone();
    let for_web = |owner: &Person| Opening {
        case: id("c2"),
        business: case.business.clone(),
        team: TeamId::parse("web").unwrap(),
        customer: None,
        request: case.request.clone(),
        book: case.book.clone(),
        asked: w.now,
        set_back: None,
        owner: owner.clone(),
    };
    for (who, may) in [("ai", false), ("frontline", false), ("lead", true), ("head", true)] {
        let who = person("someone", who);
        let by = Actor::Person(who.clone());
        let done = open(&for_web(&who), &w.context(&by));
        assert_eq!(done.is_ok(), may, "{done:?}");
    }
    let inlet = Actor::Inlet(InletId::parse("events").unwrap());
    assert!(open(&for_web(&rep), &w.context(&inlet)).is_ok(), "an inlet's owner was named by the highest role");
}

#[test]
fn the_stricter_of_two_modes_holds() {
    let mut w = World::new();
    let (rep, agent) = (person("rita", "frontline"), person("ada", "ai"));
    w.open("c1", &rep, "returns");
    w.assess("c1", "returned_in_time", &rep);
    let wish = w.wish("c1", "credit");
    let with = |modes: [&Mode; 2], by: &Person| {
        w.asking("c1", by, (&wish, "g1"), |a| decide(&amends_core::authority::Asking { modes, ..*a }))
    };
    for (modes, fulfil) in [
        ([&Mode::Full, &Mode::Full], Fulfil::ByConnector),
        ([&Mode::AdviseOnly, &Mode::Full], Fulfil::ByHand),
        ([&Mode::Full, &Mode::AdviseOnly], Fulfil::ByHand),
    ] {
        match with(modes, &rep) {
            Decision::Grant(plan) => assert_eq!(format!("{plan:?}").contains("ByHand"), fulfil == Fulfil::ByHand),
            other => panic!("{other:?}"),
        }
    }
    w.open("c2", &agent, "returns");
    w.assess("c2", "returned_in_time", &agent);
    let wish = w.wish("c2", "credit");
    for (modes, may) in [([&Mode::Full, &Mode::Full], true), ([&Mode::Full, &Mode::AdviseOnly], false)] {
        let made = w.asking("c2", &agent, (&wish, "g1"), |a| decide(&amends_core::authority::Asking { modes, ..*a }));
        assert_eq!(matches!(made, Decision::Grant(_)), may, "{made:?}");
    }
}

#[test]
fn a_no_elsewhere_takes_someone_above_until_something_better_is_shown() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "returns");
    w.assess("c1", "returned_in_time", &rep);
    let wish = w.wish("c1", "credit");
    assert!(matches!(w.decide("c1", &rep, &wish), Decision::Grant(_)));
    let no =
        |role: &str, option: &str| No { option: OptionId::parse(option).unwrap(), by: person("x", role), source: None };
    for (noes, least) in [
        (vec![no("lead", "credit")], Some("head")),
        (vec![no("frontline", "credit")], Some("lead")),
        (vec![no("frontline", "credit"), no("lead", "credit")], Some("head")),
        (vec![no("lead", "money_back")], None),
    ] {
        w.noes = noes;
        match (w.decide("c1", &rep, &wish), least) {
            (Decision::NeedsApproval(question), Some(least)) => assert_eq!(question.least().as_str(), least),
            (Decision::Grant(_), None) => {}
            other => panic!("{other:?}"),
        }
    }
    w.noes = vec![no("head", "credit")];
    assert!(matches!(w.decide("c1", &rep, &wish), Decision::Denied(Denied::NobodyAbove { .. })));
    let all = [Source::Claimed, Source::Word, Source::Seen, Source::System];
    let held: Vec<(Source, Source)> = all
        .iter()
        .flat_map(|before| all.iter().map(|now| (*before, *now)))
        .filter(|(before, now)| !Ground::is_held_by_a_no(Some(*before), Some(*now)))
        .collect();
    let better = |before: Source, now: Source| now > before && (now == Source::System || before == Source::Claimed);
    assert!(held.iter().all(|(before, now)| better(*before, *now)) && held.len() == 5, "{held:?}");
}

#[test]
fn to_someone_unknown_those_give_whom_no_number_holds() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "returns");
    w.assess("c1", "returned_in_time", &rep);
    let wish = w.wish("c1", "credit");
    let made = w.asking("c1", &rep, (&wish, "g1"), |a| {
        let customer = amends_core::authority::Customer { known: false, ..a.customer.clone() };
        decide(&amends_core::authority::Asking { customer: &customer, ..*a })
    });
    match made {
        Decision::NeedsApproval(question) => assert_eq!(question.least().as_str(), "lead"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_no_holds_on_its_case_whatever_the_amount() {
    let mut w = World::new();
    let (rep, lead) = (person("rita", "frontline"), person("ida", "lead"));
    w.open("c1", &rep, "returns");
    let kept = w.assess("c1", "returned_in_time", &rep);
    w.noes = vec![No { option: id("credit"), by: person("x", "frontline"), source: None }];
    let wish = w.wish("c1", "credit");
    let Decision::NeedsApproval(question) = w.decide("c1", &rep, &wish) else { panic!("a question") };
    let to = amends_core::case::Next::Person(lead.clone());
    let ask = Command::AskApproval { id: id("a1"), question: Box::new(question), words: words("please"), to };
    w.does("c1", &rep, &ask).unwrap();
    let answer = Answer::No { reason: words("no"), instead: vec![Instead::Detour] };
    w.does("c1", &lead, &Command::AnswerApproval { id: id("a1"), answer }).unwrap();
    w.noes = Vec::new();
    let option = kept.option(&wish.option).unwrap();
    assert!(option.amount.as_ref().and_then(Amount::money).is_some_and(|amount| amount.minor > 100));
    let less = amends_core::authority::Wish { amount: Some(Amount::Money(usd(100))), ..wish.clone() };
    for wish in [wish, less] {
        let made = w.decide("c1", &rep, &wish);
        assert!(matches!(&made, Decision::Denied(Denied::SaidNo { .. } | Denied::AmountNotOffered { .. })), "{made:?}");
    }
}

/// An assessment that names no amount read nothing, in whatever currency the case has given.
#[test]
fn an_assessment_without_amounts_is_behind_a_case_that_gave_euros() {
    let mut w = World::new();
    let lead = person("lena", "lead");
    w.open("blazers", &lead, "price_adjustment");
    let kept = w.assess("blazers", "blazers", &lead);
    let wish = w.wish("blazers", "credit_difference");
    w.give("blazers", &lead, "g1", &wish).unwrap();
    for grant in &mut w.cases.get_mut(&w.case("blazers").id.clone()).unwrap().grants {
        grant.cost.currency = Currency::parse("EUR").unwrap();
    }
    let digest = Digest::of(b"another");
    let read = Frozen { granted: None, released: None, paid: None, digest: digest.clone(), ..kept };
    let again = Command::Assess { assessment: Box::new(read), question: digest, ground: None };
    assert!(matches!(w.does("blazers", &lead, &again), Err(Denied::BehindTheCase { .. })));
}

/// The case of an order that was paid with one payment, of which all goes back.
fn paid_back(w: &mut World, case: &str, order: &str, payment: &str) -> Result<Gave, Denied> {
    let head = person("hugo", "head");
    w.open(case, &head, "returns");
    let mut frozen = w.assess(case, "returned_in_time", &head);
    for part in frozen.options.iter_mut().flat_map(|option| &mut option.parts) {
        let Some(paid) = part.amount.as_ref().and_then(Amount::money) else { continue };
        if let Some(against) = &mut part.against {
            against.purchase = Some(order.to_owned());
            against.payments = vec![PaymentFrozen { left: None, id: payment.to_owned(), paid }];
        }
    }
    frozen.digest = Digest::of(case.as_bytes());
    let question = Digest::of(order.as_bytes());
    w.does(case, &head, &Command::Assess { assessment: Box::new(frozen), question, ground: None }).unwrap();
    let wish = w.wish(case, "money_back");
    w.give(case, &head, &format!("g_{case}"), &wish)
}

#[test]
fn a_payment_goes_back_once_whatever_orders_it_stands_under() {
    let mut w = World::new();
    assert!(matches!(paid_back(&mut w, "c1", "A-1", "pay_1"), Ok(Gave::Granted)));
    for (case, payment) in [("c2", "pay_1"), ("c3", " PAY_1"), ("c4", "#pay_1")] {
        let again = paid_back(&mut w, case, &format!("A-{case}"), payment);
        let Err(Denied::LedgerLeft { key, left, cases }) = &again else { panic!("{payment:?}: {again:?}") };
        assert_eq!((key.to_string().as_str(), left.minor), ("payment `PAY_1`", 0));
        assert_eq!(cases[0].0.as_str(), "c1", "whoever is denied is told where it went");
    }
    assert!(matches!(paid_back(&mut w, "c5", "A-5", "pay_2"), Ok(Gave::Granted)));
    let same = paid_back(&mut w, "c6", "#a-1", "pay_3");
    assert!(matches!(same, Err(Denied::LedgerLeft { .. })), "another payment of the same order: {same:?}");
}
