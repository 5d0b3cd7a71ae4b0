//! `--emit dep-info`: the files that a crate is made from, as rules for make.
//!
//! rustc's front end writes the rules (`rustc_interface::passes::write_out_deps`), for the outputs that it was told of; here they are
//! made to speak of the crate's own.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Reads the rules that the front end wrote, and gives those for `outputs`. `None`: it came to no rules.
pub fn read(path: &Path, outputs: &[PathBuf]) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(with_outputs(&text, outputs))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("cannot read what the crate is made from"),
    }
}

/// The rules of `text` with other targets. A rule has its line and an empty one after it; what follows the rules is kept: a line for
/// each file that says no more than that there is one, and comments.
fn with_outputs(text: &str, outputs: &[PathBuf]) -> String {
    let mut lines = text.lines().peekable();
    let mut files = "";
    while let Some((_, rule)) = lines.peek().and_then(|line| line.split_once(": ")) {
        files = rule;
        lines.nth(1);
    }
    let mut rules: String = outputs.iter().map(|output| format!("{}: {files}\n\n", output.display())).collect();
    for line in lines {
        rules += line;
        rules.push('\n');
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::with_outputs;
    use expect_test::expect;

    #[test]
    fn rules_get_the_crates_own_outputs() {
        let text = "/tmp/x.rmeta: src/lib.rs src/a\\ b.rs\n\n/tmp/x.d: src/lib.rs src/a\\ b.rs\n\nsrc/lib.rs:\nsrc/a\\ b.rs:\n\n# env-dep:A=b: c\n";
        expect![[r#"
            out/libx.rlib: src/lib.rs src/a\ b.rs

            x.d: src/lib.rs src/a\ b.rs

            src/lib.rs:
            src/a\ b.rs:

            # env-dep:A=b: c
        "#]]
        .assert_eq(&with_outputs(text, &["out/libx.rlib".into(), "x.d".into()]));
    }
}
