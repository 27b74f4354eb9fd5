//! An assessment in words: what stands, how far each term is from its line, what may be done and by whom.
//!
//! Nothing is decided here. [`explain`] gives the words part by part, for a page to place; [`lines`] lays them
//! out for a terminal or a note, each piece with its tone, for whoever draws it to colour.

/// The text of a key in the language of a voice, filled in.
macro_rules! t {
    ($voice:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $voice.texts.say($key, &[$((stringify!($name), $crate::texts::Filling::filling(&$value))),*])
    };
}

mod around;
mod changes;
mod gauge;
mod layout;
mod options;
mod policy;
mod relied;
pub(crate) mod say;
mod terms;
#[cfg(test)]
mod tests;
mod voice;

pub(crate) use around::unproven_facts;
pub use changes::{Change, Reading, Side, changes, compared};
pub use gauge::{Gauge, Tick, Zone};
pub use layout::{Ink, Line, Page, Piece, Weight, lines, text, wrapped};
pub use policy::{
    CircumstanceWords, DetourWords, FaultWords, GuardWords, LadderWords, NeverWords, Offers, PolicyWords, RemedyWords,
    RoleWords, TermWords, ladder, policy,
};
pub use say::{SayError, Words, say, suited};
pub use voice::{date, money, time};

use crate::assess::{Assessment, Standing, Stands, TermOutcome, TermState};
use crate::texts::Texts;
use voice::Voice;

/// What a colour means, everywhere: green inside the line, amber yours to give, violet someone else's, red nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Inside the line, or owed.
    Inside,
    /// Yours to stretch or give.
    Yours,
    /// Someone else's.
    Theirs,
    /// Nobody's.
    Never,
    /// It depends on something missing.
    Open,
    /// Says nothing about who may.
    Plain,
}

impl Tone {
    /// The sign that stands for the colour where there is none.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Inside => "✓",
            Self::Yours => "◆",
            Self::Theirs => "▲",
            Self::Never => "✗",
            Self::Open => "?",
            Self::Plain => "·",
        }
    }
}

/// A few words and what they mean for whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What they mean.
    pub tone: Tone,
    /// The words.
    pub text: String,
}

impl Said {
    pub(super) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }
}

/// A term, the fault, a circumstance, a guard or a never, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id; `fault` for the fault.
    pub id: String,
    /// Its sentence.
    pub says: String,
    /// How it stands.
    pub stands: Said,
    /// How deep it lies in groups of terms; 0 at the top.
    pub depth: usize,
    /// How far inside or past its line, drawn; only of what is measured and may bend, or does not hold.
    pub gauge: Option<Gauge>,
    /// Numbers of rules in other documents.
    pub cites: Vec<String>,
}

/// One option as a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its id.
    pub id: String,
    /// What the customer gets.
    pub says: String,
    /// The amount, or `$20.00 to $40.00`.
    pub amount: Option<String>,
    /// Who may give it.
    pub who: Said,
    /// Why it takes that, what it costs where that is not the amount, who pays.
    pub notes: Vec<String>,
    /// The parts of a bundle, each with its amount.
    pub parts: Vec<(String, Option<String>)>,
}

/// What the customer can do under today's rules without an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetourCard {
    /// What they do.
    pub says: String,
    /// What it takes of them.
    pub effort: Option<String>,
    /// What it costs the business, and how much more or less that is than the first option.
    pub cost: Option<String>,
}

/// An assessment in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The answer: "A team lead may say yes".
    pub standing: Said,
    /// The rule's title.
    pub rule: String,
    /// Who asks, and which version of the rule is read.
    pub about: Vec<String>,
    /// Why the rule exists.
    pub purpose: Option<String>,
    /// The fault and the terms.
    pub terms: Vec<Row>,
    /// What happened to the customer, what raises the role needed, what bars remedies.
    pub around: Vec<Row>,
    /// What is missing and could still change the answer, with what to do.
    pub missing: Vec<Said>,
    /// What can be done, the best first.
    pub options: Vec<Card>,
    /// What is possible in place of what is barred.
    pub instead: Vec<Card>,
    /// Who may write a remedy of their own.
    pub bespoke: Option<Said>,
    /// The way without an exception.
    pub detour: Option<DetourCard>,
}

