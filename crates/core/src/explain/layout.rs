//! An explanation as lines of pieces: the same words for a terminal, a note and a printer.

use crate::texts::Texts;

use super::{Card, DetourCard, Explanation, Gauge, Row, Said, Tick, Tone};

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
/// Least room between two ticks.
const TICK_GAP: usize = 2;

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

/// What lines are laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Characters a line, at most.
    pub width: usize,
    /// Whether tones come out as colours.
    pub ink: Ink,
}

/// Whether tones come out as colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// They do.
    Coloured,
    /// They do not: gauges tell them by their strokes.
    Plain,
}

/// Lays an explanation out, with the headings of the texts.
#[must_use]
pub fn lines(e: &Explanation, page: Page, texts: &Texts) -> Vec<Line> {
    let page = Page { width: page.width.max(WIDTH_MIN), ..page };
    let width = page.width;
    let say = |key: &str| texts.say(key, &[]);
    let mut out = head(e, width, texts);
    section(&mut out, &say("note-to-find-out"), e.missing.iter().flat_map(|m| marked(m, width)).collect());
    let bespoke = e.bespoke.iter().flat_map(|b| marked(b, width));
    section(&mut out, &say("note-what-can-be-done"), cards(&e.options, width).into_iter().chain(bespoke).collect());
    section(&mut out, &say("note-instead"), cards(&e.instead, width));
    section(&mut out, &say("note-without-an-exception"), e.detour.iter().flat_map(|d| detour(d, width)).collect());
    let all: Vec<&Row> = e.terms.iter().chain(&e.around).collect();
    section(&mut out, &say("note-what-the-rule-says"), rows(&all, page));
    out
}

/// The explanation as text, in lines of at most so many characters.
#[must_use]
pub fn text(e: &Explanation, width: usize, texts: &Texts) -> String {
    let mut text = String::new();
    for line in lines(e, Page { width, ink: Ink::Plain }, texts) {
        text.push_str(&line.text());
        text.push('\n');
    }
    text
}

fn section(out: &mut Vec<Line>, title: &str, lines: Vec<Line>) {
    if lines.is_empty() {
        return;
    }
    out.push(Line::default());
    out.push(Line::of(Tone::Plain, Weight::Strong, title));
    out.extend(lines);
}

fn head(e: &Explanation, width: usize, texts: &Texts) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    for (i, part) in wrapped(&e.standing.text, width.saturating_sub(2)).into_iter().enumerate() {
        let mark = if i == 0 { e.standing.tone.mark() } else { " " };
        out.push(Line::of(e.standing.tone, Weight::Strong, format!("{mark} {part}")));
    }
    out.extend(joined(&e.rule, &e.about, width - 2).into_iter().map(|l| Line::plain(format!("  {l}"))));
    if let Some(purpose) = &e.purpose {
        out.extend(
            wrapped(&texts.say("note-why", &[("purpose", purpose.as_str().into())]), width - 2)
                .into_iter()
                .map(|l| Line::faint(format!("  {l}"))),
        );
    }
    out
}

