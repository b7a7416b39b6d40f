"""Writes money.tsv from the JSON packages of CLDR.

    python3 money.py FOLDER > money.tsv

FOLDER holds `numbers` (the package cldr-numbers-full) and `core` (cldr-core), unpacked. Locales whose figures are not 0 to 9 are
left out; each line has only what differs from its parent locale.
"""

import json
import os
import sys

FOLDER = sys.argv[1]


def load(*path):
    with open(os.path.join(FOLDER, *path), encoding="utf-8") as file:
        return json.load(file)


version = load("core", "package.json")["version"]
parents = load("core", "supplemental", "parentLocales.json")["supplemental"]["parentLocales"]["parentLocale"]
known = {}
for tag in sorted(os.listdir(os.path.join(FOLDER, "numbers", "main"))):
    numbers = load("numbers", "main", tag, "numbers.json")["main"][tag]["numbers"]
    if numbers["defaultNumberingSystem"] != "latn":
        continue
    currencies = load("numbers", "main", tag, "currencies.json")["main"][tag]["numbers"]["currencies"]
    formats = numbers["currencyFormats-numberSystem-latn"]
    signs = numbers["symbols-numberSystem-latn"]
    known[tag] = (
        formats["standard"],
        numbers["percentFormats-numberSystem-latn"]["standard"].replace("%", signs["percentSign"]),
        signs.get("currencyDecimal", signs["decimal"]) if "currencyDecimal" in signs else "=",
        signs.get("currencyGroup", "="),
        {code: entry["symbol"] for code, entry in currencies.items() if entry.get("symbol", code) != code},
    )


def parent_of(tag):
    if tag == "und":
        return None
    above = parents.get(tag) or (tag.rsplit("-", 1)[0] if "-" in tag else "und")
    while above not in known and above != "und":
        above = parents.get(above) or (above.rsplit("-", 1)[0] if "-" in above else "und")
    return above


ROOT = ("¤ #,##0.00", "#,##0%", "=", "=", {})
known.setdefault("und", ROOT)
print(f"# Money and percentages of CLDR {version} (packages cldr-numbers-full and cldr-core, Unicode License V3).")
print("# locale, parent, money pattern, percent pattern, decimal and group sign of money (= those of numbers), symbols; empty: as the parent.")
for tag in sorted(known):
    above = parent_of(tag)
    mine, theirs = known[tag], known.get(above, ("", "", "", "", {}))
    cells = [mine[i] if mine[i] != theirs[i] or tag == "und" else "" for i in range(4)]
    symbols = [f"{code}={symbol}" for code, symbol in sorted(mine[4].items()) if theirs[4].get(code, code) != symbol]
    symbols += [f"{code}={code}" for code in sorted(theirs[4]) if code not in mine[4]]
    if tag == "und" or any(cells) or symbols or above != (tag.rsplit("-", 1)[0] if "-" in tag else "und"):
        print("\t".join([tag, above or "", *cells, "|".join(symbols)]))
