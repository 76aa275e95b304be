//! Rows 80 to 96: threads, and what becomes of their panics.

use super::{HANG, own_process, pool};
use linecrew_core::executor::thread::{self, Thread, ThreadError};
use linecrew_core::executor::{BoundedSemaphore, TaskError};
use std::collections::HashSet;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

/// A running thread that ends when the sender is used or dropped.
fn blocked() -> (Thread, Sender<()>) {
    let (release, released) = mpsc::channel::<()>();
    let wait = move || {
        let _ = released.recv();
    };
    let thread = thread::spawn(wait).unwrap();
    (thread, release)
}

fn join(thread: &Thread) {
    assert!(thread.join_timeout(HANG).unwrap(), "{thread:?} did not end");
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A given name is kept; else it is `Thread-N`, with the name of a target that has one.
#[test]
fn row_80_name() {
    fn poll_devices() {}
    assert_eq!(Thread::builder().name("poller").build(|| ()).name(), "poller");
    let number = |name: &str| name.strip_prefix("Thread-").unwrap().parse::<u64>().unwrap();
    let (first, second) = (Thread::new(|| ()), Thread::new(|| ()));
    assert!(number(first.name()) < number(second.name()));
    let named = Thread::new(poll_devices);
    let default = named.name().strip_suffix(" (poll_devices)").unwrap();
    assert!(number(default) > number(second.name()));
}

/// A started thread sees its own name, and so does the standard library.
#[test]
fn row_80_name_in_the_thread() {
    let (sender, names) = mpsc::channel();
    let tell = move || {
        let known = std::thread::current().name().map(str::to_owned);
        sender.send((thread::current().name().to_owned(), known)).unwrap();
    };
    join(&Thread::builder().name("poller").spawn(tell).unwrap());
    assert_eq!(names.recv().unwrap(), ("poller".to_owned(), Some("poller".to_owned())));
}

/// A name that the system cannot take is an error at the start, not a panic.
#[test]
fn row_80_name_with_a_nul() {
    let thread = Thread::builder().name("a\0b").build(|| ());
    assert!(matches!(thread.start(), Err(ThreadError::Name(name)) if name == "a\0b"));
    assert!(!thread.is_alive());
}

/// Ten threads under a semaphore of three: never more inside, idents differ, and none is alive when joined.
#[test]
fn row_81_various_ops() {
    let semaphore = Arc::new(BoundedSemaphore::new(3));
    let inside = Arc::new(AtomicUsize::new(0));
    let (sender, seen) = mpsc::channel();
    let enter = || {
        let (semaphore, inside, sender) = (Arc::clone(&semaphore), Arc::clone(&inside), sender.clone());
        thread::spawn(move || {
            let _permit = semaphore.acquire();
            sender.send((inside.fetch_add(1, Ordering::SeqCst) + 1, thread::current().ident())).unwrap();
            std::thread::yield_now();
            inside.fetch_sub(1, Ordering::SeqCst);
        })
    };
    let threads: Vec<_> = (0..10).map(|_| enter().unwrap()).collect();
    let idents: HashSet<_> = threads.iter().map(|thread| thread.ident().unwrap()).collect();
    threads.iter().for_each(join);
    assert!(!threads.iter().any(Thread::is_alive));
    let seen: Vec<_> = seen.try_iter().collect();
    assert!(seen.iter().all(|(inside, _)| *inside <= 3), "{seen:?}");
    assert_eq!(idents.len(), 10);
    assert_eq!(seen.into_iter().filter_map(|(_, ident)| ident).collect::<HashSet<_>>(), idents);
}

/// `current` works in a thread that others started: same thread each time, its own name, alive until it ends.
#[test]
fn row_82_foreign_thread() {
    let foreign = std::thread::Builder::new().name("foreign".to_owned());
    let tell = || {
        let current = thread::current();
        assert_eq!(current, thread::current());
        assert!(current.is_alive() && !current.is_daemon());
        assert!(matches!(current.join(), Err(ThreadError::JoinsItself(_))));
        current
    };
    let current = foreign.spawn(tell).unwrap().join().unwrap();
    assert_eq!(current.name(), "foreign");
    assert_ne!(current, thread::current());
    join(&current);
    assert!(!current.is_alive());
    let unnamed = std::thread::spawn(thread::current).join().unwrap();
    assert!(unnamed.name().starts_with("Dummy-"), "{unnamed:?}");
}

/// `current` works in a pool's worker, which has its worker's name and is not listed.
#[test]
fn row_82_pool_worker() {
    let job = || {
        let current = thread::current();
        (current.name().to_owned(), std::thread::current().name().map(str::to_owned), current)
    };
    let (name, known, current) = pool(1).submit(job).result().unwrap();
    assert_eq!(Some(name), known);
    assert!(!thread::enumerate().contains(&current));
}

/// A joined thread is never listed, however soon after its end one looks; a running one is.
#[test]
fn row_83_enumerate_after_join() {
    for _ in 0..100 {
        let (sender, listed) = mpsc::channel();
        let tell = move || sender.send(thread::enumerate().contains(&thread::current())).unwrap();
        let thread = thread::spawn(tell).unwrap();
        thread.join().unwrap();
        assert!(!thread::enumerate().contains(&thread));
        assert!(listed.recv().unwrap(), "it did not find itself");
    }
}

/// What is listed: the main thread and those that run; neither what was not started nor what has ended.
#[test]
fn row_83_enumerate_and_active_count() {
    let name = "thread::row_83_enumerate_and_active_count";
    own_process(name, || {
        thread::run_main(|| {
            assert_eq!(thread::enumerate(), [thread::main_thread()]);
            let (first, release_first) = blocked();
            let (second, release_second) = blocked();
            let unstarted = Thread::new(|| ());
            assert_eq!(thread::enumerate(), [thread::main_thread(), first.clone(), second.clone()]);
            assert_eq!(thread::active_count(), 3);
            drop(release_first);
            join(&first);
            unstarted.start().unwrap();
            join(&unstarted);
            assert_eq!(thread::enumerate(), [thread::main_thread(), second]);
            drop(release_second);
        });
    });
}

/// Any number of threads can join one; all return, and it can be joined again.
#[test]
fn row_84_join_from_multiple_threads() {
    let (thread, release) = blocked();
    let join_it = || {
        let thread = thread.clone();
        std::thread::spawn(move || thread.join_timeout(HANG).unwrap())
    };
    let joiners: Vec<_> = (0..8).map(|_| join_it()).collect();
    assert!(!thread.join_timeout(Duration::ZERO).unwrap());
    drop(release);
    assert!(joiners.into_iter().all(|joiner| joiner.join().unwrap()));
    thread.join().unwrap();
    assert!(!thread.is_alive());
}

/// A timed join of a blocked thread returns, and the thread lives on.
#[test]
fn row_85_join_with_timeout() {
    let (thread, release) = blocked();
    assert!(!thread.join_timeout(Duration::from_millis(10)).unwrap());
    assert!(thread.is_alive());
    drop(release);
    assert!(thread.join_timeout(Duration::MAX).unwrap());
    assert!(!thread.is_alive());
}

/// What a target captured is dropped before a join returns.
#[test]
fn row_85_join_sees_the_captures_dropped() {
    for panics in [false, true] {
        let (capture, dropped) = mpsc::channel::<()>();
        let target = move || {
            let _capture = &capture;
            assert!(!panics, "the target panics, and its capture is dropped all the same");
        };
        join(&thread::spawn(target).unwrap());
        assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }
}

/// A thread is no daemon unless it is built as one, or by one that is. Nothing can change it later.
#[test]
fn row_86_daemon_param() {
    let (sender, inherited) = mpsc::channel();
    let tell = |sender: Sender<_>| {
        move || {
            let chosen = Thread::builder().daemon(false).build(|| ());
            sender
                .send([thread::current(), Thread::new(|| ()), chosen].map(|thread| thread.is_daemon()))
                .unwrap();
        }
    };
    let plain = Thread::new(tell(sender.clone()));
    let daemon = Thread::builder().daemon(true).build(tell(sender));
    assert!(!plain.is_daemon() && daemon.is_daemon());
    for (thread, expected) in [(plain, [false; 3]), (daemon, [true, true, false])] {
        thread.start().unwrap();
        join(&thread);
        assert_eq!(inherited.recv().unwrap(), expected);
    }
}

/// The main thread has an identity and Python's name; it counts as ended once `run_main` only waits.
#[test]
fn row_87_main_thread() {
    own_process("thread::row_87_main_thread", || {
        let (sender, seen) = mpsc::channel();
        thread::run_main(|| {
            let main = thread::main_thread();
            assert_eq!(main, thread::current());
            assert_eq!(main.name(), "MainThread");
            assert!(main.is_alive() && !main.is_daemon() && main.ident().is_some());
            let wait_for_main = move || {
                let main = thread::main_thread();
                assert_ne!(main, thread::current());
                sender.send((main.join_timeout(HANG).unwrap(), main.is_alive())).unwrap();
            };
            thread::spawn(wait_for_main).unwrap();
        });
        assert_eq!(seen.try_recv(), Ok((true, false)));
    });
}

/// A second start is an error, whether the thread runs or has ended.
#[test]
fn row_88_start_thread_again() {
    let (thread, release) = blocked();
    assert!(matches!(thread.start(), Err(ThreadError::AlreadyStarted(name)) if name == thread.name()));
    drop(release);
    join(&thread);
    let error = thread.start().unwrap_err().to_string();
    assert!(
        error.ends_with("was started before: a thread runs once, make another for the next run"),
        "{error}"
    );
}

/// A refused start leaves the thread as it was, to be started later.
#[test]
fn row_88_start_after_the_system_refused() {
    let thread = Thread::builder().stack_size(usize::MAX / 4).build(|| ());
    for _ in 0..2 {
        assert!(matches!(thread.start(), Err(ThreadError::Refused { .. })), "{thread:?}");
        assert!(!thread.is_alive() && !thread::enumerate().contains(&thread));
    }
}

/// A thread that joins itself gets an error instead of a deadlock.
#[test]
fn row_89_joining_current_thread() {
    let (sender, errors) = mpsc::channel();
    let join_itself = move || {
        let current = thread::current();
        let timed = current.join_timeout(HANG).map(drop);
        sender.send([current.join(), timed].map(|joined| joined.unwrap_err().to_string())).unwrap();
    };
    let thread = Thread::builder().name("ouroboros").spawn(join_itself).unwrap();
    join(&thread);
    let expected = "thread 'ouroboros' cannot join itself: it would wait for its own end";
    assert_eq!(errors.recv().unwrap(), [expected, expected]);
}

/// A join before the start is an error, and leaves no trace.
#[test]
fn row_90_joining_inactive_thread() {
    let thread = Thread::new(|| ());
    assert!(matches!(thread.join(), Err(ThreadError::NotStarted(name)) if name == thread.name()));
    assert!(matches!(thread.join_timeout(Duration::ZERO), Err(ThreadError::NotStarted(_))));
    assert_eq!(thread.ident(), None);
    thread.start().unwrap();
    join(&thread);
    assert!(thread.ident().is_some());
}

/// The end of the program waits for threads that are no daemons, also for one that another starts during the wait.
#[test]
fn row_91_join_nondaemon_on_shutdown() {
    let printed = own_process("thread::row_91_join_nondaemon_on_shutdown", || {
        thread::run_main(|| {
            let last = || {
                thread::spawn(|| println!("[last]")).unwrap();
            };
            let after_main = move || {
                thread::main_thread().join().unwrap();
                println!("[thread]");
                thread::spawn(last).unwrap();
            };
            thread::spawn(after_main).unwrap();
            println!("[main]");
        });
        println!("[end]");
    });
    let Some(output) = printed else { return };
    let printed = String::from_utf8(output.stdout).unwrap();
    let marks: Vec<_> =
        printed.lines().filter_map(|line| line.split_once('[')).map(|(_, mark)| mark).collect();
    assert_eq!(marks, ["main]", "thread]", "last]", "end]"]);
}

/// The end of the program does not wait for daemons.
#[test]
fn row_91_daemon_threads() {
    own_process("thread::row_91_daemon_threads", || {
        let (held, never) = mpsc::channel::<()>();
        let daemons = thread::run_main(|| {
            let wait = move || {
                let _ = never.recv();
            };
            let daemon = Thread::builder().daemon(true).spawn(wait).unwrap();
            // A daemon's threads are daemons.
            let (sender, receiver) = mpsc::channel();
            let parent = move || {
                let (started, _held) = blocked();
                sender.send(started.clone()).unwrap();
                started.join().unwrap();
            };
            Thread::builder().daemon(true).spawn(parent).unwrap();
            [daemon, receiver.recv().unwrap()]
        });
        assert!(daemons.iter().all(Thread::is_alive));
        drop(held);
    });
}

/// A panic of the main function goes on after the wait.
#[test]
fn row_91_main_panics() {
    own_process("thread::row_91_main_panics", || {
        let (sender, ran) = mpsc::channel();
        let main = move || {
            let after_main = move || {
                thread::main_thread().join().unwrap();
                sender.send(()).unwrap();
            };
            thread::spawn(after_main).unwrap();
            std::panic::panic_any(7_u8);
        };
        let payload = std::panic::catch_unwind(|| thread::run_main(main)).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&7_u8));
        ran.try_recv().unwrap();
    });
}

