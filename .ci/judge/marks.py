#!/usr/bin/env python3
"""marks.py PRESSRUN JOB OUT_DIR [--dpi 600] [--pages 40]

The marks of a job, read from the pixels of its print files as the machines of the post and of the inserter do: pages are drawn by PDFium at
the resolution of the press, each mark is cut out where the job puts it, and then
  * bars of four states are measured against the tolerances of their posts; Intelligent Mail barcodes are decoded after USPS-B-3200 and must
    hold the serial number and routing code of their piece, the others are compared with what `pressrun barcode` and Zint draw;
  * Data Matrix, Code 39, ITF and Code 128 are decoded by ZXing;
  * tracks of optical marks are read with their profile, and followed like a machine does: parity, safety, sequence, begin after end;
  * every clear zone must be white.
What each should say is calculated here from the manifest, not asked of the program.
"""
import argparse
import contextlib
import csv
import glob
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib

import numpy
import pypdfium2
import zxingcpp

MM = 1 / 25.4
# Bar width, pitch, full height, ascender or descender with tracker, tracker: least and greatest, in mm (USPS-B-3200; Royal Mail; PostNL; Australia Post).
ROYAL = ((0.38, 0.63), (25.4 / 24, 25.4 / 20), (4.22, 5.84), (2.62, 3.68), (1.02, 1.52))
SIZES = {
    'imb': ((0.381, 0.635), (25.4 / 24, 25.4 / 20), (3.18, 4.19), (2.08, 2.82), (0.99, 1.45)),
    'rm4scc': ROYAL, 'kix': ROYAL, 'mailmark-c': ROYAL, 'mailmark-l': ROYAL,
    'auspost': ((0.4, 0.6), (0.8, 1.3), (4.2, 5.8), (2.6, 3.7), (1.0, 1.6)),
}
ZINT = {'rm4scc': 'RM4SCC', 'kix': 'KIX', 'mailmark-l': 'MAILMARK_4S', 'mailmark-c': 'MAILMARK_4S', 'auspost': 'AUSPOST'}
DECODED = {'datamatrix', 'code39', 'itf', 'code128', 'qr'}
WORDS = {'gate': 'fixed', 'benchmark': 'fixed', 'start': 'fixed', 'safety': 'fixed', 'retime': 'fixed'}

# The table of bars of USPS-B-3200: for each bar the character and bit of its descender, then of its ascender.
IMB = '''H2 E3 B10 A0 J12 C8 F5 G11 I9 D1 A1 F12 C5 B8 E4 J11 G3 I10 D9 H6 F11 B4 I5 C12 J10 A2 H1 G7 D6 E9 A3 I6 G4 C7 B1 J9 H10 F2 E0 D8
G2 A4 I11 B0 J8 D12 C6 H7 F1 E10 B12 G9 H3 I0 F8 J7 E6 C10 D4 A5 I4 F7 H11 B9 G0 J6 A6 E8 C1 D2 F9 I12 E11 G1 J5 H4 D3 B2 A7 C0
B3 E1 G10 D5 I7 J4 C11 F6 A8 H12 E2 I1 F10 D0 J3 A9 G5 C4 H8 B7 F0 E5 C3 A10 G12 J2 D11 B6 I8 H9 F4 A11 B5 C2 J1 E12 I3 G6 H0 D7
E7 H5 A12 B11 C9 J0 G8 F3 D10 I2'''.split()
PLACES = [('ABCDEFGHIJ'.index(part[0]), int(part[1:])) for part in IMB]


def imb_table(bits):
    """The characters of 13 bits of which so many are set, in the order of the specification."""
    pairs, alone = [], []
    for code in range(8192):
        if bin(code).count('1') != bits:
            continue
        back = int(format(code, '013b')[::-1], 2)
        if back == code:
            alone.append(code)
        elif back > code:
            pairs += [code, back]
    return pairs + alone[::-1]


CHARACTERS = {code: at for at, code in enumerate(imb_table(5) + imb_table(2))}


