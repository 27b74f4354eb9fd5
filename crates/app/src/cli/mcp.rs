//! `amends mcp`: the tools of an AI agent, over standard input and output.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use rmcp::ServiceExt as _;

use super::{Answer, Outcome, TOKEN_VARIABLE};
use crate::connect::http::{Http, Reach};
use crate::mcp::{Agent, Api, Token};

/// Give an AI agent its tools over standard input and output (Model Context Protocol)
///
/// It speaks to a server that runs, `amends serve BOOK --database FILE`, with the agent's own token, which `amends people
/// add .. --role ai` makes. Programs that speak the protocol over HTTP need no such command: they use /mcp of the server.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The server's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7171")]
    server: String,
    /// A file with the agent's token; without it, the environment's `AMENDS_TOKEN`
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let token = super::token(args.token_file.as_deref())?;
    let token = token.with_context(|| {
        format!("no token is named: give `--token-file FILE`, or set {TOKEN_VARIABLE}; `amends people add` makes one")
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start threads")?;
    runtime.block_on(serve(args.server.trim_end_matches('/'), Token(token)))?;
    // A read of standard input that nothing ends would hold the program.
    runtime.shutdown_background();
    Ok(Answer::good(""))
}

async fn serve(server: &str, token: Token) -> Result<()> {
    // Whoever starts this names the server, and it may well be on their own network.
    let http = Http::new(Reach::Private).context("encryption cannot be set up")?;
    http.allows(server).map_err(|e| anyhow!("--server: {e}"))?;
    let agent = Agent::with(Api::Over(http, server.to_owned()), token).await.map_err(|e| anyhow!(e))?;
    let running =
        agent.serve(rmcp::transport::stdio()).await.context("whoever started this does not speak the protocol")?;
    running.waiting().await.context("the conversation broke off")?;
    Ok(())
}
