"""Previews that change nothing, batches, plans, retries."""

import sys

import ledger
import sp


def head(client):
    status = client.get("status", digest=True)
    return status["size"], status["root"], status["digest"]


def previews(at):
    """What a preview says is what a proposal then does; the preview leaves no trace."""
    with at.client() as client:
        ledger.expect_ok(client.propose(sp.group_creation("P")))
        packages = [["base", None, None, [["channel", 10], ["dialer", None]]]]
        events = [
            sp.allocation("P", 0, packages),
            sp.user_creation("u", "P"),
            sp.consumption("P", "channel", "p1", "u"),
            sp.consumption("P", "channel", "p1", "u"),
            sp.consumption("P", "channel", "p2"),
            sp.consumption("P", "channel", "p3"),
            sp.allocation("P", 1, [["base", None, None, [["channel", 1]]]]),
            sp.allocation("P", 1, [["base", None, None, [["channel", 1]]]], force=True),
            sp.allocation("P", 1, packages),
            sp.group_creation("P/a"),
            sp.group_creation("P"),
            sp.consumption("P", "channel", "p9"),
            sp.release("channel", "p2"),
            sp.release("channel", "p2"),
            [16, "u", "P", False, False, None],
            [16, "u", "P", False, True, None],
            [17, "u", "P", None, None, [["channel", 1]], False, None],
            sp.actor_enrolment("somebody", sp.Key(), "auditor", "P"),
            [6, "somebody", None],
            [6, "admin", None],
            [22, [[7, "P/b", None, None], [18, "P/b", "channel", "pb", None, None]], None],
            [22, [[7, "P/c", None, None], [18, "P/c", "channel", "p1", None, None],
                  [7, "P/c", None, None]], None],
            sp.eula_acceptance("2"),
            sp.license_upload(at.sign_license("channel 5 per-channel\ndialer feature\n", 2)),
            sp.consumption("P", "channel", "p10"),
            sp.eula_acceptance("1"),
        ]
        for event in events:
            before = head(client)
            proposal = client.make(event)
            what, told = client.ask("preview", proposal=proposal)
            assert head(client) == before, "the preview of %r left a trace" % (event,)
            now, done = client.ask("propose", proposal=proposal, signature=client.sign(proposal))
            assert what == now, (event, told, done)
            if what == "refused":
                told["seq"] = done["seq"]
                assert told == done, (told, done)
                continue
            assert told["seq"] is None
            for change in told["changes"]:
                state = client.get("state", group=change["group"], resource=change["resource"])
                for name, value in change["after"].items():
                    assert state["resources"][0][name] == value, (event, change, state)
            for lost in told["suspended"]:
                assert not client.get("access", **lost)["access"], lost
    with at.client() as client:
        what, told = client.ask("preview", proposal=b"\x90")
        assert (what, told["code"]) == ("refused", "MALFORMED"), told


def batches(at):
    """1,024 proposals in one request: each is judged on the state after the former."""
    with at.client() as client:
        ledger.expect_ok(client.propose(sp.group_creation("Q")))
        packages = [["base", None, None, [["wide", 1000]]]]
        ledger.expect_ok(client.propose(sp.allocation("Q", 0, packages)))
        size = client.get("status")["size"]
        made = [client.make(sp.consumption("Q", "wide", "q%d" % n), not_after=ledger.START_MS + 9)
                for n in range(1024)]
        for _ in range(2):  # the second time, all answers come out of the log
            found = client.get("propose", proposals=[[p, None] for p in made])["verdicts"]
            assert len(found) == 1024
            for number, (what, verdict) in enumerate(found):
                assert what == ("ok" if number < 1000 else "refused"), (number, verdict)
                assert verdict["seq"] == size + number, (number, verdict)
        assert found[1023][1]["code"] == "LIMIT_REACHED" and found[1023][1]["limit"] == 1000
        assert client.get("status")["size"] == size + 1024
        mixed = [
            [client.make(sp.group_creation("Q/a")), None],  # unsigned
            [b"\x90", None],
            [made[0], None],
            [client.make(sp.release("wide", "q5")), None],
            [client.make(sp.consumption("Q", "wide", "late")), None],
        ]
        mixed[0][1] = client.sign(mixed[1][0])  # of something else
        found = client.get("propose", proposals=mixed)["verdicts"]
        codes = [verdict.get("code", "ok") for _, verdict in found]
        assert codes == ["UNAUTHENTICATED", "MALFORMED", "ok", "ok", "ok"], codes


