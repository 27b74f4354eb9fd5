//! Whatever goes wrong between us and another system, a step takes effect once, or not at all and we know it.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong here is to fail")]

use amends_core::fulfilment::{
    Ability, BACKOFF_MOST, Came, Circuit, LEASE, Looked, Next, Outcome, State, TRIES_MAX, outcome,
};
use amends_core::ids::PersonId;
use amends_core::time::{DAY, HOUR, MINUTE, SECOND, Time};
use proptest::prelude::*;

fn at(micros: i64) -> Time {
    Time::from_micros(1_795_000_000_000_000 + micros).unwrap()
}

/// What goes wrong in one exchange.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Fine,
    NeverSent,
    DiedBefore,
    DiedAfter,
    AnswerLost,
    LostBefore,
    Refused,
}

const FATES: [Fate; 7] =
    [Fate::Fine, Fate::NeverSent, Fate::DiedBefore, Fate::DiedAfter, Fate::AnswerLost, Fate::LostBefore, Fate::Refused];

/// The other system: what took effect, by how often.
struct There {
    ability: Ability,
    effects: u32,
}

impl There {
    /// None: whoever called died before they had the answer.
    fn call(&mut self, fate: Fate) -> Option<Came> {
        let arrives = !matches!(fate, Fate::NeverSent | Fate::DiedBefore | Fate::LostBefore);
        let refuses = fate == Fate::Refused && (self.ability != Ability::TakesKeyOnce || self.effects == 0);
        if arrives && !refuses && (self.ability != Ability::TakesKeyOnce || self.effects == 0) {
            self.effects += 1;
        }
        match fate {
            Fate::DiedBefore | Fate::DiedAfter => None,
            Fate::NeverSent => Some(Came::Later("no connection".to_owned(), None)),
            Fate::AnswerLost | Fate::LostBefore => Some(Came::Unknown("no answer".to_owned())),
            Fate::Refused if refuses => Some(Came::Refused("too late".to_owned())),
            Fate::Fine | Fate::Refused => Some(Came::Done { reference: Some("re_1".to_owned()) }),
        }
    }

    fn look(&self, fate: Fate) -> Looked {
        match (fate, self.effects) {
            (Fate::NeverSent | Fate::AnswerLost, _) => Looked::Unknown("no answer".to_owned()),
            (_, 0) => Looked::Absent,
            _ => Looked::Found { reference: None },
        }
    }
}

/// Someone looks in the other system, and says what they see.
fn someone(state: &State, there: &There, fate: Fate, now: Time) -> State {
    let rita = PersonId::parse("rita").unwrap();
    match (there.effects, fate) {
        (0, Fate::Refused) => state.cannot(rita, "it cannot be".to_owned(), now).unwrap(),
        (0, _) => state.again(now).unwrap(),
        _ => state.by_hand(rita, None, now).unwrap(),
    }
}

proptest! {
    #[test]
    fn a_step_takes_effect_once(
        ability in prop::sample::select(vec![Ability::TakesKeyOnce, Ability::CanBeRead, Ability::Neither]),
        fates in prop::collection::vec((prop::sample::select(FATES.to_vec()), 0..1000_u16), 1..80),
    ) {
        let (mut now, mut there) = (at(0), There { ability, effects: 0 });
        let mut state = State::begin(now, false);
        let mut fates = fates.into_iter();
        // When all that can go wrong went wrong, the rest goes well.
        for _ in 0..2_000 {
            let (fate, jitter) = fates.next().unwrap_or((Fate::Fine, 500));
            let kept = serde_json::to_string(&state).unwrap();
            prop_assert_eq!(&serde_json::from_str::<State>(&kept).unwrap(), &state);
            prop_assert!(there.effects == 0 || state.may_be_done(), "what took effect is never given back: {:?}", state);
            state = match state.next(now, ability, None) {
                Next::Call(intent) => match there.call(fate) {
                    Some(came) => intent.after_call(came, TRIES_MAX, now, jitter),
                    None => intent,
                },
                Next::Look => state.after_look(there.look(fate), now, jitter),
                Next::Keep(next) => next,
                Next::Wait(until) => {
                    prop_assert!(until > now);
                    prop_assert!(until.micros() - now.micros() <= BACKOFF_MOST.max(LEASE));
                    now = until;
                    state
                }
                Next::Rest if state.has_ended() => break,
                Next::Rest => someone(&state, &there, fate, now),
            };
        }
        match &state {
            State::Done { .. } => prop_assert_eq!(there.effects, 1),
            State::Cancelled { .. } => prop_assert_eq!(there.effects, 0),
            other => prop_assert!(false, "it never ended: {:?}", other),
        }
    }
}

