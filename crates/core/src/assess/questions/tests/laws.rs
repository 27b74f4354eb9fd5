//! What holds of every book, request and part of its facts.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::assess::Missing;
use crate::diagnostic::Findings;

/// The questions of all cases of a book, without what may be absent and was not given.
fn cases(book: &Book) -> Vec<Value> {
    let mut findings = Findings::default();
    let json = book
        .cases
        .iter()
        .filter_map(|case| crate::facts::from_yaml::question_json(&book.schema, &case.question, &mut findings));
    json.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

fn fact<'v>(question: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    path.split('.').try_fold(question.get_mut("facts")?, |at, name| at.get_mut(name))
}

/// Takes facts away; a record of which nothing is left goes too.
fn without(question: &Value, paths: &[&str]) -> Value {
    fn prune(value: &mut Value) {
        if let Value::Object(fields) = value {
            fields.values_mut().for_each(prune);
            fields.retain(|_, v| !v.is_null() && v.as_object().is_none_or(|o| !o.is_empty()));
        }
    }
    let mut question = question.clone();
    for path in paths {
        if let Some(value) = fact(&mut question, path) {
            *value = Value::Null;
        }
    }
    prune(question.get_mut("facts").unwrap());
    question
}

fn put(question: &mut Value, path: &str, value: Value) {
    let mut at = question.get_mut("facts").unwrap();
    for name in path.split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = at.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
    }
    *at = value;
}

/// A value of a type; none keeps within every bound, which is a case of its own.
fn some_value(ty: &Type, pick: usize) -> Value {
    let of = |values: &[&str]| Value::from(values[pick % values.len()]);
    match ty {
        Type::Bool => Value::from(pick.is_multiple_of(2)),
        Type::Int => Value::from([0, 1, 7, 50][pick % 4]),
        Type::Decimal => of(&["0.5", "2.0", "90.0"]),
        Type::Percent => of(&["0%", "12.5%", "40%", "100%"]),
        Type::Text => of(&["", "a", "me", "o1"]),
        Type::Enum(e) => Value::from(e.values[pick % e.values.len()].as_str()),
        Type::Date => of(&["2026-11-01", "2026-09-20", "2026-01-05", "2027-01-01"]),
        Type::Time => of(&["2026-11-01T10:00:00", "2026-09-20T10:00:00", "2026-01-05T10:00:00", "2027-01-01T10:00:00"]),
        Type::Duration => of(&["1 h", "30 h"]),
        Type::Days => of(&["3 days", "80 days"]),
        Type::Months => of(&["1 month"]),
        Type::Money => of(&["0 USD", "12 USD", "80 USD", "900 USD"]),
        Type::List(l) => (0..=pick % 3).map(|i| some_value(&l.of, pick / 2 + i)).collect(),
        Type::Map(l) => json!({ "k": some_value(&l.of, pick / 2) }),
        Type::Record(r) => {
            let fields = r.fields.iter().filter(|f| !f.optional);
            Value::Object(fields.enumerate().map(|(i, f)| (f.name.clone(), some_value(&f.ty, pick / 2 + i))).collect())
        }
    }
}

/// What the answer comes to, without where it goes and what is handed over.
fn heart(a: &Assessment<'_>) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for name in ["to", "shares", "items", "expires"] {
                    fields.remove(name);
                }
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = a.to_json();
    let fields = json.as_object_mut().unwrap();
    fields.retain(|name, _| ["standing", "by", "range", "options", "instead", "detour"].contains(&name.as_str()));
    strip(&mut json);
    json
}

/// The type and path of what is asked, by its state.
fn of_state(a: &Assessment<'_>, state: AskedState) -> Vec<(String, Type)> {
    questions(a).into_iter().filter(|asked| asked.state == state).map(|asked| (asked.path, asked.ty.clone())).collect()
}

/// A question of a book from which facts were taken, and others changed, at random.
fn partly(book: &Book, cases: &[Value], case: Index, facts: &[Luck]) -> Value {
    let mut question = case.get(cases).clone();
    let own = || book.schema.leaves.iter().filter(|l| l.slot >= slot::OWN).zip(facts.iter().cycle());
    for (leaf, luck) in own() {
        if let (Luck::Other(pick), Some(value)) = (luck, fact(&mut question, &leaf.path)) {
            *value = some_value(&leaf.ty, *pick);
        }
    }
    let gone: Vec<&str> = own().filter(|(_, luck)| **luck == Luck::Gone).map(|(leaf, _)| leaf.path.as_str()).collect();
    without(&question, &gone)
}

