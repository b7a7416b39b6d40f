#!/usr/bin/env python3
"""invoices.py PRESSRUN JOB.toml SHARED WORK_DIR [--jobs 2]

Runs the invoices job on every UBL invoice and credit note and every XRechnung of the corpora in SHARED, one run a
file, and asks of each:
  - every document in the file has one fate: composed or held;
  - a composed one shows all its facts (number, parties, amounts, dates, lines) in poppler's reading of its own pages,
    by SHARED/judges/invoice_facts.py;
  - a held one has a reason, and the XML bears it out: the very thing named is missing or malformed, found here by
    another XML parser that has not read the job.
Test-set files hold several small documents each; those are cut out one by one for the comparison.
The job reads UBL: an XRechnung in the other syntax, CII, is one whole file to hold.
"""
import argparse
import copy
import datetime
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

import books

FOLDERS = ['ubl-oasis', 'en16931/ubl', 'en16931/test', 'xrechnung', 'zugferd/XML-Rechnung/UBL']
DOCUMENTS = ('Invoice', 'CreditNote')
ROOTS = DOCUMENTS + ('SelfBilledInvoice', 'SelfBilledCreditNote')
CII = '{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice'
# What `lacks` says where a required field of the job is missing.
FIELDS = {'number': 'ID', 'issue_date': 'IssueDate', 'currency': 'DocumentCurrencyCode', 'seller.name': 'seller', 'buyer.name': 'buyer',
          'totals.payable': 'PayableAmount', 'lines.net': 'LineExtensionAmount'}
# Months in the other languages that the job writes.
MONTHS = {month: n for line in (
    'jan feb mar apr may jun jul aug sept oct nov dec',
    'januari februari maart april mei juni juli augustus september oktober november december',
    'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
    'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
) for n, month in enumerate(line.split(), 1)}
DATE_IN_WORDS = re.compile(r'\b(\d{1,2}) (?:de )?([^\W\d]+) (?:de )?(\d{4})\b')
UBL = 'urn:oasis:names:specification:ubl:schema:xsd:'
ns = {'cac': UBL + 'CommonAggregateComponents-2', 'cbc': UBL + 'CommonBasicComponents-2'}


def documents(path):
    """The invoice and credit-note elements of a file, in order; a document inside a document is not one more."""
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    if root.tag == CII or root.tag in {'{%s%s-2}%s' % (UBL, n, n) for n in ROOTS}:
        return [root]
    if etree.QName(root).localname != 'testSet':
        return []
    return [e for e in root.iter() if e.tag in {'{%s%s-2}%s' % (UBL, n, n) for n in DOCUMENTS}]


def lacks(doc):
    """What no invoice can do without and this one has not, or has malformed."""
    out = []
    if doc.tag == CII:
        return ['root CrossIndustryInvoice']

    def need(name, path, good=lambda s: bool(s.strip())):
        found = doc.xpath(path, namespaces=ns)
        if not found:
            out.append('no ' + name)
        elif not all(good(''.join(x.itertext())) for x in found):
            out.append('bad ' + name)

    party = 'cac:%s/cac:Party/*[self::cac:PartyLegalEntity/cbc:RegistrationName or self::cac:PartyName or self::cac:Person]'
    need('ID', 'cbc:ID')
    need('IssueDate', 'cbc:IssueDate', is_date)
    need('DocumentCurrencyCode', 'cbc:DocumentCurrencyCode')
    need('seller', party % 'AccountingSupplierParty')
    need('buyer', party % 'AccountingCustomerParty')
    need('PayableAmount', 'cac:LegalMonetaryTotal/cbc:PayableAmount', is_decimal)
    need('lines', 'cac:InvoiceLine | cac:CreditNoteLine')
    line = '(cac:InvoiceLine | cac:CreditNoteLine)'
    if doc.xpath(line, namespaces=ns):
        if doc.xpath('boolean(%s[not(cbc:LineExtensionAmount)])' % line, namespaces=ns):
            out.append('no LineExtensionAmount')
        if doc.xpath('boolean(%s[not(cac:Item/cbc:Name | cac:Item/cbc:Description)])' % line, namespaces=ns):
            out.append('no item name')
    for e in doc.iter():
        tag = etree.QName(e).localname if isinstance(e.tag, str) else ''
        text = ''.join(e.itertext()) if tag.endswith(('Amount', 'Quantity', 'Date', 'Percent')) and not len(e) else None
        if text is not None and not (is_date if tag.endswith('Date') else is_decimal)(text):
            out.append('bad ' + tag)
    # The shipped faces have Latin, Greek and Cyrillic; anything else may lack a glyph.
    if re.search('[^\u0000-\u052f\u1e00-\u20cf\u2100-\u22ff\u2500-\u27bf\ufb00-\ufb06]', ''.join(doc.itertext())):
        out.append('rare script')
    return list(dict.fromkeys(out))


