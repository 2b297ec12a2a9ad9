# SPDX-License-Identifier: Apache-2.0
"""Drives reachback-probe-endpoints through every mode of web_peer.py and web_peer_tls.py; run by
web_hostile.sh.

Of each mode: what came of the first attempt, an answer in time, at most 32 MiB of memory, facts
without a raw byte of the peer's. Of all together: not one packet to the metadata service, link-local
or loopback, not one byte to the proxy that the environment names, and the token nowhere but at the
plan's own origin over a verified connection (and there it is, or this test could not fail).
"""

import base64
import concurrent.futures
import json
import os
import pathlib
import socket
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import hostile  # noqa: E402
import web_peer  # noqa: E402
import web_peer_tls  # noqa: E402

AT_ONCE = 6
ADDRESS, OTHER, PROXY = "192.0.2.10", "192.0.2.11", "192.0.2.12"
MOVED = 32  # rows of a list that moves with the next one
TOKEN = "glpat-Hostile0Canary1Secret"
FORMS = [TOKEN.encode()] + [base64.b64encode(f"{user}:{TOKEN}".encode())
                            for user in ("oauth2", "alice")]

# mode: outcome of http (with status) or of tls
HTTP = {
    "good": "answered 401", "banner": "answered 401", "two-answers": "answered 401",
    "silent": "timed-out", "closed": "empty", "reset": "empty",
    "stall-in-header": "timed-out 200", "stall-in-body": "timed-out 200",
    "drip-header": "slow 200", "drip-body": "slow 200",
    "endless-headers": "too-large 200", "endless-line": "too-large 200", "endless-status": "too-large",
    "endless-1xx": "too-large 100", "endless-chunks": "too-large 200",
    "endless-body": "too-large 200", "endless-trailers": "too-large 200",
    "endless-extension": "slow 200",
    "cut-body": "cut 200", "cut-header": "cut 200", "cut-chunk": "cut 200", "no-last-chunk": "cut 200",
    "bad-chunk": "malformed 200", "huge-chunk": "malformed 200", "negative-length": "malformed 200",
    "long-length": "answered 200", "two-lengths": "cut 200", "nul-in-header": "malformed 200",
    "garbage": "malformed", "http-0.9": "malformed", "http-9.9": "malformed",
    "status-999": "answered 999", "status-no-number": "malformed", "tls-alert": "malformed",
    "ftp": "malformed", "many-headers": "answered 200", "cookie-flood": "answered 200",
    "long-challenge": "answered 401", "long-location": "answered 302",
    "odd-location": "answered 302", "no-location": "answered 302", "file": "answered 302",
    "gopher": "answered 302", "titled": "answered 200", "switching": "malformed 101",
    "no-content": "answered 204", "gzip-bomb": "too-large 200", "transfer-bomb": "too-large 200",
    "circle": "answered 302", "chain": "answered 302", "shouted": "answered 302",
    **{f"to-{name}": "answered 302" for name in web_peer.FORBIDDEN},
}
TLS = {
    "gitlab": "done", "gitlab-stays": "done", "self-signed": "done", "other-name": "done",
    "expired": "done", "many-names": "done", "dirty-names": "done", "long-chain": "done",
    "turncoat": "done", "turncoat-by-name": "done", "leads-token-away": "done",
    "leads-away": "done", "leads-signed-to-a-stranger": "done",
    "leads-signed-to-a-friend": "done", "silent-behind": "done", "closed-behind": "done",
    "garbled-behind": "done", "flood-of-certificates": "failed",
    "wants-certificate": "alert|done", "wants-certificate-1.2": "alert", "only-1.0": "alert",
    "alert-40": "alert", "alert-70": "alert", "alert-80": "alert", "alert-112": "alert",
    "alert-255": "alert", "alert-warning-then-close": "closed", "plain-http": "not-tls",
    "ssh-banner": "not-tls", "smtp-banner": "not-tls", "sslv2": "not-tls", "one-byte": "timed-out",
    "record-too-long": "failed", "record-of-nothing": "failed", "application-first": "failed",
    "hello-garbled": "failed", "hello-too-long": "failed", "own-hello": "failed",
    "hello-silent": "timed-out", "hello-closed": "closed", "hello-reset": "closed",
    "hello-half-then-stall": "timed-out", "hello-dripped": "timed-out",
    "warnings-without-end": "failed", "records-without-end": "failed",
    "bytes-without-end": "not-tls",
}
# peers that may be handed the token: the name of the certificate says whether it was verified
MAY_HAVE = {f"{mode}/good" for mode in ("gitlab", "gitlab-stays", "turncoat", "turncoat-by-name",
                                        "leads-token-away", "leads-away", "silent-behind",
                                        "closed-behind", "garbled-behind", "wants-certificate",
                                        "wants-certificate-1.2")} | {
    f"{mode}/{mode}" for mode in ("many-names", "dirty-names", "long-chain")} | {
    "many-names/names", "dirty-names/dirty", "long-chain/long"}

