"""An LMDB file as its pages tell it: which page belongs to what, and what some of its tables hold. Whatever is not
as LMDB would have written it is Damaged. No code of LMDB: this is to know better than the library that reads it."""

import struct

PAGE, HEAD = 4096, 16
BRANCH, LEAF, META = 1, 2, 8
KIND_MASK = 0x6F  # what LMDB goes by; other bits of a page's flags are as they are
BIG, TABLE = 1, 2  # flags of a node
MAGIC, NONE = 0xBEEFC0DE, 2**64 - 1
DEPTH_MAX = 16


class Damaged(Exception):
    pass


def need(is_so, what):
    if not is_so:
        raise Damaged(what)


class File:
    """records[table] are its (key, value) in order; owner[page] is the table that has the page."""

    def __init__(self, data, tables):
        self.data = data + bytes(-len(data) % PAGE)  # as a map of the file ends
        self.owner, self.records = {0: "meta", 1: "meta"}, {}
        self.branches, self.ends = [], []  # pages of keys that lead to others, and of records
        metas = [self.meta(number) for number in (0, 1)]
        self.newest = 0 if metas[0]["txn"] >= metas[1]["txn"] else 1
        meta = metas[self.newest]
        self.last = meta["last"]
        self.walk("free", meta["free"])
        for name, flags, value in self.walk("main", meta["main"]):
            if name in tables:
                need(flags == TABLE and len(value) == 48, "a record of the main table is a table")
                self.records[name] = [(key, value) for key, _, value in
                                      self.walk(name, struct.unpack("<Q", value[40:])[0])]

    def page(self, number):
        page = self.data[number * PAGE:(number + 1) * PAGE]
        need(len(page) == PAGE, "a page behind the end")
        return page

    def meta(self, number):
        page = self.page(number)
        flags = struct.unpack_from("<H", page, 10)[0]
        magic, version = struct.unpack_from("<II", page, HEAD)
        need(flags & META and (magic, version) == (MAGIC, 1), "no meta page")
        tables = HEAD + 24
        return {"free": struct.unpack_from("<Q", page, tables + 40)[0],
                "main": struct.unpack_from("<Q", page, tables + 48 + 40)[0],
                "last": struct.unpack_from("<Q", page, tables + 96)[0],
                "txn": struct.unpack_from("<Q", page, tables + 104)[0]}

    def take(self, table, number, count=1):
        for page in range(number, number + count):
            need(1 < page <= self.last and page not in self.owner, "a page that is not free for it")
            self.owner[page] = table

    def walk(self, table, root):
        """The (key, flags, value) of a tree."""
        found = []
        if root != NONE:
            self.visit((table, root, b"", None), found)
        need(all(a[0] < b[0] for a, b in zip(found, found[1:])) or table == "free", "keys ascend")
        return found

    def nodes(self, page):
        lower, upper = struct.unpack_from("<HH", page, 12)
        need(HEAD <= lower <= upper <= PAGE and lower % 2 == 0, "bounds of a page")
        for at in range(HEAD, lower, 2):
            start = struct.unpack_from("<H", page, at)[0]
            need(upper <= start <= PAGE - 8, "a node within its page")
            low, high, flags, key_size = struct.unpack_from("<HHHH", page, start)
            need(start + 8 + key_size <= PAGE, "a key within its page")
            yield low, high, flags, page[start + 8:start + 8 + key_size], page[start + 8 + key_size:]

    def visit(self, place, found, depth=0):
        """Keys of a page are from its first on, and below the next one's."""
        table, number, first, end = place
        need(depth < DEPTH_MAX, "depth")
        self.take(table, number)
        page = self.page(number)
        flags = struct.unpack_from("<H", page, 10)[0] & KIND_MASK
        (self.ends if flags == LEAF else self.branches).append((table, number))
        if flags == LEAF:
            for low, high, node_flags, key, rest in self.nodes(page):
                need(table == "free" or (first <= key and (end is None or key < end)), "a key in its place")
                found.append((key, node_flags & ~BIG,
                              self.value(table, node_flags, low | high << 16, rest)))
            return
        need(flags == BRANCH, "a page of a tree")
        children = list(self.nodes(page))
        need(len(children) > 1, "a branch has children")
        for at, (low, high, high_flags, key, _) in enumerate(children):
            key = first if at == 0 else key
            below = children[at + 1][3] if at + 1 < len(children) else end
            self.visit((table, low | high << 16 | high_flags << 32, key, below), found, depth + 1)

    def value(self, table, flags, size, rest):
        if not flags & BIG:
            need(size <= len(rest), "a value within its page")
            return rest[:size]
        need(len(rest) >= 8, "the number of a page")
        number = struct.unpack_from("<Q", rest)[0]
        # The page's own flags and length are for a writer, who will free it.
        self.take(table, number, (HEAD + size + PAGE - 1) // PAGE)
        return self.data[number * PAGE + HEAD:number * PAGE + HEAD + size]


def read(path, tables):
    with open(path, "rb") as file:
        return File(file.read(), tables)
