//! Words for the customer: templates that can be filled, and that name only what there is.

mod template;

use template::{FILTERS, TESTS, Use};

use crate::book::model::{BookText, Expr, PolicyText, TermShapeText, TermText};
use crate::diagnostic::{Diagnostic, Findings, did_you_mean};
use crate::program::infer::Names;
use crate::types::{RecordType, Type};

pub(super) use template::names_read;

/// What an answer has beside the facts and `terms`.
const OF_THE_ANSWER: &[&str] = &[
    "role",
    "remedy",
    "amount",
    "cost",
    "standing",
    "by",
    "instead",
    "detour",
    "detour.says",
    "detour.effort",
    "detour.cost",
];
/// What an answer has of each term: `terms.ID.says`.
const OF_A_TERM: &[&str] = &["says", "stands", "met"];
/// How long the words for one answer may be, in bytes.
const BYTES_MAX: usize = 8192;

/// Looks at the templates of all policies; what they read counts as used.
pub(super) fn check(book: &BookText, names: &mut Names<'_>, findings: &mut Findings) {
    for policy in &book.policies {
        let terms = terms_of(policy, book);
        for say in &policy.say {
            words(&say.item, &terms, names, findings);
        }
    }
}

/// Ids of all terms of a policy, shared ones and those inside others included.
fn terms_of<'b>(policy: &'b PolicyText, book: &'b BookText) -> Vec<&'b str> {
    let shared = book.terms.iter().filter(|term| policy.uses.iter().any(|used| used.value == term.id.value));
    let mut left: Vec<&TermText> = shared.chain(&policy.terms).collect();
    let mut all = Vec::new();
    while let Some(term) = left.pop() {
        all.push(term.id.value.as_str());
        if let Some(TermShapeText::Any(parts) | TermShapeText::All(parts)) = &term.shape {
            left.extend(parts);
        }
    }
    all
}

fn words(say: &Expr, terms: &[&str], names: &mut Names<'_>, findings: &mut Findings) {
    if say.text.len() > BYTES_MAX {
        findings.push(
            Diagnostic::error("say_too_long", say.at, format!("these words are longer than {BYTES_MAX} bytes"))
                .label("too long")
                .help("say less"),
        );
        return;
    }
    if let Err(mistake) = template::parse(&say.text) {
        let at = say.span(mistake.at.start, mistake.at.end);
        findings.push(
            Diagnostic::error("say_syntax", at, format!("these words cannot be filled: {}", mistake.message))
                .label("here")
                .help("write `{{ amount }}` for something to fill in, and `{% if detour %}..{% endif %}` for words that are said only sometimes"),
        );
        return;
    }
    if let Err(why) = crate::explain::say::guard(&say.text) {
        let help = "words are filled with what there is: compute it under `define` or `remedies`, and name only what the answer has";
        findings.push(Diagnostic::error("say_syntax", say.at, why).label("more than words").help(help));
        return;
    }
    for used in template::uses(&say.text) {
        let (noun, known) = match used.what {
            Use::Filter => ("filter", FILTERS),
            Use::Test => ("test", TESTS),
        };
        if !known.contains(&used.name) {
            let near = did_you_mean(used.name, known.iter().copied());
            let help = near.map_or_else(
                || format!("the {noun}s are: {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let at = say.span(used.start, used.start + used.name.len());
            findings.push(
                Diagnostic::error("unknown_in_say", at, format!("there is no {noun} `{}`", used.name))
                    .label("not known")
                    .help(help),
            );
        }
    }
    for name in names_read(&say.text) {
        if !is_known(&name, terms, names) {
            findings.push(unknown(say, &name, terms, names));
        }
    }
}

/// The paths of what an answer has of a term.
fn of_term(id: &str) -> impl Iterator<Item = String> {
    std::iter::once(format!("terms.{id}")).chain(OF_A_TERM.iter().map(move |field| format!("terms.{id}.{field}")))
}

fn is_known(name: &str, terms: &[&str], names: &mut Names<'_>) -> bool {
    if let Some(of_term) = name.strip_prefix("terms.") {
        let (id, field) = of_term.split_once('.').map_or((of_term, None), |(id, field)| (id, Some(field)));
        return terms.contains(&id) && field.is_none_or(|field| OF_A_TERM.contains(&field));
    }
    name == "terms" || OF_THE_ANSWER.contains(&name) || names.schema.is_broken(name) || read_fact(name, names)
}

/// Marks a fact as read. Returns whether there is one.
fn read_fact(name: &str, names: &mut Names<'_>) -> bool {
    let mut record = std::sync::Arc::clone(&names.schema.root);
    let (mut cells, mut first) = (Vec::new(), 0);
    let mut path = name.split('.').peekable();
    while let Some(step) = path.next() {
        let Some(field) = record.field(step).cloned() else { return false };
        first += field.offset;
        cells.push(first);
        match (&field.ty, path.peek()) {
            (ty, None) => whole(ty, names),
            (Type::Record(inner), Some(_)) => record = std::sync::Arc::clone(inner),
            (Type::Map(of), Some(_)) => {
                whole(&of.of, names);
                break;
            }
            _ => return false,
        }
    }
    names.used_cells.extend(cells);
    true
}

/// Marks all fields of the records in a type: words may go through them.
fn whole(ty: &Type, names: &mut Names<'_>) {
    match ty {
        Type::Record(record) => fields(record, names),
        Type::List(l) | Type::Map(l) => whole(&l.of, names),
        _ => {}
    }
}

fn fields(record: &RecordType, names: &mut Names<'_>) {
    for field in &record.fields {
        names.used_fields.insert((record.name.clone(), field.name.clone()));
        whole(&field.ty, names);
    }
}

fn unknown(say: &Expr, name: &str, terms: &[&str], names: &Names<'_>) -> Diagnostic {
    let mut candidates: Vec<String> = OF_THE_ANSWER.iter().map(|word| (*word).to_owned()).collect();
    candidates.extend(terms.iter().flat_map(|id| of_term(id)));
    candidates.extend(names.schema.leaves.iter().map(|leaf| leaf.path.clone()));
    candidates.extend(names.schema.paths());
    let is_definition = names.defines.iter().any(|define| define.name == name);
    let help = match did_you_mean(name, candidates.iter().map(String::as_str)) {
        _ if is_definition => "words are filled from facts and from the answer, not from definitions".to_owned(),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write the path of a fact, or one of: {}", OF_THE_ANSWER.join(", ")),
    };
    let place = template::place_of(&say.text, name);
    let at = place.map_or(say.at, |place| say.span(place.start, place.end));
    Diagnostic::error("unknown_in_say", at, format!("there is nothing called `{name}` to fill these words with"))
        .label("not known")
        .help(help)
}