def read_imb(letters):
    """Tracking and routing code of 65 bars; the frame check sequence must fit."""
    characters = [0] * 10
    for at, letter in enumerate(letters):
        for (character, bit), is_set in zip(PLACES[2 * at:2 * at + 2], (letter in 'DF', letter in 'AF')):
            characters[character] |= is_set << bit
    check, words = 0, []
    for at, code in enumerate(characters):
        if bin(code).count('1') in (8, 11):
            code ^= 0x1FFF
            check |= 1 << at
        words.append(CHARACTERS[code])
    if words[0] >= 659:
        words[0] -= 659
        check |= 1 << 10
    if words[9] % 2:
        raise ValueError('the last codeword is odd')
    value = words[0]
    for word in words[1:9]:
        value = value * 1365 + word
    value = value * 636 + words[9] // 2
    register = 0x7FF
    for at in range(101, -1, -1):
        top = (register >> 10 ^ value >> at) & 1
        register = register << 1 & 0x7FF ^ (0x735 if top else 0)
    if register != check:
        raise ValueError('the frame check sequence is %03x, not %03x' % (register, check))
    tracking = []
    for _ in range(18):
        value, digit = divmod(value, 10)
        tracking.append(digit)
    value, digit = divmod(value, 5)
    tracking.append(digit)
    value, digit = divmod(value, 10)
    tracking.append(digit)
    for length, first in ((11, 1000100001), (9, 100001), (5, 1)):
        if value >= first:
            return ''.join(map(str, tracking[::-1])), '%0*d' % (length, value - first)
    return ''.join(map(str, tracking[::-1])), ''


def length(text):
    text = text.strip()
    for unit, inch in (('mm', MM), ('cm', 10 * MM), ('in', 1), ('pt', 1 / 72)):
        if text.endswith(unit):
            return float(text[:-len(unit)]) * inch
    raise ValueError(text)


def groups_of(flags):
    """Starts and ends of the runs of what is set."""
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([0], flags.astype(numpy.int8), [0]))))
    return list(zip(edges[::2], edges[1::2]))


def read_states(dark, sizes, dpi):
    """The letters of a code of four states, and what is beyond its tolerances."""
    faults = []
    bars = groups_of(dark.any(axis=0))
    spans = []
    for start, end in bars:
        rows = groups_of(dark[:, start:end].all(axis=1))
        if len(rows) != 1:
            return '', ['a bar is in %d parts' % len(rows)]
        spans.append(rows[0])
    top, bottom = min(s[0] for s in spans), max(s[1] for s in spans)
    # The tracker is what all bars have.
    upper, lower = max(s[0] for s in spans), min(s[1] for s in spans)
    letters = ''
    width, pitch, full, part, tracker = sizes

    def within(what, dots, limits):
        if not limits[0] - 0.001 <= dots / dpi * 25.4 <= limits[1] + 0.001:
            faults.append('%s of %.3f mm, allowed are %.3f to %.3f' % (what, dots / dpi * 25.4, *limits))

    for (start, end), (first, last) in zip(bars, spans):
        within('a bar width', end - start, width)
        ascends, descends = first < (top + upper) / 2, last > (lower + bottom) / 2
        letters += {(1, 1): 'F', (1, 0): 'A', (0, 1): 'D', (0, 0): 'T'}[(ascends, descends)]
        within('a bar height', last - first, {(1, 1): full, (0, 0): tracker}.get((ascends, descends), part))
    for one, other in zip(bars, bars[1:]):
        within('a pitch', other[0] - one[0], pitch)
    return letters, sorted(set(faults))[:3]


def boxes(mark, page, ink):
    """Left, top, right, bottom of the ink in pixels: the mark is looked for around its corner."""
    corner = mark.get('corner', 'top-left')
    x, y = length(mark['x']), length(mark['y'])
    height, width = page.shape
    left = width / ink - x if 'right' in corner else x
    top = height / ink - y if 'bottom' in corner else y
    return left, top, 'right' in corner, 'bottom' in corner


def cut_out(page, mark, dpi):
    """The ink that grows from the corner of a mark, and where it stands: everything within its clear zone belongs to it."""
    left, top, is_right, is_lower = boxes(mark, page, dpi)
    x, y = round(left * dpi), round(top * dpi)
    if mark['type'] in SIZES and not mark.get('rotate'):
        # Lines of an address may stand closer than any gap: no bar is higher than the greatest that is allowed.
        high = round(SIZES[mark['type']][2][1] * MM * dpi) + 2
        page = page.copy()
        page[:y - high if is_lower else y - 2] = False
        page[y + 2 if is_lower else y + high:] = False
    gap = round(dpi * {'omr': 0.21, 'imb': 0.1, 'datamatrix': 0.06}.get(mark['type'], 0.12))
    # The rectangle grows while there is ink within `gap` of its free edges.
    box = [x - 2, y - 2, x + 2, y + 2]
    if is_right:
        box[0] -= gap
    else:
        box[2] += gap
    if is_lower:
        box[1] -= gap
    else:
        box[3] += gap
    while True:
        ys, xs = numpy.nonzero(page[max(0, box[1]):box[3], max(0, box[0]):box[2]])
        if not len(xs):
            return None
        found = [xs.min() + max(0, box[0]), ys.min() + max(0, box[1]), xs.max() + 1 + max(0, box[0]), ys.max() + 1 + max(0, box[1])]
        wider = [min(box[0], found[0] - gap) if is_right else box[0], min(box[1], found[1] - gap) if is_lower else box[1],
                 box[2] if is_right else max(box[2], found[2] + gap), box[3] if is_lower else max(box[3], found[3] + gap)]
        if wider == box:
            return found
        box = wider


