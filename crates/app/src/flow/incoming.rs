//! What comes in by itself: an event of another system, a mail, a form that someone filled in. Each opens a case whose owner
//! the inlet names, once however often it comes.

use std::fmt::Write as _;
use std::sync::Arc;

use amends_core::assess::{Workspace, assess};
use amends_core::case::{Actor, Command, Opening};
use amends_core::digest::Digest;
use amends_core::facts::{FactsErrors, Source, read_question};
use amends_core::ids::{BusinessId, CaseId, CustomerId, RequestKind};
use amends_core::time::Time;
use amends_core::words::{WORDS_LETTERS_MAX, Words};
use serde_json::{Map, Value};

use super::assessing::{Asker, NotAssessed, assess_case};
use super::job::{Answer, Job, Refused, RequestKey, Work};
use super::records::{Records, With};
use super::rules::Rules;
use super::said::Speaker;
use crate::report::did_you_mean;
use crate::store::inlets::InletRow;
use crate::store::people::PersonRow;

/// Letters of an automatic mail that are noted, and looked through for the case that it is about.
const QUOTED_LETTERS: usize = 2_000;

/// An inlet, with what holds where it is.
#[derive(Clone, Debug)]
pub struct Inlet {
    /// Of which business.
    pub business: BusinessId,
    /// What holds in it.
    pub rules: Arc<Rules>,
    /// The inlet.
    pub row: InletRow,
}

/// Why nothing came of it.
#[derive(Debug)]
pub enum NotTaken {
    /// The event, or the question that the mapping makes of it, cannot be read.
    Unreadable(FactsErrors),
    /// It cannot be used: why, and what to do.
    Wrong(String, String),
    /// Whoever is to own its cases works here no more.
    NoOwner(String),
    /// It was not kept.
    Refused(Refused),
}

impl From<Refused> for NotTaken {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<NotAssessed> for NotTaken {
    fn from(not: NotAssessed) -> Self {
        match not {
            NotAssessed::Unreadable(errors) => Self::Unreadable(errors),
            NotAssessed::Wrong(says) | NotAssessed::NoAnswer(says) => wrong(says, "mend the mapping of the inlet"),
            NotAssessed::Refused(refused) => Self::Refused(refused),
        }
    }
}

fn wrong(says: impl Into<String>, hint: impl Into<String>) -> NotTaken {
    NotTaken::Wrong(says.into(), hint.into())
}

/// A case that was opened, or that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The case.
    pub case: CaseId,
    /// Its assessment, where what came was enough for one.
    pub assessment: Option<String>,
}

/// A mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// Its Message-ID, or what else names it.
    pub id: String,
    /// Whether that is its Message-ID: then it is the same mail whatever filters on its way made of it.
    pub is_named: bool,
    /// Who says that they sent it.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// How many files came with it.
    pub files: usize,
    /// Whether a program wrote it by itself: someone is away, or something could not be delivered.
    pub by_itself: bool,
}

/// What someone put into a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Of the page that was filled in: sent twice, it is one request.
    pub id: String,
    /// The kind of request.
    pub request: String,
    /// What happened.
    pub words: String,
    /// Where they can be reached.
    pub contact: String,
    /// The order it is about.
    pub order: String,
}

/// An inlet that takes something.
///
/// # Errors
/// When the database does not answer.
pub async fn find(records: &Records, business: &str, id: &str) -> Result<Option<Inlet>, Refused> {
    let Ok(business) = BusinessId::parse(business) else { return Ok(None) };
    let rules = match records.rules(&business).await {
        Err(Refused::NoCase) => return records.nobody(&business).await,
        rules => rules?,
    };
    let row = rules.inlets.iter().find(|inlet| inlet.id.as_str() == id && inlet.on).cloned();
    Ok(row.map(|row| Inlet { business, rules, row }))
}

impl Inlet {
    fn by(&self) -> Actor {
        Actor::Inlet(self.row.id.clone())
    }

    /// No person's key begins like this.
    fn key(&self, message: &str, what: &str, body: &str) -> RequestKey {
        let message = Digest::of(message.as_bytes());
        RequestKey { id: format!("/in {} {message} {what}", self.row.id), digest: Digest::of(body.as_bytes()) }
    }

    fn owner(&self) -> Result<&PersonRow, NotTaken> {
        let owner = self.rules.people.get(&self.row.owner).filter(|person| person.active);
        owner.ok_or_else(|| NotTaken::NoOwner(self.row.owner.to_string()))
    }

    fn request(&self, text: &str) -> Result<RequestKind, NotTaken> {
        let known: Vec<&str> = self.rules.book.requests.keys().map(String::as_str).collect();
        let kind = RequestKind::parse(text).ok().filter(|_| known.contains(&text));
        kind.ok_or_else(|| wrong(format!("no rule governs `{text}`"), did_you_mean(text, &known)))
    }

    async fn run(&self, records: &Records, case: &CaseId, key: RequestKey, work: Work) -> Answer {
        let (business, case, by) = (self.business.clone(), case.clone(), self.by());
        records.writer.run(Job { business, case, by, key: Some(key), if_version: None, work }).await
    }

