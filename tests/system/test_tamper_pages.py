#!/usr/bin/python3
"""Damage to the pages of data.mdb: whatever LMDB makes of it, crash or nonsense, the auditor ends, and never says
that all is well where it is not. Who knows better than LMDB is pages.py.

    test_tamper_pages.py [SEED]   draws other bytes
"""

import concurrent.futures
import multiprocessing
import os
import random
import struct
import sys
import tempfile

import audit
import corpus
import ledger
import pages
from audit import CLEAN, INTEGRITY, IO

TABLES = (b"leaf", b"tile", b"checkpoint", b"head", b"rotation")  # all that an auditor reads
RANDOM_COUNT = 120
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 1


def contents(data):
    """What the tables hold; None where the pages cannot be right."""
    try:
        records = pages.File(data, TABLES).records
        return records if len(records) == len(TABLES) else None
    except (pages.Damaged, struct.error, KeyError, RecursionError):
        return None


def expect_outcome(case, data, codes):
    with open(os.path.join(case.data, "data.mdb"), "wb") as file:
        file.write(data)
    text, report = audit.ask(case)
    assert text.returncode in codes, "ends with %d" % text.returncode
    if text.returncode == INTEGRITY and "fell over" in text.stdout:
        assert report["checked"]["leaves"] <= case.size, "what was known so far"


def put(data, at, piece):
    return data[:at] + piece + data[at + len(piece):]


# --- Whole pages ------------------------------------------------------------------------------------


def page_rows(file):
    """(name, page, content, exit codes) for pages of every owner; those that nobody owns must not matter."""
    owners = {}
    for page in range(file.last + 1):
        owners.setdefault(file.owner.get(page, "nobody"), []).append(page)
    contents_of_page = {"zeros": bytes(pages.PAGE), "ones": b"\xff" * pages.PAGE,
                        "noise": random.Random(SEED).randbytes(pages.PAGE)}
    for owner, found in owners.items():
        for page in sorted({found[0], found[len(found) // 2], found[-1]}):
            for name, content in contents_of_page.items():
                codes = {"nobody": {CLEAN}, "free": {CLEAN}, "meta": {INTEGRITY}}.get(owner, {INTEGRITY})
                yield "page %d of %s: %s" % (page, owner, name), page, content, codes


def crooked(file):
    """(name, data): trees that LMDB can follow, to somewhere else."""
    data = file.data
    for _, page in file.branches:
        start = page * pages.PAGE
        first, last = (start + struct.unpack_from("<H", data, start + at)[0]
                       for at in (pages.HEAD, struct.unpack_from("<H", data, start + 12)[0] - 2))
        sibling = struct.unpack_from("<H", data, first)[0]
        for name, child in (("itself", page), ("a meta page", 0), ("far behind the end", 2**40),
                            ("its sibling", sibling)):
            node = struct.pack("<HHH", child & 0xffff, child >> 16 & 0xffff, child >> 32 & 0xffff)
            yield "page %d leads to %s" % (page, name), put(data, last, node)
        yield "page %d: another key" % page, put(data, last + 8, b"\0\0\0\0\0\0\0\3")
    for owner in (b"leaf", b"tile"):
        page = [page for found, page in file.ends if found == owner][-1]
        start = page * pages.PAGE
        yield "page %d of %s: a record of 4 GiB" % (page, owner), put(
            data, start + struct.unpack_from("<H", data, start + pages.HEAD)[0], b"\xff\xff\xff\xff")
        yield "page %d of %s: a key of 64 KiB" % (page, owner), put(
            data, start + struct.unpack_from("<H", data, start + pages.HEAD)[0] + 6, b"\xff\xff")
        yield "page %d of %s: more nodes than there is room" % (page, owner), put(data, start + 12, b"\xf0\x0f")
        yield "page %d of %s is a branch" % (page, owner), put(data, start + 10, b"\1\0")
        yield "page %d of %s is large" % (page, owner), put(data, start + 10, b"\4\0")


# --- The rows ---------------------------------------------------------------------------------------


def rows_of(file):
    """(name, data, exit codes)"""
    data, good = file.data, contents(file.data)
    for name, page, content, codes in page_rows(file):
        yield name, put(data, page * pages.PAGE, content), codes
    for name, changed in crooked(file):
        yield name, changed, {CLEAN, INTEGRITY} if contents(changed) == good else {INTEGRITY}
    meta = file.newest * pages.PAGE + pages.HEAD
    for name, at, piece in (("its map is huge", 16, b"\xff" * 8), ("its root is not there", 24 + 48 + 40, b"\xee" * 4),
                            ("its last page is far", 24 + 96, b"\xff" * 7), ("it is of another version", 4, b"\2")):
        yield "the newest meta page: " + name, put(data, meta + at, piece), {INTEGRITY, IO, CLEAN} \
            if "map" in name or "far" in name else {INTEGRITY}
    # What is cut is a file without its end; of less than two pages nothing can be known.
    for size in (len(data) - 1, len(data) - pages.PAGE, len(data) // 2, 3 * pages.PAGE, 2 * pages.PAGE,
                 pages.PAGE, 100, 1):
        yield "cut to %d bytes" % size, data[:size], {INTEGRITY, IO} if size < 2 * pages.PAGE else \
            {INTEGRITY} if contents(data[:size]) != good else {CLEAN, INTEGRITY}
    drawn = random.Random(SEED)
    used = [page for page, owner in file.owner.items() if owner != "free"]
    for number in range(RANDOM_COUNT):
        page, changed = drawn.choice(used), data
        for _ in range(drawn.choice((1, 1, 2, 8))):
            head = drawn.random() < 0.5  # most of what LMDB goes by stands at the beginning
            at = page * pages.PAGE + drawn.randrange(64 if head else pages.PAGE)
            changed = put(changed, at, drawn.randbytes(drawn.choice((1, 2, 8))))
        # Bytes that nothing stands in may be what they like.
        codes = {CLEAN, INTEGRITY, IO} if contents(changed) == good else {INTEGRITY, IO}
        if page in (0, 1):
            codes.add(CLEAN)  # a meta page may tell of the commit before, which is whole as well
        yield "bytes of page %d (%s), draw %d" % (page, file.owner[page], number), changed, codes


def judge(number):
    name, data, codes = judge.rows[number]
    with tempfile.TemporaryDirectory(prefix="licet-tamper-") as directory:
        case = audit.Case(judge.of, directory)
        try:
            expect_outcome(case, data, codes)
        except Exception as error:  # pylint: disable=broad-except
            return "%s: %s: %s\n%s" % (name, type(error).__name__, error, case.said)
    return None


def main():
    with corpus.Corpus() as built:
        judge.of = built.build()
        judge.rows = list(rows_of(pages.read(os.path.join(built.data, "data.mdb"), TABLES)))
        context = multiprocessing.get_context("fork")
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            wrong = [found for found in pool.map(judge, range(len(judge.rows))) if found]
    for found in wrong:
        ledger.note(found)
    ledger.note("%d of %d rows, seed %d" % (len(judge.rows) - len(wrong), len(judge.rows), SEED))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
