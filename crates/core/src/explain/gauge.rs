//! A gauge: a scale with the line, how far past it each role may go, and where the request stands. All exact.

use super::Tone;
use super::terms::{Lent, Seen};
use super::voice::Voice;
use crate::assess::TermState;
use crate::book::rules::{Line, Need, Operand, Reach, Term, TermShape};
use crate::money::Currency;
use crate::number::Number;
use crate::types::Type;

/// A term's scale. Inside the line is at the left (in the middle where there are two lines), and the further past
/// the line, the further from there. So where less is wanted numbers grow to the right, where more is wanted to
/// the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// The left end, in the measure's own number.
    pub from: Number,
    /// The right end.
    pub to: Number,
    /// What lies between the ends, from left to right, without gaps.
    pub zones: Vec<Zone>,
    /// What stands under the scale, from left to right.
    pub ticks: Vec<Tick>,
    /// Where the request stands; it may lie beyond an end.
    pub at: Number,
    /// What that means.
    pub tone: Tone,
}

/// A part of the scale that means one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// What it means.
    pub tone: Tone,
    /// Its left end.
    pub from: Number,
    /// Its right end.
    pub to: Number,
}

/// A place on the scale with words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Where.
    pub at: Number,
    /// What it means.
    pub tone: Tone,
    /// Whether it is the line.
    pub is_line: bool,
    /// `14: the line`, `21: yours`.
    pub text: String,
}

impl Gauge {
    /// How many of so many columns each zone takes: by its length, and at least one.
    #[must_use]
    pub fn widths(&self, columns: usize) -> Vec<usize> {
        let count = self.zones.len();
        let mut last = 0;
        let mut ends: Vec<usize> = Vec::with_capacity(count);
        for (i, zone) in self.zones.iter().enumerate() {
            let end =
                self.column(zone.to, columns).clamp(last + 1, columns.saturating_sub(count - 1 - i).max(last + 1));
            ends.push(end);
            last = end;
        }
        if let Some(end) = ends.last_mut() {
            *end = columns.max(*end);
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(&ends).map(|(start, end)| end - start).collect()
    }

    /// The column, of so many, that the request stands in: always one of the zone it is in.
    #[must_use]
    pub fn marker(&self, columns: usize) -> usize {
        let widths = self.widths(columns);
        let Some(index) = self.zone_of_request() else { return 0 };
        let start: usize = widths.iter().take(index).sum();
        let (Some(zone), Some(width)) = (self.zones.get(index), widths.get(index)) else { return 0 };
        start + along(zone.from, zone.to, self.at, *width).min(width.saturating_sub(1))
    }

    /// Whether the request lies beyond the left end, or the right one.
    #[must_use]
    pub fn beyond(&self) -> (bool, bool) {
        let falling = self.from > self.to;
        let (before, after) = (self.at < self.from, self.at > self.to);
        if falling { (self.at > self.from, self.at < self.to) } else { (before, after) }
    }

    /// The boundary, of so many columns, that is nearest to a place on the scale.
    #[must_use]
    pub fn column(&self, at: Number, columns: usize) -> usize {
        let halves = along(self.from, self.to, at, columns * 2);
        halves.div_ceil(2).min(columns)
    }

    /// An end belongs to the zone nearer to the inside, since lines and stretches include their ends.
    fn zone_of_request(&self) -> Option<usize> {
        let inside = self.zones.iter().position(|z| z.tone == Tone::Inside)?;
        let reaches = |z: &Zone| {
            if z.from <= z.to { z.from <= self.at && self.at <= z.to } else { z.to <= self.at && self.at <= z.from }
        };
        let mut by_distance: Vec<usize> = (0..self.zones.len()).collect();
        by_distance.sort_by_key(|i| i.abs_diff(inside));
        let found = by_distance.into_iter().find(|i| self.zones.get(*i).is_some_and(reaches));
        found.or_else(|| if self.beyond().0 { Some(0) } else { self.zones.len().checked_sub(1) })
    }
}

/// How many of so many steps from one end to the other lie before a place, rounded down and kept within.
fn along(from: Number, to: Number, at: Number, steps: usize) -> usize {
    let share = || {
        let part = at.sub(from)?.div(to.sub(from)?)?;
        part.mul(Number::whole(i128::try_from(steps).ok()?))
    };
    let floor = share().map_or(0, |n| n.round(crate::number::Rounding::Down));
    usize::try_from(floor.max(0)).unwrap_or(steps).min(steps)
}

/// Draws a measured term that may bend, or does not hold.
pub(super) fn of_term(voice: Voice<'_>, seen: Seen<'_>, lent: &[Lent]) -> Option<Gauge> {
    let Seen { term, outcome, measured: Some(measured) } = seen else { return None };
    let TermShape::Measure { ty, line, .. } = &term.shape else { return None };
    let shown = matches!(outcome.state, TermState::Met | TermState::Failed)
        && (!term.stretch.is_empty() || outcome.state == TermState::Failed);
    let (at, near, margin) = (measured.value?, measured.line?, outcome.margin?);
    if !shown {
        return None;
    }
    let side = Side::of(voice, term, lent);
    let words = Words { voice, ty, currency: measured.currency };
    let mut gauge = match line {
        Line::AtMost(_) => one_sided(words, &side, Scale { line: near, at, margin, rises: true }),
        Line::AtLeast(_) => one_sided(words, &side, Scale { line: near, at, margin, rises: false }),
        Line::Within(..) => two_sided(words, &side, near, measured.line_to?, (at, margin)),
        Line::Equals(_) => two_sided(words, &side, near, near, (at, margin)),
    }?;
    gauge.tone = gauge.zone_of_request().and_then(|i| gauge.zones.get(i)).map_or(Tone::Plain, |z| z.tone);
    Some(gauge)
}

/// Draws the line and the stretches of a term where they are written out. Nothing stands on it: `at` is the line.
pub(super) fn of_rule(voice: Voice<'_>, term: &Term) -> Option<Gauge> {
    let TermShape::Measure { ty, line, .. } = &term.shape else { return None };
    if term.stretch.is_empty() {
        return None;
    }
    let written = |operand: Operand| if let Operand::Const(val) = operand { Some(val) } else { None };
    let (near, far) = match *line {
        Line::AtMost(l) | Line::AtLeast(l) | Line::Equals(l) => (written(l)?, written(l)?),
        Line::Within(from, to) => (written(from)?, written(to)?),
    };
    let side = Side::of(voice, term, &[]);
    let words = Words { voice, ty, currency: near.currency() };
    let (near, far) = (near.as_number(), far.as_number());
    let on_the_line = Scale { line: near, at: near, margin: Number::ZERO, rises: matches!(line, Line::AtMost(_)) };
    match line {
        Line::AtMost(_) | Line::AtLeast(_) => one_sided(words, &side, on_the_line),
        Line::Within(..) | Line::Equals(_) => two_sided(words, &side, near, far, (near, Number::ZERO)),
    }
}

#[derive(Clone, Copy)]
struct Words<'a> {
    voice: Voice<'a>,
    ty: &'a Type,
    currency: Option<Currency>,
}

