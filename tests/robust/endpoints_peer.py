# SPDX-License-Identifier: Apache-2.0
"""
All that the endpoint helper talks to, well and quick: a name server, and over TLS a GitLab with git
and LFS, a Maven repository, and a store that wants signed URLs. Prints "here", reads a line, which
says that its addresses are there, and prints "ready".

    endpoints_peer.py CERTIFICATE KEY TOKEN
"""

import base64
import hashlib
import json
import socket
import ssl
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOSTS = {"gitlab.test": "192.168.1.10", "maven.test": "192.168.1.20", "store.test": "192.168.1.30"}
SIGNED = "Signature=robust%2B1"
OID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 4\n".encode()
HEAD = "1" * 40
JAR = b"PK\x03\x04" + b"x" * 2000
METADATA = b"""<?xml version="1.0"?><metadata><groupId>g</groupId><artifactId>a</artifactId>
<versioning><versions><version>1.0</version></versions></versioning></metadata>"""
VERSION_FILE = "/repository/m/g/a/1.0/a-1.0.jar"


def pkt(text):
    return f"{len(text) + 4:04x}{text}".encode()


REFERENCES = (pkt("# service=git-upload-pack\n") + b"0000" +
              pkt(f"{HEAD} HEAD\0shallow side-band-64k ofs-delta\n") +
              pkt(f"{HEAD} refs/heads/main\n") + b"0000")
PACK = pkt(f"shallow {HEAD}") + b"0000" + pkt("NAK\n") + b"000d\x01PACK\0\0\0\2"
PROJECT = "/api/v4/projects/group%2Fapp"
API = {
    "/api/v4/version": {"version": "16.11.2-ee", "revision": "abcdef12345"},
    "/api/v4/personal_access_tokens/self": {
        "id": 1, "name": "t", "active": True, "revoked": False, "user_id": 7, "scopes": ["api"],
        "expires_at": "2099-01-01"},
    "/api/v4/user": {"id": 7, "username": "alice", "state": "active"},
    PROJECT: {
        "id": 11, "path_with_namespace": "group/app", "default_branch": "main",
        "http_url_to_repo": "https://gitlab.test/group/app.git", "empty_repo": False,
        "archived": False, "lfs_enabled": True, "permissions": {
            "project_access": {"access_level": 40}, "group_access": None}},
    f"{PROJECT}/repository/tree": [
        {"id": HEAD, "type": "blob", "path": path, "name": path, "mode": "100644"}
        for path in (".gitattributes", ".gitmodules", "data.bin")],
}
FILES = {
    ".gitattributes": b"*.bin filter=lfs\n", "data.bin": POINTER,
    ".gitmodules": b'[submodule "lib"]\n\tpath = lib\n\turl = https://gitlab.test/group/lib.git\n',
}
LINK = {"transfer": "basic", "objects": [{"oid": OID, "size": 4, "actions": {"download": {
    "href": f"https://store.test/lfs/{OID}?{SIGNED}", "expires_in": 1800}}}]}


class Peer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", kind="application/json", **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)),
                            **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def gitlab(self, path):
        token = self.server.token
        basic = base64.b64encode(f"alice:{token}".encode()).decode()
        known = (self.headers.get("PRIVATE-TOKEN") == token or
                 self.headers.get("Authorization") == f"Basic {basic}")
        if not known and path.startswith("/api/"):
            return self.reply(401, {"message": "401 Unauthorized"})
        if path in API:
            return self.reply(200, API[path])
        for name, content in FILES.items():
            if path == f"{PROJECT}/repository/files/{name}/raw":
                return self.reply(200, content, "text/plain")
        if not known:
            return self.reply(401, b"", "text/plain", WWW_Authenticate='Basic realm="GitLab"')
        if path.endswith("/info/refs"):
            return self.reply(200, REFERENCES, "application/x-git-upload-pack-advertisement")
        if path.endswith("/git-upload-pack"):
            return self.reply(200, PACK, "application/x-git-upload-pack-result")
        if path.endswith("/info/lfs/objects/batch"):
            return self.reply(200, LINK, "application/vnd.git-lfs+json")
        return self.reply(404, {"message": "404 Not Found"})

    def maven(self, path):
        if path.endswith("/maven-metadata.xml"):
            return self.reply(200, METADATA, "text/xml")
        if path == VERSION_FILE:
            return self.reply(302, Location=f"https://store.test{path}?{SIGNED}")
        if path == f"{VERSION_FILE}.sha1":
            return self.reply(200, hashlib.sha1(JAR).hexdigest().encode(), "text/plain")
        return self.reply(200 if path.startswith("/repository/") else 404, b"", "text/html")

    def store(self, path, query):
        if query != SIGNED:
            return self.reply(403, b"<Error/>", "application/xml")
        return self.reply(200, JAR if path == VERSION_FILE else b"test",
                          "application/octet-stream")

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        host = self.headers.get("Host", "").partition(":")[0]
        if host == "gitlab.test":
            self.gitlab(path)
        elif host == "maven.test":
            self.maven(path)
        else:
            self.store(path, query)

    do_POST = do_GET


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address, context, token):
        self.context, self.token = context, token
        super().__init__((address, 443), Peer)

    def finish_request(self, request, client_address):
        request.settimeout(8)
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request, client_address):
        pass  # whoever is disturbed goes without a word


def answer(question):
    """Addresses of HOSTS, and nothing for any other type; NXDOMAIN else."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode().lower())
        at += 1 + question[at]
    kind, = struct.unpack("!H", question[at + 1:at + 3])
    address = HOSTS.get(".".join(labels))
    records = []
    if address and kind == 1:
        records = [b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(address)]
    flags = 0x8580 if address else 0x8583
    return (question[:2] + struct.pack("!5H", flags, 1, len(records), 0, 0) +
            question[12:at + 5] + b"".join(records))


def serve_names(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        while True:
            question, asker = server.recvfrom(4096)
            try:
                server.sendto(answer(question), asker)
            except (OSError, IndexError, struct.error):
                continue


def main():
    certificate, key, token = sys.argv[1:]
    print("here", flush=True)
    sys.stdin.readline()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    for address in HOSTS.values():
        server = Server(address, context, token)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=serve_names, args=("192.168.1.53",), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


main()
