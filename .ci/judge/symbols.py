#!/usr/bin/env python3
"""symbols.py PRESSRUN OUT_DIR [--dpi 600]

A sheet with every symbology, one a page, is composed, drawn by PDFium at the resolution of the press and read back: by ZXing where it
has a decoder, else bar by bar. The edges of modules drawn `for=` the resolution must lie on whole dots, and ink that spreads is taken away.
"""
import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from xml.sax.saxutils import quoteattr

import numpy
import pypdfium2
import zxingcpp

SWISS = ('SPC\n0200\n1\nCH4431999123000889012\nS\nRobert Schneider AG\nRue du Lac\n1268\n2501\nBiel\nCH\n\n\n\n\n\n\n\n1949.75\nCHF\nS\nPia-Maria Rutschmann-Schnyder\n'
         'Grosse Marktgasse\n28\n9400\nRorschach\nCH\nQRR\n210000000003139471430009017\nOrder dated 18.06.2020\nEPD\n//S1/10/10201409\neBill/B/41010560425610173')
EPC = 'BCD\n002\n1\nSCT\n\nFranz Mustermänn\nDE71110220330123456789\nEUR12.30\n\nRF18539007547034'
POST = '444541121c012bb7456d00be578d00b600000e011556000000000000'
LATIN = 'Zürich, 12 €: “ok”'

# Symbology, payload, attributes, and what is read: the payload unless it says otherwise.
CASES = [
    ('code128', 'ABC-1234 abc', '', None),
    ('code128', '(01)09521234543213(17)261231(10)ABC123', 'gs1="true"', '(01)09521234543213(17)261231(10)ABC123'),
    ('code39', 'CODE 39', '', None),
    ('code39', 'RATIO', 'ratio="2.5" text="below"', None),
    ('itf', '12345678', '', None),
    ('itf14', '0950110153000', 'bearer="frame" text="below"', '09501101530003'),
    ('ean13', '400638133393', 'text="below"', '4006381333931'),
    ('ean8', '9638507', 'text="below"', '96385074'),
    ('upca', '03600029145', 'text="below"', '036000291452'),
    ('qr', 'https://example.org/12345678901234567890', '', None),
    ('qr', LATIN, 'error-correction="H"', None),
    ('qr', '日本語 123', '', None),
    ('qr', '0123456789', 'rotate="90"', None),
    ('micro-qr', '12345', 'error-correction="L"', None),
    ('micro-qr', 'MICRO 4711', '', None),
    ('micro-qr', 'fifteen bytes !', 'error-correction="L"', None),
    ('micro-qr', '0123456789', 'error-correction="Q" mask="2"', None),
    ('datamatrix', 'JOB000123/0004567', '', None),
    ('datamatrix', LATIN, 'size="rectangle"', None),
    ('datamatrix', '(01)09521234543213(10)ABC(21)7', 'gs1="true"', '(01)09521234543213(10)ABC(21)7'),
    ('pdf417', 'PDF417: 1234567890 ' + LATIN, '', None),
    ('pdf417', 'compact', 'compact="true"', None),
    ('aztec', 'JOB000123/0004567/01/03', '', None),
    ('aztec', LATIN * 5, '', None),
    ('mailmark-7', 'JGB 011000000100000042EC1A1BB1A1SN34RD       ABC123', '', None),
    ('mailmark-9', 'JGB 012041234500000002W1A0AX1A 0             https://ex.org/r?x=12345', '', None),
    ('mailmark-29', 'JGB 012041234500000004CR26XH4D 0             www.xyz.com', '', None),
    ('deutsche-post', POST, '', bytes.fromhex(POST)),
    ('leitcode', '2134807501640', 'text="below"', '21348075016401'),
    ('identcode', '56310243031', '', '563102430313'),
    ('s10', 'RR123456785DE', 'text="below"', None),
    ('imtb', '902102427123456000000011', '', None),
    ('finnish-bank', '479440520200360820048831500000000086851259619897100612', '', None),
    ('swiss-qr', SWISS, '', None),
    ('epc-qr', EPC, '', None),
    ('fim', 'A', '', 'widths'),
    ('fim', 'D', '', 'widths'),
    ('imb', '01234567094987654321 01234567891', '', 'bars'),
    ('rm4scc', 'SN34RD1A', '', 'bars'),
    ('kix', '1231FZ13XHS', '', 'bars'),
    ('mailmark-c', '1100000000000EC1A1BB1A', '', 'bars'),
    ('mailmark-l', '41038422416563762EC1A1BB1A', '', 'bars'),
    ('auspost', '5932211324Tp001', '', 'bars'),
    ('japanpost', '15400233-16-4-205', '', 'bars'),
]


