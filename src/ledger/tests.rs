use super::*;

fn document(record: u64, volume: u32, first_page: u32, pages: u32) -> DocumentRow {
    DocumentRow {
        entry: Entry {
            record,
            id: format!("D{record}"),
            volume,
            first_page,
            pages,
            offset: record * 1000,
            length: 900,
            hash: Hash::of(&record.to_le_bytes()),
            sort_key: vec![1, record as u8],
        },
        sheets: pages.div_ceil(2),
        layout: 0,
        is_printed: true,
        totals: Vec::new(),
    }
}

fn volume(number: u32, first_record: u64, records: u32, documents: &[DocumentRow]) -> VolumeRow {
    VolumeRow {
        number,
        first_record,
        records,
        documents: documents.len() as u32,
        pages: documents.iter().map(|d| u64::from(d.entry.pages)).sum(),
        bytes: 5000,
        hash: Some(Hash::of(b"file")),
        file: Some(format!("volumes/{number:06}.pdf")),
        source: Hash::of(b"source"),
    }
}

fn hold(record: u64) -> HoldRow {
    HoldRow { record, code: "R0305".into(), reason: "the required field `name` is missing".into(), input: 0, offset: 77, length: 12, lines: None }
}

fn remark(record: u64, code: &str) -> RemarkRow {
    RemarkRow { record, code: code.into(), reason: "to be looked at".into() }
}

fn slot(record: u64, message: Option<&str>) -> SlotRow {
    SlotRow { record, slot: "promotion".into(), message: message.map(str::to_string), passed_over: "winter is too high".into() }
}

/// Two volumes, five records, one held, all printed.
fn whole_job(path: &std::path::Path, disk: &Disk) -> Result<(), LedgerError> {
    let mut ledger = Ledger::open(path, disk)?;
    if ledger.job()?.is_none() {
        let job = JobRow {
            plan: Hash::of(b"plan"),
            name: "test".into(),
            date: "2026-10-01".into(),
            program: "0".into(),
            state: State::Composing,
            records: None,
        };
        ledger.begin_job(&job, &[InputRow { path: "a".into(), length: 1, modified: "2".into() }], &[])?;
    }
    let done: Vec<u32> = ledger.volumes()?.iter().map(|v| v.number).collect();
    let first = [document(0, 0, 0, 3), document(2, 0, 3, 1)];
    let second = [document(3, 1, 0, 2), document(4, 1, 2, 1)];
    if !done.contains(&0) {
        ledger.post_volume(&VolumePost {
            volume: &volume(0, 0, 3, &first),
            used: &Used::default(),
            documents: &first,
            holds: &[hold(1)],
            remarks: &[remark(0, "R0409"), remark(0, "R0412")],
            slots: &[slot(0, Some("spring")), slot(2, None)],
            mail: &[],
            suppressed: &[],
            decisions: &[],
            message_files: &[],
            messages: &[],
            archived: &[],
        })?;
    }
    if !done.contains(&1) {
        ledger.post_volume(&VolumePost {
            volume: &volume(1, 3, 2, &second),
            used: &Used::default(),
            documents: &second,
            holds: &[],
            remarks: &[],
            slots: &[slot(3, None)],
            mail: &[],
            suppressed: &[],
            decisions: &[],
            message_files: &[],
            messages: &[],
            archived: &[],
        })?;
    }
    ledger.set_state(State::Composed, Some(5))?;
    assert_eq!(ledger.balance()?.composing_faults(), Vec::<String>::new());
    if ledger.print_files()?.is_empty() {
        let places = [(1, 4, 1), (2, 0, 3), (3, 2, 7), (4, 3, 9)].map(|(piece, record, print_page)| PlaceRow { piece, record, print_page });
        let piece = |(sequence, pages)| PieceRow { sequence, documents: 1, pages, ..PieceRow::default() };
        let pieces = [(1, 1), (2, 3), (3, 1), (4, 2)].map(piece);
        let file =
            PrintFileRow { number: 1, pieces: 4, pages: 7, blanks: 3, sheets: 5, bytes: 9, hash: Hash::of(b"p"), file: "print/0001.pdf".into() };
        ledger.post_print_file(&file, &pieces, &places, 1)?;
    }
    ledger.index_places()?;
    ledger.set_state(State::Closed, None)?;
    ledger.close()
}

