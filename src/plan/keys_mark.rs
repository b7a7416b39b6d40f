//! The keys of marks and of the profiles of inserters.
//!
//! Takes nothing, gives sections for the tables of [`super::keys`]. Must never fall behind the readers.

use super::keys::{Section, key};

/// `[[print.mark]]`.
pub(super) const MARK: Section = Section {
    header: "[[print.mark]]",
    is_open: false,
    doc: "A barcode or a track of optical marks, added to printed pages in the late stream, as black rectangles. It sees the names of `[[print.late]]`. What stands in its clear zone is told: by `check` against regions and other marks, by a run against what is painted. See docs/mail-marks.md.",
    keys: &[
        key(
            "type",
            "`omr` or a type of barcode",
            "",
            "\"datamatrix\"",
            "What it is: a track of optical marks, or a barcode by the name it has in layouts.",
        ),
        key("value", "a text with `{expressions}`", "", "\"{sequence | pad 7 '0'}{sheet | pad 2 '0'}\"", "What a barcode says."),
        key(
            "profile",
            "a path",
            "",
            "\"profiles/three-groups.toml\"",
            "The profile of the inserter, for `omr`: a file with the keys of an OMR profile below.",
        ),
        key(
            "corner",
            "`top-left`, `top-right`, `bottom-left` or `bottom-right`",
            "top-left",
            "\"bottom-right\"",
            "The corner of the page that `x` and `y` count from, and the corner of the mark that stands there.",
        ),
        key("x", "a length", "", "\"8mm\"", "From the left or right edge of the page to the mark, its clear zone not counted."),
        key("y", "a length", "", "\"40mm\"", "From the upper or lower edge of the page to the mark."),
        key("rotate", "0, 90, 180 or 270", "0", "90", "Turned counter-clockwise; `x` and `y` place what is turned."),
        key("module", "a length", "that of the symbology", "\"0.5mm\"", "Width of a module or bar."),
        key("height", "a length", "that of the symbology", "\"8mm\"", "Height of the bars."),
        key(
            "for",
            "`240dpi`, `300dpi`, `360dpi`, `600dpi` or `1200dpi`",
            "",
            "\"600dpi\"",
            "The device: modules, bars and the place of the mark are rounded to its dots, which count from the upper left corner of the page.",
        ),
        key("bar-width-reduction", "a length", "0", "\"0.04mm\"", "What every dark run loses, because ink spreads."),
        key("options", "a table", "", "{ size = \"16x16\" }", "The options of the symbology, as attributes of `<barcode>`."),
        key(
            "pages",
            "`front`, `back`, `all`, `first`, `first-sheet`, `last-sheet` or `banner`",
            "front",
            "\"last-sheet\"",
            "On the front of each sheet, on printed backs, on every page, on the first page of each piece, on the front of its first or of its last sheet, or on the banner of each tray.",
        ),
        key("when", "a condition", "always", "\"envelope eq 2\"", "Whether a page gets the mark."),
        key(
            "clear",
            "a length, or two",
            "that of the symbology or profile",
            "\"3mm 20mm\"",
            "What must stay clear at its sides, and above and below it, before it is turned.",
        ),
        key("on-touch", "`hold` or `report`", "hold", "\"report\"", "A record that paints into the clear zone is held, or reported."),
    ],
};

/// `[print.mark.options]`.
pub(super) const MARK_OPTIONS: Section = Section {
    header: "[print.mark.options]",
    is_open: true,
    doc: "Options of the symbology of a mark, by the names that `<barcode>` gives them: `options = { size = \"16x16\" }`.",
    keys: &[],
};

