"""The auditor and the checker on a ledger that somebody tampered with: exit code, and place, in text and as JSON.

A test is a table of rows:

    name    what was done to the ledger
    act     does it to a Case, and returns the place that must be named: (from, to), or WHOLE for the ledger
    code    the exit code
    why     words of the reason
    checker SAME: it must name the same place; otherwise why it cannot: then it must find nothing, or with
            ONLY_DAMAGE no more than that something is wrong
"""

import concurrent.futures
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile

import corpus
import forge
import ledger
import sp

CHECKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checker", "check_ledger.py")
CLEAN, USAGE, INTEGRITY, ANCHOR, DIVERGENCE, IO = range(6)
WHOLE = None  # no event can be named
SAME = None
ONLY_DAMAGE = "it sees damage and no place"
NOT_ASKED = "it is not asked"
RUN_S = 20  # nothing takes that long: it hangs
NOBODY = 65534
PLACE = re.compile(r"(?:first|also) bad: (?:event (\d+)|events (\d+) to (\d+)|the ledger) \(([^)]*)\): (.*)")
COUNTED = ("leaves", "tiles", "heads", "events", "refusals", "snapshots", "signatures", "receipts", "anchors",
           "cosignatures")


class Skipped(Exception):
    """It cannot be done on this machine."""


class Case:
    """A copy of the corpus's ledger, to do something to."""

    def __init__(self, of, directory):
        self.of, self.directory = of, directory
        self.data = self.path("data")
        self.trust, self.options = ["--key", of.vkey], []
        self.user = None  # who runs the auditor
        self.evidence = []  # the heads that it must print
        self.said = ""
        shutil.copytree(of.data, self.data)
        self.size, self.kept, self.key = of.new_size, of.heads, of.key("ledger")

    def path(self, name):
        return os.path.join(self.directory, name)

    def copy(self, name):
        """Something of the corpus, to be edited."""
        source = self.of.path(name)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, self.path(name))
        return self.path(name)

    def use(self, name):
        """The ledger is another directory of the corpus."""
        self.data = self.copy(name)

    def store(self):
        return forge.Store(self.data)

    # --- Places ---

    def head_span(self, size):
        """The events that a head covers, and the one before it does not."""
        return max([0] + [kept for kept in self.kept if kept < size]), size - 1

    def span(self, seq):
        """Those between the two kept heads around an event."""
        return self.head_span(min(kept for kept in self.kept if kept > seq))

    def find(self, kind, nth=0, after=-1, is_signed=None, code=None):
        """The seq of an event of that kind."""
        for seq in range(after + 1, len(self.of.leaves)):
            leaf = sp.unpack(self.of.leaves[seq])
            is_found = sp.unpack(leaf[forge.PROPOSAL])[forge.KIND] == kind \
                and is_signed in (None, bool(leaf[forge.SIGNATURE])) \
                and code in (None, leaf[forge.VERDICT][0])
            if is_found and nth == 0:
                return seq
            nth -= is_found
        raise AssertionError("no such event of kind %d" % kind)

    # --- Running ---

    def run(self, *words):
        options = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        done = subprocess.run(words, capture_output=True, timeout=RUN_S, check=False, cwd="/",
                              stdin=subprocess.DEVNULL, **options)
        done.stdout, done.stderr = (text.decode(errors="surrogateescape") for text in (done.stdout, done.stderr))
        self.said = "%s\n%s%s" % (" ".join(words), done.stdout[-4000:], done.stderr[-4000:])
        return done

    def replay(self, command, *words):
        return self.run(ledger.program("licet-replay"), command, *words, *self.trust)

    def verify(self, *more):
        return self.replay("verify", self.data, *self.options, *more)

    def check(self):
        return self.run(sys.executable, "-B", CHECKER, self.data, self.of.vkey)


# --- What is said -----------------------------------------------------------------------------------


def place_of(one, first, last):
    if one is not None:
        return int(one), int(one)
    return WHOLE if first is None else (int(first), int(last))


