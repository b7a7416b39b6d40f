//! Stage 2: documents become mailpieces, and pieces come into the order of the mail.
//!
//! Takes the ledger's documents and what the mail knows of them, gives the [`Order`]: small entries move, no page is touched. Must
//! give the same order whatever the threads.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::envelopes::{Contents, choose};
use super::order::{self, Documents, Order, Piece, Places, Sequence, TextPlace, Texts};
use super::postal_order::sort_pieces;
use super::serials::first_serial;
use super::{EngineError, Options};
use crate::ledger::{Ledger, MailRow};
use crate::model::mail::{Country, MatchKeys, Thickness, Weight};
use crate::plan::{Mail, Plan};
use crate::postal::matching::Rule;

/// Puts the documents of a job into the order of the mail.
pub(super) fn gather(plan: &Plan, ledger: &mut Ledger, pool: &rayon::ThreadPool, options: &Options<'_>) -> Result<Order, EngineError> {
    let order = order_of(plan, ledger, pool, options)?;
    ledger.post_order(&order.trays, &order.merges)?;
    Ok(order)
}

/// The order that the documents of a ledger have by a plan; the ledger is left alone.
pub(super) fn order_of(plan: &Plan, ledger: &Ledger, pool: &rayon::ThreadPool, options: &Options<'_>) -> Result<Order, EngineError> {
    let pulled: BTreeSet<u64> = ledger.pulled()?.into_iter().map(|row| row.record).collect();
    let sequence = order::sorted_documents(ledger, pool, &pulled)?;
    match &plan.mail {
        None => {
            let files = order::divide((0..sequence.records.len()).map(|_| (0, 1)), plan.print.pieces_per_file.max(1));
            let documents = Documents::read(&sequence.records, files.iter().map(|file| file.end as usize), ledger)?;
            Ok(Order { documents, files, ..Order::default() })
        }
        Some(mail) => mailed(plan, mail, sequence, ledger, options),
    }
}

/// What gathering knows of all documents, in the order of these; then of pieces.
#[derive(Default)]
pub(super) struct AllMailed {
    /// Each document as a piece of its own, without its envelope; then those that carry others, and then in theirs. The two are never in
    /// memory together: there may be tens of millions.
    pieces: Vec<Piece>,
    /// Where each goes, and its values of the scheme's fields: an index into the tuples.
    pub(super) routes: Vec<(Option<Country>, u32)>,
    /// By which documents are united.
    pub(super) keys: Keys,
    texts: Texts,
    /// Different values of the scheme's fields.
    pub(super) tuples: Vec<Vec<String>>,
    pub(super) reasons: Vec<String>,
    tuple_of: FxHashMap<Vec<String>, u32>,
    reason_of: FxHashMap<String, u32>,
}

impl AllMailed {
    fn read(mail: &Mail, records: &[u64], ledger: &Ledger) -> Result<AllMailed, EngineError> {
        let places = Places::of(records);
        let mut all = AllMailed {
            pieces: vec![Piece::default(); records.len()],
            routes: vec![(None, 0); records.len()],
            keys: Keys::for_rules(super::households::rules(mail), records.len()),
            ..AllMailed::default()
        };
        ledger.each_mail(|row| -> Result<(), EngineError> {
            let Some(place) = places.find(row.record) else { return Ok(()) };
            all.keys.set(place, &row.facts.keys);
            all.take(place as usize, row).ok_or_else(|| EngineError::Mail("its routings and postcodes have more than 4 GB".into()))
        })?;
        Ok(all)
    }

    fn take(&mut self, place: usize, row: MailRow) -> Option<()> {
        let facts = row.facts;
        let fields = index_of(&mut self.tuples, &mut self.tuple_of, facts.fields);
        self.routes[place] = (facts.country, fields);
        self.pieces[place] = Piece {
            inserts: facts.inserts,
            weight: u32::try_from(row.weight.0).unwrap_or(u32::MAX),
            thickness: u32::try_from(row.thickness.0).unwrap_or(u32::MAX),
            texts: self.texts.keep(&facts.routing, &facts.postcode)?,
            diverted: facts.diverted.map_or(0, |reason| self.reason(reason)),
            ..Piece::default()
        };
        Some(())
    }

    /// The number of a reason, from 1.
    fn reason(&mut self, reason: String) -> u32 {
        index_of(&mut self.reasons, &mut self.reason_of, reason) + 1
    }

    /// The postcode of a document or piece.
    pub(super) fn postcode(&self, texts: TextPlace) -> &str {
        self.texts.of(texts).1
    }
}

/// The keys by which a job unites documents, and no others: a document has five.
#[derive(Default)]
pub(super) struct Keys {
    rules: &'static [Rule],
    /// Those of one document after those of the one before.
    keys: Vec<u64>,
}

impl Keys {
    fn for_rules(rules: &'static [Rule], documents: usize) -> Keys {
        Keys { rules, keys: vec![0; rules.len() * documents] }
    }

