//! Account statements of an invented bank: customer, address, balances and 3 to 150 transactions.
//!
//! Takes a seed and a record number, gives the statement in any format. Must never draw one record's numbers from
//! another's stream: each has its own, seeded with both.

use std::sync::LazyLock;

use super::mersenne::Random;
use super::words::{CHANNELS, CITIES, CREDIT_KINDS, DEBIT_KINDS, FIRST_NAMES, LAST_NAMES, MERCHANTS, SEGMENTS, STREET_KINDS, STREETS, UNITS};
use super::{Format, Options, Sample};

/// Account statements.
pub(super) struct Statements;

impl Sample for Statements {
    fn name(&self) -> &'static str {
        "statements"
    }

    fn doc(&self) -> &'static str {
        "account statements of US customers for September 2026, with 3 to 150 transactions each"
    }

    fn files(&self, format: Format) -> &'static [&'static str] {
        match format {
            Format::Ndjson => &["statements.ndjson"],
            Format::Csv => &["customers.csv", "lines.csv"],
            Format::Xml => &["statements.xml"],
        }
    }

    fn write_head(&self, format: Format, files: &mut [Vec<u8>]) {
        match format {
            Format::Ndjson => {}
            Format::Csv => {
                for (name, _) in TEXT_FIELDS {
                    files[0].extend_from_slice(name.as_bytes());
                    files[0].push(b',');
                }
                files[0].extend_from_slice(b"opening,closing\n");
                files[1].extend_from_slice(b"id,date,description,amount\n");
            }
            Format::Xml => files[0].extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<statements>\n"),
        }
    }

    fn write_record(&self, options: &Options, number: u64, files: &mut [Vec<u8>]) {
        let statement = Statement::new(options, number);
        match files {
            [file] if options.format == Format::Ndjson => write_json(&statement, file),
            [file] if options.format == Format::Xml => write_xml(&statement, file),
            [customers, lines] if options.format == Format::Csv => write_csv(&statement, customers, lines),
            _ => panic!("a buffer for each file of the format"),
        }
    }

    fn write_foot(&self, format: Format, files: &mut [Vec<u8>]) {
        match format {
            Format::Ndjson | Format::Csv => {}
            Format::Xml => files[0].extend_from_slice(b"</statements>\n"),
        }
    }
}

/// One statement: a number, the bits that decide its words, and its money.
struct Statement {
    number: u64,
    bits: Bits,
    opening: Cents,
    transactions: Vec<Transaction>,
    closing: Cents,
}

/// One transaction.
struct Transaction {
    /// From 0.
    day: usize,
    description: &'static Description,
    reference: Option<u64>,
    amount: Cents,
}

/// Dollars times 100.
#[derive(Clone, Copy)]
struct Cents(i64);

/// 256 random bits, from which fields cut their share.
struct Bits([u64; 4]);

impl Bits {
    /// The `width` bits from bit `first` up.
    fn cut(&self, first: usize, width: usize) -> u64 {
        let (word, shift) = (first / 64, first % 64);
        let mut bits = self.0[word] >> shift;
        if shift + width > 64 {
            bits |= self.0[word + 1] << (64 - shift);
        }
        bits & ((1 << width) - 1)
    }

    /// The item that 16 bits from bit `first` up fall on.
    fn pick<T: Copy>(&self, first: usize, items: &[T]) -> T {
        items[self.cut(first, 16) as usize % items.len()]
    }

    /// The item that 8 bits from bit `first` up fall on.
    fn pick_short<T: Copy>(&self, first: usize, items: &[T]) -> T {
        items[self.cut(first, 8) as usize % items.len()]
    }
}

