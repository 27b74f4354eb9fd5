//! Colours for lines, and nothing else: every meaning has a sign or words beside its colour.

use amends_core::explain::{Line, Piece, Tone, Weight};

use crate::screen::Palette;

/// Text that grows line by line.
#[derive(Default)]
pub struct Text(String);

impl Text {
    /// Adds a line.
    pub fn line(&mut self, line: impl AsRef<str>) {
        self.0.push_str(line.as_ref());
        self.0.push('\n');
    }

    /// Adds lines that end themselves.
    pub fn lines(&mut self, lines: impl AsRef<str>) {
        self.0.push_str(lines.as_ref());
    }

    /// All of it.
    pub fn end(self) -> String {
        self.0
    }
}

/// Lines as text, each ending its line.
pub fn lines(lines: &[Line], palette: Palette) -> String {
    lines.iter().map(|l| line(l, palette) + "\n").collect()
}

/// A line as text.
pub fn line(line: &Line, palette: Palette) -> String {
    if palette == Palette::None {
        return clean(&line.text());
    }
    line.0.iter().map(|p| piece(p, palette)).collect()
}

/// Words in a tone and weight.
pub fn words(text: &str, tone: Tone, weight: Weight, palette: Palette) -> String {
    piece(&Piece { tone, weight, text: text.to_owned() }, palette)
}

fn piece(piece: &Piece, palette: Palette) -> String {
    let codes = [weight(piece.weight), hue(piece.tone, palette)];
    let codes: Vec<&str> = codes.into_iter().filter(|c| !c.is_empty()).collect();
    let text = clean(&piece.text);
    if palette == Palette::None || codes.is_empty() || text.trim().is_empty() {
        return text;
    }
    format!("\u{1b}[{}m{text}\u{1b}[0m", codes.join(";"))
}

const fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Strong => "1",
        Weight::Normal => "",
        Weight::Faint => "2",
    }
}

/// Green inside, amber yours, violet someone else's, red nobody's. The 256 are mid tones that can be read on dark
/// and on light ground.
const fn hue(tone: Tone, palette: Palette) -> &'static str {
    match (palette, tone) {
        (Palette::None, _) | (_, Tone::Plain | Tone::Open) => "",
        (Palette::Sixteen, Tone::Inside) => "32",
        (Palette::Sixteen, Tone::Yours) => "33",
        (Palette::Sixteen, Tone::Theirs) => "35",
        (Palette::Sixteen, Tone::Never) => "31",
        (Palette::Many, Tone::Inside) => "38;5;71",
        (Palette::Many, Tone::Yours) => "38;5;172",
        (Palette::Many, Tone::Theirs) => "38;5;134",
        (Palette::Many, Tone::Never) => "38;5;167",
    }
}

/// Without control characters, which a document could use to write over what stands on the screen.
pub fn clean(text: &str) -> String {
    let is_harmful = |c: char| c.is_control() && !matches!(c, '\n');
    if text.contains(is_harmful) { text.replace(is_harmful, "\u{fffd}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yours() -> Line {
        let piece = |tone, weight, text: &str| Piece { tone, weight, text: text.into() };
        Line(vec![
            piece(Tone::Yours, Weight::Strong, "◆ "),
            piece(Tone::Plain, Weight::Normal, "2 days past"),
            piece(Tone::Plain, Weight::Faint, "  "),
        ])
    }

    #[test]
    fn without_colour_the_words_are_left() {
        assert_eq!(line(&yours(), Palette::None), "◆ 2 days past");
    }

    #[test]
    fn colours_are_ended_where_they_began() {
        assert_eq!(line(&yours(), Palette::Sixteen), "\u{1b}[1;33m◆ \u{1b}[0m2 days past  ");
        assert_eq!(line(&yours(), Palette::Many), "\u{1b}[1;38;5;172m◆ \u{1b}[0m2 days past  ");
    }

    #[test]
    fn what_would_steer_the_terminal_is_not_written() {
        assert_eq!(clean("a\u{1b}[2Jb\u{7}\r\nc"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}\nc");
    }
}
