//! Every route, as a table of contents.

use axum::middleware;
use axum::routing::{get, post};
use axum::{Extension, Router};
use tower_http::compression::CompressionLayer;

use crate::api;
use crate::app::App;
use crate::desk;
use crate::door::{self, pages, provider};
use crate::mcp;
use crate::signs::Watch;

/// Every route of the server.
pub fn router(app: App) -> Router {
    let desk = Router::new()
        .route("/", get(desk::ask::first))
        .route("/ask", get(desk::ask::first))
        .route("/ask/{book}", get(desk::ask::kinds))
        .route("/ask/{book}/{request}", get(desk::ask::blank).post(desk::ask::answer))
        .route("/ask/{book}/intake", post(desk::ask::take_in))
        .route("/case/{book}/{case}", get(desk::ask::case))
        .route("/book/{book}", get(desk::book::read))
        .route("/book/{book}/{policy}", get(desk::book::policy))
        .route("/problems/{book}", get(desk::problems::show))
        .route("/reference", get(desk::reference::show))
        .route("/changes", get(desk::changes::stream))
        .fallback(desk::not_found)
        .layer(middleware::from_fn(desk::headers))
        .layer(CompressionLayer::new());
    let api = Router::new()
        .route("/v1/assess", post(api::assess::assess))
        .route("/v1/books", get(api::books::list))
        .route("/v1/books/{book}", get(api::books::show))
        .route("/v1/books/{book}/questions/schema", get(api::books::questions))
        .route("/v1/books/{book}/policies/{policy}", get(api::books::policy))
        .route("/v1/openapi.json", get(api::openapi::document))
        .route("/v1/{*rest}", axum::routing::any(api::problem::no_such_route))
        .method_not_allowed_fallback(api::problem::wrong_method);
    let doors = Router::new()
        .route("/sign-in", get(pages::form).post(pages::sign_in))
        .route("/sign-in/provider", get(provider::go))
        .route("/sign-in/provider/callback", get(provider::back))
        .route("/consult/{link}", get(desk::consult::show).post(desk::consult::answer))
        .route("/customer/{link}", get(desk::customer::show).post(desk::customer::act))
        .route("/form/{business}/{inlet}", get(desk::form::show).post(desk::form::fill))
        .route("/account", get(pages::account))
        .route("/account/password", post(pages::choose))
        .route("/account/sign-out", post(pages::sign_out))
        .route("/account/sign-out-everywhere", post(pages::sign_out_everywhere))
        .layer(middleware::from_fn(desk::headers));
    let staff = Router::new()
        .route("/desk", get(desk::mine::show).post(desk::mine::open))
        .route("/desk/find", get(desk::found::find))
        .route("/desk/look", get(desk::mine::show).post(desk::mine::look))
        .route("/desk/cases/{case}", get(desk::case::show).post(desk::case::answer))
        .route("/desk/cases/{case}/evidence", post(desk::case::files::add))
        .route("/desk/cases/{case}/{act}", post(desk::case::act))
        .route("/drafts", post(desk::draft::begin))
        .route("/drafts/{draft}", get(desk::draft::show))
        .route("/drafts/{draft}/{act}", post(desk::draft::act))
        .route("/history", get(desk::history::all))
        .route("/history/{policy}", get(desk::history::one))
        .route("/settings", get(desk::settings::show))
        .route("/settings/imports", get(desk::imports::show).post(desk::imports::take))
        .route("/settings/webhooks/{webhook}", get(desk::hook::show).post(desk::settings::of_webhooks))
        .route("/settings/{noun}/{act}", post(desk::settings::change))
        .route("/demo", get(desk::demo::people))
        .route("/demo/{person}", get(desk::demo::sign_in))
        .route("/approvals", get(desk::approvals::show))
        .route("/approvals/{case}/{approval}", post(desk::approvals::answer))
        .layer(middleware::from_fn(desk::headers))
        .layer(CompressionLayer::new());
    // It says itself what it may do where it is shown, which is less than a page may.
    let shown = Router::new().route("/desk/cases/{case}/files/{digest}", get(desk::case::files::show));
    let watched = Router::new().route("/metrics", get(api::running::metrics));
    let open = Router::new()
        .route("/health", get(api::running::health))
        .route("/ready", get(api::running::ready))
        .route("/assets/{name}", get(desk::assets::serve));
    let guard = middleware::from_fn_with_state(app.clone(), door::guard);
    let host = middleware::from_fn_with_state(app.clone(), door::host);
    let programs = api.layer(guard.clone()).merge(cases().layer(host.clone()));
    let inside = desk::settings::Inside(programs.clone().with_state(app.clone()));
    let doors = doors.merge(staff.layer(Extension(inside))).merge(shown);
    let agents = mcp::router(&app, programs.clone().with_state(app.clone()));
    let all = desk.merge(watched).layer(guard).merge(programs).merge(agents.merge(open).merge(doors).layer(host));
    all.layer(Watch(app.clone())).with_state(app)
}

