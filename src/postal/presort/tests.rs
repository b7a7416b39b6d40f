use super::*;
use crate::base::diagnostic::Faults;
use crate::base::span::Sources;
use crate::postal::scheme::{Day, SchemeFile, read};

const US: &[(&str, &str)] = &[
    ("scheme.csv", "key,value\nscheme_id,us\ncurrency,USD\npostcode_field,zip5\nvalid_from,2025-01-19\neligibility,total_pieces>=500\n"),
    (
        "levels.csv",
        "order,level_id,name,key,min_pieces,min_unit,overflow,containers,price_category,label_set\n\
         1,5D,5-digit,prefix:5,150,pieces,yes,MM2;MM1,5DIGIT,fcm-5d\n\
         2,AADC,AADC,map:aadc,150,pieces,yes,MM2;MM1,AADC,fcm-aadc\n\
         3,MAADC,Mixed AADC,const:ALL,1,pieces,yes,MM2;MM1,MIXED,fcm-mixed\n",
    ),
    (
        "map_aadc.csv",
        "from,to,key,label_name,label_zip\n005,005,NY117,MID-ISLAND NY,117\n100,104,NY100,NEW YORK NY,100\n330,334,FL330,MIAMI FL,330\n\
         600,608,IL606,CHICAGO IL,606\n900,908,CA900,LOS ANGELES CA,900\n",
    ),
    ("map_city.csv", "from,to,key,label_name,label_zip\n10001,10001,10001,NEW YORK NY,10001\n90210,90210,90210,BEVERLY HILLS CA,90210\n"),
    (
        "containers.csv",
        "container_id,name,inner_length_mm,inner_width_mm,inner_height_mm,full_min_pct,full_max_pct,max_gross_g,tare_g,code\n\
         MM2,2-foot MM tray,533.4,254.0,117.5,85,100,31751,900,T\nMM1,1-foot MM tray,260.4,254.0,117.5,85,100,31751,500,O\n\
         EMM2,2-foot extended MM tray,552.5,292.1,155.6,85,100,31751,1100,E\n",
    ),
    (
        "labels.csv",
        "label_set,line1,line2,cin,level_code\nfcm-5d,{map:city.label_name} {key},FCM LTR 5D BC,242,J\n\
         fcm-aadc,{map:aadc.label_name} {map:aadc.label_zip},FCM LTR AADC BC,245,AA\nfcm-mixed,{job.mixed_label},FCM LTR BC WKG,246,AC\n",
    ),
    (
        "prices.csv",
        "price_category,max_weight_g,unit_price,valid_from\n5DIGIT,28.35,0.545,2025-01-01\n5DIGIT,99.2,0.545,2025-01-01\nAADC,28.35,0.571,2025-01-01\nAADC,99.2,0.640,2025-01-01\nMIXED,99.2,0.593,2025-01-01\n",
    ),
];

const UK: &[(&str, &str)] = &[
    ("scheme.csv", "key,value\nscheme_id,uk\n"),
    (
        "levels.csv",
        "order,level_id,name,key,min_pieces,min_unit,overflow,containers,price_category,label_set\n\
         1,DIRECT,Direct selection,map:ssc,50,pieces,yes,TRAY,HIGH_DIRECT,uk-direct\n\
         2,RESIDUE,Residue selection,map:ssc|prefix:3,1,pieces,yes,TRAY,HIGH_RESIDUE,uk-residue\n",
    ),
    (
        "map_ssc.csv",
        "from,to,key,label_name,label_zip\nAB1 1,AB1 3,12348,EXAMPLE TOWN A,\nAB1 4,AB1 9,12349,EXAMPLE TOWN B,\nAB2 1,AB2 9,12351,EXAMPLE TOWN C,\n\
         AB3 1,AB3 9,12352,EXAMPLE TOWN D,\n",
    ),
];

fn scheme_of(files: &[(&str, &str)]) -> Scheme {
    let mut sources = Sources::default();
    let files: Vec<SchemeFile> = files.iter().map(|(name, text)| SchemeFile { name: name.to_string(), file: sources.add(*name, *text) }).collect();
    let mut faults = Faults::new();
    let scheme = read(&files, &sources, Day::On(day()), None, &mut faults);
    scheme.unwrap_or_else(|| panic!("{:?}", faults.into_sorted()))
}

