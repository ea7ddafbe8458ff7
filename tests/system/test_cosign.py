"""Witnesses made from the public specification bring their signatures under the ledger's heads: they are kept,
counted, and come along in receipts; everything else is refused and changes nothing."""

import base64
import hashlib
import os
import random
import sys

import ledger
import proofs
import sp

NORTH, SOUTH, WEST = (proofs.Witness("witness.example/" + name, hashlib.sha256(name.encode()).digest())
                      for name in ("north", "south", "west"))
STRANGER = proofs.Witness("witness.example/north", hashlib.sha256(b"stranger").digest())


class Witnessed(ledger.Ledger):
    quorum = "group enough 2 north south west\nquorum enough\n"

    def __enter__(self):
        self.vkey = os.path.join(self.keys, "ledger.vkey")
        self.policy = self.path("policy")
        self.write_policy(self.quorum)
        self.options = ["--policy", self.policy]
        self.start()
        self.furnish("channel 1000000 per-channel\n")
        self.count = 0
        return self

    def write_policy(self, quorum):
        with open(self.vkey, encoding="utf-8") as file:
            log = file.read().strip()
        with open(self.policy, "w", encoding="utf-8") as file:
            file.write("log %s\n" % log)
            for name, witness in (("north", NORTH), ("south", SOUTH), ("west", WEST)):
                file.write("witness %s %s\n" % (name, witness.vkey()))
            file.write(quorum)

    def verifier(self):
        with open(self.vkey, encoding="utf-8") as file:
            return proofs.Verifier(file.read().strip())

    def grow(self, client, count=1):
        """The newest head."""
        for _ in range(count):
            self.count += 1
            ledger.expect_ok(client.propose(sp.consumption("/", "channel", "c%d" % self.count)))
        return client.get("checkpoint")["note"]

    def receipt(self, client, seq, **arguments):
        """(size, note) of the head that it leads to."""
        text = client.get("receipt", seq=seq, **arguments)["receipt"]
        index, _, size, note = self.verifier().receipt(text.encode())
        assert index == seq
        return size, note

    def replay(self, command, *arguments, code=0):
        done = self.run(command, *arguments, "--policy", self.policy, name="licet-replay")
        assert done.returncode == code, done
        return done.stdout


class OneOfThree(Witnessed):
    quorum = "group enough any north south west\nquorum enough\n"


def size_of(note):
    return int(note.splitlines()[1])


def what_a_witness_signed_is_kept():
    with OneOfThree() as at, at.client() as client:
        status = client.get("status")
        assert (status["cosigned"], status["not_cosigned"]) == (0, status["size"])
        head = at.grow(client, 3)
        covered = size_of(head)
        with open(at.path("head.note"), "w", encoding="utf-8") as file:
            file.write(NORTH.cosign(head))
        said = at.licet("cosign", at.path("head.note"))
        assert "1 more witness, as many as the policy asks" in said, said
        assert "nothing new" in at.licet("cosign", at.path("head.note"))
        at.grow(client, 4)
        status = client.get("status")
        assert (status["cosigned"], status["not_cosigned"]) == (covered, 4), status
        assert "%d, 4 not yet" % covered in at.licet("status")
        for seq in range(covered):
            size, note = at.receipt(client, seq)
            assert size == covered and NORTH.has_signed(note), note
        for seq in range(covered, covered + 4):
            size, note = at.receipt(client, seq)
            assert size == covered + 4 and not NORTH.has_signed(note), note
        assert at.receipt(client, 0, size=covered + 4)[0] == covered + 4, "a head that is named"

        # A later head that is cosigned serves the events since; those before keep the smallest.
        ledger.expect_ok(client.ask("cosign", note=SOUTH.cosign(client.get("checkpoint")["note"])))
        assert at.receipt(client, covered - 1)[0] == covered
        assert at.receipt(client, covered)[0] == covered + 4

        for seq in (0, covered):
            at.licet("receipt", str(seq), to="event-%d.tlog-proof" % seq)
            said = at.replay("receipt", at.path("event-%d.tlog-proof" % seq))
            assert "witness.example" in said, said
        said = at.replay("verify", at.data, "--receipts", at.directory)
        assert "cosignatures            2" in said and "witnessed" in said, said


