//! Amends: informed exceptions for the front line of customer service.
fn main() {}
