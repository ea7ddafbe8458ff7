#!/usr/bin/python3
"""Nothing gets past the auditor, neither behind the back of the ledger nor with its key: what somebody did to a
real ledger of 10,000 events, and what `licet-replay verify` must say of it. What the rows mean stands in audit.py.

    test_tamper.py [WORD …]   only the rows with these words
"""

import base64
import os
import sys

import audit
import corpus
import forge
import ledger
import proofs
import sp
from audit import CLEAN, DIVERGENCE, INTEGRITY, ONLY_DAMAGE, SAME, WHOLE

FOREIGN = sp.Key(seed=bytes(range(32)))
# What the checker does not look at.
RULES, BOOKS = "the rules", "what the writer keeps to go on with"


# --- Without the key: leaves ------------------------------------------------------------------------


def in_leaf(seq_of, function):
    """One leaf is edited; it must be named."""
    def act(case):
        seq = seq_of(case) if callable(seq_of) else seq_of % case.size
        with case.store() as store:
            store.edit_leaf(seq, function)
        return seq, seq
    return act


def consumption(case):
    return case.find(18, nth=3000)


def signed(case):
    return case.find(18, nth=100, is_signed=True)


def flip_signature(leaf):
    return forge.change(leaf, signature=forge.flip(sp.unpack(leaf)[forge.SIGNATURE]))


def flip_unit(leaf):
    def edit(proposal):
        proposal[5] = "x" + proposal[5][1:]
    return forge.change_proposal(leaf, edit)


def add_to(field, number):
    at = getattr(forge, field.upper())
    return lambda leaf: forge.change(leaf, **{field: sp.unpack(leaf)[at] + number})


def swap(case):
    with case.store() as store:
        leaves = [store.get("leaf", forge.seq_key(seq)) for seq in (6000, 7000)]
        for seq, leaf in zip((7000, 6000), leaves):
            store.put("leaf", forge.seq_key(seq), leaf)
    return 6000, 6000


def delete(*seqs):
    def act(case):
        gone = [seq % case.size for seq in seqs]
        with case.store() as store:
            for seq in gone:
                store.delete("leaf", forge.seq_key(seq))
        return (gone[0], case.size - 1) if gone[0] + len(gone) == case.size else (gone[0], gone[0])
    return act


def duplicate_over(case):
    with case.store() as store:
        store.put("leaf", forge.seq_key(5001), store.get("leaf", forge.seq_key(5000)))
    return 5001, 5001


def duplicate_behind(case):
    with case.store() as store:
        store.put("leaf", forge.seq_key(case.size), store.get("leaf", forge.seq_key(case.size - 1)))
    return case.size, case.size


def leaf_of_longer_key(case):
    with case.store() as store:
        store.put("leaf", forge.seq_key(5000) + b"\0", b"leaf")
    return 5001, 5001


def replace_tail(case):
    """The last hundred, with tiles and books that fit; what is signed does not."""
    leaves = case.of.leaves[:-100] + [forge.change(leaf, time=sp.unpack(leaf)[2] + 1)
                                      for leaf in case.of.leaves[-100:]]
    with case.store() as store:
        heads = {size: store.get("checkpoint", forge.seq_key(size)) for size in store.heads()}
        store.reseal(leaves, case.key)
        for size, record in heads.items():
            store.put("checkpoint", forge.seq_key(size), record)
    return case.span(case.size - 1)


# --- Without the key: tiles -------------------------------------------------------------------------


def in_tile(level, number, function, place):
    def act(case):
        with case.store() as store:
            key = forge.tile_key(level, number % ((case.size >> 8 * level + 8) + 1))
            store.edit("tile", key, function)
        return tuple(at % case.size for at in place) if place else WHOLE
    return act


def flip_hash(at):
    return lambda tile: forge.flip(tile, 32 * at + 5)


def delete_tile(level, number, place):
    def act(case):
        with case.store() as store:
            store.delete("tile", forge.tile_key(level, number))
        return place
    return act