def lines_of_one_head_come_together():
    with Witnessed() as at, at.client() as client:
        head = at.grow(client)
        later = at.grow(client, 2)
        at.replay("verify", at.data, code=3)  # the policy asks for two
        reply = client.get("cosign", note=NORTH.cosign(head))
        assert (reply["added"], reply["met"], reply["size"]) == (1, False, size_of(head)), reply
        assert client.get("status")["cosigned"] == 0
        assert at.receipt(client, 0)[0] == size_of(later), "one of two is not enough"
        reply = client.get("cosign", note=NORTH.cosign(head, 1800000000))
        assert reply["added"] == 0, "the first line of a witness counts"
        both = NORTH.cosign(SOUTH.cosign(STRANGER.cosign(head)))
        reply = client.get("cosign", note=both)
        assert (reply["added"], reply["met"]) == (1, True), reply
        size, note = at.receipt(client, 0)
        assert size == size_of(head) and NORTH.has_signed(note) and SOUTH.has_signed(note)
        assert not STRANGER.has_signed(note) and note.count("\n\u2014 ") == 3, "nor a line twice"
        assert client.get("checkpoint", size=size)["note"] == note
        reply = client.get("cosign", note=WEST.cosign(head))
        assert (reply["added"], reply["met"]) == (1, True), reply
        said = at.replay("verify", at.data)
        assert "cosignatures            3" in said, said
        assert "witnessed    %12d" % size in said, said


def everything_else_is_refused():
    with Witnessed() as at, at.client() as client:
        older = at.grow(client)
        head = at.grow(client, 2)
        origin, size, root = head.splitlines()[:3]
        key = at.key("ledger")
        other_root = base64.b64encode(hashlib.sha256(b"other").digest()).decode()

        def seal(*lines):
            text = "".join(line + "\n" for line in lines)
            raw = at.verifier().keyid + key.sign(text.encode())
            return "%s\n\u2014 %s %s\n" % (text, ledger.ORIGIN, base64.b64encode(raw).decode())

        assert seal(origin, size, root) == head, "the ledger's own key seals what follows"
        unsigned = head[:head.index("\u2014")]
        flipped = NORTH.line(older, 1)
        for code, detail, note in (
                ("MALFORMED", "note", "nonsense"),
                ("MALFORMED", "note", ""),
                ("MALFORMED", "note", NORTH.cosign(head)[:-1]),
                ("MALFORMED", "note", NORTH.cosign(seal("no", "head", "at all"))),
                ("UNKNOWN_WITNESS", "no witness", head),
                ("UNKNOWN_WITNESS", "no witness", STRANGER.cosign(head)),
                ("BAD_SIGNATURE", "is wrong", head + flipped),
                ("BAD_SIGNATURE", "is wrong", NORTH.cosign(head).replace("\n%s\n" % size, "\n1\n")),
                ("OTHER_HEAD", "key has signed", unsigned + NORTH.line(head, 1)),
                ("OTHER_HEAD", "another root", NORTH.cosign(seal(origin, size, other_root))),
                ("OTHER_HEAD", "more events", NORTH.cosign(seal(origin, str(int(size) + 1), root))),
                ("OTHER_HEAD", "key has signed", NORTH.cosign(seal("ledger.example/x", size, root)))):
            outcome, said = client.ask("cosign", note=note)
            assert outcome == "error" and said["code"] == code and detail in said["detail"], (note, said)
        done = at.run("cosign", at.path("licetd.log"))
        assert done.returncode == 2, done
        with open(at.path("alone.note"), "w", encoding="utf-8") as file:
            file.write(head)
        done = at.run("cosign", at.path("alone.note"))
        assert done.returncode == 1 and "no witness" in done.stderr, done

        at.enrol("dealer", "agent", "/")
        ledger.expect_ok(client.propose(sp.group_creation("north")))
        at.enrol("local", "agent", "north")
        with at.client("local") as local:
            assert local.ask("cosign", note=NORTH.cosign(head))[1]["code"] == "FORBIDDEN"
        with sp.Client(at.url) as nobody:
            assert nobody.ask("cosign", note=NORTH.cosign(head))[1]["code"] == "UNAUTHENTICATED"
        assert client.get("status")["cosigned"] == 0
        done = at.run("verify", at.data, "--policy", at.policy, name="licet-replay")
        assert "cosignatures" not in done.stdout, "nothing of it was kept"
        with at.client("dealer") as dealer:
            ledger.expect_ok(dealer.ask("cosign", note=NORTH.cosign(head)))


