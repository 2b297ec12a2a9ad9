#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What all scenarios share and none changes: certificates, a trust store, git repositories, a Maven
# repository. Made once for a run of the lab:
#
#	stage.sh DIR
set -eu

stage=$1
maven_repo=/usr/share/maven-repo/commons-io/commons-io
HOME=$stage
GIT_CONFIG_NOSYSTEM=1
SAN=DNS:unused
export HOME GIT_CONFIG_NOSYSTEM SAN

# The old `x509 -req` cannot set both dates, `ca` can; one key serves all servers.
pki_config() {
	cat <<-END
		[ca]
		default_ca = lab
		[lab]
		database = $pki/index
		new_certs_dir = $pki
		rand_serial = yes
		unique_subject = no
		default_md = sha256
		policy = any
		email_in_dn = no
		[any]
		organizationName = optional
		commonName = supplied
		[req]
		distinguished_name = dn
		[dn]
		[authority]
		basicConstraints = critical,CA:true
		keyUsage = critical,keyCertSign,cRLSign
		subjectKeyIdentifier = hash
		[server]
		basicConstraints = CA:false
		extendedKeyUsage = serverAuth
		subjectAltName = \${ENV::SAN}
		[revocable]
		basicConstraints = CA:false
		extendedKeyUsage = serverAuth
		subjectAltName = \${ENV::SAN}
		authorityInfoAccess = OCSP;URI:http://ocsp.corp.example/
	END
}

quiet() { # COMMAND...
	"$@" >"$stage/log" 2>&1 || { cat "$stage/log" >&2; return 1; }
}

key() { # NAME
	quiet openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$pki/$1.key"
}

# A certificate NAME.crt; START and END as YYYYMMDD.
certify() { # NAME KEY CN ISSUER SECTION START END
	quiet openssl req -new -config "$pki/config" -key "$pki/$2.key" -subj "/O=Lab/CN=$3" -out "$pki/csr"
	signer="-cert $pki/$4.crt -keyfile $pki/$4.key"
	[ "$4" != - ] || signer="-selfsign -keyfile $pki/$2.key"
	# shellcheck disable=SC2086 # words are meant
	quiet openssl ca -batch -config "$pki/config" -notext -in "$pki/csr" -out "$pki/$1.crt" \
		-extensions "$5" -startdate "${6}000000Z" -enddate "${7}000000Z" $signer
}

authorities() {
	for name in root issuing private firewall; do
		key "$name"
	done
	certify root root "Lab Root" - authority 20200101 20990101
	certify issuing issuing "Lab Issuing" root authority 20200101 20990101
	certify private private "Corp Private Root" - authority 20200101 20990101
	certify firewall firewall "Corp Firewall" - authority 20200101 20990101
	certify issuing-expired issuing "Lab Issuing" root authority 20200101 20210101
}

# chain NAME CERTIFICATE...: what a server sends, in that order.
chain() {
	target=$1
	shift
	for certificate in "$@"; do
		cat "$pki/$certificate.crt"
	done >"$pki/$target.pem"
}

# Each server sends NAME.pem; all use server.key.
servers() {
	key server
	SAN="DNS:gitlab.corp.example,DNS:git.corp.example,DNS:gitlab,IP:172.20.5.10,IP:172.20.5.11,IP:192.168.1.30"
	certify gitlab server gitlab.corp.example issuing server 20200101 20990101
	certify expired server gitlab.corp.example issuing server 20200101 20210101
	certify early server gitlab.corp.example issuing server 20980101 20990101
	certify selfsigned server gitlab.corp.example - server 20200101 20990101
	certify selfsigned-expired server gitlab.corp.example - server 20200101 20210101
	certify private-leaf server gitlab.corp.example private server 20200101 20990101
	certify intercepted server gitlab.corp.example firewall server 20200101 20990101
	certify revocable server gitlab.corp.example issuing revocable 20200101 20990101
	SAN="DNS:gitlab.corp.example"
	certify names server gitlab.corp.example issuing server 20200101 20990101
	SAN="DNS:other.corp.example"
	certify selfsigned-other server other.corp.example - server 20200101 20990101
	certify other server other.corp.example issuing server 20200101 20990101
	SAN="DNS:gitlab.corp.example$(seq -f ',DNS:host-%g.with-a-long-name.corp.example' 120 | tr -d '\n')"
	certify big server gitlab.corp.example issuing server 20200101 20990101
	SAN="DNS:maven.corp.example,DNS:oss.corp.example,DNS:repo.corp.example,IP:172.20.5.20,IP:172.20.5.30"
	certify maven server maven.corp.example issuing server 20200101 20990101
	certify maven-expired server maven.corp.example issuing server 20200101 20210101
	certify maven-private server maven.corp.example private server 20200101 20990101
	SAN="DNS:lab-registry-vpc.cn-hangzhou.cr.aliyuncs.com,DNS:dockerauth-ee-vpc.cn-hangzhou.aliyuncs.com"
	SAN="$SAN,DNS:cri-lab-registry.oss-cn-hangzhou-internal.aliyuncs.com"
	certify registry server lab-registry-vpc.cn-hangzhou.cr.aliyuncs.com issuing server 20200101 20990101
	for name in gitlab expired early names other big revocable maven maven-expired registry; do
		chain "$name" "$name" issuing
	done
	chain leaf-only gitlab
	chain disordered gitlab root issuing
	chain selfsigned selfsigned
	chain selfsigned-expired selfsigned-expired
	chain selfsigned-other selfsigned-other
	chain private private-leaf private
	chain private-leaf-only private-leaf
	chain intercepted intercepted firewall
	chain expired-issuer gitlab issuing-expired
	chain maven-private maven-private private
}

