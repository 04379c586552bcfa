//! Makes one estate of several documents: each thing is given in one of them.

use std::collections::BTreeMap;

use super::known::Known;
use crate::checked::{Checked, Named};
use crate::finding::Code;
use crate::place::Span;
use crate::report::{Report, quoted};

/// One estate.
pub(crate) struct United<'a> {
    /// Where to point when something is missing altogether.
    pub(crate) span: Span,
    fields: BTreeMap<&'static str, (Span, &'a Checked)>,
    /// The services in the order of the documents.
    pub(crate) services: Vec<&'a Named>,
}

impl<'a> United<'a> {
    /// What one of the documents gives for a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Checked> {
        self.fields.get(key).map(|(_, value)| *value)
    }

    /// Where it stands, or where the estate does.
    pub(crate) fn place(&self, key: &str) -> Span {
        self.fields.get(key).map_or(self.span, |(span, _)| *span)
    }
}

/// Keys that an estate has once, in whichever document.
const ONCE: [&str; 7] = ["name", "currency", "prices", "seed", "tick", "from", "until"];

pub(crate) fn unite<'a>(
    estates: &'a [Checked],
    known: &mut Known<'a>,
    report: &mut Report<'_>,
) -> United<'a> {
    let span = estates.first().map(|estate| estate.span).unwrap_or_default();
    let mut united = United {
        span: Span { end: span.start, ..span },
        fields: BTreeMap::new(),
        services: Vec::new(),
    };
    let mut places: BTreeMap<&str, Span> = BTreeMap::new();
    for estate in estates {
        for key in ONCE {
            let (Some(span), Some(value)) = (estate.key(key), estate.get(key)) else { continue };
            match united.fields.get(key) {
                None => {
                    united.fields.insert(key, (span, value));
                }
                Some((first, _)) => {
                    let first = report.place(*first);
                    let message = format!("the estate's {} is given twice", quoted(key));
                    let finding = report.error(Code::DefinedTwice, span, message);
                    finding.related.push((first, "it is given here already".into()));
                }
            }
        }
        for policy in entries(estate, "policies") {
            known.add_policy(&policy.name, policy.span, &policy.value, report);
        }
        for service in entries(estate, "services") {
            match places.get(&*service.name) {
                None => {
                    places.insert(&service.name, service.span);
                    united.services.push(service);
                }
                Some(first) => {
                    let first = report.place(*first);
                    let message = format!("the service {} is defined twice", quoted(&service.name));
                    let finding = report.error(Code::DefinedTwice, service.span, message);
                    finding.related.push((first, "it is defined here already".into()));
                }
            }
        }
    }
    united
}

fn entries<'a>(estate: &'a Checked, key: &str) -> &'a [Named] {
    estate.get(key).and_then(Checked::map).unwrap_or_default()
}
