#!/usr/bin/env python3
"""Addresses of other people's corpora.

The blocks that OpenCage's address-formatting prints for thirteen countries are read as lines and must come out with the same words on the
same lines; every naughty string, in any line of an address, must end as an address or with a reason, and never in what spreadsheets run.

usage: addresses.py PRESSRUN SHARED OUT
"""
import csv
import io
import json
import pathlib
import re
import subprocess
import sys

import yaml

COUNTRIES = "us ca gb de fr ch at nl be es it au".split()
pressrun, shared, out = sys.argv[1], pathlib.Path(sys.argv[2]) / "corpora", pathlib.Path(sys.argv[3])

LAYOUT = """<layout xmlns="urn:pressrun:layout:1" name="letter" lang="en">
  <data> <field name="id" type="text"/> %s </data>
  <page name="first" size="A4" margin="20mm"> </page>
  <body> <p>{id}</p> </body>
</layout>
""" % " ".join(f'<field name="l{at}" type="text"/>' for at in range(10))
JOB = """[job]
name = "addresses"
date = 2026-10-01
[[input]]
files = "%s.ndjson"
format = "ndjson"
currency = "EUR"
[[layout]]
file = "letter.xml"
[mail]
country = "%s"
[mail.address]
lines = [%s]
"""


def export(name, origin, blocks):
    """The rows that pressrun writes for addresses in lines."""
    (out / "letter.xml").write_text(LAYOUT)
    lines = ", ".join(f'"{{l{at}}}"' for at in range(10))
    (out / f"{name}.toml").write_text(JOB % (name, origin, lines))
    with open(out / f"{name}.ndjson", "w", encoding="utf8") as file:
        for number, block in enumerate(blocks):
            record = {"id": str(number)} | {f"l{at}": block[at] if at < len(block) else "" for at in range(10)}
            file.write(json.dumps(record) + "\n")
    ran = subprocess.run([pressrun, "address", "export", out / f"{name}.toml"], capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()
    return list(csv.DictReader(io.StringIO(ran.stdout.decode("utf8"), newline="")))


def plain(line):
    """What two ways of writing a line share: its words, without case and punctuation."""
    return re.sub(r"[^\w]+", " ", line.upper()).strip()


def formatted():
    """The blocks of the corpus that have a street, a postcode and a town."""
    for country in COUNTRIES:
        path = shared / "addresses" / "countries" / f"{country}.yaml"
        for case in yaml.safe_load_all(path.read_text(encoding="utf8")) if path.exists() else []:
            parts = (case or {}).get("components", {})
            town = any(name in parts for name in ("city", "town", "village"))
            if "road" in parts and "postcode" in parts and town and str(parts.get("country_code", "")).lower() == country:
                lines = [line.strip() for line in case["expected"].splitlines() if line.strip()]
                # Overseas parts have formats of their own.
                if re.search(r"\d", lines[-2]):
                    yield ["John Q Sample"] + lines


def main():
    out.mkdir(parents=True, exist_ok=True)
    faults = []
    blocks = list(formatted())
    rows = export("formatted", "IE", blocks)
    for block, row in zip(blocks, rows, strict=True):
        wanted, found = [plain(line) for line in block[:-1]], [plain(line) for line in row["block"].split(" / ")[:-1]]
        if wanted != found:
            faults.append(f"{' / '.join(block)}: {row['block'] or row['fault']}")
    naughty = [line for line in (shared / "naughty-strings" / "blns.txt").read_text(encoding="utf8").split("\n") if line.strip() and line[0] != "#"]
    good = ["Anna Meier", "Hauptstr. 5", "26133 Oldenburg"]
    blocks = [good[:at] + [text] + good[at + 1 :] for text in naughty for at in range(4)]
    rows = export("naughty", "DE", blocks)
    for block, row in zip(blocks, rows, strict=True):
        texts = [value for value in row.values() if value]
        if bool(row["block"]) == bool(row["fault"]) or any(text[0] in "=+-@\t\r" or re.search(r"[\x00-\x1f\x7f]", text) for text in texts):
            faults.append(f"{block}: {row}")
    for fault in faults[:20]:
        print(fault)
    counts = f"{len(rows) // 4} naughty strings in 4 lines each, {len(list(formatted()))} blocks of other people"
    print(f"{'FAIL' if faults else 'PASS'}: {counts}, {len(faults)} faults")
    sys.exit(bool(faults))


main()