/// A scheme with the US tables, some of them replaced.
fn us_with(replaced: &[(&str, &str)]) -> Scheme {
    let mut files: Vec<(&str, &str)> = US.iter().filter(|(name, _)| !replaced.iter().any(|(other, _)| other == name)).copied().collect();
    files.extend_from_slice(replaced);
    scheme_of(&files)
}

fn day() -> Date {
    Date::new(2026, 6, 1).expect("a day")
}

/// So many pieces of each postcode, 2 mm thick and 20 g heavy.
fn pieces(counts: &[(&str, usize)]) -> Pieces<'static> {
    let mut pieces = Pieces::new(0);
    for (postcode, count) in counts {
        for _ in 0..*count {
            pieces.push(Postcode::pack(postcode).expect("a postcode"), Thickness(2_000), Weight(20_000), &[]).expect("it fits");
        }
    }
    pieces
}

fn whole() -> Settings {
    Settings { fill: Some(Share::WHOLE), ..Settings::on(day()) }
}

fn sort<'s>(scheme: &'s Scheme, pieces: Pieces<'_>) -> Presorted<'s> {
    presort(scheme, pieces.sorted().expect("no runs"), whole()).expect("containers take the envelope")
}

/// The trays, as the worked examples write them.
fn rows(presorted: &Presorted<'_>) -> Vec<String> {
    let row = |tray: &Tray| {
        let container = presorted.container(tray).map_or("", |container| &container.id);
        let level = presorted.level(tray);
        let (key, count) = (presorted.key(tray), tray.pieces());
        format!("{},{},{key},{container},{count},{},{},{}", tray.number, level.id, tray.first, tray.last, level.price_category)
    };
    presorted.trays.iter().map(row).collect()
}

const US_PIECES: &[(&str, usize)] =
    &[("90210", 180), ("90211", 90), ("90212", 40), ("90001", 60), ("60601", 149), ("60602", 20), ("60007", 5), ("33101", 12), ("10001", 151)];

#[test]
fn the_american_example_comes_out() {
    let scheme = scheme_of(US);
    let sorted = sort(&scheme, pieces(US_PIECES));
    assert_eq!(
        rows(&sorted),
        [
            "1,5D,10001,MM2,151,10001,10001,5DIGIT",
            "2,5D,90210,MM2,180,90210,90210,5DIGIT",
            "3,AADC,CA900,MM2,190,90001,90212,AADC",
            "4,AADC,IL606,MM2,174,60007,60602,AADC",
            "5,MAADC,ALL,MM1,12,33101,33101,MIXED",
        ]
    );
    assert!(sorted.verdict.is_met());
    assert_eq!(sorted.verdict.reason, "707 pieces, at least 500 are needed");
    // The order is that of the trays, and pieces of one postcode stay in the order in which they came.
    let order: Vec<u32> = sorted.order().collect();
    assert_eq!(order[..3], [556, 557, 558]);
    assert_eq!(order[151..153], [0, 1]);
}

#[test]
fn the_british_example_comes_out() {
    let scheme = scheme_of(UK);
    let sorted = sort(&scheme, pieces(&[("AB1 2", 53), ("AB1 7", 50), ("AB2 4", 56), ("AB3 3", 20)]));
    assert_eq!(
        rows(&sorted),
        [
            "1,DIRECT,12348,,53,AB1 2,AB1 2,HIGH_DIRECT",
            "2,DIRECT,12349,,50,AB1 7,AB1 7,HIGH_DIRECT",
            "3,DIRECT,12351,,56,AB2 4,AB2 4,HIGH_DIRECT",
            "4,RESIDUE,123,,20,AB3 3,AB3 3,HIGH_RESIDUE",
        ]
    );
}

