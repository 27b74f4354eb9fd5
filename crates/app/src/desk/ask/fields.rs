//! The questions of the form: one for each fact the rule reads, with the input its type calls for.

use amends_core::assess::{Asked as Question, AskedItem, AskedState, Assessment, questions};
use amends_core::book::rules::Book;
use amends_core::explain::Explanation;
use amends_core::facts::Source;
use amends_core::types::Type;

use crate::flow::answers::Answers;

/// So many choices are shown side by side; more are a list to open.
const CHOICES_SHOWN_MAX: usize = 5;

/// What was asked and what came out.
pub struct Asked<'a> {
    /// The answer.
    pub assessment: &'a Assessment<'a>,
    /// The answer in words.
    pub explanation: &'a Explanation,
    /// What was filled in.
    pub answers: &'a Answers,
    /// What of it could not be read: path, and why.
    pub wrong: &'a [(String, String)],
    /// What the reader's word is worth: where nothing moves, it is taken as it is said.
    pub own: Source,
}

/// Facts that belong together.
pub struct Group {
    pub name: String,
    pub label: Option<String>,
    pub fields: Vec<Field>,
}

/// One value to choose.
pub struct Choice {
    pub value: String,
    pub words: String,
    pub is_chosen: bool,
}

/// One question.
pub struct Field {
    pub path: String,
    pub name: String,
    pub id: String,
    pub label: String,
    pub value: String,
    pub unit: Option<String>,
    pub choices: Vec<Choice>,
    pub rows: Vec<Vec<Field>>,
    pub wrong: Option<String>,
    /// Whether the answer waits for it.
    pub is_next: bool,
    /// Whether it may name a person; such a text may also be known to be none.
    pub is_personal: bool,
    /// Whether it is known to be none.
    pub is_none: bool,
    /// Who saw it, where that matters.
    pub sources: Vec<Choice>,
    input: Input,
}

/// What a question is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Text,
    Whole,
    Decimal,
    Date,
    Time,
    Radio,
    Select,
    Many,
    /// Rows of a list; with a single input each, bare.
    Rows,
    BareRows,
}

impl Field {
    pub fn is_radio(&self) -> bool {
        self.input == Input::Radio
    }

    pub fn is_many(&self) -> bool {
        self.input == Input::Many
    }

    pub fn is_select(&self) -> bool {
        self.input == Input::Select
    }

    pub fn is_choices(&self) -> bool {
        self.is_radio() || self.is_many()
    }

    pub fn is_rows(&self) -> bool {
        matches!(self.input, Input::Rows | Input::BareRows)
    }

    pub fn is_bare(&self) -> bool {
        self.input == Input::BareRows
    }

    pub fn is_date(&self) -> bool {
        matches!(self.input, Input::Date | Input::Time)
    }

    pub fn input_type(&self) -> &'static str {
        match self.input {
            Input::Date => "date",
            Input::Time => "datetime-local",
            _ => "text",
        }
    }

    pub fn input_mode(&self) -> Option<&'static str> {
        match self.input {
            Input::Whole => Some("numeric"),
            Input::Decimal => Some("decimal"),
            _ => None,
        }
    }

    pub fn example(&self) -> Option<&'static str> {
        match (self.input, self.unit.as_deref()) {
            (Input::Decimal, Some("%")) => Some("40"),
            (Input::Decimal, Some(_)) => Some("0.00"),
            (Input::Whole, None) => Some("0"),
            _ => None,
        }
    }
}

/// The form's questions, in the order in which they matter.
pub fn groups(at: &Asked<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut records = Vec::new();
    for question in questions(at.assessment) {
        // What was filled in stays in sight, though it may no longer matter.
        if question.state == AskedState::Settled
            && !at.answers.any_begins(&format!("f.{}", question.path))
            && !at.answers.is_none(&question.path)
        {
            continue;
        }
        let name = question.path.split('.').next().unwrap_or_default().to_owned();
        let is_titled = question.path.contains('.') && question.under.is_none();
        let fields = fields(at, &question, &mut records);
        if let Some(group) = groups.iter_mut().find(|g| g.name == name) {
            group.fields.extend(fields);
        } else {
            let label = is_titled.then(|| at.assessment.book.labels.of_fact(&name).into_owned());
            groups.push(Group { name, label, fields });
        }
    }
    groups
}

