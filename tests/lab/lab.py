# SPDX-License-Identifier: Apache-2.0
"""
Plants faults in the lab, asks the program, and compares its answer with real connections.

usage: lab.py --program PATH --binaries DIR [--jobs N] [--pairs N] [--seed N] [--keep DIR] [NAME...]

A scenario passes when the program names exactly the expected causes with the expected verdict, the
addresses it calls lost are those that cannot connect, reverting makes it ready again, and (`mend`)
the commands that it prints itself mend the link. One line a scenario on stdout.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import common
import judge
import machine
import scenarios
import truth


def kernel():
    return tuple(int(word) for word in re.findall(r"\d+", os.uname().release)[:2])


def skip_reason(needs):
    if "root" in needs and os.geteuid() != 0:
        return "needs root: more than one user id"
    if "linux-6.15" in needs and kernel() < (6, 15):
        return f"needs Linux 6.15, this is {os.uname().release}"
    if "tunnel" in needs and not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "needs /dev/net/tun"
    if "frr" in needs:
        if os.geteuid() != 0:
            return "needs root: FRR changes to its own user"
        if not pathlib.Path("/usr/lib/frr/bgpd").exists():
            return "needs FRR"
    return None


class Check(common.Check):
    def judged(self, what, answer, causes, verdict):
        self.equal(f"{what} causes", common.show(answer.causes), common.show(causes))
        self.equal(f"{what} verdict", f"{answer.verdict}, exit {answer.status}",
                   f"{verdict}, exit {common.EXIT[verdict]}")


def healthy(check, what, lab, program, row):
    answer = judge.ask(lab, program, row, {} if row.causes else row.plan, what)
    check.judged(what, answer, frozenset(), "ready")
    check.wrong += [f"{what}: {line}" for line in truth.compare(lab, [], answer)]


def mend(check, lab, program, row):
    """Plants again and does what the program says now; then all must be well."""
    lab.run(row.plant)
    answer = judge.ask(lab, program, row, row.plan, "planted-again")
    platform = "frr" if row.mend == "frr" else "linux"
    all_of_them = row.mend in ("yes", "frr")
    commands = answer.commands(None if all_of_them else frozenset(row.mend.split()), platform)
    if not commands:
        check.wrong.append(f"mend: no {platform} remedy printed")
        return
    status, _, err = lab.attempt(judge.inside(row, "\n".join(commands)))
    if status != 0:
        check.wrong.append(f"mend: {'; '.join(commands)}: {err.strip()[-200:]}")
        return
    if platform == "frr":
        time.sleep(1)  # its daemons tell the kernel a moment after vtysh has ended
    after = judge.ask(lab, program, row, row.plan, "mended")
    check.judged("mended", after, row.mended, "ready-with-risks" if row.mended else "ready")
    check.wrong += [f"mended by {'; '.join(commands)}: {line}"
                    for line in truth.compare(lab, [], after)]


def run_one(lab, program, row):
    check = Check()
    lab.run("lab_up")
    lab.run(row.plant)
    answer = judge.ask(lab, program, row, row.plan, "planted")
    check.judged("planted", answer, row.causes, row.verdict)
    if not row.lost_service:
        check.equal("addresses called lost", truth.show(answer.lost), truth.show(row.called))
    check.wrong += truth.compare(lab, [row], answer)
    lab.run(row.revert)
    healthy(check, "reverted", lab, program, row)
    if not check.wrong and not row.mend.startswith("no:"):
        mend(check, lab, program, row)
    return check.wrong


def run_truth(lab, rows):
    """No program: does the lab itself behave as its tables say?"""
    check = Check()
    lab.run("lab_up")
    for row in rows:
        lab.run(row.plant)
    check.wrong += truth.compare(lab, rows, judge.NOTHING)
    if len(rows) == 1:
        lab.run(rows[0].revert)
        check.wrong += [f"reverted: {line}" for line in truth.compare(lab, [], judge.NOTHING)]
    return check.wrong


def run_pair(lab, program, rows):
    check = Check()
    lab.run("lab_up")
    for row in rows:
        lab.run(row.plant)
    here = [judge.ask(lab, program, row, {}, f"planted-{row.at}")
            for row in {row.at: row for row in rows}.values()]
    answer = here[0] if len(here) == 1 else judge.together(lab, program, here)
    for row in rows:
        for cause in sorted(row.causes):
            if not answer.names(cause, rows):
                check.wrong.append(f"{cause} of {row.name} is neither named nor blocked by the other")
    check.equal("exit status", answer.status,
                max(common.EXIT[row.verdict] for row in rows))
    check.wrong += truth.compare(lab, rows, answer)
    return check.wrong


def attempt(options, name, rows):
    reason = skip_reason(frozenset().union(*(row.needs for row in rows)))
    if reason:
        return f"SKIP lab {name}: {reason}"
    folder = pathlib.Path(options.scratch) / name
    started = time.monotonic()
    lab = machine.Lab(folder, options.binaries)
    try:
        if options.truth_only:
            wrong = run_truth(lab, rows)
        elif len(rows) == 1:
            wrong = run_one(lab, options.program, rows[0])
        else:
            wrong = run_pair(lab, options.program, rows)
    except (machine.LabError, judge.AnswerError, common.TableError) as error:
        wrong = [str(error)]
    finally:
        lab.close()
    if wrong:
        return f"FAIL lab {name}: " + " | ".join(wrong)
    shutil.rmtree(folder, ignore_errors=True)
    return f"ok lab {name} ({time.monotonic() - started:.1f} s)"


def options_read():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--truth-only", action="store_true", help="test the lab, not the program")
    parser.add_argument("--program", default="reachback", type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument("--binaries", required=True, type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="keep the scratch folder of failed scenarios here")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", nargs="*", help="scenarios (default: all), or ONE+OTHER")
    return parser.parse_args()


def rule_causes(program):
    """Which causes each rule can name: what a pair's blocked finding stands for."""
    shown = subprocess.run([str(program), "rules", "-j"], check=True, capture_output=True, text=True)
    return {row["code"]: row["causes"] for row in json.loads(shown.stdout)}


def work(options, table):
    if options.names:
        return {name: [table[part] for part in name.split("+")] for name in options.names}
    if options.pairs:
        chosen = scenarios.pairs(table, options.seed, options.pairs)
        return {f"{one.name}+{other.name}": [one, other] for one, other in chosen}
    return {name: [row] for name, row in table.items()}


def main():
    options = options_read()
    table = scenarios.load()
    todo = work(options, table)
    if options.list:
        print("\n".join(todo))
        return 0
    reason = machine.usable()
    if reason:
        print(f"SKIP lab: no private namespaces here: {' '.join(reason)}")
        return 0
    if not options.truth_only:
        judge.Answer.rules = rule_causes(options.program)
    options.scratch = options.keep or tempfile.mkdtemp(prefix="reachback-lab-")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for line in pool.map(lambda item: attempt(options, *item), todo.items()):
            failed += line.startswith("FAIL")
            print(line, flush=True)
    if not options.keep:
        shutil.rmtree(options.scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
