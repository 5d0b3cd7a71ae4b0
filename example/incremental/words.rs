pub fn greeting(whom: &str) -> String {
    let mut text = String::from("hello, ");
    let name = &whom;
    text.push_str(name);
    text
}
