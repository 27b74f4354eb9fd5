//! An AI agent, and what comes of its calls.

use amends_core::authority::AGENT;
use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::call::{Api, Call, Problem, Token, member};
use super::tools;
use crate::door::bearer;
use crate::report::did_you_mean;

/// How often a case is read again that moved meanwhile.
const TRIES_MAX: usize = 3;

/// An AI agent.
#[derive(Clone, Debug)]
pub struct Agent {
    api: Api,
    /// Its token; none: each message brings its own.
    token: Option<Token>,
}

#[derive(Deserialize)]
struct Assess {
    request: String,
    #[serde(flatten)]
    known: What,
    asked: Option<String>,
}

#[derive(Deserialize)]
struct What {
    facts: Option<Map<String, Value>>,
    circumstances: Option<Vec<Map<String, Value>>>,
}

#[derive(Deserialize)]
struct Open {
    request: String,
    customer: Option<String>,
    asked: Option<String>,
    idempotency_key: Option<String>,
}

#[derive(Deserialize)]
struct AssessCase {
    case: String,
    #[serde(flatten)]
    known: What,
}

#[derive(Deserialize)]
struct Wish {
    case: String,
    assessment: String,
    option: String,
    amount: Option<String>,
    approval: Option<String>,
    words: Option<String>,
    look: Option<String>,
    idempotency_key: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    case: String,
}

#[derive(Deserialize)]
struct Like {
    case: String,
    assessment: Option<String>,
    limit: Option<u64>,
}

impl Agent {
    /// One whose messages each bring their token.
    pub const fn of_each_message(api: Api) -> Self {
        Self { api, token: None }
    }

    /// One with a token, after asking who it is.
    ///
    /// # Errors
    /// When the server does not answer or does not know the token, or it is a person's.
    pub async fn with(api: Api, token: Token) -> Result<Self, String> {
        let me = api.send(&token, Call::get("/v1/me")).await.map_err(|problem| words_of(&problem))?;
        if member(&me.json, "role") != AGENT {
            let id = member(&me.json, "id");
            return Err(format!(
                "`{id}` is a person, and an AI agent acts as itself: give it a token of its own with `amends people add .. --role {AGENT}`"
            ));
        }
        Ok(Self { api, token: Some(token) })
    }

    async fn call(&self, token: &Token, tool: &str, arguments: Value) -> Result<Value, Problem> {
        match tool {
            "assess" => self.assess(token, read(arguments)?).await,
            "open_case" => self.open(token, read(arguments)?).await,
            "assess_case" => self.assess_case(token, read(arguments)?).await,
            "grant" => self.grant(token, read(arguments)?).await,
            "ask_approval" => self.ask(token, read(arguments)?).await,
            "precedents" => self.precedents(token, &read(arguments)?).await,
            _ => {
                let Status { case } = read(arguments)?;
                self.api.send(token, Call::get(format!("/v1/cases/{}", in_path(&case)))).await.map(|got| got.json)
            }
        }
    }

    async fn assess(&self, token: &Token, asked: Assess) -> Result<Value, Problem> {
        let me = self.api.send(token, Call::get("/v1/me")).await?.json;
        let mut question = asked.known.question();
        question.insert("request".to_owned(), asked.request.into());
        if let Some(at) = asked.asked {
            question.insert("asked".to_owned(), at.into());
        }
        let of = |name: &str| in_path(member(&me, name));
        let path = format!("/v1/assess?book={}&role={}", of("business"), of("role"));
        let got = self.api.send(token, Call::post(path, question.into())).await?;
        Ok(json!({ "assessment": got.json }))
    }

    async fn open(&self, token: &Token, open: Open) -> Result<Value, Problem> {
        let body = given([("request", Some(open.request)), ("customer", open.customer), ("asked", open.asked)]);
        let call = Call { key: open.idempotency_key, ..Call::post("/v1/cases", body.into()) };
        Ok(self.api.send(token, call).await?.json)
    }

