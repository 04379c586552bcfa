//! From text to trees: YAML and JSON alike, within bounds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag};

use crate::finding::Code;
use crate::place::Span;
use crate::report::{Report, quoted};
use crate::source::{MOST_BYTES, Source, Unfit};
use crate::tree::{Entry, Key, Node, Value};

/// How many levels of lists and maps may lie within one another.
const MOST_LEVELS: usize = 64;
/// How many values and keys the documents of a file may have, aliases written out.
const MOST_NODES: usize = 1_000_000;
/// How many of these may come from aliases.
const MOST_ALIASED: usize = 100_000;

/// The documents of a file. A syntax error is its only finding, and then there are none.
pub(crate) fn parse(source: &Source, file: u32, report: &mut Report<'_>) -> Vec<Node> {
    let text = match source.fit() {
        Ok(text) => text,
        Err(unfit) => {
            refuse(unfit, file, report);
            return Vec::new();
        }
    };
    let mut builder = Builder::default();
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MOST_LEVELS,
        block_nesting_limit: MOST_LEVELS,
    };
    for next in Parser::new_from_str_with_options(text, options) {
        let stop = match next {
            Ok((event, span)) => {
                let bytes = span.byte_range().unwrap_or_default();
                builder.take(event, Span::new(file, bytes)).err()
            }
            Err(error) => Some(syntax(&error, source, file)),
        };
        if let Some(stop) = stop {
            let finding = report.error(stop.code, stop.span, stop.message);
            finding.help = stop.help;
            return Vec::new();
        }
    }
    for noted in builder.findings.0 {
        let related = noted.related.map(|(span, label)| (report.place(span), label));
        let finding = report.error(noted.code, noted.span, noted.message);
        finding.help = noted.help;
        finding.related.extend(related);
    }
    builder.documents
}

fn refuse(unfit: &Unfit, file: u32, report: &mut Report<'_>) {
    match unfit {
        Unfit::TooLarge(bytes) => {
            let message = format!(
                "{bytes} bytes are more than the {MOST_BYTES} (16 MiB) that a document may have"
            );
            report.error_in_file(Code::TooLarge, file, message).help =
                Some("split it into several files of one folder".into());
        }
        Unfit::NotText(problem) => {
            let message = format!("not a text: {problem}");
            report.error_in_file(Code::NotText, file, message).help =
                Some("expected YAML or JSON in UTF-8".into());
        }
    }
}

/// A finding before its place is looked up.
struct Noted {
    code: Code,
    span: Span,
    message: String,
    help: Option<String>,
    related: Option<(Span, String)>,
}

impl Noted {
    fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None, related: None }
    }

    fn help(mut self, help: &str) -> Self {
        self.help = Some(help.into());
        self
    }
}

fn syntax(error: &ScanError, source: &Source, file: u32) -> Noted {
    let at = error.marker().byte_offset().unwrap_or_default();
    let span = Span::new(file, at..at + 1);
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(span),
        ErrorKind::UnknownAnchor => {
            Noted::new(Code::Notation, span, "the alias names nothing that stands before it")
        }
        kind => {
            let json = source.name().ends_with(".json");
            let language = if json { "JSON" } else { "YAML" };
            let noted = Noted::new(Code::Syntax, span, format!("not {language}: {}", error.info()));
            match kind {
                ErrorKind::TabNotAllowed
                | ErrorKind::TabInBlockIndentation
                | ErrorKind::TabInIndentation
                | ErrorKind::TabInPlainScalar => noted.help("indent with spaces, not with tabs"),
                ErrorKind::UnclosedFlowCollection { .. } | ErrorKind::UnclosedQuotedScalar => {
                    noted.help("it opens here and never closes: is the file complete?")
                }
                _ if at >= source.text().unwrap_or_default().trim_end().len() => {
                    noted.help("the text ends here: is the file complete?")
                }
                _ => noted,
            }
        }
    }
}

fn too_deep(span: Span) -> Noted {
    let message = format!("more than {MOST_LEVELS} levels of lists and maps within one another");
    Noted::new(Code::TooLarge, span, message)
}

/// Findings of a file that is still being read, as many as will be shown and one more.
#[derive(Default)]
struct Findings(Vec<Noted>);

