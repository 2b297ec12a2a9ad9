# SPDX-License-Identifier: Apache-2.0
"""
Canary secrets: the token from a file, the environment and a descriptor; every command that looks or
judges, every format; runs that end by themselves and runs whose processes are made to dump core.
Usage, in namespaces of its own: canary.py BUILD WORK

One line a case, `ok|FAIL|SKIP endpoints canary NAME`: no copy of the token in what the program says
and writes, in what ps(1) shows of any process, in any file of its folders. That the peer heard it
shows that it was there to be found.
"""

import base64
import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import common  # noqa: E402
import web_peer  # noqa: E402
import web_peer_tls  # noqa: E402

TOKEN = "glpat-Canary0+/=Secret9"
PARTS = ("Canary0", "Secret9")
FORMS = [TOKEN, urllib.parse.quote(TOKEN, safe="")] + [
    base64.b64encode(f"{user}{TOKEN}".encode()).decode().rstrip("=")
    for user in ("", "alice:", "oauth2:")]
NEEDLES = [form.encode() for form in (*FORMS, *PARTS)]
SECONDS = 20


class Peer:
    """As little of GitLab as takes the token, and all that it heard."""

    def __init__(self):
        self.heard = b""
        self.slow = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            threading.Thread(target=self._serve, args=(self.listener.accept()[0],),
                             daemon=True).start()

    def _serve(self, peer):
        with peer:
            try:
                got = web_peer.request(peer)
                self.heard += got
                if self.slow and TOKEN.encode() in got:
                    time.sleep(SECONDS)  # the token is in the helper's memory now
                peer.sendall(web_peer_tls.gitlab(got.split(b" ")[1].decode(), True))
            except (OSError, IndexError):
                pass


def found_in(data):
    return next((needle.decode() for needle in NEEDLES if needle in data), None)


def processes():
    """What everybody may see of processes, and their environments."""
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        if path.name == str(os.getpid()):
            continue
        for name in ("cmdline", "environ"):
            try:
                yield f"{name} of a process", (path / name).read_bytes()
            except OSError:
                continue


class Case:
    def __init__(self, build, work, peer, source):
        self.build, self.work, self.peer, self.source = build, work, peer, source
        self.folder = work / "run"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                            "TMPDIR": str(self.folder)}
        plan = {"vantage": "vswitch-host", "gitlab": {
            "url": f"http://127.0.0.1:{peer.port}", "username": "alice", "project": "group/app"}}
        if source == "file":
            plan["gitlab"]["token_file"] = str(work / "token")
        elif source == "environment":
            self.environment["REACHBACK_GITLAB_TOKEN"] = TOKEN
        self.folder.mkdir(exist_ok=True)
        (self.folder / "plan.json").write_text(json.dumps(plan))

    def start(self, words):
        files, more = (), []
        if self.source == "descriptor" and words[0] != "judge":
            files = (os.open(self.work / "token", os.O_RDONLY),)
            more = ["--token-fd", str(files[0])]
        plan = [] if words[0] == "judge" else ["--plan", "plan.json"]
        child = subprocess.Popen(
            [self.build / "reachback", *words, *plan, *more], cwd=self.folder, pass_fds=files,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment, start_new_session=True, preexec_fn=common.may_dump)
        for file in files:
            os.close(file)
        return child

    def leaks(self, child, said):
        """Where the token is and may not be."""
        for what, data in said:
            if found_in(data):
                yield what
        for path in self.folder.rglob("*"):
            if path.is_file() and found_in(path.read_bytes()):
                yield path.name

    def watch(self, child, seen):
        """Looks at all processes until the program has ended; its own environment is the user's."""
        while child.poll() is None:
            for what, data in processes():
                if found_in(data) and not (self.source == "environment" and "environ" in what):
                    seen.add(what)
            time.sleep(0.02)

    def plain(self, words):
        seen = set()
        self.peer.slow = False
        child = self.start(words)
        watcher = threading.Thread(target=self.watch, args=(child, seen))
        watcher.start()
        out, err = child.communicate(timeout=SECONDS)
        watcher.join()
        if child.returncode not in (0, 2, 3):
            return f"ended with {child.returncode}: {err.decode()[-200:]}"
        seen.update(self.leaks(child, (("stdout", out), ("stderr", err))))
        return f"the token is in {', '.join(sorted(seen))}" if seen else ""

    def crash(self, victim):
        self.peer.slow = True
        before = self.peer.heard.count(TOKEN.encode())
        child = self.start(["check", "-j", "--facts", "crash.json"])
        until = time.monotonic() + SECONDS
        while self.peer.heard.count(TOKEN.encode()) == before and time.monotonic() < until:
            time.sleep(0.01)
        helper = common.helper_of(child.pid, "reachback-probe-endpoints")
        if not helper:
            child.kill()
            return "no helper holds the token"
        os.kill(helper if victim == "helper" else child.pid, signal.SIGSEGV)
        self.peer.slow = False
        out, err = child.communicate(timeout=SECONDS)
        seen = set(self.leaks(child, (("stdout", out), ("stderr", err))))
        for path in common.cores(self.folder):
            if victim == "helper":
                seen.add(path.name)
            path.unlink()
        return f"the token is in {', '.join(sorted(seen))}" if seen else ""


def core_is_found(work):
    """Or whatever crashes would leave none to look into."""
    folder = work / "dump"
    folder.mkdir()
    try:
        say("a core is found", "; ".join(common.core_is_found(folder)))
    except common.Skipped as reason:
        print(f"SKIP endpoints canary a core is found: {reason}", flush=True)


def say(name, wrong):
    print(f"FAIL endpoints canary {name}: {wrong}" if wrong else f"ok endpoints canary {name}",
          flush=True)


def main():
    build, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (work / "token").write_text(TOKEN + "\n")
    peer = Peer()
    commands = {
        "check -j": ["check", "-j"], "check": ["check"], "check -p": ["check", "-j", "-p"],
        "check -vvv": ["check", "-vvv"], "check --deep": ["check", "--deep", "-vvv"],
        "check --quiet": ["check", "--quiet"], "check --facts": ["check", "--facts", "facts.json"],
        "collect": ["collect"], "judge": ["judge", "facts.json"],
        "judge -j": ["judge", "-j", "facts.json"], "judge -v": ["judge", "-v", "facts.json"],
        "verify": ["verify", "-v"], "verify -j": ["verify", "-j"],
        "create": ["create", "-v", "--dry-run"], "create -j": ["create", "-j", "--dry-run"],
    }
    for source, (name, words) in itertools.product(("file", "environment", "descriptor"),
                                                   commands.items()):
        say(f"{source}, {name}", Case(build, work, peer, source).plain(words))
    core_is_found(work)
    for source, victim in itertools.product(("file", "environment", "descriptor"),
                                            ("helper", "program")):
        say(f"{source}, {victim} crashes", Case(build, work, peer, source).crash(victim))
    say("heard by its GitLab", "" if TOKEN.encode() in peer.heard else "nobody heard it")


main()
