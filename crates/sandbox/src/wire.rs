//! A TCP listener whose connections can be cut: closed at once, without an answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::routes;
use crate::server::World;

/// Lets a handler cut the connection that it serves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire(Arc<Cut>);

#[derive(Debug)]
struct Cut {
    now: AtomicBool,
    /// How many bytes may still be written.
    left: AtomicU64,
    /// How many bytes of the present request have come.
    come: AtomicU64,
}

impl Default for Cut {
    fn default() -> Self {
        Self {
            now: AtomicBool::new(false),
            left: AtomicU64::new(u64::MAX),
            come: AtomicU64::new(0),
        }
    }
}

impl Wire {
    /// From now on nothing is written; the connection ends with the next attempt.
    pub(crate) fn cut(&self) {
        self.0.now.store(true, Ordering::Release);
    }

    /// The next `bytes` are written, then the connection ends.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.0.left.store(bytes, Ordering::Release);
        if bytes == 0 {
            self.cut();
        }
    }

    /// How many bytes of the present request have come, its head included.
    pub(crate) fn come(&self) -> u64 {
        self.0.come.load(Ordering::Acquire)
    }

    fn intact(&self) -> io::Result<()> {
        if self.0.now.load(Ordering::Acquire) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }

    /// How much of `bytes` may be written.
    fn allowed<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let left = self.0.left.load(Ordering::Acquire);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        bytes.get(..left).unwrap_or(bytes)
    }

    fn written(&self, count: usize) {
        let left = self.0.left.load(Ordering::Acquire);
        if left != u64::MAX {
            self.cut_after(left.saturating_sub(length(count)));
        }
    }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Connected<IncomingStream<'_, Cuttable>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        stream.io().wire.clone()
    }
}

/// A listener whose connections can be cut.
pub(crate) struct Cuttable {
    pub(crate) listener: TcpListener,
    pub(crate) world: Arc<World>,
}

impl Listener for Cuttable {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, addr) = Listener::accept(&mut self.listener).await;
        let connection = Connection {
            stream,
            wire: Wire::default(),
            world: Arc::clone(&self.world),
            request: Incoming::Awaited(Vec::new()),
        };
        (connection, addr)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    wire: Wire,
    world: Arc<World>,
    request: Incoming,
}

/// Where a request stands, which comes in bytes. One is begun when the answer to the last was.
#[derive(Debug)]
enum Incoming {
    /// So much of its first line has come.
    Awaited(Vec<u8>),
    /// It is handed on.
    Taken,
    /// It is kept back, and the connection cut once so many more bytes of it have come.
    Refused { left: u64 },
}

/// The longest first line that is looked at.
const LINE_BYTES_MAX: usize = 8 * 1024;

impl Incoming {
    /// What becomes of a request when `bytes` more of it have come.
    fn take(&mut self, bytes: &[u8], world: &World) {
        match self {
            Self::Awaited(line) => {
                line.extend_from_slice(bytes);
                if line.contains(&b'\r') || line.len() > LINE_BYTES_MAX {
                    let cut = routes::cut_request_at(world, line);
                    let come = length(line.len());
                    *self = cut.map_or(Self::Taken, |byte| Self::Refused {
                        left: byte.saturating_sub(come),
                    });
                }
            }
            Self::Taken => {}
            Self::Refused { left } => *left = left.saturating_sub(length(bytes.len())),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            self.wire.intact()?;
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
            let come = buffer.filled().get(before..).unwrap_or_default();
            if come.is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.wire
                .0
                .come
                .fetch_add(length(come.len()), Ordering::AcqRel);
            let this = &mut *self;
            this.request.take(come, &this.world);
            match this.request {
                Incoming::Awaited(_) | Incoming::Taken => return Poll::Ready(Ok(())),
                Incoming::Refused { left: 0 } => self.wire.cut(),
                Incoming::Refused { .. } => {}
            }
            buffer.set_filled(before);
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wire.intact()?;
        let allowed = self.wire.allowed(bytes);
        let count = ready!(Pin::new(&mut self.stream).poll_write(context, allowed))?;
        self.request = Incoming::Awaited(Vec::new());
        self.wire.0.come.store(0, Ordering::Release);
        self.wire.written(count);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.intact()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
