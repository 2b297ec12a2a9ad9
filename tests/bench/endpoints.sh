#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A world for the goals about endpoints, then the figures: nginx with TLS 1.3 and a P-256
# certificate in a namespace of its own, on each address of 10.9.0.0/16: port 443 answers at once,
# port 8443 after half a second. 10.8.0.0/16 is swallowed on the way. Run by run.sh in namespaces of
# its own, where nothing outlives it:
#
#	endpoints.sh RELEASE-FOLDER SCRATCH-FOLDER
set -eu

release=$1
work=$2
system=/etc/ssl/certs/ca-certificates.crt

pki() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$work/key.pem"
	openssl req -x509 -new -key "$work/key.pem" -subj '/CN=Bench Root' -days 3000 \
		-addext basicConstraints=critical,CA:true -out "$work/root.pem"
	openssl req -new -key "$work/key.pem" -subj '/CN=bench.test' -out "$work/request.pem"
	echo 'subjectAltName = DNS:*.bench.test' >"$work/extensions"
	openssl x509 -req -in "$work/request.pem" -CA "$work/root.pem" -CAkey "$work/key.pem" \
		-CAcreateserial -days 3000 -extfile "$work/extensions" -out "$work/leaf.pem"
}

# Trust stores, to be mounted where the library looks: one authority, and as many as a
# distribution has, by hashed names and as one file.
stores() {
	mkdir "$work/one" "$work/many" "$work/bundle"
	cp "$work/root.pem" "$work/one/root.pem"
	cp "$work/root.pem" "$work/one/ca-certificates.crt"
	openssl rehash "$work/one"
	[ -r "$system" ] || return 0
	cat "$work/root.pem" "$system" >"$work/bundle/ca-certificates.crt"
	cp "$work/bundle/ca-certificates.crt" "$work/many/ca-certificates.crt"
	awk -v folder="$work/many" '/BEGIN CERTIFICATE/ { file = sprintf("%s/%d.pem", folder, ++count) }
		file { print >file } /END CERTIFICATE/ { close(file); file = "" }' "$system"
	cp "$work/root.pem" "$work/many/root.pem"
	openssl rehash "$work/many" 2>/dev/null
}

network() {
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns
	ip netns add peer
	ip link set lo up
	ip link add c0 type veth peer name s0 netns peer
	ip address add 10.255.9.1/30 dev c0
	ip link set c0 up
	ip -n peer -batch - <<-END
		link set lo up
		address add 10.255.9.2/30 dev s0
		link set s0 up
		route add local 10.9.0.0/16 dev lo
		route add blackhole 10.8.0.0/16
	END
	ip netns exec peer sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	ip route add 10.8.0.0/15 via 10.255.9.2
}

web() {
	mkdir "$work/tmp"
	: >"$work/users"
	cat >"$work/nginx.conf" <<-END
		user root;
		worker_processes 1;
		master_process off;
		pid $work/nginx.pid;
		error_log $work/error.log;
		events { worker_connections 8000; }
		http {
		access_log off;
		client_body_temp_path $work/tmp/body;
		proxy_temp_path $work/tmp/proxy;
		fastcgi_temp_path $work/tmp/fastcgi;
		uwsgi_temp_path $work/tmp/uwsgi;
		scgi_temp_path $work/tmp/scgi;
		ssl_certificate $work/leaf.pem;
		ssl_certificate_key $work/key.pem;
		ssl_protocols TLSv1.3;
		server {
			listen 443 ssl backlog=4096;
			location / { return 200 ok; }
		}
		server {
			listen 8443 ssl backlog=4096;
			location / { auth_basic bench; auth_basic_user_file $work/users; auth_delay 500ms; }
		}
		}
	END
	ip netns exec peer nginx -e "$work/error.log" -c "$work/nginx.conf"
}

# shellcheck disable=SC3045 # every shell that is sh somewhere has it
ulimit -n "$(ulimit -Hn)" || :
{
	pki
	stores
	network
	web
} >"$work/log" 2>&1 || {
	echo "bench E1 E2 E3 E4 E5 E6 E7 SKIP no world: $(tail -n 1 "$work/log")"
	exit 0
}
status=0
"$release/tests/bench/bench_endpoints" "$release/reachback-probe-endpoints" "$work" || status=$?
kill "$(cat "$work/nginx.pid")"
exit "$status"
