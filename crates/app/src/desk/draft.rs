//! `/drafts/{draft}`: a rule as it is written before it holds, as a form or as text, with what comes of it as one types; and
//! where a second person publishes it.

mod form;

use amends_core::book::format::get;
use amends_core::diagnostic::{Diagnostic, Severity};
use amends_core::digest::Digest;
use amends_core::explain::{Change, Side, compared};
use amends_core::time::Date;
use amends_core::trial::Answer;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::page::{Frame, Here, NotFound, html};
use super::typed::{self, Not};
use super::{again, frame_of, problems};
use crate::api::body::form_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::{Posted, Staff};
use crate::flow::drafting::{self, Edit, Tried, day_of, newest};
use crate::flow::publishing;
use crate::flow::records::With;
use crate::store::drafts::{DraftRow, OPEN};
use crate::texts::{date, filters, moment};
use form::{Group, Pairs};

/// Most characters of a line that are shown.
const LINE_CHARS_MAX: usize = 90;
/// Most cases that are shown one by one.
const CASES_SHOWN: usize = 12;
/// Lines that stay the same are shown up to so many before and after those that do not.
const LINES_AROUND: usize = 2;

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    frame: Frame,
    d: Content,
    t: Seen,
}

#[derive(Template)]
#[template(path = "draft.html", block = "tried")]
struct TriedPart {
    frame: Frame,
    t: Seen,
}

/// The draft itself.
struct Content {
    id: String,
    policy: String,
    book: String,
    title: String,
    csrf: String,
    version: i64,
    base: String,
    /// The text as it stands in the page.
    text: String,
    /// The same as a form; none: as text.
    groups: Option<Vec<Group>>,
    /// Why there is no form although one was wanted.
    no_form: bool,
    /// What became of it, where it is not open any more.
    ended: Option<String>,
    authors: String,
    saved: String,
    /// The day that the publisher is offered, and the first that can be chosen.
    day: String,
    today: String,
    /// Why whoever looks at it cannot publish it.
    not_mine: Option<String>,
    /// Whether what is typed is not what is saved.
    unsaved: bool,
    /// What somebody else saved meanwhile beside what was typed.
    theirs: Option<Vec<Line>>,
    says: Option<String>,
}

/// What comes of it, in words.
struct Seen {
    good: bool,
    why_not: Option<String>,
    in_force: String,
    findings: Vec<Finding>,
    changes: Vec<Change>,
    lines: Vec<Line>,
    cases: usize,
    failing: Vec<Case>,
    failing_more: usize,
    otherwise: Vec<Case>,
    otherwise_more: usize,
}

/// Something that is wrong.
struct Finding {
    class: &'static str,
    icon: &'static str,
    kind: String,
    /// Its line and character, where it is in the text that is written.
    at: Option<(usize, usize)>,
    is: problems::Finding,
}

/// A line of two texts.
pub(super) struct Line {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) text: String,
}

/// A case of the book that comes out otherwise.
struct Case {
    about: String,
    role: String,
    differences: Vec<(String, String, String)>,
}

impl Seen {
    fn of(staff: &Staff, policy: &str, text: &str, tried: &Tried) -> Self {
        let book = &staff.me.rules.book;
        let case = |answer: &Answer| Case {
            about: answer.about.clone().unwrap_or_else(|| answer.case.replace('_', " ")),
            role: book
                .role(&answer.role)
                .and_then(|r| book.roles.get(usize::from(r.0)))
                .map_or_else(|| answer.role.clone(), |role| role.title.clone()),
            differences: differences(answer),
        };
        let shown = |answers: &[Answer]| answers.iter().take(CASES_SHOWN).map(case).collect::<Vec<_>>();
        let before = newest(book, policy).map_or("", |(_, _, text)| text);
        Self {
            good: tried.is_good(),
            why_not: tried.why_not(),
            in_force: date(tried.in_force),
            findings: tried.findings.iter().map(|f| finding(f, tried)).collect(),
            changes: tried.changes.clone(),
            lines: lines(before, text),
            cases: tried.cases,
            failing: shown(&tried.failing),
            failing_more: tried.failing.len().saturating_sub(CASES_SHOWN),
            otherwise: shown(&tried.otherwise),
            otherwise_more: tried.otherwise.len().saturating_sub(CASES_SHOWN),
        }
    }

