//! Just enough of Rust to tell code from comments and literals, and where a function ends.

/// The text with comments and the insides of literals blanked, so that braces and words left in it
/// are code. Every line stays where it is.
pub(crate) fn skeleton(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end > at {
            for c in &chars[at..end] {
                code.push(if *c == '\n' { '\n' } else { ' ' });
            }
            at = end;
        } else {
            code.push(chars[at]);
            at += 1;
        }
    }
    code
}

/// Where the comment or literal that begins at `at` ends; `at` itself when none begins there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied().unwrap_or(' ');
    match chars[at] {
        '/' if next == '/' => find(chars, at, |rest| rest[0] == '\n'),
        '/' if next == '*' => comment_end(chars, at + 2),
        '"' => string_end(chars, at + 1),
        'r' if !in_word(chars, at) && matches!(next, '"' | '#') => raw_end(chars, at),
        '\'' if next == '\\' => find(chars, at + 3, |rest| rest[0] == '\'') + 1,
        '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

/// Whether the `r` at `at` belongs to a name, and not to `r"`, `br"` or `cr"`.
fn in_word(chars: &[char], at: usize) -> bool {
    let word = |c: &&char| c.is_alphanumeric() || **c == '_';
    let before: String = chars[..at].iter().rev().take_while(word).take(2).collect();
    !matches!(before.as_str(), "" | "b" | "c")
}

fn find(chars: &[char], from: usize, is_it: impl Fn(&[char]) -> bool) -> usize {
    let from = from.min(chars.len());
    (from..chars.len())
        .find(|at| is_it(&chars[*at..]))
        .unwrap_or(chars.len())
}

fn comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 1;
    let mut at = from;
    while depth > 0 && at < chars.len() {
        let pair = (chars[at], chars.get(at + 1).copied().unwrap_or(' '));
        (depth, at) = match pair {
            ('*', '/') => (depth - 1, at + 2),
            ('/', '*') => (depth + 1, at + 2),
            _ => (depth, at + 1),
        };
    }
    at.min(chars.len())
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// A raw string; `at` itself for a raw identifier such as `r#type`.
fn raw_end(chars: &[char], at: usize) -> usize {
    let fences = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + 1 + fences) != Some(&'"') {
        return at;
    }
    let closing: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', fences))
        .collect();
    let end = find(chars, at + 2 + fences, |rest| rest.starts_with(&closing));
    (end + closing.len()).min(chars.len())
}

/// A function: its name, its first line, and how many lines it has from there to its last brace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

/// All functions with a body in a [`skeleton`].
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let begins_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &code[at + 3..];
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if let (true, false, Some(body)) = (begins_word, name.is_empty(), body_end(rest)) {
            let line = 1 + code[..at].matches('\n').count();
            let lines = 1 + rest[..body].matches('\n').count();
            found.push(Function { name, line, lines });
        }
    }
    found
}

/// Where the body that follows a signature ends; none when the signature ends in a semicolon.
fn body_end(signature: &str) -> Option<usize> {
    let (mut round, mut curly) = (0_usize, 0_usize);
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => round += 1,
            ')' | ']' => round = round.saturating_sub(1),
            ';' if round == 0 && curly == 0 => return None,
            '{' => curly += 1,
            '}' if curly == 1 => return Some(at),
            '}' => curly -= 1,
            _ => {}
        }
    }
    None
}
