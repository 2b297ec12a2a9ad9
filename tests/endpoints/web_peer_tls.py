# SPDX-License-Identifier: Apache-2.0
"""TLS peers that misbehave, and a GitLab that is well or turns its coat (see web_hostile.py)."""

import itertools
import pathlib
import ssl
import subprocess
import time

from web_peer import JSON, PATIENCE, answer, drip, endless, redirect, request, reset, stall

VERSION = answer(401, JSON[:-2], body=b'{"message":"401 Unauthorized"}')
# a ServerHello of TLS 1.2 up to its session identifier, and no further
HALF_HELLO = b"\x16\x03\x03\x00\x50\x02\x00\x00\x4c\x03\x03" + b"\x11" * 20


def alert(level, code):
    return bytes([0x15, 3, 3, 0, 2, level, code])


SAYS = {
    "alert-40": alert(2, 40), "alert-70": alert(2, 70), "alert-80": alert(2, 80),
    "alert-112": alert(2, 112), "alert-255": alert(2, 255), "alert-warning-then-close": alert(1, 90),
    "plain-http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "ssh-banner": b"SSH-2.0-OpenSSH_9.2\r\n", "smtp-banner": b"220 mail.example ESMTP\r\n",
    "one-byte": b"\x16", "record-too-long": b"\x16\x03\x03\xff\xff" + b"\0" * 4096,
    "record-of-nothing": b"\x16\x03\x03\x00\x00" * 40, "application-first": b"\x17\x03\x03\x00\x04abcd",
    "hello-garbled": b"\x16\x03\x03\x00\x08\x02\x00\x00\x04abcd",
    "hello-too-long": b"\x16\x03\x03\x00\x04\x02\xff\xff\xff",
    "sslv2": b"\x80\x2e\x01\x00\x02" + b"\0" * 60, "own-hello": None,
}
DOES = {
    "hello-silent": stall,
    "hello-closed": lambda peer: None,
    "hello-reset": reset,
    "hello-half-then-stall": lambda peer: (peer.sendall(HALF_HELLO), stall(peer)),
    "hello-dripped": lambda peer: drip(peer, HALF_HELLO * 10),
    "warnings-without-end": lambda peer: endless(peer, b"", alert(1, 90) * 50),
    "records-without-end": lambda peer: endless(peer, HALF_HELLO[:5], b"\x16\x03\x03\x00\x01\x00"),
    "bytes-without-end": lambda peer: endless(peer, b"", b"\xff" * 4096),
}
# query of a URL to which one leads: whoever hears it may use it
SIGNATURE = "Signature=Hostile0Canary2Query"


class Certificates:
    """What a test authority issues, by openssl, in `folder`."""

    def __init__(self, folder, address):
        self.folder = pathlib.Path(folder)
        self.address = address
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-keyout", "ca.key", "-out", "ca.pem", "-days", "100", "-subj", "/CN=Test Root")
        self.issue("good", f"IP:{address}")
        self.issue("other", "DNS:other.example")
        self.issue("expired", f"IP:{address}", "-days", "-1")
        self.issue("names", ",".join([f"IP:{address}", *(f"DNS:n{i}.example" for i in range(900))]))
        self.issue("dirty", "DNS:\x1b[31mred.example,IP:" + address)
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-keyout", "own.key", "-out", "own.pem", "-days", "100", "-subj", "/CN=own",
                  "-addext", f"subjectAltName=IP:{address}")
        chain = (self.folder / "good.pem").read_text() + (self.folder / "ca.pem").read_text() * 20
        (self.folder / "long.pem").write_text(chain)
        self._copy("good", "long")
        flood = (self.folder / "good.pem").read_text() + (self.folder / "names.pem").read_text() * 12
        (self.folder / "flood.pem").write_text(flood)
        self._copy("good", "flood")

    def _copy(self, of, to):
        (self.folder / f"{to}.key").write_text((self.folder / f"{of}.key").read_text())

    def _run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, alternatives, *more):
        (self.folder / "ext").write_text(f"subjectAltName={alternatives}\n")
        self._run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                  f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self._run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                  "-CAcreateserial", "-extfile", "ext", "-out", f"{name}.pem", *(more or
                                                                               ("-days", "50")))

    def context(self, name, **more):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        if more.get("client"):
            made.verify_mode = ssl.CERT_REQUIRED
            made.load_verify_locations(self.folder / "ca.pem")
        if more.get("most"):
            made.maximum_version = more["most"]
        if more.get("least"):
            made.minimum_version = more["least"]
        if more.get("ciphers"):
            made.set_ciphers(more["ciphers"])
        return made


