# SPDX-License-Identifier: Apache-2.0
"""
Random healthy worlds that look dangerous: the program must stay silent in every one.

usage: worlds.py --program PATH --binaries DIR [--count N] [--seed N] [--jobs N] [--keep DIR]
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import judge  # noqa: E402
import machine  # noqa: E402
import world  # noqa: E402

SETUP = """mount -t tmpfs tmpfs /run
mkdir -p /run/u /run/w
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w /etc
for word in all default; do
	[ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/$word/disable_ipv6
	echo 0 >/proc/sys/net/ipv4/conf/$word/rp_filter
done
"""


def complaints(status, out, err):
    """What a healthy world must not have: a fail, a warning, an exit status but 0."""
    answer = judge.Answer(status, out, err, None)
    wrong = [f"{found['status']} {found['code']} ({' '.join(found['causes'])}): {found['message']}"
             for found in answer.spoken]
    if status != 0:
        unknown = [f"{found['code']}: {found['message']}" for found in answer.findings
                   if found["status"] == "unknown"]
        wrong.append(f"exit {status}, {answer.verdict}; unknown: {'; '.join(unknown) or 'none'}")
    return wrong


def attempt(options, index):
    rng = random.Random(f"{options.seed}/{index}")
    made = world.World(rng, options.tunnels, options.users)
    folder = pathlib.Path(options.scratch) / str(index)
    lab = machine.Lab(folder, options.binaries, limit=60)
    try:
        script = made.build()
        lab.run(SETUP + script)
        plan = folder / "plan.json"
        plan.write_text(json.dumps(made.plan()))
        wrong = complaints(*lab.attempt(f"exec {options.program} check -j --plan {plan}"))
    except (machine.LabError, judge.AnswerError) as error:
        wrong = [str(error)]
    finally:
        lab.close()
    if not wrong:
        shutil.rmtree(folder, ignore_errors=True)
    return index, wrong


def options_read():
    parser = argparse.ArgumentParser(description="random healthy worlds")
    parser.add_argument("--program", required=True, type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument("--binaries", required=True, type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="index of the first world")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(1, 10**9))
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--keep")
    options = parser.parse_args()
    if options.count < 1:
        parser.error(f"{options.count} worlds show nothing")
    return options


def main():
    options = options_read()
    reason = machine.usable()
    if reason:
        print(f"SKIP healthy: no private namespaces here: {' '.join(reason)}")
        return 0
    options.tunnels = os.access("/dev/net/tun", os.R_OK | os.W_OK)
    options.users = os.geteuid() == 0
    options.scratch = options.keep or tempfile.mkdtemp(prefix="reachback-worlds-")
    print(f"# {options.count} healthy worlds, seed {options.seed}", flush=True)
    failed = 0
    indexes = range(options.first, options.first + options.count)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for index, wrong in pool.map(lambda index: attempt(options, index), indexes):
            if wrong:
                failed += 1
                print(f"FAIL healthy world {index} of seed {options.seed}: {' | '.join(wrong)}",
                      flush=True)
            else:
                print(f"ok healthy world {index}", flush=True)
    if not options.keep:
        shutil.rmtree(options.scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