#[test]
fn a_person_moves_only_what_waits_for_one() {
    let rita = || PersonId::parse("rita").unwrap();
    let ready = State::begin(at(0), false);
    assert_eq!(
        ready.by_hand(rita(), None, at(1)).unwrap_err().to_string(),
        "this step is under way: wait until it needs a person"
    );
    let by_hand = State::begin(at(0), true);
    assert!(by_hand.again(at(1)).is_err(), "nothing can call it");
    let done = by_hand.by_hand(rita(), None, at(1)).unwrap();
    assert!(done.cannot(rita(), "no".to_owned(), at(2)).is_err());
}

#[test]
fn what_waits_on_a_circuit_comes_back() {
    let mut circuit = Circuit::default();
    for _ in 0..4 {
        circuit.failed(at(0));
    }
    assert_eq!(circuit.admit(at(0)), Ok(()));
    // 64 calls were under way when it opened: the pause is that of one failure.
    for _ in 0..60 {
        circuit.failed(at(0));
    }
    let until = circuit.admit(at(0)).unwrap_err();
    assert_eq!(until, at(5 * SECOND));
    assert_eq!(State::begin(at(0), false).next(at(0), Ability::CanBeRead, Some(until)), Next::Wait(until));
}

#[test]
fn after_a_pause_one_call_tries() {
    let mut circuit = Circuit::default();
    (0..5).for_each(|_| circuit.failed(at(0)));
    assert_eq!(circuit.admit(at(5 * SECOND)), Ok(()));
    assert_eq!(circuit.admit(at(5 * SECOND)), Err(at(65 * SECOND)), "the others wait for it");
    circuit.failed(at(6 * SECOND));
    assert_eq!(circuit.admit(at(6 * SECOND)), Err(at(16 * SECOND)), "longer each time");
    for n in 1..40 {
        assert_eq!(circuit.admit(at(n * HOUR)), Ok(()));
        circuit.failed(at(n * HOUR));
    }
    assert_eq!(circuit.admit(at(39 * HOUR)), Err(at(39 * HOUR + 5 * MINUTE)));
    assert_eq!(circuit.admit(at(40 * HOUR)), Ok(()));
    assert_eq!(circuit.admit(at(40 * HOUR + MINUTE)), Ok(()), "nothing was heard of the first");
    circuit.answered();
    assert_eq!([circuit.admit(at(40 * HOUR)), circuit.admit(at(40 * HOUR))], [Ok(()); 2]);
}

#[test]
fn a_grant_ends_as_its_steps_do() {
    let done = State::Done { reference: None, by: None, at: at(0) };
    let not = State::Cancelled { why: "no card".to_owned(), by: None, at: at(0) };
    let open = State::begin(at(0), true);
    assert_eq!(outcome([&done, &open]), Outcome::UnderWay);
    assert_eq!(outcome([&done, &done]), Outcome::Settled);
    assert_eq!(outcome([&done, &not]), Outcome::Released("no card".to_owned()), "what was done stays given");
    assert_eq!(outcome([&not, &not]), Outcome::Released("no card".to_owned()));
}

