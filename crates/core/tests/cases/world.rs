//! A shop in memory: what a writer would keep, and nothing that decides.

use std::collections::BTreeMap;

use amends_core::assess::frozen::{Amount, Department, Frozen};
use amends_core::assess::{Workspace, assess};
use amends_core::authority::{
    Asking, Budget, BudgetKey, Customer, Decision, Holder, Ladder, Ledger, LedgerKey, Mode, No, Person, Question, Wish,
    budget_keys, decide, ledger_keys,
};
use amends_core::book::check::check;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::Book;
use amends_core::case::{
    Actor, BookRef, Case, Clocks, Command, Context, Event, GrantState, Opening, Right, apply, open,
};
use amends_core::denied::Denied;
use amends_core::diagnostic::Findings;
use amends_core::digest::Digest;
use amends_core::facts::{from_yaml, read_question};
use amends_core::ids::{
    ApprovalId, BusinessId, CaseId, CustomerId, GrantId, OptionId, PersonId, RequestKind, RoleName, TeamId,
};
use amends_core::journal::{AssessmentLine, Entry, Head};
use amends_core::money::{Currency, Money};
use amends_core::time::{Date, MINUTE, Time, Zone};
use amends_core::words::Words;
use serde_json::{Value, json};

pub struct World {
    pub files: BookFiles,
    pub book: Book,
    pub ladder: Ladder,
    pub clocks: Clocks,
    pub departments: Vec<Department>,
    pub mode: Mode,
    pub connected: bool,
    pub now: Time,
    pub cases: BTreeMap<CaseId, Case>,
    pub events: BTreeMap<CaseId, Vec<Event>>,
    pub budgets: BTreeMap<BudgetKey, Budget>,
    pub ledgers: BTreeMap<LedgerKey, Ledger>,
    /// Who said no elsewhere.
    pub noes: Vec<No>,
    /// Limits by holder's kind, in minor units.
    pub team_limit: Option<i64>,
    pub heads: BTreeMap<TeamId, Head>,
    pub entries: Vec<Entry>,
    pub assessments: BTreeMap<Digest, AssessmentLine>,
}

/// What comes of a wish in the world.
#[derive(Debug)]
pub enum Gave {
    Granted,
    Ask(Box<Question>),
}

pub fn words(text: &str) -> Words {
    Words::parse(text).unwrap()
}

pub fn person(id: &str, role: &str) -> Person {
    let team = TeamId::parse("shop").unwrap();
    Person { id: PersonId::parse(id).unwrap(), role: RoleName::parse(role).unwrap(), team }
}

pub fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

pub fn time(text: &str) -> Time {
    Time::parse(text, &Zone::parse("America/New_York").unwrap()).unwrap()
}

pub fn id<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).ok().expect("an id")
}

fn retail() -> BookFiles {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../books/retail");
    let mut files = BookFiles::default();
    for part in ["", "policies", "cases"] {
        let mut paths: Vec<_> = std::fs::read_dir(folder.join(part)).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "yaml")) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let inside = if part.is_empty() { name.to_owned() } else { format!("{part}/{name}") };
            files.add(inside, std::fs::read_to_string(path).unwrap());
        }
    }
    files
}

impl World {
    pub fn new() -> Self {
        let files = retail();
        let book = check(&files).book.expect("a book");
        let ladder = Ladder::of(&book).unwrap();
        Self {
            files,
            book,
            ladder,
            clocks: Clocks::default(),
            departments: vec![Department("marketing".to_owned())],
            mode: Mode::Full,
            connected: true,
            now: time("2026-11-16T18:04:00"),
            cases: BTreeMap::new(),
            events: BTreeMap::new(),
            budgets: BTreeMap::new(),
            ledgers: BTreeMap::new(),
            noes: Vec::new(),
            team_limit: None,
            heads: BTreeMap::new(),
            entries: Vec::new(),
            assessments: BTreeMap::new(),
        }
    }

    pub fn open(&mut self, case: &str, owner: &Person, request: &str) -> &Case {
        let opening = Opening {
            case: id(case),
            business: BusinessId::parse("acme").unwrap(),
            team: owner.team.clone(),
            customer: Some(CustomerId::parse("c_1001").unwrap()),
            request: RequestKind::parse(request).unwrap(),
            book: BookRef { name: self.book.name.clone(), digest: self.files.digest() },
            asked: self.now,
            set_back: None,
            owner: owner.clone(),
        };
        let by = Actor::Person(owner.clone());
        let event = open(&opening, &self.context(&by)).unwrap();
        self.cases.insert(id(case), Case::opened(&event).unwrap());
        self.keep(vec![event]);
        &self.cases[&id::<CaseId>(case)]
    }

