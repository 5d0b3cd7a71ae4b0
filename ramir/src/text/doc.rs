//! The part of the text form that is regular: values as `Name { field: value }`, `Name(value)` and `[value]`, broken into
//! lines where they are long, and the macros that print and parse a type of the model from the list of its parts.

use super::ParseError;
use super::parse::Parser;
use super::print::Printer;

/// A printed value before it is broken into lines.
pub(super) enum Doc {
    Leaf(String),
    Struct(&'static str, Vec<(&'static str, Doc)>),
    Tuple(&'static str, Vec<Doc>),
    List(Vec<Doc>),
}

const WIDTH: usize = 100;

impl Doc {
    fn flat(&self, out: &mut String) {
        match self {
            Doc::Leaf(s) => out.push_str(s),
            Doc::Struct(name, fields) => {
                out.push_str(name);
                out.push_str(if name.is_empty() { "{" } else { " {" });
                for (n, (field, value)) in fields.iter().enumerate() {
                    out.push_str(if n == 0 { " " } else { ", " });
                    out.push_str(field);
                    out.push_str(": ");
                    value.flat(out);
                }
                out.push_str(if fields.is_empty() { "}" } else { " }" });
            }
            Doc::Tuple(name, parts) => {
                out.push_str(name);
                if let [part @ Doc::Struct("", _)] = parts.as_slice() {
                    out.push(' ');
                    part.flat(out);
                } else if !parts.is_empty() {
                    flat_list(out, ["(", ")"], parts);
                }
            }
            Doc::List(parts) => flat_list(out, ["[", "]"], parts),
        }
    }

    /// Appends the value; lines after the first start at `indent`.
    pub(super) fn render(&self, indent: usize, out: &mut String) {
        let start = out.len();
        self.flat(out);
        if indent + (out.len() - start) <= WIDTH {
            return;
        }
        if let Doc::Leaf(_) = self {
            return;
        }
        out.truncate(start);
        match self {
            Doc::Leaf(_) => {}
            Doc::Struct(name, fields) => {
                out.push_str(name);
                out.push_str(if name.is_empty() { "{" } else { " {" });
                for (field, value) in fields {
                    new_line(out, indent + 4);
                    out.push_str(field);
                    out.push_str(": ");
                    value.render(indent + 4, out);
                    out.push(',');
                }
                new_line(out, indent);
                out.push('}');
            }
            Doc::Tuple(name, parts) => {
                out.push_str(name);
                if let [part @ Doc::Struct("", _)] = parts.as_slice() {
                    out.push(' ');
                    part.render(indent, out);
                } else if !parts.is_empty() {
                    broken_list(out, indent, ["(", ")"], parts);
                }
            }
            Doc::List(parts) => broken_list(out, indent, ["[", "]"], parts),
        }
    }
}

fn flat_list(out: &mut String, [open, close]: [&str; 2], parts: &[Doc]) {
    out.push_str(open);
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        part.flat(out);
    }
    out.push_str(close);
}

fn broken_list(out: &mut String, indent: usize, [open, close]: [&str; 2], parts: &[Doc]) {
    out.push_str(open);
    for part in parts {
        new_line(out, indent + 4);
        part.render(indent + 4, out);
        out.push(',');
    }
    new_line(out, indent);
    out.push_str(close);
}

fn new_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// A part of the model that the text form can hold: what is printed parses back to an equal value.
pub(super) trait Text: Sized {
    fn print(&self, p: &Printer<'_>) -> Doc;
    fn parse(p: &mut Parser<'_>) -> Result<Self, ParseError>;

    /// The value of a field that is left out; `None` if it may not be.
    fn absent() -> Option<Self> {
        None
    }

    fn is_absent(&self) -> bool {
        false
    }

    /// Whether a field with this value is not printed.
    fn is_left_out(&self, _: &Printer<'_>) -> bool {
        self.is_absent()
    }
}

/// A value that is one word.
pub(super) trait Word: Copy + 'static {
    fn word(self) -> &'static str;
    fn from_word(word: &str) -> Option<Self>;
}

/// Enums without fields: printed as the variant's name. `= Variant` names the one that may be left out.
macro_rules! words {
    ($($name:ident $(= $default:ident)? { $($variant:ident),* $(,)? })*) => {$(
        impl Word for $name {
            fn word(self) -> &'static str {
                match self { $($name::$variant => stringify!($variant),)* }
            }
            fn from_word(word: &str) -> Option<Self> {
                match word { $(stringify!($variant) => Some($name::$variant),)* _ => None }
            }
        }
        impl Text for $name {
            fn print(&self, _: &Printer<'_>) -> Doc {
                Doc::Leaf(self.word().to_owned())
            }
            fn parse(p: &mut Parser<'_>) -> std::result::Result<Self, ParseError> {
                p.word()
            }
            $(
                fn absent() -> Option<Self> {
                    Some($name::$default)
                }
                fn is_absent(&self) -> bool {
                    *self == $name::$default
                }
            )?
        }
    )*};
}

