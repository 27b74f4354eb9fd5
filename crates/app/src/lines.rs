//! The lines of a file of any length, one at a time in memory.

use std::io::{self, BufRead};

/// Lines, as bytes.
pub struct Lines<R> {
    from: R,
    bytes_max: usize,
    line: Vec<u8>,
}

/// One line.
pub struct Line<'l> {
    /// Its bytes without the line feed; of one that is too long, a byte more than there may be.
    pub text: &'l [u8],
    /// Whether a line feed ends it.
    pub is_ended: bool,
    bytes_max: usize,
}

impl Line<'_> {
    /// Whether it has more bytes than there may be.
    pub const fn is_too_long(&self) -> bool {
        self.text.len() > self.bytes_max
    }
}

impl<R: BufRead> Lines<R> {
    /// Lines of at most so many bytes.
    pub const fn of(from: R, bytes_max: usize) -> Self {
        Self { from, bytes_max, line: Vec::new() }
    }

    /// The next line; none after the last. What is too long is read to its end and not kept.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut is_begun = false;
        let is_ended = loop {
            let read = self.from.fill_buf()?;
            if read.is_empty() {
                break false;
            }
            is_begun = true;
            let end = read.iter().position(|byte| *byte == b'\n');
            let room = self.bytes_max.saturating_add(1) - self.line.len();
            self.line.extend(read.iter().take(end.unwrap_or(read.len())).take(room));
            let used = end.map_or(read.len(), |end| end + 1);
            self.from.consume(used);
            if end.is_some() {
                break true;
            }
        };
        let line = Line { text: &self.line, is_ended, bytes_max: self.bytes_max };
        Ok(is_begun.then_some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, bytes_max: usize, buffer: usize) -> Vec<(String, bool, bool)> {
        let mut lines = Lines::of(io::BufReader::with_capacity(buffer, text.as_bytes()), bytes_max);
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push((String::from_utf8(line.text.to_vec()).unwrap(), line.is_ended, line.is_too_long()));
        }
        all
    }

    #[test]
    fn lines_are_the_same_whatever_the_buffer_holds() {
        for buffer in 1..12 {
            let line = |text: &str, is_ended, is_too_long| (text.to_owned(), is_ended, is_too_long);
            let expected = [line("one", true, false), line("", true, false), line("seven", true, true)];
            assert_eq!(read("one\n\nsevenths\n", 4, buffer), expected);
            assert_eq!(read("one\ntwo", 4, buffer), [line("one", true, false), line("two", false, false)]);
            assert_eq!(read("", 4, buffer), []);
        }
    }
}
