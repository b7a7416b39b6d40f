//! Messages are handed to a server that misbehaves: each is accepted at most once, and what is not known is said.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

#[path = "common/smtp.rs"]
mod smtp;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use pressrun::base::date::Date;
use pressrun::base::file::Disk;
use pressrun::base::hash::Hash;
use pressrun::engine::bounces::{Bounces, Told, read_bounces};
use pressrun::engine::deliver::{Deliver, Delivered, DeliveryWatch, EMAIL, Tried, Where, deliver, write_proofs};
use pressrun::engine::night::{Account, NightError};
use pressrun::kit::bounce::Rules;
use pressrun::ledger::{DecisionRow, DocumentRow, JobRow, Ledger, MessageFileRow, MessageRow, RouteRow, State, VolumePost, VolumeRow};
use pressrun::model::delivery::DeliveryState::{self, Accepted, BouncedHard, Deferred, Failed, InDoubt, Queued, Sending};
use pressrun::model::page::Entry;
use pressrun::model::resources::Used;
use pressrun::plan::smtp::Tls;
use pressrun::streams::mbox::MboxWriter;
use smtp::Server;

const ALL: &[&str] = &["PIPELINING", "SIZE 1000000", "8BITMIME", "DSN", "SMTPUTF8"];

struct Quiet;
impl DeliveryWatch for Quiet {
    fn told(&self, _: &Tried) {}
}

/// A closed run with a message for each recipient.
struct Run {
    folder: tempfile::TempDir,
}

fn message(record: usize, to: &str) -> Vec<u8> {
    format!(
        "From: <billing@bank.example>\r\nTo: <{to}>\r\nSubject: Statement {record}\r\nMessage-ID: <m{record}@bank.example>\r\n\r\n\
         From here\r\n.\r\n..dots\r\n"
    )
    .into_bytes()
}

