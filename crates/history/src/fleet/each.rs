//! A closure for each item, on several threads; what comes of it stands in the items' order.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Calls `work` with each item. Whichever thread is free takes the next one. Once `stop` is raised, no
/// further one is taken.
pub(super) fn of<I: Send, T: Send>(
    threads: NonZeroUsize,
    stop: &AtomicBool,
    items: Vec<I>,
    work: impl Fn(I) -> T + Sync,
) -> Vec<T> {
    if threads.get() == 1 || items.len() < 2 {
        let wanted = items.into_iter().take_while(|_| !stop.load(Ordering::Relaxed));
        return wanted.map(work).collect();
    }
    let items: Vec<Mutex<Option<I>>> =
        items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            if stop.load(Ordering::Relaxed) {
                return done;
            }
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = items.get(place) else { return done };
            let item = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            done.extend(item.map(|item| (place, work(item))));
        }
    };
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let many = threads.get().min(items.len());
        let handles: Vec<_> = (1..many).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for handle in handles {
            match handle.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_it_stands_in_order() {
        for threads in [1, 2, 7, 100] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let items: Vec<u64> = (0..50).collect();
            let squares = of(threads, &AtomicBool::new(false), items, |item| {
                // Earlier ones end later.
                std::thread::sleep(std::time::Duration::from_micros(50 - item));
                item * item
            });
            assert_eq!(squares, (0..50).map(|item| item * item).collect::<Vec<_>>());
        }
    }

    #[test]
    fn once_stopped_no_further_item_is_taken() {
        for threads in [1, 2] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let stop = AtomicBool::new(false);
            let done = of(threads, &stop, (0..1000).collect(), |item: i32| {
                stop.store(true, Ordering::Relaxed);
                item
            });
            assert!((1..=threads.get()).contains(&done.len()), "{}", done.len());
        }
    }
}
