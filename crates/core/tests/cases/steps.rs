//! Random steps in a shop: anyone tries anything, and the clock jumps.

use amends_core::assess::frozen::Department;
use amends_core::authority::{Decision, Person, Question, Wish, second_look};
use amends_core::case::{Actor, Answer, ApprovalState, Command, Evidence, GrantState, Instead, Next};
use amends_core::denied::Denied;
use amends_core::ids::TeamId;
use amends_core::time::{DAY, MINUTE};

use crate::world::{Gave, World, amount, approval, id, person, words};

/// One thing that someone tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub act: u8,
    pub who: u8,
    pub case: u8,
    pub arg: u8,
}

const PEOPLE: [(&str, &str, &str); 8] = [
    ("alex", "ai", "shop"),
    ("rita", "frontline", "shop"),
    ("omar", "frontline", "shop"),
    ("ida", "frontline", "web"),
    ("lena", "lead", "shop"),
    ("lars", "lead", "web"),
    ("hugo", "head", "shop"),
    ("gone", "intern", "shop"),
];
const QUESTIONS: [(&str, &str); 5] = [
    ("price_adjustment", "blazers"),
    ("returns", "hospital"),
    ("returns", "no_reason_given"),
    ("wrong_goods", "two_tshirts"),
    ("warranty", "nine_claims_in_a_year"),
];

pub fn who(number: u8) -> Person {
    let (name, role, team) = PEOPLE[usize::from(number) % PEOPLE.len()];
    Person { team: TeamId::parse(team).unwrap(), ..person(name, role) }
}

/// Tries a step. What is denied is part of the play.
pub fn act(w: &mut World, n: usize, step: Step) -> Result<(), Denied> {
    let (by, case) = (who(step.who), format!("c{}", step.case % 3));
    let case = case.as_str();
    if !w.cases.contains_key(&id(case)) {
        let (request, _) = QUESTIONS[usize::from(step.arg) % QUESTIONS.len()];
        w.open(case, &who(step.who % 7), request);
        return Ok(());
    }
    let (x, other) = (step.arg, who(step.arg));
    // Half of what is tried is tried by the owner, or most would be denied for that alone.
    let by = if step.who < 128 { w.case(case).owner.clone() } else { by };
    let new = format!("x{n}");
    let command = match step.act % 28 {
        0 => {
            w.now = w.now.plus_micros(i64::from(x) * MINUTE - 5 * MINUTE).unwrap();
            return Ok(());
        }
        1 => {
            w.now = w.now.plus_micros(i64::from(x % 3) * DAY).unwrap();
            w.ring(case);
            return Ok(());
        }
        2 => {
            Command::AddEvidence { id: id(&format!("e{}", x % 4)), evidence: Evidence::Seen { what: words("a label") } }
        }
        3 => Command::HearCustomer { words: None },
        4 => Command::AskCustomer { words: words("a photo?") },
        5 => {
            let at = |minutes: i64| w.now.plus_micros(minutes * MINUTE).unwrap();
            let (alarm, due) = (at(i64::from(x) - 5), at(i64::from(x)));
            Command::Promise { id: id(&format!("p{}", x % 3)), words: words("a call"), due, alarm }
        }
        6 => Command::KeepPromise { id: id(&format!("p{}", x % 3)) },
        7 => {
            let department = Department("legal".into());
            Command::Consult { id: id(&format!("q{}", x % 5)), department, words: words("may we?") }
        }
        8 => Command::AnswerConsult { id: id(&format!("q{}", x % 5)), words: words("we may") },
        9 => Command::OfferHandover { to: other.id, words: words("my shift ends") },
        10 => Command::AcceptHandover,
        11 if x.is_multiple_of(2) => Command::RefuseHandover { words: words("mine too") },
        11 => Command::WithdrawHandover,
        12 if x.is_multiple_of(4) => Command::TakeOver,
        12 | 13 => {
            let request = w.case(case).request.as_str().to_owned();
            let fitting: Vec<_> = QUESTIONS.iter().filter(|(kind, _)| *kind == request).collect();
            let (_, of) = fitting[usize::from(x) % fitting.len()];
            assess(w, case, of, &by);
            return Ok(());
        }
        14..=16 => return give(w, case, &new, &by, x),
        17 | 18 | 25..=27 => return answer(w, case, &who(step.who), x),
        19 => return pass_on(w, case, &other, x),
        20 => return end_grant(w, case, &by, x),
        21 if x % 4 > 1 => return take_back(w, case, &by),
        21 => Command::Decline { reason: words("too late"), instead: vec![Instead::Detour; usize::from(x % 2)] },
        22 if x.is_multiple_of(3) => Command::Reopen { reason: words("it came back") },
        22 => Command::Settle { words: None },
        _ => return look_again(w, case, &new, &by, &who(x % 3 + 4)),
    };
    w.does(case, &by, &command).map(|_| ())
}

