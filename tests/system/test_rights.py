"""Whose right it is: a signature is judged by its author's key, and nobody is told of what lies
outside of what the own key may see."""

import sys

import ledger
import sp


def code_of(reply):
    what, found = reply
    assert what in ("error", "refused"), reply
    return found["code"]


def expect(reply, code):
    assert code_of(reply) == code, "%r instead of %s" % (reply, code)


def login_ahead(at):
    """A proposal that is sent before the login ahead of it has answered: its author is whoever the
    connection is by then, and only that one's signature counts."""
    for number, signer in enumerate(("d1", "d2") * 5):  # which thread is first is chance
        group = "acme/ahead%d" % number
        with at.client("d1") as client:
            key = at.key("d2")
            challenge = client.get("hello")["challenge"]
            message = b"licet/login/v1\n" + client.origin.encode() + b"\n" + challenge
            proposal = client.make(sp.group_creation(group), not_after=ledger.START_MS + 60000)
            login = client.begin(sp.pack(["login", {
                "key": key.public, "signature": key.sign(message)}]))
            propose = client.begin(sp.pack(["propose", {
                "proposal": proposal, "signature": client.sign(proposal, at.key(signer))}]))
            assert ledger.expect_ok(sp.unpack(client.end(login)))["actor"] == "d2"
            reply = sp.unpack(client.end(propose))
            if signer == "d2":
                seq = ledger.expect_ok(reply)["seq"]
                told = client.get("log", after=seq, limit=1)["events"]
                assert told[0]["seq"] == seq and told[0]["author"] == "d2", told
            else:
                expect(reply, "UNAUTHENTICATED")
            made = [g["group"] for g in client.get("tree", group="acme")["groups"]]
            assert (group in made) == (signer == "d2"), made


def removed_among_many(at):
    """Who removes its own key has no say in the rest of that request."""
    at.enrol("second", "server_admin", "/")
    with at.client("second") as client:
        proposals = []
        for event in ([6, "second", None], sp.group_creation("ghost")):
            proposal = client.make(event)
            proposals.append([proposal, client.sign(proposal)])
        first, then = client.get("propose", proposals=proposals)["verdicts"]
        ledger.expect_ok(first)
        expect(then, "UNAUTHENTICATED")
    with at.client() as admin:
        made = [g["group"] for g in admin.get("tree", group="/")["groups"]]
        assert "ghost" not in made, made


def hidden_group(at):
    """A user's other group limits it: who does not see that group learns neither where nor how."""
    with at.client() as admin, at.client("agent") as agent, at.client("d1") as dealer:
        for event in (
            sp.allocation("other/secret", 0, [["p", None, None, [["sip", 1]]]]),
            sp.user_creation("u", "acme/f"),
            [16, "u", "other/secret", True, False, None],
        ):
            ledger.expect_ok(admin.propose(event))
        ledger.expect_ok(agent.propose(sp.consumption("acme/f", "sip", "n1", "u")))
        reply = agent.propose(sp.consumption("acme/f", "sip", "n2", "u"))
        expect(reply, "STRICTEST_GROUP")
        nothing_of_it(reply)
        refused = reply[1]
        for told in [refused] + refused["why"]:
            assert told["node"] == "another group of the user", told
            assert told["limit"] is None and told["used"] is None, told
        seq = refused["seq"]
        event = admin.get("log", after=seq)["events"][0]
        assert (event["seq"], event["node"]) == (seq, "other/secret"), event
        assert admin.get("receipt", seq=seq)["leaf"] == event["leaf"]
        for client in (agent, dealer):
            answer = client.get("log")
            nothing_of_it(answer)
            seqs = [event["seq"] for event in answer["events"]]
            assert seqs and seq not in seqs and answer["next"] > seq, answer
            expect(client.ask("receipt", seq=seq), "FORBIDDEN")
            expect(client.ask("why", seq=seq), "FORBIDDEN")
        why = admin.get("why", seq=seq)
        assert (why["code"], why["why"][0]["node"]) == ("STRICTEST_GROUP", "other/secret"), why
        ledger.expect_ok(admin.propose(
            sp.allocation("other/secret", 1, [["p", None, None, [["sip", 0]]]], force=True)))
        assert admin.get("access", resource="sip", unit="n1")["node"] == "other/secret"
        for client in (agent, dealer):
            answer = client.get("access", resource="sip", unit="n1")
            found = [answer[key] for key in ("access", "code", "node")]
            assert found == [False, "STRICTEST_GROUP", "another group of the user"], answer
            nothing_of_it(answer)


