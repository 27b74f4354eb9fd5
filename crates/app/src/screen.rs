//! Where output goes: how wide it is, and which colours it has.

use std::env;
use std::io::{self, IsTerminal};

use amends_core::explain::{Ink, Page};

/// The widest that text is laid out; longer lines are hard to read.
const WIDTH_MAX: usize = 100;
/// The narrowest.
const WIDTH_MIN: usize = 48;
/// Where there is no terminal.
const WIDTH_OTHERWISE: usize = 80;

/// Which colours there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// None: signs and words say the same.
    None,
    /// The sixteen of every terminal.
    Sixteen,
    /// 256.
    Many,
}

/// What is known of standard output and standard error.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// One JSON document instead of text for people.
    pub json: bool,
    /// Characters a line.
    pub width: usize,
    /// Colours of standard output.
    pub out: Palette,
    /// Colours of standard error.
    pub err: Palette,
}

impl Screen {
    /// Looks at the terminal and the environment.
    pub fn look(json: bool) -> Self {
        let palette = palette();
        let on = |terminal: bool| if terminal { palette } else { Palette::None };
        let size = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            json,
            width: size.unwrap_or(WIDTH_OTHERWISE).clamp(WIDTH_MIN, WIDTH_MAX),
            out: on(io::stdout().is_terminal()),
            err: on(io::stderr().is_terminal()),
        }
    }
}

impl Screen {
    /// What explanations on standard output are laid out for.
    pub fn page(self) -> Page {
        Page { width: self.width, ink: if self.out == Palette::None { Ink::Plain } else { Ink::Coloured } }
    }
}

/// What a terminal can show, unless `NO_COLOR` asks for none (<https://no-color.org>).
fn palette() -> Palette {
    let set = |name: &str| env::var_os(name).is_some_and(|v| !v.is_empty());
    let term = env::var("TERM").unwrap_or_default();
    match () {
        () if set("NO_COLOR") || term == "dumb" => Palette::None,
        () if set("COLORTERM") || term.contains("256color") => Palette::Many,
        () => Palette::Sixteen,
    }
}
