//! The keys of a line. Those of headers and of events are read by one reader, so that each mistake
//! is told at its place before it is known which of both the line was to be.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::{Event, event, header};
use crate::kubernetes::objects::Text;
use crate::report::{listed, nearest, quoted};

/// What a line turned out to be.
pub(super) enum Either<'a> {
    Header(header::Shape<'a>),
    Event(Event<'a>),
}

const HEADER: [&str; 6] = ["apiVersion", "kind", "name", "workload", "namespace", "containers"];
const EVENT: [&str; 9] =
    ["at", "pod", "container", "cpu", "memory", "oom", "restart", "recommend", "recorded"];

/// Everything that a line may have.
#[derive(Default)]
struct Keys<'a> {
    header: header::Shape<'a>,
    event: event::Shape<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Either<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Either<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut keys, mut of_header, mut of_event) = (Keys::default(), None, None);
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    let key = key.as_str();
                    if let Some(known) = HEADER.iter().find(|known| **known == key) {
                        of_header = Some(*known);
                    } else if let Some(known) = EVENT.iter().find(|known| **known == key) {
                        of_event = Some(*known);
                    }
                    if let (Some(header), Some(event)) = (of_header, of_event) {
                        return Err(A::Error::custom(format!(
                            "{} is of a header and {} of an event: a line is one of both",
                            quoted(header),
                            quoted(event)
                        )));
                    }
                    keys.take(key, &mut map)?;
                }
                match of_header {
                    Some(_) => Ok(Either::Header(keys.header)),
                    None => keys.event.read().map(Either::Event).map_err(A::Error::custom),
                }
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de> Keys<'de> {
    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Self { header, event } = self;
        match key {
            "apiVersion" => once(&mut header.api_version, key, map),
            "kind" => once(&mut header.kind, key, map),
            "name" => once(&mut header.name, key, map),
            "workload" => once(&mut header.workload, key, map),
            "namespace" => once(&mut header.namespace, key, map),
            "containers" => once(&mut header.containers, key, map),
            "at" => once(&mut event.at, key, map),
            "pod" => once(&mut event.pod, key, map),
            "container" => once(&mut event.container, key, map),
            "cpu" => once(&mut event.cpu, key, map),
            "memory" => once(&mut event.memory, key, map),
            "oom" => once(&mut event.oom, key, map),
            "restart" => once(&mut event.restart, key, map),
            "recommend" => once(&mut event.recommend, key, map),
            "recorded" => once(&mut event.recorded, key, map),
            _ => {
                let of_event = EVENT.iter().copied().chain(HEADER);
                Err(unknown(key, of_event))
            }
        }
    }
}

/// Reads a value that may stand once.
pub(super) fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    place: &mut Option<T>,
    key: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    if place.is_some() {
        // Read all the same, so that the place that is told is the second one's.
        map.next_value::<IgnoredAny>()?;
        return Err(A::Error::custom(format!("the key {} stands twice", quoted(key))));
    }
    *place = Some(map.next_value()?);
    Ok(())
}

/// A key that is not known, with the one that may have been meant.
pub(super) fn unknown<E: Error>(key: &str, known: impl Iterator<Item = &'static str> + Clone) -> E {
    let hint = match nearest(key, known.clone()) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => format!("known are {}", listed(known, "and")),
    };
    E::custom(format!("unknown key {}; {hint}", quoted(key)))
}
