"""What a consumption, a commit and a replayed event cost, counted and not timed: the same on a busy
machine and on a quiet one.

The programs as they ship run under callgrind, once with few requests and once with many; what the
many cost more is divided by their number, so that start and end do not count. A figure above its
bound is a regression: mend it, or say in the commit what it is worth and move the bound. One far
below its bound moves the bound down."""

import hashlib
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))

import callgrind  # noqa: E402
import ledger  # noqa: E402
import sp  # noqa: E402

GROUP = 256  # proposals of a request, which makes one commit
FEW, MANY = 4, 20  # requests
ABOVE = ["acme", "region", "city", "dealer", "house"]
FLATS = ["/".join(ABOVE + ["flat-%d" % flat]) for flat in range(16)]
PATHS = ["/".join(ABOVE[:depth + 1]) for depth in range(len(ABOVE))] + FLATS

ALLOCATE = ("malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc")
FLUSH = ("fsync", "fdatasync", "msync")
WRITE = ("write", "writev", "pwrite", "pwrite64", "pwritev", "pwritev64")

# What is counted, of what, and the most that it may be.
ROWS = (
    ("instructions of licetd for a consumption", "daemon", GROUP, 15700,
     lambda profile: profile.instructions_of("licetd")),
    # How SHA-256 is computed depends on the processor that Valgrind plays.
    ("instructions of all but libcrypto for a consumption", "daemon", GROUP, 23000,
     lambda profile: sum(profile.instructions.values()) - profile.instructions_of("libcrypto.so.3")),
    ("allocations by licetd for a commit", "daemon", 1, 0.5,
     lambda profile: profile.calls_of(ALLOCATE, "licetd")),
    ("flushes for a commit", "daemon", 1, 1, lambda profile: profile.calls_of(FLUSH)),
    ("writes to files for a commit", "daemon", 1, 6, lambda profile: profile.calls_of(WRITE)),
    ("receives for a request", "daemon", 1, 5, lambda profile: profile.calls_of(("readv",))),
    ("sends for a request", "daemon", 1, 2, lambda profile: profile.calls_of(("sendmsg",))),
    ("bytes written for a consumption", "daemon", GROUP, 510, lambda profile: profile.bytes_written),
    ("instructions of licet-replay for an event", "replay", GROUP, 18000,
     lambda profile: profile.instructions_of("licet-replay")),
    ("allocations by licet-replay for an event", "replay", GROUP, 0.01,
     lambda profile: profile.calls_of(ALLOCATE, "licet-replay")),
)


class Counted(ledger.Ledger):
    """Its daemon runs under callgrind."""

    def arguments(self):
        # Valgrind has no room for the map that is usual.
        words = super().arguments() + ["--map-size", "256"]
        return callgrind.command(words, self.path("profile"))


def furnish(at):
    at.start()
    at.furnish("sip 2000000 per-server\n")
    with at.client() as admin:
        for path in PATHS:  # each has its own limit
            count = 50000 if path in FLATS else 1000000
            packages = [["all", None, None, [["sip", count]]]]
            ledger.expect_ok(admin.propose(sp.group_creation(path)))
            ledger.expect_ok(admin.propose(sp.allocation(path, 0, packages)))
    at.enrol("agent", "agent", ABOVE[0])
    at.stop()


def request(client, number):
    """New units in the lowest groups by turns, under ids that are the same in every run."""
    not_after, proposals = client.get("hello")["time"] + 60000, []
    for unit in range(GROUP):
        name = "unit-%06d" % (number * GROUP + unit)
        proposal_id = hashlib.sha256(name.encode()).digest()[:16]
        event = sp.consumption(FLATS[unit % len(FLATS)], "sip", name)
        proposals.append([client.make(event, proposal_id, not_after), None])
    return proposals


def bytes_written(process):
    """What it wrote to files; None where only root may know of another's process."""
    try:
        with open("/proc/%d/io" % process.pid, encoding="ascii") as lines:
            return int(dict(line.split(": ") for line in lines)["wchar"])
    except PermissionError:
        return None


def serve(at, count):
    """The profile of a daemon that answered so many requests."""
    at.start()
    with at.client("agent") as client:
        for number in range(count):
            found = client.get("propose", proposals=request(client, number))
            assert all(what == "ok" for what, _ in found["verdicts"]), found
        written = bytes_written(at.process)
    at.stop()
    profile = callgrind.read(at.path("profile"))
    profile.bytes_written = written
    return profile


def replay(at):
    """The profile of an audit, of files that were exported: Valgrind has no room for the map."""
    files, out = at.path("files"), at.path("profile")
    at.replay("export", files)
    words = [ledger.program("licet-replay"), "verify", files, "--key",
             os.path.join(at.keys, "ledger.vkey"), "--quiet"]
    subprocess.run(callgrind.command(words, out), check=True, capture_output=True)
    shutil.rmtree(files)
    return callgrind.read(out)


def measure(at, count):
    kept = at.path("kept")
    shutil.copytree(at.data, kept)
    profiles = {"daemon": serve(at, count), "replay": replay(at)}
    shutil.rmtree(at.data)
    os.rename(kept, at.data)
    return profiles


def main():
    with Counted() as at:
        furnish(at)
        callgrind.read(at.path("profile"))
        few, many = measure(at, FEW), measure(at, MANY)
    failed = 0
    for name, where, each, bound, count in ROWS:
        low, high = count(few[where]), count(many[where])
        if low is None:
            print("%-58s not counted: only root may look" % name)
            continue
        found = (high - low) / (MANY - FEW) / each
        is_good = found <= bound
        failed += not is_good
        print("%-58s %10.2f of %10.2f%s" % (name, found, bound, "" if is_good else "  TOO MUCH"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
