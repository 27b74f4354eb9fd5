//! What can be imported, from which fields each is made, and how the cells of a row become what is kept.

use amends_core::assess::{Workspace, assess};
use amends_core::book::rules::Book;
use amends_core::facts::read_question;
use amends_core::ids::{CaseId, CustomerId};
use amends_core::likeness::Likeness;
use amends_core::money::{Currency, Money};
use amends_core::time::{Time, Zone};
use serde_json::{Map, Value as Json};

use super::parquet::start_of;
use super::{Broken, Cell};
use crate::store::sql::Value;
use crate::store::{imports, precedents};

pub use crate::store::imports::Kind;

/// Most characters of a text that is kept.
const TEXT_CHARS_MAX: usize = 500;
/// Most bytes of a question that came with a decision.
const QUESTION_BYTES_MAX: usize = 256 << 10;

/// A field that a row has.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// What it is called.
    pub name: &'static str,
    /// Whether every row needs it.
    pub needed: bool,
}

const fn needed(name: &'static str) -> Field {
    Field { name, needed: true }
}

const fn may(name: &'static str) -> Field {
    Field { name, needed: false }
}

const CUSTOMERS: &[Field] = &[needed("id"), needed("since"), may("name")];
const ORDERS: &[Field] = &[needed("id"), needed("customer"), needed("at"), needed("total"), may("currency")];
const DECISIONS: &[Field] = &[
    needed("id"),
    needed("at"),
    needed("request"),
    needed("decision"),
    may("customer"),
    may("remedy"),
    may("amount"),
    may("cost"),
    may("currency"),
    may("role"),
    may("question"),
];

impl Kind {
    /// The fields of its rows.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Customers => CUSTOMERS,
            Self::Orders => ORDERS,
            Self::Decisions => DECISIONS,
        }
    }
}

/// Where the fields of a row are, and what is taken for granted.
#[derive(Debug)]
pub struct Plan<'b> {
    /// What is imported.
    pub kind: Kind,
    /// The columns that are read.
    pub columns: Vec<String>,
    /// For each field of the kind, the column among them; none where the file has none.
    places: Vec<Option<usize>>,
    /// Columns that are kept as they are, by the names they are kept under.
    keep: Vec<(String, usize)>,
    /// The currency of amounts that name none.
    currency: Option<Currency>,
    /// The zone of times that name none.
    zone: Zone,
    /// The book that past questions are measured with.
    book: Option<&'b Book>,
}

/// What someone says of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The column of each field, where it is called otherwise.
    pub fields: std::collections::BTreeMap<String, String>,
    /// Columns that are kept beside them.
    pub keep: Vec<String>,
    /// The currency of amounts that name none.
    pub currency: Option<String>,
    /// The zone of times that name none.
    pub zone: Option<String>,
}

impl Mapping {
    /// What tells two ways to read a file apart. One that says no zone is the one it was before there were any.
    #[must_use]
    pub fn trace(&self) -> String {
        let Self { fields, keep, currency, zone } = self;
        let zone = zone.as_ref().map_or_else(String::new, |zone| format!(", zone: {zone:?}"));
        format!("Mapping {{ fields: {fields:?}, keep: {keep:?}, currency: {currency:?}{zone} }}")
    }
}

impl<'b> Plan<'b> {
    /// Finds the fields of a kind in a file. `columns`: those of the file, where it has any.
    ///
    /// # Errors
    /// Which field or column is not there.
    pub fn new(
        kind: Kind,
        mapping: &Mapping,
        columns: Option<&[String]>,
        book: Option<&'b Book>,
    ) -> Result<Self, Broken> {
        let (fields, wrong) = (kind.fields(), |says: String| Broken::whole(says));
        if let Some(other) = mapping.fields.keys().find(|name| !fields.iter().any(|f| f.name == name.as_str())) {
            let known: Vec<&str> = fields.iter().map(|f| f.name).collect();
            let hint = crate::report::did_you_mean(other, &known);
            return Err(wrong(format!("{} have no field `{other}`: {hint}", kind.name())));
        }
        let is_there = |column: &str| columns.is_none_or(|all| all.iter().any(|c| c == column));
        let (mut chosen, mut places) = (Vec::new(), Vec::new());
        let mut choose = |column: &str| {
            chosen.push(column.to_owned());
            chosen.len() - 1
        };
        for field in fields {
            let named = mapping.fields.get(field.name);
            let column = named.map_or(field.name, String::as_str);
            let place = is_there(column).then(|| choose(column));
            if place.is_none() && (field.needed || named.is_some()) {
                let known: Vec<&str> = columns.unwrap_or_default().iter().map(String::as_str).collect();
                let hint = crate::report::did_you_mean(column, &known);
                let name = field.name;
                let which = if named.is_some() {
                    format!(", which `{name}` is to be read from: {hint}")
                } else {
                    format!(": say which it is with `--map {name}=COLUMN`; {hint}")
                };
                return Err(wrong(format!("there is no column `{column}`{which}")));
            }
            places.push(place);
        }
        let mut keep = Vec::new();
        for column in &mapping.keep {
            if !is_there(column) {
                return Err(wrong(format!("there is no column `{column}` to keep")));
            }
            keep.push((column.clone(), choose(column)));
        }
        let unknown = |code: &String| wrong(format!("`{code}` is no currency: write it as in ISO 4217, such as USD"));
        let named = mapping.currency.as_ref().map(|code| Currency::parse(code).ok_or_else(|| unknown(code)));
        let currency = named.transpose()?.or_else(|| book.map(|book| book.currency));
        let zone = match (&mapping.zone, book) {
            (Some(zone), _) => Zone::parse(zone).map_err(|e| wrong(e.to_string()))?,
            (None, Some(book)) => book.zone.clone(),
            (None, None) => Zone::utc(),
        };
        Ok(Self { kind, columns: chosen, places, keep, currency, zone, book })
    }

