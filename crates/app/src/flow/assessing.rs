//! An assessment on a case: the caller's facts, with what the case itself knows put in.

use std::sync::Arc;

use amends_core::assess::frozen::Frozen;
use amends_core::assess::{Assessment, Workspace, assess};
use amends_core::book::rules::Book;
use amends_core::case::{Actor, Case, Ground, Right};
use amends_core::denied::Denied;
use amends_core::digest::Digest;
use amends_core::explain::Explanation;
use amends_core::facts::{FactsErrors, Source, read_question};
use amends_core::ids::{BusinessId, CaseId, CustomerId, RoleName};
use amends_core::journal::AssessmentLine;
use amends_core::likeness::Likeness;
use amends_core::money::Money;
use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::asking::{self, NoAnswer};
use super::job::{BEHIND_THE_CASE, Done, Job, KeptAssessment, Refused, Work};
use super::records::{Me, Records, With};
use super::rules::Rules;
use super::said::{self, Known, Merged, Speaker, Told};
use crate::store::grants::Bent;
use crate::store::{StoreError, assessments, customers};

/// How often it is made again when the case was given something meanwhile.
const TRIES_MAX: usize = 3;
/// Most exceptions of a question.
const EXCEPTIONS_MAX: usize = 1_000;

/// Why there is no assessment.
#[derive(Debug)]
pub enum NotAssessed {
    /// The facts cannot be read.
    Unreadable(FactsErrors),
    /// The document says something that the case says.
    Wrong(String),
    /// No policy answers.
    NoAnswer(String),
    /// It was not kept.
    Refused(Refused),
}

impl From<Refused> for NotAssessed {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// Who asks for an assessment.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Of which business.
    pub business: &'a BusinessId,
    /// What holds in it.
    pub rules: &'a Rules,
    /// Who it is.
    pub by: &'a Actor,
    /// The role it is answered for.
    pub role: &'a RoleName,
    /// What their word is worth, and how they say it.
    pub speaker: Speaker,
}

impl<'a> Asker<'a> {
    /// Someone who works here. `by`: as they act.
    pub fn of(me: &'a Me, by: &'a Actor) -> Self {
        let speaker = Speaker { own: me.source(), form: false };
        Self { business: &me.business, rules: &me.rules, by, role: &me.person.role, speaker }
    }

    /// The same, who fills in a form that shows what the case knows.
    #[must_use]
    pub const fn by_form(self) -> Self {
        Self { speaker: Speaker { form: true, ..self.speaker }, ..self }
    }
}

/// An assessment that was kept.
#[derive(Debug)]
pub struct Assessed {
    /// What the writer did.
    pub done: Done,
    /// Its digest.
    pub digest: String,
    /// The assessment's JSON, as `amends assess --json` gives it.
    pub json: String,
    /// What of it does not count as it was said.
    pub told: Told,
}

/// Assesses a case's request with facts, and keeps it on the case. `document`: a question without what the case says
/// itself: the kind of request, first contact, and what was given before.
///
/// # Errors
/// See [`NotAssessed`].
pub async fn assess_case(
    records: &Records,
    me: Asker<'_>,
    id: &CaseId,
    with: With,
    document: &str,
) -> Result<Assessed, NotAssessed> {
    let mut left = TRIES_MAX;
    loop {
        left -= 1;
        let case = records.case(me.business, id).await?;
        let sees = |case: &Case| me.by.person().is_none_or(|person| case.is_open_to(person));
        let case = case.filter(sees).ok_or(Refused::NoCase)?;
        let known = known(records, me, &case).await?;
        let asked = question_of(records, me, &case, document, &known)?;
        let customer = customer_of(me, &case, &asked.merged)?;
        let history = history(records, me, customer.as_ref()).await?;
        let question = asked.with_history(&case, &history)?;
        let ground = asked.merged.ground(&me.rules.book, me.business, case.request.as_str());
        let introduced = customer.filter(|_| case.customer.is_none());
        let kept = answer(&me.rules.book, &question, me, (ground, introduced))?;
        let (digest, json, told) = (kept.line.digest.clone(), kept.line.assessment.clone(), asked.merged.told);
        let job = Job {
            business: me.business.clone(),
            case: id.clone(),
            by: me.by.clone(),
            key: with.key.clone(),
            if_version: with.if_version,
            work: Work::Assess(Box::new(kept)),
        };
        match records.writer.run(job).await {
            Err(Refused::Denied { word, .. }) if word == BEHIND_THE_CASE && left > 0 => {}
            done => {
                let done = done?;
                return match &done.assessed {
                    Some(before) if *before != digest => kept_before(records, me, before.clone(), done, told).await,
                    _ => Ok(Assessed { done, digest: digest.to_string(), json, told }),
                };
            }
        }
    }
}

