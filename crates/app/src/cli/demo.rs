//! `amends demo`: a shop with its people and five stories that wait on the desk; or the stories in the terminal.

pub mod shop;

use std::env;
use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use amends_core::assess::{Assessment, Workspace, assess};
use amends_core::diagnostic::Findings;
use amends_core::explain::{self, Explanation, Line, Page, Piece, Said, Tone, Weight};
use amends_core::facts::from_yaml::question_json;
use amends_core::facts::read_question;
use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use super::assess::said;
use super::{Answer, Exit, Outcome, serve};
use crate::door::Door;
use crate::paint;
use crate::screen::Screen;
use crate::server::Bounds;
use crate::shelf::Shelf;
use crate::shipped;
use crate::texts::Texts;

/// Open a made-up shop with its people, and five stories that wait; with `--terminal`, show the stories here
#[derive(clap::Args)]
pub(super) struct Args {
    /// Show the stories in the terminal, with gauges of how far inside or outside each line they are
    #[arg(long)]
    terminal: bool,
    /// Address and port of the page
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7171")]
    listen: SocketAddr,
    /// Keep the shop in this file, to go on with it another time; without it, it is gone at the end
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Only this story, in the terminal
    #[arg(value_name = "STORY", value_parser = clap::value_parser!(u8).range(1..=5))]
    story: Option<u8>,
}

struct Story {
    title: &'static str,
    told: &'static str,
    scenes: &'static [Scene],
}

/// One question of a story, as the representative asks it.
struct Scene {
    /// What is different about it; nothing for the story itself.
    title: &'static str,
    book: &'static str,
    case: &'static str,
    how: How,
}

#[derive(PartialEq, Eq)]
enum How {
    /// The whole answer.
    Whole,
    /// What is different.
    Brief,
}

const STORIES: [Story; 5] = [
    Story {
        title: "The sale five days later",
        told: "A customer of fifteen years bought three blazers in a shop, $149.00 each. Five days later everything is 40% off, online only. She could order again online and bring the old ones back.",
        scenes: &[Scene { title: "", book: "retail", case: "blazers", how: How::Whole }],
    },
    Story {
        title: "The wrong parcel",
        told: "Her first order ever: two dresses, and two T-shirts came. The label was looked at. Before she asks for anything there is one bundle ready.",
        scenes: &[Scene { title: "", book: "retail", case: "two_tshirts", how: How::Whole }],
    },
    Story {
        title: "The rule that did not foresee it",
        told: "A coat for $80.00 comes back on day 67 of 60. She was in hospital, and a note was seen.",
        scenes: &[
            Scene { title: "", book: "retail", case: "hospital", how: How::Whole },
            Scene { title: "The same without the hospital", book: "retail", case: "no_reason_given", how: How::Brief },
            Scene {
                title: "The same, with the money to go to somebody else's card",
                book: "retail",
                case: "to_another_card",
                how: How::Whole,
            },
        ],
    },
    Story {
        title: "Three days, only three days",
        told: "A laptop fails three days after its paid cover ended. One small claim ever.",
        scenes: &[
            Scene { title: "", book: "retail", case: "three_days_past_the_cover", how: How::Whole },
            Scene {
                title: "The same with nine claims in a year",
                book: "retail",
                case: "nine_claims_in_a_year",
                how: How::Brief,
            },
            Scene {
                title: "At the car rental: two hours late, one of them free, after forty rentals",
                book: "rental",
                case: "two_hours_late",
                how: How::Whole,
            },
        ],
    },
    Story {
        title: "The coupon that did not fit",
        told: "Twenty percent off a new watch for an old one. The coupon covers selected watches only, which nobody told her; while departments were asked, the offer ended.",
        scenes: &[Scene { title: "", book: "retail", case: "any_watch_at_all", how: How::Whole }],
    },
];

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    if !args.terminal && args.story.is_none() && !screen.json {
        return served(args, screen);
    }
    in_terminal(args, screen)
}

