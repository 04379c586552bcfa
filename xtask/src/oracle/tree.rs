//! JSON as a tree that can lose parts. Texts and numbers stay as they are written, to the digit.

use std::fmt;

/// A JSON value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Tree {
    /// A text, a number or a word, as it is written.
    Leaf(String),
    List(Vec<Self>),
    /// Keys as they are written, quotes included.
    Map(Vec<(String, Self)>),
}

impl Tree {
    /// Reads a value; nothing but white space may follow it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0 };
        let tree = reader.value()?;
        reader.space();
        if reader.at == text.len() { Ok(tree) } else { Err(reader.unexpected()) }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Leaf(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(name, _)| unquoted(name) == key).map(|(_, value)| value)
    }

    /// Sets a key of a map, at its end if it is new.
    pub(crate) fn set(&mut self, key: &str, value: Self) {
        let Self::Map(entries) = self else { return };
        match entries.iter_mut().find(|(name, _)| unquoted(name) == key) {
            Some((_, place)) => *place = value,
            None => entries.push((format!("\"{key}\""), value)),
        }
    }

    /// Takes a key out of a map.
    pub(crate) fn take(&mut self, key: &str) {
        if let Self::Map(entries) = self {
            entries.retain(|(name, _)| unquoted(name) != key);
        }
    }

    /// Its parts, each with its key where it has one.
    pub(crate) fn parts(&self) -> Vec<(Option<&str>, &Self)> {
        match self {
            Self::Leaf(_) => Vec::new(),
            Self::List(items) => items.iter().map(|item| (None, item)).collect(),
            Self::Map(entries) => {
                entries.iter().map(|(key, value)| (Some(unquoted(key)), value)).collect()
            }
        }
    }

    /// Without the parts at these paths, each a row of places. No path lies within another.
    pub(crate) fn without(&self, paths: &[&[usize]]) -> Self {
        let below = |place: usize| -> Vec<&[usize]> {
            let paths = paths.iter().filter(|path| path.first() == Some(&place));
            paths.filter_map(|path| path.get(1..)).collect()
        };
        let kept = |place: usize, part: &Self| {
            let below = below(place);
            let goes = below.iter().any(|path| path.is_empty());
            (!goes).then(|| if below.is_empty() { part.clone() } else { part.without(&below) })
        };
        match self {
            Self::Leaf(text) => Self::Leaf(text.clone()),
            Self::List(items) => Self::List(
                items.iter().enumerate().filter_map(|(at, item)| kept(at, item)).collect(),
            ),
            Self::Map(entries) => Self::Map(
                entries
                    .iter()
                    .enumerate()
                    .filter_map(|(at, (key, value))| Some((key.clone(), kept(at, value)?)))
                    .collect(),
            ),
        }
    }
}

fn unquoted(key: &str) -> &str {
    key.trim_matches('"')
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(text) => f.write_str(text),
            Self::List(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key}:{value}", if at > 0 { "," } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Tree, String> {
        match self.next() {
            Some(b'{') => self
                .parts(b'}', |reader| {
                    let key = reader.leaf()?;
                    reader.expect(b':')?;
                    Ok((key, reader.value()?))
                })
                .map(Tree::Map),
            Some(b'[') => self.parts(b']', Self::value).map(Tree::List),
            _ => self.leaf().map(Tree::Leaf),
        }
    }

    fn parts<T>(
        &mut self,
        end: u8,
        mut one: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.at += 1;
        let mut parts = Vec::new();
        if self.next() == Some(end) {
            self.at += 1;
            return Ok(parts);
        }
        loop {
            parts.push(one(self)?);
            match self.next() {
                Some(b',') => self.at += 1,
                Some(found) if found == end => break,
                _ => return Err(self.unexpected()),
            }
        }
        self.at += 1;
        Ok(parts)
    }

    /// A text with its quotes, or a number or word up to what ends it.
    fn leaf(&mut self) -> Result<String, String> {
        let quoted = self.next() == Some(b'"');
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = if quoted {
            let mut escaped = false;
            let end = rest.iter().skip(1).position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            });
            end.map(|end| end + 2)
        } else {
            let ends = |byte: &u8| b",:]} \t\n\r".contains(byte);
            Some(rest.iter().position(ends).unwrap_or(rest.len())).filter(|length| *length > 0)
        };
        let leaf = length.and_then(|length| self.text.get(self.at..self.at + length));
        let leaf = leaf.ok_or_else(|| self.unexpected())?;
        self.at += leaf.len();
        Ok(leaf.to_owned())
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.next() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        self.space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    fn unexpected(&self) -> String {
        format!("no JSON from byte {} on", self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        for text in [
            r#"{"a":[1e400,-0.50,"x\"}\\",{}],"b\"":null,"c":{"d":[[],true]}}"#,
            "[]",
            "18446744073709551616",
        ] {
            assert_eq!(Tree::read(text).map(|tree| tree.to_string()), Ok(text.to_owned()));
        }
        let spaced = Tree::read(" { \"a\" : [ 1 , 2 ] } ").map(|tree| tree.to_string());
        assert_eq!(spaced, Ok(r#"{"a":[1,2]}"#.to_owned()));
        for text in ["", "{", "[1,]", "{\"a\"}", "\"a", "1 2", "[1}"] {
            assert!(Tree::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parts_go_by_their_paths() {
        let tree = Tree::read(r#"[{"a":1,"b":[2,3,4]},5]"#).expect("JSON");
        assert_eq!(tree.without(&[&[0, 1, 0], &[0, 1, 2]]).to_string(), r#"[{"a":1,"b":[3]},5]"#);
        assert_eq!(tree.without(&[&[0, 0], &[1]]).to_string(), r#"[{"b":[2,3,4]}]"#);
    }
}