    /// The column of a field; the field's own name where it has none.
    pub fn column<'n>(&'n self, field: &'n str) -> &'n str {
        let at = self.kind.fields().iter().position(|f| f.name == field);
        let place = at.and_then(|at| self.places.get(at).copied().flatten());
        place.and_then(|p| self.columns.get(p)).map_or(field, String::as_str)
    }
}

/// What is wrong with one value of a row, or with the whole of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line or row.
    pub place: u64,
    /// The column; empty for the whole row.
    pub column: String,
    /// What is wrong, and what to do.
    pub says: String,
}

/// Makes rows of cells.
#[derive(Debug)]
pub struct Making<'p> {
    plan: &'p Plan<'p>,
    workspace: Workspace,
}

impl<'p> Making<'p> {
    /// By a plan.
    pub fn new(plan: &'p Plan<'p>) -> Self {
        Self { plan, workspace: Workspace::default() }
    }

    /// Appends the values of a row to `into`, behind `business`; its id. Where something is wrong it is said, and
    /// nothing is appended.
    pub fn row<'v>(
        &mut self,
        business: &'v str,
        place: u64,
        cells: &[Cell],
        into: &mut Vec<Value<'v>>,
        wrong: &mut Vec<Wrong>,
    ) -> Option<String> {
        let before = wrong.len();
        let mut reading = Reading { plan: self.plan, place, cells, wrong };
        let id = reading.id("id");
        reading.kept_is_text();
        let kept = reading.kept();
        let mut row: Vec<Value<'v>> = Vec::with_capacity(imports::width(self.plan.kind));
        row.push(business.into());
        row.push(id.clone().unwrap_or_default().into());
        match self.plan.kind {
            Kind::Customers => {
                row.push(reading.time("since").into());
                row.push(text(reading.text("name")));
            }
            Kind::Orders => {
                let total = reading.money("total");
                row.push(text(reading.customer("customer")));
                row.push(reading.time("at").into());
                row.push(total.map(|t| t.minor).into());
                row.push(text(total.map(|t| t.currency.code().to_owned())));
            }
            Kind::Decisions => self.workspace = decision(&mut reading, &mut row, std::mem::take(&mut self.workspace)),
        }
        row.push(kept.into());
        if wrong.len() > before {
            return None;
        }
        into.append(&mut row);
        id
    }
}

fn text(text: Option<String>) -> Value<'static> {
    text.map_or(Value::Text(None), Into::into)
}

