"""A real ledger to tamper with: more than 10,000 events of every kind that a daemon writes, and what its
users kept elsewhere meanwhile."""

import hashlib
import os
import shutil
import signal
import time

import forge
import ledger
import proofs
import sp

DAY_MS = 24 * 3600 * 1000
END_MS = ledger.START_MS + 30 * DAY_MS  # of the package: a boundary, and reminders before it
NORTH, SOUTH = (proofs.Witness("witness.example/" + name, hashlib.sha256(name.encode()).digest())
                for name in ("north", "south"))
LICENSE = "channel 100000 per-channel\nsip 5000 per-server\ncam 500 per-device\n"
FIRST_COUNT, SECOND_COUNT, TAIL_COUNT = 4500, 5500, 12


def plan(*events):
    return [22, list(events), None]


class Corpus(ledger.Ledger):
    """with Corpus() as corpus: corpus.build(), and then all of it lies in its directory:

        data/         the ledger          old/       a copy of it from when it had old_size events
        anchor        what licetd keeps   receipts/  of events before and after that
        early.note    an old head         policy     one of two witnesses is enough
        bundle/       as licet-replay exports it     policy-both  both are asked for
        forked/       a receipt of a fork from old/, signed by the same key
    """

    def build(self):
        self.vkey = os.path.join(self.keys, "ledger.vkey")
        self.options = ["--anchor", self.path("anchor"), "--policy", self.path("policy")]
        self.write_policies()
        os.mkdir(self.path("receipts"))
        self.start()
        self.furnish_all()
        self.fill(0, FIRST_COUNT)
        self.licet("checkpoint", to="early.note")
        self.keep_receipts("early")
        self.cosign(NORTH)
        self.fill(FIRST_COUNT, 40)
        self.stop()
        shutil.copytree(self.data, self.path("old"))
        self.old_size = self.kept_size()
        self.start()
        self.pass_time()
        self.fill(FIRST_COUNT + 40, SECOND_COUNT)
        self.write_snapshot()
        self.fill(FIRST_COUNT + 40 + SECOND_COUNT, TAIL_COUNT)
        self.keep_receipts("late")
        self.stop()
        self.new_size = self.kept_size()
        self.replay("export", self.path("bundle"))
        with forge.Store(self.data) as store:
            self.leaves, self.heads = store.leaves(), store.heads()
        self.make_fork()
        return self

    def make_fork(self):
        """What the ledger's own daemon makes of the old copy, while nobody looks: another history."""
        data, options = self.data, self.options
        shutil.copytree(self.path("old"), self.path("fork"))
        os.mkdir(self.path("forked"))
        self.data, self.options = self.path("fork"), []
        self.start()
        self.fill(900000, 7)
        self.licet("receipt", str(self.size() - 2), to="forked/two.tlog-proof")
        self.stop()
        self.data, self.options = data, options

    def write_policies(self):
        with open(self.vkey, encoding="utf-8") as file:
            text = "log %s\n" % file.read().strip()
        for name, witness in (("north", NORTH), ("south", SOUTH)):
            text += "witness %s %s\n" % (name, witness.vkey())
        for name, rule in (("policy", "any"), ("policy-both", "all")):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text + "group enough %s north south\nquorum enough\n" % rule)

    def kept_size(self):
        """What the anchor tells, after a stop."""
        with open(self.path("anchor"), encoding="utf-8") as file:
            return int(file.read().splitlines()[1])

    def size(self):
        with self.client() as client:
            return client.get("status")["size"]

    # --- Events ---

    def propose(self, client, *events):
        for event in events:
            ledger.expect_ok(client.propose(event))

    def furnish_all(self):
        self.furnish(LICENSE)
        with self.client() as admin:
            self.propose(
                admin,
                sp.group_creation("acme", "Acme Ltd"), sp.group_creation("acme/a"),
                plan(sp.group_creation("acme/b"), sp.group_creation("other"), sp.group_creation("gone")),
                sp.allocation("acme", 0, [["base", None, None, [["channel", 90000], ["sip", 4000],
                                                                ["cam", 100]]]]),
                sp.allocation("acme/b", 0, [["small", None, END_MS, [["channel", 20], ["sip", 5]]]]),
                [13, "acme/b", True, 0, 3, None, False, None],
                plan(*(sp.user_creation("user%d" % number, "acme/a") for number in range(20))),
                [16, "user1", "acme/b", True, False, None],
                [17, "user2", "acme/a", None, None, [["channel", 3]], False, None],
                [24, False, 100, "few refusals are kept"],
                [23, "other.example", sp.Key(bytes(32)).public, True, None],
                [8, "other", None, "Others", None], [10, "gone", False, None], [11, "other", True, None],
                [11, "other", False, None], [4, "2.0", "1", None])
        for name, role, group in (("pbx", "agent", "/"), ("dealer", "site_admin", "acme"),
                                  ("second", "server_admin", "/")):
            self.enrol(name, role, group)
        with self.client("dealer") as dealer:
            self.propose(dealer, sp.group_creation("acme/a/deep"))
        with self.client("pbx") as pbx:
            self.propose(pbx, sp.consumption("acme/a", "cam", "AA:BB:CC:00:00:01", direction=0,
                                        lease=3600000),
                         sp.consumption("acme/a", "channel", "mine", user="user2"))
            code = pbx.propose(sp.consumption("acme/b", "nothing", "n"))[0]
            assert code == "refused"

    def event(self, number):
        """Mostly units that are taken; some given back, some refused."""
        if number % 40 == 7:
            return sp.consumption("acme/b", "sip", "full%d" % number)  # refused from the sixth on
        if number % 9 == 5:
            return sp.release("channel", "c%d" % (number - 3))
        return sp.consumption("acme/a", "channel", "c%d" % number)

    def fill(self, first, count):
        """As agents do it: many proposals on the way at once, few of them signed."""
        with self.client("pbx") as client:
            not_after, waiting = client.get("hello")["time"] + 60000, []
            for number in range(first, first + count):
                asked = {"proposal": client.make(self.event(number), not_after=not_after)}
                if number % 12 == 0:
                    asked["signature"] = client.sign(asked["proposal"])
                waiting.append(client.begin(sp.pack(["propose", asked])))
                if len(waiting) == 100:
                    self.take(client, waiting)
            self.take(client, waiting)

    @staticmethod
    def take(client, waiting):
        for word in waiting:
            outcome, reply = sp.unpack(client.end(word))
            assert outcome in ("ok", "refused"), reply
        waiting.clear()

    def set_clock(self, at):
        self.licet("clock", "set", time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(at / 1000)))

    def pass_time(self):
        """Past the reminder, the lease's end and the package's."""
        for at in (END_MS - 2 * DAY_MS, END_MS + 3600000):
            self.set_clock(at)
        with self.client() as admin:
            reminder = next(event["seq"] for event in admin.get("log", after=self.old_size)["events"]
                            if sp.unpack(sp.unpack(event["leaf"])[5])[2] == 26)
            self.propose(admin, [6, "second", None], [15, "user3", False, None],
                         [27, reminder, True, None, None], [30, END_MS, None],
                         [21, "channel", "mine", "ours", None, None],
                         [9, "other", "acme", False, None], [3, "root", None], sp.eula_acceptance(),
                         sp.consumption("acme/a", "cam", "AA:BB:CC:00:00:02", direction=0, lease=3600000))
            self.set_clock(END_MS + 5400000)
            self.propose(admin, [19, "cam", "AA:BB:CC:00:00:02", None, None])

    def write_snapshot(self):
        self.process.send_signal(signal.SIGUSR1)
        until = time.monotonic() + ledger.WAIT_S
        while "event=snapshot_written" not in self.log():
            assert time.monotonic() < until, self.log()
            time.sleep(0.01)

    # --- What is kept elsewhere ---

    def keep_receipts(self, name):
        size = self.size()
        for seq in (0, size // 3, size - 1):
            self.licet("receipt", str(seq), to="receipts/%s-%d.tlog-proof" % (name, seq))

    def cosign(self, witness):
        note = self.licet("checkpoint")
        self.witnessed_size = int(note.splitlines()[1])
        with self.client() as client:
            ledger.expect_ok(client.ask("cosign", note=witness.cosign(note)))
