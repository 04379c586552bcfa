//! The text form of a selector, read token by token as Kubernetes reads it.

use super::labels::wrong_key;
use super::{Operator, Requirement};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Error,
    End,
    Close,
    Comma,
    Not,
    DoubleEquals,
    Equals,
    Greater,
    Identifier,
    In,
    Less,
    NotEquals,
    NotIn,
    Open,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    text: String,
}

pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut tokens = Tokens { all: scan(text.as_bytes()), at: 0 };
    let mut requirements = Vec::new();
    loop {
        let next = tokens.peek();
        match next.kind {
            Kind::Identifier | Kind::Not => {
                let requirement = requirement(&mut tokens)
                    .map_err(|error| format!("unable to parse requirement: {error}"))?;
                requirements.push(requirement);
                let after = tokens.next();
                match after.kind {
                    Kind::End => return Ok(requirements),
                    Kind::Comma => {
                        let next = tokens.peek();
                        if !matches!(next.kind, Kind::Identifier | Kind::Not) {
                            return Err(format!(
                                "found '{}', expected: identifier after ','",
                                next.text
                            ));
                        }
                    }
                    _ => {
                        return Err(format!(
                            "found '{}', expected: ',' or 'end of string'",
                            after.text
                        ));
                    }
                }
            }
            Kind::End => return Ok(requirements),
            _ => {
                return Err(format!(
                    "found '{}', expected: !, identifier, or 'end of string'",
                    next.text
                ));
            }
        }
    }
}

/// The tokens, with `in` and `notin` read as identifiers wherever no operator can stand.
struct Tokens {
    all: Vec<Token>,
    at: usize,
}

impl Tokens {
    fn raw(&self) -> Token {
        let end = || Token { kind: Kind::End, text: String::new() };
        self.all.get(self.at).cloned().unwrap_or_else(end)
    }

    fn peek(&self) -> Token {
        let mut token = self.raw();
        if matches!(token.kind, Kind::In | Kind::NotIn) {
            token.kind = Kind::Identifier;
        }
        token
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at = self.at.saturating_add(1);
        token
    }

    fn next_operator(&mut self) -> Token {
        let token = self.raw();
        self.at = self.at.saturating_add(1);
        token
    }
}

fn requirement(tokens: &mut Tokens) -> Result<Requirement, String> {
    let mut token = tokens.next();
    let absent = token.kind == Kind::Not;
    if absent {
        token = tokens.next();
    }
    if token.kind != Kind::Identifier {
        return Err(format!("found '{}', expected: identifier", token.text));
    }
    let key = token.text;
    // Kubernetes has no path here and prints that.
    if let Some(error) = wrong_key("<nil>", &key) {
        return Err(error);
    }
    if absent {
        return Requirement::new(key, Operator::DoesNotExist, Vec::new());
    }
    if matches!(tokens.peek().kind, Kind::End | Kind::Comma) {
        return Requirement::new(key, Operator::Exists, Vec::new());
    }
    let operator = operator(&tokens.next_operator())?;
    let mut values = match operator {
        Operator::In | Operator::NotIn => listed(tokens)?,
        _ => vec![exact(tokens)?],
    };
    // Kubernetes keeps them as a set and reads them out in order.
    values.sort_unstable();
    values.dedup();
    Requirement::new(key, operator, values)
}

fn operator(token: &Token) -> Result<Operator, String> {
    Ok(match token.kind {
        Kind::In => Operator::In,
        Kind::NotIn => Operator::NotIn,
        Kind::Equals => Operator::Equals,
        Kind::DoubleEquals => Operator::DoubleEquals,
        Kind::NotEquals => Operator::NotEquals,
        Kind::Greater => Operator::GreaterThan,
        Kind::Less => Operator::LessThan,
        _ => {
            return Err(format!("found '{}', expected: in, notin, =, ==, !=, gt, lt", token.text));
        }
    })
}

