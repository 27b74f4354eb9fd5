//! JSON pointers. Source: RFC 6901.

use std::fmt;

/// The way to a value: names of members and indices of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    pub(super) tokens: Vec<String>,
}

impl Pointer {
    /// Reads `/order/items/0`; nothing at all is the document itself.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Self { tokens: Vec::new() });
        }
        let Some(rest) = text.strip_prefix('/') else { return Err("a pointer begins with `/`") };
        let tokens: Result<Vec<String>, _> = rest.split('/').map(unescaped).collect();
        Ok(Self { tokens: tokens? })
    }
}

fn unescaped(token: &str) -> Result<String, &'static str> {
    let mut parts = token.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (c, rest) = match (part.strip_prefix('0'), part.strip_prefix('1')) {
            (Some(rest), _) => ('~', rest),
            (_, Some(rest)) => ('/', rest),
            _ => return Err("in a pointer `~` is written `~0`, and `/` in a name `~1`"),
        };
        text.push(c);
        text.push_str(rest);
    }
    Ok(text)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tokens.iter().try_for_each(|token| write!(f, "/{}", token.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_as_the_standard_says() {
        let check = |text: &str, tokens: &[&str]| {
            let pointer = Pointer::parse(text).unwrap();
            assert_eq!(
                (pointer.to_string().as_str(), pointer.tokens),
                (text, tokens.iter().map(|t| (*t).to_owned()).collect())
            );
        };
        check("", &[]);
        check("/", &[""]);
        check("/a/0/b", &["a", "0", "b"]);
        check("/a~1b/m~0n/~01", &["a/b", "m~n", "~1"]);
        for text in ["a", "/a~", "/~2"] {
            assert!(Pointer::parse(text).is_err(), "{text}");
        }
    }
}
