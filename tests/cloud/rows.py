# SPDX-License-Identifier: Apache-2.0
"""The scenarios: every scenarios/*.ini, checked as it is read. Keys with their meaning: README.md."""

import dataclasses
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "endpoints"))

import world as worlds  # noqa: E402
from common import EXIT, TableError, sections  # noqa: E402
from table import verdict_of  # noqa: E402

KEYS = {"world", "stage", "plant", "plan", "plant-plan", "causes", "warns", "verdict", "unknown",
        "share", "twin", "twin-warns", "args", "saved", "environment", "calls", "complaints", "files"}
LINK = {"instance_id": "cri-bp1build", "vpc_id": "vpc-bp1main", "vswitch_id": "vsw-bp1link",
        "vswitch_cidr": "192.168.1.0/24"}
BASE = {"schema": "reachback.plan/1", "vantage": "offline", "region": "cn-hangzhou"}
IDC = {
    **BASE, "link": {**LINK, "gitlab_ip": "172.20.5.10", "other_ips": ["172.20.5.20"]},
    "gitlab": {"url": "https://172.20.5.10", "access": "datacenter", "project": "group/app"},
    "maven": [{"url": "http://172.20.5.20:8081/repository/maven-public/"}],
    "datacenter": {"cidrs": ["172.20.0.0/16"], "vbr_id": "vbr-bp1idc"}}
PLANS = {
    "ecs": {
        **BASE, "link": {**LINK, "gitlab_ip": "192.168.2.10", "other_ips": ["192.168.2.20"]},
        "gitlab": {"url": "https://192.168.2.10", "access": "ecs", "project": "group/app"},
        "maven": [{"url": "http://192.168.2.20:8081/repository/maven-public/"}]},
    "slb": {
        **BASE, "link": {**LINK, "gitlab_ip": "192.168.2.30"},
        "gitlab": {"url": "https://192.168.2.30", "access": "slb", "project": "group/app"}},
    "datacenter": IDC, "transit": IDC,
}
PLANS["alb"] = PLANS["slb"]


@dataclasses.dataclass
class Run:
    """One world with what must be said of it."""

    word: str
    world: dict
    plan: dict
    causes: frozenset
    warns: frozenset
    verdict: str
    unknown: object = None  # rules that must answer unknown; None: not looked at
    shares: dict = dataclasses.field(default_factory=dict)
    calls: list = dataclasses.field(default_factory=list)
    environment: list = dataclasses.field(default_factory=list)
    files: dict = dataclasses.field(default_factory=dict)  # below HOME


@dataclasses.dataclass
class Scenario:
    name: str
    runs: list
    args: list
    saved: bool
    complaints: bool


def _json(name, row, key):
    try:
        return json.loads(row.get(key, "{}"))
    except ValueError as error:
        raise TableError(f"{name}: {key}: {error}") from error


def _words(row, key):
    return frozenset(row.get(key, "").split())


def _planted(name, row, world, plan):
    causes, warns = _words(row, "causes"), _words(row, "warns")
    verdict = row.get("verdict", verdict_of(causes, warns))
    if verdict not in EXIT:
        raise TableError(f"{name}: verdict {verdict}")
    shares = {word.rpartition("=")[0]: float(word.rpartition("=")[2])
              for word in row.get("share", "").split()}
    return Run("planted", worlds.merged(world, _json(name, row, "plant")),
               worlds.merged(plan, _json(name, row, "plant-plan")), causes, warns, verdict,
               _words(row, "unknown") if "unknown" in row else None, shares,
               row.get("calls", "").split(), row.get("environment", "").split(),
               _json(name, row, "files"))


def scenario(name, row):
    unknown = set(row) - KEYS
    if unknown:
        raise TableError(f"{name}: unknown key {', '.join(sorted(unknown))}")
    if "causes" not in row:
        raise TableError(f"{name}: no causes")
    kind = row.get("world", "ecs")
    world = worlds.load(kind, _json(name, row, "stage"))
    plan = worlds.merged(PLANS[kind], _json(name, row, "plan"))
    warns = _words(row, "twin-warns")
    runs = [_planted(name, row, world, plan)]
    if {"plant", "plant-plan", "environment"} & set(row):
        runs.append(Run("twin", world, plan, frozenset(), warns,
                        row.get("twin", verdict_of((), warns))))
    return Scenario(name, runs, row.get("args", "").split(), row.get("saved", "yes") == "yes",
                    row.get("complaints") == "yes")


def load():
    return {name: scenario(name, row) for name, row in sections(HERE / "scenarios")}
