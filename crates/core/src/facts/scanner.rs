//! Steps through a JSON text and checks what it passes: what is read is borrowed, the rest costs a glance.
//!
//! `serde_json` would do the same, but spends more on what is skipped, which is most of a document, than all of
//! the reading takes here. It stays the judge: what this scanner stumbles over, `serde_json` explains, and a test
//! holds the two to the same idea of what JSON is.

use std::borrow::Cow;

/// The text is no JSON, from about where the scanner stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// A place in a JSON text.
pub(super) struct Scanner<'a> {
    json: &'a str,
    at: usize,
    /// Ends of the objects and lists that are being skipped, outermost first.
    open: Vec<u8>,
}

/// Whether a text is written as it is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Plainly,
    WithEscapes,
}

impl<'a> Scanner<'a> {
    pub(super) const fn of(json: &'a str) -> Self {
        Self { json, at: 0, open: Vec::new() }
    }

    /// What lies before the scanner, and what is ahead.
    pub(super) fn split(&self) -> (&'a str, &'a str) {
        self.json.split_at_checked(self.at).unwrap_or((self.json, ""))
    }

    /// The first byte of what comes next, behind any spaces.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Broken> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(byte) => return Ok(byte),
                None => return Err(Broken),
            }
        }
    }

    /// Passes the begin of an object or list. Returns whether there is something in it.
    #[inline]
    pub(super) fn open(&mut self, end: u8) -> Result<bool, Broken> {
        self.at += 1;
        let is_empty = self.peek()? == end;
        self.at += usize::from(is_empty);
        Ok(!is_empty)
    }

    /// Passes a comma, or the end of an object or list. Returns whether something follows.
    #[inline]
    pub(super) fn more(&mut self, end: u8) -> Result<bool, Broken> {
        let byte = self.peek()?;
        if byte != b',' && byte != end {
            return Err(Broken);
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// The name of a member, and past its colon.
    pub(super) fn name(&mut self) -> Result<Cow<'a, str>, Broken> {
        if self.peek()? != b'"' {
            return Err(Broken);
        }
        let name = self.text()?;
        self.colon()?;
        Ok(name)
    }

    /// Looks the name of a member up, and goes past its colon: most names need not be checked to be whole letters.
    #[inline]
    pub(super) fn look_up<T>(&mut self, find: impl Fn(&[u8]) -> T) -> Result<T, Broken> {
        if self.peek()? != b'"' {
            return Err(Broken);
        }
        let start = self.at;
        let found = if self.skip_text()? == Written::Plainly {
            find(self.json.as_bytes().get(start + 1..self.at - 1).unwrap_or_default())
        } else {
            find(self.meant(start)?.as_bytes())
        };
        self.colon()?;
        Ok(found)
    }

    /// The text that begins here.
    #[inline]
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Broken> {
        let start = self.at;
        if self.skip_text()? == Written::Plainly {
            return Ok(Cow::Borrowed(self.json.get(start + 1..self.at - 1).unwrap_or_default()));
        }
        self.meant(start).map(Cow::Owned)
    }

    /// The JSON text of the value that begins here.
    pub(super) fn raw(&mut self) -> Result<&'a str, Broken> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(self.since(start))
    }

    /// The JSON text of the text, number or bare word that begins here with a byte.
    #[inline]
    pub(super) fn raw_scalar(&mut self, first: u8) -> Result<&'a str, Broken> {
        let start = self.at;
        self.skip_scalar(first)?;
        Ok(self.since(start))
    }

    /// Passes a value, however deep it is.
    #[inline]
    pub(super) fn skip(&mut self) -> Result<(), Broken> {
        loop {
            let end = match self.peek()? {
                b'{' => b'}',
                b'[' => b']',
                byte => {
                    self.skip_scalar(byte)?;
                    0
                }
            };
            if end != 0 && self.open(end)? {
                self.open.push(end);
                self.skip_name(end)?;
            } else if self.open.is_empty() || !self.skip_ends()? {
                return Ok(());
            }
        }
    }

    /// Whether only spaces are left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    /// Passes what follows a value that is being skipped, up to the next one. Returns whether there is one.
    fn skip_ends(&mut self) -> Result<bool, Broken> {
        while let Some(end) = self.open.last().copied() {
            if self.more(end)? {
                self.skip_name(end)?;
                return Ok(true);
            }
            self.open.pop();
        }
        Ok(false)
    }

    /// Passes the name of a member; entries of a list have none.
    fn skip_name(&mut self, end: u8) -> Result<(), Broken> {
        if end == b']' {
            return Ok(());
        }
        if self.peek()? != b'"' {
            return Err(Broken);
        }
        self.skip_text()?;
        self.colon()
    }

    #[inline]
    fn colon(&mut self) -> Result<(), Broken> {
        if self.peek()? != b':' {
            return Err(Broken);
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn skip_scalar(&mut self, first: u8) -> Result<(), Broken> {
        match first {
            b'"' => self.skip_text().map(|_| ()),
            b't' => self.skip_word("true"),
            b'f' => self.skip_word("false"),
            b'n' => self.skip_word("null"),
            _ => self.skip_number(),
        }
    }

    fn skip_word(&mut self, word: &str) -> Result<(), Broken> {
        if !self.ahead().starts_with(word.as_bytes()) {
            return Err(Broken);
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
    fn skip_number(&mut self) -> Result<(), Broken> {
        self.skip_one(b"-");
        if !self.skip_one(b"0") {
            self.skip_digits()?;
        }
        if self.skip_one(b".") {
            self.skip_digits()?;
        }
        if self.skip_one(b"eE") {
            self.skip_one(b"+-");
            self.skip_digits()?;
        }
        Ok(())
    }

    /// Passes a byte if it is one of these.
    #[inline]
    fn skip_one(&mut self, of: &[u8]) -> bool {
        let is_one = self.byte().is_some_and(|byte| of.contains(&byte));
        self.at += usize::from(is_one);
        is_one
    }

    #[inline]
    fn skip_digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(Broken) } else { Ok(()) }
    }

    /// Passes a text with its quotes.
    #[inline]
    fn skip_text(&mut self) -> Result<Written, Broken> {
        let Some(inside) = self.json.as_bytes().get(self.at + 1..) else { return Err(Broken) };
        let len = plain_len(inside);
        if inside.get(len) == Some(&b'"') {
            self.at += len + 2;
            return Ok(Written::Plainly);
        }
        self.at += len + 1;
        self.skip_escapes()
    }

    /// Passes the rest of a text from its first escape on. Apart, so that the common way stays short.
    #[inline(never)]
    fn skip_escapes(&mut self) -> Result<Written, Broken> {
        while self.byte() == Some(b'\\') {
            self.skip_escape()?;
            self.at += plain_len(self.ahead());
        }
        if self.skip_one(b"\"") { Ok(Written::WithEscapes) } else { Err(Broken) }
    }

    /// Passes an escape; whether it stands for a letter is told when the text is read.
    fn skip_escape(&mut self) -> Result<(), Broken> {
        self.at += match self.ahead() {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [_, b'u', hex @ ..] if hex.first_chunk::<4>().is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) => 6,
            _ => return Err(Broken),
        };
        Ok(())
    }

    /// What the text that was just passed means; at its begin again where it means none.
    #[inline(never)]
    fn meant(&mut self, start: usize) -> Result<String, Broken> {
        serde_json::from_str(self.since(start)).map_err(|_| {
            self.at = start;
            Broken
        })
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn ahead(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.json.get(start..self.at).unwrap_or_default()
    }
}

/// How many bytes stand before the first quote, backslash or control character: eight at a time.
#[inline]
fn plain_len(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk() {
        let special = special(u64::from_le_bytes(*chunk));
        if special != 0 {
            return bytes.len() - rest.len() + special.trailing_zeros() as usize / 8;
        }
        rest = behind;
    }
    bytes.len() - rest.len() + last_plain_len(rest)
}

/// The same for the last bytes of a document.
#[cold]
#[inline(never)]
fn last_plain_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..b' ')).count()
}

/// Marks the first of eight bytes, from the lowest up, that is a quote, a backslash or a control character; marks
/// above it may be wrong. Source: Mycroft's test for a zero byte, as in "Bit Twiddling Hacks" by Anderson.
#[inline]
fn special(bytes: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(ONES * limit);
    // With this bit turned, a quote is the one letter that comes right after the control characters.
    let quote_or_control = below(bytes ^ (ONES * 2), u64::from(b' ') + 1);
    let backslash = below(bytes ^ (ONES * u64::from(b'\\')), 1);
    // What lies beyond ASCII is none of them, and looks as if it were.
    (quote_or_control | backslash) & !bytes & (ONES << 7)
}

#[cfg(test)]
mod tests;
