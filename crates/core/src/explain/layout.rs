//! An explanation as lines of pieces: the same words for a terminal, a note and a printer.

use super::{Card, DetourCard, Explanation, Gauge, Row, Said, Tone};

/// How much a piece stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// As a title.
    Strong,
    /// As text.
    Normal,
    /// As what may be passed over.
    Faint,
}

/// Words that look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What they mean.
    pub tone: Tone,
    /// How much they stand out.
    pub weight: Weight,
    /// The words.
    pub text: String,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Piece>);

/// Widest column of sentences; longer ones go on below.
const SAYS_MAX: usize = 52;
/// Narrowest width that is laid out; less is treated as this.
const WIDTH_MIN: usize = 48;
/// Widest gauge.
const GAUGE_MAX: usize = 60;
/// Before what belongs to a row: as wide as the mark with its spaces.
const INDENT: usize = 4;

impl Line {
    fn of(tone: Tone, weight: Weight, text: impl Into<String>) -> Self {
        Self(vec![Piece { tone, weight, text: text.into() }])
    }

    fn plain(text: impl Into<String>) -> Self {
        Self::of(Tone::Plain, Weight::Normal, text)
    }

    fn faint(text: impl Into<String>) -> Self {
        Self::of(Tone::Plain, Weight::Faint, text)
    }

    fn and(mut self, tone: Tone, weight: Weight, text: impl Into<String>) -> Self {
        self.0.push(Piece { tone, weight, text: text.into() });
        self
    }

    /// The words alone, without spaces at the end.
    #[must_use]
    pub fn text(&self) -> String {
        let text: String = self.0.iter().map(|p| p.text.as_str()).collect();
        text.trim_end().to_owned()
    }
}

/// Lays an explanation out in lines of at most so many characters.
#[must_use]
pub fn lines(e: &Explanation, width: usize) -> Vec<Line> {
    let width = width.max(WIDTH_MIN);
    let mut out = head(e, width);
    section(&mut out, None, rows(&e.terms, width));
    section(&mut out, None, rows(&e.around, width));
    section(&mut out, Some("To find out"), e.missing.iter().flat_map(|m| marked(m, width)).collect());
    section(&mut out, Some("What can be done"), cards(&e.options, width));
    section(&mut out, Some("Instead"), cards(&e.instead, width));
    section(&mut out, Some("Without an exception"), e.detour.iter().flat_map(|d| detour(d, width)).collect());
    section(&mut out, None, e.bespoke.iter().flat_map(|b| marked(b, width)).collect());
    out
}

/// The explanation as text, in lines of at most so many characters.
#[must_use]
pub fn text(e: &Explanation, width: usize) -> String {
    let mut text = String::new();
    for line in lines(e, width) {
        text.push_str(&line.text());
        text.push('\n');
    }
    text
}

fn section(out: &mut Vec<Line>, title: Option<&str>, lines: Vec<Line>) {
    if lines.is_empty() {
        return;
    }
    out.push(Line::default());
    out.extend(title.map(|t| Line::of(Tone::Plain, Weight::Strong, t)));
    out.extend(lines);
}

fn head(e: &Explanation, width: usize) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    for (i, part) in wrapped(&e.standing.text, width.saturating_sub(2)).into_iter().enumerate() {
        let mark = if i == 0 { e.standing.tone.mark() } else { " " };
        out.push(Line::of(e.standing.tone, Weight::Strong, format!("{mark} {part}")));
    }
    let about =
        std::iter::once(e.rule.as_str()).chain(e.about.iter().map(String::as_str)).collect::<Vec<_>>().join(" · ");
    out.extend(wrapped(&about, width - 2).into_iter().map(|l| Line::plain(format!("  {l}"))));
    if let Some(purpose) = &e.purpose {
        out.extend(wrapped(&format!("Why: {purpose}"), width - 2).into_iter().map(|l| Line::faint(format!("  {l}"))));
    }
    out
}

fn rows(rows: &[Row], width: usize) -> Vec<Line> {
    let longest = rows.iter().map(|r| r.says.chars().count() + 2 * r.depth).max().unwrap_or(0);
    let column = longest.min(SAYS_MAX).min(width.saturating_sub(INDENT + 3 + 14));
    rows.iter().flat_map(|r| row(r, column, width)).collect()
}

fn row(row: &Row, column: usize, width: usize) -> Vec<Line> {
    let indent = 2 * row.depth;
    let says = wrapped(&row.says, column.saturating_sub(indent).max(12));
    let stands = wrapped(&row.stands.text, width.saturating_sub(INDENT + column + 3).max(14));
    let mut out = Vec::new();
    for i in 0..says.len().max(stands.len()) {
        let mark = if i == 0 { row.stands.tone.mark() } else { " " };
        let sentence = says.get(i).map_or("", String::as_str);
        let gap = (column + 3).saturating_sub(indent + sentence.chars().count());
        let line = Line::of(row.stands.tone, Weight::Strong, format!("{:indent$}  {mark} ", "")).and(
            Tone::Plain,
            Weight::Normal,
            sentence,
        );
        let words = stands.get(i).map_or("", String::as_str);
        out.push(line.and(row.stands.tone, Weight::Normal, format!("{:gap$}{words}", "")));
    }
    out.extend(row.gauge.iter().flat_map(|g| drawn(g, INDENT + indent, width)));
    out
}

