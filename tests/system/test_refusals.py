"""Who may not, and what is not in the expected form: logins, signatures, sizes, subtrees."""

import os
import random
import struct
import sys

import ledger
import sp


def code_of(reply):
    what, found = reply
    assert what in ("error", "refused"), reply
    return found["code"]


def expect(reply, code):
    assert code_of(reply) == code, "%r instead of %s" % (reply, code)


VERBS = {
    "access": {"resource": "channel", "unit": "x"},
    "actors": {},
    "changes": {"group": "/", "since": 0},
    "clock": {"time": ledger.START_MS},
    "explain": {"group": "/", "resource": "channel"},
    "holdings": {},
    "license": {},
    "log": {},
    "mode": {},
    "outcome": {"id": bytes(16), "not_after": 0},
    "preview": {"proposal": b"\x90"},
    "propose": {"proposal": b"\x90"},
    "receipt": {"seq": 0},
    "state": {"group": "/"},
    "status": {},
    "tree": {"group": "/"},
    "user": {"user": "nobody"},
    "why": {"seq": 0},
}


def before_login(at):
    with sp.Client(at.url) as client:
        for verb, arguments in VERBS.items():
            expect(client.ask(verb, **arguments), "UNAUTHENTICATED")
        assert client.get("checkpoint")["note"].startswith(ledger.ORIGIN + "\n")
        assert client.get("consistency", **{"from": 0, "to": 1})["hashes"] == []
        assert client.get("hello")["protocol"] == 1


def logins(at):
    key = at.key()
    with sp.Client(at.url) as client:
        zeros = {"key": key.public, "signature": bytes(64)}
        expect(client.ask("login", **zeros), "UNAUTHENTICATED")  # without hello

        def answer(hello, signer, public, prefix=b"licet/login/v1\n"):
            message = prefix + hello["origin"].encode() + b"\n" + hello["challenge"]
            return client.ask("login", key=public, signature=signer.sign(message))

        stranger = sp.Key()
        expect(answer(client.get("hello"), stranger, stranger.public), "UNAUTHENTICATED")
        expect(answer(client.get("hello"), stranger, key.public), "UNAUTHENTICATED")
        expect(answer(client.get("hello"), key, key.public, b"licet/proposal/v1\n"),
               "UNAUTHENTICATED")
        hello = client.get("hello")
        expect(client.ask("login", key=key.public, signature=bytes(63)), "MALFORMED")
        expect(client.ask("login", key=key.public, signature=bytes(64)), "UNAUTHENTICATED")
        expect(answer(hello, key, key.public), "UNAUTHENTICATED")  # that challenge has served
        old = client.get("hello")
        client.get("hello")
        expect(answer(old, key, key.public), "UNAUTHENTICATED")
        expect(client.ask("status"), "UNAUTHENTICATED")
        expect(client.ask("login", key=key.public[:31], signature=bytes(64)), "MALFORMED")
        hello = client.get("hello")
        what, found = answer(hello, key, key.public)
        assert (what, found) == ("ok", {"actor": "admin", "group": "/", "must_sign": False,
                                        "role": "server_admin"})
        assert client.ask("status")[0] == "ok"
        # A login that fails ends the one before.
        expect(answer(hello, key, key.public), "UNAUTHENTICATED")
        expect(client.ask("status"), "UNAUTHENTICATED")
    with sp.Client(at.url) as other:  # a challenge is of its connection
        expect(other.ask("login", key=key.public, signature=key.sign(
            b"licet/login/v1\n" + old["origin"].encode() + b"\n" + old["challenge"])),
            "UNAUTHENTICATED")


