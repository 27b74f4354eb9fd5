//! From a document to a question, as the mapping says.

use std::fmt::Write;

use super::convert::{Around, Unfit};
use super::{Document, FactsError, FactsErrors, Intake, IntakeAnswer, Made, Pick, Pointer};
use crate::json::quoted;

pub(super) fn apply(intake: &Intake, json: &str) -> Result<IntakeAnswer, FactsErrors> {
    let document = Document::read(json)?;
    let mut run = Run { root: &document, errors: Vec::new(), path: String::from("facts"), out: String::from("{") };
    let request = run.required("request", intake.request.as_ref(), &document).unwrap_or_default();
    let _ = write!(run.out, "\"request\":{}", quoted(&request));
    for (name, pick) in [("asked", &intake.asked), ("now", &intake.now)] {
        // A document of a shop knows nothing of the conversation; whoever asks says when it is.
        if let Some(text) = pick.as_ref().and_then(|p| p.text(&document)) {
            let _ = write!(run.out, ",\"{name}\":{}", quoted(&text));
        }
    }
    run.sources(intake);
    run.out.push_str(",\"facts\":");
    if !run.make(&intake.facts, &document) {
        run.out.push_str("{}");
    }
    run.out.push('}');
    let role = run.required("role", intake.role.as_ref(), &document);
    if run.errors.is_empty() {
        return Ok(IntakeAnswer { request, role, question_json: run.out });
    }
    Err(FactsErrors { all: run.errors })
}

struct Run<'d, 'a> {
    root: &'d Document<'a>,
    errors: Vec<FactsError>,
    /// The fact that is being made.
    path: String,
    out: String,
}

impl<'d, 'a> Run<'d, 'a> {
    /// The text of a pick; an error where it finds none.
    fn required(&mut self, name: &str, pick: Option<&Pick>, document: &Document<'_>) -> Option<String> {
        let pick = pick?;
        let text = pick.text(document);
        if text.is_none() {
            let error = FactsError {
                path: name.to_owned(),
                found: "nothing".into(),
                expected: format!("a text at {}", pick.place()),
                hint: Some("name an `else` in the intake".into()),
            };
            self.errors.push(error);
        }
        text
    }

    fn sources(&mut self, intake: &Intake) {
        let sources: Vec<String> =
            intake.sources.iter().map(|(path, source)| format!("{}:{}", quoted(path), quoted(source.word()))).collect();
        if !sources.is_empty() {
            let _ = write!(self.out, ",\"sources\":{{{}}}", sources.join(","));
        }
    }

    /// Writes a value and says whether there was one.
    fn make(&mut self, made: &Made, at: &'d Document<'a>) -> bool {
        match made {
            Made::Always(json) => self.written(json),
            Made::Given(pointer) => self.written(if at.find(pointer).is_some() { "true" } else { "false" }),
            Made::Found(pointer, conversion) => match at.find(pointer) {
                None => conversion.of_nothing(at.nothing_at(pointer)).is_some_and(|json| self.written(json)),
                Some(value) => match conversion.json(value, Around { at, root: self.root }) {
                    Ok(json) => self.written(&json),
                    Err(unfit) => self.unfit(unfit, pointer),
                },
            },
            Made::Each(pointers, into) => self.each(pointers, into, at),
            Made::Values(pointer, into) => self.values(pointer, into, at),
            Made::Entries(pointer, into) => self.entries(pointer, into, at),
            Made::Record(members) => self.record(members, at),
        }
    }

    fn written(&mut self, json: &str) -> bool {
        self.out.push_str(json);
        true
    }

    /// Writes the members that there are; none at all is no record.
    fn record(&mut self, members: &[(String, Made)], at: &'d Document<'a>) -> bool {
        let (start, path) = (self.out.len(), self.path.len());
        let mut comma = '{';
        for (name, made) in members {
            let before = self.out.len();
            let _ = write!(self.out, "{comma}{}:", quoted(name));
            let _ = write!(self.path, ".{name}");
            if self.make(made, at) {
                comma = ',';
            } else {
                self.out.truncate(before);
            }
            self.path.truncate(path);
        }
        self.out.push('}');
        if comma == '{' {
            self.out.truncate(start);
        }
        comma == ','
    }

    /// Writes the items of all arrays that there are; none at all is no list.
    fn each(&mut self, pointers: &[Pointer], into: &Made, at: &'d Document<'a>) -> bool {
        let start = self.out.len();
        let (mut found, mut count) = (false, 0);
        self.out.push('[');
        for pointer in pointers {
            let Some(value) = at.find(pointer) else { continue };
            let Some(items) = value.items() else { return self.not(value, "a list", pointer) };
            found = true;
            for item in items {
                self.item(into, item, count);
                count += 1;
            }
        }
        self.out.push(']');
        if !found {
            self.out.truncate(start);
        }
        found
    }

    fn values(&mut self, pointer: &Pointer, into: &Made, at: &'d Document<'a>) -> bool {
        let Some(value) = at.find(pointer) else { return false };
        let Some(members) = value.members() else { return self.not(value, "an object", pointer) };
        self.out.push('[');
        for (i, (_, member)) in members.iter().enumerate() {
            self.item(into, member, i);
        }
        self.written("]")
    }

    fn item(&mut self, into: &Made, item: &'d Document<'a>, index: usize) {
        let path = self.path.len();
        let _ = write!(self.path, "[{index}]");
        if index > 0 {
            self.out.push(',');
        }
        self.element(into, item);
        self.path.truncate(path);
    }

    fn entries(&mut self, pointer: &Pointer, into: &Made, at: &'d Document<'a>) -> bool {
        let Some(value) = at.find(pointer) else { return false };
        let Some(members) = value.members() else { return self.not(value, "an object", pointer) };
        let path = self.path.len();
        self.out.push('{');
        for (i, (name, member)) in members.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let _ = write!(self.out, "{comma}{}:", quoted(name));
            let _ = write!(self.path, "[{name:?}]");
            self.element(into, member);
            self.path.truncate(path);
        }
        self.written("}")
    }

    /// Writes one of several values; where there is none, that there is none.
    fn element(&mut self, into: &Made, item: &'d Document<'a>) {
        let null = item.raw == "null" || !matches!(into, Made::Record(_));
        if item.raw == "null" || !self.make(into, item) {
            self.out.push_str(if null { "null" } else { "{}" });
        }
    }

    fn not(&mut self, value: &Document<'_>, expected: &str, pointer: &Pointer) -> bool {
        self.unfit(Unfit::of(value, expected), pointer)
    }

    /// Notes an error. The value counts as written, so that what is around it goes on as usual.
    fn unfit(&mut self, unfit: Unfit, pointer: &Pointer) -> bool {
        if self.errors.len() < FactsErrors::MAX_ERRORS {
            let look = || match pointer.tokens.as_slice() {
                // Inside a list or map the pointer begins at the element.
                [] if self.path.ends_with(']') || self.path.contains("].") => "look at the element itself".to_owned(),
                [] => "look at the whole document".to_owned(),
                _ => format!("look at {pointer} of the document"),
            };
            let hint = Some(unfit.hint.unwrap_or_else(look));
            self.errors.push(FactsError {
                path: self.path.clone(),
                found: unfit.found,
                expected: unfit.expected,
                hint,
            });
        }
        true
    }
}
