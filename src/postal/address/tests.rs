//! Addresses of every country of the table: good ones, bad ones, hostile ones.

use super::*;
use crate::model::mail::Country;

fn country(code: &str) -> Country {
    Country::parse(code).expect("a country")
}

/// `element=text` per line.
fn parts(text: &str) -> Parts {
    text.split('|').filter(|part| !part.is_empty()).fold(Parts::default(), |parts, part| {
        let (name, text) = part.split_once('=').expect("element=text");
        parts.with(Element::find(name).expect(name), text)
    })
}

fn lines(text: &str) -> Parts {
    Parts::of_lines(text.split('|').map(str::to_string).collect())
}

#[track_caller]
fn check_with(settler: &Settler, address: Parts, expected: &str) {
    let shown = match settler.settle(address.clone()) {
        Ok(settled) => settled.lines.join("|"),
        Err(reason) => format!("! {reason}"),
    };
    assert_eq!(shown, expected, "{address:?}");
}

/// Lines of the block, or `!` and the reason.
#[track_caller]
fn check(origin: &str, address: Parts, expected: &str) {
    check_with(&Settler::new(country(origin)), address, expected);
}

#[test]
fn every_country_in_its_own_order() {
    let cases = [
        (
            "US",
            "recipient=Jane Doe|street=Main St|number=12|unit=Apt 4B|town=Reston|region=Virginia|postcode=221621010",
            "Jane Doe|12 Main St Apt 4B|Reston VA 22162-1010",
        ),
        (
            "CA",
            "recipient=Jane Doe|street=Main St NW|number=123|unit=10|town=Montréal|region=qc|postcode=h3z2y7",
            "Jane Doe|10-123 Main St NW|MONTRÉAL QC  H3Z 2Y7",
        ),
        (
            "GB",
            "recipient=J Smith|building=Rose Cottage|street=High Street|number=5|locality=Kings Worthy|town=Winchester|postcode=so239ap",
            "J Smith|Rose Cottage|5 High Street|Kings Worthy|WINCHESTER|SO23 9AP",
        ),
        ("DE", "recipient=Erika Müller|street=Hauptstr. 5a|town=Oldenburg|postcode=D-26133", "Erika Müller|Hauptstr. 5a|26133 Oldenburg"),
        ("DE", "recipient=E. Müller|po-box=Postfach 12 34|town=Bonn|postcode=53001", "E. Müller|Postfach 12 34|53001 Bonn"),
        (
            "FR",
            "organisation=Société SA|recipient=M. Jean Dupont|number=12|addition=bis|street=rue de la Paix|town=Paris Cedex 02|postcode=75 002",
            "Société SA|M. Jean Dupont|12 bis rue de la Paix|75002 PARIS CEDEX 02",
        ),
        ("CH", "recipient=Urs Frei|street=Dorfstrasse|number=7|addition=a|town=Bettlach|postcode=CH-2544", "Urs Frei|Dorfstrasse 7a|2544 Bettlach"),
        (
            "AT",
            "recipient=Mag. Eva Huber|street=Mariahilfer Straße|number=5|unit=2/14|town=Wien|postcode=1060",
            "Mag. Eva Huber|Mariahilfer Straße 5/2/14|1060 Wien",
        ),
        (
            "NL",
            "recipient=A. de Vries|street=Kerkstraat|number=13|addition=hs|town=Amsterdam|postcode=1231fz",
            "A. de Vries|Kerkstraat 13 hs|1231 FZ  AMSTERDAM",
        ),
        ("BE", "recipient=Luc Peeters|street=Wetstraat|number=16|unit=3|town=Brussel|postcode=1000", "Luc Peeters|Wetstraat 16 bus 3|1000 Brussel"),
        (
            "ES",
            "recipient=Ana García|street=Calle Mayor|number=3|unit=2 B|town=Madrid|region=Madrid|postcode=28039",
            "Ana García|Calle Mayor 3 2 B|28039 MADRID|MADRID",
        ),
        (
            "IT",
            "recipient=Mario Rossi|street=Via Roma|number=7|addition=B|town=Roma|region=Roma|postcode=00144",
            "Mario Rossi|Via Roma 7/B|00144 ROMA RM",
        ),
        (
            "AU",
            "recipient=Jo Citizen|unit=5|number=12|street=Smith St|town=Fremantle|region=Western Australia|postcode=6160",
            "Jo Citizen|5/12 Smith St|FREMANTLE WA 6160",
        ),
        (
            "JP",
            "recipient=山田太郎|postcode=１５４００２３|region=東京都|town=世田谷区|street=若林1-2-3",
            "〒154-0023|東京都世田谷区若林1-2-3|山田太郎 様",
        ),
        (
            "JP",
            "recipient=Taro Yamada|postcode=1540023|region=Tokyo|town=Setagaya-ku|street=Wakabayashi|number=1-2-3",
            "Taro Yamada|1-2-3 Wakabayashi, Setagaya-ku|Tokyo 154-0023",
        ),
    ];
    for (origin, address, expected) in cases {
        check(origin, parts(address), expected);
    }
}

