//! What every file of ours has around its pages.
//!
//! Takes the first object numbers of a file, gives catalog, page tree, metadata and output intent for PDF/A-2
//! (ISO 19005-2), and the way a page is written. Must never know why a page is where it is.

use super::shared::write_shared;
use super::{FileInfo, StreamError};
use crate::kit::icc;
use crate::kit::pdf::{
    Conformance, File, Finished, Metadata, PageTree, Ref, write_box, write_information, write_integer, write_output_intent, write_ref, write_text,
    write_xmp,
};
use crate::model::page::{Media, Properties};
use crate::model::resources::{Resources, Used};

/// The resource dictionary of all pages.
const RESOURCES: Ref = Ref(3);

/// Object numbers with a fixed meaning, from 1.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    catalog: Ref,
    pages: Ref,
    resources: Ref,
    information: Ref,
    metadata: Ref,
    profile: Ref,
}

/// The number of the first object after those of a [`Frame`].
pub(super) const FIRST_FREE: u32 = 7;

impl Frame {
    pub(super) fn begin(file: &mut File<'_>) -> (Frame, PageTree) {
        let frame = Frame {
            catalog: file.reserve(),
            pages: file.reserve(),
            resources: file.reserve(),
            information: file.reserve(),
            metadata: file.reserve(),
            profile: file.reserve(),
        };
        assert!(frame.resources == RESOURCES, "a frame is begun first");
        (frame, PageTree::new(frame.pages))
    }

    /// Writes everything that follows the pages. `extra` are further entries of the catalog.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn finish(
        self,
        mut file: File<'_>,
        tree: PageTree,
        media: &[Media],
        resources: &Resources,
        used: &Used,
        info: &FileInfo<'_>,
        conformance: Conformance,
        extra: &[u8],
    ) -> Result<Finished, StreamError> {
        let said = |of: fn(&Properties) -> &String| info.properties.map_or("", |properties| of(properties));
        let own_title = said(|properties| &properties.title);
        let metadata = Metadata {
            title: if own_title.is_empty() { info.title } else { own_title },
            producer: info.producer,
            creator: info.producer,
            date: info.date,
            author: said(|properties| &properties.author),
            subject: said(|properties| &properties.subject),
            keywords: said(|properties| &properties.keywords),
            conformance,
        };
        let mut body = Vec::new();
        write_xmp(&metadata, &mut body);
        // ISO 19005-2, 6.6.2.1: readers that know no PDF must find the packet, so it is not compressed.
        file.stream(self.metadata, b"/Type/Metadata/Subtype/XML", &body)?;
        body.clear();
        write_information(&metadata, &mut body);
        file.pack(self.information, &body)?;
        write_shared(&mut file, self.resources, resources, used)?;
        let mut inherited = Vec::new();
        if let Some(first) = media.first() {
            inherited.extend_from_slice(b"/MediaBox");
            write_box(first.width, first.height, &mut inherited);
        }
        tree.finish(&mut file, &inherited)?;
        file.deflated(self.profile, b"/N 3", &icc::srgb_profile())?;
        body.clear();
        body.extend_from_slice(b"<</Type/Catalog/Pages ");
        write_ref(self.pages, &mut body);
        body.extend_from_slice(b"/Metadata ");
        write_ref(self.metadata, &mut body);
        body.extend_from_slice(b"/OutputIntents[");
        write_output_intent(self.profile, &mut body);
        body.extend_from_slice(b"]");
        if !info.language.is_empty() {
            body.extend_from_slice(b"/Lang");
            write_text(info.language, &mut body);
        }
        body.extend_from_slice(extra);
        body.extend_from_slice(b">>");
        file.pack(self.catalog, &body)?;
        Ok(file.finish(self.catalog, self.information)?)
    }
}

/// What a page dictionary (ISO 32000-1, 7.7.3.3) begins with. Its resources are shared but named on every page that has
/// content, because ISO 19005-2, 6.2.2 wants them explicit; a page without content has an empty dictionary (ISO 32000-1,
/// table 30).
pub(super) fn begin_page(parent: Ref, has_content: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<</Type/Page/Parent ");
    write_ref(parent, out);
    if has_content {
        out.extend_from_slice(b"/Resources ");
        write_ref(RESOURCES, out);
        out.extend_from_slice(b"/Contents");
    } else {
        out.extend_from_slice(b"/Resources<<>>");
    }
}

/// The end of the page dictionary for each media. The first media's box is inherited; the others carry their own and a
/// private name for the media, because two media can have one size (ISO 32000-1, Annex E: prefixed names).
pub(super) fn page_ends(media: &[Media]) -> Vec<Vec<u8>> {
    let end = |(index, media): (usize, &Media)| {
        let mut end = Vec::new();
        if index > 0 {
            end.extend_from_slice(b"/MediaBox");
            write_box(media.width, media.height, &mut end);
            end.extend_from_slice(b"/PRSN_Media ");
            write_integer(index as i64, &mut end);
        }
        end.extend_from_slice(b">>");
        end
    };
    media.iter().enumerate().map(end).collect()
}

/// What a stream object of a page has besides its length.
pub(super) const DEFLATED: &[u8] = b"/Filter/FlateDecode";