/// `run_main` cannot wait for the thread that it runs on.
#[test]
fn row_91_run_main_in_a_thread() {
    let (sender, refused) = mpsc::channel();
    let run_main =
        move || sender.send(std::panic::catch_unwind(|| thread::run_main(|| ())).is_err()).unwrap();
    join(&thread::spawn(run_main).unwrap());
    assert!(refused.recv().unwrap());
    assert!(!thread::enumerate().is_empty(), "and the registry works on");
}

/// By default a panic is printed with the thread's name and the message, by the process's own panic hook.
#[test]
fn row_92_excepthook() {
    let printed = own_process("thread::row_92_excepthook", || {
        let thread = Thread::builder().name("poller").spawn(|| panic!("no route to r1")).unwrap();
        join(&thread);
        drop(pool(1).submit(|| panic!("no route to r2")));
    });
    let Some(output) = printed else { return };
    let printed = stderr(&output);
    assert!(printed.contains("thread 'poller'"), "{printed}");
    assert_eq!(printed.matches("panicked at").count(), 2, "{printed}");
    assert_eq!(printed.matches("no route to r1").count(), 1, "{printed}");
    assert_eq!(printed.matches("no route to r2").count(), 1, "{printed}");
}

/// What a custom excepthook was told.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    payload: Option<u8>,
    message: String,
    thread: Option<String>,
    place: Option<(String, u32)>,
}

