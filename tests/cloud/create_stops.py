# SPDX-License-Identifier: Apache-2.0
"""
`create` is killed before and after each of the calls that decide whether there will be a second
link: those on its journal, the request that makes the link, its answer (stop_at.c). Wherever it
dies, alone or with its helper, the server holds no link or one, and later runs end with exactly one.

usage: create_stops.py PROGRAM [PART PARTS]
"""

import itertools
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from create_runs import Scene, Wrong, tell

FOLDER = pathlib.Path("/var/lib/reachback")
KINDS = ["listed", "unlisted", "registry", "roa"]
WHEN = ["before", "after"]
LAG_MS = 800
# what is written down is on disk before the call, and what came of it behind it
ORDER = ["program open", "program flock", "program open", "program write", "program fsync",
         "program close", "program rename", "program open", "program fsync", "program close",
         "helper send", "helper recv", "helper write", "program open", "program write",
         "program fsync", "program close", "program rename", "program open", "program fsync"]


class Stopped(Scene):
    """A scene without a fault, whose first run is ended at a point."""

    def __init__(self, program, folder, kind):
        chance = random.Random(0)
        chance.choice = lambda words: kind if kind in words else "none"
        super().__init__(program, folder, chance)
        # a list that shows nothing yet: what was written down decides
        self.server.gateway.world["source_link"]["lag_ms"] = LAG_MS
        self.stop = {}

    def environment(self):
        return {**super().environment(), **self.stop}

    def run_with(self, **words):
        """One run with the library; what it says, None where it was killed."""
        library = pathlib.Path(self.program).parent / "tests" / "cloud" / "libstop_at.so"
        self.stop = {"LD_PRELOAD": str(library), "STOP_LIBRARY": str(library),
                     "STOP_FOLDER": str(FOLDER), "STOP_ACTION": f"x-acs-action: {self.operation}",
                     **{f"STOP_{key}": word for key, word in words.items()}}
        try:
            return self.end(self.start())
        finally:
            self.stop = {}


def clean():
    for path in FOLDER.glob("*"):
        path.unlink()


def points(program, folder, kind):
    """All points of an undisturbed run, in their order."""
    clean()
    scene = Stopped(program, folder, kind)
    listed = pathlib.Path(folder) / "points"
    listed.unlink(missing_ok=True)
    try:
        said = scene.run_with(LIST=str(listed))
    finally:
        scene.server.close()
    found = listed.read_text().splitlines()
    if said != "created":
        raise Wrong(f"{kind}: undisturbed: {said}")
    order = [point.rpartition(" ")[0] for point in found]
    if order[:len(ORDER)] != ORDER:
        raise Wrong(f"{kind}: in another order: {order}")
    return found


def cases(program, folder):
    """Who is ended where: every point of one kind of link, those that part states of the others."""
    for kind in KINDS:
        for point, when in itertools.product(points(program, folder, kind), WHEN):
            if point.startswith("helper"):
                for who in ("self", "parent", "both"):
                    yield kind, f"{point} {when}", who
            elif kind == "listed" or kind == "unlisted" and "rename" in point:
                yield kind, f"{point} {when}", "self"


def one(program, folder, kind, point, who):
    clean()
    scene = Stopped(program, folder, kind)
    try:
        said = scene.run_with(AT=point, WHO=who)
        held = scene.links()
        if said is not None and not (point.startswith("helper") and who == "self"):
            raise Wrong(f"was not killed there: {said}")
        if point.startswith("program"):
            called = any(call.action == scene.operation for call in scene.server.gateway.journal)
            if held != called:
                raise Wrong(f"{held} links of a call that was {'' if called else 'not '}made")
        scene.converge()
        scene.check_calls()
    except Wrong as error:
        return f"{kind}, {point}, {who}: {error}"
    finally:
        scene.server.close()
    return None


def main():
    program = os.path.abspath(sys.argv[1])
    part, parts = (int(word) for word in sys.argv[2:4]) if len(sys.argv) > 3 else (0, 1)
    if not (pathlib.Path(program).parent / "tests" / "cloud" / "libstop_at.so").exists():
        print("SKIP cloud stops: this build has no library that stops")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        FOLDER.mkdir(exist_ok=True)
        try:
            chosen = list(cases(program, folder))[part::parts]
            wrong = [words for words in (one(program, folder, *case) for case in chosen) if words]
            if not chosen:
                raise Wrong("no point to stop at")
        except (Wrong, subprocess.TimeoutExpired) as error:
            chosen, wrong = [], [str(error)]
    return tell("stops", f"part {part} of {parts}, {len(chosen)} points, {len(wrong)} wrong", wrong)


if __name__ == "__main__":
    sys.exit(main())
