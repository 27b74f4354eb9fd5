//! A rule's text as a form: what people change of it, and how that goes back into the text.

use amends_core::book::format::{get, read, set, set_table};
use amends_core::book::rules::Book;
use amends_core::book::yaml::{Node, Value};

/// What was typed into a form: names and values, in the order of the page.
pub type Pairs = [(String, String)];

/// Stands between the keys of a path in the name of a field; no key of a form has it.
const BETWEEN: char = '.';
/// What fields of texts begin with.
const TEXT: &str = "p.";
/// What fields of stretches begin with.
const STRETCH: &str = "s.";
/// The keys of a line.
const LINES: [&str; 4] = ["at_most", "at_least", "within", "equals"];
/// Parts of a policy that hold remedies.
const REMEDIES: [&str; 4] = ["remedies", "recovery", "goodwill", "instead"];

/// What people call a key of a line, or a part.
fn called(key: &str) -> String {
    match key {
        "at_most" => t!("draft-at-most"),
        "at_least" => t!("draft-at-least"),
        "within" => t!("draft-within"),
        "equals" => t!("draft-exactly"),
        "remedies" => t!("draft-given"),
        "recovery" => t!("draft-owed"),
        "goodwill" => t!("draft-goodwill"),
        "instead" => t!("draft-instead"),
        other => other.replace('_', " "),
    }
}

/// Fields that belong together.
pub struct Group {
    /// What they are about.
    pub title: String,
    /// The fields.
    pub fields: Vec<Field>,
    /// How far each role may go past the line: label and field.
    pub stretches: Vec<Field>,
    /// Whether there is a line from which they count.
    pub has_line: bool,
}

impl Group {
    fn of(title: String, fields: Vec<Field>) -> Self {
        Self { title, fields, stretches: Vec::new(), has_line: false }
    }
}

/// A field.
pub struct Field {
    /// Its name in the form, which is its path in the text.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// Whether it takes several lines.
    pub is_long: bool,
}

/// The form of a text; none where the text cannot be read.
pub fn groups(book: &Book, text: &str) -> Option<Vec<Group>> {
    let root = read(text)?;
    root.map()?;
    let whole = vec![
        field(&root, &["title"], &t!("draft-title"), false),
        field(&root, &["purpose"], &t!("draft-why-it-exists"), true),
        field(&root, &["published"], &t!("draft-what-customers-are-told"), true),
    ];
    let mut groups = vec![Group::of(t!("draft-the-rule"), whole)];
    terms(book, &root, &["terms"], &mut groups);
    for part in REMEDIES {
        remedies(&root, part, &mut groups);
    }
    let say = root.get("say").and_then(Node::map).unwrap_or_default();
    let words: Vec<Field> =
        say.iter().map(|(key, _)| field(&root, &["say", &key.value], &key.value.replace('_', " "), true)).collect();
    if !words.is_empty() {
        groups.push(Group::of(t!("draft-words"), words));
    }
    Some(groups)
}

fn named(begin: &str, path: &[&str]) -> String {
    format!("{begin}{}", path.join(&BETWEEN.to_string()))
}

fn at<'n>(root: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, key| node.get(key))
}

fn field(root: &Node, path: &[&str], label: &str, is_long: bool) -> Field {
    let value = at(root, path).and_then(Node::text).unwrap_or_default().to_owned();
    Field { name: named(TEXT, path), label: label.to_owned(), value, is_long }
}

fn terms(book: &Book, root: &Node, path: &[&str], groups: &mut Vec<Group>) {
    for (key, node) in at(root, path).and_then(Node::map).unwrap_or_default() {
        let path: Vec<&str> = [path, &[key.value.as_str()]].concat();
        let within = |last: &'static str| -> Vec<&str> { [path.as_slice(), &[last]].concat() };
        let mut fields = vec![field(root, &within("says"), &t!("draft-what-it-says"), false)];
        let line = LINES.into_iter().find(|key| node.get(key).and_then(Node::text).is_some());
        fields.extend(line.map(|key| field(root, &within(key), &called(key), false)));
        let is_condition = node.get("require").or_else(|| node.get("unless")).is_some();
        let stretches = if line.is_some() || is_condition { stretches(book, node, &path) } else { Vec::new() };
        let title = node.get("says").and_then(Node::text).map_or_else(|| key.value.replace('_', " "), str::to_owned);
        groups.push(Group { title, fields, stretches, has_line: line.is_some() });
        for inner in ["any", "all"] {
            terms(book, root, &within(inner), groups);
        }
    }
}

fn stretches(book: &Book, term: &Node, path: &[&str]) -> Vec<Field> {
    let table = term.get("stretch");
    let one = |role: &amends_core::book::rules::Role| Field {
        name: named(STRETCH, &[path, &[role.id.as_str()]].concat()),
        label: role.title.clone(),
        value: table.and_then(|t| t.get(&role.id)).and_then(Node::text).unwrap_or_default().to_owned(),
        is_long: false,
    };
    book.roles.iter().map(one).collect()
}

fn remedies(root: &Node, part: &str, groups: &mut Vec<Group>) {
    for (key, node) in root.get(part).and_then(Node::map).unwrap_or_default() {
        let mut fields = Vec::new();
        if node.get("says").is_some() {
            fields.push(field(root, &[part, &key.value, "says"], &t!("draft-what-it-says"), false));
        }
        // What is worked out is no figure to change in a form.
        if matches!(node.get("amount").map(|n| &n.value), Some(Value::Scalar { plain: true, .. })) {
            fields.push(field(root, &[part, &key.value, "amount"], &t!("draft-how-much"), false));
        }
        let says = node.get("says").and_then(Node::text).map_or_else(|| key.value.replace('_', " "), str::to_owned);
        if !fields.is_empty() {
            groups.push(Group::of(t!("draft-part", part = called(part), says = says), fields));
        }
    }
}

