//! What is done on a case from its page. Each goes the way of the same request to `/v1`, and is held to the same rules.

use amends_core::authority::Wish;
use amends_core::case::{ApprovalState, Case, Command, Evidence, Look};
use amends_core::digest::Digest;
use amends_core::ids::{ApprovalId, CaseId, ConsultId, CustomerId, GrantId, OptionId, PersonId};
use amends_core::money::Currency;
use amends_core::time::Time;
use amends_core::words::Words;
use axum::http::StatusCode;

use super::own;
use crate::api::cases::links::not_made;
use crate::api::cases::owns::department;
use crate::api::cases::talks::alarm;
use crate::desk::typed::{self, Not};
use crate::door::pages::Staff;
use crate::flow::answers::Answers;
use crate::flow::assessing::{Asker, assess_case};
use crate::flow::customer;
use crate::flow::job::{Answer, Ending, Refused, Work};
use crate::flow::links::Made;
use crate::flow::records::With;

/// Who does something, on which case, with what was filled in.
struct Acting<'a> {
    staff: &'a Staff,
    case: Case,
    answers: &'a Answers,
}

/// The case that someone does something on, from a page of theirs.
async fn case_of(staff: &Staff, id: &str, answers: &Answers) -> Result<Case, Not> {
    typed::is_ours(staff, answers.get("csrf").unwrap_or_default())?;
    let id = CaseId::parse(id).map_err(|_| Refused::NoCase)?;
    Ok(staff.records.case(&staff.me.business, &id).await?.ok_or(Refused::NoCase)?)
}

/// Makes a link for the customer of a case.
pub async fn link(staff: &Staff, id: &str, answers: &Answers) -> Result<Made, Not> {
    let case = case_of(staff, id, answers).await?;
    case.must_own(&staff.me.person.person()).map_err(Refused::from)?;
    let made = customer::make(&staff.records, &staff.me, &case, None).await;
    made.map_err(|why| {
        let problem = not_made(&why);
        Not { status: problem.status(), says: problem.sentence() }
    })
}

/// Does something on a case.
pub async fn run(staff: &Staff, id: &str, act: &str, answers: &Answers) -> Result<(), Not> {
    let case = case_of(staff, id, answers).await?;
    let acting = Acting { staff, case, answers };
    match act {
        "no-link" => {
            let done = customer::withdraw(&staff.records, &staff.me, &acting.case.id).await;
            done.map_err(|e| Refused::Store(e).into())
        }
        "keep" => acting.keep().await.map(drop),
        "give" => acting.give().await,
        "use" => acting.use_yes().await,
        "undo" => acting.undo().await,
        "own" => acting.own().await,
        "ask" => acting.ask().await,
        "appeal" => acting.appeal().await,
        "done" => acting.done().await,
        _ => acting.command(act).await,
    }
}

