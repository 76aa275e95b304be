//! Runs in virtual time: every host ends once, no limit is ever passed, nothing waits for ever.

use super::*;
use crate::fleet::batches::Share;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What an attempt at a host is like.
#[derive(Clone, Debug)]
struct Attempt {
    /// When it sends its credential, if it gets that far.
    asks: Option<u64>,
    login: u64,
    work: Option<u64>,
    end: End,
    /// So many of its logins are refused, from the first on.
    refuses: usize,
}

impl Attempt {
    fn well() -> Self {
        Self { asks: Some(50), login: 100, work: Some(100), end: End::default(), refuses: 0 }
    }

    fn failing() -> Self {
        Self { work: None, end: End { failed: true, ..End::default() }, ..Self::well() }
    }

    fn refused() -> Self {
        Self { refuses: usize::MAX, ..Self::well() }
    }

    fn silent() -> Self {
        let end = End { may_retry: true, failed: true, ..End::default() };
        Self { asks: None, work: None, end, ..Self::well() }
    }
}

/// What happens in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    Asks,
    LoggedIn,
    Ends,
}

/// A run in virtual time.
struct Simulation {
    schedule: Schedule,
    needs: Vec<Needs>,
    attempts: Vec<Attempt>,
    limits: Limits,
    workers: usize,
    start: Instant,
    now: Instant,
    due: BTreeSet<(Instant, usize, Happens)>,
    logging_in: BTreeSet<usize>,
    /// Those of them that have sent their credential.
    sent: BTreeSet<usize>,
    /// The credentials that were let in, by realm.
    accepted: BTreeSet<(String, Option<String>)>,
    working: BTreeSet<usize>,
    /// When each attempt began, and with whom.
    began: Vec<(Instant, usize)>,
    ended: Vec<Option<String>>,
    refusals: BTreeMap<String, usize>,
}

/// With this credential alone.
fn login(credential: &str) -> Vec<Login> {
    vec![Login { credential: credential.to_owned(), one_time: Vec::new() }]
}

fn needs(count: usize) -> Vec<Needs> {
    let logins = login("");
    let host = |index| Needs {
        device: format!("d{index}"),
        limits_logins: true,
        logins: logins.clone(),
        ..Needs::default()
    };
    (0..count).map(host).collect()
}

fn rules(workers: usize) -> Rules {
    Rules { workers, limits: Limits::default(), retry: Retry::default(), batches: None, read_only: true }
}

impl Simulation {
    fn new(needs: Vec<Needs>, attempts: Vec<Attempt>, rules: Rules) -> Self {
        let (limits, workers, start) = (rules.limits.clone(), rules.workers, Instant::now());
        let ended = vec![None; needs.len()];
        let schedule = Schedule::new(&needs, rules, Chance::new());
        Self {
            schedule,
            needs,
            attempts,
            limits,
            workers,
            start,
            now: start,
            due: BTreeSet::new(),
            logging_in: BTreeSet::new(),
            sent: BTreeSet::new(),
            accepted: BTreeSet::new(),
            working: BTreeSet::new(),
            began: Vec::new(),
            ended,
            refusals: BTreeMap::new(),
        }
    }

    /// Runs to the end; gives what became of each host.
    fn run(&mut self) -> Vec<&str> {
        loop {
            match self.schedule.next(self.now) {
                Next::Start(host) => self.begin(host),
                Next::Skip(host, why) => self.end(host, &format!("{why:?}")),
                Next::GiveUp(host, _) => self.end(host, "failed"),
                Next::Over => break,
                Next::At(when) => {
                    assert!(when > self.now, "it would spin");
                    match self.due.first() {
                        Some((first, ..)) if *first <= when => self.happen(),
                        _ => self.now = when,
                    }
                }
                Next::Wait => {
                    assert!(!self.due.is_empty(), "it waits for nothing: {:?}", self.ended);
                    self.happen();
                }
            }
        }
        assert!(self.due.is_empty());
        self.ended.iter().map(|ended| ended.as_deref().expect("each host has an end")).collect()
    }

