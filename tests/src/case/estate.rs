//! The policy of a case, read from its documents as any estate is.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use trimtab::Policy;
use trimtab::documents::{Source, read_estate, render};

/// What only a simulation needs of a service. A case decides and does not simulate, so its
/// services may leave these out.
const FOR_SIMULATION: [(&str, &str); 3] = [
    ("resources", r#"{"requests":{"cpu":"1","memory":"1Gi"}}"#),
    (
        "plant",
        r#"{"capacity":100,"serviceTime":"10ms","cpu":{"idle":"10m","full":"1"},
        "memory":{"idle":"100Mi","perRequest":"1Mi"},"queueLimit":100,"startUp":"20s","readiness":"10s"}"#,
    ),
    ("demand", r#"{"constant":0}"#),
];

/// The policy of a service.
pub(super) fn policy(
    name: &str,
    documents: &[Box<RawValue>],
    service: &str,
) -> Result<Policy, String> {
    let sources: Vec<Source> = (0..)
        .zip(documents)
        .map(|(at, document): (usize, _)| {
            let text = fit(document.get()).unwrap_or_else(|| document.get().to_owned());
            Source::new(&format!("{name}#documents[{at}]"), text.into_bytes())
        })
        .collect();
    let estate = read_estate(&sources).map_err(|findings| render(&findings, false))?;
    let policy = estate.policies().find(|policy| policy.service().as_str() == service);
    policy.cloned().ok_or_else(|| format!("{name}: the documents have no service `{service}`"))
}

/// The document with what its services leave out; `None` if it is not of that shape, about which
/// the reader of estates has more to say.
fn fit(document: &str) -> Option<String> {
    let mut estate: Entries = serde_json::from_str(document).ok()?;
    let services = &mut estate.0.iter_mut().find(|(key, _)| key == "services")?.1;
    let mut all: Entries = serde_json::from_str(services).ok()?;
    for (_, service) in &mut all.0 {
        let mut keys: Entries = serde_json::from_str(service).ok()?;
        for (key, value) in FOR_SIMULATION {
            if keys.0.iter().all(|(given, _)| given != key) {
                keys.0.push((key.into(), value.into()));
            }
        }
        *service = keys.to_string();
    }
    *services = all.to_string();
    Some(estate.to_string())
}

/// The entries of a JSON object in their order, twice given ones too, values as their text.
struct Entries(Vec<(String, String)>);

impl fmt::Display for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self
            .0
            .iter()
            .map(|(key, value)| format!("{}:{value}", serde_json::Value::from(key.as_str())))
            .collect();
        write!(f, "{{{}}}", entries.join(","))
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    entries.push((key, value.get().to_owned()));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