    /// Opens a case, or finds the one that the same message opened.
    async fn open(
        &self,
        records: &Records,
        key: RequestKey,
        request: RequestKind,
        customer: Option<CustomerId>,
        asked: Time,
    ) -> Result<CaseId, NotTaken> {
        let opening = records.opening(&self.business, &self.rules, self.owner()?.person(), request)?;
        let opening = Opening { customer, asked, ..opening };
        let case = opening.case.clone();
        let done = self.run(records, &case, key, Work::Open(Box::new(opening))).await?;
        Ok(done.case.unwrap_or(case))
    }

    async fn tell(&self, records: &Records, case: &CaseId, key: RequestKey, command: Command) -> Result<(), NotTaken> {
        self.run(records, case, key, Work::Do(Box::new(command))).await?;
        Ok(())
    }
}

/// Takes an event: the book's mapping makes a question of it, a case is opened for it and assessed, so that its remedies
/// are ready before the customer asks. Only policies that say `proactive: true` are opened so.
///
/// # Errors
/// See [`NotTaken`].
pub async fn event(records: &Records, inlet: &Inlet, id: &str, body: &str) -> Result<Taken, NotTaken> {
    let (book, owner) = (&inlet.rules.book, inlet.owner()?);
    let name = inlet.row.intake.as_deref().unwrap_or_default();
    let intake = book.intakes.iter().find(|intake| intake.id == name);
    let intake = intake.ok_or_else(|| {
        wrong(format!("the book has no intake mapping `{name}` any more"), "put it back, or make another inlet")
    })?;
    let made = intake.apply(body).map_err(NotTaken::Unreadable)?;
    let mut question: Map<String, Value> =
        serde_json::from_str(&made.question_json).map_err(|e| wrong(e.to_string(), "mend the mapping"))?;
    let mut take = |name: &str| question.remove(name).and_then(|v| v.as_str().map(str::to_owned));
    let (request, asked) = (take("request").unwrap_or_default(), take("asked"));
    drop((take("now"), take("case")));
    let request = inlet.request(&request)?;
    let now = records.clock.now();
    let asked = asked.map(|text| Time::parse(&text, &book.zone)).transpose();
    let asked = asked.map_err(|e| wrong(format!("`asked` cannot be read: {e}"), "mend the mapping"))?;
    let asked = asked.map_or(now, |asked| asked.min(now));
    let customer = question.get("facts").and_then(customer_of);
    let document = Value::Object(question).to_string();
    ready(inlet, owner, &request, asked, &document)?;
    let case = inlet.open(records, inlet.key(id, "open", body), request, customer, asked).await?;
    let by = inlet.by();
    // The event is signed by a system that this business named.
    let speaker = Speaker { own: Source::System, form: false };
    let who = Asker { business: &inlet.business, rules: &inlet.rules, by: &by, role: &owner.role, speaker };
    let with = With { key: Some(inlet.key(id, "assess", body)), if_version: None };
    let assessed = assess_case(records, who, &case, with, &document).await?;
    Ok(Taken { case, assessment: Some(assessed.digest) })
}

/// Whether the question can be answered, by a policy that events may open: looked at before anything is opened.
fn ready(inlet: &Inlet, owner: &PersonRow, request: &RequestKind, asked: Time, document: &str) -> Result<(), NotTaken> {
    let book = &inlet.rules.book;
    let mut question: Map<String, Value> =
        serde_json::from_str(document).map_err(|e| wrong(e.to_string(), "mend the mapping"))?;
    question.insert("request".to_owned(), request.as_str().into());
    question.insert("asked".to_owned(), asked.to_string().into());
    let question = Value::Object(question).to_string();
    let read = read_question(&book.schema, &question).map_err(NotTaken::Unreadable)?;
    let role = book.role(owner.role.as_str()).ok_or_else(|| NotTaken::NoOwner(owner.id.to_string()))?;
    let mut workspace = Workspace::default();
    let assessment = assess(book, &read.request, &read.facts, role, &mut workspace)
        .map_err(|e| wrong(e.to_string(), "mend the book, or the mapping"))?;
    if assessment.version.proactive {
        return Ok(());
    }
    let says = format!("the policy `{}` opens no case before the customer asks", assessment.policy.id);
    Err(wrong(says, "write `proactive: true` into it, or send no such events"))
}

/// The customer of an event: the fact `customer.id`, of an address such as `gid://shop/Customer/17` its last part.
fn customer_of(facts: &Value) -> Option<CustomerId> {
    let id = facts.get("customer")?.get("id")?.as_str()?;
    CustomerId::of_fact(id).ok()
}

