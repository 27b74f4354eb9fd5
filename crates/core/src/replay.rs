//! Past decisions through a book: where it decides otherwise, and what decided it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::assess::{Assessment, Missing, Standing, Truth, Workspace, assess};
use crate::book::rules::{Book, Replay};
use crate::explain::explain;
use crate::facts::intake::Intake;
use crate::facts::read_question;
use crate::texts::Texts;
use crate::trial::cites;

/// Why nothing can be replayed through a book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The book does not say where a case has what.
    #[error(
        "`{book}` does not say how cases are read: add `replay: {{ intake: NAME, id: /.., expect: {{ at: /.., WORD: [standing] }} }}` to book.yaml"
    )]
    NoMapping {
        /// The book.
        book: String,
    },
    /// The intake it names is not there.
    #[error("there is no intake `{intake}`: write it as intake/{intake}.yaml")]
    NoIntake {
        /// The intake.
        intake: String,
    },
}

/// How often a book agrees with the past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases in which it does.
    pub agree: usize,
    /// Cases in which it does not.
    pub differ: usize,
}

impl Tally {
    /// All of them.
    #[must_use]
    pub const fn cases(self) -> usize {
        self.agree + self.differ
    }

    const fn add(&mut self, agrees: bool) {
        if agrees {
            self.agree += 1;
        } else {
            self.differ += 1;
        }
    }
}

/// A case in which the book decides otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its line, from 1.
    pub line: usize,
    /// Its id.
    pub case: String,
    /// Its kind.
    pub kind: Option<String>,
    /// The rule it is about.
    pub rule: Option<String>,
    /// The word that was expected, and the standings that agree with it.
    pub expected: String,
    /// The standing that came out; the rules cited, where the case names another.
    pub came_out: String,
    /// The terms that fail, the nevers that hold, the facts that are missing.
    pub decided: Vec<String>,
}

/// A line that could not be assessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1.
    pub line: usize,
    /// Its id, when that could be read.
    pub case: Option<String>,
    /// Why.
    pub why: String,
}

/// What a replay found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// All cases that could be assessed.
    pub all: Tally,
    /// By the kind of case.
    pub by_kind: BTreeMap<String, Tally>,
    /// By the rule that the case is about.
    pub by_rule: BTreeMap<String, Tally>,
    /// In the order of the lines.
    pub differences: Vec<Difference>,
    /// In the order of the lines.
    pub unreadable: Vec<Unreadable>,
}

/// A replay under way: one line of JSON after the other.
#[derive(Debug)]
pub struct Replaying<'b> {
    book: &'b Book,
    replay: &'b Replay,
    intake: &'b Intake,
    workspace: Workspace,
    found: Replayed,
}

/// What a line says about itself.
struct Past {
    case: String,
    kind: Option<String>,
    rule: Option<String>,
    word: String,
}

impl<'b> Replaying<'b> {
    /// Begins a replay through a book.
    ///
    /// # Errors
    /// When the book has no mapping for it.
    pub fn begin(book: &'b Book) -> Result<Self, ReplayError> {
        let replay = book.replay.as_ref().ok_or_else(|| ReplayError::NoMapping { book: book.name.clone() })?;
        let intake = book.intakes.iter().find(|i| i.id == replay.intake);
        let intake = intake.ok_or_else(|| ReplayError::NoIntake { intake: replay.intake.clone() })?;
        Ok(Self { book, replay, intake, workspace: Workspace::default(), found: Replayed::default() })
    }

    /// Replays one line; an empty one is passed over.
    pub fn line(&mut self, line: usize, json: &str) {
        if json.trim_ascii().is_empty() {
            return;
        }
        let mut case = None;
        if let Err(why) = self.replay(line, json, &mut case) {
            self.found.unreadable.push(Unreadable { line, case, why });
        }
    }

    /// Ends the replay.
    #[must_use]
    pub fn end(self) -> Replayed {
        self.found
    }

    fn replay(&mut self, line: usize, json: &str, case: &mut Option<String>) -> Result<(), String> {
        let past = self.past(json, case)?;
        let agreeing =
            self.replay.words.iter().find(|(word, _)| *word == past.word).map(|(_, standings)| standings.as_slice());
        let agreeing = agreeing.ok_or_else(|| format!("`{}` is no word that `replay.expect` lists", past.word))?;
        let answer = self.intake.apply(json).map_err(|e| e.to_string())?;
        let role = answer.role.as_deref().map_or(Some(crate::book::rules::RoleId(0)), |id| self.book.role(id));
        let role = role.ok_or_else(|| format!("the book has no role `{}`", answer.role.clone().unwrap_or_default()))?;
        let question = read_question(&self.book.schema, &answer.question_json).map_err(|e| e.to_string())?;
        let assessment = assess(self.book, &question.request, &question.facts, role, &mut self.workspace)
            .map_err(|e| e.to_string())?;
        let difference = difference(&assessment, &past, agreeing, line);
        self.found.add(past, difference);
        Ok(())
    }