/// What was decided, and what it was like where its question came with it.
fn decision(reading: &mut Reading<'_>, row: &mut Vec<Value<'_>>, mut workspace: Workspace) -> Workspace {
    let (at, request) = (reading.time("at"), reading.id("request"));
    let decision = reading.text("decision").map(|word| word.to_ascii_lowercase());
    let decision = match decision.as_deref() {
        Some("given" | "granted" | "approved" | "yes") => Some("given".to_owned()),
        Some("declined" | "refused" | "denied" | "no") => Some("declined".to_owned()),
        Some(other) => reading.says("decision", format!("`{other}` is neither `given` nor `declined`")),
        None => None,
    };
    let (amount, cost) = (reading.money("amount"), reading.money("cost"));
    if let (Some(amount), Some(cost)) = (amount, cost)
        && amount.currency != cost.currency
    {
        let _: Option<()> = reading.says("cost", "it is of another currency than `amount`");
    }
    let like = match (reading.plan.book, reading.text_up_to("question", QUESTION_BYTES_MAX)) {
        (Some(book), Some(question)) => {
            let like = likeness(book, &question, &mut workspace);
            like.map_err(|says| reading.says::<()>("question", says)).ok()
        }
        _ => None,
    };
    let policy = like.as_ref().map(|l| l.policy.clone()).or_else(|| request.clone());
    let currency = amount.or(cost).map(|m| m.currency.code().to_owned());
    row.push(text(reading.customer("customer")));
    row.push(at.into());
    row.push(text(request));
    row.push(text(policy));
    row.push(text(like.as_ref().map(Likeness::terms)));
    row.push(like.as_ref().map(Likeness::far).into());
    row.push(text(like.as_ref().map(Likeness::distances)));
    row.push(text(decision));
    row.push(text(reading.text("remedy")));
    row.push(amount.map(|m| m.minor).into());
    row.push(cost.map(|m| m.minor).into());
    row.push(text(currency));
    row.push(text(reading.text("role")));
    row.push(precedents::IMPORTED.into());
    workspace
}

/// What a question that was asked once is like.
fn likeness(book: &Book, question: &str, workspace: &mut Workspace) -> Result<Likeness, String> {
    let first = |e: &dyn std::fmt::Display| e.to_string().lines().next().unwrap_or_default().to_owned();
    let read = read_question(&book.schema, question).map_err(|e| first(&e))?;
    // How far past its lines it is does not depend on who asks.
    let role = book.roles.len().checked_sub(1).and_then(|_| book.roles.last()).and_then(|r| book.role(&r.id));
    let role = role.ok_or("the book has no roles")?;
    let a = assess(book, &read.request, &read.facts, role, workspace).map_err(|e| first(&e))?;
    Ok(Likeness::of(&a))
}

/// The cells of one row, as its fields.
struct Reading<'r> {
    plan: &'r Plan<'r>,
    place: u64,
    cells: &'r [Cell],
    wrong: &'r mut Vec<Wrong>,
}

impl<'r> Reading<'r> {
    fn field(&self, name: &str) -> Option<(&'r Cell, &'static Field)> {
        let at = self.plan.kind.fields().iter().position(|f| f.name == name)?;
        let (field, place) = (self.plan.kind.fields().get(at)?, self.plan.places.get(at)?);
        let cells = self.cells;
        Some((place.and_then(|p| cells.get(p)).unwrap_or(&Cell::Null), field))
    }

    /// Says what is wrong with a field; nothing comes of it.
    fn says<T>(&mut self, name: &str, says: impl Into<String>) -> Option<T> {
        let column = self.plan.column(name).to_owned();
        self.wrong.push(Wrong { place: self.place, column, says: says.into() });
        None
    }

    /// The cell of a field, where there is something in it; that it is missing is said where it is needed.
    fn cell(&mut self, name: &str) -> Option<&'r Cell> {
        let (cell, field) = self.field(name)?;
        match (cell, field.needed) {
            (Cell::Null, true) => self.says(name, "it is missing"),
            (Cell::Null, false) => None,
            (Cell::NotText, _) => self.says(name, "it is not UTF-8: save the file as UTF-8"),
            (cell, _) => Some(cell),
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.text_up_to(name, TEXT_CHARS_MAX * 4)
    }

    fn text_up_to(&mut self, name: &str, bytes: usize) -> Option<String> {
        let text = match self.cell(name)? {
            Cell::Text(text) => text.clone(),
            Cell::Int(int) => int.to_string(),
            Cell::Decimal(whole, 0) => whole.to_string(),
            _ => return self.says(name, "it is no text"),
        };
        // Not every engine takes it in a text.
        if text.contains('\0') {
            return self.says(name, "it has the letter NUL (U+0000), which is none: take it out");
        }
        if text.len() > bytes {
            return self.says(name, format!("it has more than {bytes} bytes"));
        }
        Some(text)
    }

    fn id(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        match CaseId::parse(&text) {
            Ok(_) => Some(text),
            Err(e) => self.says(name, e.to_string()),
        }
    }

    fn customer(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        match CustomerId::parse(&text) {
            Ok(_) => Some(text),
            Err(e) => self.says(name, e.to_string()),
        }
    }

