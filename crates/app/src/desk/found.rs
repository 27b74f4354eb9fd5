//! Whose a name or a number is, and the case of an id: found while it is typed, or by a button.

use amends_core::ids::{BusinessId, CaseId, CustomerId};
use askama::Template;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::case::title_of;
use super::page::{Frame, html};
use crate::api::body::parts_of;
use crate::api::refused::problem;
use crate::door::pages::Staff;
use crate::flow::job::Refused;
use crate::store::cases::{self, Which};
use crate::store::{Conn, StoreError, customers, names};
use crate::texts::filters;

/// Most cases that are shown of a customer who was found.
const CASES_SHOWN: usize = 5;
/// Most customers of a name.
const HITS_MAX: usize = 8;

#[derive(Template)]
#[template(path = "found.html")]
struct FoundPart {
    frame: Frame,
    look: Look,
}

/// What was found.
pub struct Look {
    pub typed: String,
    /// The case of this id, and what it is about.
    pub case: Option<(String, String)>,
    pub who: Option<Found>,
    /// Customers of this name: their numbers, and their names.
    pub hits: Vec<(String, String)>,
}

impl Look {
    /// Whether it is the name of customers, and no number that is known.
    pub fn is_a_name(&self) -> bool {
        self.who.is_none() && !self.hits.is_empty()
    }
}

/// A customer who was found by a number.
pub struct Found {
    pub id: String,
    pub name: String,
    pub orders: u64,
    /// The order whose number it was.
    pub order: Option<String>,
    /// Cases of theirs: id, what it is about, and how it stands.
    pub cases: Vec<(String, String, String)>,
}

/// `GET /desk/find`: asked while typing.
pub async fn find(staff: Staff, uri: Uri) -> Response {
    let [typed] = parts_of(uri.query().unwrap_or_default().as_bytes(), ["customer"]);
    match look(&staff, typed.trim()).await {
        Ok(look) => html(StatusCode::OK, &FoundPart { frame: Frame::bare(""), look }),
        Err(e) => problem(&e).into_response(),
    }
}

/// Looks for a case, a customer or an order of this number, else for customers of this name.
pub async fn look(staff: &Staff, typed: &str) -> Result<Look, Refused> {
    let mut look = Look { typed: typed.to_owned(), case: None, who: None, hits: Vec::new() };
    let business = &staff.me.business;
    if let Ok(id) = CaseId::parse(typed) {
        let case = staff.records.case(business, &id).await?;
        look.case = case.map(|case| (case.id.to_string(), title_of(staff, case.request.as_str())));
    }
    let read = async {
        let mut conn = staff.records.store.reader().await?;
        let who = found(&mut conn, staff, typed).await?;
        let hits = if who.is_none() { named(&mut conn, business, typed).await? } else { Vec::new() };
        Ok((who, hits))
    };
    (look.who, look.hits) = read.await.map_err(Refused::Store)?;
    Ok(look)
}

async fn named(conn: &mut Conn, business: &BusinessId, typed: &str) -> Result<Vec<(String, String)>, StoreError> {
    let ids = names::find(conn, business, typed, HITS_MAX).await?;
    let texts: Vec<&str> = ids.iter().map(CustomerId::as_str).collect();
    let mut known = customers::names(conn, business, &texts).await?;
    Ok(texts.iter().filter_map(|id| Some(((*id).to_owned(), known.remove(*id)?))).collect())
}

async fn found(conn: &mut Conn, staff: &Staff, typed: &str) -> Result<Option<Found>, StoreError> {
    let business = &staff.me.business;
    // No id has it, and not every engine takes it in a text.
    if typed.contains('\0') {
        return Ok(None);
    }
    let of_order = customers::of_order(conn, business, typed).await?;
    let order = of_order.as_ref().map(|_| typed.to_owned());
    let Some(id) = of_order.or_else(|| CustomerId::parse(typed).ok()) else { return Ok(None) };
    let profile = customers::profile(conn, business, &id).await?;
    if profile.is_none() && order.is_none() && !customers::is_known(conn, business, &id).await? {
        return Ok(None);
    }
    let orders = customers::bought(conn, business, &id).await?.iter().map(|(count, _)| count).sum();
    let which = Which { customer: Some(id.clone()), ..Which::default() };
    let cases = cases::list(conn, business, &which, CASES_SHOWN).await?;
    let cases = cases.into_iter().map(|line| (line.id, title_of(staff, &line.request), line.state)).collect();
    let name = profile.and_then(|p| p.name).unwrap_or_else(|| id.to_string());
    Ok(Some(Found { id: id.to_string(), name, orders, order, cases }))
}
