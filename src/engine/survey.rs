//! The addresses of a job, record by record: `pressrun address`.
//!
//! Takes a plan whose job is mailed, gives each record's address settled or with the reason why not. Must never compose or write.

use bumpalo::Bump;

use super::EngineError;
use super::composing::{RANGE_BYTES_MAX, open};
use super::inputs::Inputs;
use crate::base::code;
use crate::input::{Opened, Raw};
use crate::kit::expr::{Env, Value};
use crate::model::record::Hold;
use crate::plan::{Mail, Plan, Surveyed};

/// The address of a record.
#[derive(Debug)]
pub struct SurveyedRecord {
    /// Its number, from 0.
    pub record: u64,
    /// What its document is called.
    pub document: String,
    /// Its address, or why the record is held before one is looked at.
    pub address: Result<Surveyed, Hold>,
}

/// Gives the address of every record to `each`, in their order. Gives how many records there are.
///
/// # Errors
/// The data cannot be opened or cut, or what `each` fails with.
pub fn survey(plan: &Plan, mail: &Mail, mut each: impl FnMut(SurveyedRecord) -> Result<(), EngineError>) -> Result<u64, EngineError> {
    let inputs = Inputs::open(plan)?;
    let texts = inputs.texts(plan)?;
    let opened = open(plan, &inputs, &texts)?;
    let (mut arena, mut records) = (Bump::new(), 0);
    for (input, opened) in opened.iter().enumerate() {
        let (first, mut cutter) = (records, opened.cutter());
        while let Some(range) = cutter.next(plan.settings.volume_records, RANGE_BYTES_MAX).map_err(|fault| inputs.fault(input, fault))? {
            for raw in opened.raws(&range) {
                arena.reset();
                let record = first + raw.number;
                let mut document = (record + 1).to_string();
                let address = survey_record(plan, mail, opened, &raw, record, &arena, &mut document);
                each(SurveyedRecord { record, document, address })?;
            }
            records += range.count;
            inputs.release(input, &range);
        }
    }
    Ok(records)
}

fn survey_record(
    plan: &Plan,
    mail: &Mail,
    opened: &Opened<'_>,
    raw: &Raw<'_>,
    record: u64,
    arena: &Bump,
    document: &mut String,
) -> Result<Surveyed, Hold> {
    let values = opened.parse(raw, arena)?;
    let variables =
        [Value::Row(values), Value::Date(plan.settings.date), Value::Text(&plan.settings.name), Value::Integer(record as i64 + 1), Value::Null];
    let env = Env { arena, vars: &variables, running: &[], page: None, locale: &plan.locales[0], language: 0 };
    if let Some(template) = &plan.document_id {
        let mut id = String::new();
        template.write(&env, &mut id).map_err(|error| Hold::new(&code::RECORD_EXPRESSION, error.to_string()))?;
        *document = id;
    }
    mail.survey(&env, record)
}
