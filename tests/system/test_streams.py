"""What comes by itself: waiting requests, publications; with plain SP clients beside our own."""

import os
import shutil
import subprocess
import sys
import time

import ledger
import sp


def wait_for(condition):
    until = time.monotonic() + ledger.WAIT_S
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def build(at):
    at.start()
    at.furnish("channel 1000 per-channel\n")
    with at.client() as client:
        for event in (sp.group_creation("acme"), sp.group_creation("acme/north"),
                      sp.group_creation("acme/south"), sp.group_creation("acme/north/shop")):
            ledger.expect_ok(client.propose(event))


def take(client, group, unit):
    return ledger.expect_ok(client.propose(sp.consumption(group, "channel", unit)))["seq"]


def waits(at):
    """log and changes answer when something happens, and not before."""
    with at.client() as waiter, at.client() as actor:
        size = actor.get("status")["size"]
        begin = time.monotonic()
        assert waiter.get("log", after=size)["events"] == []  # without wait: at once
        nothing = waiter.get("log", after=size, wait=300)
        assert time.monotonic() - begin > 0.25 and nothing["next"] == size, nothing
        nothing = waiter.get("changes", group="/", since=size, wait=100)
        assert (nothing["changes"], nothing["next"], nothing["reset"]) == ([], size, False)

        north = waiter.begin(sp.pack(["log", {"after": size, "group": "acme/north",
                                              "wait": 20000}]))
        south = waiter.begin(sp.pack(["changes", {"group": "acme/south", "since": size,
                                                  "wait": 20000}]))
        first = take(actor, "acme/south", "s1")
        told = sp.unpack(waiter.end(south))[1]
        groups = {change["group"]: change for change in told["changes"]}
        state = groups["acme/south"]["resources"][0]
        assert (state["name"], state["used"], state["maximum"]) == ("channel", 1, 1000), told
        assert set(groups) == {"acme/south"} and groups["acme/south"]["seq"] == first, told
        second = take(actor, "acme/north/shop", "n1")
        told = sp.unpack(waiter.end(north))[1]
        assert [event["seq"] for event in told["events"]] == [second], told
        assert told["next"] == second + 1
        assert begin + 15 > time.monotonic(), "they waited for their time to be up"


def resumes(at):
    """A follower goes on where it was, over restarts of the daemon: no gap, nothing twice."""
    seen, after, changed, since = [], 0, {}, 0
    for life in range(4):
        with at.client() as actor:
            for number in range(25):
                take(actor, "acme/north" if number % 2 else "acme/south",
                     "r%d-%d" % (life, number))
            with at.client() as follower:
                words = None
                while after < actor.get("status")["size"]:
                    told = follower.get("log", after=after, limit=7, wait=1000)
                    seen += [event["seq"] for event in told["events"]]
                    after = told["next"]
                while True:
                    told = follower.get("changes", group="acme", since=since)
                    changed.update({c["group"]: c for c in told["changes"]})
                    since = told["next"]
                    if since == told["seq"]:
                        break
                words = [follower.begin(sp.pack(["log", {"after": after, "wait": 60000}]))]
                if life % 2:
                    at.kill()
                else:
                    at.stop()
                try:
                    follower.end(words[0])
                    raise AssertionError("an answer out of a daemon that is gone")
                except sp.Closed:
                    pass
        at.start()
    assert seen == list(range(after)), "the log has gaps or events twice"
    with at.client() as client:
        for group, change in changed.items():
            used = client.get("state", group=group, resource="channel")["resources"][0]["used"]
            assert change["resources"][0]["used"] == used, group


def publications(at):
    """Everybody is told the newest state of its address's scope, and not one byte of another."""
    with sp.Subscriber(at.publish_url("bell")) as bell, \
         sp.Subscriber(at.publish_url("north")) as north, \
         sp.Subscriber(at.publish_url("root")) as root, at.client() as actor:
        assert bell.take_message()[0] == "/head"  # rings without a cause, each second
        north.take_message()
        root.take_message()
        for number in range(20):
            take(actor, "acme/south", "secret-%d" % number)
            take(actor, "acme/north/shop", "open-%d" % number)
        size = actor.get("status")["size"]
        used = actor.get("state", group="acme/north", resource="channel")["resources"][0]["used"]
        heard = {"bell": [], "north": [], "root": []}

        def listen(name, subscriber):
            while True:
                payload = subscriber.take()
                topic, packed = payload.split(b"\0", 1)
                message = sp.unpack(packed)
                heard[name].append((topic.decode(), message, payload))
                if topic == b"/head" and message["size"] >= size:
                    return

        listen("bell", bell)
        listen("north", north)
        listen("root", root)
    head = heard["bell"][-1][1]
    assert sorted(head) == ["mode", "size", "time"] and head["mode"] == "normal", head
    assert {topic for topic, _, _ in heard["bell"]} == {"/head"}
    topics = {topic for topic, _, _ in heard["north"]}
    assert topics == {"/head", "acme/north/", "acme/north/shop/"}, topics
    assert all(b"south" not in payload for _, _, payload in heard["north"])
    assert all(b"secret" not in payload for _, _, payload in heard["north"])
    newest = [message for topic, message, _ in heard["north"] if topic == "acme/north/"][-1]
    assert sorted(newest) == ["group", "reminders", "resources", "seq"], newest
    assert newest["resources"][0]["used"] == used, newest
    topics = {topic for topic, _, _ in heard["root"]}
    assert topics == {"/head", "acme/", "acme/north/", "acme/north/shop/", "acme/south/"}, topics
    with sp.Subscriber(at.publish_url("north")) as talker:  # a subscriber never sends a frame
        talker.send(b"x")
        try:
            while True:
                talker.take()
        except sp.Closed:
            pass


