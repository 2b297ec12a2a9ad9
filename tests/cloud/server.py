# SPDX-License-Identifier: Apache-2.0
"""
The API server for tests.

usage: server.py [--port N] [--patch JSON] [--journal FILE] WORLD

Serves worlds/WORLD.json on 127.0.0.1 and prints the plan's `endpoints` as JSON on its first line.
Each product has an address of its own (127.0.1.K) where all of 127.0.0.0/8 is listened on.
"""

import argparse
import dataclasses
import email.utils
import http.server
import json
import socket
import struct
import sys
import threading
import time
import urllib.parse

import gateway
import world as worlds
from actions import VERSIONS

PRODUCTS = [*VERSIONS, "metadata"]
ADDRESS = {product: f"127.0.1.{number + 1}" for number, product in enumerate(PRODUCTS)}
PRODUCT = {address: product for product, address in ADDRESS.items()}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def _request(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        path, _, query = self.path.partition("?")
        headers = {key.lower(): value for key, value in self.headers.items()}
        product = PRODUCT.get(self.request.getsockname()[0], "")
        return gateway.Request(self.command, urllib.parse.unquote(path), gateway.form(query), headers,
                               body, product)

    def _serve(self):
        try:
            reply = self.server.gateway.serve(self._request())
        except ValueError as error:
            reply = gateway.Reply(400, str(error).encode(), {"Content-Type": "text/plain"})
        date = email.utils.format_datetime(self.server.gateway.now().replace(microsecond=0),
                                           usegmt=True)
        head = [f"HTTP/1.1 {reply.status} Test", f"Date: {date}",
                *(f"{key}: {value}" for key, value in reply.headers.items()),
                f"Content-Length: {len(reply.body)}"]
        self._send(("\r\n".join(head) + "\r\n\r\n").encode() + reply.body, reply.fault)

    def _send(self, octets, fault):
        if "late_ms" in fault:
            time.sleep(fault["late_ms"] / 1000)
        if "cut" in fault:
            octets = octets[:fault["cut"]]
            self.close_connection = True
        try:
            if "drip_ms" in fault:
                for octet in octets:
                    self.request.sendall(bytes([octet]))
                    time.sleep(fault["drip_ms"] / 1000)
            elif octets:
                self.request.sendall(octets)
            if fault.get("reset"):
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _serve


class Server(http.server.ThreadingHTTPServer):
    """Serves one gateway until closed; `address` 0.0.0.0 gives each product its own."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, world, address="127.0.0.1", port=0):
        super().__init__((address, port), Handler)
        self.gateway = gateway.Gateway(world)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def server_bind(self):
        # the base class asks the resolver for this address's name
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.gateway.journal.append(gateway.Call(
                len(self.gateway.journal) + 1, "server", "died", {},
                complaints=[f"the server itself failed: {error!r}"]))

    def endpoints(self):
        everywhere = self.server_address[0] == "0.0.0.0"
        return {product: f"http://{ADDRESS[product] if everywhere else '127.0.0.1'}:"
                         f"{self.server_port}" for product in PRODUCTS}

    def close(self):
        self.shutdown()
        self.server_close()


def main():
    parser = argparse.ArgumentParser(description="The API server for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--patch", default="{}", help="JSON merge patch over the world")
    parser.add_argument("--journal", help="append each call to this file as a line of JSON")
    parser.add_argument("world")
    options = parser.parse_args()
    server = Server(worlds.load(options.world, json.loads(options.patch)), port=options.port)
    print(json.dumps(server.endpoints()), flush=True)
    written = 0
    try:
        while True:
            time.sleep(0.05)
            if options.journal and len(server.gateway.journal) > written:
                with open(options.journal, "a", encoding="utf-8") as file:
                    while written < len(server.gateway.journal):
                        call = dataclasses.asdict(server.gateway.journal[written])
                        file.write(json.dumps(call) + "\n")
                        written += 1
    except KeyboardInterrupt:
        server.close()


if __name__ == "__main__":
    main()