#[test]
fn unknown_postcodes_fall_through_and_are_told() {
    let scheme = scheme_of(UK);
    let sorted = sort(&scheme, pieces(&[("AB1 2", 1), ("ZZ9 9", 2), ("", 1)]));
    assert_eq!(rows(&sorted), ["1,RESIDUE,123,,1,AB1 2,AB1 2,HIGH_RESIDUE"]);
    let left: Vec<String> = sorted.left().map(|piece| sorted.explain_left(piece)).collect();
    let unmapped = "Direct selection: `ZZ9 9` is in no range of the map `ssc`; Residue selection: `ZZ9 9` is in no range of the map `ssc`";
    assert_eq!(left[1..], [unmapped, unmapped]);
    assert!(left[0].starts_with("Direct selection: a piece without postcode is in no range"), "{}", left[0]);
    assert_eq!(sorted.postage().unpriced, [("no level takes the piece".to_string(), 3), ("the scheme has no table of prices".to_string(), 1)]);
}

#[test]
fn labels_are_filled_in() {
    let scheme = scheme_of(US);
    let settings = Settings { job: [("mixed_label".to_string(), "MXD MIAMI FL 330".to_string())].into(), tray_first: 8, ..whole() };
    let sorted = presort(&scheme, pieces(US_PIECES).sorted().expect("no runs"), settings).expect("sorts");
    let label = |at: usize| sorted.label(&sorted.trays[at]).map(|label| [label.line1, label.line2, label.cin, label.level_code, label.destination]);
    assert_eq!(label(0), Some(["NEW YORK NY 10001", "FCM LTR 5D BC", "242", "J", "10001"].map(str::to_string)));
    assert_eq!(label(2), Some(["LOS ANGELES CA 900", "FCM LTR AADC BC", "245", "AA", "900"].map(str::to_string)));
    assert_eq!(label(4), Some(["MXD MIAMI FL 330", "FCM LTR BC WKG", "246", "AC", "33101"].map(str::to_string)));
    assert_eq!(sorted.trays[0].number, 8);
    assert_eq!(scheme.job_names(), ["mixed_label"]);
}

#[test]
fn trays_have_barcodes_of_24_digits() {
    let barcode = TrayBarcode { destination: "900", cin: "245", processing_code: 7, mailer: "123456", serial: 42, label_type: 1 };
    assert_eq!(barcode.digits().as_deref(), Ok("900002457123456000000421"));
    let nine = TrayBarcode { mailer: "123456789", serial: 99_999, ..barcode.clone() };
    assert_eq!(nine.digits().as_deref(), Ok("900002457123456789999991"));
    let fault = |barcode: TrayBarcode<'_>| barcode.digits().map_err(|fault| fault.to_string());
    assert_eq!(fault(TrayBarcode { serial: 100_000, ..nine }), Err("the serial number 100000 has more than 5 digits".into()));
    assert_eq!(fault(TrayBarcode { destination: "MIAMI", ..barcode.clone() }), Err("the destination `MIAMI` is not one to five digits".into()));
    assert_eq!(fault(TrayBarcode { cin: "24", ..barcode.clone() }), Err("the content identifier `24` is not three digits".into()));
    assert_eq!(fault(TrayBarcode { mailer: "1", ..barcode }), Err("the mailer `1` is not six or nine digits".into()));
}

#[test]
fn every_piece_knows_why_it_costs_what_it_costs() {
    let scheme = scheme_of(US);
    let sorted = sort(&scheme, pieces(US_PIECES));
    let place_of =
        |postcode: &str| (0..sorted.len() as u32).find(|place| sorted.piece(*place).postcode.to_string() == postcode).expect("it is there");
    let explanation = sorted.explain(place_of("90211"), Some(Weight(5_000)));
    assert_eq!(explanation.reached, "90211, AADC CA900: piece 61 of 190 in tray 3; it costs 0.571 USD, the price of `AADC` up to 28.35 g");
    assert_eq!(explanation.better.as_deref(), Some("5-digit 90211 has 90 pieces, 150 are needed: 60 short"));
    assert_eq!(explanation.better_price.map(|price| price.to_string()).as_deref(), Some("0.545"));
    assert_eq!(explanation.lighter, None);
    let mixed = sorted.explain(place_of("33101"), None);
    assert_eq!(mixed.better.as_deref(), Some("AADC FL330 has 12 pieces, 150 are needed: 138 short"));
    let finest = sorted.explain(place_of("10001"), None);
    assert_eq!((finest.better, finest.better_price), (None, None));
    let postage = sorted.postage();
    let lines: Vec<String> =
        postage.lines.iter().map(|line| format!("{} {} x {} = {}", line.category, line.pieces, line.unit_price, line.sum)).collect();
    assert_eq!(lines, ["5DIGIT 331 x 0.545 = 180.395", "AADC 364 x 0.571 = 207.844", "MIXED 12 x 0.593 = 7.116"]);
    assert_eq!(postage.total.to_string(), "395.355");
}

