//! The figures as one Markdown table.

use std::fmt::Write;

use crate::contender::{Contender, Work};
use crate::engine::Standing;
use crate::measure::{Figure, Figures};
use crate::versions::version_of;

/// One line of the table, before the ratios.
pub struct Row {
    name: &'static str,
    version: &'static str,
    standing: Standing,
    figures: Figures,
}

impl Row {
    /// The line of one contender.
    pub fn new(contender: &dyn Contender, figures: Figures) -> Self {
        Self {
            name: contender.name(),
            version: version_of(contender.package()),
            standing: contender.standing(),
            figures,
        }
    }
}

/// The table, and below it what it leaves out. Ratios are to our own engine, or to the fastest peer without one.
pub fn render(rows: &[Row], rounds: u32) -> String {
    let bases = Work::ALL.map(|work| base(rows, work));
    let mut text = String::from(
        "| engine | version | prepared input, ns | ratio | 1.9 KB of JSON text, ns | ratio |\n\
         |---|---|---:|---:|---:|---:|\n",
    );
    for row in rows {
        text.push_str(&line(row, bases));
    }
    let spread = rows.iter().flat_map(|row| row.figures).map(|figure| figure.spread).fold(0.0, f64::max);
    // Writing to a text cannot fail.
    let _ = write!(
        text,
        "\nCPU time for one decision, median of {rounds} rounds; the quartiles of no figure lie further apart than \
         {:.0}% of it.\n{}",
        spread * 100.0,
        bases_line(bases),
    );
    for (work, what) in Work::ALL.into_iter().zip(["prepared input", "JSON text"]) {
        text.push_str(&lead(rows, work, what));
    }
    text
}

/// Which rows the ratios are to.
fn bases_line(bases: [Option<&Row>; 2]) -> String {
    match bases.map(|base| base.map_or("nothing", |row| row.name)) {
        [prepared, text] if prepared == text => format!("Ratios are to {text}.\n"),
        [prepared, text] => format!("Ratios are to {prepared} (prepared input) and to {text} (JSON text).\n"),
    }
}

fn line(row: &Row, bases: [Option<&Row>; 2]) -> String {
    let mut cells = vec![row.name.to_owned(), row.version.to_owned()];
    for (work, base) in Work::ALL.into_iter().zip(bases) {
        let median_ns = figure(row, work).median_ns;
        cells.push(nanoseconds(median_ns));
        cells.push(base.map_or_else(String::new, |base| ratio(median_ns / figure(base, work).median_ns)));
    }
    format!("| {} |\n", cells.join(" | "))
}

/// How our own engine compares with the fastest peer; empty without one of them.
fn lead(rows: &[Row], work: Work, what: &str) -> String {
    let (Some(ours), Some(peer)) = (ours(rows), fastest_peer(rows, work)) else {
        return String::new();
    };
    let times = figure(peer, work).median_ns / figure(ours, work).median_ns;
    format!(
        "From {what}, {} takes {} of the time of the fastest peer, {}: it is {} times as fast.\n",
        ours.name,
        ratio(1.0 / times),
        peer.name,
        ratio(times),
    )
}

fn base(rows: &[Row], work: Work) -> Option<&Row> {
    ours(rows).or_else(|| fastest_peer(rows, work))
}

fn ours(rows: &[Row]) -> Option<&Row> {
    rows.iter().find(|row| row.standing == Standing::Ours)
}

fn fastest_peer(rows: &[Row], work: Work) -> Option<&Row> {
    rows.iter().filter(|row| row.standing == Standing::Peer).min_by(|a, b| {
        let [a, b] = [a, b].map(|row| figure(row, work).median_ns);
        a.total_cmp(&b)
    })
}

fn figure(row: &Row, work: Work) -> Figure {
    let [prepared, text] = row.figures;
    match work {
        Work::Prepared => prepared,
        Work::Text => text,
    }
}

/// Whole nanoseconds in groups of three digits, or one decimal below ten.
fn nanoseconds(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A ratio with about three digits that say something.
fn ratio(value: f64) -> String {
    match value {
        value if value < 0.1 => format!("{value:.3}"),
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, standing: Standing, prepared: f64, text: f64) -> Row {
        let figures = [prepared, text].map(|median_ns| Figure { median_ns, spread: 0.02 });
        Row { name, version: "1.0.0", standing, figures }
    }

    #[test]
    fn without_our_engine_ratios_are_to_the_fastest_peer_of_each_column() {
        let rows = [
            row("by hand", Standing::Floor, 4.0, 1_600.0),
            row("a", Standing::Peer, 1_200.0, 20_000.0),
            row("b", Standing::Peer, 2_400.0, 10_000.0),
        ];
        let text = render(&rows, 5);
        assert!(text.contains("| by hand | 1.0.0 | 4.0 | 0.003 | 1,600 | 0.16 |"), "{text}");
        assert!(text.contains("| a | 1.0.0 | 1,200 | 1.00 | 20,000 | 2.00 |"), "{text}");
        assert!(text.contains("Ratios are to a (prepared input) and to b (JSON text)."), "{text}");
    }

    #[test]
    fn with_our_engine_ratios_are_to_it_and_the_lead_is_said() {
        let rows = [row("amends", Standing::Ours, 100.0, 3_000.0), row("a", Standing::Peer, 1_200.0, 9_000.0)];
        let text = render(&rows, 5);
        assert!(text.contains("| a | 1.0.0 | 1,200 | 12.0 | 9,000 | 3.00 |"), "{text}");
        assert!(text.contains("the fastest peer, a: it is 12.0 times as fast."), "{text}");
    }
}
