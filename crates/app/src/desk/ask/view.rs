//! What the Ask page shows, all of it in words.

use amends_core::assess::{Assessment, Missing, Standing};
use amends_core::book::rules::SOMETHING_ELSE;
use amends_core::explain::{self, Card, Explanation, Row, Said};
use amends_core::facts::Source;

use super::fields::{Asked, Choice, Group, groups, id_of, wrong_of};
use crate::desk::draw::{self, Marked, class};
use crate::flow::answers::Answers;
use crate::texts::texts;

/// Characters a line of the note has.
const NOTE_CHARS: usize = 84;

/// Everything on the page.
pub struct View {
    pub book: String,
    pub request: String,
    pub policy: String,
    pub title: String,
    pub purpose: Option<String>,
    pub roles: Vec<Choice>,
    pub asked: String,
    pub now: String,
    pub asked_wrong: Option<String>,
    pub groups: Vec<Group>,
    pub happened: Vec<Happened>,
    pub exceptions: String,
    pub verdict: Told,
    pub about: String,
    pub terms: Vec<TermRow>,
    pub around: Vec<TermRow>,
    pub missing: Vec<Gap>,
    pub options: Vec<OptionCard>,
    pub instead: Vec<OptionCard>,
    pub bespoke: Option<Told>,
    pub detour: Option<explain::DetourCard>,
    pub words: Option<String>,
    pub words_wrong: Option<String>,
    pub note: String,
    pub json: String,
}

/// Something that may have happened to the customer.
pub struct Happened {
    pub id: String,
    pub says: String,
    /// The words for the weakest source that counts.
    pub proof: String,
    pub sources: Vec<Choice>,
}

/// Words with the class of what they mean.
pub struct Told {
    pub class: &'static str,
    pub text: String,
}

/// Something that is missing.
pub struct Gap {
    pub told: Told,
    /// The id of the input that asks for it; none where no input does.
    pub input: Option<String>,
}

/// A term, a fault, a guard, a never or a circumstance.
pub struct TermRow {
    pub id: String,
    pub says: String,
    pub stands: Told,
    pub depth: usize,
    /// As SVG.
    pub gauge: Option<String>,
    /// Whether the rule's page has a place for it.
    pub has_place: bool,
}

/// An option.
pub struct OptionCard {
    pub id: String,
    pub says: String,
    pub amount: Option<String>,
    pub who: Told,
    pub notes: String,
    pub parts: Vec<(String, Option<String>)>,
}

impl View {
    /// Puts an answer on the page.
    pub fn of(at: &Asked<'_>) -> Self {
        let Asked { assessment: a, explanation: e, answers, wrong, own: _ } = at;
        let (words, words_wrong) = match explain::say(a, e, explain::suited(a.standing)) {
            // There is nothing to say yet.
            _ if a.standing == Standing::Unknown => (None, Some(t!("ask-words-follow"))),
            Ok(words) => (words.map(|w| w.text), None),
            Err(why) => (None, Some(why.to_string())),
        };
        let groups = groups(at);
        let missing = missing(a, e, &groups, answers);
        let filled = |name: &str| answers.get(name).unwrap_or_default().to_owned();
        Self {
            book: a.book.name.clone(),
            request: a.request.to_owned(),
            policy: a.policy.id.clone(),
            title: e.rule.clone(),
            purpose: e.purpose.clone(),
            roles: roles(a),
            asked: filled("asked"),
            now: filled("now"),
            asked_wrong: wrong_of(wrong, "asked"),
            groups,
            happened: happened(a, answers),
            exceptions: filled("exceptions"),
            verdict: Told::of(&e.standing),
            about: e.about.join("; "),
            terms: e.terms.iter().map(|r| TermRow::of(r, r.id != "fault")).collect(),
            around: e.around.iter().map(|r| TermRow::of(r, false)).collect(),
            missing,
            options: e.options.iter().map(OptionCard::of).collect(),
            instead: e.instead.iter().map(OptionCard::of).collect(),
            bespoke: e.bespoke.as_ref().map(Told::of),
            detour: e.detour.clone(),
            note: note(e, words.as_deref()),
            words,
            words_wrong,
            json: format!("{:#}", a.to_json()),
        }
    }

