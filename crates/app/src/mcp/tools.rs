//! What the tools are called, what they take and give, and what they say of themselves.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

/// What an agent should know before it calls anything.
pub const INSTRUCTIONS: &str = "\
Amends says what a business may do for a customer: what the rule says and why, how far outside it a request is, what you \
may give by yourself, who can say yes, and what nobody may do. \
To help a customer: `open_case`, then `assess_case` with what you know. Give an option that is yours with `grant`; for one \
that needs someone above you, `ask_approval`, read the answer with `case_status`, and then `grant` with that approval. \
What you say of a customer counts as a claim, until a system or a person confirms it. A case that came in by a system has its \
facts already: assess it without any. An option's `relies_on` names what is only claimed or said behind it, and `yours_if` what \
would make it yours: look that up, or ask a person with `ask_approval`. Never promise anything before `grant` has answered. An \
error says what to do next; calling the same tool \
again with the same arguments gives nothing twice.";

/// What a tool does to the world.
enum Does {
    Reads,
    /// It adds to what is there, and a repeated call adds nothing.
    AddsOnce,
    /// It adds to what is there with each call, unless `idempotency_key` says that it is the same.
    Adds,
}

/// Every tool.
pub fn all() -> Vec<Tool> {
    vec![assess(), open_case(), assess_case(), grant(), ask_approval(), case_status(), precedents()]
}

fn assess() -> Tool {
    tool(
        "assess",
        "Look up what may be done",
        "Answers a question without keeping anything: the rule and its reason, how far inside or outside each line the \
         request is, the options with amount, cost and who may grant them, what is barred for everyone, and which missing \
         facts would still change the answer. Use it to advise. To give something, use `open_case` and `assess_case`.",
        &Does::Reads,
        &object(
            &["request"],
            &json!({
                "request": text("What the customer wants: a kind of request of the book, such as `price_adjustment`."),
                "facts": facts(),
                "circumstances": circumstances(),
                "asked": text("When the customer first asked, such as 2026-11-16T18:04:00-05:00. Default: now."),
            }),
        ),
        &object(&["assessment"], &json!({ "assessment": assessment() })),
    )
}

fn open_case() -> Tool {
    tool(
        "open_case",
        "Open a case",
        "Opens a case for one customer's request; you own it. Its id is `case` of the answer.",
        &Does::Adds,
        &object(
            &["request"],
            &json!({
                "request": text("What the customer wants: a kind of request of the book."),
                "customer": text("The customer's id in the shop's system. Without one, or with one that the shop has never heard of, you give nothing that is limited for each customer."),
                "asked": text("First contact. Default: now. An earlier one counts as your claim."),
                "idempotency_key": key("opens no second case"),
            }),
        ),
        &done(),
    )
}

fn assess_case() -> Tool {
    tool(
        "assess_case",
        "Assess a case",
        "Assesses a case of yours and keeps the assessment on it. `digest` of the answer names it: give it to `grant` and \
         `ask_approval`, with the `id` of one of its options. Assess again when you learn more. \
         Facts that the case has already stay: leave them out. What you say otherwise than a system or a person did is not taken, and \
         the assessment names it under `not_taken`.",
        &Does::Adds,
        &object(
            &["case"],
            &json!({
                "case": case(),
                "facts": facts(),
                "circumstances": circumstances(),
            }),
        ),
        &object(
            &["digest", "assessment"],
            &json!({
                "digest": text("Names the assessment."),
                "assessment": assessment(),
            }),
        ),
    )
}

fn grant() -> Tool {
    tool(
        "grant",
        "Give an option",
        "Gives an option of an assessment, within your own limits and budgets, or with an approval. What is reserved is \
         then made real by the shop's systems or its people, once. The same option of the same assessment is given once: \
         calling it again gives the first answer, with `before: true`. With the code `needs_approval`, use `ask_approval`.",
        &Does::AddsOnce,
        &object(
            &["case", "assessment", "option"],
            &json!({
                "case": case(),
                "assessment": text("`digest` of `assess_case`."),
                "option": text("`id` of the option."),
                "amount": text("How much, such as `20.00 USD`, where the option leaves a choice. Default: what was approved, else the option's own."),
                "approval": text("The approval it relies on: `approval.id` of `ask_approval`, once `case_status` shows it as given."),
                "idempotency_key": key("gives the first answer"),
            }),
        ),
        &done(),
    )
}

fn ask_approval() -> Tool {
    tool(
        "ask_approval",
        "Ask someone with authority",
        "Asks the nearest person who may say yes and is there; where nobody is, `person` is null and the customer is to be \
         called back by `until`. Nothing is given by it. While a question waits, asking the same again gives it back, with \
         `before: true`. Read the answer with `case_status`.",
        &Does::AddsOnce,
        &object(
            &["case", "assessment", "option", "words"],
            &json!({
                "case": case(),
                "assessment": text("`digest` of `assess_case`."),
                "option": text("`id` of the option."),
                "amount": text("How much, where the option leaves a choice."),
                "words": text("What they should know: why this customer, in a sentence or two."),
                "look": json!({ "type": "string", "enum": ["first", "second"],
                    "description": "`second` is the one appeal after a no, to someone higher who was not in it. Default: `first`." }),
                "idempotency_key": key("gives the first answer"),
            }),
        ),
        &done(),
    )
}

