//! Volumes of mail: many messages in one plain file, `NNNN.mbox`.
//!
//! Takes messages as they go over the wire, gives one mbox file and the place of each message in it, so that one range read finds it.
//! The file is the `mboxrd` of RFC 4155 and qmail: lines end in LF, a line that begins with `From ` behind any number of `>` gets one more.
//! Both can be undone, so the bytes as they were sent come back exactly. Must never open a file, and never look into a message.

use memchr::memmem;

use crate::base::date::Date;

/// Where a message lies in its volume: from its first header to its last line end, as it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessagePlace {
    /// The first byte.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
}

/// Why bytes are no message of a volume.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MboxError {
    /// A message has a line end that is not CRLF, so it would not come back as it was.
    #[error("a message has a line that does not end in CRLF, at its byte {0}")]
    LineEnd(usize),
    /// The volume is not what was written.
    #[error("the volume of mail is damaged at byte {0}")]
    Damaged(u64),
}

/// Writes a volume into memory, from which it may be taken piece by piece.
#[derive(Debug)]
pub struct MboxWriter {
    bytes: Vec<u8>,
    /// How many bytes were taken.
    taken: u64,
    from: String,
}

impl MboxWriter {
    /// An empty volume. `sender` and `date` stand in the line before each message: an address without blanks and the job's date.
    pub fn new(sender: &str, date: Date) -> MboxWriter {
        let sender: String = sender.chars().filter(|c| c.is_ascii_graphic()).collect();
        let sender = if sender.is_empty() { "MAILER-DAEMON" } else { &sender };
        MboxWriter { bytes: Vec::new(), taken: 0, from: format!("From {sender} {}\n", asctime(date)) }
    }

    /// Adds a message with CRLF at the end of each line; gives its place.
    ///
    /// # Errors
    /// A bare CR or LF, or no line end after the last line. Nothing is added then.
    pub fn push(&mut self, message: &[u8]) -> Result<MessagePlace, MboxError> {
        if message.is_empty() {
            return Err(MboxError::LineEnd(0));
        }
        let fault = |at| Err(MboxError::LineEnd(at));
        let start = self.bytes.len();
        self.bytes.reserve(message.len() + self.from.len() + 16);
        self.bytes.extend_from_slice(self.from.as_bytes());
        let offset = self.bytes.len();
        let (mut at, mut lines) = (0, 0);
        for end in memchr::memchr_iter(b'\n', message) {
            let Some(line) = message[at..end].strip_suffix(b"\r") else {
                self.bytes.truncate(start);
                return fault(end);
            };
            if is_quoted_from(line) {
                self.bytes.push(b'>');
            }
            self.bytes.extend_from_slice(line);
            self.bytes.push(b'\n');
            at = end + 1;
            lines += 1;
        }
        // Each LF has a CR before it: if there are as many CR, none is bare.
        if at < message.len() || memchr::memchr_iter(b'\r', message).count() != lines {
            self.bytes.truncate(start);
            return fault(bare_line_end(message));
        }
        let length = self.bytes.len() - offset;
        self.bytes.push(b'\n');
        Ok(MessagePlace { offset: self.taken + offset as u64, length: length as u64 })
    }

    /// The bytes that were not taken yet.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes them away: the caller has written them. Places go on where they were.
    pub fn take(&mut self) {
        self.taken += self.bytes.len() as u64;
        self.bytes.clear();
    }

    /// Whether it has no message.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.taken == 0
    }

    /// The bytes of the file that were not taken.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The first CR or LF that is no part of a CRLF, or the end.
fn bare_line_end(message: &[u8]) -> usize {
    let is_bare = |at: &usize| match message[*at] {
        b'\n' => *at == 0 || message[at - 1] != b'\r',
        _ => message.get(at + 1) != Some(&b'\n'),
    };
    memchr::memchr2_iter(b'\r', b'\n', message).find(is_bare).unwrap_or(message.len())
}

/// `From ` behind any number of `>`.
fn is_quoted_from(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'>' | b'F')) && line[line.iter().position(|b| *b != b'>').unwrap_or(line.len())..].starts_with(b"From ")
}

/// A message as it was sent, from the bytes of its place in the volume.
pub fn message_of(stored: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(stored.len() + stored.len() / 40);
    for line in stored.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        // Volumes of other programs, such as a box of bounces, may have CRLF.
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let quoted = line.first() == Some(&b'>') && is_quoted_from(line);
        out.extend_from_slice(if quoted { &line[1..] } else { line });
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// The places of all messages of an mbox file, in their order. Written by whatever program: a message begins after a line `From ` at the
/// beginning of the file or after an empty line.
pub fn places(file: &[u8]) -> Vec<MessagePlace> {
    let mut starts = Vec::new();
    if file.starts_with(b"From ") {
        starts.push(0);
    }
    for at in memmem::find_iter(file, b"\nFrom ") {
        let is_after_blank = file[..at].ends_with(b"\n") || file[..at].ends_with(b"\n\r") || at == 0;
        if is_after_blank {
            starts.push(at + 1);
        }
    }
    let mut places = Vec::with_capacity(starts.len());
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(file.len());
        let head = memchr::memchr(b'\n', &file[start..end]).map_or(end, |line| start + line + 1);
        // The empty line that parts two messages belongs to neither.
        let body = &file[head..end];
        let body = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).filter(|rest| rest.ends_with(b"\n")).unwrap_or(body);
        places.push(MessagePlace { offset: head as u64, length: body.len() as u64 });
    }
    places
}