/// The inputs of a fact: its own, and before the first fact of a record that may be absent whether that is there.
fn fields(at: &Asked<'_>, question: &Question<'_>, asked: &mut Vec<String>) -> Vec<Field> {
    let is_record = matches!(question.ty, Type::Record(_));
    let record = if is_record { Some(&question.path) } else { question.under.as_ref() };
    let mut fields = Vec::new();
    if let Some(path) = record.filter(|path| !asked.contains(path)) {
        let label = at.assessment.book.labels.of_fact(path).into_owned();
        fields.push(presence(at.answers, path, label));
        asked.push(path.clone());
    }
    if !is_record {
        fields.push(field(at, question));
    }
    fields
}

fn field(at: &Asked<'_>, question: &Question<'_>) -> Field {
    let book = at.assessment.book;
    let is_next = question.state == AskedState::Open;
    let label = question.label.clone().into_owned();
    let mut field = match question.ty {
        Type::List(list) if !matches!(list.of, Type::Enum(_)) => rows(at, question, label),
        ty => Inputs { book, answers: at.answers, wrong: at.wrong }.of(&question.path, label, ty),
    };
    field.is_next = is_next;
    field.wrong = field.wrong.or_else(|| question.problem.clone());
    let is_doubted = || at.answers.source(&question.path).is_some_and(|source| source < at.own);
    if question.proof.is_some() || at.own != Source::System && is_doubted() {
        field.sources = sources(at, &question.path);
    }
    field
}

/// Whether something that may be absent is there.
fn presence(answers: &Answers, path: &str, label: String) -> Field {
    let name = format!("p.{path}");
    let begin = format!("f.{path}.");
    let given = answers.get(&name).unwrap_or(if answers.any_begins(&begin) { "yes" } else { "no" }).to_owned();
    let choice = |value: &str, words: &str| Choice {
        value: value.to_owned(),
        words: words.to_owned(),
        is_chosen: given == value,
    };
    Field {
        choices: vec![choice("no", &t!("ask-no")), choice("yes", &t!("ask-yes"))],
        ..Field::of(path, name, label, Input::Radio)
    }
}

/// What someone can say of where a fact comes from: what is stronger than their word or a claim stands there only where
/// it is so.
fn sources(at: &Asked<'_>, path: &str) -> Vec<Choice> {
    let given = at.answers.source(path).unwrap_or(at.own);
    let all = [
        (Source::System, t!("ask-our-system-shows-it")),
        (Source::Seen, t!("ask-i-looked-at-it")),
        (Source::Word, t!("ask-the-customer-says-so")),
        (Source::Claimed, t!("ask-an-agent-claims-it")),
    ];
    let is_theirs = |source: Source| (Source::Word..=at.own).contains(&source) || source == given;
    let choice = |(source, words): (Source, String)| Choice {
        value: source.word().to_owned(),
        words,
        is_chosen: given == source,
    };
    all.into_iter().filter(|(source, _)| is_theirs(*source)).map(choice).collect()
}

fn rows(at: &Asked<'_>, question: &Question<'_>, label: String) -> Field {
    let inputs = Inputs { book: at.assessment.book, answers: at.answers, wrong: at.wrong };
    let count = at.answers.rows(&question.path).max(1);
    let bare = question.items.is_empty();
    let row = |i: usize| match (question.ty, bare) {
        (Type::List(list), true) => {
            let name = format!("{label} {}", i + 1);
            vec![inputs.of(&format!("{}[{i}]", question.path), name, &list.of)]
        }
        _ => question.items.iter().map(|item| inputs.of_item(&question.path, i, item)).collect(),
    };
    let kind = if bare { Input::BareRows } else { Input::Rows };
    let rows = (0..count).map(row).collect();
    let wrong = wrong_of(at.wrong, &question.path);
    Field { rows, wrong, ..Field::of(&question.path, String::new(), label, kind) }
}