#[test]
fn groups_that_lack_little_are_told() {
    let scheme = scheme_of(US);
    let sorted = sort(&scheme, pieces(US_PIECES));
    let near: Vec<String> = sorted.near_misses(5).iter().map(|near| format!("{}: {}", sorted.near_miss_in_words(near), near.short)).collect();
    assert_eq!(near, ["5-digit 60601 has 149 pieces, 150 are needed: 1", "5-digit 90211 has 90 pieces, 150 are needed: 60"]);
    assert_eq!(sorted.near_misses(1).len(), 1);
}

#[test]
fn a_sheet_less_may_save() {
    let scheme = scheme_of(US);
    let mut heavy = Pieces::new(0);
    for _ in 0..500 {
        heavy.push(Postcode::pack("90001").expect("a postcode"), Thickness(300), Weight(30_000), &[]).expect("it fits");
    }
    let scheme_aadc = us_with(&[(
        "levels.csv",
        "order,level_id,name,key,min_pieces,min_unit,overflow,containers,price_category,label_set\n1,AADC,AADC,map:aadc,150,pieces,yes,MM2;MM1,AADC,fcm-aadc\n",
    )]);
    let sorted = sort(&scheme_aadc, heavy);
    let lighter = sorted.explain(0, Some(Weight(4_500))).lighter;
    assert_eq!(lighter.as_deref(), Some("with one sheet less it would weigh 25.50 g, cost 0.571 and save 0.069 USD"));
    assert_eq!(sorted.explain(0, Some(Weight(1_000))).lighter, None, "29 g are still above the step");
    drop(scheme);
}

#[test]
fn conditions_exclude_pieces_of_small_groups() {
    let scheme = us_with(&[("scheme.csv", "key,value\nscheme_id,us\ncurrency,USD\neligibility,total_pieces>=5000 or per_key(AADC)>=170\n")]);
    let sorted = sort(&scheme, pieces(US_PIECES));
    // All of 900–908 and 600–608, the pieces in 5-digit trays among them.
    assert_eq!((sorted.verdict.eligible, sorted.verdict.excluded), (370 + 174, 151 + 12));
    assert_eq!(
        sorted.verdict.reason,
        "707 pieces, at least 5000 are needed: 4293 short; 370 pieces for the largest AADC group, at least 170 are needed"
    );
    let excluded: u64 = sorted.postage().unpriced.iter().map(|(_, pieces)| pieces).sum();
    assert_eq!(excluded, 163);
    let strict = scheme_of(US);
    let small = sort(&strict, pieces(&[("90210", 499)]));
    assert!(!small.verdict.is_met());
    assert_eq!(small.verdict.reason, "499 pieces, at least 500 are needed: 1 short");
    assert_eq!(small.postage().lines, []);
}

/// Levels of full containers, without overflow, and one for what is left.
const FULL: (&str, &str) = (
    "levels.csv",
    "order,level_id,name,key,min_pieces,min_unit,overflow,containers,price_category,label_set\n\
     1,5D,5-digit,prefix:5,1,full_container,no,MM2;MM1,5DIGIT,fcm-5d\n2,REST,rest,const:ALL,1,pieces,yes,MM2;MM1,MIXED,fcm-mixed\n",
);

