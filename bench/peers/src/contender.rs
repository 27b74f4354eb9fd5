//! An engine beside its inputs, ready to be checked and timed.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cpu_time::ProcessTime;

use crate::cases::Case;
use crate::engine::{Engine, Standing, Verdict};

/// The two rows of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// From the engine's own prepared input to the verdict.
    Prepared,
    /// From the JSON text to the verdict.
    Text,
}

impl Work {
    /// Both, in the order of the table.
    pub const ALL: [Self; 2] = [Self::Prepared, Self::Text];
}

/// What the measurement sees of an engine; one virtual call starts many decisions.
pub trait Contender {
    /// The name in the table.
    fn name(&self) -> &'static str;

    /// The crate whose version the table shows.
    fn package(&self) -> &'static str;

    /// What the engine is to the table.
    fn standing(&self) -> Standing;

    /// Decides each of `cases` from prepared input and from text.
    ///
    /// # Errors
    ///
    /// Names the first case with another verdict than the expected one.
    fn check(&mut self, cases: &[Case]) -> Result<()>;

    /// Decides every measured fact set `passes` times; the CPU time of the whole process, so that work in other
    /// threads counts.
    ///
    /// # Errors
    ///
    /// Where a verdict is not `Allowed`, or the machine has no clock for CPU time.
    fn time(&mut self, work: Work, passes: u32) -> Result<Duration>;
}

/// An engine with the measured inputs, as text and in its own form.
struct Entrant<'t, E: Engine> {
    engine: E,
    texts: Vec<&'t str>,
    prepared: Vec<E::Prepared<'t>>,
}

/// Enters `engine` into the comparison over `cases`.
///
/// # Errors
///
/// Where the engine cannot be built, or cannot read a document.
pub fn enter<'t, E: Engine + 't>(engine: Result<E>, cases: &'t [Case]) -> Result<Box<dyn Contender + 't>> {
    let engine = engine?;
    let texts: Vec<_> = cases.iter().map(|case| case.text.as_str()).collect();
    let prepared = texts
        .iter()
        .map(|text| engine.prepare(text))
        .collect::<Result<_>>()
        .with_context(|| format!("{} cannot read a document", engine.name()))?;
    Ok(Box::new(Entrant { engine, texts, prepared }))
}

impl<E: Engine> Contender for Entrant<'_, E> {
    fn name(&self) -> &'static str {
        self.engine.name()
    }

    fn package(&self) -> &'static str {
        self.engine.package()
    }

    fn standing(&self) -> Standing {
        self.engine.standing()
    }

    fn check(&mut self, cases: &[Case]) -> Result<()> {
        for case in cases {
            let prepared = self
                .engine
                .prepare(&case.text)
                .with_context(|| format!("{} cannot read {}", self.engine.name(), case.name))?;
            let verdicts = [self.engine.decide(&prepared), self.engine.decide_text(&case.text)];
            ensure!(
                verdicts == [case.expected; 2],
                "{} says {verdicts:?} to {}, where the policy says {:?}",
                self.engine.name(),
                case.name,
                case.expected,
            );
        }
        Ok(())
    }

    fn time(&mut self, work: Work, passes: u32) -> Result<Duration> {
        let engine = &mut self.engine;
        let start = ProcessTime::try_now()?;
        let allowed = match work {
            Work::Prepared => count_allowed(passes, &self.prepared, |input| engine.decide(input)),
            Work::Text => count_allowed(passes, &self.texts, |text| engine.decide_text(text)),
        };
        let elapsed = start.try_elapsed()?;
        let expected = self.texts.len() * usize::try_from(passes)?;
        ensure!(allowed == expected, "{} allowed {allowed} of {expected} while it was timed", self.engine.name());
        Ok(elapsed)
    }
}

/// How often `decide` says `Allowed` in `passes` over `inputs`.
fn count_allowed<I>(passes: u32, inputs: &[I], mut decide: impl FnMut(&I) -> Verdict) -> usize {
    (0..passes).flat_map(|_| inputs).filter(|input| black_box(decide(black_box(*input))) == Verdict::Allowed).count()
}
