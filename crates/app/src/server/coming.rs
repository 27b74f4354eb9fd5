//! The body of a request on its way: given up when it stands still. What nobody wants is read past without being kept, so
//! that whoever sends it comes to read the answer.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

use super::patience::Patience;

/// Most bytes of a body that nobody wants that are read past.
const PAST_BYTES_MAX: usize = 64 << 20;
/// For how long.
const PAST_WITHIN: Duration = Duration::from_secs(10);

/// Why a body is not read on.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// It stood still for too long.
    #[error("it came too slowly")]
    Slow,
    /// The connection broke off, or it is none.
    #[error(transparent)]
    Other(#[from] hyper::Error),
}

/// A body on its way.
#[derive(Debug)]
pub struct Coming {
    body: Option<Incoming>,
    patience: Patience,
    unwanted: Unwanted,
}

/// What is done with what nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwanted {
    /// It is read past.
    ReadPast,
    /// It is left where it is: the client waits to be asked for it.
    Left,
}

impl Coming {
    /// A body that may stand still for so long.
    pub const fn new(body: Incoming, most: Duration, unwanted: Unwanted) -> Self {
        Self { body: Some(body), patience: Patience::new(most), unwanted }
    }
}

impl HttpBody for Coming {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.patience.moved(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(e))) => {
                self.body = None;
                Poll::Ready(Some(Err(e.into())))
            }
            Poll::Ready(None) => {
                self.body = None;
                Poll::Ready(None)
            }
            Poll::Pending if self.patience.runs_out(context).is_ready() => {
                self.body = None;
                Poll::Ready(Some(Err(Broken::Slow)))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        let stays = self.unwanted == Unwanted::Left;
        let left = self.body.take().filter(|body| !stays && !body.is_end_stream());
        if let (Some(body), Ok(runtime)) = (left, tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                // However it ends, nobody waits for it.
                let _ = tokio::time::timeout(PAST_WITHIN, past(body)).await;
            });
        }
    }
}

async fn past(mut body: Incoming) {
    let mut left = PAST_BYTES_MAX;
    while let Some(Ok(frame)) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        let Some(less) = left.checked_sub(bytes) else { return };
        left = less;
    }
}
