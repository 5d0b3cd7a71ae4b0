//! CLIF in a form in which only meaning differs: comments, names by number and settings say nothing.

use std::collections::HashMap;

use regex::Regex;

/// Normalizes one function.
///
/// Comments, settings and aliases go, `nop`s go, and every numbered entity is numbered anew in the order in which it is
/// first mentioned.
pub fn normalize(text: &str) -> anyhow::Result<String> {
    let entity = Regex::new(r"\b(v|block|ss|gv|sig|fn|mt|dt|inst|userextname|const|ex)(\d+)\b")?;
    let external = Regex::new(r"\bu\d+:\d+\b")?;
    let alias = Regex::new(r"^\s*(v\d+) -> (v\d+)\s*$")?;
    let mut aliases: HashMap<String, String> = HashMap::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = match line.find(';') {
            Some(at) => &line[..at],
            None => line,
        }
        .trim_end();
        let word = line.split_whitespace().next().unwrap_or("");
        if matches!(word, "" | "set" | "target" | "nop") {
            continue;
        }
        if let Some(found) = alias.captures(line) {
            aliases.insert(found[1].to_owned(), found[2].to_owned());
            continue;
        }
        // A source position, before what it is the position of.
        let line = line.strip_prefix('@').map_or(line, |rest| rest.split_once(' ').map_or(rest, |(_, rest)| rest));
        lines.push(line.to_owned());
    }
    let resolve = |name: &str| {
        let mut name = name.to_owned();
        // A cycle cannot be: Cranelift refuses one. The bound keeps damaged text from hanging this.
        for _ in 0..aliases.len() {
            match aliases.get(&name) {
                Some(next) => name = next.clone(),
                None => break,
            }
        }
        name
    };
    let mut numbers: HashMap<String, String> = HashMap::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    // Declarations come first in the text but are numbered where code mentions them.
    let (declarations, code): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| is_declaration(line));
    let mut renumber = |line: &str| {
        let line = external.replace_all(line, "u0:0");
        entity
            .replace_all(&line, |found: &regex::Captures<'_>| {
                let name = resolve(&found[0]);
                let kind = found[1].to_owned();
                numbers
                    .entry(name)
                    .or_insert_with(|| {
                        let count = counts.entry(kind.clone()).or_insert(0);
                        *count += 1;
                        format!("{kind}{}", *count - 1)
                    })
                    .clone()
            })
            .into_owned()
    };
    let code: Vec<String> = code.iter().map(|line| renumber(line)).collect();
    let mut declarations: Vec<String> = declarations.iter().map(|line| renumber(line)).collect();
    declarations.sort();
    Ok(declarations.into_iter().chain(code).map(|line| line + "\n").collect())
}

/// `    gv0 = symbol ..`, `    fn0 = ..`, and the like: entities that are not values.
fn is_declaration(line: &str) -> bool {
    let name = line.split_once(" = ").map_or("", |(name, _)| name.trim());
    !name.is_empty() && !name.starts_with('v') && !name.contains([' ', ',', '('])
}

#[cfg(test)]
mod tests {
    use super::normalize;
    use expect_test::expect;

    #[test]
    fn numbering_and_comments_do_not_matter() {
        let ours = "function u0:3(i32) -> i32 system_v {\n    sig2 = (i64) system_v\n    fn7 = u0:9 sig2 ; g\n\nblock0(v4: i32):\n\
                    ; x = 1\n    v9 = iadd_imm v4, 1  ; v4 = 3\n    v10 -> v9\n    call fn7(v10)\n    return v10\n}\n";
        let theirs = "set opt_level=none\ntarget x86_64\n\nfunction u0:7(i32) -> i32 system_v {\n    sig0 = (i64) system_v\n    fn1 = u0:15 sig0\n\n\
                      block0(v0: i32):\n    nop\n    v1 = iadd_imm v0, 1\n    call fn1(v1)\n    return v1\n}\n";
        assert_eq!(normalize(ours).unwrap(), normalize(theirs).unwrap());
        expect![[r#"
                fn0 = u0:0 sig0
                sig0 = (i64) system_v
            function u0:0(i32) -> i32 system_v {
            block0(v0: i32):
                v1 = iadd_imm v0, 1
                call fn0(v1)
                return v1
            }
        "#]]
        .assert_eq(&normalize(ours).unwrap());
    }

    #[test]
    fn another_operation_does() {
        let a = "function u0:0() {\nblock0:\n    v0 = iadd v1, v2\n}\n";
        assert_ne!(normalize(a).unwrap(), normalize(&a.replace("iadd", "isub")).unwrap());
    }
}
