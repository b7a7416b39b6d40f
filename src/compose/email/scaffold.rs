//! What stands around the blocks of an e-mail.
//!
//! Takes subject, preheader, language and the look of running text, gives the head of the document and the table that holds its blocks:
//! at most 640 pixels wide, as wide as a telephone where that is narrower, in a frame of its own for Outlook. Must never know blocks.

use std::fmt::Write;

use super::css::{Css, dark_background, dark_text, push_class};
use crate::kit::html::{push_attribute, push_color, push_text};
use crate::model::layout::{Color, TextStyleId};

/// The colour around the message, and of the message.
const AROUND: Color = Color { r: 0xf2, g: 0xf4, b: 0xf6 };
const PAPER: Color = Color { r: 255, g: 255, b: 255 };

const HEAD: &str = "<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
<meta name=\"x-apple-disable-message-reformatting\">\n\
<meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no, url=no\">\n\
<meta name=\"color-scheme\" content=\"light dark\">\n\
<meta name=\"supported-color-schemes\" content=\"light dark\">\n";

/// Outlook draws with Word: it needs the resolution, and inherits nothing into tables. Between the two stand rules for cells.
const OUTLOOK: [&str; 2] = [
    "<!--[if mso]>\n<xml><o:OfficeDocumentSettings xmlns:o=\"urn:schemas-microsoft-com:office:office\"><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml>\n\
<style>table{border-collapse:collapse;mso-table-lspace:0;mso-table-rspace:0}td,th,p,h1,h2,h3,h4,h5,h6,a,span{font-family:Arial,Helvetica,sans-serif;mso-line-height-rule:exactly}",
    "</style>\n<![endif]-->\n",
];

const STYLE: &str = "<style>\n\
:root{color-scheme:light dark;supported-color-schemes:light dark}\n\
body{margin:0;padding:0;width:100%;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}\n\
@media only screen and (max-width:520px){\n\
.out{padding:0!important}\n\
.in{padding:20px 16px!important;border-radius:0!important}\n\
.col{max-width:100%!important;margin-bottom:12px!important}\n\
.stk thead{display:none!important}\n\
.stk,.stk tbody,.stk tfoot,.stk tr{display:block!important;width:100%!important}\n\
.stk tr{padding:8px 0!important;border-bottom:1px solid #c9d2d6!important}\n\
.stk td,.stk th{display:block!important;width:auto!important;text-align:left!important;padding:1px 0!important;border:0!important;white-space:normal!important}\n\
.stk .lb{display:inline!important;opacity:.7}\n\
}\n";

/// Characters that mail programs show as nothing: behind a preheader they keep the beginning of the message away. Two of four are spaces, one
/// as wide as a figure; the others keep programs from making one space of all.
const FILLING: &str = "&#847;&zwnj;&nbsp;&#8199;";
/// How often they stand there.
const FILLINGS: usize = 24;

const PREHEADER: &str = "<div style=\"display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all\">";

/// What the messages of a layout have around their blocks, made before the first record.
pub struct Scaffold {
    /// From the title to the body.
    head: String,
    /// Behind a preheader.
    filling: String,
    /// Around the blocks, for languages from left to right and from right to left.
    around: [String; 2],
}

impl Scaffold {
    /// For a layout whose running text has a style. `dark` are rules for colours in the dark, `cells` those of tables for Outlook.
    pub fn new(css: &Css<'_>, dark: &str, cells: &str, text: TextStyleId) -> Scaffold {
        let mut head = String::from("</title>\n");
        let [before, after] = OUTLOOK;
        head.push_str(before);
        head.push_str(cells);
        head.push_str(after);
        head.push_str(STYLE);
        push_dark(css, dark, text, &mut head);
        head.push_str("</style>\n</head>\n<body class=\"bg\" style=\"margin:0;padding:0;background-color:");
        push_color(&mut head, (AROUND.r, AROUND.g, AROUND.b));
        head.push_str("\">\n");
        let mut filling = FILLING.repeat(FILLINGS);
        filling.push_str("</div>\n");
        Scaffold { head, filling, around: ["left", "right"].map(|side| frame(css, text, side)) }
    }

    /// Begins a document, up to where its blocks stand.
    pub fn open(&self, out: &mut String, (subject, preheader): (&str, &str), (language, is_reversed): (&str, bool)) {
        out.push_str("<!DOCTYPE html>\n<html lang=\"");
        push_attribute(language, out);
        out.push_str(if is_reversed { "\" dir=\"rtl\">\n<head>\n" } else { "\" dir=\"ltr\">\n<head>\n" });
        out.push_str(HEAD);
        out.push_str("<title>");
        push_text(subject, out);
        out.push_str(&self.head);
        if !preheader.is_empty() {
            out.push_str(PREHEADER);
            push_text(preheader, out);
            out.push_str(&self.filling);
        }
        out.push_str(&self.around[usize::from(is_reversed)]);
    }
}

/// The tables around blocks whose lines begin at a side.
fn frame(css: &Css<'_>, text: TextStyleId, side: &str) -> String {
    let mut out = String::new();
    out.push_str("<table class=\"bg\" role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"width:100%;background-color:");
    push_color(&mut out, (AROUND.r, AROUND.g, AROUND.b));
    out.push_str("\"><tr><td class=\"out\" align=\"center\" style=\"padding:24px 12px\">\n");
    out.push_str("<!--[if mso]><table role=\"presentation\" width=\"640\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td><![endif]-->\n");
    out.push_str("<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"width:100%;max-width:640px\"><tr><td class=\"in paper ");
    let color = css.color(text);
    push_class('t', color, &mut out);
    out.push_str("\" style=\"padding:24px;background-color:");
    push_color(&mut out, (PAPER.r, PAPER.g, PAPER.b));
    out.push_str(";border-radius:6px;");
    css.push_text(text, None, &mut out);
    write!(out, "text-align:{side};color:").expect("a String takes what is written");
    push_color(&mut out, (color.r, color.g, color.b));
    out.push_str("\">\n");
    out
}

/// Adds the rules for programs in the dark.
fn push_dark(css: &Css<'_>, rules: &str, text: TextStyleId, out: &mut String) {
    out.push_str("@media (prefers-color-scheme:dark){\n.im{border:4px solid #fff!important;border-radius:6px}\n.bg{background-color:#121619!important}\n.paper{background-color:");
    let paper = dark_background(PAPER);
    push_color(out, (paper.r, paper.g, paper.b));
    out.push_str("!important}\n");
    let text = dark_text(css.color(text));
    out.push_str(".paper{color:");
    push_color(out, (text.r, text.g, text.b));
    out.push_str("!important}\n");
    out.push_str(rules);
    out.push_str("}\n");
}

/// Ends a document.
pub fn close(out: &mut String) {
    out.push_str("</td></tr></table>\n<!--[if mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body>\n</html>\n");
}
