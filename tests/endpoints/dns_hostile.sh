#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The endpoint helper against name servers that misbehave, in namespaces of its own.
#
#	sh tests/endpoints/dns_hostile.sh BUILD
#
# One line a mode: `ok|FAIL|SKIP endpoints dns MODE`. See dns_hostile.py for what is demanded.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/driven.inc"
driven dns "$here/dns_hostile.py" -mnu 'nft mount' "$@"