    fn begin(&mut self, host: usize) {
        let mut attempt = self.attempts[host].clone();
        if self.schedule.login(host) < attempt.refuses {
            attempt.work = None;
        }
        self.schedule.connects(host, self.now);
        self.began.push((self.now, host));
        self.logging_in.insert(host);
        let after = |ms| self.now + Duration::from_millis(ms);
        self.due.extend(attempt.asks.map(|asks| (after(asks), host, Happens::Asks)));
        match attempt.work {
            Some(work) => {
                self.due.insert((after(attempt.login), host, Happens::LoggedIn));
                self.due.insert((after(attempt.login + work), host, Happens::Ends));
            }
            None => _ = self.due.insert((after(attempt.login), host, Happens::Ends)),
        }
        self.check();
    }

    fn happen(&mut self) {
        let (when, host, what) = self.due.pop_first().unwrap();
        self.now = self.now.max(when);
        match what {
            Happens::Asks if self.schedule.may_log_in(host) => self.send(host),
            Happens::Asks => {
                self.due.retain(|(_, other, _)| *other != host);
                self.over(host, End { put_off: true, failed: true, ..End::default() });
            }
            Happens::LoggedIn => {
                self.logging_in.remove(&host);
                self.sent.remove(&host);
                self.working.insert(host);
                self.accepted.insert(self.realm(host));
                self.schedule.logged_in(host, self.now);
            }
            Happens::Ends => {
                let end = self.attempt_end(host);
                self.over(host, end);
            }
        }
    }

    /// The credential that a host takes, and where it is checked.
    fn realm(&self, host: usize) -> (String, Option<String>) {
        let needs = &self.needs[host];
        (needs.logins[self.schedule.login(host)].credential.clone(), needs.realm.clone())
    }

    /// A host sends its credential: where none was let in yet, it is the only one.
    fn send(&mut self, host: usize) {
        let realm = self.realm(host);
        let has_pilot = |host: &&usize| self.needs[**host].limits_logins || realm.1.is_some();
        if has_pilot(&&host) && !self.accepted.contains(&realm) {
            let others = self.sent.iter().filter(has_pilot).filter(|other| self.realm(**other) == realm);
            assert_eq!(others.count(), 0, "{realm:?} is tried by one at a time");
        }
        self.sent.insert(host);
    }

    fn attempt_end(&mut self, host: usize) -> End {
        let mut end = self.attempts[host].end;
        if end.enable_refused {
            // The password was right.
            self.accepted.insert(self.realm(host));
        }
        let login = self.schedule.login(host);
        if login < self.attempts[host].refuses {
            end = End { refused: true, failed: true, ..End::default() };
            let credential = self.needs[host].logins[login].credential.clone();
            *self.refusals.entry(credential).or_default() += 1;
        }
        end
    }

    fn over(&mut self, host: usize, end: End) {
        self.logging_in.remove(&host);
        self.sent.remove(&host);
        self.working.remove(&host);
        if self.schedule.ended(host, end, self.now) == After::Over {
            self.end(host, if end.failed { "failed" } else { "ok" });
        }
    }

    fn end(&mut self, host: usize, how: &str) {
        assert!(self.ended[host].replace(how.to_owned()).is_none(), "{host} ends twice");
    }

