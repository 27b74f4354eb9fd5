//! The words of an HTML document, as a reader sees them.

/// Most letters of a sign that is written as a name, with its end.
const NAME_MAX: usize = 12;
/// Elements of which nobody sees anything.
const UNSEEN: [&str; 5] = ["style", "script", "head", "title", "template"];
/// Elements that begin a line.
const BLOCKS: [&str; 14] =
    ["br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"];

/// The words of a document, line by line; nothing of what is between tags that nobody sees.
pub fn text_of(html: &str) -> String {
    let (mut text, mut rest) = (String::new(), html);
    while let Some((before, tag)) = rest.split_once('<') {
        push(&mut text, before);
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        // A `<` that begins no tag is one that somebody wrote.
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!' || c == '?') {
            text.push('<');
            rest = tag;
            continue;
        }
        let Some((inside, after)) = tag.split_once('>') else {
            rest = "";
            break;
        };
        let name: String = inside
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        rest = after;
        if UNSEEN.contains(&name.as_str()) && !inside.starts_with('/') && !inside.ends_with('/') {
            rest = after_end(after, &name);
        } else if BLOCKS.contains(&name.as_str()) {
            text.push('\n');
        } else if name == "td" || name == "th" {
            text.push(' ');
        }
    }
    push(&mut text, rest);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// What follows the end of an element; nothing where it has none.
fn after_end<'h>(html: &'h str, name: &str) -> &'h str {
    let end = format!("</{name}");
    let at = html.as_bytes().windows(end.len()).position(|window| window.eq_ignore_ascii_case(end.as_bytes()));
    let rest = at.and_then(|at| html.get(at..)).unwrap_or_default();
    rest.split_once('>').map_or("", |(_, after)| after)
}

/// White space of the source is one space; signs that are written as names are read.
fn push(text: &mut String, source: &str) {
    let mut rest = source;
    while let Some((before, named)) = rest.split_once('&') {
        spaced(text, before);
        // No name is longer.
        let end = named.char_indices().take(NAME_MAX).find(|(_, c)| *c == ';').map(|(at, _)| at);
        let found = end.and_then(|at| Some((sign(named.get(..at)?)?, named.get(at + 1..)?)));
        if let Some((sign, after)) = found {
            text.push(sign);
            rest = after;
        } else {
            text.push('&');
            rest = named;
        }
    }
    spaced(text, rest);
}

fn spaced(text: &mut String, source: &str) {
    text.extend(source.chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c }));
}

/// The letter of a name such as `amp` or `#8364`.
fn sign(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16).ok());
        return hex.unwrap_or_else(|| number.parse().ok()).and_then(char::from_u32).filter(|c| *c != '\0');
    }
    let known = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("euro", '€'),
        ("pound", '£'),
        ("yen", '¥'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("bull", '•'),
        ("auml", 'ä'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
        ("Auml", 'Ä'),
        ("Ouml", 'Ö'),
        ("Uuml", 'Ü'),
        ("szlig", 'ß'),
        ("eacute", 'é'),
        ("egrave", 'è'),
        ("agrave", 'à'),
        ("ccedil", 'ç'),
        ("ntilde", 'ñ'),
        ("copy", '©'),
    ];
    known.iter().find(|(known, _)| *known == name).map(|(_, sign)| *sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_a_reader_sees() {
        for (html, says) in [
            ("<p>It came\n <b>broken</b>, order A-1001</p>", "It came broken, order A-1001"),
            ("<HEAD><title>x</title></HEAD><body>a<br/>b<div>c</div></body>", "a\nb\nc"),
            ("<style>p { color: red }</style>seen<script>if (a < b) {}</script>", "seen"),
            ("<!-- <p>no</p> -->yes", "yes"),
            ("5 < 6 &amp; 7 &lt; 8 &#8364;&#x20ac;&nbsp;&unknown; AT&T", "5 < 6 & 7 < 8 €€ &unknown; AT&T"),
            ("<table><tr><td>A</td><td>B</td></tr></table>", "A B"),
            ("<p>cut <b", "cut"),
            ("<style>never ends", ""),
            ("Gr&uuml;&szlig;e", "Grüße"),
            ("", ""),
        ] {
            assert_eq!(text_of(html), says, "{html}");
        }
    }
}
