"""tags.py FILE...                           The logical structure of volumes, walked by pikepdf.
tags.py --statements DATA OUT_DIR [N]     The same (of its first N volumes) for the statement job, and its reading order against the data.
tags.py --text FILE                       Prints what a screen reader would read, for people.

Of every page: each operator that paints text stands in a marked-content sequence or an artifact, no artifact stands in a sequence or
the other way round, each identifier is used once, the parent tree names for it an element, and that element has it among its
children.  Of the tree: every child names its parent, every sequence belongs to one element, rows of a table are as wide as each
other, headings skip no level, figures have a text, links have their annotation, footnotes an identifier.  Of the text: what is read
of each statement is name and address, both paragraphs, the heads of the table and all entries with their balances, in this order,
and the text of all elements together is all text of the pages that is no artifact.
"""

import decimal
import json
import pathlib
import re
import sys

import pikepdf

sys.setrecursionlimit(10_000)
faults = []


def fault(text):
    if len(faults) < 40:
        print("  " + text)
    faults.append(text)


class Font:
    """Codes to text, by the font's ToUnicode map."""

    def __init__(self, font):
        self.wide = font.Subtype == "/Type0" and not self.one_byte(font)
        self.map = {}
        cmap = bytes(font.ToUnicode.read_bytes()).decode("latin-1")
        for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
            for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
                self.map[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
        for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
            for low, high, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
                first = bytes.fromhex(text).decode("utf-16-be")
                for code in range(int(low, 16), int(high, 16) + 1):
                    self.map[code] = first[:-1] + chr(ord(first[-1]) + code - int(low, 16))

    @staticmethod
    def one_byte(font):
        encoding = font.get("/Encoding")
        return isinstance(encoding, pikepdf.Stream) and b"<00> <FF>" in encoding.read_bytes().upper()

    def text(self, codes):
        step = 2 if self.wide else 1
        return "".join(self.map.get(int.from_bytes(codes[at : at + step], "big"), "\ufffd") for at in range(0, len(codes), step))


class Content:
    """What the sequences of a page say."""

    def __init__(self, page, fonts, name):
        self.texts, self.seen, self.fonts, self.name = {}, {}, fonts, name
        self.artifacts = 0
        self.walk(page, page.get("/Resources", {}), [])

    def walk(self, stream, resources, around):
        stack, font = list(around), None
        for operands, operator in pikepdf.parse_content_stream(stream):
            operator = str(operator)
            if operator in ("BMC", "BDC"):
                tag = str(operands[0])
                properties = operands[1] if operator == "BDC" else {}
                mcid = properties.get("/MCID") if hasattr(properties, "get") else None
                if tag == "/Artifact":
                    if any(kind == "mcid" for kind, _ in stack):
                        fault(f"{self.name}: an artifact in content")
                    stack.append(("artifact", None))
                elif mcid is not None:
                    if stack:
                        fault(f"{self.name}: content {mcid} in {stack[-1][0]}")
                    if int(mcid) in self.seen:
                        fault(f"{self.name}: the identifier {mcid} is used twice")
                    self.seen[int(mcid)] = tag
                    stack.append(("mcid", int(mcid)))
                    self.texts.setdefault(int(mcid), [])
                elif "/ActualText" in properties:
                    stack.append(("told", None))
                    self.add(stack, str(properties["/ActualText"]))
                else:
                    stack.append(("other", None))
            elif operator == "EMC":
                if not stack:
                    fault(f"{self.name}: an end without a beginning")
                else:
                    stack.pop()
            elif operator == "Tf":
                object_ = resources["/Font"][str(operands[0])]
                if object_.objgen not in self.fonts:
                    self.fonts[object_.objgen] = Font(object_)
                font = self.fonts[object_.objgen]
            elif operator in ("Tj", "TJ"):
                if not any(kind in ("mcid", "artifact") for kind, _ in stack):
                    fault(f"{self.name}: text that is neither content nor artifact")
                if any(kind == "told" for kind, _ in stack):
                    continue
                parts = operands if operator == "Tj" else operands[0]
                self.add(stack, "".join(font.text(bytes(part)) for part in parts if isinstance(part, pikepdf.String)))
            elif operator == "Do":
                form = resources["/XObject"][str(operands[0])]
                if not stack:
                    fault(f"{self.name}: {operands[0]} is neither content nor artifact")
                if form.Subtype == "/Form":
                    self.walk(form, form.get("/Resources", resources), stack)
                    self.add(stack, " ")
            elif operator in ("f", "F", "f*", "S", "B", "s", "b", "B*", "b*", "sh") and not stack:
                fault(f"{self.name}: a path that is neither content nor artifact")
            elif operator in ("Td", "TD", "T*", "Tm") and any(kind == "mcid" for kind, _ in around):
                # In a form, which is one sequence, lines end where the next begins.
                self.add(stack, " ")
        if len(stack) != len(around):
            fault(f"{self.name}: {len(stack)} sequences are left open")

    def add(self, stack, text):
        for kind, mcid in stack:
            if kind == "mcid":
                self.texts[mcid].append(text)


class Tree:
    """The structure of a file."""

    def __init__(self, path):
        self.path, self.pdf, self.fonts = path, pikepdf.open(path), {}
        self.pages = {page.obj.objgen: index for index, page in enumerate(self.pdf.pages)}
        self.contents, self.owners = {}, {}
        self.keys = {}
        root = self.pdf.Root
        if not root.get("/MarkInfo", {}).get("/Marked") or "/StructTreeRoot" not in root or "/Lang" not in root:
            fault(f"{path}: it is not tagged")
        self.root = root.StructTreeRoot
        self.read_keys(self.root.ParentTree)
        (self.top,) = self.kids(self.root)
        if self.top.S != "/Document":
            fault(f"{path}: the root is {self.top.S}")
        self.classes = self.root.get("/ClassMap", {})
        self.ids = set()

    def read_keys(self, node):
        for kid in node.get("/Kids", []):
            self.read_keys(kid)
        nums = list(node.get("/Nums", []))
        for key, value in zip(nums[::2], nums[1::2]):
            if int(key) in self.keys:
                fault(f"{self.path}: two entries {key} of the parent tree")
            self.keys[int(key)] = value

    @staticmethod
    def kids(element):
        return Tree.as_list(element.get("/K"))

    def content(self, page):
        if page.objgen not in self.contents:
            index = self.pages[page.objgen]
            content = Content(page, self.fonts, f"{self.path}, page {index + 1}")
            self.contents[page.objgen] = content
            parents = self.keys.get(int(page.get("/StructParents", -1)))
            for mcid in content.seen:
                if parents is None or mcid >= len(parents) or parents[mcid] is None:
                    fault(f"{content.name}: no element has the content {mcid}")
            if "/Annots" in page and page.get("/Tabs") != "/S":
                fault(f"{content.name}: its links have no order")
        return self.contents[page.objgen]

    def sequence(self, element, page, mcid):
        content = self.content(page)
        key = (page.objgen, int(mcid))
        if key in self.owners:
            fault(f"{content.name}: the content {mcid} belongs to two elements")
        self.owners[key] = element.objgen
        if self.keys[int(page.StructParents)][int(mcid)].objgen != element.objgen:
            fault(f"{content.name}: the parent tree has another element for the content {mcid}")
        return "".join(content.texts.get(int(mcid), []))

    def attribute(self, element, name):
        sources = [element.get("/A")] + [self.classes.get(str(c)) for c in self.as_list(element.get("/C"))]
        for source in sources:
            if source is not None and name in source:
                return source[name]
        return None

    @staticmethod
    def as_list(value):
        return [] if value is None else list(value) if isinstance(value, pikepdf.Array) else [value]

    def read(self, element):
        """(kind, text, children) of an element."""
        kind, text, children = str(element.S)[1:], [], []
        for kid in self.kids(element):
            if isinstance(kid, (int, decimal.Decimal)):
                text.append(self.sequence(element, element.Pg, kid))
            elif kid.get("/Type") == "/MCR":
                text.append(self.sequence(element, kid.Pg, kid.MCID))
            elif kid.get("/Type") == "/OBJR":
                if self.keys[int(kid.Obj.StructParent)].objgen != element.objgen:
                    fault(f"{self.path}: the parent tree has another element for a link")
                if not str(kid.Obj.get("/Contents", "")):
                    fault(f"{self.path}: a link has no name")
            else:
                if kid.P.objgen != element.objgen:
                    fault(f"{self.path}: a {kid.S} names another parent")
                child = self.read(kid)
                children.append(child)
                if kind not in ("TR", "Table", "TBody", "THead", "TFoot", "L", "LI", "Part", "Document"):
                    text.append(f" {child[1]} " if child[0] not in ("Link", "Lbl", "Note") else child[1])
        if kind == "Figure" and not str(element.get("/Alt", "")):
            fault(f"{self.path}: a figure without a text")
        if kind == "TH" and self.attribute(element, "/Scope") is None:
            fault(f"{self.path}: a heading cell that heads nothing")
        if kind == "Note":
            if "/ID" not in element or bytes(element.ID) in self.ids:
                fault(f"{self.path}: a footnote without an identifier of its own")
            self.ids.add(bytes(element.get("/ID", b"")))
        if kind == "Table":
            self.check_grid(element)
        shown = f"[{element.Alt}]" if kind == "Figure" else "".join(text)
        return kind, shown, children

    def check_grid(self, table):
        for section in [table] + [kid for kid in self.kids(table) if kid.S in ("/THead", "/TBody", "/TFoot")]:
            rows = [kid for kid in self.kids(section) if kid.S == "/TR"]
            reach, widths = {}, set()
            for row in rows:
                width = sum(1 for left in reach.values() if left > 0)
                reach = {column: left - 1 for column, left in reach.items()}
                for cell in self.kids(row):
                    columns = int(self.attribute(cell, "/ColSpan") or 1)
                    for extra in range(columns):
                        reach[(cell.objgen, extra)] = int(self.attribute(cell, "/RowSpan") or 1) - 1
                    width += columns
                widths.add(width)
            if len(widths) > 1:
                fault(f"{self.path}: rows of a table have {sorted(widths)} columns")

    def documents(self):
        for part in self.kids(self.top):
            yield self.read(part)

    def finish(self):
        for page in self.pdf.pages:
            content = self.content(page.obj)
            for mcid in content.seen:
                if (page.obj.objgen, mcid) not in self.owners:
                    fault(f"{content.name}: the content {mcid} belongs to no element")


def lines(node, depth=0):
    """What is read, one line for each block, as a screen reader announces it."""
    kind, text, children = node
    if kind in ("Part", "Document", "THead", "TBody", "TFoot", "L", "Table"):
        if kind in ("Table", "L"):
            yield depth, kind, ""
        for child in children:
            yield from lines(child, depth + (kind in ("Table", "L")))
    elif kind == "TR":
        yield depth, kind, " | ".join(spaced(cell) for cell in children)
    elif kind == "LI":
        yield depth, kind, " ".join(spaced(child) for child in children)
    else:
        yield depth, kind, clean(text)


def spaced(node):
    kind, text, children = node
    blocks = [child for child in children if child[0] in ("P", "Figure", "L", "Table", "H1", "H2", "H3")]
    return clean(" ".join([text] + [spaced(child) for child in blocks] if kind in ("TD", "TH", "LBody") and not text.strip() else [text]))


def clean(text):
    return " ".join(text.replace("\u00ad", "").replace("\u00a0", " ").split())


def check_levels(node, path):
    last = 0
    for _, kind, _ in lines(node):
        if re.fullmatch(r"H[1-6]", kind):
            level = int(kind[1])
            if level > last + 1:
                fault(f"{path}: a heading of level {level} follows one of level {last}")
            last = level


def money(value):
    return f"{value:,.2f}"


def check_statement(record, node, name):
    """The statement of a record reads as a person would read it."""
    found = [(kind, text) for _, kind, text in lines(node)]
    texts = [text for _, text in found]
    whole = "\n".join(texts)
    address = " ".join(clean(record[key]) for key in ("name", "address1", "address2") if clean(record[key]))
    at = -1

    def expect(what, test):
        nonlocal at
        for index in range(at + 1, len(texts)):
            if test(texts[index]):
                at = index
                return
        fault(f"{name}: {what} is not read after {texts[at] if at >= 0 else 'the beginning'!r}")

    expect("the bank", lambda text: text == "[Northwind Mutual Bank]")
    expect("the title", lambda text: text == "ACCOUNT STATEMENT")
    expect("the address", lambda text: text.startswith(address))
    expect("the salutation", lambda text: text.startswith(f"Dear {clean(record['name'])}, this statement lists every payment"))
    expect("the balance", lambda text: text.startswith(f"Your closing balance is {money(decimal.Decimal(str(record['closing'])))} dollars."))
    expect("the head of the table", lambda text: text == "Date | Description | Amount | Balance")
    balance = decimal.Decimal(str(record["opening"]))
    rows = [text for kind, text in found if kind == "TR"][1:]
    wanted = []
    for entry in record["transactions"]:
        amount = decimal.Decimal(str(entry["amount"]))
        balance += amount
        wanted.append(" | ".join([entry["date"], clean(entry["description"]), money(amount), money(balance)]))
    if rows != wanted:
        different = next((pair for pair in zip(rows + [""] * len(wanted), wanted + [""] * len(rows)) if pair[0] != pair[1]), None)
        fault(f"{name}: the entries read {different[0]!r}, the data says {different[1]!r}")
    expect("the slip", lambda text: "PAYMENT SLIP" in text)
    expect("the sender of the slip", lambda text: text == f"From: {clean(record['name'])}")
    if re.search(r"Page \d+ of \d+", whole):
        fault(f"{name}: the foot of the page is read")


def main(arguments):
    count = 0
    if arguments[0] == "--text":
        tree = Tree(arguments[1])
        for node in tree.documents():
            for depth, kind, text in lines(node):
                print("  " * depth + f"{kind:6} {text}")
            print()
        return 0
    if arguments[0] == "--statements":
        records = [json.loads(line) for line in open(arguments[1], encoding="utf-8")]
        held = set()
        held_file = pathlib.Path(arguments[2]) / "held.ndjson"
        if held_file.exists():
            held = {json.loads(line).get("id") for line in open(held_file, encoding="utf-8") if line.strip()}
        records = iter([record for record in records if record["id"] not in held])
        paths = sorted((pathlib.Path(arguments[2]) / "volumes").glob("*.pdf"))
        most = int(arguments[3]) if len(arguments) > 3 else len(paths)
        for path in paths[:most]:
            tree = Tree(path)
            for node in tree.documents():
                record = next(records)
                check_statement(record, node, f"{path.name}, {record['id']}")
                check_levels(node, path.name)
                count += 1
            tree.finish()
        if most >= len(paths) and next(records, None) is not None:
            fault("there are fewer documents than records")
    else:
        for path in arguments:
            tree = Tree(path)
            for node in tree.documents():
                check_levels(node, path)
                count += 1
            tree.finish()
    print(f"{'FAIL' if faults else 'PASS'} tags: {count} documents, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
