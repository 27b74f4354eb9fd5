//! Every text that a program of ours says to people, by its key: one catalogue a language, in [Fluent], so that another
//! language is one more file. Amounts, days and times are written as the language of the catalogue writes them.
//!
//! What a business says in its own words (its rules, its people) stays as it was written.
//!
//! [Fluent]: https://projectfluent.org

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::money::Money;
use crate::number::write_decimal;
use crate::time::{Date, Time, Zone};

/// The catalogues, the first of them the one that has every text.
const CATALOGUES: [(&str, &str); 1] = [("en", include_str!("../../../texts/en.ftl"))];

static ALL: LazyLock<Vec<Texts>> = LazyLock::new(|| {
    let with = |(lang, text): &(&'static str, &str)| Texts::read(lang, text);
    CATALOGUES.iter().map(with).collect()
});

/// The texts of one language.
pub struct Texts {
    lang: &'static str,
    bundle: FluentBundle<FluentResource>,
    signs: Signs,
}

/// What stands between digits.
struct Signs {
    decimal: String,
    group: String,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("lang", &self.lang).finish_non_exhaustive()
    }
}

/// A part of a text that is filled in: a word, or a number that decides between forms.
pub trait Filling {
    /// As Fluent takes it.
    fn filling(&self) -> FluentValue<'_>;
}

impl Filling for str {
    fn filling(&self) -> FluentValue<'_> {
        FluentValue::from(self)
    }
}

impl Filling for String {
    fn filling(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_str())
    }
}

impl Filling for Cow<'_, str> {
    fn filling(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_ref())
    }
}

macro_rules! counts {
    ($($number:ty),*) => {$(
        impl Filling for $number {
            fn filling(&self) -> FluentValue<'_> {
                FluentValue::from(*self)
            }
        }
    )*};
}
counts!(i64, u64, usize, u32);

impl<T: Filling + ?Sized> Filling for &T {
    fn filling(&self) -> FluentValue<'_> {
        (**self).filling()
    }
}

impl Texts {
    fn read(lang: &'static str, text: &str) -> Self {
        let id: LanguageIdentifier = lang.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Signs for the direction of writing would end up in what people copy.
        bundle.set_use_isolating(false);
        // What of a file cannot be read is left out; the tests read each file whole.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(good, _)| good);
        bundle.add_resource_overriding(resource);
        let signs = Signs { decimal: ".".to_owned(), group: ",".to_owned() };
        let read = Self { lang, bundle, signs };
        let signs = Signs { decimal: read.say("number-decimal", &[]), group: read.say("number-group", &[]) };
        Self { signs, ..read }
    }

    /// Those that have every text.
    #[must_use]
    pub fn english() -> &'static Self {
        ALL.first().unwrap_or_else(|| unreachable!("there is a first catalogue"))
    }

    /// Those that suit a reader best, by what their browser says of them (`Accept-Language`, RFC 9110 section 12.5.4).
    #[must_use]
    pub fn suiting(accept: &str) -> &'static Self {
        let mut wanted: Vec<(u16, &str)> = accept.split(',').filter_map(wish).collect();
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        let found = wanted.iter().find_map(|(_, wanted)| ALL.iter().find(|texts| speaks(texts.lang, wanted)));
        found.unwrap_or_else(Self::english)
    }

    /// The language, as pages name it: `en`.
    #[must_use]
    pub const fn lang(&self) -> &'static str {
        self.lang
    }

    /// The text of a key, filled in. A text that this language lacks is said in English; one that nobody has, by its key.
    #[must_use]
    pub fn say(&self, key: &str, filled: &[(&'static str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            let english = (self.lang != CATALOGUES[0].0).then(|| Self::english().say(key, filled));
            return english.unwrap_or_else(|| key.to_owned());
        };
        let args: FluentArgs<'_> = filled.iter().cloned().collect();
        let mut wrong = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut wrong).into_owned()
    }

    /// An amount: `$1,199.00`, `12.00 CAD`.
    #[must_use]
    pub fn money(&self, m: Money) -> String {
        let mut digits = String::new();
        // Writing to a text cannot fail.
        let _ = write_decimal(&mut digits, i128::from(m.minor).abs(), m.currency.exponent());
        let amount = self.digits(&digits);
        let minus = if m.minor < 0 { "-" } else { "" };
        let sign = SIGNS.iter().find(|(code, _)| *code == m.currency.code());
        let key = if sign.is_some() { "money-signed" } else { "money-coded" };
        let sign = sign.map_or_else(|| m.currency.code(), |(_, sign)| sign);
        self.say(key, &[("minus", minus.into()), ("sign", sign.into()), ("amount", amount.as_str().into())])
    }

    /// A decimal number, written `1199.5`, as the language writes it: `1,199.5`.
    #[must_use]
    pub fn digits(&self, plain: &str) -> String {
        let (whole, rest) = plain.split_once('.').map_or((plain, None), |(whole, rest)| (whole, Some(rest)));
        let mut out = String::with_capacity(plain.len() + plain.len() / 3);
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push_str(&self.signs.group);
            }
            out.push(digit);
        }
        if let Some(rest) = rest {
            out.push_str(&self.signs.decimal);
            out.push_str(rest);
        }
        out
    }

    /// A day: `16 November 2026`.
    #[must_use]
    pub fn date(&self, d: Date) -> String {
        let (year, month, day) = d.civil();
        let month = self.say(&format!("month-{month}"), &[]);
        self.say("date", &[("day", day.into()), ("month", month.into()), ("year", year.to_string().into())])
    }

    /// A time on the clocks of a zone: `16 November 2026, 18:04`.
    #[must_use]
    pub fn time(&self, t: Time, zone: &Zone) -> String {
        let Some(day) = zone.date_of(t) else { return t.to_string() };
        self.say("date-and-time", &[("date", self.date(day).into()), ("time", self.clock(t, zone).into())])
    }

    /// The day of a time in a zone: `16 November 2026`.
    #[must_use]
    pub fn day(&self, t: Time, zone: &Zone) -> String {
        zone.date_of(t).map_or_else(|| t.to_string(), |day| self.date(day))
    }

    /// What the clocks of a zone show: `18:04`.
    #[must_use]
    pub fn clock(&self, t: Time, zone: &Zone) -> String {
        self.say("clock", &[("time", t.in_zone(zone).get(11..16).unwrap_or("").to_owned().into())])
    }
}

