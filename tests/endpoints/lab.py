# SPDX-License-Identifier: Apache-2.0
"""
Plants one fault at a time on the way from the vSwitch to GitLab and Maven, asks the program, and
compares its answer with a real clone and a real download from the reverse-access range.

usage: lab.py --program PATH --binaries DIR [--jobs N] [--keep DIR] [--truth-only] [NAME...]

A scenario passes when the program names exactly the expected causes with the expected verdict, the
real clone and download end as expected, and the same after reverting: then all must be well. One
line a scenario on stdout. Names in the file `pending` are left out unless they are asked for.
"""

import argparse
import functools
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lab"))
sys.dont_write_bytecode = True

import common  # noqa: E402
import machine  # noqa: E402
import table  # noqa: E402

TOKEN = "glpat-Lab0Canary7Secret"
SIGNATURE = "Signed0Canary7Query"
LIMIT_MS = 5000
PLAN = {
    "schema": "reachback.plan/1", "vantage": "vswitch-host",
    "link": {"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": "172.20.5.10",
             "other_ips": ["172.20.5.20"]},
    "gitlab": {"url": "https://gitlab.corp.example", "access": "datacenter", "username": "alice",
               "token_file": "token", "project": "group/app"},
    "maven": [{"url": "https://maven.corp.example/repository/maven-public/",
               "artifact": "commons-io:commons-io:%VERSION%"}],
    "from": "eth0",
}
TOOLS = ["nginx", "fcgiwrap", "git", "dnsmasq", "openssl", "curl", "jq", "nft", "ip", "ss"]


class AnswerError(Exception):
    """The program printed no report that can be read, or a secret."""


class Answer:
    """What one run said."""

    def __init__(self, status, out, err):
        try:
            self.report = json.loads(out)
        except ValueError as error:
            raise AnswerError(f"exit {status}, no JSON ({error}): {err.strip()[-300:]}") from error
        self.status = status
        self.verdict = self.report["verdict"]
        self.took_ms = self.report.get("took_ms", 0)
        self.causes = self._causes("fail")
        self.warns = self._causes("warn")
        self.rungs = {found["subject"].get("rung", "none") for found in self._spoken("fail")}

    def _spoken(self, status):
        return [found for found in self.report["findings"] if found["status"] == status]

    def _causes(self, status):
        return {cause for found in self._spoken(status) for cause in found["causes"]}

    def unformed(self):
        """Findings on a URL that leave out what the issue wants each of them to say."""
        for found in self.report["findings"]:
            subject, status = found["subject"], found["status"]
            if "url" not in subject or status == "skipped":
                continue
            where = f"{found['code']} {status} on {subject['url']}"
            if not found["message"]:
                yield f"{where} says nothing"
            if "rung" not in subject:
                yield f"{where} names no rung"
            if status in ("fail", "warn") and not found.get("remedy"):
                yield f"{where} knows no fix"
            if status == "unknown" and not found.get("settle"):
                yield f"{where} does not say what would settle it"
            if status == "blocked" and not found["blocked_by"]:
                yield f"{where} does not say by what"

    def unknown(self):
        return sorted({found["code"] for found in self._spoken("unknown")})


class Check(common.Check):
    def judged(self, run, answer):
        self.equal(f"{run.word} causes", common.show(answer.causes), common.show(run.causes))
        self.equal(f"{run.word} warned", common.show(answer.warns), common.show(run.warns))
        seen = f"{answer.verdict}, exit {answer.status}"
        if answer.verdict == "undetermined" != run.verdict:
            seen += f" ({' '.join(answer.unknown())})"
        self.equal(f"{run.word} verdict", seen, f"{run.verdict}, exit {common.EXIT[run.verdict]}")
        if run.rungs:
            self.equal(f"{run.word} rungs", common.show(answer.rungs), common.show(run.rungs))
        self.wrong += [f"{run.word}: {line}" for line in answer.unformed()]
        if answer.took_ms > LIMIT_MS:
            self.wrong.append(f"{run.word}: took {answer.took_ms} ms, more than {LIMIT_MS}")

    def truth(self, run, said):
        step = said.partition(":")[0]
        good = step in run.truth or (run.truth == ["any"] and step != "ok")
        if not good:
            self.wrong.append(f"{run.word} truth: {said}, expected {' or '.join(run.truth)}")


