//! Rounds over all contenders: one slice of each kind of work at a time, so that noise falls on all of them alike.

use std::time::Duration;

use anyhow::Result;

use crate::cases::SETS;
use crate::contender::{Contender, Work};

/// The CPU time that one slice of work is made to take, at least.
const SLICE: Duration = Duration::from_millis(10);

/// What one contender needs for one decision.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The median over the rounds, in nanoseconds of CPU time.
    pub median_ns: f64,
    /// How far apart the quartiles of the rounds are, as a part of the median.
    pub spread: f64,
}

/// The figures of one contender, in the order of [`Work::ALL`].
pub type Figures = [Figure; 2];

/// Times every contender in every round, one after another.
///
/// # Errors
///
/// Those of [`Contender::time`].
pub fn measure(contenders: &mut [Box<dyn Contender + '_>], rounds: u32) -> Result<Vec<Figures>> {
    let mut series = contenders
        .iter_mut()
        .map(|contender| Work::ALL.map(|work| Series::start(contender.as_mut(), work)))
        .map(transpose)
        .collect::<Result<Vec<_>>>()?;
    for _ in 0..rounds {
        for (contender, both) in contenders.iter_mut().zip(&mut series) {
            for one in both {
                one.add_round(contender.as_mut())?;
            }
        }
    }
    Ok(series.into_iter().map(|both| both.map(Series::figure)).collect())
}

fn transpose<T>([first, second]: [Result<T>; 2]) -> Result<[T; 2]> {
    Ok([first?, second?])
}

/// The rounds of one contender at one kind of work.
struct Series {
    work: Work,
    passes: u32,
    rounds_ns: Vec<f64>,
}

impl Series {
    /// Finds how many passes fill a slice, which warms the contender up as well.
    fn start(contender: &mut dyn Contender, work: Work) -> Result<Self> {
        let mut passes = 1;
        while contender.time(work, passes)? < SLICE {
            passes *= 2;
        }
        Ok(Self { work, passes, rounds_ns: Vec::new() })
    }

    fn add_round(&mut self, contender: &mut dyn Contender) -> Result<()> {
        let elapsed = contender.time(self.work, self.passes)?;
        let decisions = f64::from(SETS) * f64::from(self.passes);
        self.rounds_ns.push(elapsed.as_secs_f64() * 1e9 / decisions);
        Ok(())
    }

    fn figure(mut self) -> Figure {
        self.rounds_ns.sort_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| quartile(&self.rounds_ns, quarter).unwrap_or(f64::NAN));
        Figure { median_ns: median, spread: (high - low) / median }
    }
}

/// The value at `quarter` quarters of the way through `sorted`, by the nearest rank; none if there are no values.
fn quartile<T: Copy>(sorted: &[T], quarter: usize) -> Option<T> {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last * quarter + 2) / 4).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_values_that_were_measured() {
        assert_eq!([1, 2, 3].map(|quarter| quartile(&[10, 20, 30, 40, 50], quarter)), [Some(20), Some(30), Some(40)]);
        assert_eq!([1, 2, 3].map(|quarter| quartile(&[7], quarter)), [Some(7); 3]);
        assert_eq!(quartile::<i32>(&[], 2), None);
    }
}
