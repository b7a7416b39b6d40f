//! E-mails and text messages of hostile and unusual records: nothing of the data becomes markup, nothing is lost, and both say what the
//! pages say.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

use pressrun::engine::{Composed, with_records};
use pressrun::model::record::Hold;
use pressrun::plan::{Overrides, compile};

const LAYOUT: &str = r##"<layout xmlns="urn:pressrun:layout:1" name="naughty" lang="en-US">
 <data><field name="id" type="text"/><field name="name" type="text"/><field name="total" type="money"/>
  <list name="rows"><field name="text" type="text"/><field name="amount" type="money"/></list></data>
 <style name="text" font-family="Liberation Sans" font-size="10pt"/>
 <page name="any" size="A4" margin="20mm"/>
 <body style="text">
  <h1>{name}</h1>
  <box background="#eeeeee" padding="4pt"><p text-transform="uppercase">{name}</p></box>
  <columns><column><p>left {name}</p></column><column><p>right {total | money}</p></column></columns>
  <ul><li>{name}</li><li rows="r in rows">{r.text}</li></ul>
  <table rows="r in rows" columns="1fr 80pt"><thead><tr><th>{name}</th><th align="right">Amount</th></tr></thead>
   <tr><td>{r.text}</td><td align="right">{r.amount | money}</td></tr>
   <tfoot><tr><td>Sum</td><td align="right">{total | money}</td></tr></tfoot></table>
  <p only="pages">{id}</p>
 </body>
 <email subject="For {id}: {name}" preheader="{name}"><p>Hello {name}</p><body-content/><p>{total | money}</p></email>
 <sms segments-max="255" transliterate="true">{name}: {total | money}</sms>
</layout>"##;

fn compose(records: &[String]) -> Vec<Result<Composed, Hold>> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "job.toml",
        "[job]\nname = \"naughty\"\ndate = 2026-10-01\nlocale = \"en-US\"\nmissing-glyphs = \"report\"\n[[input]]\nfiles = \"data.ndjson\"\n\
         format = \"ndjson\"\ncurrency = \"EUR\"\n[[layout]]\nfile = \"layout.xml\"\n",
    );
    write("layout.xml", LAYOUT);
    write("data.ndjson", &records.join("\n"));
    let compiled = compile(&folder.path().join("job.toml"), &Overrides::default());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    with_records(&plan, |all| (0..records.len() as u64).map(|number| Ok(all.compose(number)?.unwrap())).collect()).unwrap()
}

fn record(name: &str, rows: usize) -> String {
    let rows: Vec<_> = (0..rows).map(|at| serde_json::json!({"text": format!("{name} {at}"), "amount": at as f64 + 0.25})).collect();
    serde_json::json!({"id": "C-1", "name": name, "total": 1234.5, "rows": rows}).to_string()
}

const NAUGHTY: &[&str] = &[
    "<script>alert('x')</script>",
    "\"><img src=x onerror=alert(1)>",
    "--><!-- ]]> <![CDATA[x]]>",
    "<!--[if mso]><b>x</b><![endif]-->",
    "</td></tr></table></body></html>",
    "&lt;b&gt; &amp;amp; &#60; &",
    "{name} ${name} {{name}} %s %n",
    "javascript:alert(1)",
    "line one\nline two\r\nline three\rfour",
    "Bcc: victim@example.org\r\nSubject: other",
    "tab\there  two   spaces",
    "\u{202E}gpj.exe\u{202C} \u{2066}x\u{2069}",
    "زيد and עברית 123,45",
    "日本語の長い文章です。これは折り返されます。",
    "e\u{301}\u{302}\u{303}\u{304} Z\u{351}\u{36b}\u{343}a\u{358}l\u{317}g\u{32d}o",
    "👨‍👩‍👧‍👦 🏳️‍🌈 emoji",
    "soft\u{AD}hyphen zero\u{200B}width no\u{A0}break \u{FEFF}bom",
    "\u{FFFE}\u{FDD0}\u{2028}\u{2029}",
    "ﬁ ligature ǅ Ǆ ß ŉ İ ı",
    "x",
    "' OR 1=1; DROP TABLE users;--",
    "http://example.org/?a=1&b=2#c",
    "= 1+1 @SUM(A1) +44 -5",
    "style=\"position:fixed\" class=lb",
];

