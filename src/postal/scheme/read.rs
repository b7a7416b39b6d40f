//! Reads the tables of a scheme and checks them against each other.
//!
//! Takes texts that the caller has registered as sources, gives a scheme or every fault of all tables at once. Must never stop at the
//! first: whoever maintains a scheme mends a month's tables in one go.

use super::keys::KeyRule;
use super::rows::{Cell, Columns, Row, Table};
use super::{BundleRule, Container, Eligibility, Level, MailDatLevel, Map, Minimum, PalletRule, Prices, Scheme, Share, labels};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::hash::Hash;
use crate::base::money::Currency;
use crate::base::span::{FileId, Sources, Span};
use crate::model::mail::{Country, Weight};

/// A file of a scheme.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemeFile {
    /// Its name without its folder: `levels.csv`.
    pub name: String,
    /// Where its text is.
    pub file: FileId,
}

const TABLES: &[&str] = &["scheme.csv", "levels.csv", "containers.csv", "labels.csv", "prices.csv", "bundles.csv", "pallets.csv", "maildat.csv"];
const KEYS: &[&str] =
    &["scheme_id", "version", "country", "currency", "piece_shape", "postcode_field", "valid_from", "valid_to", "eligibility", "notes"];
const SCHEME: Columns = Columns { required: &["key", "value"], optional: &[], is_open: false };
const LEVELS: Columns = Columns {
    required: &["order", "level_id", "key", "min_pieces"],
    optional: &["name", "min_unit", "overflow", "containers", "price_category", "label_set"],
    is_open: false,
};
const CONTAINERS: Columns = Columns {
    required: &["container_id", "inner_length_mm"],
    optional: &["name", "inner_width_mm", "inner_height_mm", "full_min_pct", "full_max_pct", "max_gross_g", "tare_g", "code"],
    is_open: false,
};
const BUNDLES: Columns = Columns { required: &["level_id", "key", "min_pieces"], optional: &["max_pieces", "max_thickness_mm"], is_open: false };
const MAILDAT: Columns = Columns { required: &["level_id", "rate_category", "package_level", "division"], optional: &[], is_open: false };
const PALLETS: Columns = Columns {
    required: &["order", "pallet_id", "key", "min_trays"],
    optional: &["name", "min_weight_g", "max_trays", "max_gross_g", "tare_g", "label_set"],
    is_open: false,
};

/// The day on which a scheme is to be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Day {
    /// It must be valid on this day.
    On(Date),
    /// It is used whether it is valid on this day or not, with a warning.
    Forced(Date),
    /// Its dates are not looked at.
    Any,
}

/// Reads a scheme whose files are given in any order; files that are no tables of a scheme are passed over. Faults that no file is to
/// blame for are told at `place`.
pub fn read(files: &[SchemeFile], sources: &Sources, day: Day, place: Option<Span>, faults: &mut Faults) -> Option<Scheme> {
    let mut own = Faults::new();
    let mut reader = Reader { files, sources, place, faults: &mut own };
    let scheme = reader.scheme(day);
    let failed = own.has_errors();
    for fault in own.into_sorted() {
        faults.push(fault);
    }
    scheme.filter(|_| !failed)
}

struct Reader<'r> {
    files: &'r [SchemeFile],
    sources: &'r Sources,
    place: Option<Span>,
    faults: &'r mut Faults,
}

impl<'r> Reader<'r> {
    /// The text of a table.
    fn text(&self, name: &str) -> Option<(&'r str, FileId)> {
        let file = self.files.iter().find(|file| file.name == name)?.file;
        Some((&self.sources.file(file).text, file))
    }

    fn required(&mut self, name: &str) -> Option<(&'r str, FileId)> {
        let found = self.text(name);
        if found.is_none() {
            let fault = Diagnostic::error(&code::SCHEME_FILE, self.place, format!("the scheme has no `{name}`"));
            let fault = fault.suggest(name, self.files.iter().map(|file| file.name.as_str()).filter(|name| !TABLES.contains(name)));
            self.faults.push(if fault.hint.is_none() { fault.hint("a scheme is a folder with `scheme.csv` and `levels.csv`") } else { fault });
        }
        found
    }

    fn table(&mut self, name: &str, columns: &Columns) -> Option<Table> {
        let (text, file) = self.text(name)?;
        Table::read(text, file, columns, self.faults)
    }

