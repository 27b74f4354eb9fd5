//! `/v1/drafts`: rules as they are written before they hold, and how a second person publishes them.

use amends_core::diagnostic::Severity;
use amends_core::time::{Date, Time};
use amends_core::trial::Answer;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::cases::talks::Nothing;
use super::me::{In, Sent};
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::drafting::{self, Edit, TEXT_BYTES_MAX, Tried, day_of, newest};
use crate::flow::publishing;
use crate::flow::records::{Me, Records};
use crate::store::drafts::DraftRow;
use crate::store::editions::EditionRow;

/// A draft of a rule.
#[derive(Serialize, ToSchema)]
pub struct DraftDocument {
    /// Its id.
    id: String,
    /// The policy it is of.
    policy: String,
    /// `open`, `published` or `discarded`.
    state: String,
    /// How often it was saved: a save says which version it was made from.
    version: i64,
    /// Everyone who wrote some of it; none of them publishes it.
    authors: Vec<String>,
    /// Who saved it last.
    saved_by: String,
    /// When, in UTC.
    saved: String,
    /// When it was begun, in UTC.
    since: String,
    /// The day its text says it comes into force.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_force: Option<String>,
    /// SHA-256 of the version of the policy that its authors know as the newest.
    base: String,
    /// Whether the policy has another newest version by now: it cannot be published before it is saved with that as `base`.
    rule_moved: bool,
    /// The whole text of the policy's file.
    text: String,
}

impl DraftDocument {
    fn of(me: &Me, draft: &DraftRow) -> Self {
        let at = |micros: i64| Time::from_micros(micros).map_or_else(String::new, |time| time.to_string());
        let now = newest(&me.rules.book, &draft.policy).map(|(_, version, _)| version.digest.as_str());
        Self {
            id: draft.id.clone(),
            policy: draft.policy.clone(),
            state: draft.state.clone(),
            version: draft.version,
            authors: draft.authors.iter().map(ToString::to_string).collect(),
            saved_by: draft.saved_by.to_string(),
            saved: at(draft.saved),
            since: at(draft.since),
            in_force: day_of(&draft.text).map(|day| day.to_string()),
            base: draft.base.clone(),
            rule_moved: now != Some(draft.base.as_str()),
            text: draft.text.clone(),
        }
    }
}

/// The drafts that are worked on.
#[derive(Serialize, ToSchema)]
pub struct DraftList {
    /// In the order in which they were begun.
    drafts: Vec<DraftDocument>,
}

/// Of what a draft is begun.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// The policy, by its id.
    #[schema(example = "returns")]
    policy: String,
}

/// A draft as it is saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedDraft {
    /// The whole text of the policy's file, of at most 256 KiB. It may be wrong.
    text: String,
    /// The version of the draft that was edited.
    version: i64,
    /// The newest version of the policy that was read, by its SHA-256. Default: the one that the draft knows.
    base: Option<String>,
}

/// A text to be tried out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriedText {
    /// The whole text of the policy's file, of at most 256 KiB. Default: the draft as it was saved.
    text: Option<String>,
    /// The day it would come into force, such as `2026-12-01`. Default: as the text says.
    in_force: Option<String>,
}

/// What is published, and from when on it holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedDraft {
    /// The version of the draft that was read.
    version: i64,
    /// The day it comes into force, today or later, such as `2026-12-01`. Default: as the text says.
    in_force: Option<String>,
}

/// What comes of a draft.
#[derive(Serialize, ToSchema)]
pub struct TriedDocument {
    /// Whether nothing in it keeps it from being published.
    good: bool,
    /// What does, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
    /// The day it would come into force.
    in_force: String,
    /// What is wrong, errors first.
    findings: Vec<FindingDocument>,
    /// How many cases the book has.
    cases: usize,
    /// Answers of the book's cases that would no longer come out as expected; they keep it from being published.
    failing: Vec<AnswerDocument>,
    /// Answers of the book's cases that would come out otherwise had the draft always held. They show what it changes.
    otherwise: Vec<AnswerDocument>,
    /// What is different from the newest version, as people read it.
    changes: Vec<ChangeDocument>,
}

