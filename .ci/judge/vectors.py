#!/usr/bin/env python3
"""vectors.py PRESSRUN VECTORS_DIR

Every barcode vector of the project's standards goes through the command line, `pressrun barcode TYPE DATA --set NAME=VALUE`,
and what it prints is compared: element widths, letters of four-state bars, the hash of a matrix. Where a vector has no hash
because encoders may differ, the symbol is decoded by ZXing and must not be larger than the vector allows. Payloads that are
wrong must be refused, with the reason. Payment references go through the expression filters of a layout and are not here.
"""
import csv
import hashlib
import json
import os
import subprocess
import sys

import numpy
import zxingcpp

faults, count, sizes = [], 0, {}


def barcode(kind, data, **options):
    args = [PRESSRUN, 'barcode', kind, data]
    for name, value in options.items():
        args += ['--set', '%s=%s' % (name.replace('_', '-'), value)]
    done = subprocess.run(args, capture_output=True, text=True)
    return done.returncode, done.stdout[:-1] if done.stdout.endswith('\n') else done.stdout, done.stderr.strip()


def rows(name):
    with open(os.path.join(VECTORS, name + '.csv'), encoding='utf-8', newline='') as file:
        yield from csv.DictReader(file)


def check(name, data, good, said):
    global count
    count += 1
    sizes[name] = sizes.get(name, 0) + 1
    if not good:
        faults.append('%s %r: %s' % (name, data, said))


def same(name, data, expected, kind, **options):
    code, out, err = barcode(kind, data, **options)
    check(name, data, code == 0 and out == expected, err or '%s is not %s' % (out[:200], expected[:200]))
    return out


def digest(out):
    return hashlib.sha256(out.encode()).hexdigest()


def decode(out, row=1, scale=4):
    """What ZXing reads of a matrix, as bytes."""
    cells = numpy.array([[c == '1' for c in line] for line in out.split('\n')])
    cells = numpy.kron(numpy.pad(cells, ((4, 4), (4, 4))), numpy.ones((scale * row, scale), dtype=bool))
    found = zxingcpp.read_barcodes(numpy.where(cells, 0, 255).astype(numpy.uint8))
    return [b.bytes for b in found]


def matrix(name, data, expected, kind, width=None, height=None, row=1, raw=None, **options):
    """Compares the hash, or decodes where there is none; `width` and `height` are what the symbol may not pass."""
    code, out, err = barcode(kind, data, **options)
    if code:
        return check(name, data, False, err)
    lines = out.split('\n')
    if (width and len(lines[0]) > int(width)) or (height and len(lines) > int(height)):
        return check(name, data, False, 'is %d by %d, at most %s by %s' % (len(lines[0]), len(lines), width, height))
    if expected:
        return check(name, data, digest(out) == expected, 'has the hash ' + digest(out))
    wanted = raw if raw is not None else data.encode('latin-1')
    check(name, data, decode(out, row) == [wanted], 'reads %r' % decode(out, row))


def linear():
    for r in rows('code128'):
        data = json.loads(r['data_json'])
        widths = r['element_widths_if_two_encoders_agree']
        code, out, err = barcode('code128', data)
        characters = (sum(map(int, out or '0')) - 13) // 11 + 1
        most = int(r['max_symbol_characters_incl_start_check_stop'])
        check('code128', data, code == 0 and characters <= most and widths in ('', out), err or '%d characters: %s' % (characters, out))
    for r in rows('gs1_128'):
        # One vector is there for its separators and has a wrong check digit: it is refused, and made when asked not to check.
        data, widths = r['data_ai_syntax'], r['element_widths']
        code, out, err = barcode('code128', data, gs1='true')
        if code and 'check digit' in err:
            code, out, err = barcode('code128', data, gs1='true', verify='false')
        check('gs1_128', data, code == 0 and widths in ('', out), err or out)
    for r in rows('imtb24'):
        same('imtb24', r['digits24'], r['code128C_widths'], 'imtb')
    for r in rows('itf14'):
        same('itf14', r['digits13'], r['element_widths_1narrow_3wide'], 'itf14')
        same('itf14', r['digits13'] + r['check'], r['element_widths_1narrow_3wide'], 'itf14')
        refused('itf14', r['digits13'] + str((int(r['check']) + 1) % 10), 'check digit', 'itf14')
    for r in rows('ean13'):
        same('ean13', r['digits12'], r['element_widths'], 'ean13')
        refused('ean13', r['digits12'] + str((int(r['check']) + 1) % 10), 'check digit', 'ean13')
    for r in rows('deutsche_post_2of5'):
        same('deutsche_post_2of5', r['digits_without_check'], r['element_widths_1narrow_3wide_bar_first'], r['kind'])
        same('deutsche_post_2of5', r['digits_without_check'] + r['check'], r['element_widths_1narrow_3wide_bar_first'], r['kind'])
    for r in rows('finnish_bank_barcode'):
        # One reference has wrong check digits.
        code, out, err = barcode('finnish-bank', r['data54'])
        if code and 'check digits of the reference' in err:
            code, out, err = barcode('finnish-bank', r['data54'], verify='false')
        check('finnish_bank_barcode', r['data54'], code == 0 and out == r['code128C_widths'], err)
    for r in rows('upu_s10'):
        code, out, err = barcode('s10', r['identifier'])
        check('upu_s10', r['identifier'], code == 0 and out == barcode('code128', r['identifier'])[1], err)
        wrong = r['identifier'].replace(r['serial8'] + r['check'], r['serial8'] + str((int(r['check']) + 1) % 10))
        refused('upu_s10', wrong, 'check digit', 's10')


