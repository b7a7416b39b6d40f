//! Whether the files of a mailing agree with each other.
//!
//! Takes the lines of each file, gives what does not agree, in words. Must never trust the writer: everything is read back by the table
//! of fields.

use std::collections::BTreeMap;

use super::fields::{FieldTable, Format};

/// The lines of a file, by its extension.
pub type Files = BTreeMap<String, Vec<String>>;

/// Everything that does not agree; nothing if all does.
pub fn check(table: &FieldTable, files: &Files) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, lines) in files {
        for (number, line) in lines.iter().enumerate() {
            check_line(table, file, line, number + 1, &mut faults);
        }
    }
    let read = Read { table, files };
    read.counts(&mut faults);
    read.sums(&mut faults);
    read.destinations(&mut faults);
    read.ids(&mut faults);
    faults
}

/// Length, closing character, required fields, values and formats of a line.
fn check_line(table: &FieldTable, file: &str, line: &str, number: usize, faults: &mut Vec<String>) {
    if line.len() != table.length(file) || !line.ends_with('#') || !line.is_ascii() {
        faults.push(format!("{file} line {number} is not {} ASCII characters with `#` at the end", table.length(file)));
        return;
    }
    for field in table.fields(file) {
        let text = &line[field.start..field.start + field.length];
        let (value, name) = (text.trim(), &field.name);
        if value.is_empty() {
            if field.is_required {
                faults.push(format!("{file} line {number}: {} {name} is blank", field.code));
            }
            continue;
        }
        if !field.values.is_empty() && !field.values.iter().any(|known| known == value) {
            faults.push(format!("{file} line {number}: {} {name} cannot be `{value}`", field.code));
        }
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if matches!(field.format, Format::Zeros | Format::Date) && !is_digits {
            faults.push(format!("{file} line {number}: {} {name} is no number: `{text}`", field.code));
        }
    }
}

struct Read<'f> {
    table: &'f FieldTable,
    files: &'f Files,
}

impl<'f> Read<'f> {
    fn lines(&self, file: &str) -> &'f [String] {
        self.files.get(file).map_or(&[], Vec::as_slice)
    }

    fn number(&self, file: &str, line: &str, code: u16) -> u64 {
        self.table.value(file, line, code).parse().unwrap_or(0)
    }

    /// The sum of a field by the value of another.
    fn sums_by(&self, file: &str, by: u16, amount: u16) -> BTreeMap<u64, u64> {
        let mut sums = BTreeMap::new();
        for line in self.lines(file) {
            *sums.entry(self.number(file, line, by)).or_default() += self.number(file, line, amount);
        }
        sums
    }

    /// The header counts the lines of each file.
    fn counts(&self, faults: &mut Vec<String>) {
        const COUNTS: [(&str, u16); 9] =
            [("seg", 1111), ("mpu", 1113), ("mcr", 1115), ("mpa", 1158), ("cpt", 1118), ("csm", 1120), ("cqt", 1126), ("pqt", 1128), ("pbc", 1178)];
        let [header] = self.lines("hdr") else {
            faults.push(format!("hdr has {} lines instead of one", self.lines("hdr").len()));
            return;
        };
        for (file, code) in COUNTS {
            let (told, found) = (self.number("hdr", header, code), self.lines(file).len() as u64);
            if told != found {
                faults.push(format!("hdr says {told} lines of {file}, there are {found}"));
            }
        }
    }

    /// Pieces of packages are those of their quantities, and these those of their trays; so is the weight; each piece has one line.
    fn sums(&self, faults: &mut Vec<String>) {
        if self.sums_by("cqt", 1034, 1103) != self.sums_by("pqt", 1034, 1104) {
            faults.push("pieces of pqt and cqt differ".into());
        }
        if self.sums_by("csm", 1006, 1121) != self.sums_by("cqt", 1006, 1103) {
            faults.push("pieces of cqt and csm differ".into());
        }
        let units: BTreeMap<u64, u64> = self.sums_by("mpu", 1003, 1103);
        let mut weights: BTreeMap<u64, u64> = BTreeMap::new();
        for line in self.lines("cqt") {
            let unit = units.get(&self.number("cqt", line, 1003)).copied().unwrap_or(0);
            *weights.entry(self.number("cqt", line, 1006)).or_default() += unit * self.number("cqt", line, 1103);
        }
        if weights != self.sums_by("csm", 1006, 1122) {
            faults.push("weights of cqt and csm differ".into());
        }
        let mut listed: BTreeMap<u64, u64> = BTreeMap::new();
        for line in self.lines("pbc") {
            *listed.entry(self.number("pbc", line, 1034)).or_default() += 1;
        }
        if !listed.is_empty() && listed != self.sums_by("cqt", 1034, 1103) {
            faults.push("pieces of pbc and cqt differ".into());
        }
    }

    /// A tray of one ZIP code has five digits, one of an area three, and pieces of its own only.
    fn destinations(&self, faults: &mut Vec<String>) {
        for line in self.lines("csm") {
            let (level, zip) = (self.table.value("csm", line, 1104), self.table.value("csm", line, 1103));
            let digits = match level {
                "J" | "P" => 5,
                "AA" => 3,
                _ => continue,
            };
            if zip.len() != digits {
                faults.push(format!("csm: a tray of level {level} goes to `{zip}`, which has not {digits} digits"));
            }
        }
    }

    /// Every id that is named is that of a line.
    fn ids(&self, faults: &mut Vec<String>) {
        const LINKS: [(&str, u16, &str, u16); 9] = [
            ("csm", 1002, "seg", 1002),
            ("mpu", 1002, "seg", 1002),
            ("mcr", 1003, "mpu", 1003),
            ("mcr", 1004, "cpt", 1004),
            ("mcr", 1102, "mpa", 1002),
            ("cqt", 1006, "csm", 1006),
            ("cqt", 1003, "mpu", 1003),
            ("pqt", 1034, "cqt", 1034),
            ("pbc", 1034, "cqt", 1034),
        ];
        for (from, code, to, key) in LINKS {
            let known: std::collections::BTreeSet<&str> = self.lines(to).iter().map(|line| self.table.value(to, line, key)).collect();
            for line in self.lines(from) {
                let id = self.table.value(from, line, code);
                if !known.contains(id) {
                    faults.push(format!("{from} {code} names `{id}`, which {to} has not"));
                }
            }
        }
    }
}