#[test]
fn what_fills_no_container_goes_back() {
    let scheme = us_with(&[FULL]);
    // MM2 takes 266 pieces of 2 mm and is full from 226.7, MM1 takes 130 and is full from 110.7.
    let sorted = sort(&scheme, pieces(&[("10001", 266 + 140), ("20001", 111), ("30001", 110), ("40001", 266 + 100)]));
    assert_eq!(
        rows(&sorted),
        [
            "1,5D,10001,MM2,266,10001,10001,5DIGIT",
            "2,5D,10001,MM1,130,10001,10001,5DIGIT",
            "3,5D,20001,MM1,111,20001,20001,5DIGIT",
            "4,5D,40001,MM2,266,40001,40001,5DIGIT",
            "5,REST,ALL,MM2,220,10001,40001,MIXED",
        ]
    );
    let place = (0..sorted.len() as u32).rfind(|place| sorted.piece(*place).postcode.to_string() == "30001").expect("it is there");
    let better = sorted.explain(place, None).better;
    assert_eq!(better.as_deref(), Some("5-digit 30001 has 110 pieces, which fill 0 containers, 1 is needed"));
    let better = sorted.explain(sorted.len() as u32 - 1, None).better;
    assert_eq!(better.as_deref(), Some("5-digit 40001: 100 pieces of 366 went back, because they fill no container"));
}

#[test]
fn weight_limits_a_container_as_thickness_does() {
    let scheme = scheme_of(US);
    let mut heavy = Pieces::new(0);
    for _ in 0..600 {
        heavy.push(Postcode::pack("90210").expect("a postcode"), Thickness(500), Weight(100_000), &[]).expect("it fits");
    }
    // 31,751 g gross less 900 g of tray: 308 pieces; the rest fits one large tray, too, but no small one.
    let sorted = sort(&scheme, heavy);
    let trays: Vec<(u32, u64)> = sorted.trays.iter().map(|tray| (tray.pieces(), tray.gross.0)).collect();
    assert_eq!(trays, [(308, 31_700_000), (292, 29_700_000)]);
}

#[test]
fn containers_take_the_envelope_or_are_told() {
    let scheme = scheme_of(US);
    let sort_size = |length, height| {
        let settings = Settings { size: Some((Thickness(length), Thickness(height))), ..whole() };
        presort(&scheme, pieces(US_PIECES).sorted().expect("no runs"), settings).map(|sorted| sorted.trays.len()).map_err(|fault| fault.to_string())
    };
    assert_eq!(sort_size(254_000, 117_500), Ok(5));
    assert_eq!(sort_size(260_000, 110_000), Err("no container of the level `5D` takes a piece of 260.00 mm by 110.00 mm".into()));
}

#[test]
fn trays_go_on_pallets_and_pieces_into_bundles() {
    let scheme = us_with(&[
        ("bundles.csv", "level_id,key,min_pieces,max_pieces,max_thickness_mm\nAADC,prefix:5,10,100,150\n"),
        (
            "pallets.csv",
            "order,pallet_id,name,key,min_trays,min_weight_g,max_trays,max_gross_g,tare_g\n1,SCF,SCF,map:aadc,2,,2,,20000\n2,ALL,all,const:ALL,1,,,,20000\n",
        ),
    ]);
    let sorted = sort(&scheme, pieces(&[("90210", 900), ("90211", 90), ("90212", 40), ("90001", 5), ("90002", 60), ("10001", 151)]));
    let bundles: Vec<String> = sorted.bundles.iter().map(|bundle| format!("{} {} {}", bundle.tray + 1, bundle.key, bundle.places.len())).collect();
    assert_eq!(bundles, ["6 90002 60", "6 90211 75", "6 90211 15", "6 90212 40"], "5 pieces of 90001 stay loose");
    let pallets: Vec<String> = sorted.pallets.iter().map(|pallet| format!("{} {} {:?}", pallet.number, pallet.key, pallet.trays)).collect();
    assert_eq!(pallets, ["1 CA900 [1, 2]", "2 CA900 [3, 4]", "3 CA900 [5]", "4 ALL [0]"]);
    assert_eq!(sorted.pallets[0].gross, Weight(20_000_000 + 2 * (900_000 + 266 * 20_000)));
    assert!(sorted.trays.iter().all(|tray| sorted.pallets[tray.pallet as usize - 1].trays.contains(&(tray.number as usize - 1))));
}

/// A number from a seed, without a crate: the tests of properties want a mailing from a few numbers.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// A mailing of uneven pieces in few and many postcodes.
fn mailing(count: usize, spread: u64, mut seed: u64, pieces: &mut Pieces<'_>) {
    for _ in 0..count {
        let (zip, thickness, weight) = (next(&mut seed) % spread, 200 + next(&mut seed) % 6_000, 4_000 + next(&mut seed) % 120_000);
        let postcode = Postcode::pack(&format!("{:05}", 10_000 + zip * 37 % 80_000)).expect("five digits");
        pieces.push(postcode, Thickness(thickness), Weight(weight), &[]).expect("it fits");
    }
}

