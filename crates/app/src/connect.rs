//! Calls to other systems. A connector never decides: it is told what to do, and says what came of it.

pub mod http;
pub mod mail;
pub mod signature;
pub mod webhook;
