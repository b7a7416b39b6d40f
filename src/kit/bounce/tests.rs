use super::*;

fn check(message: &str) -> Report {
    read(message.as_bytes(), &Rules::shipped())
}

fn only(message: &str) -> Finding {
    let report = check(message);
    assert_eq!(report.findings.len(), 1, "{report:?}");
    report.findings[0].clone()
}

fn dsn(fields: &str) -> String {
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: bounce+abc@bank.example\nSubject: Undelivered Mail Returned to Sender\n\
         Date: Tue, 31 Mar 2026 23:00:00 +0200\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nI am sorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\
         Original-Envelope-Id: 7.email\n\n{fields}\n--b\nContent-Type: text/rfc822-headers\n\nReturn-Path: <bounce+abc@bank.example>\n\
         Message-ID: <7@bank.example>\nSubject: Your statement\n\n--b--\n"
    )
}

#[test]
fn reports_of_rfc_3464_are_read() {
    let message = dsn("Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n User unknown\n");
    let report = check(&message);
    assert_eq!(report.envelope_id, "7.email");
    assert_eq!(report.message_ids, ["7@bank.example"]);
    assert_eq!(report.return_paths, ["bounce+abc@bank.example"]);
    assert_eq!(report.day, Some(20_543));
    let finding = only(&message);
    assert_eq!((finding.recipient.as_str(), finding.class, finding.reason.as_str()), ("ann@example.org", Class::Hard, "user-unknown"));
    assert_eq!(finding.status.map(|status| status.to_string()).as_deref(), Some("5.1.1"));
    assert_eq!(finding.diagnostic, "550 5.1.1 User unknown");
}

#[test]
fn the_table_of_the_fact_sheet_holds() {
    for (status, said, class) in [
        ("5.1.1", "", Class::Hard),
        ("5.1.0", "", Class::Hard),
        ("5.1.6", "", Class::Hard),
        ("5.1.10", "", Class::Hard),
        ("5.0.0", "553 sorry, no such user here", Class::Hard),
        ("5.1.2", "", Class::Hard),
        ("5.4.4", "", Class::Hard),
        ("5.1.3", "", Class::Hard),
        ("5.1.7", "", Class::Configuration),
        ("4.2.2", "", Class::Soft),
        ("5.2.2", "", Class::Soft),
        ("5.0.0", "552 requested action aborted", Class::Soft),
        ("4.2.1", "", Class::Soft),
        ("4.3.2", "", Class::Soft),
        ("4.4.7", "", Class::Soft),
        ("4.0.0", "451 greylisted, try again later", Class::Soft),
        ("5.3.4", "", Class::Content),
        ("5.2.3", "", Class::Content),
        ("5.7.1", "554 rejected as spam", Class::Blocked),
        ("5.7.1", "", Class::Blocked),
        ("5.7.26", "550 unauthenticated email", Class::Configuration),
        ("5.7.20", "", Class::Configuration),
        ("5.5.1", "", Class::Configuration),
        ("5.6.1", "", Class::Content),
        ("5.0.0", "", Class::Soft),
    ] {
        let said = if said.is_empty() { String::new() } else { format!("Diagnostic-Code: smtp; {said}\n") };
        let finding = only(&dsn(&format!("Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: {status}\n{said}")));
        assert_eq!(finding.class, class, "{status} {said} {finding:?}");
    }
}

#[test]
fn delays_and_deliveries_are_no_bounces() {
    let delayed = only(&dsn("Final-Recipient: rfc822; ann@example.org\nAction: delayed\nStatus: 4.4.1\n"));
    assert_eq!(delayed.class, Class::Delayed);
    let delivered = only(&dsn("Final-Recipient: rfc822; ann@example.org\nAction: delivered\nStatus: 2.0.0\n"));
    assert_eq!(delivered.class, Class::Delivered);
}

#[test]
fn each_recipient_has_his_own_finding() {
    let report = check(&dsn(
        "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2\n",
    ));
    let found: Vec<(&str, Class)> = report.findings.iter().map(|finding| (finding.recipient.as_str(), finding.class)).collect();
    assert_eq!(found, [("ann@example.org", Class::Hard), ("bob@example.org", Class::Soft)]);
}

