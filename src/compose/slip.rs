//! Payment codes and slips: the payload put together, the Swiss payment part set around its code.
//!
//! Takes the fields of a slip, gives blocks in the arena of the document. The rules of the payloads are the symbologies' own. Must never
//! print what the code does not say: everything on the slip is read back from the payload.

use super::bind::{Binder, Bound};
use crate::base::code;
use crate::base::length::Length;
use crate::base::span::Span;
use crate::kit::barcode::{Bill, Drawing, Party, Symbol, read_bill, um};
use crate::model::content::{Bars, Block, FramedBlocks, Item, Placed, Text};
use crate::model::layout::{Absolute, BarcodeNode, BoxStyle, Edges, Flow, ParagraphStyle, Role, Slip, SlipField, SlipKind, SwissStyles, Track};
use crate::model::record::Hold;
use std::cell::Cell;

/// The texts of the slip in German, French, Italian and English (SIX guidelines, annex C).
struct Texts {
    lang: &'static str,
    part: &'static str,
    account: &'static str,
    reference: &'static str,
    additional: &'static str,
    debtor: &'static str,
    debtor_blank: &'static str,
    currency: &'static str,
    amount: &'static str,
    receipt: &'static str,
    acceptance: &'static str,
    separate: &'static str,
}

const TEXTS: [Texts; 4] = [
    Texts {
        lang: "de",
        part: "Zahlteil",
        account: "Konto / Zahlbar an",
        reference: "Referenz",
        additional: "Zusätzliche Informationen",
        debtor: "Zahlbar durch",
        debtor_blank: "Zahlbar durch (Name/Adresse)",
        currency: "Währung",
        amount: "Betrag",
        receipt: "Empfangsschein",
        acceptance: "Annahmestelle",
        separate: "Vor der Einzahlung abzutrennen",
    },
    Texts {
        lang: "fr",
        part: "Section paiement",
        account: "Compte / Payable à",
        reference: "Référence",
        additional: "Informations supplémentaires",
        debtor: "Payable par",
        debtor_blank: "Payable par (nom/adresse)",
        currency: "Monnaie",
        amount: "Montant",
        receipt: "Récépissé",
        acceptance: "Point de dépôt",
        separate: "A détacher avant le versement",
    },
    Texts {
        lang: "it",
        part: "Sezione pagamento",
        account: "Conto / Pagabile a",
        reference: "Riferimento",
        additional: "Informazioni supplementari",
        debtor: "Pagabile da",
        debtor_blank: "Pagabile da (nome/indirizzo)",
        currency: "Valuta",
        amount: "Importo",
        receipt: "Ricevuta",
        acceptance: "Punto di accettazione",
        separate: "Da staccare prima del versamento",
    },
    Texts {
        lang: "en",
        part: "Payment part",
        account: "Account / Payable to",
        reference: "Reference",
        additional: "Additional information",
        debtor: "Payable by",
        debtor_blank: "Payable by (name/address)",
        currency: "Currency",
        amount: "Amount",
        receipt: "Receipt",
        acceptance: "Acceptance point",
        separate: "Separate before paying in",
    },
];

