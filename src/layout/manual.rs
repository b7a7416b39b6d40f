//! docs/layout.md, printed from the tables that the compiler uses.
//!
//! Takes the tables of elements, properties, functions, filters, units and symbologies, gives Markdown. Must never say
//! anything of a single element that is not in its table.

use std::fmt::Write;

use super::schema::{ELEMENTS, ElementSpec, PROPERTIES, PropertyGroup};
use super::value::{COLORS, PAGE_SIZES};
use crate::base::length::UNITS;
use crate::kit::barcode::SYMBOLOGIES;
use crate::kit::expr::{FILTERS, FUNCTIONS, Type};

/// The reference of the layout language, as Markdown.
pub fn manual() -> String {
    let mut out = String::from(INTRODUCTION);
    write_values(&mut out);
    write_expressions(&mut out);
    write_properties(&mut out);
    write_elements(&mut out);
    write_symbologies(&mut out);
    out
}

const INTRODUCTION: &str = "\
<!-- Printed from the tables of the compiler; `cargo test` fails if it differs. Change the tables, not this file. -->
# The layout language

A layout says what a document looks like: the data it needs, named styles, page masters with regions at fixed places, and a
body that flows from page to page. Element names are those of HTML where HTML has one, attributes are the property names of
CSS. Everything is checked before the first record: names, types, styles, fonts, images, widths.

```xml
<layout xmlns=\"urn:pressrun:layout:1\" name=\"letter\" lang=\"en-US\">
  <data> <field name=\"name\" type=\"text\"/> <field name=\"due\" type=\"money\"/> </data>
  <style name=\"body\" font-size=\"10pt\" line-height=\"14pt\"/>
  <page name=\"any\" size=\"Letter\" margin=\"25mm\"/>
  <body> <p>Dear {name}, please pay {due | money}.</p> </body>
</layout>
```

## Rules that hold everywhere

- **Styles.** An element has at most one style: the one `style=` names, else the style that is named like the element
  (`<style name=\"h1\" …/>` is the default style of every `<h1>`). A style `extends` another and starts from its properties. Properties
  written on the element itself count more than its style; `margin-top` counts more than `margin`, wherever it stands.
- **What passes on.** The properties of the groups *text* and *paragraph* pass from an element to what is inside it, until
  something there sets them. All other properties (margins, padding, borders, background, sizes) never do. A style that is used
  inside another element changes what it sets and leaves the rest as it is around it.
- **White space.** Line ends, tabs and runs of spaces in texts are one space; at the edges of a paragraph and around `<br/>` there is
  none. No-break and thin spaces stay as they are.
- **Expressions** stand in texts and some attributes in braces: `{customer.name}`. A literal brace is written `{{` or `}}`. Attributes
  that are an expression anyway (`test`, `rows`, `each`) have no braces.
- **Margins** of neighbouring blocks collapse vertically to the larger. Borders are centred on the edge and take no space.
- **Padding, borders and background** may be given to any block; it then stands in a box of its own.
- **Placed blocks.** A child of a `<box>` or `<region>` with `left`, `top`, `right` or `bottom` is placed from the padding edge and leaves the flow.
- **Fixed parts** (no expression in them) are composed once per job and cost nothing per page.
";

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn write_values(out: &mut String) {
    out.push_str("\n## Values\n\n");
    let units = UNITS.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let sizes = PAGE_SIZES.iter().map(|(name, width, height)| format!("`{name}` ({width} × {height})")).collect::<Vec<_>>().join(", ");
    let colors = COLORS.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let types = Type::SCALARS.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let lines = [
        format!(
            "**Length**: a number and a unit without a space, `12pt`, `4.5mm`. Units: {units}; 1 in = 72 pt = 25.4 mm, 1 pc = 12 pt, 1 px = 0.75 pt. \
             Only `0` needs no unit."
        ),
        "**Percentage**: `50%` of the width of what is around.".to_string(),
        "**Share**: `1fr`, a part of what fixed and percentage columns leave.".to_string(),
        "**1–4 lengths**, as in CSS: all · vertical, horizontal · top, horizontal, bottom · top, right, bottom, left.".to_string(),
        format!("**Colour**: `#rgb`, `#rrggbb` or {colors}."),
        "**Border**: a width, `solid`, `dashed` or `dotted`, and a colour, such as `0.5pt solid #888`; or `none`.".to_string(),
        format!("**Page size**: {sizes}, or width and height; `landscape` may follow."),
        format!("**Type** of a field: {types}. Rows are declared with `<list>`."),
        "**Name**: a letter, then letters, digits, `-` and `_`. Names of fields and rows have no `-`; dots group fields.".to_string(),
        "**`name in list`**: the rows of a list, each under the name inside the element.".to_string(),
    ];
    for line in lines {
        let _ = writeln!(out, "- {line}");
    }
}

