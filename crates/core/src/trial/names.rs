//! Names in a case that the book does not have.

use crate::book::model::CaseText;
use crate::book::rules::{Book, Policy, SOMETHING_ELSE, Version};
use crate::book::yaml::Node;
use crate::diagnostic::{Diagnostic, Findings, Span, did_you_mean};

/// Words that stand where a name may, and name nothing.
const NO_NAME: [&str; 4] = ["none", "nobody", "unknown", "more_than_paid"];

/// Checks every role, term, remedy, never and circumstance a case names.
pub(super) fn check(book: &Book, case: &CaseText, findings: &mut Findings) {
    if misspelt_request(book, case, findings) {
        return;
    }
    let request = case.question.get("request").and_then(Node::text);
    let ungoverned = request.filter(|request| !book.requests.contains_key(*request));
    let mut c = Checking { book, policy: policy(book, case), ungoverned, findings };
    let circumstances: Vec<&str> = book.circumstances.iter().map(|x| x.id.as_str()).collect();
    for entry in case.question.get("circumstances").and_then(Node::seq).unwrap_or_default() {
        c.known("circumstance", entry.get("id"), &circumstances);
    }
    for expected in &case.expect {
        c.name("role", &expected.id.value, expected.id.at, &c.roles());
        for (key, node) in expected.item.map().unwrap_or_default() {
            c.key(&key.value, node);
        }
    }
}

/// A kind of request that no policy governs and one of another spelling does. Any other may be tried as something else.
fn misspelt_request(book: &Book, case: &CaseText, findings: &mut Findings) -> bool {
    let Some(node) = case.question.get("request") else { return false };
    let request = node.text().unwrap_or_default();
    if book.requests.contains_key(request) {
        return false;
    }
    let Some(near) = did_you_mean(request, book.requests.keys().map(String::as_str)) else { return false };
    let error = Diagnostic::error("unknown_request", node.at, format!("no policy governs `{request}`"));
    findings.push(error.label("not known").help(format!("did you mean `{near}`?")));
    true
}

/// The policy that answers the case.
fn policy<'a>(book: &'a Book, case: &CaseText) -> Option<&'a Policy> {
    let request = case.question.get("request").and_then(Node::text)?;
    let governing = book.requests.get(request).and_then(|i| book.policies.get(*i));
    governing.or_else(|| book.policies.iter().find(|p| p.id == SOMETHING_ELSE))
}

struct Checking<'a, 'f> {
    book: &'a Book,
    policy: Option<&'a Policy>,
    /// The kind of request, where no policy governs it.
    ungoverned: Option<&'a str>,
    findings: &'f mut Findings,
}

impl<'a> Checking<'a, '_> {
    fn versions(&self) -> impl Iterator<Item = &'a Version> + use<'a> {
        self.policy.into_iter().flat_map(|p| &p.versions)
    }

    fn remedies(&self) -> Vec<&'a str> {
        self.versions().flat_map(|v| &v.remedies).map(|r| r.id.as_str()).collect()
    }

    fn terms(&self) -> Vec<&'a str> {
        self.versions().flat_map(|v| &v.terms).map(|t| t.id.as_str()).collect()
    }

    fn nevers(&self) -> Vec<&'a str> {
        self.versions().flat_map(|v| &v.nevers).map(|n| n.id.as_str()).collect()
    }

    fn roles(&self) -> Vec<&'a str> {
        self.book.roles.iter().map(|r| r.id.as_str()).collect()
    }

    fn key(&mut self, key: &str, node: &Node) {
        match key {
            "barred" | "yours" | "parts" | "relies_on" if node.text().is_some_and(|text| text != "none") => {
                let error = format!("`{key}` cannot be `{}`", node.text().unwrap_or_default());
                let help = "write `none`, or each by its name, as in `name: what came of it`";
                self.findings.push(Diagnostic::error("unknown_word", node.at, error).label("unknown word").help(help));
            }
            "by" | "released_by" => self.known("role", Some(node), &self.roles()),
            "first" => self.known("remedy", Some(node), &self.remedies()),
            "options" | "owed" | "instead" => self.all("remedy", node, &self.remedies()),
            "fails" => self.all("term", node, &self.terms()),
            "yours" | "parts" => self.keys("remedy", node, &self.remedies()),
            "terms" => {
                self.keys("term", node, &self.terms());
                for (_, term) in node.map().unwrap_or_default() {
                    self.known("role", term.get("need"), &self.roles());
                }
            }
            "barred" => {
                self.keys("remedy", node, &self.remedies());
                for (_, never) in node.map().unwrap_or_default() {
                    self.known("never", Some(never), &self.nevers());
                }
            }
            _ => {}
        }
    }

    fn keys(&mut self, what: &str, node: &Node, known: &[&str]) {
        for (key, _) in node.map().unwrap_or_default() {
            self.name(what, &key.value, key.at, known);
        }
    }

    fn all(&mut self, what: &str, node: &Node, known: &[&str]) {
        self.known(what, Some(node), known);
        for item in node.seq().unwrap_or_default() {
            self.known(what, Some(item), known);
        }
    }

    fn known(&mut self, what: &str, node: Option<&Node>, known: &[&str]) {
        if let Some((text, at)) = node.and_then(|n| Some((n.text()?, n.at))) {
            self.name(what, text, at, known);
        }
    }

    fn name(&mut self, what: &str, written: &str, at: Span, known: &[&str]) {
        if known.contains(&written) || NO_NAME.contains(&written) {
            return;
        }
        let instead = match self.ungoverned {
            Some(request) if matches!(what, "remedy" | "term") => {
                format!("no policy governs `{request}`, so it is answered as something else; ")
            }
            _ => String::new(),
        };
        let help = match did_you_mean(written, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("{instead}there is no {what} here at all"),
            None => {
                let known: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
                format!("{instead}known here: {}", known.join(", "))
            }
        };
        let code = match what {
            "role" => "unknown_role",
            "term" => "unknown_term",
            "remedy" => "unknown_remedy",
            "never" => "unknown_never",
            _ => "unknown_circumstance",
        };
        self.findings
            .push(Diagnostic::error(code, at, format!("there is no {what} `{written}`")).label("not known").help(help));
    }
}
