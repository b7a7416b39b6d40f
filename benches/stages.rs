//! The stages of the press line, one at a time, on one thread and without a disk.
//!
//! ```text
//! cargo bench --bench stages [-- --records N] [--rounds N]
//! ```
//! Takes seeded statements, gives CPU time per unit of each stage: the median of the rounds. A change that makes the whole job
//! slower shows here in which stage. CPU time is read from `/proc`, so that it measures on Linux only.
#![allow(clippy::disallowed_methods)]

mod common;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use bumpalo::Bump;
use pressrun::base::date::Date;
use pressrun::base::diagnostic::Faults;
use pressrun::base::file::Disk;
use pressrun::base::money::{Currency, Money, parse_decimal};
use pressrun::base::span::Sources;
use pressrun::compose::{Composer, MissingGlyphs};
use pressrun::engine;
use pressrun::input::{Input, InputFile, InputSpec, LinesSpec, Opened, find_format};
use pressrun::kit::expr::{Field, Schema, Type, Value};
use pressrun::kit::locale::MoneyStyle;
use pressrun::kit::sample::{Format, Options, find_sample, write_sample};
use pressrun::kit::text::tokens;
use pressrun::model::mail::{Thickness, Weight};
use pressrun::model::message::Wants;
use pressrun::model::page::{ComposedRange, Document, SortKey};
use pressrun::plan::{self, Overrides, Plan};
use pressrun::postal::presort::{Pieces, Postcode, Settings, presort};
use pressrun::postal::scheme::Day;
use pressrun::streams::FileInfo;
use pressrun::streams::volume::{Shapes, read_pages, write_volume};

const JOB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/statements/job.toml");

fn main() {
    let records: u64 = common::argument("--records").unwrap_or(2_000);
    let bench = Bench { rounds: common::argument("--rounds").unwrap_or(5) };
    println!("{}, commit {}", common::machine(), common::commit("%h"));
    cut(&bench, records);
    compose(&bench, records);
    paragraphs(&bench);
    pictures(&bench);
    small_parts(&bench);
    assembly(records);
    postal_order(&bench);
}

/// Finding where records begin and end.
fn cut(bench: &Bench, records: u64) {
    let field = |name: &str, kind| Field { name: name.into(), kind, optional: false };
    let row = Schema { fields: vec![field("amount", Type::Decimal)] };
    let contract = Schema { fields: vec![field("id", Type::Text), field("transactions", Type::List(row.into()))] };
    let lines = LinesSpec { key: "id".into(), list: "transactions".into(), ..LinesSpec::default() };
    for (name, format, spec) in [
        ("cut NDJSON", Format::Ndjson, InputSpec::default()),
        ("cut CSV with lines", Format::Csv, InputSpec { lines: Some(lines), ..InputSpec::default() }),
        ("cut XML", Format::Xml, InputSpec { record: Some("statement".into()), ..InputSpec::default() }),
    ] {
        let files = sample(format, records * 4);
        let input = Input::compile(find_format(format.name()).expect("a format"), &spec, &contract).expect("the section is right");
        let read: Vec<InputFile<'_>> = files.iter().map(|bytes| InputFile::read(bytes, None).expect("UTF-8")).collect();
        let (mut main, mut lines) = (read, Vec::new());
        if input.has_lines() {
            lines = main.split_off(1);
        }
        let opened = input.open(&main, &lines).expect("the heads are right");
        let bytes: usize = files.iter().map(Vec::len).sum();
        bench.rate(name, bytes as f64 / 1e6, "MB", || {
            let mut cutter = opened.cutter();
            let mut count = 0;
            while let Some(range) = cutter.next(1_000, 32 << 20).expect("no fault") {
                count += range.count;
            }
            assert_eq!(count, records * 4);
        });
    }
}

