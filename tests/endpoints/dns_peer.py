# SPDX-License-Identifier: Apache-2.0
"""A DNS server that misbehaves: the first label of the name that is asked for is the mode.

    dns_peer.py ADDRESS[/udp]...     serves port 53 of each over UDP and TCP (or UDP alone)

It prints "ready", then one line for each question: "MODE KIND udp|tcp". Names end in ".test"; what
an honest server would answer is GOOD.
"""

import asyncio
import random
import socket
import struct
import sys

GOOD = "192.168.1.30"
A, CNAME, TXT, AAAA, OPT = 1, 5, 16, 28, 41
KINDS = {A: "A", AAAA: "AAAA"}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
FORBIDDEN = ["100.100.100.200", "127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"]


def name_bytes(name):
    out = b""
    for label in name.split(".") if isinstance(name, str) else name:
        raw = label.encode() if isinstance(label, str) else label
        out += bytes([len(raw)]) + raw
    return out + b"\0"


def record(owner, kind, data, rclass=1):
    head = name_bytes(owner) if not isinstance(owner, bytes) else owner
    return head + struct.pack("!HHIH", kind, rclass, 60, len(data)) + data


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


class Question:
    def __init__(self, message, tcp):
        self.message, self.tcp = message, tcp
        self.id, _, _, _, _, more = struct.unpack("!6H", message[:12])
        labels, at = [], 12
        while message[at]:
            labels.append(message[at + 1:at + 1 + message[at]].decode())
            at += 1 + message[at]
        self.name, self.mode = ".".join(labels), labels[0].lower()
        self.kind = struct.unpack("!H", message[at + 1:at + 3])[0]
        self.question = message[12:at + 5]
        self.edns = more > 0

    def answer(self, records=(), rcode=NOERROR, tc=False, flags=0x8180, ident=None, count=None,
               question=None):
        head = struct.pack("!6H", self.id if ident is None else ident,
                           flags | (0x0200 if tc else 0) | rcode, 1,
                           len(records) if count is None else count, 0, 0)
        return head + (question or self.question) + b"".join(records)

    def addresses(self, *texts):
        """Those of the kind asked for, owned by the name asked for."""
        family = 16 if self.kind == AAAA else 4
        return [record(self.name, self.kind, address(text)) for text in texts
                if len(address(text)) == family]

    def good(self, **more):
        return self.answer(self.addresses(GOOD), **more)

    def cut(self, *texts):
        return self.answer(self.addresses(*texts), tc=True)


# What a mode sends: a list of (delay in seconds, bytes[, "port"|"address" it comes from]).
MODES = {}


def mode(function):
    MODES[function.__name__.replace("_", "-")] = function
    return function


def plain(name, make):
    MODES[name] = lambda q, seen: [(0, make(q))]


for word, code in (("nxdomain", NXDOMAIN), ("servfail", SERVFAIL), ("refused", REFUSED),
                   ("notimp", NOTIMP), ("formerr", FORMERR), ("rcode-15", 15)):
    plain(word, lambda q, code=code: q.answer(rcode=code))
plain("good", lambda q: q.good())
plain("nodata", lambda q: q.answer())
plain("only-aaaa", lambda q: q.answer(q.addresses("2001:db8::30")))
plain("both", lambda q: q.answer(q.addresses(GOOD, "2001:db8::30")))
plain("only-txt", lambda q: q.answer([record(q.name, TXT, b"\x05hello")]))
plain("public", lambda q: q.answer(q.addresses("203.0.113.9")))
plain("wrong-id", lambda q: q.good(ident=q.id ^ 1))
plain("other-owner", lambda q: q.answer([record("other.test", A, address(GOOD))]))
plain("chaos-class", lambda q: q.answer([record(q.name, A, address(GOOD), rclass=3)]))
plain("mixed-case", lambda q: q.answer(q.addresses(GOOD),
                                       question=q.question.replace(b"test", b"TeSt")))
plain("bad-length", lambda q: q.answer([record(q.name, A, b"\x0a\0\0\x01\0")]))
plain("cut-short", lambda q: q.answer(q.addresses(GOOD), count=5))
plain("cut-header", lambda q: q.good()[:11])
plain("no-question", lambda q: struct.pack("!6H", q.id, 0x8180, 0, 0, 0, 0))
plain("echo", lambda q: q.message)
plain("query-bit", lambda q: q.good(flags=0x0100))
plain("compression-loop", lambda q: q.answer([record(b"\xc0" + bytes([len(q.message)]), A,
                                                     address(GOOD))]))
plain("pointer-forward", lambda q: q.answer([record(b"\xc0\xff", A, address(GOOD))]))
plain("label-64", lambda q: q.answer([record(b"\x40" + b"a" * 64 + b"\0", A, address(GOOD))]))
plain("forbidden", lambda q: q.answer(q.addresses(*FORBIDDEN, "fe80::1", "::1")))
plain("mapped", lambda q: q.answer(q.addresses("::ffff:100.100.100.200", "64:ff9b::6464:64c8")))
plain("edns-refused", lambda q: q.answer(rcode=FORMERR) if q.edns else q.good())
plain("alias-nxdomain", lambda q: q.answer([record(q.name, CNAME, name_bytes("gone.test"))],
                                           rcode=NXDOMAIN))
plain("wrong-question", lambda q: q.answer([record("other.test", A, address(GOOD))],
                                           question=name_bytes("other.test") + q.question[-4:]))


@mode
def cname_chain(q, seen):
    return [(0, q.answer([record(q.name, CNAME, name_bytes("lb.cdn.test")),
                          record("lb.cdn.test", CNAME, name_bytes("edge.cdn.test"))] +
                         ([record("edge.cdn.test", A, address(GOOD))] if q.kind == A else [])))]