/// Something that is wrong with a text.
#[derive(Serialize, ToSchema)]
pub struct FindingDocument {
    /// Stable name of the kind of finding.
    code: String,
    /// `error`, `warning` or `question`.
    severity: String,
    /// What is wrong.
    message: String,
    /// The file of the book it is in; none: the draft itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The line, from 1.
    line: usize,
    /// The character in it, from 1.
    column: usize,
    /// A few words on what is meant there.
    label: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// An answer of one of the book's own cases that is not as the case expects.
#[derive(Serialize, ToSchema)]
pub struct AnswerDocument {
    /// The case.
    case: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    /// The role that asks.
    role: String,
    /// Where it differs.
    differences: Vec<DifferenceDocument>,
}

/// One thing that comes out otherwise.
#[derive(Serialize, ToSchema)]
pub struct DifferenceDocument {
    /// What: `standing`, `terms.window.margin`.
    key: String,
    /// What the case expects.
    expected: String,
    /// What comes out.
    came_out: String,
}

/// One thing that is different, as people read it.
#[derive(Serialize, ToSchema)]
pub struct ChangeDocument {
    /// What it is about: a sentence of the rule.
    about: String,
    /// What of it: `the line`; empty where it is the whole.
    what: String,
    /// How it was; none: it was not there.
    before: Option<String>,
    /// How it is; none: it is gone.
    after: Option<String>,
    /// Whether it moved only because the line did.
    moved_along: bool,
}

impl From<&amends_core::explain::Change> for ChangeDocument {
    fn from(change: &amends_core::explain::Change) -> Self {
        let amends_core::explain::Change { about, what, before, after, moved_along } = change.clone();
        Self { about, what, before, after, moved_along }
    }
}

impl From<&Answer> for AnswerDocument {
    fn from(answer: &Answer) -> Self {
        let Answer { case, about, role, differences, .. } = answer.clone();
        let difference = |d: amends_core::trial::Difference| DifferenceDocument {
            key: d.key,
            expected: d.expected,
            came_out: d.came_out,
        };
        Self { case, about, role, differences: differences.into_iter().map(difference).collect() }
    }
}

impl TriedDocument {
    fn of(tried: &Tried) -> Self {
        let finding = |finding: &amends_core::diagnostic::Diagnostic| {
            let (line, column) = tried.sources.line_column(finding.at);
            let file = tried.sources.file(finding.at.file).map(|file| file.path.clone());
            FindingDocument {
                code: finding.code.to_owned(),
                severity: Severity::to_string(&finding.severity),
                message: finding.message.clone(),
                file: file.filter(|path| *path != tried.path),
                line,
                column,
                label: finding.label.clone(),
                help: finding.help.clone(),
            }
        };
        Self {
            good: tried.is_good(),
            why_not: tried.why_not(),
            in_force: tried.in_force.to_string(),
            findings: tried.findings.iter().map(finding).collect(),
            cases: tried.cases,
            failing: tried.failing.iter().map(Into::into).collect(),
            otherwise: tried.otherwise.iter().map(Into::into).collect(),
            changes: tried.changes.iter().map(Into::into).collect(),
        }
    }
}

/// What was published.
#[derive(Serialize, ToSchema)]
pub struct PublicationDocument {
    /// The edition of the book that it makes.
    edition: i64,
    /// SHA-256 of the book's texts, as hex: what answers from now on.
    digest: String,
    /// The policy.
    policy: String,
    /// The day it comes into force.
    in_force: String,
}

impl PublicationDocument {
    fn of(edition: EditionRow) -> Self {
        let (policy, in_force) = edition.published.map(|p| (p.policy, p.in_force)).unwrap_or_default();
        Self { edition: edition.number, digest: edition.digest, policy, in_force }
    }
}

async fn found(records: &Records, me: &Me, id: &str) -> Result<DraftRow, Problem> {
    let none = || Problem::new(StatusCode::NOT_FOUND, "there is no such draft").hint("see `GET /v1/drafts`");
    drafting::find(records, me, id).await.map_err(|e| problem(&e))?.ok_or_else(none)
}

fn day(text: Option<&str>) -> Result<Option<Date>, Problem> {
    let wrong = |e| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("`in_force`: {e}"));
    text.map(|text| Date::parse(text).map_err(wrong)).transpose()
}

/// Lists the drafts that are worked on. For people of the two highest roles, as all of this.
#[utoipa::path(get, path = "/v1/drafts", operation_id = "list_drafts", tag = "books",
    responses((status = 200, description = "The drafts.", body = DraftList), Turned))]
pub async fn list(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    drafting::may_write(&me).map_err(|e| problem(&e))?;
    let drafts = drafting::open(&records, &me).await.map_err(|e| problem(&e))?;
    Ok(json(&DraftList { drafts: drafts.iter().map(|draft| DraftDocument::of(&me, draft)).collect() }))
}

/// Begins a draft from the newest version of a policy, to come into force tomorrow.
#[utoipa::path(post, path = "/v1/drafts", operation_id = "begin_draft", tag = "books", request_body = NewDraft,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key begins one draft.")),
    responses((status = 201, description = "The draft.", body = DraftDocument), Turned))]
