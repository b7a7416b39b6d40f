//! The resources that all pages of a file inherit.
//!
//! Takes what pages name, gives one resource dictionary with fonts, images and forms under their job-wide names. What is
//! written depends on the resources and on [`Used`] alone, so print files of one job hold equal subsets.

use std::collections::BTreeMap;

use super::StreamError;
use super::image::write_image;
use crate::kit::font;
use crate::kit::icc;
use crate::kit::image::Color;
use crate::kit::pdf::{File, Ref, deflate, write_decimal, write_integer, write_ref};
use crate::kit::svg::GroupColor;
use crate::model::resources::{Form, FormExtras, FormId, ImageId, Resources, Used};

/// Everything named, directly or by a form, with its object.
struct Names {
    used: Used,
    /// One-byte and two-byte font of each face.
    fonts: Vec<(Option<Ref>, Option<Ref>)>,
    images: BTreeMap<ImageId, Ref>,
    forms: BTreeMap<FormId, Ref>,
}

/// Writes the resource dictionary as `dictionary`, and all that it names.
pub(super) fn write_shared(file: &mut File<'_>, dictionary: Ref, resources: &Resources, used: &Used) -> Result<(), StreamError> {
    let names = Names::reserve(file, closed(resources, used));
    let mut body = Vec::new();
    names.write_dictionary(&names.used, None, &mut body);
    file.pack(dictionary, &body)?;
    let one_byte = file.reserve();
    font::write_one_byte_cmap(file, one_byte)?;
    for (index, &(narrow, wide)) in names.fonts.iter().enumerate() {
        if narrow.is_some() || wide.is_some() {
            let face = &resources.faces[index];
            let glyphs = names.used.glyphs.get(index).cloned().unwrap_or_default();
            let embedded = font::subset(face, &glyphs, narrow.is_some(), wide.is_some())
                .map_err(|source| StreamError::Font { face: face.postscript_name.clone(), source })?;
            embedded.write(file, one_byte, narrow, wide)?;
        }
    }
    let images = || names.images.iter().map(|(image, object)| (&resources.images[usize::from(image.0)], *object));
    let cmyk = images().any(|(image, _)| image.color == Color::Cmyk).then(|| file.reserve());
    if let Some(profile) = cmyk {
        file.deflated(profile, b"/N 4", &icc::cmyk_profile())?;
    }
    for (image, object) in images() {
        write_image(file, object, image, cmyk)?;
    }
    for (form, object) in &names.forms {
        names.write_form(file, *object, &resources.forms[usize::from(form.0)])?;
    }
    Ok(())
}

/// Adds what the forms name, and the forms in those.
fn closed(resources: &Resources, used: &Used) -> Used {
    let mut all = used.clone();
    let mut open: Vec<FormId> = all.forms.iter().copied().collect();
    while let Some(form) = open.pop() {
        let inner = &resources.forms[usize::from(form.0)].used;
        open.extend(inner.forms.iter().filter(|form| !all.forms.contains(form)));
        all.merge(inner);
    }
    all
}

impl Names {
    fn reserve(file: &mut File<'_>, used: Used) -> Names {
        let faces = 64 - (used.narrow | used.wide).leading_zeros();
        let mut font = |bits: u64, index: u32| (bits >> index & 1 == 1).then(|| file.reserve());
        let fonts = (0..faces).map(|index| (font(used.narrow, index), font(used.wide, index))).collect();
        let images = used.images.iter().map(|image| (*image, file.reserve())).collect();
        let forms = used.forms.iter().map(|form| (*form, file.reserve())).collect();
        Names { used, fonts, images, forms }
    }

