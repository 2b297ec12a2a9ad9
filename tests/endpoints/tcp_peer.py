# SPDX-License-Identifier: Apache-2.0
"""The peer of tcp_lab.sh: HTTP on port 80, the same over TLS on port 443, one large page each.

	tcp_peer.py CERTIFICATE KEY PAGE-SIZE
"""

import http.server
import ssl
import sys
import threading


class Page(http.server.BaseHTTPRequestHandler):
    body = b"x" * int(sys.argv[3])

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_):
        """A connection that is reset is part of the lab."""


def secure():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = Server(("0.0.0.0", 443), Page)
    # the handshake belongs to the connection's own thread
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    server.serve_forever()


threading.Thread(target=secure, daemon=True).start()
Server(("0.0.0.0", 80), Page).serve_forever()
