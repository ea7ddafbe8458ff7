"""Why an event was decided so: by the daemon, beside its work, and by the auditor, who agrees."""

import json
import sys

import ledger
import sp


def retried(at):
    """X08: a refusal that is asked for again is the same, without the reasons of now; those of then
    are told by why, whatever has changed since."""
    with at.client() as client:
        for event in (
            sp.group_creation("A"),
            sp.allocation("A", 0, [["p", None, None, [["sip", 1]]]]),
            sp.consumption("A", "sip", "1"),
        ):
            ledger.expect_ok(client.propose(event))
        proposal = client.make(sp.consumption("A", "sip", "2"))
        what, first = client.ask("propose", proposal=proposal)
        assert what == "refused" and first["why_count"] == 1, first
        ledger.expect_ok(client.propose(sp.release("sip", "1")))
        ledger.expect_ok(client.propose(sp.allocation("A", 1, [["p", None, None, [["sip", 0]]]])))
        what, again = client.ask("propose", proposal=proposal)
        same = ("code", "index", "limit", "node", "seq", "sentence", "time", "used")
        assert what == "refused" and [again[key] for key in same] == [first[key] for key in same]
        assert again["why"] == [] and again["why_count"] is None, again
        told = client.get("why", seq=first["seq"])
        assert told["why"] == first["why"], (told, first)
        limits = [node["limit"] for node in told["paths"][0]["nodes"]]
        assert limits == [1, 10000], limits


def pages(at):
    """X08: the first hundred reasons are listed; why tells all of them, page by page."""
    with at.client() as client:
        entries = [["x%03d" % number, 1] for number in range(150)]
        packages = [["p%d" % part, None, None, entries[part::3]] for part in range(3)]
        what, refused = client.propose(sp.allocation("A", 2, packages))
        assert what == "refused" and refused["code"] == "CHILD_EXCEEDS_ANCESTOR", refused
        total = refused["why_count"]
        assert len(refused["why"]) == 100 and total >= 150, refused
        told, after = [], 0
        while after is not None:
            answer = client.get("why", seq=refused["seq"], after=after, limit=40)
            assert answer["why_count"] == total and answer["from"] == after
            told += answer["why"]
            after = answer["next"]
        assert told[:100] == refused["why"] and len(told) == total
        over = [reason["name"] for reason in told if reason["code"] == refused["code"]]
        assert sorted(over) == sorted(entry[0] for entry in entries), over
        printed = at.run("why", str(refused["seq"])).stdout
        assert printed.count("- CHILD_EXCEEDS_ANCESTOR x") == 150, printed


def beside(at):
    """The daemon goes on while it is asked; as many questions as may wait are answered, the others
    are told so; a question whose client has gone harms nobody."""
    with at.client() as client, at.client() as other:
        size = client.get("status")["size"]
        words = [client.begin(sp.pack(["why", {"seq": size - 1 - number % size}]))
                 for number in range(20)]
        ledger.expect_ok(other.propose(sp.group_creation("beside")))
        answers = [sp.unpack(client.end(word)) for word in words]
        ok = [told for what, told in answers if what == "ok"]
        assert [told["seq"] for told in ok][0] == size - 1 and len(ok) >= 8, answers
        for what, told in answers:
            assert what == "ok" or told["code"] == "OVERLOADED", told
    with at.client() as client:
        client.begin(sp.pack(["why", {"seq": 3}]))
    with at.client() as client:
        assert client.get("why", seq=4)["seq"] == 4


REASON = ("change", "code", "limit", "name", "node", "used")
NODE = ("bottleneck", "group", "limit", "room", "status", "suspends", "used")


def agreed(at, size):
    """The auditor gives the same reasons, from the log alone."""
    with at.client() as client:
        of_daemon = [client.get("why", seq=seq) for seq in range(size)]
    for told in of_daemon:
        found = json.loads(at.replay("why", str(told["seq"]), "--json"))
        assert found["verdict"]["code"] == told["code"], (found, told)
        for key, fields in (("why", REASON), ("paths", ())):
            assert len(found[key]) == told.get(key + "_count", len(told[key])), (found, told)
            for one, other in zip(found[key], told[key]):
                for field in fields:
                    assert one[field] == other[field], (one, other)
        for one, other in zip(found["paths"], told["paths"]):
            assert (one["group"], one["resource"]) == (other["group"], other["resource"])
            assert [[node[key] for key in NODE] for node in one["nodes"]] == \
                [[node[key] for key in NODE] for node in other["nodes"]]
    refused = next(told["seq"] for told in of_daemon if told["why"])
    assert "what would help: " in at.replay("why", str(refused))
    assert at.run("why", "100000", "--data", at.data, "--key", at.keys + "/ledger.vkey",
                  name="licet-replay").returncode == 1


def main():
    with ledger.Ledger() as at:
        at.start()
        at.furnish("sip 10000 per-server\n")
        for part in (retried, pages, beside):
            ledger.note(part.__name__)
            part(at)
        with at.client() as client:
            size = client.get("status")["size"]
            # Stopped in the middle of questions, it stops.
            for seq in range(size):
                client.begin(sp.pack(["why", {"seq": size - 1 - seq}]))
            at.stop()
        at.start()
        agreed(at, size)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