impl Statement {
    /// Draws statement `number`.
    fn new(options: &Options, number: u64) -> Statement {
        let mut random = Random::new(u128::from(options.seed) * 1_000_003 + u128::from(number));
        let bits = Bits(std::array::from_fn(|_| random.word_pair()));
        let natural_count = random.first_gauss(2.89, 0.81).exp().round_ties_even().clamp(3.0, 150.0) as usize;
        let count = options.transactions.unwrap_or(natural_count);
        let opening = Cents((bits.cut(176, 32) % 900_000) as i64 - 20_000);
        let tables = &*TABLES;
        let transactions: Vec<Transaction> = (0..count).map(|index| Transaction::new(tables, random.word_pair(), index, count)).collect();
        let closing = Cents(opening.0 + transactions.iter().map(|transaction| transaction.amount.0).sum::<i64>());
        Statement { number, bits, opening, transactions, closing }
    }

    fn write_id(&self, out: &mut Vec<u8>) {
        out.push(b'C');
        write_digits(out, self.number, 8);
    }

    fn write_name(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bits.pick(0, FIRST_NAMES).as_bytes());
        if self.bits.cut(16, 2) == 0 {
            out.extend_from_slice(&[b' ', b'A' + (self.bits.cut(18, 16) % 26) as u8, b'.']);
        }
        out.push(b' ');
        out.extend_from_slice(self.last_name().as_bytes());
    }

    fn write_address1(&self, out: &mut Vec<u8>) {
        write_digits(out, 1 + self.bits.cut(50, 16) % 9899, 1);
        out.push(b' ');
        out.extend_from_slice(self.bits.pick_short(66, STREETS).as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.bits.pick_short(74, STREET_KINDS).as_bytes());
    }

    /// Empty for three of four.
    fn write_address2(&self, out: &mut Vec<u8>) {
        if self.bits.cut(82, 2) == 0 {
            out.extend_from_slice(UNITS[self.bits.cut(84, 2) as usize].as_bytes());
            out.push(b' ');
            write_digits(out, 1 + self.bits.cut(86, 10), 1);
        }
    }

    fn write_city(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bits.pick(96, CITIES).0.as_bytes());
    }

    fn write_state(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bits.pick(96, CITIES).1.as_bytes());
    }

    /// 5 digits, 9 (ZIP+4) or 11 (with delivery point).
    fn write_zip(&self, out: &mut Vec<u8>) {
        let length = [5, 9, 9, 11][self.bits.cut(112, 2) as usize];
        let end = out.len() + length;
        write_digits(out, 1_000_000_000 + self.bits.cut(114, 40) % 98_999_999_999, 11);
        out.truncate(end);
    }

    fn write_email(&self, out: &mut Vec<u8>) {
        let letters = self.last_name().bytes().map(|byte| byte.to_ascii_lowercase());
        out.extend(letters.filter(u8::is_ascii_lowercase));
        out.push(b'.');
        write_digits(out, self.number, 1);
        out.extend_from_slice(b"@example.com");
    }

    fn write_channel(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bits.pick_short(160, CHANNELS).as_bytes());
    }

    fn write_segment(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bits.pick_short(168, SEGMENTS).as_bytes());
    }

    /// 12 digits that look unrelated to the number, and differ for the first 600 billion.
    fn write_account(&self, out: &mut Vec<u8>) {
        let scattered = u128::from(self.number) * 2_654_435_761 % 599_999_999_999;
        write_digits(out, 400_000_000_000 + scattered as u64, 12);
    }

    fn last_name(&self) -> &'static str {
        self.bits.pick(34, LAST_NAMES)
    }
}

/// Writes one field of a statement.
type WriteField = fn(&Statement, &mut Vec<u8>);

/// The text fields, in the order of every format.
const TEXT_FIELDS: &[(&str, WriteField)] = &[
    ("id", Statement::write_id),
    ("name", Statement::write_name),
    ("address1", Statement::write_address1),
    ("address2", Statement::write_address2),
    ("city", Statement::write_city),
    ("state", Statement::write_state),
    ("zip", Statement::write_zip),
    ("email", Statement::write_email),
    ("channel", Statement::write_channel),
    ("segment", Statement::write_segment),
    ("account", Statement::write_account),
    ("period_start", |_, out| out.extend_from_slice(b"2026-09-01")),
    ("period_end", |_, out| out.extend_from_slice(b"2026-09-30")),
];