    fn past(&self, json: &str, case: &mut Option<String>) -> Result<Past, String> {
        let document: Value = serde_json::from_str(json).map_err(|e| format!("it is no JSON: {e}"))?;
        let text = |pointer: &str| document.pointer(pointer).and_then(plain);
        let optional = |pointer: &Option<String>| pointer.as_ref().and_then(|p| text(p));
        *case = text(&self.replay.id);
        let id = case.clone().ok_or_else(|| format!("there is no id at {}", self.replay.id))?;
        let word = text(&self.replay.expect).ok_or_else(|| format!("nothing is expected at {}", self.replay.expect))?;
        Ok(Past { case: id, kind: optional(&self.replay.kind), rule: optional(&self.replay.rule), word })
    }
}

/// A text, a number or yes or no as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

impl Replayed {
    fn add(&mut self, past: Past, difference: Option<Difference>) {
        let agrees = difference.is_none();
        self.all.add(agrees);
        for (tallies, name) in [(&mut self.by_kind, past.kind), (&mut self.by_rule, past.rule)] {
            if let Some(name) = name {
                tallies.entry(name).or_default().add(agrees);
            }
        }
        self.differences.extend(difference);
    }

    /// Whether every case was assessed and agrees.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.differences.is_empty() && self.unreadable.is_empty()
    }
}

/// A refusal agrees only when what caused it names the rule that the case is about.
fn difference(a: &Assessment<'_>, past: &Past, agreeing: &[String], line: usize) -> Option<Difference> {
    let word = a.standing.word();
    let refusal = matches!(a.standing, Standing::Refused | Standing::Never);
    let rule = past.rule.as_ref().filter(|_| refusal);
    let cited = cites(a);
    let same_rule = rule.is_none_or(|rule| cited.contains(rule));
    let same_word = agreeing.iter().any(|s| s == word);
    if same_word && same_rule {
        return None;
    }
    let or = agreeing.join(" or ");
    let named = past.rule.as_ref().map_or_else(String::new, |r| format!(" for {r}"));
    let citing = if cited.is_empty() { "no rule".to_owned() } else { cited.join(", ") };
    let came_out = if same_word || rule.is_some() { format!("{word} for {citing}") } else { word.to_owned() };
    Some(Difference {
        line,
        case: past.case.clone(),
        kind: past.kind.clone(),
        rule: past.rule.clone(),
        expected: format!("{} ({or}){named}", past.word),
        came_out,
        decided: decided(a),
    })
}

/// What made the answer what it is: `term pending: does not hold [R-MOD-STATUS]`.
fn decided(a: &Assessment<'_>) -> Vec<String> {
    let e = explain(a, Texts::english());
    let cited = |cites: &[String]| if cites.is_empty() { String::new() } else { format!(" [{}]", cites.join(", ")) };
    let failing =
        |id: &str| a.version.terms.iter().position(|t| t.id == id).is_some_and(|i| crate::trial::is_failing(a, i));
    let terms = e
        .terms
        .iter()
        .filter(|r| failing(&r.id))
        .map(|r| format!("term {}: {}{}", r.id, r.stands.text, cited(&r.cites)));
    let nevers = a.version.nevers.iter().zip(&a.nevers).filter(|(_, t)| **t == Truth::Yes);
    let nevers = nevers.map(|(n, _)| format!("never {}: {}{}", n.id, n.says, cited(&n.cites)));
    let missing = a.missing.iter().map(|m| match m {
        Missing::Fact { path, problem: None } => format!("missing {path}"),
        Missing::Fact { problem: Some(problem), .. } => format!("missing: {problem}"),
        Missing::Failed { says, .. } => format!("cannot be worked out: {says}"),
        Missing::Proof { says, needs, .. } => format!("not shown: {says} (needs {})", needs.word()),
    });
    let all: Vec<String> = terms.chain(nevers).chain(missing).collect();
    if all.is_empty() { vec!["every term holds".to_owned()] } else { all }
}
