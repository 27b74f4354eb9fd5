//! An assessment on a case: the caller's facts, with what the case itself knows put in.

use std::sync::Arc;

use amends_core::assess::frozen::Frozen;
use amends_core::assess::{Assessment, Workspace, assess};
use amends_core::book::rules::Book;
use amends_core::case::{Actor, Case, Right};
use amends_core::digest::Digest;
use amends_core::explain::Explanation;
use amends_core::facts::{FactsErrors, read_question};
use amends_core::ids::{BusinessId, CaseId, RoleName};
use amends_core::journal::AssessmentLine;
use amends_core::likeness::Likeness;
use amends_core::money::Money;
use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::asking::{self, NoAnswer};
use super::job::{Done, Job, KeptAssessment, Refused, Work};
use super::records::{Me, Records, With};
use super::rules::Rules;
use crate::store::grants::Bent;
use crate::store::{StoreError, assessments, customers};

/// The source of what an AI agent says.
const CLAIMED: &str = "claimed";
/// How often it is made again when the case was given something meanwhile.
const TRIES_MAX: usize = 3;

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
    /// Whether whatever they say is a claim.
    pub claims: bool,
}

impl<'a> Asker<'a> {
    /// Someone who works here. `by`: as they act.
    pub fn of(me: &'a Me, by: &'a Actor) -> Self {
        let claims = me.person.person().is_agent();
        Self { business: &me.business, rules: &me.rules, by, role: &me.person.role, claims }
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
        let history = history(records, me, &case).await?;
        let question = question_of(records, me, &case, document, &history)?;
        let kept = answer(&me.rules.book, &question, me)?;
        let (digest, json) = (kept.line.digest.clone(), kept.line.assessment.clone());
        let job = Job {
            business: me.business.clone(),
            case: id.clone(),
            by: me.by.clone(),
            key: with.key.clone(),
            if_version: with.if_version,
            work: Work::Assess(Box::new(kept)),
        };
        match records.writer.run(job).await {
            Err(Refused::Denied { word, .. }) if word == "behind_the_case" && left > 0 => {}
            done => {
                let done = done?;
                return match &done.assessed {
                    Some(before) if *before != digest => kept_before(records, me, before.clone(), done).await,
                    _ => Ok(Assessed { done, digest: digest.to_string(), json }),
                };
            }
        }
    }
}

/// The assessment that the same request was answered with before: this one is of another moment.
async fn kept_before(records: &Records, me: Asker<'_>, digest: Digest, done: Done) -> Result<Assessed, NotAssessed> {
    let read = async {
        let mut conn = records.store.reader().await?;
        assessments::find(&mut conn, me.business, &digest).await
    };
    let gone = || Refused::Store(StoreError::Unreadable(format!("the assessment {digest} is not there")));
    let line = read.await.map_err(Refused::Store)?.ok_or_else(gone)?;
    Ok(Assessed { done, digest: digest.to_string(), json: line.assessment })
}

/// What the questions of a case are made of, beside what is filled in: to answer them without keeping the answer.
#[derive(Debug)]
pub struct Trial<'a> {
    records: &'a Records,
    me: Asker<'a>,
    case: &'a Case,
    history: Vec<Bent>,
}

impl<'a> Trial<'a> {
    /// Of a case as it is now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(records: &'a Records, me: Asker<'a>, case: &'a Case) -> Result<Self, Refused> {
        Ok(Self { records, me, case, history: history(records, me, case).await? })
    }

    /// When something was bent for the customer before, on other cases too.
    pub fn bent(&self) -> &[Bent] {
        &self.history
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
            question_of(self.records, self.me, self.case, &document, &self.history).unwrap_or(document)
        };
        asking::answer_by(book, answers, role, question, f)
    }
}

async fn history(records: &Records, me: Asker<'_>, case: &Case) -> Result<Vec<Bent>, Refused> {
    let Some(customer) = &case.customer else { return Ok(Vec::new()) };
    let read = async {
        let mut conn = records.store.reader().await?;
        customers::history(&mut conn, me.business, customer).await
    };
    read.await.map_err(Refused::Store)
}

/// The whole question. What the case knows is never taken from the document.
fn question_of(
    records: &Records,
    me: Asker<'_>,
    case: &Case,
    document: &str,
    history: &[Bent],
) -> Result<String, NotAssessed> {
    let given: Value =
        serde_json::from_str(document).map_err(|e| NotAssessed::Wrong(format!("it is not JSON: {e}")))?;
    let Value::Object(mut question) = given else {
        return Err(NotAssessed::Wrong("it is no JSON object: send {\"facts\": {..}}".to_owned()));
    };
    for name in ["request", "asked", "case", "now"] {
        if question.contains_key(name) {
            return Err(NotAssessed::Wrong(format!("it says `{name}`, which the case knows: leave it out")));
        }
    }
    if me.claims {
        claim_all(&mut question);
    }
    question.insert("request".to_owned(), json!(case.request.as_str()));
    question.insert("asked".to_owned(), json!(case.asked.to_string()));
    question.insert("now".to_owned(), json!(records.clock.now().to_string()));
    question.insert("case".to_owned(), given_on(case));
    add_history(&mut question, case, history);
    Ok(Value::Object(question).to_string())
}

/// Whatever an AI agent says is a claim, whatever it says of it, until a system or a person confirms it.
pub fn claim_all(question: &mut Map<String, Value>) {
    let facts = question.get("facts").and_then(Value::as_object);
    let claimed: Map<String, Value> =
        facts.into_iter().flat_map(Map::keys).map(|path| (path.clone(), json!(CLAIMED))).collect();
    question.insert("sources".to_owned(), Value::Object(claimed));
    let told = question.get_mut("circumstances").and_then(Value::as_array_mut);
    for circumstance in told.into_iter().flatten().filter_map(Value::as_object_mut) {
        circumstance.insert("source".to_owned(), json!(CLAIMED));
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

/// What was bent here before stands beside what another system tells.
fn add_history(question: &mut Map<String, Value>, case: &Case, history: &[Bent]) {
    let elsewhere = history.iter().filter(|bent| bent.case != case.id);
    let ours: Vec<Value> = elsewhere
        .map(|bent| json!({ "at": bent.at.to_string(), "cost": bent.cost.to_string(), "policy": bent.request }))
        .collect();
    if ours.is_empty() {
        return;
    }
    let whole = question.entry("history").or_insert_with(|| json!({}));
    let Value::Object(whole) = whole else { return };
    if let Value::Array(told) = whole.entry("exceptions").or_insert_with(|| json!([])) {
        told.extend(ours);
    }
}

fn answer(book: &Arc<Book>, question: &str, me: Asker<'_>) -> Result<KeptAssessment, NotAssessed> {
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
            book: Arc::clone(book),
        })
    };
    let failed = || Refused::Store(StoreError::Failed("the book has a name that is no id".to_owned()));
    Ok(made.ok_or_else(failed)?)
}
