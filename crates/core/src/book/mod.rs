//! The book: from a folder of texts to rules that can be run.

pub mod asks;
pub mod check;
pub mod format;
pub mod labels;
pub mod model;
mod orders;
pub mod quick;
pub mod read;
pub mod relies;
pub mod rules;
pub mod schema;
pub mod trust;
pub mod yaml;
