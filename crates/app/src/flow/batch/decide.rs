//! What comes of each job: the core decides, and the bench takes in what happened.

use amends_core::assess::frozen::Least;
use amends_core::authority::{
    Asking, Budget, BudgetKey, Customer, Decision, Fulfil, GrantPlan, Ledger, No, Question, Wish, budget_keys, decide,
    ledger_keys, nearest, second_look,
};
use amends_core::case::{
    Actor, Approval, ApprovalState, Asked, Case, Command, Context, Due, DueWhat, Event, Grant, GrantState, Happened,
    Look, Next, Opening, Part, Right, apply, open,
};
use amends_core::denied::Denied;
use amends_core::digest::Digest;
use amends_core::facts::Source;
use amends_core::fulfilment::kinds_of;
use amends_core::ids::{ApprovalId, ConnectorId, CustomerId, GrantId, PersonId};
use amends_core::money::Money;
use amends_core::payout::pays_out;
use amends_core::time::{Duration, Time};
use amends_core::words::Words;

use super::bench::Bench;
use super::save::steps_of;
use crate::flow::job::{Answer, AskedOf, Done, Ending, Given, Job, KeptAssessment, Refused, Work};
use crate::flow::present::first_asked;
use crate::store::people::PersonRow;
use crate::store::refusals::Refusal;
use crate::store::{StoreError, refusals};

/// Most things that are due on one case at once.
const RINGS_MAX: usize = 64;

impl Bench {
    /// Does a job, or says why not. A refusal changes nothing.
    pub fn answer(&mut self, job: &Job) -> Result<Answer, StoreError> {
        if let Err(refused) = self.may_act(&job.by) {
            return Ok(Err(refused));
        }
        if let Work::Open(opening) = &job.work {
            return self.open(opening, &job.by);
        }
        if self.erased.contains(&job.case) {
            return Ok(Err(Refused::Erased));
        }
        if let Some(why) = self.unreadable.get(&job.case) {
            return Ok(Err(Refused::Store(why.clone())));
        }
        // It comes back when its events are taken in, or as it was.
        let Some(case) = self.cases.remove(&job.case) else { return Ok(Err(Refused::NoCase)) };
        // To an AI agent a case that it has nothing to do with is as one that is not there.
        if job.by.person().is_some_and(|person| !case.is_open_to(person)) {
            self.cases.insert(case.id.clone(), case);
            return Ok(Err(Refused::NoCase));
        }
        if job.if_version.is_some_and(|version| version != case.version) {
            let version = case.version;
            self.cases.insert(case.id.clone(), case);
            return Ok(Err(Refused::Stale { version }));
        }
        let outcome = self.work(&case, job);
        match outcome {
            Ok(work) => self.done(case, work).map(Ok),
            Err(refused) => {
                self.cases.insert(case.id.clone(), case);
                Ok(Err(refused))
            }
        }
    }

