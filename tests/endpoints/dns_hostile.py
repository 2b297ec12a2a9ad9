# SPDX-License-Identifier: Apache-2.0
"""Drives reachback-probe-endpoints through every mode of dns_peer.py; run by dns_hostile.sh.

Of each mode: the outcome of the A question and how many addresses came of it; an answer in time;
at most 32 MiB of memory; facts without a raw byte of the peer's. Of all together: not one packet to
the metadata service, link-local or loopback addresses that an answer named.
"""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import hostile  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# What a server gets where none knows; and where another does, with what is on its way then.
NAME_MS, BESIDE_MS = 4200, 2500
GOOD, UDP_ONLY, CLOSED = "127.0.0.1", "127.0.0.4", "127.0.0.9"

# mode: outcome of A, addresses, and what else must hold
ROWS = {
    "good": ("answered", 1, {}),
    "both": ("answered", 1, {}),
    "public": ("answered", 1, {}),
    "mixed-case": ("answered", 1, {}),
    "edns-refused": ("answered", 1, {}),
    "nxdomain": ("nxdomain", 0, {"rcode": 3}),
    "alias-nxdomain": ("nxdomain", 0, {"aliases": ["gone.test"]}),
    "servfail": ("servfail", 0, {"rcode": 2, "tries": 2}),
    "servfail-once": ("answered", 1, {"tries": 2}),
    "lost-once": ("answered", 1, {"tries": 2}),
    "refused": ("refused", 0, {"rcode": 5}),
    "notimp": ("error", 0, {"rcode": 4}),
    "formerr": ("error", 0, {"rcode": 1}),
    "rcode-15": ("error", 0, {"rcode": 15}),
    "nodata": ("empty", 0, {}),
    "only-aaaa": ("empty", 0, {}),
    "only-txt": ("empty", 0, {}),
    "other-owner": ("empty", 0, {}),
    "chaos-class": ("empty", 0, {}),
    "silent": ("timed-out", 0, {"tries": 4}),
    "too-slow": ("timed-out", 0, {}),
    "late": ("answered", 1, {}),
    "slow": ("answered", 1, {}),
    "wrong-id": ("timed-out", 0, {}),
    "wrong-question": ("timed-out", 0, {}),
    "no-question": ("timed-out", 0, {}),
    "cut-header": ("timed-out", 0, {}),
    "garbage": ("timed-out", 0, {}),
    "empty": ("timed-out", 0, {}),
    "wrong-port": ("timed-out", 0, {}),
    "wrong-address": ("timed-out", 0, {}),
    "wrong-id-then-good": ("answered", 1, {}),
    "empty-then-good": ("answered", 1, {}),
    "flood": ("answered", 1, {}),
    "echo": ("malformed", 0, {}),
    "query-bit": ("malformed", 0, {}),
    "compression-loop": ("malformed", 0, {}),
    "pointer-forward": ("malformed", 0, {}),
    "label-64": ("malformed", 0, {}),
    "bad-length": ("malformed", 0, {}),
    "cut-short": ("malformed", 0, {}),
    "thousand-over-udp": ("malformed", 0, {}),
    "cname-chain": ("answered", 1, {"aliases": ["lb.cdn.test", "edge.cdn.test"]}),
    "cname-loop": ("malformed", 0, {}),
    "cname-endless": ("malformed", 0, {}),
    "cname-dirty": ("answered", 1, {"aliases": ["\\027[31mred.a\\046b.\\255\\000\".test"]}),
    "thousand-answers": ("answered", 64, {"over_tcp": True, "left_out": 936}),
    "huge-txt": ("answered", 1, {"over_tcp": True}),
    "rebind": ("answered", 1, {}),
    "forbidden": ("answered", 5, {}),
    "mapped": ("empty", 0, {}),
    "tc-good": ("answered", 1, {"over_tcp": True}),
    "tc-drip": ("answered", 1, {"over_tcp": True}),
    "tc-closed": ("truncated", 0, {"server": UDP_ONLY, "error": "ECONNREFUSED"}),
    "tc-closed-some": ("truncated", 1, {"server": UDP_ONLY, "used": False}),
    "tc-silent": ("truncated", 0, {}),
    "tc-half": ("truncated", 0, {}),
    "tc-long": ("truncated", 0, {}),
    "tc-wrong-id": ("truncated", 0, {}),
    "tc-again": ("malformed", 0, {}),
    "tc-servfail": ("servfail", 0, {"over_tcp": True}),
    "closed-port": ("unreachable", 0, {"server": CLOSED, "error": "ECONNREFUSED"}),
    "link-local-server": ("failed", 0, {"server": "169.254.7.7", "error": "link-local"}),
    "metadata-server": ("failed", 0, {"server": "100.100.100.200", "error": "metadata service"}),
    "dead-then-good": ("answered", 1, {"server": f"{CLOSED} {GOOD}", "ask": "good"}),
    "silent-then-good": ("answered", 1, {"server": f"198.51.100.53 {GOOD}", "ask": "good"}),
}

