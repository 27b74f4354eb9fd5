//! A mail as mail services send it on: JSON, or a form with or without files. The names are those of several services.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use encoding_rs::{Encoding, UTF_8};
use serde_json::Value;

use super::body::form_of;
use super::problem::Problem;
use crate::flow::incoming::Mail;

mod plain;

/// Most parts of a mail.
const PARTS_MAX: usize = 200;
/// How a program says of its mail that nobody wrote it: the header, and the values that mean it; none: any value does.
const BY_ITSELF: [(&str, &[&str]); 7] = [
    ("precedence", &["bulk", "junk", "auto_reply", "auto-reply", "list"]),
    ("x-auto-response-suppress", &["all", "oof", "autoreply"]),
    ("x-autoreply", &[]),
    ("x-autorespond", &[]),
    ("x-autoresponder", &[]),
    ("x-failed-recipients", &[]),
    ("return-path", &["<>", ""]),
];
/// Who sends back what could not be delivered.
const DAEMONS: [&str; 2] = ["mailer-daemon@", "postmaster@"];

/// What was sent on: its members, in UTF-8, and how many files came with it.
#[derive(Debug, Default)]
struct Sent {
    members: Vec<(String, String)>,
    /// The mail's own headers.
    headers: Vec<(String, String)>,
    files: usize,
}

/// Reads a mail.
///
/// # Errors
/// When it is of no known form, or has no sender.
pub async fn read(headers: &HeaderMap, bytes: Bytes) -> Result<Mail, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let lower = kind.to_ascii_lowercase();
    let sent = if lower.starts_with("application/json") {
        of_json(&bytes)?
    } else if lower.starts_with("application/x-www-form-urlencoded") {
        Sent { members: form_of(&bytes), ..Sent::default() }
    } else if lower.starts_with("multipart/form-data") {
        of_parts(kind, bytes).await?
    } else {
        let says = "the mail is neither JSON nor a form";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, says).hint("set the `Content-Type` it has"));
    };
    sent.with_headers().mail()
}

impl Sent {
    /// The first of some names that is there and says something.
    fn of(&self, names: &[&str]) -> String {
        let of = |name: &&str| {
            let is_it =
                |(known, value): &&(String, String)| known.eq_ignore_ascii_case(name) && !value.trim().is_empty();
            self.members.iter().find(is_it).map(|(_, value)| value.clone())
        };
        names.iter().find_map(of).unwrap_or_default()
    }

    /// With the headers that it holds as a text, or as a list of pairs.
    fn with_headers(mut self) -> Self {
        let list: Vec<Value> = serde_json::from_str(&self.of(&["message-headers"])).unwrap_or_default();
        self.headers.extend(list.iter().filter_map(pair));
        let text = self.of(&["headers", "rawheaders"]);
        // A line that begins with white space goes on with the one before.
        for line in text.lines() {
            match (line.strip_prefix([' ', '\t']), line.split_once(':'), self.headers.last_mut()) {
                (Some(more), _, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(more.trim());
                }
                (_, Some((name, value)), _) => self.headers.push((name.trim().to_owned(), value.trim().to_owned())),
                _ => {}
            }
        }
        self
    }

    fn header(&self, name: &str) -> Option<&str> {
        let own = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let member = || self.members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        own.or_else(member).map(|(_, value)| value.trim())
    }

    /// Whether a program wrote it by itself: an answer of someone who is away, or what could not be delivered.
    fn is_by_itself(&self, from: &str) -> bool {
        // RFC 3834: whatever it says but `no`.
        let submitted = self.header("auto-submitted").is_some_and(|says| !says.eq_ignore_ascii_case("no"));
        let says = |(name, values): &(&str, &[&str])| {
            let said = self.header(name).map(str::to_ascii_lowercase);
            said.is_some_and(|said| values.is_empty() || said.split(',').any(|one| values.contains(&one.trim())))
        };
        let report =
            self.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("multipart/report"));
        // The envelope of a bounce has no sender.
        let envelope: Value = serde_json::from_str(&self.of(&["envelope"])).unwrap_or_default();
        let nobody = envelope.get("from").and_then(Value::as_str).is_some_and(|from| from.trim().is_empty());
        let from = from.to_ascii_lowercase();
        let daemon =
            DAEMONS.iter().any(|name| from.trim_start().starts_with(name) || from.contains(&format!("<{name}")));
        submitted || BY_ITSELF.iter().any(says) || report || nobody || daemon
    }

    fn mail(self) -> Result<Mail, Problem> {
        let from = self.of(&["from", "sender"]);
        let from = if from.is_empty() { self.header("from").unwrap_or_default().to_owned() } else { from };
        let subject = self.of(&["subject"]);
        let text = self.of(&["text", "textbody", "stripped-text", "body-plain", "plain"]);
        let html = || plain::text_of(&self.of(&["html", "htmlbody", "stripped-html", "body-html"]));
        let text = if text.is_empty() { html() } else { text };
        if from.trim().is_empty() {
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the mail has no sender");
            return Err(problem.hint("send `from`, and what there is of `subject`, `text` and `html`"));
        }
        let named = self.of(&["messageid", "message-id", "id"]);
        let named = if named.is_empty() { self.header("message-id").unwrap_or_default().to_owned() } else { named };
        let (is_named, by_itself) = (!named.is_empty(), self.is_by_itself(&from));
        let id = if is_named { named } else { format!("{from}\n{subject}\n{text}") };
        let counted = self.of(&["attachments", "attachment-count"]).trim().parse().unwrap_or(0);
        Ok(Mail { id, is_named, from, subject, text, files: self.files.max(counted), by_itself })
    }
}