def filled(text, lab):
    """What only a run knows: the artifact's version (the distribution's), the staged files."""
    version = (lab.stage / "maven-version").read_text().strip()
    return text.replace("%VERSION%", version).replace("%STAGE%", str(lab.stage))


def real_script(lab, plan, repeat):
    """A real binding, clone and download from the range, in the background of the script."""
    plan = json.loads(filled(json.dumps(plan), lab))
    maven = (plan.get("maven") or [{}])[0]
    gitlab = plan.get("gitlab") or {}
    variables = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "LAB_BIN": lab.binaries,
        "TRUTH_DIR": lab.folder / "truth", "TRUTH_SOURCE": "100.104.7.9", "TRUTH_TOKEN": TOKEN,
        "TRUTH_URL": gitlab.get("url", ""), "TRUTH_USERNAME": gitlab.get("username", ""),
        "TRUTH_PROJECT": gitlab.get("project", ""), "TRUTH_MAVEN": maven.get("url", ""),
        "TRUTH_ARTIFACT": maven.get("artifact", ""),
    }
    words = [f"{name}={value}" for name, value in variables.items()]
    once = shlex.join(["ip", "netns", "exec", "acr", "env", "-i", *words, "sh",
                       str(HERE / "truth.sh")])
    return f"for turn in $(seq {repeat}); do {once}; done >\"$LAB_DIR/truth.said\" 2>&1 &\n"


def said(lab):
    """The first try that failed, or ok."""
    lines = (lab.folder / "truth.said").read_text(errors="replace").splitlines()
    failed = [line for line in lines if line.strip() and line.strip() != "ok"]
    return failed[0] if failed else "ok" if lines else "nothing was said"


def allowed(row, plan):
    link = plan.get("link") or {}
    words = [link.get("gitlab_ip"), *link.get("other_ips", [])]
    return row.allow if row.allow is not None else [word for word in words if word]


def observe(lab, program, run, host, *more):
    """Shell words for a run of the program on one host, and where its facts go."""
    plan = lab.folder / f"{run.word}.plan.json"
    facts = lab.folder / f"{run.word}.{host}.json"
    plan.write_text(filled(json.dumps(run.plan), lab))
    (lab.folder / "token").write_text(TOKEN + "\n")
    words = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", *run.environment]
    command = ["ip", "netns", "exec", host, "env", "-i", *words, str(program), "check", "-j",
               "--plan", str(plan), "--facts", str(facts),
               *(filled(word, lab) for word in run.args), *more]
    return shlex.join(command), facts


def ask(lab, program, row, run):
    """`check` on the vSwitch's host, or `judge` of two machines, beside a real client's try."""
    command, facts = observe(lab, program, run, "vsw")
    if row.second:
        other, more = observe(lab, program, run, *row.second)
        command = (f"{command} >/dev/null || :\n{other} >/dev/null || :\n" +
                   shlex.join([str(program), "judge", "-j", str(facts), str(more)]))
    script = (f"allow {' '.join(allowed(row, run.plan))}\n" +
              real_script(lab, run.plan, row.repeat if run.word == "planted" else 1) +
              f"real=$!\nstatus=0\n{command} || status=$?\nwait \"$real\"\nexit $status")
    status, out, err = lab.attempt(script)
    (lab.folder / f"{run.word}.report.json").write_text(out)
    for what, text in (("report", out), ("stderr", err),
                       ("facts", facts.read_text() if facts.exists() else "")):
        if TOKEN in text or SIGNATURE in text:
            raise AnswerError(f"{run.word}: a secret is in the {what}")
    return Answer(status, out, err)