    /// A resource dictionary (ISO 32000-1, 7.8.3) for what `used` and `extras` name.
    fn write_dictionary(&self, used: &Used, extras: Option<&FormExtras>, out: &mut Vec<u8>) {
        let entry = |kind: u8, index: usize, object: Ref, out: &mut Vec<u8>| {
            out.extend_from_slice(&[b'/', kind]);
            write_integer(index as i64, out);
            out.push(b' ');
            write_ref(object, out);
        };
        out.extend_from_slice(b"<<");
        if used.narrow | used.wide != 0 {
            out.extend_from_slice(b"/Font<<");
            for (index, &(narrow, wide)) in self.fonts.iter().enumerate() {
                if let Some(font) = narrow.filter(|_| used.narrow >> index & 1 == 1) {
                    entry(b'F', index, font, out);
                }
                if let Some(font) = wide.filter(|_| used.wide >> index & 1 == 1) {
                    entry(b'G', index, font, out);
                }
            }
            out.extend_from_slice(b">>");
        }
        if !used.images.is_empty() || !used.forms.is_empty() {
            out.extend_from_slice(b"/XObject<<");
            for image in &used.images {
                entry(b'I', usize::from(image.0), self.images[image], out);
            }
            for form in &used.forms {
                entry(b'X', usize::from(form.0), self.forms[form], out);
            }
            out.extend_from_slice(b">>");
        }
        if let Some(extras) = extras {
            self.write_patterns(extras, out);
            self.write_states(extras, out);
        }
        out.extend_from_slice(b">>");
    }

    fn write_patterns(&self, extras: &FormExtras, out: &mut Vec<u8>) {
        if extras.patterns.is_empty() {
            return;
        }
        out.extend_from_slice(b"/Pattern<<");
        for (index, pattern) in extras.patterns.iter().enumerate() {
            out.extend_from_slice(b"/P");
            write_integer(index as i64, out);
            out.extend_from_slice(pattern);
        }
        out.extend_from_slice(b">>");
    }

    /// Constant opacity and soft masks (ISO 32000-1, 11.6.4.4 and 11.6.5.2), which PDF/A-2 allows (ISO 19005-2, 6.2.10).
    fn write_states(&self, extras: &FormExtras, out: &mut Vec<u8>) {
        if extras.opacities.is_empty() && extras.masks.is_empty() {
            return;
        }
        out.extend_from_slice(b"/ExtGState<<");
        for &opacity in &extras.opacities {
            out.extend_from_slice(b"/O");
            write_integer(i64::from(opacity), out);
            out.extend_from_slice(b"<</ca ");
            write_decimal(i64::from(opacity), 3, out);
            out.extend_from_slice(b"/CA ");
            write_decimal(i64::from(opacity), 3, out);
            out.extend_from_slice(b">>");
        }
        for mask in &extras.masks {
            out.extend_from_slice(b"/M");
            write_integer(i64::from(mask.0), out);
            out.extend_from_slice(b"<</SMask<</S/Luminosity/G ");
            write_ref(self.forms[mask], out);
            out.extend_from_slice(b">>>>");
        }
        out.extend_from_slice(b">>");
    }

    /// A form XObject with resources of its own (ISO 32000-1, 8.10.2; ISO 19005-2, 6.2.2).
    fn write_form(&self, file: &mut File<'_>, object: Ref, form: &Form) -> Result<(), StreamError> {
        let mut entries = b"/Filter/FlateDecode/Type/XObject/Subtype/Form/BBox[".to_vec();
        for (index, bound) in form.bounds.iter().enumerate() {
            if index > 0 {
                entries.push(b' ');
            }
            write_decimal(bound.centipoints(), 2, &mut entries);
        }
        entries.extend_from_slice(b"]");
        match form.extras.as_ref().and_then(|extras| extras.group) {
            Some(GroupColor::Rgb) => entries.extend_from_slice(b"/Group<</S/Transparency/I true/CS/DeviceRGB>>"),
            Some(GroupColor::Gray) => entries.extend_from_slice(b"/Group<</S/Transparency/I true/CS/DeviceGray>>"),
            None => {}
        }
        entries.extend_from_slice(b"/Resources");
        self.write_dictionary(&form.used, form.extras.as_deref(), &mut entries);
        file.stream(object, &entries, &deflate(&form.content))?;
        Ok(())
    }
}
