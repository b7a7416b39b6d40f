//! Layouts to nodes, and the examples of the tables.

use super::schema::{ELEMENTS, Place};
use super::*;
use crate::base::diagnostic::{Diagnostic, Faults, Severity};
use crate::base::span::Sources;
use crate::model::layout::*;

const DATA: &str = r#"<data> <field name="customer.name" type="text"/> <field name="customer.street" type="text"/>
  <field name="customer.zip" type="text"/> <field name="customer.city" type="text"/> <field name="account" type="text"/>
  <field name="closing" type="money"/> <field name="due" type="date"/>
  <list name="transactions"> <field name="date" type="date"/> <field name="text" type="text"/> <field name="amount" type="money"/> </list>
</data>"#;

fn compile_text(text: &str) -> (Option<Layout>, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("test.xml", text);
    let mut faults = Faults::new();
    let layout = compile(&mut sources, file, &mut MemoryLibrary::default(), &mut faults);
    let show = |d: &Diagnostic| {
        let at = sources.line_column(d.span.unwrap());
        let level = if d.severity == Severity::Warning { "warning" } else { "error" };
        format!("{level} {} {}:{} {} [{}]", d.code.id, at.line, at.column, d.message, d.fix.as_deref().unwrap_or("-"))
    };
    (layout, faults.into_sorted().iter().map(show).collect())
}

fn wrap(place: Place, example: &str) -> String {
    let layout = |inside: &str| format!(r#"<layout xmlns="urn:pressrun:layout:1" name="test" lang="en">{inside}</layout>"#);
    match place {
        Place::File => example.to_string(),
        Place::Layout => {
            let mut parts = example.to_string();
            for (name, text) in [("data", DATA), ("page", r#"<page name="any" size="A4" margin="20mm"/>"#), ("body", "<body><p>x</p></body>")] {
                if !["<{} ", "<{}>"].iter().any(|tag| example.contains(&tag.replace("{}", name))) {
                    parts.push_str(text);
                }
            }
            layout(&parts)
        }
        Place::Body => layout(&format!(r#"{DATA}<page name="any" size="A4" margin="20mm"/><body>{example}</body>"#)),
    }
}

#[track_caller]
fn body(text: &str) -> Layout {
    let (layout, faults) = compile_text(&wrap(Place::Body, text));
    assert_eq!(faults, Vec::<String>::new(), "{text}");
    layout.unwrap()
}

#[test]
fn every_example_of_the_manual_compiles() {
    for element in ELEMENTS {
        let (layout, faults) = compile_text(&wrap(element.place, element.example));
        assert_eq!(faults, Vec::<String>::new(), "<{}>: {}", element.name, element.example);
        assert!(layout.is_some());
        assert!(element.example.contains(&format!("<{}", element.name)), "the example of <{}> does not show it", element.name);
    }
}

#[test]
fn the_shipped_layouts_compile() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("layouts");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = Sources::default();
        let file = sources.add(path.display().to_string(), text);
        let mut faults = Faults::new();
        let size = crate::base::length::Length::from_points;
        let mut library = MemoryLibrary {
            families: vec!["Liberation Sans".into(), "IBM Plex Sans".into(), "Text".into(), "Serif".into()],
            images: vec![("statements/northwind.png".into(), size(150), size(40))],
            tables: tables_beside(&path),
            bases: vec![("statement.xml".into(), include_str!("../../layouts/statement.xml").into())],
        };
        let layout = compile(&mut sources, file, &mut library, &mut faults);
        let faults: Vec<String> = faults.into_sorted().iter().map(|d| format!("{} {:?} {}", d.code.id, d.span, d.message)).collect();
        assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
        assert!(layout.is_some());
    }
    assert!(count > 0);
}

/// The tables in the folder that is named like a layout.
fn tables_beside(layout: &std::path::Path) -> std::sync::Arc<[(String, std::sync::Arc<crate::kit::expr::CodeTable>)]> {
    let Ok(files) = std::fs::read_dir(layout.with_extension("")) else { return std::sync::Arc::new([]) };
    files
        .map(|file| file.unwrap().path())
        .map(|path| {
            let table = crate::kit::expr::CodeTable::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), std::sync::Arc::new(table))
        })
        .collect()
}

fn texts(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(_, text) => text.clone(),
            Inline::Value(..) => "{}".into(),
            Inline::Break => "/".into(),
            Inline::Tab(_) => ">".into(),
            Inline::Symbol(_) => "*".into(),
            Inline::Link(_) | Inline::LinkEnd | Inline::Anchor(_) => String::new(),
            Inline::Note(note) => format!("^{}", texts(&note.inlines)),
            Inline::Choose(branches) => format!("[{}]", branches.iter().map(|(_, b)| texts(b)).collect::<Vec<_>>().join("|")),
            Inline::For { body, .. } => format!("({})", texts(body)),
        })
        .collect()
}

#[track_caller]
fn check_spaces(text: &str, expected: &str) {
    let layout = body(text);
    let NodeKind::Paragraph(paragraph) = &layout.body[0].kind else { panic!("{text}") };
    assert_eq!(texts(&paragraph.inlines), expected, "{text}");
}