GUARD = """
table inet guard {
	counter bad { }
	chain output {
		type filter hook output priority 0; policy accept;
		ip daddr { 100.100.100.200, 169.254.0.0/16, 127.0.0.0/8, 0.0.0.0/8, 255.255.255.255 } \
			counter name bad
		ip6 daddr { ::1, fe80::/10, ::ffff:0:0/96, ::/96, 64:ff9b::/96, 2002::/16 } \
			meta l4proto { tcp, udp } counter name bad
	}
}
"""


def build_world(work):
    hostile.ip("link set lo up", f"addr add {ADDRESS}/32 dev lo", f"addr add {OTHER}/32 dev lo",
               f"addr add {PROXY}/32 dev lo", "link add v0 type veth peer name v1",
               "addr add 192.168.1.20/24 dev v0", "addr add 2001:db8::20/64 dev v0 nodad",
               "link set v0 up", "link set v1 up",
               "neigh add 192.168.1.1 lladdr 02:00:00:00:00:01 dev v0",
               "neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 dev v0",
               "route add default via 192.168.1.1", "-6 route add default via 2001:db8::1")
    hostile.guard(work, GUARD)
    hostile.bound(work, "hosts", "127.0.0.1 localhost\n100.100.100.200 metadata.test\n")
    hostile.bound(work, "resolv.conf", f"nameserver {OTHER}\n")


class Proxy:
    """Counts connections; the environment of every run names it."""

    def __init__(self):
        self.connections = 0
        self.listener = socket.create_server((PROXY, 3128))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            self.listener.accept()[0].close()
            self.connections += 1

    def environment(self):
        names = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        return {name: f"http://{PROXY}:3128" for name in names}


