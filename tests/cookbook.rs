//! The cookbook: its recipes hold, and docs/cookbook.md is printed from them.
//!
//! A recipe is `cookbook/NAME.xml`, its record `NAME.json`, perhaps its catalogues in `NAME.texts/`, and its cases in `NAME.tests/NAME.toml`, one of which has `golden = "NAME"`: the
//! pictures of the manual are those that are tested. The comment at the top of the layout has the title in its first line, then what
//! the manual says, and at its end `Group: NAME, NUMBER`: where the recipe stands. So a recipe is added by its files alone.
//!
//! `PRESSRUN_ACCEPT=1 cargo test --test cookbook` writes the manual anew; pictures are accepted by `pressrun test --accept cookbook`.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pressrun::base::diagnostic::Faults;
use pressrun::base::span::Sources;
use pressrun::engine::compose_data;
use pressrun::kit::raster::read_png;
use pressrun::layout;
use pressrun::plan::compile_alone;
use pressrun::tools::cases::{self, CaseFile};
use pressrun::tools::suite;

/// The groups of the manual, in their order.
const GROUPS: &[&str] = &["Letters", "Money", "Tables", "Barcodes", "Pages", "Text", "Languages", "Charts and pictures"];

const INTRODUCTION: &str = "\
<!-- Printed from the files in cookbook/; `cargo test` fails if it differs. Change those, not this file. -->
# The cookbook

Whole layouts to start from, each with a record and with cases for [`pressrun test`](tools.md#layout-tests-pressrun-test). They use the fonts
that are built in and need no job. The pictures are the golden pictures of their cases, so what is shown here is what comes out.

```
pressrun render cookbook/letter.xml cookbook/letter.json --currency EUR > letter.pdf
pressrun test cookbook
```

All firms, people and account numbers are invented. Elements and attributes are in [the manual](layout.md).
";

struct Recipe {
    name: String,
    group: String,
    number: u32,
    title: String,
    /// What the manual says, in paragraphs.
    text: Vec<String>,
    /// The layout as it is, and without its first comment.
    layout: String,
    listing: String,
    record: String,
    /// Its catalogues: file names and texts.
    texts: Vec<(String, String)>,
    cases: CaseFile,
    /// The pictures: file names, widths and heights in pixels.
    pictures: Vec<(String, u32, u32)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cookbook")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("cookbook/{name}: {error}"))
}

/// All recipes, as the manual has them.
fn recipes() -> Vec<Recipe> {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut recipes: Vec<Recipe> = names.filter_map(|name| Some(recipe(name.strip_suffix(".xml")?))).collect();
    let place = |recipe: &Recipe| GROUPS.iter().position(|group| *group == recipe.group);
    recipes.sort_by(|a, b| (place(a), a.number, &a.name).cmp(&(place(b), b.number, &b.name)));
    recipes
}

fn recipe(name: &str) -> Recipe {
    let layout = read(&format!("{name}.xml"));
    let (head, rest) = layout.split_once("<!--").unwrap_or_else(|| panic!("{name}.xml has no comment at its top"));
    let (comment, rest) = rest.split_once("-->\n").unwrap();
    assert!(head.lines().all(|line| line.starts_with("<?xml")), "{name}.xml: the comment does not stand at the top");
    let paragraphs: Vec<String> = comment.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let [title, text @ .., last] = paragraphs.as_slice() else { panic!("{name}.xml: the comment wants a title, a text and a group") };
    let place = last.strip_prefix("Group: ").and_then(|place| place.rsplit_once(", "));
    let (group, number) = place.unwrap_or_else(|| panic!("{name}.xml: the comment does not end with `Group: NAME, NUMBER`"));

    let file = format!("{name}.tests/{name}.toml");
    let text_of_cases = read(&file);
    let (mut sources, mut faults) = (Sources::default(), Faults::new());
    let cases = cases::read(sources.add(&file, text_of_cases.clone()), &text_of_cases, &mut faults);
    assert!(!faults.has_errors(), "{file}: {:?}", faults.into_sorted());
    let picture = |page: usize| {
        let file = format!("{name}.tests/{name}-{page}.png");
        let picture = read_png(&std::fs::read(folder().join(&file)).ok()?).unwrap();
        Some((file, picture.width, picture.height))
    };
    Recipe {
        name: name.to_string(),
        group: group.to_string(),
        number: number.parse().unwrap_or_else(|_| panic!("{name}.xml: `{number}` is no number")),
        title: title.clone(),
        text: text.to_vec(),
        listing: format!("{head}{rest}"),
        record: read(&format!("{name}.json")),
        texts: texts(name),
        cases,
        pictures: (1..).map_while(picture).collect(),
        layout,
    }
}

fn texts(name: &str) -> Vec<(String, String)> {
    let Ok(files) = std::fs::read_dir(folder().join(format!("{name}.texts"))) else { return Vec::new() };
    let mut names: Vec<String> = files.map(|entry| format!("{name}.texts/{}", entry.unwrap().file_name().into_string().unwrap())).collect();
    names.sort();
    names.into_iter().map(|file| (file.clone(), read(&file))).collect()
}

#[test]
fn every_recipe_is_whole() {
    let recipes = recipes();
    assert!(!recipes.is_empty());
    let (mut places, mut titles) = (BTreeMap::new(), BTreeMap::new());
    for recipe in &recipes {
        let name = &recipe.name;
        assert!(GROUPS.contains(&recipe.group.as_str()), "{name}: there is no group `{}`", recipe.group);
        let other = places.insert((&recipe.group, recipe.number), name);
        assert!(other.is_none(), "{name} and {other:?} both stand at {}, {}", recipe.group, recipe.number);
        let other = titles.insert(&recipe.title, name);
        assert!(other.is_none(), "{name} and {other:?} have one title");
        assert!(!recipe.title.ends_with('.') && recipe.title.len() <= 60, "{name}: `{}` is no title", recipe.title);
        let text = recipe.text.join(" ");
        let sentences = format!("{text} ").matches(". ").count();
        assert!((2..=5).contains(&sentences), "{name}: {sentences} sentences; two to five say what it is for and what it shows");

        let shown: Vec<_> = recipe.cases.cases.iter().filter(|case| case.golden.as_ref() == Some(name)).collect();
        let [shown] = shown.as_slice() else { panic!("{name}: one case has `golden = \"{name}\"`") };
        let record = shown.data_file.as_ref().map(|(path, _)| path.as_str());
        assert_eq!(record, Some(format!("../{name}.json").as_str()), "{name}: the picture is not that of its record");
        assert_eq!(shown.pages, Some(recipe.pictures.len() as u64), "{name}: its case says how many pages there are, each has a picture");
        assert!(!shown.has.is_empty(), "{name}: its case looks for no text");
    }
}

#[test]
fn recipes_have_no_fault_and_no_warning_and_the_form_of_fmt() {
    for recipe in recipes() {
        let path = folder().join(format!("{}.xml", recipe.name));
        let mut sources = Sources::default();
        let file = sources.add(path.to_string_lossy(), recipe.layout.clone());
        let formatted = layout::format(&sources, file).unwrap();
        assert!(formatted == recipe.layout, "cookbook/{0}.xml is not as `pressrun fmt cookbook/{0}.xml` writes it", recipe.name);

        let compiled = compile_alone(&path, recipe.cases.currency.as_deref().unwrap_or("XXX"), "2000-01-01", None);
        assert!(compiled.diagnostics.is_empty(), "{}: {:#?}", recipe.name, compiled.diagnostics);
        let record = recipe.record.replace(['\n', '\r'], " ");
        let (composed, _) = compose_data(&compiled.plan.unwrap(), record.as_bytes(), false).unwrap().unwrap();
        assert!(composed.remarks.is_empty(), "{}: {:?}", recipe.name, composed.remarks);
    }
}

#[test]
fn the_cases_of_all_recipes_hold() {
    for path in cases::find(&folder()) {
        let verdict = suite::run(&path, false).unwrap();
        assert!(verdict.faults.is_empty(), "{}: {:#?}", path.display(), verdict.faults);
        for case in verdict.cases {
            assert!(case.faults.is_empty(), "{}: {}: {}", path.display(), case.name, case.faults.join("\n"));
        }
    }
}

#[test]
fn the_cookbook_is_what_its_files_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cookbook.md");
    let printed = manual(&recipes());
    if std::env::var_os("PRESSRUN_ACCEPT").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == printed, "docs/cookbook.md is not what cookbook/ says; PRESSRUN_ACCEPT=1 cargo test --test cookbook writes it anew");
}