def bears_out(reason, lack):
    """Is the reason of a hold among what the XML lacks?"""
    missing = re.search(r'the required field `([^`]+)` is missing', reason)
    if missing:
        return 'no ' + FIELDS.get(missing[1], missing[1]) in lack
    root = re.search(r'no record element .* the root is `(?:\w+:)?(\w+)`', reason)
    if root:
        return 'root ' + root[1] in lack
    return any(l.startswith(('bad', 'rare')) for l in lack)


def is_decimal(s):
    try:
        return Decimal(s.strip()).is_finite()
    except InvalidOperation:
        return False


def is_date(s):
    m = re.fullmatch(r'(\d{4})-(\d\d)-(\d\d)(Z|[+-]\d\d:\d\d)?', s.strip())
    if not m:
        return False
    try:
        datetime.date(*map(int, m.groups()[:3]))
        return True
    except ValueError:
        return False


def page_text(file, first, pages, to):
    """Both of poppler's readings: in one a name in a column is whole, in the other a line of a table."""
    text = b''
    for mode in ([], ['-layout']):
        text += subprocess.run(['pdftotext', *mode, '-enc', 'UTF-8', '-f', str(first), '-l', str(first + pages - 1), file, '-'],
                               capture_output=True, check=True).stdout
    # The judge of the facts reads dates in words in English, German and French only, and no English Sept.
    text = text.decode('utf-8')
    dates = ['%s-%02d-%02d' % (y, MONTHS[m.lower()], int(d)) for d, m, y in DATE_IN_WORDS.findall(text) if m.lower() in MONTHS]
    to.write_text(text + '\n' + '\n'.join(dates), encoding='utf-8')


def judge(task):
    """(composed, held, [(reason, lacks)], [fault]) of one file."""
    path, docs, out = task
    shutil.rmtree(out, ignore_errors=True)
    run = subprocess.run(['timeout', '-k', '5', '60', A.pressrun, 'run', A.job, '--input', path, '--out', out, '--threads', '1'], capture_output=True)
    if run.returncode not in (0, 1):
        return 0, 0, [], ['exit %d: %s' % (run.returncode, run.stderr.decode('utf-8', 'replace').strip()[-300:])]
    try:
        rows, held = books.read_manifest(out), books.read_held(out)
    except (books.Unbalanced, OSError, ValueError) as e:
        return 0, 0, [], [str(e)]
    faults, reasons = [], []
    if len(rows) + len(held) != len(docs):
        faults.append('%d documents in the file, %d composed and %d held' % (len(docs), len(rows), len(held)))
    if run.returncode != (1 if held else 0):
        faults.append('exit %d with %d held' % (run.returncode, len(held)))
    # Composed documents keep the order of the input in the volume; which ones those are, the manifest's record says.
    numbers = [int(row.record) for row in rows if row.record.isdigit()]
    # Counted from 0 or from 1?  A job of this size is short enough to try both.
    best = None
    for base in (0, 1):
        if len(numbers) != len(rows) or any(not base <= n < len(docs) + base for n in numbers):
            continue
        missing = compare(rows, [n - base for n in numbers], docs, out)
        if best is None or len(missing) < len(best[0]):
            best = missing, {n - base for n in numbers}
    if best is None and rows:
        faults.append('records %s of the manifest do not number the %d documents' % ([r.record for r in rows][:5], len(docs)))
        return len(rows), len(held), reasons, faults
    missing, composed = best or ([], set())
    faults += missing
    left = [doc for i, doc in enumerate(docs) if i not in composed]
    for (reason, _), doc in zip(held, left):
        lack = lacks(doc)
        reasons.append((reason or 'none', lack))
        if not reason:
            faults.append('held without a reason')
        elif not bears_out(reason, lack):
            faults.append('held for what is not so: %s; found here: %s' % (reason[:160], ', '.join(lack) or 'nothing'))
    return len(rows), len(held), reasons, faults


