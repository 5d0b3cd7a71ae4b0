//! `config.txt`: one `suite.NAME` a line switches a suite on; what is behind a `#` is off.

use anyhow::{Context as _, bail};

use super::Suite;
use crate::context::Context;

pub fn suites(cx: &Context) -> anyhow::Result<Vec<Suite>> {
    let path = cx.root.join("config.txt");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("in {}", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Vec<Suite>> {
    let mut suites = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let known = line.strip_prefix("suite.").and_then(|name| Suite::ALL.into_iter().find(|suite| suite.name() == name));
        match known {
            Some(suite) => suites.push(suite),
            None => bail!("line {}: unknown entry `{line}`", number + 1),
        }
    }
    Ok(suites)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::suites::Suite;

    #[test]
    fn comments_switch_off() {
        let suites = parse("# all\nsuite.ui\n#suite.unit\nsuite.examples # table\n").unwrap();
        assert!(suites == [Suite::Ui, Suite::Examples]);
    }

    #[test]
    fn unknown_entries_are_named() {
        let error = parse("suite.ui\nsuite.iu\n").err().unwrap();
        assert_eq!(error.to_string(), "line 2: unknown entry `suite.iu`");
    }
}
