//! `/v1/limits`: how much a person, a team or everyone together may spend on exceptions in a day or month.

use amends_core::authority::Holder;
use amends_core::money::{Currency, Money};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::me::{In, Sent};
use super::people::{save, wrong};
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::people::Setting;
use crate::flow::records::{Me, Records};
use crate::store::budgets::holder_of;
use crate::store::settings::Allowance;

/// What only the highest role may do.
const WHAT: &str = "say who may spend how much";
/// Most limits of a business.
const LIMITS_MAX: usize = 50_000;

/// A limit.
#[derive(Serialize, ToSchema)]
pub struct LimitDocument {
    /// Whose: `business`, `team ID` or `person ID`.
    of: String,
    /// For each `day` or each `month`, in the book's zone.
    per: String,
    /// At most this much.
    most: String,
}

impl LimitDocument {
    fn of(a: &Allowance) -> Self {
        let most = Currency::parse(&a.currency).map(|currency| Money::new(a.most, currency).to_string());
        Self { of: a.holder.clone(), per: a.span.clone(), most: most.unwrap_or_default() }
    }
}

/// Every limit.
#[derive(Serialize, ToSchema)]
pub struct LimitList {
    /// In the order of whose they are.
    limits: Vec<LimitDocument>,
}

/// How often a limit begins anew.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Each day.
    Day,
    /// Each month.
    Month,
}

impl Span {
    const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// A limit to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLimit {
    /// Whose: `business`, `team ID` or `person ID`.
    #[schema(example = "team counter")]
    of: String,
    /// For each day or each month.
    per: Span,
    /// At most this much.
    #[schema(value_type = String, example = "1000.00 USD")]
    most: Money,
}

/// A limit to take away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndedLimit {
    /// Whose: `business`, `team ID` or `person ID`.
    #[schema(example = "team counter")]
    of: String,
    /// For each day or each month.
    per: Span,
    /// In which currency.
    #[schema(example = "USD")]
    currency: String,
}

/// Lists limits. A person's role limits them too, and the lower of the two holds.
#[utoipa::path(get, path = "/v1/limits", operation_id = "list_limits", tag = "people",
    responses((status = 200, description = "Every limit.", body = LimitList), Turned))]
pub async fn list(In { me, .. }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    me.top_only(WHAT)?;
    Ok(json(&LimitList { limits: me.rules.allowances().iter().map(LimitDocument::of).collect() }))
}

/// Sets a limit, new or other than it was. Nobody raises their own, and no key raises one.
#[utoipa::path(post, path = "/v1/limits", operation_id = "set_limit", tag = "people", request_body = NewLimit,
    responses((status = 200, description = "It holds.", body = LimitDocument), Turned))]
pub async fn set(sent: Sent<NewLimit>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    let holder = known(&me, &body.of)?;
    if body.most.minor < 0 {
        return Err(wrong("a limit is not below zero"));
    }
    let (span, currency) = (body.per.name().to_owned(), body.most.currency.code().to_owned());
    let limit = Allowance { holder: body.of, span, currency, most: body.most.minor };
    let before = current(&me, &limit);
    if before.as_ref().is_some_and(|before| before.most < limit.most) {
        gives_more(&me, &records, &holder, "nobody raises their own limit")?;
    }
    let document = LimitDocument::of(&limit);
    if before.as_ref() != Some(&limit) {
        save(&records, &me, &[Setting::Allow(limit)]).await?;
    }
    Ok(json(&document))
}

/// Takes a limit away. Nobody takes away their own, and no key takes one away.
#[utoipa::path(post, path = "/v1/limits/remove", operation_id = "remove_limit", tag = "people", request_body = EndedLimit,
    responses((status = 200, description = "It holds no more; this is what it was.", body = LimitDocument), Turned))]
pub async fn remove(sent: Sent<EndedLimit>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    let limit = Allowance { holder: body.of, span: body.per.name().to_owned(), currency: body.currency, most: 0 };
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "there is no such limit").hint("see `GET /v1/limits`");
    let before = current(&me, &limit).ok_or_else(no_such)?;
    if let Some(holder) = holder_of(&before.holder) {
        gives_more(&me, &records, &holder, "nobody takes away their own limit")?;
    }
    let document = LimitDocument::of(&before);
    save(&records, &me, &[Setting::Free(before)]).await?;
    Ok(json(&document))
}

/// Whom a limit is for, where they are known here.
fn known(me: &Me, of: &str) -> Result<Holder, Problem> {
    let holder = holder_of(of).filter(|holder| match holder {
        Holder::Person(id) => me.rules.people.contains_key(id),
        Holder::Team(id) => me.rules.teams.contains_key(id),
        Holder::Business => true,
        Holder::Department(_) | Holder::PersonOwed(_) => false,
    });
    if me.rules.allowances().len() >= LIMITS_MAX {
        return Err(wrong(format!("at most {LIMITS_MAX} limits are kept")));
    }
    holder.ok_or_else(|| {
        wrong(format!("`{of}` is nobody here"))
            .hint("say `business`, `team ID` or `person ID`; see `GET /v1/teams` and `GET /v1/people`")
    })
}

/// The limit of the same holder, span and currency as it is now.
fn current(me: &Me, of: &Allowance) -> Option<Allowance> {
    let is_it = |a: &Allowance| (&a.holder, &a.span, &a.currency) == (&of.holder, &of.span, &of.currency);
    me.rules.allowances().into_iter().find(is_it)
}

/// Turns away who may not give a holder more: themselves, whoever counts as them, and every key.
fn gives_more(me: &Me, records: &Records, holder: &Holder, says: &str) -> Result<(), Problem> {
    if let Holder::Person(id) = holder {
        if *id == me.person.id {
            return Err(own(says));
        }
        me.not_the_hand_of(id, records.clock.now().micros()).map_err(|e| problem(&e))?;
    }
    me.signed_in_only("raise a limit or take one away").map_err(|e| problem(&e))
}

fn own(says: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, says)
        .code("nobody_their_own")
        .hint("someone else of the highest role does, or whoever runs this server with `amends people limit`")
}
