//! The fonts and images of a job.
//!
//! Takes names as layouts write them, gives job-wide indices; reads each file once. The built-in families are part of the
//! program, so that a job runs on any machine. Must never open an image outside the folder of its layout.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::freeze::Frozen;
use super::keys;
use super::messages::Messages;
use super::paths::join;
use super::pictures::is_picture;
use super::read::{Table, Text};
use super::tables::Tables;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::file;
use crate::base::hash::Hash;
use crate::base::limits;
use crate::base::suggest::closest;
use crate::kit::font::{Face, FaceId, FontFeature};
use crate::kit::text::Script;
use crate::layout::{CatalogueSource, Library, LibraryImage, Message, PictureFault, StackRequest};
use crate::model::resources::{FolderId, FontStack, Resources, StackId};

/// Regular, bold, italic, bold italic.
type Faces<T> = [Option<T>; 4];

/// The keys of the four faces in a job file.
const FACE_KEYS: [&str; 4] = ["regular", "bold", "italic", "bold-italic"];

struct BuiltIn {
    name: &'static str,
    faces: [&'static [u8]; 4],
}

macro_rules! built_in {
    ($name:literal, $folder:literal, $stem:literal) => {
        BuiltIn {
            name: $name,
            faces: [
                include_bytes!(concat!("../../fonts/", $folder, "/", $stem, "-Regular.ttf")),
                include_bytes!(concat!("../../fonts/", $folder, "/", $stem, "-Bold.ttf")),
                include_bytes!(concat!("../../fonts/", $folder, "/", $stem, "-Italic.ttf")),
                include_bytes!(concat!("../../fonts/", $folder, "/", $stem, "-BoldItalic.ttf")),
            ],
        }
    };
}

/// The families of the program. The first is that of text without a `font-family`.
const BUILT_IN: &[BuiltIn] =
    &[built_in!("IBM Plex Sans", "ibm-plex-sans", "IBMPlexSans"), built_in!("Liberation Sans", "liberation-sans", "LiberationSans")];

#[derive(Clone)]
enum FaceSource {
    BuiltIn(&'static [u8]),
    /// A file, and its path as the job writes it.
    Path(PathBuf, String),
}

impl FaceSource {
    /// The path as the job writes it.
    fn written(&self) -> Option<String> {
        match self {
            FaceSource::BuiltIn(_) => None,
            FaceSource::Path(_, written) => Some(written.clone()),
        }
    }
}

/// Family, slot, features, families of scripts.
type StackKey = (usize, usize, Vec<FontFeature>, Vec<(Script, String)>);

pub(super) struct Family {
    pub(super) name: String,
    faces: Faces<FaceSource>,
}

/// A file that a plan is made of.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its place in the frozen copy of the plan.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// Where they are read again, if they are too many to be kept.
    pub source: Option<PathBuf>,
    /// How many they are.
    pub length: usize,
    /// Their hash.
    pub hash: Hash,
    /// The paths under which job and layouts name it; none for what is found by its name in the copy.
    pub written: Vec<String>,
}

impl Part {
    /// A part with a name and bytes.
    pub(super) fn new(name: String, bytes: Arc<[u8]>) -> Part {
        let hash = Hash::of(&bytes);
        let length = bytes.len();
        Part { name, bytes, source: None, length, hash, written: Vec::new() }
    }
}

/// Fonts and images as they are asked for.
pub(super) struct JobLibrary {
    pub(super) families: Vec<Family>,
    pub(super) fallback: Vec<usize>,
    /// Faces that were read, by family and slot; or why they cannot be used.
    loaded: BTreeMap<(usize, usize), Result<FaceId, String>>,
    stacks: BTreeMap<StackKey, StackId>,
    pub(super) images: BTreeMap<PathBuf, Result<LibraryImage, PictureFault>>,
    pub(super) image_of_hash: BTreeMap<Hash, (LibraryImage, String)>,
    /// Folders of pictures, by what the list of the frozen plan calls them.
    pub(super) picture_folders: BTreeMap<String, Result<FolderId, Vec<PictureFault>>>,
    /// Pictures and bytes in them.
    pub(super) chosen: (usize, u64),
    /// The folder of the layout that is being compiled.
    pub(super) folder: PathBuf,
    /// The frozen copy that files are taken from, if the job is one.
    pub(super) frozen: Option<Frozen>,
    /// Its place among the layouts of the job.
    pub(super) layout: usize,
    /// How many folders of texts it has had so far.
    text_folders: usize,
    /// The messages of the job.
    pub(super) messages: Messages,
    /// The folder of the layout, while that of the messages counts.
    pub(super) left: Option<PathBuf>,
    /// The tables of codes of the job.
    pub(super) tables: Tables,
    pub(super) resources: Resources,
    pub(super) parts: Vec<Part>,
}

impl JobLibrary {
    /// The built-in families and those of the job.
    pub(super) fn new(folder: &Path, fonts: Option<&Table<'_>>, frozen: Option<&Frozen>, faults: &mut Faults) -> JobLibrary {
        let mut library = JobLibrary {
            families: BUILT_IN
                .iter()
                .map(|family| Family { name: family.name.to_string(), faces: family.faces.map(|face| Some(FaceSource::BuiltIn(face))) })
                .collect(),
            fallback: Vec::new(),
            loaded: BTreeMap::new(),
            stacks: BTreeMap::new(),
            images: BTreeMap::new(),
            image_of_hash: BTreeMap::new(),
            picture_folders: BTreeMap::new(),
            chosen: (0, 0),
            folder: folder.to_path_buf(),
            frozen: frozen.cloned(),
            layout: 0,
            text_folders: 0,
            messages: Messages::default(),
            left: None,
            tables: Arc::new([]),
            resources: Resources::default(),
            parts: Vec::new(),
        };
        if let Some(fonts) = fonts {
            library.read_families(folder, fonts, frozen, faults);
        }
        library.read_fallback(fonts, faults);
        library
    }