#[test]
fn complaints_of_rfc_5965_are_read() {
    let message = |kind: &str| {
        format!(
            "From: feedback@isp.example\nTo: fbl@bank.example\nSubject: FW: offer\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nAn abuse report.\n\n\
             --b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\n\
             Original-Mail-From: <bounce+abc@bank.example>\nOriginal-Rcpt-To: <ann@isp.example>\n\n\
             --b\nContent-Type: message/rfc822\n\nFrom: a@bank.example\nMessage-ID: <8@bank.example>\n\nhello\n--b--\n"
        )
    };
    let report = check(&message("abuse"));
    assert_eq!(report.findings[0].class, Class::Complaint);
    assert_eq!(report.findings[0].recipient, "ann@isp.example");
    assert_eq!(report.message_ids, ["8@bank.example"]);
    assert!(report.return_paths.contains(&"bounce+abc@bank.example".to_string()));
    assert_eq!(only(&message("not-spam")).class, Class::Delivered);
    assert_eq!(only(&message("auth-failure")).class, Class::Configuration);
}

#[test]
fn prose_is_read() {
    let qmail = "From: MAILER-DAEMON@mx.example\nTo: bounce+abc@bank.example\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.\n\
        I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<ann@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n\
        <bob@example.org>:\nuser is over quota\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <bounce+abc@bank.example>\nMessage-ID: <9@bank.example>\n\
        To: carl@example.org\n\nHello\n";
    for text in [qmail.to_string(), qmail.replace('\n', "\r\n"), qmail.replace('\n', "\r"), format!("From x Thu Jan  1 00:00:00 2026\n{qmail}")] {
        let report = check(&text);
        let found: Vec<(&str, Class)> = report.findings.iter().map(|finding| (finding.recipient.as_str(), finding.class)).collect();
        assert_eq!(found, [("ann@example.org", Class::Hard), ("bob@example.org", Class::Soft)]);
        assert_eq!(report.message_ids, ["9@bank.example"]);
    }
}

#[test]
fn who_is_away_is_no_bounce_and_ordinary_mail_is_nothing() {
    let away = "From: Ann <ann@example.org>\nTo: billing@bank.example\nSubject: Automatic reply: Your statement\nAuto-Submitted: auto-replied\n\nI am away.\n";
    assert_eq!(only(away).class, Class::AutoReply);
    let letter = "From: Ann <ann@example.org>\nTo: billing@bank.example\nSubject: My statement\n\nPlease do not send to old@example.org any more, it is 550 years old.\n";
    assert_eq!(check(letter).findings, []);
    assert_eq!(check(""), Report::default());
}

#[test]
fn a_table_of_ones_own_replaces_the_rules() {
    let rules = Rules::read("step,status,code,text,class,reason\n1,,,no such*here,soft,mine\n").expect("rules");
    assert_eq!(rules.class_of("550 No such user, really not here", "", None, Some(550)), (Class::Soft, "mine".into()));
    assert_eq!(rules.class_of("other", "", None, None), (Class::Soft, "unknown".into()));
    let faults = Rules::read("step,status,code,text,class,reason\n7,,,x,soft,a\n1,x.y,,x,soft,a\n1,,,x,weird,a\n").expect_err("faults");
    assert_eq!(faults.len(), 3);
}

#[test]
fn hostile_reports_end_soon() {
    let many = (0..5_000).map(|n| format!("Final-Recipient: rfc822; a{n}@example.org\nAction: failed\nStatus: 5.1.1\n\n")).collect::<String>();
    assert_eq!(check(&dsn(&many)).findings.len(), RECIPIENTS_MAX);
    let long =
        dsn(&format!("Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; {}\n", "x ".repeat(1 << 20)));
    assert!(only(&long).diagnostic.len() <= DIAGNOSTIC_BYTES_MAX);
}

/// Each would take hours if what is believed were cut only at the end.
#[test]
fn a_hundred_thousand_addresses_are_a_hundred() {
    let all: Vec<String> = (0..100_000).map(|n| format!("a{n}@example.org")).collect();
    let group = |to: &str| format!("Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\n");
    let text = all.iter().map(|to| format!("<{to}>: user unknown\n")).collect::<String>();
    let prose = |to: &str, failed: &str| format!("From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: failure notice\n{failed}\n550 5.1.1\n{text}");
    let reports = [
        dsn(&all.iter().map(|to| group(to)).collect::<String>()),
        dsn(&all.iter().map(|to| group(to)).collect::<String>()).replace("I am sorry.", &text),
        prose("bounce@bank.example", ""),
        prose("bounce@bank.example", &format!("X-Failed-Recipients: {}\n", all.join(",\n "))),
    ];
    for report in &reports {
        let findings = check(report).findings;
        assert_eq!((findings.len(), findings[99].recipient.as_str()), (RECIPIENTS_MAX, "a99@example.org"));
    }
    assert_eq!(only(&prose(&all.join(",\n "), "")).recipient, "", "they are all those that it was sent to");
    assert_eq!(only(&dsn(&group("a7@example.org").repeat(100_000)).replace("I am sorry.", &text)).recipient, "a7@example.org");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let _ = read(&bytes, &Rules::shipped());
    }
}
