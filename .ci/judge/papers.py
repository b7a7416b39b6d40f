"""Judges the papers of a mailed job: papers.py OUTPUT-FOLDER

Tray labels are rendered at 300 dpi and their barcodes decoded by ZXing; Mail.dat files are read by the table of fields
and summed up anew.  Both are held against papers/tray-list.csv and papers/piece-list.csv.  Knows nothing of how they
were written.
"""
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import fitz
import numpy
import zxingcpp

FIELDS = Path(__file__).parents[2] / 'src/postal/maildat/fields_26-1.csv'
POUND = 453592.37  # milligrams


def rows(path):
    with open(path, newline='', encoding='utf-8') as f:
        return list(csv.DictReader(f))


def labels(folder, trays, faults):
    """The payload on each label; its texts must name the tray."""
    found = []
    document = fitz.open(folder / 'tray-labels.pdf')
    if len(document) != len(trays):
        faults.append(f'{len(document)} labels for {len(trays)} trays')
    for page, tray in zip(document, trays):
        pixels = page.get_pixmap(dpi=300, colorspace=fitz.csGRAY)
        image = numpy.frombuffer(pixels.samples, dtype=numpy.uint8).reshape(pixels.height, pixels.width)
        codes = zxingcpp.read_barcodes(image)
        text = ' '.join(page.get_text().split())
        if len(codes) != 1:
            faults.append(f'tray {tray["tray"]}: {len(codes)} barcodes on its label')
            continue
        found.append(codes[0].text)
        for part in (tray['line1'], tray['line2'], tray['cin'], tray['pieces'] + ' pieces'):
            if part.upper() not in text.upper():
                faults.append(f'tray {tray["tray"]}: no `{part}` on its label: {text}')
    if len(set(found)) != len(found):
        faults.append('two labels have one barcode')
    return found


def maildat(folder, trays, pieces, codes, faults):
    """Reads each file by the table of fields, and holds the sums against the lists."""
    table = defaultdict(dict)
    for field in rows(FIELDS):
        table[field['file']][int(field['code'])] = field

    files = {}
    for path in sorted(folder.iterdir()):
        name = path.suffix[1:]
        length = int(table[name][9999]['start'])
        lines = path.read_bytes().decode('ascii').split('\r\n')
        if lines.pop() or any(len(line) != length or line[-1] != '#' for line in lines):
            faults.append(f'{path.name}: a line is not {length} characters with # at the end')
            continue
        for number, line in enumerate(lines, 1):
            for code, field in table[name].items():
                start = int(field['start']) - 1
                raw = line[start:start + int(field['length'])]
                value, allowed = raw.strip(), [v for v in field['values'].split('|') if v]
                if not value and field['required'] == 'Y':
                    faults.append(f'{path.name}:{number}: {code} {field["name"]} is blank')
                if value and allowed and value not in [v.strip() for v in allowed]:
                    faults.append(f'{path.name}:{number}: {code} {field["name"]} is `{value}`')
                if value and field['format'] in ('Z', 'YYYYMMDD') and not raw.isdigit():
                    faults.append(f'{path.name}:{number}: {code} {field["name"]} is `{raw}`')
        files[name] = lines

    def get(name, line, code):
        field = table[name][code]
        start = int(field['start']) - 1
        return line[start:start + int(field['length'])].strip()

    header = files['hdr'][0]
    for name, code in dict(seg=1111, mpu=1113, mcr=1115, mpa=1158, cpt=1118, csm=1120, cqt=1126, pqt=1128, pbc=1178).items():
        if int(get('hdr', header, code)) != len(files.get(name, [])):
            faults.append(f'hdr miscounts {name}')
    told = [(int(get('csm', c, 1006)), int(get('csm', c, 1121))) for c in files['csm']]
    if told != [(int(t['tray']), int(t['pieces'])) for t in trays]:
        faults.append('csm and tray-list.csv differ')
    if [get('csm', c, 1150) for c in files['csm']] != codes:
        faults.append('barcodes of csm are not those on the labels')
    quantities = {get('cqt', q, 1034): q for q in files['cqt']}
    for name, code in (('cqt', 1103), ('pqt', 1104)):
        counted = Counter()
        for line in files[name]:
            tray = int(get('cqt', quantities[get(name, line, 1034)], 1006))
            counted[tray] += int(get(name, line, code))
        if sorted(counted.items()) != told:
            faults.append(f'{name} and csm differ')
    listed = Counter(get('pbc', p, 1034) for p in files.get('pbc', []))
    if listed and any(listed[key] != int(get('cqt', q, 1103)) for key, q in quantities.items()):
        faults.append('pbc and cqt differ')
    # Within what rounding each piece to 0.0001 lb may do.
    weights = defaultdict(float)
    for piece in pieces:
        if piece['tray']:
            weights[int(piece['tray'])] += float(piece['weight_g']) * 1000
    for line in files['csm']:
        tray, pounds = int(get('csm', line, 1006)), int(get('csm', line, 1122)) / 10000
        if abs(pounds - weights[tray] / POUND) > 0.00005 * int(get('csm', line, 1121)) + 1e-9:
            faults.append(f'tray {tray}: {pounds} lb is not what its pieces weigh')
    return {name: len(lines) for name, lines in files.items()}


def main(out):
    faults = []
    trays, pieces = rows(out / 'papers/tray-list.csv'), rows(out / 'papers/piece-list.csv')
    inside = Counter(p['tray'] for p in pieces if p['tray'])
    if [(t['tray'], int(t['pieces'])) for t in trays] != [(t['tray'], inside[t['tray']]) for t in trays] or len(inside) != len(trays):
        faults.append('piece-list.csv and tray-list.csv differ')
    codes = labels(out / 'papers', trays, faults)
    counts = maildat(out / 'maildat', trays, pieces, codes, faults) if (out / 'maildat').is_dir() else {}
    for fault in faults[:20]:
        print('  ' + fault)
    print(f'{"FAIL" if faults else "PASS"} papers: {len(trays)} trays, {len(codes)} barcodes decoded, {len(pieces)} pieces, Mail.dat {counts or "not asked for"}')
    return bool(faults)


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1])))
