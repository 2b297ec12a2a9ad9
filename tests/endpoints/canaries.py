# SPDX-License-Identifier: Apache-2.0
"""
Canary tokens: one for each way in (file, environment, descriptor), each its own. Runs every command
and format, traced; not one copy, in no spelling, may be written anywhere but to the one connection.

usage: canaries.py BUILD

What is looked at: stdout, stderr, the facts file, every write and send of every process, arguments
and environment of every program started, /proc/PID/{cmdline,environ} while the run waits, the logs
of servers that are not GitLab, and cores of processes that were made to crash.
"""

import base64
import json
import pathlib
import re
import shlex
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import lab  # noqa: E402
import machine  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CANARIES = {
    "file": "glpat-CanaryOfTheFile01x",
    "environment": "glpat-CanaryOfTheEnvironment02y",
    "descriptor": "glpat-CanaryOfTheDescriptor03z",
}
VARIABLE = "REACHBACK_GITLAB_TOKEN"
CALLS = "write,writev,pwrite64,pwritev,pwritev2,send,sendto,sendmsg,sendmmsg,execve"
# What a run is asked; {facts} is where `check --facts` wrote, {plan} the plan.
COMMANDS = [
    "check -j --plan {plan} --facts {facts}", "check -j -p --plan {plan}", "check --plan {plan}",
    "check -v --plan {plan}", "check -vvv --plan {plan}", "check -v -j --plan {plan}",
    "check --color=always -v --plan {plan}", "check --quiet --plan {plan}",
    "check --strict --no-hints --plan {plan}", "check --deep --plan {plan}",
    "collect --plan {plan}", "collect -p --plan {plan}", "judge -v {facts}", "judge -j {facts}",
    "rules", "probes -v", "explain gitlab-token-fits", "explain GL-06", "help", "--version",
    "check --no-such-option", "check --token-fd 77 --plan {plan}",
    "check --plan {plan} --gitlab-token-file /nonexistent",
]
LOG = "log_format secrets '$http_private_token $http_authorization $request_uri';"
WIRE = "172.20.5.10:80]"


def spellings(secret):
    """Raw, hexadecimal, and base64 at each of its three alignments."""
    raw = secret.encode()
    words = {secret, raw.hex(), raw.hex().upper(), secret[::-1]}
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + raw + b"x" * ((-shift - len(raw)) % 3)).decode()
        words.add(whole[4 if shift else 0:-4 if (shift + len(raw)) % 3 else None])
    return words


def found(text, secret):
    return any(word in text for word in spellings(secret))


def lines_with(text, secret):
    return [line for line in text.splitlines() if found(line, secret)]


