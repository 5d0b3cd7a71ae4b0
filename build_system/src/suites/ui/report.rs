//! What became of each file: outcomes, the JSON report, the exclusion list, and failures grouped by their reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context as _, bail};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::directives::Mode;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passed,
    CompileError,
    CompileCrash,
    CompileTimeout,
    RunError,
    RunCrash,
    RunTimeout,
    WrongOutput,
}

impl Outcome {
    pub fn describe(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::CompileError => "compiler: error",
            Outcome::CompileCrash => "compiler: crash",
            Outcome::CompileTimeout => "compiler: time limit",
            Outcome::RunError => "program: error",
            Outcome::RunCrash => "program: crash",
            Outcome::RunTimeout => "program: time limit",
            Outcome::WrongOutput => "program: wrong output",
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub struct TestResult {
    /// The file's path, and `#REVISION`.
    pub path: String,
    pub mode: Mode,
    /// It has one crate and no revision.
    pub simple: bool,
    pub outcome: Outcome,
    /// The first line that says what went wrong, of a flaky test the time that it failed; empty when nothing did.
    pub reason: String,
    /// The end of what the compiler or the program wrote to stderr.
    pub stderr: String,
    pub compile_seconds: f64,
    pub run_seconds: f64,
    /// It ran twice and passed once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
}

impl TestResult {
    /// Takes into account how the same test ended before.
    pub fn note_first(&mut self, first: TestResult) {
        self.flaky = (self.outcome == Outcome::Passed) != (first.outcome == Outcome::Passed);
        if self.outcome == Outcome::Passed {
            self.reason = first.reason;
            self.stderr = first.stderr;
        }
    }

    /// A line for the exclusion list, for a person to shorten.
    pub fn exclusion_line(&self) -> String {
        let reason = match (self.outcome, self.reason.as_str()) {
            (Outcome::CompileError, reason) if !reason.is_empty() => reason.to_owned(),
            (outcome, reason) => format!("{}: {reason}", outcome.describe()),
        };
        format!("{}  {}", self.path, reason.trim_end_matches([':', ' ']))
    }
}

#[derive(Serialize, Deserialize)]
pub struct Report {
    pub compiler: String,
    pub passed: usize,
    pub failed: usize,
    pub excluded: usize,
    pub tests: Vec<TestResult>,
}

impl Report {
    pub fn read(path: &Path) -> anyhow::Result<Report> {
        let text = fs::read(path).with_context(|| format!("cannot read {}: run the whole suite first", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is no report of this version: run the whole suite", path.display()))
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let temporary = path.with_extension("json.tmp");
        let text = serde_json::to_vec_pretty(self).context("cannot format the report")?;
        fs::write(&temporary, text).with_context(|| format!("cannot write {}", temporary.display()))?;
        fs::rename(&temporary, path).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The files that are known to fail, each with its reason: `PATH  REASON` lines, `#` begins a comment.
pub fn read_exclusions(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse_exclusions(&text).with_context(|| format!("in {}", path.display()))
}

fn parse_exclusions(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut exclusions = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((path, reason)) = line.split_once(char::is_whitespace) else {
            bail!("line {}: {line} has no reason", number + 1);
        };
        if exclusions.insert(path.to_owned(), reason.trim().to_owned()).is_some() {
            bail!("line {}: {path} is listed twice", number + 1);
        }
    }
    Ok(exclusions)
}

/// The line of stderr that tells most: a panic's message, else the first error, else the first line.
pub fn first_reason(stderr: &str) -> String {
    let mut lines = stderr.lines();
    while let Some(line) = lines.next() {
        if line.contains("panicked at") {
            let message = lines.next().unwrap_or_default();
            return format!("panic: {} ({})", message.trim(), line.split("panicked at ").last().unwrap_or_default());
        }
        if line.starts_with("error") {
            return line.trim().to_owned();
        }
    }
    stderr.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
}

/// Failures that read alike, most frequent first: the common reason and the files.
pub fn group<'a>(results: impl Iterator<Item = &'a TestResult>) -> Vec<(String, Vec<&'a str>)> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for result in results {
        let key = format!("{}: {}", result.outcome.describe(), common_part(&result.reason));
        groups.entry(key).or_default().push(&result.path);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    groups
}

/// A reason without what differs from file to file: paths, positions, numbers, the function that it was met in.
fn common_part(reason: &str) -> String {
    static PARTS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r" (?:in|while compiling|in function|of function) (?:fn |function )?`.*$", ""),
            (r"(?:/[\w.+@-]+)+/([\w.-]+\.rs)", "$1"),
            (r"\b[\w-]+\.rs:\d+(?::\d+)?", "FILE"),
            (r"\b_R[A-Za-z0-9_]{8,}", "SYMBOL"),
            (r"\b0x[0-9a-f]+\b", "N"),
            (r"\b\d+\b", "N"),
        ]
        .into_iter()
        .filter_map(|(pattern, replacement)| Some((Regex::new(pattern).ok()?, replacement)))
        .collect()
    });
    let mut text = reason.to_owned();
    for (pattern, replacement) in PARTS.iter() {
        text = pattern.replace_all(&text, *replacement).into_owned();
    }
    let mut end = text.len().min(160);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::{Mode, Outcome, TestResult, common_part, first_reason, parse_exclusions};

