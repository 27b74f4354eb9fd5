use proptest::prelude::*;

use super::*;
use crate::book::model::{Expr, Named};
use crate::diagnostic::{Findings, Span, Spanned};
use crate::facts::testing;
use crate::facts::{Schema, read_facts};
use crate::program::infer::{Names, Scope};
use crate::program::single::Single;
use crate::time::Time;

const SHOP: &str = r#"{
    "types": { "line": { "sku": "text", "paid": "money(0..)", "share": "percent(0..100)", "back": "bool", "deposit": "money" } },
    "facts": {
        "order": { "placed": "time", "lines": "list(line)", "shipping": "money(0..)", "fee": "money", "total": "money(0..)" },
        "promotion": { "discount": "percent(0..100)", "bonus": "percent", "starts": "time" },
        "stay": { "first": "date", "last": "date" },
        "count": "int(1..9)", "tips": "list(money(0..), 0..5)", "sent": "list(text, 2..4)", "trial": "bool"
    }
}"#;

const DEFINITIONS: &[(&str, &str)] = &[
    ("paid", "order.lines.map(l, l.paid).sum()"),
    ("returned", "order.lines.filter(l, l.back)"),
    ("part", "promotion.discount * percent(50)"),
];

fn expr(text: &str) -> Expr {
    let end = u32::try_from(text.len()).unwrap();
    Expr { text: text.to_owned(), at: Span { end, ..Span::default() }, verbatim: true }
}

/// Types expressions over a schema and hands them to `look`.
fn typed<T>(schema: &mut Schema, texts: &[&str], look: impl for<'a> FnOnce(&mut Analysis<'a>, &'a [Typed]) -> T) -> T {
    let define: Vec<_> = if schema.find("order").is_some() {
        DEFINITIONS
            .iter()
            .map(|(name, text)| Named { id: Spanned::new((*name).to_owned(), Span::default()), item: expr(text) })
            .collect()
    } else {
        Vec::new()
    };
    let mut names = Names::new(schema, &define);
    let mut findings = Findings::default();
    let all: Vec<Typed> = texts
        .iter()
        .map(|text| {
            Scope::new(&mut names, &mut findings, &[])
                .expression(&expr(text))
                .unwrap_or_else(|_| panic!("{text}: {findings:?}"))
        })
        .collect();
    let declared = Declared::of(names.schema);
    look(&mut Analysis::new(&declared, &names.defines), &all)
}

/// Whether the first is proven never to exceed the second where the conditions hold.
fn never_above(x: &str, y: &str, conditions: &[&str]) -> bool {
    let mut schema = testing::schema(SHOP);
    let mut texts = vec![x, y];
    texts.extend(conditions);
    typed(&mut schema, &texts, |analysis, typed| {
        typed[2..].iter().for_each(|condition| analysis.assume(condition, true));
        analysis.never_above(&typed[0], &typed[1])
    })
}