def postal():
    for r in rows('imb'):
        same('imb', r['tracking20'] + ' ' + r['routing'] if r['routing'] else r['tracking20'], r['bars65'], 'imb')
    reasons = {'second digit': 'second digit of the barcode identifier', '20 digits': 'not 20', 'digits only': 'cannot encode', 'routing length': 'not 0, 5, 9 or 11'}
    for r in rows('imb_invalid'):
        reason = next(said for why, said in reasons.items() if why in r['why'])
        refused('imb_invalid', r['tracking20'] + ' ' + r['routing'] if r['routing'] else r['tracking20'], reason, 'imb')
    for r in rows('rm4scc'):
        same('rm4scc', r['data'], r['bars'], 'rm4scc')
    for r in rows('kix'):
        same('kix', r['data'], r['bars'], 'kix')
    for r in rows('mailmark_4state'):
        data = ''.join(r[field] for field in ('format', 'version', 'class', 'supply_chain', 'item', 'dest_postcode_dps'))
        same('mailmark_4state', data, r['bars'], 'mailmark-' + r['type'].lower())
    for r in rows('auspost'):
        customer = {'C': 'characters', 'N': 'digits', '': 'auto'}[r['encoding_C_or_N']]
        same('auspost', r['fcc'] + r['dpid'] + r['customer_info'], r['bars'], 'auspost', customer=customer)
    for r in rows('japanpost'):
        same('japanpost', r['data'], r['bars'], 'japanpost')
    for r in rows('mailmark_2d'):
        data = json.loads(r['data_json'])
        expected = r['matrix_sha256'] if r['check'] == 'hash' else ''
        matrix('mailmark_2d', data, expected, 'mailmark-' + r['type'], r['width'], r['height'])
    for r in rows('deutsche_post_datamatrix'):
        matrix('deutsche_post_datamatrix', r['payload_hex'], r['sha256_base256_explicit_length'], 'deutsche-post', r['width'], r['height'])
    for r in rows('deutsche_post_frankier_id'):
        fields = 'type=18;version=1;customer=%s;value=62;date=2017-05-04;product=1;item=%s;participation=%s;statement=%s' % (
            r['kundennummer'], r['laufende_sendungsnummer'], r['teilnahmenummer'], r['entgeltabrechnungsnummer'])
        done = subprocess.run([PRESSRUN, 'barcode', 'deutsche-post', fields, '--text'], capture_output=True, text=True)
        check('deutsche_post_frankier_id', fields, done.stdout.strip() == r['frankier_id'], done.stdout + done.stderr)


def matrices():
    for r in rows('qr_fixed'):
        data = json.loads(r['data_json_latin1_bytes'])
        matrix('qr_fixed', data, r['matrix_sha256'], 'qr', r['size'], r['size'], mode=r['single_segment_mode'], error_correction=r['ec_level'],
               version=r['version'], mask=r['mask'], latin1='true')
    for r in rows('datamatrix'):
        data = json.loads(r['data_json_latin1_bytes'])
        matrix('datamatrix', data, r['matrix_sha256_if_two_encoders_agree'], 'datamatrix', r['max_width'], r['max_height'], size=r['shape'], latin1='true')
    for r in rows('pdf417'):
        data = json.loads(r['data_json_latin1_bytes'])
        matrix('pdf417', data, r['matrix_sha256_one_line_per_row_if_two_encoders_agree'], 'pdf417', r['row_modules'], r['rows'], row=3,
               level=r['ec_level'], columns=r['data_columns'], latin1='true')
    for r in rows('aztec'):
        data = json.loads(r['data_json_latin1_bytes'])
        size = r['max_size_default_23pct_ec']
        matrix('aztec', data, r['matrix_sha256_if_two_encoders_agree'], 'aztec', size, size, latin1='true')


def payments():
    for kind, name in (('swiss-qr', 'swiss_qr'), ('epc-qr', 'epc_qr')):
        for r in rows(name):
            data = json.loads(r['payload_json'])
            side = 4 * int(r['version_if_single_byte_segment_ecc_M']) + 17
            code, out, err = barcode(kind, data)
            good = code == 0 and len(out.split('\n')) == side and decode(out) == [data.encode()]
            good = good and hashlib.sha256(data.encode()).hexdigest() == r['payload_sha256']
            check(name, data, good, err or 'is %d wide, not %d, or reads otherwise' % (len(out.split('\n')), side))
    reasons = {'QRR needs a QR-IBAN': 'QRR', 'QR-IBAN needs QRR': 'QR-IBAN', 'two decimals': 'two decimals', 'amount 0': '0.00',
               'thousands': 'amount', 'currency': 'currency', 'ultimate': 'ultimate creditor', 'name > 70': '70',
               'message + billing': '140', 'IBAN check': 'IBAN', 'RF check': 'reference'}
    for r in rows('swiss_qr_invalid'):
        reason = next((said for why, said in reasons.items() if why in r['why']), None)
        refused('swiss_qr_invalid', json.loads(r['payload_json']), reason or r['why'], 'swiss-qr')


def refused(name, data, reason, kind):
    code, out, err = barcode(kind, data)
    check(name, data, code == 2 and not out and reason in err, 'is not refused for "%s": %s' % (reason, err or out))


def main():
    global PRESSRUN, VECTORS
    PRESSRUN, VECTORS = sys.argv[1:3]
    for part in (linear, postal, matrices, payments):
        part()
    for fault in faults[:40]:
        print('  ' + fault[:600])
    print('  ' + ', '.join('%s %d' % item for item in sizes.items()))
    print('%s vectors: %d of %d' % ('FAIL' if faults else 'PASS', count - len(faults), count))
    sys.exit(bool(faults))


if __name__ == '__main__':
    main()
