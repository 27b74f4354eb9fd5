//! What people read instead of the names of facts and of their values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::types::EnumType;

/// The words of `ask` and `words`; where nothing is written, the name itself made readable.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// By path of the fact.
    pub(super) facts: BTreeMap<String, String>,
    /// By path of the fact or name of its type, then by value.
    pub(super) values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Labels {
    /// What a form asks for a fact. Places in lists (`order.lines[2].paid`) make no difference.
    #[must_use]
    pub fn of_fact(&self, path: &str) -> Cow<'_, str> {
        let path = without_places(path);
        let written = self.facts.get(path.as_ref()).map(|label| Cow::Borrowed(label.as_str()));
        written.unwrap_or_else(|| Cow::Owned(humanised(path.rsplit('.').next().unwrap_or_default())))
    }

    /// The words for a value of a fact: those of its path, else those of its type.
    #[must_use]
    pub fn of_value(&self, path: &str, ty: &EnumType, value: &str) -> Cow<'_, str> {
        let path = without_places(path);
        let written = [path.as_ref(), ty.name.as_str()].into_iter().find_map(|key| self.values.get(key)?.get(value));
        written.map_or_else(|| Cow::Owned(humanised(value)), |words| Cow::Borrowed(words.as_str()))
    }
}

/// `order.lines[2].paid` becomes `order.lines.paid`.
fn without_places(path: &str) -> Cow<'_, str> {
    if !path.contains('[') {
        return Cow::Borrowed(path);
    }
    let pieces = path.split('[').enumerate();
    Cow::Owned(
        pieces.map(|(i, piece)| if i == 0 { piece } else { piece.split_once(']').map_or("", |p| p.1) }).collect(),
    )
}

