"""Contacts (X17): who may see and say who somebody is to people, that it is durable and can be
forgotten, and that no proof hangs on it."""

import sys

import ledger
import sp


def code_of(reply):
    what, found = reply
    return found["code"] if what != "ok" else "ok"


def told(client, **whose):
    found = client.get("contact", **whose)
    return found["known"], found["name"], found["mail"], found["phone"]


def expect(client, wanted, **arguments):
    assert code_of(client.ask("contact", **arguments)) == wanted, (arguments, wanted)


def proof(at, client):
    """All that proves something: digest, root, the newest signed head."""
    status = client.get("status", digest=True)
    return status["size"], status["digest"], status["root"], client.get("checkpoint")["note"]


def set_and_erase(at):
    with at.client() as admin:
        assert told(admin, user="u-1") == (False, None, None, None)
        before = proof(at, admin)
        admin.get("contact", user="u-1", name="Maria Stern", mail="maria@example.com")
        admin.get("contact", actor="dealer", name="A Dealer", phone="+49 30 1234567")
        assert proof(at, admin) == before
    at.stop()
    at.start()
    with at.client() as admin:
        assert told(admin, user="u-1") == (True, "Maria Stern", "maria@example.com", None)
        assert told(admin, actor="dealer") == (True, "A Dealer", None, "+49 30 1234567")
        # Setting replaces all of it.
        admin.get("contact", user="u-1", name="Maria Mond")
        assert told(admin, user="u-1") == (True, "Maria Mond", None, None)
        found = admin.get("contact", user="u-1", erase=True)
        assert not found["known"]
        assert told(admin, user="u-1") == (False, None, None, None)
        admin.get("contact", user="u-1", erase=True)
        assert told(admin, actor="dealer")[1] == "A Dealer"
        assert proof(at, admin) == before
    at.stop()
    at.verify()
    at.start()


def rights(at):
    with at.client() as admin, at.client("dealer") as dealer, at.client("mailer") as mailer, \
            at.client("door") as door, at.client("eye") as eye:
        for user in ("u-1", "u-both", "u-other"):
            admin.get("contact", user=user, name="somebody")
        for actor in ("admin", "dealer", "door", "mailer"):
            admin.get("contact", actor=actor, name="somebody")
        for user, code in (("u-1", "ok"), ("u-both", "FORBIDDEN"), ("u-other", "FORBIDDEN"),
                           ("nobody", "FORBIDDEN")):
            expect(dealer, code, user=user)
            expect(dealer, code, user=user, name="another")
            expect(dealer, code, user=user, erase=True)
        for actor, code in (("dealer", "ok"), ("door", "ok"), ("admin", "FORBIDDEN"),
                            ("mailer", "FORBIDDEN"), ("nobody", "FORBIDDEN")):
            expect(dealer, code, actor=actor)
            expect(dealer, code, actor=actor, name="another")
        # Who sends the reminders looks addresses up.
        expect(mailer, "ok", user="u-both")
        expect(mailer, "ok", actor="dealer")
        expect(mailer, "FORBIDDEN", user="u-both", name="another")
        expect(mailer, "FORBIDDEN", user="u-both", erase=True)
        for client in (door, eye):
            expect(client, "FORBIDDEN", user="u-1")
            expect(client, "FORBIDDEN", actor="door")
            expect(client, "FORBIDDEN", user="u-1", name="another")
        expect(admin, "NOT_FOUND", user="nobody")
        expect(admin, "NOT_FOUND", actor="nobody", erase=True)
        for arguments in ({}, {"user": "u-1", "actor": "admin"}, {"name": "x"},
                          {"user": "u-1", "name": "x", "erase": True},
                          {"user": "u-1", "name": ""}, {"user": "u-1", "name": "x" * 201},
                          {"user": "u-1", "mail": "two\nlines"}):
            expect(admin, "MALFORMED", **arguments)
    with at.client() as admin:
        assert told(admin, user="u-both")[1] == "somebody"


def who_goes_is_forgotten(at):
    """Also in a plan; and who comes later under the same name is somebody else."""
    with at.client() as admin:
        for user in ("gone-1", "gone-2", "kept"):
            ledger.expect_ok(admin.propose(sp.user_creation(user, "acme")))
            admin.get("contact", user=user, name=user)
        at.enrol("guest", "agent", "acme")
        admin.get("contact", actor="guest", name="A Guest")
        ledger.expect_ok(admin.propose([15, "gone-1", False, None]))
        ledger.expect_ok(admin.propose([22, [[15, "gone-2", False, None], [6, "guest", None]],
                                        None]))
        for user in ("gone-1", "gone-2"):
            expect(admin, "NOT_FOUND", user=user)
            ledger.expect_ok(admin.propose(sp.user_creation(user, "acme")))
            assert told(admin, user=user) == (False, None, None, None)
        expect(admin, "NOT_FOUND", actor="guest")
        assert told(admin, user="kept")[1] == "kept"
        # A refused removal forgets nobody.
        ledger.expect_ok(admin.propose(sp.consumption("acme", "sip", "n1", "kept")))
        assert code_of(admin.propose([15, "kept", False, None])) == "MEMBERSHIP_IN_USE"
        assert told(admin, user="kept")[1] == "kept"
    at.stop()
    at.verify()
    at.start()


def by_command(at):
    at.licet("contact", "set", "u-1", "--name", "Maria Stern", "--mail", "maria@example.com")
    shown = at.licet("contact", "show", "u-1")
    assert "Maria Stern" in shown and "maria@example.com" in shown, shown
    at.licet("contact", "set", "--actor", "dealer", "--phone", "+49 30 1")
    assert "+49 30 1" in at.licet("contact", "show", "--actor", "dealer", "--json")
    assert at.run("contact", "set", "u-1").returncode == 2
    assert "nothing is known" in at.licet("contact", "erase", "u-1")
    assert "nothing is known" in at.licet("contact", "show", "u-1")


def main():
    with ledger.Ledger() as at:
        at.start()
        at.furnish("sip 100 per-server\n")
        with at.client() as admin:
            for group in ("acme", "other"):
                ledger.expect_ok(admin.propose(sp.group_creation(group)))
            for event in (sp.user_creation("u-1", "acme"), sp.user_creation("u-both", "acme"),
                          sp.user_creation("u-other", "other"),
                          [16, "u-both", "other", True, False, None]):
                ledger.expect_ok(admin.propose(event))
        for name, role, group in (("dealer", "site_admin", "acme"), ("door", "agent", "acme"),
                                  ("eye", "auditor", "/"), ("mailer", "agent", "/")):
            at.enrol(name, role, group)
        for part in (set_and_erase, rights, who_goes_is_forgotten, by_command):
            ledger.note(part.__name__)
            part(at)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