/// A gauge and the words under it.
fn drawn(gauge: &Gauge, indent: usize, width: usize) -> Vec<Line> {
    let columns = width.saturating_sub(indent).min(GAUGE_MAX);
    let marker = gauge.marker(columns);
    let (before, after) = gauge.beyond();
    let sign = if before {
        "◀"
    } else if after {
        "▶"
    } else {
        "●"
    };
    let mut bar = Line::plain(" ".repeat(indent));
    let mut start = 0;
    for (zone, width) in gauge.zones.iter().zip(gauge.widths(columns)) {
        let stroke = stroke(zone.tone);
        if (start..start + width).contains(&marker) {
            let left = marker - start;
            bar = bar.and(zone.tone, Weight::Normal, stroke.repeat(left)).and(gauge.tone, Weight::Strong, sign).and(
                zone.tone,
                Weight::Normal,
                stroke.repeat(width - left - 1),
            );
        } else {
            bar = bar.and(zone.tone, Weight::Normal, stroke.repeat(width));
        }
        start += width;
    }
    bar.0.retain(|p| !p.text.is_empty());
    vec![bar, ticks(gauge, indent, columns)]
}

/// How a zone is drawn, so that it tells its meaning without colour too.
const fn stroke(tone: Tone) -> &'static str {
    match tone {
        Tone::Inside => "━",
        Tone::Yours => "═",
        Tone::Theirs => "─",
        Tone::Never => "╌",
        Tone::Open | Tone::Plain => "·",
    }
}

/// The words under a scale, each below the end of its zone, none over another.
fn ticks(gauge: &Gauge, indent: usize, columns: usize) -> Line {
    let ends: Vec<usize> = ends(&gauge.widths(columns));
    let mut line = Line::plain(" ".repeat(indent));
    let mut used = 0;
    for tick in &gauge.ticks {
        let exact = gauge.column(tick.at, columns);
        let end = ends.iter().copied().min_by_key(|e| e.abs_diff(exact)).unwrap_or(exact);
        let length = tick.text.chars().count();
        let wanted = end.saturating_sub(length.div_ceil(2)).min(columns.saturating_sub(length));
        let at = if exact == 0 { 0 } else { wanted.max(used + 2) };
        let gap = at - used;
        line = line.and(Tone::Plain, Weight::Normal, " ".repeat(gap)).and(tick.tone, Weight::Faint, tick.text.clone());
        used = at + length;
    }
    line
}

fn ends(widths: &[usize]) -> Vec<usize> {
    let mut end = 0;
    std::iter::once(0)
        .chain(widths.iter().map(|w| {
            end += w;
            end
        }))
        .collect()
}

fn cards(cards: &[Card], width: usize) -> Vec<Line> {
    let says_width = cards.iter().map(|c| c.says.chars().count()).max().unwrap_or(0).min(SAYS_MAX - 4);
    let amount_width = cards.iter().filter_map(|c| c.amount.as_ref()).map(|a| a.chars().count()).max().unwrap_or(0);
    cards.iter().enumerate().flat_map(|(i, c)| card(c, i + 1, says_width, amount_width, width)).collect()
}

fn card(card: &Card, place: usize, says_width: usize, amount_width: usize, width: usize) -> Vec<Line> {
    let says = wrapped(&card.says, says_width.max(12));
    let first = says.first().map_or("", String::as_str);
    let (gap, amount) = (says_width.saturating_sub(first.chars().count()) + 3, card.amount.as_deref().unwrap_or(""));
    let mut out = Vec::new();
    let line = Line::of(Tone::Plain, Weight::Faint, format!("{place:>3}. ")).and(Tone::Plain, Weight::Normal, first);
    let line = line.and(Tone::Plain, Weight::Strong, format!("{:gap$}{amount:>amount_width$}", ""));
    let who = format!("{} {}", card.who.tone.mark(), card.who.text);
    let used = 5 + says_width + 3 + amount_width + 3;
    if used + who.chars().count() <= width {
        out.push(line.and(
            card.who.tone,
            Weight::Normal,
            format!("{:gap$}{who}", "", gap = if amount_width == 0 { 0 } else { 3 }),
        ));
    } else {
        out.push(line);
        out.extend(
            wrapped(&who, width.saturating_sub(7))
                .into_iter()
                .map(|l| Line::of(card.who.tone, Weight::Normal, format!("     {l}"))),
        );
    }
    out.extend(says.iter().skip(1).map(|l| Line::plain(format!("     {l}"))));
    out.extend(card.parts.iter().map(|(says, amount)| {
        Line::faint(format!("     + {says}{}", amount.as_ref().map_or_else(String::new, |a| format!("  {a}"))))
    }));
    if !card.notes.is_empty() {
        out.extend(
            wrapped(&card.notes.join("; "), width.saturating_sub(5))
                .into_iter()
                .map(|l| Line::faint(format!("     {l}"))),
        );
    }
    out
}

fn detour(detour: &DetourCard, width: usize) -> Vec<Line> {
    let more: Vec<String> = detour.effort.iter().cloned().chain(detour.cost.clone()).collect();
    let says = wrapped(&detour.says, width - 2).into_iter().map(|l| Line::plain(format!("  {l}")));
    says.chain(wrapped(&more.join("; "), width - 2).into_iter().map(|l| Line::faint(format!("  {l}")))).collect()
}

fn marked(said: &Said, width: usize) -> Vec<Line> {
    let parts = wrapped(&said.text, width.saturating_sub(INDENT)).into_iter().enumerate();
    let mark = |i: usize| if i == 0 { said.tone.mark() } else { " " };
    parts
        .map(|(i, l)| {
            Line::of(said.tone, Weight::Normal, format!("  {} ", mark(i))).and(Tone::Plain, Weight::Normal, l)
        })
        .collect()
}

/// Breaks a text at its spaces. A word that is longer than a line stands alone.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
