//! Forms with files, as browsers send them.

use std::fmt;
use std::time::Duration;

use axum::body::{Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::header;
use futures_util::StreamExt as _;
use multer::{Constraints, Field, Multipart, SizeLimit};

use crate::api::body::{BEFORE_IDENTITY_BYTES_MAX, form_of, received};
use crate::flow::files::{FILE_BYTES_MAX, kind_of};
use crate::server::guest::Guest;

/// Most files of one form.
pub const FILES_MAX: usize = 5;
/// Most bytes of all files of one form.
const ALL_FILES_BYTES_MAX: usize = 20 << 20;
/// Most bytes of one field that is typed, and of all such together.
const TYPED_BYTES_MAX: usize = 1 << 20;
/// Most bytes that are read at all. What is too large is read past, so that the browser comes to read the answer.
const READ_BYTES_MAX: u64 = 64 << 20;
/// How long a form may take to come: photos over a slow line.
const WITHIN: Duration = Duration::from_mins(2);
/// How long the few bytes may take that are read of a stranger's.
const LITTLE_WITHIN: Duration = Duration::from_secs(10);

/// What came: all of it that can be used, so that nothing is lost for what cannot.
#[derive(Debug, Default)]
pub struct Form {
    /// What was typed, by name.
    pub typed: Vec<(String, String)>,
    /// The files.
    pub files: Vec<Given>,
    /// Why something of it is not taken.
    pub wrong: Option<Wrong>,
}

/// A file of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct Given {
    /// The name of its field.
    pub field: String,
    /// What it is called where it comes from.
    pub called: String,
    /// Its media type, as its bytes show it.
    pub kind: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Why something of a form is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// This file is too large.
    TooLarge(String),
    /// All files together are too large.
    AllTooLarge,
    /// There are too many.
    TooMany,
    /// This file is of a type that is not kept.
    Kind(String),
    /// This file is empty.
    Empty(String),
    /// It did not come whole, or is no form.
    NotWhole,
    /// Too much is being sent at once.
    NoRoom,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLarge(called) => t!("upload-too-large", called = called, mb = FILE_BYTES_MAX >> 20),
            Self::AllTooLarge => t!("upload-all-too-large", mb = ALL_FILES_BYTES_MAX >> 20),
            Self::TooMany => t!("upload-too-many", most = FILES_MAX),
            Self::Kind(called) => t!("upload-kind", called = called),
            Self::Empty(called) => t!("upload-empty", called = called),
            Self::NotWhole => t!("upload-not-whole"),
            Self::NoRoom => t!("upload-no-room"),
        };
        f.write_str(&text)
    }
}

impl Form {
    /// What was typed under a name; empty where nothing was.
    pub fn text(&self, name: &str) -> &str {
        self.typed.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// Reads a form, with files or without, of someone who is known.
    pub async fn read(request: Request) -> Self {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let Ok(boundary) = multer::parse_boundary(kind) else {
            return match received(request, TYPED_BYTES_MAX).await {
                Ok(bytes) => Self { typed: form_of(&bytes), ..Self::default() },
                Err(_) => Self { wrong: Some(Wrong::NotWhole), ..Self::default() },
            };
        };
        let most = ALL_FILES_BYTES_MAX + TYPED_BYTES_MAX;
        let size = request.body().size_hint().upper().and_then(|size| usize::try_from(size).ok());
        if let Some(guest) = Guest::of(request.extensions())
            && guest.hold(size.map_or(most, |size| size.min(most))).await.is_err()
        {
            return Self { wrong: Some(Wrong::NoRoom), ..Self::default() };
        }
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(READ_BYTES_MAX));
        let body = request.into_body().into_data_stream();
        Self::parts(Multipart::with_constraints(body, boundary, limits), WITHIN).await
    }

    /// Reads what is typed at the beginning of a form, no more than a head has: of someone who is still to say who they are.
    pub async fn read_little(request: Request) -> Self {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let Ok(boundary) = multer::parse_boundary(kind) else {
            let bytes = received(request, BEFORE_IDENTITY_BYTES_MAX).await.unwrap_or_default();
            return Self { typed: form_of(&bytes), ..Self::default() };
        };
        let mut left = BEFORE_IDENTITY_BYTES_MAX;
        let beginning = request.into_body().into_data_stream().take_while(move |chunk| {
            let goes_on = left > 0;
            left = left.saturating_sub(chunk.as_ref().map_or(0, Bytes::len));
            std::future::ready(goes_on)
        });
        let form = Self::parts(Multipart::new(beginning, boundary), LITTLE_WITHIN).await;
        Self { typed: form.typed, ..Self::default() }
    }

    async fn parts(parts: Multipart<'_>, within: Duration) -> Self {
        let mut form = Self::default();
        match tokio::time::timeout(within, form.take(parts)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => form.wrong = form.wrong.or(Some(Wrong::NotWhole)),
        }
        form
    }

    async fn take(&mut self, mut parts: Multipart<'_>) -> Result<(), multer::Error> {
        let mut typed_left = TYPED_BYTES_MAX;
        while let Some(mut part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(called) {
                Some(called) => self.take_file(part, name, called).await?,
                None => match bytes(&mut part, typed_left).await? {
                    Some(text) => {
                        typed_left -= text.len();
                        self.typed.push((name, String::from_utf8_lossy(&text).into_owned()));
                    }
                    None => self.is_wrong(Wrong::NotWhole),
                },
            }
        }
        Ok(())
    }

