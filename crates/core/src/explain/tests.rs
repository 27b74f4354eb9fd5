use super::*;
use crate::book::rules::Book;
use crate::money::{Currency, Money};
use crate::number::Number;
use crate::trial::tests::books::{BOOKS, answer, book, shipped};

/// The answer to a case in words, with the words for the customer.
fn told(book: &Book, case: &str, role: &str) -> String {
    answer(book, case, role, |a| {
        let e = explain(a, Texts::english());
        let words = match say(a, &e, suited(a.standing)) {
            Ok(Some(words)) => format!("\n{}: {}\n", words.name, words.text),
            Ok(None) => String::new(),
            Err(e) => format!("\n{e}\n"),
        };
        text(&e, 84, Texts::english()) + &words
    })
}

#[test]
fn the_sale_five_days_later() {
    let retail = shipped("retail");
    insta::assert_snapshot!("blazers_frontline", told(&retail, "blazers", "frontline"));
    insta::assert_snapshot!("blazers_lead", told(&retail, "blazers", "lead"));
}

#[test]
fn the_wrong_parcel() {
    let retail = shipped("retail");
    insta::assert_snapshot!("wrong_parcel_ai", told(&retail, "two_tshirts", "ai"));
    insta::assert_snapshot!("wrong_parcel_not_looked_at", told(&retail, "not_looked_at_yet", "frontline"));
}

#[test]
fn the_rule_that_did_not_foresee_it() {
    let retail = shipped("retail");
    insta::assert_snapshot!("hospital_frontline", told(&retail, "hospital", "frontline"));
    insta::assert_snapshot!("hospital_lead", told(&retail, "hospital", "lead"));
    insta::assert_snapshot!("hospital_by_word", told(&retail, "hospital_by_word_only", "frontline"));
    insta::assert_snapshot!("to_another_card", told(&retail, "to_another_card", "frontline"));
}

#[test]
fn three_days_only_three_days() {
    let retail = shipped("retail");
    insta::assert_snapshot!("three_days_past_the_cover", told(&retail, "three_days_past_the_cover", "frontline"));
    insta::assert_snapshot!("nine_claims", told(&retail, "nine_claims_in_a_year", "frontline"));
    insta::assert_snapshot!("two_hours_late", told(&shipped("rental"), "two_hours_late", "frontline"));
}

#[test]
fn the_coupon_that_did_not_fit() {
    insta::assert_snapshot!("any_watch", told(&shipped("retail"), "any_watch_at_all", "ai"));
}

const OF_ALL_SORTS: &str = r#"
book: sorts
currency: EUR
time_zone: Europe/Paris
roles:
  - { id: agent, title: Agent, per_grant: 50 EUR, per_customer: 1 in 365 days, per_owed: 100 EUR }
  - { id: boss, title: Boss, per_grant: 500 EUR, per_owed: 500 EUR }
bespoke: agent
facts:
  customer: { claims?: "int(0..)" }
  order: { paid: "money(0..)", refunded: "money(0..)", weight: "decimal", placed: date, tags?: "list(text)" }
  answers: { first?: bool, second?: bool, third?: bool }
guard:
  - { id: many, says: Ten claims or more, when: "has(customer.claims) && customer.claims >= 10", needs: boss }
circumstances:
  strike: { says: A strike, proof: word, lends: { stretch_of: boss, to: agent }, per_grant: 80 EUR }
never:
  - { id: safety, says: Heavy goods stay where they are, when: "order.weight > 100.0", bars: [repair], cites: S-1 }
"#;

const OF_ALL_SORTS_RULE: &str = r#"
policy: sorts
title: Of all sorts
request: [sorts]
terms:
  weight: { says: It weighs from 2 to 5, measure: "order.weight", within: 2.0..5.0, stretch: { agent: 1.0, boss: 3.5 } }
  exact: { says: Exactly 20.00 were paid, measure: "order.paid", equals: 20 EUR, stretch: { boss: 200 EUR } }
  soon: { says: Bought at most 10 days ago, measure: "date(asked) - order.placed", at_most: 10 days, stretch: { agent: 2 days, boss: 20 days } }
  one_of_them:
    says: One of two answers was yes
    any:
      first: { says: The first answer was yes, require: "has(answers.first) && answers.first" }
      second: { says: The second answer was yes, require: "has(answers.second) && answers.second", stretch: { boss: any } }
  untold: { says: The third answer was yes, require: "has(answers.third) && answers.third", disclosed: false, charged_to: sales }
  light: { says: It is no piano, when: "order.weight > 4.5", measure: "order.weight", at_most: 50.0, cites: P-7 }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid", partial: true }
  mend: { says: Mend it, kind: repair, cost: 30 EUR }
  points: { says: Points, kind: points, amount: 120, cost: 1 EUR }
