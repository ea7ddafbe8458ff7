"""A head and its hashes for any web server: kept up to date beside the daemon, and checked by somebody who
has nothing but the public key, the published files and a receipt."""

import base64
import functools
import http.server
import os
import subprocess
import sys
import threading
import time
import urllib.request

import ledger
import proofs
import sp


class Published(ledger.Ledger):
    def __enter__(self):
        self.public, self.vkey = self.path("public"), os.path.join(self.keys, "ledger.vkey")
        self.start()
        self.furnish("channel 1000000 per-channel\n")
        self.count = 0
        return self

    def grow(self, count):
        with self.client() as client:
            for _ in range(count):
                self.count += 1
                ledger.expect_ok(client.propose(sp.consumption("/", "channel", "c%d" % self.count)))

    def renew(self, directory, *options):
        return self.licet("publish", directory, "--data", self.data, "--vkey", self.vkey, *options)

    def verifier(self):
        with open(self.vkey, encoding="utf-8") as file:
            return proofs.Verifier(file.read().strip())


def files_of(directory):
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, directory)] = file.read()
    return found


class Web:
    """What a foreign verifier sees: files over HTTP, and no code of ours."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def __init__(self, directory):
        handler = functools.partial(self.Handler, directory=directory)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def read(self, path):
        url = "http://127.0.0.1:%d/public/%s" % (self.server.server_address[1], path)
        with urllib.request.urlopen(url, timeout=ledger.WAIT_S) as answer:
            return answer.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def check_web(web, verifier):
    """(size, leaf hashes) of what is published, after everything in it was computed again."""
    size, root = verifier.head(web.read("checkpoint"))
    hashes = proofs.read_level(web.read, 0, size)
    assert proofs.root_of(hashes) == root, "the tiles make the signed root"
    below, level = hashes, 1
    while len(below) >= 256:
        above = proofs.read_level(web.read, level, len(below) // 256)
        assert above == [proofs.root_of(below[i * 256:(i + 1) * 256]) for i in range(len(above))]
        below, level = above, level + 1
    return size, hashes


def a_foreign_verifier_needs_only_the_files():
    with Published() as at, Web(at.directory) as web:
        sizes = []
        for count in (3, 300, 1, 250):
            at.grow(count)
            at.renew(at.public)
            size, hashes = check_web(web, at.verifier())
            sizes.append(size)
            receipt = at.licet("receipt", str(size - 1)).encode()
            index, leaf, _, _ = at.verifier().receipt(receipt)
            assert hashes[index] == proofs.leaf_hash(leaf), "and have that event"
        assert sizes == sorted(set(sizes)), sizes
        at.renew(at.path("fresh"))
        assert files_of(at.public) == files_of(at.path("fresh")), "as if it was made at once"
        assert not any("entries" in path for path in files_of(at.public)), "no event is told"


def it_follows():
    with Published() as at, Web(at.directory) as web:
        follower = subprocess.Popen(
            [ledger.program("licet"), "publish", at.public, "--data", at.data, "--vkey", at.vkey,
             "--follow", "--json"], stdout=subprocess.PIPE, text=True)
        try:
            assert '"new":true' in follower.stdout.readline().replace(" ", "")
            at.grow(20)
            with at.client() as client:
                size = client.get("status")["size"]
            until = time.monotonic() + ledger.WAIT_S
            while at.verifier().head(web.read("checkpoint"))[0] < size:
                assert time.monotonic() < until
                time.sleep(0.01)
        finally:
            follower.kill()
            follower.wait()
            follower.stdout.close()
        at.grow(1)
        at.renew(at.public)
        at.renew(at.path("fresh"))
        assert files_of(at.public) == files_of(at.path("fresh")), "also after it was killed"


def nothing_is_taken_back():
    with Published() as at:
        at.grow(2)
        at.stop()
        at.renew(at.public)
        newest = files_of(at.public)
        os.rename(at.data, at.path("newest"))
        done = at.run("publish", at.public, "--data", at.data, "--vkey", at.vkey)
        assert done.returncode == 3 and "not there" in done.stderr, done
        done = at.run("publish", at.public, "--data", at.path("newest"), "--vkey",
                      at.path("vendor.vkey"))
        assert done.returncode == 3 and "no trusted key" in done.stderr, done
        other = at.path("public-2")
        os.mkdir(other)
        head = base64.b64encode(b"nonsense").decode()
        with open(os.path.join(other, "checkpoint"), "w", encoding="utf-8") as file:
            file.write("%s\n99\n%s\n\n\u2014 %s %s\n" % (ledger.ORIGIN, head, ledger.ORIGIN, head))
        done = at.run("publish", other, "--data", at.path("newest"), "--vkey", at.vkey)
        assert done.returncode == 1 and "no head" in done.stderr, done
        done = at.run("publish", at.public, "--vkey", at.vkey)
        assert done.returncode == 2, done
        assert files_of(at.public) == newest


def main():
    for test in (a_foreign_verifier_needs_only_the_files, it_follows, nothing_is_taken_back):
        test()
        ledger.note("  " + test.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
