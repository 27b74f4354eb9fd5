//! `amends serve`: the pages and the interface for programs.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch as signal;

use super::config::{Given, Settings};
use super::{Answer, Outcome, Stop, broken};
use crate::app::{App, Parts};
use crate::connect::http::Reach;
use crate::connect::mail::Mailer;
use crate::door::Door;
use crate::flow::clock::{Clock, Ids};
use crate::flow::kept::watch::Watches;
use crate::flow::records::{Records, UNDO_SECONDS};
use crate::flow::{access, working};
use crate::router::router;
use crate::screen::Screen;
use crate::server::{self, Bounds};
use crate::shelf::{CannotOpen, Shelf};
use crate::signs::{Signs, log};
use crate::store::{Place, StoreError};

/// Serve the Ask page and the API for one or more books
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    given: Given,
    /// A TOML file that says the same; options and the environment come before it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let settings = Settings::of(args.given.clone(), args.config.as_deref())?;
    let shelf = open(settings.books()?, screen)?;
    let door = settings.door()?;
    let (much, format, collector) = settings.log();
    let _log = log::start(much, format, collector)?;
    let (mailer, public) = (settings.mailer()?, settings.public_url().map(str::to_owned));
    let keep = settings.database().map(|place| Keep {
        place: place.clone(),
        reach: settings.reach(),
        retention: settings.retention(),
        undo_seconds: settings.undo_seconds(),
        demo: false,
        mailer,
        public,
    });
    blocking(settings.listen(), settings.bounds(), shelf, door, keep, |at| {
        format!(
            "        Ctrl-C ends it; a book is read again when one of its files changes\n        Ask at http://{at}/ask, programs at http://{at}/reference\n"
        )
    })?;
    Ok(Answer::good(""))
}

impl Keep {
    /// The shop of `amends demo`, in a file of its own.
    pub(super) fn demo(file: PathBuf) -> Self {
        Self {
            place: Place::File(file),
            reach: Reach::Public,
            retention: None,
            undo_seconds: UNDO_SECONDS,
            demo: true,
            mailer: None,
            public: None,
        }
    }
}

/// Where cases are kept, and how others are reached.
#[derive(Clone, Debug)]
pub(super) struct Keep {
    place: Place,
    /// Which addresses webhooks may have.
    reach: Reach,
    /// For how many days what people wrote is kept after a case ended.
    retention: Option<NonZeroU32>,
    /// For how many seconds what is given on the desk can be taken back.
    undo_seconds: u32,
    /// Whether it is filled with the shop of `amends demo`.
    demo: bool,
    /// What sends mail.
    mailer: Option<Mailer>,
    /// The address by which people reach the server.
    public: Option<String>,
}

/// Serves until asked to stop; says something once it listens.
pub(super) fn blocking(
    address: SocketAddr,
    bounds: Bounds,
    shelf: Shelf,
    door: Door,
    keep: Option<Keep>,
    says: impl FnOnce(SocketAddr) -> String,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    runtime.block_on(serve(address, bounds, shelf, door, keep, says))
}

fn open(books: &[PathBuf], screen: Screen) -> Result<Shelf, Stop> {
    Shelf::open(books).map_err(|e| match e {
        CannotOpen::Book(b) => Stop::Answer(broken(&b.findings, &b.sources, &b.folder, screen)),
        CannotOpen::Other(e) => Stop::Wrong(e),
    })
}

/// Makes the first account of each business that has nobody yet; what is said of it, this once.
async fn first_accounts(records: &Records, at: SocketAddr) -> Result<String, StoreError> {
    let mut says = String::new();
    for business in records.businesses() {
        if let Some((person, password)) = access::first_account(records, &business).await? {
            // Writing to a text cannot fail.
            let _ = writeln!(
                says,
                "amends: nobody works at `{business}` yet. Sign in within seven days at http://{at}/sign-in\n        as `{person}` with the password {password}, which is shown this once; then choose another."
            );
        }
    }
    Ok(says)
}

/// Serves until asked to stop.
async fn serve(
    address: SocketAddr,
    bounds: Bounds,
    shelf: Shelf,
    door: Door,
    keep: Option<Keep>,
    says: impl FnOnce(SocketAddr) -> String,
) -> Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is something else there? Choose another with `--listen 127.0.0.1:7172`")
    })?;
    let at = listener.local_addr().context("cannot tell the address")?;
    // Whoever is told that it listens may ask it to stop at once.
    let asked = server::asked_to_stop();
    let shelf = Arc::new(shelf);
    let (stop, stopping) = signal::channel(false);
    let records = match &keep {
        Some(Keep { place, reach, retention, undo_seconds, demo: _, mailer, public }) => {
            let opened = Records::open(place, Arc::clone(&shelf), Clock::System, Ids::System).await;
            let records = opened.and_then(|records| records.reaching(*reach)).context("cannot use the database")?;
            let public = public.clone().unwrap_or_else(|| format!("http://{at}"));
            let records = records.reached_at(&public).mailing(mailer.clone()).keeping_for(*retention);
            Some(Arc::new(records.undoing_for(*undo_seconds)))
        }
        None => None,
    };
    let demo = match (&keep, &records) {
        (Some(Keep { demo: true, .. }), Some(records)) => Some(super::demo::shop::open(records).await?),
        _ => None,
    };
    let begun = match &records {
        Some(records) if demo.is_none() => first_accounts(records, at).await.context("cannot use the database")?,
        _ => String::new(),
    };
    let working = match records.clone() {
        Some(records) => {
            // What was changed while nothing ran is seen before anything is done on it.
            let watches = Watches::begin(&records).await.context("cannot use the database")?;
            Some(tokio::spawn(working::all(records, watches)))
        }
        None => None,
    };
    let signs = Signs::of(records.as_deref());
    let bounds = Bounds { census: Arc::clone(&signs.census), ..bounds };
    let app = App::new(Parts { shelf: Arc::clone(&shelf), records, door, signs, demo, stopping });
    let names: Vec<&str> = shelf.names().collect();
    let mut out = std::io::stdout();
    // Whoever started it may have gone away; serving goes on.
    let _ = write!(out, "amends: serving {} at http://{at}/\n{}", names.join(", "), says(at));
    let _ = out.flush();
    let _ = write!(std::io::stderr(), "{begun}");
    let watching = tokio::spawn(Arc::clone(&shelf).watch());
    let asked = async move {
        asked.await;
        let _ = stop.send(true);
    };
    server::serve(listener, router(app), bounds, asked).await;
    watching.abort();
    working.inspect(tokio::task::JoinHandle::abort);
    Ok(())
}
