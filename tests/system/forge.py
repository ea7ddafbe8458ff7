"""What somebody can do to a ledger who has its files, and perhaps its key: edits of records behind the
daemon's back, and everything sealed anew. From FORMAT.md, and no code of ours."""

import base64
import os
import struct

import lmdb

import ledger
import proofs
import sp

WIDTH = proofs.WIDTH
VERSION, SEQ, TIME, AUTHOR, SIGNATURE, PROPOSAL, VERDICT = range(7)  # of a leaf
ID, NOT_AFTER, KIND = range(3)  # of a proposal; its fields follow
TABLES = ("leaf", "tile", "checkpoint", "head")


def seq_key(seq):
    return struct.pack(">Q", seq)


def tile_key(level, number):
    return struct.pack(">BQ", level, number)


def flip(data, at=-1, bit=1):
    at %= len(data)
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


def change(packed, **fields):
    """A leaf with other values, by the name of the field: seq=3, verdict=[0]."""
    leaf = sp.unpack(packed)
    for name, value in fields.items():
        leaf[globals()[name.upper()]] = value
    return sp.pack(leaf)


def sign(leaf, key):
    """The leaf with a signature of that key over its proposal."""
    proposal = sp.unpack(leaf)[PROPOSAL]
    return change(leaf, signature=key.sign(b"licet/proposal/v1\n" + ledger.ORIGIN.encode() + b"\n" + proposal))


def change_proposal(packed, change_it):
    """A leaf whose proposal was changed by a function of its list."""
    proposal = sp.unpack(sp.unpack(packed)[PROPOSAL])
    change_it(proposal)
    return change(packed, proposal=sp.pack(proposal))


def seal(size, root, key, origin=ledger.ORIGIN, name=ledger.ORIGIN):
    """A signed head, as bytes."""
    text = "%s\n%d\n%s\n" % (origin, size, base64.b64encode(root).decode())
    raw = proofs.key_id(name, proofs.ED25519, key.public) + key.sign(text.encode())
    return ("%s\n\u2014 %s %s\n" % (text, name, base64.b64encode(raw).decode())).encode()


def levels_of(leaves):
    """The hashes of each level of tiles, the lowest first."""
    levels = [[proofs.leaf_hash(leaf) for leaf in leaves]]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([proofs.root_of(below[i:i + WIDTH])
                       for i in range(0, len(below) - WIDTH + 1, WIDTH)])
    return levels


def frontier_of(hashes):
    """(root, complete subtrees from the largest down), as the head has them."""
    found, at = [], 0
    for bit in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> bit & 1:
            found.append(proofs.root_of(hashes[at:at + (1 << bit)]))
            at += 1 << bit
    return proofs.root_of(hashes), found


class Store:
    """with Store(data) as store: one transaction over the records of a ledger that nobody has open."""

    def __init__(self, data):
        self.data = data

    def __enter__(self):
        self.environment = lmdb.open(self.data, max_dbs=16, map_size=1 << 28, lock=False, sync=False)
        tables = {name: self.environment.open_db(name.encode(), create=False) for name in TABLES}
        self.txn = self.environment.begin(write=True)
        self.tables = tables
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.txn.commit()
        else:
            self.txn.abort()
        self.environment.close()

    def get(self, table, key):
        return bytes(self.txn.get(key, db=self.tables[table]))

    def put(self, table, key, value):
        assert self.txn.put(key, value, db=self.tables[table])

    def delete(self, table, key):
        assert self.txn.delete(key, db=self.tables[table]), "it was there"

    def keys(self, table):
        return [bytes(key) for key, _ in self.txn.cursor(self.tables[table])]

    def leaves(self):
        return [bytes(value) for _, value in self.txn.cursor(self.tables["leaf"])]

    def heads(self):
        """The sizes of those that are kept, ascending."""
        return [struct.unpack(">Q", key)[0] for key in self.keys("checkpoint")]

    # --- Without the key ---

    def edit(self, table, key, function):
        self.put(table, key, function(self.get(table, key)))

    def edit_leaf(self, seq, function):
        self.edit("leaf", seq_key(seq), function)

    def edit_head(self, size, function):
        """The note, without its flags."""
        self.edit("checkpoint", seq_key(size), lambda record: record[:1] + function(record[1:]))

    # --- Everything anew ---

    def reseal(self, leaves, key, sizes=None, **names):
        """What this key would have sealed, had these been the leaves."""
        sizes = [size for size in sizes or self.heads() if size < len(leaves)] + [len(leaves)]
        for table in TABLES:
            self.txn.drop(self.tables[table], delete=False)
        for seq, leaf in enumerate(leaves):
            self.put("leaf", seq_key(seq), leaf)
        levels = levels_of(leaves)
        for level, hashes in enumerate(levels):
            for at in range(0, len(hashes), WIDTH):
                self.put("tile", tile_key(level, at // WIDTH), b"".join(hashes[at:at + WIDTH]))
        for size in sizes:
            note = seal(size, proofs.root_of(levels[0][:size]), key, **names)
            self.put("checkpoint", seq_key(size), b"\1" + note)
        _, nodes = frontier_of(levels[0])
        self.put("head", b"head", struct.pack(">QQQ", 1, len(leaves), 0) + b"".join(nodes))


def renumber(leaves, first):
    """Each from first on tells its place."""
    return leaves[:first] + [change(leaf, seq=first + at) for at, leaf in enumerate(leaves[first:])]


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def write_file(path, content):
    with open(path, "wb") as file:
        file.write(content)


def edit_file(path, function):
    write_file(path, function(read_file(path)))


def mode_of(path):
    return os.stat(path).st_mode & 0o777


def line(number, function):
    """Another text in one line of a note."""
    def edit(note):
        lines = note.decode().split("\n")
        lines[number] = function(lines[number])
        return "\n".join(lines).encode()
    return edit


def flip_base64(text):
    """Of the last word: some bit of the bytes."""
    *words, data = text.split(" ")
    data = base64.b64encode(flip(base64.b64decode(data), 20)).decode()
    return " ".join(words + [data])