    fn scheme(&mut self, day: Day) -> Option<Scheme> {
        self.tell_strangers();
        let maps = self.maps();
        let head = self.required("scheme.csv").and_then(|(text, file)| Table::read(text, file, &SCHEME, self.faults));
        let levels = self.required("levels.csv").and_then(|(text, file)| Table::read(text, file, &LEVELS, self.faults));
        let mut scheme = Scheme {
            id: String::new(),
            version: String::new(),
            country: None,
            currency: Currency::NONE,
            postcode_field: "postcode".into(),
            valid: (None, None),
            eligibility: None,
            levels: Vec::new(),
            containers: self.table("containers.csv", &CONTAINERS).map(|table| read_containers(&table, self.faults)),
            labels: self.text("labels.csv").map(|(text, file)| labels::read(text, file, &maps, self.faults)).unwrap_or_default(),
            prices: self.text("prices.csv").map(|(text, file)| Prices::read(text, file, self.faults)),
            maps,
            bundles: Vec::new(),
            pallets: Vec::new(),
            maildat: Vec::new(),
            fields: Vec::new(),
            tables: self.files.iter().map(|file| (file.name.clone(), Hash::of(self.sources.file(file.file).text.as_bytes()))).collect(),
        };
        scheme.tables.sort();
        if let Some(table) = &levels {
            self.levels(table, &mut scheme);
        }
        if let Some(table) = self.table("bundles.csv", &BUNDLES) {
            self.bundles(&table, &mut scheme);
        }
        if let Some(table) = self.table("pallets.csv", &PALLETS) {
            self.pallets(&table, &mut scheme);
        }
        if let Some(table) = self.table("maildat.csv", &MAILDAT) {
            self.maildat(&table, &mut scheme);
        }
        self.head(&head?, &mut scheme, day);
        self.unused(&scheme);
        levels.map(|_| scheme)
    }

    /// Files that resemble tables but are none: a misspelt name is a table that is missing without a word.
    fn tell_strangers(&mut self) {
        for file in self.files {
            let is_table = TABLES.contains(&file.name.as_str()) || file.name.starts_with("map_");
            if file.name.ends_with(".csv") && !is_table && !file.name.starts_with("test_") {
                let fault = Diagnostic::warning(&code::SCHEME_UNUSED, Span::new(file.file, 0, 0), format!("nothing reads `{}`", file.name));
                self.faults.push(fault.suggest(&file.name, TABLES.iter().copied()));
            }
        }
    }

    fn maps(&mut self) -> Vec<Map> {
        let mut maps = Vec::new();
        for file in self.files {
            if let Some(name) = file.name.strip_prefix("map_").and_then(|name| name.strip_suffix(".csv")) {
                maps.push(Map::read(name, &self.sources.file(file.file).text, file.file, self.faults));
            }
        }
        maps.sort_by(|a, b| a.name.cmp(&b.name));
        maps
    }

    fn head(&mut self, table: &Table, scheme: &mut Scheme, day: Day) {
        let mut seen: Vec<&str> = Vec::new();
        let mut dates = [None; 2];
        for row in &table.rows {
            let (key, value) = (table.cell(row, "key"), table.cell(row, "value"));
            if seen.contains(&key.text) {
                self.faults.push(Diagnostic::error(&code::SCHEME_TWICE, key.span, format!("`{}` stands here again", key.text)));
                continue;
            }
            seen.push(key.text);
            match key.text {
                "scheme_id" if value.is_empty() => self.faults.push(value.fault("`scheme_id` is empty")),
                "scheme_id" => scheme.id = value.text.to_string(),
                "version" => scheme.version = value.text.to_string(),
                "country" => scheme.country = value.optional(self.faults, read_country),
                "currency" => scheme.currency = value.optional(self.faults, read_currency).unwrap_or(Currency::NONE),
                "postcode_field" => scheme.postcode_field = value.filled(self.faults).unwrap_or("postcode").to_string(),
                "valid_from" => dates[0] = value.optional(self.faults, Cell::date).map(|date| (date, value.span)),
                "valid_to" => dates[1] = value.optional(self.faults, Cell::date).map(|date| (date, value.span)),
                "eligibility" if !value.is_empty() => scheme.eligibility = Eligibility::read(value, &scheme.levels, self.faults),
                "eligibility" | "piece_shape" | "notes" => {}
                other => {
                    let fault = Diagnostic::warning(&code::SCHEME_UNUSED, key.span, format!("nothing reads `{other}`"));
                    self.faults.push(fault.suggest(other, KEYS.iter().copied()));
                }
            }
        }
        if !seen.contains(&"scheme_id") {
            let fault = Diagnostic::error(&code::SCHEME_CELL, table.place(), "the scheme has no `scheme_id`");
            self.faults.push(fault.hint("add a row `scheme_id,` with a name for it"));
        }
        scheme.valid = (dates[0].map(|(date, _)| date), dates[1].map(|(date, _)| date));
        self.dates(dates, day);
    }