def compose(pressrun, folder, dpi, extra):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    blocks = '\n<pagebreak/>\n'.join(
        '<barcode type="%s" value=%s for="%ddpi" %s %s/>' % (kind, quoteattr(data, {'\n': '&#10;'}), dpi, extra, rest) for kind, data, rest, _ in CASES)
    layout = ('<layout xmlns="urn:pressrun:layout:1" name="symbols" lang="en"><data><field name="id" type="text"/></data>'
              '<page name="any" size="A4" margin="25.3mm 20mm"/><body><p>{id}</p>\n%s</body></layout>' % blocks)
    job = ('[job]\nname = "symbols"\ndate = 2026-10-01\nlocale = "en-US"\n[[input]]\nfiles = "data.ndjson"\nformat = "ndjson"\n[[layout]]\nfile = "layout.xml"\n')
    for name, text in (('layout.xml', layout), ('job.toml', job), ('data.ndjson', '{"id":"."}\n')):
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
            file.write(text)
    out = os.path.join(folder, 'out')
    subprocess.run([pressrun, 'run', os.path.join(folder, 'job.toml'), '--out', out], check=True, capture_output=True)
    return os.path.join(out, 'volumes', '000001.pdf')


def crop(page):
    """The dark part of a page, without the line of text at the top of the first."""
    rows = numpy.where(page.any(axis=1))[0]
    gaps = numpy.where(numpy.diff(rows) > 60)[0]
    return page, rows, gaps


def read_bars(dark):
    """The letters of a code of four states."""
    columns = numpy.where(dark.any(axis=0))[0]
    groups = numpy.split(columns, numpy.where(numpy.diff(columns) > 1)[0] + 1)
    spans = [(rows[0], rows[-1]) for rows in (numpy.where(dark[:, g[len(g) // 2]])[0] for g in groups)]
    top, bottom = min(s[0] for s in spans), max(s[1] for s in spans)
    third = (bottom - top) / 6
    letters = {(True, True): 'F', (True, False): 'A', (False, True): 'D', (False, False): 'T'}
    return ''.join(letters[(s[0] - top < third, bottom - s[1] < third)] for s in spans), groups


def runs(line):
    edges = numpy.where(numpy.diff(line.astype(int)))[0]
    return numpy.diff(edges)


def judge(a, reduction):
    """All symbols, their bars narrower by `reduction` dots: the faults, and how many were read."""
    faults, read = [], 0
    extra = 'bar-width-reduction="%.2fpt"' % (72 / a.dpi) if reduction else ''
    pdf = pypdfium2.PdfDocument(compose(a.pressrun, os.path.join(a.out, 'symbols%d' % reduction), a.dpi, extra))
    for number, (kind, data, rest, wanted) in enumerate(CASES):
        page = pdf[number].render(scale=a.dpi / 72, grayscale=True).to_numpy()
        image = page.reshape(page.shape[:2])
        if number == 0:
            image = image.copy()
            image[:int(a.dpi * 1.16)] = 255
        dark = image < 128
        what = '%s %r%s' % (kind, data[:40], ' reduced' if reduction else '')
        if wanted == 'bars':
            letters, groups = read_bars(dark)
            expected = subprocess.run([a.pressrun, 'barcode', kind, data], capture_output=True, text=True).stdout.strip()
            if letters != expected:
                faults.append('%s reads %s, not %s' % (what, letters, expected))
            if len({len(g) for g in groups}) != 1 or len({g[0] for g in groups} & set()) != 0:
                faults.append('%s: bars of %s dots' % (what, sorted({len(g) for g in groups})))
        elif wanted == 'widths':
            # Bars that no reader decodes: their widths in modules.
            rows = numpy.where(dark.any(axis=1))[0]
            found = runs(numpy.pad(dark[rows[len(rows) // 2]], 1))
            found = [w + (reduction if at % 2 == 0 else -reduction) for at, w in enumerate(found)]
            letters = ''.join(str(round(w / min(found))) for w in found)
            expected = subprocess.run([a.pressrun, 'barcode', kind, data], capture_output=True, text=True).stdout.strip()
            if letters != expected:
                faults.append('%s reads %s, not %s' % (what, letters, expected))
        else:
            found = zxingcpp.read_barcodes(image)
            expected = wanted if wanted is not None else data
            got = [b.bytes if isinstance(expected, bytes) else b.text for b in found]
            if expected not in got and not (kind == 'upca' and '0' + expected in got):
                faults.append('%s reads %r' % (what, got))
        read += 1
        if kind in ('code128', 'ean13', 'itf14') and 'ratio' not in rest:
            rows = numpy.where(dark.any(axis=1))[0]
            widths = runs(dark[rows[len(rows) // 3]])
            module = min(widths[1::2]) - reduction if len(widths) else 0
            off = [w for at, w in enumerate(widths) if (w + (reduction if at % 2 == 0 else -reduction)) % max(module, 1)]
            if off and kind != 'itf14':
                faults.append('%s: runs of %s dots are no modules of %d' % (what, off[:5], module))
    pdf.close()
    return faults, read


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('pressrun')
    p.add_argument('out')
    p.add_argument('--dpi', type=int, default=600)
    a = p.parse_args()
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(judge, [a, a], [0, 1]))
    faults, read = [fault for some, _ in found for fault in some], sum(count for _, count in found)
    for fault in faults:
        print('  ' + fault)
    print('%s symbols: %d read at %d dpi, %d faults' % ('FAIL' if faults else 'PASS', read, a.dpi, len(faults)))
    sys.exit(bool(faults))


if __name__ == '__main__':
    main()