#[test]
fn what_is_never_above_what() {
    for (x, y) in [
        ("paid * promotion.discount", "paid"),
        ("usd(0)", "paid * promotion.discount"),
        ("paid * part", "paid * percent(50)"),
        ("paid - paid * promotion.discount", "paid"),
        ("usd(0)", "paid * (percent(100) - promotion.discount)"),
        ("returned.map(l, l.paid).sum()", "paid"),
        ("returned.map(l, l.paid * l.share).sum()", "paid"),
        ("order.lines.map(l, l.back ? l.paid : usd(0)).sum()", "paid"),
        ("order.lines.map(l, l.paid * promotion.discount).sum()", "paid"),
        ("order.lines.filter(l, l.back).filter(l, l.share > percent(5)).map(l, l.paid).sum()", "paid"),
        ("min(order.total, paid)", "paid"),
        ("usd(0)", "max(order.fee, usd(0))"),
        ("usd(0)", "min(paid, order.total)"),
        ("order.fee", "max(order.fee, order.total)"),
        ("trial ? paid : paid * promotion.discount", "paid"),
        ("usd(0)", "order.fee > usd(0) ? order.fee : usd(0)"),
        ("order.shipping > paid ? paid : order.shipping", "paid"),
        ("usd(5)", "usd(5) * count"),
        ("usd(5) * order.lines.size()", "usd(5000)"),
        ("usd(10)", "usd(5) * sent.size()"),
        ("usd(0)", "tips.sum()"),
        ("tips.filter(t, t > usd(2)).sum()", "tips.sum()"),
        ("paid / count", "paid"),
        ("paid * (order.shipping / (order.shipping + order.total))", "paid"),
        ("[usd(3), paid].max()", "paid + usd(3)"),
        ("order.lines.map(l, l.paid).max()", "paid"),
        ("int(paid / usd(1)) * usd(1)", "paid"),
        ("usd(0)", "(trial ? usd(1) - paid : usd(0)) + int(paid / usd(1)) * usd(1)"),
        ("order.total + order.fee", "order.fee + order.total"),
        ("usd(0)", "abs(order.fee)"),
        ("order.fee", "abs(order.fee)"),
        ("order.lines.filter(l, l.back).size()", "order.lines.size()"),
        ("(count + 1) / 2", "count"),
        ("count % 3", "2"),
        ("stay.first", "stay.first + months(2)"),
        ("order.lines.map(l, l.paid).sum()", "paid"),
        ("order.lines.map(x, x.paid).sum()", "order.lines.map(l, l.paid).sum()"),
        ("(order.lines + order.lines).map(l, l.paid).sum()", "paid + paid"),
        ("order.lines.map(l, order.lines.map(m, m.paid).sum()).sum()", "paid * order.lines.size()"),
    ] {
        assert!(never_above(x, y, &[]), "{x} <= {y}");
    }
}

#[test]
fn what_cannot_be_told() {
    for (x, y) in [
        ("paid * promotion.bonus", "paid"),
        ("usd(0)", "paid * promotion.bonus"),
        ("order.fee", "paid"),
        ("usd(0)", "order.fee"),
        ("order.total", "paid"),
        ("usd(0)", "paid - order.total"),
        ("returned.map(l, l.deposit).sum()", "order.lines.map(l, l.deposit).sum()"),
        ("order.lines.map(l, l.deposit * l.share).sum()", "order.lines.map(l, l.deposit).sum()"),
        ("paid", "returned.map(l, l.paid).sum()"),
        ("max(order.total, paid)", "paid"),
        ("paid + usd(1)", "paid"),
        ("paid * 2", "paid"),
        ("paid * count", "paid"),
        ("order.lines.map(l, l.paid).sum()", "tips.sum()"),
        ("date(order.placed)", "date(promotion.starts)"),
    ] {
        assert!(!never_above(x, y, &[]), "{x} <= {y}");
    }
}

#[test]
fn what_holds_under_a_condition() {
    for (x, y, when) in [
        ("usd(0)", "paid - order.total", "paid >= order.total"),
        ("usd(0)", "paid - order.total", "!(paid < order.total) && trial"),
        ("order.total", "paid", "paid - order.total > usd(5)"),
        ("order.fee * 3", "paid * 3", "order.fee <= paid"),
        ("usd(0)", "(trial ? order.fee : paid)", "!trial"),
        ("1", "count - 1", "count > 1"),
        ("date(order.placed)", "date(promotion.starts)", "date(promotion.starts) >= date(order.placed)"),
        ("order.fee", "paid", "order.fee == paid"),
    ] {
        assert!(never_above(x, y, &[when]), "{x} <= {y} when {when}");
        assert!(!never_above(x, y, &[]), "{x} <= {y}");
    }
}

fn decided(condition: &str) -> Option<bool> {
    typed(&mut testing::schema(SHOP), &[condition], |analysis, typed| analysis.decide(&typed[0]))
}