impl Transaction {
    /// Makes transaction `index` of `count` from its bits; days rise with the index.
    fn new(tables: &'static Tables, bits: u64, index: usize, count: usize) -> Transaction {
        let day = ((index * 30 + (bits & 15) as usize) / count).min(29);
        let (description, amount) = if bits >> 4 & 15 == 0 {
            (&tables.credits[(bits >> 32 & 255) as usize], 5_000 + (bits >> 8 & 0xff_ffff) as i64 % 420_000)
        } else {
            let spent = tables.debit_cents[(bits >> 8 & 1023) as usize] + (bits >> 18 & 127) as i64;
            (&tables.debits[(bits >> 32 & 4095) as usize], -spent)
        };
        let reference = (bits >> 44 & 1 == 1 || description.is_short).then_some(bits >> 45);
        Transaction { day, description, reference, amount: Cents(amount) }
    }

    fn write_date(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"2026-09-");
        write_digits(out, self.day as u64 + 1, 2);
    }

    fn write_description(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.description.text.as_bytes());
        if let Some(reference) = self.reference {
            out.extend_from_slice(b" #");
            write_digits(out, reference, 6);
        }
    }
}

/// What a transaction was for.
struct Description {
    text: String,
    /// Too short to stand without a reference.
    is_short: bool,
}

impl Description {
    fn new(text: String) -> Description {
        let is_short = text.chars().count() < 15;
        Description { text, is_short }
    }
}

/// Texts and amounts that transactions draw from, the same for every seed.
struct Tables {
    debits: Vec<Description>,
    credits: Vec<Description>,
    /// From 4 to 398 dollars, small ones more often.
    debit_cents: Vec<i64>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut random = Random::new(77);
    let mut debits = Vec::with_capacity(4096);
    while debits.len() < 4096 {
        let text = debit_text(&mut random);
        if (11..=52).contains(&text.chars().count()) {
            debits.push(Description::new(text));
        }
    }
    let credits = (0..256).map(|_| Description::new(credit_text(&mut random))).collect();
    // No power comes closer than 0.00002 to a whole number, so every floating-point library cuts to the same cents.
    let debit_cents = (0..1024).map(|step| 10f64.powf(2.6 + 2.0 * (f64::from(step) / 1023.0).powf(1.3)) as i64).collect();
    Tables { debits, credits, debit_cents }
});

fn debit_text(random: &mut Random) -> String {
    let &(city, state) = random.choice(CITIES);
    let mut text = format!("{} {} {city} {state}", random.choice(DEBIT_KINDS), random.choice(MERCHANTS));
    if random.fraction() < 0.4 {
        text = format!("{} {city} {state}", random.choice(MERCHANTS));
    }
    if random.fraction() < 0.15 {
        text = format!("{} {}", random.choice(DEBIT_KINDS), random.choice(MERCHANTS));
    }
    text
}

fn credit_text(random: &mut Random) -> String {
    let text = format!("{} {}", random.choice(CREDIT_KINDS), random.choice(MERCHANTS));
    text.chars().take(50).collect::<String>().trim_end().to_owned()
}

fn write_json(statement: &Statement, out: &mut Vec<u8>) {
    out.push(b'{');
    for (name, write) in TEXT_FIELDS {
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":\"");
        write(statement, out);
        out.extend_from_slice(b"\",");
    }
    out.extend_from_slice(b"\"opening\":");
    write_cents(out, statement.opening);
    out.extend_from_slice(b",\"transactions\":[");
    for (index, transaction) in statement.transactions.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"{\"date\":\"" } else { b",{\"date\":\"" });
        transaction.write_date(out);
        out.extend_from_slice(b"\",\"description\":\"");
        transaction.write_description(out);
        out.extend_from_slice(b"\",\"amount\":");
        write_cents(out, transaction.amount);
        out.push(b'}');
    }
    out.extend_from_slice(b"],\"closing\":");
    write_cents(out, statement.closing);
    out.extend_from_slice(b"}\n");
}

