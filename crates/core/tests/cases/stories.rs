//! The five stories, from first contact to settled.

use amends_core::assess::frozen::{Department, Least, OptionFrozen, OptionGroup, PartFrozen, Size, Takes};
use amends_core::authority::{
    Budget, BudgetKey, Fulfil, Holder, Mode, Period, Person, Present, Question, Wish, nearest, second_look,
};
use amends_core::case::{
    Actor, Answer, ApprovalState, Asked, BY_CUSTOMER_MAX, Command, Evidence, GrantState, HANDED_IN_MAX, HeadWhy,
    Instead, Next, PromiseState, Right, State, Turn,
};
use amends_core::denied::Denied;
use amends_core::digest::Digest;
use amends_core::money::Currency;
use amends_core::time::{DAY, MINUTE};
use serde_json::Value;

use crate::world::{Gave, World, amount, approval, id, person, time, usd, words};

/// The question that comes of a wish.
fn asks(gave: Result<Gave, Denied>) -> Question {
    match gave {
        Ok(Gave::Ask(question)) => *question,
        other => panic!("{other:?}"),
    }
}

fn is_granted(gave: &Result<Gave, Denied>) -> bool {
    matches!(gave, Ok(Gave::Granted))
}

fn no(reason: &str) -> Answer {
    Answer::No { reason: words(reason), instead: vec![Instead::Detour] }
}

/// 1. The sale five days later: the lead says yes while the customer waits, and the card is credited once.
#[test]
fn the_sale_five_days_later() {
    let mut w = World::new();
    let (rep, lead) = (person("rita", "frontline"), person("lena", "lead"));
    w.open("blazers", &rep, "price_adjustment");
    w.assess("blazers", "blazers", &rep);
    let mut wish = w.wish("blazers", "credit_difference");

    let question = asks(w.give("blazers", &rep, "g1", &wish));
    assert_eq!(question.least().as_str(), "lead");
    let ask = Command::AskApproval {
        id: approval("a1"),
        question: Box::new(question),
        words: words("15 years with us, five days before the sale"),
        to: Next::Person(lead.clone()),
    };
    w.does("blazers", &rep, &ask).unwrap();
    let yes = Command::AnswerApproval { id: approval("a1"), answer: Answer::Yes { words: Some(words("this time")) } };
    assert!(matches!(w.does("blazers", &rep, &yes), Err(Denied::NobodyTheirOwn { .. })));
    w.does("blazers", &lead, &yes).unwrap();

    wish.approval = Some(approval("a1"));
    assert!(is_granted(&w.give("blazers", &rep, "g1", &wish)));
    assert!(matches!(w.give("blazers", &rep, "g2", &wish), Err(Denied::AlreadyGranted { .. })), "exactly once");
    let grant = &w.case("blazers").grants[0];
    assert_eq!((grant.cost, grant.right, grant.fulfil), (usd(17_880), Right::Discretion, Fulfil::ByConnector));
    assert_eq!(grant.authority, lead, "it took the lead's authority, and is taken from the lead's day");

    assert!(matches!(w.does("blazers", &rep, &Command::Settle { words: None }), Err(Denied::GrantOpen { .. })));
    w.end_grant("blazers", &Actor::Fulfilment, "g1", GrantState::Settled).unwrap();
    w.does("blazers", &rep, &Command::Settle { words: Some(words("this time")) }).unwrap();
    assert_eq!(w.case("blazers").state, State::Settled);
    assert_eq!(w.case("blazers").owner, rep);
    let settled: Vec<_> = w.budgets.values().map(|b| (b.reserved(), b.settled())).collect();
    assert_eq!(settled, vec![(usd(0), usd(17_880)); 6]);
}

