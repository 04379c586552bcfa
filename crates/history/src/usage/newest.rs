//! What is requested and limited to, by the newest row that says so.

use trimtab_core::rightsize::Amounts;
use trimtab_core::{Bytes, MilliCores};

use super::cells;

/// Which amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Setting {
    CpuRequest,
    CpuLimit,
    MemoryRequest,
    MemoryLimit,
}

/// Each setting's newest value with its instant; of two of one instant the larger, so that the order
/// of sources does not matter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Newest([Option<(i64, i64)>; 4]);

impl Newest {
    /// Takes a value, in cores or bytes, if it is newer.
    pub(crate) fn offer(&mut self, setting: Setting, at: i64, value: f64) {
        let amount = match setting {
            Setting::CpuRequest | Setting::CpuLimit => cells::cores(value).map(MilliCores::get),
            Setting::MemoryRequest | Setting::MemoryLimit => cells::bytes(value).map(Bytes::get),
        };
        if let (Some(slot), Some(amount)) = (self.0.get_mut(setting as usize), amount) {
            *slot = (*slot).max(Some((at, amount)));
        }
    }

    /// Takes what another one has that is newer.
    pub(crate) fn merge(&mut self, other: Self) {
        for (mine, other) in self.0.iter_mut().zip(other.0) {
            *mine = (*mine).max(other);
        }
    }

    pub(crate) fn requests(&self) -> Amounts {
        self.amounts(Setting::CpuRequest, Setting::MemoryRequest)
    }

    pub(crate) fn limits(&self) -> Amounts {
        self.amounts(Setting::CpuLimit, Setting::MemoryLimit)
    }

    fn amounts(&self, cpu: Setting, memory: Setting) -> Amounts {
        let of = |setting: Setting| {
            self.0.get(setting as usize).copied().flatten().map(|(_, amount)| amount)
        };
        Amounts { cpu: of(cpu).map(MilliCores::new), memory: of(memory).map(Bytes::new) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_counts_in_any_order() {
        let offers = [(2, 0.5), (3, 0.25), (3, 0.75), (1, 4.0), (9, f64::NAN)];
        let mut forward = Newest::default();
        let mut backward = Newest::default();
        for (at, cpu) in offers {
            forward.offer(Setting::CpuRequest, at, cpu);
        }
        for (at, cpu) in offers.into_iter().rev() {
            backward.offer(Setting::CpuRequest, at, cpu);
        }
        assert_eq!(forward, backward);
        let mut merged = Newest::default();
        merged.offer(Setting::MemoryLimit, 0, 7.0);
        merged.merge(forward);
        assert_eq!(merged.requests().cpu, Some(MilliCores::new(750)));
        assert_eq!(merged.limits().memory, Some(Bytes::new(7)));
        assert_eq!((merged.requests().memory, merged.limits().cpu), (None, None));
    }
}