fn assess(w: &mut World, case: &str, of: &str, by: &Person) {
    if w.book.role(by.role.as_str()).is_some() && w.case(case).must_be_open().is_ok() {
        w.assess(case, of, by);
    }
}

/// A wish for some option of the latest assessment, with an amount and a yes at random.
fn wish(w: &World, case: &str, x: u8) -> Option<Wish> {
    let kept = w.case(case).assessments.last()?;
    let option = &kept.frozen.options[usize::from(x) % kept.frozen.options.len()];
    let mut wish = w.wish(case, option.id.as_str());
    wish.amount = x.is_multiple_of(5).then(|| amount(i64::from(x) * 50));
    let yes = w.case(case).approvals.iter().find(|a| matches!(a.state, ApprovalState::Given { .. }));
    if let Some(yes) = yes.filter(|_| !x.is_multiple_of(3)) {
        let given = yes.of.clone();
        return Some(Wish {
            assessment: given.assessment,
            option: given.option,
            amount: None,
            approval: Some(yes.id.clone()),
        });
    }
    Some(wish)
}

fn give(w: &mut World, case: &str, new: &str, by: &Person, x: u8) -> Result<(), Denied> {
    let Some(wish) = wish(w, case, x) else { return Ok(()) };
    let stale = match w.decide(case, by, &wish) {
        Decision::Grant(plan) => Some(plan),
        _ => None,
    };
    match w.give(case, by, new, &wish)? {
        Gave::Granted => {
            // The same plan again is of an older version.
            let again = Command::Reserve {
                id: id(&format!("{new}_again")),
                plan: Box::new(stale.unwrap()),
                undo_until: None,
                connectors: Vec::new(),
            };
            assert!(w.does(case, by, &again).is_err(), "a plan is good once");
            Ok(())
        }
        Gave::Ask(question) => ask(w, case, new, by, *question, &who(x / 2 % 4 + 3)),
    }
}

fn ask(w: &mut World, case: &str, new: &str, by: &Person, question: Question, to: &Person) -> Result<(), Denied> {
    let (id, question) = (approval(new), Box::new(question));
    let command = Command::AskApproval { id, question, words: words("may I?"), to: Next::Person(to.clone()) };
    w.does(case, by, &command).map(|_| ())
}

fn look_again(w: &mut World, case: &str, new: &str, by: &Person, to: &Person) -> Result<(), Denied> {
    let refused = w.case(case).approvals.iter().find(|a| matches!(a.state, ApprovalState::Refused { .. }));
    let of = refused.map(|a| a.of.clone());
    let wish = match of {
        Some(of) => Some(Wish { assessment: of.assessment, option: of.option, amount: of.amount, approval: None }),
        None => wish(w, case, 1),
    };
    let Some(wish) = wish else { return Ok(()) };
    let question = w.asking(case, by, (&wish, "asked"), second_look)?;
    ask(w, case, new, by, question, to)
}

fn answer(w: &mut World, case: &str, by: &Person, x: u8) -> Result<(), Denied> {
    let approvals = &w.case(case).approvals;
    let waiting = approvals.iter().find(|a| a.is_waiting()).or(approvals.last());
    let Some(open) = waiting.map(|a| a.id.clone()) else { return Ok(()) };
    let answer = match x % 4 {
        0 => Answer::No { reason: words("no"), instead: vec![Instead::Detour] },
        1 => Answer::Adjust { amount: amount(i64::from(x) * 40), words: words("less") },
        _ => Answer::Yes { words: None },
    };
    w.does(case, by, &Command::AnswerApproval { id: open, answer }).map(|_| ())
}

fn pass_on(w: &mut World, case: &str, to: &Person, x: u8) -> Result<(), Denied> {
    let Some(open) = w.case(case).approvals.last().map(|a| a.id.clone()) else { return Ok(()) };
    let call_back = w.now.plus_micros(i64::from(x) * MINUTE).unwrap();
    let to = if x.is_multiple_of(3) { Next::CallBack(call_back) } else { Next::Person(to.clone()) };
    w.apply(case, &Actor::Timer, &Command::PassOn { id: open, to }).map(|_| ())
}

/// Whoever it is takes back what was given last.
fn take_back(w: &mut World, case: &str, by: &Person) -> Result<(), Denied> {
    let Some(grant) = w.case(case).grants.last().map(|g| g.id.to_string()) else { return Ok(()) };
    w.end_grant(case, &Actor::Person(by.clone()), &grant, GrantState::TakenBack)
}

fn end_grant(w: &mut World, case: &str, by: &Person, x: u8) -> Result<(), Denied> {
    let Some(grant) = w.case(case).grants.last().map(|g| g.id.to_string()) else { return Ok(()) };
    let by = if x.is_multiple_of(2) { Actor::Fulfilment } else { Actor::Person(by.clone()) };
    let how = if x.is_multiple_of(3) { GrantState::Released } else { GrantState::Settled };
    w.end_grant(case, &by, &grant, how)
}