/// 2. The wrong parcel: owed, so it takes no discretion and is charged to logistics.
#[test]
fn the_wrong_parcel() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("parcel", &rep, "wrong_goods");
    let seen = Evidence::Seen { what: words("the label of the parcel") };
    w.does("parcel", &rep, &Command::AddEvidence { id: id("e1"), evidence: seen }).unwrap();
    let kept = w.assess("parcel", "two_tshirts", &rep);
    assert_eq!(kept.standing, "entitled");

    let wish = w.wish("parcel", kept.options[0].id.as_str());
    assert!(is_granted(&w.give("parcel", &rep, "g1", &wish)));
    let grant = &w.case("parcel").grants[0];
    assert_eq!(grant.right, Right::Owed);
    let logistics = Holder::Department(Department("logistics".into()));
    let day = Holder::PersonOwed(id("rita"));
    let holders: Vec<&Holder> = grant.budgets.iter().map(|key| &key.holder).collect();
    assert_eq!(
        holders,
        [&day, &logistics, &logistics],
        "it counts for her day of what is owed, and spends no discretion"
    );
    let worth = w.budgets.iter().find(|(key, _)| key.is_of_owed()).map(|(_, budget)| budget.reserved());
    assert_eq!(worth, Some(usd(18_995 + 1_200)), "by what leaves, where that is more than it costs");
    assert_eq!(w.case("parcel").given(Right::Discretion, Currency::USD), 0);
    w.end_grant("parcel", &Actor::Fulfilment, "g1", GrantState::Settled).unwrap();
    w.does("parcel", &rep, &Command::Settle { words: None }).unwrap();
}

/// 3. The rule that did not foresee it: (a) the rep's own, (b) a lead's, (c) nobody's, and what instead.
#[test]
fn the_rule_that_did_not_foresee_it() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("a", &rep, "returns");
    let refund = w.assess("a", "hospital", &rep).options[0].id.to_string();
    assert!(is_granted(&w.give("a", &rep, "g1", &w.wish("a", &refund))));
    w.end_grant("a", &Actor::Fulfilment, "g1", GrantState::Released).unwrap();
    assert_eq!(w.case("a").given(Right::Discretion, Currency::USD), 0, "what could not be done takes nothing");
    assert!(w.budgets.values().all(|b| b.reserved() == usd(0) && b.settled() == usd(0)));

    w.open("b", &rep, "returns");
    w.assess("b", "no_reason_given", &rep);
    assert_eq!(asks(w.give("b", &rep, "g1", &w.wish("b", &refund))).least().as_str(), "lead");

    w.open("c", &person("hugo", "head"), "returns");
    let kept = w.assess("c", "to_another_card", &person("hugo", "head"));
    let barred = w.give("c", &person("hugo", "head"), "g1", &w.wish("c", &refund)).unwrap_err();
    assert!(matches!(barred, Denied::Barred { ref by, .. } if by == "payer"), "{barred}");
    let instead = kept.options.iter().find(|o| o.group == OptionGroup::Instead).unwrap();
    assert!(is_granted(&w.give("c", &person("hugo", "head"), "g1", &w.wish("c", instead.id.as_str()))));
}

/// 4. Three days, only three days: the guard asks for a lead; the lead's no is looked at once more, by the head.
#[test]
fn three_days_and_nine_claims() {
    let mut w = World::new();
    let (rep, lead, head) = (person("rita", "frontline"), person("lena", "lead"), person("hugo", "head"));
    w.open("laptop", &rep, "warranty");
    let kept = w.assess("laptop", "nine_claims_in_a_year", &rep);
    let wish = w.wish("laptop", kept.options[0].id.as_str());
    let question = asks(w.give("laptop", &rep, "g1", &wish));
    assert_eq!(question.least().as_str(), "lead");
    let to_lead = Next::Person(lead.clone());
    w.does(
        "laptop",
        &rep,
        &Command::AskApproval {
            id: approval("a1"),
            question: Box::new(question),
            words: words("three days only"),
            to: to_lead,
        },
    )
    .unwrap();
    w.does("laptop", &lead, &Command::AnswerApproval { id: approval("a1"), answer: no("nine claims") }).unwrap();

    assert!(matches!(w.give("laptop", &rep, "g1", &wish), Err(Denied::SaidNo { by, .. }) if by == lead.id));
    let bare = Command::Decline { reason: words("nine claims"), instead: vec![] };
    assert_eq!(w.does("laptop", &rep, &bare), Err(Denied::NothingInstead));
    let told = Command::Decline { reason: words("nine claims"), instead: vec![Instead::Detour] };
    w.does("laptop", &rep, &told).unwrap();
    assert_eq!(w.case("laptop").state, State::Declined);
    assert!(matches!(
        w.does("laptop", &rep, &Command::Reopen { reason: words("she called") }),
        Err(Denied::NotOpen { .. })
    ));

    let question = w.asking("laptop", &rep, (&wish, "asked"), second_look).unwrap();
    assert_eq!(question.least().as_str(), "head", "above whoever said no");
    let ask = |to: &Person| Command::AskApproval {
        id: approval("a2"),
        question: Box::new(question.clone()),
        words: words("three days, and paid cover"),
        to: Next::Person(to.clone()),
    };
    assert!(matches!(w.does("laptop", &rep, &ask(&lead)), Err(Denied::WasInIt { .. })));
    w.does("laptop", &rep, &ask(&head)).unwrap();
    w.does("laptop", &head, &Command::AnswerApproval { id: approval("a2"), answer: Answer::Yes { words: None } })
        .unwrap();
    assert_eq!(w.case("laptop").state, State::Open, "a yes opens it again");
    let wish = Wish { approval: Some(approval("a2")), ..wish };
    assert!(is_granted(&w.give("laptop", &rep, "g1", &wish)));
    assert_eq!(w.asking("laptop", &rep, (&wish, "asked"), second_look), Err(Denied::LookedTwice));
}

