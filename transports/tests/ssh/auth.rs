//! SSH authentication against simulated devices: orders, several factors, questions, keys, agents.

use crate::bench::{Bench, admin, key, public, r1};
use crate::common::{cx, refused, target, until, within};
use linecrew_core::secret::Secret;
use linecrew_core::transport::{
    AuthMethod, Connector, Credentials, ErrorKind, Permit, Phase, SshOptions, TransportError,
};
use linecrew_testkit::{Factor, Question};
use linecrew_transports::ssh::{Challenge, SshConnector};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

impl Bench {
    fn login(&self, credentials: Credentials, options: SshOptions) -> Result<(), TransportError> {
        self.login_with(&self.connector(), credentials, options)
    }

    fn login_with(
        &self,
        connector: &SshConnector,
        credentials: Credentials,
        options: SshOptions,
    ) -> Result<(), TransportError> {
        let target = self.target().credentials(credentials).ssh(options);
        let cx = cx();
        let mut transport = connector.connect(&target, &cx)?;
        until(&mut *transport, b"R1>", &cx).map(drop)
    }
}

/// Without an agent, whatever the environment has.
fn plain() -> SshOptions {
    let mut options = SshOptions::default();
    options.identity_agent = Some("none".into());
    options
}

fn questions(questions: &[(&str, &str)]) -> Factor {
    Factor::Questions(questions.iter().map(|(prompt, answer)| Question::new(*prompt, *answer)).collect())
}

fn code_42(challenge: &Challenge<'_>) -> Option<Secret> {
    (challenge.prompt == "Verification code: ").then(|| Secret::new("42"))
}

#[test]
fn a_server_gets_nothing_of_the_credentials_without_leave() {
    let bench = Bench::new(r1());
    let target = bench.target().permit(Permit::new(|| false));
    let error = refused(bench.connector().connect(&target, &cx()));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Phase::Authentication), "{error}");
    assert_eq!((bench.rejections(), bench.lab.counters().sessions_opened), (0, 1));
}

#[test]
fn a_key_and_then_a_password_are_two_factors() {
    let bench = Bench::new(
        r1().authorized_key(public("key")).ssh_step([Factor::PublicKey]).ssh_step([Factor::Password]),
    );
    bench.login(admin().private_key(key("key")), plain()).unwrap();
    assert_eq!(bench.rejections(), 0);
    let error = bench.login(Credentials::user("admin").private_key(key("key")), plain()).unwrap_err();
    assert!(error.to_string().contains("the server takes password"), "{error}");
}

#[test]
fn a_password_and_then_questions_are_two_factors() {
    let bench =
        Bench::new(r1().ssh_step([Factor::Password]).ssh_step([questions(&[("Verification code: ", "42")])]));
    bench.login_with(&bench.connector().responder(code_42), admin(), plain()).unwrap();
    assert_eq!(bench.rejections(), 0);
}

#[test]
fn two_dialogues_in_a_row_are_two_factors() {
    // The same list before and after: the server tells no difference that could be seen, so the second is not begun.
    let steps = r1()
        .ssh_step([questions(&[("Password: ", "admin")])])
        .ssh_step([questions(&[("Verification code: ", "42")]), Factor::PublicKey]);
    let bench = Bench::new(steps);
    bench.login_with(&bench.connector().responder(code_42), admin(), plain()).unwrap();
}

#[test]
fn questions_are_answered_with_user_name_password_and_by_the_responder() {
    let bench = Bench::new(r1().ssh_step([Factor::Questions(vec![
        Question::new("Username: ", "admin").echo(),
        Question::new("Password: ", "admin").instructions("Welcome"),
        Question::new("Verification code: ", "42"),
    ])]));
    bench.login_with(&bench.connector().responder(code_42), admin(), plain()).unwrap();
    assert_eq!(bench.rejections(), 0);
}

#[test]
fn a_login_has_a_thread_of_its_own_where_that_is_asked_for() {
    let bench = Bench::new(r1().ssh_step([questions(&[("Verification code: ", "42")])]));
    for own in [false, true] {
        let asked_in = Arc::new(Mutex::new(None));
        let asked = Arc::clone(&asked_in);
        let connector = bench.connector().login_thread(own).responder(move |challenge| {
            *asked.lock().unwrap() = Some(thread::current().id());
            code_42(challenge)
        });
        bench.login_with(&connector, admin(), plain()).unwrap();
        assert_eq!(asked_in.lock().unwrap().unwrap() != thread::current().id(), own);
    }
}

