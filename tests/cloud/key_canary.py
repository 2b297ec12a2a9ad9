# SPDX-License-Identifier: Apache-2.0
"""
Looks for copies of keys and session tokens: of every place that they may come from, through every
command and format, in all that is printed and written, and behind a crash while the helper holds
them. And for copies of what users and their builds put into the registry: secrets in build
arguments, in the log of a clone, in the URL of a source, in an error that echoes the request.
"""

import functools
import os
import pathlib
import signal
import subprocess
import time

import common
import program
import rows
from server import Server

LIMIT_S = 30
COMMANDS = {
    "check -j": ["check", "-j"], "check -p": ["check", "-p"], "check -vvv": ["check", "-vvv"],
    "check --facts": ["check", "--facts", "%WORD%.facts"], "collect": ["collect"],
    "collect --cloud": ["collect", "--cloud", "%WORD%.replies"], "verify": ["verify", "-vvv"],
    "create": ["create", "--dry-run", "-vvv", "--override", "canary"],
    "create -j": ["create", "-j", "--dry-run", "--override", "canary"],
}


# Where a reply carries a secret: each place has a word of its own, to be told by it.
PLACES = ("argument", "argument-url", "url", "log-url", "log-header", "log-basic", "log-option",
          "log-equals", "log-variable", "log-json", "log-token", "stage", "unread", "peer")


def canaries():
    """A world whose replies carry secrets in every place, and these secrets."""
    word = {place: f"cAnArY00{number:02d}{place.replace('-', '')}"
            for number, place in enumerate(PLACES)}
    log = [["GIT_CLONE", f"fatal: unable to access 'http://oauth2:{word['log-url']}@192.168.2.10/"
                         "group/app.git/': Connection timed out"],
           ["GIT_CLONE", f"> PRIVATE-TOKEN: {word['log-header']}"],
           ["GIT_CLONE", f"Authorization: Basic {word['log-basic']}=="],
           ["GIT_CLONE", f"git clone --password {word['log-option']} "
                         f"--token={word['log-equals']}"],
           ["GIT_CLONE", f"DB_PASSWORD={word['log-variable']}"],
           ["GIT_CLONE", f"{{\"access_token\": \"{word['log-json']}\"}}"],
           ["GIT_CLONE", f"with glpat-{word['log-token']}"],
           ["IMAGE_BUILD", f"the password is {word['stage']}"]]
    world = rows.worlds.load("ecs")
    found = next(iter(world["registry"]["cri-bp1build"]["repositories"].values()))
    found["source"].update({"CodeRepoDomain": f"http://bob:{word['url']}@192.168.2.10",
                            "AccessToken": word["unread"]})
    found["rules"][0]["BuildArgs"] = [f"NPM_TOKEN={word['argument']}",
                                      f"HTTP_PROXY=http://u:{word['argument-url']}@proxy:3128"]
    found["builds"][0].update({"BuildStatus": "FAILED", "log": log})
    key, row = next(iter(world["keys"].items()))
    # a gateway that shows what it signed, and one more reader's reply that is refused so
    echo = f"server string to sign is:POST&/&AccessKeyId={key} {row['secret']}"
    world["faults"] = [{"action": "ListInstance", "status": 400, "code": "SignatureDoesNotMatch",
                        "message": echo}]
    world["canaries"] = [*word.values(), key]
    return rows.Run("replies", world, rows.PLANS["ecs"], frozenset(), frozenset(), "ready")


def _clone_told(options):
    """What is left of the log is still of use, and what is saved says the same."""
    one = program.Program(options.program, pathlib.Path(options.scratch) / "canary-clone")
    run = canaries()
    live, _ = one.live(run)
    again = one.saved_by_itself(run)
    told = [evidence["text"] for found in live.findings if found["code"] == "last-build-clone"
            for evidence in found["evidence"]]
    wrong = []
    if not any("unable to access 'http://192.168.2.10/group/app.git/'" in text for text in told):
        wrong.append(f"the clone is told as {told}")
    if live.essence() != again.essence():
        wrong.append("saved replies say otherwise: "
                     f"{sorted(set(live.essence()) ^ set(again.essence()))[:4]}")
    return wrong


def sources():
    """The scenarios of credentials that end well: a place each."""
    found = {name: row for name, row in rows.load().items()
             if name.startswith(("key-of-", "role-of-", "session-of-"))}
    return {"environment": rows.scenario("environment", {"causes": ""}), **found}


def _command(options, source, row, words):
    run = row if isinstance(row, rows.Run) else row.runs[0]
    folder = pathlib.Path(options.scratch) / f"canary {source} {' '.join(words)}".replace(" ", "-")
    one = program.Program(options.program, folder)
    done, gateway = one.served(run, [word.replace("%WORD%", run.word) for word in words])
    wrong = []
    if done.returncode not in (0, 2, 3):
        wrong.append(f"exit {done.returncode}: {done.stderr.strip()[-200:]}")
    if not any(call.action and not call.complaints for call in gateway.journal):
        wrong.append("no key came to the server")
    return wrong


def _core_is_found(options):
    folder = pathlib.Path(options.scratch) / "canary-dump"
    folder.mkdir(exist_ok=True)
    return common.core_is_found(folder)


def _crash(options, source, row):
    run = row.runs[0]
    folder = pathlib.Path(options.scratch) / f"canary crash {source}".replace(" ", "-")
    one = program.Program(options.program, folder)
    server = Server(rows.worlds.merged(run.world, {"faults": [{"late_ms": 2000}]}), "0.0.0.0")
    try:
        words, environment = one.prepared(run, server)
        child = subprocess.Popen(
            [str(options.program), "check", "-j", *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, start_new_session=True,
            env=environment, preexec_fn=common.may_dump)
        until = time.monotonic() + LIMIT_S
        helper = None
        while not helper and time.monotonic() < until and child.poll() is None:
            time.sleep(0.01)
            if any(call.complaints == [] and call.action for call in server.gateway.journal):
                helper = common.helper_of(child.pid, "reachback-probe-cloud")
        if helper:
            os.kill(helper, signal.SIGSEGV)
        out, err = child.communicate(timeout=LIMIT_S)
    finally:
        server.close()
    if not helper:
        return ["no helper holds the key"]
    wrong = [f"a core: {path.name}" for path in common.cores(folder)]
    if any(secret.encode() in out + err for secret in program.secrets(run.world)):
        wrong.append("a secret is printed")
    if child.returncode not in (0, 2, 3):  # 0: what died was started again
        wrong.append(f"exit {child.returncode} behind a crash")
    return wrong


def canary_each(options):
    """No copy of a key, whatever it comes from and wherever it might go."""
    yield "a core is found", functools.partial(_core_is_found, options)
    for source, row in sources().items():
        for name, words in COMMANDS.items():
            yield f"{source} {name}", functools.partial(_command, options, source, row, words)
        yield f"{source} crashes", functools.partial(_crash, options, source, row)


def reply_canary_each(options):
    """No copy of a secret that a reply carries, and of the clone's log what is none."""
    yield "the clone is told", functools.partial(_clone_told, options)
    for name, words in COMMANDS.items():
        yield name, functools.partial(_command, options, "replies", canaries(), words)
