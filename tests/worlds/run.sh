#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Random worlds: the classes must equal 65,536 single look-ups in every one.
#
#	sh tests/worlds/run.sh [COUNT [SEED]]        300 worlds, a new seed each day; both are printed
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
worlds=${RB_RELEASE:-$here/../../build/release}/tests/worlds/worlds
count=${1:-300}
seed=${2:-$(date +%Y%m%d)0000}

if [ ! -x "$worlds" ]; then
	echo "SKIP worlds exact: $worlds is not built"
	exit 0
fi
status=0
"$worlds" --count "$count" --seed "$seed" --jobs "$(nproc)" "$here/fixtures" || status=$?
case $status in
0) echo "ok worlds exact: $count worlds from seed $seed" ;;
64) echo "FAIL worlds exact: not a number of worlds, or none in $here/fixtures" ;;
77) exit 0 ;;
*) echo "FAIL worlds exact: seeds are named above; repeat one with --seed N --count 1 --print" ;;
esac
exit "$status"
