#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does by hand what the registry's builder and a build do: binds the repository through GitLab's
# API, clones it with its submodule and its LFS object, downloads from Maven. Real git and curl, no
# part of the program under test. Prints `ok`, or the first step that fails and why.
#
# Steps: addresses api user project hook clone lfs metadata artifact
# Environment: TRUTH_URL TRUTH_TOKEN TRUTH_USERNAME TRUTH_PROJECT TRUTH_MAVEN TRUTH_ARTIFACT
#	TRUTH_SOURCE (own address) TRUTH_DIR (scratch) TRUTH_CA (optional) LAB_BIN
set -eu

HOME=$TRUTH_DIR
GIT_CONFIG_NOSYSTEM=1
GIT_TERMINAL_PROMPT=0
GIT_HTTP_LOW_SPEED_LIMIT=1000
GIT_HTTP_LOW_SPEED_TIME=4
export HOME GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT GIT_HTTP_LOW_SPEED_LIMIT GIT_HTTP_LOW_SPEED_TIME
[ -z "${TRUTH_CA:-}" ] || export CURL_CA_BUNDLE="$TRUTH_CA" GIT_SSL_CAINFO="$TRUTH_CA"
rm -rf "$TRUTH_DIR"
mkdir -p "$TRUTH_DIR"
cd "$TRUTH_DIR"

fails() { # STEP WHY
	echo "$1: $2" | tr '\n' ' '
	echo
	exit 0
}

get() { # CURL-ARGUMENT...: body in `body`; redirects are followed as clients do
	curl -sSf -L --location-trusted --max-redirs 5 --connect-timeout 1.3 -m 3 -o body "$@" 2>why
}

api() { # STEP PATH [CURL-ARGUMENT...]
	step=$1
	path=$2
	shift 2
	get -H "PRIVATE-TOKEN: $TRUTH_TOKEN" "$@" "${TRUTH_URL%/}/api/v4/$path" || fails "$step" "$(cat why)"
	jq -e . body >/dev/null 2>&1 || fails "$step" "no JSON: $(head -c 60 body)"
}

# Every address that the name has is used by some client at some time.
every_address() { # URL
	host=$(echo "$1" | sed -E 's,^[a-z]+://([^/:]+).*,\1,')
	port=$(echo "$1" | sed -nE 's,^[a-z]+://[^/:]+:([0-9]+).*,\1,p')
	case $1 in
	https:*) port=${port:-443} ;;
	*) port=${port:-80} ;;
	esac
	addresses=$(getent ahostsv4 "$host" | awk '{ print $1 }' | sort -u || :)
	[ -n "$addresses" ] || fails addresses "no address of $host"
	for address in $addresses; do
		seen=$(echo "$TRUTH_SOURCE" | "$LAB_BIN/labnet" connect "$address:$port" 1300)
		[ "${seen#* }" = ok ] || fails addresses "$address port $port: ${seen#* }"
	done
}

clone() {
	url=$(jq -r .http_url_to_repo body)
	cat >askpass <<-'END'
		#!/bin/sh
		case $1 in
		Username*) echo "$TRUTH_USERNAME" ;;
		*) echo "$TRUTH_TOKEN" ;;
		esac
	END
	chmod +x askpass
	GIT_ASKPASS=$TRUTH_DIR/askpass
	export GIT_ASKPASS
	timeout -s KILL 8 git ls-remote "$url" HEAD >references 2>why ||
		fails clone "ls-remote: $(tail -n 2 why)"
	timeout -s KILL 8 git -c protocol.allow=never -c protocol.http.allow=always \
		-c protocol.https.allow=always clone -q --depth 1 --recurse-submodules \
		--shallow-submodules "$url" tree 2>why || fails clone "$(tail -n 3 why)"
}

lfs() { # the batch call and the download that git-lfs makes
	[ "$(jq -r .lfs_enabled body)" = true ] || return 0
	grep -qs filter=lfs tree/.gitattributes || return 0
	oid=$(sed -n 's/^oid sha256://p' tree/data.bin)
	bytes=$(sed -n 's/^size //p' tree/data.bin)
	printf '{"operation":"download","transfers":["basic"],"objects":[{"oid":"%s","size":%s}]}' \
		"$oid" "$bytes" >question
	server=$(git config -f tree/.lfsconfig lfs.url || git config -f tree/.lfsconfig \
		remote.origin.lfsurl || echo "$url/info/lfs")
	user=$TRUTH_USERNAME:$TRUTH_TOKEN
	case $server in
	"${TRUTH_URL%/}"/*) ;;
	*) user= ;;
	esac
	get ${user:+-u "$user"} -H 'Accept: application/vnd.git-lfs+json' \
		-H 'Content-Type: application/vnd.git-lfs+json' --data-binary @question \
		"$server/objects/batch" || fails lfs "batch: $(cat why)"
	href=$(jq -r '.objects[0].actions.download.href // empty' body)
	[ -n "$href" ] || fails lfs "no download: $(cat body)"
	header=$(jq -r '.objects[0].actions.download.header.Authorization // empty' body)
	get ${header:+-H "Authorization: $header"} "$href" || fails lfs "$(cat why)"
	[ "$(sha256sum body | cut -d ' ' -f 1)" = "$oid" ] || fails lfs "not the object"
}

maven() {
	group=$(echo "$TRUTH_ARTIFACT" | cut -d : -f 1 | tr . /)
	name=$(echo "$TRUTH_ARTIFACT" | cut -d : -f 2)
	version=$(echo "$TRUTH_ARTIFACT" | cut -d : -f 3)
	base=${TRUTH_MAVEN%/}/$group/$name
	get "$base/maven-metadata.xml" || fails metadata "$(cat why)"
	grep -q '<metadata' body || fails metadata "no metadata: $(head -c 60 body)"
	packaging=jar
	for kind in pom file; do
		[ "$kind" = pom ] || kind=$packaging
		file=$name-$version.$kind
		get "$base/$version/$file.sha1" || fails artifact "$file.sha1: $(cat why)"
		sum=$(cut -d ' ' -f 1 body)
		get "$base/$version/$file" || fails artifact "$file: $(cat why)"
		grep -q '<packaging>war</packaging>' body && packaging=war
		[ "$(sha1sum body | cut -d ' ' -f 1)" = "$sum" ] || fails artifact "$file: checksum"
	done
}

if [ -n "${TRUTH_URL:-}" ]; then
	every_address "$TRUTH_URL"
	api api version
	api user user
	[ "$(jq -r .username body)" = "$TRUTH_USERNAME" ] || fails user "owner is $(jq -r .username body)"
	project=$(echo "$TRUTH_PROJECT" | sed 's,/,%2F,g')
	api hook "projects/$project/hooks" -X POST -d url=http://hook.example/
	api project "projects/$project"
	cp body project
	clone
	cp project body
	lfs
fi
if [ -n "${TRUTH_MAVEN:-}" ]; then
	every_address "$TRUTH_MAVEN"
	maven
fi
echo ok