/// What becomes of a fact of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Luck {
    Kept,
    Gone,
    Other(usize),
}

fn luck() -> impl Strategy<Value = Vec<Luck>> {
    let one = prop_oneof![4 => Just(Luck::Kept), 4 => Just(Luck::Gone), 3 => any::<usize>().prop_map(Luck::Other)];
    prop::collection::vec(one, 61)
}

struct Shop(Book, Vec<Value>);

const SORTS: &str = r#"
book: sorts
currency: USD
time_zone: America/New_York
roles:
  - { id: agent, per_grant: 50 USD, per_owed: 100 USD }
  - { id: boss, per_grant: 500 USD }
  - { id: head }
bespoke: head
facts:
  customer: { claims: int, tier: [plain, gold], value?: "money(0..)" }
  order: { placed: date, paid: "money(0..)", refunded: "money(0..)", weight: "decimal(0..)", tags: "list(text)", lines: "list(line)" }
  answers: { first: bool, second: bool, third: bool, fourth?: bool }
  payer: { is: text, other?: text }
types:
  line: { paid: "money(0..)", sealed: bool, extras: "list(extra, 0..5)" }
  extra: { name: text, price: "money(0..)" }
define:
  share: "answers.first ? (order.weight > 3.0 ? percent(50) : percent(20)) : percent(10)"
  extras: "order.lines.map(l, l.extras.map(e, e.price).sum()).sum()"
guard:
  - { id: many, says: Many, when: "customer.claims >= 10", needs: boss }
  - { id: more, says: More, when: "customer.claims >= 40 && answers.third", needs: head }
circumstances:
  strike: { says: A strike, proof: seen, lends: { stretch_of: boss, to: agent }, per_grant: 80 USD }
never:
  - { id: payer, says: Only to the payer, when: "has(payer.other) && payer.other != payer.is", bars: [refund], instead: [credit] }
  - { id: heavy, says: Too heavy, when: "order.weight > 80.0", bars: [mend] }
"#;

const SORTS_NEW: &str = r#"
policy: sorts
request: [sorts]
in_force: 2026-03-01
relied_on: "order.placed"
terms:
  soon: { says: Soon, measure: "date(asked) - order.placed", at_most: 60 days, stretch: { agent: 5 days, boss: 90 days } }
  one_of_them:
    says: One of these
    any:
      first: { says: First, require: "answers.first", stretch: { boss: any } }
      gold: { says: Gold, when: "answers.second", require: "customer.tier == 'gold'" }
      both:
        says: Both of these
        all:
          third: { says: Third, require: "answers.third", stretch: { agent: any } }
          light: { says: Light, measure: "order.weight", at_most: 10.0 }
  untold: { says: Not told, unless: "answers.third", disclosed_since: 2026-06-01, charged_to: sales }
  never_told: { says: Never told, require: "'red' in order.tags", disclosed: false, charged_to: sales }
  sealed: { says: Sealed, when: "has(answers.fourth) && answers.fourth", require: "order.lines.all(l, answers.second ? l.sealed : l.paid > order.refunded)" }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid * share", partial: true }
  set:
    says: A set
    bundle: [mend, one, credit_part?]
  mend: { says: Mend, kind: repair, cost: "extras" }
  credit_part: { says: Credit, kind: store_credit, when: "order.tags.size() > 1", amount: "order.paid" }
  one:
    says: One of two
    either:
      - { id: keep, says: Keep, kind: keep_item, when: "order.weight > 2.0", cost: "order.lines[0].paid" }
      - { id: label, says: Label, kind: return_label, cost: "usd(5)" }
goodwill:
  flowers: { says: Flowers, kind: message, when: "customer.claims < 7", cost: 20 USD, keeps: 2% }
instead:
  credit: { says: Credit instead, kind: store_credit, amount: "order.paid" }
detour:
  when: "answers.second || order.weight > 50.0"
  says: Another way
  cost: "extras + usd(1)"
"#;

