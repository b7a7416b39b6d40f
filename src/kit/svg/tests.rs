use std::sync::Arc;

use super::*;

/// One family, `Sans`, upright and regular.
struct OneFace;

impl Faces for OneFace {
    fn families(&self) -> Vec<String> {
        vec!["Sans".into()]
    }

    fn face(&mut self, _: &str, bold: bool, _: bool) -> Result<Arc<[u8]>, String> {
        if bold {
            return Err("the font family `Sans` has no bold face".into());
        }
        Ok(include_bytes!("../../../fonts/liberation-sans/LiberationSans-Regular.ttf").as_slice().into())
    }

    fn fallback(&mut self, _: char, _: bool, _: bool) -> Option<Arc<[u8]>> {
        None
    }
}

fn whole(inside: &str) -> String {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20" width="40" height="20">{inside}</svg>"##
    )
}

fn drawn(inside: &str) -> Drawing {
    read(&whole(inside), 7, &mut OneFace).unwrap()
}

fn content(inside: &str) -> String {
    String::from_utf8(drawn(inside).parts.pop().unwrap().content).unwrap()
}

/// The text that is marked, and the message.
fn faults(text: &str) -> Vec<(String, String)> {
    let found = read(text, 0, &mut OneFace).unwrap_err();
    found.into_iter().map(|fault| (text[fault.range].to_string(), fault.message)).collect()
}

fn fault(inside: &str) -> (String, String) {
    faults(&whole(inside)).remove(0)
}

fn check_fault(inside: &str, at: &str, message: &str) {
    assert_eq!(fault(inside), (at.to_string(), message.to_string()), "{inside}");
}

