//! Problem details (RFC 9457): what went wrong, where, and what to do.

use amends_core::ids::CaseId;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::signs::Why;

/// What went wrong with a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What happened, in one sentence.
    title: String,
    /// The status of the answer.
    status: u16,
    /// One word for machines, where there is one; it never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Each place in the document that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<At>,
    /// The cases that stand in the way, of those that may be seen: on `ledger_left` those that gave back the rest.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[schema(value_type = Vec<String>)]
    cases: Box<[String]>,
}

/// One thing that is wrong in a document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct At {
    /// Where, with dots and places in lists.
    pub path: String,
    /// What was found there.
    pub found: String,
    /// What belongs there.
    pub expected: String,
    /// What to do, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem that says what happened.
    pub fn new(status: StatusCode, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            status: status.as_u16(),
            code: None,
            detail: None,
            errors: Vec::new(),
            cases: Box::default(),
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// With one word for machines.
    #[must_use]
    pub fn code(self, word: impl Into<String>) -> Self {
        Self { code: Some(word.into()), ..self }
    }

    /// With the cases that stand in the way.
    #[must_use]
    pub fn cases(self, cases: &[CaseId]) -> Self {
        Self { cases: cases.iter().map(ToString::to_string).collect(), ..self }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What happened and what to do about it, for people.
    pub fn sentence(&self) -> String {
        let mut chars = self.title.chars();
        let title: String = chars.next().map(char::to_uppercase).into_iter().flatten().chain(chars).collect();
        match &self.detail {
            // Those are for programs.
            Some(detail) if !detail.contains('`') => format!("{title}: {detail}."),
            _ => format!("{title}."),
        }
    }

    /// With every place that is wrong.
    #[must_use]
    pub fn at(self, errors: Vec<At>) -> Self {
        Self { errors, ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(Why { code: self.code, title: self.title });
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A path under `/v1` that leads nowhere.
pub async fn no_such_route(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is nothing at `{}`", uri.path()))
        .hint("what there is, is in /v1/openapi.json")
}

/// A route that is there, asked in a way it does not know.
pub async fn wrong_method(uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("`{}` does not know this method", uri.path()))
        .hint("what each path knows is in /v1/openapi.json")
}