    fn read_families(&mut self, folder: &Path, fonts: &Table<'_>, frozen: Option<&Frozen>, faults: &mut Faults) {
        let mut aliases: Vec<(String, Text)> = Vec::new();
        for (name, value, range) in fonts.entries() {
            if name.value == "fallback" {
                continue;
            }
            let Some(table) = fonts.below(value, range, &keys::FONT, faults) else {
                let fault = Diagnostic::error(&code::JOB_WRONG_TYPE, name.span, format!("the family `{}` wants a table", name.value));
                faults.push(fault.hint(format!("write `[fonts.{}]`, and below it `regular = \"fonts/Some-Regular.ttf\"`", name.value)));
                continue;
            };
            if let Some(alias) = table.text("family", faults) {
                aliases.push((name.value, alias));
                continue;
            }
            let mut faces: Faces<FaceSource> = [None, None, None, None];
            for (slot, key) in FACE_KEYS.iter().enumerate() {
                let Some(path) = table.text(key, faults) else { continue };
                let full = frozen.and_then(|frozen| frozen.find(&path.text)).unwrap_or_else(|| join(folder, &path.text));
                // Read at once: a broken font is a fault of the job, whether or not a layout asks for it.
                match read_face(&full) {
                    Ok(_) => faces[slot] = Some(FaceSource::Path(full, path.text.clone())),
                    Err(reason) => faults.push(Diagnostic::error(&code::JOB_FONT, path.part(0..path.text.len()), reason)),
                }
            }
            if !table.has("regular") {
                table.missing("regular", faults);
            }
            self.families.retain(|family| family.name != name.value);
            self.families.push(Family { name: name.value, faces });
        }
        for (name, target) in aliases {
            match self.families.iter().find(|family| family.name == target.text) {
                Some(family) => {
                    let faces = family.faces.clone();
                    self.families.push(Family { name, faces });
                }
                None => self.unknown_family(&target, faults),
            }
        }
    }

    fn read_fallback(&mut self, fonts: Option<&Table<'_>>, faults: &mut Faults) {
        match fonts.and_then(|fonts| fonts.texts("fallback", faults)) {
            Some(names) => {
                for name in names {
                    match self.families.iter().position(|family| family.name == name.text) {
                        Some(at) => self.fallback.push(at),
                        None => self.unknown_family(&name, faults),
                    }
                }
            }
            None => {
                self.fallback = (0..self.families.len()).filter(|at| BUILT_IN.iter().any(|family| family.name == self.families[*at].name)).collect()
            }
        }
    }

    /// Tells that there is no family of a name.
    pub(super) fn unknown_family(&self, name: &Text, faults: &mut Faults) {
        let fault = Diagnostic::error(&code::JOB_FONT, name.part(0..name.text.len()), format!("there is no font family `{}`", name.text));
        faults.push(fault.suggest(&name.text, self.families.iter().map(|family| family.name.as_str())));
    }

    /// Images and bases are found from this folder from now on; the layout is the `layout`th of the job.
    pub(super) fn enter(&mut self, folder: PathBuf, layout: usize) {
        (self.layout, self.text_folders) = (layout, 0);
        self.move_to(folder);
    }

    fn move_to(&mut self, folder: PathBuf) {
        if self.folder != folder {
            // The same name means another file there.
            self.images.clear();
        }
        self.folder = folder;
    }

