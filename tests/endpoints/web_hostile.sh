#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The endpoint helper against HTTP and TLS peers that misbehave, in namespaces of its own.
#
#	sh tests/endpoints/web_hostile.sh BUILD [MODE...]
#
# One line a mode: `ok|FAIL|SKIP endpoints http|tls MODE`. See web_hostile.py for what is demanded.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/driven.inc"
driven web "$here/web_hostile.py" -mnu 'nft mount openssl' "$@"