    fn dates(&mut self, [from, to]: [Option<(Date, Span)>; 2], day: Day) {
        if let (Some((from, _)), Some((to, span))) = (from, to)
            && to < from
        {
            self.faults.push(Diagnostic::error(&code::SCHEME_DATE, span, format!("the scheme ends on {to}, before it begins on {from}")));
            return;
        }
        let (date, forced) = match day {
            Day::On(date) => (date, false),
            Day::Forced(date) => (date, true),
            Day::Any => return,
        };
        let early = from.filter(|(from, _)| date < *from).map(|(from, span)| (span, format!("the scheme is valid from {from}, not yet on {date}")));
        let late = to.filter(|(to, _)| date > *to).map(|(to, span)| (span, format!("the scheme was valid until {to}, no longer on {date}")));
        for (span, message) in early.into_iter().chain(late) {
            let fault =
                if forced { Diagnostic::warning(&code::SCHEME_DATE, span, message) } else { Diagnostic::error(&code::SCHEME_DATE, span, message) };
            self.faults.push(fault.hint("the post does not take mail that is sorted by other tables: use the edition of that day"));
        }
    }

    fn levels(&mut self, table: &Table, scheme: &mut Scheme) {
        let mut rows: Vec<(u64, &Row)> = Vec::new();
        for row in &table.rows {
            let order = table.cell(row, "order");
            let Some(number) = order.count(self.faults) else { continue };
            if rows.iter().any(|(other, _)| *other == number) {
                self.faults.push(Diagnostic::error(&code::SCHEME_TWICE, order.span, format!("two levels are number {number}")));
            }
            rows.push((number, row));
        }
        rows.sort_by_key(|(number, _)| *number);
        if rows.is_empty() {
            self.faults.push(Diagnostic::error(&code::SCHEME_CELL, table.place(), "the scheme has no levels"));
        }
        for (_, row) in rows {
            let Some(level) = self.level(table, row, scheme) else { continue };
            if scheme.levels.iter().any(|other| other.id == level.id) {
                let message = format!("the level `{}` stands here again", level.id);
                self.faults.push(Diagnostic::error(&code::SCHEME_TWICE, table.cell(row, "level_id").span, message));
            }
            scheme.levels.push(level);
        }
    }

    fn level(&mut self, table: &Table, row: &Row, scheme: &mut Scheme) -> Option<Level> {
        let cell = |column| table.cell(row, column);
        let id = cell("level_id").filled(self.faults);
        let key = KeyRule::read(cell("key"), &scheme.maps, &mut scheme.fields, self.faults);
        let minimum = self.minimum(cell("min_pieces"), cell("min_unit"), scheme.containers.is_some());
        let overflow = cell("overflow");
        let has_overflow = if overflow.is_empty() { Some(true) } else { overflow.yes(self.faults) };
        let containers = self.containers(cell("containers"), scheme);
        let category = cell("price_category");
        if let Some(prices) = &scheme.prices
            && !prices.has_category(category.text)
        {
            let fault = Diagnostic::error(&code::SCHEME_NAME, category.span, format!("no price is of the category `{}`", category.text));
            self.faults.push(fault.suggest(category.text, prices.categories()));
        }
        let label_set = self.label_set(cell("label_set"), scheme);
        let id = id?.to_string();
        let name = if cell("name").is_empty() { id.clone() } else { cell("name").text.to_string() };
        let price_category = category.text.to_string();
        Some(Level { id, name, key: key?, minimum: minimum?, has_overflow: has_overflow?, containers, price_category, label_set })
    }

    fn minimum(&mut self, number: Cell<'_>, unit: Cell<'_>, has_containers: bool) -> Option<Minimum> {
        const UNITS: [&str; 3] = ["pieces", "weight_g", "full_container"];
        match unit.text {
            "" | "pieces" => number.count(self.faults).map(Minimum::Pieces),
            "weight_g" => number.grams(self.faults).map(Minimum::Weight),
            "full_container" => {
                if !has_containers {
                    let message = "full containers are counted, but the scheme has no `containers.csv`";
                    let fault = Diagnostic::warning(&code::SCHEME_UNUSED, unit.span, message);
                    self.faults.push(fault.hint("until it has one, each group is one container of any size and counts as full"));
                }
                number.count(self.faults).map(Minimum::FullContainers)
            }
            other => {
                self.faults.push(unit.fault(format!("`{other}` is no unit of a minimum")).suggest(other, UNITS));
                None
            }
        }
    }

