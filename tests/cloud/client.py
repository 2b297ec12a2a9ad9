# SPDX-License-Identifier: Apache-2.0
"""A small client for the tests of the server itself; it signs as signature.py does."""

import datetime
import hashlib
import http.client
import json
import urllib.parse
import uuid

import signature
from actions import VERSIONS


def signed_headers(host, product, action, now, body=b"", token=None, key=None):
    headers = {
        "host": host, "x-acs-action": action, "x-acs-version": VERSIONS[product],
        "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest()}
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    if token:
        headers.update({"x-acs-security-token": token, "x-acs-accesskey-id": key})
    return headers


class Client:
    def __init__(self, server, key=None, secret=None, token=None):
        self.host = f"127.0.0.1:{server.server_port}"
        keys = server.gateway.world["keys"]
        self.key = key or next(iter(keys))
        self.secret = secret or keys[self.key]["secret"]
        self.token = token

    def request(self, product, action, parameters=None, **changes):
        """(status, headers, body); `changes`: headers to set after signing, `body`, `now`."""
        now = changes.pop("now", datetime.datetime.now(datetime.timezone.utc))
        body, parameters = changes.pop("body", b""), parameters or {}
        headers = signed_headers(self.host, product, action, now, body, self.token, self.key)
        headers.update(changes.pop("signed", {}))
        headers["authorization"] = signature.authorization(
            self.key, self.secret, "POST", "/", parameters, headers)
        headers["accept"] = "application/json"
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        return self.send("POST", "/?" + urllib.parse.urlencode(parameters), headers, body)

    def send(self, method, target, headers, body=b""):
        connection = http.client.HTTPConnection(self.host, timeout=10)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def call(self, product, action, **parameters):
        """(status, parsed reply)"""
        status, _, body = self.request(product, action,
                                       {key.replace("__", "."): str(value)
                                        for key, value in parameters.items()})
        return status, json.loads(body)
