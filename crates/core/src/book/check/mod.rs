//! Gives a book its meaning, or says all that is wrong with it in one run.

mod asks;
mod assemble;
mod bounds;
mod brought;
mod labels;
mod ladder;
mod lints;
mod policy;
mod published;
mod remedies;
mod say;
mod terms;
mod trust;
mod values;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::book::model::{BookText, PolicyText};
use crate::book::read::{BookFiles, read};
use crate::book::rules::{Book, Policy, Replay, Role, RoleId, SOMETHING_ELSE, Version};
use crate::diagnostic::{Diagnostic, Findings, Sources};
use crate::digest::Digest;
use crate::facts::intake::Intake;
use crate::facts::schema::Schema;
use crate::ids::BusinessId;
use crate::number::Rounding;
use crate::program::infer::Names;
use policy::TypedPolicy;
use rustc_hash::FxBuildHasher;

pub(crate) use remedies::{back_field, left_field, paid_field};

/// What a check gives: the book when it can be used, and all findings either way.
#[derive(Debug)]
pub struct Checked {
    /// The book; none where there is an error.
    pub book: Option<Book>,
    /// What was found, errors first, then by place.
    pub findings: Findings,
    /// The texts the findings point into.
    pub sources: Sources,
}

/// Reads and checks a book.
#[must_use]
pub fn check(files: &BookFiles) -> Checked {
    check_as(files, Purpose::ToRule, |_| {})
}

/// Reads and checks the rules of a book alone, as they are kept beside assessments: no intake mapping, no case, and not
/// how cases are replayed, which needs a mapping.
#[must_use]
pub fn check_rules(files: &BookFiles) -> Checked {
    check_as(&files.rules(), Purpose::ToMakeAgain, |text| text.replay = None)
}

/// What a book is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Requests are answered by it.
    ToRule,
    /// What it answered once is made again: it may leave out what was not asked of it then.
    ToMakeAgain,
}

fn check_as(files: &BookFiles, purpose: Purpose, change: impl FnOnce(&mut BookText)) -> Checked {
    let mut findings = Findings::default();
    let mut sources = Sources::default();
    let mut text = read(files, &mut sources, &mut findings);
    change(&mut text);
    let mut book = check_text(&text, &sources, purpose, &mut findings);
    // What several policies share is found with each of them.
    findings.all.sort_by(|x, y| (x.severity, x.at, x.code, &x.message).cmp(&(y.severity, y.at, y.code, &y.message)));
    findings.all.dedup();
    if let Some(book) = &mut book {
        book.sources = sources.clone();
        book.digest = files.digest().into();
    }
    Checked { book: book.filter(|_| !findings.has_errors()), findings, sources }
}

fn check_text(text: &BookText, sources: &Sources, purpose: Purpose, findings: &mut Findings) -> Option<Book> {
    if text.book.is_none() && text.roles.is_empty() && text.facts.is_empty() {
        return None; // `book.yaml` cannot be read, which is said; without it every name would seem unknown.
    }
    let mut schema = Schema::build(text, findings);
    let units = schema.units.clone();
    let mut roles = ladder::roles(text, &units, findings);
    trust::trust(text, &mut roles, &units, findings);
    if purpose == Purpose::ToRule {
        ladder::bounded_agent(text, &units, findings);
        named_business(text, findings);
        ladder::ids_that_say_none(text, findings);
    }
    let circumstances = ladder::circumstances(text, &roles, &units, findings);
    let bespoke = text.bespoke.as_ref().and_then(|id| ladder::role_of(&roles, id, findings));
    let rounding = rounding(text);
    let mut names = Names::new(&mut schema, &text.define);
    let guards = ladder::guards(text, &roles, &mut names, findings);
    let nevers = ladder::nevers(text, &mut names, findings);
    let typed: Vec<Option<TypedPolicy<'_>>> =
        text.policies.iter().map(|p| policy::policy(p, text, &roles, &mut names, findings)).collect();
    names.check_defines(findings);
    if purpose == Purpose::ToRule {
        names.one_name_each(findings);
    }
    say::check(text, &mut names, findings);
    let typed: Vec<TypedPolicy<'_>> = typed.into_iter().flatten().collect();
    let complete = has_all_policies(text, sources);
    let requests = requests(text, complete, findings);
    let whole = lints::Whole {
        book: text,
        complete,
        policies: &typed,
        guards: &guards,
        nevers: &nevers,
        names: &names,
        roles: &roles,
        purpose,
    };
    lints::check(&whole, findings);
    let (defines, patterns) = (std::mem::take(&mut names.defines), std::mem::take(&mut names.patterns));
    let shared = assemble::Shared {
        defines: &defines,
        patterns: &patterns,
        guards: &guards,
        nevers: &nevers,
        schema: &schema,
        paths: &asks::paths(&schema),
    };
    let policies = policies(&typed, &shared, sources, findings);
    let intakes: Vec<Intake> =
        text.intakes.iter().filter_map(|i| Intake::build(i, &schema, rounding, findings)).collect();
    let replay = replay(text, findings);
    check_intakes(text, &roles, &requests, findings);
    if purpose == Purpose::ToRule {
        brought::check(text, &schema, &roles, &policies, findings);
    }
    let name = text.book.as_ref()?.value.clone();
    Some(Book {
        title: text.title.as_ref().map_or_else(|| name.clone(), |t| t.value.clone()),
        name,
        digest: String::new(),
        currency: units.currency,
        zone: units.zone,
        rounding,
        roles,
        bespoke,
        labels: labels::labels(text, &schema, findings),
        schema,
        circumstances,
        requests: index_requests(&requests, &policies),
        policies,
        intakes,
        replay,
        cases: text.case_files.iter().flat_map(|f| f.cases.iter().cloned()).collect(),
        sources: Sources::default(),
    })
}

