//! `zen-engine`: whole decision graphs of `GoRules`, with the policy in an expression node or in a decision table.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use anyhow::Result;
use serde_json::{Value, json};
use zen_engine::Decision;
use zen_engine::model::GraphContent;
use zen_expression::Variable;

use crate::engine::{Engine, Verdict};
use crate::zen_expression::POLICY;

/// A decision graph from its input node to its output node, compiled beforehand.
pub struct ZenEngine {
    name: &'static str,
    decision: Decision,
}

impl ZenEngine {
    /// A graph whose one node is the policy as an expression.
    pub fn with_expression() -> Result<Self> {
        Self::new("zen-engine, expression node", &expression_graph().to_string())
    }

    /// A graph whose one node is the policy as a decision table.
    pub fn with_table() -> Result<Self> {
        Self::new("zen-engine, decision table", include_str!("../policies/return.table.json"))
    }

    fn new(name: &'static str, graph: &str) -> Result<Self> {
        let mut content: GraphContent = serde_json::from_str(graph)?;
        content.compile();
        Ok(Self { name, decision: Decision::from(Arc::new(content)) })
    }
}

impl Engine for ZenEngine {
    type Prepared<'t> = Variable;

    fn name(&self) -> &'static str {
        self.name
    }

    fn package(&self) -> &'static str {
        "zen-engine"
    }

    fn prepare(&self, text: &str) -> Result<Variable> {
        Ok(serde_json::from_str(text)?)
    }

    fn decide(&mut self, facts: &Variable) -> Verdict {
        let response = finish(self.decision.evaluate(facts.clone()));
        let allowed = response
            .and_then(Result::ok)
            .and_then(|response| response.result.dot("allowed"))
            .and_then(|allowed| allowed.as_bool());
        Verdict::of_answer(allowed)
    }
}

/// The result of a future that has nothing to wait for, as no graph here calls out: one poll, no runtime to pay for.
fn finish<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn expression_graph() -> Value {
    json!({
        "nodes": [
            { "id": "input", "type": "inputNode", "name": "Request" },
            {
                "id": "expression",
                "type": "expressionNode",
                "name": "Return",
                "content": { "expressions": [{ "id": "allowed", "key": "allowed", "value": POLICY }] },
            },
            { "id": "output", "type": "outputNode", "name": "Response" },
        ],
        "edges": [
            { "id": "in", "sourceId": "input", "targetId": "expression", "type": "edge" },
            { "id": "out", "sourceId": "expression", "targetId": "output", "type": "edge" },
        ],
    })
}
