//! What a database that fails, stops or moves may cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amends_core::digest::Digest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::files::{self, FileRow};
use super::super::{Place, Store, StoreError};
use super::{business, on_both, on_one_thread};

/// A server that was paused in the middle of a transaction holds its locks; the others wait for them.
#[test]
fn whoever_stops_in_the_middle_holds_nobody_up() {
    on_both(async |fresh, store| {
        let Place::Url(_) = fresh.place else { return };
        let lock = "SELECT version FROM migrations WHERE version = ? FOR UPDATE";
        let (mut paused, mut other) = (store.writer().await.unwrap(), store.writer().await.unwrap());
        paused.begin().await.unwrap();
        paused.fetch(lock, &[1.into()]).await.unwrap();
        other.begin().await.unwrap();
        other.fetch(lock, &[1.into()]).await.unwrap();
        other.commit().await.unwrap();
        let ended = paused.commit().await;
        assert!(matches!(ended, Err(StoreError::Conflict(_))), "nothing was done, and it is told: {ended:?}");
    });
}

/// A firewall or a proxy that forgot a connection swallows what is sent over it.
#[test]
fn what_is_swallowed_on_its_way_is_not_waited_for() {
    on_one_thread(async |fresh, _store| {
        let Place::Url(url) = &fresh.place else { return };
        let proxy = Proxy::before(url).await;
        let store = Store::open(&Place::Url(proxy.url.clone()), 1).await.unwrap();
        let mut writer = store.writer().await.unwrap();
        let mut reader = store.reader().await.unwrap();
        reader.answers().await.unwrap();
        proxy.swallow.store(true, Ordering::SeqCst);
        // Nothing comes any more, so the clock goes on to what is waited for.
        tokio::time::pause();
        assert!(matches!(writer.begin().await, Err(StoreError::Unreachable(_))));
        assert!(matches!(reader.answers().await, Err(StoreError::Unreachable(_))));
        assert!(matches!(reader.answers().await, Err(StoreError::Unreachable(_))), "nothing more is asked over it");
        tokio::time::resume();
    });
}

/// Stands before a server, and hands on what comes until it swallows it.
struct Proxy {
    url: String,
    swallow: Arc<AtomicBool>,
}

impl Proxy {
    async fn before(url: &str) -> Self {
        let (head, rest) = url.split_once('@').map_or(("", url), |(head, rest)| (head, rest));
        let (head, rest) = if head.is_empty() { url.split_at(url.find("//").unwrap() + 2) } else { (head, rest) };
        let (server, name) = rest.split_once('/').unwrap();
        let server = server.to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = if url.contains('@') { "@" } else { "" };
        let url = format!("{head}{at}{}/{name}", listener.local_addr().unwrap());
        let swallow = Arc::new(AtomicBool::new(false));
        let swallows = swallow.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = tokio::net::TcpStream::connect(&server).await.unwrap();
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(hand_on(near_in, far_out, swallows.clone()));
                tokio::spawn(hand_on(far_in, near_out, swallows.clone()));
            }
        });
        Self { url, swallow }
    }
}

async fn hand_on(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    swallow: Arc<AtomicBool>,
) {
    let mut bytes = [0; 4096];
    while let Ok(n @ 1..) = from.read(&mut bytes).await {
        if !swallow.load(Ordering::SeqCst) {
            to.write_all(&bytes[..n]).await.unwrap();
        }
    }
}

#[test]
fn a_file_that_was_moved_or_replaced_takes_nothing_more() {
    on_both(async |fresh, store| {
        let Place::File(path) = &fresh.place else { return };
        let aside = path.with_extension("aside");
        let (mut conn, mut between) = (store.writer().await.unwrap(), store.writer().await.unwrap());
        between.begin().await.unwrap();
        std::fs::rename(path, &aside).unwrap();
        assert!(matches!(between.commit().await, Err(StoreError::Uncertain)), "what is written now is not found again");
        for put_another in [false, true] {
            if put_another {
                std::fs::copy(&aside, path).unwrap();
            }
            assert!(matches!(conn.begin().await, Err(StoreError::Unreachable(_))));
            assert!(matches!(store.writer().await, Err(StoreError::Unreachable(_))));
            assert!(matches!(store.reader().await, Err(StoreError::Unreachable(_))));
            assert_eq!(path.exists(), put_another, "none is made in its place");
        }
        std::fs::remove_file(path).unwrap();
        std::fs::rename(&aside, path).unwrap();
        conn.begin().await.unwrap();
        conn.commit().await.unwrap();
        store.reader().await.unwrap().answers().await.unwrap();
    });
}

/// A copy that begins anew at each write of another never ends.
#[test]
fn a_copy_is_of_one_moment_however_much_is_written_meanwhile() {
    on_both(async |fresh, store| {
        let Place::File(path) = &fresh.place else { return };
        let row = |n: usize| FileRow {
            digest: Digest::of(n.to_string().as_bytes()),
            kind: "text/plain".to_owned(),
            bytes: 1,
            content: "x".repeat(4_000),
        };
        let mut conn = store.writer().await.unwrap();
        conn.begin().await.unwrap();
        for n in 0..1_000 {
            files::add(&mut conn, &business(), &row(n), 1).await.unwrap();
        }
        conn.commit().await.unwrap();
        let copy = path.with_extension("copy");
        crate::private::create(&copy).unwrap();
        let copying = tokio::spawn({
            let (store, copy) = (store.clone(), copy.clone());
            async move { store.copy_to(copy).await }
        });
        let mut written = 1_000;
        while !copying.is_finished() {
            assert!(written < 20_000, "the copy does not end");
            files::add(&mut conn, &business(), &row(written), 1).await.unwrap();
            written += 1;
        }
        copying.await.unwrap().unwrap();
        let copied = Store::open(&Place::File(copy), 1).await.unwrap();
        let mut reader = copied.reader().await.unwrap();
        let rows = reader.fetch("SELECT COUNT(*) FROM files", &[]).await.unwrap();
        let count = rows[0].int(0).unwrap();
        assert!((1_000..=i64::try_from(written).unwrap()).contains(&count), "{count} of {written}");
    });
}