fn collect() -> Receiver<Told> {
    let (sender, told) = mpsc::channel();
    thread::set_excepthook(move |args| {
        let told = Told {
            payload: args.payload().downcast_ref().copied(),
            message: args.message().to_owned(),
            thread: args.thread().map(str::to_owned),
            place: args.location().map(|place| (place.file().to_owned(), place.line())),
        };
        sender.send(told).unwrap();
    });
    told
}

/// A custom excepthook gets the payload, the thread and the place, and nothing is printed.
#[test]
fn row_93_custom_excepthook() {
    let printed = own_process("thread::row_93_custom_excepthook", || {
        let told = collect();
        let (line, target) = (line!(), || std::panic::panic_any(7_u8));
        join(&Thread::builder().name("poller").spawn(target).unwrap());
        let expected = Told {
            payload: Some(7),
            message: "a value that is no text".to_owned(),
            thread: Some("poller".to_owned()),
            place: Some((file!().to_owned(), line)),
        };
        assert_eq!(told.try_recv(), Ok(expected));
        join(&thread::spawn(|| panic!("no route to {}", "r1")).unwrap());
        assert_eq!(told.try_recv().unwrap().message, "no route to r1");
    });
    let Some(output) = printed else { return };
    assert_eq!(stderr(&output), "");
}

