//! Files that show something: what is kept, and keeping it.

use amends_core::digest::Digest;
use amends_core::ids::BusinessId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::records::Records;
use crate::store::StoreError;
use crate::store::files::{self, FileRow};

/// Most bytes of a file.
pub const FILE_BYTES_MAX: usize = 10 << 20;
/// What a file may be: what browsers show without running it.
pub const KINDS: [&str; 6] = ["application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp", "text/plain"];

/// What bytes are, whatever they are called and whoever says so; none: nothing that is kept.
pub fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let begins: [(&[u8], &'static str); 5] = [
        (b"%PDF-", "application/pdf"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
    ];
    if let Some((_, kind)) = begins.iter().find(|(begin, _)| bytes.starts_with(begin)) {
        return Some(kind);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    text.chars().all(is_plain).then_some("text/plain")
}

/// Keeps a file; the same bytes are kept once. It is evidence once a case names it, and goes after a while where none does.
///
/// # Errors
/// When the database does not take it.
pub async fn keep(records: &Records, business: &BusinessId, kind: &str, content: &[u8]) -> Result<FileRow, StoreError> {
    let bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
    let (digest, kind) = (Digest::of(content), kind.to_owned());
    let file = FileRow { digest, kind, bytes, content: STANDARD.encode(content) };
    let mut conn = records.store.reader().await?;
    files::add(&mut conn, business, &file, records.clock.now().micros()).await?;
    Ok(file)
}

/// A file: its type and its bytes.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    records: &Records,
    business: &BusinessId,
    digest: &Digest,
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let found = files::find(&mut *records.store.reader().await?, business, digest).await?;
    let Some(file) = found else { return Ok(None) };
    let bytes = STANDARD.decode(file.content).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    Ok(Some((file.kind, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_are() {
        let kinds: [(&[u8], Option<&str>); 13] = [
            (b"%PDF-1.7\n", Some("application/pdf")),
            (b"GIF89a\x01\x00", Some("image/gif")),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n\x00\x00", Some("image/png")),
            (b"RIFF\x24\x00\x00\x00WEBPVP8 ", Some("image/webp")),
            ("ein Beleg: 12 €\r\n".as_bytes(), Some("text/plain")),
            // Shown as the text it is, and never as a page.
            (b"<script>alert(1)</script>", Some("text/plain")),
            (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
            (b"MZ\x90\x00\x03", None),
            (b"PK\x03\x04", None),
            (b"\x00\x00\x00\x18ftypheic", None),
            (b"text\x00more", None),
            (b"\x1b[2Jtext", None),
        ];
        for (bytes, kind) in kinds {
            assert_eq!(kind_of(bytes), kind, "{bytes:?}");
        }
    }
}