def last_tile(case):
    with case.store() as store:
        store.edit("tile", forge.tile_key(0, case.size // 256), flip_hash(0))
    return (case.size // 256 * 256,) * 2


def hash_of_leaf(level_max):
    """A leaf and the hashes above it, as far up as that: the root stays what it was."""
    def act(case):
        seq = consumption(case)
        leaves = list(case.of.leaves)
        leaves[seq] = flip_unit(leaves[seq])
        levels = forge.levels_of(leaves)
        with case.store() as store:
            store.put("leaf", forge.seq_key(seq), leaves[seq])
            at = seq
            for level in range(level_max + 1):
                number = at // 256
                store.put("tile", forge.tile_key(level, number),
                          b"".join(levels[level][256 * number:256 * number + 256]))
                at = number
        return case.span(seq) if level_max else (seq // 256 * 256, seq // 256 * 256 + 255)
    return act


# --- Without the key: heads and books ---------------------------------------------------------------


def in_head(which, function):
    """A kept head, counted from the oldest, is edited."""
    def act(case):
        size = case.kept[which]
        with case.store() as store:
            store.edit_head(size, function)
        return case.head_span(size)
    return act


def move_head(is_kept):
    def act(case):
        size = case.kept[1]
        with case.store() as store:
            store.put("checkpoint", forge.seq_key(size + 1), store.get("checkpoint", forge.seq_key(size)))
            if not is_kept:
                store.delete("checkpoint", forge.seq_key(size))
        return (size if is_kept else case.kept[0]), size
    return act


def replace_head(case):
    """By an older one, which is signed as well."""
    with case.store() as store:
        older = store.get("checkpoint", forge.seq_key(case.kept[1]))
        store.put("checkpoint", forge.seq_key(case.kept[3]), older)
    return case.head_span(case.kept[3])


def delete_newest(case):
    with case.store() as store:
        store.delete("checkpoint", forge.seq_key(case.size))
    return case.span(case.size - 1)


def in_record(which, function):
    def act(case):
        size = case.kept[which]
        with case.store() as store:
            store.edit("checkpoint", forge.seq_key(size), function)
        return case.head_span(size)
    return act


def add_head(key, place_of):
    def act(case):
        with case.store() as store:
            store.put("checkpoint", key, b"\1no note")
        return place_of(case)
    return act


def add_record(table, key, value):
    def act(case):
        with case.store() as store:
            store.put(table, key, value)
        return WHOLE
    return act


def in_books(function, place=WHOLE):
    def act(case):
        with case.store() as store:
            store.edit("head", b"head", function)
        return place
    return act


def delete_books(case):
    with case.store() as store:
        store.delete("head", b"head")
    return WHOLE


def delete_since(seq):
    def act(case):
        with case.store() as store:
            for key in store.keys("leaf")[seq:]:
                store.delete("leaf", key)
        return seq, case.size - 1
    return act


# --- Keys and roots ---------------------------------------------------------------------------------


def reseal_all(key_of, **names):
    def act(case):
        with case.store() as store:
            store.reseal(case.of.leaves, key_of(case), **names)
        return 0, case.kept[0] - 1
    return act


def sign_newest_by(key_of, is_pretending=False):
    def act(case):
        root = proofs.root_of([proofs.leaf_hash(leaf) for leaf in case.of.leaves])
        note = forge.seal(case.size, root, key_of(case))
        if is_pretending:  # under the id of the ledger's key
            text, sign = note.decode().rsplit(" ", 1)
            raw = base64.b64decode(sign)
            keyid = proofs.key_id(ledger.ORIGIN, proofs.ED25519, case.key.public)
            note = ("%s %s\n" % (text, base64.b64encode(keyid + raw[4:]).decode())).encode()
        with case.store() as store:
            store.edit_head(case.size, lambda _: note)
        return case.head_span(case.size)
    return act


def sign_other_root(which):
    """By the ledger's own key: of a size that is kept, or of more events than there are."""
    def act(case):
        size = case.size + 100 if which is None else case.kept[which]
        note = forge.seal(size, bytes(range(32)), case.key)
        with case.store() as store:
            store.put("checkpoint", forge.seq_key(size), b"\1" + note)
        return (case.size, size - 1) if which is None else case.head_span(size)
    return act


# --- With the key: fraud ----------------------------------------------------------------------------


def fraud(change_leaves, *options):
    """change_leaves edits the list, and returns the seq that must be named."""
    def act(case):
        leaves = list(case.of.leaves)
        seq = change_leaves(case, leaves)
        with case.store() as store:
            store.reseal(leaves, case.key)
        case.size = len(leaves)
        case.options += [case.of.path(option) if os.sep in option else option for option in options]
        return seq if isinstance(seq, tuple) or seq is None else (seq, seq)
    return act


def of_leaf(seq_of, function):
    def change_leaves(case, leaves):
        seq = seq_of(case)
        leaves[seq] = function(leaves[seq])
        return seq
    return change_leaves


def first_of(kind, **wanted):
    return lambda case: case.find(kind, **wanted)


def refused(case):
    return case.find(18, code=73, nth=2)


def accept_refused(leaf):
    verdict = sp.unpack(leaf)[forge.VERDICT]
    return forge.change(leaf, verdict=[0, verdict[1]])


def refuse_accepted(leaf):
    verdict = sp.unpack(leaf)[forge.VERDICT]
    return forge.change(leaf, verdict=[73, verdict[1] if len(verdict) > 1 else 0, 1, 1, 0])


def in_verdict(at, value):
    def edit(leaf):
        verdict = sp.unpack(leaf)[forge.VERDICT]
        verdict[at] = value
        return forge.change(leaf, verdict=verdict)
    return edit


def drop(seq_of, named_of=None):
    """An event is left out, and those behind move up. It shows at once, or later."""
    def change_leaves(case, leaves):
        seq = seq_of(case)
        named = seq if named_of is None else named_of(case, seq)
        del leaves[seq]
        leaves[:] = forge.renumber(leaves, seq)
        return named
    return change_leaves


def drop_without_renumbering(case, leaves):
    del leaves[5000]
    return 5000


def release_of(case, seq):
    """Where the unit that the event took is given back; one place earlier, as one event is gone."""
    unit = sp.unpack(sp.unpack(case.of.leaves[seq])[forge.PROPOSAL])[5]
    for later in range(seq + 1, case.size):
        proposal = sp.unpack(sp.unpack(case.of.leaves[later])[forge.PROPOSAL])
        if proposal[2] == 20 and proposal[4] == unit:
            return later - 1
    raise AssertionError("it is kept")


def released(case):
    """An event that takes a unit which is given back later: its number is 2 modulo 9."""
    for seq in range(3000, case.size):
        leaf = sp.unpack(case.of.leaves[seq])
        proposal = sp.unpack(leaf[forge.PROPOSAL])
        if proposal[2] == 18 and proposal[5][0] == "c" and int(proposal[5][1:]) % 9 == 2 \
                and leaf[forge.VERDICT][0] == 0:
            return seq
    raise AssertionError("none")


def kept_unit(case):
    """One that is never given back, after all that a group's id could tell, before the snapshot."""
    for seq in range(case.size - 1000, case.size):
        leaf = sp.unpack(case.of.leaves[seq])
        proposal = sp.unpack(leaf[forge.PROPOSAL])
        if proposal[2] == 18 and not leaf[forge.SIGNATURE] and proposal[5][0] == "c" \
                and int(proposal[5][1:]) % 9 != 2 and leaf[forge.VERDICT][0] == 0:
            return seq
    raise AssertionError("none")


def snapshot_before(case, seq):
    """The event that tells of the snapshot, when one before it is gone."""
    assert seq < case.find(28)
    return case.find(28) - 1


def invent(seq_of, proposal, author=0):
    """An event that nobody asked for stands between two others; by the ledger itself unless told."""
    def change_leaves(case, leaves):
        seq = seq_of(case)
        version, _, time, *_ = sp.unpack(leaves[seq])
        packed = sp.pack([bytes(16), time + 60000] + proposal(time))
        leaves.insert(seq, sp.pack([version, seq, time, author, b"", packed, [0]]))
        leaves[:] = forge.renumber(leaves, seq)
        return seq
    return change_leaves


def repeat(seq_of, with_time=False):
    """An event of the same id comes again at the end."""
    def change_leaves(case, leaves):
        last = sp.unpack(leaves[-1])
        leaf = leaves[seq_of(case)]
        leaves.append(forge.change(leaf, seq=len(leaves), time=last[2] if with_time else sp.unpack(leaf)[2]))
        return len(leaves) - 1
    return change_leaves


def last_consumption(case):
    return case.find(18, after=case.size - 8, is_signed=False, code=0)


def speak_after_removal(case, leaves):
    """The second administrator, who was removed."""
    seq = case.find(15)
    assert seq > case.find(6)
    second = [index for index, leaf in enumerate(leaves)
              if sp.unpack(sp.unpack(leaf)[forge.PROPOSAL])[2:4] == [5, "second"]][0]
    leaves[seq] = forge.sign(forge.change(leaves[seq], author=second << 12), case.of.key("second"))
    return seq


def other_author(name):
    """Another enrolled author; what it was signed with stays."""
    def edit_for(case, leaves):
        seq = consumption(case) if name == "dealer" else signed(case)
        other = [index for index, leaf in enumerate(leaves)
                 if sp.unpack(sp.unpack(leaf)[forge.PROPOSAL])[2:4] == [5, name]][0]
        leaves[seq] = forge.change(leaves[seq], author=other << 12)
        return seq
    return edit_for


def longer_leaf(leaf):
    return b"\xdc\x00\x07" + leaf[1:]


def longer_time(leaf):
    """A number in nine bytes that fits in fewer: the seq of the leaf."""
    at = 2
    assert leaf[at] == 0xCD, "the seq is in three bytes"
    return leaf[:at] + b"\xcf" + bytes(6) + leaf[at + 1:at + 3] + leaf[at + 3:]


def longer_proposal(leaf):
    proposal = sp.unpack(leaf)[forge.PROPOSAL]
    return forge.change(leaf, proposal=b"\xdc\x00" + bytes([proposal[0] & 15]) + proposal[1:])


def more_behind(leaf):
    return leaf + b"\xc0"


def huge_leaf(leaf):
    return forge.change(leaf, proposal=bytes(70000))


def huge_proposal(leaf):
    """Larger than any that is taken, but well formed."""
    def edit(proposal):
        proposal[5] = "x" * 62000
    return forge.change_proposal(leaf, edit)


def in_snapshot(at, value):
    def edit(leaf):
        def change_it(proposal):
            proposal[at] = value(proposal[at])
        return forge.change_proposal(leaf, change_it)
    return edit


def rename_ledger(leaf):
    def edit(proposal):
        proposal[3] = "ledger.example/other"
    return forge.change_proposal(leaf, edit)


def foreign_ledger_key(leaf):
    def edit(proposal):
        proposal[5] = FOREIGN.public
    return forge.change_proposal(leaf, edit)


def by_ledger(leaf):
    return forge.change(leaf, author=0, signature=b"")


def move_time(milliseconds):
    return lambda leaf: forge.change(leaf, time=sp.unpack(leaf)[forge.TIME] + milliseconds)


def unknown_kind(leaf):
    def edit(proposal):
        proposal[2] = 39
    return forge.change_proposal(leaf, edit)


def contacts(case):
    """Personal data is no part of the log: no hash covers it, and nothing of an audit depends on it."""
    with case.store() as store:
        table = store.environment.open_db(b"contact", txn=store.txn)
        store.txn.put(b"\1" + bytes(8), b"\x93\xc0\xc0\xc0", db=table)
    return WHOLE


ROWS = (
    ("nothing", lambda _: WHOLE, CLEAN, "", SAME),
    ("nothing, of exported files", lambda case: case.use("bundle"), CLEAN, "", SAME),
    ("a contact is added", contacts, CLEAN, "", SAME),

    ("the first event: a bit", in_leaf(0, forge.flip), INTEGRITY, "it is the leaf", SAME),
    ("an event in the middle: a bit", in_leaf(5000, forge.flip), INTEGRITY, "it is the leaf", SAME),
    ("the second last event: a bit", in_leaf(-2, forge.flip), INTEGRITY, "it is the leaf", SAME),
    ("the last event: a bit", in_leaf(-1, forge.flip), INTEGRITY, "it is the leaf", SAME),
    ("an event: its proposal", in_leaf(consumption, flip_unit), INTEGRITY, "it is the leaf", SAME),
    ("an event: its verdict", in_leaf(consumption, refuse_accepted), INTEGRITY, "it is the leaf", SAME),
    ("an event: its author's signature", in_leaf(signed, flip_signature), INTEGRITY, "", SAME),
    ("an event: its time", in_leaf(consumption, move_time(1)), INTEGRITY, "it is the leaf", SAME),
    ("an event: its seq", in_leaf(consumption, add_to("seq", 1)), INTEGRITY, "", SAME),
    ("an event: its author", in_leaf(consumption, add_to("author", 4096)), INTEGRITY, "", SAME),
    ("an event: its version", in_leaf(consumption, add_to("version", 1)), INTEGRITY, "", SAME),
    ("an event is empty", in_leaf(5000, lambda _: b""), INTEGRITY, "", SAME),
    ("an event is cut", in_leaf(5000, lambda leaf: leaf[:-1]), INTEGRITY, "", SAME),
    ("an event is longer", in_leaf(5000, more_behind), INTEGRITY, "", SAME),
    ("an event is larger than any", in_leaf(5000, huge_leaf), INTEGRITY, "", SAME),
    ("two events are swapped", swap, INTEGRITY, "it is the leaf", SAME),
    ("the last five are gone", delete(-5, -4, -3, -2, -1), INTEGRITY, "not there", SAME),
    ("the last is gone", delete(-1), INTEGRITY, "not there", SAME),
    ("one in the middle is gone", delete(5000), INTEGRITY, "not there", SAME),
    ("the first is gone", delete(0), INTEGRITY, "they are gone", SAME),
    ("all are gone", delete_since(0), INTEGRITY, "not there", ONLY_DAMAGE),
    ("all since the third head but one are gone", delete_since(4000), INTEGRITY, "not there", SAME),
    ("an event stands over the next", duplicate_over, INTEGRITY, "it is the leaf", SAME),
    ("the last event stands there twice", duplicate_behind, INTEGRITY, "no signed head", SAME),
    ("the tail is another, tiles and books too", replace_tail, INTEGRITY, "changed together", SAME),
    ("a leaf under a longer key", leaf_of_longer_key, INTEGRITY, "not there", SAME),

    ("the first tile: its first hash", in_tile(0, 0, flip_hash(0), (0, 0)), INTEGRITY, "it is the tile", SAME),
    ("a tile: a hash", in_tile(0, 20, flip_hash(9), (5129, 5129)), INTEGRITY, "it is the tile", SAME),
    ("the last tile: its first hash", last_tile, INTEGRITY, "it is the tile", SAME),
    ("the last tile: its last hash", in_tile(0, -1, lambda tile: forge.flip(tile, -1), (-1, -1)), INTEGRITY,
     "it is the tile", SAME),
    ("a tile of level 1: a hash", in_tile(1, 0, flip_hash(3), (768, 1023)), INTEGRITY, "level 1", SAME),
    ("a tile of level 1: the last hash", in_tile(1, 0, lambda tile: forge.flip(tile, -1), (38 * 256, 39 * 256 - 1)),
     INTEGRITY, "level 1", SAME),
    ("a tile is cut", in_tile(0, 7, lambda tile: tile[:-32], (1792, 2047)), INTEGRITY, "too short", SAME),
    ("the last tile is cut", in_tile(0, -1, lambda tile: tile[:-32], (39 * 256, -1)), INTEGRITY, "too short", SAME),
    ("a tile is longer", in_tile(0, 7, lambda tile: tile + bytes(32), (1792, 2047)), INTEGRITY, "", BOOKS),
    ("the last tile is longer", in_tile(0, -1, lambda tile: tile + bytes(32), None), INTEGRITY, "tile", BOOKS),
    ("a tile is gone", delete_tile(0, 7, (1792, 2047)), INTEGRITY, "not there", SAME),
    ("the tile of level 1 is gone", delete_tile(1, 0, (0, 255)), INTEGRITY, "not there", SAME),
    ("a leaf and its hash", hash_of_leaf(0), INTEGRITY, "changed together", SAME),
    ("a leaf and the hashes up to level 1", hash_of_leaf(1), INTEGRITY, "changed together", SAME),

    ("the newest head: its size", in_head(-1, forge.line(1, lambda size: str(int(size) + 1))), INTEGRITY, "head", SAME),
    ("the newest head: its root", in_head(-1, forge.line(2, forge.flip_base64)), INTEGRITY, "head", SAME),
    ("the newest head: its origin", in_head(-1, forge.line(0, lambda name: name + "x")), INTEGRITY, "head", SAME),
    ("the newest head: its signature", in_head(-1, forge.line(4, forge.flip_base64)), INTEGRITY, "head", SAME),
    ("the newest head: one more line", in_head(-1, forge.line(2, lambda text: text + "\nmore")), INTEGRITY, "head", SAME),
    ("the newest head is empty", in_head(-1, lambda _: b""), INTEGRITY, "head", SAME),
    ("the newest head is cut", in_head(-1, lambda note: note[:-1]), INTEGRITY, "head", SAME),
    ("the newest head is gone", delete_newest, INTEGRITY, "no signed head covers it", SAME),
    ("the first head: its signature", in_head(0, forge.line(4, forge.flip_base64)), INTEGRITY, "head", SAME),
    ("an old head: its root", in_head(1, forge.line(2, forge.flip_base64)), INTEGRITY, "head", SAME),
    ("an old head stands at another size", move_head(False), INTEGRITY, "another size", SAME),
    ("an old head stands there twice", move_head(True), INTEGRITY, "another size", SAME),
    ("an old head in the place of another", replace_head, INTEGRITY, "another size", SAME),
    ("a head's flags are not known", in_record(3, lambda record: b"\x80" + record[1:]), INTEGRITY, "head",
     "the flags, which are the store's own"),
    ("a head's record is empty", in_record(1, lambda _: b""), INTEGRITY, "", SAME),
    ("a head under a longer key", add_head(forge.seq_key(2) + b"\0", lambda _: WHOLE), INTEGRITY, "checkpoint",
     ONLY_DAMAGE),
    ("a tile more", add_record("tile", forge.tile_key(0, 500), bytes(32)), INTEGRITY, "tile", BOOKS),
    ("a tile of a level more", add_record("tile", forge.tile_key(9, 0), bytes(32)), INTEGRITY, "tile", BOOKS),
    ("a book more", add_record("head", b"tail", bytes(32)), INTEGRITY, "head", BOOKS),
    ("a head under a shorter key", add_head(b"\1", lambda case: (case.size, 2**56 - 1)), INTEGRITY, "head", ONLY_DAMAGE),
    ("a head of the greatest size", add_head(bytes([255]) * 8, lambda case: (case.size, 2**64 - 2)), INTEGRITY, "head", ONLY_DAMAGE),
    ("the books: a hash", in_books(forge.flip), INTEGRITY, "frontier", BOOKS),
    ("the books: their size", in_books(lambda record: forge.flip(record, 15)), INTEGRITY, "", BOOKS),
    ("the books: their format", in_books(lambda record: forge.flip(record, 7)), INTEGRITY, "", BOOKS),
    ("the books: archived, they say", in_books(lambda record: forge.flip(record, 23), (0, 0)), INTEGRITY, "", BOOKS),
    ("the books are gone", delete_books, INTEGRITY, "not there", BOOKS),

    ("sealed by another key", reseal_all(lambda _: FOREIGN), INTEGRITY, "head", SAME),
    ("sealed under another origin", reseal_all(lambda case: case.key, origin="ledger.example/other"),
     INTEGRITY, "head", SAME),
    ("the newest head by another key", sign_newest_by(lambda _: FOREIGN), INTEGRITY, "head", SAME),
    ("the newest head by another key, under our id", sign_newest_by(lambda _: FOREIGN, True), INTEGRITY,
     "does not verify", SAME),
    ("the newest head by an actor's key", sign_newest_by(lambda case: case.of.key("admin")), INTEGRITY, "head",
     SAME),
    ("the newest head of another root, signed", sign_other_root(-1), INTEGRITY, "changed together", SAME),
    ("an old head of another root, signed", sign_other_root(1), INTEGRITY, "changed together", SAME),
    ("a head of events that are not there, signed", sign_other_root(None), INTEGRITY, "not there", SAME),
)

FRAUDS = tuple((name, fraud(change), code, why, checker) for name, change, code, why, checker in (
    ("a refusal is made an acceptance", of_leaf(refused, accept_refused), DIVERGENCE, "LIMIT_REACHED", RULES),
    ("an acceptance is made a refusal", of_leaf(consumption, refuse_accepted), DIVERGENCE, "ACCEPTED", RULES),
    ("the limit of a refusal", of_leaf(refused, in_verdict(2, 19)), DIVERGENCE, "limit 19", RULES),
    ("the use of a refusal", of_leaf(refused, in_verdict(3, 4)), DIVERGENCE, "used 4", RULES),
    ("the group of a refusal", of_leaf(refused, in_verdict(1, 0)), DIVERGENCE, "rules say", RULES),
    ("the index of a refusal", of_leaf(refused, in_verdict(4, 1)), DIVERGENCE, "index 1", RULES),
    ("a refusal of a word that is never kept", of_leaf(refused, in_verdict(0, 3)), INTEGRITY, "never kept", RULES),
    ("an event is left out, which another needs", drop(released, release_of), DIVERGENCE, "NOT_HELD", RULES),
    ("an event is left out, which nothing needs", drop(kept_unit, snapshot_before), DIVERGENCE, "", RULES),
    ("an event is cut out as it stands", drop_without_renumbering, INTEGRITY, "not its place", SAME),
    ("the boundary is left out", drop(first_of(25)), INTEGRITY, "no boundary says so", RULES),
    ("a boundary is invented", invent(consumption, lambda time: [25, time]), DIVERGENCE, "MALFORMED", RULES),
    ("a resumption is invented", invent(consumption, lambda time: [31, time - 1]), DIVERGENCE, "MALFORMED", RULES),
    ("a snapshot is invented", invent(consumption, lambda _: [28, 100, bytes(32), bytes(32)]), DIVERGENCE, "",
     RULES),
    ("a reminder is invented", invent(consumption, lambda time: [
        26, "acme/b", "small", corpus.END_MS, time, 3, [], [], 0, [], 0]), DIVERGENCE, "", RULES),
    ("refusals are invented", invent(consumption, lambda time: [32, time, []]), DIVERGENCE, "", RULES),
    ("a second opening is invented", invent(consumption, lambda _: [
        0, ledger.ORIGIN, "x", FOREIGN.public, FOREIGN.public, "1", "1", [], True]), DIVERGENCE, "", RULES),
    ("a consumption is the ledger's own", of_leaf(consumption, by_ledger), DIVERGENCE, "FORBIDDEN",
     SAME),
    ("an enrolment is the ledger's own", of_leaf(first_of(5, nth=1), by_ledger), INTEGRITY, "its author", SAME),
    ("a consumption by the recovery key", of_leaf(consumption, lambda leaf: forge.change(leaf, author=1)),
     DIVERGENCE, "FORBIDDEN", RULES),
    ("time goes back", of_leaf(consumption, move_time(-corpus.DAY_MS)), INTEGRITY, "before that of the event", SAME),
    ("time goes too far", of_leaf(last_consumption, move_time(61000)), DIVERGENCE, "STALE", ONLY_DAMAGE),
    ("another's name on what was vouched", other_author("dealer"), DIVERGENCE, "FORBIDDEN", RULES),
    ("another's name on what was signed", other_author("second"), INTEGRITY, "does not verify", SAME),
    ("nobody's name", of_leaf(consumption, lambda leaf: forge.change(leaf, author=5000 << 12)), INTEGRITY,
     "never enrolled", SAME),
    ("a name from the future", of_leaf(first_of(7), lambda leaf: forge.change(leaf, author=40 << 12)), INTEGRITY,
     "never enrolled", SAME),
    ("a signature by another key", of_leaf(signed, lambda leaf: forge.sign(leaf, FOREIGN)), INTEGRITY,
     "does not verify", SAME),
    ("a signature of zeros", of_leaf(consumption, lambda leaf: forge.change(leaf, signature=bytes(64))), INTEGRITY,
     "does not verify", SAME),
    ("a signature is stripped", of_leaf(first_of(12), lambda leaf: forge.change(leaf, signature=b"")), INTEGRITY,
     "has none", SAME),
    ("a signed proposal is edited", of_leaf(signed, flip_unit), INTEGRITY, "does not verify", SAME),
    ("somebody speaks who was removed", speak_after_removal, INTEGRITY, "removed before", SAME),
    ("an event comes twice", repeat(last_consumption, True), INTEGRITY, "stands in the log already", SAME),
    ("an old event comes again", repeat(consumption, True), INTEGRITY, "stands in the log already", RULES),
    ("a leaf is longer than it need be", of_leaf(consumption, longer_leaf), INTEGRITY, "canonical", SAME),
    ("a number is longer than it need be", of_leaf(consumption, longer_time), INTEGRITY, "canonical", SAME),
    ("a proposal is longer than it need be", of_leaf(consumption, longer_proposal), INTEGRITY, "canonical", SAME),
    ("a leaf has more behind it", of_leaf(consumption, more_behind), INTEGRITY, "canonical", SAME),
    ("a leaf is larger than any", of_leaf(consumption, huge_leaf), INTEGRITY, "", SAME),
    ("a proposal is larger than any", of_leaf(consumption, huge_proposal), INTEGRITY, "", RULES),
    ("a proposal is none", of_leaf(consumption, lambda leaf: forge.change(leaf, proposal=b"\x92\xff\1")), INTEGRITY,
     "canonical", SAME),
    ("a kind is not known", of_leaf(consumption, unknown_kind), INTEGRITY, "does not know", SAME),
    ("later rules judged", of_leaf(consumption, lambda leaf: forge.change(leaf, version=2)), INTEGRITY, "later", SAME),
    ("the digest of the snapshot", of_leaf(first_of(28), in_snapshot(4, forge.flip)), DIVERGENCE, "digest", RULES),
    ("the size of the snapshot", of_leaf(first_of(28), in_snapshot(3, lambda size: size - 1)), DIVERGENCE, "digest",
     RULES),
    ("the opening names another ledger", of_leaf(lambda _: 0, rename_ledger), INTEGRITY, "another origin", SAME),
    ("the opening names another key", of_leaf(lambda _: 0, foreign_ledger_key), INTEGRITY, "another ledger key",
     SAME),
))


if __name__ == "__main__":
    sys.exit(audit.main(ROWS + FRAUDS))