#[test]
fn conditions_that_always_come_out_the_same() {
    for condition in [
        "true",
        "count > 0",
        "paid >= usd(0) || trial",
        "!(count > 9)",
        "order.lines.size() > 0",
        "count < 5 || count >= 5",
        "order.lines.all(l, l.paid >= usd(0))",
        "paid == order.lines.map(x, x.paid).sum()",
        "'a' == 'a'",
    ] {
        assert_eq!(decided(condition), Some(true), "{condition}");
        assert_eq!(decided(&format!("!({condition})")), Some(false), "!({condition})");
    }
    for condition in [
        "count > 5 && count < 3",
        "order.lines.exists(l, l.share > percent(100))",
        "paid < usd(0)",
        "count > 4 && trial && count == 2",
    ] {
        assert_eq!(decided(condition), Some(false), "{condition}");
    }
    for condition in [
        "count > 5",
        "trial",
        "paid > usd(0)",
        "order.fee == usd(3)",
        "count > 5 || count < 3",
        "order.lines.exists(l, l.back)",
    ] {
        assert_eq!(decided(condition), None, "{condition}");
    }
}

#[test]
fn no_expression_takes_long() {
    let nested = (0..60).fold("count".to_owned(), |inner, i| format!("min({inner}, count + {i})"));
    let choices = (0..60).fold("count".to_owned(), |inner, i| format!("(count == {i} ? {inner} : count * {i})"));
    let conditions = (0..60).fold("trial".to_owned(), |inner, i| format!("(count * count > {i} && {inner})"));
    let product = (0..40).fold("count".to_owned(), |inner, i| format!("({inner}) * (count + {i} - 20)"));
    for text in [nested, choices, format!("{conditions} ? 1 : count"), product] {
        let started = std::time::Instant::now();
        never_above(&text, "count * count * count", &[]);
        assert!(started.elapsed().as_secs() < 5, "{:?} for {text}", started.elapsed());
    }
}

const LAWS: &str = r#"{
    "types": { "row": { "p": "int(0..)", "q": "decimal(-1..1)", "ok": "bool" } },
    "facts": { "a": "int(0..9)", "b": "int(-5..5)", "c": "int", "d": "decimal(0..1)", "xs": "list(int(0..7), 0..4)", "rows": "list(row, 1..3)", "flag": "bool" }
}"#;

/// Spells expressions from bytes.
struct Speller<'b> {
    bytes: std::slice::Iter<'b, u8>,
    depth: usize,
    loops: usize,
}

impl Speller<'_> {
    fn pick(&mut self, n: u8) -> u8 {
        self.bytes.next().map_or(0, |b| b % n)
    }

    /// A number; whole where there is an `int` before it.
    fn number(&mut self) -> String {
        self.depth += 1;
        let choice = if self.depth > 5 { self.pick(6) } else { self.pick(22) };
        let text = match choice {
            0 => "a".to_owned(),
            1 => "b".to_owned(),
            2 => "c".to_owned(),
            3 => "d".to_owned(),
            4 => (i32::from(self.pick(9)) - 4).to_string(),
            5 => "xs.size()".to_owned(),
            6 | 7 => format!("({} + {})", self.number(), self.number()),
            8 | 9 => format!("({} - {})", self.number(), self.number()),
            10 | 11 => format!("({} * {})", self.number(), self.number()),
            12 => format!("({} / {})", self.number(), self.number()),
            13 => format!("min({}, {})", self.number(), self.number()),
            14 => format!("max({}, {})", self.number(), self.number()),
            15 => format!("abs({})", self.number()),
            16 => format!("({} ? {} : {})", self.truth(), self.number(), self.number()),
            17 => format!("int({} * 1.0)", self.number()),
            18 => self.over("xs", ToString::to_string),
            19 => self.over("rows", |x| format!("{x}.p * {x}.q")),
            20 => self.over("rows", |x| format!("{x}.p")),
            _ => format!("(int(1.0 * {}) % {})", self.number(), self.pick(5)),
        };
        self.depth -= 1;
        text
    }

    /// A sum over a list, perhaps over some of it only.
    fn over(&mut self, list: &str, item: impl Fn(&str) -> String) -> String {
        let name = format!("v{}", self.loops);
        self.loops += 1;
        let filter = match (list, self.pick(3)) {
            ("rows", 0) => format!(".filter({name}, {name}.ok)"),
            (_, 1) => format!(".filter({name}, {})", self.truth()),
            _ => String::new(),
        };
        let body = match self.pick(3) {
            0 => item(&name),
            1 => format!("({} + {})", item(&name), self.number()),
            _ => format!("({} * {})", item(&name), self.number()),
        };
        self.loops -= 1;
        format!("{list}{filter}.map({name}, {body}).sum()")
    }

    fn truth(&mut self) -> String {
        self.depth += 1;
        let choice = if self.depth > 5 { 0 } else { self.pick(8) };
        let text = match choice {
            0 => "flag".to_owned(),
            1 => format!("({} && {})", self.truth(), self.truth()),
            2 => format!("({} || {})", self.truth(), self.truth()),
            3 => format!("!({})", self.truth()),
            _ => {
                let sign = ["<", "<=", ">", ">=", "==", "!="][usize::from(self.pick(6))];
                format!("({} {sign} {})", self.number(), self.number())
            }
        };
        self.depth -= 1;
        text
    }
}