def told_in_text(text):
    """Of each fault (place, outcome, why), in their order."""
    return [(place_of(*found.groups()[:3]), found[4], found[5])
            for found in map(PLACE.fullmatch, text.splitlines()) if found]


def told_in_json(report):
    return [(None if fault["from"] is None else (int(fault["from"]), int(fault["to"])), fault["outcome"],
             fault["why"]) for fault in report["faults"]]


def expect_same_report(text, report):
    """Faults, places, and how much was looked at."""
    faults, told = told_in_text(text), told_in_json(report)
    assert faults == told, "text and JSON differ:\n%r\n%r" % (faults, told)
    counts = dict(re.findall(r"^(\w+) +(\d+)  ", text, re.M))
    for name in COUNTED:
        assert int(counts.get(name, 0)) == report["checked"][name], name
    assert text.splitlines()[-1] == report["outcome"], report["outcome"]


def ask(case):
    """(exit code, JSON report) of verify, after text and JSON were compared."""
    text, packed = case.verify(), case.verify("--json")
    assert text.returncode == packed.returncode, "ends with %d, and with --json %d" % (
        text.returncode, packed.returncode)
    report = json.loads(packed.stdout)
    assert report["code"] == text.returncode, report["code"]
    # Where its reader fell over, it depends on the moment what was known.
    if "fell over" not in text.stdout + packed.stdout:
        expect_same_report(text.stdout, report)
    notes = report.get("evidence", [])
    assert all(note in text.stdout for note in notes), "the text lacks the evidence"
    return text, report


def expect_verdict(case, code, place, why):
    text, report = ask(case)
    for word in ("Sanitizer", "runtime error:", "Assertion"):
        assert word not in text.stderr, word
    assert text.returncode == code, "ends with %d instead of %d" % (text.returncode, code)
    faults = told_in_json(report)
    if code == CLEAN:
        assert not faults, faults
    else:
        assert faults[0][0] == place, "names %r instead of %r" % (faults[0], place)
        assert why in faults[0][2], "the reason is not '%s': %s" % (why, faults[0][2])
    assert report.get("evidence", []) == case.evidence, "the evidence is %r" % report.get("evidence")


def expect_of_checker(case, place, agreement, code):
    if agreement == NOT_ASKED:
        return
    done = case.check()
    if code == CLEAN or agreement not in (SAME, ONLY_DAMAGE):
        assert done.returncode == 0, "the checker finds something"
        return
    assert done.returncode == 2, "the checker ends with %d" % done.returncode
    found = re.search(r"^first bad: (?:event (\d+)|events (\d+) to (\d+)):", done.stdout, re.M)
    told = place_of(*found.groups()) if found else WHOLE
    assert agreement == ONLY_DAMAGE or told == place, "the checker names %r instead of %r" % (told, place)


# --- Running a table --------------------------------------------------------------------------------


def judge(row):
    """What is wrong with it; None when all is as it must be."""
    name, act, code, why, agreement = row
    with tempfile.TemporaryDirectory(prefix="licet-tamper-") as directory:
        case = Case(judge.of, directory)
        try:
            place = act(case)
            expect_verdict(case, code, place, why)
            expect_of_checker(case, place, agreement, code)
        except Skipped as skipped:
            ledger.note("  %s: skipped: %s" % (name, skipped))
        except Exception as error:  # pylint: disable=broad-except
            return "%s: %s: %s\n%s" % (name, type(error).__name__, error, case.said)
    return None


def judge_number(number):
    return judge(judge.rows[number])


def main(rows, of=None):
    """Every row that has the words of the command line in its name, by two processes."""
    rows = [row for row in rows if all(word in row[0] for word in sys.argv[1:])]
    assert len({row[0] for row in rows}) == len(rows), "names are different"
    with of or corpus.Corpus() as built:
        judge.of, judge.rows = built.build(), rows
        context = multiprocessing.get_context("fork")
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            wrong = [found for found in pool.map(judge_number, range(len(rows))) if found]
    for found in wrong:
        ledger.note(found)
    ledger.note("%d of %d rows" % (len(rows) - len(wrong), len(rows)))
    return 1 if wrong or not rows else 0
