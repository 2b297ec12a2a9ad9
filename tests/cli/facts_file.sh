#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check --facts FILE: whole or not at all, private, and judged to the same findings.
set -eu
. "$(dirname -- "$0")/cli.inc"

folder=$work/folder
mkdir "$folder"
file=$folder/facts.json

decides "$program" check -j --facts "$file"
cp "$work/out" "$work/checked.json"
[ "$(stat -c %a "$file")" = 600 ] || die "the facts can be read by others"
decides "$program" judge -j "$file"
for report in "$work/checked.json" "$work/out"; do
	sed 's/.*"findings":\(.*\),"probes":.*/\1/' "$report" >"$report.findings"
done
cmp "$work/checked.json.findings" "$work/out.findings" || die "judge and check disagree"
cmp "$work/checked.json" "$work/out" || die "the reports differ beyond their findings"

# An older file is replaced; a link is written through; what is no file stays what it is.
echo old >"$file"
ln -s facts.json "$folder/link"
decides "$program" check --facts "$folder/link"
[ -L "$folder/link" ] || die "the link was replaced by a file"
grep -q reachback.facts/1 "$file" || die "the link was not written through"
decides "$program" check --facts /dev/null
[ -c /dev/null ] || die "/dev/null was replaced"

# Replies that were wanted and are not there are missed aloud.
mkdir "$work/replies"
gives 0 env -i HOME="$work" "$program" collect --region cn-hangzhou --endpoints-metadata \
	http://127.0.0.1:1 --cloud "$work/replies"
[ -s "$work/out" ] || die "no facts without replies"
grep -q '^reachback: no reply of the cloud was saved: ' "$work/err" ||
	die "nobody says that no reply was saved"
gives 0 env -i HOME="$work" "$program" collect
[ ! -s "$work/err" ] || die "replies are missed that nobody wanted"

# What cannot be written: 74, one line, the old content, nothing left behind.
refuses 74 'cannot write' "$program" check --facts "$folder/none/facts.json"
refuses 74 'cannot write' "$program" check --facts "$folder"
refuses 74 'cannot write' "$program" check --facts /dev/full
refuses 74 'cannot write' "$program" check --facts /proc/none
echo precious >"$file"
status=0
(ulimit -f 0; trap '' XFSZ; exec "$program" check --facts "$file") >"$work/out" 2>"$work/err" ||
	status=$?
[ "$status" -eq 74 ] || die "a full disk: wanted 74, got $status"
[ "$(cat "$file")" = precious ] || die "the old file is gone"
[ "$(find "$folder" -mindepth 1 | wc -l)" -eq 2 ] || die "something was left behind"
