//! `pressrun barcode`: what an encoder makes of a payload.

use clap::Args;

use super::{Outcome, fail, print};
use crate::base::code;
use crate::base::length::Length;
use crate::base::suggest::closest;
use crate::kit::barcode::{Drawing, Options, SYMBOLOGIES, Size, Symbology, find};

/// Print the barcode of a payload: element widths, letters F A D T, or rows of 0 and 1.
#[derive(Debug, Args)]
pub(super) struct Barcode {
    /// The symbology, such as `code128`; without it, list all.
    symbology: Option<String>,
    /// The payload.
    payload: Option<String>,
    /// An option of the symbology, such as `gs1=true`.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Print a picture instead, SVG in the usual size with its quiet zone.
    #[arg(long, conflicts_with = "text")]
    svg: bool,
    /// Print the human-readable text instead.
    #[arg(long)]
    text: bool,
}

impl Barcode {
    pub(super) fn run(self) -> Outcome {
        let Some(name) = self.symbology else {
            for symbology in SYMBOLOGIES {
                print(&format!("{:14} {}\n", symbology.name(), symbology.doc()));
            }
            return Outcome::Done;
        };
        let Some(symbology) = find(&name) else {
            let near = closest(&name, SYMBOLOGIES.iter().map(|symbology| symbology.name())).map(|near| format!("did you mean `{near}`?"));
            let hint = near.or_else(|| Some("`pressrun barcode` lists all symbologies".into()));
            return fail(&code::WORLD_ARGUMENT, format!("there is no barcode `{name}`"), hint);
        };
        let Some(payload) = self.payload else {
            return fail(&code::WORLD_ARGUMENT, "the payload is missing", Some(format!("such as `{}`", symbology.example())));
        };
        let mut options = Options::default();
        for part in &self.set {
            let Some((name, value)) = part.split_once('=') else {
                return fail(&code::WORLD_ARGUMENT, format!("`{part}` is no `name=value`"), None);
            };
            if let Err(fault) = options.set(symbology, name, value) {
                return fail(&code::WORLD_ARGUMENT, fault.to_string(), Some(hint_of(symbology)));
            }
        }
        let symbol = match symbology.encode(&payload, &options) {
            Ok(symbol) => symbol,
            Err(fault) => {
                return fail(&code::RECORD_BARCODE, fault.to_string(), Some(format!("such as `{}`", symbology.example().replace('\n', "⏎"))));
            }
        };
        if self.text {
            let texts: Vec<String> = symbology.captions(&payload, &options, &symbol).into_iter().map(|caption| caption.text).collect();
            print(&format!("{}\n", texts.join(" ")));
        } else if self.svg {
            print(&svg(symbology, &options, &symbol));
        } else {
            print(&format!("{}\n", symbol.text()));
        }
        Outcome::Done
    }
}

fn hint_of(symbology: &dyn Symbology) -> String {
    let names: Vec<&str> = symbology.options().iter().map(|option| option.name).collect();
    if names.is_empty() { format!("`{}` has no options", symbology.name()) } else { format!("`{}` has {}", symbology.name(), names.join(", ")) }
}

/// A picture in the usual size: the same rectangles that go on a page.
fn svg(symbology: &dyn Symbology, options: &Options, symbol: &crate::kit::barcode::Symbol) -> String {
    let shape = symbology.shape();
    let size = Size::new(&shape, shape.module[1], shape.height[1], symbology.units(options), None);
    let mut drawing = Drawing::default();
    drawing.draw(symbol, &Size { guards: symbology.guards(), bearer: symbology.bearer(options), ..size });
    let [unit_x, unit_y] = drawing.unit;
    let [quiet_x, quiet_y] = drawing.quiet;
    let points = |length: Length| format!("{}.{:03}", length.millipoints() / 1_000, length.millipoints() % 1_000);
    let (width, height) = (points(drawing.width + quiet_x * 2), points(drawing.height + quiet_y * 2));
    let mut path = String::new();
    for line in String::from_utf8_lossy(&drawing.path).lines().filter_map(|line| line.strip_suffix(" re")) {
        let numbers: Vec<&str> = line.split(' ').collect();
        if let [x, y, width, height] = numbers.as_slice() {
            path.push_str(&format!("M{x} {y}h{width}v{height}h-{width}z"));
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<path transform=\"matrix({} 0 0 -{} {} {})\" d=\"{path}\"/>\n</svg>\n",
        points(unit_x),
        points(unit_y),
        points(quiet_x),
        points(quiet_y + drawing.height),
    )
}