/// A length in millimetres.
const fn mm(value: i64) -> Length {
    um(value * 1_000)
}

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    /// Writes the payload of a slip.
    pub(super) fn slip_payload(&mut self, slip: &'a Slip, out: &mut String) -> Bound<()> {
        let mut fields: Vec<String> = Vec::with_capacity(slip.fields.len());
        for field in &slip.fields {
            let mut text = String::new();
            match field {
                SlipField::None => {}
                SlipField::Text(expr) => self.write(expr, &mut text)?,
                SlipField::Number(expr) => {
                    self.write(expr, &mut text)?;
                    // Payloads have a dot whatever the locale of the record writes.
                    text = text.replace(',', ".");
                }
            }
            fields.push(text);
        }
        match &slip.kind {
            SlipKind::Swiss(_) => swiss_payload(&fields, out),
            SlipKind::Epc => epc_payload(&fields, out),
        }
        Ok(())
    }

    /// The payment part of a Swiss QR-bill with its receipt: 210 by 105 mm.
    pub(super) fn swiss_slip(&mut self, node: &'a BarcodeNode, styles: &'a SwissStyles, span: &'a Span, payload: &'a str) -> Bound<Block<'a>> {
        let bill = read_bill(payload).map_err(|fault| Hold::new(&code::RECORD_BARCODE, fault.to_string()))?;
        let texts = TEXTS.iter().find(|texts| styles.lang.starts_with(texts.lang)).unwrap_or(&TEXTS[3]);
        let mut slip = SlipParts { node, span, out: Vec::new() };
        let reference = group_reference(bill.reference);
        let account = group(bill.account, 4);
        let amount = group_amount(bill.amount);

        // Receipt.
        let heading = (&styles.receipt_heading, &styles.receipt_value);
        self.put_text(&mut slip, &styles.title, texts.receipt, [5, 5, 52]);
        let mut lines = vec![(texts.account, party_lines(Some(&account), &bill.creditor))];
        if !reference.is_empty() {
            lines.push((texts.reference, vec![reference.clone()]));
        }
        let blank = bill.debtor.is_none().then_some((texts.debtor_blank, [mm(52), mm(20)]));
        if let Some(debtor) = &bill.debtor {
            lines.push((texts.debtor, party_lines(None, debtor)));
        }
        self.put_sections(&mut slip, heading, lines, blank, [5, 12, 52, 56]);
        self.put_pair(&mut slip, heading, (texts.currency, bill.currency), [5, 68, 12]);
        self.put_pair(&mut slip, heading, (texts.amount, &amount), [17, 68, 40]);
        if amount.is_empty() {
            self.put_corners(&mut slip, [mm(27), mm(70)], [mm(30), mm(10)]);
        }
        self.put_text(&mut slip, &styles.acceptance, texts.acceptance, [5, 82, 52]);

        // Payment part.
        let heading = (&styles.heading, &styles.value);
        self.put_text(&mut slip, &styles.title, texts.part, [67, 5, 51]);
        self.put_code(&mut slip, payload)?;
        self.put_pair(&mut slip, heading, (texts.currency, bill.currency), [67, 68, 15]);
        self.put_pair(&mut slip, heading, (texts.amount, &amount), [82, 68, 36]);
        if amount.is_empty() {
            self.put_corners(&mut slip, [mm(78), mm(73)], [mm(40), mm(15)]);
        }
        let mut lines = vec![(texts.account, party_lines(Some(&account), &bill.creditor))];
        if !reference.is_empty() {
            lines.push((texts.reference, vec![reference]));
        }
        let additional: Vec<String> = [bill.message, bill.billing].into_iter().filter(|text| !text.is_empty()).map(str::to_string).collect();
        if !additional.is_empty() {
            lines.push((texts.additional, additional));
        }
        if let Some(debtor) = &bill.debtor {
            lines.push((texts.debtor, party_lines(None, debtor)));
        }
        let blank = bill.debtor.is_none().then_some((texts.debtor_blank, [mm(65), mm(25)]));
        self.put_sections(&mut slip, heading, lines, blank, [118, 5, 87, 85]);
        self.put_procedures(&mut slip, styles, &bill);

        if styles.has_lines {
            self.put_lines(&mut slip, styles, texts);
        }
        let style = BoxStyle { width: Some(Track::Fixed(mm(210))), height: Some(mm(105)), ..BoxStyle::default() };
        let placed: &'a [Placed<'a>] = self.arena.alloc_slice_copy(&slip.out);
        Ok(Block::Box(self.arena.alloc(FramedBlocks { style: self.arena.alloc(style), children: &[], placed, form: None, columns: None })))
    }

    fn put(&mut self, slip: &mut SlipParts<'a>, block: Block<'a>, place: Absolute) {
        slip.out.push(Placed {
            flow: self.arena.alloc(Flow::default()),
            place: Some(self.arena.alloc(place)),
            block,
            span: slip.span,
            leaf: self.leaf(),
            list: None,
        });
    }

    /// A paragraph of one text.
    fn slip_text(&mut self, style: &'a ParagraphStyle, text: &str) -> Block<'a> {
        let mut items: Vec<Item<'a>> = Vec::new();
        self.text(self.arena.alloc_str(text), style.text, &mut items);
        let items: &'a [Item<'a>] = self.arena.alloc_slice_copy(&items);
        let leaf = self.leaf();
        Block::Text(self.arena.alloc(Text { role: Role::Paragraph, style, items, marker: None, lines: Cell::new(None), is_marked: false, leaf }))
    }

    /// A text at a place in millimetres: left, top, width.
    fn put_text(&mut self, slip: &mut SlipParts<'a>, style: &'a ParagraphStyle, text: &str, [left, top, width]: [i64; 3]) {
        let block = self.slip_text(style, text);
        self.put(slip, block, at(mm(left), mm(top), mm(width), None));
    }

    /// A heading and a value under it.
    fn put_pair(&mut self, slip: &mut SlipParts<'a>, styles: Styles<'a>, (heading, value): (&str, &str), place: [i64; 3]) {
        let lines = if value.is_empty() { Vec::new() } else { vec![value.to_string()] };
        let [left, top, width] = place;
        self.put_sections(slip, styles, vec![(heading, lines)], None, [left, top, width, 15]);
    }

    /// Sections under each other; the last may be a heading over a box to be filled in.
    fn put_sections(
        &mut self,
        slip: &mut SlipParts<'a>,
        (heading, value): Styles<'a>,
        sections: Vec<(&str, Vec<String>)>,
        blank: Option<(&str, [Length; 2])>,
        [left, top, width, height]: [i64; 4],
    ) {
        let gap = self.setter.layout.text_style(value.text).line_height;
        let mut children: Vec<Placed<'a>> = Vec::new();
        for (title, lines) in sections {
            let first = children.is_empty();
            for (at, (style, text)) in std::iter::once((heading, title)).chain(lines.iter().map(|line| (value, line.as_str()))).enumerate() {
                let margin = Edges { top: if at == 0 && !first { gap } else { Length::ZERO }, ..Edges::default() };
                let block = self.slip_text(style, text);
                children.push(Placed {
                    flow: self.arena.alloc(Flow { margin, ..Flow::default() }),
                    place: None,
                    block,
                    span: slip.span,
                    leaf: self.leaf(),
                    list: None,
                });
            }
        }
        if let Some((title, [box_width, box_height])) = blank {
            let margin = Edges { top: gap, ..Edges::default() };
            let block = self.slip_text(heading, title);
            children.push(Placed {
                flow: self.arena.alloc(Flow { margin, ..Flow::default() }),
                place: None,
                block,
                span: slip.span,
                leaf: self.leaf(),
                list: None,
            });
            let margin = Edges { top: mm(1), ..Edges::default() };
            let block = self.corners(slip.node, [box_width, box_height]);
            children.push(Placed {
                flow: self.arena.alloc(Flow { margin, ..Flow::default() }),
                place: None,
                block,
                span: slip.span,
                leaf: self.leaf(),
                list: None,
            });
        }
        let style = BoxStyle { height: Some(mm(height)), ..BoxStyle::default() };
        let children: &'a [Placed<'a>] = self.arena.alloc_slice_copy(&children);
        let block = Block::Box(self.arena.alloc(FramedBlocks { style: self.arena.alloc(style), children, placed: &[], form: None, columns: None }));
        self.put(slip, block, at(mm(left), mm(top), mm(width), Some(mm(height))));
    }

    /// The code, 46 mm wide whatever its version, with the Swiss cross in its middle.
    fn put_code(&mut self, slip: &mut SlipParts<'a>, payload: &str) -> Bound<()> {
        let node = slip.node;
        let mut symbol = Symbol::default();
        node.symbology.encode_into(payload, &node.options, &mut symbol).map_err(|fault| Hold::new(&code::RECORD_BARCODE, fault.to_string()))?;
        let side = mm(46);
        let modules = symbol.width() as i64;
        let mut drawing = Drawing::default();
        drawing.draw(&symbol, &crate::kit::barcode::Size { module: side / modules, ..node.size });
        drawing.put_cross(modules, side);
        let path: &'a [u8] = self.arena.alloc_slice_copy(&drawing.path);
        let text: &'a str = self.arena.alloc_str(payload);
        let alt = node.alt.as_ref().map(|alt| self.text_of(alt)).transpose()?;
        let block = self.drawn(node, path, drawing.unit, ([side, side], text, Some(alt.unwrap_or("Swiss QR code"))));
        self.put(slip, block, at(mm(67), mm(17), side, None));
        Ok(())
    }

    fn drawn(
        &self,
        node: &'a BarcodeNode,
        path: &'a [u8],
        unit: [Length; 2],
        (ink, payload, alt): ([Length; 2], &'a str, Option<&'a str>),
    ) -> Block<'a> {
        Block::Barcode(self.arena.alloc(Bars { path, unit, ink, quiet: [Length::ZERO; 2], payload, alt, captions: &[], node }))
    }

    /// The corner marks of a box to be filled in: legs of 3 mm, 0.75 pt.
    fn corners(&self, node: &'a BarcodeNode, size: [Length; 2]) -> Block<'a> {
        let mut path = Vec::new();
        let (width, height) = (size[0].millipoints() / 10, size[1].millipoints() / 10);
        let (leg, line) = (mm(3).millipoints() / 10, 75);
        for (x, y) in [(0, 0), (width - leg, 0), (0, height - line), (width - leg, height - line)] {
            path.extend_from_slice(format!("{x} {y} {leg} {line} re\n").as_bytes());
        }
        for (x, y) in [(0, 0), (width - line, 0), (0, height - leg), (width - line, height - leg)] {
            path.extend_from_slice(format!("{x} {y} {line} {leg} re\n").as_bytes());
        }
        path.extend_from_slice(b"f\nQ\n");
        self.drawn(node, self.arena.alloc_slice_copy(&path), [Length::from_millipoints(10); 2], (size, "", None))
    }

    fn put_corners(&mut self, slip: &mut SlipParts<'a>, [left, top]: [Length; 2], size: [Length; 2]) {
        let block = self.corners(slip.node, size);
        self.put(slip, block, at(left, top, size[0], None));
    }

    /// Alternative procedures: the name of the procedure, up to its separator, is bold.
    fn put_procedures(&mut self, slip: &mut SlipParts<'a>, styles: &'a SwissStyles, bill: &Bill<'_>) {
        for (at, procedure) in bill.procedures.iter().filter(|procedure| !procedure.is_empty()).enumerate() {
            let end = procedure.find(['/', ':', ' ']).unwrap_or(procedure.len());
            let (name, rest) = procedure.split_at(end);
            let mut items: Vec<Item<'a>> = Vec::new();
            self.text(self.arena.alloc_str(name), styles.procedure_name.text, &mut items);
            self.text(self.arena.alloc_str(rest), styles.procedure.text, &mut items);
            let items: &'a [Item<'a>] = self.arena.alloc_slice_copy(&items);
            let leaf = self.leaf();
            let text = Text { role: Role::Paragraph, style: &styles.procedure, items, marker: None, lines: Cell::new(None), is_marked: false, leaf };
            let block = Block::Text(self.arena.alloc(text));
            self.put(slip, block, super::slip::at(mm(67), mm(90) + mm(4) * at as i64, mm(138), None));
        }
    }

    /// The lines along which the slip is cut, scissors, and the words above.
    fn put_lines(&mut self, slip: &mut SlipParts<'a>, styles: &'a SwissStyles, texts: &Texts) {
        let block = self.slip_text(&styles.separate, texts.separate);
        self.put(slip, block, at(mm(5), Length::ZERO - mm(5), mm(200), None));
        let (width, height, line) = (mm(210).millipoints() / 10, mm(105).millipoints() / 10, 50);
        let mut path = format!("0 {} {width} {line} re\n{} 0 {line} {height} re\nf\n", height - line / 2, mm(62).millipoints() / 10 - line / 2);
        // Two rings and two blades, 5 mm long: along the upper edge, and along the line between the parts.
        let (left, up) = (mm(5).millipoints() / 10, height);
        path.push_str(&scissors(left, up, false));
        path.push_str(&scissors(mm(62).millipoints() / 10, height - mm(5).millipoints() / 10, true));
        path.push_str("Q\n");
        let block =
            self.drawn(slip.node, self.arena.alloc_slice_copy(path.as_bytes()), [Length::from_millipoints(10); 2], ([mm(210), mm(105)], "", None));
        self.put(slip, block, at(Length::ZERO, Length::ZERO, mm(210), None));
    }
}

