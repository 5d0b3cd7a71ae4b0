//! Makes the output of a run comparable with the `.run.stdout` and `.run.stderr` files, as compiletest does.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// `directory` is where the test's source is; `custom` are the file's own rules, applied last.
pub fn normalize(output: &[u8], directory: &Path, build: &Path, custom: &[(Regex, String)]) -> String {
    static THREAD_ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"thread '(.*?)' \(\d+\)").ok());
    let mut text = String::from_utf8_lossy(output).replace("\r\n", "\n");
    text = text.replace(&*directory.to_string_lossy(), "$DIR");
    text = text.replace(&*build.to_string_lossy(), "$TEST_BUILD_DIR");
    if let Some(thread_id) = &*THREAD_ID {
        text = thread_id.replace_all(&text, "thread '$1' ($$TID)").into_owned();
    }
    text = text.replace('\t', "\\t");
    for (pattern, replacement) in custom {
        text = pattern.replace_all(&text, replacement.as_str()).into_owned();
    }
    text
}

/// Equality, or equality of the sets of lines where the order of output is not fixed.
pub fn same(actual: &str, expected: &str, by_lines: bool) -> bool {
    if !by_lines {
        return actual == expected;
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    sorted(actual) == sorted(expected)
}
