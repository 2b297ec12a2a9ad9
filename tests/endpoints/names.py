# SPDX-License-Identifier: Apache-2.0
"""
A name server that answers every question in one way, for what a real one cannot be told to do.

usage: names.py ADDRESS MODE [NAME=ADDRESS[,ADDRESS...]]...

MODE: servfail, refused, nodata, silent, slow (2.5 s), truncated (and no TCP), truncated-some (likewise, with the
addresses), truncated-tcp, aaaa (only an IPv6 address), loop (an alias that leads back), answer.
"""

import os
import socket
import struct
import sys
import threading

CODES = {"servfail": 2, "refused": 5}
A, CNAME, AAAA = 1, 5, 28


def name_of(question):
    labels, at = [], 0
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode(errors="replace"))
        at += 1 + question[at]
    return ".".join(labels).lower(), at + 1


def encode(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def record(owner, kind, data):
    return owner + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def records(mode, table, name, kind):
    if mode == "aaaa":
        data = socket.inet_pton(socket.AF_INET6, "2001:db8::10")
        return [record(b"\xc0\x0c", AAAA, data)] if kind == AAAA else []
    if mode == "loop":
        return [record(b"\xc0\x0c", CNAME, encode("loop." + name)),
                record(encode("loop." + name), CNAME, encode(name))]
    if mode in ("answer", "slow", "truncated-tcp", "truncated-some") and kind == A:
        return [record(b"\xc0\x0c", A, socket.inet_aton(word)) for word in table.get(name, [])]
    return []


def answer(mode, table, query, over_tcp=False):
    name, end = name_of(query[12:])
    kind = struct.unpack(">H", query[12 + end:14 + end])[0]
    question = query[12:16 + end]
    cut = mode.startswith("truncated") and not over_tcp
    rows = [] if cut and mode != "truncated-some" else records(mode, table, name, kind)
    flags = 0x8180 | CODES.get(mode, 0) | (0x0200 if cut else 0)
    if mode in ("answer", "slow", "truncated-tcp") and not cut and name not in table:
        flags |= 3
    head = query[:2] + struct.pack(">HHHHH", flags, 1, len(rows), 0, 0)
    return head + question + b"".join(rows)


def serve_tcp(listener, mode, table):
    while True:
        peer, _ = listener.accept()
        with peer, peer.makefile("rwb") as stream:
            while True:
                size = stream.read(2)
                if len(size) < 2:
                    break
                reply = answer(mode, table, stream.read(struct.unpack(">H", size)[0]), True)
                stream.write(struct.pack(">H", len(reply)) + reply)
                stream.flush()


def main():
    address, mode, *rows = sys.argv[1:]
    table = {row.partition("=")[0]: row.partition("=")[2].split(",") for row in rows}
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, 53))
    listener = None
    if mode not in ("truncated", "truncated-some"):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, 53))
        listener.listen(16)
    if os.fork() != 0:  # whoever started it knows that the sockets are there
        return
    os.setsid()
    if listener and mode != "silent":
        threading.Thread(target=serve_tcp, args=(listener, mode, table), daemon=True).start()
    while True:
        query, peer = udp.recvfrom(2048)
        if mode != "silent" and len(query) > 16:
            wait = 2.5 if mode == "slow" else 0
            threading.Timer(wait, udp.sendto, (answer(mode, table, query), peer)).start()


main()
