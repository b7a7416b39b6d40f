//! The elements of charts.

use super::elements::{ALIGN, BOTTOM, LEFT, ONLY, RIGHT, TEXT_FLOW, TOP, WIDTH, needs, takes};
use super::{Content, ElementSpec, Kind, Place};

pub(super) const CHART: ElementSpec = ElementSpec {
    name: "chart",
    doc: "A picture of the values of a list, drawn as vectors in the font of the text around. Labels that would collide are left out in turn or cut short with an ellipsis; a line of very many values is thinned to what paper can show. More than 400 bars or 24 slices, a negative slice, and amounts of two currencies hold the record.",
    content: Content::Elements(&["series"], &[]),
    attributes: &[
        needs("type", Kind::Keyword(&["bar", "stacked-bar", "line", "pie", "donut"]), "The kind of chart."),
        needs("rows", Kind::Repeat, "The name of the row and the list."),
        needs("label", Kind::Template, "The text of a row: below its bars, or in the legend of a pie."),
        needs(
            "alt",
            Kind::Template,
            "What it shows, for readers who cannot see it: text with `{expressions}`, such as what is most and what is least.",
        ),
        takes("height", Kind::Length, "160pt", "Its height, texts included."),
        takes(
            "palette",
            Kind::Colors,
            "eight calm colours",
            "The colours of the series, or of the slices of a pie; used again, lighter, if they are too few.",
        ),
        takes(
            "legend",
            Kind::Keyword(&["none", "top", "bottom", "right"]),
            "`right` for a pie, `top` for several series",
            "Where the legend stands.",
        ),
        takes("grid", Kind::Border, "0.5pt solid #e1e5ea", "The lines of the ticks, or `none`."),
        takes(
            "values",
            Kind::Keyword(&["none", "amount", "percent"]),
            "`percent` for a pie, or else `none`",
            "Whether values are printed: above bars and points if all have room, in the legend of a pie. `stacked-bar` prints sums.",
        ),
        takes("format", Kind::Template, "as the locale writes numbers", "How `{value}` is printed, at the axis and above the marks."),
        ALIGN,
        WIDTH,
        LEFT,
        TOP,
        RIGHT,
        BOTTOM,
        ONLY,
    ],
    properties: TEXT_FLOW,
    example: r#"<chart type="bar" rows="t in transactions" label="{t.date | date 'd MMM'}" format="{value | money}" alt="Amounts by day" height="45mm" font-size="8pt">
  <series value="t.amount"/>
</chart>"#,
    place: Place::Body,
};

pub(super) const SERIES: ElementSpec = ElementSpec {
    name: "series",
    doc: "What a chart shows of each row. A pie has one.",
    content: Content::Empty,
    attributes: &[
        needs("value", Kind::Number, "The value of a row. Where it is absent, a line has a gap."),
        takes("name", Kind::Template, "", "Its name in the legend; several series need one each."),
        takes("color", Kind::Color, "the next of the palette", "Its colour."),
    ],
    properties: &[],
    example: r##"<chart type="line" rows="t in transactions" label="{t.text}" alt="Amounts"> <series value="t.amount" name="Amount" color="#2f5d8a"/> </chart>"##,
    place: Place::Body,
};