/// The assessment that the same request was answered with before: this one is of another moment.
async fn kept_before(
    records: &Records,
    me: Asker<'_>,
    digest: Digest,
    done: Done,
    told: Told,
) -> Result<Assessed, NotAssessed> {
    let read = async {
        let mut conn = records.store.reader().await?;
        assessments::find(&mut conn, me.business, &digest).await
    };
    let gone = || Refused::Store(StoreError::Unreadable(format!("the assessment {digest} is not there")));
    let line = read.await.map_err(Refused::Store)?.ok_or_else(gone)?;
    Ok(Assessed { done, digest: digest.to_string(), json: line.assessment, told })
}

/// What the questions of a case are made of, beside what is filled in: to answer them without keeping the answer.
#[derive(Debug)]
pub struct Trial<'a> {
    records: &'a Records,
    me: Asker<'a>,
    case: &'a Case,
    history: Vec<Bent>,
    known: Known,
}

impl<'a> Trial<'a> {
    /// Of a case as it is now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(records: &'a Records, me: Asker<'a>, case: &'a Case) -> Result<Self, Refused> {
        let history = history(records, me, case.customer.as_ref()).await?;
        Ok(Self { records, me, case, history, known: known(records, me, case).await? })
    }

    /// When something was bent for the customer before, on other cases too.
    pub fn bent(&self) -> &[Bent] {
        &self.history
    }

    /// What of what was filled in does not count as it was said.
    pub fn told(&self, answers: &Answers) -> Told {
        let document = answers.document(&self.me.rules.book, self.case.request.as_str()).to_string();
        let asked = question_of(self.records, self.me, self.case, &document, &self.known);
        asked.map(|asked| asked.merged.told).unwrap_or_default()
    }

    /// Answers what was filled in as [`assess_case`] would; what cannot be read is left out and told, each with its path.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub fn answer<T>(
        &self,
        answers: &Answers,
        f: impl FnOnce(&Assessment<'_>, &Explanation, &[(String, String)]) -> T,
    ) -> Result<T, NoAnswer> {
        let (book, request) = (&self.me.rules.book, self.case.request.as_str());
        let role = asking::role(book, Some(self.me.role.as_str()));
        let question = |answers: &Answers| {
            let document = answers.document(book, request).to_string();
            let asked = question_of(self.records, self.me, self.case, &document, &self.known);
            asked.and_then(|asked| asked.with_history(self.case, &self.history)).unwrap_or(document)
        };
        asking::answer_by(book, answers, role, question, f)
    }
}

async fn history(records: &Records, me: Asker<'_>, customer: Option<&CustomerId>) -> Result<Vec<Bent>, Refused> {
    let Some(customer) = customer else { return Ok(Vec::new()) };
    let read = async {
        let mut conn = records.store.reader().await?;
        customers::history(&mut conn, me.business, customer).await
    };
    read.await.map_err(Refused::Store)
}

/// What a case knows by now. Before facts had whoever said them, anyone's typing was a system's: such a case knows no
/// more than that someone looked.
async fn known(records: &Records, me: Asker<'_>, case: &Case) -> Result<Known, Refused> {
    let Some(kept) = case.assessments.last() else { return Ok(Known::default()) };
    let read = async {
        let mut conn = records.store.reader().await?;
        assessments::find(&mut conn, me.business, &kept.frozen.digest).await
    };
    let line = read.await.map_err(Refused::Store)?;
    let most = kept.ground.is_none().then_some(Source::Seen);
    Ok(line.map_or_else(Known::default, |line| Known::of(&line.question, most)))
}

/// A question on a case, before what was bent for the customer is put in.
struct Asked {
    merged: Merged,
    around: Map<String, Value>,
}

/// What is asked on a case. What the case knows itself is never taken from the document, and facts are worth what whoever
/// says them is.
fn question_of(
    records: &Records,
    me: Asker<'_>,
    case: &Case,
    document: &str,
    known: &Known,
) -> Result<Asked, NotAssessed> {
    let given: Value =
        serde_json::from_str(document).map_err(|e| NotAssessed::Wrong(format!("it is not JSON: {e}")))?;
    let Value::Object(mut around) = given else {
        return Err(NotAssessed::Wrong("it is no JSON object: send {\"facts\": {..}}".to_owned()));
    };
    around.retain(|_, value| !value.is_null());
    for name in ["request", "asked", "case", "now"] {
        if around.contains_key(name) {
            return Err(NotAssessed::Wrong(format!("it says `{name}`, which the case knows: leave it out")));
        }
    }
    let mut merged = said::merge(&me.rules.book, known, me.speaker, &mut around).map_err(NotAssessed::Wrong)?;
    if case.asked_source() != Source::System
        && let Some(Value::Object(sources)) = merged.question.get_mut("sources")
    {
        sources.insert("asked".to_owned(), json!(case.asked_source()));
    }
    around.insert("request".to_owned(), json!(case.request.as_str()));
    around.insert("asked".to_owned(), json!(case.asked.to_string()));
    around.insert("now".to_owned(), json!(records.clock.now().to_string()));
    around.insert("case".to_owned(), given_on(case));
    Ok(Asked { merged, around })
}

