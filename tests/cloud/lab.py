# SPDX-License-Identifier: Apache-2.0
"""
Plants one fault at a time in the cloud's answers, asks the program, and compares what it says.

usage: lab.py --program PATH [--jobs N] [--keep DIR] [--all] [NAME...]

A scenario passes when the program names exactly the expected causes with the expected verdict and
exit status, says the same of the facts it saved and of saved replies, asks nothing that the vendor's
gateway would refuse, and finds the twin well. One line a scenario on stdout. Names in the file
`pending` are left out unless they are asked for. Runs in a network namespace of its own.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "lab"))

import common  # noqa: E402
import program  # noqa: E402
import rows  # noqa: E402
import sweeps  # noqa: E402
from common import show  # noqa: E402

MARK = "REACHBACK_CLOUD_LAB"


class Check(common.Check):
    def judged(self, run, answer):
        self.equal(f"{run.word} causes", show(answer.causes("fail")), show(run.causes))
        self.equal(f"{run.word} warned", show(answer.causes("warn")), show(run.warns))
        seen = f"{answer.verdict}, exit {answer.status}"
        if answer.verdict == "undetermined" != run.verdict:
            seen += f" ({show(answer.codes('unknown'))})"
        self.equal(f"{run.word} verdict", seen, f"{run.verdict}, exit {common.EXIT[run.verdict]}")
        if run.unknown is not None:
            self.equal(f"{run.word} unknown", show(answer.codes("unknown")), show(run.unknown))
        for where, share in run.shares.items():
            self.equal(f"{run.word} share of {where}", answer.shares().get(where), share)

    def served(self, run, gateway):
        for word in run.calls:
            if not any(call.action == word for call in gateway.journal):
                self.wrong.append(f"{run.word}: {word} was not asked")


def run_one(row, run, work, check):
    answer, gateway = work.live(run, row.args)
    check.judged(run, answer)
    check.served(run, gateway)
    if not row.complaints:
        check.equal(f"{run.word} complaints", sorted(set(gateway.complaints()))[:3], [])
    check.equal(f"{run.word} by judge", work.judged(run).essence(), answer.essence())
    if row.saved and not row.args:
        again = work.saved(run, gateway)
        if again.essence() != answer.essence():
            more = set(again.essence()) - set(answer.essence())
            check.wrong.append(f"{run.word}: saved replies say otherwise: {sorted(more)[:3]}")


def twin(options, row, run, folder):
    """What is wrong with a world without a fault: many scenarios have the same, asked once."""
    key = json.dumps([run.world, run.plan, row.args, row.saved, sorted(run.warns), run.verdict],
                     sort_keys=True)
    with options.lock:
        mine = key not in options.twins
        known = options.twins.setdefault(key, concurrent.futures.Future())
    if mine:
        check = Check()
        try:
            run_one(row, run, program.Program(options.program, folder), check)
            known.set_result(check.wrong)
        except (program.AnswerError, subprocess.TimeoutExpired) as error:
            known.set_result([f"twin: {error}"])
        except BaseException as error:
            known.set_exception(error)
            raise
    return known.result()


def attempt(options, row):
    folder = pathlib.Path(options.scratch) / row.name
    shutil.rmtree(folder, ignore_errors=True)
    started, check = time.monotonic(), Check()
    try:
        planted, *others = row.runs
        run_one(row, planted, program.Program(options.program, folder), check)
        for run in others:
            check.wrong += twin(options, row, run, folder)
    except (program.AnswerError, subprocess.TimeoutExpired) as error:
        check.wrong.append(str(error))
    if check.wrong:
        return f"FAIL cloud {row.name}: " + " | ".join(check.wrong)
    shutil.rmtree(folder, ignore_errors=True)
    return f"ok cloud {row.name} ({time.monotonic() - started:.1f} s)"


def alone():
    """Runs this script again in a network namespace of its own; why not, where it cannot."""
    if MARK in os.environ:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return None
    flags = "-n" if os.geteuid() == 0 else "-Urn"
    done = subprocess.run(["unshare", flags, "true"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"no private namespaces here: {done.stderr.strip()}"
    environment = {**os.environ, MARK: "1"}
    os.execvpe("unshare", ["unshare", flags, sys.executable, *sys.argv], environment)
    return None


def options_read():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--program", required=True, type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--keep", help="keep the scratch folder of failed scenarios here")
    parser.add_argument("--all", action="store_true", help="pending scenarios, too")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", nargs="*", help="scenarios or sweeps (default: all not pending)")
    return parser.parse_args()


def tried(name, label, work):
    """A sweep's line."""
    started = time.monotonic()
    try:
        wrong = work()
    except common.Skipped as reason:
        return f"SKIP cloud {name} {label}: {reason}"
    except (program.AnswerError, subprocess.TimeoutExpired) as error:
        wrong = [str(error)]
    said = "FAIL" if wrong else "ok"
    return f"{said} cloud {name} {label}: " + " | ".join(wrong) if wrong else (
        f"{said} cloud {name} {label} ({time.monotonic() - started:.1f} s)")


def chosen(options, found):
    """Scenarios and what sweeps yield, as functions that answer with a line."""
    left_out = {} if options.all else common.pending(HERE / "pending")
    names = options.names or [name for name in [*found, *sweeps.SWEEPS] if name not in left_out]
    for name in names:
        if name in found:
            yield lambda row=found[name]: attempt(options, row)
        else:
            for label, work in sweeps.SWEEPS[name](options):
                if f"{name} {label}" not in left_out:
                    yield lambda name=name, label=label, work=work: tried(name, label, work)


def main():
    options = options_read()
    found = rows.load()
    if options.list:
        print("\n".join([*found, *sweeps.SWEEPS]))
        return 0
    reason = alone()
    if reason:
        print(f"SKIP cloud lab: {reason}")
        return 0
    options.scratch = options.keep or tempfile.mkdtemp(prefix="reachback-cloud-")
    options.firsts, options.twins, options.lock = {}, {}, threading.Lock()
    failed = common.tried(list(chosen(options, found)), options.jobs, options.twins.clear)
    if not options.keep:
        shutil.rmtree(options.scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
