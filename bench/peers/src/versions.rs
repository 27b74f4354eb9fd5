//! The versions that were really built, as `Cargo.lock` has them.

const LOCK: &str = include_str!("../Cargo.lock");

/// The version of `package` in the lock file; a dash if it is not there.
pub fn version_of(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"");
    LOCK.lines()
        .skip_while(|line| *line != name)
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \""))
        .and_then(|line| line.strip_suffix('"'))
        .unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_knows_this_crate() {
        assert_eq!(version_of("amends-bench-peers"), env!("CARGO_PKG_VERSION"));
        assert_eq!(version_of("no-such-crate"), "-");
    }
}