/// From the bytes of records to a volume, and back to its pages.
fn compose(bench: &Bench, records: u64) {
    let compiled = plan::compile(Path::new(JOB), &Overrides::default());
    let plan = compiled.plan.expect("the job that ships is right");
    let files = sample(Format::Ndjson, records);
    let read = [InputFile::read(&files[0], None).expect("UTF-8")];
    let opened = plan.inputs[0].input.open(&read, &[]).expect("the head is right");
    let mut arena = Bump::new();

    let bytes = files[0].len() as f64;
    bench.rate("parse NDJSON", bytes / 1e6, "MB", || {
        let range = opened.cutter().next(records, usize::MAX).expect("no fault").expect("records");
        for raw in opened.raws(&range) {
            arena.reset();
            black_box(opened.parse(&raw, &arena).expect("a good record"));
        }
    });

    let mut composer = Composer::new(&plan.compiled, &plan.resources, &plan.media_of, MissingGlyphs::Hold);
    let mut range = composed(&plan, &opened, &mut composer, Wants::default(), records);
    let pages: usize = range.documents.iter().map(|document| document.pages.len()).sum();
    bench.time("parse and compose", pages, "page", || range = composed(&plan, &opened, &mut composer, Wants::default(), records));
    bench.time("the same, with e-mails", pages, "page", || {
        black_box(composed(&plan, &opened, &mut composer, Wants { email: true, sms: true }, records));
    });

    let info = FileInfo { title: "bench", producer: "bench", date: plan.settings.date, language: "en-US", properties: None };
    let mut volume = Vec::new();
    let shapes = Shapes::default();
    let write = |out: &mut Vec<u8>| {
        out.clear();
        write_volume(&range, &plan.resources, &plan.media, &info, &shapes, out).expect("a volume")
    };
    let index = write(&mut volume);
    bench.time("write a volume", pages, "page", || {
        write(&mut volume);
    });
    let entries: Vec<_> = index.documents.iter().zip(&range.documents).map(|(place, document)| place.entry(document, 0)).collect();
    bench.time("read a volume", pages, "page", || {
        for entry in &entries {
            black_box(read_pages(&volume, entry, &plan.media).expect("its own pages"));
        }
    });
    let mut order: Vec<_> = entries.iter().cycle().take(100_000).collect();
    bench.time("sort entries twice", order.len(), "entry", || {
        order.sort_unstable_by_key(|entry| entry.hash.0);
        order.sort_unstable_by(|a, b| (&a.sort_key, a.record).cmp(&(&b.sort_key, b.record)));
    });
}

fn composed<'p>(plan: &'p Plan, opened: &Opened<'_>, composer: &mut Composer<'p>, wants: Wants, records: u64) -> ComposedRange {
    let mut arena = Bump::new();
    let mut range = ComposedRange::default();
    let records = opened.cutter().next(records, usize::MAX).expect("no fault").expect("records");
    for raw in opened.raws(&records) {
        arena.reset();
        let values = opened.parse(&raw, &arena).expect("a good record");
        let projected = plan.layouts[0].projection.apply(values, &arena).expect("a whole record");
        let number = raw.number as i64 + 1;
        let job = [Value::Date(plan.settings.date), Value::Text(&plan.settings.name), Value::Integer(number)];
        let variables = [Value::Row(projected), job[0], job[1], job[2], Value::Text(plan.locales[0].tag())];
        let mut key = SortKey::default();
        key.push(&projected[0], false);
        let mut document = Document { record: raw.number, sort_key: key.0, ..Document::default() };
        black_box(composer.compose_renditions(0, &arena, &variables, (&plan.locales[0], 0), wants, &mut document.pages).expect("a good record"));
        range.documents.push(document);
    }
    range.used = composer.take_used();
    range
}

