# SPDX-License-Identifier: Apache-2.0
"""
What the drivers of hostile peers share: one run of the helper and the limits of each of them, the
files that it reads of the machine, and the counter of packets that must never leave it.
"""

import json
import os
import socket
import subprocess
import time

BUDGET_MS = 5000
# sanitizers take their time, and memory for their shadow
SANITIZED = bool(os.environ.get("RB_SANITIZED"))
SPARE_MS = 2000 if SANITIZED else 200
MEMORY_MB = 512 if SANITIZED else 32


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ip(*commands):
    for command in commands:
        run("ip", *command.split())


def guard(work, table):
    """Loads the guard; its counter is named `bad`."""
    (work / "guard").write_text(table)
    run("nft", "-f", str(work / "guard"))


def bound(work, name, text):
    """/etc/NAME with this text; it is changed where it lies, in the work folder."""
    (work / name).write_text(text)
    run("mount", "--bind", str(work / name), f"/etc/{name}")


def forbidden_packets():
    listed = json.loads(run("nft", "-j", "list", "counter", "inet", "guard", "bad"))
    return next(row["counter"]["packets"] for row in listed["nftables"] if "counter" in row)


def guard_counts():
    """The guard does count: what is wrong where it does not."""
    before = forbidden_packets()
    for place in ("100.100.100.200", "169.254.169.254"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
            plain.sendto(b"x", (place, 9))
    more = forbidden_packets() - before
    return "" if more == 2 else f"{more} of 2 packets"


def climb(build, asked, environment, pass_fds=()):
    """(answer, what is wrong with how it came) of one run of the helper."""
    started = time.monotonic()
    child = subprocess.Popen([build / "reachback-probe-endpoints", "-"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, env=environment, pass_fds=pass_fds)
    child.stdin.write(json.dumps({"budget_ms": BUDGET_MS, **asked}).encode())
    child.stdin.close()
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    took, memory = (time.monotonic() - started) * 1000, usage.ru_maxrss / 1024
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        return said, f"ended with {child.returncode}"
    if took > BUDGET_MS + SPARE_MS:
        return said, f"took {took:.0f} ms of {BUDGET_MS}"
    if memory > MEMORY_MB:
        return said, f"took {memory:.0f} MiB"
    if any(byte < 0x20 or byte == 0x7f for byte in said.strip()):
        return said, "raw control bytes in the facts"
    return said, ""


def say(name, wrong):
    print(f"FAIL endpoints {name}: {wrong}" if wrong else f"ok endpoints {name}", flush=True)
