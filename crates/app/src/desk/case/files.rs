//! `/desk/cases/{case}/evidence` and `/desk/cases/{case}/files/{digest}`: files that show something, added and looked at.

use std::collections::BTreeMap;

use amends_core::case::{Case, Command, Evidence};
use amends_core::digest::Digest;
use amends_core::ids::CaseId;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{no_such, refused, whole};
use crate::app::App;
use crate::desk::typed::{self, Not};
use crate::desk::upload::{Form, Given};
use crate::door::pages::Staff;
use crate::flow::answers::Answers;
use crate::flow::files::{self, kind_of};
use crate::flow::job::{Refused, Work};
use crate::store::files::about;
use crate::store::{Conn, StoreError};

/// A picture runs nothing, wherever it is opened.
const PICTURE: &str = "sandbox; default-src 'none'; img-src 'self'; frame-ancestors 'none'";
/// Browsers show no PDF in a sandbox: it has no scripts of ours to run, and none of its own here.
const PAPER: &str = "default-src 'none'; frame-ancestors 'none'";

/// A file on the story.
#[derive(Clone)]
pub struct Shown {
    /// Where it is looked at.
    pub at: String,
    /// Whether it is a picture.
    pub is_picture: bool,
}

/// The files of a case that are there, by their digests.
pub async fn of(conn: &mut Conn, case: &Case) -> Result<BTreeMap<Digest, Shown>, StoreError> {
    let mut all = BTreeMap::new();
    for digest in cited(case) {
        if let Some((kind, _)) = about(conn, &case.business, digest).await? {
            let at = format!("/desk/cases/{}/files/{digest}", case.id);
            all.insert(digest.clone(), Shown { at, is_picture: kind.starts_with("image/") });
        }
    }
    Ok(all)
}

fn cited(case: &Case) -> impl Iterator<Item = &Digest> {
    case.evidence.iter().filter_map(|(_, evidence)| match evidence {
        Evidence::File { digest, .. } => Some(digest),
        Evidence::Link { .. } | Evidence::Seen { .. } => None,
    })
}

/// `POST /desk/cases/{case}/evidence`: adds files, and shows the page as it is then; where they are not taken, with why and
/// with all that was typed.
pub async fn add(
    State(app): State<App>,
    staff: Result<Staff, Response>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let at = format!("/desk/cases/{id}");
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => {
            let typed = Answers::of(Form::read_little(request).await.typed).as_form();
            return crate::desk::again(turned, &format!("{at}/evidence"), typed.as_bytes());
        }
    };
    let form = Form::read(request).await;
    let not = match added(&staff, &id, &form).await {
        Ok(()) => return Redirect::to(&at).into_response(),
        Err(not) => not,
    };
    match whole(&app, &staff, &id, Some(Answers::of(form.typed)), Some(not.says)).await {
        Ok(page) => page.page(not.status),
        Err(response) => response,
    }
}

async fn added(staff: &Staff, id: &str, form: &Form) -> Result<(), Not> {
    typed::is_ours(staff, form.text("csrf"))?;
    if let Some(wrong) = &form.wrong {
        return Err(Not::wrong(t!("case-nothing-was-added-wrong", wrong = wrong.to_string())));
    }
    if form.files.is_empty() {
        return Err(Not::wrong(t!("case-choose-file")));
    }
    let id = CaseId::parse(id).map_err(|_| Refused::NoCase)?;
    let case = staff.records.case(&staff.me.business, &id).await?.ok_or(Refused::NoCase)?;
    let shows = typed::words(form.text("shows"), &t!("case-what-they-show"))?;
    for (number, Given { kind, bytes, .. }) in form.files.iter().enumerate() {
        let file = files::keep(&staff.records, &case.business, kind, bytes).await.map_err(Refused::Store)?;
        let said = Digest::of(format!("{} {shows}", file.digest).as_bytes());
        let with = typed::once(staff, Some(form.text("key")), &format!("evidence {number}"), said);
        let evidence = Evidence::File { digest: file.digest, shows: shows.clone() };
        let command = Command::AddEvidence { id: staff.records.new_id("e")?, evidence };
        staff.records.run(&staff.me, &id, with, Work::Do(Box::new(command))).await?;
    }
    Ok(())
}

/// `GET /desk/cases/{case}/files/{digest}`: a file that the case cites. It runs nothing, and is shown only where its bytes
/// are what they are said to be.
pub async fn show(staff: Staff, Path((id, digest)): Path<(String, String)>) -> Response {
    match found(&staff, &id, &digest).await {
        Ok(Some((kind, bytes))) => shown(&kind, bytes),
        Err(Refused::Store(e)) => refused(e),
        Ok(None) | Err(_) => no_such(),
    }
}

async fn found(staff: &Staff, id: &str, digest: &str) -> Result<Option<(String, Vec<u8>)>, Refused> {
    let (Ok(id), Ok(digest)) = (CaseId::parse(id), Digest::parse(digest)) else { return Ok(None) };
    let business = &staff.me.business;
    let case = staff.records.case(business, &id).await?;
    if !case.is_some_and(|case| cited(&case).any(|cited| *cited == digest)) {
        return Ok(None);
    }
    files::find(&staff.records, business, &digest).await.map_err(Refused::Store)
}

fn shown(kind: &str, bytes: Vec<u8>) -> Response {
    let is = kind_of(&bytes).filter(|is| *is == kind).unwrap_or("application/octet-stream");
    let (how, policy) = match is {
        "application/pdf" => ("inline", PAPER),
        picture if picture.starts_with("image/") => ("inline", PICTURE),
        _ => ("attachment", PICTURE),
    };
    let headers = [
        (header::CONTENT_TYPE, is),
        (header::CONTENT_DISPOSITION, how),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}
