#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The network lab: every scenario, then pairs of faults. Arguments go to lab.py (names, --jobs ...).
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
program=${RB_RELEASE:-$root/build/release}/reachback
binaries=${RB_RELEASE:-$root/build/release}/tests
lab="python3 $root/tests/lab/lab.py --program $program --binaries $binaries"

if [ $# -gt 0 ]; then
	exec $lab "$@"
fi
status=0
$lab || status=$?
$lab --pairs 60 || status=$?
exit "$status"