    pub fn context<'a>(&'a self, by: &'a Actor) -> Context<'a> {
        Context { now: self.now, by, ladder: &self.ladder, clocks: &self.clocks, departments: &self.departments }
    }

    pub fn case(&self, case: &str) -> &Case {
        &self.cases[&id::<CaseId>(case)]
    }

    /// Applies a command and keeps what it made happen.
    pub fn apply(&mut self, case: &str, by: &Actor, command: &Command) -> Result<usize, Denied> {
        let events = apply(self.case(case), command, &self.context(by))?;
        let count = events.len();
        let mut folded = self.case(case).clone();
        for event in &events {
            folded = folded.after(event);
        }
        self.cases.insert(folded.id.clone(), folded);
        self.keep(events);
        Ok(count)
    }

    pub fn does(&mut self, case: &str, by: &Person, command: &Command) -> Result<usize, Denied> {
        self.apply(case, &Actor::Person(by.clone()), command)
    }

    fn keep(&mut self, events: Vec<Event>) {
        for event in events {
            let case = &self.cases[&event.case];
            let (business, team) = (case.business.clone(), case.team.clone());
            let head = self.heads.entry(team.clone()).or_insert_with(|| Head::empty(business, team));
            let entry = head.next_of_case(&event).unwrap();
            *head = entry.head();
            self.entries.push(entry);
            self.events.entry(event.case.clone()).or_default().push(event);
        }
    }

    /// Lets the clock do all that is due by now, as a timer would.
    pub fn ring(&mut self, case: &str) -> Vec<String> {
        let mut rang = Vec::new();
        loop {
            let due = self.case(case).due(&self.clocks);
            let passes = |d: &amends_core::case::Due| matches!(d.what, amends_core::case::DueWhat::PassOn(_));
            let Some(next) = due.into_iter().find(|d| d.at <= self.now && !passes(d)) else { return rang };
            rang.push(format!("{:?}", next.what));
            let made = self.apply(case, &Actor::Timer, &Command::Ring { what: next.what }).unwrap();
            assert!(made > 0, "what rang is no longer due");
        }
    }

    /// The question of one of the book's own cases, with what this case was given.
    pub fn question(&self, of: &str, case: &Case) -> String {
        let text = self.book.cases.iter().find(|c| c.id.value == of).expect("a case of the book");
        let json = from_yaml::question_json(&self.book.schema, &text.question, &mut Findings::default()).unwrap();
        let mut question: Value = serde_json::from_str(&json).unwrap();
        let given = |right| usd(i64::try_from(case.given(right, Currency::USD)).unwrap()).to_string();
        let paid = usd(i64::try_from(case.paid(Currency::USD)).unwrap()).to_string();
        question["case"] = json!({ "granted": given(Right::Discretion), "released": given(Right::Owed), "paid": paid });
        question.to_string()
    }

    /// Assesses a question and keeps it on the case.
    pub fn assess(&mut self, case: &str, of: &str, by: &Person) -> Frozen {
        let text = self.question(of, self.case(case));
        let question = read_question(&self.book.schema, &text).unwrap();
        let role = self.book.role(by.role.as_str()).unwrap();
        let mut workspace = Workspace::default();
        let assessment = assess(&self.book, &question.request, &question.facts, role, &mut workspace).unwrap();
        let frozen = Frozen::of(&assessment).unwrap();
        let line = AssessmentLine::of(&assessment, &text).unwrap();
        self.assessments.insert(frozen.digest.clone(), line);
        let question = Digest::of(text.as_bytes());
        self.does(case, by, &Command::Assess { assessment: Box::new(frozen.clone()), question, ground: None }).unwrap();
        frozen
    }

    /// A wish for an option of the latest assessment.
    pub fn wish(&self, case: &str, option: &str) -> Wish {
        let assessment = self.case(case).assessments.last().unwrap().frozen.digest.clone();
        Wish { assessment, option: OptionId::parse(option).unwrap(), amount: None, approval: None }
    }

    /// Decides as the writer would: with every budget that may be touched, stored or new.
    pub fn decide(&self, case: &str, by: &Person, wish: &Wish) -> Decision {
        self.asking(case, by, (wish, "asked"), decide)
    }

