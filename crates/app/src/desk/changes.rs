//! Tells open pages when a book was read again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use crate::app::App;
use crate::door::From;
use crate::door::books::Books;
use crate::shelf::Current;

/// How often a sign of life is sent, so that whoever went away is noticed.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// `GET /changes`: server-sent events, a `book` each time a book was read again that whoever listens sees.
pub async fn stream(State(app): State<App>, from: From, books: Books) -> Response {
    let counted = match app.door.streams().open(None, &from.address()) {
        Ok(counted) => counted,
        Err(full) => return full.answer(),
    };
    let (changes, stopping) = (app.shelf.changes(), app.stopping.clone());
    let read = state(&books);
    let begin = (changes, stopping, books, read, counted);
    let events = stream::unfold(begin, |(mut changes, mut stopping, books, mut read, counted)| async move {
        loop {
            tokio::select! {
                read_again = changes.changed() => read_again.ok()?,
                _ = stopping.changed() => return None,
            }
            let (number, now) = (*changes.borrow_and_update(), state(&books));
            let is_other = !is_same(&read, &now);
            read = now;
            if is_other {
                let event = Event::default().event("book").id(number.to_string()).data("changed");
                return Some((Ok::<_, Infallible>(event), (changes, stopping, books, read, counted)));
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)).into_response()
}

/// The books as they are read now.
fn state(books: &Books) -> Vec<Current> {
    books.names().into_iter().filter_map(|name| books.find(name)).collect()
}

/// Whether none of them was read again.
fn is_same(before: &[Current], now: &[Current]) -> bool {
    let same = |(a, b): (&Current, &Current)| {
        let is_as_broken = match (&a.broken, &b.broken) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        Arc::ptr_eq(&a.book, &b.book) && is_as_broken
    };
    before.len() == now.len() && before.iter().zip(now).all(same)
}
