//! `amends people`: who may come in, with which role, in which team, and their tokens.

use std::fmt::Write as _;
use std::path::PathBuf;

use amends_core::book::rules::Book;
use amends_core::ids::{BusinessId, PersonId, RoleName, TeamId};
use amends_core::journal::BookLine;
use amends_core::money::{Currency, Money};
use amends_core::time::Time;
use anyhow::{Context as _, Result, anyhow, bail};
use clap::Subcommand;
use serde_json::json;

use super::database::Of;
use super::{Answer, Exit, Outcome, open as open_book};
use crate::flow::access::new_once;
use crate::flow::people::{Access, Setting, change, first_key, is_reserved, team};
use crate::flow::rules::ModeText;
use crate::report::did_you_mean;
use crate::screen::Screen;
use crate::store::books;
use crate::store::budgets::holder_of;
use crate::store::keys::{self, OPERATOR};
use crate::store::people::{self, PersonRow, TeamRow};
use crate::store::settings::{self, Allowance};

/// What stands for a limit that is taken away.
const NO_LIMIT: &str = "none";

/// Say who works here: people and AI agents, teams, and what they may spend
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Add(Add),
    Remove(Remove),
    Password(PasswordArgs),
    Team(TeamArgs),
    Limit(LimitArgs),
    List(List),
}

/// Add someone, or change their role and team; prints a new token once
#[derive(clap::Args)]
struct Add {
    #[command(flatten)]
    of: Of,
    /// Their id: letters and digits, never a name or an address
    #[arg(value_name = "ID")]
    id: String,
    /// Their role, as the book names it; `ai` for an AI agent
    #[arg(long)]
    role: String,
    /// Their team; one that is new only advises
    #[arg(long)]
    team: String,
    /// What people call them; left out, what it was, or their id
    #[arg(long)]
    name: Option<String>,
    /// The book in force, whose roles there are; left out, the newest that was worked with here
    #[arg(long, value_name = "BOOK")]
    book: Option<PathBuf>,
}

/// Let someone in no more; what they did stays
#[derive(clap::Args)]
struct Remove {
    #[command(flatten)]
    of: Of,
    /// Their id
    #[arg(value_name = "ID")]
    id: String,
}

/// Give someone a password for one time; prints it once
#[derive(clap::Args)]
struct PasswordArgs {
    #[command(flatten)]
    of: Of,
    /// Their id
    #[arg(value_name = "ID")]
    id: String,
}

/// Set how far a team has come
#[derive(clap::Args)]
struct TeamArgs {
    #[command(flatten)]
    of: Of,
    /// Its id
    #[arg(value_name = "ID")]
    id: String,
    /// `advise-only`: people do what grants say; `full`: connectors do; or an amount such as "50.00 USD": connectors do up
    /// to it. Left out, what it was, or `advise-only`
    #[arg(long)]
    mode: Option<String>,
    /// What people call it; left out, what it was, or its id
    #[arg(long)]
    title: Option<String>,
}

/// Set how much may be spent on exceptions, or take a limit away
#[derive(clap::Args)]
struct LimitArgs {
    #[command(flatten)]
    of: Of,
    /// Whose: `business`, `team ID` or `person ID`
    #[arg(value_name = "WHOSE")]
    holder: String,
    /// For each `day` or each `month`
    #[arg(long, value_parser = ["day", "month"])]
    per: String,
    /// At most this much, such as "1000.00 USD"; `none` takes the limit away
    #[arg(long, value_name = "AMOUNT")]
    most: String,
}

/// List people, teams and limits
#[derive(clap::Args)]
struct List {
    #[command(flatten)]
    of: Of,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let answer = match &args.what {
        What::Add(a) => return add(a, screen),
        What::Remove(a) => remove(a)?,
        What::Password(a) => password(a, screen)?,
        What::Team(a) => set_team(a)?,
        What::Limit(a) => limit(a)?,
        What::List(a) => list(a, screen)?,
    };
    Ok(answer)
}

fn at(now: i64) -> Time {
    Time::from_micros(now).unwrap_or(Time::MAX)
}