/// Headings and values.
type Styles<'a> = (&'a ParagraphStyle, &'a ParagraphStyle);

/// What has been put on the slip so far.
struct SlipParts<'a> {
    node: &'a BarcodeNode,
    span: &'a Span,
    out: Vec<Placed<'a>>,
}

fn at(left: Length, top: Length, width: Length, height: Option<Length>) -> Absolute {
    Absolute { left: Some(left), top: Some(top), right: None, bottom: None, width: Some(width), height }
}

/// Scissors in hundredths of a point, from a point to the right, or downwards: blades as strokes, handles as rings.
fn scissors(x: i64, y: i64, downwards: bool) -> String {
    let point = |along: i64, across: i64| if downwards { format!("{} {}", x + across, y - along) } else { format!("{} {}", x + along, y + across) };
    let mut out = String::from("60 w ");
    for side in [1, -1] {
        out.push_str(&format!("{} m {} l S ", point(480, 110 * side), point(1_400, -150 * side)));
        let (centre, radius, near) = ((300, 160 * side), 170, 94);
        let (a, c) = centre;
        out.push_str(&format!(
            "{} m {} {} {} c {} {} {} c {} {} {} c {} {} {} c h S ",
            point(a + radius, c),
            point(a + radius, c + near),
            point(a + near, c + radius),
            point(a, c + radius),
            point(a - near, c + radius),
            point(a - radius, c + near),
            point(a - radius, c),
            point(a - radius, c - near),
            point(a - near, c - radius),
            point(a, c - radius),
            point(a + near, c - radius),
            point(a + radius, c - near),
            point(a + radius, c),
        ));
    }
    out.push('\n');
    out
}