def track_box(page, mark, profile, dpi):
    """Where a track stands, whichever of its marks are printed; upright tracks only."""
    left, top, is_right, is_lower = boxes(mark, page, dpi)
    wide, high = length(profile['length']) * dpi, (length(profile['pitch']) * (len(profile['positions']) - 1) + length(profile['thickness'])) * dpi
    x, y = left * dpi - is_right * wide, top * dpi - is_lower * high
    return [round(x) - 3, round(y) - 3, round(x + wide) + 3, round(y + high) + 3]


def evaluate(template, values):
    """The few expressions that the values of marks need: `{name}` and `{name | pad n '0'}`."""
    out, rest = '', template
    while '{' in rest:
        before, rest = rest.split('{', 1)
        inner, rest = rest.split('}', 1)
        name, *filters = [part.strip() for part in inner.split('|')]
        value = str(values[name])
        for each in filters:
            word, width, sign = each.split()
            assert word == 'pad'
            value = value.rjust(int(width), sign.strip("'"))
        out += before + value
    return out + rest


class Machine:
    """An inserter that follows the tracks of a print file."""

    def __init__(self, profile):
        self.words = [WORDS.get(word, word) for word in profile['positions']]
        self.range = (profile.get('was', {}).get('least', 0), profile.get('was', {}).get('most', 7))
        self.last, self.is_open = None, False

    def feed(self, marks):
        at = {word: mark for word, mark in zip(self.words, marks) if word not in ('fixed', 'blank')}
        if not all(mark for word, mark in zip(self.words, marks) if word == 'fixed') or any(m for w, m in zip(self.words, marks) if w == 'blank'):
            return 'a mark that is always printed is missing, or a blank is not'
        if 'parity-even' in at and sum(marks) % 2 or 'parity-odd' in at and sum(marks) % 2 == 0:
            return 'parity'
        value = sum(mark << int(word[4:]) - 1 for word, mark in at.items() if word.startswith('was:'))
        least, most = self.range
        if self.last is not None and value != (least if self.last == most else self.last + 1):
            return 'sequence %d after %d' % (value, self.last)
        self.last = value
        begins = not at['not-boc'] if 'not-boc' in at else at.get('boc', not self.is_open)
        ends = not at['not-eoc'] if 'not-eoc' in at else at['eoc']
        if begins == self.is_open:
            return 'a set begins inside of another' if begins else 'a set without a begin'
        self.is_open = not ends
        return None


def read_track(dark, profile, box, mark, dpi):
    """Which positions are printed."""
    pitch, thick = length(profile['pitch']) * dpi, length(profile['thickness']) * dpi
    marks, across = [0] * len(profile['positions']), set()
    top = box[1] + 3
    for start, end in groups_of(dark[box[1]:box[3], box[0]:box[2]].any(axis=1)):
        at = (box[1] + (start + end) / 2 - top - thick / 2) / pitch
        if abs(at - round(at)) > 0.1 or abs(end - start - thick) > 2:
            raise ValueError('a mark of %d dots at position %.2f' % (end - start, at))
        marks[round(at)] = 1
        across.update(groups_of(dark[box[1] + start:box[1] + end, box[0]:box[2]].all(axis=0)))
    wide = {end - start for start, end in across}
    # An edge on the border of two dots falls to one or the other.
    if not wide or max(wide) - min(wide) > 1 or abs(max(wide) - length(profile['length']) * dpi) > 2:
        raise ValueError('marks of %s dots across' % sorted(across))
    return marks


