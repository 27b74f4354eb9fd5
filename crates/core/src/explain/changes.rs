//! What is different between two versions of a rule, as people read it.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::policy::{PolicyWords, RemedyWords, TermWords, policy};
use super::voice::Voice;
use crate::book::rules::{Book, Line, Operand, Policy, Reach, RoleId, Term, TermShape, Version};
use crate::number::Number;
use crate::texts::Texts;

/// A version of a rule in its book.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'b> {
    /// The book.
    pub book: &'b Book,
    /// The rule.
    pub policy: &'b Policy,
    /// The version.
    pub version: &'b Version,
    /// In whose language it is told.
    pub texts: &'static Texts,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about: a sentence of the rule, or `Purpose`.
    pub about: String,
    /// What of it: `the line`, `Team lead, in all`; empty where it is the whole.
    pub what: String,
    /// How it was; none: it was not there.
    pub before: Option<String>,
    /// How it is; none: it is gone.
    pub after: Option<String>,
    /// Whether it moved only because the line did.
    pub moved_along: bool,
}

/// What is different, in the order in which a rule is read. Where only expressions differ that have no words, there is
/// nothing to tell here although the texts differ.
#[must_use]
pub fn changes(before: Reading<'_>, after: Reading<'_>) -> Vec<Change> {
    let (was, is) = (before.words(), after.words());
    let texts = after.texts;
    let mut told = Told { texts, all: Vec::new() };
    let say = |key: &str| texts.say(key, &[]);
    told.text(&say("changes-title"), "", Some(&was.title), Some(&is.title));
    told.text(&say("changes-purpose"), "", was.purpose.as_deref(), is.purpose.as_deref());
    told.text(&say("changes-owner"), "", was.owner.as_deref(), is.owner.as_deref());
    told.text(&say("changes-what-customers-are-told"), "", was.published.as_deref(), is.published.as_deref());
    told.text(&say("changes-governs"), "", Some(&was.requests.join(", ")), Some(&is.requests.join(", ")));
    told.text(&say("changes-when-we-got-it-wrong"), "", fault(texts, &was).as_deref(), fault(texts, &is).as_deref());
    told.terms((before, &was), (after, &is));
    told.remedies(&was, &is);
    told.text(&say("changes-without-an-exception"), "", detour(&was).as_deref(), detour(&is).as_deref());
    told.list(&say("changes-what-asks-for-somebody-higher"), &guards(&was), &guards(&is));
    told.list(&say("changes-what-nobody-may-do"), &nevers(&was), &nevers(&is));
    told.list(&say("changes-also"), &was.about, &is.about);
    let words = |v: &Version| v.say.clone();
    told.named(&say("changes-words"), &words(before.version), &words(after.version));
    told.all
}

impl Reading<'_> {
    fn words(&self) -> PolicyWords {
        policy(self.book, self.policy, self.version, RoleId(0), self.texts)
    }

    fn term(&self, id: &str) -> Option<&Term> {
        self.version.terms.iter().find(|term| term.id == id)
    }

    /// How far each role goes in all, line and stretch together, where both are written out.
    fn ends(&self, id: &str) -> Vec<(String, String, Number)> {
        let Some(term) = self.term(id) else { return Vec::new() };
        let TermShape::Measure { ty, line, .. } = &term.shape else { return Vec::new() };
        let (Line::AtMost(Operand::Const(val)) | Line::AtLeast(Operand::Const(val))) = line else { return Vec::new() };
        let voice = Voice { book: self.book, role: RoleId(0), texts: self.texts };
        let end = |(role, reach): &(RoleId, Reach)| {
            let Reach::Distance(distance) = reach else { return None };
            let line_at = val.as_number();
            let end = if matches!(line, Line::AtMost(_)) { line_at.add(*distance)? } else { line_at.sub(*distance)? };
            let title = self.book.roles.get(usize::from(role.0))?.title.clone();
            Some((title, voice.long(end, ty, val.currency()), *distance))
        };
        term.stretch.iter().filter_map(end).collect()
    }
}

struct Told {
    texts: &'static Texts,
    all: Vec<Change>,
}

impl Told {
    fn text(&mut self, about: &str, what: &str, before: Option<&str>, after: Option<&str>) {
        let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let (before, after) = (given(before), given(after));
        if before != after {
            let (about, what) = (about.to_owned(), what.to_owned());
            self.all.push(Change { about, what, before, after, moved_along: false });
        }
    }

    /// Sentences of which some came and some went.
    fn list(&mut self, about: &str, before: &[String], after: &[String]) {
        for gone in before.iter().filter(|one| !after.contains(one)) {
            self.text(about, "", Some(gone), None);
        }
        for come in after.iter().filter(|one| !before.contains(one)) {
            self.text(about, "", None, Some(come));
        }
    }

