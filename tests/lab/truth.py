# SPDX-License-Identifier: Apache-2.0
"""What really connects: TCP from addresses of the range to the service, and the comparison."""

import random

import addresses

EVERY = [(addresses.FIRST, addresses.LAST)]
SERVICE = "172.20.5.10:443"
TIMEOUT_MS = 1300
SPREAD = 96


def union(sets):
    return addresses.union([piece for pieces in sets for piece in pieces])


def show(intervals):
    return addresses.show(intervals)


def sources(lost, answer):
    """Where the truth could change: every edge of what is claimed, and a spread over the range."""
    chosen = {addresses.FIRST, addresses.LAST}
    chosen |= addresses.edges(lost) | addresses.edges(answer.lost) | addresses.edges(answer.classes)
    rng = random.Random(7)
    chosen |= {rng.randint(addresses.FIRST, addresses.LAST) for _ in range(SPREAD)}
    for first, last in lost:
        chosen |= {rng.randint(first, last) for _ in range(16)}
    return sorted(chosen)[:4000]


def measure(lab, chosen, service=SERVICE):
    """True for each source address that connected."""
    path = lab.folder / "sources"
    path.write_text("".join(f"{addresses.text(value)}\n" for value in chosen))
    out = lab.run(f'acr "$LAB_BIN/labnet" connect {service} {TIMEOUT_MS} <"$LAB_DIR/sources"')
    answers = dict(line.split(" ", 1) for line in out.splitlines())
    return {value: answers[addresses.text(value)] == "ok" for value in chosen}


def compare(lab, planted, answer):
    """
    Differences between what the planted scenarios say and what connects, in words. A sure part
    loses every connection, a flaky part (multipath, client ports) some and not all.
    """
    sure = union([every_part(row) for row in planted if not row.flaky])
    lost = union([every_part(row) for row in planted])
    result = measure(lab, sources(lost, answer))
    again = [value for value, ok in result.items() if not ok and not addresses.holds(lost, value)]
    if again:  # one lost packet on a busy machine is no verdict
        result.update(measure(lab, again))
    outside = [value for value, ok in result.items() if not ok and not addresses.holds(lost, value)]
    inside = [value for value, ok in result.items() if ok and addresses.holds(sure, value)]
    flaky = [ok for value, ok in result.items()
             if addresses.holds(lost, value) and not addresses.holds(sure, value)]
    wrong = []
    if outside:
        wrong.append(f"truth: {len(outside)} addresses outside the lost part do not connect, "
                     f"{addresses.text(outside[0])} first")
    if inside:
        wrong.append(f"truth: {len(inside)} addresses in the lost part connect, "
                     f"{addresses.text(inside[0])} first")
    if flaky and (all(flaky) or not any(flaky)):
        wrong.append(f"truth: {sum(flaky)} of {len(flaky)} addresses connect in a part that should "
                     "lose some")
    return wrong


def every_part(row):
    return EVERY if row.lost_service else row.lost
