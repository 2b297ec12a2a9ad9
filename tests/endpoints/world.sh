# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The lab of endpoints: the range, the vSwitch's host, cloud DNS, and a data centre with GitLab, Maven
# and a name server of its own, all real servers but GitLab's API.
#
#   acr 100.104.7.9 --. vpcr .-- c0 --.
#   vsw 192.168.1.20 -|      |-- c1 --- idcr -- br5 -- gl 172.20.5.10 (.11 .12)   mvn .20 (.30)   idns .53
#   cdns 100.100.2.136'      '-- gl eth1 192.168.1.30 (GitLab as an ECS of the vSwitch)
#
# Sourced after tests/lab/lab.sh by every script of tests/endpoints/lab.py, inside private mount,
# pid, uts and network namespaces. Wants LAB_DIR (scratch), LAB_STAGE (stage.sh's), LAB_CODE (here).
# Functions set their words with `local`: faults call them in any order.
# shellcheck disable=SC3043 # dash, bash and busybox know `local`
# shellcheck disable=SC2119,SC2120 # without arguments everything is healthy

WORLD_NAMES="acr vpcr vsw cdns idcr gl mvn idns"
vsw() { in_net vsw "$@"; }
cdns() { in_net cdns "$@"; }
idns() { in_net idns "$@"; }

# Ends the processes whose numbers stand in a file; returns when their sockets are gone.
ended() { # FILE
	local number
	[ -e "$1" ] || return 0
	while read -r number; do
		kill -KILL "$number" 2>/dev/null || continue
		await '' readlink "/proc/$number/exe"
	done <"$1"
	rm -f "$1"
}

world_links() {
	ip -batch - <<-END
		link add eth0 netns acr type veth peer name a0 netns vpcr
		link add sw0 netns vpcr type bridge
		link add eth0 netns vsw type veth peer name sw1 netns vpcr
		link add eth1 netns gl type veth peer name sw2 netns vpcr
		link add eth0 netns cdns type veth peer name n0 netns vpcr
		link add c0 netns vpcr type veth peer name c0 netns idcr
		link add c1 netns vpcr type veth peer name c1 netns idcr
		link add br5 netns idcr type bridge
		link add eth0 netns gl type veth peer name br51 netns idcr
		link add eth0 netns mvn type veth peer name br52 netns idcr
		link add eth0 netns idns type veth peer name br53 netns idcr
	END
}

# Addresses and routes of one machine: ip-batch lines on stdin.
machine() { # NAME
	ip -n "$1" -batch -
}

world_cloud() {
	machine acr <<-END
		address add 100.104.7.9/16 dev eth0
		link set eth0 up
		route add default via 100.104.0.1
	END
	machine vpcr <<-END
		address add 100.104.0.1/16 dev a0
		address add 192.168.1.1/24 dev sw0
		address add 100.100.2.1/24 dev n0
		address add 10.0.1.1/30 dev c0
		address add 10.0.2.1/30 dev c1
		link set sw1 master sw0
		link set sw2 master sw0
		link set a0 up
		link set sw0 up
		link set sw1 up
		link set sw2 up
		link set n0 up
		link set c0 up
		link set c1 up
		route add 172.20.0.0/16 via 10.0.1.2
		route add blackhole default
	END
	machine vsw <<-END
		address add 192.168.1.20/24 dev eth0
		link set eth0 up
		route add default via 192.168.1.1
	END
	machine cdns <<-END
		address add 100.100.2.136/24 dev eth0
		address add 100.100.2.138/24 dev eth0
		link set eth0 up
		route add default via 100.100.2.1
	END
}

world_idc() {
	machine idcr <<-END
		address add 10.0.1.2/30 dev c0
		address add 10.0.2.2/30 dev c1
		address add 172.20.5.1/24 dev br5
		link set br51 master br5
		link set br52 master br5
		link set br53 master br5
		link set c0 up
		link set c1 up
		link set br5 up
		link set br51 up
		link set br52 up
		link set br53 up
		route add 100.104.0.0/16 via 10.0.1.1
		route add 192.168.0.0/16 via 10.0.1.1
		route add 100.100.2.0/24 via 10.0.1.1
		route add blackhole default
	END
	machine gl <<-END
		address add 172.20.5.10/24 dev eth0
		address add 172.20.5.11/24 dev eth0
		address add 172.20.5.12/24 dev eth0
		address add 192.168.1.30/24 dev eth1
		link set eth0 up
		link set eth1 up
		route add default via 172.20.5.1
		rule add from 192.168.1.30 to 100.104.0.0/16 lookup 30
		route add default via 192.168.1.1 table 30
	END
	machine mvn <<-END
		address add 172.20.5.20/24 dev eth0
		address add 172.20.5.21/24 dev eth0
		address add 172.20.5.30/24 dev eth0
		link set eth0 up
		route add default via 172.20.5.1
	END
	machine idns <<-END
		address add 172.20.5.53/24 dev eth0
		link set eth0 up
		route add default via 172.20.5.1
	END
}

