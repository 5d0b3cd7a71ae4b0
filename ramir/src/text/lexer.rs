//! Tokens of the text form.

use super::ParseError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tok<'a> {
    Ident(&'a str),
    /// Digits with whatever letters and fraction follow: `5_usize`, `0x1f`, `1.5e-7_f64`.
    Num(&'a str),
    /// A quoted string with its escapes resolved; not always UTF-8.
    Str(Vec<u8>),
    Char(char),
    Punct(&'static str),
    Eof,
}

impl std::fmt::Display for Tok<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Tok::Ident(s) | Tok::Num(s) => write!(f, "`{s}`"),
            Tok::Str(s) => write!(f, "\"{}\"", s.escape_ascii()),
            Tok::Char(c) => write!(f, "{c:?}"),
            Tok::Punct(s) => write!(f, "`{s}`"),
            Tok::Eof => write!(f, "the end"),
        }
    }
}

/// Longer ones before their prefixes.
const PUNCTS: &[&str] = &[
    "..=", "...", "..", "->", "::", "==", "=>", "'^", "'_", "(", ")", "[", "]", "{", "}", "<", ">", ",", ";", ":", "=",
    "&", "*", "!", "@", "/", "#", "^", ".", "+", "-", "|",
];

pub(super) fn is_ident_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

pub(super) fn is_ident_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The tokens of `text` with their byte offsets; the last is [`Tok::Eof`].
pub(super) fn lex(text: &str) -> Result<Vec<(Tok<'_>, usize)>, ParseError> {
    let mut lexer = Lexer { text, pos: 0 };
    let mut toks = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.pos;
        let tok = lexer.token().map_err(|message| ParseError::at(text, start, message))?;
        let done = tok == Tok::Eof;
        toks.push((tok, start));
        if done {
            return Ok(toks);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    pos: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            if blank > 0 {
                self.pos += blank;
            } else if rest.starts_with("//") {
                self.pos += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn token(&mut self) -> Result<Tok<'a>, String> {
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { return Ok(Tok::Eof) };
        if is_ident_start(first) {
            let len = rest.find(|c| !is_ident_continue(c)).unwrap_or(rest.len());
            self.pos += len;
            return Ok(Tok::Ident(&rest[..len]));
        }
        if first.is_ascii_digit() {
            let len = number_len(rest);
            self.pos += len;
            return Ok(Tok::Num(&rest[..len]));
        }
        if first == '"' {
            self.bump();
            let mut out = Vec::new();
            loop {
                match self.bump() {
                    None => return Err("the string does not end".into()),
                    Some('"') => return Ok(Tok::Str(out)),
                    Some('\\') => self.escape(&mut out)?,
                    Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
            }
        }
        if first == '\'' {
            let escaped = chars.next() == Some('\\');
            if escaped || chars.next() == Some('\'') {
                self.bump();
                let mut out = Vec::new();
                match self.bump() {
                    Some('\\') => self.escape(&mut out)?,
                    Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    None => {}
                }
                let mut inner = std::str::from_utf8(&out).map_err(|e| e.to_string())?.chars();
                return match (inner.next(), self.bump()) {
                    (Some(c), Some('\'')) => Ok(Tok::Char(c)),
                    _ => Err("the character does not end".into()),
                };
            }
        }
        for punct in PUNCTS {
            if rest.starts_with(punct) {
                self.pos += punct.len();
                return Ok(Tok::Punct(punct));
            }
        }
        Err(format!("unexpected character {first:?}"))
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        match self.bump() {
            Some('n') => out.push(b'\n'),
            Some('r') => out.push(b'\r'),
            Some('t') => out.push(b'\t'),
            Some(c @ ('\\' | '"' | '\'')) => out.push(c as u8),
            Some('x') => {
                let digits = self.rest().get(..2).and_then(|s| u8::from_str_radix(s, 16).ok());
                out.push(digits.ok_or("`\\x` wants two hexadecimal digits")?);
                self.pos += 2;
            }
            Some('u') => {
                let digits = self.rest().strip_prefix('{').and_then(|s| s.split_once('}')).map(|(digits, _)| digits);
                let c = digits.and_then(|s| u32::from_str_radix(s, 16).ok()).and_then(char::from_u32);
                let (digits, c) = digits.zip(c).ok_or("`\\u` wants a code point in braces")?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                self.pos += digits.len() + 2;
            }
            _ => return Err("unknown escape".into()),
        }
        Ok(())
    }
}

fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let hex = text.starts_with("0x");
    let mut i = 0;
    loop {
        let c = at(i);
        let exponent = !hex && c == b'-' && at(i - 1) == b'e' && at(i + 1).is_ascii_digit();
        let fraction = c == b'.' && at(i + 1).is_ascii_digit();
        if !(c.is_ascii_alphanumeric() || c == b'_' || exponent || fraction) {
            return i;
        }
        i += 1;
    }
}

/// `s` in double quotes; `lex` gives it back.
pub(super) fn quote(s: &str) -> String {
    let mut out = String::from('"');
    for c in s.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Bytes in double quotes, as ASCII.
pub(super) fn quote_bytes(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.escape_ascii())
}

/// `c` in single quotes, as ASCII.
pub(super) fn quote_char(c: char) -> String {
    match c {
        '\'' | '\\' => format!("'\\{c}'"),
        ' '..='~' => format!("'{c}'"),
        c => format!("'\\u{{{:x}}}'", u32::from(c)),
    }
}