/// So many quarters as decimal text.
fn quarters(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", n.abs() / 4, n.abs() % 4 * 25)
}

fn rows() -> impl Strategy<Value = serde_json::Value> {
    let row = (0..4_i64, -4..=4_i64, any::<bool>())
        .prop_map(|(p, q, ok)| serde_json::json!({ "p": p, "q": quarters(q), "ok": ok }));
    prop::collection::vec(row, 1..=3).prop_map(serde_json::Value::from)
}

fn facts() -> impl Strategy<Value = serde_json::Value> {
    (0..=9_i64, -5..=5_i64, -20..20_i64, 0..=4_i64, prop::collection::vec(0..=7_i64, 0..=4), rows(), any::<bool>()).prop_map(
        |(a, b, c, d, xs, rows, flag)| {
            serde_json::json!({ "a": a, "b": b, "c": c, "d": quarters(d), "xs": xs, "rows": rows, "flag": flag })
        },
    )
}

/// What a condition comes out as on each document; none where something in it is missing.
fn run(condition: &str, documents: &[serde_json::Value]) -> Vec<Option<bool>> {
    let mut schema = testing::schema(LAWS);
    let single = Single::new(&mut schema, condition).unwrap();
    let asked = Time::from_micros(0).unwrap();
    let one = |document: &serde_json::Value| {
        let json = document.to_string();
        let facts = read_facts(&schema, &json, asked, asked).unwrap();
        single.run(&schema, &facts).ok()?.as_bool()
    };
    documents.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_proven_holds_on_all_facts(bytes in prop::collection::vec(any::<u8>(), 1..50), facts in prop::collection::vec(facts(), 4)) {
        let mut speller = Speller { bytes: bytes.iter(), depth: 0, loops: 0 };
        let (x, y, condition) = (speller.number(), speller.number(), speller.truth());
        let (decided, below, below_then) = typed(&mut testing::schema(LAWS), &[&x, &y, &condition], |analysis, typed| {
            let [x, y, condition] = typed else { unreachable!() };
            let (decided, below) = (analysis.decide(condition), analysis.never_above(x, y));
            analysis.assume(condition, true);
            (decided, below, analysis.never_above(x, y))
        });
        let truths = run(&condition, &facts);
        for truth in truths.iter().flatten() {
            prop_assert_eq!(decided.unwrap_or(*truth), *truth, "{} over one of {:?}", condition, facts);
        }
        if below || below_then {
            for (holds, truth) in run(&format!("{x} <= {y}"), &facts).into_iter().zip(truths) {
                let holds = holds.unwrap_or(true);
                prop_assert!(holds || !below, "{} <= {} over one of {:?}", x, y, facts);
                prop_assert!(holds || truth != Some(true), "{} <= {} when {} over one of {:?}", x, y, condition, facts);
            }
        }
    }
}
