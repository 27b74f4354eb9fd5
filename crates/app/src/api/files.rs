//! `/v1/files`: photos and papers that show something. They are evidence once a case names them.

use amends_core::digest::Digest;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{asked as query_of, received};
use super::books::json;
use super::me::In;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::app::App;
use crate::flow::files::{self, FILE_BYTES_MAX, KINDS};
use crate::flow::job::Refused;
use crate::store::StoreError;
use crate::store::files::FileRow;

/// A file that was kept.
#[derive(Serialize, ToSchema)]
pub struct FileDocument {
    /// SHA-256 of its bytes: how evidence names it.
    digest: String,
    /// Its media type.
    kind: String,
    /// How many bytes it has.
    bytes: i64,
}

fn of_store(e: StoreError) -> Problem {
    problem(&Refused::Store(e))
}

/// Keeps a file of at most 10 MiB: a photo, a PDF or a text. The same bytes are kept once.
#[utoipa::path(post, path = "/v1/files", operation_id = "keep_file", tag = "cases",
    request_body(content = serde_json::Value, content_type = "image/jpeg", description = "The bytes; also `image/png`, `image/webp`, `image/gif`, `application/pdf` and `text/plain`."),
    responses((status = 201, description = "It is kept.", body = FileDocument), Turned))]
pub async fn keep(State(_): State<App>, In { me, records }: In, request: Request) -> Result<Response, Problem> {
    let kind = kind(request.headers())?;
    let bytes = received(request, FILE_BYTES_MAX).await?;
    if bytes.is_empty() {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the file is empty"));
    }
    let kept = files::keep(&records, &me.business, &kind, &bytes).await;
    let FileRow { digest, kind, bytes, .. } = kept.map_err(of_store)?;
    Ok((StatusCode::CREATED, json(&FileDocument { digest: digest.to_string(), kind, bytes })).into_response())
}

fn kind(headers: &HeaderMap) -> Result<String, Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if KINDS.contains(&kind.as_str()) {
        return Ok(kind);
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("a file of the type `{kind}` is not kept"))
        .hint(format!("send one of {}", KINDS.join(", "))))
}

/// Shows a file, as it was sent.
#[utoipa::path(get, path = "/v1/files/{digest}", operation_id = "show_file", tag = "cases",
    params(("digest" = String, Path, description = "SHA-256 of its bytes.")),
    responses((status = 200, description = "The bytes.",
        content((String = "application/pdf"), (String = "image/gif"), (String = "image/jpeg"), (String = "image/png"), (String = "image/webp"), (String = "text/plain"))), Turned))]
pub async fn show(In { me, records }: In, Path(digest): Path<String>, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "there is no such file");
    let digest = Digest::parse(&digest).map_err(|_| no_such())?;
    let found = files::find(&records, &me.business, &digest).await.map_err(of_store)?;
    let (kind, bytes) = found.ok_or_else(no_such)?;
    let headers = [
        (header::CONTENT_TYPE, kind.as_str()),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Where a browser shows it all the same, nothing in it runs or loads.
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, bytes).into_response())
}