/// `(a,b)`; an empty place is the empty value.
fn listed(tokens: &mut Tokens) -> Result<Vec<String>, String> {
    let open = tokens.next();
    if open.kind != Kind::Open {
        return Err(format!("found '{}' expected: '('", open.text));
    }
    let first = tokens.peek();
    match first.kind {
        Kind::Identifier | Kind::Comma => {
            let values = identifiers(tokens)?;
            if tokens.next().kind == Kind::Close {
                Ok(values)
            } else {
                Err(format!("found '{}', expected: ')'", first.text))
            }
        }
        Kind::Close => {
            let _: Token = tokens.next();
            Ok(vec![String::new()])
        }
        _ => Err(format!("found '{}', expected: ',', ')' or identifier", first.text)),
    }
}

fn identifiers(tokens: &mut Tokens) -> Result<Vec<String>, String> {
    let mut values: Vec<String> = Vec::new();
    loop {
        let token = tokens.next();
        match token.kind {
            Kind::Identifier => {
                values.push(token.text);
                let next = tokens.peek();
                match next.kind {
                    Kind::Comma => {}
                    Kind::Close => return Ok(values),
                    _ => return Err(format!("found '{}', expected: ',' or ')'", next.text)),
                }
            }
            Kind::Comma => {
                if values.is_empty() {
                    values.push(String::new());
                }
                match tokens.peek().kind {
                    Kind::Close => {
                        values.push(String::new());
                        return Ok(values);
                    }
                    Kind::Comma => values.push(String::new()),
                    _ => {}
                }
            }
            _ => return Err(format!("found '{}', expected: ',', or identifier", token.text)),
        }
    }
}

fn exact(tokens: &mut Tokens) -> Result<String, String> {
    if matches!(tokens.peek().kind, Kind::End | Kind::Comma) {
        return Ok(String::new());
    }
    let token = tokens.next();
    if token.kind == Kind::Identifier {
        Ok(token.text)
    } else {
        Err(format!("found '{}', expected: identifier", token.text))
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

const fn is_symbol(byte: u8) -> bool {
    matches!(byte, b'=' | b'!' | b'(' | b')' | b',' | b'>' | b'<')
}

fn scan(bytes: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0_usize;
    loop {
        while bytes.get(at).is_some_and(|b| is_space(*b)) {
            at = at.saturating_add(1);
        }
        // A zero byte ends the text for Kubernetes' lexer.
        let Some(first) = bytes.get(at).copied().filter(|b| *b != 0) else { break };
        let (token, next) = if is_symbol(first) { symbol(bytes, at) } else { word(bytes, at) };
        tokens.push(token);
        at = next;
    }
    tokens.push(Token { kind: Kind::End, text: String::new() });
    tokens
}

fn word(bytes: &[u8], start: usize) -> (Token, usize) {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|b| *b == 0 || is_symbol(*b) || is_space(*b));
    let length = length.unwrap_or(rest.len());
    let text = String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned();
    let kind = match text.as_str() {
        "in" => Kind::In,
        "notin" => Kind::NotIn,
        _ => Kind::Identifier,
    };
    // The zero byte itself is read along.
    let zero = usize::from(rest.get(length) == Some(&0));
    (Token { kind, text }, start.saturating_add(length).saturating_add(zero))
}

/// The longest symbol that starts here; one that is none is taken with all symbols after it.
fn symbol(bytes: &[u8], start: usize) -> (Token, usize) {
    let mut found: Option<Token> = None;
    let mut at = start;
    while bytes.get(at).is_some_and(|b| is_symbol(*b)) {
        let text = bytes.get(start..=at).unwrap_or_default();
        let kind = match text {
            b")" => Some(Kind::Close),
            b"," => Some(Kind::Comma),
            b"!" => Some(Kind::Not),
            b"==" => Some(Kind::DoubleEquals),
            b"=" => Some(Kind::Equals),
            b">" => Some(Kind::Greater),
            b"<" => Some(Kind::Less),
            b"!=" => Some(Kind::NotEquals),
            b"(" => Some(Kind::Open),
            _ => None,
        };
        match kind {
            Some(kind) => {
                found = Some(Token { kind, text: String::from_utf8_lossy(text).into_owned() });
            }
            None if found.is_some() => break,
            None => {}
        }
        at = at.saturating_add(1);
    }
    let none = || {
        let text = String::from_utf8_lossy(bytes.get(start..at).unwrap_or_default()).into_owned();
        Token { kind: Kind::Error, text: format!("error expected: keyword found '{text}'") }
    };
    (found.unwrap_or_else(none), at)
}
