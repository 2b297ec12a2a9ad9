#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Asks ecs DescribeSecurityGroups with openssl and curl alone: a client that shares no line with the
# server's code.
#
#	curl_client.sh HOST:PORT KEY SECRET
set -eu

host=$1 key=$2 secret=$3
query=MaxResults=50\&RegionId=cn-hangzhou
date=$(date -u +%Y-%m-%dT%H:%M:%SZ)
nonce=$(openssl rand -hex 16)
empty=$(printf '' | openssl dgst -sha256 -r | cut -d' ' -f1)
names='host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version'

canonical=$(printf '%s\n' POST / "$query" "host:$host" x-acs-action:DescribeSecurityGroups \
	"x-acs-content-sha256:$empty" "x-acs-date:$date" "x-acs-signature-nonce:$nonce" \
	x-acs-version:2014-05-26 '' "$names" "$empty")
hash=$(printf '%s' "$canonical" | openssl dgst -sha256 -r | cut -d' ' -f1)
signature=$(printf 'ACS3-HMAC-SHA256\n%s' "$hash" | openssl dgst -sha256 -hmac "$secret" -r |
	cut -d' ' -f1)

exec curl -sS --max-time 10 -X POST "http://$host/?$query" -H 'Accept: application/json' \
	-H 'Content-Type:' -H x-acs-action:DescribeSecurityGroups -H x-acs-version:2014-05-26 \
	-H "x-acs-date:$date" -H "x-acs-signature-nonce:$nonce" -H "x-acs-content-sha256:$empty" \
	-H "Authorization: ACS3-HMAC-SHA256 Credential=$key,SignedHeaders=$names,Signature=$signature"
