# SPDX-License-Identifier: Apache-2.0
"""The scenario table: every tests/lab/scenarios/*.ini, checked as it is read."""

import dataclasses
import itertools
import json
import pathlib
import random

import addresses
from common import EXIT, TableError, sections

FOLDER = pathlib.Path(__file__).resolve().parent / "scenarios"
KEYS = {
    "at", "plan", "args", "plant", "revert", "causes", "verdict", "lost", "flaky",
    "lost-service", "called", "mend", "mended", "pair", "needs", "as-init", "touches", "diverts",
}
@dataclasses.dataclass
class Scenario:
    name: str
    at: str
    plan: dict
    args: list
    plant: str
    revert: str
    causes: frozenset
    verdict: str
    lost: list
    flaky: bool
    lost_service: bool
    called: list
    mend: str
    mended: frozenset
    pair: bool
    needs: frozenset
    as_init: bool
    touches: frozenset
    diverts: bool


def _scenario(name, row):
    unknown = set(row) - KEYS
    if unknown:
        raise TableError(f"{name}: unknown key {', '.join(sorted(unknown))}")
    for key in ("plant", "revert", "causes"):
        if key not in row:
            raise TableError(f"{name}: no {key}")
    causes = frozenset(row["causes"].split())
    verdict = row.get("verdict", "not-ready" if causes else "ready")
    if verdict not in EXIT:
        raise TableError(f"{name}: verdict {verdict}")
    return Scenario(
        name=name,
        at=row.get("at", "gl"),
        plan=json.loads(row.get("plan", "{}")),
        args=row.get("args", "").split(),
        plant=row["plant"],
        revert=row["revert"],
        causes=causes,
        verdict=verdict,
        lost=addresses.parse(row.get("lost", "")),
        flaky=row.get("flaky") == "yes",
        lost_service=row.get("lost-service") == "yes",
        called=addresses.parse(row.get("called", row.get("lost", ""))),
        mend=row.get("mend", "yes" if causes else "no: nothing to mend"),
        mended=frozenset(row.get("mended", "").split()),
        pair=row.get("pair") == "yes",
        needs=frozenset(row.get("needs", "").split()),
        as_init=row.get("as-init") == "yes",
        touches=frozenset(row.get("touches", "").split()),
        diverts=row.get("diverts") == "yes",
    )


def load():
    return {name: _scenario(name, row) for name, row in sections(FOLDER)}


def _overlap(one, other):
    return any(a[0] <= b[1] and b[0] <= a[1] for a in one.lost for b in other.lost)


def _compatible(one, other):
    """
    Not where one would take the other out of force: a multipath part that wins over or loses to
    the other's part, a rule past whose table the other's route is never looked at.
    """
    alone = one.flaky or other.flaky or one.diverts or other.diverts
    if alone and one.at == other.at and _overlap(one, other):
        return False
    return (one.causes != other.causes and not one.touches & other.touches
            and not one.plan and not other.plan)


def pairs(table, seed, count):
    """`count` pairs of faults that can be planted together, half of them on one machine."""
    rows = [row for row in table.values() if row.pair]
    here, apart = [], []
    for one, other in itertools.combinations(rows, 2):
        if not _compatible(one, other):
            continue
        (here if one.at == other.at else apart).append((one, other))
    rng = random.Random(seed)
    rng.shuffle(here)
    rng.shuffle(apart)
    # first of all those that want the same addresses: there one may hide the other
    here.sort(key=lambda pair: not _overlap(*pair))
    return here[:count - count // 3] + apart[:count // 3]
