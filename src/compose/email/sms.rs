//! The text of an SMS.
//!
//! Takes the pieces of `<sms>` and the values of a record, gives the text and its segments. Must never know a font.

use super::inline::push_clean;
use crate::base::code;
use crate::compose::bind::Binder;
use crate::kit::expr::Value;
use crate::kit::sms::{Coding, count, transliterate};
use crate::model::layout::Inline;
use crate::model::message::{SmsContent, SmsPart};
use crate::model::record::Hold;

impl<'p, 'a> Binder<'_, 'p, 'a>
where
    'p: 'a,
{
    /// Writes the SMS of a document.
    ///
    /// # Errors
    /// Why there is none of this record.
    pub fn sms(&mut self, part: &'a SmsPart) -> Result<SmsContent, Hold> {
        let mut text = String::new();
        self.sms_into(&part.inlines, &mut text).map_err(|hold| hold.at(part.span))?;
        let mut text = text.trim().to_string();
        let mut counted = count(&text);
        if part.transliterate && counted.coding == Coding::Ucs2 {
            let plain = transliterate(&text);
            let of_plain = count(&plain);
            if of_plain.coding == Coding::Gsm7 {
                (text, counted) = (plain, of_plain);
            }
        }
        if counted.segments == 0 || counted.segments > part.segments_max {
            let reason = match counted.segments {
                0 => "the SMS is empty".to_string(),
                segments => format!(
                    "the SMS has {} {} characters, {segments} segments; at most {} are sent",
                    counted.units,
                    counted.coding.name(),
                    part.segments_max
                ),
            };
            return Err(Hold::new(&code::RECORD_SMS_LENGTH, reason).at(part.span));
        }
        Ok(SmsContent { text, count: counted })
    }

    fn sms_into(&mut self, inlines: &'a [Inline], out: &mut String) -> Result<(), Hold> {
        for inline in inlines {
            match inline {
                Inline::Text(_, text) => push_clean(text, out),
                Inline::Value(_, expr) => {
                    let text = self.text_of(expr)?;
                    push_clean(text, out);
                    self.values.push(text);
                    // An SMS of megabytes is not read to its end.
                    if out.len() > 64 << 10 {
                        return Err(Hold::new(&code::RECORD_SMS_LENGTH, "the SMS has more than 64 KB"));
                    }
                }
                Inline::Break => out.push('\n'),
                Inline::Choose(branches) => {
                    for (test, body) in branches {
                        if self.holds(test.as_ref())? {
                            self.sms_into(body, out)?;
                            break;
                        }
                    }
                }
                Inline::For { variable, list, body } => {
                    for row in self.rows(list)?.rows() {
                        self.variables[*variable] = Value::Row(row);
                        self.sms_into(body, out)?;
                    }
                }
                Inline::Tab(_) | Inline::Symbol(_) | Inline::Note(_) | Inline::Link(_) | Inline::LinkEnd | Inline::Anchor(_) => {}
            }
        }
        Ok(())
    }
}
