#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Configuration that will take addresses of the range, one file of each kind under an /etc of its
# own: every one is named with file, key and network (YAML and XML through the helper), and no key.
set -eu
. "$(dirname -- "$0")/cli.inc"

spaces=-mn
[ "$(id -u)" -eq 0 ] || spaces=-Urmn
unshare $spaces true 2>/dev/null || skip "no namespaces of one's own here"
command -v jq >/dev/null || skip "no jq"

etc=$work/etc
put() { # PATH, text on stdin
	mkdir -p "$(dirname -- "$etc/$1")"
	cat >"$etc/$1"
}
put docker/daemon.json <<-END
	{ "bip": "100.104.1.1/24", "fixed-cidr": "100.104.1.0/25",
	  "default-address-pools": [ { "base": "100.104.64.0/18", "size": 24 } ] }
END
put containers/containers.conf <<-END
	[network]
	default_subnet = "100.104.10.0/24"
END
put containers/networks/web.json <<-END
	{ "name": "web", "subnets": [ { "subnet": "100.104.11.0/24" } ] }
END
put cni/net.d/10-pods.conflist <<-END
	{ "name": "pods", "plugins": [ { "ipam": { "subnet": "100.104.8.0/24" } } ] }
END
put wireguard/wg0.conf <<-END
	[Interface]
	PrivateKey = c2VjcmV0IHByaXZhdGUga2V5IG9mIHRoZSB0dW5uZWw=
	[Peer]
	PresharedKey = c2VjcmV0IHNoYXJlZCBrZXkgb2YgdGhlIHR1bm5lbCE=
	AllowedIPs = 100.104.9.0/24
END
put kubernetes/manifests/kube-controller-manager.yaml <<-END
	spec:
	  containers:
	  - command:
	    - --cluster-cidr=100.96.0.0/11
END
put libvirt/qemu/networks/default.xml <<-END
	<network><ip address="100.104.122.1" netmask="255.255.255.0"/></network>
END

wanted='cni plugins/0/ipam/subnet 100.104.8.0/24
docker bip 100.104.1.0/24
docker default-address-pools/0/base 100.104.64.0/18
docker fixed-cidr 100.104.1.0/25
kubernetes --cluster-cidr 100.96.0.0/11
libvirt ip 100.104.122.0/24
podman network/default_subnet 100.104.10.0/24
podman subnets/0/subnet 100.104.11.0/24
wireguard AllowedIPs in line 5 100.104.9.0/24'

look() { # ARGUMENTS...
	status=0
	unshare $spaces sh -c 'mount --bind "$1" /etc && shift && exec "$@"' \
		sh "$etc" "$program" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	[ ! -s "$work/err" ] || die "a complaint with $*"
}

look collect
[ "$status" -eq 0 ] || die "collect ended with $status"
jq -r '.configs.configs[] | "\(.owner) \(.key) \(.prefix)"' "$work/out" | LC_ALL=C sort >"$work/seen"
printf '%s\n' "$wanted" | cmp -s - "$work/seen" || {
	printf '%s\n' "$wanted" | diff - "$work/seen" >"$work/err" || :
	die "not what stands in the files"
}
look check -j
jq -r '.findings[] | select(.code == "configured-networks-clear") |
	"\(.status) \(.causes[]) \(.subject.prefix)"' "$work/out" | LC_ALL=C sort >"$work/seen"
cat >"$work/told" <<-END
	warn OVL-06 100.104.1.0/24
	warn OVL-06 100.104.1.0/25
	warn OVL-06 100.104.10.0/24
	warn OVL-06 100.104.11.0/24
	warn OVL-06 100.104.122.0/24
	warn OVL-06 100.104.64.0/18
	warn OVL-06 100.104.8.0/24
	warn OVL-07 100.96.0.0/11
	warn OVL-10 100.104.9.0/24
END
cmp -s "$work/told" "$work/seen" || {
	diff "$work/told" "$work/seen" >"$work/err" || :
	die "not told as what it is"
}
for format in 'collect' 'check -v' 'check -jv'; do
	# shellcheck disable=SC2086 # several words
	look $format
	if grep -q c2VjcmV0 "$work/out"; then
		die "a key of WireGuard is in the output of $format"
	fi
done