#[test]
fn a_whole_job_balances_and_leaves_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger.sqlite");
    whole_job(&path, &Disk::real()).expect("written");
    assert_eq!(std::fs::read_dir(folder.path()).expect("read").count(), 1);
    let ledger = Ledger::read(&path).expect("opens").expect("is there");
    let balance = ledger.balance().expect("sums");
    assert_eq!(balance.faults(), Vec::<String>::new());
    assert_eq!((balance.records, balance.documents, balance.held, balance.pages, balance.sheets), (5, 4, 1, 7, 5));
    assert_eq!(ledger.hold_counts().expect("counts")[0].first, 1);
    assert_eq!(
        ledger.remark_counts().expect("counts").iter().map(|count| (count.code.as_str(), count.count)).collect::<Vec<_>>(),
        [("R0409", 1), ("R0412", 1)]
    );
    let slots = ledger.slot_counts().expect("counts");
    assert_eq!(
        slots.iter().map(|count| (count.message.as_deref(), count.passed_over.as_str(), count.count)).collect::<Vec<_>>(),
        [(Some("spring"), "", 1), (None, "winter is too high", 2)]
    );
    assert_eq!(ledger.page_counts().expect("counts"), [(1, 2), (2, 1), (3, 1)]);
    let mut order = Vec::new();
    ledger.each_place(1, |place, document| order.push((place.piece, document.entry.id))).expect("rows");
    assert_eq!(order.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["D4", "D0", "D2", "D3"]);
    assert_eq!(ledger.job().expect("job").map(|job| job.state), Some(State::Closed));
}

#[test]
fn whatever_write_fails_the_next_run_ends_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let needed = {
        let disk = Disk::real();
        whole_job(&folder.path().join("full.sqlite"), &disk).expect("written");
        disk.writes() as i64
    };
    for limit in 0..needed {
        let path = folder.path().join(format!("{limit}.sqlite"));
        assert!(whole_job(&path, &Disk::full_after(limit)).is_err(), "{limit}");
        whole_job(&path, &Disk::real()).expect("resumed");
        let ledger = Ledger::read(&path).expect("opens").expect("is there");
        assert_eq!(ledger.balance().expect("sums").faults(), Vec::<String>::new(), "{limit}");
    }
}

#[test]
fn what_does_not_add_up_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger.sqlite");
    whole_job(&path, &Disk::real()).expect("written");
    let mut ledger = Ledger::open(&path, &Disk::real()).expect("opens");
    ledger.drop_print_file(1).expect("dropped");
    let faults = ledger.balance().expect("sums").faults();
    assert!(faults.contains(&"7 pages composed, but 0 pages printed".to_string()), "{faults:?}");
    ledger.drop_volume(0).expect("dropped");
    let faults = ledger.balance().expect("sums").composing_faults();
    assert_eq!(faults, ["5 records in the inputs, but 2 records in volumes", "5 records, but 2 documents and holds"]);
}

#[test]
fn a_foreign_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger.sqlite");
    assert!(Ledger::read(&path).expect("no fault").is_none());
    std::fs::write(&path, b"this is not a database, only a text of some length").expect("written");
    assert!(Ledger::read(&path).is_err());
    assert!(Ledger::open(&path, &Disk::real()).is_err());
}

#[test]
fn resources_round_trip() {
    let mut used = Used { narrow: 5, wide: 1 << 63, ..Used::default() };
    used.images.insert(crate::model::resources::ImageId(7));
    used.forms.insert(crate::model::resources::FormId(300));
    used.glyphs.push(Default::default());
    let mut glyphs = crate::kit::font::GlyphSet::default();
    glyphs.insert(70);
    glyphs.insert(65_535);
    glyphs.insert_text(70, "ffi");
    used.glyphs.push(glyphs);
    let bytes = used::write(&used);
    assert_eq!(used::read(&bytes), Some(used));
    for cut in 0..bytes.len() {
        assert_eq!(used::read(&bytes[..cut]), None, "{cut}");
    }
}