/// A panic of a thread that is not ours goes to the panic hook, and the excepthook hears nothing of it.
#[test]
fn row_93_panics_of_other_threads() {
    let printed = own_process("thread::row_93_panics_of_other_threads", || {
        let told = collect();
        std::thread::spawn(|| panic!("not ours")).join().unwrap_err();
        assert!(told.try_recv().is_err());
    });
    let Some(output) = printed else { return };
    assert!(stderr(&output).contains("not ours"), "{output:?}");
}

/// A panic that the target catches is its own affair, and does not lend its place to the next one.
#[test]
fn row_93_caught_by_the_target() {
    own_process("thread::row_93_caught_by_the_target", || {
        let told = collect();
        let target = || {
            let caught = std::panic::catch_unwind(|| panic!("caught"));
            assert!(caught.is_err());
        };
        join(&thread::spawn(target).unwrap());
        join(&thread::spawn(|| std::panic::resume_unwind(Box::new("without a hook"))).unwrap());
        let told = told.try_iter().collect::<Vec<_>>();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].message.as_str(), &told[0].place), ("without a hook", &None));
    });
}

/// The second panic of one target is printed as well as told: it could have been one that aborts the process.
#[test]
fn row_93_second_panic() {
    let printed = own_process("thread::row_93_second_panic", || {
        let told = collect();
        let target = || {
            let caught = std::panic::catch_unwind(|| panic!("caught"));
            assert!(caught.is_err());
            panic!("not caught");
        };
        join(&thread::spawn(target).unwrap());
        assert_eq!(told.try_iter().map(|told| told.message).collect::<Vec<_>>(), ["not caught"]);
    });
    let Some(output) = printed else { return };
    let printed = stderr(&output);
    assert_eq!(printed.matches("panicked at").count(), 1, "{printed}");
    assert!(printed.contains("not caught"), "{printed}");
}

