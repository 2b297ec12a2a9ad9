# SPDX-License-Identifier: Apache-2.0
"""One lab: a shell inside namespaces of its own that runs scripts handed to it."""

import os
import pathlib
import subprocess
import threading

HERE = pathlib.Path(__file__).resolve().parent

# Reads script paths on stdin; each runs in a shell of its own, so that a failed command ends it.
LOOP = """
while IFS= read -r script; do
	status=0
	sh -eu "$script" >"$script.out" 2>"$script.err" </dev/null || status=$?
	echo "done $status"
done
"""


class LabError(Exception):
    """The lab itself failed: no verdict about the program follows."""


def unshare():
    """What makes private namespaces; -u so that no script can rename the machine."""
    flags = "-mnpu" if os.geteuid() == 0 else "-Urmnpu"
    return ["unshare", flags, "--fork", "--kill-child", "--mount-proc"]


class Lab:
    """`sources` are sourced by every script, in order; `more` joins their environment."""

    def __init__(self, folder, binaries, limit=90,
                 sources=(HERE / "lab.sh", HERE / "lab_bgp.sh"), more=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sources = sources
        self.count = 0
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LAB_DIR": str(self.folder), "LAB_BIN": str(binaries), "LC_ALL": "C",
            **(more or {}),
        }
        self.process = subprocess.Popen(
            [*unshare(), "sh", "-c", LOOP],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, text=True)
        self.timer = threading.Timer(limit, self.process.kill)
        self.timer.start()

    def attempt(self, script):
        """Runs a script; returns (status, stdout, stderr)."""
        self.count += 1
        path = self.folder / f"{self.count:02d}.sh"
        path.write_text("".join(f". {source}\n" for source in self.sources) + script + "\n")
        try:
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().split()
        except BrokenPipeError:
            answer = []
        if len(answer) != 2 or answer[0] != "done":
            raise LabError(f"the lab died (or took too long) in {path}")
        read = lambda kind: pathlib.Path(f"{path}.{kind}").read_text(errors="replace")
        return int(answer[1]), read("out"), read("err")

    def run(self, script):
        status, out, err = self.attempt(script)
        if status != 0:
            raise LabError(f"script {self.count:02d} ended with {status}: {err.strip()[-300:]}")
        return out

    def close(self):
        self.timer.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def usable():
    """Why no lab can be made here; None when it can."""
    probe = ("mount -t tmpfs tmpfs /run && mkdir /run/u /run/w && "
             "mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w /etc && "
             "ip link add probe0 type veth peer name probe1")
    result = subprocess.run(
        [*unshare(), "sh", "-eu", "-c", probe],
        capture_output=True, text=True, check=False)
    return None if result.returncode == 0 else result.stderr.strip().splitlines()[-1:]