#[test]
fn shapes_become_paths() {
    let drawing = drawn(r##"<rect x="1" y="2" width="3" height="4" fill="#ff0000"/>"##);
    assert_eq!((drawing.width, drawing.height), (Length::from_points(30), Length::from_points(15)));
    assert_eq!(drawing.pieces, [Piece::Part(0)]);
    let red = content(r##"<rect x="1" y="2" width="3" height="4" fill="#ff0000"/>"##);
    assert_eq!(red, ".75 0 0 -.75 0 0 cm 0 J 0 j []0 d\nq 1 0 0 rg 1 2 m 4 2 l 4 6 l 1 6 l h f Q\n");
    let line = content(r##"<line x1="0" y1="0" x2="9" y2="9" stroke="#000" stroke-width="2" stroke-dasharray="1 2"/>"##);
    assert!(line.contains("0 0 0 RG 2 w 4 M [1 2]0 d 0 0 m 9 9 l S"), "{line}");
    assert!(content(r##"<g transform="translate(5 6)"><path d="M0 0h1v1z"/></g>"##).contains("1 0 0 1 5 6 cm"));
    assert!(content(r##"<path d="M0 0Q3 3 6 0"/>"##).contains("2 2 4 2 6 0 c"));
    assert!(content(r##"<path fill-rule="evenodd" d="M0 0h9v9z"/>"##).contains("f* Q"));
    assert!(content(r##"<svg/>"##).ends_with("d\n"));
}

#[test]
fn what_has_no_area_is_not_filled() {
    let stroked = content(r##"<path d="M1 1h9M1 5l4 4 2 2" stroke="red"/>"##);
    assert!(stroked.contains("1 0 0 RG") && !stroked.contains("rg"), "{stroked}");
    let both = content(r##"<path d="M1 1h9M1 5h4v4"/>"##);
    assert!(both.ends_with("q 0 0 0 rg 1 5 m 5 5 l 5 9 l f Q\n"), "{both}");
}

#[test]
fn gradients_are_patterns() {
    let inside = r##"<linearGradient id="a"><stop offset=".25" stop-color="#fff"/><stop offset="1"/></linearGradient><rect width="9" height="9" fill="url(#a)"/>"##;
    let part = drawn(inside).parts.pop().unwrap();
    assert!(String::from_utf8_lossy(&part.content).contains("/Pattern cs/P0 scn 0 0 m"));
    let pattern = String::from_utf8(part.patterns[0].clone()).unwrap();
    // From the start to the first stop the colour stays.
    let functions =
        "/Functions[<</FunctionType 2/Domain[0 1]/N 1/C0[1 1 1]/C1[1 1 1]>><</FunctionType 2/Domain[0 1]/N 1/C0[1 1 1]/C1[0 0 0]>>]/Bounds[.25]";
    assert!(pattern.contains(functions), "{pattern}");
    assert!(
        pattern.starts_with("<</PatternType 2/Matrix[6.75 0 0 -6.75 0 0]/Shading<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 1 0]"),
        "{pattern}"
    );
}

#[test]
fn transparent_gradients_have_a_mask() {
    let inside = r##"<radialGradient id="a"><stop/><stop offset="1" stop-opacity="0"/></radialGradient><rect width="9" height="9" fill="url(#a)"/>"##;
    let drawing = drawn(inside);
    assert_eq!(drawing.parts.len(), 2);
    assert_eq!(drawing.parts[0].group, Some(GroupColor::Gray));
    assert!(String::from_utf8_lossy(&drawing.parts[0].content).contains("0 0 40 20 re f"));
    assert_eq!(drawing.parts[1].masks, [0]);
    assert!(String::from_utf8_lossy(&drawing.parts[1].content).contains("q /M7 gs /Pattern cs/P0 scn"));
}

#[test]
fn what_is_transparent_together_is_a_group() {
    let drawing = drawn(r##"<g opacity=".5"><rect width="9" height="9"/><rect x="5" width="9" height="9"/></g>"##);
    assert_eq!(drawing.parts.len(), 2);
    assert_eq!(drawing.parts[0].group, Some(GroupColor::Rgb));
    assert!(String::from_utf8_lossy(&drawing.parts[1].content).contains("q /O500 gs /X7 Do Q"));
    assert_eq!(drawing.parts[1].opacities, [500]);
}

#[test]
fn clips_of_several_shapes_are_masks() {
    let one = content(r##"<clipPath id="c"><circle r="3"/></clipPath><rect width="9" height="9" clip-path="url(#c)"/>"##);
    assert!(one.contains("h W n q 0 0 0 rg"), "{one}");
    let two = drawn(r##"<clipPath id="c"><circle r="3"/><circle cx="2" r="3"/></clipPath><rect width="9" height="9" clip-path="url(#c)"/>"##);
    assert_eq!(two.parts.len(), 3);
    assert!(String::from_utf8_lossy(&two.parts[2].content).contains("q /M7 gs /X8 Do Q"));
}

#[test]
fn texts_are_outlines_of_the_faces_of_the_job() {
    let text = content(r##"<text x="2" y="10" font-family="Sans" font-size="8">AB</text>"##);
    assert!(text.matches(" c ").count() > 4 && text.matches("f Q").count() >= 1, "{text}");
    assert_eq!(text, content(r##"<text x="2" y="10" font-size="8">AB</text>"##));
    check_fault("<text font-family=\"Inter, sans-serif\">A</text>", "Inter", "`Inter, sans-serif` names no font family of the job");
    check_fault("<text font-weight=\"700\">A</text>", "text", "the font family `Sans` has no bold face");
    check_fault("<text>A☃</text>", "text", "no font has a glyph for `☃` (U+2603)");
}

#[test]
fn what_is_not_drawn_is_named() {
    check_fault("\n<script>x</script>", "script", "`<script>` is not drawn");
    check_fault("<image href='data:image/png;base64,AA'/>", "image", "`<image>` is not drawn");
    check_fault("<use href='http://a/b.svg#c'/>", "http://a/b.svg#c", "`http://a/b.svg#c` is outside the file");
    check_fault("<use xlink:href='b.svg#c'/>", "b.svg#c", "`b.svg#c` is outside the file");
    check_fault("<rect style='fill:url(a.svg#x)' width='1' height='1'/>", "fill:url(a.svg#x)", "`a.svg#x` is outside the file");
    check_fault("<style>rect{fill:url(file:///etc/passwd)}</style>", "fill:url(file:///etc/passwd)", "`file:///etc/passwd` is outside the file");
    check_fault("<style>@import url(a.css);</style>", "@import", "`@import` is not understood in a style sheet");
    check_fault("<rect onclick='x()' width='1' height='1'/>", "onclick", "`onclick` is a script");
    check_fault("<defs><filter id='f'/></defs>", "filter", "`<filter>` is not drawn");
    check_fault("<foreignObject/>", "foreignObject", "`<foreignObject>` is not drawn");
    check_fault("<rect><animate/></rect>", "animate", "`<animate>` is not drawn");
    check_fault("<style>.a { mix-blend-mode: multiply }</style>", "mix-blend-mode: multiply", "`mix-blend-mode: multiply` is not drawn");
    check_fault("<style>/* a: b */ .a { fill: var(--c) }</style>", "fill: var(--c)", "`var(…)` is not understood");
    check_fault("<linearGradient id='g' spreadMethod='reflect'/>", "reflect", "a gradient that goes on with `reflect` is not drawn");
    check_fault("<rect clip-path='circle(5px)' width='1' height='1'/>", "circle(5px)", "a clip by a function is not drawn");
    check_fault("<rect fill='url(#no)' width='1' height='1'/>", "url(#no)", "there is no `#no` in the file");
    check_fault("<rect width='ten' height='1'/>", "ten", "`ten` is no length");
    check_fault("<rect fill='#12' width='1' height='1'/>", "#12", "`#12` is no paint");
    assert!(fault("<path d='M0 0L1 x'/>").1.starts_with("the path has a mistake after 1 segments"));
}

#[test]
fn numbers_beyond_any_picture_are_refused() {
    let large = |inside: &str| fault(inside).1;
    assert_eq!(large("<path d='M0 0a18 1e39 0 0 1 36 0z'/>"), "`1e39` is larger than any picture");
    assert_eq!(large("<text font-size='1e30'>{a}</text>"), "`1e30` is larger than any picture");
    assert_eq!(large("<style>text{font-size:99999999px}</style>"), "`99999999` is larger than any picture");
    // What only looks like a number.
    let named = "<linearGradient id='g99999999'><stop stop-color='#123456'/><stop offset='1'/></linearGradient><path d='M0 0h9v1000000z' fill='url(#g99999999)'/>";
    assert_eq!(drawn(named).pieces.len(), 1);
    let stretched = drawn("<g transform='scale(900000)'><text transform='scale(900000)' font-size='900000'>{a}</text></g>");
    let Piece::Text(text) = &stretched.pieces[0] else { panic!("a text") };
    let placing = text.placing((stretched.width, stretched.height), (stretched.width, stretched.height)).unwrap();
    assert_eq!(text.runs[0].size(&placing), Length::from_points(100_000));
}

#[test]
fn all_faults_are_told_in_order() {
    let found = faults(&whole("<script/><image/><rect width='x' height='y'/>"));
    assert_eq!(found.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), ["script", "image", "x", "y"]);
}

#[test]
fn hostile_files_are_refused() {
    let bomb = r#"<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>"#;
    assert_eq!(faults(bomb), [("<!ENTITY".to_string(), "the file declares entities".to_string())]);
    // A document type that only names what the file is stands in many of them.
    let named = format!("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">{}", whole(""));
    assert!(read(&named, 0, &mut OneFace).is_ok());
    let deep = "<g>".repeat(5_000) + &"</g>".repeat(5_000);
    assert_eq!(fault(&deep).1, "elements are nested more than 64 deep");
    assert!(faults("<svg")[0].1.starts_with("it is not well-formed XML"));
    assert!(faults("<svg xmlns=\"http://www.w3.org/2000/svg\"><g></svg>")[0].1.starts_with("it is not well-formed XML"));
    assert_eq!(faults("<html/>")[0].1, "the root element is `<html>`, not `<svg>`");
    assert_eq!(faults("<svg/>")[0].1, "the root element is `<svg>` without the namespace of SVG");
    assert_eq!(faults("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"2\"/>")[0].0, "svg");
    let large = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><!--{}--></svg>", "x".repeat(limits::SVG_BYTES_MAX));
    assert!(faults(&large)[0].1.contains("an SVG picture has at most"));
}

#[test]
fn references_in_a_circle_and_references_that_multiply_are_refused() {
    check_fault(r##"<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>"##, "#a", "`#a` leads back to itself");
    check_fault(r##"<g id="a"><use href="#a"/></g>"##, "#a", "`#a` leads back to itself");
    check_fault(r##"<clipPath id="c" clip-path="url(#c)"><rect width="1" height="1"/></clipPath>"##, "url(#c)", "`#c` leads back to itself");
    check_fault(r##"<linearGradient id="g" href="#h"/><linearGradient id="h" href="#g"/>"##, "#g", "`#g` leads back to itself");
    let mut many = r##"<g id="n0"><rect width="1" height="1"/></g>"##.to_string();
    for level in 1..30 {
        many += &format!(r##"<g id="n{level}"><use href="#n{0}"/><use href="#n{0}"/></g>"##, level - 1);
    }
    assert_eq!(fault(&many).1, "it draws more than 100000 elements and letters, references counted");
    let mut chain = r##"<g id="n0"><rect width="1" height="1"/></g>"##.to_string();
    for level in 1..5_000 {
        chain += &format!(r##"<g id="n{level}"><use href="#n{}"/></g>"##, level - 1);
    }
    assert_eq!(fault(&chain).1, "references lead more than 64 elements deep");
}

#[test]
fn texts_with_braces_divide_the_picture() {
    let inside = r##"<rect width="9" height="9"/><text x="20" y="10" font-size="8" text-anchor="middle" fill="#336699">Hello <tspan fill="red">{name}</tspan></text><circle r="2"/>"##;
    let drawing = drawn(inside);
    assert!(matches!(drawing.pieces.as_slice(), [Piece::Part(0), Piece::Text(_), Piece::Part(1)]), "{:?}", drawing.pieces);
    let Piece::Text(text) = &drawing.pieces[1] else { return };
    assert_eq!(text.anchor, Anchor::Middle);
    assert_eq!(text.runs.iter().map(|run| run.text.as_str()).collect::<Vec<_>>(), ["Hello ", "{name}"]);
    assert_eq!(text.runs[1].color, [255, 0, 0]);
    let file = whole(inside);
    assert_eq!(&file[text.runs[1].places[0].start..text.runs[1].places[5].end], "{name}");
    // Placed twice as large as it is.
    let placing = text.placing((Length::from_points(30), Length::from_points(15)), (Length::from_points(60), Length::from_points(30))).unwrap();
    assert_eq!(placing.matrix, [1_000_000, 0, 0, 1_000_000]);
    assert_eq!(placing.at, (Length::from_points(30), Length::from_points(15)));
    assert_eq!(placing.room, Length::from_points(60));
    assert_eq!(text.runs[0].size(&placing), Length::from_points(12));
}

#[test]
fn merged_texts_may_be_turned_and_have_lines() {
    let inside = r##"<text transform="rotate(90)" font-size="4"><tspan x="5" y="-9" textLength="10">{a}</tspan><tspan x="5" dy="5">{b &lt; 1}</tspan></text>"##;
    let drawing = drawn(inside);
    let texts: Vec<&MergedText> = drawing.pieces.iter().filter_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None }).collect();
    let own = (drawing.width, drawing.height);
    let placings: Vec<Placing> = texts.iter().map(|text| text.placing(own, own).unwrap()).collect();
    assert_eq!(placings[0].matrix, [0, -1_000_000, 1_000_000, 0]);
    assert_eq!(placings[0].at, (Length::from_millipoints(6_750), Length::from_millipoints(3_750)));
    assert_eq!(placings[1].at, (Length::from_millipoints(3_000), Length::from_millipoints(3_750)));
    assert_eq!(placings[0].room, Length::from_millipoints(7_500));
    let file = whole(inside);
    assert_eq!(texts[1].runs[0].text, "{b < 1}");
    assert_eq!(&file[texts[1].runs[0].places[3].clone()], "&lt;");
}

#[test]
fn what_a_merged_text_cannot_be_is_told() {
    let message = |inside: &str| fault(inside).1;
    assert_eq!(message(r##"<g opacity=".5"><text y="9">{a}</text></g>"##), "a text that is merged with data cannot be clipped or transparent");
    assert_eq!(message(r##"<text y="9" fill-opacity=".5">{a}</text>"##), "a text that is merged with data cannot be transparent");
    assert_eq!(message(r##"<text y="9" stroke="red">{a}</text>"##), "a text that is merged with data cannot have an outline of its own");
    assert_eq!(message(r##"<text y="9" rotate="9">{a}</text>"##), "a text that is merged with data cannot have letters that are turned each");
    assert_eq!(
        message(r##"<path id="p" d="M0 9h30"/><text><textPath href="#p">{a}</textPath></text>"##),
        "a text that is merged with data cannot run along a path"
    );
}