/// The place told is that of the panic that ended the target, whatever destructors did on the way.
#[test]
fn row_93_place_of_the_outer_panic() {
    struct CatchesInDrop;
    impl Drop for CatchesInDrop {
        fn drop(&mut self) {
            let caught = std::panic::catch_unwind(|| panic!("caught"));
            assert!(caught.is_err());
        }
    }
    own_process("thread::row_93_place_of_the_outer_panic", || {
        let told = collect();
        let unread = pool(1).submit(|| CatchesInDrop);
        let (sender, line) = mpsc::channel();
        let target = move || {
            let _unread = unread;
            sender.send(line!() + 1).unwrap();
            panic!("outer");
        };
        join(&thread::spawn(target).unwrap());
        let told = told.try_recv().unwrap();
        assert_eq!(
            (told.message.as_str(), told.place),
            ("outer", Some((file!().to_owned(), line.recv().unwrap())))
        );
    });
}

/// An excepthook that panics is contained: its panic and the one it was called for are printed, the program goes on.
#[test]
fn row_94_custom_excepthook_fail() {
    let printed = own_process("thread::row_94_custom_excepthook_fail", || {
        thread::set_excepthook(|_| panic!("a fault of the hook"));
        let thread = Thread::builder().name("poller").spawn(|| panic!("no route to r1")).unwrap();
        join(&thread);
        let executor = pool(1);
        let unread = pool(1).submit(|| panic!("no route to r2"));
        executor.submit(|| drop(unread)).result().unwrap();
        assert_eq!(executor.submit(|| 1).result().unwrap(), 1, "the worker lives on");
    });
    let Some(output) = printed else { return };
    let printed = stderr(&output);
    assert_eq!(printed.matches("a fault of the hook").count(), 2, "{printed}");
    assert!(printed.contains("thread 'poller' panicked at "), "{printed}");
    assert_eq!(printed.matches("no route to r1").count(), 1, "{printed}");
    assert_eq!(printed.matches("no route to r2").count(), 1, "{printed}");
}