    /// What is read out when the answer changes.
    pub fn announced(&self) -> String {
        let first = self.options.first();
        let verdict = &self.verdict.text;
        match first.map(|o| (&o.says, &o.amount)) {
            Some((says, Some(amount))) => {
                t!("ask-announced-amount", verdict = verdict, says = says, amount = amount)
            }
            Some((says, None)) => t!("ask-announced", verdict = verdict, says = says),
            None => verdict.clone(),
        }
    }

    /// Whether no rule governs what is asked.
    pub fn is_something_else(&self) -> bool {
        self.policy == SOMETHING_ELSE
    }
}

/// What is missing, in the words of the form and in its order.
fn missing(a: &Assessment<'_>, e: &Explanation, groups: &[Group], answers: &Answers) -> Vec<Gap> {
    let gap = |(missing, said): (&Missing, &Said)| match missing {
        Missing::Fact { path, problem } => {
            let what = label(a, path);
            let text = problem.as_ref().map_or_else(|| what.clone(), |problem| format!("{what}: {problem}"));
            Gap { told: Told { class: class(said.tone), text }, input: Some(id_of(&answers.in_form(path))) }
        }
        _ => Gap { told: Told::of(said), input: None },
    };
    let asked: Vec<&str> = groups.iter().flat_map(|g| &g.fields).map(|f| f.id.as_str()).collect();
    let place = |gap: &Gap| {
        let input = gap.input.as_deref()?;
        asked.iter().position(|id| input.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
    };
    let mut gaps: Vec<Gap> = a.missing.iter().zip(&e.missing).map(gap).collect();
    gaps.sort_by_key(|gap| place(gap).unwrap_or(usize::MAX));
    gaps
}

/// What the form calls a fact, with what it belongs to: `The order: When was it bought?`
fn label(a: &Assessment<'_>, path: &str) -> String {
    let label = a.book.labels.of_fact(path);
    match path.rsplit_once(['.', '[']) {
        Some((within, _)) if path.contains('[') => format!("{}: {label}", a.book.labels.of_fact(within)),
        _ => label.into_owned(),
    }
}

fn roles(a: &Assessment<'_>) -> Vec<Choice> {
    let chosen = a.book.role_id(a.role);
    a.book
        .roles
        .iter()
        .map(|r| Choice { value: r.id.clone(), words: r.title.clone(), is_chosen: r.id == chosen })
        .collect()
}

fn happened(a: &Assessment<'_>, answers: &Answers) -> Vec<Happened> {
    let circumstances = a.book.circumstances.iter();
    circumstances
        .map(|c| {
            let given = answers.get(&format!("c.{}", c.id)).unwrap_or_default();
            let choice = |value: &str, words: &str| Choice {
                value: value.to_owned(),
                words: words.to_owned(),
                is_chosen: given == value,
            };
            Happened {
                id: c.id.clone(),
                says: c.says.clone(),
                proof: match c.proof {
                    Source::System => t!("ask-counts-when-our-systems-show"),
                    Source::Seen => t!("ask-counts-when-seen"),
                    _ => t!("ask-the-customers-word-is-enough"),
                },
                sources: vec![
                    choice("", "No"),
                    choice("word", &t!("ask-the-customer-says-so")),
                    choice("seen", &t!("ask-saw-proof")),
                ],
            }
        })
        .collect()
}

impl Told {
    fn of(said: &Said) -> Self {
        Self { class: class(said.tone), text: said.text.clone() }
    }
}

impl TermRow {
    pub fn of(row: &Row, has_place: bool) -> Self {
        Self {
            id: row.id.clone(),
            says: row.says.clone(),
            stands: Told::of(&row.stands),
            depth: row.depth.min(2),
            gauge: row.gauge.as_ref().map(|g| draw::gauge(g, Marked::Yes)),
            has_place,
        }
    }
}

impl OptionCard {
    fn of(card: &Card) -> Self {
        Self {
            id: card.id.clone(),
            says: card.says.clone(),
            amount: card.amount.clone(),
            who: Told::of(&card.who),
            notes: card.notes.join("; "),
            parts: card.parts.clone(),
        }
    }
}

/// The answer as plain text, to paste into whatever helpdesk there is.
fn note(e: &Explanation, words: Option<&str>) -> String {
    let mut text = explain::text(e, NOTE_CHARS, texts());
    if let Some(words) = words {
        text.extend(["\n", &t!("ask-words-for-the-customer"), "\n"]);
        text.extend(explain::wrapped(words, NOTE_CHARS - 2).into_iter().map(|l| format!("  {l}\n")));
    }
    text
}
