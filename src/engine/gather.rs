//! Stage 2: documents become mailpieces, and pieces come into the order of the mail.
//!
//! Takes the ledger's documents and what the mail knows of them, gives the [`Order`]: small entries move, no page is touched. Must
//! give the same order whatever the threads.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::envelopes::{Contents, choose};
use super::order::{self, Order, Piece, Small};
use super::postal_order::sort_pieces;
use super::serials::first_serial;
use super::{EngineError, Options};
use crate::ledger::{Ledger, MailRow};
use crate::model::mail::{Country, MatchKeys, Thickness, Weight};
use crate::plan::{Mail, Plan};

/// Puts the documents of a job into the order of the mail.
pub(super) fn gather(plan: &Plan, ledger: &mut Ledger, pool: &rayon::ThreadPool, options: &Options<'_>) -> Result<Order, EngineError> {
    let order = order_of(plan, ledger, pool, options)?;
    ledger.post_order(&order.trays, &order.merges)?;
    Ok(order)
}

/// The order that the documents of a ledger have by a plan; the ledger is left alone.
pub(super) fn order_of(plan: &Plan, ledger: &Ledger, pool: &rayon::ThreadPool, options: &Options<'_>) -> Result<Order, EngineError> {
    let mut documents = order::sorted_documents(ledger, pool)?;
    let pulled: BTreeSet<u64> = ledger.pulled()?.into_iter().map(|row| row.record).collect();
    if !pulled.is_empty() {
        documents.retain(|small| !pulled.contains(&small.record));
    }
    let order = match &plan.mail {
        None => {
            let files = order::divide((0..documents.len()).map(|_| (0, 1)), plan.print.pieces_per_file.max(1));
            Order { documents, files, ..Order::default() }
        }
        Some(mail) => mailed(plan, mail, documents, ledger, options)?,
    };
    Ok(order)
}

/// What gathering knows of a document.
#[derive(Clone, Copy, Default)]
pub(super) struct Mailed {
    /// Where it goes.
    pub(super) country: Option<Country>,
    /// Its inserts.
    pub(super) inserts: u32,
    /// What its sheets weigh, in milligrams.
    weight: u32,
    /// How thick they are together, not folded, in thousandths of a millimetre.
    thickness: u32,
    /// Where routing and postcode are among the texts, and how long each is.
    pub(super) texts: (u32, u8, u8),
    /// Values of the scheme's fields: an index into the tuples.
    pub(super) fields: u32,
    /// Why it is put aside: an index into the reasons, from 1.
    diverted: u32,
}

/// What gathering knows of all documents, in the order of these.
#[derive(Default)]
pub(super) struct AllMailed {
    pub(super) list: Vec<Mailed>,
    /// Empty if nothing is united.
    pub(super) keys: Vec<MatchKeys>,
    pub(super) texts: String,
    /// Where each piece goes, and its values of the scheme's fields: an index into the tuples. In the order of the pieces.
    pub(super) routes: Vec<(Option<Country>, u32)>,
    /// Different values of the scheme's fields.
    pub(super) tuples: Vec<Vec<String>>,
    pub(super) reasons: Vec<String>,
    tuple_of: FxHashMap<Vec<String>, u32>,
    reason_of: FxHashMap<String, u32>,
}

impl AllMailed {
    fn read(mail: &Mail, documents: &[Small], ledger: &Ledger) -> Result<AllMailed, EngineError> {
        let records = documents.iter().map(|small| small.record + 1).max().unwrap_or(0);
        let mut place_of = vec![u32::MAX; records as usize];
        for (place, small) in documents.iter().enumerate() {
            place_of[small.record as usize] = place as u32;
        }
        let has_keys = mail.household.unite.is_some();
        let mut all = AllMailed { list: vec![Mailed::default(); documents.len()], ..AllMailed::default() };
        all.keys = vec![MatchKeys::default(); if has_keys { documents.len() } else { 0 }];
        ledger.each_mail(|row| -> Result<(), EngineError> {
            let Some(&place) = place_of.get(row.record as usize).filter(|place| **place != u32::MAX) else { return Ok(()) };
            if has_keys {
                all.keys[place as usize] = row.facts.keys;
            }
            all.list[place as usize] = all.mailed(row);
            Ok(())
        })?;
        all.texts.shrink_to_fit();
        Ok(all)
    }