    pub fn asking<T>(
        &self,
        case: &str,
        by: &Person,
        (wish, grant): (&Wish, &str),
        f: impl FnOnce(&Asking<'_>) -> T,
    ) -> T {
        let case = self.case(case);
        let customer = self.customer();
        let keys = budget_keys(case, wish, by, customer.today);
        let budgets: Vec<Budget> = keys.into_iter().map(|key| self.budget(key)).collect();
        let (ladder, modes, customer, budgets) = (&self.ladder, [&self.mode; 2], &customer, budgets.as_slice());
        let connected = self.connected;
        let grant = &GrantId::parse(grant).unwrap();
        let ledgers: Vec<Ledger> = ledger_keys(case, wish).into_iter().map(|key| self.ledger(key)).collect();
        let ledgers = ledgers.as_slice();
        let (now, noes) = (self.now, self.noes.as_slice());
        f(&Asking { case, wish, grant, by, now, ladder, modes, connected, customer, noes, budgets, ledgers })
    }

    fn budget(&self, key: BudgetKey) -> Budget {
        let limit = if matches!(key.holder, Holder::Team(_)) { self.team_limit } else { None };
        self.budgets.get(&key).cloned().unwrap_or_else(|| Budget::new(key, limit))
    }

    fn ledger(&self, key: LedgerKey) -> Ledger {
        self.ledgers.get(&key).cloned().unwrap_or_else(|| Ledger::new(key))
    }

    pub fn today(&self) -> Date {
        self.book.zone.date_of(self.now).unwrap()
    }

    fn customer(&self) -> Customer {
        let day = |time| self.book.zone.date_of(time).unwrap();
        let grants = self.cases.values().flat_map(|c| &c.grants);
        let bent = grants.filter(|g| g.is_held() && g.right == Right::Discretion);
        Customer { today: self.today(), known: true, exceptions: bent.map(|g| day(g.at)).collect() }
    }

    /// Gives what is theirs to give, and keeps the budgets with it.
    pub fn give(&mut self, case: &str, by: &Person, grant: &str, wish: &Wish) -> Result<Gave, Denied> {
        match self.asking(case, by, (wish, grant), decide) {
            Decision::Denied(denied) => Err(denied),
            Decision::NeedsApproval(question) => Ok(Gave::Ask(Box::new(question))),
            Decision::Grant(plan) => {
                let (budgets, ledgers) = (plan.budgets().to_vec(), plan.ledgers().to_vec());
                let (id, undo_until) = (GrantId::parse(grant).unwrap(), self.now.plus_micros(2 * MINUTE));
                self.does(
                    case,
                    by,
                    &Command::Reserve { id, plan: Box::new(plan), undo_until, connectors: Vec::new() },
                )?;
                self.budgets.extend(budgets.into_iter().map(|b| (b.key().clone(), b)));
                self.ledgers.extend(ledgers.into_iter().map(|row| (row.key().clone(), row)));
                Ok(Gave::Granted)
            }
        }
    }

    /// Ends a grant, and moves its money in every budget it was taken from.
    pub fn end_grant(&mut self, case: &str, by: &Actor, grant: &str, how: GrantState) -> Result<(), Denied> {
        self.end_part(case, by, grant, how, &[])
    }

    /// Ends a grant of which these steps were done.
    pub fn end_part(
        &mut self,
        case: &str,
        by: &Actor,
        grant: &str,
        how: GrantState,
        done: &[u32],
    ) -> Result<(), Denied> {
        let id = GrantId::parse(grant).unwrap();
        let command = match how {
            GrantState::Settled => Command::SettleGrant { id: id.clone() },
            GrantState::TakenBack => Command::TakeBack { id: id.clone() },
            _ => Command::ReleaseGrant { id: id.clone(), reason: words("the card is closed"), done: done.to_vec() },
        };
        self.apply(case, by, &command)?;
        let grant = self.case(case).grant(&id).unwrap().clone();
        for key in &grant.budgets {
            let budget = &self.budgets[key];
            let taken = grant.taken_from(key);
            let moved = if how == GrantState::Settled {
                budget.settle(taken)?
            } else {
                let done = grant.part.as_ref().map_or(usd(0), |part| grant.kept_from(key, part));
                budget.settle(done)?.release(usd(taken.minor - done.minor))?
            };
            self.budgets.insert(key.clone(), moved);
        }
        for claim in &grant.claims {
            let row = &self.ledgers[&claim.key];
            let is_done = how == GrantState::Settled || done.contains(&claim.step);
            let moved = if is_done { row.settle(&id, claim.step) } else { row.release(&id, claim.step) };
            self.ledgers.insert(claim.key.clone(), moved);
        }
        Ok(())
    }
}

pub fn approval(id: &str) -> ApprovalId {
    ApprovalId::parse(id).unwrap()
}

pub fn amount(cents: i64) -> Amount {
    Amount::Money(usd(cents))
}