/// `["Subject", "Hello"]` or `{"Name": "Subject", "Value": "Hello"}`.
fn pair(value: &Value) -> Option<(String, String)> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    match value {
        Value::Array(both) => Some((text(both.first())?, text(both.get(1))?)),
        Value::Object(both) => {
            let of = |name: &str| text(both.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v));
            Some((of("name")?, of("value")?))
        }
        _ => None,
    }
}

fn of_json(bytes: &[u8]) -> Result<Sent, Problem> {
    let wrong = |e: String| Problem::new(StatusCode::BAD_REQUEST, format!("the mail cannot be read: {e}"));
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json: Value = serde_json::from_slice(bytes).map_err(|e| wrong(e.to_string()))?;
    let Value::Object(members) = json else { return Err(wrong("it is no JSON object".to_owned())) };
    let mut sent = Sent::default();
    for (name, value) in members {
        match value {
            Value::String(text) => sent.members.push((name, text)),
            Value::Number(number) => sent.members.push((name, number.to_string())),
            Value::Array(list) if name.eq_ignore_ascii_case("attachments") => sent.files = list.len(),
            Value::Array(list) if name.eq_ignore_ascii_case("headers") => {
                sent.headers = list.iter().filter_map(pair).collect();
            }
            Value::Object(all) if name.eq_ignore_ascii_case("headers") => {
                sent.headers = all.into_iter().filter_map(|(n, v)| Some((n, v.as_str()?.to_owned()))).collect();
            }
            other if name.eq_ignore_ascii_case("envelope") => sent.members.push((name, other.to_string())),
            _ => {}
        }
    }
    Ok(sent)
}

async fn of_parts(kind: &str, bytes: Bytes) -> Result<Sent, Problem> {
    let wrong = |e: &multer::Error| Problem::new(StatusCode::BAD_REQUEST, format!("the mail cannot be read: {e}"));
    let boundary = multer::parse_boundary(kind).map_err(|e| wrong(&e))?;
    let whole = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(bytes) });
    let mut parts = multer::Multipart::new(whole, boundary);
    let (mut raw, mut files) = (Vec::new(), 0);
    while let Some(part) = parts.next_field().await.map_err(|e| wrong(&e))? {
        if raw.len() + files >= PARTS_MAX {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the mail has more than {PARTS_MAX} parts"),
            ));
        }
        if part.file_name().is_some() {
            files += 1;
            continue;
        }
        let name = part.name().unwrap_or_default().to_owned();
        let charset = part.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).and_then(charset_of);
        raw.push((name, part.bytes().await.map_err(|e| wrong(&e))?, charset));
    }
    // One service names the letters of each member in a member of its own.
    let named = raw.iter().find(|(name, ..)| name.eq_ignore_ascii_case("charsets"));
    let named: serde_json::Map<String, Value> =
        named.and_then(|(_, bytes, _)| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let members = raw.into_iter().map(|(name, bytes, own)| {
        let said = named.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)).and_then(|(_, v)| v.as_str());
        let text = decoded(&bytes, said.or(own.as_deref()));
        (name, text)
    });
    Ok(Sent { members: members.collect(), files, ..Sent::default() })
}

/// `charset` of a content type.
fn charset_of(kind: &str) -> Option<String> {
    let of = |part: &str| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    };
    kind.split(';').skip(1).find_map(of)
}