def signatures(at):
    with at.client() as client:
        size = client.get("status")["size"]
        proposal = client.make(sp.group_creation("B"))
        expect(client.ask("propose", proposal=proposal), "UNAUTHENTICATED")
        expect(client.ask("propose", proposal=proposal, signature=bytes(64)), "UNAUTHENTICATED")
        expect(client.ask("propose", proposal=proposal, signature=client.sign(proposal, sp.Key())),
               "UNAUTHENTICATED")
        other = client.make(sp.group_creation("C"))
        expect(client.ask("propose", proposal=proposal, signature=client.sign(other)),
               "UNAUTHENTICATED")
        consumption = client.make(sp.consumption("/", "channel", "u"))
        expect(client.ask("propose", proposal=consumption, signature=bytes(64)), "UNAUTHENTICATED")
        expect(client.ask("propose", proposal=proposal, signature=client.sign(proposal)[:63]),
               "MALFORMED")
        late = client.make(sp.consumption("/", "channel", "u"), not_after=ledger.START_MS - 1)
        expect(client.ask("propose", proposal=late), "STALE_PROPOSAL")
        far = client.make(sp.consumption("/", "channel", "u"),
                          not_after=ledger.START_MS + 600001)
        expect(client.ask("propose", proposal=far), "STALE_PROPOSAL")
        ledger_kind = client.make([25, ledger.START_MS])
        reply = client.ask("propose", proposal=ledger_kind, signature=client.sign(ledger_kind))
        assert code_of(reply) in ("FORBIDDEN", "MALFORMED"), reply
        assert client.get("status")["size"] == size, "something was appended"
        # The same id for another proposal.
        first = client.make(sp.consumption("/", "channel", "u"), bytes(16), ledger.START_MS + 1)
        second = client.make(sp.consumption("/", "channel", "v"), bytes(16), ledger.START_MS + 1)
        again = client.ask("propose", proposal=first)
        assert again[0] == "ok" and client.ask("propose", proposal=first) == again
        expect(client.ask("propose", proposal=second), "ID_CONFLICT")