def pieces_of(out):
    """The pieces of each print file, each with its documents: from the manifest, in the order of the mail."""
    files = {}
    with open(os.path.join(out, 'manifest.csv'), encoding='utf-8-sig') as file:
        for row in csv.DictReader(file):
            if row.get('print_file'):
                files.setdefault(row['print_file'], []).append(row)
    for name, rows in files.items():
        rows.sort(key=lambda row: (int(row['sequence']), int(row['print_page'])))
        pieces = {}
        for row in rows:
            pieces.setdefault(row['sequence'], []).append(row)
        files[name] = list(pieces.values())
    return files


def routings_of(job, folder):
    """What barcodes say of the delivery point of each record, as far as the job takes it from one field: from the data itself."""
    template = job.get('mail', {}).get('address', {}).get('routing')
    if template is None:
        return lambda record: None
    if '{' not in template:
        return lambda record: template
    lines = []
    for pattern in [job['input'][0]['files']]:
        for name in sorted(glob.glob(os.path.join(folder, pattern))):
            with open(name, encoding='utf-8') as file:
                lines += [json.loads(line) for line in file if line.strip()]
    field = re.fullmatch(r'\{(\w+)\}', template)
    return lambda record: re.sub(r'\D', '', str(lines[record - 1][field[1]])) if field else None


def serials_of(out):
    """The serial number of each piece, which the book of the mailer gave."""
    with contextlib.closing(sqlite3.connect('file:%s?mode=ro' % os.path.join(out, 'ledger.sqlite'), uri=True)) as ledger:
        return dict(ledger.execute('SELECT sequence, serial FROM pieces'))