/// Parts with a dot between them; a line breaks only between two.
fn joined(first: &str, more: &[String], width: usize) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    for part in more {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 3 + part.chars().count() <= width => {
                line.push_str(" · ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines.iter().flat_map(|l| wrapped(l, width)).collect()
}

fn rows(rows: &[&Row], page: Page) -> Vec<Line> {
    let longest = rows.iter().map(|r| r.says.chars().count() + 2 * r.depth).max().unwrap_or(0);
    let column = longest.min(SAYS_MAX).min(page.width.saturating_sub(INDENT + 3 + 14));
    let mut out: Vec<Line> = rows.iter().flat_map(|r| row(r, column, page)).collect();
    if out.last().is_some_and(|l| *l == Line::default()) {
        out.pop();
    }
    out
}

fn row(row: &Row, column: usize, page: Page) -> Vec<Line> {
    let width = page.width;
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
    out.extend(row.gauge.iter().flat_map(|g| drawn(g, INDENT + indent, page)));
    out
}

/// A gauge and the words under it.
fn drawn(gauge: &Gauge, indent: usize, page: Page) -> Vec<Line> {
    let columns = page.width.saturating_sub(indent).min(GAUGE_MAX);
    let marker = gauge.marker(columns);
    let (before, after) = gauge.beyond();
    let sign = match (before, after, page.ink) {
        (true, ..) => "◀",
        (_, true, _) => "▶",
        (.., Ink::Coloured) => "█",
        (.., Ink::Plain) => "●",
    };
    let mut bar = Line::plain(" ".repeat(indent));
    let mut start = 0;
    for (zone, width) in gauge.zones.iter().zip(gauge.widths(columns)) {
        let stroke = stroke(zone.tone, page.ink);
        let here = marker.checked_sub(start).filter(|at| *at < width);
        bar = bar.and(zone.tone, Weight::Normal, stroke.repeat(here.unwrap_or(width)));
        if let Some(at) = here {
            bar = bar.and(Tone::Plain, Weight::Strong, sign).and(
                zone.tone,
                Weight::Normal,
                stroke.repeat(width - at - 1),
            );
        }
        start += width;
    }
    bar.0.retain(|p| !p.text.is_empty());
    vec![bar, ticks(gauge, indent, columns), Line::default()]
}

/// How a zone is drawn; without colour its stroke tells what it means.
const fn stroke(tone: Tone, ink: Ink) -> &'static str {
    match (ink, tone) {
        (Ink::Coloured, _) => "▄",
        (Ink::Plain, Tone::Inside) => "━",
        (Ink::Plain, Tone::Yours) => "═",
        (Ink::Plain, Tone::Theirs) => "─",
        (Ink::Plain, Tone::Never) => "╌",
        (Ink::Plain, Tone::Open | Tone::Plain) => "·",
    }
}

/// The words under a scale, each below the end of its zone as far as there is room for all.
fn ticks(gauge: &Gauge, indent: usize, columns: usize) -> Line {
    let ends = ends(&gauge.widths(columns));
    let mut placed: Vec<(usize, usize, &Tick)> = gauge.ticks.iter().map(|t| wanted(gauge, t, &ends, columns)).collect();
    // The left end says least.
    while placed.len() > 1 && placed.iter().map(|(_, length, _)| length + TICK_GAP).sum::<usize>() > columns + TICK_GAP
    {
        placed.remove(0);
    }
    let mut free = 0;
    for (at, length, _) in &mut placed {
        *at = (*at).max(free);
        free = *at + *length + TICK_GAP;
    }
    let mut limit = columns;
    for (at, length, _) in placed.iter_mut().rev() {
        *at = (*at).min(limit.saturating_sub(*length));
        limit = at.saturating_sub(TICK_GAP);
    }
    let mut line = Line::plain(" ".repeat(indent));
    let mut used = 0;
    for (at, length, tick) in placed {
        line = line.and(Tone::Plain, Weight::Normal, " ".repeat(at.saturating_sub(used))).and(
            tick.tone,
            Weight::Normal,
            tick.text.clone(),
        );
        used = at + length;
    }
    line
}

/// Where a tick would stand were it alone: in the middle under its place, within the scale.
fn wanted<'g>(gauge: &Gauge, tick: &'g Tick, ends: &[usize], columns: usize) -> (usize, usize, &'g Tick) {
    let exact = gauge.column(tick.at, columns);
    let end = ends.iter().copied().min_by_key(|e| e.abs_diff(exact)).unwrap_or(exact);
    let length = tick.text.chars().count();
    (end.saturating_sub(length / 2).min(columns.saturating_sub(length)), length, tick)
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
    let says_width = cards.iter().map(|c| c.says.chars().count()).max().unwrap_or(0).min(width / 2);
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
    let rest = says.iter().skip(1).map(|l| Line::plain(format!("     {l}")));
    if used + who.chars().count() <= width {
        out.push(line.and(
            card.who.tone,
            Weight::Normal,
            format!("{:gap$}{who}", "", gap = if amount_width == 0 { 0 } else { 3 }),
        ));
        out.extend(rest);
    } else {
        out.push(line);
        out.extend(rest);
        out.extend(
            wrapped(&who, width.saturating_sub(7))
                .into_iter()
                .map(|l| Line::of(card.who.tone, Weight::Normal, format!("     {l}"))),
        );
    }
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