impl Run {
    fn new(recipients: &[&str]) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        std::fs::create_dir_all(out.join("plan")).unwrap();
        std::fs::create_dir_all(out.join("volumes")).unwrap();
        std::fs::write(out.join("return.key"), "0123456789abcdef0123").unwrap();
        let job = "[email]\nfrom = \"billing@bank.example\"\nreturn-path = \"bounce@bank.example\"\nreturn-key = \"return.key\"\n\
                   [email.smtp]\nhost = \"127.0.0.1\"\ntls = \"none\"\nconnections = 1\ntimeout = \"700ms\"\nretry = \"1ms\"\n";
        std::fs::write(out.join("plan/job.toml"), job).unwrap();
        let mut writer = MboxWriter::new("bounce@bank.example", Date::new(2026, 3, 31).unwrap());
        let (mut documents, mut messages, mut decisions) = (Vec::new(), Vec::new(), Vec::new());
        for (record, to) in recipients.iter().enumerate() {
            let bytes = message(record, to);
            let place = writer.push(&bytes).unwrap();
            let record = record as u64;
            let entry = Entry {
                record,
                id: record.to_string(),
                volume: 0,
                first_page: 0,
                pages: 1,
                offset: 0,
                length: 1,
                hash: Hash([1; 32]),
                sort_key: Vec::new(),
            };
            documents.push(DocumentRow { entry, sheets: 1, layout: 0, is_printed: false, totals: Vec::new() });
            let route = RouteRow { channel: EMAIL.into(), recipient: to.to_string(), instead_of: None };
            decisions.push(DecisionRow { record, document_type: "bill".into(), rule: "all".into(), preference: None, routes: vec![route] });
            messages.push(MessageRow {
                record,
                channel: EMAIL.into(),
                volume: 0,
                offset: place.offset,
                length: place.length,
                hash: Hash::of(&bytes),
                message_id: format!("m{record}@bank.example"),
            });
        }
        let mbox = writer.finish();
        std::fs::write(out.join("volumes/000001.mbox"), &mbox).unwrap();
        let mut ledger = Ledger::open(&out.join("ledger.sqlite"), &Disk::real()).unwrap();
        let count = recipients.len() as u32;
        let job = JobRow {
            plan: Hash([7; 32]),
            name: "x".into(),
            date: "2026-03-31".into(),
            program: "x".into(),
            state: State::Composing,
            records: Some(u64::from(count)),
        };
        ledger.begin_job(&job, &[], &[]).unwrap();
        let volume = VolumeRow {
            number: 0,
            first_record: 0,
            records: count,
            documents: count,
            pages: u64::from(count),
            bytes: 0,
            hash: None,
            file: None,
            source: Hash([0; 32]),
        };
        let file = MessageFileRow {
            volume: 0,
            channel: EMAIL.into(),
            file: "volumes/000001.mbox".into(),
            messages: count,
            bytes: mbox.len() as u64,
            hash: Hash::of(&mbox),
        };
        ledger
            .post_volume(&VolumePost {
                volume: &volume,
                used: &Used::default(),
                documents: &documents,
                holds: &[],
                remarks: &[],
                slots: &[],
                mail: &[],
                decisions: &decisions,
                message_files: &[file],
                archived: &[],
                messages: &messages,
                suppressed: &[],
            })
            .unwrap();
        ledger.set_state(State::Closed, None).unwrap();
        ledger.close().unwrap();
        Run { folder }
    }

    fn out(&self) -> &Path {
        self.folder.path()
    }

    fn deliver(&self, port: u16, with: impl FnOnce(&mut Deliver<'_>)) -> Result<Delivered, NightError> {
        let stop = AtomicBool::new(false);
        let mut ask = Deliver {
            account: Account { operator: "test".into(), reason: String::new(), at: "2026-03-31T07:00:00Z".into() },
            secrets: self.out().to_path_buf(),
            server: Some(format!("127.0.0.1:{port}")),
            tls: Some(Tls::None),
            ca: None,
            return_key: None,
            limit: None,
            until_done: false,
            accepted: None,
            dry_run: false,
            stop: &stop,
            watch: &Quiet,
        };
        with(&mut ask);
        deliver(self.out(), &ask)
    }

    fn send(&self, server: &Server) -> Delivered {
        self.deliver(server.port, |_| {}).unwrap()
    }

    fn ledger(&self) -> Ledger {
        Ledger::read(&self.out().join("ledger.sqlite")).unwrap().unwrap()
    }

    fn state(&self, record: u64) -> DeliveryState {
        self.ledger().delivery(EMAIL, record).unwrap().unwrap().state
    }

    fn list(&self, text: &str) -> PathBuf {
        let path = self.out().join("accepted.txt");
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// Lets the pause before another try pass: it ends with a whole second.
fn wait() {
    std::thread::sleep(std::time::Duration::from_millis(1_100));
}

#[test]
fn messages_arrive_as_the_run_holds_them() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example", "bob@b.example", "carl@a.example"]);
    let delivered = run.send(&server);
    assert!(delivered.is_done() && delivered.tried.accepted == 3, "{delivered:?}");
    let seen = server.seen.lock().unwrap();
    let mut accepted = seen.accepted.clone();
    accepted.sort();
    assert_eq!(accepted[0], ("ann@a.example".to_string(), message(0, "ann@a.example")));
    assert!(
        seen.commands[0].starts_with("MAIL FROM:<bounce+") && seen.commands[0].contains(" RET=HDRS ENVID=070707070707.1.email"),
        "{}",
        seen.commands[0]
    );
    assert_eq!(seen.connections, 1);
    drop(seen);
    let again = run.send(&server);
    assert_eq!((again.tried, server.accepted().len()), (Tried::default(), 3), "nothing is sent twice");
}

#[test]
fn what_is_refused_now_is_tried_again_and_what_is_refused_for_ever_is_not() {
    for extensions in [ALL, &[]] {
        let server = Server::start("220 hello", extensions);
        let run = Run::new(&[
            "greylist@a.example",
            "451-dot@a.example",
            "421-dot@a.example",
            "unknown@a.example",
            "552-dot@a.example",
            "drop-early@a.example",
            "ok2@a.example",
            "ok@a.example",
        ]);
        let first = run.send(&server);
        assert_eq!((first.count(Failed), first.count(InDoubt), first.count(Sending)), (2, 0, 0), "{first:?}");
        assert!(first.count(Deferred) >= 3, "{first:?}");
        wait();
        let second = run.send(&server);
        assert_eq!((second.count(Accepted), second.count(Failed), second.count(Deferred)), (6, 2, 0), "{second:?}");
        assert_eq!(server.accepted().len(), 6);
        let ledger = run.ledger();
        assert_eq!(ledger.delivery(EMAIL, 3).unwrap().unwrap().reason, "hard (user-unknown): 550 5.1.1 no such user");
        assert_eq!(ledger.delivery(EMAIL, 4).unwrap().unwrap().reason, "soft (mailbox-full): 552 5.2.2 mailbox full");
    }
}

#[test]
fn a_connection_that_drops_in_the_middle_sends_nothing_twice() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["drop-data@a.example", "ok@a.example"]);
    let first = run.send(&server);
    // The system may learn of it only with the last dot; then it is in doubt.
    assert_eq!(first.count(Deferred) + first.count(InDoubt), 1, "{first:?}");
    let list = run.list("nothing of it\n");
    wait();
    let second = run.deliver(server.port, |ask| ask.accepted = Some(list)).unwrap();
    assert!(second.is_done(), "{second:?}");
    assert_eq!(server.accepted(), ["drop-data@a.example", "ok@a.example"]);
}