def real_only(lab, row, run):
    lab.run(f"allow {' '.join(allowed(row, run.plan))}\n" +
            real_script(lab, run.plan, row.repeat if run.word == "planted" else 1) + "wait $!")


def run_one(options, lab, row):
    check = Check()
    lab.run("world_up\n" + row.world)
    for run, script in ((row.planted, row.plant), (row.twin, row.revert)):
        lab.run(script)
        if options.truth_only:
            real_only(lab, row, run)
        else:
            check.judged(run, ask(lab, options.program, row, run))
        if run.truth == ["ok"] and said(lab) != "ok":  # one late packet on a busy machine is no truth
            real_only(lab, row, run)
        check.truth(run, said(lab))
    return check.wrong


def attempt(options, row):
    if "root" in row.needs and os.geteuid() != 0:
        return f"SKIP endpoints {row.name}: needs root"
    folder = pathlib.Path(options.scratch) / row.name
    shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    lab = machine.Lab(
        folder, options.binaries, limit=60,
        sources=(HERE.parent / "lab" / "lab.sh", HERE / "world.sh", HERE / "servers.sh"),
        more={"LAB_STAGE": str(options.stage), "LAB_CODE": str(HERE), "LAB_TOKEN": TOKEN,
              "LAB_SIGNATURE": SIGNATURE})
    lab.binaries, lab.stage = options.binaries, options.stage
    try:
        wrong = run_one(options, lab, row)
    except (machine.LabError, AnswerError) as error:
        wrong = [str(error)]
    finally:
        lab.close()
    if wrong:
        return f"FAIL endpoints {row.name}: " + " | ".join(wrong)
    shutil.rmtree(folder, ignore_errors=True)
    return f"ok endpoints {row.name} ({time.monotonic() - started:.1f} s)"


def unusable():
    """Why there can be no lab here; None when there can."""
    path = "/usr/local/sbin:/usr/sbin:/sbin:" + os.environ.get("PATH", "")
    missing = [tool for tool in TOOLS if shutil.which(tool, path=path) is None]
    if not pathlib.Path("/usr/share/maven-repo/commons-io").exists():
        missing.append("/usr/share/maven-repo/commons-io")
    if missing:
        return f"lacks {' '.join(missing)}"
    reason = machine.usable()
    return f"no private namespaces here: {' '.join(reason)}" if reason else None


def stage(options):
    """What no scenario changes, made once."""
    options.stage = pathlib.Path(options.scratch) / "stage"
    done = subprocess.run(
        ["env", "-i", f"PATH={os.environ['PATH']}", "sh", str(HERE / "stage.sh"),
         str(options.stage)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"stage.sh ended with {done.returncode}: {done.stderr.strip()[-300:]}"
    return None


def options_read():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    path = lambda word: pathlib.Path(word).resolve()
    parser.add_argument("--program", default="reachback", type=path)
    parser.add_argument("--binaries", required=True, type=path)
    parser.add_argument("--truth-only", action="store_true", help="test the lab, not the program")
    parser.add_argument("--all", action="store_true", help="pending scenarios, too")
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--keep", help="keep the scratch folder of failed scenarios here")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", nargs="*", help="scenarios (default: all that are not pending)")
    return parser.parse_args()


def chosen(options, rows):
    if options.names:
        return [rows[name] for name in options.names]
    left_out = {} if options.all or options.truth_only else common.pending(HERE / "pending")
    return [row for name, row in rows.items() if name not in left_out]


def main():
    options = options_read()
    reason = unusable()
    if reason:
        print(f"SKIP endpoints lab: {reason}")
        return 0
    options.scratch = options.keep or tempfile.mkdtemp(prefix="reachback-endpoints-")
    reason = stage(options)
    if reason:
        print(f"FAIL endpoints lab: {reason}")
        return 1
    rows = chosen(options, table.load(PLAN))
    if options.list:
        print("\n".join(row.name for row in rows))
        rows = []
    works = [functools.partial(attempt, options, row) for row in rows]
    failed = common.tried(works, options.jobs)
    if not options.keep:
        shutil.rmtree(options.scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
