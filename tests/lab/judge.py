# SPDX-License-Identifier: Apache-2.0
"""Runs the program inside the lab and reads its report."""

import json
import shlex

import addresses
from common import merged

PLAN = {
    "schema": "reachback.plan/1",
    "gitlab": {"url": "https://172.20.5.10", "access": "datacenter"},
    "datacenter": {
        "return_next_hop": "172.20.5.1",
        "by_vantage": {"idc-router": {"return_next_hop": "10.0.12.1"}},
    },
}
SPOKEN = ("fail", "warn")


class AnswerError(Exception):
    """The program printed no report that can be read."""


def inside(row, script):
    """The script as run by hand on the scenario's machine, whose FRR is the only one it knows."""
    script = f'vtysh() {{ command vtysh -N {row.at} "$@"; }}\n{script}'
    return f"in_net {row.at} sh -eu -c {shlex.quote(script)}"


def subject_intervals(subject):
    prefixes = list(subject.get("prefixes") or [])
    if subject.get("prefix"):
        prefixes.append(subject["prefix"])
    return addresses.union([addresses.interval(prefix) for prefix in prefixes])


class Answer:
    """What one run said."""

    def __init__(self, status, out, err, facts):
        try:
            self.report = json.loads(out)
        except ValueError as error:
            raise AnswerError(f"exit {status}, no JSON ({error}): {err.strip()[-300:]}") from error
        self.status = status
        self.facts = facts
        self.verdict = self.report["verdict"]
        self.findings = self.report["findings"]
        self.spoken = [found for found in self.findings if found["status"] in SPOKEN]
        self.causes = {cause for found in self.spoken for cause in found["causes"]}
        self.lost = addresses.union(
            [piece for found in self.findings if found["status"] == "fail"
             for piece in subject_intervals(found["subject"])])
        self.classes = []
        for found in self.spoken:
            self._share(found)

    def _share(self, found):
        if "share" not in found:
            return
        size = addresses.size(subject_intervals(found["subject"]))
        # a configured pool is named whole, its share is what it can still hand out
        if found["subject"].get("path") and 0 < found["share"] <= size / 65536:
            return
        if size and found["share"] != size / 65536:
            raise AnswerError(f"{found['code']}: share {found['share']} is not {size}/65536")

    def commands(self, causes, platform="linux"):
        """What the report says to do on this platform, for these causes or for all."""
        lines = []
        for found in self.spoken:
            if causes is not None and not causes & set(found["causes"]):
                continue
            lines += [row["text"] for row in found.get("remedy", []) if row["platform"] == platform]
        return list(dict.fromkeys(lines))

    def names(self, cause, rows):
        """Named, or blocked by a finding that names a cause of the other fault."""
        if cause in self.causes:
            return True
        others = {other for row in rows for other in row.causes} - {cause}
        codes = {found["code"] for found in self.spoken if others & set(found["causes"])}
        return any(found["status"] == "blocked" and codes & set(found["blocked_by"])
                   and cause in self.rules.get(found["code"], [])
                   for found in self.findings)

    rules = {}  # set by lab.py: the causes that each rule can name


def ask(lab, program, row, patch, word):
    """`check` on the scenario's machine, with its plan; the facts stay in the scratch folder."""
    plan = lab.folder / f"{word}.plan.json"
    facts = lab.folder / f"{word}.facts.json"
    plan.write_text(json.dumps(merged(PLAN, patch)))
    command = [str(program), "check", "-j", "--plan", str(plan), "--facts", str(facts), *row.args]
    prefix = f"ip netns exec {row.at}"
    if row.as_init:
        prefix += " unshare -pm --fork --mount-proc"
    status, out, err = lab.attempt(f"exec {prefix} {shlex.join(command)}")
    answer = Answer(status, out, err, facts)
    answer.classes = classes(facts)
    return answer


def classes(facts):
    """Intervals of the class proof as the facts have them."""
    try:
        rows = json.loads(facts.read_text())["routes"]["classes"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    pairs = {(addresses.number(row["first"]), addresses.number(row["last"])) for row in rows}
    return sorted(pairs)[:600]


def together(lab, program, answers):
    """`judge` of the facts of several machines."""
    command = [str(program), "judge", "-j", *(str(answer.facts) for answer in answers)]
    status, out, err = lab.attempt(f"exec {shlex.join(command)}")
    return Answer(status, out, err, None)


class Nothing:
    """Stands for an answer where the program is not asked."""

    lost = ()
    classes = ()


NOTHING = Nothing()