#[test]
fn until_done_waits_for_what_is_deferred() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["greylist1@a.example", "greylist2@a.example", "ok@a.example"]);
    let delivered = run.deliver(server.port, |ask| ask.until_done = true).unwrap();
    assert!(delivered.is_done(), "{delivered:?}");
    assert_eq!(server.accepted().len(), 3);
}

#[test]
fn what_is_in_doubt_is_not_sent_again_before_somebody_says_so() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["take-and-drop@a.example", "lose@a.example", "stall@a.example", "ok@a.example"]);
    let first = run.send(&server);
    assert_eq!((first.count(InDoubt), first.count(Accepted)), (3, 1), "{first:?}");
    assert!(!first.is_done());
    let second = run.send(&server);
    assert_eq!((second.tried, second.count(InDoubt)), (Tried::default(), 3), "nothing is sent blindly");
    // The server says what it took: two of the three.
    let list = run.list("<m0@bank.example>\nenvid=070707070707.3.email stat=ok\n");
    let third = run.deliver(server.port, |ask| ask.accepted = Some(list)).unwrap();
    assert_eq!((third.settled.accepted, third.settled.again, third.tried.accepted), (2, 1, 1));
    assert!(third.is_done(), "{third:?}");
    assert_eq!(server.accepted(), ["lose@a.example", "ok@a.example", "stall@a.example", "take-and-drop@a.example"], "each exactly once");
}

#[test]
fn a_delivery_that_was_killed_before_the_answer_leaves_doubt() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example"]);
    // What the ledger holds when the process dies between the last dot and its answer.
    let mut ledger = Ledger::open(&run.out().join("ledger.sqlite"), &Disk::real()).unwrap();
    let event = pressrun::ledger::DeliveryEvent {
        record: 0,
        state: Some(Sending),
        what: "",
        reason: String::new(),
        source: "smtp".into(),
        operator: "test".into(),
        at: "2026-03-31T07:00:00Z".into(),
        next_at: None,
        identity: None,
    };
    ledger.post_deliveries(EMAIL, &[event]).unwrap();
    ledger.close().unwrap();
    assert_eq!(run.send(&server).count(InDoubt), 1);
    assert!(server.accepted().is_empty());
}

#[test]
fn a_dry_run_changes_nothing() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example", "bob@a.example", "carl@a.example", "dora@a.example"]);
    for (record, state) in [(0, Sending), (1, InDoubt), (2, InDoubt)] {
        post(&run, record, state);
    }
    let list = run.list("<m1@bank.example>\n");
    let delivered = run
        .deliver(server.port, |ask| {
            ask.accepted = Some(list);
            ask.dry_run = true;
        })
        .unwrap();
    assert_eq!((delivered.settled.accepted, delivered.settled.again, delivered.due), (1, 2, 3), "what would be");
    assert_eq!([0, 1, 2, 3].map(|record| run.state(record)), [Sending, InDoubt, InDoubt, Queued]);
    assert_eq!([0, 1, 2, 3].map(|record| run.ledger().delivery_history(EMAIL, record).unwrap().len()), [1, 1, 1, 0]);
}

