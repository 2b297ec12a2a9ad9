#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Random healthy worlds; arguments go to worlds.py (--count, --seed ...).
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd -P)
release=${RB_RELEASE:-$root/build/release}
exec python3 "$root/tests/lab/healthy/worlds.py" --program "$release/reachback" \
	--binaries "$release/tests" "$@"