class World:
    """One lab; every script of it is short."""

    def __init__(self, build):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="reachback-secrets-"))
        self.program = build / "reachback"
        self.stage = self.folder / "stage"
        reason = lab.stage(self)
        if reason:
            raise machine.LabError(reason)
        self.lab = machine.Lab(
            self.folder / "lab", build / "tests", limit=240,
            sources=(HERE.parent / "lab" / "lab.sh", HERE / "world.sh", HERE / "servers.sh"),
            more={"LAB_STAGE": str(self.stage), "LAB_CODE": str(HERE),
                  "LAB_TOKEN": CANARIES["file"]})
        self.lab.stage = self.stage
        self.lab.run("world_up")
        self.lab.run(f"maven_web top={shlex.quote(LOG)} server='access_log {self.log} secrets;' "
                     f"oss='access_log {self.log} secrets;'")
        self.tokens()
        self.gitlab_web()

    def tokens(self):
        """GitLab's state anew; it knows every canary."""
        rows = "".join(f" | .tokens[{json.dumps(canary)}] = .tokens[{json.dumps(CANARIES['file'])}]"
                       for canary in CANARIES.values())
        self.lab.run(f"api_reset\napi {shlex.quote('.' + rows)}")

    @property
    def scratch(self):
        return str(self.folder)

    @property
    def log(self):
        return self.folder / "lab" / "elsewhere.log"

    @property
    def gitlab_log(self):
        return self.folder / "lab" / "gitlab.log"

    def gitlab_web(self, words=""):
        """GitLab's nginx, which writes down what secrets it got."""
        self.gitlab_log.unlink(missing_ok=True)
        self.lab.run(f"gitlab_web top={shlex.quote(LOG)} server='access_log {self.gitlab_log} "
                     f"secrets;' {words}")

    def plan(self, source, patch=None):
        """The healthy plan; its token comes by this source alone."""
        path = self.folder / f"{source}.plan.json"
        plan = lab.table.merged(lab.PLAN, {"gitlab": {"token_file": None}})
        if source == "file":
            plan["gitlab"]["token_file"] = "canary"
            (self.folder / "canary").write_text(CANARIES["file"] + "\n")
        path.write_text(lab.filled(json.dumps(lab.table.merged(plan, patch or {})), self.lab))
        return path

    def command(self, source, words, before=()):
        """Shell words that run the program on the vSwitch's host with the canary of this source."""
        variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
        redirect = ""
        if source == "environment":
            variables.append(f"{VARIABLE}={CANARIES[source]}")
        if source == "descriptor":
            (self.folder / "descriptor").write_text(CANARIES[source] + "\n")
            redirect = f" 9<{self.folder / 'descriptor'}"
            if words[0] in ("check", "collect") and "--token-fd" not in words:
                words = [*words, "--token-fd", "9"]
        return shlex.join(["ip", "netns", "exec", "vsw", "env", "-i", *variables, *before,
                           str(self.program), *words]) + redirect

    def quietly(self, source):
        """A plain run, for what servers see of it."""
        self.lab.attempt(self.command(source, ["check", "--quiet", "--plan", str(self.plan(source))]))

    def traced(self, source, words):
        """(stdout, stderr, trace) of one run."""
        trace = self.folder / "trace"
        before = ["strace", "-f", "-v", "-yy", "-s", "1000000", "-e", f"trace={CALLS}",
                  "-o", str(trace)]
        _, out, err = self.lab.attempt(self.command(source, words, before))
        return out, err, trace.read_text(errors="replace")

    def close(self):
        self.lab.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def allowed(line, http):
    """The file in memory that carries the token to the one process that sends it; its connection."""
    if re.search(r"\bp?write(64)?\(\d+<(/memfd:token|memfd:token)", line):
        return True
    return http and WIRE in line and re.search(r"\b(send|sendto|sendmsg|write)\(", line)


def leaks_of_run(world, source, words, http=False):
    """What a traced run showed of the canary where it may not."""
    out, err, trace = world.traced(source, words)
    canary = CANARIES[source]
    wrong = [f"{kind} of `{' '.join(words)}`" for kind, text in (("stdout", out), ("stderr", err))
             if found(text, canary)]
    # the program's own start carries its environment: that is the way in
    starts = [line for line in trace.splitlines() if "execve(" in line]
    own = {line for line in starts[:1] if source == "environment"}
    for line in lines_with(trace, canary):
        if line not in own and not allowed(line, http):
            wrong.append(f"`{' '.join(words)}`: {line[:160]}")
    if not starts:
        wrong.append(f"`{' '.join(words)}`: nothing was traced")
    return wrong


def every_command(world, source):
    facts = world.folder / f"{source}.facts.json"
    plan = world.plan(source)
    world.gitlab_web()
    wrong = []
    for text in COMMANDS:
        words = text.format(plan=plan, facts=facts).split()
        wrong += leaks_of_run(world, source, words)
    if found(facts.read_text(), CANARIES[source]):
        wrong.append("the facts file")
    if CANARIES[source] not in world.gitlab_log.read_text():
        wrong.append("the token never reached GitLab: nothing was tested")
    return wrong


def plain_http(world, source):
    """Plain HTTP by the plan's own choice: the one connection is seen in the trace."""
    plan = world.plan(source, {"gitlab": {"url": "http://gitlab.corp.example"}})
    world.lab.run("api '.external_url = \"http://gitlab.corp.example\"'")
    world.gitlab_web()
    wrong = leaks_of_run(world, source, ["check", "-v", "--plan", str(plan)], http=True)
    if CANARIES[source] not in world.gitlab_log.read_text():
        wrong.append("the token never reached GitLab: nothing was tested")
    world.lab.run("api '.external_url = \"https://gitlab.corp.example\"'")
    return wrong


UNVERIFIED = {
    "a self-signed certificate": "cert=selfsigned",
    "a certificate of another name": "cert=other",
    "an expired certificate": "cert=expired",
}
# What sends the program elsewhere: lines of GitLab's nginx, or a change of the API's state.
ELSEWHERE = {
    "a redirect": ("return 302 https://maven.corp.example$request_uri;", "."),
    "a redirect to plain http": ("return 302 http://maven.corp.example$request_uri;", "."),
    "a clone URL": ("", ".projects[0].http_url_to_repo = \"https://maven.corp.example/group/app.git\""),
    "LFS": ("", ".lfs_href = \"https://maven.corp.example/lfs/\""),
}


