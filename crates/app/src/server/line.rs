//! The bytes of a connection: each that moves is noted, and who takes nothing of an answer for too long is given up.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::patience::Patience;
use super::seats::Seat;

/// A stream with a seat.
#[derive(Debug)]
pub struct Line<S> {
    stream: S,
    seat: Arc<Seat>,
    patience: Patience,
}

impl<S> Line<S> {
    /// A stream whose other end may take nothing for so long.
    pub fn new(stream: S, seat: Arc<Seat>, most: Duration) -> Self {
        Self { stream, seat, patience: Patience::new(most) }
    }

    /// What came of writing.
    fn wrote(&mut self, context: &mut Context<'_>, came: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match came {
            Poll::Ready(came) => {
                if let Ok(bytes) = came {
                    self.patience.moved(bytes);
                    self.seat.moved();
                }
                Poll::Ready(came)
            }
            Poll::Pending => {
                ready!(self.patience.runs_out(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let came = ready!(Pin::new(&mut self.stream).poll_read(context, into));
        if into.filled().len() > before {
            self.seat.moved();
        }
        Poll::Ready(came)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let came = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, came)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let came = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.wrote(context, came)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::seats::{Peer, Seats, Whose};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up_and_who_takes_slowly_is_not() {
        let seats = Arc::new(Seats::new(1, 1, Arc::default()));
        let taken = seats.take(Peer::of([10, 0, 0, 1].into()), Whose::OfOne);
        let (near, mut far) = tokio::io::duplex(1 << 10);
        let mut line = Line::new(near, Arc::clone(&taken.seat), Duration::from_secs(30));
        let writes = tokio::spawn(async move { line.write_all(&vec![7; 64 << 10]).await.map_err(|e| e.kind()) });
        let mut some = [0; 16 << 10];
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(20)).await;
            far.read_exact(&mut some).await.unwrap();
        }
        assert!(!writes.is_finished(), "it goes on as long as something moves");
        assert_eq!(writes.await.unwrap(), Err(io::ErrorKind::TimedOut));
    }
}