/// 5. The coupon that did not fit: one owner throughout, the head's view, a remedy of the head's own.
#[test]
fn the_coupon_that_did_not_fit() {
    let mut w = World::new();
    w.now = time("2026-11-02T13:10:00");
    let (rep, head) = (person("rita", "frontline"), person("hugo", "head"));
    let asked = w.open("watch", &rep, "trade_in_coupon").asked;
    for (n, department) in ["marketing", "trade_in", "legal"].into_iter().enumerate() {
        w.now = w.now.plus_micros(2 * DAY).unwrap();
        let (id, department) = (id(&format!("q{n}")), Department(department.into()));
        w.does("watch", &rep, &Command::Consult { id, department, words: words("which watches?") }).unwrap();
    }
    assert_eq!(w.case("watch").head, Some(HeadWhy::Consults));
    assert_eq!((&w.case("watch").owner, w.case("watch").asked), (&rep, asked), "consults move nothing");
    w.now = time("2027-02-08T09:30:00");
    assert_eq!(w.ring("watch"), Vec::<String>::new(), "our own silence never lapses her hold");

    let kept = w.assess("watch", "any_watch_at_all", &rep);
    assert_eq!(kept.bespoke.as_ref().map(|b| b.role.as_str()), Some("head"));
    let codes = codes();
    let write = |option: &OptionFrozen| Command::WriteBespoke {
        assessment: kept.digest.clone(),
        option: Box::new(option.clone()),
        approval: approval("a1"),
    };
    assert!(matches!(w.does("watch", &rep, &write(&codes)), Err(Denied::RoleTooLow { .. })));
    w.does("watch", &head, &write(&codes)).unwrap();
    let mut wish = w.wish("watch", "two_codes");
    wish.approval = Some(approval("a1"));
    assert!(is_granted(&w.give("watch", &rep, "g1", &wish)));
    w.end_grant("watch", &Actor::Fulfilment, "g1", GrantState::Settled).unwrap();
    w.does("watch", &rep, &Command::Settle { words: Some(words("two codes, no expiry")) }).unwrap();
    w.does("watch", &rep, &Command::HearCustomer { words: Some(words("thank you")) }).unwrap();
    assert_eq!(w.case("watch").state, State::Settled);
}

fn codes() -> OptionFrozen {
    let part = |n: u8| PartFrozen {
        id: id(&format!("code_{n}")),
        kind: Some("promo_code".into()),
        amount: Some(amount(9_000)),
        cost: Some(usd(9_000)),
        with: Value::Null,
        against: None,
    };
    OptionFrozen {
        id: id("two_codes"),
        group: OptionGroup::Bespoke,
        says: "Two codes of 20%, any watch, no expiry".into(),
        amount: Some(amount(18_000)),
        most: None,
        cost: Some(usd(18_000)),
        size: Size::Whole,
        takes: Takes::Leave { least: Least::None, terms: Least::None, guard: Least::None, per_customer: Least::None },
        parts: vec![part(1), part(2)],
        charged_to: Some(Department("marketing".into())),
        loans: vec![],
        relies: vec![],
    }
}