/// Justified and hyphenated paragraphs of a letter, by first fit and by optimum fit.
fn paragraphs(bench: &Bench) {
    const COUNT: usize = 40;
    const WORDS: &str = "we have looked at your account and found that the amount which you asked us to return was in fact transferred before the \
                         end of the previous month although the statement that was sent to you afterwards did not yet show this transaction";
    let words: Vec<&str> = WORDS.split_ascii_whitespace().collect();
    let mut texts = Vec::new();
    for paragraph in 0..COUNT {
        let text: Vec<&str> = (0..90).map(|at| words[(at * 7 + paragraph * 13 + at * at) % words.len()]).collect();
        texts.push(format!("{{\"text\":\"{}.\"}}", text.join(" ")));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect("written");
    let job = "[job]\nname = \"letters\"\ndate = 2026-10-01\nlocale = \"en-US\"\n[[input]]\nfiles = \"data.ndjson\"\nformat = \"ndjson\"\n[[layout]]\nfile = \"letter.xml\"\n";
    write("job.toml", job.to_string());
    write("data.ndjson", format!("{{\"id\":\"1\",\"texts\":[{}]}}\n", texts.join(",")));
    let data = std::fs::read(folder.path().join("data.ndjson")).expect("written");
    let mut seconds = Vec::new();
    for wrap in ["first-fit", "optimum"] {
        write(
            "letter.xml",
            format!(
                "<layout xmlns=\"urn:pressrun:layout:1\" name=\"letter\" lang=\"en-US\"><data><field name=\"id\" type=\"text\"/><list name=\"texts\">\
                 <field name=\"text\" type=\"text\"/></list></data><page name=\"any\" size=\"Letter\" margin=\"60mm 25mm\"/>\
                 <body text-align=\"justify\" hyphens=\"auto\" text-wrap=\"{wrap}\"><for each=\"t in texts\"><p>{{t.text}}</p></for></body></layout>"
            ),
        );
        let plan = plan::compile(&folder.path().join("job.toml"), &Overrides::default()).plan.expect("a good job");
        let read = [InputFile::read(&data, None).expect("UTF-8")];
        let opened = plan.inputs[0].input.open(&read, &[]).expect("the head is right");
        let mut composer = Composer::new(&plan.compiled, &plan.resources, &plan.media_of, MissingGlyphs::Hold);
        let took = bench.seconds(|| {
            black_box(composed(&plan, &opened, &mut composer, Wants::default(), 1));
        });
        println!("{:<24} {:>10.0} ns/paragraph", format!("paragraphs, {wrap}"), took * 1e9 / COUNT as f64);
        seconds.push(took);
    }
    println!("{:<24} {:>10.2} of first fit", "optimum fit", seconds[1] / seconds[0]);
}

/// Pages with a chart of twelve bars and three barcodes, all of them other ones in each record.
fn pictures(bench: &Bench) {
    const PAGES: u64 = 500;
    const LAYOUT: &str = r#"<layout xmlns="urn:pressrun:layout:1" name="use" lang="en-US">
        <data><field name="id" type="text"/><list name="months"><field name="month" type="text"/><field name="kwh" type="decimal"/></list></data>
        <page name="any" size="Letter" margin="25mm"/>
        <body>
          <chart type="bar" rows="m in months" label="{m.month}" alt="Use" height="70mm" values="amount"><series value="m.kwh" name="kWh"/></chart>
          <barcode type="code128" value="{id}" height="12mm"/>
          <barcode type="qr" value="https://use.example/{id}"/>
          <barcode type="datamatrix" value="{id}"/>
        </body></layout>"#;
    let record = |number: u64| {
        let months = (0..12).map(|month| format!("{{\"month\":\"M{month}\",\"kwh\":{}}}", 80 + (number * 37 + month * 53) % 320));
        format!("{{\"id\":\"C{:014}\",\"months\":[{}]}}\n", number * 7_919, months.collect::<Vec<_>>().join(","))
    };
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("layout.xml", LAYOUT);
    write(
        "job.toml",
        "[job]\nname = \"use\"\ndate = 2026-10-01\n[[input]]\nfiles = \"data.ndjson\"\nformat = \"ndjson\"\n[[layout]]\nfile = \"layout.xml\"\n",
    );
    let data: String = (0..PAGES).map(record).collect();
    write("data.ndjson", &data);
    let plan = plan::compile(&folder.path().join("job.toml"), &Overrides::default()).plan.expect("a good job");
    let read = [InputFile::read(data.as_bytes(), None).expect("UTF-8")];
    let opened = plan.inputs[0].input.open(&read, &[]).expect("the head is right");
    let mut composer = Composer::new(&plan.compiled, &plan.resources, &plan.media_of, MissingGlyphs::Hold);
    bench.time("chart and three barcodes", PAGES as usize, "page", || {
        black_box(composed(&plan, &opened, &mut composer, Wants::default(), PAGES));
    });
}

/// Print files of the statement job, with its late text alone and with marks for inserter and post: wall time of the stage, as a run has it.
fn assembly(records: u64) {
    const MARKS: &str = "[print.mark.options]\nsize = \"16x16\"\n";
    let mark = |kind: &str, more: &str| format!("[[print.mark]]\ntype = \"{kind}\"\nfor = \"600dpi\"\n{more}\n");
    let track = format!("profile = \"{}/profiles/three-groups.toml\"\nx = \"3mm\"\ny = \"100mm\"\nclear = \"1mm\"", env!("CARGO_MANIFEST_DIR"));
    let matrix = "value = \"1000123{sequence | pad 7 '0'}{sheet | pad 2 '0'}{sheets | pad 2 '0'}000\"\ncorner = \"top-right\"\nx = \"5mm\"\ny = \"2mm\"\nclear = \"1mm\"";
    let imb = "value = \"00270123456{sequence | pad 9 '0'}62701123412\"\nx = \"40mm\"\ny = \"3mm\"\nclear = \"1mm\"";
    let marks = [mark("omr", &track), mark("datamatrix", matrix), MARKS.to_string(), mark("imb", imb)].concat();
    let job = std::fs::read_to_string(JOB).expect("the job that ships");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/layouts/");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("data.ndjson"), &sample(Format::Ndjson, records * 5)[0]).expect("written");
    for (name, marks) in [("assemble, late text", ""), ("assemble, three marks", marks.as_str())] {
        let text = job.replace("../../layouts/", root).replace("data/statements.ndjson", "data.ndjson");
        let path = folder.path().join("job.toml");
        std::fs::write(&path, format!("{text}{marks}")).expect("written");
        let plan = plan::compile(&path, &Overrides::default()).plan.expect("a good job");
        let out = folder.path().join(name);
        let stop = std::sync::atomic::AtomicBool::new(false);
        let options = engine::Options { out, threads: 2, disk: Disk::real(), stop: &stop, watch: &engine::Silent, until: None, fail_at: None };
        let summary = engine::run(&plan, &options).expect("a good run");
        let took = summary.stages.iter().find(|(stage, _)| *stage == "assemble").map_or(0, |(_, milliseconds)| *milliseconds).max(1);
        println!("{name:<24} {:>10.0} pages/s wall, 2 threads", summary.balance.pages as f64 * 1000.0 / took as f64);
    }
}

/// What a page is made of, many times over.
fn small_parts(bench: &Bench) {
    let compiled = plan::compile(Path::new(JOB), &Overrides::default());
    let plan = compiled.plan.expect("the job that ships is right");
    let text = "Please compare each line with your own records and tell us within sixty days if anything looks unfamiliar, Siân.";
    bench.time("cut text into words", 100_000, "sentence", || {
        for _ in 0..100_000 {
            tokens(black_box(text), |token| {
                black_box(token);
            });
        }
    });
    let currency = Currency::parse("USD").expect("a code");
    let amount = Money { amount: parse_decimal(b"-1234567.89").expect("a number"), currency };
    let mut out = String::new();
    bench.time("write an amount", 1_000_000, "amount", || {
        for _ in 0..1_000_000 {
            out.clear();
            plan.locales[0].write_money(black_box(amount), MoneyStyle::Plain, &mut out);
        }
    });
    bench.time("read an amount", 1_000_000, "amount", || {
        for _ in 0..1_000_000 {
            black_box(parse_decimal(black_box(b"-1234567.89")).expect("a number"));
        }
    });
}

/// A million pieces in trays, by the American example with all prefixes of three digits as areas.
fn postal_order(bench: &Bench) {
    const PIECES: usize = 1_000_000;
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/schemes/us-automation-letters"));
    let (mut sources, mut faults) = (Sources::default(), Faults::new());
    let scheme = plan::read_scheme(folder, Day::Any, None, &mut sources, &mut faults).expect("the scheme that ships is right").scheme;
    let collect = || {
        let mut pieces = Pieces::new(scheme.fields.len());
        let mut seed = 1u64;
        for _ in 0..PIECES {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // The lesser of two numbers: small postcodes are large towns.
            let zip = ((seed >> 33) % 100_000).min((seed >> 17) % 100_000);
            let postcode = Postcode::pack(&format!("{zip:05}")).expect("five digits");
            pieces.push(postcode, Thickness(400 + seed % 7 * 100), Weight(9_000 + seed % 5 * 5_000), &[]).expect("it fits");
        }
        pieces
    };
    bench.time("collect pieces", PIECES, "piece", || {
        black_box(collect());
    });
    bench.time("collect and presort", PIECES, "piece", || {
        let sorted = collect().sorted().expect("no runs");
        let date = Date::new(2026, 6, 1).expect("a day");
        black_box(presort(&scheme, sorted, Settings::on(date)).expect("sorts").postage());
    });
}

fn sample(format: Format, records: u64) -> Vec<Vec<u8>> {
    let sample = find_sample("statements").expect("the sample that ships");
    let mut files = vec![Vec::new(); sample.files(format).len()];
    let mut writers: Vec<&mut dyn std::io::Write> = files.iter_mut().map(|file| file as &mut dyn std::io::Write).collect();
    write_sample(sample, &Options::new(7, format), records, &mut writers).expect("memory takes everything");
    files
}

struct Bench {
    rounds: usize,
}

impl Bench {
    fn rate(&self, name: &str, amount: f64, unit: &str, work: impl FnMut()) {
        println!("{name:<24} {:>10.0} {unit}/s", amount / self.seconds(work));
    }

    fn time(&self, name: &str, count: usize, unit: &str, work: impl FnMut()) {
        println!("{name:<24} {:>10.0} ns/{unit}", self.seconds(work) * 1e9 / count as f64);
    }

    /// CPU seconds of one piece of work on this thread: the median of the rounds, after one that warms the caches. A round
    /// repeats the work for a fifth of a second, because the kernel counts in ticks of a few milliseconds.
    fn seconds(&self, mut work: impl FnMut()) -> f64 {
        work();
        common::median((0..self.rounds).map(|_| {
            let (start, before) = (Instant::now(), on_cpu());
            let mut times = 0;
            while times == 0 || start.elapsed() < Duration::from_millis(200) {
                work();
                times += 1;
            }
            (on_cpu() - before) / f64::from(times)
        }))
    }
}

/// Seconds this thread has run (the first field of `schedstat`, in nanoseconds).
fn on_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|field| field.parse::<f64>().ok()).expect("a number") / 1e9
}
