//! `pressrun presort`: a list of pieces in the order of a post, without a job.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, fail, print, render};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file::{self, Disk};
use crate::base::limits;
use crate::base::readable::{counted, grouped};
use crate::base::span::Sources;
use crate::engine::RunFiles;
use crate::model::mail::{Thickness, Weight};
use crate::plan::read_scheme;
use crate::postal::presort::{Pieces, Presorted, Settings, presort};
use crate::postal::scheme::{Day, Scheme, Share};
use crate::tools::presort::{Usual, json, piece_list, read_pieces, thousandths, tray_list};

/// Sort a list of pieces by a scheme of a post, and write its trays; or check the scheme.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun presort schemes/us-automation-letters --check
  pressrun presort schemes/us-automation-letters pieces.csv --date 2026-06-01 --thickness 2.0 --fill 100
  pressrun presort schemes/uk-letters pieces.csv --pieces > order.csv")]
pub(super) struct Presort {
    /// The folder of the scheme.
    scheme: PathBuf,
    /// The list of pieces: CSV with a column of postcodes; without it the scheme is checked.
    #[arg(required_unless_present = "check")]
    file: Option<PathBuf>,
    /// Check the scheme and say what is in it.
    #[arg(long)]
    check: bool,
    /// The day of mailing: the scheme must be valid, and prices are those of the day. Without it, dates are not looked at.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Option<Date>,
    /// Use the scheme on a day on which it is not valid.
    #[arg(long, requires = "date")]
    force: bool,
    /// How thick a piece is if the list does not say, in mm.
    #[arg(long, value_name = "MM", value_parser = amount)]
    thickness: Option<u64>,
    /// What a piece weighs if the list does not say, in g.
    #[arg(long, value_name = "G", value_parser = amount)]
    weight: Option<u64>,
    /// What a sheet weighs, in g: to say what one less would save.
    #[arg(long, value_name = "G", value_parser = amount)]
    sheet: Option<u64>,
    /// How far containers are filled, in per cent, instead of what the scheme says.
    #[arg(long, value_name = "PER CENT", value_parser = amount)]
    fill: Option<u64>,
    /// A value of labels, `{job.NAME}`.
    #[arg(long, value_name = "NAME=VALUE")]
    job: Vec<String>,
    /// Write the list of pieces in their order, with prices and reasons, instead of that of the trays.
    #[arg(long)]
    pieces: bool,
    /// Write trays, bundles, pallets, labels and postage as JSON.
    #[arg(long, conflicts_with = "pieces")]
    json: bool,
    /// Pieces that are sorted in memory at once; more are sorted in runs, with the same result.
    #[arg(long, value_name = "N", default_value_t = limits::PIECES_SORTED_AT_ONCE)]
    at_once: usize,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse_iso(text).ok_or_else(|| "not a day such as 2026-06-01".into())
}

/// A decimal number in thousandths.
fn amount(text: &str) -> Result<u64, String> {
    thousandths(text).ok_or_else(|| "not a number with up to three decimals, such as 2.0".into())
}

/// The latest of all days: prices without a day of mailing are the newest ones.
const LATEST: (i32, u32, u32) = (9999, 12, 31);