    fn set(&mut self, document: u32, keys: &MatchKeys) {
        let start = document as usize * self.rules.len();
        for (rule, key) in self.rules.iter().zip(&mut self.keys[start..]) {
            *key = rule.key(keys);
        }
    }

    /// What a rule compares of a document.
    pub(super) fn of(&self, rule: Rule, document: u32) -> u64 {
        let at = self.rules.iter().position(|known| *known == rule);
        at.map_or(0, |at| self.keys[document as usize * self.rules.len() + at])
    }
}

/// The place of a value among those that differ.
fn index_of<T: Clone + Eq + std::hash::Hash>(values: &mut Vec<T>, known: &mut FxHashMap<T, u32>, value: T) -> u32 {
    if let Some(index) = known.get(&value) {
        return *index;
    }
    let index = values.len() as u32;
    values.push(value.clone());
    known.insert(value, index);
    index
}

/// The order of a job with `[mail]`.
fn mailed(plan: &Plan, mail: &Mail, sequence: Sequence, ledger: &Ledger, options: &Options<'_>) -> Result<Order, EngineError> {
    let Sequence { mut records, sheets } = sequence;
    let mut all = AllMailed::read(mail, &records, ledger)?;
    let mut united = super::households::unite(mail, &records, &all.keys, ledger)?;
    all.keys = Keys::default();
    let members = united.members(records.len());
    let (mut start, mut count) = (0, 0);
    while start < members.len() {
        let carrier = united.carrier(members[start]);
        let end = start + members[start..].iter().take_while(|member| united.carrier(**member) == carrier).count();
        // Carriers come in their order, and each before those it carries: whoever stands at this place is in a piece already, or in this one.
        assert!(count <= carrier as usize, "a carrier is the first of its documents");
        let piece = piece(mail, &mut all, &sheets, &members[start..end], start as u32);
        (all.pieces[count], all.routes[count]) = (piece, all.routes[carrier as usize]);
        (start, count) = (end, count + 1);
    }
    all.pieces.truncate(count);
    let mut pieces = std::mem::take(&mut all.pieces);
    // What only documents have is given back before the pieces are sorted.
    drop(sheets);
    united.forget_carriers();
    let mut sorted = sort_pieces(plan, mail, &pieces, &all, options)?;
    all.routes = Vec::new();
    // Documents and pieces take the places of the mail, in place.
    let (mut sources, mut firsts) = (Vec::with_capacity(members.len()), Vec::with_capacity(pieces.len()));
    for piece in &sorted.order {
        let from = &pieces[*piece as usize];
        firsts.push(sources.len() as u32);
        sources.extend_from_slice(&members[from.first as usize..from.first as usize + from.documents as usize]);
    }
    drop(members);
    order::permute(&mut records, sources);
    order::permute(&mut pieces, std::mem::take(&mut sorted.order));
    for ((piece, place), first) in pieces.iter_mut().zip(&sorted.places).zip(firsts) {
        *piece = Piece { first, tray: place.tray, position: place.position, price: place.price, ..*piece };
    }
    sorted.places = Vec::new();
    let names = match plan.print.says_document() {
        true => Some(order::Names::read(pieces.iter().map(|piece| records[piece.first as usize]), ledger)?),
        false => None,
    };
    Ok(Order {
        names,
        first_serial: first_serial(plan, ledger, pieces.len() as u64, options)?,
        documents: Documents::read(&records, sorted.files.iter().map(|file| order::end_of(&pieces, file.end)), ledger)?,
        pieces: Some(pieces),
        texts: all.texts,
        reasons: all.reasons,
        prices: sorted.prices,
        files: sorted.files,
        trays: sorted.trays,
        merges: united.merges,
        bins: mail.inserts.iter().map(|insert| insert.bin).collect(),
    })
}

/// The piece of some documents, which begin at `first` among the members; not yet in its place.
fn piece(mail: &Mail, all: &mut AllMailed, sheets: &[u32], members: &[u32], first: u32) -> Piece {
    // The carrier is the first: its address is used.
    let carrier = all.pieces[members[0] as usize];
    let (mut contents, mut inserts, mut diverted) = (Contents::default(), 0, 0);
    for member in members {
        let mailed = &all.pieces[*member as usize];
        contents.sheets += sheets[*member as usize];
        contents.weight = contents.weight + Weight(u64::from(mailed.weight));
        contents.thickness = contents.thickness + Thickness(u64::from(mailed.thickness));
        inserts |= mailed.inserts;
        if diverted == 0 {
            diverted = mailed.diverted;
        }
    }
    contents.inserts(inserts, &mail.inserts);
    let chosen = choose(&contents, &mail.envelopes);
    let (envelope, weight, thickness) = match chosen {
        Ok(chosen) => (chosen.envelope, chosen.weight, chosen.thickness),
        Err(reason) => {
            if diverted == 0 {
                diverted = all.reason(reason);
            }
            (0, contents.weight, contents.thickness)
        }
    };
    let [weight, thickness] = [weight.0, thickness.0].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    Piece { first, documents: members.len() as u32, envelope, inserts, weight, thickness, diverted, texts: carrier.texts, ..Piece::default() }
}
