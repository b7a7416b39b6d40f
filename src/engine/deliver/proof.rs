//! Copies of messages for people who look at them: a maildir, an mbox file, addresses of one's own.
//!
//! Takes the messages of a run, gives copies. How the messages stand does not change by it, and Must never: a proof is no delivery.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::smtp::{Envelope, Taken};
use super::{Deliver, EMAIL, server, settings_of};
use crate::base::date::Date;
use crate::base::file::{self, Pieces};
use crate::base::hash::Hash;
use crate::base::limits::LAYOUT_BYTES_MAX;
use crate::engine::night::{Night, NightError};
use crate::kit::mime::Address;
use crate::ledger::{MessageRow, State};
use crate::streams::mbox::{MboxWriter, message_of};

/// Where copies go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Where {
    /// Into the folder `new` of a maildir.
    Maildir(PathBuf),
    /// Into one file.
    Mbox(PathBuf),
    /// To the addresses in a file, one in each line, with `[proof]` before the subject.
    SeedList(PathBuf),
}

/// What was written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Proofs {
    /// Messages.
    pub messages: u64,
    /// Addresses of a seed list.
    pub addresses: u64,
}

/// Messages that a seed list gets when nobody says how many.
const SEEDED: u64 = 10;

/// Writes copies of the messages of a run; `ask.limit` says how many.
///
/// # Errors
/// The run is not closed, its mail is damaged, or the copies cannot be written or sent.
pub fn write_proofs(out: &Path, to: &Where, ask: &Deliver<'_>) -> Result<Proofs, NightError> {
    let night = Night::open_any(out, State::Closed)?;
    let proofs = match to {
        Where::Maildir(folder) => maildir(&night, folder, ask),
        Where::Mbox(path) => mbox(&night, path, ask),
        Where::SeedList(path) => seed(&night, path, ask),
    };
    night.close()?;
    proofs
}

/// Gives each message of a run to `each`, in the order of the records.
fn each_message(night: &Night, limit: u64, mut each: impl FnMut(&MessageRow, Vec<u8>) -> Result<(), NightError>) -> Result<u64, NightError> {
    let files: BTreeMap<u32, String> =
        night.ledger.message_files()?.into_iter().filter(|row| row.channel == EMAIL).map(|row| (row.volume, row.file)).collect();
    let (mut count, mut stored) = (0, Vec::new());
    for (volume, name) in files {
        let path = night.folder.join(&name);
        let mut pieces = Pieces::open(&path)?;
        // One that was erased has no id any more.
        for row in night.ledger.messages_of(volume, EMAIL)?.into_iter().filter(|row| !row.message_id.is_empty()) {
            if count >= limit {
                return Ok(count);
            }
            pieces.read(row.offset, row.length as usize, &mut stored)?;
            let bytes = message_of(&stored);
            if Hash::of(&bytes) != row.hash {
                let number = row.record + 1;
                return Err(NightError::Refused(vec![format!(
                    "`{}` is damaged: the message of record {number} is not what the run wrote",
                    path.display()
                )]));
            }
            each(&row, bytes)?;
            count += 1;
        }
    }
    Ok(count)
}

fn maildir(night: &Night, folder: &Path, ask: &Deliver<'_>) -> Result<Proofs, NightError> {
    for name in ["tmp", "new", "cur"] {
        night.disk.create_folder(&folder.join(name))?;
    }
    let messages = each_message(night, ask.limit.unwrap_or(u64::MAX), |row, bytes| {
        // The name is the same each time, so that a second copy takes the place of the first.
        let name = format!("{:010}.{}.pressrun", row.record + 1, &row.hash.hex()[..16]);
        Ok(night.disk.commit(&folder.join("new").join(name), &bytes)?)
    })?;
    Ok(Proofs { messages, addresses: 0 })
}

fn mbox(night: &Night, path: &Path, ask: &Deliver<'_>) -> Result<Proofs, NightError> {
    let job = night.ledger.job()?.ok_or_else(|| NightError::NoJob(night.folder.clone()))?;
    let date = Date::parse_iso(&job.date).ok_or_else(|| NightError::Refused(vec!["the date of the job is none".into()]))?;
    let sender = settings_of(&night.folder)?.return_path.to_string();
    let mut pending = night.disk.begin(path)?;
    let messages = each_message(night, ask.limit.unwrap_or(u64::MAX), |_, bytes| {
        let mut writer = MboxWriter::new(&sender, date);
        writer.push(&bytes).map_err(|error| NightError::Refused(vec![error.to_string()]))?;
        pending.write_all(&writer.finish()).map_err(|source| crate::base::file::FileError::new("write", path, source))?;
        Ok(())
    })?;
    pending.commit()?;
    Ok(Proofs { messages, addresses: 0 })
}

