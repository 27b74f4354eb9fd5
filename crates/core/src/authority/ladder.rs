//! People and the ladder of roles they stand on.

use serde::{Deserialize, Serialize};

use crate::assess::frozen::Least;
use crate::book::rules::{Book, Role};
use crate::ids::{NotAnId, PersonId, RoleName, TeamId};

/// The role of AI agents: it asks and never approves.
pub const AGENT: &str = "ai";

/// Someone who acts, with the role and team of that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Their place on the ladder.
    pub role: RoleName,
    /// Their team.
    pub team: TeamId,
}

impl Person {
    /// Whether it is an AI agent.
    #[must_use]
    pub fn is_agent(&self) -> bool {
        self.role.as_str() == AGENT
    }
}

/// Why a draft of rules is not someone's to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTheirs {
    /// Their role is too low.
    Role,
    /// They wrote some of it.
    Author,
    /// Neither they nor anyone who wrote it has the highest role.
    NoneOnTop,
}

/// The roles of the book that is in force now, lowest first, with their limits.
#[derive(Clone, Debug)]
pub struct Ladder {
    rungs: Vec<(RoleName, Role)>,
}

impl Ladder {
    /// The ladder of a book.
    ///
    /// # Errors
    /// When a role's name is no id.
    pub fn of(book: &Book) -> Result<Self, NotAnId> {
        Self::new(book.roles.iter().cloned())
    }

