# SPDX-License-Identifier: Apache-2.0
"""HTTP peers that misbehave: one function a mode, one port each (see web_hostile.py).

A mode is given a connected stream (plain, or TLS by web_peer_tls.py) and does what it likes with it.
Whatever arrives at any of them is kept, so that the driver can look for secrets in it.
"""

import socket
import struct
import threading
import time
import zlib

PATIENCE = 20.0
JSON = b"Content-Type: application/json\r\n"
# where redirects lead that nothing may ever be sent to
FORBIDDEN = {
    "dotted": "http://100.100.100.200/latest/meta-data/",
    "decimal": "http://1684301000/latest/",
    "hex": "http://0x646464c8/latest/",
    "octal": "http://0144.0144.0144.0310/latest/",
    "short": "http://100.100.25800/latest/",
    "percent": "http://%31%30%30.100.100.200/latest/",
    "dot-behind": "http://100.100.100.200./latest/",
    "user": "http://192.0.2.10@100.100.100.200/latest/",
    "mapped": "http://[::ffff:100.100.100.200]/latest/",
    "compatible": "http://[::100.100.100.200]/latest/",
    "nat64": "http://[64:ff9b::6464:64c8]/latest/",
    "6to4": "http://[2002:6464:64c8::1]/latest/",
    "name": "http://metadata.test/latest/",
    "link-local": "http://169.254.169.254/latest/",
    "link-local-v6": "http://[fe80::1]/",
    "loopback": "http://127.0.0.1:22/",
    "loopback-v6": "http://[::1]:22/",
    "this-host": "http://0.0.0.0:22/",
    "broadcast": "http://255.255.255.255/",
}


def answer(status, *fields, body=b""):
    head = b"HTTP/1.1 %d x\r\n" % status + b"".join(field + b"\r\n" for field in fields)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def redirect(location):
    return answer(302, b"Location: " + location.encode())


def request(peer):
    """Up to the end of the header; what came of it."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = peer.recv(4096)
        if not more:
            break
        got += more
    return got


def endless(peer, first, piece):
    peer.sendall(first)
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        peer.sendall(piece)


def drip(peer, data, pause=0.1):
    for byte in data:
        peer.sendall(bytes([byte]))
        time.sleep(pause)


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def stall(_):
    time.sleep(PATIENCE)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def bomb():
    """A gigabyte in half a megabyte; made piece by piece, so that this process stays small."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"\0" * (1 << 20)
    packed = b"".join(packer.compress(piece) for _ in range(64)) + packer.flush()
    return packed * 8


def path_of(got):
    return got.split(b" ")[1].decode(errors="replace") if got.count(b" ") > 1 else "/"