#[test]
fn nothing_changes_what_has_fallen_back() {
    let run = Run::new(&["ann@a.example"]);
    post(&run, 0, DeliveryState::FallenBack);
    for (number, state) in DeliveryState::ALL.iter().enumerate() {
        post(&run, 0, *state);
        assert_eq!(run.state(0), DeliveryState::FallenBack, "{state:?}");
        assert_eq!(run.ledger().delivery_history(EMAIL, 0).unwrap().len(), number + 2, "but it is told");
    }
}

/// Writes down that a message stands so.
fn post(run: &Run, record: u64, state: DeliveryState) {
    let mut ledger = Ledger::open(&run.out().join("ledger.sqlite"), &Disk::real()).unwrap();
    let event = pressrun::ledger::DeliveryEvent {
        record,
        state: Some(state),
        what: "",
        reason: String::new(),
        source: "test".into(),
        operator: "test".into(),
        at: "2026-03-31T07:00:00Z".into(),
        next_at: None,
        identity: None,
    };
    ledger.post_deliveries(EMAIL, &[event]).unwrap();
    ledger.close().unwrap();
}

#[test]
fn a_server_that_is_not_there_changes_nothing() {
    let run = Run::new(&["ann@a.example"]);
    for greeting in ["421 busy", "554 go away", "SSH-2.0-x"] {
        let server = Server::start(greeting, ALL);
        let delivered = run.send(&server);
        assert!(delivered.trouble.is_some(), "{greeting}");
        assert_eq!((delivered.count(Queued), delivered.tried), (1, Tried::default()));
    }
    let refused = run.deliver(1, |_| {}).unwrap();
    assert!(refused.trouble.is_some_and(|trouble| trouble.contains("127.0.0.1:1")));
}

#[test]
fn many_connections_to_a_server_that_cannot_be_used_come_to_an_end() {
    let recipients: Vec<String> = (0..40).map(|n| format!("c{n}@a{}.example", n % 7)).collect();
    let run = Run::new(&recipients.iter().map(String::as_str).collect::<Vec<_>>());
    let job = run.out().join("plan/job.toml");
    let text = std::fs::read_to_string(&job).unwrap().replace("connections = 1", "connections = 8");
    std::fs::write(&job, &text).unwrap();
    let start = std::time::Instant::now();
    for greeting in ["421 slow", "554 go away"] {
        let server = Server::start(greeting, ALL);
        let delivered = run.send(&server);
        assert!(delivered.trouble.is_some() && delivered.count(Queued) == 40, "{greeting}: {delivered:?}");
    }
    assert!(start.elapsed().as_secs() < 20, "each worker took the vain calls of the others for work: {:?}", start.elapsed());
    // A wrong password does not become right, however long one is to wait.
    std::fs::write(run.out().join("password"), "secret\n").unwrap();
    std::fs::write(&job, text.replace("tls = \"none\"", "tls = \"none\"\nuser = \"bank\"\npassword-file = \"password\"")).unwrap();
    let server = Server::start("220 hello", &["mx.a.example", "AUTH PLAIN"]);
    let delivered = run.deliver(server.port, |ask| ask.until_done = true).unwrap();
    assert!(delivered.trouble.as_ref().is_some_and(|trouble| trouble.contains("535 5.7.8")), "{delivered:?}");
    assert!(delivered.count(Queued) == 40 && server.seen.lock().unwrap().connections <= 8, "nobody tries it twice");
}

#[test]
fn addresses_beyond_ascii_need_a_server_that_takes_them() {
    let plain = Server::start("220 hello", &["PIPELINING"]);
    let run = Run::new(&["jos\u{e9}@a.example"]);
    assert_eq!(run.send(&plain).count(Failed), 1);
    let able = Server::start("220 hello", ALL);
    let run = Run::new(&["jos\u{e9}@a.example"]);
    assert_eq!(run.send(&able).count(Accepted), 1);
    assert!(able.seen.lock().unwrap().commands[0].contains(" BODY=8BITMIME SMTPUTF8"));
}