    fn containers(&mut self, cell: Cell<'_>, scheme: &Scheme) -> Vec<usize> {
        let Some(known) = &scheme.containers else { return Vec::new() };
        let mut found = Vec::new();
        for name in cell.text.split(';').map(str::trim) {
            match known.iter().position(|container| container.id == name) {
                Some(at) if !found.contains(&at) => found.push(at),
                Some(_) => self.faults.push(Diagnostic::error(&code::SCHEME_TWICE, cell.span, format!("`{name}` is named twice"))),
                None if name.is_empty() => {
                    let fault = cell.fault("the level names no container");
                    self.faults.push(fault.hint("such as `MM2;MM1`, from `containers.csv`"));
                }
                None => {
                    let fault = Diagnostic::error(&code::SCHEME_NAME, cell.span, format!("there is no container `{name}`"));
                    self.faults.push(fault.suggest(name, known.iter().map(|container| container.id.as_str())));
                }
            }
        }
        found
    }

    fn label_set(&mut self, cell: Cell<'_>, scheme: &Scheme) -> Option<usize> {
        let found = scheme.labels.iter().position(|set| set.id == cell.text);
        if found.is_none() && !cell.is_empty() && self.text("labels.csv").is_some() {
            let fault = Diagnostic::error(&code::SCHEME_NAME, cell.span, format!("there is no label set `{}`", cell.text));
            self.faults.push(fault.suggest(cell.text, scheme.labels.iter().map(|set| set.id.as_str())));
        }
        found
    }

    fn bundles(&mut self, table: &Table, scheme: &mut Scheme) {
        for row in &table.rows {
            let cell = |column| table.cell(row, column);
            let level = self.level_of(cell("level_id"), scheme, |level| scheme.bundles.iter().any(|rule| rule.level == level));
            let key = KeyRule::read(cell("key"), &scheme.maps, &mut scheme.fields, self.faults);
            let pieces_min = cell("min_pieces").count(self.faults);
            let pieces_max = cell("max_pieces").optional(self.faults, Cell::positive);
            let thickness_max = cell("max_thickness_mm").optional(self.faults, Cell::millimetres);
            if let (Some(level), Some(key), Some(pieces_min)) = (level, key, pieces_min) {
                scheme.bundles.push(BundleRule { level, key, pieces_min, pieces_max, thickness_max });
            }
        }
    }

    /// The level that a row is about; each has one row.
    fn level_of(&mut self, cell: Cell<'_>, scheme: &Scheme, is_taken: impl Fn(usize) -> bool) -> Option<usize> {
        let level = scheme.find_level(cell.text);
        match level {
            None => {
                let fault = Diagnostic::error(&code::SCHEME_NAME, cell.span, format!("there is no level `{}`", cell.text));
                self.faults.push(fault.suggest(cell.text, scheme.levels.iter().map(|level| level.id.as_str())));
            }
            Some(level) if is_taken(level) => {
                self.faults.push(Diagnostic::error(&code::SCHEME_TWICE, cell.span, format!("the level `{}` stands here again", cell.text)));
            }
            Some(_) => {}
        }
        level
    }

    fn maildat(&mut self, table: &Table, scheme: &mut Scheme) {
        for row in &table.rows {
            let cell = |column| table.cell(row, column);
            let level = self.level_of(cell("level_id"), scheme, |level| scheme.maildat.iter().any(|other| other.level == level));
            let rate_category = cell("rate_category").filled(self.faults);
            let package_level = cell("package_level").filled(self.faults);
            let division = cell("division").positive(self.faults);
            if let (Some(level), Some(rate), Some(package), Some(division)) = (level, rate_category, package_level, division) {
                let (rate_category, package_level) = (rate.to_string(), package.to_string());
                scheme.maildat.push(MailDatLevel { level, rate_category, package_level, division: division as usize });
            }
        }
    }

