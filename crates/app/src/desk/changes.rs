//! Tells open pages when a book was read again.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use crate::app::App;
use crate::door::From;

/// How often a sign of life is sent, so that whoever went away is noticed.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// `GET /changes`: server-sent events, a `book` each time a book was read again.
pub async fn stream(State(app): State<App>, from: From) -> Response {
    let counted = match app.door.streams().open(None, &from.address()) {
        Ok(counted) => counted,
        Err(full) => return full.answer(),
    };
    let (changes, stopping) = (app.shelf.changes(), app.stopping.clone());
    let events = stream::unfold((changes, stopping, counted), |(mut changes, mut stopping, counted)| async move {
        tokio::select! {
            read_again = changes.changed() => read_again.ok()?,
            _ = stopping.changed() => return None,
        }
        let number = *changes.borrow_and_update();
        let event = Event::default().event("book").id(number.to_string()).data("changed");
        Some((Ok::<_, Infallible>(event), (changes, stopping, counted)))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)).into_response()
}
