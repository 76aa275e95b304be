//! loom runs these programs in every order of their threads' steps, and with every value that a load may see.

mod sleep;

/// Checks `program`, with at most `preemptions` forced changes of thread in a run where there is a bound.
fn check(preemptions: Option<usize>, program: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = model.preemption_bound.or(preemptions);
    model.max_branches = 10_000;
    let runs = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&runs);
    model.check(move || {
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        program();
    });
    println!("{} runs", runs.load(std::sync::atomic::Ordering::Relaxed));
}