    async fn assess_case(&self, token: &Token, asked: AssessCase) -> Result<Value, Problem> {
        let path = format!("/v1/cases/{}/assessments", in_path(&asked.case));
        let got = self.api.send(token, Call::post(path, asked.known.said().into())).await?;
        let digest = got.headers.get("assessment-digest").and_then(|v| v.to_str().ok()).unwrap_or_default();
        Ok(json!({ "digest": digest, "assessment": got.json }))
    }

    async fn precedents(&self, token: &Token, like: &Like) -> Result<Value, Problem> {
        let digest = like.assessment.as_ref().map(|digest| format!("assessment={}", in_path(digest)));
        let asked = [digest, like.limit.map(|limit| format!("limit={limit}"))];
        let query = asked.into_iter().flatten().collect::<Vec<_>>().join("&");
        let path = format!("/v1/cases/{}/precedents?{query}", in_path(&like.case));
        Ok(self.api.send(token, Call::get(path)).await?.json)
    }

    async fn grant(&self, token: &Token, wish: Wish) -> Result<Value, Problem> {
        let body = wish.body(wish.approval.clone());
        self.once(token, &wish, "grants", &body.into(), |case| {
            let held = |g: &&Value| wish.is_of(g) && member(g, "state") != "released";
            let grant = case.get("grants")?.as_array()?.iter().find(held)?;
            let of = |name: &str| grant.get(name);
            let given = json!({ "id": of("id"), "option": of("option"), "amount": of("amount"), "cost": of("cost"),
                "fulfil": of("fulfil") });
            Some(before("grant", &given, case))
        })
        .await
    }

    async fn ask(&self, token: &Token, wish: Wish) -> Result<Value, Problem> {
        let Some(words) = &wish.words else {
            return Err(wrong("`words` is missing: say in a sentence why this customer should get it"));
        };
        let look = wish.look.as_deref().unwrap_or("first");
        let body = json!({ "wish": wish.body(None), "words": words, "look": look });
        self.once(token, &wish, "approvals", &body, |case| {
            let waits = |a: &&Value| wish.is_of(a) && member(a, "look") == look && member(a, "state") == "waiting";
            let asked = case.get("approvals")?.as_array()?.iter().find(waits)?;
            let of = |name: &str| asked.get(name);
            let question =
                json!({ "id": of("id"), "person": of("asked_of"), "least": of("least"), "until": of("until") });
            Some(before("approval", &question, case))
        })
        .await
    }

    /// Does something on a case once. With a key the interface itself knows it again; without one the case is read, and it
    /// is done on that version of the case and no other.
    async fn once(
        &self,
        token: &Token,
        wish: &Wish,
        what: &str,
        body: &Value,
        done_before: impl Fn(&Value) -> Option<Value> + Send + Sync,
    ) -> Result<Value, Problem> {
        let path = format!("/v1/cases/{}", in_path(&wish.case));
        let call = Call::post(format!("{path}/{what}"), body.clone());
        if let Some(key) = wish.idempotency_key.clone() {
            return Ok(self.api.send(token, Call { key: Some(key), ..call }).await?.json);
        }
        let mut left = TRIES_MAX;
        loop {
            left -= 1;
            let case = self.api.send(token, Call::get(path.clone())).await?.json;
            if let Some(done) = done_before(&case) {
                return Ok(done);
            }
            let call = Call { version: case.get("version").and_then(Value::as_u64), ..call.clone() };
            match self.api.send(token, call).await {
                Err(problem) if problem.status == 412 && left > 0 => {}
                done => return Ok(done?.json),
            }
        }
    }
}

impl What {
    /// What is known, without where it comes from: on a case, an AI agent's word is a claim in any case.
    fn said(self) -> Map<String, Value> {
        let mut question = Map::new();
        if let Some(facts) = self.facts {
            question.insert("facts".to_owned(), facts.into());
        }
        if let Some(circumstances) = self.circumstances {
            question.insert("circumstances".to_owned(), circumstances.into());
        }
        question
    }

