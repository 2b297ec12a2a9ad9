#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Security groups and network ACLs as nftables, with real packets: packets.c says how.
set -eu

if ! command -v nft >/dev/null || ! command -v ip >/dev/null; then
	echo "SKIP cloud packets: no nft or no ip"
	exit 0
fi
status=0
"${RB_RELEASE:?}/tests/cloud/packets" 300 || status=$?
[ "$status" -ne 77 ] || status=0
exit "$status"
