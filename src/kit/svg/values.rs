//! Values of attributes that cannot be read.
//!
//! Takes an attribute, gives what is wrong with it: the library would draw a path up to its first mistake, or leave out the whole
//! element, without a word.

use std::str::FromStr;

use svgtypes::{Color, Length, Paint, PathParser, Transform};

use super::scan::shortened;

/// What is wrong with the value of an attribute.
pub(super) fn fault_of(element: &str, name: &str, value: &str) -> Option<String> {
    let trimmed = value.trim();
    let bad = |what: &str| Some(format!("`{}` is no {what}", shortened(trimmed)));
    match name {
        "d" => {
            let mut read = 0;
            for segment in PathParser::from(trimmed) {
                match segment {
                    Ok(_) => read += 1,
                    Err(error) => return Some(format!("the path has a mistake after {read} segments: {error}")),
                }
            }
            None
        }
        "transform" | "gradientTransform" => match Transform::from_str(trimmed) {
            Ok(_) => None,
            Err(_) if matches!(trimmed, "none" | "") => None,
            Err(_) => bad("transform"),
        },
        "fill" | "stroke" => match Paint::from_str(trimmed) {
            Ok(_) => None,
            Err(_) => bad("paint"),
        },
        "stop-color" | "color" if !matches!(trimmed, "inherit" | "currentColor") => match Color::from_str(trimmed) {
            Ok(_) => None,
            Err(_) => bad("colour"),
        },
        "width" | "height" | "r" | "cx" | "cy" | "fx" | "fy" | "x1" | "y1" | "x2" | "y2" | "stroke-width" | "textLength" => length(trimmed, bad),
        "rx" | "ry" if matches!(element, "rect" | "ellipse") => length(trimmed, bad),
        "x" | "y" if !matches!(element, "text" | "tspan") => length(trimmed, bad),
        "viewBox" => match svgtypes::ViewBox::from_str(trimmed) {
            Ok(_) => None,
            Err(_) => bad("box: four numbers, the last two greater than 0"),
        },
        _ => None,
    }
}

fn length(value: &str, bad: impl Fn(&str) -> Option<String>) -> Option<String> {
    match Length::from_str(value) {
        Ok(_) => None,
        Err(_) if matches!(value, "auto" | "inherit") => None,
        Err(_) => bad("length"),
    }
}
