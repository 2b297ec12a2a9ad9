# SPDX-License-Identifier: Apache-2.0
"""Sets of IPv4 addresses as sorted, disjoint, closed intervals of integers."""

import ipaddress

RANGE = ipaddress.ip_network("100.104.0.0/16")
FIRST = int(RANGE.network_address)
LAST = int(RANGE.broadcast_address)


def number(text):
    return int(ipaddress.IPv4Address(text))


def text(value):
    return str(ipaddress.IPv4Address(value))


def interval(prefix):
    network = ipaddress.ip_network(prefix, strict=False)
    return int(network.network_address), int(network.broadcast_address)


def union(intervals):
    merged = []
    for first, last in sorted(intervals):
        first, last = max(first, FIRST), min(last, LAST)
        if first > last:
            continue
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def parse(words):
    """"all", or prefixes and first-last pairs, separated by blanks."""
    pieces = []
    for word in words.split():
        if word == "all":
            pieces.append((FIRST, LAST))
        elif "-" in word:
            first, last = word.split("-")
            pieces.append((number(first), number(last)))
        else:
            pieces.append(interval(word))
    return union(pieces)


def size(intervals):
    return sum(last - first + 1 for first, last in intervals)


def holds(intervals, value):
    return any(first <= value <= last for first, last in intervals)


def edges(intervals):
    """Both ends of each interval, their neighbours outside, and its middle."""
    found = set()
    for first, last in intervals:
        found.update((first - 1, first, (first + last) // 2, last, last + 1))
    return {value for value in found if FIRST <= value <= LAST}


def show(intervals):
    return " ".join(f"{text(first)}-{text(last)}" for first, last in intervals) or "none"