#[test]
fn a_handover_needs_the_receivers_yes() {
    let mut w = World::new();
    let (rep, other) = (person("rita", "frontline"), person("omar", "frontline"));
    w.open("c1", &rep, "returns");
    let offer = Command::OfferHandover { to: other.id.clone(), words: words("my shift ends") };
    w.does("c1", &rep, &offer).unwrap();
    assert_eq!(w.case("c1").owner, rep, "an offer moves nothing");
    assert!(matches!(
        w.does("c1", &person("ida", "lead"), &Command::AcceptHandover),
        Err(Denied::NotTheReceiver { .. })
    ));
    w.does("c1", &other, &Command::RefuseHandover { words: words("mine too") }).unwrap();
    assert_eq!(w.case("c1").owner, rep);
    w.does("c1", &rep, &offer).unwrap();
    w.does("c1", &other, &Command::AcceptHandover).unwrap();
    assert_eq!(w.case("c1").owner, other);
    assert!(matches!(w.does("c1", &rep, &Command::TakeOver), Err(Denied::NotAbove { .. })));
    w.does("c1", &person("ida", "lead"), &Command::TakeOver).unwrap();
    assert_eq!(w.case("c1").owner.id.as_str(), "ida");
}

#[test]
fn a_hold_lapses_after_silence_with_a_warning_and_any_word_renews_it() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    let asked = w.open("c1", &rep, "returns").asked;
    let later = |w: &mut World, days: i64| w.now = w.now.plus_micros(days * DAY).unwrap();
    w.does("c1", &rep, &Command::AskCustomer { words: words("a photo of the sole, please") }).unwrap();
    later(&mut w, 23);
    assert_eq!(w.ring("c1"), ["HeadView", "HoldWarning"]);
    w.does("c1", &rep, &Command::HearCustomer { words: None }).unwrap();
    later(&mut w, 90);
    assert_eq!(w.ring("c1"), Vec::<String>::new(), "it is our turn");
    w.does("c1", &rep, &Command::AskCustomer { words: words("and of the heel") }).unwrap();
    later(&mut w, 40);
    assert_eq!(w.ring("c1"), ["HoldWarning"], "never without the warning, however late");
    later(&mut w, 7);
    assert_eq!(w.ring("c1"), ["HoldLapse"]);
    assert_eq!((w.case("c1").state, w.case("c1").asked), (State::Lapsed, asked));
    w.does("c1", &rep, &Command::HearCustomer { words: Some(words("here I am")) }).unwrap();
    assert_eq!((w.case("c1").state, w.case("c1").asked), (State::Open, w.now), "from now on this date counts");
}

#[test]
fn a_promise_rings_before_it_is_due_and_late_is_late() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "returns");
    let at = |minutes: i64| w.now.plus_micros(minutes * MINUTE).unwrap();
    let (alarm, due) = (at(50), at(60));
    let promise = Command::Promise { id: id("p1"), words: words("a call by seven"), due, alarm };
    w.does("c1", &rep, &promise).unwrap();
    assert!(matches!(w.does("c1", &rep, &Command::Settle { words: None }), Err(Denied::PromiseOpen { .. })));
    w.now = alarm;
    assert_eq!(w.ring("c1"), ["PromiseAlarm(PromiseId(\"p1\"))"]);
    w.now = due;
    assert_eq!(w.ring("c1"), ["PromiseMissed(PromiseId(\"p1\"))"]);
    w.does("c1", &rep, &Command::KeepPromise { id: id("p1") }).unwrap();
    assert_eq!(w.case("c1").promises[0].state, PromiseState::KeptLate);
    w.does("c1", &rep, &Command::Settle { words: None }).unwrap();
}