def compare(rows, indices, docs, out):
    faults = []
    for row, index in zip(rows, indices):
        alone, text = out / ('record-%d.xml' % index), out / ('record-%d.txt' % index)
        # A copy is a tree of its own that keeps the namespaces in scope.
        alone.write_bytes(etree.tostring(copy.deepcopy(docs[index]), xml_declaration=True, encoding='UTF-8'))
        page_text(row.volume, row.volume_page, row.pages, text)
        facts = subprocess.run([sys.executable, str(A.shared / 'judges/invoice_facts.py'), str(alone), '--in', str(text), '--need', '1'],
                               capture_output=True, text=True)
        if facts.returncode:
            faults.append('record %d: %s' % (index + 1, ' '.join((facts.stdout or facts.stderr[-300:]).split())))
    return faults


def main():
    global A
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('pressrun')
    p.add_argument('job')
    p.add_argument('shared', type=Path)
    p.add_argument('work', type=Path)
    p.add_argument('--jobs', type=int, default=2)
    A = p.parse_args()
    paths = {f for folder in FOLDERS for f in (A.shared / 'corpora' / folder).rglob('*') if f.suffix.lower() == '.xml'}
    tasks = []
    for n, path in enumerate(sorted(paths)):
        docs = documents(path)
        if docs:
            tasks.append((path, docs, A.work / ('%03d' % n)))
    A.work.mkdir(parents=True, exist_ok=True)
    bad, why, by_folder = 0, Counter(), {}
    with ThreadPoolExecutor(A.jobs) as pool:
        for (path, docs, _), (composed, held, reasons, faults) in zip(tasks, pool.map(judge, tasks)):
            name = path.relative_to(A.shared / 'corpora').as_posix()
            row = by_folder.setdefault(name.rsplit('/', 1)[0], Counter())
            row.update(files=1, documents=len(docs), composed=composed, held=held, faults=len(faults))
            for reason, lack in reasons:
                # Numbers, places and names apart, the same reason is one reason.
                why[re.sub(r'`[^`]*`|\d+', '…', reason)[:70], ', '.join(lack)[:60]] += 1
            for fault in faults[:5]:
                print('  %s: %s' % (name, fault[:400]))
            bad += len(faults)
    print('\n%-38s %6s %9s %9s %6s %7s' % ('corpus', 'files', 'documents', 'composed', 'held', 'faults'))
    total = Counter()
    for row in by_folder.values():
        total.update(row)
    for folder, row in sorted(by_folder.items()) + [('all', total)]:
        print('%-38s %6d %9d %9d %6d %7d' % (folder, *(row[k] for k in ('files', 'documents', 'composed', 'held', 'faults'))))
    print('\n%6s  %-70s  %s' % ('held', 'reason the run gave', 'what the XML lacks'))
    for (reason, lack), n in why.most_common(40):
        print('%6d  %-70s  %s' % (n, reason, lack or 'NOTHING'))
    ok = not bad and total['composed'] > 0
    print('\n%s invoices: %d documents in %d files: %d composed, %d held, %d faults'
          % ('PASS' if ok else 'FAIL', total['documents'], total['files'], total['composed'], total['held'], bad))
    sys.exit(not ok)


if __name__ == '__main__':
    main()