    /// No limit is passed.
    fn check(&self) {
        let running = || self.logging_in.iter().chain(&self.working).map(|host| &self.needs[*host]);
        assert!(running().count() <= self.workers.min(self.limits.sessions.unwrap_or(usize::MAX)));
        let counted = |names: &dyn Fn(&Needs) -> Vec<String>| {
            let mut counts = BTreeMap::<String, usize>::new();
            running().flat_map(names).for_each(|name| *counts.entry(name).or_default() += 1);
            counts
        };
        assert!(counted(&|host| vec![host.device.clone()]).values().all(|count| *count == 1));
        assert!(counted(&|host| host.redundancy_group.iter().cloned().collect()).values().all(|n| *n == 1));
        let groups = counted(&|host| host.groups.clone());
        assert!(self.limits.groups.iter().all(|(group, most)| groups.get(group).is_none_or(|n| n <= most)));
        let jumps = counted(&|host| host.jump_hosts.clone());
        assert!(jumps.values().all(|count| *count <= self.limits.per_jump_host.unwrap_or(usize::MAX)));
        let one_time = self
            .logging_in
            .iter()
            .flat_map(|host| self.needs[*host].logins[self.schedule.login(*host)].one_time.iter());
        assert!(one_time.count() <= 1, "one login at a time with a one-time password");
        let limited = |host: &&usize| self.needs[**host].limits_logins;
        let logins = self.logging_in.iter().filter(limited).count();
        assert!(logins <= self.limits.logins_in_flight.unwrap_or(usize::MAX));
        if let Some(rate) = self.limits.logins_per_second {
            let second = |(when, host): &&(Instant, usize)| {
                *when + Duration::from_secs(1) > self.now && self.needs[*host].limits_logins
            };
            #[allow(clippy::cast_precision_loss)]
            let logins = self.began.iter().filter(second).count() as f64;
            assert!(logins <= rate.max(1.0), "{logins} logins within a second");
        }
    }

    fn elapsed(&self) -> u128 {
        (self.now - self.start).as_millis()
    }

    /// When each attempt began, in milliseconds, and with whom.
    fn starts(&self) -> Vec<(u128, usize)> {
        self.began.iter().map(|(when, host)| ((*when - self.start).as_millis(), *host)).collect()
    }
}

