# SPDX-License-Identifier: Apache-2.0
"""One run of the program against a server or against saved replies, and what it said."""

import json
import pathlib
import subprocess

import export
from server import Server
from world import merged

LIMIT_S = 40


class AnswerError(Exception):
    """The program printed no report that can be read, or a secret."""


class Answer:
    """What one run said."""

    def __init__(self, done):
        try:
            self.report = json.loads(done.stdout)
        except ValueError as error:
            raise AnswerError(f"exit {done.returncode}, no JSON ({error}): "
                              f"{done.stderr.strip()[-300:]}") from error
        self.status, self.verdict = done.returncode, self.report["verdict"]
        self.findings = self.report["findings"]
        self.calls = []  # of the facts' section "cloud"

    def spoken(self, status):
        return [found for found in self.findings if found["status"] == status]

    def causes(self, status):
        return frozenset(cause for found in self.spoken(status) for cause in found["causes"])

    def codes(self, status):
        return frozenset(found["code"] for found in self.spoken(status))

    def shares(self):
        """"ADDRESS:PORT" -> share, of the findings that carry one."""
        return {f"{found['subject']['address']}:{found['subject']['port']}": found["share"]
                for found in self.findings if "share" in found and "port" in found["subject"]}

    def essence(self):
        """What two ways to the same facts must agree on."""
        return sorted(json.dumps([found["code"], found["status"], found["causes"],
                                  found["subject"], found.get("share")], sort_keys=True)
                      for found in self.findings)


def secrets(world):
    rows = [*world["keys"].values(), *(row for row in world["roles"].values() if len(row) > 1)]
    names = ("secret", "token", "AccessKeySecret", "SecurityToken")
    return [*world.get("canaries", []), *(row[name] for row in rows for name in names
                                          if row.get(name))]


class Program:
    """`folder` is this scenario's own."""

    def __init__(self, path, folder):
        self.path, self.folder = path, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _whole(self, environment):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": str(self.folder),
                **environment}

    def _run(self, word, arguments, environment):
        done = subprocess.run(
            [str(self.path), *arguments], capture_output=True, text=True, check=False,
            timeout=LIMIT_S, cwd=self.folder, stdin=subprocess.DEVNULL,
            env=self._whole(environment))
        (self.folder / f"{word}.json").write_text(done.stdout)
        (self.folder / f"{word}.err").write_text(done.stderr)
        return done

    def plan(self, word, plan):
        path = self.folder / f"{word}.plan.json"
        path.write_text(json.dumps(plan, indent=1))
        return path

    def prepared(self, run, server):
        """What this run of the program wants: (arguments, the whole environment)."""
        plan = self.plan(run.word, merged(run.plan, {"endpoints": server.endpoints()}))
        key, row = next(iter(server.gateway.world["keys"].items()))
        environment = {"ALIBABA_CLOUD_ACCESS_KEY_ID": key,
                       "ALIBABA_CLOUD_ACCESS_KEY_SECRET": row["secret"]}
        if row.get("token"):
            environment["ALIBABA_CLOUD_SECURITY_TOKEN"] = row["token"]
        fill = lambda text: text.replace("%URI%", f"{server.endpoints()['sts']}/credentials") \
            .replace("%HOME%", str(self.folder))
        for word in run.environment:
            name, _, value = word.partition("=")
            environment[name] = fill(value)
            if not value:
                del environment[name]
        for name, text in run.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if isinstance(text, str) else json.dumps(text))
            path.chmod(0o600)
        return ["--plan", str(plan)], self._whole(environment)

    def served(self, run, arguments):
        """One command that asks a server of its own; returns (what it did, gateway)."""
        server = Server(run.world, "0.0.0.0")
        try:
            more, environment = self.prepared(run, server)
            done = self._run(run.word, [*arguments, *more], environment)
        finally:
            server.close()
        self.secret_free(run.world, run.word)
        return done, server.gateway

    def live(self, run, arguments=()):
        """Asks a server of its own; returns (answer, gateway)."""
        facts = self.folder / f"{run.word}.facts.json"
        done, gateway = self.served(run, ["check", "-j", "--facts", str(facts), *arguments])
        answer = Answer(done)
        answer.calls = (json.loads(facts.read_text()).get("cloud") or {}).get("calls", [])
        if not all(call["host"] for call in answer.calls if call["tries"]):
            raise AnswerError("a call that was made has no host in the facts")
        return answer, gateway

    def secret_free(self, world, word):
        for path in [*self.folder.glob(f"{word}*"), *self.folder.glob(f"{word}*/*")]:
            text = path.read_text(errors="replace") if path.is_file() else ""
            if any(secret in text for secret in secrets(world)):
                raise AnswerError(f"a secret is in {path.name}")

    def saved(self, run, gateway, arguments=()):
        """The same out of saved replies, without a key and without a network."""
        folder = self.folder / f"{run.word}.saved"
        export.write(gateway.journal, folder)
        return self._again(run, folder, arguments)

    def saved_by_itself(self, run):
        """The same, out of what the program saved of a server's answers."""
        folder = self.folder / f"{run.word}.collected"
        done, _ = self.served(run, ["collect", "--cloud", str(folder)])
        if done.returncode != 0:
            raise AnswerError(f"collect: exit {done.returncode}: {done.stderr.strip()[-300:]}")
        return self._again(run, folder)

    def _again(self, run, folder, arguments=()):
        plan = self.plan(f"{run.word}.again", run.plan)
        return Answer(self._run(f"{run.word}.again", [
            "check", "-j", "--plan", str(plan), "--cloud", str(folder), *arguments], {}))

    def judged(self, run):
        return Answer(self._run(f"{run.word}.judged", [
            "judge", "-j", str(self.folder / f"{run.word}.facts.json")], {}))
