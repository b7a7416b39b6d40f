//! Documents are kept, and let go when they need be kept no longer: legal holds and expiry.
//!
//! Takes who and why, gives holds in the index and events in the log. A hold covers what its query finds, documents that come later included. Expiry is done in
//! two steps: what would go is shown, then somebody says that it goes, and why.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::erase::{Erased, begun, erase_rows, finish_begun};
use super::find::{query_for_log, query_json, query_of};
use super::{Actor, Archive, ArchiveError, CATALOGUE, keys::ArchiveKey};
use crate::ledger::{Catalogue, CatalogueRow, DocumentQuery, HoldOrder};

/// Sets a hold on what a query finds; gives how many documents that are now.
pub fn set_hold(root: &Path, name: &str, query: &DocumentQuery, actor: &Actor) -> Result<u64, ArchiveError> {
    let mut archive = Archive::open(root, None, None)?;
    let catalogue = archive.catalogue()?;
    // What an erasure has begun with is half gone, and the next command ends it: a hold that seemed to keep it would be a lie.
    if !begun(&archive)?.is_empty() {
        let what = "an erasure was begun and cut off; `pressrun archive erase` or `expire` ends it, then the hold can be set";
        return Err(ArchiveError::Refused(what.into()));
    }
    let documents = catalogue.find(query)?.map_err(ArchiveError::Refused)?.len() as u64;
    let text = query_json(query);
    let hold =
        HoldOrder { name: name.to_string(), who: actor.who.clone(), why: actor.why.clone(), since: actor.time.clone(), query: text.to_string() };
    catalogue.begin()?;
    if !catalogue.set_hold(&hold)? {
        return Err(ArchiveError::Refused(format!("there is a hold `{name}` already")));
    }
    // The log comes first: a kill between leaves a trace of what was asked.
    archive.append(actor, json!({ "action": "held", "documents": documents, "hold": name, "query": query_for_log(query) }))?;
    catalogue.commit()?;
    archive.seal_catalogue(catalogue, actor)?;
    Ok(documents)
}

/// Lifts a hold.
pub fn lift_hold(root: &Path, name: &str, actor: &Actor) -> Result<(), ArchiveError> {
    let mut archive = Archive::open(root, None, None)?;
    let catalogue = archive.catalogue()?;
    catalogue.begin()?;
    if !catalogue.lift_hold(name)? {
        return Err(ArchiveError::Refused(format!("there is no hold `{name}`")));
    }
    archive.append(actor, json!({ "action": "lifted", "hold": name }))?;
    catalogue.commit()?;
    archive.seal_catalogue(catalogue, actor)
}

/// The holds, with how many documents each covers now.
pub fn list_holds(root: &Path) -> Result<Vec<(HoldOrder, u64)>, ArchiveError> {
    let catalogue = Catalogue::read(&root.join(CATALOGUE))?.ok_or_else(|| ArchiveError::NoArchive(root.to_path_buf()))?;
    let mut holds = Vec::new();
    for hold in catalogue.holds()? {
        let documents = catalogue.find(&query_of_hold(&hold))?.map_or(0, |rows| rows.len() as u64);
        holds.push((hold, documents));
    }
    Ok(holds)
}

fn query_of_hold(hold: &HoldOrder) -> DocumentQuery {
    query_of(&serde_json::from_str::<Value>(&hold.query).unwrap_or_default())
}

/// Refuses documents that a hold covers.
pub(super) fn refuse_held(catalogue: &Catalogue, rows: &[CatalogueRow]) -> Result<(), ArchiveError> {
    match first_hold(catalogue, rows)? {
        Some((hold, documents)) => Err(ArchiveError::Held { hold: hold.name, why: hold.why, documents }),
        None => Ok(()),
    }
}

fn first_hold(catalogue: &Catalogue, rows: &[CatalogueRow]) -> Result<Option<(HoldOrder, u64)>, ArchiveError> {
    let going: BTreeSet<u64> = rows.iter().map(|row| row.number).collect();
    for hold in catalogue.holds()? {
        // A hold whose query cannot be asked covers everything: rather too much is kept than too little.
        let covered = match catalogue.find(&query_of_hold(&hold))? {
            Ok(covered) => covered.iter().filter(|row| going.contains(&row.number)).count() as u64,
            Err(_) => going.len() as u64,
        };
        if covered > 0 {
            return Ok(Some((hold, covered)));
        }
    }
    Ok(None)
}

/// What expiry would let go, or did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expired {
    /// Documents whose time is over and that no hold covers.
    pub rows: Vec<CatalogueRow>,
    /// Documents whose time is over and that a hold keeps.
    pub kept_by_hold: u64,
    /// What was done; nothing if it was only shown.
    pub erased: Option<Erased>,
}

/// Shows what need not be kept on `day`, or lets it go.
pub fn expire(root: &Path, day: &str, is_shown_only: bool, key: Option<&ArchiveKey>, actor: &Actor) -> Result<Expired, ArchiveError> {
    let mut archive = Archive::open(root, None, None)?;
    archive.require_newest(key)?;
    let catalogue = archive.catalogue()?;
    let query = DocumentQuery { expired_on: Some(day.to_string()), ..DocumentQuery::default() };
    let mut rows = catalogue.find(&query)?.map_err(ArchiveError::Refused)?;
    let all = rows.len();
    for hold in catalogue.holds()? {
        match catalogue.find(&query_of_hold(&hold))? {
            Ok(covered) => {
                let covered: BTreeSet<u64> = covered.iter().map(|row| row.number).collect();
                rows.retain(|row| !covered.contains(&row.number));
            }
            Err(_) => rows.clear(),
        }
    }
    let mut expired = Expired { kept_by_hold: (all - rows.len()) as u64, rows, erased: None };
    if is_shown_only {
        return Ok(expired);
    }
    let mut erased = finish_begun(&mut archive, &catalogue, actor)?;
    if !expired.rows.is_empty() {
        archive.append(actor, json!({ "action": "expiring", "day": day, "documents": expired.rows.len(), "kept_by_hold": expired.kept_by_hold }))?;
    }
    erase_rows(&mut archive, &catalogue, &expired.rows, "expired", actor, &mut erased)?;
    catalogue.compact()?;
    archive.seal_catalogue(catalogue, actor)?;
    archive.sign_head(key, &actor.time)?;
    expired.erased = Some(erased);
    Ok(expired)
}