/// The manual, as Markdown.
fn manual(recipes: &[Recipe]) -> String {
    let mut out = String::from(INTRODUCTION);
    out.push('\n');
    let groups = || GROUPS.iter().filter(|group| recipes.iter().any(|recipe| recipe.group == **group));
    for group in groups() {
        let links: Vec<String> = of(recipes, group).map(|recipe| format!("[{}](#{})", recipe.title, anchor(&recipe.title))).collect();
        writeln!(out, "- **{group}**: {}", links.join(" · ")).unwrap();
    }
    out.push('\n');
    for recipe in recipes {
        let (Some((file, ..)), title) = (recipe.pictures.first(), &recipe.title) else { continue };
        writeln!(out, "<a href=\"#{}\"><img src=\"../cookbook/{file}\" alt=\"{title}\" height=\"170\"></a>", anchor(title)).unwrap();
    }
    for group in groups() {
        writeln!(out, "\n## {group}").unwrap();
        of(recipes, group).for_each(|recipe| print(recipe, &mut out));
    }
    out
}

fn of<'r>(recipes: &'r [Recipe], group: &'r str) -> impl Iterator<Item = &'r Recipe> {
    recipes.iter().filter(move |recipe| recipe.group == group)
}

fn print(recipe: &Recipe, out: &mut String) {
    writeln!(out, "\n### {}\n", recipe.title).unwrap();
    recipe.text.iter().for_each(|paragraph| writeln!(out, "{paragraph}\n").unwrap());
    // Several pages stand side by side where the screen is wide enough.
    let most = if recipe.pictures.len() == 1 { 560 } else { 400 };
    for (index, (file, width, _)) in recipe.pictures.iter().enumerate() {
        let page = if recipe.pictures.len() == 1 { String::new() } else { format!(", page {}", index + 1) };
        writeln!(out, "<img src=\"../cookbook/{file}\" alt=\"{}{page}\" width=\"{}\">", recipe.title, (*width).min(most)).unwrap();
    }
    let name = &recipe.name;
    listing(out, &format!("<a href=\"../cookbook/{name}.xml\">{name}.xml</a>, the layout"), "xml", &recipe.listing);
    for (file, text) in &recipe.texts {
        listing(out, &format!("<a href=\"../cookbook/{file}\">{file}</a>, its texts"), "ftl", text);
    }
    listing(out, &format!("<a href=\"../cookbook/{name}.json\">{name}.json</a>, the record"), "json", &recipe.record);
}

fn listing(out: &mut String, summary: &str, language: &str, text: &str) {
    writeln!(out, "\n<details><summary>{summary}</summary>\n\n```{language}\n{}\n```\n\n</details>", text.trim_end()).unwrap();
}

/// The anchor that Markdown readers give a heading.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}