/// The default excepthook can be restored, and the custom one set again.
#[test]
fn row_95_original_excepthook() {
    let printed = own_process("thread::row_95_original_excepthook", || {
        let told = collect();
        join(&thread::spawn(|| panic!("first")).unwrap());
        thread::reset_excepthook();
        join(&thread::spawn(|| panic!("second")).unwrap());
        assert_eq!(
            told.iter().map(|told| told.message).collect::<Vec<_>>(),
            ["first"],
            "and the hook is dropped"
        );
        let told = collect();
        join(&thread::spawn(|| panic!("third")).unwrap());
        assert_eq!(told.try_recv().unwrap().message, "third");
    });
    let Some(output) = printed else { return };
    let printed = stderr(&output);
    assert_eq!(printed.matches("panicked at").count(), 1, "{printed}");
    assert!(printed.contains("second"), "{printed}");
}

/// A panic that was silent for the sake of an excepthook is printed if that is gone when nobody has read it.
#[test]
fn row_95_reset_before_the_panic_is_given_up() {
    let printed = own_process("thread::row_95_reset_before_the_panic_is_given_up", || {
        let told = collect();
        // The pool is dropped at once, so the task has ended.
        let task = pool(1).submit(|| panic!("no route to r1"));
        assert!(task.is_done());
        thread::reset_excepthook();
        drop(task);
        assert!(told.try_recv().is_err());
    });
    let Some(output) = printed else { return };
    let printed = stderr(&output);
    assert_eq!(printed.matches("panicked at").count(), 1, "{printed}");
    assert!(printed.contains(file!()) && printed.contains("no route to r1"), "{printed}");
}

/// `exit` ends a thread without a word, to stderr or to an excepthook; destructors run.
#[test]
fn row_96_system_exit() {
    let printed = own_process("thread::row_96_system_exit", || {
        let exits = || {
            let (capture, dropped) = mpsc::channel::<()>();
            let target = move || {
                let _capture = &capture;
                thread::exit();
            };
            join(&thread::spawn(target).unwrap());
            assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected));
        };
        exits();
        let told = collect();
        exits();
        drop(pool(1).submit(|| thread::exit()));
        let ended = pool(1).submit(|| thread::exit()).result();
        let Err(TaskError::Panicked(panic)) = ended else { panic!("{ended:?}") };
        assert_eq!(panic.message(), "thread::exit was called");
        assert!(told.try_recv().is_err());
    });
    let Some(output) = printed else { return };
    assert_eq!(stderr(&output), "");
}

/// A task's panic that nobody reads reaches the excepthook, also where the handle went first; one that is read does
/// not. Nothing is printed.
#[test]
fn row_65_unread_panics_reach_the_excepthook() {
    let printed = own_process("thread::row_65_unread_panics_reach_the_excepthook", || {
        let told = collect();
        let executor = pool(1);
        let read = executor.submit(|| panic!("read")).result().unwrap_err();
        assert_eq!(read.to_string(), "the task panicked: read");
        let TaskError::Panicked(panic) = read else { panic!("{read}") };
        assert_eq!(panic.location().unwrap().file(), file!());
        assert!(panic.thread().unwrap().ends_with("_0"));
        drop(executor.submit(|| panic!("unread")));
        let mut task = executor.submit(|| 5);
        task.add_done_callback(|_| panic!("a callback's"));
        assert_eq!(task.result().unwrap(), 5);
        drop(executor);
        let messages: Vec<_> = told.try_iter().map(|told| told.message).collect();
        assert_eq!(messages, ["unread", "a callback's"]);
    });
    let Some(output) = printed else { return };
    assert_eq!(stderr(&output), "");
}