    pub(super) fn face(&mut self, family: usize, slot: usize) -> Result<FaceId, String> {
        if let Some(known) = self.loaded.get(&(family, slot)) {
            return known.clone();
        }
        let face = self.read_slot(family, slot);
        self.loaded.insert((family, slot), face.clone());
        face
    }

    fn read_slot(&mut self, family: usize, slot: usize) -> Result<FaceId, String> {
        let source = self.families[family].faces[slot].clone();
        let Some(source) = source else {
            return Err(format!("the font family `{}` has no {} face", self.families[family].name, FACE_KEYS[slot]));
        };
        let face = match &source {
            FaceSource::BuiltIn(bytes) => Face::read((*bytes).into()).map_err(|error| format!("the built-in font cannot be read: {error}"))?,
            FaceSource::Path(path, _) => read_face(path)?,
        };
        // An alias, or one file under two names: one face.
        if let Some(at) = self.resources.faces.iter().position(|known| known.hash == face.hash) {
            self.name_again(face.hash, source.written());
            return Ok(FaceId(at as u16));
        }
        if self.resources.faces.len() >= 64 {
            return Err("the job uses more than 64 faces".into());
        }
        let name = format!("fonts/{}.{}", face.hash.hex(), if face.is_cff { "otf" } else { "ttf" });
        self.parts.push(Part { written: source.written().into_iter().collect(), ..Part::new(name, face.data.clone()) });
        self.resources.faces.push(face);
        Ok(FaceId(self.resources.faces.len() as u16 - 1))
    }

    /// A file that is part of the plan already has another path, too.
    pub(super) fn name_again(&mut self, hash: Hash, written: Option<String>) {
        if let (Some(part), Some(written)) = (self.parts.iter_mut().find(|part| part.hash == hash), written)
            && !part.written.contains(&written)
        {
            part.written.push(written);
        }
    }
}

fn read_face(path: &Path) -> Result<Face, String> {
    let bytes = file::read(path, limits::FONT_BYTES_MAX).map_err(|error| error.to_string())?;
    let face = Face::read(bytes.into()).and_then(|face| face.prove_embedding().map(|()| face));
    face.map_err(|error| format!("the font `{}` cannot be used: {error}", path.display()))
}

impl JobLibrary {
    fn read_base(&mut self, path: &str) -> Result<(String, String), String> {
        // Two layouts of a job may lie in different folders, and name different bases by one path.
        let written = format!("{}:{path}", self.layout);
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.find(&written));
        let full = frozen.or_else(|| file::inside(&self.folder, path)).ok_or_else(|| format!("`{path}` is not below the folder of the layout"))?;
        let bytes = file::read(&full, limits::LAYOUT_BYTES_MAX).map_err(|error| match error.source.kind() {
            std::io::ErrorKind::NotFound => format!("there is no layout `{path}` below `{}`, the folder of the layout", self.folder.display()),
            _ => error.to_string(),
        })?;
        let shown = join(&self.folder, path).to_string_lossy().into_owned();
        let text =
            String::from_utf8(bytes).map_err(|error| format!("`{path}` is not UTF-8: byte {} is no character", error.utf8_error().valid_up_to()))?;
        let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let level = self.parts.iter().filter(|part| part.name.starts_with(&format!("layouts/{}-base", self.layout))).count() + 1;
        let mut part = Part::new(format!("layouts/{}-base{level}-{name}", self.layout), text.as_bytes().into());
        part.written.push(written);
        self.parts.push(part);
        Ok((shown, text))
    }
}

impl JobLibrary {
    /// The files of texts in a folder. They are parts of the plan, under the names they have there.
    fn read_texts(&mut self, folder: &str) -> Result<Vec<CatalogueSource>, String> {
        self.text_folders += 1;
        // As for bases: each layout of a job has a folder of its own.
        let written = |name: &str| format!("{}:{folder}/{name}", self.layout);
        let outside = || format!("`{folder}` is not below the folder of the layout");
        let names: Vec<(String, PathBuf)> = match &self.frozen {
            Some(frozen) => frozen.texts_below(&written("")),
            None => {
                let whole = file::inside(&self.folder, folder).ok_or_else(outside)?;
                let names = file::list(&whole).map_err(|error| match error.source.kind() {
                    std::io::ErrorKind::NotFound => {
                        format!("there is no folder `{folder}` below `{}`, the folder of the layout", self.folder.display())
                    }
                    _ => error.to_string(),
                })?;
                let names = names.into_iter().filter(|name| name.ends_with(".ftl"));
                names.map(|name| file::inside(&whole, &name).map(|path| (name, path))).collect::<Option<_>>().ok_or_else(outside)?
            }
        };
        let mut found = Vec::with_capacity(names.len());
        for (name, path) in names {
            let bytes = file::read(&path, limits::CATALOGUE_BYTES_MAX).map_err(|error| error.to_string())?;
            let mut part = Part::new(format!("texts/{}-{}-{name}", self.layout, self.text_folders), bytes.clone().into());
            part.written.push(written(&name));
            let text = String::from_utf8(bytes)
                .map_err(|error| format!("`{folder}/{name}` is not UTF-8: byte {} is no character", error.utf8_error().valid_up_to()))?;
            let shown = join(&self.folder, &format!("{folder}/{name}")).to_string_lossy().into_owned();
            found.push(CatalogueSource { name, shown, text });
            self.parts.push(part);
        }
        Ok(found)
    }
}