goodwill:
  flowers: { says: Flowers, kind: message, cost: 20 EUR }
say:
  granted: "{{ remedy }}: {{ amount }}. Placed on {{ order.placed }}, {{ terms.soon.stands }}.{% for t in order.tags %} #{{ t }}{% endfor %}"
  asking: "Let me ask {{ by }}. {{ order.weight }} {{ role }}"
  declined: "No, {{ by }}"
"#;

const OF_ALL_SORTS_CASES: &str = r"
given:
  request: sorts
  asked: 2026-03-11T10:00:00
  facts:
    customer: { claims: 1 }
    order: { paid: 20 EUR, refunded: 0 EUR, weight: 3.0, placed: 2026-03-01, tags: [red, blue] }
    answers: { first: true, third: true }
cases:
  - case: inside
    expect: { agent: { standing: entitled } }
  - case: past
    facts: { order: { weight: 5.5, paid: 22.50 EUR, placed: 2026-02-27 }, answers: { first: false, third: false } }
    expect: { agent: { standing: approval } }
  - case: far_past
    facts: { order: { weight: 120.0, paid: 20 EUR } }
    expect: { agent: { standing: refused } }
  - case: not_known
    facts: { customer: { claims: ~ }, order: { weight: ~ }, answers: { first: false } }
    expect: { agent: { standing: unknown } }
  - case: strike
    facts: { order: { placed: 2026-02-20 } }
    circumstances: [{ id: strike, source: word }]
    expect: { agent: { standing: discretion } }
  - case: used_up
    facts: { order: { weight: 5.5, refunded: 5 EUR } }
    history: { exceptions: [{ at: 2026-01-01T10:00:00, cost: 5 EUR, policy: sorts }] }
    expect: { agent: { standing: approval } }
  - case: guarded
    facts: { customer: { claims: 12 }, order: { weight: 5.5 } }
    expect: { agent: { standing: approval } }
  - case: nothing_governs
    request: something_new
    expect: { agent: { standing: discretion } }
";

pub(super) fn of_all_sorts() -> Book {
    let other = "policy: something_else\nrequest: [something_else]\ngoodwill:\n  sorry: { says: An apology, kind: message, cost: 0 EUR }\n";
    book(&[
        ("book.yaml", OF_ALL_SORTS),
        ("policies/sorts.yaml", OF_ALL_SORTS_RULE),
        ("policies/else.yaml", other),
        ("cases/sorts.yaml", OF_ALL_SORTS_CASES),
    ])
}

#[test]
fn every_sort_of_term_and_option_has_its_words() {
    let book = of_all_sorts();
    for case in ["inside", "past", "far_past", "not_known", "strike", "used_up", "guarded", "nothing_governs"] {
        insta::assert_snapshot!(format!("sorts_{case}"), told(&book, case, "agent"));
    }
}