    fn pallets(&mut self, table: &Table, scheme: &mut Scheme) {
        let mut rules: Vec<(u64, PalletRule)> = Vec::new();
        for row in &table.rows {
            let cell = |column| table.cell(row, column);
            let order = cell("order").count(self.faults);
            let id = cell("pallet_id").filled(self.faults);
            let key = KeyRule::read(cell("key"), &scheme.maps, &mut scheme.fields, self.faults);
            let trays_min = cell("min_trays").count(self.faults);
            let weight_min = cell("min_weight_g").optional(self.faults, Cell::grams);
            let trays_max = cell("max_trays").optional(self.faults, Cell::positive);
            let gross_max = cell("max_gross_g").optional(self.faults, Cell::grams);
            let tare = cell("tare_g").optional(self.faults, Cell::grams).unwrap_or_default();
            let label_set = self.label_set(cell("label_set"), scheme);
            let (Some(order), Some(id), Some(key), Some(trays_min)) = (order, id, key, trays_min) else { continue };
            if rules.iter().any(|(other, rule)| *other == order || rule.id == id) {
                self.faults.push(Diagnostic::error(&code::SCHEME_TWICE, row.span(), format!("the pallet `{id}` or its number stands here again")));
                continue;
            }
            let name = if cell("name").is_empty() { id } else { cell("name").text }.to_string();
            rules.push((order, PalletRule { id: id.to_string(), name, key, trays_min, weight_min, trays_max, gross_max, tare, label_set }));
        }
        rules.sort_by_key(|(order, _)| *order);
        scheme.pallets = rules.into_iter().map(|(_, rule)| rule).collect();
    }

    /// Prices and labels that no level uses: usually a category that was renamed in one table only.
    fn unused(&mut self, scheme: &Scheme) {
        let Some((_, file)) = self.text("prices.csv") else { return };
        for category in scheme.prices.as_ref().map(Prices::categories).unwrap_or_default() {
            if !scheme.levels.iter().any(|level| level.price_category == category) {
                let message = format!("no level has the price category `{category}`");
                self.faults.push(Diagnostic::warning(&code::SCHEME_UNUSED, Span::new(file, 0, 0), message));
            }
        }
    }
}

fn read_country(cell: &Cell<'_>, faults: &mut Faults) -> Option<Country> {
    let country = Country::parse(cell.text);
    if country.is_none() {
        faults.push(cell.fault(format!("`{}` is no country", cell.text)).hint("two letters of ISO 3166-1, such as `US`"));
    }
    country
}

fn read_currency(cell: &Cell<'_>, faults: &mut Faults) -> Option<Currency> {
    let currency = Currency::parse(cell.text);
    if currency.is_none() {
        faults.push(cell.fault(format!("`{}` is no currency", cell.text)).hint("three letters of ISO 4217, such as `USD`"));
    }
    currency
}

fn read_containers(table: &Table, faults: &mut Faults) -> Vec<Container> {
    let mut containers: Vec<Container> = Vec::new();
    for row in &table.rows {
        let cell = |column| table.cell(row, column);
        let id = cell("container_id").filled(faults);
        let inner_length = cell("inner_length_mm").millimetres(faults);
        let inner_width = cell("inner_width_mm").optional(faults, Cell::millimetres);
        let inner_height = cell("inner_height_mm").optional(faults, Cell::millimetres);
        let full_from = cell("full_min_pct").optional(faults, Cell::share);
        let full_to = cell("full_max_pct").optional(faults, Cell::share).unwrap_or(Share::WHOLE);
        let gross_max = cell("max_gross_g").optional(faults, Cell::grams);
        let tare = cell("tare_g").optional(faults, Cell::grams).unwrap_or_default();
        let (Some(id), Some(inner_length)) = (id, inner_length) else { continue };
        if containers.iter().any(|container| container.id == id) {
            faults.push(Diagnostic::error(&code::SCHEME_TWICE, row.span(), format!("the container `{id}` stands here again")));
            continue;
        }
        if full_from.is_some_and(|from| from > full_to) {
            faults.push(cell("full_min_pct").fault("it counts as full only beyond what is filled at most"));
        }
        if gross_max.is_some_and(|gross| gross <= tare) {
            faults.push(cell("max_gross_g").fault("it may weigh no more than it weighs empty"));
        }
        if inner_length.0 == 0 {
            faults.push(cell("inner_length_mm").fault("it has no room"));
        }
        let name = if cell("name").is_empty() { id } else { cell("name").text }.to_string();
        let (full_from, code) = (full_from.unwrap_or(full_to), cell("code").text.to_string());
        containers.push(Container { id: id.to_string(), name, inner_length, inner_width, inner_height, full_from, full_to, gross_max, tare, code });
    }
    containers
}

impl Container {
    /// What its pieces may weigh.
    pub fn net_max(&self) -> Option<Weight> {
        self.gross_max.map(|gross| Weight(gross.0.saturating_sub(self.tare.0)))
    }
}
