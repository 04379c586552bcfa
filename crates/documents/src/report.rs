//! Gathers findings while documents are read.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Level};
use crate::place::{Place, Span};
use crate::source::Source;

/// No more findings of a file than this are kept: whoever has a hundred mends the first ones.
pub(crate) const MOST_FINDINGS: usize = 100;

/// The findings of documents that are read together.
pub(crate) struct Report<'a> {
    sources: &'a [Source],
    findings: Vec<Finding>,
    /// How many each file has, those left out included.
    counts: BTreeMap<u32, usize>,
    /// Where a finding too many goes, so that callers need not care.
    spare: Finding,
}

impl<'a> Report<'a> {
    pub(crate) fn new(sources: &'a [Source]) -> Self {
        let nowhere = Place::whole(Source::new("", Vec::new()));
        let spare = Finding::error(Code::TooLarge, nowhere, "");
        Self { sources, findings: Vec::new(), counts: BTreeMap::new(), spare }
    }

    /// Notes an error; what it returns can be given help and related places.
    pub(crate) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Finding {
        let place = self.place(span);
        self.add(span.file, Finding::error(code, place, message))
    }

    /// Notes an error of a document as a whole.
    pub(crate) fn error_in_file(
        &mut self,
        code: Code,
        file: u32,
        message: impl Into<String>,
    ) -> &mut Finding {
        let place = Place::whole(self.source(file));
        self.add(file, Finding::error(code, place, message))
    }

    /// Notes something that is likely a mistake.
    pub(crate) fn warning(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Finding {
        let finding = self.error(code, span, message);
        finding.level = Level::Warning;
        finding
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        let at = |byte| usize::try_from(byte).unwrap_or(usize::MAX);
        Place::range(self.source(span.file), at(span.start), at(span.end))
    }

    /// Whether a file has so many findings that no more of them are shown.
    pub(crate) fn is_full(&self, file: u32) -> bool {
        self.counts.get(&file).is_some_and(|count| *count > MOST_FINDINGS)
    }

    /// How many findings there are.
    pub(crate) fn count(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether something was noted that keeps the documents from being used.
    pub(crate) fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Error)
    }

    /// The findings in the order of files and places. An alias can bring the same one up
    /// repeatedly; it is kept once.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings;
        for (file, count) in &self.counts {
            if *count > MOST_FINDINGS {
                let source = source(self.sources, *file);
                let message = "there is more that is wrong in this file; mend this first";
                findings.push(Finding::error(Code::TooLarge, Place::whole(source), message));
            }
        }
        // The whole file comes after its places: what is left out is said last.
        let key = |finding: &Finding| {
            let place = &finding.place;
            let file = self.sources.iter().position(|source| source == place.source());
            (file, place.bytes().map_or(usize::MAX, |bytes| bytes.start))
        };
        findings.sort_by_cached_key(key);
        findings.dedup();
        findings
    }

    fn add(&mut self, file: u32, finding: Finding) -> &mut Finding {
        let count = self.counts.entry(file).or_default();
        *count += 1;
        if *count > MOST_FINDINGS {
            self.spare = finding;
            return &mut self.spare;
        }
        let at = self.findings.len();
        self.findings.push(finding);
        self.findings.get_mut(at).unwrap_or(&mut self.spare)
    }

    fn source(&self, file: u32) -> Source {
        source(self.sources, file)
    }
}

fn source(sources: &[Source], file: u32) -> Source {
    let source = usize::try_from(file).ok().and_then(|at| sources.get(at));
    source.cloned().unwrap_or_else(|| Source::new("", Vec::new()))
}

/// A text as findings quote it: in backticks, cut short, on one line.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let mut shown: String =
        text.chars().take(MOST).map(|c| if is_unseen(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Whether a character moves others about or is not seen itself.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Several words as findings list them: `a`, `b` or `c`.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>, join: &str) -> String {
    let mut words: Vec<String> = words.into_iter().map(quoted).collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() { last } else { format!("{} {join} {last}", words.join(", ")) }
}

/// The known word that is most like one that is not, if one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words cannot be near, and comparing them takes long.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let far = word.chars().count().div_ceil(3).max(1);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word() {
        let known = ["cooldown", "rate", "pause", "min", "max"];
        assert_eq!(nearest("cooldwon", known), Some("cooldown"));
        assert_eq!(nearest("coolDown", known), Some("cooldown"));
        assert_eq!(nearest("mim", known), Some("min"));
        assert_eq!(nearest("replicas", known), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), known), None);
    }

    #[test]
    fn words_in_a_sentence() {
        assert_eq!(listed(["a"], "or"), "`a`");
        assert_eq!(listed(["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert_eq!(quoted(&"9".repeat(50)), format!("`{}…`", "9".repeat(40)));
    }

    #[test]
    fn findings_end() {
        let sources = [Source::new("a", b"x".to_vec())];
        let mut report = Report::new(&sources);
        for n in 0..250 {
            report.error(Code::Syntax, Span::default(), format!("finding {n}"));
        }
        let findings = report.into_findings();
        assert_eq!(findings.len(), 101);
        let last = findings.last().map(|last| last.message.as_str());
        assert_eq!(last, Some("there is more that is wrong in this file; mend this first"));
    }
}