impl Presort {
    pub(super) fn run(self) -> Outcome {
        let (mut sources, mut faults) = (Sources::default(), Faults::new());
        let day = match self.date {
            Some(date) if self.force => Day::Forced(date),
            Some(date) => Day::On(date),
            None => Day::Any,
        };
        let scheme = read_scheme(&self.scheme, day, None, &mut sources, &mut faults).map(|read| read.scheme);
        let (Some(scheme), Some(path), false) = (&scheme, &self.file, self.check) else {
            return self.checked(scheme.as_ref(), faults, &sources);
        };
        let text = match file::read(path, limits::PIECES_FILE_BYTES_MAX).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => return fail(&code::PIECES_FILE, format!("`{}` is not UTF-8", path.display()), Some("save it as UTF-8".into())),
            Err(error) => return fail(&code::WORLD_FILE, error.to_string(), None),
        };
        let file = sources.add(path.to_string_lossy(), text);
        let mut runs = RunFiles::new(&std::env::temp_dir(), &Disk::real());
        let mut pieces = Pieces::with_runs(scheme.fields.len(), self.at_once, &mut runs);
        let usual = Usual { thickness: self.thickness.map(Thickness), weight: self.weight.map(Weight) };
        let is_read = read_pieces(file, &sources, scheme, usual, &mut pieces, &mut faults);
        tell(faults, &sources);
        if !is_read {
            return Outcome::Failed;
        }
        let settings = match self.settings() {
            Ok(settings) => settings,
            Err(message) => return fail(&code::WORLD_ARGUMENT, message, None),
        };
        let sorted = match pieces.sorted() {
            Ok(sorted) => sorted,
            Err(error) => return fail(&code::WORLD_FILE, error.to_string(), None),
        };
        match presort(scheme, sorted, settings) {
            Ok(presorted) => self.write(&presorted),
            Err(error) => fail(&code::PIECES_CONTAINER, error.to_string(), None),
        }
    }

    fn settings(&self) -> Result<Settings, String> {
        let (year, month, day) = LATEST;
        let latest = Date::new(year, month, day).expect("the last day is a day");
        let mut settings = Settings::on(self.date.unwrap_or(latest));
        settings.fill = self.fill.map(|share| Share(u32::try_from(share).unwrap_or(u32::MAX)));
        if settings.fill.is_some_and(|share| share.0 == 0 || share > Share::WHOLE) {
            return Err("`--fill` is above 0 and up to 100".into());
        }
        for part in &self.job {
            let (name, value) = part.split_once('=').ok_or_else(|| format!("`{part}` is no `name=value`"))?;
            settings.job.insert(name.to_string(), value.to_string());
        }
        Ok(settings)
    }

    fn write(&self, presorted: &Presorted<'_>) -> Outcome {
        if self.json {
            print(&format!("{:#}\n", json(presorted)));
        } else if self.pieces {
            let mut out = String::new();
            piece_list(presorted, self.sheet.map(Weight), |row| {
                out.push_str(row);
                if out.len() > 1 << 16 {
                    print(&out);
                    out.clear();
                }
            });
            print(&out);
        } else {
            print(&tray_list(presorted));
        }
        eprint!("{}", summary(presorted));
        if presorted.verdict.excluded > 0 || presorted.left().next().is_some() { Outcome::Held } else { Outcome::Done }
    }

    /// What a check says of a scheme.
    fn checked(&self, scheme: Option<&Scheme>, faults: Faults, sources: &Sources) -> Outcome {
        tell(faults, sources);
        let Some(scheme) = scheme else { return Outcome::Failed };
        print(&format!("scheme {} {}\n", scheme.id, scheme.version));
        for level in &scheme.levels {
            print(&format!("  level {:8} {}\n", level.id, level.name));
        }
        for map in &scheme.maps {
            print(&format!("  map {:10} {}\n", map.name, counted(map.len() as u64, "range")));
        }
        if !scheme.job_names().is_empty() {
            print(&format!("  labels want {}\n", scheme.job_names().iter().map(|name| format!("{{job.{name}}}")).collect::<Vec<_>>().join(", ")));
        }
        for (name, hash) in &scheme.tables {
            print(&format!("  {} {name}\n", hash.hex()));
        }
        Outcome::Done
    }
}

/// Shows faults on standard error.
fn tell(faults: Faults, sources: &Sources) {
    let faults: Vec<Diagnostic> = faults.into_sorted();
    eprint!("{}", render::text(&faults, sources, render::has_colour()));
}

/// Levels, postage and conditions, for a person.
fn summary(presorted: &Presorted<'_>) -> String {
    let mut out = String::new();
    for (level, outcome) in presorted.scheme.levels.iter().zip(&presorted.levels) {
        let (trays, pieces) = (counted(u64::from(outcome.trays), "tray"), counted(outcome.placed, "piece"));
        out.push_str(&format!("{:24} {pieces} in {trays}\n", level.name));
    }
    if presorted.scheme.prices.is_some() {
        let postage = presorted.postage();
        for line in &postage.lines {
            let step = line.weight_max.map_or(String::new(), |weight| format!(" up to {weight}"));
            out.push_str(&format!("{:24} {} x {}{step} = {}\n", line.category, grouped(line.pieces), line.unit_price, line.sum));
        }
        out.push_str(&format!("{:24} {} {}\n", "postage", postage.total, presorted.scheme.currency.code()));
        for (reason, pieces) in &postage.unpriced {
            out.push_str(&format!("{} without price: {reason}\n", counted(*pieces, "piece")));
        }
    }
    let left = presorted.left().count() as u64;
    if left > 0 {
        out.push_str(&format!("{} in no tray\n", counted(left, "piece")));
    }
    let word = if presorted.verdict.excluded == 0 {
        "conditions met".to_string()
    } else if presorted.verdict.is_met() {
        format!("conditions met by {}, not by {}", counted(presorted.verdict.eligible, "piece"), grouped(presorted.verdict.excluded))
    } else {
        "conditions not met".to_string()
    };
    out.push_str(&format!("{word}: {}\n", presorted.verdict.reason));
    out
}
