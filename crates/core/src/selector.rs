//! Kubernetes label selectors: which labels they pick, and how Kubernetes writes them.

mod labels;
mod parse;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A selector over labels: every requirement must hold. An empty one picks everything.
///
/// Read from Kubernetes' text form; errors are in Kubernetes' own words, since they end up in
/// conditions.
///
/// ```
/// use trimtab_core::Selector;
/// let selector: Selector = "app=web,tier in (front,back),!canary".parse().unwrap();
/// let labels = [("app", "web"), ("tier", "back")];
/// assert!(selector.picks(|key| labels.iter().find(|l| l.0 == key).map(|l| l.1)));
/// assert_eq!(selector.to_string(), "app=web,!canary,tier in (back,front)");
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selector {
    requirements: Vec<Requirement>,
    nothing: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    In,
    NotIn,
    Equals,
    DoubleEquals,
    NotEquals,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

impl Selector {
    /// The selector that picks nothing: what a metric without a selector asks for.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { requirements: Vec::new(), nothing: true }
    }

    /// Whether labels, looked up by key, are picked.
    pub fn picks<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        !self.nothing && self.requirements.iter().all(|r| r.holds(label(&r.key)))
    }

    /// Sorted by key, as Kubernetes keeps them.
    fn of(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort_by(|a, b| a.key.cmp(&b.key));
        Self { requirements, nothing: false }
    }
}

impl Requirement {
    /// A requirement, if its key and values can be such; else all that is wrong, in Kubernetes' words.
    fn new(key: String, operator: Operator, values: Vec<String>) -> Result<Self, String> {
        let mut errors = Vec::new();
        errors.extend(labels::wrong_key("key", &key));
        let wrong = match operator {
            Operator::In | Operator::NotIn if values.is_empty() => {
                Some("for 'in', 'notin' operators, values set can't be empty")
            }
            Operator::Equals | Operator::DoubleEquals | Operator::NotEquals
                if values.len() != 1 =>
            {
                Some("exact-match compatibility requires one single value")
            }
            Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
                Some("values set must be empty for exists and does not exist")
            }
            Operator::GreaterThan | Operator::LessThan if values.len() != 1 => {
                Some("for 'Gt', 'Lt' operators, exactly one value is required")
            }
            _ => None,
        };
        errors.extend(wrong.map(|detail| labels::invalid_list("values", &values, detail)));
        if matches!(operator, Operator::GreaterThan | Operator::LessThan) {
            let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
            for (at, value) in
                values.iter().enumerate().filter(|(_, v)| labels::integer(v).is_none())
            {
                errors.push(labels::invalid(&format!("values[{at}]"), value, detail));
            }
        }
        for (at, value) in values.iter().enumerate() {
            errors.extend(labels::wrong_value(&format!("values[{at}][{key}]"), value));
        }
        labels::aggregate(errors).map_or(Ok(Self { key, operator, values }), Err)
    }

    #[inline]
    fn holds(&self, label: Option<&str>) -> bool {
        let listed = |label| self.values.iter().any(|value| value == label);
        match self.operator {
            Operator::In | Operator::Equals | Operator::DoubleEquals => label.is_some_and(listed),
            Operator::NotIn | Operator::NotEquals => !label.is_some_and(listed),
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
            Operator::GreaterThan | Operator::LessThan => {
                let limit = self.values.first().and_then(|value| labels::integer(value));
                let number = label.and_then(labels::integer);
                number.zip(limit).is_some_and(|(number, limit)| match self.operator {
                    Operator::GreaterThan => number > limit,
                    _ => number < limit,
                })
            }
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, requirement) in self.requirements.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            fmt::Display::fmt(requirement, f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = match self.operator {
            Operator::DoesNotExist => return write!(f, "!{}", self.key),
            Operator::Exists => return f.write_str(&self.key),
            Operator::Equals => ("=", ""),
            Operator::DoubleEquals => ("==", ""),
            Operator::NotEquals => ("!=", ""),
            Operator::GreaterThan => (">", ""),
            Operator::LessThan => ("<", ""),
            Operator::In => (" in (", ")"),
            Operator::NotIn => (" notin (", ")"),
        };
        let mut values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        values.sort_unstable();
        write!(f, "{}{before}{}{after}", self.key, values.join(","))
    }
}

/// A text that is not a selector, in Kubernetes' words.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SelectorError(String);

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        parse::parse(text).map(Self::of).map_err(SelectorError)
    }
}

/// A `LabelSelector` as objects carry it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LabelSelector {
    /// Labels that must have these values.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub match_labels: std::collections::BTreeMap<String, String>,
    /// Further requirements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<LabelExpression>,
}

/// One requirement of a `LabelSelector`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelExpression {
    /// The label's key.
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: String,
    /// The values, where the operator takes any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl LabelSelector {
    /// The selector that this stands for.
    ///
    /// # Errors
    /// In Kubernetes' words, on a key, an operator or values that cannot be.
    pub fn selector(&self) -> Result<Selector, SelectorError> {
        let labels = self.match_labels.iter().map(|(key, value)| {
            Requirement::new(key.clone(), Operator::Equals, vec![value.clone()])
        });
        let expressions = self.match_expressions.iter().map(|expression| {
            let operator = match expression.operator.as_str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => {
                    return Err(format!(
                        "{} is not a valid label selector operator",
                        crate::golang::quoted(other)
                    ));
                }
            };
            Requirement::new(expression.key.clone(), operator, expression.values.clone())
        });
        let requirements: Result<Vec<_>, String> = labels.chain(expressions).collect();
        requirements.map(Selector::of).map_err(SelectorError)
    }
}

/// As Go prints the object, which ends up in messages.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("&LabelSelector{MatchLabels:map[string]string{")?;
        for (key, value) in &self.match_labels {
            write!(f, "{key}: {value},")?;
        }
        f.write_str("},MatchExpressions:[]LabelSelectorRequirement{")?;
        for expression in &self.match_expressions {
            let LabelExpression { key, operator, values } = expression;
            let values = values.join(" ");
            write!(
                f,
                "LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{values}],}},"
            )?;
        }
        f.write_str("},}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Selector>().expect_err(text).to_string()
    }

    #[test]
    fn kubernetes_own_words() {
        assert_eq!(error("a=b c"), "found 'c', expected: ',' or 'end of string'");
        assert_eq!(error("a,"), "found '', expected: identifier after ','");
        assert_eq!(error("a in b"), "unable to parse requirement: found 'b' expected: '('");
        assert_eq!(error("(a)"), "found '(', expected: !, identifier, or 'end of string'");
        let value = error("a=b!");
        assert_eq!(value, "found '!', expected: ',' or 'end of string'");
        let dash = error("a=-b");
        assert!(
            dash.starts_with(
                "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label"
            ),
            "{dash}"
        );
    }

    #[test]
    fn round_trip() {
        for text in
            ["a=b", "a==b", "a!=b", "a", "!a", "a in (b,c)", "a notin (b)", "a>1", "a<2", "a="]
        {
            let selector: Selector = text.parse().expect(text);
            assert_eq!(selector.to_string(), text);
        }
    }

    #[test]
    fn go_prints_the_object_like_this() {
        let mut selector = LabelSelector::default();
        selector.match_labels.insert("a".into(), "b".into());
        assert_eq!(
            selector.to_string(),
            "&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}"
        );
    }
}
