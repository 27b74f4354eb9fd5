//! `/v1/history`: which editions of the rules there were, and what was different in each.

use amends_core::time::Time;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::drafts::ChangeDocument;
use super::me::In;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::history::{RuleTold, Told, Wanted, What, history};
use crate::flow::job::Refused;

/// Editions of the rules.
#[derive(Serialize, ToSchema)]
pub struct HistoryDocument {
    /// The newest first, at most 20.
    editions: Vec<EditionDocument>,
    /// Where there are more: what to send as `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// A state of the book that was served.
#[derive(Serialize, ToSchema)]
pub struct EditionDocument {
    /// Counted from 1.
    number: i64,
    /// SHA-256 of the book's texts, as hex.
    digest: String,
    /// Since when it is served, in UTC.
    at: String,
    /// Who published it; none: the book's folder was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<String>,
    /// Who wrote what was published.
    authors: Vec<String>,
    /// Whether what belongs to all rules changed: roles and limits, facts, circumstances, what nobody may do.
    book_changed: bool,
    /// Versions of policies that came, changed or went.
    rules: Vec<RuleChange>,
}

/// A version of a policy that came, changed or went.
#[derive(Serialize, ToSchema)]
pub struct RuleChange {
    /// The policy.
    policy: String,
    /// Its title for people.
    title: String,
    /// The day the version comes into force; none: since ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_force: Option<String>,
    /// `new_version`, `new_rule`, `changed` or `gone`.
    what: String,
    /// What is different from the version before it, as people read it.
    changes: Vec<ChangeDocument>,
}

impl EditionDocument {
    fn of(told: Told) -> Self {
        let Told { edition, rules, whole, .. } = told;
        let (publisher, authors) = edition.published.map(|p| (p.by, p.authors)).unzip();
        Self {
            number: edition.number,
            digest: edition.digest,
            at: Time::from_micros(edition.at).map_or_else(String::new, |at| at.to_string()),
            publisher: publisher.map(|id| id.to_string()),
            authors: authors.unwrap_or_default().iter().map(ToString::to_string).collect(),
            book_changed: whole,
            rules: rules.iter().map(RuleChange::of).collect(),
        }
    }
}

impl RuleChange {
    fn of(told: &RuleTold) -> Self {
        let what = match told.what {
            What::Version => "new_version",
            What::Rule => "new_rule",
            What::Changed => "changed",
            What::Gone => "gone",
        };
        Self {
            policy: told.policy.clone(),
            title: told.title.clone(),
            in_force: told.in_force.map(|day| day.to_string()),
            what: what.to_owned(),
            changes: told.changes.iter().map(Into::into).collect(),
        }
    }
}

/// Lists the editions of the rules, with what was different in each as people read it.
#[utoipa::path(get, path = "/v1/history", operation_id = "list_editions", tag = "books",
    params(("policy" = Option<String>, Query, description = "Only those that touch this policy."),
        ("before" = Option<i64>, Query, description = "Only those before this number.")),
    responses((status = 200, description = "The editions.", body = HistoryDocument), Turned))]
pub async fn list(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    let [policy, before] = query_of(&uri, ["policy", "before"])?;
    let wrong = |_| Problem::new(StatusCode::BAD_REQUEST, "`before` is no number").hint("send the `next` of an answer");
    let before = before.map(|text| text.parse().map_err(wrong)).transpose()?;
    let wanted = Wanted { policy, before, since: None };
    let (told, next) = history(&records, &me.business, wanted).await.map_err(|e| problem(&Refused::Store(e)))?;
    Ok(json(&HistoryDocument { editions: told.into_iter().map(EditionDocument::of).collect(), next }))
}
