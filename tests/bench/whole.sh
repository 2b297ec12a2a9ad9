#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One whole check in the bench's namespace: PROGRAM, file for its report, file for milliseconds.
set -eu

from=$(date +%s%N)
"$1" check -j >"$2" 2>/dev/null || :
echo $((($(date +%s%N) - from) / 1000000)) >"$3"