def stands(pages, page, is_front, sheet, sheets):
    return {'front': is_front, 'back': not is_front, 'all': True, 'banner': False, 'first': page == 1,
            'first-sheet': is_front and sheet == 1, 'last-sheet': is_front and sheet == sheets}[pages]


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('pressrun')
    p.add_argument('job')
    p.add_argument('out')
    p.add_argument('--dpi', type=int, default=600)
    p.add_argument('--pages', type=int, default=60)
    a = p.parse_args()
    with open(a.job, 'rb') as file:
        job = tomllib.load(file)
    folder = os.path.dirname(os.path.abspath(a.job))
    marks = job['print']['mark']
    duplex = job['print'].get('duplex', 'simplex') != 'simplex'
    sheet_of = job['print'].get('sheet', {})
    outside = length(sheet_of.get('outside', '0mm'))
    moved = [[length(part) for part in sheet_of.get(key, '0mm 0mm').split()] for key in ('offset-front', 'offset-back')]
    imb = job.get('mail', {}).get('imb', {})
    profiles = {}
    for mark in marks:
        if mark['type'] == 'omr':
            with open(os.path.join(folder, mark['profile']), 'rb') as file:
                profiles[mark['profile']] = tomllib.load(file)
    faults, counts, drawn = [], {}, {}
    routing_of, serials = routings_of(job, folder), serials_of(a.out)

    def bars_of(kind, payload):
        if (kind, payload) not in drawn:
            ours = subprocess.run([a.pressrun, 'barcode', kind, payload], capture_output=True, text=True).stdout.strip()
            drawn[kind, payload] = ours
            if kind in ZINT and shutil.which('zint'):
                # Zint draws one line of text a row of bars: upper part, tracker, lower part.
                dump = subprocess.run(['zint', '-b', ZINT[kind], '-d', payload, '--dump'], capture_output=True, text=True).stdout
                rows = [''.join(format(int(h, 16), '04b') for h in row if h not in ' \n') for row in dump.splitlines() if row.strip()]
                if len(rows) == 3:
                    upper, lower = rows[0][::2], rows[2][::2]
                    theirs = ''.join({'11': 'F', '10': 'A', '01': 'D', '00': 'T'}[u + v] for u, v in zip(upper, lower))[:len(ours)]
                    counts['compared with Zint'] = counts.get('compared with Zint', 0) + 1
                    if theirs != ours:
                        faults.append('%s %r: Zint draws %s, we draw %s' % (kind, payload, theirs, ours))
        return drawn[kind, payload]

    for name, rows in sorted(pieces_of(a.out).items()):
        pdf = pypdfium2.PdfDocument(os.path.join(a.out, name if '/' in name else 'print/%06d.pdf' % int(name)))
        machines = {path: Machine(profile) for path, profile in profiles.items()}
        total = len(pdf)
        for documents in rows:
            row = documents[0]
            first = int(row['print_page']) - 1
            per_sheet = 2 if duplex else 1
            # Where composed pages are, counted from the first side of the piece; each document begins on a front.
            composed = [int(each['print_page']) - 1 - first + at for each in documents for at in range(int(each['pages']))]
            pages, sheets = len(composed), sum(int(each['sheets']) for each in documents)
            for side in range(min(sheets * per_sheet, total - first)):
                sheet, is_front = side // per_sheet + 1, side % per_sheet == 0
                if side not in composed or first + side >= a.pages:
                    continue
                page = composed.index(side) + 1
                image = pdf[first + side].render(scale=a.dpi / 72, grayscale=True, no_smoothpath=True, no_smoothtext=True).to_numpy()
                image = image.reshape(image.shape[:2])
                # The page without the room around it, and back where it was before it was moved.
                dark = image < 128
                right, down = moved[0 if is_front else 1]
                top, left = round((outside + down) * a.dpi), round((outside + right) * a.dpi)
                dark = numpy.roll(dark, (-top, -left), (0, 1))[:dark.shape[0] - 2 * round(outside * a.dpi), :dark.shape[1] - 2 * round(outside * a.dpi)]
                values = {'sequence': row['sequence'], 'sheet': sheet, 'sheets': sheets, 'page': page, 'pages': pages, 'inserts': row.get('inserts') or 0,
                          'divert': 0, 'tray': row.get('tray') or 0, 'serial': serials.get(int(row['sequence'])) or 0, 'envelope': row.get('envelope') or 0}
                for at, mark in enumerate(marks):
                    where = '%s page %d, mark %d (%s)' % (name, first + side + 1, at + 1, mark['type'])
                    if not stands(mark.get('pages', 'front'), page, is_front, sheet, sheets) or 'when' in mark:
                        continue
                    profile = profiles.get(mark.get('profile'))
                    box = track_box(dark, mark, profile, a.dpi) if profile else cut_out(dark, mark, a.dpi)
                    if box is None:
                        faults.append(where + ' is not there')
                        continue
                    kind = mark['type']
                    turned = int(mark.get('rotate', 0)) // 90
                    area = numpy.rot90(dark[box[1]:box[3], box[0]:box[2]], -turned)
                    counts[kind] = counts.get(kind, 0) + 1
                    try:
                        if kind == 'omr':
                            fault = machines[mark['profile']].feed(read_track(dark, profiles[mark['profile']], box, mark, a.dpi))
                            if fault:
                                faults.append('%s: %s' % (where, fault))
                        elif kind == 'imb':
                            letters, found = read_states(area, SIZES[kind], a.dpi)
                            faults += ['%s: %s' % (where, fault) for fault in found]
                            tracking, routing = read_imb(letters)
                            digits = 15 - len(imb['mailer-id'])
                            expected = imb.get('barcode-id', '00') + imb['service-type'] + imb['mailer-id'] + str(values['serial']).zfill(digits)
                            if tracking != expected:
                                faults.append('%s says %s, not %s' % (where, tracking, expected))
                            wanted = routing_of(int(row['record']))
                            if wanted is not None and routing != wanted:
                                faults.append('%s is for %s, not %s' % (where, routing, wanted))
                        elif kind in SIZES:
                            letters, found = read_states(area, SIZES[kind], a.dpi)
                            faults += ['%s: %s' % (where, fault) for fault in found]
                            expected = bars_of(kind, evaluate(mark['value'], values))
                            if letters != expected:
                                faults.append('%s reads %s, not %s' % (where, letters, expected))
                        elif kind in DECODED:
                            white = numpy.pad(numpy.where(area, 0, 255).astype(numpy.uint8), a.dpi // 6, constant_values=255)
                            got = [found.text for found in zxingcpp.read_barcodes(white)]
                            expected = evaluate(mark['value'], values)
                            if expected not in got:
                                faults.append('%s reads %r, not %r' % (where, got, expected))
                    except (ValueError, KeyError) as error:
                        faults.append('%s: %r' % (where, error))
        pdf.close()
    if not counts:
        faults.append('no mark was read')
    for fault in faults[:40]:
        print('  ' + fault)
    read = ', '.join('%d %s' % (count, kind) for kind, count in sorted(counts.items()))
    print('%s marks: %s at %d dpi, %d faults' % ('FAIL' if faults else 'PASS', read, a.dpi, len(faults)))
    sys.exit(bool(faults))


if __name__ == '__main__':
    main()
