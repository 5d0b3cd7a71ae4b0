//! A procedural macro of each kind, of nothing but the compiler's own crate.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// `fn fields() -> &'static [&'static str]`, and `NAME`, which is the type's unless `#[fields(NAME)]` says another one.
#[proc_macro_derive(Fields, attributes(fields))]
pub fn fields(item: TokenStream) -> TokenStream {
    let mut tokens = item.into_iter();
    let (mut name, mut said, mut names) = (None, None, Vec::new());
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => said = said.or(inner(&group)),
            TokenTree::Ident(word) if word.to_string() == "struct" => name = tokens.next(),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => names = field_names(group.stream()),
            _ => {}
        }
    }
    let name = name.expect("a struct");
    let said = said.unwrap_or(name.to_string());
    format!(
        "impl {name} {{
            pub const NAME: &'static str = {said:?};
            pub fn fields() -> &'static [&'static str] {{ &{names:?} }}
        }}"
    )
    .parse()
    .expect("an impl")
}

/// What stands in `fields(...)`.
fn inner(attribute: &Group) -> Option<String> {
    let mut tokens = attribute.stream().into_iter();
    match (tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(name), TokenTree::Group(group)) if name.to_string() == "fields" => {
            Some(group.stream().to_string())
        }
        _ => None,
    }
}

/// The words that a single colon follows.
fn field_names(fields: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = fields.into_iter().collect();
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let mut names = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if matches!(token, TokenTree::Ident(_)) && is_colon(tokens.get(i + 1)) && !is_colon(tokens.get(i + 2)) {
            names.push(token.to_string());
        }
    }
    names
}

/// Has a function print its name, and what stands in the attribute, when it is called.
#[proc_macro_attribute]
pub fn traced(note: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let name = tokens.iter().skip_while(|token| token.to_string() != "fn").nth(1).expect("a function").to_string();
    let Some(TokenTree::Group(body)) = tokens.pop() else { panic!("a function has a body") };
    let note = note.to_string();
    let mut traced: TokenStream = format!("println!(\"{{}} {{}}\", {name:?}, {note:?});").parse().unwrap();
    traced.extend([TokenTree::Group(body)]);
    tokens.push(TokenTree::Group(Group::new(Delimiter::Brace, traced)));
    tokens.into_iter().collect()
}

/// An array of a function `fn() -> usize` for each word, which gives the word's length; the first one is also `first`.
#[proc_macro]
pub fn lengths(words: TokenStream) -> TokenStream {
    let words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    let functions: Vec<String> = words.iter().map(|word| format!("|| {}", word.len())).collect();
    let first = Ident::new("first", Span::call_site());
    format!("let {first} = {:?}; let lengths: [fn() -> usize; {}] = [{}];", words[0], words.len(), functions.join(", "))
        .parse()
        .expect("two statements")
}
