//! An event of a history.

use serde_json::value::RawValue;
use trimtab_core::Timestamp;

use super::{Event, Method, Seen, What};
use crate::kubernetes::objects::Text;
use crate::report::{listed, nearest, quoted};

/// An event's keys.
#[derive(Default)]
pub(super) struct Shape<'a> {
    pub(super) at: Option<&'a RawValue>,
    pub(super) pod: Option<Text<'a>>,
    pub(super) container: Option<Text<'a>>,
    pub(super) cpu: Option<f64>,
    pub(super) memory: Option<f64>,
    pub(super) oom: Option<f64>,
    pub(super) restart: Option<bool>,
    pub(super) recommend: Option<Vec<Text<'a>>>,
    pub(super) recorded: Option<&'a RawValue>,
}

impl<'a> Shape<'a> {
    /// Checks what an event says.
    pub(super) fn read(self) -> Result<Event<'a>, String> {
        let at_text = self.at.ok_or("`at` is missing in an event")?;
        let at = instant(at_text.get())?;
        let used = self.cpu.is_some() || self.memory.is_some();
        let kinds = [used, self.oom.is_some(), self.restart.is_some(), self.recommend.is_some()];
        if kinds.into_iter().filter(|given| *given).count() != 1 {
            return Err(
                "an event has usage (`cpu`, `memory` or both), or one of `oom`, `restart` \
                        and `recommend`"
                    .into(),
            );
        }
        let of_container = used || self.oom.is_some();
        if !of_container && (self.pod.is_some() || self.container.is_some()) {
            return Err("`restart` and `recommend` are of no pod and no container".into());
        }
        if self.recorded.is_some() && self.recommend.is_none() {
            return Err("`recorded` belongs to `recommend`".into());
        }
        let what = if of_container {
            let seen = match self.oom {
                Some(bytes) => Seen::OomKilled(whole_bytes(bytes)?),
                None => Seen::Used { cpu: self.cpu, memory: self.memory },
            };
            let pod = self.pod.ok_or("`pod` is missing in an event of a container")?.0;
            let container =
                self.container.ok_or("`container` is missing in an event of a container")?.0;
            What::Seen { pod, container, seen }
        } else if let Some(restart) = self.restart {
            if !restart {
                return Err("`restart` can only be `true`".into());
            }
            What::Restart
        } else {
            let methods = methods(&self.recommend.unwrap_or_default())?;
            What::Recommend { methods, recorded: self.recorded.map(RawValue::get) }
        };
        Ok(Event { at, at_text, what })
    }
}

/// Seconds since 1970 as nanoseconds: the double's whole seconds, and its fraction rounded.
fn instant(text: &str) -> Result<Timestamp, String> {
    const RANGE: &str = "the years 1678 to 2261";
    let number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let seconds: f64 = match text.parse() {
        Ok(seconds) if number => seconds,
        _ => return Err(format!("`at`: expected seconds since 1970, found {}", quoted(text))),
    };
    let whole = seconds.trunc();
    if whole.abs() > 9.2e9 {
        return Err(format!("`at`: {} lies outside {RANGE}", quoted(text)));
    }
    let nanos = ((seconds - whole) * 1e9).round();
    Ok(Timestamp::from_nanos((whole as i64) * 1_000_000_000 + nanos as i64))
}

fn whole_bytes(bytes: f64) -> Result<i64, String> {
    // Whole doubles below 2^63 are exact.
    if bytes.trunc() == bytes && (0.0..9.2e18).contains(&bytes) {
        Ok(bytes as i64)
    } else {
        Err(format!("`oom`: expected whole bytes from 0, found `{bytes}`"))
    }
}

fn methods(names: &[Text<'_>]) -> Result<Vec<Method>, String> {
    let mut methods = Vec::new();
    for name in names {
        let known = Method::ALL.into_iter().find(|method| method.as_str() == name.as_str());
        let Some(method) = known else {
            let names = || Method::ALL.into_iter().map(Method::as_str);
            let hint = match nearest(name.as_str(), names()) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => format!("there are {}", listed(names(), "and")),
            };
            return Err(format!("`recommend`: {} is no method; {hint}", quoted(name.as_str())));
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    if methods.is_empty() {
        return Err("`recommend` needs at least one method".into());
    }
    Ok(methods)
}
