# SPDX-License-Identifier: Apache-2.0
"""
The endpoint helper against healthy peers (endpoints_peer.py), disturbed. Where it ends with 0, its
facts are judged, and a report that ends with 0 is the very report of the undisturbed run (times
apart). Usage, in namespaces of its own: endpoints.py BUILD WORK SECONDS|all
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading

import disturb

HERE = pathlib.Path(__file__).resolve().parent
TOKEN = "glpat-Robust0Canary3Secret"
BUDGET_MS = 3000
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


class Endpoints(disturb.Subject):
    """Runs the helper, judges its facts, compares the report with the undisturbed one."""

    what, begins = "endpoints", "PR_SET_PDEATHSIG"
    hang_s = BUDGET_MS / 1000 + 4

    def __init__(self, build, work):
        super().__init__(build, work)
        self.program = build / "reachback"
        self.helper = str(build / "reachback-probe-endpoints")
        self.peers = None

    def open(self):
        work, facts = self.work, self.work / "facts.json"
        build_world(work)
        self.peers = start_peers(work)
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

    def start(self, case, strace):
        token, authority = (os.open(self.work / name, os.O_RDONLY) for name in ("token", "ca.pem"))
        asked = {"budget_ms": BUDGET_MS, "token_fd": token, "cacert_fd": authority, "plan": PLAN}
        child = subprocess.Popen([*strace, self.helper, "-"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 env={"PATH": os.environ["PATH"], **case.environment},
                                 pass_fds=(token, authority), start_new_session=True)
        os.close(token)
        os.close(authority)
        return child, json.dumps(asked).encode()

    def close(self):
        if self.peers:
            self.peers.kill()

    def report(self, said):
        """Exit status and report of the facts with this section."""
        path = self.work / f"{threading.get_ident()}.json"
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

    def essence(self, status, said):
        ended, report = self.report(said) if status == 0 else (status, None)
        return report if ended == 0 else f"ended with {ended}"

    def judge(self, status, said):
        if status:
            self.counts["owned up"] += 1
            return ""
        try:
            status, report = self.report(said)
        except ValueError:
            return "ended with 0 and no facts"
        if status == 0 and report != self.clean:
            return f"exit 0 with another report: {disturb.difference(self.clean, report)}"
        self.counts["the clean report" if status == 0 else f"exit {status}"] += 1
        if status == 2:
            wrong = [f"{found['code']}: {found['message']} {found['evidence']}"
                     for found in report["findings"] if found["status"] == "fail"]
            return f"a wrong fail: {'; '.join(wrong)}"
        return ""


if __name__ == "__main__":
    disturb.main(Endpoints)
