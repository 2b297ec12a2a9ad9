# SPDX-License-Identifier: Apache-2.0
"""
Runs the endpoint helper again and again against healthy peers (endpoints_peer.py), each time with
one thing failing: the first allocation of one call site, that and all later ones, or one system
call. Usage, in namespaces of its own: endpoints.py BUILD WORK SECONDS|all

Every run ends by itself and in time, by no signal; where it ends with 0, its facts are judged, and a
report that ends with 0 is the very report of the undisturbed run (times apart).
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TOKEN = "glpat-Robust0Canary3Secret"
ERRNOS = ("EINTR", "EIO", "ENOMEM", "EPERM", "EMFILE", "ENOSPC", "ENOBUFS")
# they end a process, return from a signal, or cannot be failed honestly (torture_calls.c)
LEFT_OUT = {"brk", "futex", "exit_group", "exit", "rt_sigreturn", "restart_syscall", "execve"}
# the order of cases: the same for one program unless REACHBACK_SEED says another
SEED = 1
BUDGET_MS = 3000
HANG_S = BUDGET_MS / 1000 + 4
AT_ONCE = 2 * (os.cpu_count() or 1)
PLAN = {
    "schema": "reachback.plan/1", "vantage": "vswitch-host",
    "link": {"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": "192.168.1.10",
             "other_ips": ["192.168.1.20", "192.168.1.30"]},
    "gitlab": {"url": "https://gitlab.test", "access": "ecs", "username": "alice",
               "project": "group/app"},
    "maven": [{"url": "https://maven.test/repository/m/", "artifact": "g:a:1.0"}],
    "from": "lan0",
}
ROWS = {
    "targets": lambda row: (row["url"] != row["root"], row["url"]),
    "attempts": lambda row: (row["url"], row["address"]), "names": lambda row: row["name"],
    "exchanges": lambda row: row["url"],
}
Case = collections.namedtuple("Case", "what environment inject", defaults=({}, None))


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def build_world(work):
    for command in ("link set lo up", "link add lan0 type veth peer name far0", "link set lan0 up",
                    "addr add 192.168.1.5/24 dev lan0",
                    "route add default via 192.168.1.1 dev lan0"):
        run("ip", *command.split())
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", f"{work}/key.pem", "-out", f"{work}/ca.pem", "-days", "100", "-subj",
        "/CN=Robust", "-addext", "subjectAltName=DNS:gitlab.test,DNS:maven.test,DNS:store.test")
    # a system's store of hundreds of authorities is hundreds of times the same
    store = pathlib.Path(run("openssl", "version", "-d").split('"')[1], "certs").resolve()
    (work / "store").mkdir()
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", f"{work}/other.key", "-out", f"{work}/store/ca-certificates.crt", "-days", "100",
        "-subj", "/CN=Other")
    run("mount", "--bind", f"{work}/store", str(store))
    for path, text in (("/etc/hosts", "127.0.0.1 localhost\n"),
                       ("/etc/resolv.conf", "nameserver 192.168.1.53\noptions timeout:1\n")):
        (work / "bound").mkdir(exist_ok=True)
        own = work / "bound" / pathlib.Path(path).name
        own.write_text(text)
        run("mount", "--bind", str(own), path)
    (work / "token").write_text(TOKEN + "\n")
    (work / "plan.json").write_text(json.dumps(PLAN))


def start_peers(work):
    peers = subprocess.Popen(["unshare", "-n", sys.executable, HERE / "endpoints_peer.py",
                              work / "ca.pem", work / "key.pem", TOKEN],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    peers.stdout.readline()  # it is in its own network
    run("ip", "link", "set", "far0", "netns", str(peers.pid))
    for command in ("link set lo up", "link set far0 up",
                    *(f"addr add 192.168.1.{last}/24 dev far0" for last in (1, 10, 20, 30, 53))):
        run("nsenter", "-t", str(peers.pid), "-n", "ip", *command.split())
    peers.stdin.write("go\n")
    peers.stdin.flush()
    if peers.stdout.readline() != "ready\n":
        raise SystemExit("FAIL robust endpoints: the peers did not start")
    return peers


class Helper:
    """Runs the helper, judges its facts, compares the report with the undisturbed one."""

    what, begins = "endpoints", "PR_SET_PDEATHSIG"

    def __init__(self, build, work):
        self.build, self.work = build, work
        self.program = build / "reachback"
        self.helper = str(build / "reachback-probe-endpoints")
        self.clean = None
        self.counts = collections.Counter()
        facts = work / "facts.json"
        done = subprocess.run(
            [self.program, "check", "-j", "--plan", work / "plan.json", "--cacert",
             work / "ca.pem", "--token-fd", "0", "--facts", facts],
            stdin=open(work / "token", "rb"), capture_output=True, text=True, check=False)
        if done.returncode:
            for found in json.loads(done.stdout or '{"findings": []}')["findings"]:
                if found["status"] in ("fail", "unknown"):
                    print(found["code"], found["status"], found["message"])
            raise SystemExit(f"{done.stderr}FAIL robust endpoints: the undisturbed world is not "
                             f"ready (exit {done.returncode})")
        self.facts = json.loads(facts.read_text())

    def climb(self, case, strace=()):
        """Status of the helper and what it wrote; None: it hangs."""
        token, authority = (os.open(self.work / name, os.O_RDONLY) for name in ("token", "ca.pem"))
        asked = {"budget_ms": BUDGET_MS, "token_fd": token, "cacert_fd": authority, "plan": PLAN}
        child = subprocess.Popen([*strace, self.helper, "-"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 env={"PATH": os.environ["PATH"], **case.environment},
                                 pass_fds=(token, authority), start_new_session=True)
        os.close(token)
        os.close(authority)
        try:
            said, _ = child.communicate(json.dumps(asked).encode(), timeout=HANG_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return None, b""
        return child.returncode, said

    def judge(self, said, name):
        """Exit status and report of the facts with this section."""
        path = self.work / f"{name}.json"
        facts = json.loads(said)
        for rows, key in ROWS.items():  # as the program sorts what its probes say
            facts[rows].sort(key=key)
        path.write_text(json.dumps({**self.facts, "endpoints": facts}))
        done = subprocess.run([self.program, "judge", "-j", path], capture_output=True, text=True,
                              check=False)
        path.unlink()
        if not done.stdout:
            return done.returncode, {}
        report = json.loads(re.sub(r"\b[0-9.]+ (ms|us)\b", r"N \1", done.stdout))
        kept = {key: report[key] for key in ("verdict", "gate", "summary", "findings")}
        for found in kept["findings"]:  # rows stand where their answers came
            found["evidence"] = [row["text"] for row in found["evidence"]]
        return done.returncode, kept

    def disturbed(self, case):
        """What was wrong with one run; "" nothing."""
        strace = ()
        if case.inject:
            name = case.inject.partition(":")[0]
            strace = ("strace", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e",
                      f"trace={name}", "-e", f"inject={case.inject}")
        status, said = self.climb(case, strace)
        if status is None:
            return "hangs"
        if status < 0 or status >= 128:
            return f"ended by a signal ({status})"
        if status:
            self.counts["owned up"] += 1
            return ""
        try:
            status, report = self.judge(said, f"case{id(case)}")
        except ValueError:
            return "ended with 0 and no facts"
        if status == 0 and report != self.clean:
            return f"exit 0 with another report: {difference(self.clean, report)}"
        self.counts["the clean report" if status == 0 else f"exit {status}"] += 1
        if status == 2:
            wrong = [f"{found['code']}: {found['message']} {found['evidence']}"
                     for found in report["findings"] if found["status"] == "fail"]
            return f"a wrong fail: {'; '.join(wrong)}"
        return ""


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


def list_sites(helper):
    library = str(helper.build / "tests/robust/libfail_site.so")
    listed = helper.work / "sites"
    sites = set()
    for _ in range(2):  # some are met only where answers come in another order
        status, _ = helper.climb(Case("sites", {"LD_PRELOAD": library, "SITE_LIST": str(listed)}))
        if status:
            raise SystemExit(f"FAIL robust {helper.what}: counting ended with {status}")
        sites |= set(listed.read_text().split())
    for site in sorted(sites):
        for on in ("once", "on"):
            yield Case(f"allocation {site} {on}",
                       {"LD_PRELOAD": library, "SITE_FAIL": site, "SITE_ON": on})


def list_calls(helper):
    """The n-th call of each name; where several processes run, the n-th of each of them at once."""
    log = helper.work / "calls"
    status, _ = helper.climb(Case("calls"), ("strace", "-f", "-qqq", "-o", str(log)))
    if status:
        raise SystemExit(f"FAIL robust {helper.what}: counting calls ended with {status}")
    counts, begun, listed = collections.Counter(), False, set()
    for line in log.read_text().splitlines():
        name = re.match(r"([0-9]+) +([a-z0-9_]+)\(", line)
        if not name:
            continue
        counts[name.groups()] += 1
        begun = begun or helper.begins in line  # what the loader does is its own affair
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


def torture(helper, name, cases, seconds):
    """Runs cases until the time is over, several at once."""
    helper.counts.clear()
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
                pending[pool.submit(helper.disturbed, case)] = case
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
    counted = ", ".join(f"{count} {what}" for what, count in sorted(helper.counts.items()))
    print(f"{'FAIL' if bad else 'ok'} robust {helper.what} {name}: {done} of {len(cases)} cases, "
          f"{counted}, {bad} bad", flush=True)
    return bad


def main():
    build, work, most = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    seconds = None if most == "all" else float(most) / 2
    seed = int(os.environ.get("REACHBACK_SEED", SEED))
    build_world(work)
    peers = start_peers(work)
    try:
        helper = Helper(build, work)
        for turn in range(3):
            status, said = helper.climb(Case("undisturbed"))
            ended, report = helper.judge(said, "clean") if status == 0 else (status, None)
            if ended or (helper.clean and report != helper.clean):
                raise SystemExit(f"FAIL robust endpoints: undisturbed run {turn} ended with {ended}"
                                 f": {difference(helper.clean, report) if report else ''}")
            helper.clean = report
        print(f"# seed {seed}", flush=True)
        bad = torture(helper, "allocations by call site",
                      spread(list_sites(helper), seed, lambda case: case.what[-2:]), seconds)
        if run("sh", "-c", "command -v strace || :"):
            bad += torture(helper, "system calls",
                           spread(list_calls(helper), seed,
                                  lambda case: case.what.partition(":")[0]), seconds)
        else:
            print("SKIP robust endpoints system calls: no strace")
    finally:
        peers.kill()
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