    /// A ladder of roles, lowest first.
    ///
    /// # Errors
    /// When a role's name is no id.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Result<Self, NotAnId> {
        let named = roles.into_iter().map(|role| RoleName::parse(&role.id).map(|name| (name, role)));
        Ok(Self { rungs: named.collect::<Result<_, _>>()? })
    }

    /// How high a role stands, 0 for the lowest; none for a role that is not on the ladder.
    #[must_use]
    pub fn height(&self, role: &RoleName) -> Option<usize> {
        self.rungs.iter().position(|(name, _)| name == role)
    }

    /// What a role may.
    #[must_use]
    pub fn limits(&self, role: &RoleName) -> Option<&Role> {
        self.rungs.iter().find(|(name, _)| name == role).map(|(_, limits)| limits)
    }

    /// The highest role.
    #[must_use]
    pub fn top(&self) -> Option<&RoleName> {
        self.rungs.last().map(|(name, _)| name)
    }

    /// Whether someone may write drafts of rules and publish those of others: of the two highest roles, and no AI agent.
    #[must_use]
    pub fn writes_rules(&self, person: &Person) -> bool {
        !person.is_agent() && self.height(&person.role).is_some_and(|height| height + 2 >= self.rungs.len())
    }

    /// Whether someone may publish what others wrote: none of it is theirs, and one of them all has the highest role.
    ///
    /// # Errors
    /// Why not.
    pub fn publishes(&self, person: &Person, authors: &[Person]) -> Result<(), NotTheirs> {
        if !self.writes_rules(person) {
            return Err(NotTheirs::Role);
        }
        if authors.iter().any(|author| author.id == person.id) {
            return Err(NotTheirs::Author);
        }
        let is_top = |one: &Person| self.top() == Some(&one.role);
        if is_top(person) || authors.iter().any(is_top) { Ok(()) } else { Err(NotTheirs::NoneOnTop) }
    }

    /// Whether someone may open a case for another team than their own: from the second role of people upwards.
    #[must_use]
    pub fn opens_for_others(&self, person: &Person) -> bool {
        let lowest = self.rungs.iter().position(|(name, _)| name.as_str() != AGENT);
        let own = self.height(&person.role);
        !person.is_agent() && own.zip(lowest).is_some_and(|(own, lowest)| own > lowest)
    }

    /// The role next above another.
    #[must_use]
    pub fn above(&self, role: &RoleName) -> Option<&RoleName> {
        self.rungs.get(self.height(role)? + 1).map(|(name, _)| name)
    }

    /// Whether a role stands above another; never for one that is not on the ladder.
    #[must_use]
    pub fn is_above(&self, role: &RoleName, other: &RoleName) -> bool {
        self.height(role).is_some_and(|height| self.height(other).is_none_or(|other| height > other))
    }

    /// Whether a role's leave is enough.
    #[must_use]
    pub fn reaches(&self, role: &RoleName, least: &Least) -> bool {
        match least {
            Least::None => true,
            Least::Nobody => false,
            Least::Role(least) => match (self.height(role), self.height(least)) {
                (Some(role), Some(least)) => role >= least,
                _ => false,
            },
        }
    }

    /// The higher of two needs; a role that is no longer on the ladder counts as nobody.
    #[must_use]
    pub fn higher(&self, a: Least, b: Least) -> Least {
        match (self.step(&a), self.step(&b)) {
            (None, _) | (_, None) => Least::Nobody,
            (Some(x), Some(y)) => {
                if x >= y {
                    a
                } else {
                    b
                }
            }
        }
    }

    /// The lowest role that may.
    #[must_use]
    pub fn lowest(&self, may: impl Fn(&Role) -> bool) -> Least {
        let found = self.rungs.iter().find(|(_, role)| may(role));
        found.map_or(Least::Nobody, |(name, _)| Least::Role(name.clone()))
    }

    /// The lowest role that is a person's, when a need is below it.
    #[must_use]
    pub fn of_people(&self, least: Least) -> Least {
        let lowest = self.rungs.iter().map(|(name, _)| name).find(|name| name.as_str() != AGENT);
        match lowest {
            Some(lowest) => self.higher(least, Least::Role(lowest.clone())),
            None => Least::Nobody,
        }
    }

    /// The lowest role whose number of exceptions for one customer is not used up.
    #[must_use]
    pub fn lowest_for_customer(&self, exceptions_in: impl Fn(u32) -> usize) -> Least {
        let free = |role: &Role| role.per_customer.is_none_or(|most| exceptions_in(most.days) < most.count as usize);
        self.rungs.iter().find(|(_, role)| free(role)).map_or(Least::Nobody, |(name, _)| Least::Role(name.clone()))
    }

    /// A need's place: 0 for none, then the roles; none where nobody reaches it.
    fn step(&self, least: &Least) -> Option<usize> {
        match least {
            Least::None => Some(0),
            Least::Role(role) => Some(self.height(role)? + 1),
            Least::Nobody => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, role: &str) -> Person {
        let (id, role) = (PersonId::parse(id).unwrap(), RoleName::parse(role).unwrap());
        Person { id, role, team: TeamId::parse("shop").unwrap() }
    }

    #[test]
    fn rules_are_written_by_the_two_highest_roles_and_published_by_another_of_them() {
        let book = crate::trial::tests::books::shipped("retail");
        let ladder = Ladder::of(&book).unwrap();
        let [ada, rita, lena, marc, hugo] =
            [("ada", "ai"), ("rita", "frontline"), ("lena", "lead"), ("marc", "lead"), ("hugo", "head")]
                .map(|(id, role)| person(id, role));
        let writes = |one: &Person| ladder.writes_rules(one);
        assert_eq!([&ada, &rita, &lena, &hugo].map(writes), [false, false, true, true]);
        let by = |who: &Person, authors: &[&Person]| {
            let authors: Vec<Person> = authors.iter().map(|one| (*one).clone()).collect();
            ladder.publishes(who, &authors)
        };
        assert_eq!(by(&hugo, &[&lena]), Ok(()));
        assert_eq!(by(&lena, &[&hugo]), Ok(()));
        assert_eq!(by(&marc, &[&lena, &hugo]), Ok(()));
        assert_eq!(by(&marc, &[&lena]), Err(NotTheirs::NoneOnTop));
        assert_eq!(by(&lena, &[&lena, &hugo]), Err(NotTheirs::Author));
        assert_eq!(by(&rita, &[&hugo]), Err(NotTheirs::Role));
        let two = Ladder::new(book.roles.iter().filter(|r| r.id == "ai" || r.id == "head").cloned()).unwrap();
        assert!(!two.writes_rules(&ada) && two.writes_rules(&hugo), "an agent never writes rules");
    }
}
