# SPDX-License-Identifier: Apache-2.0
"""What the labs (tests/lab, tests/endpoints, tests/cloud) share: tables, checks, and their lines."""

import concurrent.futures
import configparser
import copy
import os
import pathlib
import resource
import signal
import subprocess

EXIT = {"ready": 0, "ready-with-risks": 0, "not-ready": 2, "undetermined": 3}


class TableError(Exception):
    """A scenario that cannot be meant as it stands."""


class Skipped(Exception):
    """What this machine cannot show, and why."""


def sections(folder):
    """(name, row) of every section of the folder's *.ini."""
    names = set()
    for path in sorted(folder.glob("*.ini")):
        parser = configparser.RawConfigParser(
            delimiters=("=",), comment_prefixes=("#",), empty_lines_in_values=False, strict=True)
        parser.optionxform = str
        parser.read_string(path.read_text())
        for name in parser.sections():
            if name in names:
                raise TableError(f"{name}: written twice")
            names.add(name)
            yield name, parser[name]


def merged(base, patch):
    """A JSON merge patch: null takes a key away."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def pending(path):
    """What the program does not answer as expected yet, with the reason of each: "NAME: WHY"."""
    lines = path.read_text().splitlines()
    rows = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {name.strip(): reason.strip() for name, _, reason in rows}


def show(words):
    return " ".join(sorted(words)) or "none"


def helper_of(session, name):
    """The helper of that name that a program has started, which leads its session; None: none."""
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if ((path / "cmdline").read_bytes().split(b"\0")[0] == name.encode()
                    and os.getsid(int(path.name)) == session):
                return int(path.name)
        except OSError:
            continue
    return None


def may_dump():
    """For preexec_fn: no limit of the size of a core."""
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def cores(folder):
    return list(folder.rglob("*core*"))


def core_is_found(folder):
    """cores() finds what a crash leaves in the folder, which is empty: what is wrong otherwise."""
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if "/" in pattern or pattern.startswith("|") or "core" not in pattern:
        raise Skipped(f"kernel.core_pattern \"{pattern}\" keeps cores elsewhere")
    with subprocess.Popen(["sleep", "30"], cwd=folder, preexec_fn=may_dump) as child:
        child.send_signal(signal.SIGSEGV)
    left = cores(folder)
    for path in left:
        path.unlink()
    return [] if left else [f"no core of a process that may dump ({child.returncode})"]


class Check:
    """Collects what was wrong; a scenario goes on after the first difference."""

    def __init__(self):
        self.wrong = []

    def equal(self, what, seen, wanted):
        if seen != wanted:
            self.wrong.append(f"{what}: {seen}, expected {wanted}")


def tried(works, jobs, forget=lambda: None):
    """
    Runs functions that answer with a line, several at once, and prints the lines; how many failed.
    Time is real: on a busy machine one may need to be alone, so what fails is tried once more,
    behind `forget`, which drops what they know of each other.
    """
    failed, late = 0, []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for work, line in zip(works, pool.map(lambda work: work(), works)):
            if line.startswith("FAIL"):
                late.append(work)
                line = line.replace("FAIL", "# not at the first try:", 1)
            print(line, flush=True)
    forget()
    for work in late:
        line = work()
        failed += line.startswith("FAIL")
        print(line, flush=True)
    return failed
