use super::*;

/// A server whose words are known before; what is written to it is kept.
struct Script {
    says: io::Cursor<Vec<u8>>,
    heard: Vec<u8>,
}

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // One byte at a time: replies come in pieces.
        let most = buffer.len().min(1);
        self.says.read(&mut buffer[..most])
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Line for Script {
    fn is_gone(&self) -> bool {
        false
    }
}

fn open(says: &str) -> Result<Session<Script>, SmtpError> {
    Session::open(Script { says: io::Cursor::new(says.replace('\n', "\r\n").into_bytes()), heard: Vec::new() }, "relay.bank.example")
}

const ENVELOPE: Envelope<'_> =
    Envelope { from: "b+x@bank.example", to: "ann@example.org", id: "ab.7+email", size: 10, is_eight_bit: false, needs_smtputf8: false };

#[test]
fn a_message_goes_out_with_all_that_the_server_offers() {
    let says = "220-hello\n220 there\n250-mx\n250-PIPELINING\n250-SIZE 1000\n250-8BITMIME\n250-DSN\n250-AUTH PLAIN LOGIN\n250 SMTPUTF8\n235 ok\n\
                250 ok\n250 ok\n354 go\n250 2.0.0 queued as 1\n";
    let mut session = open(says).expect("a session");
    session.log_in("me", "secret").expect("logged in");
    assert_eq!(session.offer(&ENVELOPE).expect("an answer"), Taken::Waits);
    session.write_message(b".first\r\n..\r\nA\r\n.\r\nend\r\n").expect("written");
    let reply = session.finish().expect("a reply");
    assert_eq!((reply.code, reply.status().map(|status| status.to_string()).as_deref()), (250, Some("2.0.0")));
    assert_eq!(
        String::from_utf8_lossy(&session.wire.heard),
        "EHLO relay.bank.example\r\nAUTH PLAIN AG1lAHNlY3JldA==\r\n\
         MAIL FROM:<b+x@bank.example> SIZE=10 RET=HDRS ENVID=ab.7+2Bemail\r\n\
         RCPT TO:<ann@example.org> NOTIFY=FAILURE ORCPT=rfc822;ann@example.org\r\nDATA\r\n\
         ..first\r\n...\r\nA\r\n..\r\nend\r\n.\r\n"
    );
}

#[test]
fn servers_without_extensions_are_spoken_to_step_by_step() {
    let mut session = open("220 x\n502 what\n250 hello\n250 ok\n550 5.1.1 nobody\n250 reset\n250 ok\n250 ok\n354 go\n").expect("a session");
    match session.offer(&ENVELOPE).expect("an answer") {
        Taken::No(reply) => assert!(reply.is_permanent() && reply.to_string() == "550 5.1.1 nobody"),
        Taken::Waits => panic!("it was refused"),
    }
    assert_eq!(session.offer(&ENVELOPE).expect("an answer"), Taken::Waits);
    let heard = String::from_utf8_lossy(&session.wire.heard).into_owned();
    assert!(heard.contains("HELO relay.bank.example\r\nMAIL FROM:<b+x@bank.example>\r\nRCPT TO:<ann@example.org>\r\nRSET\r\nMAIL"), "{heard}");
}

#[test]
fn a_refused_recipient_gets_no_message_even_if_data_is_waited_for() {
    for (data, ends) in [("554 no recipients", "DATA\r\n"), ("354 go\n554 no recipients", ".\r\n")] {
        let mut session = open(&format!("220 x\n250-x\n250 PIPELINING\n250 ok\n450 4.2.0 greylisted\n{data}\n250 reset\n")).expect("a session");
        match session.offer(&ENVELOPE).expect("an answer") {
            Taken::No(reply) => assert!(!reply.is_permanent() && reply.code == 450),
            Taken::Waits => panic!("it was refused"),
        }
        assert!(session.wire.heard.ends_with(ends.as_bytes()));
    }
}

#[test]
fn a_server_that_closes_says_so_anywhere() {
    assert!(matches!(open("421 busy\n"), Err(SmtpError::Refused(_))));
    assert!(matches!(open("554 no\n"), Err(SmtpError::Refused(_))));
    assert!(matches!(open("220 x\n421 busy\n"), Err(SmtpError::Refused(_))));
    assert!(matches!(open("220 x\n250-x\n250 PIPELINING\n421 bye\n").expect("a session").offer(&ENVELOPE), Err(SmtpError::Refused(_))));
    assert!(matches!(open("220 x\n250 x\n250 ok\n421 bye\n").expect("a session").offer(&ENVELOPE), Err(SmtpError::Refused(_))));
    assert!(matches!(open("220 x\n250 x\n250 ok\n").expect("a session").offer(&ENVELOPE), Err(SmtpError::Io(_))));
}

#[test]
fn what_is_no_smtp_is_told() {
    for says in ["SSH-2.0-OpenSSH\n", "22\n", "220x\n", "999 x\n", "2\u{1b}[31m0 x\n"] {
        assert!(matches!(open(says), Err(SmtpError::Protocol(_))), "{says}");
    }
    let endless = "220-x\n".repeat(300);
    assert!(matches!(open(&endless), Err(SmtpError::Protocol(_))));
    assert!(matches!(open(&"2".repeat(9_000)), Err(SmtpError::Protocol(_))));
}

#[test]
fn what_the_server_cannot_take_is_not_sent() {
    let refused = |says: &str, envelope: Envelope<'_>| match open(says).expect("a session").offer(&envelope).expect("an answer") {
        Taken::No(reply) => reply.code,
        Taken::Waits => 0,
    };
    assert_eq!(refused("220 x\n250-x\n250 SIZE 9\n", ENVELOPE), 552);
    assert_eq!(refused("220 x\n250 x\n", Envelope { needs_smtputf8: true, ..ENVELOPE }), 553);
    assert_eq!(refused("220 x\n250 x\n", Envelope { is_eight_bit: true, ..ENVELOPE }), 554);
}

#[test]
fn tls_begins_on_a_clean_line() {
    assert!(open("220 x\n250-x\n250 STARTTLS\n220 go\n").expect("a session").start_tls().is_ok());
    assert!(matches!(open("220 x\n250 x\n").expect("a session").start_tls(), Err(SmtpError::Lacks(_))));
}