def crowded_edge(at):
    """One event that changes more groups than an answer holds: a follower gets past it."""
    with at.client() as client:
        not_after = ledger.START_MS + 1000
        until = ledger.START_MS + 500
        ledger.expect_ok(client.propose(sp.group_creation("crowd")))
        for start in range(0, 700, 100):
            events = []
            for number in range(start, start + 100):
                group = "crowd/g%03d" % number
                packages = [["short", None, until, [["channel", 1]]]]
                events += [sp.group_creation(group), sp.allocation(group, 0, packages)]
            proposals = [client.make(event, not_after=not_after) for event in events]
            found = client.get("propose", proposals=[[p, client.sign(p)] for p in proposals])
            assert all(what == "ok" for what, _ in found["verdicts"]), found
        since = client.get("status")["size"]
        client.get("clock", time=until)
        told = client.get("changes", group="crowd", since=since)
        for _ in range(10):
            if told["next"] == told["seq"]:
                break
            told = client.get("changes", group="crowd", since=told["next"])
        assert told["next"] == told["seq"], "a follower never gets past event %d" % told["next"]
        some = client.get("changes", group="crowd", since=0, limit=20)
        assert len(some["changes"]) <= 20 and not some["reset"], (len(some["changes"]), some)
        assert some["next"] < since, some["next"]


def server_scope(at):
    """The whole server: its own group under a topic of its own."""
    with sp.Subscriber(at.publish_url("server")) as server, at.client() as actor:
        server.take_message()
        take(actor, "/", "of the server")
        found = {}
        until = time.monotonic() + 5
        while "/license" not in found:
            assert time.monotonic() < until, "nothing was told"
            topic, message = server.take_message()
            found[topic] = message
        assert found["/license"]["group"] == "/", found
        names = [resource["name"] for resource in found["/license"]["resources"]]
        assert names == ["channel"], names


def not_yet_created(at):
    """The scope of an address may come later than its subscribers, with what happens at once."""
    with sp.Subscriber(at.publish_url("late")) as late, at.client() as actor:
        assert late.take_message()[0] == "/head"
        events = (sp.group_creation("late"), sp.consumption("late", "channel", "at once"))
        proposals = [actor.make(event) for event in events]
        verdicts = actor.get("propose", proposals=[[p, actor.sign(p)] for p in proposals])
        assert [verdict[0] for verdict in verdicts["verdicts"]] == ["ok", "ok"], verdicts
        topic = "/head"
        until = time.monotonic() + 5
        while topic == "/head":
            assert time.monotonic() < until, "nothing was told"
            topic, message = late.take_message()
        assert topic == "late/" and message["resources"][0]["used"] == 1, message


def hears_of(subscriber, group, seq):
    """Reads until it is told of that event in that group."""
    while True:
        topic, found = subscriber.take_message()
        if topic == group + "/" and found["seq"] >= seq:
            return found


def crowd(at):
    """More subscribers than are sent to in one turn: all hear the newest, and who asks meanwhile is
    answered."""
    crowd = [sp.Subscriber(at.publish_url(name)) for name in ("north", "root") for _ in range(100)]
    with at.client() as actor:
        for round_number in range(3):
            seqs = [take(actor, "acme/north/shop", "crowd-%d-%d" % (round_number, number))
                    for number in range(20)]
            for subscriber in crowd:
                hears_of(subscriber, "acme/north", seqs[-1])
    for subscriber in crowd:
        subscriber.close()


def plain_clients(at):
    """nngcat, as it comes with Debian."""
    if shutil.which("nngcat") is None:
        ledger.note("  skipped: it needs nngcat")
        return
    request = at.path("request")
    with open(request, "wb") as file:
        file.write(sp.pack(["hello", {}]))
    asked = subprocess.run(["nngcat", "--req", "--dial", at.url, "--file", request, "--raw",
                            "--recv-timeout", "5"], capture_output=True, timeout=30, check=True)
    what, hello = sp.unpack(asked.stdout)
    assert what == "ok" and hello["origin"] == ledger.ORIGIN, asked
    with open(at.path("heard"), "wb") as heard:
        cat = subprocess.Popen(["nngcat", "--sub", "--subscribe", "acme/north/", "--dial",
                                at.publish_url("north"), "--raw"], stdout=heard)
        time.sleep(0.5)
        with at.client() as actor:
            for number in range(5):
                take(actor, "acme/north/shop", "cat-%d" % number)
                time.sleep(0.05)
        wait_for(lambda: os.path.getsize(at.path("heard")) > 100)
        cat.kill()
        cat.wait()
    with open(at.path("heard"), "rb") as file:
        data = file.read()
    assert data.startswith(b"acme/north/") and b"/head" not in data and b"south" not in data, data


def main():
    publish = [("bell", None), ("north", "acme/north"), ("root", "acme"),
               ("late", "late"), ("server", "/")]
    with ledger.Ledger(publish=publish) as at:
        build(at)
        for part in (waits, resumes, publications, crowded_edge, server_scope, not_yet_created,
                     crowd, plain_clients):
            ledger.note(part.__name__)
            part(at)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
