//! `amends people`: who may come in, with which role, in which team, and their tokens.

use std::fmt::Write as _;

use amends_core::ids::{PersonId, RoleName, TeamId};
use amends_core::money::Money;
use amends_core::time::Time;
use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::json;

use super::database::Of;
use super::{Answer, Exit, Outcome};
use crate::flow::access::new_once;
use crate::flow::people::{Access, Setting, change, first_key, team};
use crate::flow::rules::ModeText;
use crate::screen::Screen;
use crate::store::people::{self, PersonRow, TeamRow};
use crate::store::settings::{self, Allowance};

/// Who changes settings on this machine, in the journal.
const OPERATOR: &str = "operator";

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
    /// What people call them
    #[arg(long)]
    name: Option<String>,
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
    /// `advise-only`: people do what grants say; `full`: connectors do; or an amount such as "50.00 USD": connectors do up to it
    #[arg(long, default_value = "advise-only")]
    mode: String,
    /// What people call it
    #[arg(long)]
    title: Option<String>,
}

/// Set how much may be spent on exceptions
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
    /// At most this much, such as "1000.00 USD"
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
        What::Add(a) => add(a, screen)?,
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

fn add(a: &Add, screen: Screen) -> Result<Answer> {
    let (business, id) = (a.of.business()?, PersonId::parse(&a.id)?);
    let (role, team_id) = (RoleName::parse(&a.role)?, TeamId::parse(&a.team)?);
    let name = a.name.clone().unwrap_or_else(|| id.to_string());
    let person = PersonRow { id: id.clone(), name, role, team: team_id.clone(), active: true };
    let token = a.of.with(|store, now| async move {
        let (token, key) = first_key(&business, &person.id, at(now))?;
        let known = people::teams(&mut *store.reader().await?, &business).await?;
        let mut changes = Vec::new();
        if !known.iter().any(|t| t.id == team_id) {
            changes.push(Setting::Team(team(team_id.clone(), team_id.to_string(), &ModeText::AdviseOnly)?));
        }
        changes.extend([Setting::Person(person), Setting::Key(key)]);
        change(&store, &business, OPERATOR, &changes, at(now)).await?;
        Ok(token)
    })?;
    if screen.json {
        return Ok(Answer::json(&json!({ "person": id.to_string(), "token": token }), Exit::Good));
    }
    Ok(Answer {
        out: format!("{token}\n"),
        err: format!(
            "`{id}` may come in with this token. It is shown this once; adding `{id}` again makes a new one.\n"
        ),
        exit: Exit::Good,
    })
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

fn set_team(a: &TeamArgs) -> Result<Answer> {
    let (business, id, mode) = (a.of.business()?, TeamId::parse(&a.id)?, mode(&a.mode)?);
    let row: TeamRow = team(id.clone(), a.title.clone().unwrap_or_else(|| id.to_string()), &mode)?;
    a.of.with(
        |store, now| async move { Ok(change(&store, &business, OPERATOR, &[Setting::Team(row)], at(now)).await?) },
    )?;
    Ok(Answer::good(format!("team `{id}` is set\n")))
}

fn limit(a: &LimitArgs) -> Result<Answer> {
    let (business, most) = (a.of.business()?, Money::parse(&a.most, None)?);
    let fits = a.holder == "business"
        || a.holder.split_once(' ').is_some_and(|(kind, id)| match kind {
            "team" => TeamId::parse(id).is_ok(),
            "person" => PersonId::parse(id).is_ok(),
            _ => false,
        });
    if !fits {
        bail!("`{}` is nobody: say `business`, `team ID` or `person ID`", a.holder);
    }
    let (holder, span, currency) = (a.holder.clone(), a.per.clone(), most.currency.code().to_owned());
    let allowance = Allowance { holder, span, currency, most: most.minor };
    a.of.with(|store, now| async move {
        Ok(change(&store, &business, OPERATOR, &[Setting::Allow(allowance)], at(now)).await?)
    })?;
    Ok(Answer::good(format!("{}: at most {most} a {}\n", a.holder, a.per)))
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
        let _ = writeln!(out, "team {:<15} {}", t.id.as_str(), t.mode);
    }
    for l in limits {
        let _ = writeln!(out, "{:<20} at most {} {} (minor units) a {}", l.holder, l.most, l.currency, l.span);
    }
    Ok(Answer::good(out))
}