proptest::proptest! {
    #[test]
    fn what_must_hold_holds(count in 0usize..3_000, spread in 1u64..3_000, seed: u64, full: bool) {
        let scheme = if full { us_with(&[FULL]) } else { scheme_of(US) };
        let mut collected = Pieces::new(0);
        mailing(count, spread, seed, &mut collected);
        let sorted = presort(&scheme, collected.sorted().expect("no runs"), Settings::on(day())).expect("sorts");
        // The order is a permutation of all pieces, with those that are left.
        let mut all: Vec<u32> = sorted.order().chain(sorted.left().map(|piece| piece.sequence)).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..count as u32));
        check_trays(&sorted);
        // Sums agree with the pieces.
        let postage = sorted.postage();
        let prices: crate::base::money::Decimal = (0..sorted.len() as u32).filter_map(|place| sorted.price(place).ok()).map(|price| price.amount).sum();
        assert_eq!(prices, postage.total);
        let counted: u64 = postage.lines.iter().map(|line| line.pieces).chain(postage.unpriced.iter().map(|(_, pieces)| *pieces)).sum();
        assert_eq!(counted, count as u64);
        assert_eq!(sorted.verdict.eligible + sorted.verdict.excluded, count as u64);
    }

    #[test]
    fn runs_do_not_change_the_order(count in 0usize..2_000, spread in 1u64..200, seed: u64, at_once in 1usize..300) {
        let scheme = scheme_of(US);
        let mut whole = Pieces::new(0);
        mailing(count, spread, seed, &mut whole);
        let mut kept = RunsInMemory::default();
        let mut divided = Pieces::with_runs(0, at_once, &mut kept);
        mailing(count, spread, seed, &mut divided);
        let divided = divided.sorted().expect("runs are kept");
        let [whole, divided] = [whole.sorted().expect("no runs"), divided].map(|sorted| presort(&scheme, sorted, Settings::on(day())).expect("sorts"));
        assert!(whole.order().eq(divided.order()));
        assert_eq!(whole.trays, divided.trays);
        assert_eq!(kept.lengths().len(), if count > at_once { count.div_ceil(at_once) } else { 0 });
    }
}

/// No tray over its limits, no level below its minimum, trays one after the other.
fn check_trays(sorted: &Presorted<'_>) {
    let mut start = 0;
    for (index, tray) in sorted.trays.iter().enumerate() {
        assert_eq!((tray.number as usize, tray.places.start), (index + 1, start), "trays follow each other");
        start = tray.places.end;
        assert!(tray.pieces() > 0, "no tray is empty");
        let container = sorted.container(tray).expect("the scheme has containers");
        let pieces: Vec<&Piece> = tray.places.clone().map(|place| sorted.piece(place)).collect();
        assert_eq!(pieces.iter().map(|piece| piece.weight().0).sum::<u64>(), tray.net.0);
        assert_eq!(pieces.iter().map(|piece| piece.thickness().0).sum::<u64>(), tray.thickness.0);
        assert!(tray.thickness <= container.full_to.of(container.inner_length));
        assert!(Some(tray.gross) <= container.gross_max);
        assert!(pieces.windows(2).all(|pair| (pair[0].postcode, pair[0].sequence) < (pair[1].postcode, pair[1].sequence)));
        assert!(tray.places.clone().all(|place| sorted.tray_at(place) == index));
        let (level, group) = (sorted.level(tray), &sorted.levels[tray.level].groups[tray.group]);
        match level.minimum {
            Minimum::Pieces(least) => assert!(u64::from(group.pieces) >= least),
            Minimum::Weight(least) => assert!(group.weight >= least),
            Minimum::FullContainers(least) => assert!(u64::from(group.full_containers) >= least && tray.is_full),
        }
        let mut buffer = [0; POSTCODE_LENGTH_MAX];
        let key = level.key.key(tray.first.unpack(&mut buffer), |_| "", &sorted.scheme.maps);
        assert_eq!(key, Ok(sorted.key(tray)));
    }
    assert_eq!(start as usize, sorted.len());
}