# The answer of the revocation service that a server staples to its certificate.
staple() {
	quiet openssl ocsp -issuer "$pki/issuing.crt" -cert "$pki/revocable.crt" -no_nonce \
		-reqout "$pki/question"
	quiet openssl ocsp -index "$pki/index" -CA "$pki/issuing.crt" -rsigner "$pki/issuing.crt" \
		-rkey "$pki/issuing.key" -reqin "$pki/question" -respout "$pki/revocable.ocsp" -ndays 30
}

# The system's store, as a folder of hashes and as one file, under the names distributions use.
store() {
	mkdir "$stage/store"
	cp "$pki/root.crt" "$stage/store/lab-root.pem"
	quiet openssl rehash "$stage/store"
	for name in ca-certificates.crt ca-bundle.crt; do
		cp "$pki/root.crt" "$stage/store/$name"
	done
}

repository() { # NAME: what lies in $work becomes its only commit
	git -C "$work" -c init.defaultBranch=main init -q
	git -C "$work" add -A
	git -C "$work" -c user.name=Alice -c user.email=alice@corp.example commit -q -m "first"
	git clone -q --bare "$work" "$stage/git/$1.git"
	rm -rf "$work"
}

# An image's source: larger than any one packet, with a file in LFS and a submodule.
repositories() {
	work=$stage/work
	mkdir -p "$stage/git/group" "$stage/lfs" "$work"
	echo "int answer(void);" >"$work/lib.h"
	repository group/lib
	mkdir "$work"
	printf 'FROM scratch\nCOPY data.bin /\n' >"$work/Dockerfile"
	head -c 100000 /dev/urandom >"$work/noise"
	head -c 5000 /dev/urandom >"$stage/lfs/object"
	oid=$(sha256sum "$stage/lfs/object" | cut -d ' ' -f 1)
	mv "$stage/lfs/object" "$stage/lfs/$oid"
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 5000\n' "$oid" >"$work/data.bin"
	echo '*.bin filter=lfs diff=lfs merge=lfs -text' >"$work/.gitattributes"
	printf '[submodule "lib"]\n\tpath = lib\n\turl = ../lib.git\n' >"$work/.gitmodules"
	mkdir "$work/lib" # empty, or `add` takes the submodule out again
	git -C "$work" -c init.defaultBranch=main init -q
	git -C "$work" update-index --add --cacheinfo \
		"160000,$(git -C "$stage/git/group/lib.git" rev-parse HEAD),lib"
	repository group/app
}

# A distribution's own artifact in the layout of a Maven repository, with its index and checksums.
maven() {
	folder=$stage/maven/repository/maven-public/commons-io/commons-io
	mkdir -p "$folder"
	cp -rL "$maven_repo"/. "$folder"
	rm -rf "$folder/debian"
	version=$(ls "$folder")
	echo "$version" >"$stage/maven-version"
	cat >"$folder/maven-metadata.xml" <<-END
		<?xml version="1.0" encoding="UTF-8"?>
		<metadata>
		  <groupId>commons-io</groupId>
		  <artifactId>commons-io</artifactId>
		  <versioning>
		    <latest>$version</latest>
		    <release>$version</release>
		    <versions><version>$version</version></versions>
		    <lastUpdated>20240101000000</lastUpdated>
		  </versioning>
		</metadata>
	END
	find "$folder" -type f | while read -r file; do
		for kind in sha1 md5; do
			"${kind}sum" "$file" | cut -d ' ' -f 1 | tr -d '\n' >"$file.$kind"
		done
	done
}

pki=$stage/pki
rm -rf "$stage"
mkdir -p "$pki"
: >"$pki/index"
pki_config >"$pki/config"
authorities
servers
staple
store
repositories
maven
# Copies are taken by hard links: nobody may write through one.
find "$stage/git" "$stage/lfs" -type f -exec chmod a-w {} +
