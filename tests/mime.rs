//! Messages with hostile values, signed, in an mbox: the same each time. With PRESSRUN_MIME_OUT they are written there for judges that are
//! not ours (.ci/judge/mime.py).
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use pressrun::base::date::Date;
use pressrun::kit::dkim::{DkimKey, Signer};
use pressrun::kit::mime::{Address, Attachment, Image, Mailbox, Message, Unsubscribe, message_id, unix_of};
use pressrun::streams::mbox::MboxWriter;

/// A PNG of one pixel.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

fn names() -> Vec<String> {
    let plain = [
        "Ann",
        "Jörg Müller-Lüdenscheidt\r\nBcc: x@y.example",
        "شركة \u{202e} الاتصالات",
        "\"><script>alert(1)</script>",
        "=?utf-8?Q?hi?=",
        "a,b;c:d<e@f.example>",
        "山田太郎",
        "\u{0}\u{7}\u{1b}[31m",
    ];
    plain.iter().map(|name| name.to_string()).chain(["a very long name ".repeat(300_000)]).collect()
}

fn signers() -> [Signer; 2] {
    let signer = |selector: &str, pem: &[u8]| Signer::new("bank.example", selector, DkimKey::read(pem).unwrap());
    let (rsa, ed25519) = (include_bytes!("../src/kit/dkim/testdata/rsa2048.pem"), include_bytes!("../src/kit/dkim/testdata/ed25519.pem"));
    [signer("rsa", rsa), signer("ed25519", ed25519)]
}

fn sample(number: usize, name: &str, signer: &Signer) -> Vec<u8> {
    let from = Address::parse("billing@bank.example").unwrap();
    let to = Address::parse(if number.is_multiple_of(2) { "ann@example.org" } else { "info@bücher.example" }).unwrap();
    let short: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    let text = format!("Dear {short},\nyour statement is there.\n\n.\nFrom here on\n>From there\n");
    let escaped = short.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><title>Statement</title></head><body><p>Dear {escaped}, your statement is there. \
         <a href=\"https://bank.example/u\">Unsubscribe</a></p><img src=\"cid:logo@bank.example\" alt=\"logo\" width=\"10\"></body></html>\n"
    );
    let images = [Image { cid: "logo@bank.example", media_type: "image/png", bytes: PIXEL }];
    let attachments = [Attachment { name: "Kontoauszug März 例.pdf", media_type: "application/pdf", bytes: b"%PDF-1.7\n" }];
    let id = message_id(&[b"plan", &[number as u8]], "bank.example");
    let message = Message {
        from: Mailbox { name: "Bank & Söhne, Example", address: &from },
        to: Mailbox { name, address: &to },
        reply_to: None,
        subject: &format!("Your statement, {name} — 3.000,00 €"),
        date: unix_of(Date::new(2026, 3, 31).unwrap(), 420),
        message_id: &id,
        text: &text,
        html: &html,
        images: &images,
        attachments: &attachments,
        unsubscribe: Some(Unsubscribe { https: "https://bank.example/u?t=abc", mailto: "mailto:u+abc@bank.example" }),
        headers: &[("Auto-Submitted", "auto-generated"), ("List-Id", "<statements.bank.example>"), ("X-Pressrun-Document", "3f9ac02b11d4.17")],
    };
    let mut raw = Vec::new();
    message.write(&mut raw).unwrap();
    let mut signed = signer.sign(&raw, None).unwrap();
    signed.extend_from_slice(&raw);
    signed
}

#[test]
fn hostile_values_give_whole_messages_and_the_same_each_time() {
    let mut writer = MboxWriter::new("bounce@bank.example", Date::new(2026, 3, 31).unwrap());
    let out = std::env::var_os("PRESSRUN_MIME_OUT").map(std::path::PathBuf::from);
    let mut records = String::new();
    for signer in signers() {
        let (name, text) = signer.dns_record();
        records.push_str(&format!("{name}\t{text}\n"));
        for (number, name) in names().iter().enumerate() {
            let bytes = sample(number, name, &signer);
            assert_eq!(sample(number, name, &signer), bytes);
            writer.push(&bytes).unwrap();
            if let Some(out) = &out {
                std::fs::write(out.join(format!("{}{number}.eml", signer.dns_record().0.split('.').next().unwrap())), &bytes).unwrap();
            }
        }
    }
    if let Some(out) = &out {
        std::fs::write(out.join("dns.txt"), records).unwrap();
        std::fs::write(out.join("all.mbox"), writer.finish()).unwrap();
    }
}