impl Library for JobLibrary {
    fn texts(&mut self, folder: &str) -> Result<Vec<CatalogueSource>, String> {
        self.read_texts(folder)
    }

    fn base(&mut self, path: &str) -> Result<(String, String), String> {
        self.read_base(path)
    }

    fn base_paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for folder in ["", "base/", "bases/", "corporate/"] {
            let names = file::list(&self.folder.join(folder)).unwrap_or_default();
            paths.extend(names.into_iter().filter(|name| name.ends_with(".xml")).map(|name| format!("{folder}{name}")));
        }
        paths
    }

    fn image(&mut self, path: &str) -> Result<LibraryImage, PictureFault> {
        self.read_picture(path)
    }

    fn folder(&mut self, path: &str) -> Result<FolderId, Vec<PictureFault>> {
        self.read_folder(path)
    }

    fn stack(&mut self, wanted: &StackRequest<'_>) -> Result<StackId, String> {
        let StackRequest { family, bold, italic, features, scripts } = *wanted;
        let slot = usize::from(bold) + 2 * usize::from(italic);
        let Some(at) = self.families.iter().position(|known| known.name == family) else {
            return Err(match closest(family, self.families.iter().map(|known| known.name.as_str())) {
                Some(near) => format!("there is no font family `{family}`; the closest is `{near}`"),
                None => format!("there is no font family `{family}`"),
            });
        };
        let key = (at, slot, features.to_vec(), scripts.to_vec());
        if let Some(known) = self.stacks.get(&key) {
            return Ok(*known);
        }
        let mut faces = vec![self.face(at, slot)?];
        for fallback in self.fallback.clone() {
            // A fallback without this weight or slant is still better than a missing glyph.
            if fallback != at
                && let Ok(face) = self.face(fallback, slot).or_else(|_| self.face(fallback, 0))
                && !faces.contains(&face)
            {
                faces.push(face);
            }
        }
        let mut own = Vec::new();
        for (script, family) in scripts {
            // A layout names families that there are: it was checked.
            let Some(at) = self.families.iter().position(|known| known.name == *family) else { continue };
            let face = self.face(at, slot).or_else(|_| self.face(at, 0))?;
            own.push((*script, face));
            if !faces.contains(&face) {
                faces.push(face);
            }
        }
        let id = StackId(u16::try_from(self.resources.stacks.len()).map_err(|_| "too many font stacks".to_string())?);
        self.resources.stacks.push(FontStack { faces, features: features.to_vec(), scripts: own });
        self.stacks.insert(key, id);
        Ok(id)
    }

    fn has_feature(&self, stack: StackId, tag: [u8; 4]) -> bool {
        let first = self.resources.stacks.get(usize::from(stack.0)).map(|stack| usize::from(stack.faces[0].0));
        first.is_some_and(|face| self.resources.faces[face].has_feature(tag))
    }

    fn families(&self) -> Vec<String> {
        self.families.iter().map(|family| family.name.clone()).collect()
    }

    fn tables(&self) -> Tables {
        self.tables.clone()
    }

    fn messages(&self) -> Arc<[Message]> {
        self.messages.current.clone()
    }

    fn enter_message(&mut self, is_message: bool) {
        let folder = match is_message {
            true => self.messages.folder.clone(),
            false => self.left.take().unwrap_or_default(),
        };
        let left = self.folder.clone();
        self.move_to(folder);
        self.left = is_message.then_some(left);
    }

    fn image_paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for folder in ["", "images/", "img/", "assets/"] {
            for name in file::list(&self.folder.join(folder)).unwrap_or_default() {
                if is_picture(&name) {
                    paths.push(format!("{folder}{name}"));
                }
            }
        }
        paths
    }
}
