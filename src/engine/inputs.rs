//! The data of a plan, mapped.
//!
//! Takes the paths of a plan, gives their texts, and notices when a file is not what it was. Counts files through all inputs,
//! as holds and the ledger do. Must never look inside a record.

use std::path::PathBuf;

use super::EngineError;
use crate::base::file::Mapped;
use crate::input::{InputFault, InputFile, RecordRange};
use crate::ledger::InputRow;
use crate::plan::Plan;

/// The input files of a plan, mapped.
pub(super) struct Inputs {
    inputs: Vec<MappedInput>,
}

struct MappedInput {
    files: Vec<Mapped>,
    lines: Vec<Mapped>,
}

/// The files of one input as text.
pub(super) struct Texts<'i> {
    pub(super) files: Vec<InputFile<'i>>,
    pub(super) lines: Vec<InputFile<'i>>,
}

impl Inputs {
    /// No files: for what is made of volumes alone.
    pub(super) fn none() -> Inputs {
        Inputs { inputs: Vec::new() }
    }

    /// Maps the files.
    pub(super) fn open(plan: &Plan) -> Result<Inputs, EngineError> {
        let map = |paths: &[PathBuf]| paths.iter().map(|path| Mapped::open(path)).collect::<Result<Vec<_>, _>>();
        let mut inputs = Vec::new();
        for input in &plan.inputs {
            inputs.push(MappedInput { files: map(&input.files)?, lines: map(&input.lines)? });
        }
        Ok(Inputs { inputs })
    }

    /// The files as text, by input.
    pub(super) fn texts(&self, plan: &Plan) -> Result<Vec<Texts<'_>>, EngineError> {
        let mut all = Vec::new();
        for (input, planned) in self.inputs.iter().zip(&plan.inputs) {
            let mut texts = Texts { files: Vec::new(), lines: Vec::new() };
            for (files, out) in [(&input.files, &mut texts.files), (&input.lines, &mut texts.lines)] {
                for file in files {
                    let text = InputFile::read(file, planned.encoding.as_deref());
                    out.push(text.map_err(|fault| EngineError::Input(vec![(file.path().to_path_buf(), fault)]))?);
                }
            }
            all.push(texts);
        }
        Ok(all)
    }

    /// All files, in the order in which holds and the ledger count them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Mapped> {
        self.inputs.iter().flat_map(|input| input.files.iter().chain(&input.lines))
    }

    /// Where the files of an input begin in [`Inputs::all`].
    pub(super) fn first_file(&self, input: usize) -> usize {
        self.inputs[..input].iter().map(|input| input.files.len() + input.lines.len()).sum()
    }

    /// Where the lines of a file of an input are in [`Inputs::all`].
    pub(super) fn lines_file(&self, input: usize, file: usize) -> usize {
        self.first_file(input) + self.inputs[input].files.len() + file
    }

    /// Gives back the memory of a range that is composed.
    pub(super) fn release(&self, input: usize, range: &RecordRange) {
        let input = &self.inputs[input];
        for part in &range.parts {
            input.files[part.file].release(part.bytes.clone());
            if let Some(lines) = input.lines.get(part.file) {
                lines.release(part.lines.clone());
            }
        }
    }

    /// Bytes of all files.
    pub(super) fn bytes(&self) -> u64 {
        self.all().map(|file| file.len() as u64).sum()
    }

    /// The first file that is not what it was when it was opened.
    pub(super) fn changed(&self) -> Option<PathBuf> {
        self.all().find(|file| !file.is_unchanged()).map(|file| file.path().to_path_buf())
    }

    /// The first file of a range that is not what it was when it was opened.
    pub(super) fn changed_in(&self, input: usize, range: &RecordRange) -> Option<PathBuf> {
        let input = &self.inputs[input];
        let files = range.parts.iter().flat_map(|part| [input.files.get(part.file), input.lines.get(part.file)]);
        files.flatten().find(|file| !file.is_unchanged()).map(|file| file.path().to_path_buf())
    }

    /// A fault of an input file with its path.
    pub(super) fn fault(&self, input: usize, fault: InputFault) -> EngineError {
        self.faults(input, vec![fault])
    }

    /// Faults of the files of an input with their paths.
    pub(super) fn faults(&self, input: usize, faults: Vec<InputFault>) -> EngineError {
        let input = &self.inputs[input];
        let path = |fault: &InputFault| if fault.in_lines { &input.lines } else { &input.files }[fault.file].path().to_path_buf();
        EngineError::Input(faults.into_iter().map(|fault| (path(&fault), fault)).collect())
    }

    /// The files as the ledger notes them.
    pub(super) fn rows(&self) -> Vec<InputRow> {
        self.all()
            .map(|file| InputRow {
                path: file.path().display().to_string(),
                length: file.len() as u64,
                modified: file.fingerprint().modified_nanoseconds().to_string(),
            })
            .collect()
    }
}
