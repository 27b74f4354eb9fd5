//! What is done on a case from its page. Each goes the way of the same request to `/v1`, and is held to the same rules.

use amends_core::authority::Wish;
use amends_core::case::{ApprovalState, Case, Command, Evidence, Look};
use amends_core::digest::Digest;
use amends_core::ids::{ApprovalId, CaseId, ConsultId, CustomerId, GrantId, OptionId, PersonId};
use amends_core::money::Currency;
use amends_core::time::Time;
use amends_core::words::Words;
use axum::http::StatusCode;

use crate::api::cases::owns::department;
use crate::api::cases::talks::alarm;
use crate::desk::typed::{self, Not};
use crate::door::pages::Staff;
use crate::flow::answers::Answers;
use crate::flow::assessing::{Asker, assess_case};
use crate::flow::job::{Answer, Ending, Refused, Work};
use crate::flow::records::With;

/// Who does something, on which case, with what was filled in.
struct Acting<'a> {
    staff: &'a Staff,
    case: Case,
    answers: &'a Answers,
}

/// Does something on a case.
pub async fn run(staff: &Staff, id: &str, act: &str, answers: &Answers) -> Result<(), Not> {
    typed::is_ours(staff, answers.get("csrf").unwrap_or_default())?;
    let id = CaseId::parse(id).map_err(|_| Refused::NoCase)?;
    let case = staff.records.case(&staff.me.business, &id).await?.ok_or(Refused::NoCase)?;
    let acting = Acting { staff, case, answers };
    match act {
        "keep" => acting.keep().await.map(drop),
        "give" => acting.give().await,
        "use" => acting.use_yes().await,
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
        T::try_from(self.text(name).to_owned()).map_err(|_| Not::wrong(format!("`{}` is no {name}", self.text(name))))
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
        let Staff { me, records } = self.staff;
        let by = me.actor();
        let document = self.answers.document(&me.rules.book, self.case.request.as_str()).to_string();
        let asker = Asker::of(me, &by);
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
        self.run("give", Work::Give { grant, wish }).await?;
        Ok(())
    }

    /// Gives what someone said yes to.
    async fn use_yes(&self) -> Result<(), Not> {
        let id: ApprovalId = self.id("approval")?;
        let found = self.case.approval(&id).map(|approval| &approval.state);
        let Some(ApprovalState::Given { of, .. }) = found else {
            return Err(Not::wrong("That yes cannot be used any more: it was used, or its time is over."));
        };
        let of = of.clone();
        let wish = Wish { assessment: of.assessment, option: of.option, amount: of.amount, approval: Some(id) };
        let grant: GrantId = self.staff.records.new_id("g")?;
        self.run("use", Work::Give { grant, wish: Box::new(wish) }).await?;
        Ok(())
    }

    async fn ask(&self) -> Result<(), Not> {
        let wish = self.wish().await?;
        let why = self.answers.get(&format!("why.{}", wish.option)).or(self.answers.get("summary")).unwrap_or_default();
        let words = typed::words(why, "What they should know")?;
        self.ask_for(wish, Look::First, words).await
    }

    /// Asks for the second look at a no.
    async fn appeal(&self) -> Result<(), Not> {
        let id: ApprovalId = self.id("approval")?;
        let of = self.case.approval(&id).map(|approval| approval.of.clone());
        let of = of.ok_or_else(|| Not::wrong("there is no such question"))?;
        let words = self.words(&format!("why.{id}"), "What they should know")?;
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
                    .map_err(|e| Not::wrong(format!("The customer's number: {e}")))?,
            },
            "decline" => {
                // What the customer is offered instead is of what is on the page.
                self.keep().await?;
                Command::Decline {
                    reason: self.words("reason", "The reason")?,
                    instead: typed::instead(self.answers, "instead.words")?,
                }
            }
            "promise" => {
                let due = Time::parse(self.text("promise.due"), &self.staff.me.rules.book.zone);
                let due = due.map_err(|_| Not::wrong("Until when is it promised? Choose a day and a time."))?;
                let (id, words) = (self.staff.records.new_id("p")?, self.words("promise", "What is promised")?);
                Command::Promise { id, words, due, alarm: alarm(due, self.staff.records.clock.now()) }
            }
            "kept" => Command::KeepPromise { id: self.id("promised")? },
            "consult" => {
                let department =
                    department(self.text("department")).ok_or_else(|| Not::wrong("Which department is asked?"))?;
                let (id, words) = (self.staff.records.new_id("q")?, self.words("consult", "What they are asked")?);
                Command::Consult { id, department, words }
            }
            "answered" => {
                let id: ConsultId = self.id("consulted")?;
                let words = self.words(&format!("answer.{id}"), "What they said")?;
                Command::AnswerConsult { id, words }
            }
            "settle" => Command::Settle { words: None },
            "reopen" => Command::Reopen { reason: self.words("note", "Why it is opened again")? },
            "offer" => {
                let to = PersonId::parse(self.text("to")).map_err(|_| Not::wrong("Choose who should take it over."))?;
                Command::OfferHandover { to, words: self.words("handover", "What they should know")? }
            }
            "accept" => Command::AcceptHandover,
            "refuse" => Command::RefuseHandover { words: self.words("handover", "Why not")? },
            "withdraw" => Command::WithdrawHandover,
            "take-over" => Command::TakeOver,
            _ => return Err(Not { status: StatusCode::NOT_FOUND, says: format!("nothing here is called `{act}`") }),
        };
        self.run(act, Work::Do(Box::new(command))).await?;
        Ok(())
    }

    /// What was written down: by whom it was said decides what it is.
    fn add(&self) -> Result<Command, Not> {
        let words = self.words("note", "What to add")?;
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
