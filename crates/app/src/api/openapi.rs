//! The description of the interface, made from the handlers themselves.

use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

/// A question: the members that every book's questions have.
#[derive(Serialize, ToSchema)]
pub struct Question {
    /// The kind of request. One that no policy governs is read as `something_else`.
    #[schema(min_length = 1, example = "price_adjustment")]
    request: String,
    /// First contact: the date that counts for the customer.
    #[schema(example = "2026-11-16T18:04:00-05:00")]
    asked: String,
    /// The facts, as the book declares them.
    #[schema(value_type = Object)]
    facts: AnyObject,
}

/// A question on a case: what the case itself does not know.
#[derive(Serialize, ToSchema)]
pub struct CaseQuestion {
    /// The facts, as the book declares them. Those that the case knows already stay where they are left out.
    #[schema(value_type = Option<Object>)]
    facts: Option<AnyObject>,
    /// Where facts come from, by path: `system`, `seen`, `word` or `claimed`; what is stronger than one's own is lowered.
    /// Default: one's own: `seen` of a person, `claimed` of an AI agent.
    #[schema(value_type = Option<Object>)]
    sources: Option<AnyObject>,
    /// What happened to the customer: `[{"id": "illness", "source": "seen"}]`.
    #[schema(value_type = Option<Vec<Object>>)]
    circumstances: Option<Vec<AnyObject>>,
}

/// An assessment: the members that every one has.
#[derive(Serialize, ToSchema)]
pub struct AssessmentDocument {
    /// The version of the format.
    format: u32,
    /// `never`, `entitled`, `refused`, `unknown`, `discretion` or `approval`.
    standing: String,
    /// The terms, each with how far inside or outside its line it is.
    #[schema(value_type = Vec<Object>)]
    terms: Vec<AnyObject>,
    /// What can be done, the best first.
    #[schema(value_type = Vec<Object>)]
    options: Vec<AnyObject>,
    /// Of one that was just kept on a case: the sources that were lowered, each with its `path`, what was `said` and what it
    /// `is`. Not there where none was.
    #[schema(value_type = Option<Vec<Object>>)]
    lowered: Option<Vec<AnyObject>>,
    /// The values that were not taken, each with its `path` and where the one that stays comes from. Not there where none was.
    #[schema(value_type = Option<Vec<Object>>)]
    not_taken: Option<Vec<AnyObject>>,
}

/// Any JSON object.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct AnyObject(serde_json::Map<String, serde_json::Value>);

#[derive(OpenApi)]
#[openapi(
    info(title = "Amends", description = "Informed exceptions for the front line of customer service: what the rule says to a request, how far outside it is, who may say yes, and what nobody may do."),
    paths(
        super::assess::assess,
        super::books::list,
        super::books::show,
        super::books::questions,
        super::books::policy,
        super::drafts::list,
        super::drafts::begin,
        super::drafts::show,
        super::drafts::save,
        super::drafts::check,
        super::drafts::publish,
        super::drafts::discard,
        super::history::list,
        super::me::show,
        super::events::stream_events,
        super::cases::open,
        super::cases::list,
        super::cases::show,
        super::cases::events,
        super::cases::talks::note,
        super::cases::talks::know,
        super::cases::talks::hear,
        super::cases::talks::ask_customer,
        super::cases::talks::show,
        super::cases::talks::promise,
        super::cases::talks::keep,
        super::cases::owns::consult,
        super::cases::owns::answer_consult,
        super::cases::links::make,
        super::cases::links::make_customers,
        super::cases::links::withdraw_customers,
        super::cases::owns::offer,
        super::cases::owns::accept,
        super::cases::owns::refuse,
        super::cases::owns::withdraw,
        super::cases::owns::take_over,
        super::cases::ends::decline,
        super::cases::ends::settle,
        super::cases::ends::reopen,
        super::cases::assessments::assess,
        super::cases::assessments::show,
        super::cases::precedents::list,
        super::cases::grants::give,
        super::cases::grants::settle,
        super::cases::grants::release,
        super::cases::approvals::ask,
        super::cases::approvals::answer,
        super::cases::approvals::write,
        super::cases::approvals::queue,
        super::cases::steps::queue,
        super::cases::steps::done,
        super::cases::steps::cannot,
        super::cases::steps::again,
        super::budgets::list,
        super::ledger::show,
        super::files::keep,
        super::files::show,
        super::imports::list,
        super::imports::take,
        super::people::list,
        super::people::add,
        super::people::set,
        super::people::password,
        super::people::sign_out,
        super::teams::list,
        super::teams::add,
        super::teams::set,
        super::limits::list,
        super::limits::set,
        super::limits::remove,
        super::keys::list,
        super::keys::add,
        super::keys::rotate,
        super::keys::remove,
        super::customers::show,
        super::privacy::export,
        super::privacy::erase,
        super::webhooks::list,
        super::webhooks::add,
        super::webhooks::rotate,
        super::webhooks::on,
        super::webhooks::off,
        super::webhooks::test,
        super::webhooks::sent,
        super::webhooks::replay,
        super::inlets::list,
        super::inlets::add,
        super::inlets::rotate,
        super::inlets::on,
        super::inlets::off,
        super::incoming::take,
        super::running::health,
        super::running::ready,
        super::running::metrics,
        document,
    ),
    tags((name = "cases"), (name = "assessments"), (name = "grants"), (name = "approvals"), (name = "events"), (name = "webhooks"), (name = "inlets"), (name = "people"), (name = "customers"), (name = "books"), (name = "about")),
)]
struct Api;

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", operation_id = "show_openapi", tag = "about",
    responses((status = 200, description = "OpenAPI 3.1.", body = inline(AnyObject)),
        (status = 401, description = "The server's token is missing.", body = super::problem::Problem, content_type = "application/problem+json")))]
pub async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text())
}

/// The description, to be read by this program itself.
pub fn described() -> serde_json::Value {
    serde_json::to_value(Api::openapi()).unwrap_or_default()
}

/// The description as JSON.
fn text() -> String {
    serde_json::to_string(&Api::openapi()).unwrap_or_default()
}
