use super::*;
use crate::ids::{BusinessId, TeamId};
use crate::journal::{Head, SETTINGS};
use crate::time::Time;

/// A chain of settings, entry by entry.
fn standing(told: &[(&str, serde_json::Value)]) -> (Standing, Vec<Entered>) {
    let (business, team) = (BusinessId::parse("acme").unwrap(), TeamId::parse(SETTINGS).unwrap());
    let mut head = Head::empty(business, team);
    let mut standing = Standing::default();
    let entered = told.iter().map(|(kind, what)| {
        let event = serde_json::json!({ "by": "hugo", "what": what });
        let entry = head.next(Time::from_micros(0).unwrap(), kind, &event).unwrap();
        head = entry.head();
        standing.enter(&entry)
    });
    let entered = entered.collect();
    (standing, entered)
}

fn row(of: &[(&'static str, &str)]) -> Columns {
    of.iter().map(|(name, value)| (*name, Some((*value).to_owned()))).collect()
}

#[test]
fn the_last_entry_of_each_says_what_stands() {
    let (now, entered) = standing(&[
        (
            "setting.person",
            serde_json::json!({ "person": { "id": "rita", "role": "frontline", "team": "shop", "active": true } }),
        ),
        (
            "setting.key",
            serde_json::json!({ "key": { "id": "k1", "person": "rita", "actions": [], "until": null, "good": true } }),
        ),
        (
            "setting.key",
            serde_json::json!({ "key": { "id": "k2", "person": "omar", "actions": ["cases"], "until": 7, "good": true } }),
        ),
        (
            "setting.allowance",
            serde_json::json!({ "allowance": { "holder": "team shop", "span": "day", "currency": "USD", "most": 6000 } }),
        ),
        ("setting.import", serde_json::json!({ "import": { "kind": "orders" } })),
        (
            "setting.person",
            serde_json::json!({ "person": { "id": "rita", "role": "lead", "team": "shop", "active": false } }),
        ),
        (
            "setting.allowance",
            serde_json::json!({ "allowance": { "holder": "team shop", "span": "day", "currency": "USD", "most": null } }),
        ),
    ]);
    assert!(entered.iter().all(|one| *one == Entered::Yes), "{entered:?}");
    assert_eq!(now.seq(), 7);
    assert_eq!(now.people_rows()["rita"], row(&[("role", "lead"), ("team", "shop"), ("state", "gone")]));
    assert_eq!(now.key_rows().keys().collect::<Vec<_>>(), ["k2"], "whoever has gone has no keys");
    assert!(now.allowance_rows().is_empty());
}

#[test]
fn whoever_gave_a_role_is_known_from_the_journal_alone() {
    let person = |id: &str, role: &str| {
        ("setting.person", serde_json::json!({ "person": { "id": id, "role": role, "team": "shop", "active": true } }))
    };
    let (now, _) = standing(&[person("max", "lead"), person("hugo", "head"), person("eva", "head")]);
    let of = |now: &Standing, id: &str| now.given.get(id).map(|(by, _)| by.clone());
    assert_eq!(of(&now, "max"), None, "nobody of that name worked here then");
    assert_eq!(of(&now, "hugo"), None, "nobody gives themselves a role");
    assert_eq!(of(&now, "eva"), Some("hugo".to_owned()));
}

#[test]
fn an_entry_that_does_not_follow_says_nothing() {
    let (mut now, _) =
        standing(&[("setting.team", serde_json::json!({ "team": { "id": "shop", "mode": "\"full\"" } }))]);
    let (business, team) = (BusinessId::parse("acme").unwrap(), TeamId::parse(SETTINGS).unwrap());
    let (seq, hash) = now.at.clone().unwrap();
    let head = Head { business, team, seq, hash };
    let told = serde_json::json!({ "by": "hugo", "what": { "team": { "id": "shop", "mode": "\"advise_only\"" } } });
    let mut entry = head.next(Time::from_micros(0).unwrap(), "setting.team", &told).unwrap();
    entry.event = entry.event.replace("advise_only", "full");
    assert_eq!(now.enter(&entry), Entered::OutOfChain);
    assert_eq!(now.team_rows()["shop"], row(&[("mode", "\"full\"")]));
}

#[test]
fn a_difference_names_the_row_and_what_each_says() {
    let journal = Rows::from([
        ("omar".to_owned(), row(&[("role", "frontline")])),
        ("rita".to_owned(), row(&[("role", "frontline")])),
    ]);
    let found = Rows::from([
        ("eve".to_owned(), row(&[("role", "head")])),
        ("rita".to_owned(), row(&[("role", "head"), ("name", "Rita")])),
    ]);
    let says: Vec<String> = compare("people", &journal, &found).iter().map(ToString::to_string).collect();
    assert_eq!(
        says,
        [
            "table `people`, row `omar`: the journal has it, the table does not",
            "table `people`, row `rita`, column `role`: the journal says `frontline`, the table says `head`",
            "table `people`, row `eve`: the table has it, the journal does not",
        ]
    );
    assert_eq!(compare("people", &found, &found), []);
}