    /// Texts by their names.
    fn named(&mut self, about: &str, before: &[(String, String)], after: &[(String, String)]) {
        for (name, text) in before {
            let now = after.iter().find(|(other, _)| other == name).map(|(_, text)| text.as_str());
            self.text(about, &name.replace('_', " "), Some(text), now);
        }
        for (name, text) in after.iter().filter(|(name, _)| !before.iter().any(|(other, _)| other == name)) {
            self.text(about, &name.replace('_', " "), None, Some(text));
        }
    }

    fn terms(&mut self, before: (Reading<'_>, &PolicyWords), after: (Reading<'_>, &PolicyWords)) {
        for was in &before.1.terms {
            match after.1.terms.iter().find(|is| is.id == was.id) {
                Some(is) => self.term((before.0, was), (after.0, is)),
                None => self.text(&was.says, &t!(self, "changes-the-term"), Some(&was.line), None),
            }
        }
        for is in after.1.terms.iter().filter(|is| !before.1.terms.iter().any(|was| was.id == is.id)) {
            self.text(&is.says, &t!(self, "changes-the-term"), None, Some(&is.line));
            for said in &is.stretch {
                self.text(&is.says, &t!(self, "changes-who-may-stretch-it"), None, Some(&said.text));
            }
        }
    }

    fn term(&mut self, (before, was): (Reading<'_>, &TermWords), (after, is): (Reading<'_>, &TermWords)) {
        self.text(&is.says, &t!(self, "changes-the-sentence"), Some(&was.says), Some(&is.says));
        self.text(&is.says, &t!(self, "changes-the-line"), Some(&was.line), Some(&is.line));
        let (ends_before, ends_after) = (before.ends(&was.id), after.ends(&is.id));
        for (title, end, distance) in &ends_after {
            let known = ends_before.iter().find(|(other, ..)| other == title);
            let Some((_, end_before, distance_before)) = known else { continue };
            if end_before != end {
                self.all.push(Change {
                    about: is.says.clone(),
                    what: t!(self, "changes-in-all", role = title),
                    before: Some(end_before.clone()),
                    after: Some(end.clone()),
                    moved_along: distance_before == distance,
                });
            }
        }
        let who = |term: &TermWords| {
            let texts: Vec<&str> = term.stretch.iter().map(|said| said.text.as_str()).collect();
            texts.join("; ")
        };
        self.text(&is.says, &t!(self, "changes-the-stretch"), Some(&who(was)), Some(&who(is)));
        self.list(&is.says, &was.notes, &is.notes);
        self.list(&is.says, &was.cites, &is.cites);
    }

    fn remedies(&mut self, was: &PolicyWords, is: &PolicyWords) {
        let (before, after) = (offered(was), offered(is));
        let offered_word = t!(self, "changes-offered");
        for (key, was) in &before {
            match after.iter().find(|(other, _)| other == key) {
                Some((_, is)) => self.remedy(was, is),
                None => self.text(
                    &was.says,
                    &t!(self, "changes-the-remedy"),
                    Some(was.amount.as_deref().unwrap_or(&offered_word)),
                    None,
                ),
            }
        }
        for (_, is) in after.iter().filter(|(key, _)| !before.iter().any(|(other, _)| other == key)) {
            self.text(
                &is.says,
                &t!(self, "changes-the-remedy"),
                None,
                Some(is.amount.as_deref().unwrap_or(&offered_word)),
            );
        }
    }

    fn remedy(&mut self, was: &RemedyWords, is: &RemedyWords) {
        self.text(&is.says, &t!(self, "changes-the-sentence"), Some(&was.says), Some(&is.says));
        self.text(&is.says, &t!(self, "changes-how-much"), was.amount.as_deref(), is.amount.as_deref());
        self.text(&is.says, &t!(self, "changes-costs-us"), was.cost.as_deref(), is.cost.as_deref());
        self.list(&is.says, &was.notes, &is.notes);
        for (was, is) in was.parts.iter().zip(&is.parts) {
            self.remedy(was, is);
        }
        for gone in was.parts.iter().skip(is.parts.len()) {
            self.text(&is.says, &t!(self, "changes-a-part"), Some(&gone.says), None);
        }
        for come in is.parts.iter().skip(was.parts.len()) {
            self.text(&is.says, &t!(self, "changes-a-part"), None, Some(&come.says));
        }
    }
}

/// Every remedy that stands by itself, by its group and id.
fn offered(words: &PolicyWords) -> Vec<(String, RemedyWords)> {
    let offers = words.offers.iter();
    offers.flat_map(|o| o.remedies.iter().map(|r| (format!("{:?} {}", o.group, r.id), r.clone()))).collect()
}

fn fault(texts: &Texts, words: &PolicyWords) -> Option<String> {
    let fault = words.fault.as_ref()?;
    Some(texts.say("changes-fault", &[("says", fault.says.as_str().into()), ("proof", fault.proof.as_str().into())]))
}