def explained(at):
    """Who asks where a maximum comes from sees the limit and the use of each group above its own,
    never what makes them, nor who is beside."""
    with at.client() as admin, at.client("agent") as agent:
        for event in (
            sp.group_creation("firm"),
            sp.allocation("firm", 0, [["secret", None, None, [["sip", 7]]]]),
            sp.group_creation("firm/team"),
            sp.group_creation("firm/other"),
            sp.consumption("firm/other", "sip", "secret-unit"),
        ):
            ledger.expect_ok(admin.propose(event))
        at.enrol("team", "agent", "firm/team")
        with at.client("team") as team:
            seq = ledger.expect_ok(team.propose(sp.consumption("firm/team", "sip", "t1")))["seq"]
            for answer, nodes in (
                (team.get("explain", group="firm/team", resource="sip"), None),
                (team.get("why", seq=seq), "paths"),
            ):
                nothing_of_it(answer)
                nodes = answer["nodes"] if nodes is None else answer["paths"][0]["nodes"]
                found = [(node["group"], node["limit"]) for node in nodes]
                assert found == [("firm/team", None), ("firm", 7), ("/", 10000)], found
            packages = [node["packages"] for node in
                        team.get("explain", group="firm/team", resource="sip")["nodes"]]
            assert packages == [[], None, None], packages
            for seq_of_others in (seq - 2, seq - 5):
                expect(team.ask("why", seq=seq_of_others), "FORBIDDEN")
            expect(team.ask("explain", group="firm", resource="sip"), "FORBIDDEN")
            expect(team.ask("why", seq=10**9), "NOT_FOUND")
        expect(agent.ask("why", seq=seq), "FORBIDDEN")
        named = admin.get("explain", group="firm", resource="sip")["nodes"][0]["packages"]
        assert [package["name"] for package in named] == ["secret"], named


def nothing_of_it(answer):
    assert b"secret" not in sp.pack(answer), answer


def numbers(at):
    """What adds up the whole server is told to who sees the whole server."""
    counts = ("actors", "connections", "groups", "holdings", "store_max", "store_used", "users")
    with at.client("agent") as agent, at.client() as admin:
        status = agent.get("status")
        assert [status[key] for key in counts] == [None] * len(counts), status
        assert agent.get("mode")["pending"] is None
        expect(agent.ask("status", digest=True), "FORBIDDEN")
        status = admin.get("status", digest=True)
        assert all(type(status[key]) is int for key in counts), status
        assert len(status["digest"]) == 32
        assert type(admin.get("mode")["pending"]) is int


def idle_group(at):
    """Whoever waits for an idle group hears nothing of what happens elsewhere, be it more than the
    daemon looks through for one answer (4,096 leaves), and then the first event of its own."""
    with at.client("agent", timeout=60) as agent, at.client() as admin:
        size = agent.get("status")["size"]
        word = agent.begin(sp.pack(["log", {"after": size, "group": "acme/f", "wait": 60000}]))
        until = ledger.START_MS + 60000
        for part in range(5):
            proposals = [[admin.make(sp.consumption("big", "sip", "b%d-%d" % (part, number)),
                                     not_after=until), None] for number in range(900)]
            for verdict in admin.get("propose", proposals=proposals)["verdicts"]:
                ledger.expect_ok(verdict)
            # An answer to the log would stand in front of this one's.
            agent.get("mode")
            assert word not in agent.waiting, sp.unpack(agent.waiting[word])
        seq = ledger.expect_ok(admin.propose(sp.consumption("acme/f", "sip", "own")))["seq"]
        assert seq >= size + 4500
        answer = ledger.expect_ok(sp.unpack(agent.end(word)))
        assert [event["seq"] for event in answer["events"]] == [seq], answer
        assert answer["next"] > seq, answer


def clock_in_plan(at):
    """The clock is no part of a plan."""
    with at.client() as admin:
        size = admin.get("status")["size"]
        step = [30, ledger.START_MS + 1000, None]
        for events in ([step], [sp.group_creation("planned"), step]):
            expect(admin.propose([22, events, None]), "MALFORMED")
        assert admin.get("status")["size"] == size, "something was appended"