#[test]
fn hosts_start_in_the_order_of_the_inventory_behind_a_pilot() {
    let mut run = Simulation::new(needs(6), vec![Attempt::well(); 6], rules(3));
    assert_eq!(run.run(), ["ok"; 6]);
    assert_eq!(run.began.iter().map(|(_, host)| *host).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    let starts: Vec<_> = run.began.iter().map(|(when, _)| (*when - run.start).as_millis()).collect();
    assert_eq!(starts, [0, 100, 100, 200, 300, 300]);
}

#[test]
fn a_host_that_must_wait_holds_nobody_up() {
    let mut hosts = needs(9);
    for host in &mut hosts[..4] {
        host.redundancy_group = Some("core".to_owned());
        host.limits_logins = false;
    }
    hosts[4..].iter_mut().for_each(|host| host.limits_logins = false);
    let mut run = Simulation::new(hosts, vec![Attempt::well(); 9], rules(6));
    assert_eq!(run.run(), ["ok"; 9]);
    assert_eq!(run.began[..6].iter().map(|(_, host)| *host).collect::<Vec<_>>(), [0, 4, 5, 6, 7, 8]);
}

#[test]
fn a_refused_credential_is_tried_twice_and_never_again() {
    let mut hosts = needs(50);
    for host in &mut hosts {
        host.logins = login("tacacs");
    }
    hosts[30].logins = login("local");
    let mut attempts = vec![Attempt::refused(); 50];
    attempts[30] = Attempt::well();
    let mut run = Simulation::new(hosts, attempts, rules(20));
    let ends = run.run();
    assert_eq!(ends.iter().filter(|end| **end == "failed").count(), 2);
    assert_eq!(ends[30], "ok");
    assert_eq!(ends.iter().filter(|end| end.contains("CredentialRefused(\"tacacs\")")).count(), 47);
    assert_eq!(run.refusals["tacacs"], 2);
}

#[test]
fn where_a_credential_is_refused_the_next_one_is_tried_at_once() {
    let mut hosts = needs(20);
    for host in &mut hosts {
        host.logins = [login("new"), login("old")].concat();
    }
    // Those that the new one was not rolled out to.
    let mut attempts = vec![Attempt::well(); 20];
    attempts[7].refuses = 1;
    let mut run = Simulation::new(hosts.clone(), attempts, rules(5));
    assert_eq!(run.run(), ["ok"; 20]);
    assert_eq!((run.refusals["new"], run.began.len()), (1, 21));
    // After two refusals all others begin with the old one.
    let mut run = Simulation::new(hosts, vec![Attempt { refuses: 1, ..Attempt::well() }; 20], rules(5));
    assert_eq!(run.run(), ["ok"; 20]);
    assert_eq!((run.refusals["new"], run.began.len()), (2, 22));
}

#[test]
fn of_several_wrong_credentials_each_is_refused_twice() {
    let mut hosts = needs(50);
    for host in &mut hosts {
        host.logins = [login("a"), login("b")].concat();
    }
    let mut run = Simulation::new(hosts, vec![Attempt::refused(); 50], rules(20));
    let ends = run.run();
    assert_eq!(ends[..2], ["failed"; 2]);
    assert!(ends[2..].iter().all(|end| *end == "CredentialRefused(\"each of a, b\")"), "{ends:?}");
    assert_eq!((run.refusals["a"], run.refusals["b"]), (2, 2));
}

#[test]
fn a_host_that_was_refused_ends_so_though_its_next_credential_was_refused_elsewhere_meanwhile() {
    let mut hosts = needs(3);
    hosts[0].logins = [login("a"), login("b")].concat();
    hosts[1..].iter_mut().for_each(|host| host.logins = login("b"));
    let mut run = Simulation::new(hosts, vec![Attempt::refused(); 3], rules(3));
    assert_eq!(run.run(), ["failed"; 3]);
    assert_eq!((run.refusals["a"], run.refusals["b"], run.began.len()), (1, 2, 3));
}

#[test]
fn pilots_that_are_down_hold_nobody_up() {
    let down = Attempt { login: 10_000, ..Attempt::silent() };
    let attempts = [vec![down; 3], vec![Attempt::well(); 3]].concat();
    let mut run = Simulation::new(needs(6), attempts, Rules { retry: Retry::never(), ..rules(20) });
    assert_eq!(run.run()[3..], ["ok"; 3]);
    assert_eq!(run.starts(), [(0, 0), (1000, 1), (2000, 2), (3000, 3), (3100, 4), (3100, 5)]);
}

#[test]
fn a_pilot_that_asks_while_another_ones_answer_is_not_known_is_put_off() {
    let slow = Attempt { asks: Some(1500), login: 2000, ..Attempt::well() };
    let takes_long = |attempt: Attempt| Attempt { login: 2000, ..attempt };
    for second in [Attempt::well(), Attempt::refused()] {
        let mut run = Simulation::new(needs(2), vec![slow.clone(), takes_long(second)], rules(20));
        run.run();
        assert_eq!(run.starts(), [(0, 0), (1000, 1), (3000, 0)]);
    }
}

#[test]
fn whoever_asks_once_its_credential_is_used_no_more_is_not_tried() {
    let mut attempts = vec![Attempt::refused(); 3];
    attempts[0] = Attempt { asks: Some(2500), login: 3000, ..Attempt::well() };
    let mut run = Simulation::new(needs(3), attempts, rules(20));
    let ends = run.run();
    assert_eq!((ends[0], &ends[1..]), ("CredentialRefused(\"\")", &["failed"; 2][..]));
}

#[test]
fn a_named_realm_has_a_pilot_though_its_logins_are_not_limited() {
    let mut hosts = needs(50);
    for host in &mut hosts {
        host.limits_logins = false;
        host.realm = Some("lab".to_owned());
    }
    let mut run = Simulation::new(hosts, vec![Attempt::refused(); 50], rules(20));
    run.run();
    assert_eq!(run.refusals[""], 2);
}

#[test]
fn logins_with_a_one_time_password_come_one_at_a_time() {
    let mut hosts = needs(6);
    for host in &mut hosts {
        host.logins = vec![Login { credential: "otp".to_owned(), one_time: vec!["otp".to_owned()] }];
        host.limits_logins = false;
    }
    let mut run = Simulation::new(hosts, vec![Attempt::well(); 6], rules(6));
    assert_eq!(run.run(), ["ok"; 6]);
    let starts: Vec<_> = run.began.iter().map(|(when, _)| (*when - run.start).as_millis()).collect();
    assert_eq!(starts, [0, 100, 200, 300, 400, 500]);
}

#[test]
fn after_one_refusal_the_credential_goes_on_one_at_a_time_until_it_is_let_in() {
    let mut attempts = vec![Attempt::well(); 8];
    attempts[1] = Attempt::refused();
    let mut run = Simulation::new(needs(8), attempts, rules(2));
    assert_eq!(run.run().iter().filter(|end| **end == "ok").count(), 7);
}

#[test]
fn each_realm_has_its_pilot() {
    let mut hosts = needs(4);
    hosts[2].realm = Some("west".to_owned());
    hosts[3].realm = Some("west".to_owned());
    let mut run = Simulation::new(hosts, vec![Attempt::well(); 4], rules(4));
    run.run();
    assert_eq!(run.began.iter().map(|(_, host)| *host).collect::<Vec<_>>(), [0, 2, 1, 3]);
}

#[test]
fn the_network_is_tried_again_twice_and_after_longer_each_time() {
    let mut run = Simulation::new(needs(1), vec![Attempt::silent()], rules(1));
    assert_eq!(run.run(), ["failed"]);
    let starts: Vec<_> = run.began.iter().map(|(when, _)| (*when - run.start).as_millis()).collect();
    assert_eq!(starts.len(), 3);
    assert!((2100..=2600).contains(&starts[1]), "{starts:?}");
    assert!((starts[1] + 10_100..=starts[1] + 12_600).contains(&starts[2]), "{starts:?}");
}

#[test]
fn what_an_answer_decided_is_not_tried_again() {
    for attempt in [Attempt::refused(), Attempt::failing()] {
        let mut run = Simulation::new(needs(1), vec![attempt], rules(1));
        assert_eq!(run.run(), ["failed"]);
        assert_eq!(run.began.len(), 1);
    }
}

#[test]
fn without_its_enable_secret_a_host_is_still_read() {
    let mut schedule = Schedule::new(&needs(4), rules(1), Chance::always(0.0));
    let now = Instant::now();
    let refused = End { enable_refused: true, failed: true, ..End::default() };
    for host in [0, 1] {
        assert_eq!(schedule.next(now), Next::Start(host));
        assert!(!schedule.is_unprivileged(host));
        assert_eq!(schedule.ended(host, refused, now), After::Retry(Duration::ZERO));
        assert_eq!(schedule.next(now), Next::Start(host));
        assert!(schedule.is_unprivileged(host));
        schedule.logged_in(host, now);
        assert_eq!(schedule.ended(host, End::default(), now), After::Over);
    }
    assert_eq!(schedule.next(now), Next::Start(2));
    assert!(schedule.is_unprivileged(2), "refused twice, it is used no more");
}

#[test]
fn with_a_refused_enable_secret_nothing_is_written() {
    let rules = Rules { read_only: false, ..rules(1) };
    let mut hosts = needs(3);
    for host in &mut hosts {
        host.logins = login("tacacs");
    }
    let refused = End { enable_refused: true, failed: true, ..End::default() };
    let attempts = vec![Attempt { end: refused, work: None, ..Attempt::well() }; 3];
    let mut run = Simulation::new(hosts, attempts, rules);
    assert_eq!(run.run(), ["failed", "failed", "CredentialRefused(\"tacacs\")"]);
}

fn in_batches(serial: &str) -> Batches {
    Batches::new(serial.parse().unwrap())
}

#[test]
fn a_batch_begins_when_the_one_before_has_ended_and_soaked() {
    let batches = in_batches("1,4,100%").soak(Duration::from_mins(1));
    let rules = Rules { batches: Some(batches), ..rules(20) };
    let mut run = Simulation::new(needs(10), vec![Attempt::well(); 10], rules);
    assert_eq!(run.run(), ["ok"; 10]);
    let starts: Vec<_> = run.began.iter().map(|(when, _)| (*when - run.start).as_millis()).collect();
    assert_eq!(starts, [[0].as_slice(), &[60_200; 4], &[120_400; 5]].concat());
    assert_eq!(run.elapsed(), 120_600, "behind the last batch nothing soaks");
}

#[test]
fn a_failed_canary_leaves_the_rest_skipped() {
    let rules = Rules { batches: Some(in_batches("1,100%")), ..rules(20) };
    let attempts = [vec![Attempt::failing()], vec![Attempt::well(); 4]].concat();
    let mut run = Simulation::new(needs(5), attempts, rules);
    assert_eq!(
        run.run(),
        ["failed", "TooManyFailures", "TooManyFailures", "TooManyFailures", "TooManyFailures"]
    );
}

#[test]
fn so_many_hosts_may_fail_or_such_a_part_of_a_batch() {
    let failed = |most: &str, attempts: Vec<Attempt>| {
        let batches = in_batches("5").max_failures(most.parse().unwrap());
        let rules = Rules { batches: Some(batches), ..rules(1) };
        let mut run = Simulation::new(needs(attempts.len()), attempts, rules);
        run.run().iter().filter(|end| **end == "failed").count()
    };
    let all = || vec![Attempt::failing(); 10];
    assert_eq!(failed("0", all()), 1);
    assert_eq!(failed("3", all()), 4);
    assert_eq!(failed("100%", all()), 10);
    assert_eq!(failed("40%", all()), 3);
    let one_of_each = || (0..10).map(|at| if at % 5 == 0 { Attempt::failing() } else { Attempt::well() });
    assert_eq!(failed("20%", one_of_each().collect()), 2);
}

#[test]
fn a_stop_skips_all_that_have_not_started_and_tries_none_again() {
    let mut schedule = Schedule::new(&needs(3), rules(1), Chance::always(0.0));
    let now = Instant::now();
    assert_eq!(schedule.next(now), Next::Start(0));
    schedule.stop(Skip::Interrupted);
    assert_eq!(schedule.next(now), Next::Skip(1, Skip::Interrupted));
    assert_eq!(schedule.next(now), Next::Skip(2, Skip::Interrupted));
    assert_eq!(schedule.next(now), Next::Wait);
    assert_eq!(schedule.ended(0, Attempt::silent().end, now), After::Over);
    assert_eq!(schedule.next(now), Next::Over);
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    let ends = (any::<bool>(), 0_u8..20).prop_map(|(may_retry, what)| End {
        may_retry,
        enable_refused: what == 1,
        failed: what < 6,
        ..End::default()
    });
    let refuses = prop_oneof![8 => Just(0), 1 => Just(1), 1 => Just(2), 1 => Just(3)];
    let login = (1_u64..5000).prop_flat_map(|login| (0..login, Just(login)));
    let work = proptest::option::of(0_u64..5000);
    (login, work, ends, refuses, any::<bool>()).prop_map(|((asks, login), work, end, refuses, is_down)| {
        // Whoever was refused never came to work.
        let work = work.filter(|_| !end.enable_refused);
        let asks = Some(asks).filter(|_| !is_down || work.is_some() || end.enable_refused || refuses > 0);
        Attempt { asks, login, work, end: End { failed: end.failed || work.is_none(), ..end }, refuses }
    })
}

fn any_refused_or_down() -> impl Strategy<Value = Attempt> {
    let login = (1_u64..15_000).prop_flat_map(|login| (0..login, Just(login)));
    (login, 0_u8..4).prop_map(|((asks, login), is_down)| match is_down {
        0 => Attempt { login, ..Attempt::silent() },
        _ => Attempt { asks: Some(asks), login, ..Attempt::refused() },
    })
}

fn any_needs() -> impl Strategy<Value = Needs> {
    (0_u8..40, 0_u8..8, 0_u8..4, 0_u8..4, 0_u8..3, 0_u8..2, 0_u8..5).prop_map(
        |(device, redundancy, group, jump, credential, realm, free)| Needs {
            device: format!("d{device}"),
            redundancy_group: (redundancy < 3).then(|| format!("r{redundancy}")),
            groups: (0..group).map(|group| format!("g{group}")).collect(),
            jump_hosts: (0..jump.min(2)).map(|jump| format!("j{jump}")).collect(),
            // The last of them is a one-time password.
            logins: (credential..3)
                .map(|at| {
                    let credential = format!("c{at}");
                    Login {
                        one_time: (at == 2).then(|| credential.clone()).into_iter().collect(),
                        credential,
                    }
                })
                .collect(),
            realm: (realm > 0).then(|| format!("z{realm}")),
            limits_logins: free > 0,
        },
    )
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let limits = (
        proptest::option::of(1_usize..12),
        proptest::option::of(1_u32..8),
        proptest::option::of(1_usize..4),
        0_u64..800,
    );
    let serial = proptest::option::of(prop_oneof![Just("1,10%,100%"), Just("7"), Just("3,50%")]);
    (1_usize..30, limits, serial, any::<bool>(), 0_usize..9).prop_map(
        |(workers, (in_flight, rate, jump, jitter), serial, read_only, failures)| {
            let limits = Limits {
                sessions: Some(25),
                logins_in_flight: in_flight,
                logins_per_second: rate.map(f64::from),
                login_jitter: Duration::from_millis(jitter),
                per_jump_host: jump,
                groups: [("g0".to_owned(), 2), ("g2".to_owned(), 5)].into(),
            };
            let batches = serial.map(|serial| {
                in_batches(serial).soak(Duration::from_secs(3)).max_failures(Share::Hosts(failures))
            });
            Rules { workers, limits, retry: Retry::default(), batches, read_only }
        },
    )
}

proptest! {
    #[test]
    fn every_host_ends_once_and_no_limit_is_passed(
        hosts in proptest::collection::vec((any_needs(), any_attempt()), 0..120),
        rules in any_rules(),
        stop_after in proptest::option::of(0_usize..200),
    ) {
        let (needs, attempts): (Vec<_>, Vec<_>) = hosts.into_iter().unzip();
        let mut run = Simulation::new(needs, attempts, rules);
        if let Some(steps) = stop_after {
            for _ in 0..steps {
                match run.schedule.next(run.now) {
                    Next::Start(host) => run.begin(host),
                    Next::Skip(host, why) => run.end(host, &format!("{why:?}")),
                    Next::GiveUp(host, _) => run.end(host, "failed"),
                    Next::At(when) if run.due.is_empty() => run.now = when,
                    Next::At(_) | Next::Wait => run.happen(),
                    Next::Over => break,
                }
            }
            run.schedule.stop(Skip::Interrupted);
        }
        run.run();
    }

    #[test]
    fn a_wrong_password_reaches_the_aaa_twice_however_many_hosts_there_are(
        attempts in proptest::collection::vec(any_refused_or_down(), 1..200), workers in 1_usize..50,
    ) {
        let mut needs = needs(attempts.len());
        for host in &mut needs {
            host.realm = Some("tacacs".to_owned());
        }
        let mut run = Simulation::new(needs, attempts, rules(workers));
        run.run();
        prop_assert!(run.refusals.values().sum::<usize>() <= 2);
    }
}