fn detour(words: &PolicyWords) -> Option<String> {
    let detour = words.detour.as_ref()?;
    let parts = [Some(detour.says.clone()), detour.effort.clone(), detour.cost.clone()];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn guards(words: &PolicyWords) -> Vec<String> {
    words.guards.iter().map(|guard| format!("{}: {}", guard.says, guard.who.text)).collect()
}

fn nevers(words: &PolicyWords) -> Vec<String> {
    words.nevers.iter().map(|never| never.says.clone()).collect()
}

/// A line of two texts: in both, only in the first, or only in the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side<'t> {
    /// In both.
    Both(&'t str),
    /// Only in the first.
    First(&'t str),
    /// Only in the second.
    Second(&'t str),
}

/// Most pairs of lines that differ and are held against each other one by one.
const PAIRS_MAX: usize = 4_000_000;

/// The lines of two texts side by side: the longest common ones are kept, where the texts are not too long for that.
#[must_use]
pub fn compared<'t>(first: &'t str, second: &'t str) -> Vec<Side<'t>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (first.lines().collect(), second.lines().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (left, right) = (a.get(start..).unwrap_or(&[]), b.get(start..).unwrap_or(&[]));
    let gone = |lines: &[&'t str]| lines.iter().map(|line| Side::First(line)).collect::<Vec<_>>();
    let come = |lines: &[&'t str]| lines.iter().map(|line| Side::Second(line)).collect::<Vec<_>>();
    let both = |lines: &[&'t str]| lines.iter().map(|line| Side::Both(line)).collect::<Vec<_>>();
    let mut all = both(a.get(..start).unwrap_or(&[]));
    if left.len().saturating_mul(right.len()) > PAIRS_MAX {
        all.extend(gone(left).into_iter().chain(come(right)));
        return all;
    }
    for op in capture_diff_slices(Algorithm::Myers, left, right) {
        let (of_left, of_right) = (left.get(op.old_range()), right.get(op.new_range()));
        let (of_left, of_right) = (of_left.unwrap_or(&[]), of_right.unwrap_or(&[]));
        match op.tag() {
            DiffTag::Equal => all.extend(both(of_left)),
            _ => all.extend(gone(of_left).into_iter().chain(come(of_right))),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::check::check;
    use crate::book::format::set;
    use crate::book::read::BookFiles;
    use crate::trial::tests::books::shipped;

    const POLICY: &str = "policies/price-adjustment.yaml";

    fn retail(change: impl Fn(&str) -> String) -> Book {
        let mut files = BookFiles::default();
        for file in shipped("retail").sources.files {
            let text = if file.path == POLICY { change(&file.text) } else { file.text.to_string() };
            files.add(file.path, text);
        }
        let checked = check(&files);
        checked.book.unwrap_or_else(|| panic!("{:#?}", checked.findings))
    }

    fn told(change: impl Fn(&str) -> String) -> String {
        let (before, after) = (retail(str::to_owned), retail(change));
        let reading = |book| {
            let book: &Book = book;
            let policy = book.policies.iter().find(|p| p.id == "price_adjustment").unwrap();
            Reading { book, policy, version: policy.versions.last().unwrap(), texts: Texts::english() }
        };
        let line = |c: &Change| {
            let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let along = if c.moved_along { " (moves along)" } else { "" };
            format!("{} | {} | {} -> {}{along}", c.about, c.what, shown(&c.before), shown(&c.after))
        };
        changes(reading(&before), reading(&after)).iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_line_moves_and_its_stretches_with_it() {
        insta::assert_snapshot!(told(|text| set(text, &["terms", "window", "at_most"], "21 days").unwrap()));
    }

    #[test]
    fn what_is_said_given_and_waived_is_told_in_the_words_of_the_rule() {
        insta::assert_snapshot!(told(|text| {
            let text = set(text, &["goodwill", "credit", "amount"], "20 USD..60 USD").unwrap();
            let text = set(&text, &["purpose"], "So that nobody waits for the sale.").unwrap();
            let text = set(&text, &["say", "declined"], "This time there is none.").unwrap();
            let text = set(&text, &["terms", "window", "stretch", "lead"], "40 days").unwrap();
            text.replace("    stretch: { lead: any }\n", "")
        }));
        assert_eq!(told(str::to_owned), "");
    }

    #[test]
    fn lines_are_kept_where_they_are_common() {
        let shown = |a: &str, b: &str| {
            let line = |side: &Side<'_>| match side {
                Side::Both(line) => format!(" {line}"),
                Side::First(line) => format!("-{line}"),
                Side::Second(line) => format!("+{line}"),
            };
            compared(a, b).iter().map(line).collect::<Vec<_>>().join("|")
        };
        assert_eq!(shown("a\nb\nc", "a\nx\nc"), " a|-b|+x| c");
        assert_eq!(shown("a\nb\nc\nd", "b\nd\ne"), "-a| b|-c| d|+e");
        assert_eq!(shown("", "a"), "+a");
        assert_eq!(shown("a\na", "a"), " a|-a");
        assert_eq!(shown("", ""), "");
    }
}
