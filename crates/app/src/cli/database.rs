//! Which database a command is about, and whose.

use amends_core::ids::BusinessId;
use anyhow::{Context as _, Result, anyhow, ensure};
use jiff::Timestamp;

use crate::store::{Place, Store, settings};

/// Where the database may stand instead of on the command line.
pub(super) const VARIABLE: &str = "AMENDS_DATABASE";

/// A database that must be named.
#[derive(clap::Args)]
pub(super) struct Kept {
    /// The database: a file, or a postgres:// URL
    #[arg(long, value_name = "DATABASE")]
    database: Option<String>,
}

/// A database and a business in it.
#[derive(clap::Args)]
pub(super) struct Of {
    #[command(flatten)]
    kept: Kept,
    /// The business: the name of its book
    #[arg(long, value_name = "NAME")]
    business: String,
}

impl Of {
    /// The business.
    pub(super) fn business(&self) -> Result<BusinessId> {
        Ok(BusinessId::parse(&self.business)?)
    }

    /// Opens the database and does something with it.
    pub(super) fn with<T, F: Future<Output = Result<T>>>(&self, work: impl FnOnce(Store, i64) -> F) -> Result<T> {
        self.kept.with(work)
    }

    /// As [`with`](Self::with), for what only reads: neither a database nor a business is made.
    pub(super) fn with_existing<T, F: Future<Output = Result<T>>>(
        &self,
        work: impl FnOnce(Store, i64) -> F,
    ) -> Result<T> {
        let business = self.business()?;
        self.kept.with_existing(|store, now| async move {
            let known = settings::version(&mut *store.reader().await?, &business).await?;
            ensure!(known.is_some(), "the database knows no business `{business}`: it is named as its book");
            work(store, now).await
        })
    }
}

impl Kept {
    /// The one that is given, or that the environment names.
    fn place(&self) -> Result<Option<Place>> {
        let named = self.database.clone().or_else(|| std::env::var(VARIABLE).ok());
        named.filter(|text| !text.is_empty()).map(|text| Place::parse(&text).map_err(|e| anyhow!(e))).transpose()
    }

    /// As [`with`](Self::with), for what only reads: a database that is not there is not made.
    pub(super) fn with_existing<T, F: Future<Output = Result<T>>>(
        &self,
        work: impl FnOnce(Store, i64) -> F,
    ) -> Result<T> {
        if let Some(Place::File(path)) = self.place()? {
            ensure!(path.exists(), "there is no database at {}", path.display());
        }
        self.with(work)
    }

    /// Whether it is named on the command line.
    pub(super) const fn is_given(&self) -> bool {
        self.database.is_some()
    }

    /// Opens the database and does something with it.
    pub(super) fn with<T, F: Future<Output = Result<T>>>(&self, work: impl FnOnce(Store, i64) -> F) -> Result<T> {
        let place = self
            .place()?
            .with_context(|| format!("no database is named: give `--database FILE`, or set {VARIABLE}"))?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start threads")?;
        runtime.block_on(async {
            let now = Timestamp::now().as_microsecond();
            let store = Store::open(&place, now).await.context("cannot use the database")?;
            work(store, now).await
        })
    }
}