fn case_status() -> Tool {
    tool(
        "case_status",
        "Read a case",
        "Shows a case that you own or took part in: its assessments, questions and their answers, grants and how far each \
         is made real.",
        &Does::Reads,
        &object(&["case"], &json!({ "case": case() })),
        &object(
            &["id", "state", "version"],
            &json!({
                "id": text("The case."),
                "state": text("`open`, `settled`, `declined` or `lapsed`."),
                "version": json!({ "type": "integer" }),
                "owner": json!({ "type": "object" }),
                "assessments": list(),
                "approvals": list(),
                "grants": list(),
            }),
        ),
    )
}

fn precedents() -> Tool {
    tool(
        "precedents",
        "See what was decided before",
        "Shows decisions on requests like that of a case: of the same policy, whose same terms fail, the nearest first, with \
         the median of what was given. They say what is usual, and permit nothing: what you may give is in the assessment.",
        &Does::Reads,
        &object(
            &["case"],
            &json!({
                "case": case(),
                "assessment": text("`digest` of `assess_case`. Default: the latest."),
                "limit": json!({ "type": "integer", "minimum": 1, "maximum": 100, "description": "How many. Default: 20." }),
            }),
        ),
        &object(
            &["policy", "given", "declined", "precedents"],
            &json!({
                "policy": text("The policy."),
                "past": list(),
                "given": json!({ "type": "integer", "description": "How many of these were given." }),
                "declined": json!({ "type": "integer", "description": "How many of these were declined." }),
                "median_amount": json!({ "type": ["string", "null"], "description": "The median of the amounts that were given." }),
                "median_cost": json!({ "type": ["string", "null"], "description": "The median of what they cost the business." }),
                "precedents": list(),
            }),
        ),
    )
}

fn tool(name: &'static str, title: &str, says: &'static str, does: &Does, takes: &Value, gives: &Value) -> Tool {
    let hints = ToolAnnotations::with_title(title)
        .read_only(matches!(does, Does::Reads))
        // What was given can be taken back by people only.
        .destructive(false)
        .idempotent(matches!(does, Does::Reads | Does::AddsOnce))
        .open_world(false);
    let schema = |value: &Value| Arc::new(value.as_object().cloned().unwrap_or_default());
    Tool::new(name, says, schema(takes)).with_raw_output_schema(schema(gives)).with_title(title).with_annotations(hints)
}

fn object(required: &[&str], properties: &Value) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

fn text(says: &str) -> Value {
    json!({ "type": "string", "description": says })
}

fn case() -> Value {
    text("The case's id: `case` of `open_case`.")
}

fn key(then: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 200,
        "description": format!("New for each thing you mean to do: a repeated call with the same key {then}.") })
}

fn facts() -> Value {
    json!({ "type": "object", "description": "What you know, as the book declares it, such as \
        {\"customer\": {\"id\": \"c_1001\"}, \"item\": {\"price\": \"299.00 USD\"}}. They count as your claims." })
}

fn circumstances() -> Value {
    json!({ "type": "array", "items": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
        "description": "What happened to the customer that the book knows, such as [{\"id\": \"illness\"}]." })
}

fn assessment() -> Value {
    json!({ "type": "object", "description": "The assessment: `standing`, `lines`, `options`, `barred`, `missing` and what to say." })
}

fn list() -> Value {
    json!({ "type": "array", "items": { "type": "object" } })
}

fn done() -> Value {
    let maybe = |properties: &Value| json!({ "type": "object", "properties": properties });
    object(
        &["case", "version", "events"],
        &json!({
            "case": text("The case."),
            "version": json!({ "type": "integer", "description": "Its version now." }),
            "events": json!({ "type": "integer", "description": "What came of it: 0 where it was done before." }),
            "before": json!({ "type": "boolean", "description": "Whether it was done by a call before this one." }),
            "grant": maybe(&json!({ "id": text("The grant."), "option": text("The option."), "cost": text("What it costs the business."),
                "fulfil": text("`by_hand` or `by_connector`.") })),
            "approval": maybe(&json!({ "id": text("The question."), "least": text("The lowest role that may answer."),
                "until": text("Until when they answer, or the customer is called back, in UTC.") })),
        }),
    )
}

/// The members of a tool's arguments that it knows.
pub fn known(tool: &Tool) -> Vec<&str> {
    let properties = tool.input_schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(Map::keys).map(String::as_str).collect()
}
