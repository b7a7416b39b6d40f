//! What PDF/A-2 wants to know of a file (ISO 19005-2, 6.2.3 and 6.6).
//!
//! Takes title, producer and the job's date, gives the information dictionary, an equal XMP packet and the output
//! intent. Must never ask a clock: the date of the job is the date of its files.

use super::Ref;
use super::syntax::{write_date, write_ref, write_text};
use crate::base::date::Date;

/// The words about a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Metadata<'a> {
    /// What it is.
    pub title: &'a str,
    /// The program that wrote it.
    pub producer: &'a str,
    /// The program that made its content.
    pub creator: &'a str,
    /// Created and modified.
    pub date: Date,
    /// Who wrote it; empty: nobody is named.
    pub author: &'a str,
    /// What it is about; empty: nothing is said.
    pub subject: &'a str,
    /// Words it can be found by; empty: none.
    pub keywords: &'a str,
    /// What the file says it conforms to.
    pub conformance: Conformance,
}

/// What a file says it conforms to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conformance {
    /// PDF/A-2b: it looks the same for ever.
    Basic,
    /// PDF/A-2a: it is tagged.
    Tagged,
    /// PDF/A-2a and PDF/UA-1: it is tagged, and says everything that readers who cannot see it need.
    Accessible,
}

/// How an archive file describes the property that ISO 14289-1 asks for (ISO 19005-2, 6.6.2.3.3), which ISO 19005-2 does not know.
const ACCESSIBLE: &str = "<pdfuaid:part>1</pdfuaid:part>\n\
    <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n\
    <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\n\
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\n\
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\n\
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">\n\
    <pdfaProperty:name>part</pdfaProperty:name>\n\
    <pdfaProperty:valueType>Integer</pdfaProperty:valueType>\n\
    <pdfaProperty:category>internal</pdfaProperty:category>\n\
    <pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>\n\
    </rdf:li></rdf:Seq></pdfaSchema:property>\n\
    </rdf:li></rdf:Bag></pdfaExtension:schemas>\n";

/// The names that it uses.
const ACCESSIBLE_NAMES: &str = " xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\"\
    \x20xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\"";

/// Appends the information dictionary (ISO 32000-1, 14.3.3).
pub fn write_information(metadata: &Metadata<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<</Title");
    write_text(metadata.title, out);
    for (name, value) in [("/Author", metadata.author), ("/Subject", metadata.subject), ("/Keywords", metadata.keywords)] {
        if !value.is_empty() {
            out.extend_from_slice(name.as_bytes());
            write_text(value, out);
        }
    }
    out.extend_from_slice(b"/Creator");
    write_text(metadata.creator, out);
    out.extend_from_slice(b"/Producer");
    write_text(metadata.producer, out);
    out.extend_from_slice(b"/CreationDate");
    write_date(metadata.date, out);
    out.extend_from_slice(b"/ModDate");
    write_date(metadata.date, out);
    out.extend_from_slice(b">>");
}

/// Appends the XMP packet with the same values (ISO 16684-1; ISO 19005-2, 6.6.2 and 6.6.4).
pub fn write_xmp(metadata: &Metadata<'_>, out: &mut Vec<u8>) {
    let date = [&metadata.date.iso_bytes()[..], b"T00:00:00Z"].concat();
    let mut plain = |text: &str| out.extend_from_slice(text.as_bytes());
    plain("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n");
    plain("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<rdf:Description rdf:about=\"\"");
    plain(" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"");
    plain(" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"");
    if metadata.conformance == Conformance::Accessible {
        plain(ACCESSIBLE_NAMES);
    }
    plain(">\n<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>");
    plain(if metadata.conformance == Conformance::Basic { "B" } else { "A" });
    plain("</pdfaid:conformance>\n");
    if metadata.conformance == Conformance::Accessible {
        plain(ACCESSIBLE);
    }
    plain("<dc:format>application/pdf</dc:format>\n<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
    write_xml_text(metadata.title, out);
    out.extend_from_slice(b"</rdf:li></rdf:Alt></dc:title>\n");
    // ISO 19005-2, 6.6.3, table 1: what the dictionary says stands here, too.
    for (open, value, close) in [
        ("<dc:creator><rdf:Seq><rdf:li>", metadata.author, "</rdf:li></rdf:Seq></dc:creator>\n"),
        ("<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">", metadata.subject, "</rdf:li></rdf:Alt></dc:description>\n"),
        ("<pdf:Keywords>", metadata.keywords, "</pdf:Keywords>\n"),
    ] {
        if !value.is_empty() {
            out.extend_from_slice(open.as_bytes());
            write_xml_text(value, out);
            out.extend_from_slice(close.as_bytes());
        }
    }
    for (name, value) in [
        ("xmp:CreatorTool", metadata.creator.as_bytes()),
        ("xmp:CreateDate", &date),
        ("xmp:ModifyDate", &date),
        ("xmp:MetadataDate", &date),
        ("pdf:Producer", metadata.producer.as_bytes()),
    ] {
        out.extend_from_slice(format!("<{name}>").as_bytes());
        write_xml_text(&String::from_utf8_lossy(value), out);
        out.extend_from_slice(format!("</{name}>\n").as_bytes());
    }
    out.extend_from_slice(b"</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>");
}

/// Appends an output intent that names sRGB (ISO 19005-2, 6.2.3); `profile` is the ICC profile's stream.
pub fn write_output_intent(profile: Ref, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2.1)");
    out.extend_from_slice(b"/RegistryName(http://www.color.org)/Info(sRGB IEC61966-2.1)/DestOutputProfile ");
    write_ref(profile, out);
    out.extend_from_slice(b">>");
}

/// Escapes for element content; characters that XML 1.0 cannot hold become U+FFFD.
fn write_xml_text(text: &str, out: &mut Vec<u8>) {
    for character in text.chars() {
        match character {
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '&' => out.extend_from_slice(b"&amp;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.extend_from_slice("\u{fffd}".as_bytes()),
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packet_says_what_the_dictionary_says() {
        let date = Date::new(2026, 11, 23).expect("a date");
        let metadata = Metadata {
            title: "A & B <\u{1}>",
            producer: "Pressrun 1",
            creator: "Pressrun",
            date,
            author: "Ada",
            subject: "S & T",
            keywords: "",
            conformance: Conformance::Basic,
        };
        let (mut dictionary, mut packet) = (Vec::new(), Vec::new());
        write_information(&metadata, &mut dictionary);
        write_xmp(&metadata, &mut packet);
        let packet = String::from_utf8(packet).expect("UTF-8");
        for part in [
            "A &amp; B &lt;\u{fffd}&gt;",
            "<xmp:ModifyDate>2026-11-23T00:00:00Z<",
            "<pdf:Producer>Pressrun 1<",
            "<pdfaid:part>2<",
            "<dc:creator><rdf:Seq><rdf:li>Ada<",
            "S &amp; T<",
        ] {
            assert!(packet.contains(part), "{part}");
        }
        let dictionary = String::from_utf8_lossy(&dictionary).into_owned();
        assert!(dictionary.ends_with("/Producer(Pressrun 1)/CreationDate(D:20261123000000Z)/ModDate(D:20261123000000Z)>>"));
    }
}