def unverified(world, source):
    """The token does not travel on a connection that was not verified."""
    wrong = []
    for what, words in UNVERIFIED.items():
        world.gitlab_web(words)
        world.quietly(source)
        if world.gitlab_log.exists() and found(world.gitlab_log.read_text(), CANARIES[source]):
            wrong.append(f"sent in spite of {what}")
    world.gitlab_web()
    return wrong


def other_origins(world, source):
    """The token does not go where an answer of GitLab points."""
    wrong = []
    for what, (server, state) in ELSEWHERE.items():
        world.log.write_text("")
        world.lab.run(f"api {shlex.quote(state)}\ngitlab_web server={shlex.quote(server)}")
        world.quietly(source)
        if found(world.log.read_text(), CANARIES[source]):
            wrong.append(f"sent to another host by {what}")
        world.tokens()
    world.gitlab_web()
    return wrong


PROCESSES = """
for process in /proc/[0-9]*; do
	case $(readlink "$process/exe" || :) in
	*/reachback*) echo "${process#/proc/}" ;;
	esac
done
"""


def started(world, source, script):
    """Runs the script while the program waits for GitLab, which holds its answer back."""
    world.lab.run("answer '{ \"path\": \"^/api/v4/(user|personal)\", \"wait\": 6 }'")
    command = world.command(source, ["check", "-v", "--plan", str(world.plan(source))])
    cores = world.folder / "cores"
    shutil.rmtree(cores, ignore_errors=True)
    cores.mkdir()
    _, out, err = world.lab.attempt(
        f"cd {cores}\nulimit -c unlimited\n{command} >report 2>&1 &\nmain=$!\nsleep 1.5\n"
        f"{script}\nwait \"$main\" || :\n"
        f"for number in $({PROCESSES}); do kill -KILL \"$number\" || :; done")
    world.lab.run("api 'del(.answers[])'")
    return cores, out + err


def processes(world, source):
    """Nobody reads the token from the process table."""
    cores, seen = started(world, source, f"for number in $({PROCESSES}); do\n"
                          "cat /proc/$number/cmdline /proc/$number/environ; echo; echo seen; done")
    wrong = [] if seen.count("seen") >= 2 else [f"{seen.count('seen')} processes were seen"]
    if found(seen, CANARIES[source]):
        wrong.append("in a command line or an environment")
    if found((cores / "report").read_text(errors="replace"), CANARIES[source]):
        wrong.append("in the report")
    return wrong


def crashes(world, source):
    """Made to crash while it holds the token, no process leaves it in a core."""
    wrong = []
    control = world.folder / "control"
    shutil.rmtree(control, ignore_errors=True)
    control.mkdir()
    world.lab.attempt(f"cd {control}\nulimit -c unlimited\n"
                      f"env {VARIABLE}={CANARIES[source]} sh -c 'kill -SEGV $$'")
    if not any(found(path.read_bytes().decode("latin-1"), CANARIES[source])
               for path in control.iterdir()):
        return ["SKIP no cores are written here"]
    for signal in ("SEGV", "ABRT"):
        for which in ("helper", "main"):
            newest = f"$({{ {PROCESSES} }} | sort -n | tail -n 1)"
            pick = "number=$main" if which == "main" else f"number={newest}"
            cores, _ = started(world, source, f"{pick}\nkill -{signal} \"$number\"\nsleep 0.3")
            if which == "main" and (cores / "report").stat().st_size:
                wrong.append(f"{signal} did not end the run")
            for path in cores.iterdir():
                if found(path.read_bytes().decode("latin-1"), CANARIES[source]):
                    wrong.append(f"{path.name} of the {which} ended by {signal}")
    return wrong


CHECKS = [every_command, plain_http, unverified, other_origins, processes, crashes]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    reason = lab.unusable() or (None if shutil.which("strace") else "lacks strace")
    if reason:
        print(f"SKIP endpoints secrets: {reason}")
        return 0
    world = World(build)
    failed = 0
    try:
        for check in CHECKS:
            for source in CANARIES:
                wrong = check(world, source)
                name = f"endpoints secrets {check.__name__.replace('_', '-')} {source}"
                if wrong and wrong[0].startswith("SKIP "):
                    print(f"SKIP {name}: {wrong[0][5:]}")
                elif wrong:
                    failed += 1
                    print(f"FAIL {name}: " + " | ".join(wrong[:4]), flush=True)
                else:
                    print(f"ok {name}", flush=True)
    finally:
        world.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