#[test]
fn foreign_mail_has_its_country_in_the_language_of_the_origin() {
    let german = "recipient=Erika Müller|street=Hauptstr. 5a|town=Oldenburg|postcode=26133|country=Germany";
    check("US", parts(german), "Erika Müller|Hauptstr. 5a|26133 Oldenburg|GERMANY");
    check("FR", parts(german), "Erika Müller|Hauptstr. 5a|26133 Oldenburg|ALLEMAGNE");
    check("DE", parts(german), "Erika Müller|Hauptstr. 5a|26133 Oldenburg");
    check("CH", parts("recipient=Mo|street=Storgata 1|town=Oslo|postcode=0025|country=NO"), "Mo|Storgata 1|0025 OSLO|NORWEGEN");
    check("DE", parts("recipient=Mo|street=Rua 1|town=Luanda|country=Angola"), "Mo|Rua 1|Luanda|ANGOLA");
}

#[test]
fn postcodes_are_checked_by_country() {
    let with = |postcode: &str| parts(&format!("recipient=A|street=B 1|town=C|region=VA|postcode={postcode}"));
    check("DE", with("SN34RD"), "! `SN34RD` is no postcode of DE; it looks like one of GB");
    check("US", with("2116"), "! `2116` is no postcode of US; a leading zero is missing, as spreadsheets drop it");
    check("NL", with("2490 SA"), "! `2490 SA` is no postcode of NL");
    check("DE", with(""), "! the address has no postcode of DE");
    check("GB", with("22162-1010"), "! `22162-1010` is no postcode of GB; it looks like one of US");
    check("CA", with("H3Z 2O7"), "! `H3Z 2O7` is no postcode of CA");
    check("JP", with("154-002"), "! `154-002` is no postcode of JP");
}

#[test]
fn what_is_missing_is_told() {
    check("DE", parts("recipient=A|town=B|postcode=26133"), "! the address lacks what DE needs: street or po-box");
    check("US", parts("recipient=A|street=1 B|town=C|postcode=22162"), "! the address lacks what US needs: region");
    check("US", parts("recipient=A|street=1 B|town=C|region=XX|postcode=22162"), "! `XX` is no region of US");
    check("DE", parts("street=B 1|town=C|postcode=26133"), "! the address lacks what DE needs: recipient or organisation");
    check("DE", parts("recipient=A|country=Atlantis"), "! `Atlantis` is no country that any table knows");
    check("DE", Parts::default(), "! the address is empty");
}

#[test]
fn lines_are_read_from_the_bottom() {
    check("DE", lines("Erika Müller|Hauptstr. 5a|26133 Oldenburg"), "Erika Müller|Hauptstr. 5a|26133 Oldenburg");
    check("DE", lines("Firma X GmbH|z. Hd. Frau Y|Postfach 12 34|D-53001 Bonn|Deutschland"), "Firma X GmbH|z. Hd. Frau Y|Postfach 12 34|53001 Bonn");
    check("US", lines("Jane Doe|12 Main St Apt 4B|Springfield, Illinois 62701"), "Jane Doe|12 Main St Apt 4B|Springfield IL 62701");
    check("US", lines("Jane Doe|12 Main St|Washington, D.C. 20001-1234|USA"), "Jane Doe|12 Main St|Washington DC 20001-1234");
    check("GB", lines("J Smith|5 High Street|Winchester|SO239AP"), "J Smith|5 High Street|WINCHESTER|SO23 9AP");
    check("GB", lines("J Smith|5 High Street|Winchester SO23 9AP"), "J Smith|5 High Street|WINCHESTER|SO23 9AP");
    check("DE", lines("M. Dupont|12 rue de la Paix|75002 Paris|Frankreich"), "M. Dupont|12 rue de la Paix|75002 PARIS|FRANKREICH");
    check("IT", lines("Mario Rossi|Via Roma 7|00144 Roma RM"), "Mario Rossi|Via Roma 7|00144 ROMA RM");
    check("ES", lines("Ana García|Calle Mayor 3|28039 Madrid|Madrid"), "Ana García|Calle Mayor 3|28039 MADRID|MADRID");
    check("CA", lines("J Doe|10-123 Main St|Montreal Quebec H3Z 2Y7"), "J Doe|10-123 Main St|MONTREAL QC  H3Z 2Y7");
    check("AU", lines("Jo|5/12 Smith St|Fremantle WA 6160"), "Jo|5/12 Smith St|FREMANTLE WA 6160");
    check("NL", lines("A. de Vries|Kerkstraat 13 hs|1231FZ Amsterdam"), "A. de Vries|Kerkstraat 13 hs|1231 FZ  AMSTERDAM");
    check(
        "US",
        lines("Taro Yamada|1-2-3 Wakabayashi, Setagaya-ku|Tokyo 154-0023|Japan"),
        "Taro Yamada|1-2-3 Wakabayashi, Setagaya-ku|Tokyo 154-0023|JAPAN",
    );
    check("NL", lines("J Smit|Jan Erasmusstraat 14|Willemstad|Curaçao"), "J Smit|Jan Erasmusstraat 14|Willemstad|CURAÇAO");
    check("DE", lines("Jon|Laugavegur 3|101 Reykjavík|Island"), "Jon|Laugavegur 3|101 Reykjavík|ISLAND");
    check("IT", parts("recipient=Mario|street=Via Roma 7|town=Milano|region=Lombardia|postcode=20147"), "Mario|Via Roma 7|20147 MILANO");
    check("JP", lines("〒154-0023|東京都世田谷区若林1-2-3|山田太郎 様"), "〒154-0023|東京都世田谷区若林1-2-3|山田太郎 様");
}