    /// A question of what is known, all of it claimed.
    fn question(self) -> Map<String, Value> {
        let mut question = self.said();
        question.insert("sources".to_owned(), json!({ "*": "claimed" }));
        let told = question.get_mut("circumstances").and_then(Value::as_array_mut);
        for circumstance in told.into_iter().flatten().filter_map(Value::as_object_mut) {
            circumstance.insert("source".to_owned(), "claimed".into());
        }
        question
    }
}

impl Wish {
    fn body(&self, approval: Option<String>) -> Map<String, Value> {
        let (assessment, option) = (Some(self.assessment.clone()), Some(self.option.clone()));
        given([("assessment", assessment), ("option", option), ("amount", self.amount.clone()), ("approval", approval)])
    }

    /// Whether a grant or question of a case is of this.
    fn is_of(&self, of: &Value) -> bool {
        member(of, "assessment") == self.assessment
            && member(of, "option") == self.option
            && self.amount.as_ref().is_none_or(|amount| member(of, "amount") == amount)
    }
}

impl ServerHandler for Agent {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("amends", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::all().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        asked: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tools = tools::all();
        let Some(tool) = tools.iter().find(|tool| tool.name == asked.name) else {
            let known: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
            let says = format!("there is no tool `{}`: {}", asked.name, did_you_mean(&asked.name, &known));
            return Err(ErrorData::invalid_params(says, None));
        };
        let arguments = asked.arguments.unwrap_or_default();
        let known = tools::known(tool);
        let result = if let Some(other) = arguments.keys().find(|name| !known.contains(&name.as_str())) {
            Err(wrong(&format!("`{}` takes no `{other}`: {}", tool.name, did_you_mean(other, &known))))
        } else {
            let brought = context.extensions.get::<Parts>().and_then(|parts| bearer(&parts.headers));
            let token = brought.map(|text| Token(text.to_owned())).or_else(|| self.token.clone());
            match token {
                Some(token) => self.call(&token, &tool.name, arguments.into()).await,
                None => Err(Problem::own(401, "the token is missing", "send it as `Authorization: Bearer TOKEN`")),
            }
        };
        Ok(match result {
            Ok(json) => CallToolResult::structured(json),
            // In words alone: clients hold what is structured against the tool's schema, also where it is an error.
            Err(problem) => CallToolResult::error(vec![ContentBlock::text(words_of(&problem))]),
        }
        .into())
    }
}

/// A problem in words that an agent can act on: its hints name routes, and an agent has tools.
fn words_of(problem: &Problem) -> String {
    let hint = match problem.code() {
        "needs_approval" => "call `ask_approval`, then `grant` with that approval once it is given",
        "yours" => "call `grant`",
        _ => member(&problem.json, "detail"),
    };
    let mut says = member(&problem.json, "title").to_owned();
    if !hint.is_empty() {
        says = format!("{says}: {hint}");
    }
    for error in problem.json.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let of = |name: &str| member(error, name);
        says = format!("{says}\n`{}`: found {}, expected {}", of("path"), of("found"), of("expected"));
    }
    if !problem.code().is_empty() {
        says = format!("{says} (code: {})", problem.code());
    }
    says
}

fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, Problem> {
    serde_json::from_value(arguments).map_err(|e| wrong(&format!("the arguments cannot be read: {e}")))
}

fn wrong(says: &str) -> Problem {
    Problem::own(422, says, "the tool's input schema says what belongs into it")
}

/// The members that are there.
fn given<const N: usize>(members: [(&str, Option<String>); N]) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

/// The answer to what was done before.
fn before(what: &str, of: &Value, case: &Value) -> Value {
    let (id, version) = (case.get("id"), case.get("version"));
    json!({ "case": id, "version": version, "events": 0, "before": true, what: of })
}

/// A text as one part of a path or a query.
fn in_path(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
