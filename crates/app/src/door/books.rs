//! Which books whoever asks sees: who came in as someone of a business sees that of theirs, and no other.

use std::convert::Infallible;
use std::sync::Arc;

use amends_core::ids::BusinessId;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;

use crate::app::App;
use crate::shelf::{Current, Shelf};

/// Of which business someone is who asks; a request without it is nobody's in particular.
#[derive(Clone, Debug)]
pub struct OfBusiness(pub BusinessId);

/// The books that whoever asks sees.
#[derive(Clone, Debug)]
pub struct Books {
    shelf: Arc<Shelf>,
    only: Option<BusinessId>,
}

impl Books {
    /// Those for a request.
    pub fn of(app: &App, extensions: &Extensions) -> Self {
        let only = extensions.get::<OfBusiness>().map(|OfBusiness(business)| business.clone());
        Self { shelf: Arc::clone(&app.shelf), only }
    }

    /// The book of one business.
    pub fn only(app: &App, business: &BusinessId) -> Self {
        Self { shelf: Arc::clone(&app.shelf), only: Some(business.clone()) }
    }

    /// Their names, in the order in which they were given.
    pub fn names(&self) -> Vec<&str> {
        self.shelf.names().filter(|name| self.has(name)).collect()
    }

    /// One by its name.
    pub fn find(&self, name: &str) -> Option<Current> {
        self.shelf.find(name).filter(|_| self.has(name))
    }

    /// The one that is meant where none is named.
    pub fn first(&self) -> Option<Current> {
        self.find(self.names().first()?)
    }

    fn has(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.as_str() == name)
    }
}

impl FromRequestParts<App> for Books {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(app, &parts.extensions))
    }
}
