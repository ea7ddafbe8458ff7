"""A client of licetd written from docs/PROTOCOL.md alone: the standard library, and libsodium for
Ed25519. What it cannot do from the page, the page lacks."""

import base64
import ctypes
import ctypes.util
import os
import socket
import struct
import threading

GREETING_REQUEST = bytes.fromhex("0053500000300000")
GREETING_REPLY = bytes.fromhex("0053500000310000")
GREETING_PUBLISH = bytes.fromhex("0053500000200000")
GREETING_SUBSCRIBE = bytes.fromhex("0053500000210000")
MESSAGE_MAX = 262144


# --- MessagePack in its one canonical form (section 2) ---------------------------------------------


class Malformed(Exception):
    pass


class Packed(bytes):
    """Bytes that are packed already."""


def _head(count, fix, fix_max, wide):
    if count <= fix_max:
        return bytes([fix | count])
    for code, form, most in wide:
        if count <= most:
            return struct.pack(">B" + form, code, count)
    raise ValueError(count)


def pack(value):
    if isinstance(value, Packed):
        return bytes(value)
    if value is None:
        return b"\xc0"
    if value is False or value is True:
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        wide = [(0xCC, "B", 0xFF), (0xCD, "H", 0xFFFF), (0xCE, "I", 2**32 - 1)]
        return _head(value, 0, 127, wide + [(0xCF, "Q", 2**64 - 1)])
    if isinstance(value, bytes):
        wide = [(0xC4, "B", 0xFF), (0xC5, "H", 0xFFFF), (0xC6, "I", 2**32 - 1)]
        return _head(len(value), 0, -1, wide) + value
    if isinstance(value, str):
        text = value.encode()
        wide = [(0xD9, "B", 0xFF), (0xDA, "H", 0xFFFF), (0xDB, "I", 2**32 - 1)]
        return _head(len(text), 0xA0, 31, wide) + text
    if isinstance(value, (list, tuple)):
        wide = [(0xDC, "H", 0xFFFF), (0xDD, "I", 2**32 - 1)]
        return _head(len(value), 0x90, 15, wide) + b"".join(pack(item) for item in value)
    if isinstance(value, dict):
        wide = [(0xDE, "H", 0xFFFF), (0xDF, "I", 2**32 - 1)]
        items = sorted(value.items(), key=lambda item: item[0].encode())
        pairs = b"".join(pack(key) + pack(item) for key, item in items)
        return _head(len(value), 0x80, 15, wide) + pairs
    raise TypeError(type(value))


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise Malformed("cut short")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def value(self):
        code = self.number("B")
        if code <= 0x7F:
            return code
        if code <= 0x8F:
            return self.mapping(code & 15)
        if code <= 0x9F:
            return [self.value() for _ in range(code & 15)]
        if code <= 0xBF:
            return self.take(code & 31).decode()
        if code in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[code]
        sizes = {0: "B", 1: "H", 2: "I", 3: "Q"}
        if 0xCC <= code <= 0xCF:
            return self.number(sizes[code - 0xCC])
        if 0xC4 <= code <= 0xC6:
            return self.take(self.number(sizes[code - 0xC4]))
        if 0xD9 <= code <= 0xDB:
            return self.take(self.number(sizes[code - 0xD9])).decode()
        if code in (0xDC, 0xDD):
            return [self.value() for _ in range(self.number(sizes[code - 0xDB]))]
        if code in (0xDE, 0xDF):
            return self.mapping(self.number(sizes[code - 0xDD]))
        raise Malformed("type %02x" % code)

    def mapping(self, count):
        found, last = {}, None
        for _ in range(count):
            key = self.value()
            if not isinstance(key, str) or (last is not None and key.encode() <= last.encode()):
                raise Malformed("key %r" % (key,))
            found[key], last = self.value(), key
        return found


def unpack(data):
    """The value, which must be all of the data and in canonical form."""
    reader = _Reader(data)
    value = reader.value()
    if reader.at != len(data):
        raise Malformed("more behind the value")
    if pack(value) != data:
        raise Malformed("not the canonical form")
    return value


# --- Keys ------------------------------------------------------------------------------------------

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
_sodium.sodium_init()


class Key:
    """An Ed25519 key pair, of a seed or of a file as `licet key new` writes it."""

    def __init__(self, seed=None, file=None):
        if file is not None:
            with open(file, encoding="utf-8") as text:
                seed = base64.b64decode(text.read().strip().split("+", 4)[4])[1:]
        seed = seed or os.urandom(32)
        public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        _sodium.crypto_sign_seed_keypair(public, secret, seed)
        self.public, self._secret = public.raw, secret.raw

    def sign(self, message):
        signature = ctypes.create_string_buffer(64)
        size = ctypes.c_ulonglong(len(message))
        _sodium.crypto_sign_detached(signature, None, message, size, self._secret)
        return signature.raw