    fn mailed(&mut self, row: MailRow) -> Mailed {
        let facts = row.facts;
        let start = self.texts.len() as u32;
        self.texts.push_str(&facts.routing);
        self.texts.push_str(&facts.postcode);
        let fields = index_of(&mut self.tuples, &mut self.tuple_of, facts.fields);
        let diverted = facts.diverted.map_or(0, |reason| self.reason(reason));
        Mailed {
            country: facts.country,
            inserts: facts.inserts,
            weight: u32::try_from(row.weight.0).unwrap_or(u32::MAX),
            thickness: u32::try_from(row.thickness.0).unwrap_or(u32::MAX),
            texts: (start, facts.routing.len() as u8, facts.postcode.len() as u8),
            fields,
            diverted,
        }
    }

    /// The number of a reason, from 1.
    fn reason(&mut self, reason: String) -> u32 {
        index_of(&mut self.reasons, &mut self.reason_of, reason) + 1
    }

    /// The postcode of a document or piece.
    pub(super) fn postcode(&self, texts: (u32, u8, u8)) -> &str {
        let start = texts.0 as usize + usize::from(texts.1);
        &self.texts[start..start + usize::from(texts.2)]
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
fn mailed(plan: &Plan, mail: &Mail, mut documents: Vec<Small>, ledger: &Ledger, options: &Options<'_>) -> Result<Order, EngineError> {
    let mut all = AllMailed::read(mail, &documents, ledger)?;
    let united = super::households::unite(mail, &documents, &all, ledger)?;
    all.keys = Vec::new();
    let (mut pieces, members) = (Vec::with_capacity(documents.len()), united.members(documents.len()));
    let mut start = 0;
    while start < members.len() {
        let carrier = united.carrier(members[start]);
        let end = start + members[start..].iter().take_while(|member| united.carrier(**member) == carrier).count();
        let carrier = &all.list[members[start] as usize];
        all.routes.push((carrier.country, carrier.fields));
        pieces.push(piece(mail, &documents, &mut all, &members[start..end], start as u32));
        start = end;
    }
    // What only documents have is given back before the pieces are sorted: there may be tens of millions.
    all.list = Vec::new();
    let mut sorted = sort_pieces(plan, mail, &pieces, &all, options)?;
    // Documents and pieces take the places of the mail, in place.
    let (mut sources, mut firsts) = (Vec::with_capacity(documents.len()), Vec::with_capacity(pieces.len()));
    for piece in &sorted.order {
        let from = &pieces[*piece as usize];
        firsts.push(sources.len() as u32);
        sources.extend_from_slice(&members[from.first as usize..from.first as usize + from.documents as usize]);
    }
    order::permute(&mut documents, sources);
    order::permute(&mut pieces, std::mem::take(&mut sorted.order));
    for ((piece, place), first) in pieces.iter_mut().zip(&sorted.places).zip(firsts) {
        *piece = Piece { first, tray: place.tray, position: place.position, price: place.price, ..*piece };
    }
    let names = match plan.print.says_document() {
        true => Some(order::Names::read(pieces.iter().map(|piece| documents[piece.first as usize].record), ledger)?),
        false => None,
    };
    Ok(Order {
        names,
        first_serial: first_serial(plan, ledger, pieces.len() as u64, options)?,
        documents,
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
fn piece(mail: &Mail, documents: &[Small], all: &mut AllMailed, members: &[u32], first: u32) -> Piece {
    // The carrier is the first: its address is used.
    let carrier = all.list[members[0] as usize];
    let (mut contents, mut inserts, mut diverted) = (Contents::default(), 0, 0);
    for member in members {
        let mailed = &all.list[*member as usize];
        contents.sheets += documents[*member as usize].sheets;
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