/// Whether every file of a policy could be read; else what seems unknown may stand in one that could not.
fn has_all_policies(text: &BookText, sources: &Sources) -> bool {
    sources.files.iter().filter(|file| file.path.starts_with("policies/")).count() == text.policies.len()
}

/// The book's identifier is what its business is called by: where cases are kept, in addresses and by people.
fn named_business(text: &BookText, findings: &mut Findings) {
    let Some(name) = &text.book else { return };
    if let Err(e) = BusinessId::parse(name.as_str()) {
        let error = Diagnostic::error("bad_id", name.at, e.to_string()).label("the business is called so");
        findings.push(error.help("write it like `book: my_shop`; the name for people is `title`"));
    }
}

fn rounding(text: &BookText) -> Rounding {
    match text.rounding.as_ref().map(|written| written.value.as_str()) {
        Some("half_up") => Rounding::HalfUp,
        Some("down") => Rounding::Down,
        Some("up") => Rounding::Up,
        _ => Rounding::HalfEven,
    }
}

/// Which policy id governs each kind of request; two policies for one request is an error.
fn requests(text: &BookText, complete: bool, findings: &mut Findings) -> HashMap<String, String> {
    let mut all: HashMap<String, String> = HashMap::new();
    for policy in &text.policies {
        for request in &policy.request {
            match all.get(&request.value) {
                Some(other) if *other != policy.id.value => findings.push(
                    Diagnostic::error(
                        "two_policies",
                        request.at,
                        format!("`{other}` already governs requests of kind `{}`", request.value),
                    )
                    .label("governed twice")
                    .help(format!("leave `{}` out here, or give this kind of request another name", request.value)),
                ),
                _ => {
                    all.insert(request.value.clone(), policy.id.value.clone());
                }
            }
        }
    }
    if complete && !text.policies.iter().any(|p| p.id.value == SOMETHING_ELSE) {
        findings.push(
            Diagnostic::warning("no_something_else", text.at, "no policy `something_else` for requests that no policy governs")
                .help("write policies/something-else.yaml with `policy: something_else`, `request: [something_else]` and what goodwill you can offer"),
        );
    }
    all
}

fn index_requests(requests: &HashMap<String, String>, policies: &[Policy]) -> HashMap<String, usize, FxBuildHasher> {
    let place = |id: &String| policies.iter().position(|p| p.id == *id);
    requests.iter().filter_map(|(request, id)| Some((request.clone(), place(id)?))).collect()
}

