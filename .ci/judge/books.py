"""What the judges read of a job's output folder: the manifest, and which pages belong to which document.

The only file here that knows the manifest's column names and how it names files.  Knows nothing of
page contents.
"""
import csv
import json
from collections import namedtuple
from decimal import Decimal
from pathlib import Path

# Our word -> the manifest's header.
COLUMNS = {
    'sequence': 'sequence', 'record': 'record', 'document': 'document',
    'volume': 'volume', 'volume_page': 'volume_page', 'print': 'print_file', 'print_page': 'print_page',
    'pages': 'pages', 'sheets': 'sheets', 'sha256': 'sha256', 'sort_key': 'sort_key', 'fate': 'fate',
}
# Where a held record's reason may stand in a line of held.ndjson, best first.
REASONS = ('reason', 'message', 'diagnostic', 'error', 'code')

Doc = namedtuple('Doc', list(COLUMNS))
# Pages first..first+pages-1 of a file are doc's; up to `until` (exclusive) belong to no document (blanks).
Span = namedtuple('Span', 'first pages until doc')


class Unbalanced(Exception):
    """The manifest contradicts itself, the folder or the data."""


def read_manifest(out):
    out = Path(out)
    with open(out / 'manifest.csv', newline='', encoding='utf-8-sig') as f:
        reader = csv.DictReader(f)
        missing = [h for h in COLUMNS.values() if h not in (reader.fieldnames or [])]
        if missing:
            raise Unbalanced('manifest.csv has no column ' + ', '.join(missing))
        docs = []
        for row in reader:
            v = {word: row[head] for word, head in COLUMNS.items()}
            for word in ('volume_page', 'print_page', 'pages', 'sheets'):
                v[word] = int(v[word])
            v['volume'] = find(out / 'volumes', v['volume'])
            v['print'] = find(out / 'print', v['print'])
            docs.append(Doc(**v))
    return docs


_found = {}


def find(folder, name):
    """The file a manifest cell names: as a path, with or without folder, extension and leading zeros."""
    if (folder, name) not in _found:
        stem = Path(name).name.removesuffix('.pdf')
        hits = [p for p in sorted(folder.glob('*.pdf'))
                if p.stem == stem or (stem.isdigit() and p.stem.lstrip('0') == stem.lstrip('0'))]
        if len(hits) != 1:
            raise Unbalanced('the manifest names %r, and %d files of %s match' % (name, len(hits), folder))
        _found[folder, name] = str(hits[0])
    return _found[folder, name]


def spans(docs, side, page_counts):
    """{file: [Span]} of 'volume' or 'print'.  Raises where documents overlap or leave the file."""
    files = {}
    for doc in docs:
        files.setdefault(getattr(doc, side), []).append(doc)
    out = {}
    for file, owned in files.items():
        at = side + '_page'
        owned.sort(key=lambda doc: getattr(doc, at))
        ends = [getattr(doc, at) for doc in owned[1:]] + [page_counts[file] + 1]
        if getattr(owned[0], at) < 1:
            raise Unbalanced('%s: page numbers in the manifest must start at 1' % file)
        for doc, until in zip(owned, ends):
            first = getattr(doc, at)
            if first + doc.pages > until:
                raise Unbalanced('%s: document %s (pages %d to %d) reaches into page %d'
                                 % (file, doc.document, first, first + doc.pages - 1, until))
            out.setdefault(file, []).append(Span(first, doc.pages, until, doc))
    return out


def chunks(plan, pages=1500):
    """The plan cut into even pieces for a pool: (file, [Span])."""
    out = []
    for file, owned in sorted(plan.items()):
        piece = []
        for span in owned:
            piece.append(span)
            if span.until - piece[0].first >= pages:
                out.append((file, piece))
                piece = []
        if piece:
            out.append((file, piece))
    return out


def read_records(path):
    """The NDJSON records, numbers exact."""
    with open(path, encoding='utf-8') as f:
        return [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in f if line.strip()]


def match(docs, records):
    """{document's record cell: index into records}; `record` may be the id, or a number from 0 or 1."""
    by_id = {str(r['id']): i for i, r in enumerate(records)}
    if all(doc.record in by_id for doc in docs):
        return {doc.record: by_id[doc.record] for doc in docs}
    numbers = {doc.record: int(doc.record) for doc in docs}
    base = 0 if min(numbers.values(), default=1) == 0 else 1
    return {cell: n - base for cell, n in numbers.items()}


def read_held(out):
    """[(reason, line as a dict)] of held.ndjson."""
    path = Path(out) / 'held.ndjson'
    if not path.exists():
        return []
    held = []
    with open(path, encoding='utf-8', errors='replace') as f:
        for line in filter(str.strip, f):
            row = json.loads(line)
            reason = next((row[k] for k in REASONS if row.get(k)), None)
            held.append((reason if isinstance(reason, str) else json.dumps(reason), row))
    return held


def cents(v):
    c = Decimal(str(v)) * 100
    if c != c.to_integral_value():
        raise ValueError('%s is not whole cents' % v)
    return int(c)
