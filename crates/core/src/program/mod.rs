//! Expressions: from text to a flat program over registers, and its run on one case.
//!
//! [`parse`] reads CEL through a library's parser, [`typed`] gives every node its type,
//! [`compile`] lays the nodes out as straight-line code, [`run`] executes it. Nothing jumps: a
//! missing value is a value, so `&&`, `||` and `?:` absorb it after both sides were computed, and
//! the work of a program is known when it is checked.

mod behind;
mod calls;
pub mod compile;
pub mod functions;
pub mod infer;
pub mod kinship;
pub mod names;
pub mod op;
mod operators;
pub mod parse;
pub mod run;
pub mod show;
pub mod single;
mod text_calls;
pub mod typed;
mod val;
pub mod words;
