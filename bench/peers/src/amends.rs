//! Amends itself, with the policy as a book: not only yes or no, but every margin, role and option.

use std::mem;

use amends_core::assess::{Standing as Answer, Workspace, assess, margins};
use amends_core::book::check::check;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::{Book, Need, RoleId};
use amends_core::facts::{Facts, read_facts, read_facts_into};
use amends_core::time::Time;
use anyhow::{Context, Result};

use crate::engine::{Engine, Standing, Verdict};

/// The kind of request that the policy governs.
const REQUEST: &str = "return_of_goods";

/// The checked book, with scratch space that is used again for every decision.
pub struct Amends {
    book: Book,
    workspace: Workspace,
    facts: Facts<'static>,
    asked: Time,
}

impl Amends {
    /// Checks the book.
    pub fn new() -> Result<Self> {
        let mut files = BookFiles::default();
        files.add("book.yaml", include_str!("../book/book.yaml"));
        files.add("policies/return.yaml", include_str!("../book/policies/return.yaml"));
        files.add("policies/something-else.yaml", include_str!("../book/policies/something-else.yaml"));
        let checked = check(&files);
        let book = checked.book.with_context(|| format!("the book does not check: {:?}", checked.findings.all))?;
        let asked = Time::parse("2026-03-14T09:26:53Z", &book.zone)?;
        Ok(Self { book, workspace: Workspace::default(), facts: Facts::default(), asked })
    }
}

impl Engine for Amends {
    type Prepared<'t> = Facts<'t>;

    fn name(&self) -> &'static str {
        "amends"
    }

    fn package(&self) -> &'static str {
        "amends-core"
    }

    fn standing(&self) -> Standing {
        Standing::Ours
    }

    fn prepare<'t>(&self, text: &'t str) -> Result<Facts<'t>> {
        Ok(read_facts(&self.book.schema, text, self.asked, self.asked)?)
    }

    /// Every term's margin and role; allowed where none asks for anyone.
    fn decide(&mut self, facts: &Facts<'_>) -> Verdict {
        match margins(&self.book, REQUEST, facts, &mut self.workspace) {
            Ok(found) => Verdict::of(found.need().worst == Need::NONE),
            Err(_) => Verdict::Failed,
        }
    }

    /// The whole assessment, options, amounts, costs and who may give them among it.
    fn decide_text(&mut self, text: &str) -> Verdict {
        let mut facts = mem::take(&mut self.facts).recycle();
        let read = read_facts_into(&self.book.schema, text, self.asked, self.asked, &mut facts);
        let verdict = match read {
            Ok(()) => match assess(&self.book, REQUEST, &facts, RoleId(1), &mut self.workspace) {
                Ok(answer) => Verdict::of(answer.standing == Answer::Entitled),
                Err(_) => Verdict::Failed,
            },
            Err(_) => Verdict::Failed,
        };
        self.facts = facts.recycle();
        verdict
    }
}