CHUNKED = b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"
MANY = b"".join(b"X-%d: y\r\n" % number for number in range(1000))
SAYS = {
    # mode: bytes that are sent in answer to the request, then the connection is closed
    "good": answer(401, JSON[:-2], body=b'{"message":"401 Unauthorized"}'),
    "cut-body": b"HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n0123456789",
    "cut-header": b"HTTP/1.1 200 x\r\nContent-Le",
    "cut-chunk": CHUNKED + b"100\r\nshort",
    "no-last-chunk": CHUNKED + chunk(b"whole"),
    "bad-chunk": CHUNKED + b"zz\r\nnot hexadecimal\r\n",
    "huge-chunk": CHUNKED + b"fffffffffffffffff\r\nx",
    "negative-length": b"HTTP/1.1 200 x\r\nContent-Length: -5\r\n\r\nhello",
    "long-length": b"HTTP/1.1 200 x\r\nContent-Length: 99999999999999999999999\r\n\r\nhello",
    "two-lengths": b"HTTP/1.1 200 x\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello",
    "nul-in-header": b"HTTP/1.1 200 x\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    "garbage": bytes(range(256)) * 4,
    "http-0.9": b"<html><body>hello</body></html>",
    "http-9.9": b"HTTP/9.9 200 x\r\nContent-Length: 0\r\n\r\n",
    "status-999": b"HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n",
    "status-no-number": b"HTTP/1.1 abc x\r\nContent-Length: 0\r\n\r\n",
    "tls-alert": b"\x15\x03\x01\x00\x02\x02\x46",
    "ftp": b"220 ftp.example ready\r\n",
    "many-headers": b"HTTP/1.1 200 x\r\n" + MANY + b"Content-Length: 2\r\n\r\n{}",
    "long-challenge": answer(401, b"WWW-Authenticate: " + b"\x1b[31m\xff" * 6000),
    "long-location": answer(302, b"Location: /" + b"x" * 9000),
    "odd-location": b"HTTP/1.1 302 x\r\nLocation: ht\x01tp://u:secret@\x7f\r\n\r\n",
    "no-location": answer(302),
    "file": redirect("file:///etc/passwd"),
    "gopher": redirect("gopher://192.0.2.10:70/_x"),
    "shouted": redirect("HTTP://192.0.2.10:9" + "/a/.." * 40 + "/x"),
    "titled": answer(200, b"Content-Type: text/html",
                     body=b"<title>\x1b]0;owned\x07" + b"\xe2\x80\xae" * 90 + b"</title>"),
    "two-answers": answer(401, JSON[:-2], body=b"{}") + answer(200, body=b"smuggled"),
    "switching": b"HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n" + b"\0" * 64,
    "no-content": b"HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\nhello",
    "gzip-bomb": b"HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\n\r\n" + bomb(),
    "transfer-bomb": b"HTTP/1.1 200 x\r\nTransfer-Encoding: gzip\r\n\r\n" + bomb(),
    "cookie-flood": b"HTTP/1.1 200 x\r\n" + b"Set-Cookie: a=b\r\n" * 3000
                    + b"Content-Length: 2\r\n\r\n{}",
    "circle": None, "chain": None,
}
DOES = {
    # mode: what is done after the request has come
    "silent": stall,
    "closed": lambda peer: None,
    "reset": reset,
    "endless-headers": lambda peer: endless(peer, b"HTTP/1.1 200 x\r\n", b"X: y\r\n" * 100),
    "endless-line": lambda peer: endless(peer, b"HTTP/1.1 200 x\r\nX: ", b"y" * 4096),
    "endless-status": lambda peer: endless(peer, b"HTTP/1.1 200 ", b"y" * 4096),
    "endless-1xx": lambda peer: endless(peer, b"", b"HTTP/1.1 100 x\r\n\r\n" * 50),
    "endless-chunks": lambda peer: endless(peer, CHUNKED, chunk(b"x" * 4096)),
    "endless-body": lambda peer: endless(peer, b"HTTP/1.1 200 x\r\n\r\n", b"x" * 4096),
    "endless-trailers": lambda peer: endless(peer, CHUNKED + b"0\r\n", b"X: y\r\n" * 100),
    "endless-extension": lambda peer: endless(peer, CHUNKED + b"1;", b"x" * 4096),
    "drip-header": lambda peer: drip(peer, b"HTTP/1.1 200 x\r\nX: " + b"y" * 1000),
    "drip-body": lambda peer: drip(peer, b"HTTP/1.1 200 x\r\nContent-Length: 999\r\n\r\n"
                                   + b"y" * 999, 0.05),
    "stall-in-header": lambda peer: (peer.sendall(b"HTTP/1.1 200 x\r\nX: y"), stall(peer)),
    "stall-in-body": lambda peer: (peer.sendall(SAYS["cut-body"]), stall(peer)),
}


class Peers:
    """Listeners of all modes, and everything that they received."""

    def __init__(self, address):
        self.address = address
        self.ports = {}
        self.heard = {}
        self.lock = threading.Lock()

    def keep(self, mode, data):
        with self.lock:
            self.heard[mode] = self.heard.get(mode, b"") + data

    def listen(self, mode, serve):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.address, 0))
        listener.listen(64)
        self.ports[mode] = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener, mode, serve), daemon=True).start()

    def _accept(self, listener, mode, serve):
        while True:
            peer, _ = listener.accept()
            peer.settimeout(PATIENCE)
            threading.Thread(target=self._serve, args=(peer, mode, serve), daemon=True).start()

    def _serve(self, peer, mode, serve):
        try:
            serve(self, peer, mode)
        except (OSError, ValueError):
            pass
        finally:
            peer.close()


def serve_plain(peers, peer, mode):
    """One request, and what the mode makes of it."""
    got = request(peer)
    peers.keep(mode, got)
    if mode in DOES:
        DOES[mode](peer)
    elif mode == "circle":
        peer.sendall(redirect(path_of(got)))
    elif mode == "chain":
        peer.sendall(redirect(path_of(got).rstrip("/") + "/x"))
    elif mode.startswith("to-"):
        peer.sendall(redirect(FORBIDDEN[mode[3:]]))
    else:
        peer.sendall(SAYS[mode])


def banner(peers, peer, mode):
    """Speaks before it is asked."""
    peer.sendall(SAYS["good"])
    peers.keep(mode, request(peer))


def start(peers):
    for mode in [*SAYS, *DOES, *(f"to-{name}" for name in FORBIDDEN)]:
        peers.listen(mode, serve_plain)
    peers.listen("banner", banner)