def malformed(at):
    """Envelopes that are wrong in all ways get MALFORMED or UNKNOWN_VERB, and nothing is lost."""
    good = sp.pack(["state", {"group": "A", "resource": "channel"}])
    rows = [
        (b"", "MALFORMED"),
        (b"\xc1", "MALFORMED"),
        (b"\x90", "MALFORMED"),
        (sp.pack(["status"]), "MALFORMED"),
        (sp.pack(["status", {}, 1]), "MALFORMED"),
        (sp.pack([1, {}]), "MALFORMED"),
        (sp.pack(["status", []]), "MALFORMED"),
        (sp.pack(["stat", {}]), "UNKNOWN_VERB"),
        (sp.pack(["status", {"digests": True}]), "MALFORMED"),
        (sp.pack(["status", {"digest": 1}]), "MALFORMED"),
        (sp.pack(["state", {}]), "MALFORMED"),
        (sp.pack(["state", {"group": "a//b"}]), "MALFORMED"),
        (sp.pack(["state", {"group": ""}]), "MALFORMED"),
        (sp.pack(["state", {"group": "/A"}]), "MALFORMED"),
        (sp.pack(["state", {"group": b"A"}]), "MALFORMED"),
        (sp.pack(["state", {"group": "A" * 65}]), "MALFORMED"),
        (sp.pack(["log", {"limit": 1001}]), "MALFORMED"),
        (sp.pack(["log", {"wait": 60001}]), "MALFORMED"),
        (sp.pack(["tree", {"depth": 17, "group": "/"}]), "MALFORMED"),
        (sp.pack(["propose", {}]), "MALFORMED"),
        (sp.pack(["propose", {"proposal": b"x", "proposals": [[b"x", None]]}]), "MALFORMED"),
        (sp.pack(["propose", {"proposals": []}]), "MALFORMED"),
        (sp.pack(["propose", {"proposals": [[b"x"]]}]), "MALFORMED"),
        (sp.pack(["propose", {"proposals": [[b"x", b"y"]]}]), "MALFORMED"),
        (sp.pack(["propose", {"proposals": [[b"x", None]] * 1025}]), "MALFORMED"),
        (b"\x92\xa5state\x82\xa5group\xa1A\xa5group\xa1A", "MALFORMED"),  # twice
        (b"\x92\xa5state\xde\x00\x01\xa5group\xa1A", "MALFORMED"),  # not the shortest
        (b"\x92\xa5state\x81\xa5group\xa2\xff\xfe", "MALFORMED"),  # not UTF-8
        (b"\x92\xa5state\xdf\xff\xff\xff\xff", "MALFORMED"),
        (b"\xdd\x0f\xff\xff\xff", "MALFORMED"),
        (b"\x91" * 1000, "MALFORMED"),
        (b"\x92\xa3log\x81\xa5after\xff", "MALFORMED"),  # -1
        (b"\x92\xa3log\x81\xa5after\xcb\x00\x00\x00\x00\x00\x00\x00\x00", "MALFORMED"),
        (good + b"\xc0", "MALFORMED"),
    ]
    rows += [(good[:size], "MALFORMED") for size in range(1, len(good))]
    with at.client() as client:
        before = client.get("status", digest=True)
        for body, code in rows:
            reply = sp.unpack(client.ask_packed(body))
            assert reply[0] == "error", "%r: %r" % (body, reply)
            assert reply[1]["code"] == code, "%r: %r" % (body, reply)
        chance = random.Random(1)
        for _ in range(100):
            flipped = bytearray(good)
            flipped[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
            sp.unpack(client.ask_packed(bytes(flipped)))
        proposal = client.make(sp.group_creation("M"))
        for size in range(len(proposal)):
            expect(client.ask("propose", proposal=proposal[:size] or b"\xc0",
                              signature=client.sign(proposal[:size] or b"\xc0")), "MALFORMED")
        after = client.get("status", digest=True)
        assert (after["size"], after["digest"]) == (before["size"], before["digest"])


def sizes(at):
    """A message beyond the bound ends its connection, and only that."""
    with at.client() as witness:
        with at.client() as client:
            body = sp.pack(["propose", {"proposal": bytes(200000)}])
            assert code_of(sp.unpack(client.ask_packed(body))) == "MALFORMED"
            client.begin(b"\x00" * (sp.MESSAGE_MAX - 4))
            client.send_bytes(client.head + struct.pack(">Q", sp.MESSAGE_MAX + 1))
            ended(client)
        with sp.Client(at.url) as client:  # a stranger has less
            client.send_bytes(client.head + struct.pack(">Q", 20000))
            ended(client)
        with sp.Client(at.url) as client:
            client.send_bytes(client.head + struct.pack(">Q", 2**64 - 32))
            ended(client)
        with sp.Client(at.url) as client:
            client.send(b"\0\0\0")  # too short for a word
            ended(client)
        assert witness.ask("status")[0] == "ok"


def ended(client):
    try:
        while True:
            client.take()
    except sp.Closed:
        pass


def dealer(at):
    """Sees its subtree, and of all else not even whether it is there."""
    at.enrol("dealer", "site_admin", "A")
    with at.client() as admin:
        for event in (
            sp.group_creation("A/one"),
            sp.group_creation("Zebra"),
            sp.user_creation("inside", "A"),
            sp.user_creation("outside", "Zebra"),
            sp.consumption("Zebra", "channel", "theirs"),
            sp.consumption("A/one", "channel", "ours"),
            sp.group_creation("Zebra/strict"),
            sp.allocation("Zebra/strict", 0, []),
            sp.user_creation("both", "A/one"),
            [16, "both", "Zebra/strict", True, False, None],
        ):
            reply = admin.propose(event)
            assert reply[0] == "ok", reply
        theirs = admin.propose(sp.group_creation("Zebra/deep"))[1]["seq"]
    with at.client("dealer") as client:
        for path in ("/", "Zebra", "Zebra/deep", "nowhere", "AA"):
            for verb, more in (("state", {}), ("tree", {}), ("changes", {"since": 0}),
                               ("log", {}), ("holdings", {})):
                expect(client.ask(verb, group=path, **more), "FORBIDDEN")
        for user in ("outside", "nobody"):
            expect(client.ask("user", user=user), "FORBIDDEN")
        for seq in (0, theirs):
            expect(client.ask("receipt", seq=seq), "FORBIDDEN")
        expect(client.ask("clock", time=ledger.START_MS), "FORBIDDEN")
        assert client.get("access", resource="channel", unit="theirs")["code"] == "NOT_HELD"
        assert client.get("access", resource="channel", unit="ours")["access"]
        assert [h["unit"] for h in client.get("holdings")["holdings"]] == ["ours"]
        assert [a["name"] for a in client.get("actors")["actors"]] == ["dealer"]
        told = client.get("log")["events"]
        assert told and all(b"Zebra" not in event["leaf"] for event in told), "the log tells of Zebra"
        groups = client.get("tree", group="A")["groups"]
        assert [group["group"] for group in groups] == ["A", "A/full", "A/one"]
        for event in (
            sp.group_creation("Zebra/mine"),
            sp.group_creation("B"),
            sp.allocation("Zebra", 0, []),
            sp.allocation("A", 0, []),
            sp.user_creation("u", "Zebra"),
            sp.consumption("Zebra", "channel", "c"),
            sp.consumption("nowhere", "channel", "c"),
            sp.release("channel", "theirs"),
            sp.eula_acceptance(),
            sp.license_upload("x\n"),
            sp.actor_enrolment("friend", sp.Key(), "server_admin", "/"),
            sp.actor_enrolment("friend", sp.Key(), "site_admin", "Zebra"),
            [6, "admin", None],
        ):
            proposal = client.make(event)
            reply = client.ask("propose", proposal=proposal, signature=client.sign(proposal))
            held = event[0] == 20  # of a unit that is not there for this key
            assert code_of(reply) in (("NOT_HELD", "FORBIDDEN") if held else ("FORBIDDEN",)), (
                event, reply)
            assert b"Zebra" not in sp.pack(reply), reply
            preview = client.ask("preview", proposal=proposal)
            assert code_of(preview) == code_of(reply), preview
        assert client.propose(sp.group_creation("A/two"))[0] == "ok"
    at.enrol("door", "agent", "A")
    with at.client("door") as client:
        hidden_limit(client)
    with at.client() as admin:
        assert admin.propose([6, "dealer", None])[0] == "ok"


def hidden_limit(client):
    """A limit beside the subtree is told without its place and its numbers, also when the answer
    comes out of the log; the own path up to the server is told."""
    rows = (
        (sp.consumption("A/one", "few", "second"), "LIMIT_REACHED", ["/", 1, 1]),
        (sp.consumption("A/one", "channel", "third", "both"), "STRICTEST_GROUP",
         ["another group of the user", None, None]),
    )
    for event, code, place in rows:
        proposal = client.make(event)
        for _ in range(2):
            what, refused = client.ask("propose", proposal=proposal)
            assert what == "refused" and refused["code"] == code, refused
            assert [refused[key] for key in ("node", "limit", "used")] == place, refused
            assert b"Zebra" not in sp.pack(refused), refused


def removed(at):
    """A key that is removed has no session any more, on no connection."""
    at.enrol("guest", "auditor", "/")
    with at.client("guest") as guest, at.client() as admin:
        assert guest.ask("status")[0] == "ok"
        expect(guest.propose(sp.group_creation("G")), "FORBIDDEN")
        assert admin.propose([6, "guest", None])[0] == "ok"
        expect(guest.ask("status"), "UNAUTHENTICATED")


def main():
    with ledger.Ledger() as at:
        at.start()
        at.furnish("channel 1000 per-channel\nfew 1 per-channel\n")
        with at.client() as client:
            for event in (sp.group_creation("A"), sp.group_creation("A/full"),
                          sp.consumption("/", "few", "first")):
                ledger.expect_ok(client.propose(event))
        for part in (before_login, logins, signatures, malformed, sizes, dealer, removed):
            ledger.note(part.__name__)
            part(at)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
