//! What a role may act on alone: up to what payout it may rely on what each source says.

use super::rules::{Caps, Limit};
use crate::facts::Source;
use crate::money::{Currency, Money};

/// Up to what payout a role may act on a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reliance {
    /// Not at all.
    #[default]
    Nothing,
    /// Up to an amount a currency; nothing in any other.
    UpTo(Vec<Money>),
    /// Up to any amount.
    Any,
}

impl Reliance {
    /// What amounts allow; none at all are no cap.
    #[must_use]
    pub fn of(caps: &Caps) -> Self {
        if caps.0.is_empty() { Self::Any } else { Self::UpTo(caps.0.clone()) }
    }

    /// The cap in a currency.
    #[must_use]
    pub fn limit(&self, currency: Currency) -> Limit {
        match self {
            Self::Nothing => Limit::Nothing,
            Self::Any => Limit::Without,
            Self::UpTo(amounts) => {
                let own = amounts.iter().find(|amount| amount.currency == currency);
                own.map_or(Limit::Nothing, |amount| Limit::UpTo(amount.minor))
            }
        }
    }

    /// Whether it allows all that another does.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Nothing) => true,
            (Self::UpTo(_), Self::UpTo(amounts)) => {
                amounts.iter().all(|amount| self.limit(amount.currency).covers(i128::from(amount.minor)))
            }
            _ => false,
        }
    }

    /// What either allows.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let (Self::UpTo(own), Self::UpTo(others)) = (self, other) else {
            return if self.covers(other) { self.clone() } else { other.clone() };
        };
        let mut amounts = own.clone();
        for amount in others {
            match amounts.iter_mut().find(|known| known.currency == amount.currency) {
                Some(known) => known.minor = known.minor.max(amount.minor),
                None => amounts.push(*amount),
            }
        }
        Self::UpTo(amounts)
    }
}

/// What a role may act on alone, by source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    by_source: [Reliance; Source::ALL.len()],
}

impl Trust {
    /// Of what a role may do on each source, the weakest first. A stronger source is covered by what a weaker one
    /// allows, and a role may what `below` may.
    #[must_use]
    pub fn of(written: [Reliance; Source::ALL.len()], below: Option<&Self>) -> Self {
        let mut by_source = written;
        let mut weaker = Reliance::Nothing;
        for (own, source) in by_source.iter_mut().zip(Source::ALL) {
            let inherited = below.map_or(Reliance::Nothing, |below| below.on(source).clone());
            *own = own.or(&inherited).or(&weaker);
            weaker = own.clone();
        }
        Self { by_source }
    }

    /// Whatever anyone says.
    #[must_use]
    pub fn everything() -> Self {
        Self { by_source: Source::ALL.map(|_| Reliance::Any) }
    }

    /// Up to what it may act on a source.
    #[must_use]
    pub fn on(&self, source: Source) -> &Reliance {
        let [claimed, word, seen, system] = &self.by_source;
        match source {
            Source::Claimed => claimed,
            Source::Word => word,
            Source::Seen => seen,
            Source::System => system,
        }
    }

    /// Whether it may act on a source for an amount with what went before (minor units of its currency).
    #[must_use]
    pub fn covers(&self, source: Source, amount: Money, before: i128) -> bool {
        self.on(source).limit(amount.currency).covers(i128::from(amount.minor) + before)
    }
}
