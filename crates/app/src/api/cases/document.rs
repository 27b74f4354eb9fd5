//! A case as programs read it.

use std::collections::HashMap;

use amends_core::case::{
    Approval, ApprovalState, Asked, Case, Consult, Declined, Evidence, Grant, Instead, Kept, Promise, PromiseState,
    Turn,
};
use amends_core::ids::{EvidenceId, OptionId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::flow::ledger::{Leaves, Left};
use crate::store::approvals::{look, word};
use crate::store::grants;
use crate::store::steps::StepRow;

/// A case.
#[derive(Serialize, ToSchema)]
pub struct CaseDocument {
    /// Its id.
    id: String,
    /// The team that works it.
    team: String,
    /// For whom; none while it is not known.
    customer: Option<String>,
    /// What was asked for.
    request: String,
    /// `open`, `settled`, `declined` or `lapsed`.
    state: String,
    /// Whoever answers for it.
    owner: PersonDocument,
    /// First contact: the date that counts for the customer, in UTC.
    asked: String,
    /// When it was opened, or opened again, in UTC.
    opened: String,
    /// How many events it has; also the `ETag`.
    version: u64,
    /// `ours` or `customers`: whose turn it is.
    turn: String,
    /// When something next happens by itself, in UTC.
    due: Option<String>,
    /// Why the head sees it: `consults` or `days`.
    #[schema(value_type = Option<String>)]
    head: Option<amends_core::case::HeadWhy>,
    /// To whom it is offered.
    offered: Option<String>,
    /// What shows that things are so.
    evidence: Vec<EvidenceDocument>,
    /// What we told the customer would happen.
    promises: Vec<PromiseDocument>,
    /// Questions to departments.
    consults: Vec<ConsultDocument>,
    /// Assessments, the latest last.
    assessments: Vec<KeptDocument>,
    /// Questions to people with authority.
    approvals: Vec<ApprovalDocument>,
    /// What was given.
    grants: Vec<GrantDocument>,
    /// The no it ended with.
    declined: Option<DeclinedDocument>,
}

/// Someone, with their role and team of that moment.
#[derive(Serialize, ToSchema)]
pub struct PersonDocument {
    id: String,
    role: String,
    team: String,
}

/// A piece of evidence.
#[derive(Serialize, ToSchema)]
pub struct EvidenceDocument {
    id: String,
    /// `file`, `link` or `seen`.
    kind: String,
    /// What it shows, or what was seen.
    shows: String,
    /// A file's SHA-256, or where a link leads.
    at: Option<String>,
    /// Whether the customer handed it in themselves: what it shows is what they say.
    by_customer: bool,
}

/// Something dated we told the customer.
#[derive(Serialize, ToSchema)]
pub struct PromiseDocument {
    id: String,
    words: String,
    due: String,
    alarm: String,
    /// `made`, `rang`, `missed`, `kept` or `kept_late`.
    state: String,
}

/// A question to a department.
#[derive(Serialize, ToSchema)]
pub struct ConsultDocument {
    id: String,
    department: String,
    words: String,
    at: String,
    answer: Option<String>,
}

/// An assessment on the case; the whole of it is at `/v1/cases/{case}/assessments/{digest}`.
#[derive(Serialize, ToSchema)]
pub struct KeptDocument {
    digest: String,
    at: String,
    /// The role that asked.
    role: String,
    standing: String,
    policy: String,
    /// What may be given, the best first.
    options: Vec<OptionDocument>,
}

/// What may be given.
#[derive(Serialize, ToSchema)]
pub struct OptionDocument {
    id: String,
    says: String,
    amount: Option<String>,
    /// Most of a range.
    most: Option<String>,
    cost: Option<String>,
    /// What is left of what it would be paid back from: of the purchase, and of each of its payments. Of the latest
    /// assessment only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<LeftDocument>,
    /// Why it would be denied whoever gives it, where nothing says what it was paid for. Of the latest assessment only.
    #[serde(skip_serializing_if = "Option::is_none")]
    denied: Option<DeniedDocument>,
}

/// Why something would be denied.
#[derive(Serialize, ToSchema)]
pub struct DeniedDocument {
    /// One word for machines, such as `nothing_against`.
    code: &'static str,
    /// One sentence for people.
    title: String,
}

/// What is left of a part of a purchase, across all cases.
#[derive(Serialize, ToSchema)]
pub struct LeftDocument {
    /// What was paid for, as its id is compared; of a payment, the payment itself.
    purchase: String,
    /// `goods`, `shipping`, `fee` or `payment`.
    of: &'static str,
    /// Which payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<String>,
    /// How much.
    left: String,
}

/// A question to someone with authority.
#[derive(Serialize, ToSchema)]
pub struct ApprovalDocument {
    id: String,
    assessment: String,
    option: String,
    amount: Option<String>,
    cost: String,
    /// The lowest role that may answer.
    least: String,
    asker: String,
    /// `first` or `second`.
    look: String,
    /// `waiting`, `given`, `refused`, `ended` or `used`.
    state: String,
    /// Who is asked; none while nobody is there.
    asked_of: Option<String>,
    /// Until when it is answered, or the yes may be used, in UTC.
    until: Option<String>,
    /// Who answered.
    by: Option<String>,
    /// Why not.
    reason: Option<String>,
}

/// What was given.
#[derive(Serialize, ToSchema)]
pub struct GrantDocument {
    id: String,
    assessment: String,
    option: String,
    amount: Option<String>,
    /// What it costs; where a part of it was done, what that part does.
    cost: String,
    /// `owed` or `discretion`.
    #[schema(value_type = String)]
    right: amends_core::case::Right,
    by: String,
    /// Whose authority it took.
    authority: String,
    approval: Option<String>,
    /// `by_hand` or `by_connector`.
    #[schema(value_type = String)]
    fulfil: amends_core::authority::Fulfil,
    at: String,
    /// `reserved`, `settled`, `settled_in_part` (what could be done was, the rest was given back) or `released`.
    state: String,
    /// What is done to make it real.
    steps: Vec<StepDocument>,
}

/// A step that makes a grant real.
#[derive(Serialize, ToSchema)]
pub struct StepDocument {
    /// The grant.
    grant: String,
    /// Its place among the grant's steps, from 1.
    number: u32,
    /// The case.
    case: String,
    /// Who does it.
    connector: String,
    /// What is to be done.
    #[schema(value_type = Object)]
    step: serde_json::Value,
    /// `ready`, `calling`, `unknown`, `done`, `needs_person` or `cancelled`.
    state: String,
    /// More of it.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

/// The no it ended with.
#[derive(Serialize, ToSchema)]
pub struct DeclinedDocument {
    by: String,
    reason: String,
    /// What was offered instead.
    instead: Vec<String>,
}

impl CaseDocument {
    /// A case with its steps, and what is `left` for the options of its latest assessment. `due`: when something next happens by itself.
    pub fn of(case: &Case, steps: &[StepRow], left: &HashMap<OptionId, Leaves>, due: Option<String>) -> Self {
        let latest = case.assessments.last().map(|kept| kept.version);
        let steps_of = |grant: &Grant| steps.iter().filter(|s| s.grant == grant.id).map(step).collect();
        Self {
            id: case.id.to_string(),
            team: case.team.to_string(),
            customer: case.customer.as_ref().map(ToString::to_string),
            request: case.request.to_string(),
            state: case.state.to_string(),
            owner: PersonDocument {
                id: case.owner.id.to_string(),
                role: case.owner.role.to_string(),
                team: case.owner.team.to_string(),
            },
            asked: case.asked.to_string(),
            opened: case.opened.to_string(),
            version: case.version,
            turn: if matches!(case.turn, Turn::Ours) { "ours" } else { "customers" }.to_owned(),
            due,
            head: case.head,
            offered: case.offer.as_ref().map(|o| o.to.to_string()),
            evidence: case.evidence.iter().map(|(id, e)| evidence(case, id, e)).collect(),
            promises: case.promises.iter().map(promise).collect(),
            consults: case.consults.iter().map(consult).collect(),
            assessments: case
                .assessments
                .iter()
                .map(|k| kept(k, Some(left).filter(|_| Some(k.version) == latest)))
                .collect(),
            approvals: case.approvals.iter().map(approval).collect(),
            grants: case.grants.iter().map(|g| grant(g, steps_of(g))).collect(),
            declined: case.declined.as_ref().map(declined),
        }
    }
}

fn evidence(case: &Case, id: &EvidenceId, evidence: &Evidence) -> EvidenceDocument {
    let (kind, shows, at) = match evidence {
        Evidence::File { digest, shows } => ("file", shows, Some(digest.to_string())),
        Evidence::Link { to, shows } => ("link", shows, Some(to.to_string())),
        Evidence::Seen { what } => ("seen", what, None),
    };
    let (kind, shows, by_customer) = (kind.to_owned(), shows.to_string(), case.handed_in.contains(id));
    EvidenceDocument { id: id.to_string(), kind, shows, at, by_customer }
}

fn promise(p: &Promise) -> PromiseDocument {
    let state = match p.state {
        PromiseState::Made => "made",
        PromiseState::Rang => "rang",
        PromiseState::Missed => "missed",
        PromiseState::Kept => "kept",
        PromiseState::KeptLate => "kept_late",
    };
    PromiseDocument {
        id: p.id.to_string(),
        words: p.words.to_string(),
        due: p.due.to_string(),
        alarm: p.alarm.to_string(),
        state: state.to_owned(),
    }
}

fn consult(c: &Consult) -> ConsultDocument {
    ConsultDocument {
        id: c.id.to_string(),
        department: c.department.to_string(),
        words: c.words.to_string(),
        at: c.at.to_string(),
        answer: c.answer.as_ref().map(ToString::to_string),
    }
}

fn kept(k: &Kept, left: Option<&HashMap<OptionId, Leaves>>) -> KeptDocument {
    let of_it = |o: &OptionId| left.and_then(|left| left.get(o));
    let denied = |d: &amends_core::denied::Denied| DeniedDocument { code: d.word(), title: d.to_string() };
    let option = |o: &amends_core::assess::frozen::OptionFrozen| OptionDocument {
        left: of_it(&o.id).into_iter().flat_map(|leaves| &leaves.left).map(left_document).collect(),
        denied: of_it(&o.id).and_then(|leaves| leaves.denied.as_ref()).map(denied),
        id: o.id.to_string(),
        says: o.says.clone(),
        amount: o.amount.as_ref().map(ToString::to_string),
        most: o.most.as_ref().map(ToString::to_string),
        cost: o.cost.map(|c| c.to_string()),
    };
    KeptDocument {
        digest: k.frozen.digest.to_string(),
        at: k.at.to_string(),
        role: k.frozen.role.to_string(),
        standing: k.frozen.standing.clone(),
        policy: k.frozen.policy.clone(),
        options: k.frozen.options.iter().map(option).collect(),
    }
}

fn left_document(left: &Left) -> LeftDocument {
    LeftDocument {
        purchase: left.key.purchase().to_owned(),
        of: left.key.account().word(),
        payment: left.payment().map(str::to_owned),
        left: left.left.to_string(),
    }
}

fn approval(a: &Approval) -> ApprovalDocument {
    let (mut asked_of, mut until, mut by, mut reason) = (None, None, None, None);
    let mut of = &a.of;
    match &a.state {
        ApprovalState::Waiting { to, until: at, .. } => {
            until = Some(at.to_string());
            if let Asked::Person(id) = to {
                asked_of = Some(id.to_string());
            }
        }
        ApprovalState::Given { by: person, of: given, until: at } => {
            (by, until, of) = (Some(person.id.to_string()), Some(at.to_string()), given);
        }
        ApprovalState::Refused { by: person, reason: why } => {
            (by, reason) = (Some(person.id.to_string()), Some(why.to_string()));
        }
        ApprovalState::Used { by: person, .. } => by = Some(person.id.to_string()),
        ApprovalState::Ended => {}
    }
    ApprovalDocument {
        id: a.id.to_string(),
        assessment: of.assessment.to_string(),
        option: of.option.to_string(),
        amount: of.amount.as_ref().map(ToString::to_string),
        cost: a.cost.to_string(),
        least: a.least.to_string(),
        asker: a.asker.id.to_string(),
        look: look(a.look).to_owned(),
        state: word(&a.state).to_owned(),
        asked_of,
        until,
        by,
        reason,
    }
}

fn grant(g: &Grant, steps: Vec<StepDocument>) -> GrantDocument {
    GrantDocument {
        id: g.id.to_string(),
        assessment: g.of.assessment.to_string(),
        option: g.of.option.to_string(),
        amount: g.of.amount.as_ref().map(ToString::to_string),
        cost: g.cost_held().to_string(),
        right: g.right,
        by: g.by.id.to_string(),
        authority: g.authority.id.to_string(),
        approval: g.approval.as_ref().map(ToString::to_string),
        fulfil: g.fulfil,
        at: g.at.to_string(),
        state: grants::word(g.state).to_owned(),
        steps,
    }
}

/// A step as programs read it.
pub fn step(s: &StepRow) -> StepDocument {
    let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
    StepDocument {
        grant: s.grant.to_string(),
        number: s.number,
        case: s.case.to_string(),
        connector: s.connector.clone(),
        step: json(&s.step),
        state: s.word.clone(),
        details: json(&s.state),
    }
}

fn declined(d: &Declined) -> DeclinedDocument {
    let way = |way: &Instead| match way {
        Instead::Option(id) => format!("option {id}"),
        Instead::Detour => "detour".to_owned(),
        Instead::Words(words) => words.to_string(),
    };
    DeclinedDocument {
        by: d.by.id.to_string(),
        reason: d.reason.to_string(),
        instead: d.instead.iter().map(way).collect(),
    }
}
