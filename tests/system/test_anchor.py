"""The newest head in a file elsewhere: an old copy of the ledger, or another history, is not started."""

import os
import shutil
import sys
import time

import ledger
import sp


class Anchored(ledger.Ledger):
    def __enter__(self):
        self.anchor = self.path("anchor")
        self.options = ["--anchor", self.anchor]
        self.start()
        self.furnish("channel 1000000 per-channel\n")
        return self

    def consume(self, *units):
        with self.client() as client:
            for unit in units:
                ledger.expect_ok(client.propose(sp.consumption("/", "channel", unit)))

    def kept(self):
        with open(self.anchor, encoding="utf-8") as file:
            return file.read()

    def size(self):
        with self.client() as client:
            return client.get("status")["size"]

    def wait_for(self, is_so):
        until = time.monotonic() + ledger.WAIT_S
        while not is_so():
            assert time.monotonic() < until, self.log()
            time.sleep(0.01)

    def wait_for_anchor(self):
        self.wait_for(lambda: os.path.isfile(self.anchor)
                      and self.kept().splitlines()[1] == str(self.size()))


def follows_the_ledger():
    with Anchored() as at:
        at.consume("c1", "c2")
        at.wait_for_anchor()
        at.consume("c3")
        at.stop()
        size = int(at.kept().splitlines()[1])
        at.start()
        assert at.size() == size
        assert at.kept() == at.licet("checkpoint"), "it is the newest head, byte by byte"
        at.replay("verify", "--trusted-checkpoint", at.anchor)
        at.stop()


def an_old_copy_is_not_started():
    with Anchored() as at:
        at.consume("c1")
        at.stop()
        shutil.copytree(at.data, at.path("old"))
        at.start()
        at.consume("c2", "c3")
        at.stop()
        shutil.move(at.data, at.path("newest"))
        shutil.copytree(at.path("old"), at.data)
        kept = at.kept()
        code, said = at.refuses_to_start()
        assert code == 3 and "shorter than its anchor" in said, said
        assert at.kept() == kept, "a refusal leaves the anchor as it is"
        # What it says to do helps: the newest copy comes back, or the anchor is moved away.
        shutil.rmtree(at.data)
        shutil.copytree(at.path("newest"), at.data)
        at.start()
        at.stop()
        shutil.rmtree(at.data)
        shutil.move(at.path("old"), at.data)
        shutil.move(at.anchor, at.path("former"))
        at.start()
        at.stop()


def another_history_is_not_started():
    with Anchored() as at:
        at.consume("c1")
        at.stop()
        shutil.copytree(at.data, at.path("fork"))
        at.start()
        at.consume("mine")
        at.stop()
        shutil.rmtree(at.data)
        shutil.move(at.path("fork"), at.data)
        at.options = []
        at.start()
        at.consume("theirs", "more")
        at.stop()
        at.options = ["--anchor", at.anchor]
        code, said = at.refuses_to_start()
        assert code == 3 and "other events than its anchor" in said, said
        done = at.run("verify", "--data", at.data, "--key", os.path.join(at.keys, "ledger.vkey"),
                      "--trusted-checkpoint", at.anchor, name="licet-replay")
        assert done.returncode == 3 and "evidence" in done.stdout, done.stdout


def nonsense_is_not_started_with():
    with Anchored() as at:
        at.stop()
        for content in ("", "nonsense\n", at.kept().replace("=", "A", 1)):
            with open(at.anchor, "w", encoding="utf-8") as file:
                file.write(content)
            code, said = at.refuses_to_start()
            assert code == 3 and "no head that this ledger's key has signed" in said, said


def a_disk_that_fails_stops_nobody():
    with Anchored() as at:
        at.wait_for_anchor()
        os.remove(at.anchor)
        os.mkdir(at.anchor)  # nothing can take its place now
        at.consume("c1")
        at.wait_for(lambda: 'what="the anchor"' in at.log())
        at.consume("c2")
        os.rmdir(at.anchor)
        at.consume("c3")
        at.wait_for_anchor()


def is_audited_while_it_grows():
    """What the daemon signed after the auditor had opened the ledger is no fraud."""
    with Anchored() as at:
        at.consume("c0")
        at.wait_for_anchor()
        is_over = False

        def consume():
            number = 0
            with at.client() as client:
                while not is_over:
                    number += 1
                    ledger.expect_ok(client.propose(sp.consumption("/", "channel", "g%d" % number)))

        def audit():
            nonlocal is_over
            try:
                for _ in range(12):
                    at.replay("verify", "--trusted-checkpoint", at.anchor)
            finally:
                is_over = True

        sp.in_threads(consume, audit)


def survives_a_kill():
    with Anchored() as at:
        for turn in range(5):
            at.consume(*("k%d-%d" % (turn, i) for i in range(20)))
            at.kill()
            at.start()
        at.wait_for_anchor()
        at.stop()
        at.verify()


def main():
    for test in (follows_the_ledger, an_old_copy_is_not_started, another_history_is_not_started,
                 nonsense_is_not_started_with, a_disk_that_fails_stops_nobody, is_audited_while_it_grows,
                 survives_a_kill):
        test()
        ledger.note("  " + test.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
