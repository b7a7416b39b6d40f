//! Work for the pool, whose results one thread posts to the ledger.
//!
//! Takes pieces of work in order, what to do with each, and how to post what comes of it. The pieces are done in
//! parallel and end in any order; one thread outside the pool posts them, one at a time. Must never know what a piece is.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::{EngineError, Options, stopped};

/// The first failure of a stage. Whoever sees one starts nothing new.
#[derive(Default)]
pub(super) struct Failure(Mutex<Option<EngineError>>);

impl Failure {
    /// Notes a failure, unless there is one.
    pub(super) fn set(&self, error: EngineError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn is_set(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// Does all `work` in the pool and posts what it gives, until the first failure or until the run is to stop.
///
/// What a worker has finished is posted whatever else failed, because it is on the disk: after too many holds, the books
/// must show them. Only a failure of `post` itself ends the posting.
pub(super) fn run<W: Send, D: Send>(
    pool: &rayon::ThreadPool,
    options: &Options<'_>,
    mut work: impl FnMut() -> Result<Option<W>, EngineError> + Send,
    make: impl Fn(W) -> Result<Option<D>, EngineError> + Sync,
    mut post: impl FnMut(D, &Failure) -> Result<(), EngineError> + Send,
) -> Result<(), EngineError> {
    let failure = &Failure::default();
    // A few results may wait for the ledger; the pool is then slowed down by one slot per thread.
    let (sender, receiver) = crossbeam::channel::bounded::<D>(pool.current_num_threads() * 2 + 2);
    let pieces = std::iter::from_fn(|| {
        if stopped(options) || failure.is_set() {
            return None;
        }
        work().unwrap_or_else(|error| {
            failure.set(error);
            None
        })
    });
    std::thread::scope(|scope| {
        let posting = scope.spawn(move || {
            let mut is_broken = false;
            while let Ok(done) = receiver.recv() {
                if is_broken {
                    continue;
                }
                if let Err(error) = post(done, failure) {
                    is_broken = true;
                    failure.set(error);
                }
            }
        });
        pool.install(|| {
            pieces.par_bridge().for_each(|piece| {
                if failure.is_set() {
                    return;
                }
                match make(piece) {
                    // The receiver lives as long as the scope; it can only be gone if it panicked, which the join passes on.
                    Ok(Some(done)) => drop(sender.send(done)),
                    Ok(None) => {}
                    Err(error) => failure.set(error),
                }
            });
        });
        drop(sender);
        if let Err(panic) = posting.join() {
            std::panic::resume_unwind(panic);
        }
    });
    if let Some(error) = failure.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(error);
    }
    if stopped(options) { Err(EngineError::Interrupted) } else { Ok(()) }
}
