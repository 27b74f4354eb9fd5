//! What the functions over text do. Positions and sizes count characters.

use super::calls::{Site, items, whole};
use super::run::{Failure, Machine, On, Val};
use super::typed::Fun;

/// Applies a text function to values that are all there.
pub(super) fn apply(m: &mut Machine, on: On<'_>, site: Site, [a, b, c]: [Val; 3]) -> Val {
    match site.fun {
        Fun::Contains => Val::yes_no(m.text_of(on, a).contains(m.text_of(on, b))),
        Fun::StartsWith => Val::yes_no(m.text_of(on, a).starts_with(m.text_of(on, b))),
        Fun::EndsWith => Val::yes_no(m.text_of(on, a).ends_with(m.text_of(on, b))),
        Fun::Matches(index) => {
            let pattern = on.program.patterns.get(usize::from(index));
            Val::yes_no(pattern.is_some_and(|p| p.is_match(m.text_of(on, a))))
        }
        Fun::SizeText => Val::whole(m.text_of(on, a).chars().count() as i128),
        Fun::IndexOf | Fun::LastIndexOf => position(m, on, site.fun, a, b),
        Fun::IntOfText => match m.text_of(on, a).trim().parse::<i64>() {
            Ok(n) => Val::whole(i128::from(n)),
            Err(_) => m.failed(site.pc, Failure::NotANumber),
        },
        Fun::Substring | Fun::CharAt => part(m, on, site, a, b, c),
        Fun::JoinList => join(m, on, site, a, b),
        _ => made(m, on, site, [a, b, c]),
    }
}

fn made(m: &mut Machine, on: On<'_>, site: Site, [a, b, c]: [Val; 3]) -> Val {
    let text = match site.fun {
        Fun::Join2 => format!("{}{}", m.text_of(on, a), m.text_of(on, b)),
        Fun::Lower => m.text_of(on, a).to_ascii_lowercase(),
        Fun::Upper => m.text_of(on, a).to_ascii_uppercase(),
        Fun::Trim => m.text_of(on, a).trim().to_owned(),
        Fun::TextOfInt => a.as_number().n().to_string(),
        Fun::Replace => {
            let (text, from, to) = (m.text_of(on, a), m.text_of(on, b), m.text_of(on, c));
            // Each occurrence can grow the text: look before making it.
            let most = text.len().saturating_add(text.matches(from).count().saturating_mul(to.len()));
            if most > 1 << 20 {
                return m.failed(site.pc, Failure::TooMuch);
            }
            text.replace(from, to)
        }
        _ => String::new(),
    };
    m.make_text(on, site.pc, text)
}

fn position(m: &Machine, on: On<'_>, fun: Fun, a: Val, b: Val) -> Val {
    let (text, wanted) = (m.text_of(on, a), m.text_of(on, b));
    let byte = if fun == Fun::IndexOf { text.find(wanted) } else { text.rfind(wanted) };
    let chars = byte.and_then(|i| text.get(..i)).map(|before| before.chars().count() as i128);
    Val::whole(chars.unwrap_or(-1))
}

/// `charAt(i)`, `substring(i)`, `substring(i, j)`.
fn part(m: &mut Machine, on: On<'_>, site: Site, a: Val, b: Val, c: Val) -> Val {
    let text = m.text_of(on, a);
    let size = text.chars().count();
    let from = whole(b).and_then(|n| usize::try_from(n).ok());
    let to = match (site.fun, site.len) {
        (Fun::CharAt, _) => from.map(|f| f.saturating_add(1).min(size.max(f))),
        (_, 2) => Some(size),
        _ => whole(c).and_then(|n| usize::try_from(n).ok()),
    };
    match (from, to) {
        (Some(from), Some(to)) if from <= to && to <= size => {
            let piece: String = text.chars().skip(from).take(to - from).collect();
            m.make_text(on, site.pc, piece)
        }
        _ => m.failed(site.pc, Failure::NoSuchItem),
    }
}

fn join(m: &mut Machine, on: On<'_>, site: Site, list: Val, between: Val) -> Val {
    let parts = items(m, on, site, list);
    let mut why = 0;
    for part in &parts {
        why = m.both(why, part.why);
    }
    if why != 0 {
        return Val::missing(why);
    }
    let between = if site.len == 2 { m.text_of(on, between) } else { "" };
    let texts: Vec<&str> = parts.iter().map(|p| m.text_of(on, *p)).collect();
    let size: usize = texts.iter().map(|t| t.len() + between.len()).sum();
    if size > 1 << 20 {
        return m.failed(site.pc, Failure::TooMuch);
    }
    let text = texts.join(between);
    m.make_text(on, site.pc, text)
}

pub(super) fn split(m: &mut Machine, on: On<'_>, site: Site, a: Val, b: Val) -> Val {
    let most = crate::types::DEFAULT_MAX_LEN as usize;
    let pieces: Vec<String> = match m.text_of(on, b) {
        "" => m.text_of(on, a).chars().take(most + 1).map(String::from).collect(),
        between => m.text_of(on, a).split(between).take(most + 1).map(str::to_owned).collect(),
    };
    if pieces.len() > most || !m.afford(pieces.len()) {
        return m.failed(site.pc, Failure::TooMuch);
    }
    let mut vals = Vec::with_capacity(pieces.len());
    for piece in pieces {
        vals.push(m.make_text(on, site.pc, piece));
    }
    let first = m.lists_len();
    for val in vals {
        m.push_item(val);
    }
    m.list_from(site.pc, first)
}
