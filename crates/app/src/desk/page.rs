//! What all pages share: the frame around them, and how a template becomes an answer.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::assets;
use crate::door::books::Books;
use crate::shelf::Current;
use crate::texts::{self, filters};

/// The frame around a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The title of the window.
    pub title: String,
    /// The book that is open, where one is.
    pub book: Option<Open>,
    /// Every book there is: name, and title.
    pub books: Vec<(String, String)>,
    /// The part of the program that is open.
    pub here: Here,
    /// Who is signed in, on pages that are theirs.
    pub who: Option<Who>,
    /// Whose page it is, where those who look at it are guests and find no other page from here.
    pub host: Option<String>,
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub struct Who {
    /// Their name.
    pub name: String,
    /// Their initials.
    pub initials: String,
    /// How many questions wait for them.
    pub waiting: usize,
    /// What is left of what is theirs to give today, and how much that is in hundredths of it.
    pub left: Option<(String, i64)>,
    /// Whether the settings are theirs to change.
    pub is_top: bool,
    /// What happened before this the page shows already.
    pub since: String,
}

/// A book that is open.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its name.
    pub name: String,
    /// Whether a newer edit of it cannot be used.
    pub is_broken: bool,
}

/// The parts of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// Asking.
    Ask,
    /// Reading the rules.
    Book,
    /// One's own cases.
    Desk,
    /// Questions to those with authority.
    Approvals,
    /// Who works here, and what is connected.
    Settings,
    /// None of them.
    Elsewhere,
}

#[expect(clippy::unused_self, reason = "templates call methods of what they are given")]
impl Frame {
    /// A frame without a book.
    pub fn bare(title: impl Into<String>) -> Self {
        Self { title: title.into(), book: None, books: Vec::new(), here: Here::Elsewhere, who: None, host: None }
    }

    /// A frame for guests of a business, or of nobody who is named.
    pub fn guest(title: &str, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..Self::bare(title) }
    }

    /// The frame of a page about a book.
    pub fn of(title: impl Into<String>, here: Here, books: &Books, current: &Current) -> Self {
        let titled = |name: &str| books.find(name).map(|c| (name.to_owned(), c.book.title.clone()));
        let open = Open { name: current.book.name.clone(), is_broken: current.broken.is_some() };
        Self {
            title: title.into(),
            book: Some(open),
            books: books.names().into_iter().filter_map(titled).collect(),
            here,
            who: None,
            host: None,
        }
    }

    /// The same, for whoever looks at it.
    #[must_use]
    pub fn seen_by(self, who: Option<Who>) -> Self {
        Self { who, ..self }
    }

    /// The language of the page.
    pub fn lang(&self) -> &'static str {
        texts::texts().lang()
    }

    /// The address of the scripts.
    pub fn script(&self) -> &'static str {
        assets::APP_JS
    }

    /// The address of the styles.
    pub fn styles(&self) -> &'static str {
        assets::APP_CSS
    }

    /// The address of the icons.
    pub fn icons(&self) -> &'static str {
        assets::ICONS
    }

    /// Whether the book of a name is the one that is open.
    pub fn is_open(&self, name: &str) -> bool {
        self.book.as_ref().is_some_and(|open| open.name == name)
    }

    /// Whether the page belongs to the part of a name.
    pub fn is_here(&self, here: &str) -> bool {
        matches!(
            (self.here, here),
            (Here::Ask, "ask")
                | (Here::Book, "book")
                | (Here::Desk, "desk")
                | (Here::Approvals, "approvals")
                | (Here::Settings, "settings")
        )
    }
}

/// A page that is not there.
#[derive(Debug, Template)]
#[template(path = "not_found.html")]
pub struct NotFound {
    frame: Frame,
    title: String,
    says: String,
}

impl NotFound {
    /// Says what is not there.
    pub fn new(frame: Frame, says: impl Into<String>) -> Self {
        Self::titled(frame, t!("page-nothing-here"), says)
    }

    /// Says what could not be done, under a title of its own.
    pub fn titled(frame: Frame, title: impl Into<String>, says: impl Into<String>) -> Self {
        Self { frame, title: title.into(), says: says.into() }
    }
}

/// A book that is not served.
pub fn no_book(name: &str) -> Response {
    let says = t!("page-there-is-no-book-name", name = name);
    html(StatusCode::NOT_FOUND, &NotFound::new(Frame::bare(t!("page-not-found")), says))
}

/// Fills a template.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => body(status, text),
        // Filling a template into memory fails only if the template does.
        Err(e) => (StatusCode::INTERNAL_SERVER_ERROR, format!("the page could not be made: {e}\n")).into_response(),
    }
}

/// Text that is a page, or a part of one.
pub fn body(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
