#!/usr/bin/env python3
"""barcodes.py DATA.ndjson OUT_DIR [--side volumes|print|both] [--dpi 200] [--jobs 2]

Every footer barcode of the statement job is drawn by PDFium, at the resolution of an office scanner, and decoded by
ZXing: one Code 128 a page, at the place the design gives it, whose digits are the account of the page's record.
Only the footer's corner is drawn, with the ten modules of quiet zone that ISO/IEC 15417 asks for on each side.
"""
import argparse
import os
import sys
import time
from multiprocessing import Pool

import pypdfium2
import zxingcpp

import books

# The symbol of the page design and the window around it, in points from the top left: 101 modules of 1 pt.
SYMBOL = (54.0, 738.0, 155.0, 758.0)
WINDOW = (44.0, 735.0, 165.0, 761.0)
FORMAT = zxingcpp.BarcodeFormat.Code128


def read_page(page, scale, account):
    """What is wrong with the page's barcode, or None."""
    width, height = page.get_size()
    x0, y0, x1, y1 = WINDOW
    image = page.render(scale=scale, grayscale=True, crop=(x0, height - y1, width - x1, y0)).to_numpy()
    found = zxingcpp.read_barcodes(image.reshape(image.shape[:2]), formats=FORMAT, try_rotate=False, try_downscale=False)
    texts = [b.text for b in found]
    if texts != [account]:
        return 'reads %s, the account is %s' % (texts or 'nothing', account)
    at = found[0].position
    left, right = x0 + at.top_left.x / scale, x0 + at.top_right.x / scale
    if abs(left - SYMBOL[0]) > 2 or abs(right - SYMBOL[2]) > 2:
        return 'stands at x %.1f to %.1f' % (left, right)
    return None


def read_chunk(task):
    file, owned, scale = task
    faults, n = [], 0
    pdf = pypdfium2.PdfDocument(file)
    for span in owned:
        account = RECORDS[INDEX[span.doc.record]]['account']
        for number in range(span.first, span.first + span.pages):
            page = pdf[number - 1]
            fault = read_page(page, scale, account)
            page.close()
            n += 1
            if fault:
                faults.append('%s page %d: %s' % (os.path.basename(file), number, fault))
    pdf.close()
    return faults, n


def main():
    global RECORDS, INDEX
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('data')
    p.add_argument('out')
    p.add_argument('--side', default='both', choices=['volumes', 'print', 'both'])
    p.add_argument('--dpi', type=float, default=200)
    p.add_argument('--jobs', type=int, default=2)
    a = p.parse_args()
    start = time.monotonic()
    faults, n, tasks = [], 0, []
    try:
        RECORDS = books.read_records(a.data)
        docs = books.read_manifest(a.out)
        INDEX = books.match(docs, RECORDS)
        for side in {'both': ('volume', 'print'), 'volumes': ('volume',), 'print': ('print',)}[a.side]:
            counts = {}
            for file in {getattr(doc, side) for doc in docs}:
                pdf = pypdfium2.PdfDocument(file)
                counts[file] = len(pdf)
                pdf.close()
            tasks += [(f, owned, a.dpi / 72) for f, owned in books.chunks(books.spans(docs, side, counts), 500)]
    except (books.Unbalanced, OSError, ValueError, pypdfium2.PdfiumError) as e:
        faults.append(str(e))
    with Pool(a.jobs) as pool:
        for fault, count in pool.imap_unordered(read_chunk, tasks):
            faults += fault
            n += count
    for f in sorted(faults)[:25]:
        print('  ' + f)
    if len(faults) > 25:
        print('  … and %d more' % (len(faults) - 25))
    ok = not faults and n > 0
    print('%s barcodes: %d pages, %d faults, %.0f s' % ('PASS' if ok else 'FAIL', n, len(faults), time.monotonic() - start))
    sys.exit(not ok)


if __name__ == '__main__':
    main()