/// The text with what a form says. What cannot be written into it stays as it is.
pub fn applied(text: &str, pairs: &Pairs) -> String {
    let mut text = text.to_owned();
    for (name, value) in pairs {
        let Some(path) = name.strip_prefix(TEXT) else { continue };
        let path: Vec<&str> = path.split(BETWEEN).collect();
        let value = value.replace("\r\n", "\n");
        let (value, before) = (value.trim(), get(&text, &path));
        // A field that was empty and is empty adds nothing.
        if before.is_none() && value.is_empty() || before.as_deref().map(str::trim) == Some(value) {
            continue;
        }
        if let Some(changed) = set(&text, &path, value) {
            text = changed;
        }
    }
    stretched(text, pairs)
}

/// The path of a table of stretches, and what it says of each role.
type Table<'t> = (Vec<&'t str>, Vec<(&'t str, &'t str)>);

fn stretched(mut text: String, pairs: &Pairs) -> String {
    let mut tables: Vec<Table<'_>> = Vec::new();
    for (name, value) in pairs {
        let Some((path, role)) = name.strip_prefix(STRETCH).and_then(|path| path.rsplit_once(BETWEEN)) else {
            continue;
        };
        let path: Vec<&str> = path.split(BETWEEN).chain(["stretch"]).collect();
        if tables.last().is_none_or(|(last, _)| *last != path) {
            tables.push((path, Vec::new()));
        }
        if let (Some((_, entries)), value) = (tables.last_mut(), value.trim())
            && !value.is_empty()
        {
            entries.push((role, value));
        }
    }
    for (path, entries) in tables {
        let written = set_table(&text, &path, &in_its_order(&text, &path, entries));
        text = written.unwrap_or(text);
    }
    text
}

/// Roles that the text names stand in the order in which it does, so that a table that is the same is not written anew.
fn in_its_order<'a>(text: &str, path: &[&str], mut entries: Vec<(&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let root = read(text);
    let table = root.as_ref().and_then(|root| at(root, path)).and_then(Node::map).unwrap_or_default();
    let place = |role: &str| table.iter().position(|(key, _)| key.value == role).unwrap_or(table.len());
    entries.sort_by_key(|(role, _)| place(role));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price_adjustment() -> (Book, String) {
        let book = crate::shipped::find("retail").unwrap().checked().book.unwrap();
        let (_, _, text) = crate::flow::drafting::newest(&book, "price_adjustment").unwrap();
        let text = text.to_owned();
        (book, text)
    }

    fn filled(book: &Book, text: &str, changes: &[(&str, &str)]) -> String {
        let fields = groups(book, text).unwrap().into_iter().flat_map(|g| g.fields.into_iter().chain(g.stretches));
        let value = |field: &Field| {
            let typed = changes.iter().find(|(name, _)| *name == field.name);
            typed.map_or_else(|| field.value.clone(), |(_, value)| (*value).to_owned())
        };
        let pairs: Vec<(String, String)> = fields.map(|field| (field.name.clone(), value(&field))).collect();
        for (name, _) in changes {
            assert!(pairs.iter().any(|(known, _)| known == name), "{name}");
        }
        applied(text, &pairs)
    }

    #[test]
    fn a_form_that_is_sent_as_it_came_changes_nothing() {
        let retail = crate::shipped::find("retail").unwrap().checked().book.unwrap();
        for file in retail.sources.files.iter().filter(|file| file.path.starts_with("policies/")) {
            assert_eq!(filled(&retail, &file.text, &[]), *file.text, "{}", file.path);
        }
    }

    #[test]
    fn a_field_changes_its_line_and_comments_stay() {
        let (book, text) = price_adjustment();
        let changed = filled(
            &book,
            &text,
            &[
                ("p.terms.window.at_most", "21 days"),
                ("p.terms.window.says", "Bought at most 21 days before the promotion began"),
                ("s.terms.window.frontline", "9 days"),
                ("s.terms.before.lead", "2 days"),
                ("p.goodwill.credit.amount", "20 USD..60 USD"),
                ("p.purpose", "Nobody waits for the sale: so\r\nthey buy."),
            ],
        );
        let new: Vec<&str> = changed.lines().filter(|line| !text.lines().any(|l| l == *line)).collect();
        assert_eq!(
            new,
            [
                "purpose: \"Nobody waits for the sale: so\\nthey buy.\"",
                "    says: Bought at most 21 days before the promotion began",
                "    at_most: 21 days",
                "    stretch: { frontline: 9 days, lead: 30 days }  # past the line: 21 and 44 days in all",
                "    stretch: { lead: 2 days }",
                "    amount: 20 USD..60 USD",
            ]
        );
        assert_eq!(filled(&book, &text, &[("s.terms.channel.lead", "")]).matches("stretch: {}").count(), 1);
    }

    #[test]
    fn what_does_not_belong_into_a_form_is_left_alone() {
        let (_, text) = price_adjustment();
        let hostile =
            [("p.terms", "x"), ("p.nothing.there", "x"), ("s.terms.window.x", "x y: ["), ("p.", "x"), ("s.", "x")];
        let pairs = hostile.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let changed = applied(&text, &pairs);
        assert!(read(&changed).is_some());
        assert!(groups(&price_adjustment().0, "{{{").is_none());
        assert_eq!(applied("{{{", &[("p.title".to_owned(), "x".to_owned())]), "{{{");
    }
}