/// What lies past a line: to which distance whose leave is enough.
struct Side {
    steps: Vec<Step>,
    /// Beyond the last distance: whoever may go any distance, or nobody.
    beyond: Step,
}

struct Step {
    /// Past the line; none for any distance.
    to: Option<Number>,
    tone: Tone,
    who: String,
}

impl Side {
    fn of(voice: Voice<'_>, term: &Term, lent: &[Lent]) -> Self {
        let mut distances: Vec<Number> = term
            .stretch
            .iter()
            .filter_map(|(_, reach)| if let Reach::Distance(d) = reach { Some(*d) } else { None })
            .collect();
        distances.sort_unstable();
        distances.dedup();
        let step = |to: Option<Number>| {
            let need = super::terms::need_past(term, to, lent);
            let who = match need.as_role() {
                _ if voice.is_yours(need) => t!(voice, "answer-yours"),
                Some(role) => voice.who(role),
                None => t!(voice, "answer-nobody"),
            };
            Step { to, tone: voice.tone(need), who }
        };
        let mut steps: Vec<Step> = Vec::new();
        for next in distances.into_iter().filter(|d| d.signum() > 0).map(Some).map(step) {
            match steps.last_mut() {
                Some(last) if last.who == next.who => last.to = next.to,
                _ => steps.push(next),
            }
        }
        Self { steps, beyond: step(None) }
    }

    fn room(&self) -> Number {
        self.steps.last().and_then(|s| s.to).unwrap_or(Number::ZERO)
    }

    fn is_open_ended(&self) -> bool {
        self.beyond.tone != Tone::Never
    }
}

#[derive(Clone, Copy)]
struct Scale {
    line: Number,
    at: Number,
    margin: Number,
    /// Whether past the line is above it.
    rises: bool,
}

impl Scale {
    /// The value so far past the line; below zero for inside.
    fn past(self, distance: Number) -> Option<Number> {
        if self.rises { self.line.add(distance) } else { self.line.sub(distance) }
    }
}