fn policies(
    typed: &[TypedPolicy<'_>],
    shared: &assemble::Shared<'_, '_>,
    sources: &Sources,
    findings: &mut Findings,
) -> Vec<Policy> {
    let mut all: Vec<Policy> = Vec::new();
    for policy in typed {
        let digest = sources
            .file(policy.text.at.file)
            .map_or_else(String::new, |f| Digest::of_parts([f.text.as_bytes()]).into());
        let dated = typed.iter().filter(|other| other.text.id.value == policy.text.id.value).count() > 1;
        let version = match assemble::version(policy, shared, next_identity(), digest, dated) {
            Ok(version) => version,
            Err(diagnostic) => {
                findings.push(*diagnostic);
                continue;
            }
        };
        let id = &policy.text.id;
        match all.iter_mut().find(|p| p.id == id.value) {
            None => all.push(Policy { id: id.value.clone(), versions: vec![version] }),
            Some(known) if known.versions.iter().any(|v| v.in_force == version.in_force) => {
                same_day(policy.text, findings);
            }
            Some(known) => known.versions.push(version),
        }
    }
    for policy in &mut all {
        policy.versions.sort_by_key(|v: &Version| v.in_force);
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn same_day(text: &PolicyText, findings: &mut Findings) {
    let at = text.in_force.as_ref().map_or(text.id.at, |e| e.at);
    findings.push(
        Diagnostic::error(
            "version_twice",
            at,
            format!("there are two versions of `{}` in force from the same day", text.id.value),
        )
        .help("give each version its own `in_force`, or the policy another id"),
    );
}

fn replay(text: &BookText, findings: &mut Findings) -> Option<Replay> {
    let replay = text.replay.as_ref()?;
    if !text.intakes.iter().any(|i| i.id.value == replay.intake.value) {
        let near =
            crate::diagnostic::did_you_mean(&replay.intake.value, text.intakes.iter().map(|i| i.id.value.as_str()));
        let help = near.map_or_else(|| "write it as intake/NAME.yaml".to_owned(), |n| format!("did you mean `{n}`?"));
        findings.push(
            Diagnostic::error(
                "unknown_intake",
                replay.intake.at,
                format!("there is no intake `{}`", replay.intake.value),
            )
            .help(help),
        );
    }
    let value = |t: &Option<crate::book::model::Text>| t.as_ref().map(|t| t.value.clone());
    Some(Replay {
        intake: replay.intake.value.clone(),
        id: replay.id.value.clone(),
        kind: value(&replay.kind),
        rule: value(&replay.rule),
        expect: replay.expect.value.clone(),
        words: replay
            .words
            .iter()
            .map(|n| (n.id.value.clone(), n.item.iter().map(|t| t.value.clone()).collect()))
            .collect(),
    })
}

/// What an intake picks as role or kind of request must be known.
fn check_intakes(text: &BookText, roles: &[Role], requests: &HashMap<String, String>, findings: &mut Findings) {
    for intake in &text.intakes {
        for word in intake.role.iter().flat_map(picked) {
            ladder::role_of(roles, word, findings);
        }
        for word in intake.request.iter().flat_map(picked) {
            if !requests.contains_key(&word.value) {
                let near = crate::diagnostic::did_you_mean(&word.value, requests.keys().map(String::as_str));
                let help = near.map_or_else(
                    || "no policy governs it: it will be assessed as something else".to_owned(),
                    |n| format!("did you mean `{n}`?"),
                );
                findings.push(
                    Diagnostic::warning(
                        "unknown_request",
                        word.at,
                        format!("no policy governs requests of kind `{}`", word.value),
                    )
                    .help(help),
                );
            }
        }
    }
}

fn picked(pick: &crate::book::model::PickText) -> Vec<&crate::book::model::Text> {
    match pick {
        crate::book::model::PickText::Fixed(text) => vec![text],
        crate::book::model::PickText::At { map, otherwise, .. } => {
            map.iter().map(|n| &n.item).chain(otherwise).collect()
        }
    }
}

impl Book {
    /// The role of an id.
    #[must_use]
    pub fn role(&self, id: &str) -> Option<RoleId> {
        self.roles.iter().position(|r| r.id == id).and_then(|i| u8::try_from(i).ok()).map(RoleId)
    }

    /// A role's entry; the lowest for one the book has not.
    #[must_use]
    pub fn role_id(&self, role: RoleId) -> &str {
        self.roles.get(usize::from(role.0)).map_or("", |r| r.id.as_str())
    }
}

/// Numbers programs within the process, so that a workspace can go from one book to another. It shows in no answer.
fn next_identity() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
