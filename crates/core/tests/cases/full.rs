//! A case that has as many events as one may have.

use amends_core::case::{Actor, Answer, Command, Instead, Next};
use amends_core::denied::Denied;
use amends_core::time::MINUTE;

use crate::world::{Gave, World, approval, person, words};

/// A case that is full takes no more words, but whatever waits on it is answered, whoever can end it has it, and it ends.
#[test]
fn a_full_case_with_an_open_question_comes_to_its_end() {
    let mut w = World::new();
    let (rep, lead) = (person("rita", "frontline"), person("lena", "lead"));
    w.open("blazers", &rep, "price_adjustment");
    w.assess("blazers", "blazers", &rep);
    let wish = w.wish("blazers", "credit_difference");
    let Ok(Gave::Ask(question)) = w.give("blazers", &rep, "g1", &wish) else { panic!("it is the lead's") };
    let to = Next::Person(lead.clone());
    let ask = Command::AskApproval { id: approval("a1"), question, words: words("may I?"), to };
    w.does("blazers", &rep, &ask).unwrap();
    w.cases.get_mut(&w.case("blazers").id.clone()).unwrap().version = 10_000;
    assert!(matches!(w.does("blazers", &rep, &Command::Note { words: words("more") }), Err(Denied::TooMuch)));
    w.now = w.now.plus_micros(3 * MINUTE).unwrap();
    let later = w.now.plus_micros(MINUTE).unwrap();
    let pass = Command::PassOn { id: approval("a1"), to: Next::CallBack(later) };
    assert_eq!(w.apply("blazers", &Actor::Timer, &pass), Ok(1));
    let no = Answer::No { reason: words("not this one"), instead: vec![Instead::Words(words("write again"))] };
    assert_eq!(w.does("blazers", &lead, &Command::AnswerApproval { id: approval("a1"), answer: no }), Ok(1));
    assert_eq!(w.does("blazers", &lead, &Command::TakeOver), Ok(1));
    assert_eq!(w.does("blazers", &lead, &Command::Settle { words: None }), Ok(1));
}