#[test]
fn a_question_goes_to_the_nearest_then_up_then_calls_back_and_ends() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    let (near, far, head) = (person("lena", "lead"), person("lars", "lead"), person("hugo", "head"));
    w.open("c1", &rep, "price_adjustment");
    w.assess("c1", "blazers", &rep);
    let wish = w.wish("c1", "credit_difference");
    let question = asks(w.give("c1", &rep, "g1", &wish));
    let ask = Command::AskApproval {
        id: approval("a1"),
        question: Box::new(question),
        words: words("please"),
        to: Next::Person(near.clone()),
    };
    w.does("c1", &rep, &ask).unwrap();

    let there = |p: &Person, waiting| Present { person: p.clone(), waiting };
    let present = [there(&rep, 0), there(&head, 0), there(&far, 4), there(&near, 0)];
    let next = |w: &World| {
        let asked = w.case("c1").approval(&approval("a1")).unwrap().clone();
        let mut before = asked.passed.clone();
        if let ApprovalState::Waiting { to: Asked::Person(now), .. } = &asked.state {
            before.push(now.clone());
        }
        nearest(w.case("c1"), &asked, &before, &present, &w.ladder).cloned()
    };
    let pass = |to: Next| Command::PassOn { id: approval("a1"), to };
    assert!(matches!(w.apply("c1", &Actor::Timer, &pass(Next::Person(far.clone()))), Err(Denied::NotYet { .. })));
    for wanted in [&far, &head] {
        w.now = w.now.plus_micros(2 * MINUTE).unwrap();
        let found = next(&w).unwrap();
        assert_eq!(found, *wanted, "the role first, then the ladder");
        w.apply("c1", &Actor::Timer, &pass(Next::Person(found))).unwrap();
    }
    assert_eq!(next(&w), None);
    w.now = w.now.plus_micros(2 * MINUTE).unwrap();
    let tomorrow = w.now.plus_micros(DAY).unwrap();
    w.apply("c1", &Actor::Timer, &pass(Next::CallBack(tomorrow))).unwrap();
    w.now = w.now.plus_micros(2 * DAY).unwrap();
    assert_eq!(w.ring("c1"), ["ApprovalEnds(ApprovalId(\"a1\"))"]);
    let yes = Command::AnswerApproval { id: approval("a1"), answer: Answer::Yes { words: None } };
    assert!(matches!(w.does("c1", &head, &yes), Err(Denied::NotWaiting { .. })));
}

/// A yes is to what was known when it was asked for: it does not give what was barred or came to less since.
#[test]
fn a_yes_does_not_outlive_what_bars_it_or_makes_it_less() {
    let (rep, lead) = (person("rita", "frontline"), person("lena", "lead"));
    let told = |since: &str| {
        let mut w = World::new();
        w.open("c1", &rep, "returns");
        w.assess("c1", "no_reason_given", &rep);
        let mut wish = w.wish("c1", "money_back");
        let Gave::Ask(question) = w.give("c1", &rep, "g1", &wish).unwrap() else { panic!("it needs a yes") };
        let ask = Command::AskApproval {
            id: approval("a1"),
            question,
            words: words("please"),
            to: Next::Person(lead.clone()),
        };
        w.does("c1", &rep, &ask).unwrap();
        let yes = Command::AnswerApproval { id: approval("a1"), answer: Answer::Yes { words: None } };
        w.does("c1", &lead, &yes).unwrap();
        w.assess("c1", since, &rep);
        wish.approval = Some(approval("a1"));
        w.give("c1", &rep, "g1", &wish)
    };
    assert!(matches!(told("to_another_card"), Err(Denied::Barred { .. })), "the money would go to somebody else");
    assert!(matches!(told("returned_in_time"), Err(Denied::AssessedSince { .. })), "it is another coat by now");
    assert!(matches!(told("hospital"), Ok(Gave::Granted)), "it is the same, and there is a reason for it");
}

#[test]
fn an_answer_may_adjust_and_binds_to_that() {
    let mut w = World::new();
    let (rep, lead) = (person("alex", "ai"), person("lena", "lead"));
    w.open("c1", &rep, "price_adjustment");
    w.assess("c1", "blazers", &rep);
    let mut wish = w.wish("c1", "credit");
    wish.amount = Some(amount(4_000));
    let question = asks(w.give("c1", &rep, "g1", &wish));
    assert_eq!(question.least().as_str(), "frontline");
    let ask = Command::AskApproval {
        id: approval("a1"),
        question: Box::new(question),
        words: words("40?"),
        to: Next::Person(lead.clone()),
    };
    w.does("c1", &rep, &ask).unwrap();
    let adjust = |cents| Command::AnswerApproval {
        id: approval("a1"),
        answer: Answer::Adjust { amount: amount(cents), words: words("30 will do") },
    };
    assert!(matches!(w.does("c1", &lead, &adjust(5_000)), Err(Denied::AmountNotOffered { .. })));
    w.does("c1", &lead, &adjust(3_000)).unwrap();
    wish.approval = Some(approval("a1"));
    assert!(matches!(w.give("c1", &rep, "g1", &wish), Err(Denied::ApprovedOther { .. })));
    wish.amount = None;
    assert!(is_granted(&w.give("c1", &rep, "g1", &wish)));
    assert_eq!(w.case("c1").grants[0].cost, usd(3_000));
}