/// Serves the books of the stories, and says where each story is.
fn served(args: &Args, screen: Screen) -> Outcome {
    let address = args.listen;
    if !address.ip().is_loopback() {
        let says = format!(
            "the people of the demo sign in without a password, so it listens on this machine alone: leave `--listen {address}` out"
        );
        return Err(anyhow!(says).into());
    }
    let shelf = Shelf::shipped(&["retail", "rental"]);
    let door = Door::new(address.ip(), None)?;
    let folder = Folder::new()?;
    let file = args.keep.clone().unwrap_or_else(|| folder.0.join("demo.db"));
    serve::blocking(
        address,
        Bounds::default().within_what_may_be_open(),
        shelf,
        door,
        Some(serve::Keep::demo(file)),
        |at| {
            open_in_browser(&format!("http://{at}/demo"));
            let mut lines = paragraph(
                "A shop with a counter and a web shop: 5,000 customers, 40,000 orders, 3,000 past decisions, and seven people. Sign in as one of them, each behind a link; in a second browser, or a private window, as another:",
                screen.width,
            );
            for (id, name, role) in shop::PEOPLE {
                lines.push(Line(vec![
                    piece(Weight::Strong, &format!("   {name}")),
                    piece(Weight::Faint, &format!(", {role}: http://{at}/demo/{id}")),
                ]));
            }
            lines.push(Line::default());
            lines.extend(paragraph("Five stories wait on Rita's desk, and a question of Omar's waits for Lena or Marc. Ask for the credit on the blazers as Rita while Lena is signed in too, and watch the question arrive. The same stories as plain questions, without accounts:", screen.width));
            for (number, story) in STORIES.iter().enumerate() {
                lines.push(Line::default());
                lines.push(Line(vec![piece(Weight::Strong, &format!("{}  {}", number + 1, story.title))]));
                lines.extend(paragraph(story.told, screen.width));
                for scene in story.scenes {
                    lines.push(Line(vec![piece(
                        Weight::Faint,
                        &format!("   http://{at}/case/{}/{}", scene.book, scene.case),
                    )]));
                }
            }
            lines.push(Line::default());
            lines.extend(paragraph("On those pages: switch who you are; change a date and watch the gauge; press 1 for the first option, c to copy the words, ? for the keys. Read the rules at `Rules`. `amends demo --terminal` shows the stories here.", screen.width));
            paint::lines(&lines, screen.out)
        },
    )?;
    Ok(Answer::good(""))
}

/// A folder that is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        // One of that name may be left of a demo that was killed.
        let mut number = 0;
        loop {
            let folder = env::temp_dir().join(format!("amends-demo-{}-{number}", std::process::id()));
            match crate::private::create_folder(&folder) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
                made => {
                    made.with_context(|| format!("cannot make {}", folder.display()))?;
                    return Ok(Self(folder));
                }
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // One that stays is in the system's folder for such files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Opens a page where somebody sits before a screen; elsewhere, and when that fails, the address is there to follow.
fn open_in_browser(page: &str) {
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| env::var_os(v).is_some());
    let opener = match (cfg!(target_os = "macos"), has_screen) {
        (true, _) => "open",
        (_, true) => "xdg-open",
        _ => return,
    };
    if io::stdout().is_terminal() {
        let _ = Command::new(opener).arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    }
}

fn in_terminal(args: &Args, screen: Screen) -> Outcome {
    let stories: Vec<(usize, &Story)> = STORIES
        .iter()
        .enumerate()
        .map(|(i, s)| (i + 1, s))
        .filter(|(n, _)| args.story.is_none_or(|s| usize::from(s) == *n))
        .collect();
    if screen.json {
        let mut all = Vec::new();
        for (number, story) in stories {
            for scene in story.scenes {
                scene.asked(|a, _| all.push(json!({ "story": number, "title": story.title, "book": scene.book, "case": scene.case, "assessment": a.to_json() })))?;
            }
        }
        return Ok(Answer::json(&Value::Array(all), Exit::Good));
    }
    let mut lines = Vec::new();
    for (number, story) in stories {
        story.tell(number, screen.page(), &mut lines)?;
    }
    lines.extend(legend(screen.width));
    Ok(Answer::good(paint::lines(&lines, screen.out)))
}

impl Story {
    fn tell(&self, number: usize, page: Page, lines: &mut Vec<Line>) -> Result<()> {
        let width = page.width;
        lines.push(Line::default());
        let rule = "─".repeat(width.saturating_sub(self.title.chars().count() + 5));
        lines.push(Line(vec![
            piece(Weight::Strong, &format!("{number}  {}  ", self.title)),
            piece(Weight::Faint, &rule),
        ]));
        lines.extend(paragraph(self.told, width));
        lines.push(Line::default());
        for scene in self.scenes {
            scene.show(page, lines)?;
            lines.push(Line::default());
        }
        Ok(())
    }
}

