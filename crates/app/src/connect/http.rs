//! One client for every call to another system: within limits, following nobody, and never into our own network
//! unless whoever runs the server allows it.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use amends_core::time::{SECOND, Time};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HeaderMap, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioExecutor;
use tower::Service;

/// How long a call may take, with its answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// How long it may take to be connected.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Which addresses may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those that everyone can reach, by https.
    Public,
    /// Also this machine and its own network, and http.
    Private,
}

/// Makes calls, each by a connection of its own: what comes on a connection is then an answer to what was asked on it, and
/// never what a receiver, or a proxy before it, says twice to the call before.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client<HttpsConnector<HttpConnector<Guard>>, Full<Bytes>>,
    reach: Reach,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// What `Retry-After` says.
    pub retry_after: Option<RetryAfter>,
    /// The body, as far as it is text.
    pub body: String,
}

/// When they want to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// After so many seconds.
    Seconds(u32),
    /// At a time, by the receiver's clock.
    At(Time),
}

impl RetryAfter {
    /// Reads seconds, however many, or a date as HTTP writes it; what is neither says nothing.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Seconds(text.parse().unwrap_or(u32::MAX)));
        }
        let at = jiff::fmt::rfc2822::parse(text).ok()?;
        Time::from_micros(at.timestamp().as_microsecond()).map(Self::At)
    }

    /// The time it is of, from now.
    pub fn from(self, now: Time) -> Option<Time> {
        match self {
            Self::Seconds(seconds) => now.plus_micros(i64::from(seconds) * SECOND),
            Self::At(at) => Some(at),
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReply {
    /// It was never sent.
    #[error("{0}")]
    NeverSent(String),
    /// It was sent, or may have been.
    #[error("{0}")]
    Lost(String),
}

impl Http {
    /// A client for addresses within reach.
    ///
    /// # Errors
    /// When encryption cannot be set up.
    pub fn new(reach: Reach) -> Result<Self, rustls::Error> {
        let mut connector = HttpConnector::new_with_resolver(Guard { names: GaiResolver::new(), reach });
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT_WITHIN));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // A machine without certificates serves all the same; what is sent by https then says that nobody is trusted.
        let https = match HttpsConnectorBuilder::new().with_provider_and_native_roots(Arc::clone(&provider)) {
            Ok(https) => https,
            Err(_) => HttpsConnectorBuilder::new().with_tls_config(trusting_nobody(provider)?),
        };
        let https = https.https_or_http().enable_http1().wrap_connector(connector);
        Ok(Self { client: Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(https), reach })
    }

    /// Whether an address may be called at all.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, url: &str) -> Result<Uri, String> {
        let uri: Uri = url.parse().map_err(|e| format!("`{url}` is no address: {e}"))?;
        let (scheme, host) = (uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default());
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            return Err("the address holds a password: it would be shown in lists; use the signature".to_owned());
        }
        if host.is_empty() || !(scheme == "https" || scheme == "http") {
            return Err(format!("`{url}` is no address: write it like https://shop.example/amends"));
        }
        if self.reach == Reach::Public {
            if scheme != "https" {
                return Err(format!("`{url}` would be sent unencrypted: use https"));
            }
            let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            if host.eq_ignore_ascii_case("localhost") || literal.is_ok_and(|ip| !is_public(ip)) {
                return Err(within(host));
            }
        }
        Ok(uri)
    }

    /// Sends a document.
    ///
    /// # Errors
    /// When there is no answer; whether it was sent is told apart.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: String) -> Result<Reply, NoReply> {
        let (status, headers, body) = self.exchange(Method::POST, url, headers, body.into(), ANSWER_BYTES_MAX).await?;
        let retry_after = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(RetryAfter::read);
        Ok(Reply { status: status.as_u16(), retry_after, body })
    }

    /// Sends a request; the answer's status, its headers, and its body as far as it is text of at most `most` bytes.
    ///
    /// # Errors
    /// When there is no answer; whether it was sent is told apart.
    pub async fn exchange(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        most: usize,
    ) -> Result<(StatusCode, HeaderMap, String), NoReply> {
        let uri = self.allows(url).map_err(NoReply::NeverSent)?;
        let request = Request::builder().method(method).uri(uri).body(Full::new(body));
        let mut request = request.map_err(|e| NoReply::NeverSent(e.to_string()))?;
        *request.headers_mut() = headers;
        request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        match tokio::time::timeout(ANSWER_WITHIN, self.answer(request, most)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoReply::Lost(format!("no answer within {} s", ANSWER_WITHIN.as_secs()))),
        }
    }

    async fn answer(
        &self,
        request: Request<Full<Bytes>>,
        most: usize,
    ) -> Result<(StatusCode, HeaderMap, String), NoReply> {
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|e| if e.is_connect() { NoReply::NeverSent(root(&e)) } else { NoReply::Lost(root(&e)) })?;
        let (parts, body) = answer.into_parts();
        // They have answered: what they say beyond it is a help, and no part of it.
        let body = Limited::new(body, most).collect().await;
        let body = body.map(|b| String::from_utf8_lossy(&b.to_bytes()).into_owned()).unwrap_or_default();
        Ok((parts.status, parts.headers, body))
    }
}