#[test]
fn before_the_full_mode_agents_only_ask_and_people_do_it() {
    let mut w = World::new();
    w.mode = Mode::AdviseOnly;
    let (agent, rep) = (person("alex", "ai"), person("rita", "frontline"));
    for (case, owner) in [("c1", &agent), ("c2", &rep)] {
        w.open(case, owner, "price_adjustment");
        w.assess(case, "blazers", owner);
    }
    assert_eq!(asks(w.give("c1", &agent, "g1", &w.wish("c1", "credit"))).least().as_str(), "frontline");
    assert!(is_granted(&w.give("c2", &rep, "g1", &w.wish("c2", "credit"))));
    assert_eq!(w.case("c2").grants[0].fulfil, Fulfil::ByHand);
    assert_eq!(w.end_grant("c2", &Actor::Person(agent), "g1", GrantState::Settled), Err(Denied::NotAPerson));
    w.end_grant("c2", &Actor::Person(rep), "g1", GrantState::Settled).unwrap();
}

#[test]
fn what_no_connector_takes_people_do_and_may_take_back() {
    let mut w = World::new();
    w.connected = false;
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "price_adjustment");
    w.assess("c1", "blazers", &rep);
    assert!(is_granted(&w.give("c1", &rep, "g1", &w.wish("c1", "credit"))));
    assert_eq!(w.case("c1").grants[0].fulfil, Fulfil::ByHand);
    w.end_grant("c1", &Actor::Person(rep), "g1", GrantState::Released).unwrap();
}

#[test]
fn a_day_used_up_asks_and_a_team_without_money_denies() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    let day = |w: &World| {
        let (holder, period) = (Holder::Person(rep.id.clone()), Period::day(w.today()));
        BudgetKey { holder, period, currency: Currency::USD }
    };
    w.open("c1", &rep, "price_adjustment");
    w.assess("c1", "blazers", &rep);
    let spent = Budget::stored(day(&w), None, 0, 49_000).unwrap();
    w.budgets.insert(day(&w), spent);
    asks(w.give("c1", &rep, "g1", &w.wish("c1", "credit")));
    w.budgets.clear();
    w.team_limit = Some(1_999);
    assert!(
        matches!(w.give("c1", &rep, "g1", &w.wish("c1", "credit")), Err(Denied::OverBudget { left, .. }) if left == usd(1_999))
    );
}

#[test]
fn an_inlet_opens_tells_and_assesses_and_does_nothing_else() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "price_adjustment");
    w.assess("c1", "blazers", &rep);
    let by = Actor::Inlet(id("shop"));
    for command in [
        Command::KnowCustomer { customer: id("cu_2") },
        Command::AddEvidence { id: id("e1"), evidence: Evidence::Seen { what: words("the label") } },
        Command::Consult { id: id("q1"), department: Department("stores".to_owned()), words: words("was it torn?") },
        Command::Settle { words: None },
        Command::Reopen { reason: words("again") },
        Command::TakeOver,
    ] {
        assert_eq!(w.apply("c1", &by, &command), Err(Denied::NotAPerson), "{command:?}");
    }
    w.apply("c1", &by, &Command::HearCustomer { words: Some(words("it was torn")) }).unwrap();
    assert!(matches!(w.apply("c1", &by, &Command::Note { words: words("by mail") }), Ok(1)));
}