@mode
def cname_loop(q, seen):
    return [(0, q.answer([record(q.name, CNAME, name_bytes("b.test")),
                          record("b.test", CNAME, name_bytes(q.name))]))]


@mode
def cname_endless(q, seen):
    names = [q.name] + [f"a{i}.test" for i in range(100)]
    return [(0, q.answer([record(one, CNAME, name_bytes(other))
                          for one, other in zip(names, names[1:])]))]


@mode
def cname_dirty(q, seen):
    dirty = [b"\x1b[31mred", b"a.b", b"\xff\x00\"", b"test"]
    return [(0, q.answer([record(q.name, CNAME, name_bytes(dirty))] +
                         ([record(dirty, A, address(GOOD))] if q.kind == A else [])))]


def thousand(q):
    return q.answer(q.addresses(*[f"10.{i >> 8}.{i & 255}.7" for i in range(1000)]))


@mode
def thousand_answers(q, seen):
    return [(0, thousand(q) if q.tcp else q.cut())]


@mode
def thousand_over_udp(q, seen):
    return [(0, thousand(q))]


@mode
def huge_txt(q, seen):
    text = [record(q.name, TXT, (b"\xff" + b"x" * 255) * 100) for _ in range(2)]
    return [(0, q.answer(text + q.addresses(GOOD)) if q.tcp else q.cut())]


@mode
def silent(q, seen):
    return []


@mode
def servfail_once(q, seen):
    return [(0, q.good() if seen > 1 else q.answer(rcode=SERVFAIL))]


@mode
def lost_once(q, seen):
    return [(0, q.good())] if seen > 1 else []


@mode
def slow(q, seen):
    return [(1, q.good())]


@mode
def too_slow(q, seen):
    return [(5, q.good())]


@mode
def late(q, seen):
    return [(3, q.good())]


@mode
def rebind(q, seen):
    return [(0, q.good() if seen == 1 else q.answer(q.addresses("100.100.100.200")))]


@mode
def wrong_port(q, seen):
    return [(0, q.good(), "port")]


@mode
def wrong_address(q, seen):
    return [(0, q.good(), "address")]


@mode
def wrong_id_then_good(q, seen):
    return [(0, q.good(ident=q.id ^ 1)), (0.05, q.good())]


@mode
def empty_then_good(q, seen):
    return [(0, b""), (0.05, q.good())]


@mode
def empty(q, seen):
    return [(0, b"")]


@mode
def garbage(q, seen):
    return [(0, q.message[:2] + random.Random(7).randbytes(300))]


@mode
def flood(q, seen):
    return [(0, q.answer(q.addresses("100.100.100.200"), ident=i)) for i in range(2000)
            if i != q.id] + [(0.1, q.good())]


def over_tcp(name, make, cut=()):
    MODES[name] = lambda q, seen: [(0, make(q))] if q.tcp and make(q) else \
        [] if q.tcp else [(0, q.cut(*cut))]


over_tcp("tc-good", lambda q: q.good())
over_tcp("tc-closed", lambda q: q.good())          # asked of an address that takes no TCP
over_tcp("tc-closed-some", lambda q: q.good(), cut=(GOOD,))
over_tcp("tc-silent", lambda q: None)
over_tcp("tc-again", lambda q: q.cut())
over_tcp("tc-servfail", lambda q: q.answer(rcode=SERVFAIL))
over_tcp("tc-half", lambda q: q.good())
over_tcp("tc-long", lambda q: q.good())
over_tcp("tc-drip", lambda q: q.good())
over_tcp("tc-wrong-id", lambda q: q.good(ident=q.id ^ 1))


class Peer(asyncio.DatagramProtocol):
    seen = {}

    def __init__(self, bound):
        self.bound = bound

    def connection_made(self, transport):
        self.transport = transport

    @classmethod
    def replies(cls, message, tcp):
        q = Question(message, tcp)
        key = (q.name.lower(), q.kind, tcp)
        cls.seen[key] = cls.seen.get(key, 0) + 1
        print(q.mode, KINDS.get(q.kind, q.kind), "tcp" if tcp else "udp", flush=True)
        return q, MODES[q.mode](q, cls.seen[key])

    def datagram_received(self, message, peer):
        for delay, reply, *way in self.replies(message, False)[1]:
            if delay:
                asyncio.get_running_loop().call_later(delay, self.send, reply, peer, way)
            else:
                self.send(reply, peer, way)

    def send(self, reply, peer, way):
        if not way:
            self.transport.sendto(reply, peer)
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.77", 53) if way == ["address"] else (self.bound, 0))
            other.sendto(reply, peer)


async def stream(reader, writer):
    try:
        while True:
            length = struct.unpack("!H", await reader.readexactly(2))[0]
            q, replies = Peer.replies(await reader.readexactly(length), True)
            for _, reply in replies:
                framed = struct.pack("!H", len(reply)) + reply
                if q.mode == "tc-half":
                    writer.write(framed[:len(framed) // 2])
                    writer.close()
                    return
                if q.mode == "tc-long":
                    framed = b"\xff\xff" + reply
                for i in range(len(framed) if q.mode == "tc-drip" else 0):
                    writer.write(framed[i:i + 1])
                    await writer.drain()
                    await asyncio.sleep(0.005)
                if q.mode != "tc-drip":
                    writer.write(framed)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve(places):
    loop = asyncio.get_running_loop()
    for place in places:
        bound, _, ways = place.partition("/")
        await loop.create_datagram_endpoint(lambda bound=bound: Peer(bound),
                                            local_addr=(bound, 53))
        if ways != "udp":
            await asyncio.start_server(stream, bound, 53)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))
