"""When are two output folders the same?  Used by determinism.py and kill.py."""
import hashlib
import re
import sqlite3
from pathlib import Path

# Left out: the ledger's own files (its pages lie as SQLite likes; its content is compared below) and the lock.
LEDGER = 'ledger.sqlite'
IGNORED = re.compile(r'(^|/)(%s(-wal|-shm|-journal)?|[^/]*\.?lock)$' % re.escape(LEDGER))
# Columns, keys and tables of the ledger that say when or how, not what.
CLOCK = re.compile(r'(^|_)(at|time|timing|timings|started|finished|seconds|secs|ms|millis|micros|duration|elapsed|clock|'
                   r'wall|cpu|pid|host|thread|threads|worker|attempt|attempts|run|runs|rowid)($|_)', re.I)
CLOCK_TABLES = re.compile(r'(runs?|timings?|stages?|attempts?|events?|log)', re.I)


def fingerprint(out):
    """{relative path: sha256} of every file, and the ledger's tables as 'ledger:<table>'."""
    out = Path(out)
    marks = {}
    for path in sorted(out.rglob('*')):
        name = path.relative_to(out).as_posix()
        if path.is_file() and not IGNORED.search(name):
            marks[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    if (out / LEDGER).exists():
        marks.update(ledger(out / LEDGER))
    else:
        marks['ledger'] = 'missing'
    return marks


def ledger(path):
    """Each table's rows, sorted, without clock columns: row order and rowids are the writer's freedom."""
    marks = {}
    db = sqlite3.connect(path)
    tables = [r[0] for r in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
    for table in sorted(t for t in tables if not CLOCK_TABLES.fullmatch(t)):
        columns = [r[1] for r in db.execute('pragma table_info("%s")' % table) if not CLOCK.search(r[1])]
        if not columns:
            continue
        rows = db.execute('select %s from "%s"' % (', '.join('"%s"' % c for c in columns), table)).fetchall()
        if len(columns) == 2:  # A table of keys and values.
            rows = [r for r in rows if not (isinstance(r[0], str) and CLOCK.search(r[0]))]
        rows = sorted(map(repr, rows))
        marks['ledger:' + table] = '%d rows %s' % (len(rows), hashlib.sha256('\n'.join(rows).encode()).hexdigest())
    db.close()
    return marks


def differences(one, two):
    """What differs, a line each."""
    lines = []
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) != two.get(name):
            why = 'missing' if name not in two else 'too many' if name not in one else 'differs'
            lines.append('%s %s' % (name, why))
    return lines