#[test]
fn who_was_asked_by_a_link_answers_and_does_nothing_else() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "returns");
    let (asked, department) = (id("q1"), Department("stores".to_owned()));
    w.does("c1", &rep, &Command::Consult { id: asked, department, words: words("was it torn?") }).unwrap();
    let by = Actor::Consulted;
    for command in [
        Command::Note { words: words("by the way") },
        Command::HearCustomer { words: None },
        Command::AddEvidence { id: id("e1"), evidence: Evidence::Seen { what: words("the label") } },
        Command::Settle { words: None },
        Command::Reopen { reason: words("again") },
        Command::TakeOver,
    ] {
        assert_eq!(w.apply("c1", &by, &command), Err(Denied::NotAPerson), "{command:?}");
    }
    let answer = Command::AnswerConsult { id: id("q1"), words: words("it was") };
    w.apply("c1", &by, &answer).unwrap();
    assert!(matches!(w.apply("c1", &by, &answer), Err(Denied::AlreadyDone { .. })));
    assert!(matches!(w.apply("c1", &Actor::Fulfilment, &Command::Note { words: words("no mail") }), Ok(1)));
}

#[test]
fn customers_say_and_show_things_by_a_link_and_do_nothing_else() {
    let mut w = World::new();
    let rep = person("rita", "frontline");
    w.open("c1", &rep, "returns");
    let by = Actor::Customer;
    let file = |n: usize| {
        let digest = Digest::of(n.to_string().as_bytes());
        let evidence = Evidence::File { digest, shows: words("the label") };
        Command::AddEvidence { id: id(&format!("e{n}")), evidence }
    };
    for command in [
        Command::Note { words: words("by the way") },
        Command::AddEvidence { id: id("e0"), evidence: Evidence::Seen { what: words("the label") } },
        Command::AddEvidence {
            id: id("e0"),
            evidence: Evidence::Link { to: words("https://a.example"), shows: words("it") },
        },
        Command::AskCustomer { words: words("why?") },
        Command::KnowCustomer { customer: id("c_2") },
        Command::Settle { words: None },
        Command::Reopen { reason: words("again") },
        Command::TakeOver,
    ] {
        assert_eq!(w.apply("c1", &by, &command), Err(Denied::NotAPerson), "{command:?}");
    }
    let ask = Command::AskCustomer { words: words("is there a photo?") };
    w.does("c1", &rep, &ask).unwrap();
    w.apply("c1", &by, &file(1)).unwrap();
    assert_eq!(w.case("c1").turn, Turn::Ours, "a photo is an answer");
    w.does("c1", &rep, &Command::AddEvidence { id: id("mine"), evidence: Evidence::Seen { what: words("it") } })
        .unwrap();
    assert_eq!(w.case("c1").handed_in.iter().map(ToString::to_string).collect::<Vec<_>>(), ["e1"]);
    w.does("c1", &rep, &ask).unwrap();
    w.apply("c1", &by, &Command::HearThanks { words: None }).unwrap();
    assert!(matches!(w.case("c1").turn, Turn::Customers { .. }), "thanks answer nothing");
    w.apply("c1", &by, &Command::HearCustomer { words: Some(words("that is it")) }).unwrap();
    assert_eq!(w.case("c1").turn, Turn::Ours);
    let asked = w.case("c1").asked;
    w.does("c1", &rep, &Command::Settle { words: None }).unwrap();
    assert_eq!(w.apply("c1", &by, &file(2)), Err(Denied::NotOpen { state: State::Settled }));
    w.apply("c1", &by, &Command::HearThanks { words: Some(words("thank you")) }).unwrap();
    assert_eq!(w.case("c1").state, State::Settled);
    w.apply("c1", &by, &Command::HearCustomer { words: Some(words("nothing came")) }).unwrap();
    assert_eq!((w.case("c1").state, w.case("c1").asked), (State::Open, asked), "the date that counts stays");
    for n in 2..=HANDED_IN_MAX {
        w.apply("c1", &by, &file(n)).unwrap();
    }
    assert_eq!(w.apply("c1", &by, &file(99)), Err(Denied::CustomerFull));
    while w.case("c1").by_customer < BY_CUSTOMER_MAX {
        w.apply("c1", &by, &Command::HearCustomer { words: None }).unwrap();
    }
    assert_eq!(w.apply("c1", &by, &Command::HearThanks { words: None }), Err(Denied::CustomerFull));
    w.does("c1", &rep, &Command::Note { words: words("they called") }).unwrap();
}