fn write_csv(statement: &Statement, customers: &mut Vec<u8>, lines: &mut Vec<u8>) {
    for (_, write) in TEXT_FIELDS {
        write(statement, customers);
        customers.push(b',');
    }
    write_cents(customers, statement.opening);
    customers.push(b',');
    write_cents(customers, statement.closing);
    customers.push(b'\n');
    for transaction in &statement.transactions {
        statement.write_id(lines);
        lines.push(b',');
        transaction.write_date(lines);
        lines.push(b',');
        transaction.write_description(lines);
        lines.push(b',');
        write_cents(lines, transaction.amount);
        lines.push(b'\n');
    }
}

fn write_xml(statement: &Statement, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<statement");
    for (name, write) in TEXT_FIELDS {
        write_attribute(out, name, |out| write(statement, out));
    }
    write_attribute(out, "opening", |out| write_cents(out, statement.opening));
    write_attribute(out, "closing", |out| write_cents(out, statement.closing));
    out.extend_from_slice(b">\n");
    for transaction in &statement.transactions {
        out.extend_from_slice(b"<txn");
        write_attribute(out, "date", |out| transaction.write_date(out));
        write_attribute(out, "description", |out| transaction.write_description(out));
        write_attribute(out, "amount", |out| write_cents(out, transaction.amount));
        out.extend_from_slice(b"/>\n");
    }
    out.extend_from_slice(b"</statement>\n");
}

/// Writes ` name="value"`. Of all words only merchants need escaping, and only their `&`; a test keeps it so.
fn write_attribute(out: &mut Vec<u8>, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    let start = out.len();
    write(out);
    let mut place = start;
    while let Some(found) = out[place..].iter().position(|&byte| byte == b'&') {
        place += found + 1;
        out.splice(place..place, *b"amp;");
    }
    out.push(b'"');
}

/// Writes dollars and cents.
fn write_cents(out: &mut Vec<u8>, amount: Cents) {
    if amount.0 < 0 {
        out.push(b'-');
    }
    let cents = amount.0.unsigned_abs();
    write_digits(out, cents / 100, 1);
    out.push(b'.');
    write_digits(out, cents % 100, 2);
}