/// The file of a profile.
pub(super) const PROFILE: Section = Section {
    header: "OMR profile",
    is_open: false,
    doc: "A profile is a TOML file of its own: the track of one inserter, from its manual. Some are in `profiles/`.",
    keys: &[
        key(
            "positions",
            "words",
            "",
            "[\"benchmark\", \"safety\", \"not-eoc\", \"not-boc\", \"parity-even\", \"retime\", \"was:3\", \"was:2\", \"was:1\"]",
            "What each position says, from the first that is read, 32 at most. Always printed: `fixed`, or its other names `gate`, `benchmark`, `start`, `safety`, `retime`. Never: `blank`. `boc`, `eoc`: the first, the last sheet of a set that is fed; `not-boc`, `not-eoc`: another. `parity-even`, `parity-odd`: printed if it makes the number of marks so. `feeder:n`: insert n. `divert`. `was:n`, `match:n`, `set-parity:n`: the binary digit n, 1 the lowest, of the sequence, of the matching number, and of the number of the set.",
        ),
        key("pitch", "a length", "", "\"4.233mm\"", "From mark to mark."),
        key("length", "a length", "", "\"12mm\"", "How long a mark is."),
        key("thickness", "a length", "", "\"0.5mm\"", "How thick it is."),
        key(
            "clear",
            "a length, or two",
            "3mm 20mm",
            "\"3mm 20mm\"",
            "What must stay clear at the ends of the marks, and before the first and behind the last.",
        ),
        key(
            "feed",
            "`forward` or `reverse`",
            "forward",
            "\"reverse\"",
            "Whether sheets are fed as they are printed, or from the last to the first. First and last are those of feeding, and counters count in its order.",
        ),
        key("tracks-on", "`all` or `first`", "all", "\"first\"", "Whether every sheet has a track, or only the first of each set that is fed."),
        key("select-on", "`last`, `first` or `all`", "last", "\"all\"", "On which sheets of a set inserts are selected."),
        key("divert-on", "`last`, `first` or `all`", "all", "\"last\"", "On which sheets of a set it is diverted."),
        key("parity-counts", "`all` or `variable`", "all", "\"variable\"", "Whether parity counts the marks that are always printed."),
        key("was", "a table", "0 to 7, by sheet", "{ least = 0, most = 7, start = 1, scope = \"sheet\" }", "The sequence counter."),
        key("match", "a table", "1 to 7, by set", "{ least = 1, most = 7 }", "The matching number."),
    ],
};

/// A counter of a profile.
pub(super) const COUNTER: Section = Section {
    header: "[was], [match]",
    is_open: false,
    doc: "A counter of a profile. It begins anew with each print file, and behind its greatest value.",
    keys: &[
        key("least", "0 to 65535", "0, of `match` 1", "0", "Its least value."),
        key("most", "0 to 65535", "7", "7", "Its greatest value."),
        key("start", "0 to 65535", "its least value", "1", "Its value on the first sheet that is printed."),
        key("scope", "`sheet` or `set`", "sheet, of `match` set", "\"set\"", "What it counts."),
    ],
};

/// `[print.sheet]`.
pub(super) const SHEET: Section = Section {
    header: "[print.sheet]",
    is_open: false,
    doc: "How pages lie on the sheets of the press. Bodies stay as they are: a page is moved by operators around its content.",
    keys: &[
        key(
            "offset-front",
            "two lengths",
            "0mm 0mm",
            "\"0.3mm -0.2mm\"",
            "How far fronts are moved to the right and down. Marks drawn `for` a device keep to its dots if this is a multiple of them.",
        ),
        key("offset-back", "two lengths", "0mm 0mm", "\"-0.3mm 0mm\"", "The same for backs."),
        key(
            "outside",
            "a length",
            "0mm",
            "\"6mm\"",
            "Room around each page that is cut off: the page is its trim box, and a late text at `bottom = \"-4mm\"` stands outside.",
        ),
    ],
};

/// `[print.banner]`.
pub(super) const BANNER: Section = Section {
    header: "[print.banner]",
    is_open: false,
    doc: "A sheet before each tray, on a paper of its own, that belongs to no piece. What it says are the late texts and marks with `pages = \"banner\"`. Banners count as no pages of the job.",
    keys: &[
        key("media", "a name", "", "\"A4 yellow\"", "What the press calls the paper."),
        key("width", "a length", "that of the first page", "\"210mm\"", "Its width."),
        key("height", "a length", "that of the first page", "\"297mm\"", "Its height."),
    ],
};

/// `[print.lanes]`.
pub(super) const LANES: Section = Section {
    header: "[print.lanes]",
    is_open: false,
    doc: "Several pages side by side on wide pages, for a press that prints a roll and cuts it: `lanes/000001.pdf` for each print file. Cut and put on each other, the stacks lie in the order of the mail. All pages of the job must be of one paper.",
    keys: &[key("count", "2 to 8", "2", "2", "How many pages lie side by side."), key("gap", "a length", "0mm", "\"6mm\"", "The space between two.")],
};
