//! What the forms of Settings ask of `/v1`.

use amends_core::ids::PersonId;
use amends_core::money::Money;
use serde_json::{Map, Value, json};

use crate::flow::answers::{Answers, digits};

/// Stands between the amounts of a team's mode.
pub const BETWEEN_AMOUNTS: &str = "; ";

/// What a form asks of `/v1`: the path, and the document. `currency`: of amounts that name none. None where no form does that.
pub fn request(noun: &str, act: &str, answers: &Answers, currency: &str) -> Option<(String, Value)> {
    let fields = |names: &[&str]| Value::Object(given(answers, names));
    let id = answers.get("id").unwrap_or_default();
    // It becomes a part of a path; what is no id leads nowhere.
    let of = |act: &str| PersonId::parse(id).is_ok().then(|| format!("/v1/{noun}/{id}{act}"));
    let list = |name: &str| json!(answers.all(name).flat_map(str::split_whitespace).collect::<Vec<_>>());
    let with = |mut fields: Map<String, Value>, name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
        Value::Object(fields)
    };
    Some(match (noun, act) {
        ("people", "add") => ("/v1/people".to_owned(), fields(&["id", "name", "role", "team"])),
        ("people", "change") => (of("")?, Value::Object(changed(answers, &["name", "role", "team"]))),
        ("people", "leave") => (of("")?, json!({ "active": false })),
        ("people", "return") => (of("")?, json!({ "active": true })),
        ("people", "password" | "sign-out")
        | ("keys", "rotate" | "remove")
        | ("webhooks" | "inlets", "rotate" | "on" | "off")
        | ("webhooks", "test") => (of(&format!("/{act}"))?, json!({})),
        ("webhooks", "replay") => {
            let message = answers.get("delivery").filter(|id| PersonId::parse(id).is_ok())?;
            (of(&format!("/deliveries/{message}/replay"))?, json!({}))
        }
        ("teams", "add") => {
            ("/v1/teams".to_owned(), with(given(answers, &["id", "title"]), "mode", mode(answers, currency)))
        }
        ("teams", "change") => {
            let fields = changed(answers, &["title"]);
            let is_other = !changed(answers, &["mode", "up-to"]).is_empty();
            let document = if is_other { with(fields, "mode", mode(answers, currency)) } else { Value::Object(fields) };
            (of("")?, document)
        }
        ("limits", "set") => {
            let most = amount(answers.get("most").unwrap_or_default(), currency);
            ("/v1/limits".to_owned(), with(given(answers, &["of", "per"]), "most", most.into()))
        }
        ("limits", "remove") => ("/v1/limits/remove".to_owned(), fields(&["of", "per", "currency"])),
        ("keys", "add") => {
            ("/v1/keys".to_owned(), with(given(answers, &["person", "title"]), "actions", list("actions")))
        }
        ("webhooks", "add") => {
            ("/v1/webhooks".to_owned(), with(given(answers, &["id", "url", "purpose"]), "kinds", list("kinds")))
        }
        ("inlets", "add") => ("/v1/inlets".to_owned(), fields(&["id", "kind", "owner", "request", "intake"])),
        _ => return None,
    })
}

fn given(answers: &Answers, names: &[&str]) -> Map<String, Value> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(answers.get(name)?)))).collect()
}

/// What is other than it was when the page was made: what someone else changed since stays as it is.
fn changed(answers: &Answers, names: &[&str]) -> Map<String, Value> {
    let mut fields = given(answers, names);
    fields.retain(|name, value| value.as_str() != answers.get(&format!("was.{name}")));
    fields
}

fn mode(answers: &Answers, currency: &str) -> Value {
    match answers.get("mode").unwrap_or_default() {
        "limited" => {
            let all = answers.get("up-to").unwrap_or_default().split(BETWEEN_AMOUNTS.trim());
            json!({ "limited": all.map(|most| amount(most, currency)).collect::<Vec<_>>() })
        }
        other => json!(other),
    }
}

/// An amount as people type it; `currency` where they name none.
fn amount(typed: &str, currency: &str) -> String {
    let typed = typed.trim();
    let (number, named) = match typed.rsplit_once(' ') {
        Some((number, code)) if code.bytes().all(|b| b.is_ascii_alphabetic()) => (number, code),
        _ => (typed, currency),
    };
    let text = format!("{} {}", digits(number), named.to_ascii_uppercase());
    Money::parse(&text, None).map_or(text, |money| money.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(noun: &str, act: &str, form: &[(&str, &str)]) -> Option<(String, String)> {
        let answers = Answers::of(form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        request(noun, act, &answers, "USD").map(|(path, document)| (path, document.to_string()))
    }

    #[test]
    fn a_form_sends_what_was_changed_on_it() {
        let of = |form: &[(&str, &str)]| asked("people", "change", form).unwrap();
        let zoe = [("id", "zoe"), ("name", "Zoe"), ("was.name", "Zoe"), ("role", "lead"), ("was.role", "frontline")];
        assert_eq!(of(&zoe), ("/v1/people/zoe".to_owned(), r#"{"role":"lead"}"#.to_owned()));
        assert_eq!(asked("people", "change", &[("id", "../keys/zoe")]), None);
        assert_eq!(asked("people", "erase", &[("id", "zoe")]), None);
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (typed, read) in [
            ("60", "60.00 USD"),
            ("$1,234.5", "1234.50 USD"),
            ("60 eur", "60.00 EUR"),
            ("1 000", "1000.00 USD"),
            ("", " USD"),
        ] {
            assert_eq!(amount(typed, "USD"), read);
        }
        let form = [("id", "shop"), ("mode", "limited"), ("up-to", "50; 40 EUR"), ("was.mode", "full")];
        let (_, document) = asked("teams", "change", &form).unwrap();
        assert_eq!(document, r#"{"mode":{"limited":["50.00 USD","40.00 EUR"]}}"#);
        let same = [("id", "shop"), ("mode", "full"), ("was.mode", "full"), ("title", "The shop")];
        assert_eq!(asked("teams", "change", &same).unwrap().1, r#"{"title":"The shop"}"#);
    }
}