/// `claims_12m` becomes `Claims 12m`.
fn humanised(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use crate::book::check::check;
    use crate::diagnostic::Severity;
    use crate::facts::schema::BUILT_IN_FIELDS;
    use crate::trial::tests::books::{book, shipped};
    use crate::types::{Field, Type};

    const BOOK: &str = r#"
book: shop
currency: USD
time_zone: America/New_York
roles: [{ id: frontline }]
types:
  channel: [shop, online, by_phone]
  line: { paid: "money(0..)", final_sale: bool, kind: [shoes, bags] }
facts:
  order: { placed: time, channel: channel, lines: "list(line)", prices: "map(text, line)" }
  promotion?: { channels: "list(channel)" }
  claims_12m: int
"#;

    const WORDS: &str = r"
ask: { order: The order, order.placed: When was it bought?, order.lines.paid: Paid for it, order.prices.paid: Price, promotion: The sale }
words:
  channel: { shop: In a shop, online: Online }
  promotion.channels: { online: On our site }
  line.kind: { shoes: A pair of shoes }
";

    /// What is wrong with the words, `CODE: MESSAGE (HELP)` a line.
    fn findings(words: &str) -> String {
        let text = format!("{BOOK}{words}");
        let checked = check(&[("book.yaml", text.as_str())].into_iter().collect());
        let errors = checked.findings.all.iter().filter(|d| d.severity == Severity::Error);
        let lines = errors.map(|d| format!("{}: {} ({})", d.code, d.message, d.help.as_deref().unwrap_or_default()));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_fact_is_asked_for_in_the_words_of_the_book() {
        let book = book(&[("book.yaml", &format!("{BOOK}{WORDS}"))]);
        let label = |path| book.labels.of_fact(path).into_owned();
        assert_eq!(label("order"), "The order");
        assert_eq!(label("order.placed"), "When was it bought?");
        assert_eq!(label("order.lines[12].paid"), "Paid for it");
        assert_eq!(label("order.prices[0].paid"), "Price");
    }

    #[test]
    fn without_words_its_name_is_made_readable() {
        let book = book(&[("book.yaml", BOOK)]);
        let label = |path| book.labels.of_fact(path).into_owned();
        assert_eq!((label("claims_12m"), label("order.lines.final_sale")), ("Claims 12m".into(), "Final sale".into()));
    }

    #[test]
    fn a_value_has_the_words_of_its_fact_or_of_its_type() {
        let book = book(&[("book.yaml", &format!("{BOOK}{WORDS}"))]);
        let channel = book.schema.find("order.channel").unwrap();
        let Type::Enum(ty) = &channel.field.ty else { panic!("not a list of words") };
        let words = |path, value| book.labels.of_value(path, ty, value).into_owned();
        assert_eq!(words("order.channel", "online"), "Online");
        assert_eq!(words("promotion.channels[0]", "online"), "On our site");
        assert_eq!(words("promotion.channels", "shop"), "In a shop");
        assert_eq!(words("order.channel", "by_phone"), "By phone");
    }

    /// The paths of fields and of what lies in them that have no words.
    fn without_words(labels: &super::Labels, fields: &[Field], prefix: &str, found: &mut Vec<String>) {
        for field in fields {
            let path = format!("{prefix}{}", field.name);
            let mut ty = &field.ty;
            while let Type::List(l) | Type::Map(l) = ty {
                ty = &l.of;
            }
            match ty {
                Type::Record(record) => without_words(labels, &record.fields, &format!("{path}."), found),
                Type::Enum(e) => {
                    let spoken = |v: &&String| labels.values.get(&e.name).is_some_and(|words| words.contains_key(*v));
                    found.extend(e.values.iter().filter(|v| !spoken(v)).map(|v| format!("{path}: {v}")));
                }
                _ => {}
            }
            if !labels.facts.contains_key(&path) {
                found.push(path);
            }
        }
    }

    #[test]
    fn the_books_to_begin_with_have_words_for_every_fact_and_value() {
        for name in ["retail", "rental"] {
            let (book, mut found) = (shipped(name), Vec::new());
            let own = book.schema.root.fields.get(BUILT_IN_FIELDS..).unwrap();
            without_words(&book.labels, own, "", &mut found);
            assert_eq!(found, Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn words_for_what_the_book_does_not_have_are_found() {
        let wrong = "
ask:
  order.plcaed: When?
  order.lines.piad: Paid
  asked: When?
  weather: How is it?
  order.lines[0].paid: The first
words: { chanel: { shop: A }, channel: { onlin: B, on_the_moon: C }, order.placed: { shop: D }, order: { shop: E } }
";
        insta::assert_snapshot!(findings(wrong), @r"
        unknown_name: there is no fact `order.plcaed` (did you mean `order.placed`?)
        unknown_name: there is no fact `order.lines.piad` (did you mean `order.lines.paid`?)
        unknown_name: there is no fact `asked` (write the path of a fact of the book, such as `order.placed`)
        unknown_name: there is no fact `weather` (write the path of a fact of the book, such as `order.placed`)
        unknown_name: there is no fact `order.lines[0].paid` (did you mean `order.lines.paid`?)
        unknown_name: there is no type or fact `chanel` (did you mean `channel`?)
        unknown_name: `channel` has no value `onlin` (did you mean `online`?)
        unknown_name: `channel` has no value `on_the_moon` (its values are `shop`, `online`, `by_phone`)
        unknown_name: `order.placed` is a time: it has no list of values (only what is declared like `[shop, online]` has words for its values)
        unknown_name: `order` is a record `order`: it has no list of values (only what is declared like `[shop, online]` has words for its values)
        ");
    }

    #[test]
    fn words_are_written_once() {
        insta::assert_snapshot!(findings("ask: { order: The order, order: An order }\nwords: { channel: { shop: A, shop: B } }\n"), @r"
        duplicate_key: `order` is written twice (the first one is on line 13; keep one of them)
        duplicate_key: `shop` is written twice (the first one is on line 14; keep one of them)
        ");
    }
}