#[test]
fn many_questions_of_one_round_are_each_answered() {
    let form = |last: &str| {
        let questions =
            [("Username: ", "admin"), ("Password: ", "admin"), ("Verification code: ", "42"), (last, "42")];
        let question = |(prompt, answer): &(&str, &str)| {
            let question = Question::new(*prompt, *answer);
            if prompt.starts_with("User") { question.echo() } else { question }
        };
        Bench::new(r1().ssh_step([Factor::Form(questions.iter().map(question).collect())]))
    };
    let bench = form("Verification code: ");
    bench.login_with(&bench.connector().responder(code_42), admin(), plain()).unwrap();
    assert_eq!(bench.rejections(), 0);
    // Of a round with one question that nobody answers no answer is sent.
    let bench = form("Mother's maiden name: ");
    let error = bench.login_with(&bench.connector().responder(code_42), admin(), plain()).unwrap_err();
    assert!(error.to_string().contains("last seen \"Mother"), "{error}");
    assert_eq!(bench.rejections(), 0);
}

#[test]
fn a_question_that_nobody_answers_is_named_and_gets_no_answer() {
    let bench = Bench::new(r1().ssh_step([questions(&[("Password: ", "admin"), ("Token\x1b: ", "42")])]));
    let error = bench.login(admin(), plain()).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Authentication));
    assert!(
        error.to_string().contains(r#"last seen "Token\u{1b}: ""#)
            || error.to_string().contains(r#"last seen "Token\x1b: ""#),
        "{error}"
    );
    assert_eq!(bench.rejections(), 0);
}

#[test]
fn a_demand_for_a_new_password_is_told_and_not_answered() {
    let bench = Bench::new(r1().ssh_step([questions(&[("Password: ", "admin"), ("New password: ", "x")])]));
    let error = bench.login(admin(), plain()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PasswordExpired);
    assert!(error.to_string().contains("New password: "), "{error}");
    assert_eq!(bench.rejections(), 0);
}

#[test]
fn a_wrong_password_is_sent_once_though_two_methods_take_it() {
    let both = || r1().ssh_step([questions(&[("Password: ", "admin")]), Factor::Password]);
    for order in [
        [AuthMethod::KeyboardInteractive, AuthMethod::Password],
        [AuthMethod::Password, AuthMethod::KeyboardInteractive],
    ] {
        let bench = Bench::new(both());
        let mut options = plain();
        options.auth_order = Some(order.to_vec());
        let error = bench.login(Credentials::user("admin").password("wr0ng"), options).unwrap_err();
        assert_eq!((error.kind(), bench.rejections()), (ErrorKind::Authentication, 1), "{error}");
        assert!(!format!("{error} {error:?}").contains("wr0ng"));
    }
    let bench = Bench::new(both());
    bench.login(admin(), plain()).unwrap();
}

#[test]
fn a_server_that_asks_again_gets_no_second_password() {
    let bench = Bench::new(r1().ssh_step([questions(&[("Password: ", "wr0ng"), ("Password: ", "admin")])]));
    let error = bench.login(Credentials::user("admin").password("wr0ng"), plain()).unwrap_err();
    assert!(error.to_string().contains("password by keyboard-interactive refused"), "{error}");
    assert_eq!(bench.rejections(), 0);
}

#[test]
fn what_was_not_tried_is_told_with_its_reason() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let mut options = plain();
    options.auth_order = Some(vec![AuthMethod::PublicKey]);
    let error = bench.login(admin(), options).unwrap_err().to_string();
    let expected = "no credential fits; expected one of the methods password,publickey; give a password or a \
                    private key; not tried: publickey (no key), password (not in auth_order)";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn a_private_key_is_taken_from_memory() {
    for name in ["key", "locked_key"] {
        let bench = Bench::new(r1().authorized_key(public(name)));
        let text = std::fs::read_to_string(key(name)).unwrap();
        let credentials = Credentials::user("admin").private_key_text(text);
        bench.login(credentials.passphrase("correct horse"), plain()).unwrap();
    }
}

#[test]
fn what_is_wrong_with_a_private_key_is_told() {
    let bench = Bench::new(r1().authorized_key(public("locked_key")));
    let locked = || Credentials::user("admin").private_key(key("locked_key"));
    for (credentials, why) in [
        (locked(), "locked_key: it needs a passphrase; give the passphrase"),
        (locked().passphrase("wrong"), "locked_key: wrong passphrase; check the passphrase"),
        (
            Credentials::user("admin").private_key(key("key.pub")),
            "key.pub: it is a public key; name the private one",
        ),
        (Credentials::user("admin").private_key("/nowhere/id"), "/nowhere/id: No such file"),
        (Credentials::user("admin").private_key_text("PuTTY-User-Key-File-3: x"), "it is in PuTTY's format"),
    ] {
        let error = bench.login(credentials, plain()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn further_key_files_are_tried_up_to_the_limit_and_leave_the_password_its_chance() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let mut options = plain();
    options.identity_files = Some(vec![key("locked_key"), "/nowhere/id".into(), key("key")]);
    bench.login(Credentials::user("admin").passphrase("correct horse"), options.clone()).unwrap();
    options.max_keys = Some(1);
    let error =
        bench.login(Credentials::user("admin").passphrase("correct horse"), options.clone()).unwrap_err();
    assert!(error.to_string().contains("1 more keys (max_keys is 1)"), "{error}");
    bench.login(admin(), options).unwrap();
}

#[test]
fn an_agent_that_does_not_answer_is_given_up_at_the_deadline() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let socket = bench.file("agent");
    let _silent = UnixListener::bind(&socket).unwrap();
    let mut options = SshOptions::default();
    options.identity_agent = Some(socket.display().to_string());
    let target = target(bench.lab.devices()[0].addr()).credentials(admin()).ssh(options);
    let begun = Instant::now();
    let limit = Duration::from_millis(300);
    let error = refused(bench.connector().connect(&target, &within(limit)));
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    // A bound for a hang, not for a speed.
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_agent_that_is_not_there_is_passed_over_and_named() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let mut options = SshOptions::default();
    options.identity_agent = Some("/nowhere/agent".into());
    bench.login(admin(), options.clone()).unwrap();
    let error = bench.login(Credentials::user("admin").password("wr0ng"), options).unwrap_err();
    assert!(
        error.to_string().contains("the agent at /nowhere/agent (cannot be reached: No such file"),
        "{error}"
    );
}

/// OpenSSH's agent, in a process that ends with the test.
struct Agent {
    process: Child,
    folder: tempfile::TempDir,
}

impl Agent {
    /// With these many keys of its own, and then the one of the test.
    fn new(others: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("agent");
        let mut agent = Command::new("ssh-agent");
        let process = agent.arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
        let agent = Self { process, folder };
        while !socket.exists() {
            thread::yield_now();
        }
        for number in 0..others {
            let file = agent.folder.path().join(format!("id{number}"));
            let made = Command::new("ssh-keygen").args(["-q", "-N", "", "-f"]).arg(&file).status().unwrap();
            assert!(made.success());
            agent.add(&file);
        }
        let file = agent.folder.path().join("key");
        std::fs::copy(key("key"), &file).unwrap();
        let only_mine = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&file, only_mine).unwrap();
        agent.add(&file);
        agent
    }

    fn add(&self, file: &Path) {
        let mut add = Command::new("ssh-add");
        let added = add.arg("-q").arg(file).env("SSH_AUTH_SOCK", self.folder.path().join("agent")).status();
        assert!(added.unwrap().success());
    }

    fn options(&self) -> SshOptions {
        let mut options = SshOptions::default();
        options.identity_agent = Some(self.folder.path().join("agent").display().to_string());
        options
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "needs openssh"]
fn every_key_of_an_agent_is_tried_up_to_the_limit() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let user = || Credentials::user("admin");
    bench.login(user(), Agent::new(3).options()).unwrap();
    let agent = Agent::new(5);
    let error = bench.login(user(), agent.options()).unwrap_err().to_string();
    assert!(
        error.contains("of the agent refused") && error.contains("1 more keys (max_keys is 5)"),
        "{error}"
    );
    // The password has its chance.
    bench.login(admin(), agent.options()).unwrap();
}

#[test]
#[ignore = "needs openssh"]
fn the_key_that_a_file_names_is_the_agents_first_or_only_one() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let agent = Agent::new(4);
    let mut options = agent.options();
    options.max_keys = Some(1);
    // The agent's key stands in for the file, which is locked here and not even read.
    let file = agent.folder.path().join("named");
    std::fs::write(&file, "locked").unwrap();
    std::fs::copy(key("key.pub"), agent.folder.path().join("named.pub")).unwrap();
    bench.login(Credentials::user("admin").private_key(&file), options.clone()).unwrap();
    options.identities_only = Some(true);
    bench.login(Credentials::user("admin").private_key(&file), options.clone()).unwrap();
    let error = bench.login(Credentials::user("admin"), options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingCredential, "{error}");
}