#[test]
fn damaged_mail_is_not_sent() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example"]);
    let path = run.out().join("volumes/000001.mbox");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() - 10;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = run.deliver(server.port, |_| {}).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
    assert!(server.accepted().is_empty() && run.state(0) == Queued);
}

#[test]
fn proofs_touch_no_state() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example", "bob@b.example"]);
    let folder = tempfile::tempdir().unwrap();
    let stop = AtomicBool::new(false);
    let seeds = folder.path().join("seeds.txt");
    std::fs::write(&seeds, "# us\nme@bank.example\nyou@bank.example\n").unwrap();
    let ask = Deliver {
        account: Account::default(),
        secrets: run.out().to_path_buf(),
        server: Some(format!("127.0.0.1:{}", server.port)),
        tls: Some(Tls::None),
        ca: None,
        return_key: None,
        limit: Some(1),
        until_done: false,
        accepted: None,
        dry_run: false,
        stop: &stop,
        watch: &Quiet,
    };
    write_proofs(run.out(), &Where::SeedList(seeds), &ask).unwrap();
    assert_eq!(server.accepted(), ["me@bank.example", "you@bank.example"]);
    let text = String::from_utf8(server.seen.lock().unwrap().accepted[0].1.clone()).unwrap();
    assert!(text.contains("Subject: [proof]\r\n Statement 0\r\n") && text.contains("To: <me@bank.example>") && !text.contains("ann@"), "{text}");
    let ask = Deliver { limit: None, ..ask };
    write_proofs(run.out(), &Where::Maildir(folder.path().join("box")), &ask).unwrap();
    let names: Vec<_> = std::fs::read_dir(folder.path().join("box/new")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), 2);
    write_proofs(run.out(), &Where::Mbox(folder.path().join("all.mbox")), &ask).unwrap();
    let written = std::fs::read(folder.path().join("all.mbox")).unwrap();
    assert_eq!(written, std::fs::read(run.out().join("volumes/000001.mbox")).unwrap());
    assert_eq!((run.state(0), run.state(1)), (Queued, Queued));
}

#[test]
fn what_comes_back_changes_the_message_it_is_about() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example", "bob@b.example"]);
    run.send(&server);
    let path = server.seen.lock().unwrap().commands[0].split(['<', '>']).nth(1).unwrap().to_string();
    let bounce = |to: &str| {
        format!(
            "From: MAILER-DAEMON@a.example\nTo: {to}\nSubject: failure notice\nMessage-ID: <x@a.example>\n\n<ann@a.example>:\n550 5.1.1 user unknown\n"
        )
    };
    let read = |text: String| read_report(&run, &text);
    let forged = format!("{}{}{}", &path[..12], if &path[12..13] == "a" { "b" } else { "a" }, &path[13..]);
    assert_eq!(read(bounce(&forged)), [Told::Forged]);
    assert_eq!(read(bounce("somebody@bank.example")), [Told::Unknown]);
    let Told::Now(record, BouncedHard) = read(bounce(&path.to_uppercase()))[0] else { panic!("a hard bounce") };
    assert_eq!(run.state(record), BouncedHard);
    assert_eq!(read(bounce(&path)), [Told::Known(record)]);
    assert_eq!(run.send(&server).tried, Tried::default());
}

#[test]
fn ids_alone_bounce_only_the_recipient_that_is_named() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example", "bob@b.example"]);
    run.send(&server);
    let by_id = |to: &str| {
        format!(
            "From: MAILER-DAEMON@a.example\nTo: somebody@bank.example\nSubject: failure notice\n\n<{to}>:\n550 5.1.1 user unknown\n\n\
             --- Below this line is a copy of the message.\n\nMessage-ID: <m1@bank.example>\n"
        )
    };
    let by_envelope = |to: &str| {
        format!(
            "From: MAILER-DAEMON@a.example\nTo: somebody@bank.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: message/delivery-status\n\nOriginal-Envelope-Id: 070707070707.2.email\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
        )
    };
    for forged in [by_id("mallory@x.example"), by_envelope("mallory@x.example"), by_envelope("BOB@b.example"), by_envelope("b.example")] {
        assert_eq!(read_report(&run, &forged), [Told::Unsealed(1)], "{forged}");
        assert_eq!(run.state(1), Accepted);
    }
    assert_eq!(read_report(&run, &by_envelope("bob@B.Example")), [Told::Now(1, BouncedHard)]);
    // Without a key there is no seal to ask for.
    let job = run.out().join("plan/job.toml");
    std::fs::write(&job, std::fs::read_to_string(&job).unwrap().replace("return-key = \"return.key\"\n", "")).unwrap();
    assert_eq!(read_report(&run, &by_id("mallory@x.example")), [Told::Noted(1, "hard-again")]);
}

