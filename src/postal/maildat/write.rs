//! Writes the files of a mailing, tray by tray.
//!
//! Takes trays and their pieces in postal order, gives lines to a sink; the header, which counts them, comes last. Must never hold the
//! pieces of more than one tray.

use std::collections::BTreeMap;

use super::fields::FieldTable;
use super::line::{Line, LineError};
use crate::base::date::Date;
use crate::model::mail::Weight;
use crate::postal::scheme::MailDatLevel;

/// What the mailer says of itself and its mailing. Lengths and values are those of the fields in brackets.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Settings {
    /// Eight characters [hdr 1001].
    pub job_id: String,
    /// Job name, shortened to 30 characters [hdr 1103].
    pub job_name: String,
    /// Who made it [hdr 1104].
    pub file_source: String,
    /// Four characters, from the association that licenses Mail.dat [hdr 1105].
    pub user_license: String,
    /// Whom to ask [hdr 1106].
    pub contact_name: String,
    /// Ten digits [hdr 1107].
    pub contact_telephone: String,
    /// [hdr 1157].
    pub contact_email: String,
    /// The day of the job [hdr 1108].
    pub date: Option<Date>,
    /// `HH:MM` [hdr 1109].
    pub time: String,
    /// 1 First-Class Mail, 3 Marketing Mail [seg 1102].
    pub class: String,
    /// LT letters, CD cards [seg 1103].
    pub category: String,
    /// R regular, N nonprofit [mpu 1112].
    pub rate_type: String,
    /// When addresses were last coded, and brought up to date [seg 1129, 1134].
    pub coding_date: Option<Date>,
    /// See [`Settings::coding_date`].
    pub move_update_date: Option<Date>,
    /// By which method [seg 1147]; empty: not said.
    pub move_update_method: String,
    /// Where the mail is verified [seg 1118, 1119].
    pub facility_name: String,
    /// See [`Settings::facility_name`].
    pub facility_zip: String,
    /// F full-service, M mixed; empty: none [seg 1146].
    pub full_service: String,
    /// Who sends the files [seg 1140].
    pub sender_crid: String,
    /// P permit imprint, M metered, S stamps [mpa 1111].
    pub payment: String,
    /// [mpa 1103].
    pub permit: String,
    /// [mpa 1106].
    pub permit_zip: String,
    /// Mailer and customer numbers of owner and preparer [mpa 1121 to 1124].
    pub owner_mid: String,
    /// See [`Settings::owner_mid`].
    pub owner_crid: String,
    /// See [`Settings::owner_mid`].
    pub preparer_mid: String,
    /// See [`Settings::owner_mid`].
    pub preparer_crid: String,
    /// Postal code of the entry point [csm 1105, 1168].
    pub entry_zip: String,
    /// N none, or a type of facility [csm 1106].
    pub entry_type: String,
    /// The origin line of tray labels [csm 1156].
    pub origin_line: String,
    /// How trays are prepared [csm 1126].
    pub tray_preparation: String,
    /// When the labelling list took effect [csm 1189, 1190].
    pub list_date: Option<Date>,
}

/// A tray, as the files describe it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailDatTray<'t> {
    /// Its number.
    pub number: u32,
    /// The code of its container: T, O, E.
    pub container: &'t str,
    /// The code of its level on labels: J, AA, AC.
    pub level_code: &'t str,
    /// Which rates its pieces earn.
    pub level: &'t MailDatLevel,
    /// The digits of where it goes.
    pub destination: &'t str,
    /// The lines of its label.
    pub line1: &'t str,
    /// See [`MailDatTray::line1`].
    pub line2: &'t str,
    /// The content identifier.
    pub cin: &'t str,
    /// The 24 digits of its barcode; empty: none.
    pub barcode: &'t str,
    /// Its weight with the container.
    pub gross: Weight,
}

/// A piece, as the files describe it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Piece {
    /// Number of its cqt line.
    quantity: u64,
    barcode: String,
}