pub async fn begin(sent: Sent<NewDraft>) -> Result<Response, Problem> {
    let Sent { me, records, body, with } = sent;
    let draft = drafting::begin(&records, &me, &body.policy, with.key.as_ref()).await.map_err(|e| problem(&e))?;
    Ok((StatusCode::CREATED, json(&DraftDocument::of(&me, &draft))).into_response())
}

/// Shows a draft, also one that was published or discarded.
#[utoipa::path(get, path = "/v1/drafts/{draft}", operation_id = "show_draft", tag = "books",
    params(("draft" = String, Path, description = "The draft's id.")),
    responses((status = 200, description = "The draft.", body = DraftDocument), Turned))]
pub async fn show(In { me, records }: In, uri: Uri, Path(id): Path<String>) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    drafting::may_write(&me).map_err(|e| problem(&e))?;
    Ok(json(&DraftDocument::of(&me, &found(&records, &me, &id).await?)))
}

/// Saves a draft. Whoever was overtaken is told by whom, and nothing is written over.
#[utoipa::path(post, path = "/v1/drafts/{draft}", operation_id = "save_draft", tag = "books", request_body = SavedDraft,
    params(("draft" = String, Path, description = "The draft's id.")),
    responses((status = 200, description = "As it is now.", body = DraftDocument), Turned))]
pub async fn save(Path(id): Path<String>, sent: Sent<SavedDraft>) -> Result<Response, Problem> {
    let Sent { me, records, body: SavedDraft { text, version, base }, .. } = sent;
    drafting::may_write(&me).map_err(|e| problem(&e))?;
    let draft = found(&records, &me, &id).await?;
    let saved = drafting::save(&records, &me, &draft, Edit { text, version, base }).await;
    Ok(json(&DraftDocument::of(&me, &saved.map_err(|e| problem(&e))?)))
}

/// Tries a draft out: what is wrong with it, and how the book's own cases come out. Nothing is saved.
#[utoipa::path(post, path = "/v1/drafts/{draft}/check", operation_id = "check_draft", tag = "books", request_body = TriedText,
    params(("draft" = String, Path, description = "The draft's id.")),
    responses((status = 200, description = "What comes of it.", body = TriedDocument), Turned))]
pub async fn check(Path(id): Path<String>, sent: Sent<TriedText>) -> Result<Response, Problem> {
    let Sent { me, records, body: TriedText { text, in_force }, .. } = sent;
    drafting::may_write(&me).map_err(|e| problem(&e))?;
    let draft = found(&records, &me, &id).await?;
    let text = text.unwrap_or(draft.text);
    if text.len() > TEXT_BYTES_MAX {
        let title = format!("the text has more than {TEXT_BYTES_MAX} bytes");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, title).hint("shorten it"));
    }
    let tried = drafting::try_out(&records, &me, &draft.policy, &text, day(in_force.as_deref())?).await;
    Ok(json(&TriedDocument::of(&tried.map_err(|e| problem(&e))?)))
}

/// Publishes a draft, in force from a day on. For a second person who is signed in: none of its authors; one of those who wrote it and who
/// publish it has the highest role. From then on the server answers by it.
#[utoipa::path(post, path = "/v1/drafts/{draft}/publish", operation_id = "publish_draft", tag = "books", request_body = PublishedDraft,
    params(("draft" = String, Path, description = "The draft's id.")),
    responses((status = 200, description = "It is published.", body = PublicationDocument), Turned))]
pub async fn publish(Path(id): Path<String>, sent: Sent<PublishedDraft>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    drafting::may_write(&me).map_err(|e| problem(&e))?;
    let draft = found(&records, &me, &id).await?;
    let day = day(body.in_force.as_deref())?;
    let edition = publishing::publish(&records, &me, &draft, body.version, day).await.map_err(|e| problem(&e))?;
    Ok(json(&PublicationDocument::of(edition)))
}

/// Gives a draft up.
#[utoipa::path(post, path = "/v1/drafts/{draft}/discard", operation_id = "discard_draft", tag = "books",
    params(("draft" = String, Path, description = "The draft's id.")),
    responses((status = 200, description = "It is discarded.", body = DraftDocument), Turned))]
pub async fn discard(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    drafting::may_write(&me).map_err(|e| problem(&e))?;
    let draft = found(&records, &me, &id).await?;
    let gone = drafting::discard(&records, &me, &draft).await.map_err(|e| problem(&e))?;
    Ok(json(&DraftDocument::of(&me, &gone)))
}
