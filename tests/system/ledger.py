"""A ledger of a test: a directory of its own, its keys, its daemon, its clients."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import sp

BIN = os.environ.get("LICET_BIN", "build/dev/bin")
ORIGIN = "ledger.example/test"
SERVER = "cam-hq.example"
START = "2026-11-01T00:00Z"
START_MS = 1793491200000
WAIT_S = 20


def program(name):
    return os.path.abspath(os.path.join(BIN, name))


class Ledger:
    """with Ledger() as ledger: … ; ledger.start() and stop() as often as one likes."""

    def __init__(self, test_clock=True, publish=(), directory=None):
        self.directory = directory or tempfile.mkdtemp(prefix="licet-")
        self.is_own = directory is None
        self.data, self.keys = self.path("data"), self.path("keys")
        self.url = "ipc://" + self.path("s")
        self.publish = list(publish)
        self.options = []  # more of licetd's
        self.process = None
        self.log_size = 0
        self.environment = {}
        if os.path.exists(self.data):
            return  # goes on with the one that is there
        self.licet("key", "new", "vendor.example", self.path("vendor.key"), to="vendor.vkey")
        clock = ("--test-clock", "--time", START) if test_clock else ()
        self.licet("init", "--data", self.data, "--keys", self.keys, "--origin", ORIGIN,
                   "--server", SERVER, "--vendor", self.path("vendor.vkey"), *clock)

    def path(self, name):
        return os.path.join(self.directory, name)

    def key_path(self, name):
        return os.path.join(self.keys, name + ".key")

    def key(self, name="admin"):
        return sp.Key(file=self.key_path(name))

    def publish_url(self, name):
        return "ipc://" + self.path(name)

    # --- The command line ---

    def run(self, *arguments, key="admin", name="licet", timeout=WAIT_S):
        environment = dict(os.environ, LICET_URL=self.url, LICET_KEY=self.key_path(key))
        return subprocess.run([program(name), *arguments], capture_output=True, text=True,
                              env=environment, timeout=timeout, check=False, cwd=self.directory)

    def licet(self, *arguments, to=None, **options):
        """What it prints; it must succeed."""
        done = self.run(*arguments, **options)
        if done.returncode != 0:
            raise AssertionError("licet %s: %d %s" % (arguments, done.returncode, done.stderr))
        if to is not None:
            with open(self.path(to), "w", encoding="utf-8") as file:
                file.write(done.stdout)
        return done.stdout

    def sign_license(self, lines, serial=1):
        """The signed licence file, as text."""
        with open(self.path("license.txt"), "w", encoding="utf-8") as file:
            file.write("licet license v1\nserver %s\nserial %d\n%s" % (SERVER, serial, lines))
        return self.licet("vendor", "sign", self.path("license.txt"), "--key",
                          self.path("vendor.key"))

    # --- The daemon ---

    def arguments(self):
        words = [program("licetd"), "--data", self.data, "--key", self.key_path("ledger")]
        words += ["--listen", self.url]
        for name, group in self.publish:
            words += ["--publish", self.publish_url(name) + ("?group=" + group if group else "")]
        return words + self.options

    def log(self):
        """What the daemon has said since it was started last."""
        with open(self.path("licetd.log"), encoding="utf-8") as file:
            file.seek(self.log_size)
            return file.read()

    def wait_for(self, what):
        """Until the daemon has said it."""
        until = time.monotonic() + WAIT_S
        while what not in self.log():
            if time.monotonic() > until:
                raise AssertionError("no %s in %s" % (what, self.log()))
            time.sleep(0.005)

    def snapshot(self):
        count = self.log().count("event=snapshot_written")
        self.process.send_signal(signal.SIGUSR1)
        until = time.monotonic() + WAIT_S
        while self.log().count("event=snapshot_written") == count:
            if time.monotonic() > until:
                raise AssertionError(self.log())
            time.sleep(0.005)

    def spawn(self):
        path = self.path("licetd.log")
        self.log_size = os.path.getsize(path) if os.path.exists(path) else 0
        with open(path, "ab") as log:
            self.process = subprocess.Popen(self.arguments(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=dict(os.environ, **self.environment))

    def start(self):
        self.spawn()
        until = time.monotonic() + WAIT_S
        while " event=started " not in self.log():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError("licetd did not start: " + self.log())
            time.sleep(0.005)
        return self

    def start_again(self):
        """After a kill: what was just about to become another program may hold the lock a moment longer."""
        until = time.monotonic() + WAIT_S
        while True:
            try:
                return self.start()
            except AssertionError as error:
                if "another process has it open" not in str(error) or time.monotonic() > until:
                    raise
                self.process = None
                time.sleep(0.01)

    def refuses_to_start(self):
        """What it says, and its exit code."""
        self.spawn()
        code = self.process.wait(WAIT_S)
        self.process = None
        return code, self.log()

    def stop(self):
        """By SIGTERM; returns the seconds it took."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(WAIT_S)
        took = time.monotonic() - begin
        self.process = None
        self.check_log()
        if code != 0:
            raise AssertionError("licetd ended with %d: %s" % (code, self.log()))
        return took

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(WAIT_S)
        self.process = None
        self.check_log()

    def check_log(self):
        log = self.log()
        for word in ("Sanitizer", "runtime error:", "Assertion"):
            if word in log:
                raise AssertionError(log)

    def client(self, name="admin", **options):
        return sp.Client(self.url, self.key(name), **options)

    # --- The rest ---

    def furnish(self, lines, mode="normal"):
        """A licence, and its EULA accepted."""
        with self.client() as client:
            expect_ok(client.propose(sp.license_upload(self.sign_license(lines))))
            if mode == "normal":
                expect_ok(client.propose(sp.eula_acceptance()))

    def enrol(self, name, role, group):
        """A key of its own for somebody else."""
        self.licet("key", "new", name, self.key_path(name), to=name + ".vkey")
        with self.client() as client:
            expect_ok(client.propose(sp.actor_enrolment(name, self.key(name), role, group)))

    def verify(self):
        """licet-replay verify must find nothing."""
        return self.replay("verify")

    def digest(self):
        """Of the state that the log alone makes, in hexadecimal."""
        return re.search("[0-9a-f]{64}", self.replay("rebuild"))[0]

    def replay(self, command, *arguments):
        done = self.run(command, "--data", self.data, "--key", os.path.join(self.keys, "ledger.vkey"),
                        *arguments, name="licet-replay", timeout=60)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.check_log()
        if self.is_own:
            shutil.rmtree(self.directory)


def expect_ok(reply):
    if reply[0] != "ok":
        raise AssertionError(repr(reply))
    return reply[1]


def note(*words):
    print(*words, file=sys.stderr, flush=True)
