//! Reports with pictures, one self-contained page each.
//!
//! Takes titles, texts and pictures, gives HTML without scripts and without anything that is loaded from elsewhere. Must never
//! write a text that is not escaped.

use crate::kit::raster::{Picture, write_png};

/// A page that is written from top to bottom.
pub struct Report {
    out: String,
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b2733;--soft:#5b6b7a;--line:#d9e0e6;--paper:#fff;--page:#f4f6f8;--good:#1a7f4b;--bad:#b3261e}\
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa8b5;--line:#303a44;--paper:#1a2027;--page:#12161b;--good:#56c98a;--bad:#ff8a80}}\
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}\
main{max-width:1240px;margin:0 auto;padding:32px 24px 64px}h1{font-size:24px;margin:0 0 4px}h2{font-size:17px;margin:0 0 4px}\
.lead{color:var(--soft);margin:0 0 24px}section{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:16px 20px;margin:0 0 16px}\
.good{color:var(--good)}.bad{color:var(--bad)}.soft{color:var(--soft)}code,pre{font:13px/1.45 ui-monospace,Menlo,Consolas,monospace}\
pre{white-space:pre-wrap;margin:8px 0;overflow-wrap:anywhere}.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:14px;margin-top:12px}\
figure{margin:0}figcaption{font-size:13px;color:var(--soft);margin-bottom:4px}img{width:100%;display:block;border:1px solid var(--line);background:#fff}\
.n{font-variant-numeric:tabular-nums;font-size:22px;font-weight:600;margin-right:8px}";

impl Report {
    /// A report with a title and a sentence below it.
    pub fn new(title: &str, lead: &str) -> Report {
        let title = escape(title);
        let out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>{STYLE}</style></head><body><main>\n<h1>{title}</h1><p class=\"lead\">{}</p>\n",
            escape(lead)
        );
        Report { out }
    }

    /// Begins a section.
    pub fn section(&mut self, title: &str, class: &str) {
        self.out.push_str(&format!("<section><h2 class=\"{}\">{}</h2>", escape(class), escape(title)));
    }

    /// Ends it.
    pub fn end(&mut self) {
        self.out.push_str("</section>\n");
    }

    /// A line of text.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(&format!("<div class=\"soft\">{}</div>", escape(text)));
    }

    /// A text as it is, with its line ends.
    pub fn text(&mut self, text: &str) {
        self.out.push_str(&format!("<pre>{}</pre>", escape(text)));
    }

    /// Pictures side by side, each with what it shows.
    pub fn pictures(&mut self, pictures: &[(&str, Option<&Picture>)]) {
        self.out.push_str("<div class=\"row\">");
        for (title, picture) in pictures {
            let title = escape(title);
            match picture {
                Some(picture) => {
                    let data = base64(&write_png(picture, 9));
                    self.out.push_str(&format!(
                        "<figure><figcaption>{title}</figcaption><img alt=\"{title}\" loading=\"lazy\" src=\"data:image/png;base64,{data}\"></figure>"
                    ));
                }
                None => self.out.push_str(&format!("<figure><figcaption>{title}</figcaption><div class=\"soft\">none</div></figure>")),
            }
        }
        self.out.push_str("</div>");
    }

    /// The whole page.
    pub fn finish(self) -> String {
        self.out + "</main></body></html>\n"
    }
}

/// Text for HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Bytes in base 64 (RFC 4648, 4).
pub fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let sign = if at <= chunk.len() { SIGNS[(word >> (18 - 6 * at) & 63) as usize] } else { b'=' };
            out.push(char::from(sign));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648, 10.
        for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn nothing_is_written_unescaped() {
        let mut report = Report::new("<a>", "\"b\" & c");
        report.section("<x>", "\"");
        report.text("<script>");
        report.end();
        let page = report.finish();
        assert!(!page.contains("<a>") && !page.contains("<x>") && !page.contains("<script>"));
    }
}
