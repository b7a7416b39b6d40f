#!/usr/bin/env python3
"""break.py GOOD.pdf DIR   writes broken copies of a PDF/A-2b file; prints `clause<TAB>copy` for each.

Each breaks one clause of ISO 19005-2 that a validator must name, or it does not look.
"""
import logging
import re
import sys

import pikepdf


def no_intent(pdf):
    del pdf.Root.OutputIntents


def no_claim(pdf):
    xmp = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata = pdf.make_stream(re.sub(rb'pdfaid:', b'nobody:', xmp), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)


def bad_xmp(pdf):
    # A property that no schema describes.
    xmp = pdf.Root.Metadata.read_bytes()
    stray = b'<rdf:Description rdf:about="" xmlns:nobody="urn:nobody"><nobody:knows>it</nobody:knows></rdf:Description></rdf:RDF>'
    assert b'</rdf:RDF>' in xmp
    pdf.Root.Metadata = pdf.make_stream(xmp.replace(b'</rdf:RDF>', stray), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)


def wrong_widths(pdf):
    for font in (o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get('/Type') == '/Font'):
        if '/W' in font:
            i = 0
            while i < len(font.W):  # Either `first [w w w]` or `first last w`.
                if isinstance(font.W[i + 1], pikepdf.Array):
                    font.W[i + 1] = pikepdf.Array([float(w) + 77 for w in font.W[i + 1]])
                    i += 2
                else:
                    font.W[i + 2] = float(font.W[i + 2]) + 77
                    i += 3
        if '/Widths' in font:
            font.Widths = pikepdf.Array([float(w) + 77 for w in font.Widths])


def no_font_file(pdf):
    for d in (o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get('/Type') == '/FontDescriptor'):
        for key in ('/FontFile', '/FontFile2', '/FontFile3'):
            if key in d:
                del d[key]


CASES = [('6.2.4.3', no_intent), ('6.6.4', no_claim), ('6.6.2.3', bad_xmp), ('6.2.11.5', wrong_widths), ('6.2.11.4', no_font_file)]

if __name__ == '__main__':
    logging.disable()  # pikepdf would tell how bad the copies are.
    good, folder = sys.argv[1:]
    for clause, hurt in CASES:
        copy = '%s/%s.pdf' % (folder, hurt.__name__)
        with pikepdf.open(good) as pdf:
            try:
                hurt(pdf)
                pdf.save(copy, static_id=True)
            except (KeyError, AttributeError, AssertionError) as e:
                # Not good to begin with; the caller misses the verdict on this copy.
                print('%s: nothing to break: %s' % (hurt.__name__, e), file=sys.stderr)
        print('%s\t%s' % (clause, copy))
