"""A licence file from an address (T12), out of a real HTTPS server: whom the client trusts, what it
follows, how much it takes, and how it signs for S3."""

import datetime
import hashlib
import hmac
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
import urllib.parse

import ledger

KEY_ID, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "session-token"
CERTIFICATES = """
set -e
new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
openssl req -x509 $new -keyout ca.key -out ca.crt -subj /CN=authority -days 2
openssl req -x509 $new -keyout x.key -out other.crt -subj /CN=stranger -days 2
openssl req $new -keyout server.key -out server.csr -subj /CN=localhost
printf 'subjectAltName=DNS:localhost' > san
openssl x509 -req -CA ca.crt -CAkey ca.key -days 2 -CAcreateserial -in server.csr \\
    -out server.crt -extfile san
"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, self.headers))
        path = urllib.parse.urlsplit(self.path).path
        code, headers, body = self.server.pages.get(path, (404, {}, b""))
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server:
    """pages: path -> (code, headers, body); requests: what was asked."""

    def __init__(self, at, certificate="server"):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.pages, self.http.requests = {}, []
        self.port = self.http.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(at.path(certificate + ".crt"), at.path(certificate + ".key"))
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = "%s://localhost:%d" % ("https" if certificate else "http", self.port)

    def put(self, path, body=b"", code=200, **headers):
        self.http.pages[path] = (code, headers, body)

    @property
    def requests(self):
        return self.http.requests


def upload(at, address, ca="ca.crt", code=0, environment=None):
    arguments = ["license", "upload", "--from", address]
    if ca:
        arguments += ["--from-ca", at.path(ca)]
    kept = dict(os.environ)
    os.environ.update(environment or {})
    try:
        done = at.run(*arguments)
    finally:
        os.environ.clear()
        os.environ.update(kept)
    assert done.returncode == code, "%s: %d %s" % (address, done.returncode, done.stderr)
    return done.stdout + done.stderr


def uploads(at):
    lines = at.licet("log", "--json").splitlines()
    events = [json.loads(line) for line in lines]
    return [event for event in events if event["event"]["kind"] == "license_upload"]


def size(at):
    return json.loads(at.licet("status", "--json"))["size"]


def https(at, server):
    server.put("/licences/1.note", at.sign_license("channel 1 per-channel\n", 1).encode())
    text = upload(at, server.url + "/licences/1.note?X-Amz-Signature=secret#part")
    assert "accepted" in text and "fetching" not in text, text  # no terminal, no progress
    source = uploads(at)[-1]["event"]["source"]
    assert source == server.url + "/licences/1.note", source
    assert ", from " + source in at.licet("license")
    assert "secret" not in at.licet("log")
    note = at.sign_license("channel 2 per-channel\n", 2)
    with open(at.path("2.note"), "w", encoding="utf-8") as file:
        file.write(note)
    at.licet("license", "upload", at.path("2.note"))
    assert uploads(at)[-1]["event"]["source"] is None  # a file has none
    assert ", from " not in at.licet("license")


def terminal(at, server):
    """Somebody who watches sees how far it is."""
    ours, theirs = os.openpty()
    environment = dict(os.environ, LICET_URL=at.url, LICET_KEY=at.key_path("admin"))
    done = subprocess.run(
        [ledger.program("licet"), "license", "upload", "--from", server.url + "/licences/1.note",
         "--from-ca", at.path("ca.crt")], env=environment, stderr=theirs, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, timeout=ledger.WAIT_S, check=False)
    os.close(theirs)
    assert done.returncode == 1  # STALE_LICENSE
    assert "fetching: " in os.read(ours, 4096).decode()
    os.close(ours)


def trust(at, server):
    before, asked = size(at), len(server.requests)
    assert "not to be trusted" in upload(at, server.url + "/licences/1.note", "other.crt", 3)
    assert "not to be trusted" in upload(at, server.url + "/licences/1.note", None, 3)
    by_number = server.url.replace("localhost", "127.0.0.1") + "/licences/1.note"
    assert "not to be trusted" in upload(at, by_number, code=3)
    assert len(server.requests) == asked and size(at) == before


def refused(at, server):
    plain = Server(at, certificate=None)
    plain.put("/licences/1.note", b"x")
    server.put("/to-http", code=302, Location=plain.url + "/licences/1.note")
    server.put("/to-https", code=302, Location="/licences/3.note")
    server.put("/round", code=302, Location="/round")
    server.put("/large", b"x" * (12 * 1024 + 1))
    server.put("/endless", b"x" * 100000, **{"Content-Length": "100000"})
    server.put("/broken", b"\xff\xfe")
    server.put("/empty", b"")
    server.put("/failing", code=503)
    before = size(at)
    assert "without https" in upload(at, server.url + "/to-http", code=3)
    assert not plain.requests
    upload(at, server.url + "/round", code=3)
    for page in ("/large", "/endless"):
        assert "more than 12288 bytes" in upload(at, server.url + page, code=2)
    assert "there is no such file" in upload(at, server.url + "/missing", code=2)
    assert "it answers 503" in upload(at, server.url + "/failing", code=3)
    for page in ("/broken", "/empty"):
        upload(at, server.url + page, code=2)
    for address in (plain.url + "/licences/1.note", "file:///etc/passwd", "licences/1.note",
                    "https://", "s3://bucket", "s3://bu cket/key", "https://x" + "y" * 600):
        upload(at, address, code=2 if address != "https://" else 3)
    text = upload(at, server.url.replace("//", "//me:secret@") + "/licences/1.note", code=2)
    assert "no password in an address" in text, text
    assert size(at) == before
    server.put("/licences/3.note", at.sign_license("channel 3 per-channel\n", 3).encode())
    upload(at, server.url + "/to-https")
    assert uploads(at)[-1]["event"]["source"] == server.url + "/to-https"
    assert at.run("license", "upload").returncode == 2
    assert at.run("license", "upload", "a.note", "--from", server.url).returncode == 2
    nobody = "https://localhost:%d/x" % plain.port  # speaks no TLS
    upload(at, nobody, code=3)


def signature_of(path, headers, region):
    """AWS Signature Version 4, said a second time."""
    authorization = headers["Authorization"]
    signed = authorization.split("SignedHeaders=")[1].split(",")[0].split(";")
    date = headers["X-Amz-Date"]
    scope = "%s/%s/s3/aws4_request" % (date[:8], region)
    payload = headers.get("X-Amz-Content-Sha256", hashlib.sha256(b"").hexdigest())
    canonical = "\n".join(
        ["GET", path, ""] + ["%s:%s" % (name, headers[name].strip()) for name in signed]
        + ["", ";".join(signed), payload])
    todo = "\n".join(["AWS4-HMAC-SHA256", date, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + SECRET).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    found = hmac.new(key, todo.encode(), "sha256").hexdigest()
    return "AWS4-HMAC-SHA256 Credential=%s/%s" % (KEY_ID, scope), signed, found


def s3(at, server):
    note = at.sign_license("channel 4 per-channel\n", 4).encode()
    path = "/licences/hq/a%20%C3%BC%2B%26.note"
    server.put(path, note)
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.url + "/"}
    upload(at, "s3://licences/hq/a ü+&.note", environment=keys)
    assert uploads(at)[-1]["event"]["source"] == "s3://licences/hq/a ü+&.note"
    asked, headers = server.requests[-1]
    head, signed, found = signature_of(asked, headers, "eu-central-1")
    assert asked == path, asked
    assert headers["Authorization"].startswith(head), headers["Authorization"]
    assert headers["Authorization"].endswith("Signature=" + found), headers["Authorization"]
    assert {"host", "x-amz-content-sha256", "x-amz-date"} <= set(signed), signed
    assert headers["X-Amz-Content-Sha256"], "S3 wants it"
    today = datetime.datetime.utcnow().strftime("%Y%m%d")
    assert abs(int(headers["X-Amz-Date"][:8]) - int(today)) <= 1

    # A session's token is signed too.
    upload(at, "s3://licences/hq/a ü+&.note", code=1,
           environment=dict(keys, AWS_SESSION_TOKEN=TOKEN))  # ALREADY_CURRENT
    asked, headers = server.requests[-1]
    _, signed, found = signature_of(asked, headers, "eu-central-1")
    assert headers["X-Amz-Security-Token"] == TOKEN and "x-amz-security-token" in signed
    assert headers["Authorization"].endswith("Signature=" + found)

    # Without keys nobody signs, and a signed request is never sent on.
    upload(at, "s3://licences/hq/a ü+&.note", code=1, environment={"AWS_ENDPOINT_URL": server.url})
    assert "Authorization" not in server.requests[-1][1]
    server.put("/licences/moved", code=307, Location=path)
    count = len(server.requests)
    assert "it answers 307" in upload(at, "s3://licences/moved", code=3, environment=keys)
    assert len(server.requests) == count + 1
    text = upload(at, "s3://licences/hq/x", code=2,
                  environment=dict(keys, AWS_ENDPOINT_URL="http://localhost:1"))
    assert "https" in text and SECRET not in text
    assert SECRET not in at.licet("log") and SECRET not in at.log()


def main():
    with ledger.Ledger() as at:
        done = subprocess.run(["sh", "-c", CERTIFICATES], cwd=at.directory, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            ledger.note("openssl makes no certificates here: " + done.stderr)
            return 77
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        at.start()
        server = Server(at)
        for part in (https, terminal, trust, refused, s3):
            ledger.note(part.__name__)
            part(at, server)
        at.stop()
        at.verify()
    return 0


if __name__ == "__main__":
    sys.exit(main())