/// Takes a mail: an answer to a case whose id stands in its subject as `[ID]` goes there, any other opens a case. One that a
/// program wrote by itself is noted on the case that it is about, and is nobody's answer.
///
/// # Errors
/// See [`NotTaken`].
pub async fn mail(records: &Records, inlet: &Inlet, mail: &Mail) -> Result<Taken, NotTaken> {
    let body = if mail.is_named { mail.id.clone() } else { format!("{}\n{}\n{}", mail.from, mail.subject, mail.text) };
    let by_itself = mail.by_itself || records.mailer.as_ref().is_some_and(|mailer| mailer.is_from(&mail.from));
    let note = note_of(mail, by_itself);
    let named =
        if by_itself { format!("{} {}", mail.subject, cut(&mail.text, QUOTED_LETTERS)) } else { mail.subject.clone() };
    if let Some(case) = of_subject(records, inlet, &named).await? {
        let once = (mail.id.as_str(), body.as_str(), "");
        let kept = if by_itself {
            noted(records, inlet, &case, once, &note).await
        } else {
            hear(records, inlet, &case, once, &mail.text, &note).await
        };
        match kept {
            // What was written on it is gone, or it takes no more: it is a case of its own, and not lost.
            Err(NotTaken::Refused(Refused::Erased | Refused::NoCase | Refused::Denied { .. })) if !by_itself => {}
            Err(NotTaken::Refused(Refused::Erased | Refused::NoCase | Refused::Denied { .. })) | Ok(()) => {
                return Ok(Taken { case, assessment: None });
            }
            Err(e) => return Err(e),
        }
    }
    let request = inlet.row.request.clone();
    let request = request.ok_or_else(|| wrong("the inlet names no kind of request", "make it anew with one"))?;
    let now = records.clock.now();
    let case = inlet.open(records, inlet.key(&mail.id, "open", &body), request, None, now).await?;
    // On a case of its own: what came of it on another is no answer to this.
    hear(records, inlet, &case, (&mail.id, &body, " anew"), &mail.text, &note).await?;
    Ok(Taken { case, assessment: None })
}

/// Where a mail came from, and what of it is not kept.
fn note_of(mail: &Mail, by_itself: bool) -> String {
    let by = if by_itself { "By a program, by mail" } else { "By mail" };
    let mut note = format!("{by}, as from {}: {}", cut(&mail.from, 320), cut(&mail.subject, 500));
    if mail.files > 0 {
        let _ = write!(note, "\nThe mail has {} files that are not kept here.", mail.files);
    }
    if Words::parse(cut(&mail.text, WORDS_LETTERS_MAX)).is_err() {
        note.push_str("\nIt has no words that can be read here: read it where it came in.");
    } else if by_itself {
        let _ = write!(note, "\n{}", cut(&mail.text, QUOTED_LETTERS));
    }
    note
}

/// The case that a subject names, where it can still be spoken on.
async fn of_subject(records: &Records, inlet: &Inlet, subject: &str) -> Result<Option<CaseId>, NotTaken> {
    let named = subject.split('[').skip(1).filter_map(|rest| CaseId::parse(rest.split(']').next()?).ok());
    for id in named.take(4) {
        if records.case(&inlet.business, &id).await?.is_some() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Takes a form that someone filled in: it opens a case.
///
/// # Errors
/// See [`NotTaken`].
pub async fn form(records: &Records, inlet: &Inlet, filled: &Filled) -> Result<Taken, NotTaken> {
    let request = match &inlet.row.request {
        Some(request) => request.clone(),
        None => inlet.request(&filled.request)?,
    };
    let body = format!("{request}\n{}\n{}\n{}", filled.words, filled.contact, filled.order);
    let now = records.clock.now();
    let case = inlet.open(records, inlet.key(&filled.id, "open", &body), request, None, now).await?;
    let mut note = format!("By the form. To be reached at: {}", cut(&filled.contact, 320));
    if !filled.order.trim().is_empty() {
        let _ = write!(note, "\nAbout the order: {}", cut(&filled.order, 100));
    }
    hear(records, inlet, &case, (&filled.id, &body, ""), &filled.words, &note).await?;
    Ok(Taken { case, assessment: None })
}

/// Puts on a case what the customer wrote, and where it came from. What came twice is done once: by the message's id, what it
/// says, and on which case.
async fn hear(
    records: &Records,
    inlet: &Inlet,
    case: &CaseId,
    (id, body, on): (&str, &str, &str),
    text: &str,
    note: &str,
) -> Result<(), NotTaken> {
    let cut_off = text.trim().chars().count() > WORDS_LETTERS_MAX;
    let words = Words::parse(cut(text, WORDS_LETTERS_MAX)).ok();
    let more =
        if cut_off { "\nIt is longer than what is kept here: read the whole of it where it came in." } else { "" };
    let key = inlet.key(id, &format!("hear{on}"), body);
    inlet.tell(records, case, key, Command::HearCustomer { words }).await?;
    noted(records, inlet, case, (id, body, on), &format!("{note}{more}")).await
}

/// Notes on a case what came.
async fn noted(
    records: &Records,
    inlet: &Inlet,
    case: &CaseId,
    (id, body, on): (&str, &str, &str),
    note: &str,
) -> Result<(), NotTaken> {
    let Ok(words) = Words::parse(cut(note, WORDS_LETTERS_MAX)) else { return Ok(()) };
    inlet.tell(records, case, inlet.key(id, &format!("note{on}"), body), Command::Note { words }).await
}

/// The first letters of a text, without the white space around it.
fn cut(text: &str, letters: usize) -> &str {
    let text = text.trim();
    text.char_indices().nth(letters).map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}
