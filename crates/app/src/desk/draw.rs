//! Gauges as pictures: exact places in percent, words that keep out of each other's way.

use std::fmt::Write as _;

use amends_core::explain::{Gauge, Tone};

/// Steps of the scale: a tenth of a percent.
const STEPS: usize = 1_000;
/// How wide the scale is drawn at least, in the widths of a letter under it.
const LETTERS: usize = 56;
/// Height of the bar, and where the words under it stand, in pixels.
const BAR: (u32, u32) = (8, 9);
const WORDS_AT: u32 = 34;

/// The class that a tone's colours hang on; the sprite has an icon of the same name.
pub const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Inside => "inside",
        Tone::Yours => "yours",
        Tone::Theirs => "theirs",
        Tone::Never => "never",
        Tone::Open => "open",
        Tone::Plain => "plain",
    }
}

/// A gauge as SVG. The words beside it say the same, so readers of screens pass over it.
pub fn gauge(gauge: &Gauge, marked: Marked) -> String {
    let mut svg = String::from(r#"<svg aria-hidden="true" focusable="false">"#);
    let mut at = 0;
    let last = gauge.zones.len().saturating_sub(1);
    for (i, (zone, width)) in gauge.zones.iter().zip(gauge.widths(STEPS)).enumerate() {
        let (x, w) = (percent(at), percent(width));
        // Writing to a text cannot fail.
        let _ =
            write!(svg, r#"<rect class="{}" x="{x}%" y="{}" width="{w}%" height="{}""#, class(zone.tone), BAR.1, BAR.0);
        let _ = if i == 0 || i == last { svg.write_str(r#" rx="3"/>"#) } else { svg.write_str("/>") };
        at += width;
    }
    let placed = placed(gauge);
    for tick in &placed {
        let _ = write!(
            svg,
            r#"<rect class="line" x="{}%" y="{}" width="1" height="{}"/>"#,
            percent(tick.at.min(STEPS - 1)),
            BAR.1,
            BAR.0 + 3
        );
    }
    if marked == Marked::Yes {
        let _ = write!(
            svg,
            r#"<rect class="at" x="{}%" y="3" width="4" height="20" rx="2"/>"#,
            percent(gauge.marker(STEPS).min(STEPS - 8))
        );
    }
    for tick in placed.iter().filter(|t| t.is_shown) {
        let _ = write!(
            svg,
            r#"<text class="{}" x="{}%" y="{WORDS_AT}" text-anchor="{}">{}</text>"#,
            class(tick.tone),
            percent(tick.at),
            tick.anchor(),
            escaped(tick.text)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Whether a gauge marks where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// It does.
    Yes,
    /// There is no request.
    No,
}

struct Placed<'a> {
    at: usize,
    tone: Tone,
    text: &'a str,
    is_shown: bool,
}

/// Where each tick stands; words that would lie on others are left out. Those of the line come first, those of the
/// left end last.
fn placed(gauge: &Gauge) -> Vec<Placed<'_>> {
    let mut all: Vec<Placed<'_>> = gauge
        .ticks
        .iter()
        .map(|t| Placed { at: gauge.column(t.at, STEPS), tone: t.tone, text: &t.text, is_shown: false })
        .collect();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|i| match gauge.ticks.get(*i) {
        Some(tick) if tick.is_line => 0,
        _ if *i > 0 => 1,
        _ => 2,
    });
    for i in order {
        let Some(tick) = all.get_mut(i) else { continue };
        let (from, to) = tick.reach();
        if taken.iter().all(|(a, b)| to < *a || from > *b) {
            tick.is_shown = true;
            taken.push((from, to));
        }
    }
    all
}

impl Placed<'_> {
    /// How wide its words are, in steps.
    fn width(&self) -> usize {
        self.text.chars().count() * STEPS / LETTERS
    }

    /// Words stay on the scale: near an end they begin or end at their place.
    fn anchor(&self) -> &'static str {
        let half = self.width() / 2;
        match self.at {
            at if at < half => "start",
            at if at + half > STEPS => "end",
            _ => "middle",
        }
    }

    /// The part of the scale that the words take, in steps, with some room around.
    fn reach(&self) -> (usize, usize) {
        let (width, room) = (self.width(), STEPS / 100);
        let (from, to) = match self.anchor() {
            "start" => (self.at, self.at + width),
            "end" => (self.at.saturating_sub(width), self.at),
            _ => (self.at.saturating_sub(width / 2), self.at + width / 2),
        };
        (from.saturating_sub(room), to + room)
    }
}

/// Thousandths as percent: `125` is `12.5`.
fn percent(steps: usize) -> String {
    format!("{}.{}", steps / 10, steps % 10)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use amends_core::explain::{Tick, Zone};
    use amends_core::number::Number;

    use super::*;

    fn tick(at: i128, tone: Tone, text: &str) -> Tick {
        Tick { at: Number::whole(at), tone, is_line: tone == Tone::Inside, text: text.to_owned() }
    }

    fn zone(tone: Tone, from: i128, to: i128) -> Zone {
        Zone { tone, from: Number::whole(from), to: Number::whole(to) }
    }

    fn gauge_of(at: i128, ticks: Vec<Tick>) -> Gauge {
        Gauge {
            from: Number::whole(0),
            to: Number::whole(100),
            zones: vec![zone(Tone::Inside, 0, 25), zone(Tone::Yours, 25, 50), zone(Tone::Theirs, 50, 100)],
            ticks,
            at: Number::whole(at),
            tone: Tone::Yours,
        }
    }

    #[test]
    fn zones_lie_side_by_side_and_the_marker_where_the_request_stands() {
        let drawn = gauge_of(30, vec![tick(25, Tone::Inside, "25: the line"), tick(100, Tone::Theirs, "100: a < b")]);
        insta::assert_snapshot!(gauge(&drawn, Marked::Yes).replace("/><", "/>\n<").replace("><rect", ">\n<rect"));
    }

    #[test]
    fn words_that_would_lie_on_those_of_the_line_are_left_out() {
        let drawn = gauge_of(
            30,
            vec![tick(0, Tone::Plain, "0"), tick(20, Tone::Yours, "20: yours"), tick(25, Tone::Inside, "25: the line")],
        );
        let svg = gauge(&drawn, Marked::No);
        assert!(svg.contains("25: the line") && !svg.contains("20: yours"), "{svg}");
        assert!(!svg.contains("class=\"at\""), "no request, no marker: {svg}");
    }
}
