//! rac's own messages, in rustc's form. The messages of rustc's front end are printed by the front end itself.

use super::options::Color;
use std::io::{IsTerminal, Write};

pub struct Diagnostics {
    color: bool,
    json: bool,
}

impl Default for Diagnostics {
    fn default() -> Self {
        Diagnostics::new(Color::Auto, None)
    }
}

impl Diagnostics {
    /// `error_format` is the value of `--error-format`.
    pub fn new(color: Color, error_format: Option<&str>) -> Diagnostics {
        let json = error_format == Some("json");
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        Diagnostics { color: color && !json, json }
    }

    pub fn error(&self, message: &str) {
        self.emit("error", "\x1b[1;91m", message);
    }

    pub fn warning(&self, message: &str) {
        self.emit("warning", "\x1b[1;93m", message);
    }

    /// Tells that an output is there, in the form that `--json=artifacts` asks for; `emit` is what `--emit` calls it.
    pub fn artifact(&self, path: &std::path::Path, emit: &str) {
        let path = json_string(&path.to_string_lossy());
        // As above.
        let _ =
            writeln!(std::io::stderr().lock(), r#"{{"$message_type":"artifact","artifact":{path},"emit":"{emit}"}}"#);
    }

    fn emit(&self, level: &str, color: &str, message: &str) {
        let mut err = std::io::stderr().lock();
        // Standard error that cannot be written to leaves only the exit code.
        let _ = if self.json {
            let quoted = json_string(message);
            let rendered = json_string(&format!("{level}: {message}\n\n"));
            writeln!(
                err,
                r#"{{"$message_type":"diagnostic","message":{quoted},"code":null,"level":"{level}","spans":[],"children":[],"rendered":{rendered}}}"#
            )
        } else if self.color {
            writeln!(err, "{color}{level}\x1b[0m\x1b[1m: {message}\x1b[0m\n")
        } else {
            writeln!(err, "{level}: {message}\n")
        };
    }
}

pub fn json_string(s: &str) -> String {
    let mut out = String::from('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn json_strings_are_escaped() {
        assert_eq!(super::json_string("a\"b\\\n\u{1}"), r#""a\"b\\\n\u0001""#);
    }
}
