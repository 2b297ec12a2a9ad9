#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Secrets stay where they belong: canaries.py, in one world of the lab.
#
#	secrets_lab.sh BUILD
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
exec python3 "$here/canaries.py" "$1"