/// The lines of an address as they are printed, after the account if there is one.
fn party_lines(account: Option<&str>, party: &Party<'_>) -> Vec<String> {
    let mut lines: Vec<String> = account.map(str::to_string).into_iter().collect();
    lines.push(party.name.to_string());
    let street = format!("{} {}", party.street, party.house);
    if !street.trim().is_empty() {
        lines.push(street.trim().to_string());
    }
    let prefix = if matches!(party.country, "CH" | "LI") { String::new() } else { format!("{}-", party.country) };
    lines.push(format!("{prefix}{} {}", party.postcode, party.town));
    lines
}

/// Groups of characters from the left, with no-break spaces between.
fn group(text: &str, count: usize) -> String {
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % count == 0 {
            out.push('\u{a0}');
        }
        out.push(character);
    }
    out
}

/// A QR reference in two and five groups of five, a creditor reference in groups of four.
fn group_reference(reference: &str) -> String {
    match reference.len() {
        27 if reference.is_ascii() => format!("{}\u{a0}{}", &reference[..2], group(&reference[2..], 5)),
        _ => group(reference, 4),
    }
}

/// An amount with a blank before every three digits.
fn group_amount(amount: &str) -> String {
    let (whole, cents) = amount.split_once('.').unwrap_or((amount, ""));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    if !cents.is_empty() {
        out.push('.');
        out.push_str(cents);
    }
    out
}

