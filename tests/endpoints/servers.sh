# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The servers of the lab of endpoints: names, GitLab, Maven, the registry. Sourced after world.sh.
# shellcheck disable=SC3043,SC2119,SC2120 # as in world.sh

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

# In nginx's place: odd_server.py's modes; over TLS with the healthy chain when a fourth word says so.
web_odd() { # gl|mvn PORT MODE [CHAIN]
	web_stop "$1"
	in_net "$1" python3 "$LAB_CODE/odd_server.py" 0.0.0.0 "$2" "$3" \
		${4:+"$LAB_STAGE/pki/$4.pem" "$LAB_STAGE/pki/server.key"} >"$LAB_DIR/$1.pid"
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

# Another git server, git.corp.example, where everybody may read everything.
other_git() { # LINES of its location
	gitlab_web top="server {
		listen 172.20.5.11:443 ssl;
		listen 172.20.5.12:443 ssl;
		server_name git.corp.example;
		$(tls_lines gitlab)
		location / {
			$1
			fastcgi_pass unix:$LAB_DIR/git.sock;
			include /etc/nginx/fastcgi_params;
			fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
			fastcgi_param GIT_PROJECT_ROOT $LAB_DIR/git;
			fastcgi_param GIT_HTTP_EXPORT_ALL 1;
			fastcgi_param PATH_INFO \$uri;
		}
	}"
}

# What opens TLS on the way: for what comes from some addresses, a server with a certificate of the
# firewall's own authority, which HOST trusts, stands in for GitLab.
intercept() { # SOURCES [HOST]
	if [ -n "${2:-}" ]; then
		mkdir -p "/etc/netns/$2/ssl/certs"
		cp "$LAB_STAGE/pki/firewall.crt" "/etc/netns/$2/ssl/certs/firewall.pem"
		cp "$LAB_STAGE/pki/root.crt" "/etc/netns/$2/ssl/certs/root.pem"
		openssl rehash "/etc/netns/$2/ssl/certs"
	fi
	gitlab_web top="server {
		listen 172.20.5.12:443 ssl;
		$(tls_lines intercepted)
		location / {
			proxy_pass https://172.20.5.10;
			proxy_set_header Host gitlab.corp.example;
		}
	}"
	idcr nft -f - <<-END
		table ip intercept {
			chain before {
				type nat hook prerouting priority dstnat
				ip saddr $1 ip daddr 172.20.5.10 tcp dport 443 dnat to 172.20.5.12
			}
		}
	END
}

# The state of GitLab's API; `api FILTER` changes it by jq(1), `api_reset` takes that back.
api_reset() {
	cat >"$LAB_DIR/api.json" <<-END
		{
			"version": "16.11.2-ee", "external_url": "https://gitlab.corp.example",
			"relative_root": "", "git_http": true, "lfs_href": null,
			"lfs_query": "",
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

# The store as an LFS server that asks nobody who he is.
lfs_server() { # LINES of its location
	local oid
	oid=$(find "$LAB_STAGE/lfs" -type f -printf '%f')
	maven_web oss="location = /store/objects/batch {
		$1
		default_type application/vnd.git-lfs+json;
		return 200 '{\"transfer\":\"basic\",\"objects\":[{\"oid\":\"$oid\",\"size\":5000,\"actions\":{\"download\":{\"href\":\"https://oss.corp.example/lfs/$oid\"}}}]}';
	}"
}

maven_reset() {
	rm -rf "$LAB_DIR/maven"
	maven_web
}

# The artifact is another file than a .jar, as its POM says; a plugin's configuration may differ.
maven_packed_as() { # PACKAGING
	local file
	find "$LAB_DIR/maven" -name '*.jar' | while read -r file; do
		mv "$file" "${file%.jar}.$1"
		mv "$file.sha1" "${file%.jar}.$1.sha1"
	done
	find "$LAB_DIR/maven" -name '*.pom' | while read -r file; do
		sed -i -e '/<packaging>/d' -e "s,</modelVersion>,&<build><packaging>pom</packaging>\
</build><packaging>$1</packaging>," "$file"
		sha1sum "$file" | cut -d ' ' -f 1 >"$file.sha1"
	done
}

# A redirect to the store by signed URLs, as object stores want them, and a store that wants them;
# what is signed otherwise is refused.
signed_store() { # SIGNATURE
	# shellcheck disable=SC2016 # nginx's variables
	maven_web server='location ~ \.(jar|xml)$ {
			return 302 https://oss.corp.example$uri?Expires=9&Signature='"$1"'%2B%3D;
		}' oss='if ($args != "Expires=9&Signature='"$LAB_SIGNATURE"'%2B%3D") { return 403; }'
}

# The registry's VPC domain, its token service and its storage, on the vSwitch.
registry_up() {
	lab_namespace reg
	ip link add eth0 netns reg type veth peer name sw3 netns vpcr
	machine reg <<-END
		address add 192.168.1.200/24 dev eth0
		address add 192.168.1.201/24 dev eth0
		address add 192.168.1.202/24 dev eth0
		link set eth0 up
		route add default via 192.168.1.1
	END
	ip -n vpcr link set sw3 master sw0 up
	web_start reg <<-END
		server {
			listen 443 ssl;
			$(tls_lines registry)
			location /v2/ {
				add_header Docker-Distribution-Api-Version registry/2.0 always;
				add_header Www-Authenticate 'Bearer realm="https://dockerauth-ee-vpc.cn-hangzhou.aliyuncs.com/auth",service="registry.aliyuncs.com:cn-hangzhou:china:cri-lab:1"' always;
				default_type application/json;
				return 401 '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}';
			}
			location /auth { default_type application/json; return 401 '{"code":"UNAUTHORIZED"}'; }
		}
		server {
			listen 192.168.1.202:443 ssl;
			$(tls_lines registry)
			default_type application/xml;
			location / { return 403 '<Error><Code>AccessDenied</Code></Error>'; }
		}
	END
}

# shellcheck disable=SC2034 # for scenarios
REGISTRY_HEALTHY="--local=/aliyuncs.com/
--host-record=lab-registry-vpc.cn-hangzhou.cr.aliyuncs.com,192.168.1.200
--host-record=cri-lab-registry.oss-cn-hangzhou-internal.aliyuncs.com,192.168.1.202
--host-record=dockerauth-ee-vpc.cn-hangzhou.aliyuncs.com,192.168.1.201"
