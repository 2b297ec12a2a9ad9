# SPDX-License-Identifier: Apache-2.0
"""
A TCP server that behaves in one odd way, for what nginx cannot be told to do.

usage: odd_server.py ADDRESS PORT MODE [CHAIN KEY]

MODE: silent (takes connections, says nothing), close (ends them at once), garbage (no HTTP),
headless (a body without status or header). With CHAIN and KEY it speaks TLS first.
"""

import os
import socket
import ssl
import sys
import threading
import time

ANSWERS = {
    "garbage": b"\x00\x01\x02 this is no answer \xff\xfe\r\n\r\n",
    "headless": b"{\"version\":\"16.11.2\"}\n",
}


def serve(peer, mode, context):
    peer.settimeout(30)
    try:
        if mode == "close":
            return
        if mode == "silent":
            time.sleep(30)
            return
        if context:
            peer = context.wrap_socket(peer, server_side=True)
        peer.recv(4096)
        peer.sendall(ANSWERS[mode])
    except OSError:
        return
    finally:
        peer.close()


def main():
    address, port, mode, *tls = sys.argv[1:]
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, int(port)))
    listener.listen(64)
    number = os.fork()
    if number:  # whoever started it knows that the socket is there, and how to end it
        print(number)
        return
    os.setsid()
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=serve, args=(peer, mode, context), daemon=True).start()


main()