/// What becomes of a report.
fn read_report(run: &Run, text: &str) -> Vec<Told> {
    let file = run.out().join("bounce.eml");
    std::fs::write(&file, text).unwrap();
    let (rules, paths) = (Rules::shipped(), [file]);
    let account = Account { operator: "test".into(), reason: String::new(), at: "2026-04-01T07:00:00Z".into() };
    let all = read_bounces(run.out(), &Bounces { paths: &paths, rules: &rules, secrets: run.out(), return_key: None, account }).unwrap();
    all.into_iter().map(|read| read.told).collect()
}

#[test]
fn what_is_delivered_after_it_fell_back_is_an_alarm() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example"]);
    run.send(&server);
    let path = server.seen.lock().unwrap().commands[0].split(['<', '>']).nth(1).unwrap().to_string();
    let mut ledger = Ledger::open(&run.out().join("ledger.sqlite"), &Disk::real()).unwrap();
    let event = pressrun::ledger::DeliveryEvent {
        record: 0,
        state: Some(DeliveryState::FallenBack),
        what: "",
        reason: String::new(),
        source: "fallback letters".into(),
        operator: "test".into(),
        at: "2026-04-01T07:00:00Z".into(),
        next_at: None,
        identity: None,
    };
    ledger.post_deliveries(EMAIL, &[event]).unwrap();
    ledger.close().unwrap();
    let file = run.out().join("dsn.eml");
    let report = format!(
        "From: MAILER-DAEMON@a.example\nTo: {path}\nSubject: Success\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n\nFinal-Recipient: rfc822; ann@a.example\nAction: delivered\nStatus: 2.0.0\n\n--b--\n"
    );
    std::fs::write(&file, report).unwrap();
    let (rules, paths) = (Rules::shipped(), [file]);
    let all = read_bounces(run.out(), &Bounces { paths: &paths, rules: &rules, secrets: run.out(), return_key: None, account: Account::default() })
        .unwrap();
    assert_eq!(all[0].told, Told::LateDelivery(0));
    assert_eq!((run.state(0), run.ledger().late_deliveries(EMAIL).unwrap()), (DeliveryState::FallenBack, 1));
}

#[test]
fn bounces_are_read_while_a_delivery_waits() {
    let server = Server::start("220 hello", ALL);
    let run = Run::new(&["ann@a.example", "greylist@a.example"]);
    let job = run.out().join("plan/job.toml");
    std::fs::write(&job, std::fs::read_to_string(&job).unwrap().replace("retry = \"1ms\"", "retry = \"4s\"")).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| run.deliver(server.port, |ask| ask.until_done = true).unwrap());
        while run.ledger().delivery(EMAIL, 0).unwrap().unwrap().state != Accepted {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let path = server.seen.lock().unwrap().commands[0].split(['<', '>']).nth(1).unwrap().to_string();
        let file = run.out().join("bounce.eml");
        std::fs::write(
            &file,
            format!("From: MAILER-DAEMON@a.example\nTo: {path}\nSubject: failure notice\n\n<ann@a.example>:\n550 5.1.1 user unknown\n"),
        )
        .unwrap();
        let (rules, paths) = (Rules::shipped(), [file]);
        let all =
            read_bounces(run.out(), &Bounces { paths: &paths, rules: &rules, secrets: run.out(), return_key: None, account: Account::default() })
                .unwrap();
        assert_eq!(all[0].told, Told::Now(0, BouncedHard));
        let delivered = waiting.join().unwrap();
        assert_eq!((delivered.count(BouncedHard), delivered.count(Accepted)), (1, 1), "{delivered:?}");
    });
}