GUARD = """
table inet guard {
	counter bad { }
	chain output {
		type filter hook output priority 0; policy accept;
		oif != lo ip daddr { 100.100.100.200, 169.254.0.0/16, 127.0.0.0/8 } counter name bad
		oif != lo ip6 daddr { fe80::/10, ::1 } meta l4proto { tcp, udp } counter name bad
		oif lo tcp dport 8080 ip daddr { 127.0.0.1, 100.100.100.200 } counter name bad
		oif lo tcp dport 8080 ip6 daddr { ::1, fe80::/10 } counter name bad
	}
}
"""


def build_world(work):
    hostile.ip("link set lo up", "link add v0 type veth peer name v1",
               "addr add 192.168.1.20/24 dev v0", "addr add 192.168.1.30/32 dev lo",
               "link set v0 up", "link set v1 up", "route add default via 192.168.1.1",
               "neigh add 192.168.1.1 lladdr 02:00:00:00:00:01 dev v0",
               "route add unreachable 10.0.0.0/8", "route add unreachable 203.0.113.0/24")
    hostile.guard(work, GUARD)
    hostile.bound(work, "resolv.conf", "")
    hostile.bound(work, "hosts", "127.0.0.1 localhost\n")


def judge(build, mode, outcome, count, more):
    url = f"http://{more.get('ask', mode)}.test:8080/"
    answer, wrong = hostile.climb(build, {"plan": {"gitlab": {"url": url}}}, {})
    if wrong:
        return wrong
    names = json.loads(answer)["names"]
    last = more.get("server", GOOD).split()[-1]
    row = next(row for row in names if row["kind"] == "A" and row["server"] == f"{last}:53")
    slow = max(row["took_us"] / 1000 for row in names)
    known = any(row["kind"] == "A" and row["used"] and row["took_us"] < 10 ** 6 for row in names)
    limit = BESIDE_MS if known else NAME_MS
    if slow > limit + hostile.SPARE_MS:
        return f"a name took {slow:.0f} ms of {limit}"
    if row["outcome"] != outcome or len(row["addresses"]) != count:
        return f"{row['outcome']} with {len(row['addresses'])} addresses"
    wrong = [f"{key} is {row[key]!r}" for key, value in more.items()
             if key not in ("server", "ask") and row[key] != value]
    return ", ".join(wrong)


def main():
    build, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    build_world(work)
    with open(work / "peer.log", "w", encoding="utf-8") as log:
        peer = subprocess.Popen([sys.executable, HERE / "dns_peer.py", GOOD, f"{UDP_ONLY}/udp"],
                                stdout=log)
    try:
        while "ready" not in (work / "peer.log").read_text():
            time.sleep(0.02)
            if peer.poll() is not None:
                sys.exit("dns_peer.py did not start")
        drive(build, work)
    finally:
        peer.kill()
        peer.wait()


def drive(build, work):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for server in sorted({more.get("server", GOOD) for _, _, more in ROWS.values()}):
            (work / "resolv.conf").write_text(
                "".join(f"nameserver {one}\n" for one in server.split()))
            pending = {mode: pool.submit(judge, build, mode, *row) for mode, row in ROWS.items()
                       if row[2].get("server", GOOD) == server}
            for mode, future in pending.items():
                hostile.say(f"dns {mode}", future.result())
    asked = (work / "peer.log").read_text().splitlines()
    again = asked.count("rebind A udp")
    hostile.say("dns rebind-asked-once", again != 1 and f"asked {again} times")
    packets = hostile.forbidden_packets()
    hostile.say("dns nothing-forbidden", packets and f"{packets} packets")
    hostile.say("dns guard-counts", hostile.guard_counts())


main()