impl Scene {
    fn show(&self, page: Page, lines: &mut Vec<Line>) -> Result<()> {
        if !self.title.is_empty() {
            lines.push(Line(vec![piece(Weight::Faint, "───  "), piece(Weight::Strong, self.title)]));
            lines.push(Line::default());
        }
        self.asked(|a, standings| {
            let explanation = explain::explain(a, Texts::english());
            if self.how == How::Brief {
                lines.extend(explain::lines(&brief(explanation), page, Texts::english()));
            } else {
                lines.extend(explain::lines(&explanation, page, Texts::english()));
                if let Ok(Some(words)) = explain::say(a, &explanation, explain::suited(a.standing)) {
                    lines.extend(said(&words.text, page.width));
                }
            }
            lines.extend(everyone(standings));
        })
    }

    /// Asks for every role of the ladder; gives the representative's answer, and everyone's standing.
    fn asked(&self, f: impl FnOnce(&Assessment<'_>, &[(String, Said)])) -> Result<()> {
        let book = shipped::find(self.book).context("the program comes without a book of its stories")?.checked().book;
        let book = book.context("a book of the stories has errors")?;
        let case =
            book.cases.iter().find(|c| c.id.value == self.case).context("a story is not among its book's cases")?;
        let json =
            question_json(&book.schema, &case.question, &mut Findings::default()).context("a story cannot be read")?;
        let question = read_question(&book.schema, &json)?;
        let mut workspace = Workspace::default();
        let mut standings = Vec::new();
        for id in ["ai", "frontline", "lead"] {
            let role = book.role(id).context("a role of the stories is missing")?;
            let answer = assess(&book, &question.request, &question.facts, role, &mut workspace)?;
            let title = book.roles.get(usize::from(role.0)).map_or(id, |r| r.title.as_str());
            standings.push((title.to_owned(), explain::explain(&answer, Texts::english()).standing));
        }
        let role = book.role("frontline").context("a role of the stories is missing")?;
        f(&assess(&book, &question.request, &question.facts, role, &mut workspace)?, &standings);
        Ok(())
    }
}

/// Only what decides.
fn brief(e: Explanation) -> Explanation {
    let terms = e.terms.into_iter().filter(|r| r.stands.tone != Tone::Inside).collect();
    Explanation {
        about: Vec::new(),
        purpose: None,
        terms,
        options: e.options.into_iter().take(1).collect(),
        bespoke: None,
        detour: None,
        ..e
    }
}

/// What the same question comes to, by who asks.
fn everyone(standings: &[(String, Said)]) -> Vec<Line> {
    let longest = standings.iter().map(|(title, _)| title.chars().count()).max().unwrap_or(0);
    let mut lines = vec![Line::default(), Line(vec![piece(Weight::Strong, "By who asks")])];
    for (title, said) in standings {
        let answer =
            Piece { tone: said.tone, weight: Weight::Normal, text: format!("{} {}", said.tone.mark(), said.text) };
        lines.push(Line(vec![piece(Weight::Normal, &format!("  {title:longest$}   ")), answer]));
    }
    lines
}

/// What signs and colours mean.
fn legend(width: usize) -> Vec<Line> {
    let meaning = [
        (Tone::Inside, "inside the line, or owed"),
        (Tone::Yours, "yours to give"),
        (Tone::Theirs, "someone else's"),
        (Tone::Never, "nobody's"),
    ];
    let mut line = vec![piece(Weight::Normal, "  ")];
    for (tone, words) in meaning {
        line.push(Piece { tone, weight: Weight::Strong, text: tone.mark().to_owned() });
        line.push(piece(Weight::Faint, &format!(" {words}   ")));
    }
    let more = "Every answer is one of the cases in books/retail and books/rental. Try your own: amends new my_shop";
    let mut lines = vec![Line(vec![piece(Weight::Faint, &"─".repeat(width))]), Line(line)];
    lines.extend(paragraph(more, width));
    lines
}

fn paragraph(text: &str, width: usize) -> Vec<Line> {
    explain::wrapped(text, width.saturating_sub(4))
        .into_iter()
        .map(|l| Line(vec![piece(Weight::Faint, &format!("   {l}"))]))
        .collect()
}

fn piece(weight: Weight, text: &str) -> Piece {
    Piece { tone: Tone::Plain, weight, text: text.to_owned() }
}
