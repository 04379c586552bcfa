//! What services can name: policies and autoscalers, and whether anyone does.

use std::collections::BTreeMap;

use crate::checked::Checked;
use crate::finding::Code;
use crate::kubernetes::Found;
use crate::place::Span;
use crate::report::{Report, nearest, quoted};

/// Policies and autoscalers by name.
#[derive(Default)]
pub(crate) struct Known<'a> {
    policies: BTreeMap<&'a str, (Span, &'a Checked, bool)>,
    hpas: Vec<(Found, bool)>,
    /// Whether a document is missing or broken, so that what is not known may still be there.
    pub(crate) incomplete: bool,
}

impl<'a> Known<'a> {
    /// Adds an autoscaler; a second of its name and namespace is a finding.
    pub(crate) fn add_hpa(&mut self, found: Found, report: &mut Report<'_>) {
        let same = |(other, _): &&(Found, bool)| {
            other.name == found.name && other.namespace == found.namespace
        };
        if let Some((other, _)) = self.hpas.iter().find(same) {
            let first = report.place(other.span);
            let message =
                format!("the HorizontalPodAutoscaler {} is defined twice", quoted(&found.name));
            let finding = report.error(Code::DefinedTwice, found.span, message);
            finding.related.push((first, "it is defined here already".into()));
            return;
        }
        self.hpas.push((found, false));
    }

    /// Adds a policy; a second of its name is a finding.
    pub(crate) fn add_policy(
        &mut self,
        name: &'a str,
        span: Span,
        policy: &'a Checked,
        report: &mut Report<'_>,
    ) {
        if let Some((first, ..)) = self.policies.get(name) {
            let first = report.place(*first);
            let message = format!("the policy {} is defined twice", quoted(name));
            let finding = report.error(Code::DefinedTwice, span, message);
            finding.related.push((first, "it is defined here already".into()));
            return;
        }
        self.policies.insert(name, (span, policy, false));
    }

    /// Every policy.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &'a Checked> {
        self.policies.values().map(|(_, policy, _)| *policy)
    }

    /// The policy that a service names, or a finding.
    pub(crate) fn policy(
        &mut self,
        name: &str,
        span: Span,
        report: &mut Report<'_>,
    ) -> Option<&'a Checked> {
        if let Some((_, policy, used)) = self.policies.get_mut(name) {
            *used = true;
            return Some(policy);
        }
        if self.incomplete {
            return None;
        }
        let message = format!("no policy is called {}", quoted(name));
        report.error(Code::UnknownName, span, message).help =
            Some(match nearest(name, self.policies.keys().copied()) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "name one of `policies`, or write the rules here".into(),
            });
        None
    }

    /// The autoscaler that a service names, in its namespace if both have one; or a finding.
    pub(crate) fn hpa(
        &mut self,
        name: &str,
        namespace: Option<&str>,
        span: Span,
        report: &mut Report<'_>,
    ) -> Option<&Found> {
        let fits = |found: &Found| {
            let apart = matches!((namespace, &found.namespace), (Some(a), Some(b)) if a != b);
            found.name == name && !apart
        };
        if let Some(at) = self.hpas.iter().position(|(found, _)| fits(found)) {
            let (found, used) = self.hpas.get_mut(at)?;
            *used = true;
            return Some(found);
        }
        if self.incomplete {
            return None;
        }
        let elsewhere = self.hpas.iter_mut().find(|(found, _)| found.name == name);
        let (message, help) = match (elsewhere, namespace) {
            (Some((found, used)), Some(namespace)) => {
                *used = true;
                let other = found.namespace.as_deref().unwrap_or_default();
                let message = format!(
                    "the HorizontalPodAutoscaler {} is in namespace {}, the service's target in {}",
                    quoted(name),
                    quoted(other),
                    quoted(namespace)
                );
                (message, None)
            }
            _ => {
                let names = self.hpas.iter().map(|(found, _)| found.name.as_str());
                let help = match nearest(name, names) {
                    Some(near) => format!("did you mean {}?", quoted(near)),
                    None => "put its `autoscaling/v2` object into a file beside this one".into(),
                };
                let message = format!(
                    "no HorizontalPodAutoscaler in these documents is called {}",
                    quoted(name)
                );
                (message, Some(help))
            }
        };
        report.error(Code::UnknownName, span, message).help = help;
        None
    }

    /// Warns of policies and autoscalers that no service names.
    pub(crate) fn unused(&self, report: &mut Report<'_>) {
        for (name, (span, _, used)) in &self.policies {
            if !used {
                let message = format!("no service is governed by the policy {}", quoted(name));
                report.warning(Code::Unused, *span, message);
            }
        }
        for (found, used) in &self.hpas {
            if !used {
                let message = format!(
                    "no service is governed by the HorizontalPodAutoscaler {}",
                    quoted(&found.name)
                );
                report.warning(Code::Unused, found.span, message);
            }
        }
    }
}