    /// What is read out when it has changed.
    fn announced(&self) -> String {
        match &self.why_not {
            Some(why) => t!("draft-cannot-yet-sentence", why = why),
            None => t!("draft-nothing-is-wrong", n = self.changes.len()),
        }
    }

    fn is_error(&self) -> bool {
        self.findings.iter().any(|f| f.class == "never")
    }
}

/// What comes out otherwise: the margins of terms only where nothing else does.
fn differences(answer: &Answer) -> Vec<(String, String, String)> {
    let is_of_term = |key: &str| key.starts_with("terms.");
    let all_are = answer.differences.iter().all(|d| is_of_term(&d.key));
    let shown = answer.differences.iter().filter(|d| all_are || !is_of_term(&d.key));
    shown.map(|d| (d.key.clone(), d.expected.clone(), d.came_out.clone())).collect()
}

fn finding(f: &Diagnostic, tried: &Tried) -> Finding {
    let (class, icon, kind) = match f.severity {
        Severity::Error => ("never", "never", t!("draft-an-error")),
        Severity::Warning => ("yours", "alert", t!("draft-a-warning")),
        Severity::Question => ("open", "open", t!("draft-a-question")),
    };
    let (line, column) = tried.sources.line_column(f.at);
    let path = tried.sources.file(f.at.file).map_or("", |file| file.path.as_str());
    let place = t!("draft-at", line = line, column = column);
    let at = Some((line, column)).filter(|_| path == tried.path);
    let place = if at.is_some() { place } else { format!("{path}, {place}") };
    Finding { class, icon, kind, at, is: problems::Finding::of(f, &tried.sources, place, LINE_CHARS_MAX) }
}

/// Two texts as lines, those that are the same only near those that are not.
pub(super) fn lines(before: &str, after: &str) -> Vec<Line> {
    let all = compared(before, after);
    let differs: Vec<bool> = all.iter().map(|side| !matches!(side, Side::Both(_))).collect();
    let is_near = |at: usize| {
        let from = at.saturating_sub(LINES_AROUND);
        differs.iter().skip(from).take(at - from + LINES_AROUND + 1).any(|differs| *differs)
    };
    let mut shown: Vec<Line> = Vec::new();
    for (at, side) in all.iter().enumerate() {
        if !is_near(at) {
            if shown.last().is_some_and(|line| line.class != "gap") {
                shown.push(Line { class: "gap", sign: " ", text: "…".to_owned() });
            }
            continue;
        }
        let (class, sign, text) = match side {
            Side::Both(text) => ("", " ", text),
            Side::First(text) => ("gone", "-", text),
            Side::Second(text) => ("come", "+", text),
        };
        shown.push(Line { class, sign, text: (*text).to_owned() });
    }
    shown.pop_if(|line| line.class == "gap");
    shown
}

/// How a draft is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum As {
    #[default]
    Form,
    Text,
}

/// What a link to a draft may say.
#[derive(Default, Deserialize)]
pub struct Look {
    #[serde(default, rename = "as")]
    look: As,
}

/// What was typed into a field.
fn field<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What stands in a page beside what is saved.
struct Typed {
    text: String,
    version: i64,
    base: String,
    day: Option<String>,
    look: As,
}

impl Typed {
    fn of(pairs: &Pairs, draft: &DraftRow) -> Self {
        let text = field(pairs, "text");
        let given = text.map_or_else(|| draft.text.clone(), |text| text.replace("\r\n", "\n"));
        let look = if field(pairs, "as") == Some("text") { As::Text } else { As::Form };
        Self {
            text: if look == As::Form { form::applied(&given, pairs) } else { given },
            version: field(pairs, "version").and_then(|v| v.parse().ok()).unwrap_or(0),
            base: field(pairs, "base").unwrap_or_default().to_owned(),
            day: field(pairs, "day").filter(|day| !day.is_empty()).map(str::to_owned),
            look,
        }
    }
}