/// Takes the lines of the files.
pub trait Sink {
    /// Why it cannot take one.
    type Error: From<LineError>;
    /// Takes a line of the file with this extension, without its end.
    fn line(&mut self, file: &'static str, line: &str) -> Result<(), Self::Error>;
}

/// Writes the files of one mailing.
pub struct MailDat<'s, S> {
    settings: &'s Settings,
    table: FieldTable,
    sink: S,
    counts: BTreeMap<&'static str, u64>,
    /// The mail piece units: one per weight, because a unit has one.
    units: BTreeMap<Weight, u64>,
    quantities: u64,
}

/// The only segment and the only account.
const ONE: &str = "1";
/// Every record is new.
const ORIGINAL: &str = "O";

impl<'s, S: Sink> MailDat<'s, S> {
    /// Begins the files.
    pub fn new(settings: &'s Settings, sink: S) -> MailDat<'s, S> {
        MailDat { settings, table: FieldTable::built_in(), sink, counts: BTreeMap::new(), units: BTreeMap::new(), quantities: 0 }
    }

    fn put(&mut self, file: &'static str, fill: impl FnOnce(Line<'_>) -> Line<'_>) -> Result<(), S::Error> {
        let line = fill(Line::new(file, &self.table)).finish()?;
        *self.counts.entry(file).or_default() += 1;
        self.sink.line(file, &line)
    }

