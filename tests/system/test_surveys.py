"""Questions about every group: pages go on where the last one ended, whatever happens between them,
and nobody is told of what lies outside of what the own key may see (X21)."""

import sys

import ledger
import sp

DAY_MS = 24 * 3600 * 1000
END_MS = ledger.START_MS + 10 * DAY_MS
LOOK_MAX = 4096
VERBS = {"expiring": ("ends", {"within": 30 * DAY_MS}), "tight": ("limits", {}),
         "reminders": ("groups", {})}


def plan(events):
    return [22, events, None]


def policy(group):
    return [13, group, True, 2, 5, None, False, None]


def pages(client, verb, between=lambda number: None, **arguments):
    """All items, page by page."""
    key, more = VERBS[verb]
    found, after, number = [], None, 0
    while True:
        asked = dict(more, **arguments, **({"after": after} if after else {}))
        page = client.get(verb, **asked)
        found += page[key]
        after = page["next"]
        if after is None:
            return found, number + 1
        between(number)
        number += 1


def furnish(admin):
    """Groups with a package that ends, a reminder of it, and use up to the limit; one has users."""
    packages = [["p", None, END_MS, [["sip", 1], ["dev", 1]]]]
    for first in range(0, 60, 20):
        groups = ["acme/g%d" % number for number in range(first, first + 20)]
        for events in ([sp.group_creation(group) for group in groups],
                       [sp.allocation(group, 0, packages) for group in groups],
                       [policy(group) for group in groups]):
            ledger.expect_ok(admin.propose(plan(events)))
        for group in groups:
            ledger.expect_ok(admin.propose(sp.consumption(group, "sip", "u-" + group[5:])))
            ledger.expect_ok(admin.propose(sp.consumption(group, "dev", "u-" + group[5:], None, 0)))
    users = ["user%d" % number for number in range(40)]
    ledger.expect_ok(admin.propose(plan([sp.user_creation(user, "acme/g7") for user in users])))
    ledger.expect_ok(admin.propose(plan([
        [17, user, "acme/g7", None, END_MS - 1, [["sip", 1]], False, None] for user in users])))


def all_told_once(at):
    """Whatever the size of the pages."""
    with at.client() as admin:
        for limit in (1, 7, 100):
            ends, count = pages(admin, "expiring", limit=limit)
            assert len(ends) == 60 + 40 + 2, len(ends)
            assert len({(end["group"], end["kind"], end["name"], end["user"]) for end in ends}
                       ) == len(ends)
            # A group's packages, at most 32, stand on one page.
            assert count >= len(ends) // limit, count
            limits, _ = pages(admin, "tight", limit=limit)
            names = [(item["group"], item["name"]) for item in limits]
            assert len(names) == 120 and len(set(names)) == 120, names
            groups, _ = pages(admin, "reminders", limit=limit)
            assert [item["group"] for item in groups] == ["acme/g%d" % i for i in range(60)]


def changes_between(at):
    """What is there all the time comes once, also when others come and go between two pages."""
    with at.client() as admin, at.client() as other:
        def between(number):
            ledger.expect_ok(other.propose(sp.group_creation("acme/new%d" % number)))
            ledger.expect_ok(other.propose(sp.release("sip", "u-g%d" % (number % 30))))
            ledger.expect_ok(other.propose(
                sp.consumption("acme/g%d" % (number % 30), "sip", "u-g%d" % (number % 30))))
            ledger.expect_ok(other.propose(sp.user_creation("late%d" % number, "acme/g7")))

        for verb, count in (("tight", 120), ("expiring", 102), ("reminders", 60)):
            found, _ = pages(admin, verb, lambda number: number < 30 and between(
                number + 100 * len(verb)), limit=3)
            assert len(found) == count, (verb, len(found))


def foreign(at):
    """Another's groups are not there; what is above is not told of."""
    with at.client("dealer") as dealer:
        for verb, (_, more) in VERBS.items():
            for group in ("acme", "acme/g1", "nothing", "/"):
                what, found = dealer.ask(verb, group=group, **more)
                assert (what, found["code"]) == ("error", "FORBIDDEN"), found
            found, _ = pages(dealer, verb)
            assert {item["group"] for item in found} <= {"other/mine"}, found
        for unit in ("u-g1", "nobody's"):
            answer = dealer.get("who", resource="sip", unit=unit)
            told = {key: answer[key] for key in ("held", "holding", "since")}
            assert told == {"held": False, "holding": None, "since": None}, told
        what, found = dealer.ask("forecast", group="acme")
        assert (what, found["code"]) == ("error", "FORBIDDEN"), found
        # A cursor of another's page opens nothing.
        with at.client() as admin:
            after = admin.get("tight", limit=1)["next"]
        what, found = dealer.ask("tight", after=after)
        assert (what, found["code"]) == ("error", "NOT_FOUND"), found


def wrong_cursors(at):
    with at.client() as admin:
        what, found = admin.ask("tight", after=b"\xff" * 16)
        assert (what, found["code"]) == ("error", "NOT_FOUND"), found
        what, found = admin.ask("tight", after=b"short")
        assert (what, found["code"]) == ("error", "NOT_FOUND"), found
        what, found = admin.ask("tight", after=b"\xff" * 17)
        assert (what, found["code"]) == ("error", "MALFORMED"), found


def bounded(at):
    """Groups with nothing to tell end an answer as well."""
    with at.client() as admin:
        for first in range(0, 2 * LOOK_MAX, 512):
            ledger.expect_ok(admin.propose(plan(
                [sp.group_creation("big/%d" % number) for number in range(first, first + 512)])))
        for verb, (key, more) in VERBS.items():
            page = admin.get(verb, group="big", **more)
            assert page[key] == [] and page["next"] is not None, page
            found, count = pages(admin, verb, group="big")
            assert found == [] and count == 3, count


def main():
    with ledger.Ledger() as at:
        at.start()
        at.furnish("sip 1000 per-server\nsip 5 per-server until 2026-11-20T00:00:00Z\n"
                   "dev 1000 per-device\ndev 5 per-device until 2026-11-20T00:00:00Z\n")
        with at.client() as admin:
            for group in ("acme", "other", "other/mine", "big"):
                ledger.expect_ok(admin.propose(sp.group_creation(group)))
            furnish(admin)
        at.enrol("dealer", "site_admin", "other/mine")
        for part in (all_told_once, changes_between, foreign, wrong_cursors, bounded):
            ledger.note(part.__name__)
            part(at)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