impl Acting<'_> {
    fn text(&self, name: &str) -> &str {
        self.answers.get(name).unwrap_or_default()
    }

    fn words(&self, name: &str, what: &str) -> Result<Words, Not> {
        typed::words(self.text(name), what)
    }

    fn id<T: TryFrom<String>>(&self, name: &str) -> Result<T, Not> {
        T::try_from(self.text(name).to_owned())
            .map_err(|_| Not::wrong(t!("case-not-a", typed = self.text(name), name = name)))
    }

    /// By what the same form that comes twice is told. `part`: which of several things it does.
    fn with(&self, part: &str) -> With {
        typed::once(self.staff, self.answers.get("key"), part, Digest::of(self.answers.as_form().as_bytes()))
    }

    async fn run(&self, part: &str, work: Work) -> Answer {
        self.staff.records.run(&self.staff.me, &self.case.id, self.with(part), work).await
    }

    /// Keeps the answer to what was filled in; its digest.
    async fn keep(&self) -> Result<Digest, Not> {
        let Staff { me, records, .. } = self.staff;
        let by = me.actor();
        let document = self.answers.document(&me.rules.book, self.case.request.as_str()).to_string();
        let asker = Asker::of(me, &by).by_form();
        let made = assess_case(records, asker, &self.case.id, self.with("keep"), &document).await?;
        Digest::parse(&made.digest).map_err(|e| Not::wrong(e.to_string()))
    }

    /// What is wished for, of the answer to what was filled in.
    async fn wish(&self) -> Result<Wish, Not> {
        let option: OptionId = self.id("option")?;
        let assessment = self.keep().await?;
        let amount = self.text(&format!("amount.{option}"));
        let currency = self.answers.get(&format!("currency.{option}")).and_then(Currency::parse);
        let amount = match (amount, currency) {
            ("", _) | (_, None) => None,
            (text, Some(currency)) => Some(typed::amount(text, currency)?),
        };
        Ok(Wish { assessment, option, amount, approval: None })
    }

    async fn give(&self) -> Result<(), Not> {
        let wish = Box::new(self.wish().await?);
        let grant: GrantId = self.staff.records.new_id("g")?;
        self.run("give", Work::Give { grant, wish, undo: self.staff.records.undo }).await?;
        Ok(())
    }

    /// Gives what someone said yes to.
    async fn use_yes(&self) -> Result<(), Not> {
        let id: ApprovalId = self.id("approval")?;
        let found = self.case.approval(&id).map(|approval| &approval.state);
        let Some(ApprovalState::Given { of, .. }) = found else {
            return Err(Not::wrong(t!("case-that-yes-cannot-be-used")));
        };
        let of = of.clone();
        let wish = Wish { assessment: of.assessment, option: of.option, amount: of.amount, approval: Some(id) };
        let grant: GrantId = self.staff.records.new_id("g")?;
        let undo = self.staff.records.undo;
        self.run("use", Work::Give { grant, wish: Box::new(wish), undo }).await?;
        Ok(())
    }

    /// Takes back what was given a moment ago.
    async fn undo(&self) -> Result<(), Not> {
        let grant: GrantId = self.id("grant")?;
        self.run("undo", Work::End { grant, how: Ending::TakenBack }).await?;
        Ok(())
    }

    /// Writes a remedy of one's own beside the answer to what was filled in, and why.
    async fn own(&self) -> Result<(), Not> {
        let Staff { me, records, .. } = self.staff;
        let (option, reason) = own::written(self.answers, records.new_id("own")?, me.rules.book.currency)?;
        let (assessment, approval) = (self.keep().await?, records.new_id("a")?);
        let write = Command::WriteBespoke { assessment, option: Box::new(option), approval };
        self.run("own", Work::Do(Box::new(write))).await?;
        self.run("own reason", Work::Do(Box::new(Command::Note { words: reason }))).await?;
        Ok(())
    }

    async fn ask(&self) -> Result<(), Not> {
        let wish = self.wish().await?;
        let why = self.answers.get(&format!("why.{}", wish.option)).or(self.answers.get("summary")).unwrap_or_default();
        let words = typed::words(why, &t!("case-what-they-should-know"))?;
        self.ask_for(wish, Look::First, words).await
    }

    /// Asks for the second look at a no.
    async fn appeal(&self) -> Result<(), Not> {
        let id: ApprovalId = self.id("approval")?;
        let of = self.case.approval(&id).map(|approval| approval.of.clone());
        let of = of.ok_or_else(|| Not::wrong(t!("case-there-is-no-such-question")))?;
        let words = self.words(&format!("why.{id}"), &t!("case-what-they-should-know"))?;
        let wish = Wish { assessment: of.assessment, option: of.option, amount: of.amount, approval: None };
        self.ask_for(wish, Look::Second, words).await
    }

    async fn ask_for(&self, wish: Wish, look: Look, words: Words) -> Result<(), Not> {
        let records = &self.staff.records;
        let approval: ApprovalId = records.new_id("a")?;
        let call_back = records.call_back();
        self.run("ask", Work::Ask { approval, wish: Box::new(wish), look, words, call_back }).await?;
        Ok(())
    }

    async fn done(&self) -> Result<(), Not> {
        let grant: GrantId = self.id("grant")?;
        self.run("done", Work::End { grant, how: Ending::Settled }).await?;
        Ok(())
    }

    async fn command(&self, act: &str) -> Result<(), Not> {
        let command = match act {
            "add" => self.add()?,
            "know" => Command::KnowCustomer {
                customer: CustomerId::parse(self.text("customer"))
                    .map_err(|e| Not::wrong(t!("case-the-customers-number-why", why = e.to_string())))?,
            },
            "decline" => {
                // What the customer is offered instead is of what is on the page.
                self.keep().await?;
                Command::Decline {
                    reason: self.words("reason", &t!("case-the-reason"))?,
                    instead: typed::instead(self.answers, "instead.words")?,
                }
            }
            "promise" => {
                let due = Time::parse(self.text("promise.due"), &self.staff.me.rules.book.zone);
                let due = due.map_err(|_| Not::wrong(t!("case-until-when-is-it-promised")))?;
                let (id, words) =
                    (self.staff.records.new_id("p")?, self.words("promise", &t!("case-what-is-promised"))?);
                Command::Promise { id, words, due, alarm: alarm(due, self.staff.records.clock.now()) }
            }
            "kept" => Command::KeepPromise { id: self.id("promised")? },
            "consult" => {
                let department = department(self.text("department"))
                    .ok_or_else(|| Not::wrong(t!("case-which-department-is-asked")))?;
                let (id, words) =
                    (self.staff.records.new_id("q")?, self.words("consult", &t!("case-what-they-are-asked"))?);
                Command::Consult { id, department, words }
            }
            "answered" => {
                let id: ConsultId = self.id("consulted")?;
                let words = self.words(&format!("answer.{id}"), &t!("case-what-they-said"))?;
                Command::AnswerConsult { id, words }
            }
            "settle" => Command::Settle { words: None },
            "reopen" => Command::Reopen { reason: self.words("note", &t!("case-why-it-is-opened-again"))? },
            "offer" => {
                let to = PersonId::parse(self.text("to")).map_err(|_| Not::wrong(t!("case-choose-who")))?;
                Command::OfferHandover { to, words: self.words("handover", &t!("case-what-they-should-know"))? }
            }
            "accept" => Command::AcceptHandover,
            "refuse" => Command::RefuseHandover { words: self.words("handover", &t!("case-why-not"))? },
            "withdraw" => Command::WithdrawHandover,
            "take-over" => Command::TakeOver,
            _ => {
                return Err(Not {
                    status: StatusCode::NOT_FOUND,
                    says: t!("case-nothing-here-is-called-act", act = act),
                });
            }
        };
        self.run(act, Work::Do(Box::new(command))).await?;
        Ok(())
    }

    /// What was written down: by whom it was said decides what it is.
    fn add(&self) -> Result<Command, Not> {
        let words = self.words("note", &t!("case-what-to-add"))?;
        Ok(match self.text("kind") {
            "customer" => Command::HearCustomer { words: Some(words) },
            "asked" => Command::AskCustomer { words },
            "seen" => {
                let id = self.staff.records.new_id("e")?;
                Command::AddEvidence { id, evidence: Evidence::Seen { what: words } }
            }
            _ => Command::Note { words },
        })
    }
}