/// `POST /drafts`: begins a draft of a rule.
pub async fn begin(State(app): State<App>, Posted { staff, form }: Posted) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return again(turned, "/drafts", &form),
    };
    let pairs = form_of(&form);
    let made = async {
        typed::is_ours(&staff, field(&pairs, "csrf").unwrap_or_default())?;
        let policy = field(&pairs, "policy").unwrap_or_default();
        let part = format!("draft of {policy}");
        let With { key, .. } = typed::once(&staff, field(&pairs, "key"), &part, Digest::of(policy.as_bytes()));
        Ok::<_, Not>(drafting::begin(&staff.records, &staff.me, policy, key.as_ref()).await?)
    };
    match made.await {
        Ok(draft) => Redirect::to(&format!("/drafts/{}", draft.id)).into_response(),
        Err(not) => cannot(&app, &staff, not).await,
    }
}

async fn cannot(app: &App, staff: &Staff, not: Not) -> Response {
    match frame_of(app, staff, &t!("draft-not-done"), Here::Book).await {
        Ok(frame) => html(not.status, &NotFound::titled(frame, t!("draft-it-was-not-done"), not.says)),
        Err(response) => response,
    }
}

/// `GET /drafts/{draft}`
pub async fn show(State(app): State<App>, staff: Staff, Path(id): Path<String>, Query(look): Query<Look>) -> Response {
    let draft = match found(&app, &staff, &id).await {
        Ok(draft) => draft,
        Err(response) => return response,
    };
    let typed = Typed {
        text: draft.text.clone(),
        version: draft.version,
        base: draft.base.clone(),
        day: None,
        look: look.look,
    };
    page(&app, &staff, StatusCode::OK, &draft, &typed, None).await
}

/// `POST /drafts/{draft}/{act}`: `try` what was typed (also while typing), see it as `text` or as a `form`, `save`, `publish`
/// or `discard` it.
pub async fn act(
    State(app): State<App>,
    Path((id, act)): Path<(String, String)>,
    headers: HeaderMap,
    Posted { staff, form }: Posted,
) -> Response {
    let at = format!("/drafts/{id}");
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return again(turned, &format!("{at}/{act}"), &form),
    };
    let draft = match found(&app, &staff, &id).await {
        Ok(draft) => draft,
        Err(response) => return response,
    };
    let pairs = form_of(&form);
    let typed = Typed::of(&pairs, &draft);
    if act == "try" && headers.contains_key("hx-request") {
        return match tried(&staff, &draft, &typed).await {
            Ok(t) => html(StatusCode::OK, &TriedPart { frame: Frame::bare(""), t }),
            Err(not) => (not.status, not.says).into_response(),
        };
    }
    let look = match act.as_str() {
        "text" => As::Text,
        "form" => As::Form,
        _ => typed.look,
    };
    let typed = Typed { look, ..typed };
    match done(&staff, &draft, &act, &pairs, &typed).await {
        Ok(Some(to)) => Redirect::to(&to).into_response(),
        Ok(None) => page(&app, &staff, StatusCode::OK, &draft, &typed, None).await,
        Err(not) => {
            // As it is after what somebody else did.
            let draft = found(&app, &staff, &id).await.unwrap_or(draft);
            page(&app, &staff, not.status, &draft, &typed, Some(not.says)).await
        }
    }
}

/// Does what a form asks for; where to go then. None: it is only looked at.
async fn done(staff: &Staff, draft: &DraftRow, act: &str, pairs: &Pairs, typed: &Typed) -> Result<Option<String>, Not> {
    let Staff { me, records, .. } = staff;
    let at = format!("/drafts/{}", draft.id);
    if matches!(act, "try" | "text" | "form") {
        return Ok(None);
    }
    typed::is_ours(staff, field(pairs, "csrf").unwrap_or_default())?;
    match act {
        "save" => {
            let base = Some(typed.base.clone()).filter(|base| !base.is_empty());
            let edit = Edit { text: typed.text.clone(), version: typed.version, base };
            drafting::save(records, me, draft, edit).await?;
            Ok(Some(if typed.look == As::Text { format!("{at}?as=text") } else { at }))
        }
        "publish" => {
            let day = typed.day.as_deref().map(Date::parse).transpose();
            let day = day.map_err(|e| Not::wrong(t!("draft-the-day-why", why = e.to_string())))?;
            publishing::publish(records, me, draft, typed.version, day).await?;
            Ok(Some(format!("/history/{}", draft.policy)))
        }
        "discard" => {
            drafting::discard(records, me, draft).await?;
            Ok(Some(format!("/book/{}", me.business)))
        }
        _ => Err(Not { status: StatusCode::NOT_FOUND, says: t!("draft-no-such-act") }),
    }
}