world_routers() {
	local name
	for name in vpcr idcr; do
		knob "$name" net.ipv4.ip_forward 1
		knob "$name" net.ipv4.icmp_ratelimit 0
		knob "$name" net.ipv4.icmp_msgs_per_sec 100000
		knob "$name" net.ipv4.conf.all.send_redirects 0
	done
	knob vpcr net.ipv4.fib_multipath_hash_policy 1
}

# What every machine believes: resolver, hosts file, trust. A file below /etc/netns/NAME is that
# machine's own (ip-netns(8)).
world_files() {
	local folder
	rm -f /etc/resolv.conf
	printf 'nameserver 100.100.2.136\nnameserver 100.100.2.138\noptions timeout:1 attempts:1\n' \
		>/etc/resolv.conf
	printf '127.0.0.1 localhost\n' >/etc/hosts
	printf 'hosts: files dns\n' >/etc/nsswitch.conf
	folder=$(openssl version -d | sed 's/.*"\(.*\)"/\1/')/certs
	mount --bind "$LAB_STAGE/store" "$(readlink -f "$folder")"
	mkdir -p /etc/netns/vsw /etc/netns/acr
}

world_up() {
	local name
	lab_mounts
	for name in $WORLD_NAMES; do
		lab_namespace "$name"
	done
	world_links
	world_cloud
	world_idc
	world_routers
	world_files
	(umask 022 && cp -a "$LAB_STAGE/git" "$LAB_DIR/git")
	dns cloud
	dns idc
	gitlab_up
	maven_web
}

# --- Names: real dnsmasq, one a side; more of its options as arguments. ------------------------

NAMES_HEALTHY="--host-record=gitlab.corp.example,172.20.5.10
--host-record=maven.corp.example,172.20.5.20
--host-record=oss.corp.example,172.20.5.30
--host-record=git.corp.example,172.20.5.11"

dns_stop() { # cloud|idc
	ended "$LAB_DIR/$1.dns"
}

dns_await() { # NAMESPACE ADDRESS
	# shellcheck disable=SC2016 # for the inner shell
	await '*:53 *' in_net "$1" ss -Hlun src "$2"
}