def large_batch(at):
    """The reply to a batch of refusals is larger than a message may be: what then?"""
    path = "/".join(["Q"] + [chr(97 + n) * 60 for n in range(12)])
    with at.client() as client:
        for depth in range(2, 14):
            group = "/".join(path.split("/")[:depth])
            ledger.expect_ok(client.propose(sp.group_creation(group)))
        ledger.expect_ok(client.propose(sp.allocation(path, 0, [])))
        size = client.get("status")["size"]
        made = [client.make(sp.consumption(path, "wide", "l%d" % n), not_after=ledger.START_MS + 9)
                for n in range(240)]
        what, found = client.ask("propose", proposals=[[p, None] for p in made])
        if what == "error":  # then nothing was done
            assert found["code"] == "OVERLOADED", found
            assert client.get("status")["size"] == size, "%d appended, and not told" % (
                client.get("status")["size"] - size)
        else:
            assert len(found["verdicts"]) == 240


def many_looked_at(at):
    """A preview of many says what each would get behind the others, and leaves no trace."""
    with at.client() as client:
        events = [sp.group_creation("M"), sp.group_creation("M/a"), sp.group_creation("M"),
                  sp.allocation("M/a", 0, [["one", None, None, [["wide", 1]]]]),
                  sp.allocation("M/a", 0, []), sp.consumption("M/a", "wide", "m1"),
                  sp.consumption("M/a", "wide", "m2"), sp.group_creation("none/x"),
                  sp.release("wide", "m1"), sp.consumption("M/a", "wide", "m2")]
        made = [client.make(event) for event in events]
        pairs = [[proposal, client.sign(proposal)] for proposal in made]
        before = head(client)
        looked = client.get("preview", proposals=[[proposal, None] for proposal in made])
        assert head(client) == before, "it left a trace"
        assert client.get("preview", proposals=pairs) == looked
        assert head(client) == before
        done = client.get("propose", proposals=pairs)
        for event, would, did in zip(events, looked["verdicts"], done["verdicts"]):
            assert would[0] == did[0], (event, would, did)
            assert would[1]["seq"] is None
            assert would[1].get("code") == did[1].get("code"), (event, would, did)
        for arguments in ({}, {"proposals": []}, {"proposals": [[b"", None, None]]},
                          {"proposal": made[0], "proposals": pairs}):
            what, told = client.ask("preview", **arguments)
            assert (what, told["code"]) == ("error", "MALFORMED"), (arguments, told)
        what, told = client.ask("preview", proposals=[[b"\x90", None]])
        assert what == "ok" and told["verdicts"][0][1]["code"] == "MALFORMED", told


def stops(at):
    """Asked to stop, nothing behind the first refusal is judged."""
    with at.client() as client:
        events = [sp.group_creation("T"), sp.group_creation("T/a"), sp.group_creation("T"),
                  sp.group_creation("T/b"), sp.group_creation("T")]
        pairs = [[p, client.sign(p)] for p in map(client.make, events)]
        size = client.get("status")["size"]
        verdicts = client.get("propose", proposals=pairs, stop=True)["verdicts"]
        assert [verdict and verdict[0] for verdict in verdicts] == ["ok", "ok", "refused", None,
                                                                    None], verdicts
        assert client.get("status")["size"] == size + 3  # NAME_TAKEN is kept in the log
        again = client.get("propose", proposals=pairs)["verdicts"]
        assert again[:2] == verdicts[:2] and again[3][0] == "ok" and again[4][0] == "refused"
        what, told = client.ask("propose", proposal=pairs[0][0], stop=True)
        assert (what, told["code"], told["detail"]) == ("error", "MALFORMED", "stop"), told


def many_connections(at):
    """Requests in flight on many connections are answered each on its own."""
    clients = [at.client() for _ in range(20)]
    words = []
    for number, client in enumerate(clients):
        body = sp.pack(["state", {"group": "P", "resource": "channel"}])
        words.append([client.begin(body) for _ in range(50)])
        word = client.begin(sp.pack(["access", {"resource": "wide", "unit": "q%d" % number}]))
        words[-1].append(word)
    for client, own in zip(clients, words):
        for word in reversed(own):
            assert sp.unpack(client.end(word))[0] == "ok"
        client.close()


def main():
    with ledger.Ledger() as at:
        at.start()
        at.furnish("channel 100 per-channel\nwide 5000 per-channel\ndialer feature\n")
        for part in (batches, large_batch, previews, many_looked_at, stops, many_connections):
            ledger.note(part.__name__)
            part(at)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