    fn result(outcome: Outcome, reason: &str) -> TestResult {
        TestResult {
            path: "a/b.rs".to_owned(),
            mode: Mode::RunPass,
            simple: true,
            outcome,
            reason: reason.to_owned(),
            stderr: String::new(),
            compile_seconds: 0.0,
            run_seconds: 0.0,
            flaky: false,
        }
    }

    #[test]
    fn flaky_tests_keep_their_failure() {
        let failed = || result(Outcome::RunCrash, "SIGSEGV");
        let passed = || result(Outcome::Passed, "");
        let cases = [(failed(), passed()), (passed(), failed()), (failed(), failed()), (passed(), passed())];
        let seen = cases.map(|(first, mut second)| {
            second.note_first(first);
            (second.flaky, second.reason)
        });
        let expected = [(true, "SIGSEGV"), (true, "SIGSEGV"), (false, "SIGSEGV"), (false, "")];
        assert_eq!(seen, expected.map(|(flaky, reason)| (flaky, reason.to_owned())));
    }

    #[test]
    fn exclusion_lines_can_be_read_back() {
        let line = |outcome, reason| result(outcome, reason).exclusion_line();
        assert_eq!(line(Outcome::CompileError, "error: no `x`"), "a/b.rs  error: no `x`");
        assert_eq!(line(Outcome::RunCrash, "SIGSEGV"), "a/b.rs  program: crash: SIGSEGV");
        assert_eq!(line(Outcome::RunTimeout, ""), "a/b.rs  program: time limit");
        assert!(parse_exclusions(&line(Outcome::RunTimeout, "")).unwrap().contains_key("a/b.rs"));
    }

    #[test]
    fn reasons() {
        assert_eq!(first_reason("warning: w\nerror: unsupported thing\nmore"), "error: unsupported thing");
        assert_eq!(
            first_reason("\nthread 'main' (7) panicked at src/a.rs:3:4:\nno such local\nnote: x"),
            "panic: no such local (src/a.rs:3:4:)"
        );
        assert_eq!(first_reason("ld.lld: undefined\n"), "ld.lld: undefined");
    }

    #[test]
    fn alike_reasons_are_one() {
        assert_eq!(
            common_part("error: unsupported intrinsic `simd_add` in `foo::<i32>` (/a/b/x.rs:3:4)"),
            "error: unsupported intrinsic `simd_add`"
        );
        assert_eq!(common_part("panic: index 3 of 4 (/w/src/base.rs:3:4:)"), "panic: index N of N (FILE:)");
    }

    #[test]
    fn exclusions_need_a_reason() {
        assert!(parse_exclusions("# group\na/b.rs  no such feature\n").unwrap().contains_key("a/b.rs"));
        assert_eq!(parse_exclusions("\na/b.rs\n").unwrap_err().to_string(), "line 2: a/b.rs has no reason");
        assert_eq!(parse_exclusions("a x\na y\n").unwrap_err().to_string(), "line 2: a is listed twice");
    }
}
