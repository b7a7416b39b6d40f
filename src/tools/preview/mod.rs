//! The preview: a page in the browser that shows records as they will be printed, and shows them anew after each save.
//!
//! Takes a job, serves its pages on the loopback address. Nothing but the page itself and what is composed is ever sent: no path of a
//! request names a file. Must never write.

mod http;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use http::{Answer, Request, Server};

use super::page_text;
use crate::base::diagnostic::{Diagnostic, Severity, place};
use crate::base::span::Sources;
use crate::engine::{self, Composed, EngineError, Records, Watcher, pause, with_records};
use crate::kit::raster;
use crate::layout::Tag;
use crate::model::record::Hold;
use crate::model::trace::TracedPage;
use crate::plan::{Compiled, Overrides, Plan, compile};

/// How often requests are looked for.
const TICK: std::time::Duration = std::time::Duration::from_millis(4);
/// So many of these between two looks at the files.
const TICKS_BETWEEN_LOOKS: u32 = 8;
/// Documents that are kept composed.
const KEPT: usize = 24;
/// Records that one search looks through before it answers.
const SEARCH_MAX: u64 = 20_000;
/// So many data files are watched.
const FILES_MAX: usize = 1_000;

const PAGE: &str = include_str!("preview.html");
const STYLE: &str = include_str!("preview.css");
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><path d=\"M3 1h7l3 3v11H3z\" fill=\"#fff\" stroke=\"#1f5fa8\"/>\
                    <path d=\"M5 6h6M5 8.500h6M5 11h4\" stroke=\"#1f5fa8\"/></svg>";
const SCRIPT: &str = include_str!("preview.js");

/// Gives diagnostics as people read them.
pub type Render<'r> = &'r dyn Fn(&[Diagnostic], &Sources) -> String;

/// Serves a job until the process ends. `started` is told the port.
///
/// # Errors
/// The port cannot be listened on.
pub fn serve(job: &Path, inputs: &[PathBuf], port: u16, render: Render<'_>, started: impl FnOnce(u16)) -> std::io::Result<()> {
    let mut server = Server::bind(port)?;
    started(server.port());
    let mut watcher = Watcher::of(&[job.to_path_buf()]);
    let mut version = 0_u64;
    loop {
        let compiled = compile(job, &Overrides { inputs: (!inputs.is_empty()).then(|| inputs.to_vec()), ..Overrides::default() });
        let files = files(job, &compiled);
        watcher.follow(&files);
        version += 1;
        let told = render(&compiled.diagnostics, &compiled.sources);
        let mut look = Look { compiled: &compiled, told, version, render, trouble: None };
        server.tell(&version.to_string());
        if let Some(plan) = &compiled.plan {
            let served = with_records(plan, |records| {
                let mut shown = Shown { plan, records, kept: BTreeMap::new() };
                look.serve(&mut server, &mut watcher, &files, Some(&mut shown));
                Ok(())
            });
            let Err(error) = served else { continue };
            // The data cannot be opened: said on the page, until it can.
            let faults = engine::faults_of(&error);
            let text = if faults.is_empty() { format!("error: {error}\n") } else { render(&faults, &Sources::default()) };
            look.trouble = Some(text);
        }
        look.serve(&mut server, &mut watcher, &files, None);
    }
}

/// What is watched.
fn files(job: &Path, compiled: &Compiled) -> Vec<PathBuf> {
    let mut files = vec![job.to_path_buf()];
    files.extend(compiled.sources.iter().map(|source| PathBuf::from(&source.path)));
    let inputs = compiled.plan.as_ref().map_or(&compiled.inputs, |plan| &plan.inputs);
    files.extend(inputs.iter().flat_map(|input| input.files.iter().chain(&input.lines)).take(FILES_MAX).cloned());
    files
}

/// One state of the job's files.
struct Look<'l> {
    compiled: &'l Compiled,
    /// Its faults and warnings as text.
    told: String,
    version: u64,
    render: Render<'l>,
    /// Why the data cannot be opened.
    trouble: Option<String>,
}

