# SPDX-License-Identifier: Apache-2.0
"""
How long the calls of a run take, against the longest chain of calls that wait for each other. The
server of tests/cloud answers each call late by the same time, and its journal tells which call
could have been asked when: not before an answer that holds what the call names.

usage: calls.py PROGRAM      in a network namespace of its own

Prints a line a world: KIND, its calls, milliseconds from the first to the last answer, calls of the
longest chain, and its milliseconds.
"""

import json
import pathlib
import sys
import tempfile
import types

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cloud"))
sys.dont_write_bytecode = True

import actions  # noqa: E402
import sweeps  # noqa: E402

LATE_MS = 400
TURNS = 3
# Asked of a repository that is bound to the plan's project: which one is, another answer says.
HANGS_ON = {"ListRepoBuildRule": "GetRepoSourceCodeRepo",
            "ListRepoBuildRecord": "GetRepoSourceCodeRepo"}


def values(call):
    """What a call could only know from an earlier answer; pages by their token."""
    for name, text in call.parameters.items():
        if name.startswith(("RegionId", "PageSize", "MaxResult", "PageNo", "Direction", "Module")):
            continue
        try:
            words = json.loads(text)
        except ValueError:
            words = text.split(",")
        yield from words if isinstance(words, list) else [text]


def waited_for(call, journal, depths):
    """The depth of the call that this one hangs on; 0: of none."""
    return max((depths[other.number] for other in journal if other.number in depths
                and other.action == HANGS_ON.get(call.action)
                and other.parameters["RepoId"] == call.parameters["RepoId"]), default=0)


def longest_chain(journal, plan):
    """Calls of the longest of the shortest chains that could have led to each call."""
    known, depths = json.dumps(plan), {}
    for call in journal:
        waits = waited_for(call, journal, depths)
        for value in values(call):
            if not isinstance(value, str) or value in known:
                continue
            told = [depths[other.number] for other in journal if other.number in depths
                    and value in json.dumps(other.reply)]
            waits = max(waits, min(told, default=0))
        depths[call.number] = waits + 1
    return max(depths.values())


def measure(options, kind):
    """(calls, wall, calls of the chain) of one run."""
    run = sweeps.healthy(kind)
    run.world["faults"] = [{"late_ms": LATE_MS}]
    answer, gateway = sweeps.ask(options, kind, run)
    if answer.verdict != run.verdict:
        sys.exit(f"{kind}: {answer.verdict}")
    journal = [call for call in gateway.journal if call.product in actions.VERSIONS]
    wall = (max(call.at for call in journal) - journal[0].at) * 1000 + LATE_MS
    return len(journal), wall, longest_chain(journal, run.plan)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        options = types.SimpleNamespace(program=pathlib.Path(sys.argv[1]).resolve(),
                                        scratch=scratch)
        for kind in sweeps.KINDS:
            runs = [measure(options, kind) for _ in range(TURNS)]
            calls, wall, chain = sorted(runs, key=lambda run: run[1])[TURNS // 2]
            print(kind, calls, f"{wall:.0f}", chain, chain * LATE_MS, flush=True)


main()