#[test]
fn white_space_collapses_across_pieces() {
    check_spaces("<p>\n  a\n  <b> b </b> c  </p>", "a b c");
    check_spaces("<p>a <br/> b</p>", "a/b");
    check_spaces("<p>a <tab/> b <symbol src=\"logo.png\" alt=\"\"/> c</p>", "a>b * c");
    check_spaces("<p>{account} <i>{account}</i></p>", "{} {}");
    check_spaces("<p>a <if test=\"closing lt 0\"> b </if> c</p>", "a [b ]c");
    check_spaces("<p>a<if test=\"closing lt 0\"> b</if> c</p>", "a[ b] c");
    check_spaces("<p>a <for each=\"t in transactions\"> {t.text}, </for> z</p>", "a ({}, )z");
    check_spaces("<p>a<for each=\"t in transactions\"> {t.text} </for>z</p>", "a ({} )z");
    check_spaces("<p>{{a}} &amp; &#160; b<![CDATA[ <c>]]></p>", "{a} & \u{a0} b <c>");
}

#[test]
fn text_properties_pass_on_and_box_properties_do_not() {
    let text = r##"<box font-size="12pt" color="#f00" padding="5pt" line-height="1.5"><p>a<span font-size="8pt">b</span></p></box>"##;
    let layout = body(text);
    let NodeKind::Box(outer) = &layout.body[0].kind else { panic!() };
    assert_eq!(outer.style.padding.left.millipoints(), 5_000);
    let NodeKind::Paragraph(paragraph) = &outer.children[0].kind else { panic!("padding was passed on") };
    let styles: Vec<(i64, i64, u8)> = paragraph
        .inlines
        .iter()
        .map(|inline| {
            let Inline::Text(style, _) = inline else { panic!() };
            let style = layout.text_style(*style);
            (style.size.millipoints(), style.line_height.millipoints(), style.color.r)
        })
        .collect();
    assert_eq!(styles, [(12_000, 18_000, 255), (8_000, 12_000, 255)]);
}

#[test]
fn a_style_named_like_an_element_is_its_default() {
    let text = wrap(
        Place::Layout,
        r#"<style name="h1" extends="base" font-weight="bold"/> <style name="base" font-size="14pt" font-weight="normal"/>
           <style name="p" font-size="9pt"/> <body><h1>a</h1><h1 style="base" font-size="20pt">b</h1><p>c</p></body>"#,
    );
    let (layout, faults) = compile_text(&text);
    assert_eq!(faults, Vec::<String>::new());
    let layout = layout.unwrap();
    let seen: Vec<(i64, u16)> = layout
        .body
        .iter()
        .map(|node| {
            let NodeKind::Paragraph(paragraph) = &node.kind else { panic!() };
            let style = layout.text_style(paragraph.style.text);
            (style.size.millipoints(), style.stack.0)
        })
        .collect();
    assert_eq!(seen, [(14_000, 2), (20_000, 0), (9_000, 0)]);
    assert_eq!(layout.body[0].flow.after, Break::Avoid);
}

#[test]
fn what_records_change_is_not_static() {
    let layout = body(
        "<p>a <b>b</b></p> <p>{account}</p> <box><p>a</p></box> <box><p>{account}</p></box> <if test=\"closing lt 0\"><p>a</p></if> \
         <table><tr><td>a</td></tr></table> <table rows=\"t in transactions\"><tr><td>a</td></tr></table> <ul><li>a</li></ul> \
         <barcode type=\"qr\" value=\"a\"/> <barcode type=\"qr\" value=\"{account}\"/>",
    );
    let seen: Vec<bool> = layout.body.iter().map(|node| node.is_static).collect();
    assert_eq!(seen, [true, false, true, false, false, true, false, true, true, false]);
}

#[test]
fn masters_come_in_the_order_they_are_tried() {
    let text = wrap(
        Place::Layout,
        r#"<page name="rest" margin="10mm"><region name="foot" bottom="5mm"><p>{page}</p></region><region name="head" top="2mm"/></page>
           <page name="first" extends="rest" without="foot" margin="30mm 10mm"/><page name="last" extends="first"/>"#,
    );
    let (layout, faults) = compile_text(&text);
    assert_eq!(faults, Vec::<String>::new());
    let layout = layout.unwrap();
    let seen: Vec<(&str, usize)> = layout.masters.iter().map(|master| (master.name.as_str(), master.regions.len())).collect();
    assert_eq!(seen, [("last", 1), ("first", 1), ("rest", 2)]);
    assert_eq!((layout.master(1, true), layout.master(2, false), layout.master(2, true)), (1, 2, 0));
    let foot = layout.masters[2].regions[0].place.unwrap();
    assert_eq!((foot.left, foot.width), (Some(layout.masters[2].margin.left), Some(layout.masters[2].body_width())));
}