/// Every answer to every case of every book, by the ids that name it.
fn each_answer(mut f: impl FnMut(&str, &Assessment<'_>)) {
    for name in BOOKS {
        let book = shipped(name);
        for case in &book.cases {
            let mut findings = crate::diagnostic::Findings::default();
            crate::trial::each_role(&book, case, &mut findings, |role, _, a| {
                f(&format!("{name} {} {role}", case.id.value), a);
            });
        }
    }
}

#[test]
fn lines_keep_to_the_width() {
    each_answer(|name, a| {
        let e = explain(a, Texts::english());
        for width in [48, 60, 80, 100] {
            for line in lines(&e, Page { width, ink: Ink::Coloured }, Texts::english()) {
                let text = line.text();
                assert!(text.chars().count() <= width, "{name}: `{text}` is wider than {width}");
            }
        }
    });
}

#[test]
fn every_answer_of_a_book_with_words_has_words() {
    each_answer(|name, a| {
        let words = say(a, &explain(a, Texts::english()), suited(a.standing)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(words.is_some(), !a.version.say.is_empty(), "{name}");
    });
}

#[test]
fn nothing_is_said_in_the_words_of_programs() {
    each_answer(|name, a| {
        let text = text(&explain(a, Texts::english()), 100, Texts::english());
        let bad = ["Some(", "NaN", " -", "TermOutcome", "(s)"].into_iter().find(|bad| text.contains(bad));
        assert_eq!(bad, None, "{name}:\n{text}");
        assert!(!text.lines().any(|l| l.ends_with(' ')), "{name}");
    });
}

#[test]
fn amounts_are_written_as_people_write_them() {
    let words = |minor, code| voice::money(Money::new(minor, Currency::parse(code).unwrap()));
    assert_eq!(words(17_880, "USD"), "$178.80");
    assert_eq!(words(-5, "USD"), "-$0.05");
    assert_eq!(words(123_456_789, "EUR"), "€1,234,567.89");
    assert_eq!(words(1_200, "JPY"), "¥1,200");
    assert_eq!(words(1_200, "CAD"), "12.00 CAD");
    assert_eq!(words(i64::MIN, "USD"), "-$92,233,720,368,547,758.08");
}

#[test]
fn titles_go_into_a_sentence() {
    let (lower, upper) = (voice::lower, voice::upper);
    assert_eq!(
        (lower("Team lead"), lower("AI agent"), lower("")),
        ("team lead".into(), "AI agent".into(), String::new())
    );
    assert_eq!(upper("a team lead"), "A team lead");
}

mod gauges {
    use super::*;

    fn whole(n: i128) -> Number {
        Number::whole(n)
    }

    /// 14 days, then 7 of one's own and 30 of a lead's, on a scale to 50.
    fn days(at: i128) -> Gauge {
        let zone = |tone, from, to| Zone { tone, from: whole(from), to: whole(to) };
        Gauge {
            from: whole(0),
            to: whole(50),
            zones: vec![
                zone(Tone::Inside, 0, 14),
                zone(Tone::Yours, 14, 21),
                zone(Tone::Theirs, 21, 44),
                zone(Tone::Never, 44, 50),
            ],
            ticks: Vec::new(),
            at: whole(at),
            tone: Tone::Plain,
        }
    }

    #[test]
    fn zones_share_the_columns_by_their_length() {
        assert_eq!(days(0).widths(50), [14, 7, 23, 6]);
        assert_eq!(days(0).widths(100), [28, 14, 46, 12]);
    }

    #[test]
    fn a_zone_never_vanishes() {
        for columns in 4..40 {
            let widths = days(0).widths(columns);
            assert_eq!(widths.iter().sum::<usize>(), columns);
            assert!(widths.iter().all(|w| *w > 0), "{widths:?}");
        }
    }

    #[test]
    fn the_marker_stands_in_the_zone_it_is_in() {
        for columns in [4, 10, 50, 60] {
            let ends: Vec<usize> = days(0)
                .widths(columns)
                .iter()
                .scan(0, |end, w| {
                    *end += w;
                    Some(*end)
                })
                .collect();
            for (at, zone) in [(0, 0), (14, 0), (15, 1), (21, 1), (22, 2), (44, 2), (45, 3), (50, 3), (99, 3)] {
                let start = if zone == 0 { 0 } else { ends[zone - 1] };
                let marker = days(at).marker(columns);
                assert!(
                    (start..ends[zone]).contains(&marker),
                    "{at} stands at {marker} of {columns}, not in zone {zone}"
                );
            }
        }
    }

    #[test]
    fn beyond_an_end_is_told() {
        assert_eq!(
            (days(20).beyond(), days(51).beyond(), days(-1).beyond()),
            ((false, false), (false, true), (true, false))
        );
    }

    #[test]
    fn a_falling_scale_works_the_same_way() {
        let mirrored = |n: Number| n.neg().unwrap();
        let rising = days(16);
        let zones =
            rising.zones.iter().map(|z| Zone { tone: z.tone, from: mirrored(z.from), to: mirrored(z.to) }).collect();
        let falling = Gauge { from: mirrored(rising.from), to: mirrored(rising.to), zones, at: whole(-16), ..days(0) };
        assert_eq!(
            (falling.widths(60), falling.marker(60), falling.beyond()),
            (rising.widths(60), rising.marker(60), rising.beyond())
        );
    }
}

mod templates {
    use super::super::say::guard;

    #[test]
    fn they_place_what_they_are_given() {
        for good in [
            "Thank you.",
            "{{ amount }} goes back.{% if detour %} Or {{ detour.says }}.{% endif %}",
            "{% for line in order.lines %}{{ line.title }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "{%- if role == 'AI agent' -%}I{% elif standing != \"never\" %}we{% else %}they{% endif %}",
            "{{ order.id|default('your order') }}",
            "5 * 5, ~ and {single} braces outside of tags",
            "{# a comment: {{ a ~ b }} #}{{ 'it\\'s 5 * 5' }}",
        ] {
            assert_eq!(guard(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn they_build_nothing_of_their_own() {
        insta::assert_snapshot!(
            [
                "{{ a ~ a }}",
                "{{ 'x' * 1000000000 }}",
                "{% set a = b %}",
                "{% for a in [b, b] %}{% endfor %}",
                "{% for a in range(1000000) %}{% endfor %}",
                "{% macro m() %}{% endmacro %}",
                "{{ open",
                "{% if '%}' %}{% include 'x' %}",
                "{# {{ ' #}{{ a ~ a }}{# ' }} #}",
                "{{ 'a\\'b' ~ x ~ 'c\\'d' }}",
                "{# open",
            ]
            .map(|t| format!("{t}\n    {}", guard(t).unwrap_err()))
            .join("\n"),
            @r"
            {{ a ~ a }}
                words for the customer do not compute: `~` cannot stand here
            {{ 'x' * 1000000000 }}
                words for the customer do not compute: `*` cannot stand here
            {% set a = b %}
                `set` cannot stand here: words for the customer know `if`, `elif`, `else` and `for`
            {% for a in [b, b] %}{% endfor %}
                `for a in [b, b]` does not go through a list of the facts: write `for line in order.lines`
            {% for a in range(1000000) %}{% endfor %}
                `for a in range(1000000)` does not go through a list of the facts: write `for line in order.lines`
            {% macro m() %}{% endmacro %}
                `macro` cannot stand here: words for the customer know `if`, `elif`, `else` and `for`
            {{ open
                a `{{` has no `}}`
            {% if '%}' %}{% include 'x' %}
                `include` cannot stand here: words for the customer know `if`, `elif`, `else` and `for`
            {# {{ ' #}{{ a ~ a }}{# ' }} #}
                words for the customer do not compute: `~` cannot stand here
            {{ 'a\'b' ~ x ~ 'c\'d' }}
                words for the customer do not compute: `~` cannot stand here
            {# open
                a `{#` has no `#}`
            "
        );
    }
}

#[test]
fn what_is_only_claimed_or_said_and_what_to_do_about_it() {
    let retail = shipped("retail");
    let card = |case: &str, role: &str| {
        answer(&retail, case, role, |a| {
            let e = explain(a, Texts::english());
            let first = &e.options[0];
            format!("{} | {} | {}", e.standing.text, first.who.text, first.notes.join("; "))
        })
    };
    let lines = [
        card("cup_by_the_agents_word", "ai"),
        card("cup_by_the_agents_word", "frontline"),
        card("cup_that_somebody_looked_at", "ai"),
        card("set_by_the_customers_word", "frontline"),
        card("set_by_the_customers_word", "lead"),
        card("set_that_somebody_looked_at", "frontline"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    Owed; a representative may say yes | owed; released by a representative | only an AI agent says so: the order S-48211 and `condition`; look up the order S-48211, hear from the customer themselves about `condition`: then it is yours to release
    Owed | owed, yours to release | only an AI agent says so: the order S-48211 and `condition`
    Owed; a representative may say yes | owed; released by a representative | a person looked, no system says so: the order S-48211; look up the order S-48211: then it is yours to release
    Owed; a team lead may say yes | owed; released by a team lead | only the customer says so: the order S-48211; look at the order S-48211: then it is yours to release
    Owed | owed, yours to release | only the customer says so: the order S-48211
    Owed | owed, yours to release |
    ");
}
