//! Many containers in turns: one sample of each, as a recommender that runs sees them. What a
//! container's weights stand in is far away each time, so that many are fetched together.

use std::hint::black_box;

use super::amount::MILLICORES;
use super::decay::{Decay, Factor};
use super::{Vpa, buckets};
use crate::rightsize::{PodId, Refused, Resource};
use crate::{Real, Timestamp};

/// How many containers are looked at together.
const ABREAST: usize = 64;

/// What each of many containers used of a resource, one sample each: a column for each part of a
/// sample. Columns that are longer than others, or than the containers, are cut.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Round<'a> {
    /// Of which resource.
    pub resource: Resource,
    /// In which of the container's pods.
    pub pods: &'a [PodId],
    /// When, in nanoseconds since 1970.
    pub at: &'a [i64],
    /// How much: cores or bytes.
    pub values: &'a [f64],
}

impl Vpa {
    /// Takes in a sample of each of many containers. It is [`Estimator::add`] for each of them, to
    /// the bit, with many on their way through memory at once. `refused` is told of what the
    /// recommender would not count, by its place.
    ///
    /// ```
    /// use trimtab_core::rightsize::vpa::{Round, Vpa};
    /// use trimtab_core::rightsize::{PodId, Refused, Resource};
    ///
    /// let mut fleet = vec![Vpa::default(); 3];
    /// let round = Round {
    ///     resource: Resource::Cpu,
    ///     pods: &[PodId::new(0); 3],
    ///     at: &[1_700_000_000_000_000_000; 3],
    ///     values: &[0.25, f64::NAN, 1.5],
    /// };
    /// let mut refused = Vec::new();
    /// Vpa::add_abreast(&mut fleet, round, |place, why| refused.push((place, why)));
    /// assert_eq!(fleet.iter().map(Vpa::samples).collect::<Vec<_>>(), [1, 0, 1]);
    /// assert!(matches!(refused[..], [(1, Refused::NotFinite(_))]));
    /// ```
    ///
    /// [`Estimator::add`]: crate::rightsize::Estimator::add
    pub fn add_abreast(
        containers: &mut [Self],
        round: Round<'_>,
        mut refused: impl FnMut(usize, Refused),
    ) {
        let Round { resource, pods, at, values } = round;
        let count = containers.len().min(pods.len()).min(at.len()).min(values.len());
        let (kept, mut first) = (&mut Factor::default(), 0_usize);
        if resource == Resource::Cpu {
            let (groups, pods) = (containers.as_chunks_mut().0, pods.as_chunks().0);
            let samples = pods.iter().zip(at.as_chunks().0).zip(values.as_chunks().0);
            for (group, ((pods, at), cores)) in groups.iter_mut().zip(samples) {
                let told = |place: usize, why| refused(first.saturating_add(place), why);
                cpu_of_group(group, pods, at, cores, kept, told);
                first = first.saturating_add(ABREAST);
            }
        }
        // Memory is in place, but for a peak now and then.
        let samples = pods.iter().zip(at).zip(values).zip(containers).enumerate();
        for (place, (((pod, at), value), vpa)) in samples.take(count).skip(first) {
            let (pod, at, value) = (*pod, Timestamp::from_nanos(*at), Real::new(*value));
            let noted = match resource {
                Resource::Cpu => vpa.take_cpu(pod, at, value, kept),
                Resource::Memory => vpa.take_memory(pod, at, value, kept),
            };
            if let Err(why) = noted {
                refused(place, why);
            }
        }
    }
}

/// What was found out about a sample while its weight was on its way.
#[derive(Clone, Copy)]
struct Ahead {
    factor: f64,
    bucket: u8,
    /// Whether nothing is left but to check its time and to add it.
    plain: bool,
}

fn cpu_of_group(
    group: &mut [Vpa; ABREAST],
    pods: &[PodId; ABREAST],
    at: &[i64; ABREAST],
    cores: &[f64; ABREAST],
    kept: &mut Factor,
    mut refused: impl FnMut(usize, Refused),
) {
    let mut ahead = [Ahead { factor: 0.0, bucket: 0, plain: false }; ABREAST];
    // In loops over all places of arrays no place needs a check.
    for place in 0..ABREAST {
        let sample = (at.get(place), cores.get(place));
        let (Some(vpa), (Some(at), Some(cores)), Some(ahead)) =
            (group.get(place), sample, ahead.get_mut(place))
        else {
            break;
        };
        let half_life = vpa.recommender.settings().cpu_half_life;
        let cpu = &vpa.seen.cpu;
        let bucket = buckets::CPU.find(cores * MILLICORES);
        let factor = cpu.standing_factor(Timestamp::from_nanos(*at), Decay { half_life, kept });
        // Reads the weight for nothing but to have it near.
        black_box(cpu.histogram().weight(bucket));
        let plain = factor.is_some() & cores.is_finite();
        *ahead = Ahead { factor: factor.unwrap_or(0.0), bucket, plain };
    }
    for place in 0..ABREAST {
        let sample = (pods.get(place), at.get(place), cores.get(place));
        let (Some(vpa), (Some(pod), Some(at), Some(cores)), Some(ahead)) =
            (group.get_mut(place), sample, ahead.get(place))
        else {
            break;
        };
        let (at, Ahead { factor, bucket, plain }) = (Timestamp::from_nanos(*at), *ahead);
        let noted = if plain {
            let noted = vpa.pods.with(*pod, |pod| pod.cpu(at));
            noted.map(|()| vpa.seen.add_cpu_by(bucket, at, factor))
        } else {
            vpa.take_cpu(*pod, at, Real::new(*cores), kept)
        };
        if let Err(why) = noted {
            refused(place, why);
        }
    }
}
