/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of facts for rows about GitLab: its target, its first answer and what it said. */
#ifndef TESTS_UNIT_GITLAB_ROWS_H
#define TESTS_UNIT_GITLAB_ROWS_H

#include "tests/unit/rule_rows.h"

#define URL "https://git.test/"
#define CLONE URL "group/app.git"
#define ADDRESS "\"address\":\"172.20.5.10\""
#define HERE(gitlab)                                                                               \
	PLAN(",\"vantage\":\"vswitch-host\",\"link\":{\"gitlab_ip\":\"172.20.5.10\","              \
	     "\"other_ips\":[\"172.20.5.20\"]},\"gitlab\":{\"url\":\"https://git.test\"" gitlab "}")
#define PROJECT ",\"username\":\"alice\",\"project\":\"group/app\""
#define TARGET(url, purpose, scheme, host, port)                                                   \
	"{\"url\":\"" url "\",\"purpose\":\"" purpose "\",\"root\":\"" URL                         \
	"\",\"root_purpose\":\"gitlab\",\"scheme\":\"" scheme "\",\"host\":\"" host                \
	"\",\"port\":" port "}"
#define ROOT TARGET(URL, "gitlab", "https", "git.test", "443")
#define CLONED TARGET(CLONE, "clone", "https", "git.test", "443")
#define ATTEMPT(url, address, tcp, http)                                                           \
	"{\"url\":\"" url "\",\"address\":\"" address "\",\"port\":443,\"tcp\":{\"outcome\":\""    \
	tcp "\"},\"http\":{" http "}}"
#define ANSWER(status, more) "\"outcome\":\"answered\",\"status\":" status more
#define JSON401 ANSWER("401", ",\"body\":\"json\"")
#define FIRST ATTEMPT(URL, "172.20.5.10", "connected", JSON401)
#define SEEN(targets, attempts, gitlab, more)                                                      \
	"\"endpoints\":{\"state\":\"ok\",\"targets\":[" targets "],\"attempts\":[" attempts        \
	"],\"gitlab\":[" gitlab "]" more "}"
#define SAID(more) "{\"url\":\"" URL "\"," ADDRESS more "}"
#define API ",\"is_gitlab\":1,\"api\":1"
#define VALID                                                                                      \
	API ",\"token\":\"valid\",\"active\":1,\"revoked\":0,\"scopes\":[\"api\"],"                \
	    "\"scopes_known\":true,\"expires\":null,\"expires_known\":true,"                       \
	    "\"username\":\"alice\",\"user_state\":\"active\""
#define TOKEN(more) FACTS3("\"started\":\"2026-11-20T12:00:00Z\"", HERE(PROJECT),                  \
			   SEEN(ROOT, FIRST, SAID(API more), ""))
#define LIVE(more)                                                                                 \
	TOKEN(",\"token\":\"valid\",\"active\":1,\"scopes_known\":true,\"expires_known\":true" more)

#define SHOWN VALID ",\"project\":200,\"project_path\":\"group/app\",\"default_branch\":\"main\""
#define OTHER(purpose, host, port) TARGET("https://" host "/x", purpose, "https", host, port)
#define TRIED(host, address, tcp) ATTEMPT("https://" host "/x", address, tcp, "")

/* A clone URL on another host, where git and LFS are asked once for both addresses. */
#define CODE "https://code.test/group/app.git"
#define APART(first, second)                                                                       \
	FACTS2(HERE(PROJECT),                                                                      \
	       SEEN(JOIN(JOIN(ROOT, TARGET(CODE, "clone", "https", "code.test", "443")),           \
			 OTHER("lfs", "oss.test", "443")),                                         \
		    JOIN(JOIN(FIRST, ATTEMPT(CODE, "172.20.5.20", "connected",                     \
					     ANSWER("401", ""))),                                  \
			 TRIED("oss.test", "172.20.5.20", "connected")),                           \
		    JOIN(SAID(SHOWN ",\"clone_url\":\"" CODE "\"" first),                          \
			 "{\"url\":\"" URL "\",\"address\":\"172.20.5.12\"" SHOWN                  \
			 ",\"clone_url\":\"" CODE "\"" second "}"), ""))

#endif