/// Writes a number with zeros in front up to `width` digits.
fn write_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[start.min(digits.len() - width)..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Record `number` in every file of a format.
    fn check(options: &Options, number: u64, expected: &[&str]) {
        let mut files = vec![Vec::new(); Statements.files(options.format).len()];
        Statements.write_record(options, number, &mut files);
        let files: Vec<String> = files.into_iter().map(|file| String::from_utf8(file).expect("UTF-8")).collect();
        assert_eq!(files, expected);
    }

    #[test]
    fn json_equals_the_reference_generator() {
        check(
            &Options::new(7, Format::Ndjson),
            30,
            &["{\"id\":\"C00000030\",\"name\":\"Andrew Çelik\",\"address1\":\"761 River Way\",\
             \"address2\":\"\",\"city\":\"Honolulu\",\"state\":\"HI\",\"zip\":\"436318847\",\
             \"email\":\"elik.30@example.com\",\"channel\":\"print\",\"segment\":\"student\",\
             \"account\":\"479633072830\",\"period_start\":\"2026-09-01\",\"period_end\":\"2026-09-30\",\
             \"opening\":3920.21,\"transactions\":[{\"date\":\"2026-09-05\",\"description\":\"Mobile check deposit Riverbend Cinema\",\
             \"amount\":3391.12},{\"date\":\"2026-09-14\",\"description\":\"Online payment Piñata Taquería\",\
             \"amount\":-21.26},{\"date\":\"2026-09-22\",\"description\":\"Bill pay Ledger Software Subscription Denver CO #165021\",\
             \"amount\":-6.50}],\"closing\":7283.57}\n"],
        );
    }

    #[test]
    fn csv_splits_customers_and_lines() {
        check(
            &Options::new(7, Format::Csv),
            30,
            &[
                "C00000030,Andrew Çelik,761 River Way,,Honolulu,HI,436318847,elik.30@example.com,print,student,\
             479633072830,2026-09-01,2026-09-30,3920.21,7283.57\n",
                "C00000030,2026-09-05,Mobile check deposit Riverbend Cinema,3391.12\nC00000030,2026-09-14,\
             Online payment Piñata Taquería,-21.26\nC00000030,2026-09-22,Bill pay Ledger Software Subscription Denver CO #165021,\
             -6.50\n",
            ],
        );
    }

    #[test]
    fn xml_escapes_ampersands() {
        check(
            &Options::new(20_260_901, Format::Xml),
            160,
            &[
                "<statement id=\"C00000160\" name=\"Barbara Sanchez\" address1=\"6499 Grove Blvd\" address2=\"\" city=\"Providence\" state=\"RI\" zip=\"116245223\" email=\"sanchez.160@example.com\" channel=\"print\" segment=\"retirement\" account=\"824709721760\" period_start=\"2026-09-01\" period_end=\"2026-09-30\" opening=\"4200.42\" closing=\"3573.38\">\n<txn date=\"2026-09-03\" description=\"Direct debit Union Parking Saint Paul MN #516295\" amount=\"-246.13\"/>\n<txn date=\"2026-09-11\" description=\"Check card Metro Transit Authority Portland OR\" amount=\"-373.95\"/>\n<txn date=\"2026-09-23\" description=\"Mobile payment City Water &amp; Sewer Albuquerque NM #024330\" amount=\"-6.96\"/>\n</statement>\n\
             ",
            ],
        );
    }

    #[test]
    fn the_first_hundred_records_keep_their_hash() {
        let mut files = [Vec::new()];
        for number in 1..=100 {
            Statements.write_record(&Options::new(20_260_901, Format::Ndjson), number, &mut files);
        }
        let hash = crate::base::hash::Hash::of(&files[0]).hex();
        assert_eq!(hash, "c68c8766196e6a7a3040607280b435f6d6c09368549a0cb529350d3f759e73aa");
    }

    #[test]
    fn transactions_can_be_forced_to_any_number() {
        for count in [0, 1, 1000] {
            let options = Options { transactions: Some(count), ..Options::new(7, Format::Ndjson) };
            let statement = Statement::new(&options, 1);
            assert_eq!(statement.transactions.len(), count);
            assert!(statement.transactions.is_sorted_by_key(|transaction| transaction.day / 2), "days run from 1 to 30");
            let sum: i64 = statement.transactions.iter().map(|transaction| transaction.amount.0).sum();
            assert_eq!(statement.closing.0, statement.opening.0 + sum);
        }
    }

    #[test]
    fn words_need_no_escaping_but_for_the_ampersand_of_merchants() {
        let cities = CITIES.iter().flat_map(|(city, state)| [city, state]);
        let others = [FIRST_NAMES, LAST_NAMES, STREETS, STREET_KINDS, UNITS, DEBIT_KINDS, CREDIT_KINDS, SEGMENTS, CHANNELS];
        for word in others.into_iter().flatten().chain(cities) {
            assert!(!word.contains(['&', '<', '"', '\\', ',', ';', '\n']), "{word}");
        }
        for merchant in MERCHANTS {
            assert!(!merchant.contains(['<', '"', '\\', ',', ';', '\n']), "{merchant}");
        }
    }
}
