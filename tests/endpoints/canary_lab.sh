#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Looks for copies of the token wherever there may be one, in namespaces of its own.
#
#	sh tests/endpoints/canary_lab.sh BUILD
#
# Prints `ok|FAIL|SKIP endpoints canary NAME`. See canary.py for what is demanded.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/driven.inc"
driven canary "$here/canary.py" '-mnupf --mount-proc' '' "$@"