#[test]
fn tables_know_their_columns_and_sums() {
    let layout = body(
        r##"<table rows="t in transactions" columns="20mm 1fr 1fr" cell-padding="2pt" row-border="1pt solid">
          <thead><tr><th rowspan="2">a</th><th colspan="2">b</th></tr><tr><th>c</th><th padding="0">d</th></tr></thead>
          <tr test="t.amount gt 0"><td>{t.text}</td><td>{running(t.amount)}</td><td align="decimal">{t.amount}</td></tr>
          <carry direction="both"><td colspan="3">{running(t.amount)}</td></carry>
          <tfoot><tr><td colspan="3">{running(t.amount) | money}</td></tr></tfoot></table>"##,
    );
    let NodeKind::Table(table) = &layout.body[0].kind else { panic!() };
    let cells: Vec<(usize, usize, usize)> =
        table.head.iter().flat_map(|row| &row.cells).map(|cell| (cell.column, cell.colspan, cell.rowspan)).collect();
    assert_eq!(cells, [(0, 1, 2), (1, 2, 1), (1, 1, 1), (2, 1, 1)]);
    assert_eq!(table.head[1].cells[1].style.padding, Edges::default());
    assert_eq!(table.head[1].cells[0].style.padding.left.millipoints(), 2_000);
    assert!(table.groups[0].test.is_some() && table.groups[0].repeat.is_some() && table.groups[0].rows().all(|row| row.test.is_none()));
    assert_eq!((table.carry_down.len(), table.carry_up.len(), table.foot.len()), (1, 1, 1));
    assert!(!table.running.is_empty());
    assert!(table.groups[0].rows().next().unwrap().borders.bottom.is_some());
    let NodeKind::Paragraph(paragraph) = &table.groups[0].rows().next().unwrap().cells[2].body[0].kind else { panic!() };
    assert_eq!(paragraph.style.align, Align::Decimal);
}

#[test]
fn a_payload_is_one_expression() {
    let layout = body(r#"<barcode type="qr" value="it's {account}{{}} {closing} &quot;{count(transactions)}"/><barcode type="qr" value="it's"/>"#);
    let NodeKind::Barcode(barcode) = &layout.body[0].kind else { panic!() };
    assert_eq!(*barcode.value.kind(), crate::kit::expr::Type::Text);
    let NodeKind::Barcode(barcode) = &layout.body[1].kind else { panic!() };
    assert!(barcode.value.is_constant());
}

#[test]
fn the_border_of_a_table_is_a_box_around_it() {
    let layout = body(r#"<table border="1pt solid" width="50%" margin-top="3pt"><tr><td>a</td></tr></table>"#);
    let NodeKind::Box(frame) = &layout.body[0].kind else { panic!() };
    assert_eq!((frame.style.width, layout.body[0].flow.margin.top.millipoints()), (Some(Track::Percent(50_000)), 3_000));
    let NodeKind::Table(table) = &frame.children[0].kind else { panic!() };
    assert_eq!((table.width, table.borders), (None, Borders::default()));
}

#[test]
fn conditional_cells_make_rows_for_each_case() {
    let layout = body(
        r#"<table columns="1fr 1fr"><tr><td>a</td><choose><when test="closing lt 0"><td>b</td></when><otherwise><td>c</td></otherwise></choose></tr>
           <choose><when test="closing eq 0"><tr><td colspan="2">d</td></tr></when><otherwise><tr><td colspan="2">e</td></tr></otherwise></choose>
           </table>"#,
    )
    .body;
    let NodeKind::Table(table) = &layout[0].kind else { panic!() };
    assert_eq!(table.groups[0].rows().count(), 4);
    assert!(table.groups[0].rows().all(|row| row.test.is_some()));
}

/// Layouts of customers are not trusted: whatever is wrong with one is told, and nothing panics.
#[test]
fn damaged_layouts_are_refused_without_a_panic() {
    let mut seed = 0x5eed_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let sources: Vec<String> = ELEMENTS.iter().map(|element| wrap(element.place, element.example)).collect();
    let parts = [
        "<",
        ">",
        "/",
        "\"",
        "=",
        "{",
        "}",
        "'",
        "&",
        ";",
        "0",
        "-1",
        "99999999999999999999",
        "9999999in",
        "1fr",
        "0fr",
        "100%",
        "é",
        "\u{0}",
        "<if test=\"",
        "<tr>",
        "</td>",
        "colspan=\"100\" ",
        "rowspan=\"100\" ",
        " in ",
        ".",
        "running(",
        "<br/>",
        "<td>",
        "name",
        "t",
    ];
    for round in 0..3_000 {
        let mut text = sources[round % sources.len()].clone();
        for _ in 0..1 + next(4) {
            let characters: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let (start, length) = (next(characters.len()), next(12));
            let end = characters.get(start + length).copied().unwrap_or(text.len());
            let start = characters[start];
            match next(3) {
                0 => text.replace_range(start..end, ""),
                1 => text.insert_str(start, parts[next(parts.len())]),
                _ => text.replace_range(start..end, parts[next(parts.len())]),
            }
        }
        let (layout, faults) = compile_text(&text);
        assert_eq!(layout.is_none(), faults.iter().any(|fault| fault.starts_with("error")), "{text}\n{faults:?}");
    }
}