# Options replace the healthy records when there are any.
dns() { # cloud|idc [DNSMASQ-OPTION...]
	local side="$1" net=cdns addresses="100.100.2.136 100.100.2.138" address
	shift
	if [ "$side" = idc ]; then
		net=idns
		addresses=172.20.5.53
	fi
	dns_stop "$side"
	# shellcheck disable=SC2086 # one option a line
	[ $# -gt 0 ] || set -- $NAMES_HEALTHY
	for address in $addresses; do
		set -- "$@" "--listen-address=$address"
	done
	nsenter --net="/run/netns/$net" -- dnsmasq --no-daemon --conf-file=/dev/null --no-hosts --no-resolv \
		--bind-interfaces --except-interface=lo --local=/example/ --local=// --pid-file= \
		"$@" >"$LAB_DIR/$side.dns.log" 2>&1 </dev/null &
	echo $! >"$LAB_DIR/$side.dns"
	dns_await "$net" "${addresses%% *}"
}

# In place of a side's real one: names.py's modes.
dns_odd() { # cloud|idc MODE [NAME=ADDRESS...]
	local side="$1" net=cdns addresses="100.100.2.136 100.100.2.138" address
	shift
	if [ "$side" = idc ]; then
		net=idns
		addresses=172.20.5.53
	fi
	dns_stop "$side"
	for address in $addresses; do
		in_net "$net" python3 "$LAB_CODE/names.py" "$address" "$@"
	done
	in_net "$net" ss -Hlunp | grep -o 'pid=[0-9]*' | cut -d = -f 2 | sort -u >"$LAB_DIR/$side.dns"
}

# --- Web servers: a whole configuration each time, so that nothing of a fault stays. ------------

web_stop() { # NAME
	ended "$LAB_DIR/$1.pid"
}

# One process, which has its sockets before the command returns.
web_start() { # NAMESPACE: http block on stdin
	web_stop "$1"
	mkdir -p "$LAB_DIR/$1.tmp"
	{
		cat <<-END
			user root;
			worker_processes 1;
			master_process off;
			pid $LAB_DIR/$1.pid;
			error_log $LAB_DIR/$1.error.log;
			events { worker_connections 1024; }
			http {
			access_log $LAB_DIR/$1.access.log;
			client_body_temp_path $LAB_DIR/$1.tmp/body;
			proxy_temp_path $LAB_DIR/$1.tmp/proxy;
			fastcgi_temp_path $LAB_DIR/$1.tmp/fastcgi;
			uwsgi_temp_path $LAB_DIR/$1.tmp/uwsgi;
			scgi_temp_path $LAB_DIR/$1.tmp/scgi;
			server_tokens off;
		END
		cat
		echo "}"
	} >"$LAB_DIR/$1.nginx"
	in_net "$1" nginx -e "$LAB_DIR/$1.error.log" -c "$LAB_DIR/$1.nginx" >/dev/null 2>&1 </dev/null ||
		{ cat "$LAB_DIR/$1.error.log" >&2; return 1; }
}

tls_lines() { # CHAIN
	cat <<-END
		ssl_certificate $LAB_STAGE/pki/$1.pem;
		ssl_certificate_key $LAB_STAGE/pki/server.key;
	END
}

# GitLab: nginx -> API stand-in; git paths come back from it to git-http-backend.
#
#	cert=CHAIN (gitlab)   listen='LINES' (80 and 443 ssl)   server='LINES' of the server
#	top='LINES' before all locations of nginx's http block   git='LINES' of the git location
gitlab_web() { # [KEY=VALUE]...
	local cert=gitlab server='' top='' git='' word \
		listen='listen 0.0.0.0:80; listen 0.0.0.0:443 ssl;'
	for word in "$@"; do
		case $word in
		cert=*) cert=${word#*=} ;;
		listen=*) listen=${word#*=} ;;
		server=*) server=${word#*=} ;;
		top=*) top=${word#*=} ;;
		git=*) git=${word#*=} ;;
		*) echo "gitlab_web: $word" >&2; return 64 ;;
		esac
	done
	web_start gl <<-END
		$top
		server {
			$listen
			server_name gitlab.corp.example;
			$(tls_lines "$cert")
			$server
			proxy_set_header Host \$http_host;
			proxy_http_version 1.1;
			proxy_redirect off;
			location / {
				proxy_pass http://unix:$LAB_DIR/api.sock;
			}
			location ~ ^.*\.git/(info/refs|git-upload-pack)\$ {
				$git
				proxy_pass http://unix:$LAB_DIR/api.sock;
				proxy_pass_request_body off;
				proxy_set_header Content-Length "";
			}
			location @git {
				fastcgi_pass unix:$LAB_DIR/git.sock;
				include /etc/nginx/fastcgi_params;
				fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
				fastcgi_param GIT_PROJECT_ROOT $LAB_DIR/git;
				fastcgi_param GIT_HTTP_EXPORT_ALL 1;
				fastcgi_param PATH_INFO \$git_path;
				fastcgi_param REMOTE_USER alice;
				fastcgi_param HTTP_AUTHORIZATION "";
				fastcgi_buffering off;
			}
		}
		map \$uri \$git_path {
			default \$uri;
			~^/gitlab(/.*)\$ \$1;
		}
	END
}

# The state of GitLab's API; `api FILTER` changes it by jq(1), `api_reset` takes that back.
api_reset() {
	cat >"$LAB_DIR/api.json" <<-END
		{
			"version": "16.11.2-ee", "external_url": "https://gitlab.corp.example",
			"relative_root": "", "git_http": true, "lfs_href": null,
			"tokens": { "$LAB_TOKEN": { "user": "alice", "scopes": ["api"], "active": true,
				"revoked": false, "expires_at": "$(date -u -d '+200 days' +%Y-%m-%d)" } },
			"users": {
				"alice": { "id": 7, "username": "alice", "state": "active", "message": "" },
				"bob": { "id": 8, "username": "bob", "state": "active", "message": "" } },
			"projects": [
				{ "id": 11, "path_with_namespace": "group/app", "default_branch": "main",
					"lfs_enabled": true, "members": ["alice", "bob"] },
				{ "id": 12, "path_with_namespace": "group/lib", "default_branch": "main",
					"lfs_enabled": false, "members": ["alice", "bob"] } ],
			"answers": []
		}
	END
}

api() { # JQ-FILTER
	jq "$1" "$LAB_DIR/api.json" >"$LAB_DIR/api.json.new"
	mv "$LAB_DIR/api.json.new" "$LAB_DIR/api.json"
}

# Changes the one token's row: `token '.scopes = ["read_api"]'`.
token() { # JQ-FILTER
	api ".tokens[\"$LAB_TOKEN\"] |= ($1)"
}

# A canned answer, which wins: `answer '{ "path": "^/api/", "status": 503 }'`.
answer() { # JSON
	api ".answers += [$1]"
}

gitlab_up() {
	api_reset
	in_net gl env GIT_CONFIG_NOSYSTEM=1 HOME="$LAB_DIR" \
		python3 "$LAB_CODE/gitlab_api.py" "$LAB_DIR/api.sock" "$LAB_DIR/api.json" \
		"$LAB_DIR/git" "$LAB_STAGE/lfs"
	in_net gl setsid fcgiwrap -f -c 4 -s "unix:$LAB_DIR/git.sock" \
		>"$LAB_DIR/git.log" 2>&1 </dev/null &
	await '*git.sock*' find "$LAB_DIR" -maxdepth 1 -name git.sock
	gitlab_web
}

# Replaces a file of the application's default branch: content on stdin.
repository_write() { # PATH
	local index="$LAB_DIR/index.$$" git="git -C $LAB_DIR/git/group/app.git" blob tree commit
	export GIT_INDEX_FILE="$index"
	blob=$($git hash-object -w --stdin)
	$git read-tree main
	$git update-index --add --cacheinfo "100644,$blob,$1"
	tree=$($git write-tree)
	commit=$(GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@a \
		$git commit-tree -p main -m change "$tree")
	$git update-ref refs/heads/main "$commit"
	unset GIT_INDEX_FILE
}

repository_reset() {
	rm -rf "$LAB_DIR/git"
	(umask 022 && cp -a "$LAB_STAGE/git" "$LAB_DIR/git")
}

# Maven, and an object store beside it (oss): nginx over a real layout.
#
#	cert=CHAIN (maven)   listen='LINES'   server='LINES' of the Maven server
#	oss='LINES' of the store's server     top='LINES' of nginx's http block
maven_web() { # [KEY=VALUE]...
	local cert=maven server='' top='' oss='' word \
		listen='listen 172.20.5.20:80; listen 172.20.5.20:443 ssl; listen 172.20.5.21:443 ssl;'
	for word in "$@"; do
		case $word in
		cert=*) cert=${word#*=} ;;
		listen=*) listen=${word#*=} ;;
		server=*) server=${word#*=} ;;
		top=*) top=${word#*=} ;;
		oss=*) oss=${word#*=} ;;
		*) echo "maven_web: $word" >&2; return 64 ;;
		esac
	done
	[ -e "$LAB_DIR/maven" ] || cp -a "$LAB_STAGE/maven" "$LAB_DIR/maven"
	web_start mvn <<-END
		include /etc/nginx/mime.types;
		root $LAB_DIR/maven;
		$top
		server {
			$listen
			server_name maven.corp.example;
			$(tls_lines "$cert")
			$server
		}
		server {
			listen 172.20.5.30:80;
			listen 172.20.5.30:443 ssl;
			server_name oss.corp.example;
			$(tls_lines maven)
			$oss
			location /lfs/ { alias $LAB_STAGE/lfs/; }
		}
	END
}

maven_reset() {
	rm -rf "$LAB_DIR/maven"
	maven_web
}

# --- The way -------------------------------------------------------------------------------------

# What the managed security group lets out of the range: the form's addresses, and names.
allow() { # ADDRESS...
	local address
	{
		echo "table ip managed"
		echo "delete table ip managed"
		echo "table ip managed {"
		echo "chain out {"
		echo "type filter hook output priority 0; policy drop;"
		echo "oifname lo accept"
		for address in 100.100.2.136 100.100.2.138 "$@"; do
			echo "ip daddr $address accept"
		done
		printf '}\n}\n'
	} | acr nft -f -
}

# A firewall on the data centre's router; `rule` as in nft, in the forward chain.
firewall() { # RULE...
	local rule
	{
		printf 'table ip firewall {\nchain forward {\ntype filter hook forward priority 0;\n'
		for rule in "$@"; do
			echo "$rule"
		done
		printf '}\n}\n'
	} | idcr nft -f -
}

firewall_off() {
	idcr nft delete table ip firewall
}