class Driver:
    """Runs the helper, once a mode."""

    def __init__(self, build, work):
        self.build, self.work = build, work
        self.peers = web_peer.Peers(ADDRESS)
        self.others = web_peer.Peers(OTHER)
        self.proxy = Proxy()
        web_peer.start(self.peers)
        self.others.listen("elsewhere", web_peer.serve_plain)
        web_peer.SAYS["elsewhere"] = web_peer.SAYS["good"]
        web_peer_tls.start(self.peers, work, f"http://{OTHER}:{self.others.ports['elsewhere']}")
        (work / "token").write_text(TOKEN + "\n")

    def climb(self, url, resolve=()):
        token, authority = (os.open(self.work / name, os.O_RDONLY) for name in ("token", "ca.pem"))
        asked = {"token_fd": token, "cacert_fd": authority, "resolve": list(resolve),
                 "plan": {"gitlab": {"url": url, "username": "alice", "project": "group/app"}}}
        try:
            return hostile.climb(self.build, asked, self.proxy.environment(), (token, authority))
        finally:
            os.close(token)
            os.close(authority)

    def judge(self, kind, mode, expected):
        scheme = "https" if kind == "tls" else "http"
        port = self.peers.ports[mode]
        if mode == "shouted":  # so many addresses that the redirect's own row moves all the others
            asked = (f"http://named.test:{port}/",
                     [f"named.test:{port}:{ADDRESS}," +
                      ",".join(f"192.0.2.{200 + place}" for place in range(MOVED - 1))])
        else:
            asked = (f"{scheme}://{ADDRESS}:{port}/",)
        said, wrong = self.climb(*asked)
        if wrong:
            return wrong
        if any(word in said for word in (TOKEN.encode(), b"secret",
                                         web_peer_tls.SIGNATURE.encode())):
            return "a secret in the facts"
        facts = json.loads(said)
        first = facts["attempts"][0]
        words = first[kind]["outcome"]
        if kind == "http" and first["http"]["status"]:
            words += f" {first['http']['status']}"
        if words not in expected.split("|"):
            return f"{words}, expected {expected}: {first[kind]}"
        if len(facts["targets"]) > 16:
            return f"{len(facts['targets'])} targets"
        return self.judge_redirect(mode, facts)

    def judge_redirect(self, mode, facts):
        """Where nothing may be sent to, nothing but the refusal is told."""
        if mode == "shouted":
            told = facts["attempts"][0]["http"]["location"]
            return "" if told == "http://192.0.2.10:9/x" else f"leads to {told}"
        if not mode.startswith("to-"):
            return ""
        tried = [row["tcp"]["outcome"] for row in facts["attempts"]
                 if row["url"] != facts["targets"][0]["url"]]
        return "" if all(one == "forbidden" for one in tried) and (
            tried or len(facts["targets"]) == 1) else f"connections ended {tried}"

    def secrets(self):
        """Modes that heard the token and may not, and whether one that may heard it."""
        wrong, right = [], False
        heard = {**self.peers.heard, **{f"elsewhere {mode}": data
                                        for mode, data in self.others.heard.items()}}
        for place, data in heard.items():
            if not any(form in data for form in FORMS):
                continue
            # the plan itself chose plain http for those without TLS
            plain = place in HTTP
            right = right or place in MAY_HAVE
            if place not in MAY_HAVE and not plain:
                wrong.append(place)
        return wrong, right


    def signed(self):
        """The places that heard the query of a signed URL."""
        return {place for place, data in self.peers.heard.items()
                if web_peer_tls.SIGNATURE.encode() in data}


def main():
    build, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    only = set(sys.argv[3:])
    if only - {*HTTP, *TLS}:
        sys.exit(f"no such mode: {' '.join(sorted(only - {*HTTP, *TLS}))}")
    build_world(work)
    driver = Driver(build, work)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        pending = [(f"{kind} {mode}", pool.submit(driver.judge, kind, mode, expected))
                   for kind, rows in (("http", HTTP), ("tls", TLS))
                   for mode, expected in rows.items() if not only or mode in only]
        for name, future in pending:
            hostile.say(name, future.result())
    packets = hostile.forbidden_packets()
    hostile.say("http nothing-forbidden", packets and f"{packets} packets")
    hostile.say("http guard-counts", hostile.guard_counts())
    proxied = driver.proxy.connections
    hostile.say("http no-proxy", proxied and f"{proxied} connections")
    wrong, right = driver.secrets()
    hostile.say("tls token-kept", wrong and f"heard by {', '.join(sorted(wrong))}")
    if not only or only & {"gitlab", "gitlab-stays"}:
        hostile.say("tls token-given",
                    "" if right else "nobody heard the token, not even its GitLab")
    strangers = driver.signed() - {"gitlab/good"}
    hostile.say("tls signature-kept", strangers and f"heard by {', '.join(sorted(strangers))}")
    if not only or "leads-signed-to-a-friend" in only:
        hostile.say("tls signature-given",
                    "" if "gitlab/good" in driver.signed() else "nobody heard it")


main()