/// Puts an assessment into words, for whoever asked, in the language of the texts.
#[must_use]
pub fn explain(a: &Assessment<'_>, texts: &'static Texts) -> Explanation {
    let voice = Voice::of(a, texts);
    Explanation {
        standing: standing(a, voice),
        rule: a.version.title.clone(),
        about: about(a, voice),
        purpose: a.version.purpose.clone(),
        terms: terms::rows(a, voice),
        around: around::rows(a, voice),
        missing: around::missing(a, voice),
        options: options::cards(a, voice, options::Wanted::Answers),
        instead: options::cards(a, voice, options::Wanted::Instead),
        bespoke: around::bespoke(a, voice),
        detour: around::detour(a, voice),
    }
}

/// What an option rests on that nobody looked up, in words: for whoever is asked to say yes to it.
#[must_use]
pub fn relied_on(a: &Assessment<'_>, option: &str, texts: &'static Texts) -> Vec<String> {
    let is_it = |o: &&crate::assess::OptionOutcome| a.version.remedies.get(o.remedy).is_some_and(|r| r.id == option);
    let said = |o| relied::said(a, Voice::of(a, texts), o).iter().map(|says| voice::upper(says)).collect();
    a.options.iter().find(is_it).map_or_else(Vec::new, said)
}

/// The first line.
fn standing(a: &Assessment<'_>, voice: Voice<'_>) -> Said {
    match a.standing {
        Standing::Unknown => {
            let (best, worst) = (bare_standing(a.range.best, voice), bare_standing(a.range.worst, voice));
            Said::new(
                Tone::Open,
                t!(voice, "answer-need-to-know", best = voice::lower(&best.text), worst = voice::lower(&worst.text)),
            )
        }
        Standing::Never => Said::new(
            Tone::Never,
            around::reasons(a, voice).map_or_else(
                || t!(voice, "answer-not-possible"),
                |why| t!(voice, "answer-not-possible-why", why = why),
            ),
        ),
        Standing::Entitled => Said::new(
            Tone::Inside,
            options::release(a, voice)
                .map_or_else(|| t!(voice, "answer-owed"), |who| t!(voice, "answer-owed-who", who = who)),
        ),
        Standing::Approval(role) if options::is_owed(a) => {
            let who = voice::lower(&t!(voice, "answer-role-may-say-yes", role = voice.who(role)));
            Said::new(Tone::Theirs, t!(voice, "answer-owed-who", who = who))
        }
        Standing::Refused if a.nothing_due => Said::new(Tone::Plain, nothing_due(a, voice)),
        other => bare_standing(other, voice),
    }
}

/// Nothing that the rule gives is left over; what is not known of the terms changes nothing about it.
fn nothing_due(a: &Assessment<'_>, voice: Voice<'_>) -> String {
    let holds = |term: &TermOutcome| matches!(term.state, TermState::Met | TermState::NotApplicable);
    if a.terms.iter().all(holds) { t!(voice, "answer-within-nothing-due") } else { t!(voice, "answer-nothing-due") }
}

fn bare_standing(standing: Standing, voice: Voice<'_>) -> Said {
    match standing {
        Standing::Never => Said::new(Tone::Never, t!(voice, "answer-not-possible")),
        Standing::Entitled => Said::new(Tone::Inside, t!(voice, "answer-owed")),
        Standing::Refused => Said::new(Tone::Never, t!(voice, "answer-not-within-the-rules")),
        Standing::Unknown => Said::new(Tone::Open, t!(voice, "answer-we-need-to-know")),
        Standing::Discretion => Said::new(Tone::Yours, t!(voice, "answer-yours-standing")),
        Standing::Approval(role) => {
            Said::new(Tone::Theirs, t!(voice, "answer-role-may-say-yes", role = voice::upper(&voice.who(role))))
        }
    }
}

fn about(a: &Assessment<'_>, voice: Voice<'_>) -> Vec<String> {
    let mut about = vec![t!(voice, "answer-asked-by-role", role = voice.who(a.role))];
    if !a.governed {
        about.push(t!(voice, "answer-no-rule-governs-request", request = a.request));
    }
    if let Some(day) = a.version.in_force {
        about.push(t!(voice, "answer-in-force-since-day", day = voice.date(day)));
    }
    if a.stands == Stands::ReliedOn {
        about.push(t!(voice, "answer-read-as-it-was-when"));
    }
    about
}