#[test]
fn lines_that_are_no_address_are_told() {
    check("DE", lines("Erika Müller"), "! the address has a single line, `Erika Müller`");
    check("DE", lines("Erika Müller|Deutschland"), "! the address has a single line, `Erika Müller`");
    check("DE", lines("a|b|c|d|e|f|g|h|i|j|26133 k"), "! the address has 11 lines, more than 10");
    check("DE", lines("| |\t"), "! the address is empty");
    check("DE", lines("J Smith|5 High Street|Swindon|SN3 4RD"), "! `SN3 4RD` is no postcode of DE; it looks like one of GB");
    check("DE", lines("A|Hauptstr. 5|26133 Bonn|Atlantis"), "! `Atlantis` is no country that any table knows");
    check("DE", lines("A|Hauptstr. 5|26133 Bonn|Tel. 123"), "! `Tel. 123` stands below the town and is neither a country nor a region of DE");
    check("DE", lines("A|Hauptstr. 5|Bonn"), "! the address has no postcode of DE");
    check("US", lines("A|1 Main St|Boston MA 2116"), "! `2116` is no postcode of US; a leading zero is missing, as spreadsheets drop it");
}

#[test]
fn limits_of_the_block_hold_the_record() {
    let long = format!("recipient={}|street=B 1|town=C|postcode=75002", "x".repeat(39));
    let reason = "! a line has 39 characters, more than 38: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`";
    check("FR", parts(&long), reason);
    let seven = "recipient=A|organisation=B|department=C|care-of=D|building=E|street=F 1|town=G|postcode=75002|unit=H";
    check("FR", parts(seven), "! the address has 8 lines, FR allows 6");
    let narrow = Settler { line_max: Some(5), ..Settler::new(country("DE")) };
    check_with(&narrow, parts("recipient=Abcdef|street=B 1|town=C|postcode=26133"), "! a line has 6 characters, more than 5: `Abcdef`");
    let capitals = Settler { is_upper: true, ..Settler::new(country("DE")) };
    check_with(&capitals, parts("recipient=Weiß|street=B 1|town=C|postcode=26133"), "WEISS|B 1|26133 C");
}

#[test]
fn barcodes_are_told_only_what_the_address_tells() {
    let routing = |origin: &str, text: &str| Settler::new(country(origin)).settle(parts(text)).expect("deliverable").routing;
    // The published examples of KIX.
    assert_eq!(routing("NL", "recipient=A|street=B|number=13|addition=hs|town=C|postcode=1231FZ"), "1231FZ13XHS");
    assert_eq!(routing("NL", "recipient=A|street=B 156-2|town=C|postcode=1231 GF"), "1231GF156X2");
    assert_eq!(routing("NL", "recipient=A|po-box=30250|town=Den Haag|postcode=2500 GG"), "2500GG30250");
    assert_eq!(routing("GB", "recipient=A|street=B|town=C|postcode=SN3 4RD"), "SN34RD9Z");
    assert_eq!(routing("US", "recipient=A|street=1 B|town=C|region=VA|postcode=22162-1010"), "221621010");
    assert_eq!(routing("DE", "recipient=A|street=B 1|town=C|postcode=26133"), "");
    assert_eq!(routing("DE", "recipient=A|street=B 1|town=C|postcode=1231FZ|country=NL"), "");
}