/// A text of some letters. What no letters are said of, or letters that nobody knows, is UTF-8 where it can be, and else what
/// most mail of old was written in.
fn decoded(bytes: &[u8], charset: Option<&str>) -> String {
    let known = charset.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let else_of = || if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { encoding_rs::WINDOWS_1252 };
    known.unwrap_or_else(else_of).decode(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(kind: &str, body: impl Into<Bytes>) -> Mail {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        read(&headers, body.into()).await.unwrap_or_else(|_| panic!("it cannot be read"))
    }

    fn form(fields: &[(&str, &[u8])]) -> Vec<u8> {
        let mut all = Vec::new();
        for (name, value) in fields {
            all.extend(format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
            all.extend(*value);
            all.extend(b"\r\n");
        }
        all.extend(b"--X--\r\n");
        all
    }

    #[tokio::test]
    async fn letters_are_those_that_are_named() {
        for (charset, bytes, says) in [
            ("iso-8859-1", &b"Gr\xfc\xdfe aus K\xf6ln"[..], "Grüße aus Köln"),
            ("ISO-8859-15", b"15 \xa4", "15 €"),
            ("windows-1252", b"15 \x80 \x96 \x93kaputt\x94", "15 € – “kaputt”"),
            ("iso-2022-jp", b"\x1b$BJVIJ$7$?$$\x1b(B", "返品したい"),
            ("windows-1251", b"\xef\xf0\xe8\xe2\xe5\xf2", "привет"),
            ("gb18030", b"\xc4\xe3\xba\xc3", "你好"),
            ("x-nobody-knows", "schön".as_bytes(), "schön"),
            ("x-nobody-knows", b"sch\xf6n", "schön"),
        ] {
            let charsets = format!(r#"{{"Text":"{charset}","subject":"UTF-8"}}"#);
            let fields: [(&str, &[u8]); 4] = [
                ("from", b"ann@example.org"),
                ("subject", "é".as_bytes()),
                ("text", bytes),
                ("charsets", charsets.as_bytes()),
            ];
            let mail = of("multipart/form-data; boundary=X", form(&fields)).await;
            assert_eq!((mail.text.as_str(), mail.subject.as_str()), (says, "é"), "{charset}");
        }
        let part = b"--X\r\nContent-Disposition: form-data; name=\"text\"\r\nContent-Type: text/plain; charset=\"latin1\"\r\n\r\n\xfc\r\n";
        let from = b"--X\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\na@b.c\r\n--X--\r\n";
        assert_eq!(of("multipart/form-data; boundary=X", [&part[..], from].concat()).await.text, "ü");
    }

    #[tokio::test]
    async fn a_mail_without_a_plain_text_is_read_from_its_html() {
        let html = "<style>p{}</style><p>It came <b>broken</b>,<br>order A-1001 &amp; late</p>";
        for name in ["html", "HtmlBody", "body-html"] {
            let mail = serde_json::json!({ "from": "ann@example.org", "TextBody": " ", name: html }).to_string();
            assert_eq!(of("application/json", mail).await.text, "It came broken,\norder A-1001 & late");
        }
        let photo = r#"{"From":"ann@example.org","Attachments":[{"Name":"a.jpg"}]}"#;
        let mail = of("application/json", photo).await;
        assert_eq!((mail.text.as_str(), mail.subject.as_str(), mail.files), ("", "", 1));
    }

    #[tokio::test]
    async fn what_programs_send_by_themselves_is_known() {
        for auto in [
            r#"{"from":"a@b.c","Headers":[{"Name":"Auto-Submitted","Value":"auto-replied"}]}"#,
            r#"{"from":"a@b.c","headers":"Subject: x\nAuto-Submitted:\n auto-generated (vacation)\n"}"#,
            r#"{"from":"a@b.c","message-headers":"[[\"Precedence\",\"Bulk\"]]"}"#,
            r#"{"from":"a@b.c","headers":{"X-Auto-Response-Suppress":"DR, OOF"}}"#,
            r#"{"from":"a@b.c","headers":"X-Autoreply: yes"}"#,
            r#"{"from":"a@b.c","headers":"Return-Path: <>"}"#,
            r#"{"from":"a@b.c","envelope":"{\"from\":\"\",\"to\":[\"x@y.z\"]}"}"#,
            r#"{"from":"a@b.c","headers":"Content-Type: multipart/report; report-type=delivery-status"}"#,
            r#"{"from":"Mail Delivery System <MAILER-DAEMON@mx.example>"}"#,
        ] {
            assert!(of("application/json", auto).await.by_itself, "{auto}");
        }
        for own in [
            r#"{"from":"a@b.c","headers":"Auto-Submitted: no\nReturn-Path: <a@b.c>\nPrecedence: normal"}"#,
            r#"{"from":"Postmaster fan <a@b.c>","envelope":"{\"from\":\"a@b.c\"}"}"#,
        ] {
            assert!(!of("application/json", own).await.by_itself, "{own}");
        }
    }
}