/// The lines of a Swiss payload from its fields in the order of [`crate::model::layout::SWISS_FIELDS`].
fn swiss_payload(fields: &[String], out: &mut String) {
    let field = |at: usize| fields.get(at).map(|text| text.trim()).unwrap_or_default();
    // People write IBAN and reference in groups; blanks are no part of either.
    let bare = |at: usize| field(at).chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let party = |first: usize, default: &str| -> [String; 7] {
        let values: Vec<&str> = (first..first + 6).map(field).collect();
        if values.iter().all(|value| value.is_empty()) && default.is_empty() {
            return Default::default();
        }
        let is_empty = values[..5].iter().all(|value| value.is_empty());
        if is_empty {
            return Default::default();
        }
        let country = if values[5].is_empty() { "CH" } else { values[5] };
        ["S", values[0], values[1], values[2], values[3], values[4], country].map(str::to_string)
    };
    let reference = bare(15);
    let kind = match reference.as_str() {
        "" => "NON",
        text if text.starts_with("RF") => "SCOR",
        _ => "QRR",
    };
    let currency = if field(8).is_empty() { "CHF" } else { field(8) };
    let mut lines: Vec<String> = ["SPC", "0200", "1"].map(str::to_string).to_vec();
    lines.push(bare(0));
    lines.extend(party(1, "CH"));
    lines.extend(std::iter::repeat_n(String::new(), 7));
    lines.push(field(7).to_string());
    lines.push(currency.to_string());
    lines.extend(party(9, ""));
    lines.push(kind.to_string());
    lines.push(reference.clone());
    lines.push(field(16).to_string());
    lines.push("EPD".to_string());
    let rest = [field(17), field(18), field(19)];
    let used = rest.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1);
    lines.extend(rest[..used].iter().map(|text| text.to_string()));
    out.push_str(&lines.join("\n"));
}

/// The lines of an EPC payload from its fields in the order of [`crate::model::layout::EPC_FIELDS`].
fn epc_payload(fields: &[String], out: &mut String) {
    let field = |at: usize| fields.get(at).map(|text| text.trim()).unwrap_or_default();
    let bare = |at: usize| field(at).chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let amount = if field(3).is_empty() { String::new() } else { format!("EUR{}", field(3)) };
    let lines = ["BCD", "002", "1", "SCT", &bare(2), field(0), &bare(1), &amount, field(4), &bare(5), field(6), field(7)].map(str::to_string);
    let used = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    out.push_str(&lines[..used].join("\n"));
}