impl Asked {
    /// The whole question.
    fn with_history(&self, case: &Case, history: &[Bent]) -> Result<String, NotAssessed> {
        let mut question = self.around.clone();
        question.extend(self.merged.question.clone());
        add_history(&mut question, case, history)?;
        Ok(Value::Object(question).to_string())
    }
}

/// The customer that a case is of, with what its facts say: the case's own, or whom the facts name where someone looked.
fn customer_of(me: Asker<'_>, case: &Case, merged: &Merged) -> Result<Option<CustomerId>, NotAssessed> {
    let named = merged.customer(&me.rules.book);
    match (&case.customer, named) {
        (Some(of), Some(named)) if named.id.as_ref().map(CustomerId::key) != Some(of.key()) => {
            Err(Refused::from(Denied::OtherCustomer { customer: of.clone() }).into())
        }
        (Some(of), _) => Ok(Some(of.clone())),
        (None, named) => Ok(named.filter(|named| named.source >= Source::Seen).and_then(|named| named.id)),
    }
}

fn given_on(case: &Case) -> Value {
    let mut given = Map::new();
    for (name, right) in [("granted", Right::Discretion), ("released", Right::Owed)] {
        let held = case.grants.iter().find(|g| g.is_held() && g.right == right);
        if let Some(currency) = held.map(|g| g.cost.currency) {
            let minor = i64::try_from(case.given(right, currency)).unwrap_or(i64::MAX);
            given.insert(name.to_owned(), json!(Money::new(minor, currency).to_string()));
        }
    }
    if let Some(left) = case.grants.iter().filter(|g| g.is_held()).find_map(|g| case.payout_of(g)) {
        let minor = i64::try_from(case.paid(left.currency)).unwrap_or(i64::MAX);
        given.insert("paid".to_owned(), json!(Money::new(minor, left.currency).to_string()));
    }
    Value::Object(given)
}

/// What was bent here before stands beside what another system tells, and first: a list that is too long loses the rest.
fn add_history(question: &mut Map<String, Value>, case: &Case, history: &[Bent]) -> Result<(), NotAssessed> {
    let elsewhere = history.iter().rev().filter(|bent| bent.case != case.id).take(EXCEPTIONS_MAX);
    let mut all: Vec<Value> = elsewhere
        .map(|bent| json!({ "at": bent.at.to_string(), "cost": bent.cost.to_string(), "policy": bent.request }))
        .collect();
    all.reverse();
    let mut whole = match question.remove("history") {
        None => Map::new(),
        Some(Value::Object(whole)) => whole,
        Some(_) => return Err(NotAssessed::Wrong("its `history` is no JSON object".to_owned())),
    };
    match whole.remove("exceptions") {
        None | Some(Value::Null) => {}
        Some(Value::Array(told)) => all.extend(told.into_iter().take(EXCEPTIONS_MAX - all.len())),
        Some(_) => return Err(NotAssessed::Wrong("its `history.exceptions` are no list".to_owned())),
    }
    whole.insert("exceptions".to_owned(), Value::Array(all));
    question.insert("history".to_owned(), Value::Object(whole));
    Ok(())
}

fn answer(
    book: &Arc<Book>,
    question: &str,
    me: Asker<'_>,
    (ground, knows): (Ground, Option<CustomerId>),
) -> Result<KeptAssessment, NotAssessed> {
    let read = read_question(&book.schema, question).map_err(NotAssessed::Unreadable)?;
    let role = me.role.as_str();
    let role = book.role(role).ok_or_else(|| NotAssessed::NoAnswer(format!("the book has no role `{role}`")))?;
    let mut workspace = Workspace::default();
    let made = {
        let assessment = assess(book, &read.request, &read.facts, role, &mut workspace)
            .map_err(|e| NotAssessed::NoAnswer(e.to_string()))?;
        let frozen = Frozen::of(&assessment).map_err(|e| NotAssessed::NoAnswer(e.to_string()))?;
        let like = Likeness::of(&assessment);
        AssessmentLine::of(&assessment, question).map(|line| KeptAssessment {
            frozen,
            line,
            like,
            ground,
            knows,
            book: Arc::clone(book),
        })
    };
    let failed = || Refused::Store(StoreError::Failed("the book has a name that is no id".to_owned()));
    Ok(made.ok_or_else(failed)?)
}
