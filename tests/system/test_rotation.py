"""The ledger's key is rotated while it runs: both generations of keys verify what is theirs, whatever is killed."""

import os
import shutil
import subprocess
import sys
import time

import ledger
import proofs
import sp


class Rotating(ledger.Ledger):
    """Its key of epoch N lies in keys/eN.key; that of epoch 0 in keys/ledger.key."""

    def __enter__(self):
        self.epoch = 0
        self.next_path = self.path("next.key")
        self.options = ["--next-key", self.next_path]
        self.start()
        self.furnish("channel 1000000 per-channel\n")
        return self

    def vkey_path(self, epoch):
        return os.path.join(self.keys, "ledger.vkey") if epoch == 0 else self.path("e%d.vkey" % epoch)

    def new_key(self, epoch):
        if not os.path.exists(self.key_path("e%d" % epoch)):
            self.licet("key", "new", ledger.ORIGIN, self.key_path("e%d" % epoch), to="e%d.vkey" % epoch)

    def certify(self, epoch, *more, root="recovery", previous=None, name=None):
        """The path of the certificate."""
        self.new_key(epoch)
        path = self.path(name or "c%d.note" % epoch)
        self.licet("key", "certify", self.vkey_path(epoch), "--root", self.key_path(root), "--previous",
                   self.vkey_path(epoch - 1 if previous is None else previous), "--epoch", str(epoch),
                   "--until", "2026-11-30T00:00Z", "--output", path, *more)
        return path

    def bring(self, epoch, mode=0o600):
        """The private key comes to where the daemon looks for it."""
        if os.path.exists(self.next_path):
            os.remove(self.next_path)
        shutil.copy(self.key_path("e%d" % epoch), self.next_path)
        os.chmod(self.next_path, mode)

    def rotate(self):
        self.epoch += 1
        path = self.certify(self.epoch)
        self.bring(self.epoch)
        return self.licet("key", "rotate", path, "--reason", "as every year")

    def consume(self, *units):
        """The seqs."""
        with self.client() as client:
            return [ledger.expect_ok(client.propose(sp.consumption("/", "channel", unit)))["seq"]
                    for unit in units]

    def status(self):
        with self.client() as client:
            return client.get("status")

    def audit(self, epoch, *arguments, code=0, command="verify", data=None):
        done = self.run(command, *arguments, "--data", data or self.data, "--key", self.vkey_path(epoch),
                        name="licet-replay", timeout=60)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout + done.stderr

    def check(self, epoch):
        """By the checker that was made from FORMAT.md alone."""
        checker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checker",
                               "check_ledger.py")
        bundle = self.path("checked")
        shutil.rmtree(bundle, ignore_errors=True)
        self.audit(epoch, bundle, command="export")
        for data in (self.data, bundle):
            done = subprocess.run(["/usr/bin/python3", "-B", checker, data, self.vkey_path(epoch)],
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr

    def wait_for_log(self, word):
        until = time.monotonic() + ledger.WAIT_S
        while word not in self.log():
            assert time.monotonic() < until, self.log()
            time.sleep(0.01)

    def receipt(self, seq):
        path = self.path("r%d.tlog-proof" % seq)
        self.licet("receipt", str(seq), to=path)
        return path


def lines_of(note):
    return note.split("\n\n")[1].splitlines()


def goes_over_to_another_key_while_it_runs():
    with Rotating() as at:
        before = at.consume("c1", "c2")
        old_receipt = at.receipt(before[0])
        assert at.status()["epoch"] == 0
        said = at.rotate()
        assert "destroy the old private key" in said, said
        status = at.status()
        assert status["epoch"] == 1
        with open(at.vkey_path(1), encoding="utf-8") as file:
            assert status["ledger_key"] == file.read().strip()
        rotation = status["size"] - 1
        with at.client() as client:
            head = client.get("checkpoint", size=rotation + 1)["note"]
        assert len(lines_of(head)) == 2, head
        after = at.consume("c3")
        new_receipt = at.receipt(after[0])
        late_receipt = at.receipt(before[1])
        with at.client() as client:
            assert len(lines_of(client.get("checkpoint")["note"])) == 1
            assert client.get("checkpoint", size=rotation + 1)["note"] == head, "it is kept"
        at.stop()
        # Whoever has either key verifies all of it, and every receipt.
        receipts = at.path("receipts")
        os.mkdir(receipts)
        for path in (old_receipt, new_receipt, late_receipt):
            shutil.copy(path, receipts)
        for epoch in (0, 1):
            said = at.audit(epoch, "--receipts", receipts)
            assert "certificates            1" in said, said
            at.audit(epoch, command="rebuild")
            at.audit(epoch, command="print")
            at.check(epoch)
        # A receipt alone is verified by the key of its time.
        policy = at.path("policy")
        for epochs, path, code in (((0,), old_receipt, 0), ((1,), old_receipt, 2), ((0,), new_receipt, 2),
                                   ((1,), new_receipt, 0), ((0, 1), old_receipt, 0),
                                   ((0, 1), new_receipt, 0)):
            with open(policy, "w", encoding="utf-8") as file:
                for epoch in epochs:
                    with open(at.vkey_path(epoch), encoding="utf-8") as key:
                        file.write("log " + key.read())
                file.write("quorum none\n")
            done = at.run("receipt", path, "--policy", policy, name="licet-replay")
            assert done.returncode == code, (epochs, path, done)
        at.new_key(7)
        assert "another ledger key" in at.audit(7, code=2)


def starts_with_the_key_that_signs_now():
    with Rotating() as at:
        at.rotate()
        at.consume("c1")
        at.kill()
        # The old --key, and the new one as --next-key, as it was started the first time.
        at.start()
        assert 'event=key_was_rotated epoch=1' in at.log(), at.log()
        at.consume("c2")
        at.stop()
        # The old key was destroyed, as one is told.
        os.rename(at.key_path("ledger"), at.path("old.key"))
        at.start()
        assert "event=key_not_there" in at.log(), at.log()
        at.consume("c3")
        at.stop()
        # The old key alone is of no use, and what is needed is said.
        os.rename(at.path("old.key"), at.key_path("ledger"))
        at.options = []
        code, said = at.refuses_to_start()
        with open(at.vkey_path(1), encoding="utf-8") as file:
            keyid = file.read().split("+")[1]
        assert code == 3 and "epoch 1 needs the key with the id " + keyid in said, said
        # A key that was never the ledger's.
        at.new_key(9)
        shutil.copy(at.key_path("ledger"), at.path("kept.key"))
        shutil.copy(at.key_path("e9"), at.key_path("ledger"))
        code, said = at.refuses_to_start()
        assert code == 3 and "no key of the ledger is the given one" in said, said
        shutil.copy(at.key_path("e1"), at.key_path("ledger"))
        at.start()
        at.consume("c4")
        # And on to the next, from the new place.
        at.stop()
        at.options = ["--next-key", at.next_path]
        at.start()
        at.rotate()
        assert at.status()["epoch"] == 2
        at.consume("c5")
        at.stop()
        for epoch in (0, 1, 2):
            at.audit(epoch)
            at.check(epoch)


def what_is_lacking_is_said_and_nothing_is_logged():
    with Rotating() as at:
        size = at.status()["size"]
        path = at.certify(1)

        def refused(*words):
            done = at.run("key", "rotate", path)
            assert done.returncode == 1, done
            assert all(word in done.stderr for word in words), done.stderr
            assert at.status()["size"] == size

        refused("NEXT_KEY", "is not there")
        at.bring(1, mode=0o640)
        refused("NEXT_KEY", "mode 0600")
        at.new_key(2)
        at.bring(2)
        refused("NEXT_KEY", "another key than the certificate")
        os.remove(at.next_path)
        with open(at.next_path, "w", encoding="utf-8") as file:
            file.write("nonsense\n")
        os.chmod(at.next_path, 0o600)
        refused("NEXT_KEY", "has no private key")
        at.bring(1)
        done = at.run("key", "rotate", path, "--preview")
        assert done.returncode == 0, done
        assert at.status()["epoch"] == 0
        at.licet("key", "rotate", path)
        assert at.status()["epoch"] == 1
        # Without the option there is none.
        at.stop()
        at.options = []
        shutil.copy(at.key_path("e1"), at.key_path("ledger"))
        at.start()
        size = at.status()["size"]
        path = at.certify(2)
        refused("NEXT_KEY", "--next-key FILE")
        at.stop()
        at.audit(1)


def what_the_rules_refuse_is_refused():
    with Rotating() as at:
        for path, word in ((at.certify(1, root="admin", name="a"), "BAD_CERTIFICATE"),
                           (at.certify(2, previous=0, name="b"), "KEY_OUT_OF_TURN"),
                           (at.certify(1, "--size-from", "1000", name="c"), "CERTIFICATE_NOT_VALID"),
                           (at.certify(1, "--from", "2026-11-02T00:00Z", name="d"),
                            "CERTIFICATE_NOT_VALID")):
            at.bring(1)
            done = at.run("key", "rotate", path)
            assert done.returncode == 1 and word in done.stderr, (word, done)
        at.enrol("site", "auditor", "/")
        done = at.run("key", "rotate", at.certify(1), key="site")
        assert done.returncode == 1 and "FORBIDDEN" in done.stderr, done
        # In limited mode it goes on (T13).
        with at.client() as client:
            ledger.expect_ok(client.propose(sp.license_upload(at.sign_license("channel 5 per-channel\n", 2))))
            assert client.get("status")["mode"] == "limited"
        at.licet("key", "rotate", at.certify(1, name="e"))
        at.stop()
        at.audit(0)
        at.check(0)


def in_one_request_with_others_it_has_a_head_of_its_own():
    with Rotating() as at:
        with open(at.certify(1), encoding="utf-8") as file:
            first = file.read()
        with open(at.certify(2), encoding="utf-8") as file:
            second = file.read()
        at.bring(1)
        rotation, again = ([34, text, None] for text in (first, second))
        with at.client() as client:
            made = [client.make(event) for event in (
                sp.consumption("/", "channel", "c1"), rotation, sp.consumption("/", "channel", "c2"),
                again, sp.consumption("/", "channel", "c3"))]
            verdicts = client.get("propose", proposals=[[one, client.sign(one)] for one in made])["verdicts"]
            assert [verdict[0] for verdict in verdicts] == ["ok", "ok", "ok", "error", "ok"], verdicts
            assert "under way" in verdicts[3][1]["detail"], verdicts[3]
            seq = verdicts[1][1]["seq"]
            assert len(lines_of(client.get("checkpoint", size=seq + 1)["note"])) == 2
            assert len(lines_of(client.get("checkpoint")["note"])) == 1
        at.stop()
        for epoch in (0, 1):
            at.audit(epoch)


def survives_a_kill_at_any_moment():
    """The answer may be lost, the rotation not half there."""
    with Rotating() as at:
        for turn in range(1, 9):
            path = at.certify(at.epoch + 1, name="k%d.note" % turn)
            at.bring(at.epoch + 1)
            with open(path, encoding="utf-8") as file:
                event = [34, file.read(), None]
            client = at.client()
            proposal = client.make(event)
            client.begin(sp.pack(["propose", {"proposal": proposal, "signature": client.sign(proposal)}]))
            time.sleep(0.0006 * turn)
            at.kill()
            client.close()
            at.start()
            epoch = at.status()["epoch"]
            assert epoch in (at.epoch, at.epoch + 1)
            if epoch > at.epoch:
                at.epoch = epoch
                shutil.copy(at.key_path("e%d" % epoch), at.key_path("ledger"))
            at.consume("c%d" % turn)
        at.stop()
        at.audit(0)
        at.audit(at.epoch)
        ledger.note("    %d rotations in 8 turns" % at.epoch)


def fill(client, path):
    """The disk, until nothing can be written any more."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    for number in range(2000):
        if client.propose(sp.consumption("/", "channel", "full-%d" % number))[0] == "error":
            return
    raise AssertionError("the disk did not fill")


def a_full_disk_leaves_the_key_as_it_was():
    directory = "/tmp/licet-rotation-full-%d" % os.getpid()
    os.mkdir(directory)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", directory]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        os.rmdir(directory)
        ledger.note("  skipped: it needs root and a mount")
        return
    try:
        with Rotating(directory=directory) as at:
            with open(at.certify(1), encoding="utf-8") as file:
                event = [34, file.read(), None]
            at.bring(1)
            with at.client() as client:
                fill(client, at.path("ballast"))
                what, found = client.propose(event)
                assert (what, found["code"]) == ("error", "STORAGE_FAILED"), found
                assert client.get("status")["epoch"] == 0
                os.remove(at.path("ballast"))
                ledger.expect_ok(client.propose(sp.consumption("/", "channel", "by-the-old-key")))
                assert client.get("status")["epoch"] == 0
                ledger.expect_ok(client.propose(event))
                assert client.get("status")["epoch"] == 1
                ledger.expect_ok(client.propose(sp.consumption("/", "channel", "by-the-new-key")))
            at.stop()
            at.audit(0)
            at.audit(1)
    finally:
        subprocess.run(["umount", directory], check=True)
        os.rmdir(directory)


def anchors_snapshots_and_publications_go_on():
    with Rotating() as at:
        at.stop()
        at.anchor, published = at.path("anchor"), at.path("published")
        at.options += ["--anchor", at.anchor, "--snapshot-every", "5"]
        at.start()
        at.consume("c1", "c2")
        at.licet("publish", published, "--data", at.data, "--vkey", at.vkey_path(0))
        at.rotate()
        at.stop()  # with the head of both keys in the anchor
        with open(at.anchor, encoding="utf-8") as file:
            assert len(lines_of(file.read())) == 2
        at.start()
        at.consume(*("d%d" % i for i in range(12)))
        at.wait_for_log("event=snapshot_written")
        for epoch in (0, 1):
            at.licet("publish", published, "--data", at.data, "--vkey", at.vkey_path(epoch))
        notes = [name for name in os.listdir(os.path.join(published, "keys"))]
        assert len(notes) == 1 and notes[0].endswith(".note"), notes
        at.stop()
        at.start()
        assert "event=snapshot_read" in at.log(), at.log()
        assert at.status()["epoch"] == 1
        at.stop()
        for epoch in (0, 1):
            at.audit(epoch, "--trusted-checkpoint", at.anchor)


def exports_are_alike_and_verify():
    with Rotating() as at:
        at.consume("c1")
        at.rotate()
        at.consume(*("d%d" % i for i in range(300)))
        at.rotate()
        at.consume("e1")
        at.stop()
        first, second = at.path("first"), at.path("second")
        at.audit(0, first, command="export")
        at.audit(0, second, command="export")
        done = subprocess.run(["diff", "-r", first, second], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        keys = sorted(os.listdir(os.path.join(first, "keys")))
        assert len([name for name in keys if name.endswith(".note")]) == 2, keys
        assert len([name for name in keys if name.endswith(".leaf")]) == 3, keys
        for epoch in (0, 1, 2):
            at.audit(epoch, data=first)
            at.audit(epoch, data=first, command="rebuild")


class Witnessed(Rotating):
    def __enter__(self):
        super().__enter__()
        self.stop()
        self.witness = proofs.Witness("witness.example/w", b"w" * 32)
        policy = self.path("policy")
        with open(self.vkey_path(0), encoding="utf-8") as file:
            log = file.read()
        with open(policy, "w", encoding="utf-8") as file:
            file.write("log %switness w %s\nquorum w\n" % (log, self.witness.vkey()))
        self.policy = policy
        self.options += ["--policy", policy]
        self.start()
        return self

    def cosign(self, client, head):
        return client.get("cosign", note=self.witness.cosign(head))


def witnesses_sign_heads_of_any_epoch():
    with Witnessed() as at:
        at.consume("c1")
        with at.client() as client:
            before = client.get("checkpoint")["note"]
        at.rotate()
        with at.client() as client:
            both = client.get("checkpoint")["note"]
        at.consume("c2")
        with at.client() as client:
            after = client.get("checkpoint")["note"]
            for head in (before, both, after):
                assert at.cosign(client, head)["met"] is True, head
            assert client.get("status")["cosigned"] == int(after.splitlines()[1])
            kept = client.get("checkpoint", size=int(both.splitlines()[1]))["note"]
            assert len(lines_of(kept)) == 3, kept
            seq = int(before.splitlines()[1]) - 1
            assert client.get("receipt", seq=seq)["receipt"]
        at.stop()
        at.start()
        with at.client() as client:
            assert client.get("status")["cosigned"] == int(after.splitlines()[1])
        at.stop()
        done = at.run("verify", "--data", at.data, "--policy", at.policy, name="licet-replay")
        assert done.returncode == 0 and "cosignatures            3" in done.stdout, done


def main():
    for test in (goes_over_to_another_key_while_it_runs, starts_with_the_key_that_signs_now,
                 what_is_lacking_is_said_and_nothing_is_logged, what_the_rules_refuse_is_refused,
                 in_one_request_with_others_it_has_a_head_of_its_own, survives_a_kill_at_any_moment,
                 a_full_disk_leaves_the_key_as_it_was,
                 anchors_snapshots_and_publications_go_on, exports_are_alike_and_verify,
                 witnesses_sign_heads_of_any_epoch):
        test()
        ledger.note("  " + test.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