fn add(a: &Add, screen: Screen) -> Outcome {
    let (business, id) = (a.of.business()?, PersonId::parse(&a.id)?);
    if is_reserved(&id) {
        return Err(anyhow!("`{id}` names whoever is none of your people in the journal: choose another id").into());
    }
    let (role, team_id) = (RoleName::parse(&a.role)?, TeamId::parse(&a.team)?);
    let opened = a.book.as_deref().map(|path| open_book(path, screen)).transpose()?;
    let named = opened.map(|opened| roles_of(&opened.book));
    let (given, person) = (a.name.clone(), id.clone());
    let (token, is_checked) = a.of.with(|store, now| async move {
        let (token, key) = first_key(&business, &person, at(now))?;
        let mut conn = store.reader().await?;
        let roles = match named {
            Some(roles) => Some(roles),
            None => books::all(&mut conn, &business).await?.last().map(roles_of_texts).transpose()?,
        };
        is_a_role(&role, roles.as_deref())?;
        let before = people::all(&mut conn, &business).await?.into_iter().find(|p| p.id == person).map(|p| p.name);
        let known = people::teams(&mut conn, &business).await?;
        let made_with = keys::made_with(&mut conn, &business, person.as_str()).await?;
        drop(conn);
        let name = given.or(before).unwrap_or_else(|| person.to_string());
        let mut changes = Vec::new();
        if !known.iter().any(|t| t.id == team_id) {
            changes.push(Setting::Team(team(team_id.clone(), team_id.to_string(), &ModeText::AdviseOnly)?));
        }
        let row = PersonRow { id: person, name, role, team: team_id, active: true };
        // The token before is of no use any more, and neither is what was made with it.
        changes.extend(made_with.into_iter().map(Setting::NoKey));
        changes.extend([Setting::Person(row), Setting::Key(key)]);
        change(&store, &business, OPERATOR, &changes, at(now)).await?;
        Ok((token, roles.is_some()))
    })?;
    if screen.json {
        return Ok(Answer::json(&json!({ "person": id.to_string(), "token": token }), Exit::Good));
    }
    let unsure = if is_checked {
        String::new()
    } else {
        format!(
            "No book is known here yet: whether it has a role `{}` was not looked at; `--book BOOK` does.\n",
            a.role
        )
    };
    Ok(Answer {
        out: format!("{token}\n"),
        err: format!(
            "`{id}` may come in with this token. It is shown this once; adding `{id}` again makes a new one.\n{unsure}"
        ),
        exit: Exit::Good,
    })
}

fn roles_of(book: &Book) -> Vec<String> {
    book.roles.iter().map(|role| role.id.clone()).collect()
}

/// The roles of a book that was kept.
fn roles_of_texts(kept: &BookLine) -> Result<Vec<String>> {
    let book = amends_core::book::check::check(&kept.book_files()).book;
    let book = book.context("the book that was kept cannot be read: name the one in force with `--book`")?;
    Ok(roles_of(&book))
}

/// Nobody stands where there is no rung: they could do nothing at all.
fn is_a_role(role: &RoleName, roles: Option<&[String]>) -> Result<()> {
    let Some(roles) = roles.filter(|roles| !roles.iter().any(|known| known == role.as_str())) else { return Ok(()) };
    let known: Vec<&str> = roles.iter().map(String::as_str).collect();
    let hint = did_you_mean(role.as_str(), &known);
    bail!("the book has no role `{role}`: {hint}; where the book in force is newer, name it with `--book`")
}

fn remove(a: &Remove) -> Result<Answer> {
    let (business, id) = (a.of.business()?, PersonId::parse(&a.id)?);
    a.of.with(|store, now| async move {
        let known = people::all(&mut *store.reader().await?, &business).await?;
        let Some(person) = known.into_iter().find(|p| p.id == id) else { bail!("there is no one called `{id}`") };
        let gone = PersonRow { active: false, ..person };
        Ok(change(&store, &business, OPERATOR, &[Setting::Person(gone)], at(now)).await?)
    })?;
    Ok(Answer::good(format!("`{}` is let in no more\n", a.id)))
}

fn password(a: &PasswordArgs, screen: Screen) -> Result<Answer> {
    let (business, id) = (a.of.business()?, PersonId::parse(&a.id)?);
    let text = a.of.with(|store, now| async move {
        let known = people::all(&mut *store.reader().await?, &business).await?;
        let Some(person) = known.into_iter().find(|p| p.id == id && p.active) else {
            bail!("there is no one called `{id}` who may come in")
        };
        if person.person().is_agent() {
            bail!("`{id}` is an AI agent: it has a token, and does not sign in");
        }
        let (text, kept) = new_once(now).await?;
        let set = [Setting::Access(id, Access::Password(kept))];
        change(&store, &business, OPERATOR, &set, at(now)).await?;
        Ok(text)
    })?;
    if screen.json {
        return Ok(Answer::json(&json!({ "person": a.id, "password": text }), Exit::Good));
    }
    Ok(Answer {
        out: format!("{text}\n"),
        err: format!(
            "`{}` signs in with this password within seven days, and chooses another. It is shown this once; whoever was signed in as `{}` is signed out.\n",
            a.id, a.id
        ),
        exit: Exit::Good,
    })
}

fn mode(text: &str) -> Result<ModeText> {
    Ok(match text {
        "advise-only" => ModeText::AdviseOnly,
        "full" => ModeText::Full,
        amount => ModeText::Limited(vec![Money::parse(amount, None)?]),
    })
}

