# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the traced way back: what routers between the GitLab host and the border
router answer, one defect a file, beside what looks like it and is none."""

from cloud_world import transit
from world import host, route, section, write

SOURCE, TARGET = "172.20.5.10", "100.104.9.9"
FIRST, EDGE, OTHER, GATEWAY = "172.20.5.1", "172.20.9.1", "172.20.9.2", "10.0.12.1"
BEHIND = "10.255.0.1"


def hop(ttl, sender):
    """A router's address; None: silent; (address, code): unreachable; a word: the target did."""
    row = {"ttl": ttl, "outcome": "silent", "from": sender}
    if isinstance(sender, tuple):
        row.update(outcome="unreachable", icmp_type=3, icmp_code=sender[1], rtt_us=900)
        row["from"] = sender[0]
    elif sender in ("connected", "refused"):
        row.update(outcome=sender, rtt_us=900)
        row["from"] = TARGET
    elif sender:
        row.update(outcome="time-exceeded", icmp_type=11, icmp_code=0, rtt_us=900)
    return row


def traced(*senders):
    hops = [hop(at + 1, sender) for at, sender in enumerate(senders)]
    last = hops[-1]["outcome"]
    return {"target": TARGET, "source": SOURCE, "port": 50104, "error": None, "hops": hops,
            "end": "silent" if last == "time-exceeded" else last}


def both(name, expected, fault, twin):
    """What the border router's address is, the same machine knows from the cloud."""
    world = host(declared=(FIRST, None))
    world["entries"].append(route("100.104.0.0/16", FIRST, "eth0"))
    for kind, way, word in (("", fault, expected), ("-twin", twin, "ready")):
        write(f"{name}{kind}", world, word, trace=section(traces=[traced(*way)]),
              transit=transit())


def main():
    both("ec01-trace-no-route-at-the-first", "not-ready EC-01", [(FIRST, 0)],
         [FIRST, EDGE, GATEWAY, None])
    both("ec01-trace-no-route", "not-ready EC-01", [FIRST, EDGE, (OTHER, 0)],
         # the address itself refuses behind the border router: it is there
         [FIRST, EDGE, GATEWAY, (TARGET, 3)])
    both("ec01-trace-circle", "not-ready EC-01 EC-02", [FIRST, EDGE] * 10,
         # flows part behind the first router and meet again
         [FIRST, EDGE, OTHER, EDGE, GATEWAY, None])
    both("ec02-trace-circle-of-three", "not-ready EC-01 EC-02",
         [FIRST] + [EDGE, OTHER, None] * 3,
         # a router that does not count the packets of its neighbour answers twice in a row
         [FIRST, EDGE, EDGE, EDGE, GATEWAY, None])
    both("ec13-trace-silent-peer", "not-ready EC-01 EC-13", [FIRST, (EDGE, 1)],
         # nobody has this address now, says the cloud
         [FIRST, GATEWAY, (GATEWAY, 1)])
    both("ec05-trace-filter", "ready-with-risks EC-05", [FIRST, (EDGE, 13)],
         # it drops without a word: nothing is known of replies
         [FIRST, EDGE, None])
    both("ec05-trace-reject", "ready-with-risks EC-05", [FIRST, (EDGE, 3)],
         [FIRST, None, None, "refused"])
    both("cld01-trace-border-router", "not-ready CLD-01", [FIRST, (GATEWAY, 0)],
         [FIRST, GATEWAY, (BEHIND, 0)])
    both("cld03-trace-border-sends-back", "not-ready CLD-01 CLD-03",
         [FIRST] + [GATEWAY, EDGE] * 8, [FIRST, EDGE, GATEWAY, EDGE, GATEWAY, None])


if __name__ == "__main__":
    main()
