//! What goes to the press beside a print file: a job ticket, and an index of its pieces.
//!
//! Takes which pages are of which paper and where pieces lie, gives JDF (CIP4 JDF 1.4), CSV and JSON. Must never read a print file.

use std::fmt::Write;

use super::print_file::Sides;
use crate::base::length::Length;
use crate::model::page::Media;

/// Pages of one paper that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaperRun {
    /// The index of the paper.
    pub media: u8,
    /// The first page, from 0.
    pub first: u32,
    /// The last page.
    pub last: u32,
}

/// Adds a page behind those that are known.
pub fn push_page(runs: &mut Vec<PaperRun>, media: u8, page: u32) {
    match runs.last_mut() {
        Some(run) if run.media == media && run.last + 1 == page => run.last = page,
        _ => runs.push(PaperRun { media, first: page, last: page }),
    }
}

/// Where a piece lies in its print file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PiecePlace {
    /// Its number in the job.
    pub piece: u64,
    /// Its first page in the file, from 1.
    pub first_page: u32,
    /// Its last page, an empty back included.
    pub last_page: u32,
    /// Its sheets.
    pub sheets: u32,
    /// Its tray, from 1; 0: none.
    pub tray: u32,
    /// Its place in the tray, from 1; 0: none.
    pub tray_piece: u32,
}

/// The columns of an index.
const COLUMNS: &str = "piece,first_page,last_page,sheets,tray,tray_piece\n";

/// The index of a print file, CSV.
pub fn index_csv(places: &[PiecePlace]) -> String {
    let mut out = String::with_capacity(COLUMNS.len() + places.len() * 32);
    out.push_str(COLUMNS);
    for place in places {
        let PiecePlace { piece, first_page, last_page, sheets, tray, tray_piece } = place;
        let _ = writeln!(out, "{piece},{first_page},{last_page},{sheets},{tray},{tray_piece}");
    }
    out
}

/// The same as JSON. `file` is the name of the print file, `hash` its SHA-256.
pub fn index_json(file: &str, hash: &str, places: &[PiecePlace]) -> String {
    let mut out = String::with_capacity(200 + places.len() * 100);
    let _ = write!(out, "{{\"file\":{},\"sha256\":\"{hash}\",\"pieces\":[", serde_json::Value::from(file));
    for (at, place) in places.iter().enumerate() {
        let PiecePlace { piece, first_page, last_page, sheets, tray, tray_piece } = place;
        let comma = if at == 0 { "\n" } else { ",\n" };
        let _ = write!(
            out,
            "{comma}{{\"piece\":{piece},\"pages\":[{first_page},{last_page}],\"sheets\":{sheets},\"tray\":{tray},\"tray_piece\":{tray_piece}}}"
        );
    }
    out.push_str("\n]}\n");
    out
}