fn trusting_nobody(provider: Arc<rustls::crypto::CryptoProvider>) -> Result<rustls::ClientConfig, rustls::Error> {
    let versions = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

fn within(host: &str) -> String {
    format!(
        "`{host}` is within our own network, where nothing is sent: `amends serve --reach-private` allows it for all"
    )
}

/// The innermost reason of an error.
fn root(error: &dyn std::error::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// Looks names up, and leaves out what is out of reach: a name that led elsewhere when it was checked is of no use.
#[derive(Clone, Debug)]
struct Guard {
    names: GaiResolver,
    reach: Reach,
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::poll_ready(&mut self.names, context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (host, reach) = (name.as_str().to_owned(), self.reach);
        let found = Service::call(&mut self.names, name);
        Box::pin(async move {
            let may = |at: &SocketAddr| reach == Reach::Private || is_public(at.ip());
            let all: Vec<SocketAddr> = found.await?.filter(may).collect();
            if all.is_empty() {
                return Err(std::io::Error::other(within(&host)));
            }
            Ok(all.into_iter())
        })
    }
}

/// Whether an address is one of those that everyone can reach (IANA's registries of special-purpose addresses).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let special = a == 0 || a >= 240 || (a == 198 && (b == 18 || b == 19)) || (a == 192 && b == 0 && c == 0);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || shared
                || special)
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            let first = v6.segments()[0];
            // Only 2000::/3 is given out; within it 6to4, Teredo and the documentation's lead elsewhere.
            (0x2000..0x4000).contains(&first)
                && first != 0x2002
                && !(first == 0x2001 && (v6.segments()[1] < 0x200 || v6.segments()[1] == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_into_our_own_network() {
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fc00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
        ];
        for ip in inside {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["1.1.1.1", "193.0.6.139", "2606:4700::1111", "2a00:1450:4001::1"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn an_address_is_checked_before_it_is_kept() {
        let public = Http::new(Reach::Public).unwrap();
        for url in [
            "http://shop.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "shop",
            "ftp://a/",
            "https://u:p@shop.example/",
        ] {
            assert!(public.allows(url).is_err(), "{url}");
        }
        assert!(public.allows("https://shop.example/amends").is_ok());
        assert!(Http::new(Reach::Private).unwrap().allows("http://127.0.0.1:9/").is_ok());
    }

    #[tokio::test]
    async fn what_was_never_sent_is_told_apart() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", closed.local_addr().unwrap());
        drop(closed);
        let http = Http::new(Reach::Private).unwrap();
        assert!(matches!(http.post(&url, HeaderMap::new(), String::new()).await, Err(NoReply::NeverSent(_))));
        let drops = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", drops.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = drops.accept().await {
                drop(stream);
            }
        });
        assert!(matches!(http.post(&url, HeaderMap::new(), String::new()).await, Err(NoReply::Lost(_))));
    }

    #[tokio::test]
    async fn what_is_said_twice_to_one_call_is_no_answer_to_the_next() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            let took = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            let failed = "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n";
            let mut kept = Vec::new();
            for says in [format!("{took}{took}"), failed.to_owned(), failed.to_owned()] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut asked = [0; 4096];
                let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut asked).await.unwrap();
                tokio::io::AsyncWriteExt::write_all(&mut stream, says.as_bytes()).await.unwrap();
                // They would go on with it.
                kept.push(stream);
            }
        });
        let http = Http::new(Reach::Private).unwrap();
        let mut status = Vec::new();
        for _ in 0..3 {
            status.push(http.post(&url, HeaderMap::new(), "{}".to_owned()).await.unwrap().status);
        }
        assert_eq!(status, [200, 500, 500]);
        serving.await.unwrap();
    }

    #[test]
    fn when_to_come_again_is_a_number_or_a_date() {
        let now = Time::from_micros(1_445_412_000_000_000).unwrap();
        let of = |text: &str| RetryAfter::read(text).and_then(|after| after.from(now));
        assert_eq!(of(" 7 "), now.plus_micros(7 * SECOND));
        assert_eq!(of("Wed, 21 Oct 2015 07:28:00 GMT"), now.plus_micros(480 * SECOND));
        assert_eq!(of("99999999999999999999"), now.plus_micros(i64::from(u32::MAX) * SECOND), "no end is an end");
        assert_eq!([of("soon"), of(""), of("-5"), of("7.5")], [None; 4]);
    }
}