    /// Whoever acts does so as they are now, not as they were when they signed in.
    fn may_act(&self, by: &Actor) -> Result<(), Refused> {
        match by.person() {
            Some(person) if self.rules.person(&person.id).as_ref() != Some(person) => {
                Err(Refused::NotNow { person: person.id.clone() })
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, opening: &Opening, by: &Actor) -> Result<Answer, StoreError> {
        let (rules, now) = (std::sync::Arc::clone(&self.rules), self.now);
        let (ladder, clocks, departments) = (&rules.ladder, &rules.clocks, rules.departments.as_slice());
        let context = Context { now, by, ladder, clocks, departments };
        match open(opening, &context) {
            Err(denied) => Ok(Err(denied.into())),
            Ok(event) => {
                self.take_in(None, vec![event])?;
                let case = Some(opening.case.clone());
                Ok(Ok(Done { case, version: 1, events: 1, assessed: None, given: None, asked: None }))
            }
        }
    }

    fn work(&mut self, case: &Case, job: &Job) -> Result<Worked, Refused> {
        match &job.work {
            Work::Open(_) => Err(Refused::NoCase),
            Work::Do(command) => Ok(Worked::of(self.apply(case, command, &job.by)?)),
            Work::Assess(kept) => {
                let events = self.assess(case, kept, &job.by)?;
                self.books.entry(kept.line.book.clone()).or_insert_with(|| std::sync::Arc::clone(&kept.book));
                self.assessments.push((kept.line.clone(), kept.like.clone()));
                Ok(Worked { assessed: Some(kept.line.digest.clone()), ..Worked::of(events) })
            }
            Work::Give { grant, wish, undo } => self.give(case, (grant, *undo), wish, &job.by),
            Work::Ask { approval, wish, look, words, call_back } => {
                self.ask(case, approval, wish, *look, words, *call_back, &job.by)
            }
            Work::Ring { call_back } => self.ring(case, *call_back),
            Work::End { grant, how } => self.end(case, grant, how, &job.by),
        }
    }

    /// Keeps an assessment, and before it who the customer is, where its facts say so.
    fn assess(&self, case: &Case, kept: &KeptAssessment, by: &Actor) -> Result<Vec<Event>, Denied> {
        let (assessment, question) = (Box::new(kept.frozen.clone()), kept.line.question_digest.clone());
        let command = Command::Assess { assessment, question, ground: Some(kept.ground.clone()) };
        let Some(customer) = kept.knows.clone() else { return self.apply(case, &command, by) };
        let mut events = self.apply(case, &Command::KnowCustomer { customer }, by)?;
        let knows = events.iter().fold(case.clone(), Case::after);
        events.extend(self.apply(&knows, &command, by)?);
        Ok(events)
    }

    fn apply(&self, case: &Case, command: &Command, by: &Actor) -> Result<Vec<Event>, Denied> {
        let rules = &self.rules;
        let (ladder, clocks, departments) = (&rules.ladder, &rules.clocks, rules.departments.as_slice());
        apply(case, command, &Context { now: self.now, by, ladder, clocks, departments })
    }

    /// Asks the core about a wish, with all that was locked.
    fn asking<T>(
        &self,
        case: &Case,
        (grant, wish): (&GrantId, &Wish),
        by: &Actor,
        f: impl FnOnce(&Asking<'_>) -> T,
    ) -> Result<T, Denied> {
        let by = by.person().ok_or(Denied::NotAPerson)?;
        // Its own budgets only: a batch may hold those of many people.
        let keys = budget_keys(case, wish, by, self.rules.day(self.now));
        let budgets: Vec<Budget> =
            keys.iter().filter_map(|key| self.budgets.get(key)).map(|s| s.budget.clone()).collect();
        let customer = self.customer(case);
        let noes = self.noes(case, wish);
        let modes = [&case.team, &by.team].map(|team| self.rules.mode(team));
        let (ladder, connected) = (&self.rules.ladder, self.connected(case, wish));
        let keys = ledger_keys(case, wish);
        let ledgers: Vec<Ledger> =
            keys.iter().filter_map(|key| self.ledgers.get(key)).map(|line| line.ledger.clone()).collect();
        let (now, customer, noes) = (self.now, &customer, noes.as_slice());
        let (budgets, ledgers) = (budgets.as_slice(), ledgers.as_slice());
        Ok(f(&Asking { case, wish, grant, by, now, ladder, modes, connected, customer, noes, budgets, ledgers }))
    }

    /// What was bent for the customer of a case. Whom an AI agent alone tells of nobody knows.
    fn customer(&self, case: &Case) -> Customer {
        let key = case.customer.as_ref().map(CustomerId::key);
        let known = key.as_ref().is_some_and(|key| case.customer_from > Source::Claimed || self.known.contains(key));
        let exceptions = key.and_then(|key| self.exceptions.get(&key)).cloned().unwrap_or_default();
        Customer { today: self.rules.day(self.now), known, exceptions }
    }

    /// Who said no to the same request on other cases.
    fn noes(&self, case: &Case, wish: &Wish) -> Vec<No> {
        let requests = refusals::requests(case, &wish.assessment);
        let order = refusals::order_of(case, &wish.assessment);
        let of = |r: &&Refusal| r.case != case.id && requests.contains(&r.request) && r.is_of(order);
        self.refusals.iter().filter(of).map(|refusal| refusal.no.clone()).collect()
    }

    /// Whether a connector is there for at least one thing of what is wished.
    fn connected(&self, case: &Case, wish: &Wish) -> bool {
        kinds_of_wish(case, wish).into_iter().any(|kind| self.rules.connector(kind).is_some())
    }

    /// Who makes each step real; none at all where all are done by hand.
    fn connectors(&self, plan: &GrantPlan, kinds: &[Option<&str>]) -> Result<Vec<Option<ConnectorId>>, Refused> {
        if plan.fulfil() == Fulfil::ByHand {
            return Ok(Vec::new());
        }
        let of = |kind: Option<&str>| self.rules.connector(kind).map(|hook| ConnectorId::parse(&hook.id)).transpose();
        let all: Result<_, _> = kinds.iter().copied().map(of).collect();
        all.map_err(|e| Refused::Store(StoreError::Unreadable(e.to_string())))
    }

    fn give(
        &mut self,
        case: &Case,
        (grant, undo): (&GrantId, Option<Duration>),
        wish: &Wish,
        by: &Actor,
    ) -> Result<Worked, Refused> {
        self.still_may(case, wish)?;
        let plan = match self.asking(case, (grant, wish), by, decide)? {
            Decision::Grant(plan) => plan,
            Decision::NeedsApproval(question) => {
                return Err(Refused::NeedsApproval { least: question.least().clone() });
            }
            Decision::Denied(denied) => return Err(Refused::of(&denied, by)),
        };
        let kinds = kinds_of_wish(case, wish);
        if self.differs && kinds.iter().any(|kind| pays_out(kind.unwrap_or_default())) {
            return Err(Denied::KeptDiffers.into());
        }
        let connectors = self.connectors(&plan, &kinds)?;
        let (budgets, ledgers) = (plan.budgets().to_vec(), plan.ledgers().to_vec());
        let undo_until = undo.and_then(|undo| self.now.plus_micros(undo.0));
        let reserve = Command::Reserve { id: grant.clone(), plan: Box::new(plan), undo_until, connectors };
        let events = self.apply(case, &reserve, by)?;
        for budget in budgets {
            self.set(&budget);
        }
        for row in ledgers {
            self.set_line(row);
        }
        Ok(Worked { given: Some(grant.clone()), ..Worked::of(events) })
    }

    /// Whether the yes that a wish names is still that of someone who might say it: they work here, in no lower a role.
    fn still_may(&self, case: &Case, wish: &Wish) -> Result<(), Denied> {
        let Some(id) = &wish.approval else { return Ok(()) };
        let Some(ApprovalState::Given { by, .. }) = case.approval(id).map(|approval| &approval.state) else {
            return Ok(());
        };
        let least = Least::Role(by.role.clone());
        let may = |now: &PersonRow| now.active && self.rules.ladder.reaches(&now.role, &least);
        match self.rules.people.get(&by.id) {
            Some(now) if may(now) => Ok(()),
            _ => Err(Denied::NotApproved { approval: id.clone() }),
        }
    }

    /// A budget as it is after a movement. Its limit stays what it was: the plan's may be a role's.
    fn set(&mut self, moved: &Budget) {
        if let Some(slot) = self.budgets.get_mut(moved.key()) {
            let (limit, key) = (slot.budget.limit(), moved.key().clone());
            if let Some(budget) = Budget::stored(key, limit, moved.reserved().minor, moved.settled().minor) {
                slot.budget = budget;
                slot.moved = true;
            }
        }
    }

    /// A row of the ledger as it is after a movement.
    fn set_line(&mut self, moved: Ledger) {
        if let Some(line) = self.ledgers.get_mut(moved.key()) {
            line.ledger = moved;
            line.moved = true;
        }
    }

    #[allow(clippy::too_many_arguments, reason = "each is a part of the question")]
    fn ask(
        &mut self,
        case: &Case,
        approval: &ApprovalId,
        wish: &Wish,
        look: Look,
        words: &Words,
        call_back: Time,
        by: &Actor,
    ) -> Result<Worked, Refused> {
        // The grant would have an id of its own: nothing is set aside for a question.
        let as_grant = GrantId::parse(approval.as_str())
            .map_err(|_| Denied::Unknown { what: "question", id: approval.to_string() })?;
        let question = match look {
            Look::Second => {
                let asked = self.asking(case, (&as_grant, wish), by, second_look)?;
                asked.map_err(|denied| Refused::of(&denied, by))?
            }
            Look::First => match self.asking(case, (&as_grant, wish), by, decide)? {
                Decision::NeedsApproval(question) => question,
                Decision::Grant(_) => return Err(Refused::Theirs),
                Decision::Denied(denied) => return Err(Refused::of(&denied, by)),
            },
        };
        let to = self.first_asked(case, &question, look, by, call_back);
        let command =
            Command::AskApproval { id: approval.clone(), question: Box::new(question), words: words.clone(), to };
        let events = self.apply(case, &command, by)?;
        Ok(Worked { asked: Some(approval.clone()), ..Worked::of(events) })
    }

    /// The nearest of those who are there; nobody, and the customer is called back.
    fn first_asked(&self, case: &Case, question: &Question, look: Look, by: &Actor, call_back: Time) -> Next {
        let asker = by.person().map(|p| &p.id);
        let found = first_asked(case, (question.least(), look), asker, &self.present, &self.rules.ladder);
        found.map_or(Next::CallBack(call_back), |person| Next::Person(person.clone()))
    }

    /// Lets the clock do all that is due by now.
    fn ring(&mut self, case: &Case, call_back: Time) -> Result<Worked, Refused> {
        let mut now_is = case.clone();
        let (mut all, mut refused, mut left) = (Vec::new(), None, Vec::new());
        for _ in 0..RINGS_MAX {
            let is_due = |due: &Due| due.at <= self.now && !left.contains(&due.what);
            let Some(due) = now_is.due(&self.rules.clocks).into_iter().find(is_due) else { break };
            let command = match &due.what {
                DueWhat::PassOn(id) => self.pass_on(&now_is, id, call_back),
                what => Command::Ring { what: what.clone() },
            };
            // What cannot be done is in the way of nothing else that is due.
            match self.apply(&now_is, &command, &Actor::Timer) {
                Ok(events) if events.is_empty() => left.push(due.what),
                Ok(events) => {
                    for event in events {
                        now_is = now_is.after(&event);
                        all.push(event);
                    }
                }
                Err(denied) => {
                    refused = Some(denied);
                    left.push(due.what);
                }
            }
        }
        match refused {
            Some(denied) if all.is_empty() => Err(denied.into()),
            _ => Ok(Worked::of(all)),
        }
    }

    fn pass_on(&self, case: &Case, id: &ApprovalId, call_back: Time) -> Command {
        let found = case.approval(id).and_then(|approval| {
            let asked = asked_before(approval);
            nearest(case, approval, &asked, &self.present, &self.rules.ladder)
        });
        let to = found.map_or(Next::CallBack(call_back), |person| Next::Person(person.clone()));
        Command::PassOn { id: id.clone(), to }
    }

    fn end(&mut self, case: &Case, grant: &GrantId, how: &Ending, by: &Actor) -> Result<Worked, Refused> {
        let command = self.ending(grant, how);
        let events = self.apply(case, &command, by)?;
        if *how == Ending::TakenBack && self.found.get(grant).is_some_and(|found| found.begun) {
            return Err(Denied::UnderWay { grant: grant.clone() }.into());
        }
        if let Some(grant) = case.grant(grant) {
            self.give_back(grant, &Kept::of(&events))?;
        }
        Ok(Worked::of(events))
    }

    /// What is asked of the case: where a step cannot be done, what was or may have been done stays given.
    fn ending(&self, grant: &GrantId, how: &Ending) -> Command {
        let (id, found) = (grant.clone(), self.found.get(grant));
        match how {
            Ending::TakenBack => Command::TakeBack { id },
            Ending::Released(reason) => {
                let done = found.map_or_else(Vec::new, |found| found.done.clone());
                Command::ReleaseGrant { id, reason: reason.clone(), done }
            }
            Ending::Settled => match found.and_then(|found| Some((found, reason(found.cannot.as_ref()?)?))) {
                Some((found, reason)) => {
                    let done = [found.done.as_slice(), &found.open].concat();
                    Command::ReleaseGrant { id, reason, done }
                }
                None => Command::SettleGrant { id },
            },
        }
    }

    /// Moves what a grant took in every budget and every row of the ledger: what is kept is spent, the rest is free again.
    fn give_back(&mut self, grant: &Grant, kept: &Kept) -> Result<(), Denied> {
        let mut moved = Vec::new();
        for key in &grant.budgets {
            let slot = self.budgets.get(key).ok_or_else(|| Denied::BudgetNotThere { key: key.clone() })?;
            let (taken, spent) = (grant.taken_from(key), kept.of_budget(grant, key));
            let rest = Money::new(taken.minor.saturating_sub(spent.minor), taken.currency);
            moved.push(slot.budget.settle(spent)?.release(rest)?);
        }
        for budget in &moved {
            self.set(budget);
        }
        for claim in &grant.claims {
            let line = self.ledgers.get(&claim.key).ok_or_else(|| Denied::LedgerNotThere { key: claim.key.clone() })?;
            let row = if kept.has(claim.step) {
                line.ledger.settle(&grant.id, claim.step)
            } else {
                line.ledger.release(&grant.id, claim.step)
            };
            self.set_line(row);
        }
        Ok(())
    }

    /// Takes in what happened, and what else follows from it.
    fn done(&mut self, case: Case, work: Worked) -> Result<Done, StoreError> {
        let (id, events) = (case.id.clone(), work.events.len());
        self.take_in(Some(case), work.events)?;
        let Some(case) = self.cases.get(&id) else { return Err(StoreError::Failed("the case is gone".to_owned())) };
        let given = work.given.as_ref().and_then(|id| case.grant(id));
        let asked = work.asked.as_ref().and_then(|id| case.approval(id)).and_then(asked_of);
        let done = Done {
            case: None,
            version: case.version,
            events,
            assessed: work.assessed,
            given: given.map(|g| Given { grant: g.id.clone(), of: g.of.clone(), cost: g.cost, fulfil: g.fulfil }),
            asked,
        };
        if let Some(grant) = given {
            self.steps.extend(steps_of(case, grant, self.now)?);
            if grant.right == Right::Discretion && grant.state == GrantState::Reserved {
                let day = self.rules.day(grant.at);
                if let Some(customer) = case.customer.clone() {
                    self.exceptions.entry(customer.key()).or_default().push(day);
                }
            }
        }
        Ok(done)
    }
}

/// What of a grant stays given when it ends.
enum Kept {
    All,
    Part(Part),
    Nothing,
}

impl Kept {
    fn of(events: &[Event]) -> Self {
        let ended = events.iter().find_map(|event| match &event.what {
            Happened::GrantSettled { .. } => Some(Self::All),
            Happened::GrantReleased { part: Some(part), .. } => Some(Self::Part(part.clone())),
            _ => None,
        });
        ended.unwrap_or(Self::Nothing)
    }

    fn has(&self, step: u32) -> bool {
        match self {
            Self::All => true,
            Self::Part(part) => part.steps.contains(&step),
            Self::Nothing => false,
        }
    }

    /// What a budget of the grant has spent then.
    fn of_budget(&self, grant: &Grant, key: &BudgetKey) -> Money {
        let taken = grant.taken_from(key);
        match self {
            Self::All => taken,
            Self::Part(part) => grant.kept_from(key, part),
            Self::Nothing => Money::new(0, taken.currency),
        }
    }
}

/// Why a part of a grant could not be done, as the case keeps it.
fn reason(why: &str) -> Option<Words> {
    Words::parse(why).or_else(|_| Words::parse("a part of it could not be done")).ok()
}

/// The kind of each thing that is wished.
fn kinds_of_wish<'c>(case: &'c Case, wish: &Wish) -> Vec<Option<&'c str>> {
    let option = case.assessment(&wish.assessment).and_then(|kept| kept.frozen.option(&wish.option));
    option.map(kinds_of).unwrap_or_default()
}

/// What a job makes happen.
struct Worked {
    events: Vec<Event>,
    assessed: Option<Digest>,
    given: Option<GrantId>,
    asked: Option<ApprovalId>,
}

impl Worked {
    const fn of(events: Vec<Event>) -> Self {
        Self { events, assessed: None, given: None, asked: None }
    }
}

fn asked_before(approval: &Approval) -> Vec<PersonId> {
    let mut asked = approval.passed.clone();
    if let ApprovalState::Waiting { to: Asked::Person(id), .. } = &approval.state {
        asked.push(id.clone());
    }
    asked
}

fn asked_of(approval: &Approval) -> Option<AskedOf> {
    let ApprovalState::Waiting { to, until, .. } = &approval.state else { return None };
    let person = match to {
        Asked::Person(id) => Some(id.clone()),
        Asked::CallBack(_) => None,
    };
    Some(AskedOf { approval: approval.id.clone(), person, least: approval.least.clone(), until: *until })
}