/// The records that can be shown.
struct Shown<'s, 'r> {
    plan: &'s Plan,
    records: &'s mut Records<'r>,
    kept: BTreeMap<u64, Result<Made, Hold>>,
}

/// A record, composed.
struct Made {
    composed: Composed,
    pages: Vec<TracedPage>,
    file: Vec<u8>,
}

impl Look<'_> {
    /// Answers requests until a file changes.
    fn serve(&mut self, server: &mut Server, watcher: &mut Watcher, files: &[PathBuf], mut shown: Option<&mut Shown<'_, '_>>) {
        let mut ticks = 0;
        loop {
            let requests = server.requests();
            if requests.is_empty() {
                pause(TICK);
                ticks += 1;
            }
            for request in requests {
                if request.path == "/events" {
                    server.listen(request);
                    server.tell(&self.version.to_string());
                    continue;
                }
                let answer = self.answer(&request, shown.as_deref_mut());
                request.answer(&answer);
                ticks += 1;
            }
            if ticks >= TICKS_BETWEEN_LOOKS {
                ticks = 0;
                if watcher.has_changed(files) {
                    return;
                }
            }
        }
    }

    fn answer(&self, request: &Request, shown: Option<&mut Shown<'_, '_>>) -> Answer {
        match request.path.as_str() {
            "/" => Answer::new("text/html; charset=utf-8", PAGE),
            "/preview.css" => Answer::new("text/css; charset=utf-8", STYLE),
            "/preview.js" => Answer::new("text/javascript; charset=utf-8", SCRIPT),
            "/icon.svg" => Answer::new("image/svg+xml", ICON),
            "/state" => self.state(),
            path => {
                let Some(shown) = shown else { return Answer::refused("404 Not Found") };
                let number = request.number("n").unwrap_or(1).max(1) - 1;
                let page = request.number("p").unwrap_or(0) as usize;
                let answered = match path {
                    "/record" => shown.record(number, &self.compiled.sources),
                    "/page" => shown.page(number, page, request.number("dpi").unwrap_or(96).clamp(20, 600) as u32),
                    "/boxes" => shown.boxes(number, page, &self.compiled.sources),
                    "/find" => shown.find(request.text("q").unwrap_or_default(), number),
                    "/count" => shown.records.count().map(|count| Answer::json(&serde_json::json!({ "count": count }))),
                    "/check" => {
                        let found = engine::inspect(shown.plan);
                        let text = (self.render)(&found, &Sources::default());
                        Ok(Answer::json(&serde_json::json!({ "text": text, "faults": found.len() })))
                    }
                    _ => return Answer::refused("404 Not Found"),
                };
                answered.unwrap_or_else(|error| Answer::json(&serde_json::json!({ "error": error.to_string() })))
            }
        }
    }

    fn state(&self) -> Answer {
        let sources = &self.compiled.sources;
        let faults: Vec<_> = self
            .compiled
            .diagnostics
            .iter()
            .map(|fault| {
                let severity = if fault.severity == Severity::Error { "error" } else { "warning" };
                serde_json::json!({ "severity": severity, "code": fault.code.id, "message": fault.message, "place": place(sources, fault), "hint": fault.hint })
            })
            .collect();
        let plan = self.compiled.plan.as_ref();
        Answer::json(&serde_json::json!({
            "version": self.version,
            "name": plan.map(|plan| plan.settings.name.clone()),
            "plan": plan.map(|plan| plan.hash.hex()),
            "can_show": plan.is_some() && self.trouble.is_none(),
            "faults": faults,
            "text": self.trouble.as_ref().unwrap_or(&self.told),
        }))
    }
}