/// The message at a place of a volume that lies in memory, as it was sent.
///
/// # Errors
/// The place is not that of a message: the volume was cut short or changed.
pub fn read_at(volume: &[u8], place: MessagePlace) -> Result<Vec<u8>, MboxError> {
    let damaged = MboxError::Damaged(place.offset);
    let start = usize::try_from(place.offset).map_err(|_| damaged)?;
    let end = usize::try_from(place.length).ok().and_then(|length| start.checked_add(length)).ok_or(damaged)?;
    let stored = volume.get(start..end).ok_or(damaged)?;
    let line = memchr::memrchr(b'\n', &volume[..start.saturating_sub(1)]).map_or(0, |at| at + 1);
    if !volume[line..start].starts_with(b"From ") || !stored.ends_with(b"\n") {
        return Err(damaged);
    }
    Ok(message_of(stored))
}

/// `Tue Mar 31 00:00:00 2026`: what readers of mbox expect (RFC 4155, appendix A).
fn asctime(date: Date) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = date.ymd();
    format!("{} {} {day:2} 00:00:00 {year}", DAYS[date.weekday() as usize], MONTHS[month as usize - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> MboxWriter {
        MboxWriter::new("bounce@bank.example", Date::new(2026, 3, 1).expect("a day"))
    }

    #[test]
    fn messages_come_back_as_they_were_sent() {
        let messages: &[&[u8]] = &[
            b"Subject: a\r\n\r\nFrom here\r\n>From there\r\n>>From far\r\nfrom small\r\n",
            b"Subject: b\r\n\r\n\r\n\r\nFrom x\r\n\r\n",
            b"Subject: c\r\n\r\n",
            b"Subject: d\r\nX: y\r\n\r\n.\r\nFrom\r\n> From\r\n",
        ];
        let mut writer = writer();
        let written: Vec<MessagePlace> = messages.iter().map(|message| writer.push(message).expect("a message")).collect();
        let file = writer.finish();
        assert!(file.starts_with(b"From bounce@bank.example Sun Mar  1 00:00:00 2026\nSubject: a\n\n>From here\n>>From there\n>>>From far\n"));
        assert_eq!(places(&file), written);
        for (message, place) in messages.iter().zip(written) {
            assert_eq!(read_at(&file, place).as_deref(), Ok(*message));
        }
    }

    #[test]
    fn places_do_not_depend_on_what_was_taken() {
        let messages: &[&[u8]] = &[b"A: b\r\n\r\nc\r\n", b"D: e\r\n\r\nFrom f\r\n", b"G: h\r\n\r\n"];
        let (mut whole, mut pieces, mut file) = (writer(), writer(), Vec::new());
        for message in messages {
            assert_eq!(whole.push(message), pieces.push(message));
            file.extend_from_slice(pieces.bytes());
            pieces.take();
        }
        assert!(!pieces.is_empty() && pieces.finish().is_empty());
        assert_eq!(whole.finish(), file);
    }

    #[test]
    fn line_ends_that_would_be_lost_are_refused() {
        let mut writer = writer();
        for wrong in [&b""[..], b"a\nb\r\n", b"a\r\nb", b"a\rb\r\n", b"a\r\n\nb\r\n"] {
            assert!(matches!(writer.push(wrong), Err(MboxError::LineEnd(_))), "{wrong:?}");
        }
        assert!(writer.is_empty());
    }

    #[test]
    fn a_place_that_is_none_is_damage() {
        let mut writer = writer();
        let place = writer.push(b"A: b\r\n\r\nc\r\n").expect("a message");
        let file = writer.finish();
        assert!(read_at(&file, place).is_ok());
        for wrong in [
            MessagePlace { offset: place.offset + 1, ..place },
            MessagePlace { length: place.length - 1, ..place },
            MessagePlace { length: 1 << 40, ..place },
            MessagePlace { offset: u64::MAX, length: 2 },
        ] {
            assert!(read_at(&file, wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn boxes_of_other_programs_are_read() {
        let file = b"From a Thu Jan  1 00:00:00 1970\r\nA: 1\r\n\r\nx\r\n\r\nFrom b Thu Jan  1 00:00:00 1970\r\nA: 2\r\n\r\ny\r\nFrom z\r\n";
        let found: Vec<Vec<u8>> = places(file).into_iter().map(|place| read_at(file, place).expect("a message")).collect();
        assert_eq!(found, [b"A: 1\r\n\r\nx\r\n".to_vec(), b"A: 2\r\n\r\ny\r\nFrom z\r\n".to_vec()]);
        assert!(places(b"no mail").is_empty() && places(b"").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_message_comes_back(lines in proptest::collection::vec("[ -~]{0,12}|>{0,3}From [ -~]{0,4}", 1..12)) {
            let message: Vec<u8> = lines.iter().flat_map(|line| format!("{line}\r\n").into_bytes()).collect();
            let mut writer = writer();
            let first = writer.push(&message).expect("a message");
            let second = writer.push(b"A: b\r\n\r\n").expect("a message");
            let file = writer.finish();
            proptest::prop_assert_eq!(read_at(&file, first).expect("a message"), message);
            proptest::prop_assert_eq!(places(&file), vec![first, second]);
        }
    }
}