/// The job ticket of a print file: which pages are printed on which paper, and on how many sides.
pub fn jdf(id: &str, file: &str, sides: Sides, media: &[Media], runs: &[PaperRun]) -> String {
    let pages = runs.last().map_or(0, |run| run.last + 1);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = escaped(id);
    let _ = writeln!(
        out,
        "<JDF xmlns=\"http://www.CIP4.org/JDFSchema_1_1\" ID=\"Node\" JobID=\"{name}\" JobPartID=\"{0}\" Status=\"Ready\" Type=\"Combined\" \
         Types=\"Interpreting Rendering DigitalPrinting\" Version=\"1.4\">",
        escaped(file)
    );
    out.push_str(" <ResourcePool>\n");
    let _ =
        writeln!(out, "  <RunList ID=\"Pages\" Class=\"Parameter\" Status=\"Available\" NPage=\"{pages}\" Pages=\"0~{}\">", pages.saturating_sub(1));
    let _ = writeln!(out, "   <LayoutElement><FileSpec MimeType=\"application/pdf\" URL=\"{}\"/></LayoutElement>\n  </RunList>", escaped(file));
    let used: Vec<usize> = (0..media.len()).filter(|index| runs.iter().any(|run| usize::from(run.media) == *index)).collect();
    for &index in &used {
        let Media { name, width, height } = &media[index];
        let name = escaped(name);
        let _ = writeln!(
            out,
            "  <Media ID=\"Media{index}\" Class=\"Consumable\" Status=\"Available\" MediaType=\"Paper\" DescriptiveName=\"{name}\" ProductID=\"{name}\" \
             Dimension=\"{} {}\"/>",
            points(*width),
            points(*height)
        );
    }
    let side = match sides {
        Sides::Simplex => "OneSidedFront",
        Sides::LongEdge => "TwoSidedFlipY",
        Sides::ShortEdge => "TwoSidedFlipX",
    };
    let _ =
        writeln!(out, "  <DigitalPrintingParams ID=\"Printing\" Class=\"Parameter\" Status=\"Available\" Sides=\"{side}\" PartIDKeys=\"RunIndex\">");
    for &index in &used {
        out.push_str("   <DigitalPrintingParams RunIndex=\"");
        for (at, run) in runs.iter().filter(|run| usize::from(run.media) == index).enumerate() {
            let _ = write!(out, "{}{}~{}", if at == 0 { "" } else { " " }, run.first, run.last);
        }
        let _ = writeln!(out, "\"><MediaRef rRef=\"Media{index}\"/></DigitalPrintingParams>");
    }
    out.push_str(
        "  </DigitalPrintingParams>\n  <Component ID=\"Sheets\" Class=\"Quantity\" ComponentType=\"FinalProduct\" Status=\"Unavailable\"/>\n",
    );
    out.push_str(" </ResourcePool>\n <ResourceLinkPool>\n  <RunListLink rRef=\"Pages\" Usage=\"Input\"/>\n");
    for index in used {
        let _ = writeln!(out, "  <MediaLink rRef=\"Media{index}\" Usage=\"Input\"/>");
    }
    out.push_str(
        "  <DigitalPrintingParamsLink rRef=\"Printing\" Usage=\"Input\"/>\n  <ComponentLink rRef=\"Sheets\" Usage=\"Output\" Amount=\"1\"/>\n",
    );
    out.push_str(" </ResourceLinkPool>\n</JDF>\n");
    out
}

/// A length in points, with at most two digits after the point.
fn points(length: Length) -> String {
    let mut out = Vec::new();
    crate::kit::pdf::write_decimal(length.centipoints(), 2, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// A text as an attribute value (XML 1.0, 2.4): what XML has no characters for is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(name: &str) -> Media {
        Media { name: name.into(), width: Length::from_points(612), height: Length::from_points(792) }
    }

    #[test]
    fn papers_are_told_by_runs_of_pages() {
        let mut runs = Vec::new();
        for (page, paper) in [0, 0, 1, 1, 0, 0, 0].into_iter().enumerate() {
            push_page(&mut runs, paper, page as u32);
        }
        assert_eq!(runs.len(), 3);
        let ticket = jdf("job & \"more\"", "000001.pdf", Sides::LongEdge, &[media("plain"), media("<form>"), media("unused")], &runs);
        assert!(ticket.contains("<DigitalPrintingParams RunIndex=\"0~1 4~6\"><MediaRef rRef=\"Media0\"/>"), "{ticket}");
        assert!(ticket.contains("<DigitalPrintingParams RunIndex=\"2~3\"><MediaRef rRef=\"Media1\"/>"));
        assert!(
            ticket.contains("NPage=\"7\" Pages=\"0~6\"") && ticket.contains("Sides=\"TwoSidedFlipY\"") && ticket.contains("Dimension=\"612 792\"")
        );
        assert!(ticket.contains("JobID=\"job &amp; &quot;more&quot;\"") && ticket.contains("&lt;form>") && !ticket.contains("unused"));
    }

    #[test]
    fn an_index_says_where_pieces_lie() {
        let place = PiecePlace { piece: 7, first_page: 3, last_page: 6, sheets: 2, tray: 1, tray_piece: 4 };
        assert_eq!(index_csv(&[place]), format!("{COLUMNS}7,3,6,2,1,4\n"));
        let json = index_json("print/000001.pdf", "ab", &[place, place]);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((read["pieces"][1]["pages"][1].as_u64(), read["sha256"].as_str()), (Some(6), Some("ab")));
    }
}