    /// Writes a tray and its pieces: postcode, weight and barcode of each; a barcode may be empty.
    pub fn tray<'p>(&mut self, tray: &MailDatTray<'_>, pieces: impl Iterator<Item = (&'p str, Weight, &'p str)>) -> Result<(), S::Error> {
        let mut quantities: BTreeMap<(String, u64), (u64, u64)> = BTreeMap::new();
        let mut listed = Vec::new();
        let (mut count, mut weight) = (0, 0);
        for (postcode, own, barcode) in pieces {
            let next = self.units.len() as u64 + 1;
            let unit = *self.units.entry(own).or_insert(next);
            let division: String = postcode.chars().take(tray.level.division).collect();
            let line = quantities.entry((division, unit)).or_insert((0, 0));
            if line.0 == 0 {
                self.quantities += 1;
                line.0 = self.quantities;
            }
            line.1 += 1;
            count += 1;
            weight += ten_thousandths_of_pound(own);
            if !barcode.is_empty() {
                listed.push(Piece { quantity: line.0, barcode: barcode.to_string() });
            }
        }
        self.container(tray, count, weight)?;
        for ((division, unit), (quantity, pieces)) in &quantities {
            self.quantity(tray, division, *unit, *quantity, *pieces)?;
        }
        for piece in listed {
            let number = self.counts.get("pbc").copied().unwrap_or(0) + 1;
            let job = self.settings.job_id.clone();
            self.put("pbc", |line| {
                let line = line.text(1001, &job).number(1002, number).number(1034, piece.quantity).number(1012, 1);
                line.text(1122, &piece.barcode).text(2000, ORIGINAL)
            })?;
        }
        Ok(())
    }

    fn container(&mut self, tray: &MailDatTray<'_>, pieces: u64, weight: u64) -> Result<(), S::Error> {
        let settings = self.settings;
        self.put("csm", |line| {
            let line = line.text(1001, &settings.job_id).text(1002, ONE).text(1005, tray.container).number(1006, u64::from(tray.number));
            let line = line.number(1101, u64::from(tray.number)).text(1103, tray.destination).text(1104, tray.level_code);
            let line = line.text(1105, &settings.entry_zip).text(1106, &settings.entry_type);
            let line = line.text(1167, &settings.entry_zip).text(1168, &settings.entry_zip);
            let line = line.number(1120, pieces).number(1121, pieces).number(1122, weight);
            let line = line.number(1137, ten_thousandths_of_pound(tray.gross)).text(1126, &settings.tray_preparation);
            let line = line.text(1150, tray.barcode).text(1198, tray.barcode);
            let line = line.shortened(1152, tray.line1).shortened(1154, tray.line2).shortened(1156, &settings.origin_line).text(1159, tray.cin);
            let line = line.date(1189, settings.list_date).date(1190, settings.list_date);
            let dates = [1191, 1192, 1193, 1194, 1195];
            dates.into_iter().fold(line, |line, code| line.date(code, None)).text(2000, ORIGINAL)
        })
    }

    fn quantity(&mut self, tray: &MailDatTray<'_>, division: &str, unit: u64, quantity: u64, pieces: u64) -> Result<(), S::Error> {
        let job = self.settings.job_id.clone();
        self.put("cqt", |line| {
            let line = line.text(1001, &job).number(1034, quantity).number(1006, u64::from(tray.number)).text(1007, division);
            let line = line.number(1003, unit).text(1101, "N").text(1114, "N").text(1105, "N").text(1008, &tray.level.rate_category);
            let line = line.text(1009, "B").text(1010, "O").text(1011, "O").number(1102, pieces).number(1103, pieces);
            line.text(1107, "N").text(2000, ORIGINAL)
        })?;
        self.put("pqt", |line| {
            let line = line.text(1001, &job).number(1034, quantity).number(1012, 1).text(1013, division);
            line.text(1102, &tray.level.package_level).number(1103, pieces).number(1104, pieces).text(2000, ORIGINAL)
        })
    }

    /// Writes what stands above the trays, and at last the header. Gives back the sink.
    pub fn finish(mut self) -> Result<S, S::Error> {
        let settings = self.settings;
        self.put("seg", |line| {
            let line = line.text(1001, &settings.job_id).text(1002, ONE).shortened(1101, &settings.job_name);
            let line = line.text(1102, &settings.class).text(1103, &settings.category).text(1112, "P").text(1113, "P").date(1116, None);
            let line = line.shortened(1118, &settings.facility_name).text(1119, &settings.facility_zip);
            let line = line.date(1129, settings.coding_date).date(1130, None).date(1131, None).date(1134, settings.move_update_date);
            let line = line.text(1140, &settings.sender_crid).text(1141, "0").text(1146, &settings.full_service);
            let line = if settings.move_update_method.is_empty() { line } else { line.text(1147, &settings.move_update_method) };
            line.date(1150, None).text(1187, "N").text(2000, ORIGINAL)
        })?;
        self.put("mpa", |line| {
            let line = line.text(1001, &settings.job_id).text(1002, ONE).shortened(1101, &settings.job_name);
            let line = line.text(1103, &settings.permit).text(1106, &settings.permit_zip).text(1111, &settings.payment);
            let line = line.text(1121, &settings.owner_mid).text(1122, &settings.owner_crid);
            line.text(1123, &settings.preparer_mid).text(1124, &settings.preparer_crid).text(2000, ORIGINAL)
        })?;
        for (weight, unit) in std::mem::take(&mut self.units) {
            self.unit(weight, unit)?;
        }
        let counts = self.counts.clone();
        self.put("hdr", |line| header(line, settings, &counts))?;
        Ok(self.sink)
    }

    /// A mail piece unit, its only component, and the link of the two.
    fn unit(&mut self, weight: Weight, unit: u64) -> Result<(), S::Error> {
        let settings = self.settings;
        let weight = ten_thousandths_of_pound(weight);
        self.put("mpu", |line| {
            let line = line.text(1001, &settings.job_id).text(1002, ONE).number(1003, unit).text(1101, &format!("PIECE {unit}"));
            let line = line.number(1103, weight).text(1104, "C").text(1105, "F").text(1111, &settings.class).text(1112, &settings.rate_type);
            line.text(1113, &settings.category).text(1115, "N").text(1116, "N").text(1123, "Y").text(2000, ORIGINAL)
        })?;
        self.put("cpt", |line| {
            let line = line.text(1001, &settings.job_id).number(1004, unit).text(1101, &format!("PIECE {unit}")).number(1102, weight);
            let line = line.text(1103, "C").text(1104, "F").text(1109, "N").text(1110, &settings.class).text(1111, &settings.rate_type);
            line.text(1112, &settings.category).text(1148, &settings.owner_mid).text(1149, &settings.owner_crid).text(2000, ORIGINAL)
        })?;
        self.put("mcr", |line| {
            let line = line.text(1001, &settings.job_id).text(1002, ONE).number(1003, unit).number(1004, unit);
            line.text(1102, ONE).text(2000, ORIGINAL)
        })
    }
}