/// The fields of a struct or struct variant: parsed in any order, left out where they have an absent value.
macro_rules! parse_fields {
    ($p:ident, $($field:ident),*) => {
        $(let mut $field = None;)*
        $p.expect("{")?;
        while !$p.eat("}") {
            let at = $p.pos();
            match $p.ident()? {
                $(stringify!($field) => {
                    $p.expect(":")?;
                    $field = Some(Text::parse($p)?);
                })*
                other => return Err($p.error_at(at, format!("unknown field `{other}`"))),
            }
            if !$p.eat(",") {
                $p.expect("}")?;
                break;
            }
        }
        $(let $field = match $field.or_else(Text::absent) {
            Some(value) => value,
            None => return Err($p.error(concat!("field `", stringify!($field), "` is missing"))),
        };)*
    };
}

macro_rules! structs {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Text for $name {
            fn print(&self, p: &Printer<'_>) -> Doc {
                let mut fields = Vec::new();
                $(if !self.$field.is_left_out(p) {
                    fields.push((stringify!($field), self.$field.print(p)));
                })*
                Doc::Struct("", fields)
            }
            fn parse(p: &mut Parser<'_>) -> std::result::Result<Self, ParseError> {
                parse_fields!(p, $($field),*);
                Ok($name { $($field),* })
            }
            fn absent() -> Option<Self> {
                Some($name { $($field: Text::absent()?),* })
            }
            fn is_absent(&self) -> bool {
                $(self.$field.is_absent())&&*
            }
        }
    )*};
}

macro_rules! print_variant {
    ($p:ident, $variant:ident) => {{
        let _ = $p;
        Doc::Leaf(stringify!($variant).to_owned())
    }};
    ($p:ident, $variant:ident ($($part:ident),*)) => {
        Doc::Tuple(stringify!($variant), vec![$($part.print($p)),*])
    };
    ($p:ident, $variant:ident {$($field:ident),*}) => {{
        let mut fields = Vec::new();
        $(if !$field.is_left_out($p) {
            fields.push((stringify!($field), $field.print($p)));
        })*
        Doc::Struct(stringify!($variant), fields)
    }};
}

/// Enums with fields. Parts of tuple variants are given any names.
macro_rules! enums {
    ($($name:ident { $($variant:ident $(($($part:ident),*))? $({$($field:ident),*})?),* $(,)? })*) => {$(
        impl Text for $name {
            fn print(&self, p: &Printer<'_>) -> Doc {
                match self {
                    $($name::$variant $(($($part),*))? $({$($field),*})? => {
                        print_variant!(p, $variant $(($($part),*))? $({$($field),*})?)
                    })*
                }
            }
            fn parse(p: &mut Parser<'_>) -> std::result::Result<Self, ParseError> {
                let at = p.pos();
                match p.ident()? {
                    $(stringify!($variant) => {
                        $(
                            let brackets = !p.at("{");
                            if brackets {
                                p.expect("(")?;
                            }
                            $(
                                let $part = Text::parse(p)?;
                                if brackets {
                                    p.eat(",");
                                }
                            )*
                            if brackets {
                                p.expect(")")?;
                            }
                        )?
                        $(parse_fields!(p, $($field),*);)?
                        Ok($name::$variant $(($($part),*))? $({$($field),*})?)
                    })*
                    other => Err(p.error_at(at, format!(concat!("`{}` is no ", stringify!($name)), other))),
                }
            }
        }
    )*};
}

pub(super) use {enums, parse_fields, print_variant, structs, words};