def it_is_durable_before_it_is_answered():
    with OneOfThree() as at:
        drawn = random.Random(4)
        kept = {}
        for _ in range(4):
            heads = []
            with at.client() as client:
                for _ in range(30):
                    heads.append(at.grow(client))
                    note = drawn.choice(heads)
                    witness = drawn.choice((NORTH, SOUTH, WEST))
                    # With what else is in the same commit, before and behind it.
                    at.count += 1
                    proposal = client.make(sp.consumption("/", "channel", "c%d" % at.count))
                    asked = [["cosign", {"note": witness.cosign(note)}],
                             ["propose", {"proposal": proposal}]]
                    drawn.shuffle(asked)
                    for word in [client.begin(sp.pack(request)) for request in asked]:
                        ledger.expect_ok(sp.unpack(client.end(word)))
                    kept.setdefault(size_of(note), set()).add(witness)
            at.kill()
            at.start()
            with at.client() as client:
                assert client.get("status")["cosigned"] == max(kept)
                for size, witnesses in kept.items():
                    note = client.get("checkpoint", size=size)["note"]
                    for witness in (NORTH, SOUTH, WEST):
                        assert witness.has_signed(note) == (witness in witnesses)
                for seq in range(client.get("status")["size"]):
                    above = [size for size in kept if size > seq]
                    if above:
                        assert at.receipt(client, seq)[0] == min(above)
        at.stop()
        at.replay("verify", at.data)


def a_policy_that_is_none_is_not_started_with():
    with Witnessed() as at:
        at.stop()
        with open(at.policy, encoding="utf-8") as file:
            good = file.read()
        other = proofs.Witness("ledger.example/other").vkey()
        for text, why in ((good.replace("quorum enough", "quorum enuf"), "line=6"),
                          ("", "line=1"),
                          ("\n".join(good.splitlines()[1:]) + "\n", "does not name"),
                          (good.replace("log ", "log x"), "line=1"),
                          ("log %s\nquorum none\n" % other, "line=1")):
            with open(at.policy, "w", encoding="utf-8") as file:
                file.write(text)
            code, said = at.refuses_to_start()
            assert code == 3 and why in said, (text, said)
        os.remove(at.policy)
        code, said = at.refuses_to_start()
        assert code == 3 and "not there" in said, said
        at.options = []
        at.start()
        with at.client() as client:
            assert client.get("status")["cosigned"] is None
            said = client.ask("cosign", note=NORTH.cosign(client.get("checkpoint")["note"]))
            assert said[1]["code"] == "UNKNOWN_WITNESS", said
        assert "cosigned" not in at.licet("status")


def main():
    for test in (what_a_witness_signed_is_kept, lines_of_one_head_come_together,
                 everything_else_is_refused, it_is_durable_before_it_is_answered,
                 a_policy_that_is_none_is_not_started_with):
        test()
        ledger.note("  " + test.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