def verify(public, message, signature):
    return _sodium.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)),
                                               public) == 0


# --- Streams and frames (section 1) ----------------------------------------------------------------


class Closed(Exception):
    """The daemon closed the connection."""


class Stream:
    def __init__(self, url, greeting, timeout=20):
        if url.startswith("ipc://"):
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.head = b"\x01"
            address = url[len("ipc://") :]
        else:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.head = b""
            host, port = url[len("tcp://") :].rsplit(":", 1)
            address = (host, int(port))
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.received = b""
        self.send_bytes(greeting)

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed from error

    def take_bytes(self, size):
        while len(self.received) < size:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError as error:
                raise Closed from error
            if not more:
                raise Closed
            self.received += more
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def send(self, payload):
        self.send_bytes(self.head + struct.pack(">Q", len(payload)) + payload)

    def take(self):
        head = self.take_bytes(len(self.head) + 8)
        if head[: len(self.head)] != self.head:
            raise Malformed("frame head %r" % head)
        return self.take_bytes(struct.unpack(">Q", head[len(self.head) :])[0])

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Subscriber(Stream):
    """Messages as (topic, map)."""

    def __init__(self, url, timeout=20):
        super().__init__(url, GREETING_SUBSCRIBE, timeout)
        if self.take_bytes(8) != GREETING_PUBLISH:
            raise Malformed("greeting")

    def take_message(self):
        payload = self.take()
        topic, packed = payload.split(b"\0", 1)
        return topic.decode(), unpack(packed)


class Client(Stream):
    """One connection; requests may be sent ahead of their replies."""

    def __init__(self, url, key=None, timeout=20):
        super().__init__(url, GREETING_REQUEST, timeout)
        if self.take_bytes(8) != GREETING_REPLY:
            raise Malformed("greeting")
        self.next_word = 1
        self.waiting = {}
        self.origin = self.key = None
        if key is not None:
            self.login(key)

    def begin(self, body):
        """Sends the packed request, and returns the word its reply will carry."""
        word = 0x80000000 | self.next_word
        self.next_word += 1
        self.send(struct.pack(">I", word) + body)
        return word

    def end(self, word):
        """The packed reply to that word."""
        while word not in self.waiting:
            payload = self.take()
            self.waiting[struct.unpack(">I", payload[:4])[0]] = payload[4:]
        return self.waiting.pop(word)

    def ask_packed(self, body):
        return self.end(self.begin(body))

    def ask(self, verb, **arguments):
        """[what, {…}]"""
        return unpack(self.ask_packed(pack([verb, arguments])))

    def get(self, verb, **arguments):
        """The map of an answer that must be ok."""
        what, found = self.ask(verb, **arguments)
        if what != "ok":
            raise AssertionError("%s %r: %s %r" % (verb, arguments, what, found))
        return found

    def login(self, key):
        hello = self.get("hello")
        self.origin, self.key = hello["origin"], key
        message = b"licet/login/v1\n" + self.origin.encode() + b"\n" + hello["challenge"]
        return self.get("login", key=key.public, signature=key.sign(message))

    def sign(self, proposal, key=None):
        message = b"licet/proposal/v1\n" + self.origin.encode() + b"\n" + proposal
        return (key or self.key).sign(message)

    def make(self, event, proposal_id=None, not_after=None):
        """A packed proposal of [kind, fields…]."""
        if not_after is None:
            not_after = self.get("hello")["time"] + 60000
        return pack([proposal_id or os.urandom(16), not_after] + list(event))

    def propose(self, event, **options):
        proposal = self.make(event, **options)
        return self.ask("propose", proposal=proposal, signature=self.sign(proposal))


# --- Events (section 7) ----------------------------------------------------------------------------


def license_upload(file):
    return [1, file, None, None]


def eula_acceptance(version="1"):
    return [2, version, None]


def actor_enrolment(name, key, role, group):
    roles = ["none", "server_admin", "site_admin", "agent", "auditor", "recovery"]
    return [5, name, key.public, roles.index(role), group, None]


def group_creation(group, label=None):
    return [7, group, label, None]


def allocation(group, version, packages, restricted=True, oversubscribed=False, force=False):
    return [12, group, version, restricted, oversubscribed, force, packages, None]


def user_creation(user, group):
    return [14, user, group, None]


def consumption(group, resource, unit, user=None, direction=None, lease=None):
    event = [18, group, resource, unit, user, direction]
    return event if lease is None else event + [None, None, lease]


def release(resource, unit, direction=None):
    return [20, resource, unit, direction]


def in_threads(*functions):
    """Runs them all at once; the first exception is raised here."""
    raised = []

    def run(function):
        try:
            function()
        except BaseException as error:  # pylint: disable=broad-except
            raised.append(error)

    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