/// The header: who, when, with what, and how many lines each file has.
fn header<'t>(line: Line<'t>, settings: &Settings, counts: &BTreeMap<&'static str, u64>) -> Line<'t> {
    // Count and status of each file, in the order of the header; files that are not written have none.
    const FILES: &[(&str, u16, u16)] = &[
        ("seg", 1111, 1112),
        ("mpu", 1113, 1114),
        ("mcr", 1115, 1116),
        ("mpa", 1158, 1159),
        ("cpt", 1118, 1119),
        ("ccr", 1181, 1180),
        ("csm", 1120, 1121),
        ("cqt", 1126, 1127),
        ("pqt", 1128, 1129),
        ("wsr", 1130, 1131),
        ("snr", 1132, 1133),
        ("icr", 1136, 1137),
        ("pdr", 1138, 1139),
        ("pbc", 1178, 1179),
        ("sfr", 1140, 1141),
        ("par", 1146, 1147),
        ("oci", 1172, 1173),
        ("upa", 1184, 1185),
        ("sfb", 1186, 1187),
        ("epd", 1188, 1189),
        ("rmr", 1190, 1191),
        ("rms", 1193, 1194),
        ("rmb", 1195, 1196),
        ("chr", 1201, 1202),
        ("cdr", 1203, 1204),
        ("cbr", 1205, 1206),
        ("cfr", 1207, 1208),
    ];
    let line = line.text(1001, &settings.job_id).text(1101, "26-1").text(1025, "9999").text(1148, "C").text(1153, &settings.job_id);
    let line = line.shortened(1103, &settings.job_name).shortened(1104, &settings.file_source).text(1105, &settings.user_license);
    let line = line.shortened(1106, &settings.contact_name).text(1107, &settings.contact_telephone).text(1157, &settings.contact_email);
    let line = line.date(1108, settings.date).text(1109, &settings.time).text(1192, "0.1");
    let line = FILES.iter().fold(line, |line, (file, count, status)| {
        let lines = counts.get(file).copied().unwrap_or(0);
        line.number(*count, lines).text(*status, if lines > 0 { "O" } else { "N" })
    });
    let line = line.text(1154, "I");
    let line = line.text(1174, "Pressrun").text(1175, "Pressrun").text(1176, env!("CARGO_PKG_VERSION")).text(1177, &settings.contact_email);
    line.text(1150, "Pressrun").text(1155, "Pressrun").text(1151, env!("CARGO_PKG_VERSION")).text(1156, &settings.contact_email)
}

/// Whether every setting fits its field: what they say is written to nowhere, with one tray and one piece.
///
/// # Errors
/// The first that does not.
pub fn check_settings(settings: &Settings) -> Result<(), LineError> {
    struct Nowhere;
    impl Sink for Nowhere {
        type Error = LineError;
        fn line(&mut self, _: &'static str, _: &str) -> Result<(), LineError> {
            Ok(())
        }
    }
    let level = MailDatLevel { level: 0, rate_category: "E".into(), package_level: "C".into(), division: 5 };
    let tray = MailDatTray {
        number: 1,
        container: "T",
        level_code: "J",
        level: &level,
        destination: "10001",
        line1: "",
        line2: "",
        cin: "",
        barcode: "",
        gross: Weight(0),
    };
    let mut maildat = MailDat::new(settings, Nowhere);
    maildat.tray(&tray, std::iter::once(("10001", Weight(10_000), "")))?;
    maildat.finish().map(drop)
}

/// Pounds with four decimals, as Mail.dat writes them: 0.45359237 kg each (NIST Special Publication 811), rounded to the nearest.
fn ten_thousandths_of_pound(weight: Weight) -> u64 {
    const MILLIGRAMS_TIMES_100: u128 = 45_359_237;
    ((u128::from(weight.0) * 1_000_000 + MILLIGRAMS_TIMES_100 / 2) / MILLIGRAMS_TIMES_100) as u64
}