/// What is kept: for those who work here, each with a key or signed in.
fn cases() -> Router<App> {
    Router::new()
        .route("/v1/me", get(api::me::show))
        .route("/v1/cases", get(api::cases::list).post(api::cases::open))
        .route("/v1/cases/{case}", get(api::cases::show))
        .route("/v1/cases/{case}/events", get(api::cases::events))
        .route("/v1/cases/{case}/notes", post(api::cases::talks::note))
        .route("/v1/cases/{case}/customer", post(api::cases::talks::know))
        .route("/v1/cases/{case}/customer-words", post(api::cases::talks::hear))
        .route("/v1/cases/{case}/customer-questions", post(api::cases::talks::ask_customer))
        .route("/v1/cases/{case}/evidence", post(api::cases::talks::show))
        .route("/v1/cases/{case}/promises", post(api::cases::talks::promise))
        .route("/v1/cases/{case}/promises/{promise}/keep", post(api::cases::talks::keep))
        .route("/v1/cases/{case}/consults", post(api::cases::owns::consult))
        .route("/v1/cases/{case}/consults/{consult}/answer", post(api::cases::owns::answer_consult))
        .route("/v1/cases/{case}/consults/{consult}/link", post(api::cases::links::make))
        .route("/v1/cases/{case}/customer-link", post(api::cases::links::make_customers))
        .route("/v1/cases/{case}/customer-link/withdraw", post(api::cases::links::withdraw_customers))
        .route("/v1/cases/{case}/handover", post(api::cases::owns::offer))
        .route("/v1/cases/{case}/handover/accept", post(api::cases::owns::accept))
        .route("/v1/cases/{case}/handover/refuse", post(api::cases::owns::refuse))
        .route("/v1/cases/{case}/handover/withdraw", post(api::cases::owns::withdraw))
        .route("/v1/cases/{case}/take-over", post(api::cases::owns::take_over))
        .route("/v1/cases/{case}/decline", post(api::cases::ends::decline))
        .route("/v1/cases/{case}/settle", post(api::cases::ends::settle))
        .route("/v1/cases/{case}/reopen", post(api::cases::ends::reopen))
        .route("/v1/cases/{case}/assessments", post(api::cases::assessments::assess))
        .route("/v1/cases/{case}/assessments/{digest}", get(api::cases::assessments::show))
        .route("/v1/cases/{case}/precedents", get(api::cases::precedents::list))
        .route("/v1/cases/{case}/grants", post(api::cases::grants::give))
        .route("/v1/cases/{case}/grants/{grant}/settle", post(api::cases::grants::settle))
        .route("/v1/cases/{case}/grants/{grant}/release", post(api::cases::grants::release))
        .route("/v1/cases/{case}/approvals", post(api::cases::approvals::ask))
        .route("/v1/cases/{case}/approvals/{approval}/answer", post(api::cases::approvals::answer))
        .route("/v1/cases/{case}/remedies", post(api::cases::approvals::write))
        .route("/v1/cases/{case}/grants/{grant}/steps/{number}/done", post(api::cases::steps::done))
        .route("/v1/cases/{case}/grants/{grant}/steps/{number}/cannot", post(api::cases::steps::cannot))
        .route("/v1/cases/{case}/grants/{grant}/steps/{number}/again", post(api::cases::steps::again))
        .route("/v1/steps", get(api::cases::steps::queue))
        .route("/v1/files", post(api::files::keep))
        .route("/v1/files/{digest}", get(api::files::show))
        .route("/v1/customers/{customer}", get(api::customers::show))
        .route("/v1/customers/{customer}/export", get(api::privacy::export))
        .route("/v1/customers/{customer}/erase", post(api::privacy::erase))
        .route("/v1/budgets", get(api::budgets::list))
        .route("/v1/ledger", get(api::ledger::show))
        .route("/v1/people", get(api::people::list).post(api::people::add))
        .route("/v1/people/{person}", post(api::people::set))
        .route("/v1/people/{person}/password", post(api::people::password))
        .route("/v1/people/{person}/sign-out", post(api::people::sign_out))
        .route("/v1/teams", get(api::teams::list).post(api::teams::add))
        .route("/v1/teams/{team}", post(api::teams::set))
        .route("/v1/limits", get(api::limits::list).post(api::limits::set))
        .route("/v1/limits/remove", post(api::limits::remove))
        .route("/v1/imports", get(api::imports::list))
        .route("/v1/imports/{kind}", post(api::imports::take))
        .route("/v1/keys", get(api::keys::list).post(api::keys::add))
        .route("/v1/keys/{key}/rotate", post(api::keys::rotate))
        .route("/v1/keys/{key}/remove", post(api::keys::remove))
        .route("/v1/webhooks", get(api::webhooks::list).post(api::webhooks::add))
        .route("/v1/webhooks/{webhook}/rotate", post(api::webhooks::rotate))
        .route("/v1/webhooks/{webhook}/on", post(api::webhooks::on))
        .route("/v1/webhooks/{webhook}/off", post(api::webhooks::off))
        .route("/v1/webhooks/{webhook}/test", post(api::webhooks::test))
        .route("/v1/webhooks/{webhook}/deliveries", get(api::webhooks::sent))
        .route("/v1/webhooks/{webhook}/deliveries/{delivery}/replay", post(api::webhooks::replay))
        .route("/v1/approvals", get(api::cases::approvals::queue))
        .route("/v1/inlets", get(api::inlets::list).post(api::inlets::add))
        .route("/v1/inlets/{inlet}/rotate", post(api::inlets::rotate))
        .route("/v1/inlets/{inlet}/on", post(api::inlets::on))
        .route("/v1/inlets/{inlet}/off", post(api::inlets::off))
        .route("/in/{business}/{inlet}", post(api::incoming::take))
        .route("/v1/drafts", get(api::drafts::list).post(api::drafts::begin))
        .route("/v1/drafts/{draft}", get(api::drafts::show).post(api::drafts::save))
        .route("/v1/drafts/{draft}/check", post(api::drafts::check))
        .route("/v1/drafts/{draft}/publish", post(api::drafts::publish))
        .route("/v1/drafts/{draft}/discard", post(api::drafts::discard))
        .route("/v1/history", get(api::history::list))
        .route("/v1/events", get(api::events::stream_events))
        .method_not_allowed_fallback(api::problem::wrong_method)
}
