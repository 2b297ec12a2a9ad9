#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The group `cloud`: tests of the API server itself, then the scenarios and sweeps of lab.py.
#
#	run.sh [NAME...]     only these scenarios or sweeps (lab.py --list)
#
# Prints `ok|FAIL|SKIP cloud NAME...` lines; all of it is ended after LIMIT seconds.
set -eu

LIMIT=600

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
release=${RB_RELEASE:-$(CDPATH='' cd -- "$here/../.." && pwd -P)/build/release}

if ! command -v python3 >/dev/null; then
	echo "SKIP cloud: no python3"
	exit 0
fi
export PYTHONDONTWRITEBYTECODE=1
if [ $# -eq 0 ]; then
	timeout -s KILL 120 python3 "$here/server_test.py" || [ $? -eq 1 ] ||
		echo "FAIL cloud server: ended before its last test"
fi
timeout -s KILL "$LIMIT" python3 "$here/lab.py" --program "$release/reachback" \
	--jobs "$((2 * $(nproc)))" "$@" || [ $? -eq 1 ] ||
	echo "FAIL cloud lab: ended before its last scenario"
