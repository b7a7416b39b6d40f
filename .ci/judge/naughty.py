"""naughty.py [STRINGS] >DATA     Statements whose names and entries are naughty strings, for the tags stage.

STRINGS is a file of strings, one a line, lines that begin with # left out; without it, or if it is not there, a few dozen of the
worst stand here.  Control characters are left out: they hold a record.
"""

import json
import pathlib
import sys

OWN = [
    "NULL", "0.00", "-1/2", "1,000.00", "' OR 1=1 --", "<script>alert(1)</script>", "&lt;b&gt;", "Robert'); DROP TABLE students;--", "(", ")", "\\", "((\\))",
    "%PDF-1.7", "endstream endobj", ">>BDC EMC /P<</MCID 0>>", "Ω≈ç√∫˜µ≤≥÷", "áéíóúñÁÉÍÓÚÑ", "ﬁ ﬂ ﬀ ﬃ", "Zażółć gęślą jaźń", "Привет, мир", "Γειά σου",
    "co-operate non\u00adstop", "a\u00a0b\u202fc", "e\u0301e\u0301", "½ ⅓ ¼", "“quoted” ‘text’", "…—–", "{customer}", "{{x}}", "$(rm -rf)", "%s%n", "../../etc/passwd",
    "W" * 300, "a " * 200, "-" * 120, "1234567890" * 12, "x\ty", "  spaces  ", "http://a/%%30%30", "A&B <C> \"D\" 'E'",
]


def strings(path):
    if path and pathlib.Path(path).exists():
        for line in open(path, encoding="utf-8", errors="replace"):
            line = line.rstrip("\n")
            if line and not line.startswith("#"):
                yield line
    yield from OWN


def main():
    given = list(strings(sys.argv[1] if len(sys.argv) > 1 else None))
    for number in range(2200):
        pick = lambda at: "".join(c for c in given[(number * 7 + at) % len(given)] if ord(c) >= 32 and ord(c) != 127) or "x"
        entries = [
            {"date": f"2026-09-{1 + at:02}", "description": pick(at)[:400], "amount": round((number * 31 + at * 17) % 9973 / 7 - 500, 2)}
            for at in range(number % 9)
        ]
        opening = 1000.5
        record = {
            "id": f"N{number:08}", "name": pick(3)[:60], "address1": pick(5)[:60], "address2": pick(6)[:60] if number % 2 else "", "city": "Baton Rouge",
            "state": "LA", "zip": "214466628", "email": "a@example.com", "channel": "print", "segment": pick(8)[:40], "account": f"4{number:011}",
            "period_start": "2026-09-01", "period_end": "2026-09-30", "opening": opening, "transactions": entries,
            "closing": round(opening + sum(entry["amount"] for entry in entries), 2),
        }
        print(json.dumps(record, ensure_ascii=False))


if __name__ == "__main__":
    main()