#[test]
fn naughty_strings_do_no_harm() {
    let records: Vec<String> = NAUGHTY.iter().map(|name| record(name, 3)).collect();
    for (name, composed) in NAUGHTY.iter().zip(compose(&records)) {
        let composed = match composed {
            Ok(composed) => composed,
            Err(hold) => {
                assert!(!matches!(hold.code.id, "R0473" | "R0499"), "{name:?}: {} {}", hold.code.id, hold.reason);
                continue;
            }
        };
        let email = composed.email.unwrap().unwrap_or_else(|hold| panic!("{name:?}: {}", hold.reason));
        let lower = email.html.to_lowercase();
        assert!(!lower.contains("<script") && !lower.contains("onerror=alert(1)>") && !lower.contains("<b>x</b>"), "{name:?}");
        assert_eq!(lower.matches("</body>").count(), 1, "{name:?}");
        assert_eq!(lower.matches("<![endif]-->").count(), lower.matches("<!--[if mso]>").count(), "{name:?}");
        assert!(
            !email.html.contains(['\u{202E}', '\u{2066}', '\0']) && !email.text.contains(['\u{202E}', '\u{2066}', '\0', '\r', '\u{1b}']),
            "{name:?}"
        );
        assert!(!email.subject.contains(['\n', '\r', '\t']) && !email.preheader.contains(['\n', '\r']), "{name:?}");
        assert!(email.text.lines().all(|line| line.len() <= 998), "{name:?}");
        assert!(email.text.contains("1,234.50") && email.html.contains("1,234.50"), "{name:?}");
        let sms = composed.sms.unwrap().unwrap_or_else(|hold| panic!("{name:?}: {}", hold.reason));
        assert!(sms.text.ends_with("1,234.50"), "{name:?}: {}", sms.text);
    }
}

#[test]
fn a_text_of_megabytes_is_refused_with_its_reason() {
    let long = "word <&> ".repeat(90_000);
    for composed in compose(&[record(&long, 1)]) {
        match composed {
            Err(hold) => assert!(!matches!(hold.code.id, "R0473" | "R0499"), "{}", hold.reason),
            Ok(composed) => {
                let hold = composed.email.unwrap().unwrap_err();
                assert!(matches!(hold.code.id, "R0470" | "R0471"), "{} {}", hold.code.id, hold.reason);
            }
        }
    }
}

#[test]
fn a_long_list_is_whole_and_said_to_be_clipped() {
    let composed = compose(&[record("Ada", 2_000)]).remove(0).unwrap();
    let email = composed.email.unwrap().unwrap();
    assert!(email.is_clipped && composed.remarks.iter().any(|remark| remark.code.id == "R0474"));
    assert!(email.text.contains("Ada 1999") && email.html.contains("Ada 1999"));
    assert!(email.text.contains("1,999.25") && email.html.contains("1,999.25"));
}

#[test]
fn what_cells_have_in_common_is_said_by_their_table() {
    let html = compose(&[record("Ada", 3)]).remove(0).unwrap().email.unwrap().unwrap().html;
    let start = html.find("<table class=\"f").unwrap();
    let table = &html[start..start + html[start..].find("</table>").unwrap()];
    assert_eq!(table.matches("font-size").count(), 1, "{table}");
    assert_eq!(table.matches("<td align=\"right\" nowrap").count(), 4, "{table}");
    // Outlook inherits nothing into cells: it reads a rule that the others do not see.
    let class = table["<table class=\"".len()..].split('"').next().unwrap();
    let rule = html.find(&format!(".{class} td,.{class} th{{font-family:")).unwrap();
    let comment = html[..rule].rfind("<!--").unwrap();
    assert!(html[comment..].starts_with("<!--[if mso]>") && !html[comment..rule].contains("-->"));
}

#[test]
fn the_same_record_gives_the_same_messages() {
    let records = vec![record("Ada", 3), record("Grace", 40), record("Ada", 3)];
    let made: Vec<_> =
        compose(&records).into_iter().map(|composed| composed.unwrap()).map(|composed| (composed.email.unwrap().unwrap(), composed.sms)).collect();
    assert_eq!(made[0], made[2]);
    let alone: Vec<_> = compose(&records[..1]).into_iter().map(|composed| composed.unwrap().email.unwrap().unwrap()).collect();
    assert_eq!(made[0].0, alone[0]);
}
