//! How people are told who, how much and when.

use super::Tone;
use crate::assess::Assessment;
use crate::book::rules::{Book, Need, RoleId};
use crate::money::{Currency, Money};
use crate::number::Number;
use crate::program::show;
use crate::texts::Texts;
use crate::time::{Date, Time, Zone};
use crate::types::Type;

/// Whose words they are to be: the book's roles, seen by the one who asks.
#[derive(Clone, Copy)]
pub(super) struct Voice<'a> {
    pub book: &'a Book,
    pub role: RoleId,
    pub texts: &'static Texts,
}

impl<'a> Voice<'a> {
    pub fn of(a: &Assessment<'a>, texts: &'static Texts) -> Self {
        Self { book: a.book, role: a.role, texts }
    }

    /// `a team lead`; the top of the ladder is one person, as a rule: `the head of service`.
    pub fn who(self, role: RoleId) -> String {
        let Some(title) = self.book.roles.get(usize::from(role.0)).map(|r| r.title.as_str()) else {
            return t!(self, "answer-nobody");
        };
        let is_top = usize::from(role.0) + 1 == self.book.roles.len() && self.book.roles.len() > 1;
        let role = lower(title);
        match title.chars().next() {
            _ if is_top => t!(self, "answer-who-top", role = role),
            Some('A' | 'E' | 'I' | 'O' | 'U' | 'a' | 'e' | 'i' | 'o' | 'u') => {
                t!(self, "answer-who-vowel", role = role)
            }
            _ => t!(self, "answer-who", role = role),
        }
    }

    /// Whether the one who asks may give what needs this.
    pub fn is_yours(self, need: Need) -> bool {
        need <= Need::role(self.role)
    }

    /// What a need means for the one who asks.
    pub fn tone(self, need: Need) -> Tone {
        match need {
            Need::NONE => Tone::Inside,
            Need::NOBODY => Tone::Never,
            _ if self.is_yours(need) => Tone::Yours,
            _ => Tone::Theirs,
        }
    }

    /// A number of a type with its unit: `5 days`, `$12.00`, `40%`.
    pub fn long(self, x: Number, ty: &Type, currency: Option<Currency>) -> String {
        let whole = || x.as_whole().and_then(|n| i64::try_from(n).ok());
        let in_words = match ty {
            Type::Money => {
                Money::rounded(x, currency.unwrap_or(self.book.currency), self.book.rounding).map(|m| self.money(m))
            }
            Type::Date => whole().and_then(Date::from_days).map(|day| self.date(day)),
            Type::Time => whole().and_then(Time::from_micros).map(|t| self.texts.time(t, &self.book.zone)),
            _ => None,
        };
        in_words.unwrap_or_else(|| show::number(x, ty, currency, &self.book.schema.units))
    }

    /// An amount.
    pub fn money(self, m: Money) -> String {
        self.texts.money(m)
    }

    /// A day.
    pub fn date(self, d: Date) -> String {
        self.texts.date(d)
    }

    /// Amounts of several currencies: `$100.00 or €90.00`; none of none.
    pub fn any_of(self, amounts: &[Money]) -> Option<String> {
        let mut words = amounts.iter().map(|m| self.money(*m));
        let first = words.next()?;
        Some(words.fold(first, |all, next| t!(self, "answer-either", one = all, other = next)))
    }

    /// The same, without the unit where it was said just before: `5`, `$12.00`, `40%`.
    pub fn short(self, x: Number, ty: &Type, currency: Option<Currency>) -> String {
        if matches!(ty, Type::Days | Type::Months) { x.to_string() } else { self.long(x, ty, currency) }
    }
}

/// An amount, in English: `$1,199.00`, `12.00 CAD`.
#[must_use]
pub fn money(m: Money) -> String {
    Texts::english().money(m)
}

/// A day, in English: `16 November 2026`.
#[must_use]
pub fn date(d: Date) -> String {
    Texts::english().date(d)
}

/// A time on the clocks of a zone, in English: `16 November 2026, 18:04`.
#[must_use]
pub fn time(t: Time, zone: &Zone) -> String {
    Texts::english().time(t, zone)
}

/// With a capital at the start.
pub(super) fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// With a small letter at the start, unless the word is an abbreviation: `team lead`, `AI agent`.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    if chars.clone().next().is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    first.to_lowercase().chain(chars).collect()
}