    /// A moment, in microseconds. A day begins at its midnight.
    fn time(&mut self, name: &str) -> Option<i64> {
        let zone = &self.plan.zone;
        let found = match self.cell(name)? {
            Cell::Time(micros) => Time::from_micros(*micros).ok_or_else(|| "it is no time".to_owned()),
            Cell::Local(micros) => local(*micros, zone),
            Cell::Date(days) => local(start_of(*days), zone),
            Cell::Text(text) => {
                let whole = if text.len() == 10 { format!("{text}T00:00:00") } else { text.replacen(' ', "T", 1) };
                Time::parse(&whole, zone).map_err(|e| e.to_string().replacen(&whole, text, 1))
            }
            _ => Err("it is no time: write it like 2026-11-16T18:04:00-05:00, or 2026-11-16".to_owned()),
        };
        match found {
            Ok(time) => Some(time.micros()),
            Err(says) => self.says(name, says),
        }
    }

    fn money(&mut self, name: &str) -> Option<Money> {
        let named = match self.field("currency").map(|(cell, _)| cell) {
            Some(Cell::Text(code)) => match Currency::parse(&code.to_ascii_uppercase()) {
                Some(currency) => Some(currency),
                None => return self.says("currency", format!("`{code}` is no currency: write it like USD")),
            },
            _ => self.plan.currency,
        };
        // Most amounts are typed already, and need no text between.
        let cell = self.cell(name)?;
        if let (Cell::Decimal(digits, scale), Some(currency)) = (cell, named)
            && *scale == currency.exponent()
            && let Ok(minor) = i64::try_from(*digits)
        {
            return Some(Money::new(minor, currency));
        }
        let text = match cell {
            Cell::Text(text) => text.clone(),
            Cell::Int(int) => int.to_string(),
            // The shortest decimal that stands for it: 19.9 and not 19.899999999999998579.
            Cell::Float(float) if float.is_finite() => float.to_string(),
            Cell::Decimal(digits, scale) => without_zeros(decimal(*digits, *scale)),
            _ => return self.says(name, "it is no amount"),
        };
        match Money::parse(&text, named) {
            Ok(money) => Some(money),
            Err(e) => self.says(name, e.to_string()),
        }
    }

    /// Says which of the columns that are kept have something that is no text.
    fn kept_is_text(&mut self) {
        for (name, at) in &self.plan.keep {
            if self.cells.get(*at) == Some(&Cell::NotText) {
                let says = "it is not UTF-8: save the file as UTF-8".to_owned();
                self.wrong.push(Wrong { place: self.place, column: name.clone(), says });
            }
        }
    }

    /// The columns that are kept as they are, as a JSON object.
    fn kept(&self) -> String {
        if self.plan.keep.is_empty() {
            return "{}".to_owned();
        }
        let mut all = Map::new();
        for (name, at) in &self.plan.keep {
            let value = match self.cells.get(*at).unwrap_or(&Cell::Null) {
                Cell::Null | Cell::NotText => continue,
                Cell::Bool(b) => Json::Bool(*b),
                Cell::Int(int) => Json::from(*int),
                // As text, so that nothing is lost of it.
                Cell::Float(float) => Json::from(float.to_string()),
                Cell::Decimal(digits, scale) => Json::from(decimal(*digits, *scale)),
                Cell::Text(text) => {
                    Json::from(text.chars().filter(|c| *c != '\0').take(TEXT_CHARS_MAX).collect::<String>())
                }
                Cell::Time(micros) => Json::from(Time::from_micros(*micros).map(|t| t.to_string())),
                Cell::Local(micros) => Json::from(local(*micros, &self.plan.zone).ok().map(|t| t.to_string())),
                Cell::Date(days) => Json::from(local(start_of(*days), &self.plan.zone).ok().map(|t| t.to_string())),
            };
            all.insert(name.clone(), value);
        }
        Json::Object(all).to_string()
    }
}

/// A moment on the clocks of a zone.
fn local(micros: i64, zone: &Zone) -> Result<Time, String> {
    let shown = Time::from_micros(micros).ok_or("it is no time")?.to_string();
    Time::parse(shown.trim_end_matches('Z'), zone).map_err(|e| e.to_string())
}

/// A number without zeros that say nothing: where one is stored with four digits behind the point, 149.0000 is 149.
fn without_zeros(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A decimal as it is written: 1990 with two digits behind the point is 19.90.
fn decimal(digits: i128, scale: u32) -> String {
    let (sign, whole) = (if digits < 0 { "-" } else { "" }, digits.unsigned_abs().to_string());
    let scale = scale as usize;
    if scale == 0 {
        return format!("{sign}{whole}");
    }
    let padded = format!("{whole:0>width$}", width = scale + 1);
    let (before, behind) = padded.split_at(padded.len() - scale);
    format!("{sign}{before}.{behind}")
}