impl Shown<'_, '_> {
    /// A record, composed once for each state of the files.
    fn made(&mut self, number: u64) -> Result<Option<&Result<Made, Hold>>, EngineError> {
        if !self.kept.contains_key(&number) {
            let made = match (self.records.compose(number)?, self.records.trace(number)?) {
                (None, _) | (_, None) => return Ok(None),
                (Some(Err(hold)), _) | (_, Some(Err(hold))) => Err(hold),
                (Some(Ok(composed)), Some(Ok((_, pages)))) => {
                    let file = composed.file(self.plan)?;
                    Ok(Made { composed, pages, file })
                }
            };
            if self.kept.len() >= KEPT {
                self.kept.clear();
            }
            self.kept.insert(number, made);
        }
        Ok(self.kept.get(&number))
    }

    fn record(&mut self, number: u64, sources: &Sources) -> Result<Answer, EngineError> {
        let excerpt = self.records.excerpt(number, 4_000)?;
        let names: Vec<String> = self.plan.layouts.iter().map(|layout| layout.name.clone()).collect();
        let plan = self.plan;
        let value = match self.made(number)? {
            None => serde_json::json!({ "record": number + 1, "missing": true }),
            Some(Err(hold)) => {
                let place = hold.span.map(|span| sources.place(span));
                let held = serde_json::json!({ "code": hold.code.id, "reason": hold.reason, "place": place });
                serde_json::json!({ "record": number + 1, "held": held, "data": excerpt })
            }
            Some(Ok(made)) => {
                let pages: Vec<_> =
                    made.pages.iter().map(|page| serde_json::json!({ "width": points(page.width), "height": points(page.height) })).collect();
                serde_json::json!({
                    "record": number + 1,
                    "id": made.composed.document.id,
                    "title": made.composed.document.title,
                    "layout": names.get(made.composed.layout),
                    "hash": made.composed.hash().hex(),
                    "pages": pages,
                    "slots": made.composed.slots_in_words(plan),
                    "remarks": made.composed.remarks.iter().map(|remark| format!("{} {}", remark.code.id, remark.reason)).collect::<Vec<_>>(),
                    "data": excerpt,
                })
            }
        };
        Ok(Answer::json(&value))
    }

    fn page(&mut self, number: u64, page: usize, dpi: u32) -> Result<Answer, EngineError> {
        let Some(Ok(made)) = self.made(number)? else { return Ok(Answer::refused("404 Not Found")) };
        let pictures = raster::render(made.file.clone(), dpi, |index| index == page).map_err(|error| EngineError::Picture(error.to_string()))?;
        Ok(match pictures.first() {
            Some((_, picture)) => Answer::new("image/png", raster::write_png(picture, 1)),
            None => Answer::refused("404 Not Found"),
        })
    }

    fn boxes(&mut self, number: u64, page: usize, sources: &Sources) -> Result<Answer, EngineError> {
        let Some(Ok(made)) = self.made(number)? else { return Ok(Answer::refused("404 Not Found")) };
        let Some(traced) = made.pages.get(page) else { return Ok(Answer::refused("404 Not Found")) };
        let boxes = traced.boxes.iter().enumerate().map(|(index, own)| {
            let tag = Tag::at(sources, own.span);
            let name = Path::new(&tag.file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            serde_json::json!({
                "x": points(own.place.x), "y": points(own.place.y), "width": points(own.place.width), "height": points(own.place.height),
                "element": tag.element, "title": tag.title(), "file": name, "line": tag.line, "depth": traced.around(index).count(),
                "text": page_text::own(own).chars().take(80).collect::<String>(),
            })
        });
        Ok(Answer::json(&serde_json::Value::Array(boxes.collect())))
    }

    fn find(&mut self, text: &str, from: u64) -> Result<Answer, EngineError> {
        let found = if text.is_empty() { None } else { self.records.find(text, from, from + SEARCH_MAX)? };
        let next = from + SEARCH_MAX;
        let at_end = found.is_none() && self.records.excerpt(next, 1)?.is_none();
        Ok(Answer::json(&serde_json::json!({ "record": found.map(|number| number + 1), "next": (!at_end).then_some(next + 1) })))
    }
}

/// A length in points, for the page.
fn points(length: crate::base::length::Length) -> f64 {
    length.millipoints() as f64 / 1000.0
}
