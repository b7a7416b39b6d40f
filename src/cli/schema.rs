//! `pressrun schema`: the layout language for XML editors.

use clap::Args;

use super::{Outcome, print};
use crate::layout::schema;

/// Print the layout language as a schema that XML editors complete and check with.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun schema > layout.rng            RELAX NG
  pressrun schema --xsd > layout.xsd      W3C XML Schema
  xmllint --noout --relaxng layout.rng letter.xml

An editor that follows <?xml-model?> takes the first line of a layout such as
  <?xml-model href=\"layout.rng\" schematypens=\"http://relaxng.org/ns/structure/1.0\"?>")]
pub(super) struct Schema {
    /// RELAX NG in its XML syntax (ISO/IEC 19757-2): the default.
    #[arg(long, conflicts_with = "xsd")]
    rng: bool,
    /// W3C XML Schema 1.0.
    #[arg(long)]
    xsd: bool,
}

impl Schema {
    pub(super) fn run(self) -> Outcome {
        print(&if self.xsd { schema::xml_schema() } else { schema::relax_ng() });
        Outcome::Done
    }
}