    async fn take_file(&mut self, mut part: Field<'_>, field: String, called: String) -> Result<(), multer::Error> {
        let taken: usize = self.files.iter().map(|file| file.bytes.len()).sum();
        let bytes = bytes(&mut part, FILE_BYTES_MAX).await?;
        // A field in which no file was chosen.
        if called.is_empty() && bytes.as_ref().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        let wrong = match bytes {
            None => Wrong::TooLarge(called),
            Some(bytes) if bytes.is_empty() => Wrong::Empty(called),
            Some(bytes) if taken + bytes.len() > ALL_FILES_BYTES_MAX => Wrong::AllTooLarge,
            Some(_) if self.files.len() == FILES_MAX => Wrong::TooMany,
            Some(bytes) => match kind_of(&bytes) {
                Some(kind) => {
                    self.files.push(Given { field, called, kind, bytes });
                    return Ok(());
                }
                None => Wrong::Kind(called),
            },
        };
        self.is_wrong(wrong);
        Ok(())
    }

    /// The first thing that is wrong is told.
    fn is_wrong(&mut self, wrong: Wrong) {
        self.wrong.get_or_insert(wrong);
    }
}

/// The bytes of a part, read to its end; none where there are too many.
async fn bytes(part: &mut Field<'_>, most: usize) -> Result<Option<Vec<u8>>, multer::Error> {
    let mut all = Some(Vec::new());
    while let Some(chunk) = part.chunk().await? {
        all = all.filter(|all: &Vec<u8>| all.len() + chunk.len() <= most);
        if let Some(all) = &mut all {
            all.extend_from_slice(&chunk);
        }
    }
    Ok(all)
}

/// What a file is called, as it is shown: without folders, and not too long.
fn called(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn part(head: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    }

    fn file(name: &str, content: &[u8]) -> Vec<u8> {
        part(&format!(r#"name="files"; filename="{name}""#), content)
    }

    async fn read(parts: &[Vec<u8>], end: &str) -> Form {
        let body = [parts.concat(), end.as_bytes().to_vec()].concat();
        let request = Request::post("/").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        Form::read(request.body(Body::from(body)).unwrap()).await
    }

    #[tokio::test]
    async fn a_form_brings_what_was_typed_and_files_by_what_they_are() {
        let form = read(
            &[
                part(r#"name="shows""#, "the läbel".as_bytes()),
                file("C:\\photos\\label.png", b"\xff\xd8\xff\xe0"),
                // Nothing was chosen here.
                file("", b""),
                file("note.txt", b"torn"),
            ],
            "--x--\r\n",
        )
        .await;
        assert_eq!((form.text("shows"), form.text("other"), &form.wrong), ("the läbel", "", &None));
        let given: Vec<(&str, &str)> = form.files.iter().map(|f| (f.called.as_str(), f.kind)).collect();
        assert_eq!(given, [("label.png", "image/jpeg"), ("note.txt", "text/plain")]);
    }

    #[tokio::test]
    async fn what_cannot_be_taken_is_named_and_the_rest_is_there() {
        let typed = || part(r#"name="shows""#, b"the label");
        let large = vec![b'a'; FILE_BYTES_MAX + 1];
        let whole = vec![b'a'; FILE_BYTES_MAX];
        let many: Vec<Vec<u8>> = (0..=FILES_MAX).map(|n| file(&format!("{n}.txt"), b"a")).collect();
        let cases: [(Vec<Vec<u8>>, Wrong, usize); 5] = [
            (vec![file("a.exe", b"MZ\x90\x00"), file("b.txt", b"b")], Wrong::Kind("a.exe".to_owned()), 1),
            (vec![file("a.txt", &large), file("b.txt", b"b")], Wrong::TooLarge("a.txt".to_owned()), 1),
            (vec![file("a.txt", b"")], Wrong::Empty("a.txt".to_owned()), 0),
            (vec![file("a.txt", &whole), file("b.txt", &whole), file("c.txt", b"c")], Wrong::AllTooLarge, 2),
            (many, Wrong::TooMany, FILES_MAX),
        ];
        for (files, wrong, taken) in cases {
            let form = read(&[vec![typed()], files].concat(), "--x--\r\n").await;
            assert_eq!((form.wrong.as_ref(), form.files.len()), (Some(&wrong), taken));
            assert_eq!(form.text("shows"), "the label");
        }
        let form = read(&[typed(), file("a.txt", b"cut")], "").await;
        assert_eq!((form.text("shows"), form.wrong.as_ref()), ("the label", Some(&Wrong::NotWhole)));
        assert_eq!(Wrong::TooLarge("a.txt".to_owned()).to_string(), "“a.txt” has more than 10 MB. Send a smaller one.");
    }

    #[tokio::test]
    async fn of_a_stranger_what_is_typed_first_is_read_and_no_file() {
        let typed = part(r#"name="note""#, b"what I typed");
        let body = [typed, file("a.txt", &vec![b'a'; 1 << 20]), part(r#"name="last""#, b"too late")].concat();
        let coming = futures_util::stream::iter(
            body.chunks(1 << 10).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect::<Vec<_>>(),
        );
        let left = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let seen = std::sync::Arc::clone(&left);
        let counted = futures_util::StreamExt::inspect(coming, move |_| {
            seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        });
        let request = Request::post("/").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let form = Form::read_little(request.body(Body::from_stream(counted)).unwrap()).await;
        assert_eq!((form.text("note"), form.text("last"), form.files.len()), ("what I typed", "", 0));
        let read = left.load(std::sync::atomic::Ordering::Relaxed) << 10;
        assert!(read <= BEFORE_IDENTITY_BYTES_MAX + (2 << 10), "{read} bytes were read");
    }

    #[tokio::test]
    async fn a_form_without_files_may_come_as_any_form() {
        let request = Request::post("/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = Form::read(request.body(Body::from("shows=the+label")).unwrap()).await;
        assert_eq!((form.text("shows"), form.files.len(), form.wrong.as_ref()), ("the label", 0, None));
    }
}
