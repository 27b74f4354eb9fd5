//! The texts of the pages, in the language of whoever reads them.

use amends_core::money::Money;
pub use amends_core::texts::{Filling, Texts};
use amends_core::time::{Date, Time, Zone};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use fluent_bundle::FluentValue;

tokio::task_local! {
    /// Those of the request that is being answered.
    static READERS: &'static Texts;
}

/// The text of a key of the catalogue, filled in: `t!("cases-left", n = 3)`. In a template what belongs to the page is
/// `self.`, as the template engine hands the parts on as they are written.
macro_rules! t {
    ($key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::texts::say($key, &[$((stringify!($name), $crate::texts::Filling::filling(&$value))),*])
    };
}

/// The texts of whoever reads; in English where nobody does.
pub fn texts() -> &'static Texts {
    READERS.try_with(|texts| *texts).unwrap_or_else(|_| Texts::english())
}

/// The text of a key, filled in.
pub fn say(key: &str, filled: &[(&'static str, FluentValue<'_>)]) -> String {
    texts().say(key, filled)
}

/// An amount.
pub fn money(m: Money) -> String {
    texts().money(m)
}

/// A day.
pub fn date(d: Date) -> String {
    texts().date(d)
}

/// A time on the clocks of a zone.
pub fn time(t: Time, zone: &Zone) -> String {
    texts().time(t, zone)
}

/// A time that is kept in microseconds, on the clocks of a zone; nothing where it is none.
pub fn moment(micros: i64, zone: &Zone) -> String {
    Time::from_micros(micros).map_or_else(String::new, |at| time(at, zone))
}

/// The day of a time in a zone.
pub fn day(t: Time, zone: &Zone) -> String {
    texts().day(t, zone)
}

/// What the clocks of a zone show.
pub fn clock(t: Time, zone: &Zone) -> String {
    texts().clock(t, zone)
}

/// What a remedy of a kind is.
pub fn remedy(kind: &str) -> String {
    say(&format!("remedy-{}", kind.replace('_', "-")), &[])
}

/// What templates say: `{{ "cases-left"|t|with("n", count) }}`.
#[expect(missing_docs, clippy::inline_always, reason = "of what the macro makes of the functions")]
pub mod filters {
    use std::fmt;

    use askama::{Result, Values, filter_fn};
    use fluent_bundle::FluentValue;

    use super::{Filling, say};

    /// A text of the catalogue that is being filled in.
    #[derive(Debug)]
    pub struct Text<'a> {
        key: &'a str,
        filled: Vec<(&'static str, FluentValue<'static>)>,
    }

    impl fmt::Display for Text<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&say(self.key, &self.filled))
        }
    }

    /// The text of a key.
    #[filter_fn]
    pub fn t<'a>(key: &'a str, _: &dyn Values) -> Result<Text<'a>> {
        Ok(Text { key, filled: Vec::new() })
    }

    /// The same, with one more part filled in.
    #[filter_fn]
    pub fn with<'a, T: Filling>(mut text: Text<'a>, _: &dyn Values, name: &'static str, value: T) -> Result<Text<'a>> {
        text.filled.push((name, value.filling().into_owned()));
        Ok(text)
    }
}

/// Answers a request in the language that its reader likes best of those there are.
pub async fn read(request: Request, next: Next) -> Response {
    let texts = suiting(request.headers());
    READERS.scope(texts, next.run(request)).await
}

