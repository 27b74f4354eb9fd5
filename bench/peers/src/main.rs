//! The comparison policy on every engine, in one run; see `README.md`.

mod amends;
mod cases;
mod cedar;
mod cel;
mod cel_core;
mod contender;
mod document;
mod engine;
mod json;
mod measure;
mod regorus;
mod rust_struct;
mod table;
mod versions;
#[cfg(feature = "zen-engine")]
mod zen_engine;
mod zen_expression;

use std::num::NonZeroU32;

use anyhow::{Context, Result};

use crate::amends::Amends;
use crate::cases::Case;
use crate::cedar::Cedar;
use crate::cel::Cel;
use crate::cel_core::CelCore;
use crate::contender::{Contender, enter};
use crate::json::Reader;
use crate::regorus::Regorus;
use crate::rust_struct::RustStruct;
use crate::table::Row;
use crate::zen_expression::ZenExpression;

/// How many rounds the medians are taken over, unless the command line says.
const ROUNDS: u32 = 41;

fn main() -> Result<()> {
    let rounds = rounds()?;
    let measured = cases::measured();
    let mut contenders = contenders(&measured)?;
    check(&mut contenders, &measured)?;
    let figures = measure::measure(&mut contenders, rounds)?;
    let rows: Vec<_> =
        contenders.iter().zip(figures).map(|(contender, figures)| Row::new(contender.as_ref(), figures)).collect();
    print!("{}", table::render(&rows, rounds));
    Ok(())
}

/// The number of rounds: the first word of the command line, if there is one.
fn rounds() -> Result<u32> {
    std::env::args().nth(1).map_or(Ok(ROUNDS), |word| {
        let rounds: NonZeroU32 =
            word.parse().with_context(|| format!("`{word}` is no number of rounds; write one such as {ROUNDS}"))?;
        Ok(rounds.get())
    })
}

/// Everyone who takes part, in the order of the table.
fn contenders(cases: &[Case]) -> Result<Vec<Box<dyn Contender + '_>>> {
    Ok(vec![
        enter(Amends::new(), cases)?,
        enter(Ok(RustStruct), cases)?,
        enter(ZenExpression::new(Reader::Own), cases)?,
        enter(ZenExpression::new(Reader::Ours), cases)?,
        #[cfg(feature = "zen-engine")]
        enter(zen_engine::ZenEngine::with_expression(), cases)?,
        #[cfg(feature = "zen-engine")]
        enter(zen_engine::ZenEngine::with_table(), cases)?,
        enter(Regorus::new(Reader::Own), cases)?,
        enter(Regorus::new(Reader::Ours), cases)?,
        enter(Cel::new(), cases)?,
        enter(CelCore::new(), cases)?,
        enter(Cedar::without_schema(Reader::Own), cases)?,
        enter(Cedar::without_schema(Reader::Ours), cases)?,
        enter(Cedar::with_schema(Reader::Own), cases)?,
        enter(Cedar::with_schema(Reader::Ours), cases)?,
    ])
}

/// Nobody is timed before all have decided every case rightly, those that break one condition among them.
fn check(contenders: &mut [Box<dyn Contender + '_>], measured: &[Case]) -> Result<()> {
    let changed = cases::changed();
    for contender in contenders {
        contender.check(measured)?;
        contender.check(&changed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_decides_every_case_as_the_policy_does() {
        let measured = cases::measured();
        let mut contenders = contenders(&measured).expect("every engine reads the documents");
        check(&mut contenders, &measured).expect("every engine decides rightly");
    }
}
