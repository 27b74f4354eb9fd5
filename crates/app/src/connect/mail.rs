//! Mail out, by SMTP, encrypted unless the mail server is this very machine.

use std::time::Duration;

use amends_core::fulfilment::Came;
use anyhow::{Context as _, Result, bail};
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::Deserialize;

/// How long the mail server may take for each answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Ports where nothing else is said: with TLS from the first byte, and with STARTTLS.
const PORTS: (u16, u16) = (465, 587);

/// How mail is sent, as the configuration says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Told {
    /// The mail server: `smtps://HOST` or `smtp://HOST`, with a port where that is another.
    pub server: String,
    /// As whom to sign in there.
    pub user: Option<String>,
    /// A file with the password.
    pub password_file: Option<std::path::PathBuf>,
    /// From whom: `Amends <amends@shop.example>`.
    pub from: String,
}

/// Sends mail.
#[derive(Clone)]
pub struct Mailer {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Never shown by accident: it holds a password.
impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

/// One mail.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'m> {
    /// Its id, the same in every try: a server that has taken it may drop the second.
    pub id: &'m str,
    /// To whom: an address.
    pub to: &'m str,
    /// What it is about.
    pub subject: &'m str,
    /// The text.
    pub text: &'m str,
}

/// Whether a text is one address, such as `stores@shop.example`.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

impl Mailer {
    /// What the configuration says, with the password from its file.
    ///
    /// # Errors
    /// When the server, the sender or the password makes no sense.
    pub fn new(told: &Told, password: Option<String>) -> Result<Self> {
        let (scheme, rest) = told.server.split_once("://").unwrap_or(("", ""));
        if rest.is_empty() || rest.contains(['@', '/', ' ']) || !matches!(scheme, "smtps" | "smtp") {
            bail!(
                "`server` is no mail server: write it like smtps://mail.shop.example, with `user` and `password-file` beside it"
            );
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().context("`server`: its port is no number")?)),
            None => (rest, None),
        };
        let tls = || TlsParameters::new(host.to_owned()).context("`server`: encryption cannot be set up");
        let is_here =
            host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (tls, else_port) = match scheme {
            "smtps" => (Tls::Wrapper(tls()?), PORTS.0),
            _ if is_here => (Tls::None, PORTS.1),
            _ => (Tls::Required(tls()?), PORTS.1),
        };
        let mut smtp = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port.unwrap_or(else_port))
            .tls(tls)
            .timeout(Some(ANSWER_WITHIN));
        match (&told.user, password) {
            (Some(user), Some(password)) => smtp = smtp.credentials(Credentials::new(user.clone(), password)),
            (None, None) => {}
            _ => bail!("`user` and `password-file` go together: give both, or neither"),
        }
        let from = told.from.parse().with_context(|| {
            format!("`from`: `{}` is no sender: write it like Amends <amends@shop.example>", told.from)
        })?;
        Ok(Self { smtp: smtp.build(), from })
    }

    /// Whether a mail says that it is from here: our own, which came back.
    pub fn is_from(&self, from: &str) -> bool {
        let address = from.rsplit_once('<').map_or(from, |(_, rest)| rest.split('>').next().unwrap_or(rest));
        address.trim().eq_ignore_ascii_case(self.from.email.as_ref())
    }

    /// Sends a mail once.
    ///
    /// | the server says | meaning |
    /// |---|---|
    /// | 2xx | it is on its way |
    /// | 4xx, or it is not reached | later |
    /// | 5xx | it will not take it |
    pub async fn send(&self, mail: Mail<'_>) -> Came {
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(e) => return Came::Refused(format!("{e:#}")),
        };
        match self.smtp.send(message).await {
            Ok(_) => Came::Done { reference: None },
            Err(e) if e.is_permanent() => Came::Refused(without(mail.to, &e.to_string())),
            Err(e) => Came::Later(format!("the mail server: {}", without(mail.to, &e.to_string())), None),
        }
    }

    fn message(&self, mail: Mail<'_>) -> Result<Message> {
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.parse().context("its address is none")?))
            .subject(mail.subject)
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.to_owned())
            .context("it cannot be written as a mail")?;
        // Nobody's out-of-office note answers it.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(message)
    }
}

/// What a server says, without the address that it says it of: the record keeps none.
fn without(address: &str, says: &str) -> String {
    let (low, address) = (says.to_ascii_lowercase(), address.to_ascii_lowercase());
    let (mut out, mut at) = (String::new(), 0);
    for (found, _) in low.match_indices(&address) {
        out.push_str(says.get(at..found).unwrap_or_default());
        out.push_str("the address");
        at = found + address.len();
    }
    out + says.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(server: &str, user: Option<&str>, from: &str) -> Told {
        Told { server: server.to_owned(), user: user.map(str::to_owned), password_file: None, from: from.to_owned() }
    }

    #[test]
    fn what_makes_no_sense_is_told_with_what_to_do() {
        let wrong = |told: &Told, password: Option<&str>| {
            format!("{:#}", Mailer::new(told, password.map(str::to_owned)).unwrap_err())
        };
        for server in ["mail.shop.example", "https://shop.example", "smtp://", "smtps://a:secret@mail.shop.example"] {
            assert!(
                wrong(&told(server, None, "a@b.example"), None).starts_with("`server` is no mail server"),
                "{server}"
            );
        }
        assert!(wrong(&told("smtp://localhost:x", None, "a@b.example"), None).contains("its port is no number"));
        assert!(wrong(&told("smtp://localhost", None, "Amends"), None).contains("`Amends` is no sender"));
        assert!(wrong(&told("smtp://localhost", Some("amends"), "a@b.example"), None).contains("go together"));
    }

    #[tokio::test]
    async fn a_mail_is_plain_text_with_an_id_that_stays() {
        let mailer = Mailer::new(&told("smtp://127.0.0.1:1", None, "Amends <amends@shop.example>"), None).unwrap();
        let mail =
            Mail { id: "m_1", to: "stores@shop.example", subject: "Wörter\r\nBcc: x@y.example", text: "Is it so?" };
        let text = String::from_utf8(mailer.message(mail).unwrap().formatted()).unwrap();
        assert!(text.contains("Message-ID: <m_1@shop.example>"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "a subject is no header: {text}");
        assert!(matches!(mailer.send(mail).await, Came::Later(..)), "nobody is there");
    }

    #[test]
    fn what_a_server_says_is_kept_without_the_address() {
        let says = "550 5.1.1 <Gone@Shop.example>: no such box (gone@shop.example)";
        assert_eq!(without("gone@shop.example", says), "550 5.1.1 <the address>: no such box (the address)");
        assert_eq!(without("a@b.example", "try later"), "try later");
    }

    #[test]
    fn an_address_is_one() {
        assert!(is_address("stores@shop.example") && is_address("läden@shop.example"));
        for text in ["", "stores", "a@b, c@d.example", "Stores <a@b.example>", "a@b.example\r\nBcc: c@d.example"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