/// A mode as it is given to `people team --mode`.
fn mode_in_words(stored: &str) -> Result<String> {
    Ok(match serde_json::from_str(stored)? {
        ModeText::AdviseOnly => "advise-only".to_owned(),
        ModeText::Full => "full".to_owned(),
        ModeText::Limited(up_to) => {
            let up_to: Vec<String> = up_to.iter().map(ToString::to_string).collect();
            format!("up to {}", up_to.join(", "))
        }
    })
}

fn set_team(a: &TeamArgs) -> Result<Answer> {
    let (business, id) = (a.of.business()?, TeamId::parse(&a.id)?);
    let (mode, title) = (a.mode.as_deref().map(mode).transpose()?, a.title.clone());
    let fresh: TeamRow = team(id.clone(), id.to_string(), &ModeText::AdviseOnly)?;
    let mode = mode.map(|mode| team(id.clone(), String::new(), &mode)).transpose()?.map(|row| row.mode);
    a.of.with(|store, now| async move {
        let known = people::teams(&mut *store.reader().await?, &business).await?;
        let before = known.into_iter().find(|t| t.id == fresh.id).unwrap_or(fresh);
        let row = TeamRow { title: title.unwrap_or(before.title), mode: mode.unwrap_or(before.mode), id: before.id };
        Ok(change(&store, &business, OPERATOR, &[Setting::Team(row)], at(now)).await?)
    })?;
    Ok(Answer::good(format!("team `{id}` is set\n")))
}

fn limit(a: &LimitArgs) -> Result<Answer> {
    let business = a.of.business()?;
    if holder_of(&a.holder).is_none() {
        bail!("`{}` is nobody: say `business`, `team ID` or `person ID`", a.holder);
    }
    let (holder, span) = (a.holder.clone(), a.per.clone());
    if a.most == NO_LIMIT {
        return free(a, business);
    }
    let most = Money::parse(&a.most, None)?;
    if most.minor < 0 {
        bail!("a limit is not below zero");
    }
    let allowance = Allowance { holder, span, currency: most.currency.code().to_owned(), most: most.minor };
    a.of.with(|store, now| async move {
        Ok(change(&store, &business, OPERATOR, &[Setting::Allow(allowance)], at(now)).await?)
    })?;
    Ok(Answer::good(format!("{}: at most {most} a {}\n", a.holder, a.per)))
}

/// Takes a limit away, in every currency.
fn free(a: &LimitArgs, business: BusinessId) -> Result<Answer> {
    let (holder, span) = (a.holder.clone(), a.per.clone());
    a.of.with(|store, now| async move {
        let all = settings::allowances(&mut *store.reader().await?, &business).await?;
        let theirs = all.into_iter().filter(|l| l.holder == holder && l.span == span);
        let changes: Vec<Setting> = theirs.map(Setting::Free).collect();
        if changes.is_empty() {
            bail!("{holder} has no limit a {span}");
        }
        Ok(change(&store, &business, OPERATOR, &changes, at(now)).await?)
    })?;
    Ok(Answer::good(format!("{}: no limit a {} any more\n", a.holder, a.per)))
}

fn list(a: &List, screen: Screen) -> Result<Answer> {
    let business = a.of.business()?;
    let (people, teams, limits) = a.of.with(|store, _| async move {
        let mut conn = store.reader().await?;
        let people = people::all(&mut conn, &business).await?;
        let teams = people::teams(&mut conn, &business).await?;
        Ok((people, teams, settings::allowances(&mut conn, &business).await?))
    })?;
    if screen.json {
        let person = |p: &PersonRow| json!({ "id": p.id.to_string(), "name": p.name, "role": p.role.to_string(), "team": p.team.to_string(), "active": p.active });
        let team = |t: &TeamRow| json!({ "id": t.id.to_string(), "title": t.title, "mode": t.mode });
        let limit =
            |l: &Allowance| json!({ "holder": l.holder, "span": l.span, "currency": l.currency, "most": l.most });
        let all = json!({
            "people": people.iter().map(person).collect::<Vec<_>>(),
            "teams": teams.iter().map(team).collect::<Vec<_>>(),
            "limits": limits.iter().map(limit).collect::<Vec<_>>(),
        });
        return Ok(Answer::json(&all, Exit::Good));
    }
    let mut out = String::new();
    for p in people {
        let gone = if p.active { "" } else { "  (gone)" };
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{:<20} {:<12} {:<12} {}{gone}", p.id.as_str(), p.role.as_str(), p.team.as_str(), p.name);
    }
    for t in teams {
        let _ = writeln!(out, "team {:<15} {}", t.id.as_str(), mode_in_words(&t.mode)?);
    }
    for l in limits {
        let currency = Currency::parse(&l.currency).with_context(|| format!("`{}` is no currency", l.currency))?;
        let most = Money::new(l.most, currency);
        let _ = writeln!(out, "{:<20} at most {most} a {}", l.holder, l.span);
    }
    Ok(Answer::good(out))
}