/// Currencies whose sign is theirs alone, or is taken to be by most who read it.
const SIGNS: [(&str, &str); 5] = [("EUR", "€"), ("GBP", "£"), ("INR", "₹"), ("JPY", "¥"), ("USD", "$")];

/// A language that someone reads, and how much they like it, in thousandths.
fn wish(part: &str) -> Option<(u16, &str)> {
    let (lang, weight) = part.split_once(';').map_or((part, None), |(lang, weight)| (lang, Some(weight)));
    let weight = match weight.and_then(|w| w.trim().strip_prefix("q=")) {
        None => 1000,
        Some(w) => {
            let thousandths: String = w.trim_start_matches('0').trim_start_matches('.').chars().take(3).collect();
            if w.starts_with('1') { 1000 } else { format!("{thousandths:0<3}").parse().ok()? }
        }
    };
    (weight > 0).then(|| (weight, lang.trim()))
}

/// Whether a catalogue is in a language that is wanted: `en` suits `en-GB`.
fn speaks(lang: &str, wanted: &str) -> bool {
    let main = |of: &str| of.split(['-', '_']).next().map(str::to_ascii_lowercase);
    lang.eq_ignore_ascii_case(wanted) || main(lang) == main(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn every_catalogue_reads_whole() {
        for (lang, text) in CATALOGUES {
            let wrong = FluentResource::try_new(text.to_owned()).err().map(|(_, wrong)| wrong);
            assert!(wrong.is_none(), "{lang}: {wrong:?}");
            assert!(lang.parse::<LanguageIdentifier>().is_ok(), "{lang} names no language");
        }
    }

    #[test]
    fn amounts_and_days_are_as_the_language_writes_them() {
        let german = "number-decimal = ,\nnumber-group = .\nmoney-signed = { $minus }{ $amount } { $sign }\nmoney-coded = { $minus }{ $amount } { $sign }\nmonth-11 = November\ndate = { $day }. { $month } { $year }\ndate-and-time = { $date }, { $time }\nclock = { $time } Uhr\n";
        let german = Texts::read("de", german);
        let euro = Currency::parse("EUR").expect("a currency");
        let m = Money::new(-119_950, euro);
        let day = Date::parse("2026-11-16").expect("a day");
        assert_eq!((Texts::english().money(m), german.money(m)), ("-€1,199.50".to_owned(), "-1.199,50 €".to_owned()));
        assert_eq!(Texts::english().date(day), "16 November 2026");
        assert_eq!(german.date(day), "16. November 2026");
        assert_eq!(
            german.say("nobody-has-this", &[]),
            "nobody-has-this",
            "and a text that only English has is said in it"
        );
    }

    #[test]
    fn the_reader_s_language_is_chosen_by_weight() {
        let weights = |text: &'static str| text.split(',').filter_map(wish).collect::<Vec<_>>();
        assert_eq!(weights("de-CH, en;q=0.7, fr;q=0"), [(1000, "de-CH"), (700, "en")]);
        assert_eq!(weights("*;q=0.05"), [(50, "*")]);
        assert_eq!(Texts::suiting("de, en-GB;q=0.5").lang(), "en");
        assert_eq!(Texts::suiting("").lang(), "en");
        assert!(speaks("en", "EN-gb") && !speaks("en", "eng"));
    }
}