const SORTS_OLD: &str = r#"
policy: sorts
request: [sorts]
relied_on: "order.placed"
needs: [answers.fourth]
fault: { says: Our fault, when: "answers.fourth", proof: word, charged_to: us }
recovery:
  all: { says: All of it, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
terms:
  weight: { says: It weighs little, measure: "order.weight", within: 1.0..3.0, stretch: { boss: 40.0 } }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
"#;

const SORTS_LENT: &str = r#"
policy: lent
request: [lent]
terms:
  soon: { says: Soon, measure: "date(asked) - order.placed", at_most: 60 days, stretch: { agent: 5 days, boss: 90 days } }
  one_of_them:
    any:
      first: { says: First, require: "answers.first", stretch: { boss: any } }
      late: { says: Late, measure: "date(asked) - order.placed", at_least: 70 days, stretch: { boss: 20 days } }
  firm: { says: Firm, require: "answers.second" }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid * share" }
  set: { says: Mend it, kind: repair, when: "answers.third", cost: "extras" }
instead:
  credit: { says: Credit instead, kind: store_credit, amount: "order.paid" }
"#;

/// A book with every sort of term, remedy and limit, and requests of it.
fn sorts() -> Shop {
    let book = book(&[
        ("book.yaml", SORTS),
        ("policies/new.yaml", SORTS_NEW),
        ("policies/old.yaml", SORTS_OLD),
        ("policies/lent.yaml", SORTS_LENT),
    ]);
    let mut question = json!({ "request": "sorts", "asked": "2026-11-16T18:04:00-05:00", "facts": {} });
    for (i, leaf) in book.schema.leaves.iter().filter(|l| l.slot >= slot::OWN).enumerate() {
        put(&mut question, &leaf.path, some_value(&leaf.ty, i));
    }
    let mut told = question.clone();
    told["request"] = json!("lent");
    told["circumstances"] = json!([{ "id": "strike", "source": "seen" }]);
    Shop(book, vec![question, told])
}

thread_local! {
    static SHOPS: Vec<Shop> = ["retail", "rental", "tau_retail", "tau_airline"].map(|name| {
        let book = shipped(name);
        let cases = cases(&book);
        Shop(book, cases)
    }).into_iter().chain([sorts()]).filter(|shop| !shop.1.is_empty()).collect();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_settled_changes_nothing(
        shop in any::<Index>(), case in any::<Index>(), role in any::<Index>(),
        luck in luck(), rest in any::<usize>(), with in any::<[usize; 3]>(),
    ) {
        SHOPS.with(|shops| {
            let Shop(book, cases) = shop.get(shops);
            let question = partly(book, cases, case, &luck);
            let role = role.get(&book.roles).id.as_str();
            let (now, settled, open) = with_answer(book, &question, role, |a| {
                (heart(a), of_state(a, AskedState::Settled), of_state(a, AskedState::Open))
            });
            // What is open now is answered, or not.
            let mut later = question.clone();
            for (i, (path, ty)) in open.iter().enumerate() {
                put(&mut later, path, some_value(ty, rest.rotate_left(7 * u32::try_from(i).unwrap())));
            }
            let then = with_answer(book, &later, role, heart);
            for (i, (path, ty)) in settled.iter().enumerate() {
                for pick in with {
                    let value = some_value(ty, pick.rotate_left(5 * u32::try_from(i).unwrap()));
                    for (before, came_out) in [(&question, &now), (&later, &then)] {
                        let mut filled = before.clone();
                        put(&mut filled, path, value.clone());
                        let after = with_answer(book, &filled, role, heart);
                        prop_assert_eq!(&after, came_out, "{} = {}\n{}", path, value, before);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_is_missing_is_asked(
        shop in any::<Index>(), case in any::<Index>(), luck in luck(),
    ) {
        SHOPS.with(|shops| {
            let Shop(book, cases) = shop.get(shops);
            let question = partly(book, cases, case, &luck);
            with_answer(book, &question, book.roles[0].id.as_str(), |a| {
                let open = of_state(a, AskedState::Open);
                let (given, optional) = (of_state(a, AskedState::Given), of_state(a, AskedState::Optional));
                for missing in &a.missing {
                    let Missing::Fact { path, problem } = missing else { continue };
                    let path = path.split('[').next().unwrap();
                    let covers = |asked: &str| asked == path || asked.strip_prefix(path).is_some_and(|r| r.starts_with('.'));
                    let asked = open.iter().chain(&optional).chain(given.iter().filter(|_| problem.is_some())).any(|(p, _)| covers(p));
                    prop_assert!(asked, "{}\n{}", path, question);
                }
                Ok(())
            })
        })?;
    }
}
