#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh BUILD_DIRECTORY [STEP]
# Disturbs `check` and `judge` in a healthy world of its own: each system call of each process and
# each allocation fails, probes are killed and stopped, surroundings are missing or full, routes
# churn; then the endpoint helper and `create --dry-run` (disturb.sh). Without STEP a sample that takes
# a few minutes; STEP n takes every n-th case of all kinds, 1 all of them (an hour or more). Prints a
# line a test, and what each of them counted.
set -eu

build=$(cd "$1" && pwd)
step=${2:-}
here=$(cd "$(dirname "$0")" && pwd)

# Namespaces of its own: network and mounts, processes and name so that nobody else's work on the
# machine shows in a report.
if [ "${RB_INSIDE:-}" != 1 ]; then
	user=
	[ "$(id -u)" = 0 ] || user=-Ur
	# shellcheck disable=SC2086
	if unshare $user -mnupf --mount-proc true 2>/dev/null; then
		RB_INSIDE=1 exec unshare $user -mnupf --mount-proc sh "$here/run.sh" "$@"
	elif unshare $user -mnu true 2>/dev/null; then
		RB_INSIDE=1 exec unshare $user -mnu sh "$here/run.sh" "$@"
	fi
	echo "SKIP robust: neither root nor user namespaces"
	exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
program=$build/reachback
tools=$build/tests/robust
failed=0

ip link set lo up
ip link add lan0 type veth peer name far0
ip link set lan0 up
ip link set far0 up
ip address add 172.20.5.10/24 dev lan0
ip route add default via 172.20.5.1 dev lan0

# Configuration for every reader, the helper program's as well, far from the range.
plant() {
	cp -a /etc "$work/etc" 2>/dev/null || :
	mkdir -p "$work/etc/docker" "$work/etc/cni/net.d" "$work/etc/wireguard" \
		"$work/etc/kubernetes/manifests" "$work/etc/libvirt/qemu/networks" \
		"$work/etc/containers"
	echo '{"bip":"172.17.0.1/16","default-address-pools":[{"base":"172.30.0.0/16"}]}' \
		>"$work/etc/docker/daemon.json"
	echo '{"name":"pods","plugins":[{"ipam":{"subnet":"10.88.0.0/16"}}]}' \
		>"$work/etc/cni/net.d/10-pods.conflist"
	printf '[Peer]\nAllowedIPs = 10.9.0.0/24\n' >"$work/etc/wireguard/wg0.conf"
	printf '[network]\ndefault_subnet = "10.89.0.0/24"\n' \
		>"$work/etc/containers/containers.conf"
	printf 'spec:\n  containers:\n  - command:\n    - --cluster-cidr=10.244.0.0/16\n' \
		>"$work/etc/kubernetes/manifests/kube-controller-manager.yaml"
	echo '<network><ip address="192.168.122.1" netmask="255.255.255.0"/></network>' \
		>"$work/etc/libvirt/qemu/networks/default.xml"
	mount --bind "$work/etc" /etc
}

# One program of the tests: its last line is the count that goes behind the name.
run() { # NAME COMMAND...
	name=$1
	shift
	result=0
	"$@" >"$work/log" 2>&1 || result=$?
	head -n -1 "$work/log"
	case $result in
	0) echo "ok robust $name: $(tail -n 1 "$work/log")" ;;
	77) echo "SKIP robust $name: $(tail -n 1 "$work/log")" ;;
	*)
		echo "FAIL robust $name: $(tail -n 1 "$work/log")"
		failed=1
		;;
	esac
}

torture() { # NAME DEFAULT-STEP [-p] KIND [LIBRARY] -- COMMAND...
	name=$1
	every=${step:-$2}
	shift 2
	[ "$every" = 1 ] || name="$name, a sample (each $every)"
	run "$name" "$tools/torture" -j "$(($(nproc) + 1))" -s "$every" "$@"
}

plant
status=0
"$program" check -j --facts "$work/facts.json" >"$work/report.json" || status=$?
if [ "$status" != 0 ]; then
	cat "$work/report.json"
	echo "FAIL robust: the undisturbed world is not ready (exit $status)"
	exit 1
fi

sed 's/"machine":"[0-9a-f]*"/"machine":"0123456789abcdef"/' "$work/facts.json" >"$work/other.json"

if [ -f "$tools/libfail_alloc.so" ]; then
	torture "allocations of check" 5 alloc "$tools/libfail_alloc.so" -- "$program" check -j
	torture "allocations of judge" 3 -p alloc "$tools/libfail_alloc.so" -- \
		"$program" judge -j "$work/facts.json"
	torture "allocations of judge, two machines" 9 -p alloc "$tools/libfail_alloc.so" -- \
		"$program" judge -j "$work/facts.json" "$work/other.json"
	torture "allocations of judge, the cloud" 2 -p alloc "$tools/libfail_alloc.so" -- \
		"$program" judge -j "$here/../golden/facts/cld05-not-published-twin.json"
	torture "allocations of judge, GitLab" 3 -p alloc "$tools/libfail_alloc.so" -- \
		"$program" judge -j "$here/../golden/facts/gl17-submodule-by-ssh.json"
	torture "allocations of the text report" 3 -p alloc "$tools/libfail_alloc.so" -- \
		"$program" judge "$work/facts.json"
	torture "allocations of explain" 1 -p alloc "$tools/libfail_alloc.so" -- \
		"$program" explain RT-02
else
	echo "SKIP robust allocations: this build has an allocator of its own"
fi
torture "system calls of check" 11 call -- "$program" check -j
torture "system calls of judge" 1 -p call -- "$program" judge -j "$work/facts.json"
# Somebody who is denied a part: what is denied must not become what failed.
if setpriv --reuid=65534 --clear-groups "$program" --version >/dev/null 2>&1; then
	chmod 755 "$work"
	torture "system calls of check as nobody" 13 -u 65534 call -- "$program" check -j
else
	echo "SKIP robust system calls of check as nobody: there is no such user here"
fi
if command -v strace >/dev/null; then
	torture "system calls of all processes at once" 31 strace -- "$program" check -j
	torture "system calls of judge by strace" 3 -p strace -- "$program" judge -j "$work/facts.json"
else
	echo "SKIP robust strace: there is none"
fi
run "probes killed" "$tools/kill_probes" 50 "$(date +%s)" "$program" check -j
sh "$here/edges.sh" "$build" "$work" || failed=1
case $step in
1) sample=all ;;
*) sample=50 ;;
esac
for subject in endpoints create; do
	sh "$here/disturb.sh" "$build" "$subject" "$sample" || failed=1
done
ip neighbour del 172.20.5.1 dev lan0 2>/dev/null || :
# A machine that is busy with other things may need more than one try to reach the rate.
# shellcheck disable=SC2317 # run() calls it
churn() { # outside|inside
	for try in 1 2 3; do
		result=0
		ip route flush root 10.0.0.0/8
		ip route flush root 100.104.0.0/15
		"$tools/churn" 100000 20 100000 "$1" "$program" check -j || result=$?
		[ "$result" -eq 77 ] && [ "$try" -lt 3 ] || return "$result"
	done
}
run "routes churn outside the range" churn outside
run "routes churn inside the range" churn inside
exit "$failed"