impl Findings {
    fn push(&mut self, noted: Noted) {
        if self.0.len() <= crate::report::MOST_FINDINGS {
            self.0.push(noted);
        }
    }
}

/// Puts events together into trees.
#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    /// Finished values that an alias may name.
    anchored: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    aliased: usize,
    findings: Findings,
}

/// A list or map that has not ended.
struct Open {
    span: Span,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(Vec<Entry>, Awaiting),
}

/// What comes next in a map.
enum Awaiting {
    Key,
    Value(Key),
    /// The value of a key that cannot be used.
    Refused,
}

impl Builder {
    /// Takes one event in; an error ends the reading of the file.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Noted> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.scalar(&text, style, tag.as_deref(), span);
                self.place(Node { span, value }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.open(span, anchor, Inside::List(Vec::new()), tag, "seq")
            }
            Event::MappingStart(_, anchor, tag) => {
                self.open(span, anchor, Inside::Map(Vec::new(), Awaiting::Key), tag, "map")
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentEnd => {
                self.anchored.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Value {
        let Some(tag) = tag else {
            return match style {
                ScalarStyle::Plain => Value::of_plain(text),
                _ => Value::Text(text.into()),
            };
        };
        if tag.core_suffix() != Some("str") {
            self.refuse_tag(tag, span);
        }
        Value::Text(text.into())
    }

    fn refuse_tag(&mut self, tag: &Tag, span: Span) {
        let shown = quoted(&format!("{}{}", tag.original_handle(), tag.suffix()));
        let noted = Noted::new(Code::Notation, span, format!("the tag {shown} is not known"));
        self.findings.push(noted.help("remove it: values are read by what their key asks for"));
    }

    fn open(
        &mut self,
        span: Span,
        anchor: usize,
        inside: Inside,
        tag: Option<Cow<'_, Tag>>,
        own: &str,
    ) -> Result<(), Noted> {
        if let Some(tag) = tag.filter(|tag| tag.core_suffix() != Some(own)) {
            self.refuse_tag(&tag, span);
        }
        if self.open.len() >= MOST_LEVELS {
            return Err(too_deep(span));
        }
        self.open.push(Open { span, anchor, inside });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Noted> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.inside {
            Inside::List(items) => Value::List(items),
            Inside::Map(mut entries, _) => {
                self.refuse_duplicates(&mut entries);
                Value::Map(entries)
            }
        };
        let span = Span { end: end.end.max(open.span.end), ..open.span };
        self.place(Node { span, value }, open.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Noted> {
        let Some((node, weight)) = self.anchored.get(&anchor) else {
            return Err(Noted::new(Code::Notation, span, "the alias names what it stands in"));
        };
        self.aliased = self.aliased.saturating_add(*weight);
        if self.aliased > MOST_ALIASED {
            let message =
                format!("the aliases up to here stand for more than {MOST_ALIASED} values");
            return Err(Noted::new(Code::TooLarge, span, message).help("write the values out"));
        }
        self.nodes = self.nodes.saturating_add(*weight);
        let node = node.clone();
        self.place(node, 0)
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Noted> {
        self.nodes = self.nodes.saturating_add(1);
        if anchor != 0 {
            let weight = node.weight();
            self.nodes = self.nodes.saturating_add(weight);
            self.anchored.insert(anchor, (node.clone(), weight));
        }
        if self.nodes > MOST_NODES {
            let message = format!("more than {MOST_NODES} values");
            let noted = Noted::new(Code::TooLarge, node.span, message);
            return Err(noted.help("split the document into several files of one folder"));
        }
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.documents.push(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map(entries, awaiting)) => {
                *awaiting = match std::mem::replace(awaiting, Awaiting::Key) {
                    Awaiting::Key => key(node, &mut self.findings),
                    Awaiting::Value(key) => {
                        entries.push(Entry { key, value: node });
                        Awaiting::Key
                    }
                    Awaiting::Refused => Awaiting::Key,
                };
            }
        }
        Ok(())
    }

    /// Notes each key that stands a second time, and keeps its first value.
    fn refuse_duplicates(&mut self, entries: &mut Vec<Entry>) {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by_key(|at| entries.get(*at).map(|entry| (&entry.key.text, *at)));
        let mut again = BTreeSet::new();
        for pair in order.windows(2) {
            let &[first, second] = pair else { continue };
            let (Some(first), Some(entry)) = (entries.get(first), entries.get(second)) else {
                continue;
            };
            if first.key.text != entry.key.text {
                continue;
            }
            let message = format!("the key {} stands twice in this map", quoted(&entry.key.text));
            let mut noted = Noted::new(Code::DuplicateKey, entry.key.span, message);
            noted.related = Some((first.key.span, "it stands here already".into()));
            self.findings.push(noted);
            again.insert(second);
        }
        let mut at = 0..;
        entries.retain(|_| at.next().is_none_or(|at| !again.contains(&at)));
    }
}

/// A value in a key's place as a key.
fn key(node: Node, findings: &mut Findings) -> Awaiting {
    let span = node.span;
    let text = match node.value {
        Value::Text(text) | Value::Number(text) => text,
        Value::Bool(value) => value.to_string().into(),
        Value::Null | Value::List(_) | Value::Map(_) => {
            findings.push(Noted::new(Code::Notation, span, "a key must be a word"));
            return Awaiting::Refused;
        }
    };
    if &*text == "<<" {
        let noted = Noted::new(Code::Notation, span, "merge keys (`<<`) are not read");
        findings.push(noted.help("write the keys out, or let services share a policy by its name"));
        return Awaiting::Refused;
    }
    Awaiting::Value(Key { span, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Finding, render};

    fn parsed(name: &str, bytes: &[u8]) -> (Vec<Node>, Vec<Finding>) {
        let sources = [Source::new(name, bytes.to_vec())];
        let mut report = Report::new(&sources);
        let documents = parse(&sources[0], 0, &mut report);
        (documents, report.into_findings())
    }

    fn tree(text: &str) -> Node {
        let (mut documents, findings) = parsed("a.yaml", text.as_bytes());
        assert!(findings.is_empty(), "{}", render(&findings, false));
        documents.pop().expect("one document")
    }

    /// The tree without its places, as JSON shows it.
    fn plain(node: &Node) -> String {
        match &node.value {
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => text.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                format!("[{}]", items.join(","))
            }
            Value::Map(entries) => {
                let shown = |entry: &Entry| format!("{:?}:{}", entry.key.text, plain(&entry.value));
                let entries: Vec<String> = entries.iter().map(shown).collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }

    #[test]
    fn yaml_and_json_give_the_same_tree() {
        let yaml =
            "a: 1\nb: [x, 'true', true, 1.5e3]\nc:\n  d:\n  e: ~\n  ? f\n  : \"\\u00e9\\n\"\n";
        let json = "{\t\"a\": 1,\n\t\"b\": [\"x\", \"true\", true, 1.5e3],\r\n\"c\": {\"d\": null, \"e\": null, \"f\" : \"\\u00e9\\n\"}}";
        assert_eq!(plain(&tree(yaml)), plain(&tree(json)));
        assert_eq!(
            plain(&tree(json)),
            r#"{"a":1,"b":["x","true",true,1.5e3],"c":{"d":null,"e":null,"f":"é\n"}}"#
        );
    }

    #[test]
    fn places_are_those_of_the_values() {
        let text = "a: 1\nb:\n  - x\n  - 'y z'\n";
        let node = tree(text);
        let shown = |node: &Node| {
            let at = |byte: u32| usize::try_from(byte).expect("fits");
            text[at(node.span.start)..at(node.span.end)].to_owned()
        };
        let list = node.get("b").expect("b");
        let Value::List(items) = &list.value else { panic!("{list:?}") };
        assert_eq!(items.iter().map(shown).collect::<Vec<_>>(), ["x", "'y z'"]);
        assert!(shown(list).starts_with("- x"), "{}", shown(list));
    }

    #[test]
    fn a_file_holds_several_documents() {
        let (documents, findings) = parsed("a.yaml", b"a: 1\n---\nb: 2\n...\n");
        assert!(findings.is_empty());
        assert_eq!(documents.iter().map(plain).collect::<Vec<_>>(), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert!(parsed("a.yaml", b"# nothing\n").0.is_empty());
    }

    #[test]
    fn aliases_stand_for_what_they_name() {
        assert_eq!(plain(&tree("a: &x {k: 1}\nb: *x\n")), r#"{"a":{"k":1},"b":{"k":1}}"#);
    }

    /// Each of these ends in one clear error, and quickly.
    #[test]
    fn bad_input() {
        let [list, map, block_list] = ["[", "{\"a\":", "- "].map(|open| open.repeat(10_000));
        let mut block = String::new();
        for level in 0..10_000 {
            block.push_str(&" ".repeat(level.min(700)));
            block.push_str("a:\n");
        }
        let mut bomb = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for n in 1..30 {
            let before = format!("*a{}, ", n - 1).repeat(9);
            bomb.push_str(&format!("a{n}: &a{n} [{before}*a{}]\n", n - 1));
        }
        let wide = format!("[{}]", "[],".repeat(1_000_001));
        let cases: [(&str, &[u8], &str); 22] = [
            ("a.yaml", b"a: [1, 2", "a.yaml:1:4: error: not YAML: "),
            ("a.json", b"{\"a\": {\"b\": 1}", "a.json:1:1: error: not JSON: "),
            ("a.json", b"{\"a\": \"b", "a.json:1:7: error: not JSON: "),
            ("a.yaml", b"a: 'open\n", "a.yaml:1:4: error: not YAML: "),
            ("a.json", b"{\"a\" 1}", "a.json:1:6: error: not JSON: "),
            ("a.json", b"{\"a\": 1}}", "a.json:1:9: error: not JSON: "),
            ("a.yaml", b"a:\n\tb: 1\n", "a.yaml:2:2: error: not YAML: "),
            ("a.yaml", b"a: 1\n b: 2\n", "a.yaml:2:3: error: not YAML: "),
            ("a.yaml", b"a: b: c\n", "a.yaml:1:5: error: not YAML: "),
            ("a.yaml", b"\x89PNG\r\n\x1a\n\0\0", "a.yaml: error: not a text: byte 0 is 0x89"),
            ("a.yaml", list.as_bytes(), "a.yaml:1:65: error: more than 64 levels"),
            ("a.json", map.as_bytes(), "error: more than 64 levels"),
            ("a.yaml", block_list.as_bytes(), "error: more than 64 levels"),
            ("a.yaml", block.as_bytes(), "a.yaml:65:65: error: more than 64 levels"),
            ("a.yaml", bomb.as_bytes(), "error: the aliases up to here stand for more than 100000"),
            ("a.yaml", wide.as_bytes(), "error: more than 1000000 values"),
            ("a.yaml", b"a: &x [*x]\n", "a.yaml:1:8: error: the alias names what it stands in"),
            ("a.yaml", b"a: *x\n", "a.yaml:1:4: error: the alias names nothing that stands before"),
            (
                "a.yaml",
                b"a: !ruby/object:Foo {}\n",
                "error: the tag `!ruby/object:Foo` is not known",
            ),
            ("a.yaml", b"a: 1\r\nb: 2\r\na: 3\r\n", "a.yaml:3:1: error: the key `a` stands twice"),
            ("a.yaml", b"? [a]\n: 1\n", "a.yaml:1:3: error: a key must be a word"),
            ("a.yaml", b"x: &x {a: 1}\ny:\n  <<: *x\n", "a.yaml:3:3: error: merge keys (`<<`)"),
        ];
        let mut wrong = Vec::new();
        for (name, bytes, expected) in cases {
            let (_, findings) = parsed(name, bytes);
            let shown = String::from_utf8_lossy(bytes.get(..bytes.len().min(40)).expect("cut"));
            let texts: Vec<String> = findings.iter().map(Finding::to_string).collect();
            if !(texts.len() == 1 && texts[0].contains(expected)) {
                wrong.push(format!("{shown}\n got {}\nwant {expected}", texts.join("\n     ")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_repeated_key_names_both_places() {
        let (documents, findings) = parsed("a.yaml", b"a: 1\nb: 2\na: 3\na: 4\n");
        assert_eq!(documents.iter().map(plain).collect::<Vec<_>>(), [r#"{"a":1,"b":2}"#]);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].to_string().contains("(it stands here already: a.yaml:1:1)"));
    }

    #[test]
    fn a_million_digits_are_kept_as_they_are() {
        let text = format!("a: {}\n", "9".repeat(1_000_000));
        let node = tree(&text);
        assert!(
            matches!(node.get("a"), Some(Node { value: Value::Number(n), .. }) if n.len() == 1_000_000)
        );
    }
}
