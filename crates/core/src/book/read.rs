//! From the texts of a book to the book as written. All that is wrong with all files is found in one
//! run; what can be read is read.

mod book;
mod cases;
mod intake;
pub(crate) mod keys;
mod policy;
pub(crate) mod scan;
pub(crate) mod shape;
mod sieve;
mod take;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use keys::FileKind;
use sieve::Sieve;

use super::model::{BookText, CaseFileText};
use super::yaml::{self, Lines};
use crate::diagnostic::{Diagnostic, FileId, Findings, Sources, Span};
use crate::digest::Digest;

/// Most policies of a book, each version counted.
pub const POLICIES_MAX: usize = 1000;
/// Most roles of a book.
pub const ROLES_MAX: usize = 64;
/// Most findings that are told of one file.
pub const FINDINGS_MAX: usize = 200;

/// The texts of a book, as someone else has read them from a folder, a database or a request.
#[derive(Clone, Debug, Default)]
pub struct BookFiles {
    /// Path inside the book's folder, with `/`, and text: `book.yaml`, `policies/*.yaml`,
    /// `intake/*.yaml`, `cases/*.yaml`. In any order.
    pub texts: Vec<(String, Arc<str>)>,
}

impl BookFiles {
    /// Adds a text.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) {
        self.texts.push((path.into(), text.into()));
    }

    /// The digest of the texts that rules are made of: paths and texts of `book.yaml` and the policies, by path.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut files: Vec<(&str, &str)> = self.texts.iter().map(|(path, text)| (path.as_str(), &**text)).collect();
        files.retain(|(path, _)| is_of_rules(path));
        files.sort_unstable();
        Digest::of_parts(files.into_iter().flat_map(|(path, text)| [path.as_bytes(), text.as_bytes()]))
    }

    /// The texts that rules are made of, alone.
    #[must_use]
    pub fn rules(&self) -> Self {
        Self { texts: self.texts.iter().filter(|(path, _)| is_of_rules(path)).cloned().collect() }
    }

    /// `book.yaml` first, then policies, intakes, cases and what is none of them; each by path, so that the
    /// order in which a folder lists its files changes nothing.
    fn in_order(&self) -> Vec<(Option<FileKind>, &str, &Arc<str>)> {
        let mut ordered: Vec<_> =
            self.texts.iter().map(|(path, text)| (FileKind::of_path(path), path.as_str(), text)).collect();
        ordered.sort_by_key(|(kind, path, _)| (kind.is_none(), *kind, *path));
        ordered
    }
}

fn is_of_rules(path: &str) -> bool {
    matches!(FileKind::of_path(path), Some(FileKind::Book | FileKind::Policy))
}

impl<P: Into<String>, T: Into<Arc<str>>> FromIterator<(P, T)> for BookFiles {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(texts: I) -> Self {
        Self { texts: texts.into_iter().map(|(path, text)| (path.into(), text.into())).collect() }
    }
}

/// Reads a book. Adds each file to `sources` and all that is wrong to `findings`, in the order of files and lines.
/// What could not be read is left out of the book, so a book with errors is good for nothing but looking on.
pub fn read(files: &BookFiles, sources: &mut Sources, findings: &mut Findings) -> BookText {
    let mut book = BookText::default();
    let mut found = Findings::default();
    let ordered = files.in_order();
    if !ordered.iter().any(|(kind, _, _)| *kind == Some(FileKind::Book)) {
        missing_book(sources, &mut found);
    }
    let mut policies = 0;
    for (kind, path, text) in ordered {
        let Some(file) = sources.add(path, Arc::clone(text)) else {
            found.push(
                Diagnostic::error("too_many", Span::default(), "the book has more than 65,535 files")
                    .help("remove files, or split the book"),
            );
            break;
        };
        let source = Source { file, path, text };
        policies += usize::from(kind == Some(FileKind::Policy));
        match kind {
            None => unknown_file(&source, &mut found),
            Some(FileKind::Policy) if policies == POLICIES_MAX + 1 => too_many_policies(&source, &mut found),
            Some(FileKind::Policy) if policies > POLICIES_MAX => {}
            Some(kind) => read_file(&mut book, kind, &source, &mut found),
        }
    }
    duplicate_cases(&book.case_files, sources, &mut found);
    found.all.sort_by_key(|finding| (finding.at.file, finding.at.start));
    findings.all.append(&mut found.all);
    book
}

