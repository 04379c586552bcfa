//! A history's header.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use trimtab_core::rightsize::Amounts;

use super::known::{once, unknown};
use super::{Container, Header};
use crate::kubernetes::objects::{Amount, Text};
use crate::line::LineError;
use crate::report::quoted;

const API: &str = "trimtab.dev/v1";
const KIND: &str = "UsageHistory";

/// A header's keys.
#[derive(Default)]
pub(super) struct Shape<'a> {
    pub(super) api_version: Option<Text<'a>>,
    pub(super) kind: Option<Text<'a>>,
    pub(super) name: Option<Text<'a>>,
    pub(super) workload: Option<Text<'a>>,
    pub(super) namespace: Option<Text<'a>>,
    pub(super) containers: Option<Vec<ContainerShape<'a>>>,
}

/// A container's keys.
#[derive(Default)]
pub(super) struct ContainerShape<'a> {
    name: Option<Text<'a>>,
    requests: Option<AmountsShape>,
    limits: Option<AmountsShape>,
}

/// What is set of each resource.
#[derive(Default)]
struct AmountsShape {
    cpu: Option<Set>,
    memory: Option<Set>,
}

/// A quantity that is there, from zero up.
struct Set(Amount);

/// Checks what a header says.
pub(super) fn read(shape: Shape<'_>) -> Result<Header, LineError> {
    let text = |text: Option<Text<'_>>| text.map(|text| text.0.into_owned());
    let required =
        |given: Option<Text<'_>>, key: &str| text(given).ok_or_else(|| missing(key, "a header"));
    let only = |given: String, key: &str, known: &str| match given == known {
        true => Ok(()),
        false => Err(LineError::Unknown {
            field: key.to_owned(),
            found: given,
            known: format!("there is `{known}`"),
        }),
    };
    only(required(shape.api_version, "apiVersion")?, "apiVersion", API)?;
    only(required(shape.kind, "kind")?, "kind", KIND)?;
    let name = required(shape.name, "name")?;
    let mut containers: Vec<Container> = Vec::new();
    for shape in shape.containers.ok_or_else(|| missing("containers", "a header"))? {
        let name = required(shape.name, "name")?;
        if containers.iter().any(|known| known.name == name) {
            return Err(wrong(format!("two containers are called {}", quoted(&name))));
        }
        let (requests, limits) = (amounts(shape.requests), amounts(shape.limits));
        containers.push(Container { name, requests, limits });
    }
    if containers.is_empty() {
        return Err(wrong("`containers` needs at least one".into()));
    }
    let (workload, namespace) = (text(shape.workload), text(shape.namespace));
    Ok(Header {
        name,
        workload: workload.unwrap_or_default(),
        namespace: namespace.unwrap_or_default(),
        containers,
    })
}

fn missing(key: &str, of: &str) -> LineError {
    wrong(format!("{} is missing in {of}", quoted(key)))
}

fn wrong(problem: String) -> LineError {
    LineError::Malformed { column: 1, problem }
}

fn amounts(shape: Option<AmountsShape>) -> Amounts {
    let shape = shape.unwrap_or_default();
    Amounts {
        cpu: shape.cpu.map(|Set(amount)| amount.0.millicores()),
        memory: shape.memory.map(|Set(amount)| amount.0.bytes()),
    }
}

impl<'de> Deserialize<'de> for Set {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let digits = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if !raw.starts_with('"') && !digits {
            let message = format!("expected a quantity such as 500m or 2Gi, found {}", quoted(raw));
            return Err(D::Error::custom(message));
        }
        let amount: Amount = serde_json::from_str(raw).map_err(D::Error::custom)?;
        if amount.0.is_negative() {
            return Err(D::Error::custom(format!("{} is below zero", quoted(raw))));
        }
        Ok(Self(amount))
    }
}

/// Reads a map with these keys.
macro_rules! keys {
    ($type:ty, $reader:ident, { $($key:literal => $field:ident),* }) => {
        struct $reader;
        impl<'de> Visitor<'de> for $reader {
            type Value = $type;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$type, A::Error> {
                let mut shape = <$type>::default();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    match key.as_str() {
                        $($key => once(&mut shape.$field, $key, &mut map)?,)*
                        other => return Err(unknown(other, [$($key),*].into_iter())),
                    }
                }
                Ok(shape)
            }
        }
    };
}

impl<'de: 'a, 'a> Deserialize<'de> for ContainerShape<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        keys!(ContainerShape<'de>, Reader, {
            "name" => name, "requests" => requests, "limits" => limits
        });
        deserializer.deserialize_map(Reader)
    }
}

impl<'de> Deserialize<'de> for AmountsShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        keys!(AmountsShape, Reader, { "cpu" => cpu, "memory" => memory });
        deserializer.deserialize_map(Reader)
    }
}
