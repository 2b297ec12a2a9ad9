# SPDX-License-Identifier: Apache-2.0
"""
Runs one program again and again, each time with one thing failing in all of its processes: the first
allocation of one call site, that and all later ones, or one system call. What is run and what is
demanded of it is a subject's: endpoints.py, create.py. Whatever it is, it ends by itself, in time
and by no signal.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

ERRNOS = ("EINTR", "EIO", "ENOMEM", "EPERM", "EMFILE", "ENOSPC", "ENOBUFS")
# they end a process, return from a signal, or cannot be failed honestly (torture_calls.c)
LEFT_OUT = {"brk", "futex", "exit_group", "exit", "rt_sigreturn", "restart_syscall", "execve"}
# the order of cases: the same for one program unless REACHBACK_SEED says another
SEED = 1
AT_ONCE = 2 * (os.cpu_count() or 1)
UNDISTURBED = 3
Case = collections.namedtuple("Case", "what environment inject", defaults=({}, None))


class Subject:
    """What is disturbed."""

    what = ""    # in the words of the lines
    begins = ""  # of the calls before the one with this word is the loader's own affair
    hang_s = 0

    def __init__(self, build, work):
        self.build, self.work = build, work
        self.counts = collections.Counter()
        self.clean = None

    def start(self, case, strace):
        """(The running process, what it is to read)."""
        raise NotImplementedError

    def essence(self, status, said):
        """What undisturbed runs agree on; a word of what is wrong with one."""
        raise NotImplementedError

    def judge(self, status, said):
        """What was wrong with a disturbed run that ended; "" nothing."""
        raise NotImplementedError

    def open(self):
        """Makes what it needs; close() is called in any case."""

    def close(self):
        pass

    def climb(self, case, strace=()):
        """Status and what it wrote; None: it hangs."""
        child, asked = self.start(case, strace)
        try:
            said, _ = child.communicate(asked, timeout=self.hang_s)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return None, b""
        return child.returncode, said

    def look_undisturbed(self):
        for turn in range(UNDISTURBED):
            seen = self.essence(*self.climb(Case("undisturbed")))
            if isinstance(seen, str) or (self.clean and seen != self.clean):
                why = seen if isinstance(seen, str) else difference(self.clean, seen)
                raise SystemExit(f"FAIL robust {self.what}: undisturbed run {turn}: {why}")
            self.clean = seen

    def disturbed(self, case):
        strace = ()
        if case.inject:
            strace = ("strace", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e",
                      f"trace={case.inject.partition(':')[0]}", "-e", f"inject={case.inject}")
        status, said = self.climb(case, strace)
        if status is None:
            return "hangs"
        if status < 0 or status >= 128:
            return f"ended by a signal ({status})"
        return self.judge(status, said)


def difference(clean, other):
    for key in sorted(clean):
        if clean[key] == other.get(key):
            continue
        if key != "findings":
            return f"{key}: {other.get(key)}"
        more = [row for row in other["findings"] if row not in clean["findings"]]
        less = [row for row in clean["findings"] if row not in other["findings"]]
        return json.dumps({"more": more[:2], "less": less[:2]})[:1500]
    return "keys"


def list_sites(subject):
    library = str(subject.build / "tests/robust/libfail_site.so")
    listed = subject.work / "sites"
    sites = set()
    for _ in range(2):  # some are met only where answers come in another order
        status, _ = subject.climb(Case("sites", {"LD_PRELOAD": library, "SITE_LIST": str(listed)}))
        if status:
            raise SystemExit(f"FAIL robust {subject.what}: counting ended with {status}")
        sites |= set(listed.read_text().split())
    for site in sorted(sites):
        for on in ("once", "on"):
            yield Case(f"allocation {site} {on}",
                       {"LD_PRELOAD": library, "SITE_FAIL": site, "SITE_ON": on})


def list_calls(subject):
    """The n-th call of each name; where several processes run, the n-th of each of them at once."""
    log = subject.work / "calls"
    status, _ = subject.climb(Case("calls"), ("strace", "-f", "-qqq", "-o", str(log)))
    if status:
        raise SystemExit(f"FAIL robust {subject.what}: counting calls ended with {status}")
    counts, begun, listed = collections.Counter(), False, set()
    for line in log.read_text().splitlines():
        name = re.match(r"([0-9]+) +([a-z0-9_]+)\(", line)
        if not name:
            continue
        counts[name.groups()] += 1
        begun = begun or subject.begins in line  # what the loader does is its own affair
        case = (name[2], counts[name.groups()])
        if begun and name[2] not in LEFT_OUT and case not in listed:
            listed.add(case)
            for error in ERRNOS:
                inject = f"{case[0]}:error={error}:when={case[1]}"
                yield Case(inject, {}, inject)


def spread(cases, seed, key):
    """In an order in which each kind comes early: the n-th of each kind before the n+1st of any."""
    shuffled = list(cases)
    random.Random(seed).shuffle(shuffled)
    seen = collections.Counter()
    rank = {}
    for case in shuffled:
        seen[key(case)] += 1
        rank[case.what] = seen[key(case)]
    return sorted(shuffled, key=lambda case: rank[case.what])


def torture(subject, name, cases, seconds):
    """Runs cases until the time is over, several at once."""
    subject.counts.clear()
    until = time.monotonic() + seconds if seconds else None
    bad, done = 0, 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = iter(cases)
        pending = {}
        while True:
            while len(pending) < AT_ONCE and (not until or time.monotonic() < until):
                case = next(waiting, None)
                if case is None:
                    break
                pending[pool.submit(subject.disturbed, case)] = case
            if not pending:
                break
            ended, _ = concurrent.futures.wait(
                pending, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in ended:
                case = pending.pop(future)
                done += 1
                if future.result():
                    bad += 1
                    print(f"{case.what}: {future.result()}", flush=True)
    if not done:
        bad = 1
    counted = ", ".join(f"{count} {what}" for what, count in sorted(subject.counts.items()))
    print(f"{'FAIL' if bad else 'ok'} robust {subject.what} {name}: {done} of {len(cases)} cases, "
          f"{counted}, {bad} bad", flush=True)
    return bad


def main(subject_class):
    """BUILD WORK SECONDS|all on the command line."""
    build, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    seconds = None if sys.argv[3] == "all" else float(sys.argv[3]) / 2
    seed = int(os.environ.get("REACHBACK_SEED", SEED))
    subject = subject_class(build, work)
    try:
        subject.open()
        subject.look_undisturbed()
        print(f"# seed {seed}", flush=True)
        bad = torture(subject, "allocations by call site",
                      spread(list_sites(subject), seed, lambda case: case.what[-2:]), seconds)
        if shutil.which("strace"):
            bad += torture(subject, "system calls",
                           spread(list_calls(subject), seed,
                                  lambda case: case.what.partition(":")[0]), seconds)
        else:
            print(f"SKIP robust {subject.what} system calls: no strace")
    finally:
        subject.close()
    sys.exit(bool(bad))
