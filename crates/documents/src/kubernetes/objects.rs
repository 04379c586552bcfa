//! Kubernetes objects as JSON has them, as far as a decision looks at them. They are someone
//! else's: other fields are passed over, and `null` is as good as absent.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use trimtab_core::{Quantity, Timestamp};

use super::shape;

/// A field that may be `null`, which is its default.
pub(crate) fn or_null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A quantity, whose bare numbers keep their digits.
#[derive(Clone, Debug)]
pub(crate) struct Amount(pub(crate) Quantity);

impl Default for Amount {
    fn default() -> Self {
        Self(Quantity::ZERO)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if raw == "null" {
            return Ok(Self::default());
        }
        let text: Cow<'_, str> = match raw.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            // A quantity has no escapes, so most texts stand as they are.
            Some(text) if !text.contains('\\') => text.into(),
            Some(_) => {
                serde_json::from_str::<String>(raw).map_err(serde::de::Error::custom)?.into()
            }
            None => raw.into(),
        };
        text.trim().parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// A text, borrowed where it has no escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;
        impl<'de> Visitor<'de> for Borrow {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Borrow).map(Text)
    }
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn owned(&self) -> String {
        self.as_str().to_owned()
    }
}

/// A JSON object as a list of its entries, in order; of two of one key the last counts.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a, V>(pub(crate) Vec<(Text<'a>, V)>);

impl<V> Default for Entries<'_, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, V> Entries<'a, V> {
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.0.iter().rev().find(|(known, _)| known.as_str() == key).map(|(_, value)| value)
    }
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for Entries<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<V>(std::marker::PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Collect<V> {
            type Value = Vec<(Text<'de>, V)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0));
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Collect(std::marker::PhantomData)).map(Entries)
    }
}

/// What a decision looks at in an object's metadata.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) namespace: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) labels: Entries<'a, Text<'a>>,
    #[serde(default)]
    pub(crate) deletion_timestamp: Option<Timestamp>,
}

/// A core/v1 Pod.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Pod<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) metadata: Metadata<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) spec: PodSpec<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) status: PodStatus<'a>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodSpec<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) containers: Vec<Container<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) init_containers: Vec<Container<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) resources: Resources<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) overhead: Entries<'a, Amount>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Container<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) resources: Resources<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) restart_policy: Text<'a>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Resources<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) requests: Entries<'a, Amount>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodStatus<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) phase: Text<'a>,
    #[serde(default)]
    pub(crate) start_time: Option<Timestamp>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) conditions: Vec<PodCondition<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodCondition<'a> {
    #[serde(borrow, default, deserialize_with = "or_null", rename = "type")]
    pub(crate) kind: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) status: Text<'a>,
    #[serde(default)]
    pub(crate) last_transition_time: Option<Timestamp>,
}

/// An autoscaling/v1 Scale.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Scale<'a> {
    #[serde(default, deserialize_with = "or_null")]
    pub(crate) spec: ScaleSpec,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) status: ScaleStatus<'a>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ScaleSpec {
    #[serde(default, deserialize_with = "or_null")]
    pub(crate) replicas: i32,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ScaleStatus<'a> {
    #[serde(default, deserialize_with = "or_null")]
    pub(crate) replicas: i32,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) selector: Text<'a>,
}

/// What `metrics.k8s.io` says of a pod.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct PodMetrics<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) metadata: Metadata<'a>,
    #[serde(default)]
    pub(crate) timestamp: Option<Timestamp>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) window: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) containers: Vec<ContainerMetrics<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ContainerMetrics<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) usage: Entries<'a, Amount>,
}

/// What `custom.metrics.k8s.io` says of an object.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricValue<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) described_object: ObjectReference<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) metric: MetricIdentifier<'a>,
    #[serde(default, deserialize_with = "or_null")]
    pub(crate) value: Amount,
}

/// What `external.metrics.k8s.io` says of a series.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalMetricValue<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) metric_name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) metric_labels: Entries<'a, Text<'a>>,
    #[serde(default, deserialize_with = "or_null")]
    pub(crate) value: Amount,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ObjectReference<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) kind: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) api_version: Text<'a>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct MetricIdentifier<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "shape::optional")]
    pub(crate) selector: Option<LabelSelector<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LabelSelector<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) match_labels: Entries<'a, Text<'a>>,
    #[serde(borrow, default, deserialize_with = "shape::list")]
    pub(crate) match_expressions: Vec<LabelExpression<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct LabelExpression<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) key: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) operator: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) values: Vec<Text<'a>>,
}
