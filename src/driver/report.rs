//! `--report-fallback`: which bodies came from rustc because rust-analyzer could not lower them.

use super::diagnostics::json_string;
use super::options::ReportFormat;
use crate::adapter::error::Error;
use crate::adapter::store::Store;
use anyhow::{Context, Result};
use ramir::DefId;
use std::fmt::Write as _;
use std::io::Write as _;

/// The bodies that fell back.
pub enum Fallback {
    Bodies(Vec<Body>),
    /// All of the crate's, for this reason.
    Crate(String),
}

pub struct Body {
    path: String,
    /// `FILE:LINE`, if it is known.
    place: Option<String>,
    reason: String,
}

impl Fallback {
    pub fn of(store: &Store) -> Fallback {
        Fallback::Bodies(store.refused().iter().map(|(def, error)| Body::new(store, *def, error)).collect())
    }

    /// Prints the list to standard error. Nothing fell back: nothing is printed as JSON, and a line that says so as text.
    pub fn print(&self, format: ReportFormat) -> Result<()> {
        let text = match format {
            ReportFormat::Text => self.text(),
            ReportFormat::Json => self.json(),
        };
        std::io::stderr().write_all(text.as_bytes()).context("cannot write the report")
    }

    fn text(&self) -> String {
        match self {
            Fallback::Crate(reason) => format!("fallback: all bodies: {reason}\n"),
            Fallback::Bodies(bodies) if bodies.is_empty() => "fallback: no bodies\n".to_owned(),
            Fallback::Bodies(bodies) => bodies.iter().fold(String::new(), |mut text, Body { path, place, reason }| {
                let place = place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
                // A string takes everything.
                let _ = writeln!(text, "fallback: `{path}`{place}: {reason}");
                text
            }),
        }
    }

    fn json(&self) -> String {
        let line = |body: Option<&str>, place: Option<&str>, reason: &str| {
            let text = |text: Option<&str>| text.map_or("null".to_owned(), json_string);
            let (body, place) = (text(body), text(place));
            format!(
                "{{\"$message_type\":\"fallback\",\"body\":{body},\"place\":{place},\"reason\":{}}}\n",
                json_string(reason)
            )
        };
        match self {
            Fallback::Crate(reason) => line(None, None, reason),
            Fallback::Bodies(bodies) => {
                bodies.iter().map(|body| line(Some(&body.path), body.place.as_deref(), &body.reason)).collect()
            }
        }
    }
}

impl Body {
    fn new(store: &Store, def: DefId, error: &Error) -> Body {
        let span = store.opt_item(def).ok().flatten().map(|item| item.span);
        let place = span.filter(|span| !span.is_dummy()).and_then(|span| {
            let file = store.source_file(span.file)?;
            Some(format!("{}:{}", store.interner().str(file.name), span.line))
        });
        Body { path: store.def_path_str(def), place, reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Fallback};
    use expect_test::expect;

    #[test]
    fn reports_name_the_body_the_place_and_the_reason() {
        let body = |place: Option<&str>| Body {
            path: "a::f".to_owned(),
            place: place.map(str::to_owned),
            reason: "unsupported: a \"b\"".to_owned(),
        };
        let some = Fallback::Bodies(vec![body(Some("a.rs:3")), body(None)]);
        let all = Fallback::Crate("it is gone".to_owned());
        let none = Fallback::Bodies(Vec::new());
        let texts = [&some, &all, &none].map(|fallback| fallback.text() + &fallback.json());
        expect![[r#"
            fallback: `a::f` (a.rs:3): unsupported: a "b"
            fallback: `a::f`: unsupported: a "b"
            {"$message_type":"fallback","body":"a::f","place":"a.rs:3","reason":"unsupported: a \"b\""}
            {"$message_type":"fallback","body":"a::f","place":null,"reason":"unsupported: a \"b\""}
            fallback: all bodies: it is gone
            {"$message_type":"fallback","body":null,"place":null,"reason":"it is gone"}
            fallback: no bodies
        "#]]
        .assert_eq(&texts.concat());
    }
}
