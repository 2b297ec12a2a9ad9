# SPDX-License-Identifier: Apache-2.0
"""The scenarios of the lab of endpoints: every scenarios/*.ini, checked as it is read."""

import dataclasses
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lab"))

from common import EXIT, TableError, merged, sections  # noqa: E402

# Keys with their meaning: README.md.
KEYS = {
    "plant", "revert", "causes", "warns", "verdict", "plan", "plant-plan", "args", "plant-args",
    "environment", "allow", "truth", "rung", "twin", "twin-warns", "needs", "repeat", "world", "second",
}


def verdict_of(causes, warns):
    return "not-ready" if causes else "ready-with-risks" if warns else "ready"


@dataclasses.dataclass
class Run:
    """One run of the program: what differs from the healthy world, and what must come of it."""

    word: str
    plan: dict
    args: list
    environment: list
    causes: frozenset
    warns: frozenset
    verdict: str
    truth: list  # steps of truth.sh, one of which must fail; ["ok"]: none does
    rungs: frozenset


@dataclasses.dataclass
class Scenario:
    name: str
    world: str
    plant: str
    revert: str
    planted: Run
    twin: Run
    allow: list
    needs: frozenset
    repeat: int
    second: list


def _planted(name, row, plan):
    causes = frozenset(row["causes"].split())
    warns = frozenset(row.get("warns", "").split())
    verdict = row.get("verdict", verdict_of(causes, warns))
    if verdict not in EXIT:
        raise TableError(f"{name}: verdict {verdict}")
    truth = row.get("truth", "any" if causes else "ok").split()
    return Run("planted", merged(plan, json.loads(row.get("plant-plan", "{}"))),
               row.get("args", "").split() + row.get("plant-args", "").split(),
               row.get("environment", "").split(), causes, warns, verdict, truth,
               frozenset(row.get("rung", "").split()))


def _scenario(name, row, base):
    unknown = set(row) - KEYS
    if unknown:
        raise TableError(f"{name}: unknown key {', '.join(sorted(unknown))}")
    if "causes" not in row:
        raise TableError(f"{name}: no causes")
    if not {"plant", "plant-plan", "plant-args", "environment"} & set(row) and row["causes"]:
        raise TableError(f"{name}: nothing is planted")
    plan = merged(base, json.loads(row.get("plan", "{}")))
    warns = frozenset(row.get("twin-warns", "").split())
    return Scenario(
        name=name,
        world=row.get("world", ":"),
        plant=row.get("plant", ":"),
        revert=row.get("revert", ":"),
        planted=_planted(name, row, plan),
        twin=Run("twin", plan, row.get("args", "").split(), [], frozenset(), warns,
                 row.get("twin", verdict_of((), warns)), ["ok"], frozenset()),
        allow=row["allow"].split() if "allow" in row else None,
        needs=frozenset(row.get("needs", "").split()),
        repeat=int(row.get("repeat", "1")),
        second=row.get("second", "").split())


def load(base):
    """Every scenario by its name; `base` is the healthy world's plan."""
    return {name: _scenario(name, row, base) for name, row in sections(HERE / "scenarios")}