async fn found(app: &App, staff: &Staff, id: &str) -> Result<DraftRow, Response> {
    if let Err(refused) = drafting::may_write(&staff.me) {
        return Err(cannot(app, staff, refused.into()).await);
    }
    match drafting::find(&staff.records, &staff.me, id).await {
        Ok(Some(draft)) => Ok(draft),
        Ok(None) => {
            let frame = frame_of(app, staff, &t!("draft-not-found"), Here::Book).await?;
            Err(html(StatusCode::NOT_FOUND, &NotFound::new(frame, t!("draft-there-is-no-such-draft"))))
        }
        Err(e) => Err(problem(&e).into_response()),
    }
}

async fn tried(staff: &Staff, draft: &DraftRow, typed: &Typed) -> Result<Seen, Not> {
    let Staff { me, records, .. } = staff;
    if typed.text.len() > drafting::TEXT_BYTES_MAX {
        return Err(Not::wrong(t!("draft-the-text-is-too-long")));
    }
    let day = typed.day.as_deref().and_then(|day| Date::parse(day).ok());
    let tried = drafting::try_out(records, me, &draft.policy, &typed.text, day).await?;
    Ok(Seen::of(staff, &draft.policy, &typed.text, &tried))
}

async fn page(
    app: &App,
    staff: &Staff,
    status: StatusCode,
    draft: &DraftRow,
    typed: &Typed,
    says: Option<String>,
) -> Response {
    let t = match tried(staff, draft, typed).await {
        Ok(t) => t,
        Err(not) => return cannot(app, staff, not).await,
    };
    let d = content(staff, draft, typed, says);
    match frame_of(app, staff, &t!("draft-of", title = d.title), Here::Book).await {
        Ok(frame) => html(status, &DraftPage { frame, d, t }),
        Err(response) => response,
    }
}

fn content(staff: &Staff, draft: &DraftRow, typed: &Typed, says: Option<String>) -> Content {
    let Staff { me, records, .. } = staff;
    let book = &me.rules.book;
    let now = newest(book, &draft.policy);
    let base = now.map_or_else(String::new, |(_, version, _)| version.digest.clone());
    let today = drafting::today(records, book);
    let day = typed.day.as_deref().map_or_else(|| day_of(&typed.text), |day| Date::parse(day).ok());
    let groups = (typed.look == As::Form).then(|| form::groups(book, &typed.text)).flatten();
    let who =
        |ids: &[amends_core::ids::PersonId]| ids.iter().map(|id| me.rules.name_of(id)).collect::<Vec<_>>().join(", ");
    let rule_moved = typed.base != base;
    let saved_at = moment(draft.saved, &book.zone);
    let stale = typed.version != draft.version;
    Content {
        id: draft.id.clone(),
        policy: draft.policy.clone(),
        book: me.business.to_string(),
        title: get(&typed.text, &["title"]).unwrap_or_else(|| draft.policy.replace('_', " ")),
        csrf: staff.csrf().to_owned(),
        // Whoever saves now has seen what somebody else did.
        version: draft.version,
        base,
        text: typed.text.clone(),
        no_form: typed.look == As::Form && groups.is_none(),
        groups,
        ended: (draft.state != OPEN)
            .then(|| t!("draft-ended-by", saved_by = me.rules.name_of(&draft.saved_by), state = draft.state)),
        authors: who(&draft.authors),
        saved: t!(
            "draft-version-version-saved-by-saved",
            version = draft.version,
            saved_by = me.rules.name_of(&draft.saved_by),
            saved_at = saved_at
        ),
        day: day.unwrap_or(today).max(today).to_string(),
        today: today.to_string(),
        not_mine: publishing::may_publish(me, draft, records.clock.now()).err().map(|refused| Not::from(refused).says),
        unsaved: typed.text != draft.text || rule_moved,
        theirs: stale.then(|| lines(&draft.text, &typed.text)),
        says: says.or_else(|| rule_moved.then(|| t!("draft-the-rule-has-changed-since"))),
    }
}
