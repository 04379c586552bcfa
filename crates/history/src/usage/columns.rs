//! The columns of a table of usage, whatever file it stands in.

use crate::Problem;
use crate::error::shown;

/// A column of a table of usage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Column {
    Timestamp,
    Namespace,
    Workload,
    Pod,
    Container,
    Cpu,
    Memory,
    CpuRequest,
    CpuLimit,
    MemoryRequest,
    MemoryLimit,
}

pub(crate) const NAMES: [(&str, Column); 11] = [
    ("timestamp", Column::Timestamp),
    ("namespace", Column::Namespace),
    ("workload", Column::Workload),
    ("pod", Column::Pod),
    ("container", Column::Container),
    ("cpu", Column::Cpu),
    ("memory", Column::Memory),
    ("cpu_request", Column::CpuRequest),
    ("cpu_limit", Column::CpuLimit),
    ("memory_request", Column::MemoryRequest),
    ("memory_limit", Column::MemoryLimit),
];

pub(crate) const EXPECTED: &str = "`timestamp`, `pod`, `container`, `cpu` (cores) or `memory` \
    (bytes), and perhaps `namespace`, `workload`, `cpu_request`, `cpu_limit`, `memory_request`, \
    `memory_limit`";

impl Column {
    pub(crate) fn name(self) -> &'static str {
        NAMES.into_iter().find(|(_, column)| *column == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        let found = NAMES.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        found.map(|(_, column)| column)
    }
}

/// Where each column stands in a header, by its place there. Columns of other names are somebody
/// else's and passed over, unless one seems to be meant that is missing.
pub(crate) fn places<'a>(
    header: impl Iterator<Item = &'a str> + Clone,
) -> Result<Vec<(Column, usize)>, (usize, Problem)> {
    let mut places: Vec<(Column, usize)> = Vec::new();
    for (place, name) in header.clone().enumerate() {
        let Some(column) = Column::of(name) else { continue };
        if let Some((_, first)) = places.iter().find(|(known, _)| *known == column) {
            let (first, second) = (first + 1, place + 1);
            return Err((place, Problem::SameName { name: shown(name), first, second }));
        }
        places.push((column, place));
    }
    let has = |column| places.iter().any(|(known, _)| *known == column);
    for (place, name) in header.enumerate() {
        if Column::of(name).is_none()
            && let Some(nearest) = meant(name).filter(|column| !has(*column))
        {
            let nearest = Some(nearest.name().to_owned());
            let problem =
                Problem::UnknownUsageColumn { name: shown(name), nearest, expected: EXPECTED };
            return Err((place, problem));
        }
    }
    let lacking = [Column::Timestamp, Column::Pod, Column::Container]
        .into_iter()
        .find(|column| !has(*column))
        .or_else(|| (!has(Column::Cpu) && !has(Column::Memory)).then_some(Column::Cpu));
    match lacking {
        Some(column) => {
            Err((0, Problem::MissingColumn { name: column.name(), expected: EXPECTED }))
        }
        None => Ok(places),
    }
}

/// The mistake of a key that seems to misspell a column; any other is somebody else's.
pub(super) fn unknown(name: &str) -> Option<Problem> {
    let nearest = Some(meant(name)?.name().to_owned());
    Some(Problem::UnknownUsageColumn { name: shown(name), nearest, expected: EXPECTED })
}

/// The column that a name seems to misspell.
fn meant(name: &str) -> Option<Column> {
    let name = name.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(known, &name);
    let nearest = NAMES.into_iter().map(|(known, column)| (distance(known), known, column)).min();
    nearest
        .filter(|(distance, known, _)| *distance <= (known.len() / 4).max(1))
        .map(|(_, _, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: &str) -> String {
        match places(header.split(',')) {
            Ok(places) => {
                let names = places.iter().map(|(column, at)| format!("{}@{at}", column.name()));
                names.collect::<Vec<_>>().join(" ")
            }
            Err((place, problem)) => format!("{place}: {problem}"),
        }
    }

    #[test]
    fn found_by_name_and_others_passed_over() {
        assert_eq!(
            told("node,Timestamp,pod,container,memory"),
            "timestamp@1 pod@2 container@3 memory@4"
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (header, want) in [
            (
                "timestamp,pod,container,memroy",
                "3: unknown column `memroy`, did you mean `memory`?",
            ),
            ("timestamp,pod,cpu", "0: no column `container`; expected `timestamp`"),
            ("timestamp,pod,container", "0: no column `cpu`"),
            ("timestamp,pod,container,cpu,CPU", "4: the columns 4 and 5 are both named `CPU`"),
        ] {
            assert!(told(header).starts_with(want), "{header}: {}", told(header));
        }
    }
}