fn seed(night: &Night, list: &Path, ask: &Deliver<'_>) -> Result<Proofs, NightError> {
    let text = String::from_utf8_lossy(&file::read(list, LAYOUT_BYTES_MAX)?).into_owned();
    let (mut addresses, mut refused) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match Address::parse(line) {
            Ok(address) => addresses.push(address),
            Err(fault) => refused.push(format!("`{line}` in `{}` is no address: {fault}", list.display())),
        }
    }
    if !refused.is_empty() {
        return Err(NightError::Refused(refused));
    }
    let settings = settings_of(&night.folder)?;
    let (server, _) = server(&settings, ask)?;
    let failed = |error: String| NightError::Refused(vec![format!("a proof was not sent: {error}")]);
    let mut session = server.connect().map_err(|error| failed(error.to_string()))?;
    let from = settings.return_path.to_string();
    let messages = each_message(night, ask.limit.unwrap_or(SEEDED), |row, bytes| {
        for (number, address) in addresses.iter().enumerate() {
            let copy = as_proof(&bytes, address, &format!("proof.{number}.{}", row.message_id));
            let (id, size) = (String::new(), copy.len());
            let envelope = Envelope {
                from: &from,
                to: address.as_str(),
                id: &id,
                size,
                is_eight_bit: !copy.is_ascii(),
                needs_smtputf8: address.needs_smtputf8(),
            };
            let sent = session.offer(&envelope).map_err(|error| failed(error.to_string()))?;
            if let Taken::No(reply) = sent {
                return Err(failed(format!("{address}: {reply}")));
            }
            let reply = session.write_message(&copy).and_then(|()| session.finish()).map_err(|error| failed(error.to_string()))?;
            if !reply.is_positive() {
                return Err(failed(format!("{address}: {reply}")));
            }
        }
        Ok(())
    })?;
    session.quit();
    Ok(Proofs { messages, addresses: addresses.len() as u64 })
}

/// A message that says that it is a proof, to somebody else, with an id of its own. Its signature would no longer fit, and goes.
fn as_proof(message: &[u8], to: &Address, id: &str) -> Vec<u8> {
    let head = memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |at| at + 2);
    let mut out = Vec::with_capacity(message.len() + 64);
    let mut is_left_out = false;
    for line in message[..head].split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            if !is_left_out {
                out.extend_from_slice(line);
            }
            continue;
        }
        let name = line.split(|b| *b == b':').next().unwrap_or_default().to_ascii_lowercase();
        is_left_out = true;
        match name.as_slice() {
            b"to" => out.extend_from_slice(format!("To: <{to}>\r\n").as_bytes()),
            b"message-id" => out.extend_from_slice(format!("Message-ID: <{id}>\r\n").as_bytes()),
            b"subject" => {
                is_left_out = false;
                let rest = &line[line.len().min(b"subject:".len())..];
                out.extend_from_slice(b"Subject: [proof]\r\n");
                // Folded, so that no line becomes longer than it was.
                let rest = rest.trim_ascii_start();
                if !rest.is_empty() {
                    out.push(b' ');
                    out.extend_from_slice(rest);
                    if !rest.ends_with(b"\n") {
                        out.extend_from_slice(b"\r\n");
                    }
                }
            }
            b"dkim-signature" | b"list-unsubscribe" | b"list-unsubscribe-post" => {}
            _ => {
                is_left_out = false;
                out.extend_from_slice(line);
            }
        }
    }
    out.extend_from_slice(&message[head..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_says_so_and_goes_to_nobody_else() {
        let message = b"DKIM-Signature: v=1;\r\n\tb=x\r\nFrom: <a@bank.example>\r\nTo: Ann\r\n <ann@example.org>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?Q?_x?=\r\n\
            Message-ID: <1@bank.example>\r\n\r\nTo: stays\r\n";
        let copy = as_proof(message, &Address::parse("me@bank.example").expect("an address"), "proof.0.1@bank.example");
        assert_eq!(
            String::from_utf8_lossy(&copy),
            "From: <a@bank.example>\r\nTo: <me@bank.example>\r\nSubject: [proof]\r\n =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?Q?_x?=\r\n\
             Message-ID: <proof.0.1@bank.example>\r\n\r\nTo: stays\r\n"
        );
    }
}