fn write_expressions(out: &mut String) {
    out.push_str(
        "\n## Expressions\n\nPaths (`customer.name`), numbers, `'texts'`, `+ - * / %`, `~` between texts, comparisons `eq ne lt le gt ge` (or `= != < <= > >=` \
         outside attributes), `and`, `or`, `not`, `condition ? a : b`, functions, and filters after `|`. Every expression has a type that is known before the \
         first record. Always visible are `job.date`, `job.name`, `record.number`, `record.language`, the language of the record's texts (or its locale), and \
         `record.address`, the address as `[mail]` settles it, line by line: `<address> <line>{record.address}</line> </address>` (nothing in a job without mail); in \
         regions also `page` and `pages`.\n\n\
         - **Numbers** are exact decimals of up to 28 digits. `+`, `-` and `*` keep every digit; `/` of two whole numbers may have a fraction, and a quotient \
         without an end has 28 digits. Nothing is rounded before it is printed or `round` is called, and then halves go away from zero. `%` takes whole \
         numbers; its result is never negative.\n\
         - **Money** has the currency of its field. Two currencies never meet in one calculation; money times or over a number is money, money over money a number.\n\
         - **Dates**: a date plus or minus whole days is a date, a date minus a date the days between.\n\
         - **Without a filter** a number is printed with the digits it has, ungrouped, money as by `money`, a date as `2026-09-01`, a boolean as `yes` or \
         `no`; decimal sign and minus are those of the record's locale.\n\
         - **Absent values** (of `optional` fields): what is calculated from one is absent too, an absent value prints nothing, a test of one does not hold. \
         `note ?? 'none'` gives a value in place of an absent one, `note eq null` and `exists(note)` tell.\n\
         - **Texts** are compared and sorted by the numbers of their characters, capitals before small letters.\n\
         - **A calculation that has no result** (division by zero, more than 28 digits, a text that is no number) holds the record.\n\n\
         ### Functions\n\n| Function | Gives | Example |\n|---|---|---|\n",
    );
    for function in FUNCTIONS {
        let (example, result) = function.example;
        let _ = writeln!(out, "| `{}` | {} | `{}` → {} |", cell(function.signature), cell(function.doc), cell(example), cell(result));
    }
    out.push_str("\n### Filters\n\n| Filter | Gives | Example |\n|---|---|---|\n");
    for filter in FILTERS {
        let (example, result) = filter.example;
        let _ = writeln!(out, "| `{}` | {} | `{}` → {} |", cell(filter.signature), cell(filter.doc), cell(example), cell(result));
    }
}

fn write_properties(out: &mut String) {
    out.push_str("\n## Properties\n\nA `<style>` takes all of them; elements take the groups that their entry names.\n");
    for group in PropertyGroup::ALL {
        let passes = if group.is_inherited() { ", passes on" } else { "" };
        let _ = writeln!(out, "\n### Group {}{passes}\n\n| Property | Value | Default | |\n|---|---|---|---|", group.name());
        for property in PROPERTIES.iter().filter(|property| property.group == *group) {
            let _ = writeln!(out, "| `{}` | {} | {} | {} |", property.name, cell(&property.kind.name()), cell(property.default), cell(property.doc));
        }
    }
}

fn write_elements(out: &mut String) {
    out.push_str("\n## Elements\n\n");
    let names = ELEMENTS.iter().map(|element| format!("[`{0}`](#{0})", element.name)).collect::<Vec<_>>().join(" · ");
    let _ = writeln!(out, "{names}");
    for element in ELEMENTS {
        write_element(out, element);
    }
}

fn write_element(out: &mut String, element: &ElementSpec) {
    let _ = writeln!(out, "\n### {}\n\n{}\n\nHolds: {}.", element.name, element.doc, element.content.description());
    let parents: Vec<String> =
        ELEMENTS.iter().filter(|other| other.content.names().contains(&element.name)).map(|other| format!("`{}`", other.name)).collect();
    if !parents.is_empty() && parents.len() <= 6 {
        let _ = writeln!(out, "Stands in: {}.", parents.join(", "));
    }
    if !element.attributes.is_empty() {
        out.push_str("\n| Attribute | Value | Default | |\n|---|---|---|---|\n");
        for attribute in element.attributes {
            let default = match attribute.default {
                None => "**required**",
                Some("") => "–",
                Some(default) => default,
            };
            let _ = writeln!(out, "| `{}` | {} | {} | {} |", attribute.name, cell(&attribute.kind.name()), cell(default), cell(attribute.doc));
        }
    }
    if !element.properties.is_empty() {
        let groups = element.properties.iter().map(|group| group.name()).collect::<Vec<_>>().join(", ");
        let style = if element.is_styled() { "`style`, and the properties" } else { "All properties" };
        let _ = writeln!(out, "\n{style} of: {groups}.");
    }
    let _ = writeln!(out, "\n```xml\n{}\n```", element.example);
}

fn write_symbologies(out: &mut String) {
    out.push_str("\n## Barcodes\n");
    for symbology in SYMBOLOGIES {
        let _ = writeln!(out, "\n### {}\n\n{}\n\nExample payload: `{}`", symbology.name(), symbology.doc(), symbology.example());
        if !symbology.options().is_empty() {
            out.push_str("\n| Option | Values | |\n|---|---|---|\n");
        }
        for option in symbology.options() {
            let _ = writeln!(out, "| `{}` | {} | {} |", option.name, cell(option.values), cell(option.doc));
        }
    }
}