fn suiting(headers: &HeaderMap) -> &'static Texts {
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    accept.map_or_else(Texts::english, Texts::suiting)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use amends_core::book::model::REMEDY_KINDS;
    use regex::Regex;

    /// What is written for programmers, in their language.
    const FOR_PROGRAMMERS: [&str; 1] = ["reference.html"];

    fn re(pattern: &str) -> Regex {
        Regex::new(pattern).expect("a pattern")
    }

    /// The files under a folder, by their names and texts.
    fn files(folder: &Path) -> Vec<(String, String)> {
        let entries = fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
        let read = |path: &Path| (path.display().to_string(), fs::read_to_string(path).expect("a text"));
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![read(&path)] }).collect()
    }

    /// What we ship: without comments and tests.
    fn ours() -> Vec<(String, String)> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let comments = re(r"(?m)^\s*//.*$");
        let shipped = |(path, text): (String, String)| {
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            (path, comments.replace_all(text, "").into_owned())
        };
        let all = ["templates", "src", "../core/src"].iter().flat_map(|folder| files(&here.join(folder)));
        all.filter(|(path, _)| !path.contains("/scenes/")).map(shipped).collect()
    }

    /// Keys, each with what is filled into it, as the catalogue has them.
    fn catalogue() -> BTreeMap<String, BTreeSet<String>> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(here.join("../../texts/en.ftl")).expect("the catalogue");
        let (key, filled) = (re(r"^([a-z][a-z0-9-]*) ="), re(r"\$([a-z_]+)"));
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut open = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(found) = key.captures(line) {
                found[1].clone_into(&mut open);
                assert!(all.insert(open.clone(), BTreeSet::new()).is_none(), "`{open}` is there twice");
            }
            all.entry(open.clone()).or_default().extend(filled.captures_iter(line).map(|f| f[1].to_owned()));
        }
        all.remove("");
        all
    }

    #[test]
    fn every_text_that_is_said_is_in_the_catalogue_with_all_that_is_filled_in() {
        let catalogue = catalogue();
        let in_template = re(r#""([a-z0-9-]+)"\s*\|t\b((?:\|with\("[a-z_]+", [^|}]*\))*)"#);
        let (in_code, with) = (
            re(r#"\bt!\(\s*(?:[a-z.]+,\s*)?"([a-z0-9-]+)"((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)"#),
            re(r#"with\("([a-z_]+)""#),
        );
        let (named, plain) = (re(r"\b([a-z_]+) = "), re(r#"\bsay\("([a-z0-9-]+)""#));
        let mut wrong = Vec::new();
        let mut said = BTreeSet::new();
        for (path, text) in ours() {
            let mut check = |key: &str, filled: Option<BTreeSet<String>>| {
                said.insert(key.to_owned());
                match (catalogue.get(key), filled) {
                    (None, _) => wrong.push(format!("{path}: `{key}` is not in the catalogue")),
                    (Some(has), Some(filled)) if *has != filled => {
                        wrong.push(format!("{path}: `{key}` is filled with {filled:?}, it takes {has:?}"));
                    }
                    _ => {}
                }
            };
            for found in in_template.captures_iter(&text) {
                check(&found[1], Some(with.captures_iter(&found[2]).map(|f| f[1].to_owned()).collect()));
            }
            for found in in_code.captures_iter(&text) {
                check(&found[1], Some(named.captures_iter(&found[2]).map(|f| f[1].to_owned()).collect()));
            }
            for found in plain.captures_iter(&text) {
                check(&found[1], None);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // Months, amounts and kinds of remedies are said by a key that is put together.
        let built = |key: &str| ["month-", "money-", "remedy-"].iter().any(|start| key.starts_with(start));
        let kinds: BTreeSet<_> = REMEDY_KINDS.iter().map(|kind| format!("remedy-{}", kind.replace('_', "-"))).collect();
        let told = catalogue.keys().filter(|key| key.starts_with("remedy-"));
        assert_eq!(told.cloned().collect::<BTreeSet<_>>(), kinds);
        let unsaid: Vec<_> = catalogue.keys().filter(|key| !said.contains(*key) && !built(key)).collect();
        assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
    }

    #[test]
    fn the_code_of_pages_says_nothing_by_itself() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let literal = re(r#""((?:[^"\\\n]|\\.)*)""#);
        let sentence = re(r"^[A-Z“][a-z]+[^<>=]* |[a-z]{2,} [a-z]{2,} [a-z]{2,}");
        // For whoever runs the server, for programmers, and where no template can be filled.
        let others = [
            "no such file",
            "templates call",
            "people sign in by https",
            "could not sign in",
            "the provider says",
            "the token is for others",
            "the page could not",
        ];
        let mut bare = Vec::new();
        for (path, text) in ours().into_iter().filter(|(path, _)| path.starts_with(&here.display().to_string())) {
            let is_page = path.contains("/src/desk") || path.ends_with("/pages.rs") || path.ends_with("/provider.rs");
            if !is_page || path.ends_with("/reference.rs") {
                continue;
            }
            let found = literal.captures_iter(&text).map(|f| f[1].to_owned());
            let said = found.filter(|l| sentence.is_match(l) && !others.iter().any(|other| l.contains(other)));
            bare.extend(said.map(|l| format!("{path}: {l}")));
        }
        assert!(bare.is_empty(), "{}", bare.join("\n"));
    }

    #[test]
    fn templates_say_nothing_but_what_is_in_the_catalogue() {
        let gone =
            re(r"(?s)\{%.*?%\}|\{\{.*?\}\}|<(?:code|kbd|script|title|style)\b.*?</(?:code|kbd|script|title|style)>");
        let (tag, spoken) =
            (re(r#"(?s)<(?:[^<>"']|"[^"]*"|'[^']*')*>"#), re(r#"(?:aria-label|placeholder|alt|title)="([^"]*)""#));
        let letters = re(r"[A-Za-z]");
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for (path, text) in files(&here) {
            if FOR_PROGRAMMERS.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            let text = gone.replace_all(&text, "");
            let shown = tag.replace_all(&text, "\n");
            let spoken = spoken.captures_iter(&text).map(|f| f[1].to_owned());
            let all = shown.lines().map(str::to_owned).chain(spoken);
            let bare: Vec<String> = all.filter(|line| letters.is_match(&line.replace("Amends", ""))).collect();
            assert!(bare.is_empty(), "{path} says {bare:?} by itself");
        }
    }
}