#[test]
fn whoever_says_to_come_again_next_year_is_asked_within_the_hour() {
    let calling = State::Calling { tries: 1, until: at(LEASE), unsure: false };
    let later = |wait: i64| calling.after_call(Came::Later("busy".to_owned(), Some(at(wait))), TRIES_MAX, at(0), 0);
    assert_eq!(later(365 * DAY).due(), Some(at(BACKOFF_MOST)));
    assert_eq!(later(20 * MINUTE).due(), Some(at(20 * MINUTE)), "what they ask for within it they get");
    let never = calling.after_call(Came::Later("busy".to_owned(), Some(Time::MAX)), TRIES_MAX, at(0), 0);
    assert_eq!(never.due(), Some(at(BACKOFF_MOST)));
    // One that was parked before, or whose clock was set back since.
    let parked = State::Ready { tries: 1, after: at(365 * DAY), why: None, unsure: false };
    let Next::Keep(nearer) = parked.next(at(0), Ability::TakesKeyOnce, None) else { panic!("it stays parked") };
    assert_eq!(nearer.due(), Some(at(BACKOFF_MOST)));
}

#[test]
fn between_two_calls_a_step_is_a_persons() {
    let rita = PersonId::parse("rita").unwrap();
    let waits = State::Ready { tries: 2, after: at(HOUR), why: Some("busy".to_owned()), unsure: false };
    let unknown = State::Unknown { tries: 1, looks: 0, after: at(HOUR), why: "no answer".to_owned() };
    for state in [&waits, &unknown] {
        assert!(state.by_hand(rita.clone(), None, at(0)).unwrap().has_ended());
        assert!(state.cannot(rita.clone(), "no".to_owned(), at(0)).unwrap().has_ended());
        assert_eq!(state.again(at(0)).unwrap().due(), Some(at(0)));
    }
    let fresh = State::begin(at(0), false);
    let calling = State::Calling { tries: 1, until: at(LEASE), unsure: false };
    for state in [&fresh, &calling] {
        assert!(state.by_hand(rita.clone(), None, at(0)).is_err(), "a connector has it");
    }
}

#[test]
fn what_was_refused_is_not_perhaps_done() {
    let calls = |all: &[Came]| {
        let mut state = State::begin(at(0), false);
        for came in all {
            let now = state.due().unwrap();
            let Next::Call(intent) = state.next(now, Ability::TakesKeyOnce, None) else { panic!("{state:?} waits") };
            state = intent.after_call(came.clone(), 3, now, 0);
        }
        state
    };
    let refused = || Came::Refused("the card is closed".to_owned());
    let later = || Came::Later("busy".to_owned(), None);
    let unknown = || Came::Unknown("no answer".to_owned());
    for (all, perhaps) in [
        (vec![refused()], false),
        (vec![later(), refused()], false),
        (vec![later()], false),
        (vec![later(), later(), later()], false),
        (vec![unknown()], true),
        (vec![unknown(), refused()], true),
        (vec![unknown(), later()], true),
        (vec![unknown(), later(), refused()], true),
        (vec![later(), later(), unknown()], true),
        (vec![unknown(), later(), later()], true),
    ] {
        let state = calls(&all);
        assert_eq!(state.may_be_done(), perhaps, "{all:?}: {state:?}");
        assert_eq!(state.for_a_person("its webhook is gone".to_owned()).may_be_done(), perhaps, "{state:?}");
        assert!(state.has_ended() || !state.again(at(DAY)).unwrap().may_be_done(), "someone looked: nothing was there");
    }
    let looked = calls(&[unknown()]).after_look(Looked::Absent, at(DAY), 0);
    assert!(!looked.may_be_done(), "it was looked for: {looked:?}");
    assert!(!State::begin(at(0), true).may_be_done() && !State::begin(at(0), false).may_be_done(), "nobody did it yet");
}

#[test]
fn of_what_an_older_version_kept_it_is_not_known_that_nothing_was_done() {
    let read = |text: &str| serde_json::from_str::<State>(text).unwrap();
    assert!(read(r#"{"is":"needs_person","tries":1,"why":"they refused: closed"}"#).may_be_done());
    assert!(!read(r#"{"is":"needs_person","tries":0,"why":"it is done by hand"}"#).may_be_done());
    assert!(!read(r#"{"is":"ready","tries":1,"after":"2026-11-16T18:04:00Z","why":"busy"}"#).may_be_done());
}