def serve_raw(peers, peer, mode):
    """Answers the first message by bytes that are no handshake, or a bad one."""
    if mode.endswith("banner"):
        peer.sendall(SAYS[mode])
    hello = peer.recv(4096)
    peers.keep(mode, hello)
    if mode in DOES:
        DOES[mode](peer)
    elif mode == "own-hello":
        peer.sendall(hello)
    elif not mode.endswith("banner"):
        peer.sendall(SAYS[mode])
    if mode in ("one-byte", "application-first"):
        time.sleep(PATIENCE)


def gitlab(path, close):
    """As little of GitLab's API as makes the token be asked for."""
    token = b'{"id":1,"active":true,"revoked":false,"scopes":["api"],"expires_at":null,"user_id":1}'
    bodies = {"/api/v4/version": VERSION, "/api/v4/personal_access_tokens/self":
              answer(200, JSON[:-2], body=token)}
    whole = bodies.get(path.split("?")[0], answer(404, JSON[:-2], body=b'{"message":"404"}'))
    return whole.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) if close else whole


def server(contexts, said, close=True):
    """A TLS server; each connection takes the next context. `said` makes the answer of a path."""
    turns = itertools.chain(contexts, itertools.repeat(contexts[-1]))

    def serve(peers, peer, mode):
        name, context = next(turns)
        secure = context.wrap_socket(peer, server_side=True)
        while True:
            got = request(secure)
            if not got:
                return
            peers.keep(f"{mode}/{name}", got)
            said(secure, got.split(b" ")[1].decode())
            if close:
                secure.unwrap()
                return
    return serve


def start(peers, folder, elsewhere):
    made = Certificates(folder, peers.address)

    def of(name, **more):
        return [(name, made.context(name, **more))]

    def good(secure, path):
        secure.sendall(gitlab(path, True))

    def stay(secure, path):
        secure.sendall(gitlab(path, False))

    def lead_away(secure, path):
        secure.sendall(gitlab(path, True) if path.endswith("version")
                       else redirect(elsewhere + path))

    def lead_all_away(secure, path):
        secure.sendall(redirect(elsewhere + path))

    def lead_signed(mode):
        return lambda secure, _: secure.sendall(redirect(
            f"https://{peers.address}:{peers.ports[mode]}/store?{SIGNATURE}"))

    def garble(secure, _):
        raw = secure.detach()
        import socket
        plain = socket.socket(fileno=raw)
        plain.sendall(b"\x17\x03\x03\x00\x20" + b"\xff" * 32)
        plain.close()

    for mode in [*SAYS, *DOES]:
        peers.listen(mode, serve_raw)
    for mode, contexts, said in (
            ("gitlab", of("good"), good), ("self-signed", of("own"), good),
            ("other-name", of("other"), good), ("expired", of("expired"), good),
            ("many-names", of("names"), good), ("dirty-names", of("dirty"), good),
            ("long-chain", of("long"), good), ("flood-of-certificates", of("flood"), good),
            ("turncoat", of("good") + of("own"), good),
            ("turncoat-by-name", of("good") + of("other"), good),
            ("leads-token-away", of("good"), lead_away), ("leads-away", of("good"), lead_all_away),
            ("leads-signed-to-a-stranger", of("good"), lead_signed("self-signed")),
            ("leads-signed-to-a-friend", of("good"), lead_signed("gitlab")),
            ("wants-certificate", of("good", client=True), good),
            ("wants-certificate-1.2", of("good", client=True, most=ssl.TLSVersion.TLSv1_2), good),
            ("only-1.0", of("good", least=ssl.TLSVersion.TLSv1, most=ssl.TLSVersion.TLSv1,
                            ciphers="ALL:@SECLEVEL=0"), good),
            ("silent-behind", of("good"), lambda secure, _: time.sleep(PATIENCE)),
            ("closed-behind", of("good"), lambda secure, _: None),
            ("garbled-behind", of("good"), garble)):
        peers.listen(mode, server(contexts, said))
    peers.listen("gitlab-stays", server(of("good"), stay, close=False))
    return made