fn one_sided(words: Words<'_>, side: &Side, scale: Scale) -> Option<Gauge> {
    let outside = outside(side, scale)?;
    let starts_at_zero = scale.rises && scale.line.signum() > 0 && scale.at.signum() >= 0;
    let inside = if starts_at_zero { scale.line } else { inside(side, scale.margin, outside)? };
    let from = scale.past(inside.neg()?)?;
    let mut zones = vec![Zone { tone: Tone::Inside, from, to: scale.line }];
    let mut ticks = Vec::new();
    if starts_at_zero {
        ticks.push(Tick { at: from, tone: Tone::Plain, is_line: false, text: "0".to_owned() });
    }
    let line = words.voice.short(scale.line, words.ty, words.currency);
    ticks.push(Tick {
        at: scale.line,
        tone: Tone::Inside,
        is_line: true,
        text: t!(words.voice, "answer-tick-line", line = line),
    });
    let mut last = scale.line;
    for step in &side.steps {
        let distance = step.to?;
        let to = scale.past(distance)?;
        zones.push(Zone { tone: step.tone, from: last, to });
        ticks.push(Tick {
            at: to,
            tone: step.tone,
            is_line: false,
            text: format!("{}: {}", words.reached(to, distance), step.who),
        });
        last = to;
    }
    let to = scale.past(outside)?;
    if side.is_open_ended() {
        ticks.push(Tick {
            at: to,
            tone: side.beyond.tone,
            is_line: false,
            text: t!(words.voice, "answer-tick-any", who = side.beyond.who),
        });
    }
    zones.push(Zone { tone: side.beyond.tone, from: last, to });
    Some(Gauge { from, to, zones, ticks, at: scale.at, tone: Tone::Plain })
}

impl Words<'_> {
    /// The value at the end of a stretch; where it would fall below zero, how far past the line that is.
    fn reached(self, at: Number, distance: Number) -> String {
        if at.signum() < 0 {
            return t!(self.voice, "answer-tick-past", past = self.voice.short(distance, self.ty, self.currency));
        }
        self.voice.short(at, self.ty, self.currency)
    }
}

/// How much of what is past the line is shown: all stretches and a little more, and the request unless it is far off.
fn outside(side: &Side, scale: Scale) -> Option<Number> {
    let (room, past) = (side.room(), scale.margin.neg()?);
    let unit = if scale.line.signum() == 0 { past.max(Number::ONE) } else { scale.line.abs()? };
    let share = if side.is_open_ended() { 4 } else { 10 };
    let least = if room.signum() > 0 { room } else { unit.div(Number::whole(2))? };
    let shown = room.add(least.div(Number::whole(share))?)?;
    let wanted = past.mul(Number::ratio(9, 8)?)?;
    let most = least.mul(Number::whole(4))?;
    Some(shown.max(wanted.min(most)))
}

/// How much of what is inside is shown where nothing says where it begins.
fn inside(side: &Side, margin: Number, outside: Number) -> Option<Number> {
    let base = if side.room().signum() > 0 { side.room() } else { outside };
    let wanted = margin.mul(Number::ratio(9, 8)?)?;
    Some(base.div(Number::whole(2))?.max(wanted.min(base.mul(Number::whole(4))?)))
}

/// Two lines: inside in the middle, the same stretches on both sides.
fn two_sided(
    words: Words<'_>,
    side: &Side,
    low: Number,
    high: Number,
    (at, margin): (Number, Number),
) -> Option<Gauge> {
    let up = Scale { line: high, at, margin, rises: true };
    let down = Scale { line: low, at, margin, rises: false };
    let outside = outside(side, Scale { line: high.sub(low)?, ..up })?;
    let (from, to) = (down.past(outside)?, up.past(outside)?);
    let mut zones = vec![Zone { tone: Tone::Inside, from: low, to: high }];
    let text = |n: Number| words.voice.short(n, words.ty, words.currency);
    let mut ticks = if low == high {
        vec![Tick {
            at: low,
            tone: Tone::Inside,
            is_line: true,
            text: t!(words.voice, "answer-tick-line", line = text(low)),
        }]
    } else {
        vec![
            Tick {
                at: low,
                tone: Tone::Inside,
                is_line: false,
                text: t!(words.voice, "answer-tick-from", from = text(low)),
            },
            Tick {
                at: high,
                tone: Tone::Inside,
                is_line: false,
                text: t!(words.voice, "answer-tick-to", to = text(high)),
            },
        ]
    };
    let (mut below, mut above) = (low, high);
    for step in &side.steps {
        let distance = step.to?;
        let (left, right) = (down.past(distance)?, up.past(distance)?);
        zones.insert(0, Zone { tone: step.tone, from: left, to: below });
        zones.push(Zone { tone: step.tone, from: above, to: right });
        ticks.push(Tick {
            at: right,
            tone: step.tone,
            is_line: false,
            text: format!("{}: {}", words.reached(right, distance), step.who),
        });
        (below, above) = (left, right);
    }
    zones.insert(0, Zone { tone: side.beyond.tone, from, to: below });
    zones.push(Zone { tone: side.beyond.tone, from: above, to });
    Some(Gauge { from, to, zones, ticks, at, tone: Tone::Plain })
}

/// Whose leave covers a distance past the line; none for any distance.
pub(super) fn own_need(term: &Term, distance: Option<Number>) -> Need {
    let covers = |reach: &Reach| distance.map_or(*reach == Reach::Any, |d| reach.covers(d));
    term.stretch.iter().find(|(_, reach)| covers(reach)).map_or(Need::NOBODY, |(role, _)| Need::role(*role))
}