/// What is wrong with what was filled in for a path.
pub fn wrong_of(wrong: &[(String, String)], path: &str) -> Option<String> {
    wrong.iter().find(|(p, _)| p == path).map(|(_, says)| says.clone())
}

/// What inputs are made from.
#[derive(Clone, Copy)]
struct Inputs<'a> {
    book: &'a Book,
    answers: &'a Answers,
    wrong: &'a [(String, String)],
}

impl Inputs<'_> {
    fn of_item(self, list: &str, row: usize, item: &AskedItem<'_>) -> Field {
        self.of(&format!("{list}[{row}].{}", item.name), item.label.clone().into_owned(), item.ty)
    }

    /// The input of a single value.
    fn of(self, path: &str, label: String, ty: &Type) -> Field {
        let name = format!("f.{path}");
        let choices = self.choices(path, &name, ty);
        let input = match ty {
            Type::Bool => Input::Radio,
            Type::Enum(_) if choices.len() <= CHOICES_SHOWN_MAX => Input::Radio,
            Type::Enum(_) => Input::Select,
            Type::List(_) => Input::Many,
            Type::Date => Input::Date,
            Type::Time => Input::Time,
            Type::Int | Type::Days | Type::Months => Input::Whole,
            Type::Decimal | Type::Percent | Type::Money => Input::Decimal,
            _ => Input::Text,
        };
        let unit = match ty {
            Type::Money => Some(self.book.currency.to_string()),
            Type::Percent => Some("%".to_owned()),
            Type::Days => Some("days".to_owned()),
            Type::Months => Some("months".to_owned()),
            Type::Duration => Some(t!("ask-duration-such-as")),
            _ => None,
        };
        let value = self.answers.get(&name).unwrap_or_default().to_owned();
        let wrong = wrong_of(self.wrong, path);
        let is_personal = matches!(ty, Type::Text);
        let is_none = is_personal && self.answers.is_none(path);
        Field { value, unit, choices, wrong, is_personal, is_none, ..Field::of(path, name, label, input) }
    }

    fn choices(self, path: &str, name: &str, ty: &Type) -> Vec<Choice> {
        let choice = |value: &str, words: String| Choice {
            value: value.to_owned(),
            words,
            is_chosen: self.answers.has(name, value),
        };
        let of_enum = |e: &amends_core::types::EnumType| {
            let words = |v: &String| self.book.labels.of_value(path, e, v).into_owned();
            e.values.iter().map(|v| choice(v, words(v))).collect::<Vec<_>>()
        };
        let do_not_know =
            || Choice { value: String::new(), words: t!("ask-dont-know"), is_chosen: self.answers.get(name).is_none() };
        match ty {
            Type::Bool => vec![choice("yes", t!("ask-yes")), choice("no", t!("ask-no")), do_not_know()],
            Type::Enum(e) if e.values.len() < CHOICES_SHOWN_MAX => {
                of_enum(e).into_iter().chain([do_not_know()]).collect()
            }
            Type::Enum(e) => of_enum(e),
            Type::List(list) => match &list.of {
                Type::Enum(e) => of_enum(e),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// The id of a fact's input in the page.
pub fn id_of(path: &str) -> String {
    path.replace(['.', '[', ']'], "-")
}

impl Field {
    fn of(path: &str, name: String, label: String, input: Input) -> Self {
        let id = id_of(path);
        Self {
            path: path.to_owned(),
            name,
            id,
            label,
            value: String::new(),
            unit: None,
            choices: Vec::new(),
            rows: Vec::new(),
            wrong: None,
            is_next: false,
            is_personal: false,
            is_none: false,
            sources: Vec::new(),
            input,
        }
    }
}
