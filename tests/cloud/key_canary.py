# SPDX-License-Identifier: Apache-2.0
"""
Looks for copies of keys and session tokens: of every place that they may come from, through every
command and format, in all that is printed and written, and behind a crash while the helper holds
them.
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


def sources():
    """The scenarios of credentials that end well: a place each."""
    found = {name: row for name, row in rows.load().items()
             if name.startswith(("key-of-", "role-of-", "session-of-"))}
    return {"environment": rows.scenario("environment", {"causes": ""}), **found}


def _command(options, source, row, words):
    run = row.runs[0]
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