#[test]
fn hostile_texts_are_addresses_or_reasons() {
    let huge = "x".repeat(4 << 20);
    let spaced = "9 ".repeat(2 << 20);
    let texts = ["\0\u{1b}[31m", "\u{202e}gnilliM\u{202c}", "=HYPERLINK(1)", "'; DROP TABLE", "𝕳𝖊𝖑𝖑𝖔 👩‍👩‍👧", "", "{town}", "\u{feff}", &huge, &spaced];
    for origin in ["US", "DE", "JP", "XX"] {
        let settler = Settler::new(country(origin));
        for text in texts.into_iter().filter(|text| text.len() < 1_000 || origin == "DE") {
            let elements = Element::ALL.iter().map(|(_, element)| *element);
            for element in elements.filter(|element| text.len() < 1_000 || matches!(element, Element::Street | Element::Postcode | Element::Country))
            {
                let address = parts("recipient=A|street=B 1|town=C|postcode=26133").with(element, text);
                let block = settler.settle(address).map(|settled| settled.lines).unwrap_or_default();
                assert!(block.iter().all(|line| !line.is_empty() && !line.contains(char::is_control) && line.chars().count() <= LINE_CHARS_MAX));
            }
            let free = Parts::of_lines(vec![text.to_string(), text.to_string(), text.to_string()]);
            let _ = settler.settle(free.clone());
            settler.compared(free);
        }
    }
    // From right to left, whole and in order.
    check("DE", parts("recipient=محمد علي|street=شارع التحرير 5|town=القاهرة|country=مصر"), "محمد علي|شارع التحرير 5|القاهرة|ÄGYPTEN");
}

/// What a settled address says in its own parts.
fn told(settled: &Settled) -> Vec<(Element, String)> {
    use Element::{Addition, Number, Postcode, Recipient, Region, Street, Town, Unit};
    [Recipient, Street, Number, Addition, Unit, Town, Region, Postcode]
        .into_iter()
        .map(|element| (element, settled.parts.of(element).to_uppercase()))
        .collect()
}

/// Two letters at random of some, for a postcode that fits the picture of its country.
fn postcode(code: &str, digits: u32) -> String {
    let five = format!("{:05}", 10_000 + digits % 40_000);
    match code {
        "GB" => format!("SO{} {}AP", 10 + digits % 90, digits % 10),
        "NL" => format!("{} AB", 1_000 + digits % 9_000),
        "CA" => format!("H{}Z {}Y{}", digits % 10, digits / 10 % 10, digits / 100 % 10),
        "AU" | "CH" | "AT" | "BE" => format!("{}", 1_000 + digits % 9_000),
        _ => five,
    }
}

proptest::proptest! {
    #[test]
    fn a_block_read_again_says_the_same(
        name in "[A-Z][a-z]{2,8} [A-Z][a-z]{3,9}",
        street in "[A-Z][a-z]{4,9}",
        town in "[A-Z][a-z]{5,9}",
        number in 1u32..2000,
        addition in "[a-z]?",
        digits in 0u32..1_000_000,
        at in 0usize..12,
    ) {
        let code = ["US", "CA", "GB", "DE", "FR", "CH", "AT", "NL", "BE", "ES", "IT", "AU"][at];
        let region = match code { "US" => "VA", "CA" => "QC", "AU" => "NSW", "IT" => "RM", _ => "" };
        // What French writes behind a number is one of a few letters.
        let addition = if code == "FR" && !addition.is_empty() { "b" } else { &addition };
        let number = number.to_string();
        let address = [(Element::Recipient, name.as_str()), (Element::Street, &street), (Element::Number, &number), (Element::Addition, addition),
            (Element::Town, &town), (Element::Region, region), (Element::Postcode, &postcode(code, digits))];
        let address = address.iter().fold(Parts::default(), |parts, (element, text)| parts.with(*element, text));
        let settler = Settler::new(country(code));
        let first = settler.settle(address).expect("deliverable");
        let again = settler.settle(Parts::of_lines(first.lines.clone())).expect("deliverable");
        proptest::prop_assert_eq!(&again.lines, &first.lines);
        proptest::prop_assert_eq!(told(&again), told(&first));
        proptest::prop_assert_eq!(&again.routing, &first.routing);
        // And from abroad, with the line of its country.
        let foreign = Settler::new(country("JP")).settle(Parts::of_lines([first.lines.clone(), vec![code.to_string()]].concat()));
        proptest::prop_assert_eq!(foreign.expect("deliverable").lines.len(), first.lines.len() + 1);
    }

    #[test]
    fn no_lines_make_it_panic(text in proptest::collection::vec("[0-9A-Za-z〒東, .-]{0,12}", 0..6), at in 0usize..14) {
        let code = ["US", "CA", "GB", "DE", "FR", "CH", "AT", "NL", "BE", "ES", "IT", "AU", "JP", "XX"][at];
        let _ = Settler::new(country(code)).settle(Parts::of_lines(text));
    }
}