def must_sign(at):
    """A session vouches for what is not a setting, unless the policy or the actor must sign."""
    def take(client, unit, code=None, **options):
        reply = client.ask("propose", proposal=client.make(sp.consumption("acme", "sip", unit)),
                           **options)
        if code is None:
            ledger.expect_ok(reply)
        else:
            expect(reply, code)

    with at.client() as admin, at.client("agent") as agent:
        take(agent, "vouched")
        ledger.expect_ok(admin.propose([24, True, 60, None]))
        status = admin.get("status")
        assert status["must_sign"] and status["refusal_rate"] == 60, status
        take(agent, "unsigned", "UNAUTHENTICATED")
        take(agent, "falsely signed", "UNAUTHENTICATED", signature=bytes(64))
        ledger.expect_ok(agent.propose(sp.consumption("acme", "sip", "signed")))
        with at.client("agent") as again:
            assert again.login(at.key("agent"))["must_sign"]
        done = at.run("consume", "acme", "sip", "by command", "--key", at.key_path("agent"))
        assert done.returncode == 0, done.stderr
        ledger.expect_ok(admin.propose([24, False, 600, None]))
        take(agent, "vouched again")
        with at.client("agent") as again:
            assert not again.login(at.key("agent"))["must_sign"]
    at.licet("key", "new", "gate", at.key_path("gate"), to="gate.vkey")
    with at.client() as admin:
        ledger.expect_ok(admin.propose(
            sp.actor_enrolment("gate", at.key("gate"), "agent", "acme") + [True]))
        told = {actor["name"]: actor["must_sign"] for actor in admin.get("actors")["actors"]}
        assert told["gate"] and not told["agent"], told
    with at.client("gate") as gate:
        take(gate, "of the gate", "UNAUTHENTICATED")
        ledger.expect_ok(gate.propose(sp.consumption("acme", "sip", "of the gate")))


def actions(at):
    """Who may ask whether somebody may act: whoever reads that one. Others hear nothing."""
    with at.client() as admin:
        for event in (sp.user_creation("u-acme", "acme"), sp.user_creation("u-both", "acme"),
                      sp.user_creation("u-other", "other"),
                      [16, "u-both", "other/secret", True, False, None]):
            ledger.expect_ok(admin.propose(event))
    rows = (
        ("agent", "u-acme", "video.view", None, (True, None)),
        ("agent", "u-both", "guest.manage", None, (False, "another group of the user")),
        ("agent", "d1", "video.view", None, (True, None)),
        ("agent", "d1", "settings.network", "acme/f", (True, None)),
        ("d1", "agent", "settings.network", "acme", (False, "acme")),
        ("admin", "u-both", "guest.manage", None, (False, "other/secret")),
        ("admin", "admin", "settings.network", None, (True, None)),
        ("admin", "nobody", "video.view", None, (False, None)),
        ("agent", "u-other", "video.view", None, "FORBIDDEN"),
        ("agent", "nobody", "video.view", None, "FORBIDDEN"),
        ("agent", "u-other", "guest.manage", None, "FORBIDDEN"),
        ("agent", "admin", "settings.network", "acme", "FORBIDDEN"),
        ("agent", "nobody", "settings.network", "acme", "FORBIDDEN"),
        ("agent", "d1", "settings.network", "other", "FORBIDDEN"),
        ("agent", "d1", "settings.network", "nowhere", "FORBIDDEN"),
        ("agent", "u-acme", "paint.walls", None, "MALFORMED"),
    )
    for asker, who, action, group, wanted in rows:
        options = {} if group is None else {"group": group}
        with at.client(asker) as client:
            what, found = client.ask("access", action=action, who=who, **options)
        got = found["code"] if what == "error" else (found["access"], found["node"])
        assert got == wanted, (asker, who, action, group, found)
    with at.client() as admin:
        for arguments in ({"who": "u-acme"}, {"action": "video.view"}, {"resource": "sip"},
                          {"unit": "1"}, {}, {"group": "acme"},
                          {"action": "video.view", "who": "u-acme", "unit": "1"},
                          {"resource": "sip", "unit": "1", "group": "acme"}):
            assert code_of(admin.ask("access", **arguments)) == "MALFORMED", arguments


def main():
    with ledger.Ledger() as at:
        at.start()
        at.furnish("sip 10000 per-server\nguest_access feature\n")
        with at.client() as admin:
            for group in ("acme", "acme/f", "big", "other", "other/secret"):
                ledger.expect_ok(admin.propose(sp.group_creation(group)))
        for name, role in (("agent", "agent"), ("d1", "site_admin"), ("d2", "site_admin")):
            at.enrol(name, role, "acme")
        for part in (login_ahead, removed_among_many, hidden_group, numbers, explained, idle_group,
                     clock_in_plan, must_sign, actions):
            ledger.note(part.__name__)
            part(at)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