struct Source<'a> {
    file: FileId,
    path: &'a str,
    text: &'a str,
}

fn unknown_file(source: &Source, findings: &mut Findings) {
    let at = yaml::first_line(source.file, source.text);
    findings.push(
        Diagnostic::warning("unknown_file", at, format!("`{}` is no file of a book", source.path))
            .label("not read")
            .help("a book has `book.yaml` and the folders `policies`, `intake` and `cases`"),
    );
}

fn too_many_policies(source: &Source, findings: &mut Findings) {
    let at = yaml::first_line(source.file, source.text);
    findings.push(
        Diagnostic::error("too_many", at, format!("the book has more than {POLICIES_MAX} policies"))
            .label("not read from here on")
            .help("remove versions that nobody relies on any more, or split the book"),
    );
}

fn read_file(book: &mut BookText, kind: FileKind, source: &Source, findings: &mut Findings) {
    let at = yaml::first_line(source.file, source.text);
    let mut own = Findings::default();
    let root = yaml::parse(source.file, source.text, &mut own);
    if let Some(mut root) = root {
        Sieve::new(source.text, &mut own).file(&mut root, kind.record(), at);
        let name = source.path.rsplit('/').next().unwrap_or("").trim_end_matches(".yaml");
        match kind {
            FileKind::Book => {
                book.at = at;
                book::read(book, &root, &Lines::of_text(source.text), &mut own);
            }
            FileKind::Policy => book.policies.push(policy::read(&root, name, at)),
            FileKind::Intake => book.intakes.push(intake::read(&root, name, at)),
            FileKind::Cases => book.case_files.push(cases::read(&root, &mut own)),
        }
    }
    own.all.sort_by_key(|finding| finding.at.start);
    shorten(&mut own, at);
    findings.all.append(&mut own.all);
}

/// A file that is something else altogether is not told so ten thousand times.
fn shorten(findings: &mut Findings, at: Span) {
    if let Some(more) = findings.all.len().checked_sub(FINDINGS_MAX).filter(|more| *more > 0) {
        findings.all.sort_by_key(|finding| finding.severity);
        findings.all.truncate(FINDINGS_MAX);
        findings.push(
            Diagnostic::error("too_many", at, format!("{more} more findings in this file are not shown"))
                .help("mend those that are shown first"),
        );
    }
}

/// The comments of one file that cut an expression, for the formatter: quoting would make them look harmless.
pub(super) fn sieve_comments(text: &str, file: FileId, record: &'static shape::Record) -> Findings {
    let mut findings = Findings::default();
    if let Some(mut root) = yaml::parse(file, text, &mut findings) {
        Sieve::new(text, &mut findings).file(&mut root, record, yaml::first_line(file, text));
    }
    findings.all.retain(|finding| finding.code == "comment_after_expression");
    findings
}

fn missing_book(sources: &mut Sources, findings: &mut Findings) {
    let file = sources.add("book.yaml", "").unwrap_or_default();
    findings.push(
        Diagnostic::error("missing_file", yaml::first_line(file, ""), "there is no `book.yaml`")
            .label("missing")
            .help("write one; `amends new` makes a book to begin with"),
    );
}

/// Ids of cases are unique in the book, since people and reports name a case by its id alone.
fn duplicate_cases(case_files: &[CaseFileText], sources: &Sources, findings: &mut Findings) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for case in case_files.iter().flat_map(|file| &file.cases) {
        let Some(first) = seen.insert(case.id.value.as_str(), case.id.at) else { continue };
        let path = sources.file(first.file).map_or("", |file| file.path.as_str());
        findings.push(
            Diagnostic::error("duplicate_id", case.id.at, format!("there are two cases `{}`", case.id.value))
                .label("again")
                .help(format!("another one is in {path}; give one of them another id")),
        );
    }
}
