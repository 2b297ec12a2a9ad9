# SPDX-License-Identifier: Apache-2.0
"""
GitLab's answers, from recorded shapes, behind the lab's nginx.

usage: gitlab_api.py SOCKET STATE REPOSITORIES LFS-FOLDER

STATE is a JSON file, read anew for every request; faults are planted by changing it. It holds the
table of tokens, users and projects, and `answers`: canned answers by regular expression of the path,
which win over all else. What is in a repository is read from the repository; git itself is served
by git-http-backend: an allowed request is handed back to nginx (X-Accel-Redirect).
"""

import base64
import http.server
import json
import os
import pathlib
import re
import socketserver
import subprocess
import sys
import time
import urllib.parse

SIGN_IN = """<!DOCTYPE html>
<html class="html-devise-layout" lang="en">
<head>
<meta charset="utf-8">
<meta content="GitLab" property="og:site_name">
<title>Sign in · GitLab</title>
</head>
<body class="login-page"><div class="login-box"><form action="/users/sign_in" method="post">
<input name="user[login]"><input name="user[password]" type="password"></form></div></body>
</html>
"""
NOT_FOUND = "<!DOCTYPE html>\n<html><head><title>Not Found (404)</title></head><body>404</body></html>\n"
DENIED = ("HTTP Basic: Access denied. If a password was provided for Git authentication, the "
          "password was incorrect or you're required to use a token instead of a password.\n")
WRITES = {"api"}
READS = WRITES | {"read_api"}
GIT_READS = WRITES | {"read_repository", "write_repository"}


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(status)
        self.status, self.body = status, body


def insufficient(scope):
    return Refused(403, {
        "error": "insufficient_scope",
        "error_description":
            "The request requires higher privileges than provided by the access token.",
        "scope": scope})


class Site:
    """One request's view of the state."""

    def __init__(self, settings):
        self.state = json.loads(settings.state.read_text())
        self.settings = settings

    def owner(self, secret, scopes, wanted):
        """The token's row and its user; raises what GitLab answers to a bad one."""
        row = self.state["tokens"].get(secret)
        if row is None:
            raise Refused(401, {"message": "401 Unauthorized"})
        if row["revoked"]:
            raise Refused(401, {"error": "invalid_token", "error_description":
                                "Token was revoked. You have to re-authorize from the user."})
        if not row["active"]:
            raise Refused(401, {"error": "invalid_token", "error_description": "Token is expired. "
                                "You can either do re-authorization or token refresh."})
        user = self.state["users"][row["user"]]
        if user["state"] != "active":
            raise Refused(403, {"message": user["message"]})
        if not scopes & set(row["scopes"]):
            raise insufficient(wanted)
        return row, user

    def project(self, user, path):
        for project in self.state["projects"]:
            if path in (project["path_with_namespace"], str(project["id"])):
                if user["username"] in project["members"]:
                    return project
        raise Refused(404, {"message": "404 Project Not Found"})

    def repository(self, project):
        return self.settings.repositories / f"{project['path_with_namespace']}.git"

    def url(self, path):
        return self.state["external_url"] + path

    def project_json(self, project):
        path = project["path_with_namespace"]
        return {
            "id": project["id"], "name": path.split("/")[-1], "path_with_namespace": path,
            "default_branch": project["default_branch"], "visibility": "private",
            "ssh_url_to_repo": f"git@gitlab.corp.example:{path}.git",
            "http_url_to_repo": project.get("http_url_to_repo") or self.url(f"/{path}.git"),
            "web_url": self.url(f"/{path}"), "empty_repo": project.get("empty", False),
            "archived": False, "lfs_enabled": project["lfs_enabled"],
            "permissions": {"project_access": {"access_level": 40}, "group_access": None}}


def git(repository, *words):
    done = subprocess.run(["git", "-C", str(repository), *words], capture_output=True, check=False)
    if done.returncode != 0:
        raise Refused(404, {"message": "404 File Not Found"})
    return done.stdout


def route_version(site, _request, user, _parts):
    return {"version": site.state["version"], "revision": "abcdef12345"}


def route_metadata(site, _request, user, _parts):
    return {"version": site.state["version"], "revision": "abcdef12345", "enterprise": True,
            "kas": {"enabled": True, "externalUrl": "wss://gitlab.corp.example/-/kubernetes-agent/",
                    "version": site.state["version"]}}


def route_user(_site, _request, user, _parts):
    return {"id": user["id"], "username": user["username"], "name": user["username"].title(),
            "state": user["state"], "two_factor_enabled": False}


def route_project(site, _request, user, parts):
    return site.project_json(site.project(user, parts[0]))


def route_tree(site, request, user, parts):
    project = site.project(user, parts[0])
    listing = git(site.repository(project), "ls-tree", "-r", "-z",
                  request.query.get("ref", [project["default_branch"]])[0])
    rows = []
    for line in listing.decode().split("\0")[:-1]:
        mode, kind, oid, path = re.split(r"[ \t]", line, maxsplit=3)
        rows.append({"id": oid, "name": path.split("/")[-1], "type": kind, "path": path,
                     "mode": mode})
    size = int(request.query.get("per_page", ["20"])[0])
    page = int(request.query.get("page", ["1"])[0])
    request.more["X-Total-Pages"] = str(-(-len(rows) // size))
    request.more["X-Page"] = str(page)
    return rows[(page - 1) * size:page * size]


def route_file(site, request, user, parts):
    project = site.project(user, parts[0])
    reference = request.query.get("ref", [project["default_branch"]])[0]
    content = git(site.repository(project), "show", f"{reference}:{parts[1]}")
    if urllib.parse.urlsplit(request.path).path.endswith("/raw"):
        return content
    return {"file_name": parts[1].split("/")[-1], "file_path": parts[1], "size": len(content),
            "encoding": "base64", "content": base64.b64encode(content).decode()}


def route_blob(site, request, user, parts):
    return git(site.repository(site.project(user, parts[0])), "cat-file", "blob", parts[1])


def route_hooks(site, request, user, parts):
    project = site.project(user, parts[0])
    if request.command != "POST":
        return project.get("hooks", [])
    return {"id": 1, "url": "http://hook.example/", "project_id": project["id"]}


PROJECT = r"/api/v4/projects/([^/]+)"
ROUTES = [
    (r"/api/v4/version", READS | {"read_user"}, route_version),
    (r"/api/v4/metadata", READS | {"read_user"}, route_metadata),
    (r"/api/v4/user", READS | {"read_user"}, route_user),
    (PROJECT, READS, route_project),
    (PROJECT + r"/repository/tree", READS | {"read_repository"}, route_tree),
    (PROJECT + r"/repository/files/([^/]+)(?:/raw)?", READS | {"read_repository"}, route_file),
    (PROJECT + r"/repository/blobs/([0-9a-f]+)/raw", READS | {"read_repository"}, route_blob),
    (PROJECT + r"/hooks", READS, route_hooks),
]


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.more = {}
        self.query = {}

    def address_string(self):
        return "nginx"

    def log_message(self, *_words):
        pass

    def reply(self, status, body=b"", kind="application/json", **headers):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        elif isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(headers.pop("length", len(body))))
        for name, value in {**self.more, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.more = {}

    def canned(self, site):
        for row in site.state["answers"]:
            if not re.search(row["path"], self.path):
                continue
            if "only_with" in row and not self.headers.get(row["only_with"]):
                continue
            time.sleep(row.get("wait", 0))
            if row.get("then") == "go on":
                return False
            self.reply(row.get("status", 200), row.get("body", ""), row.get("type", "text/html"),
                       **row.get("headers", {}))
            self.close_connection = row.get("close", False)
            return True
        return False

    def secret(self):
        header = self.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            return header[7:]
        return self.headers.get("PRIVATE-TOKEN", "")

    def basic(self):
        header = self.headers.get("Authorization", "")
        if not header.startswith("Basic "):
            return ""
        return base64.b64decode(header[6:]).decode(errors="replace").partition(":")[2]

    def api(self, site, path):
        for pattern, scopes, handler in ROUTES:
            match = re.fullmatch(pattern, path)
            if match is None:
                continue
            writes = self.command == "POST"
            _, user = site.owner(self.secret(), WRITES if writes else scopes,
                                 "api" if writes else "read_api api")
            parts = [urllib.parse.unquote(part) for part in match.groups()]
            answer = handler(site, self, user, parts)
            if isinstance(answer, bytes):
                return self.reply(200, answer, "text/plain; charset=utf-8")
            return self.reply(201 if writes else 200, answer)
        if path == "/api/v4/personal_access_tokens/self":
            row, user = site.owner(self.secret(), READS | {"read_user"} | GIT_READS, "api")
            return self.reply(200, {
                "id": 5, "name": "acr", "revoked": row["revoked"], "active": row["active"],
                "scopes": row["scopes"], "user_id": user["id"], "last_used_at": None,
                "created_at": "2024-01-01T00:00:00.000Z", "expires_at": row["expires_at"]})
        return self.reply(404, {"error": "404 Not Found"})

    def git_project(self, site, path):
        """The project of a git or LFS path, for a client that may read it."""
        try:
            _, user = site.owner(self.basic(), GIT_READS, "read_repository")
            return site.project(user, path)
        except Refused as refusal:
            if refusal.status == 401:
                self.more["WWW-Authenticate"] = 'Basic realm="GitLab"'
                raise Refused(401, DENIED) from refusal
            if refusal.status == 404:
                raise Refused(404, "The project you were looking for could not be found or you "
                                   "don't have permission to view it.\n") from refusal
            raise Refused(403, str(refusal.body.get("message", "403 Forbidden")) + "\n") from refusal

    def git(self, site, path):
        if not site.state["git_http"]:
            raise Refused(403, "Git access over HTTP is not allowed\n")
        self.git_project(site, path)
        self.reply(200, **{"X-Accel-Redirect": "@git"})

    def lfs(self, site, path):
        project = self.git_project(site, path)
        size = int(self.headers.get("Content-Length", "0"))
        wanted = json.loads(self.rfile.read(size))
        if not project["lfs_enabled"]:
            raise Refused(404, {"message": "Git LFS is not enabled on this GitLab server, "
                                           "contact your admin."})
        href = site.state["lfs_href"] or site.url(f"/{path}.git/gitlab-lfs/objects/")
        objects = []
        for row in wanted["objects"]:
            row = {"oid": row["oid"], "size": row["size"]}
            if (self.server.settings.lfs / row["oid"]).exists():
                row["authenticated"] = True
                row["actions"] = {"download": {"href": href + row["oid"] + site.state["lfs_query"],
                                               "expires_in": 1800}}
                if not site.state["lfs_href"]:
                    row["actions"]["download"]["header"] = {
                        "Authorization": self.headers.get("Authorization")}
            else:
                row["error"] = {"code": 404, "message": "Object does not exist on the server"}
            objects.append(row)
        self.reply(200, {"transfer": "basic", "objects": objects},
                   "application/vnd.git-lfs+json")

    def lfs_object(self, site, path, oid):
        self.git_project(site, path)
        self.reply(200, (self.server.settings.lfs / oid).read_bytes(), "application/octet-stream")

    def page(self, site, path):
        if path.endswith("/info/refs"):  # of a project, spelt without .git
            return self.reply(301, "", "text/html; charset=utf-8", Location=site.url(
                path.replace("/info/refs", ".git/info/refs?service=git-upload-pack")))
        if path == "/users/sign_in":
            return self.reply(200, SIGN_IN, "text/html; charset=utf-8",
                              Set_Cookie="_gitlab_session=lab; path=/; HttpOnly")
        if path in ("/", "/group/app"):
            return self.reply(302, "", "text/html; charset=utf-8",
                              Location=site.url("/users/sign_in"))
        return self.reply(404, NOT_FOUND, "text/html; charset=utf-8")

    def handle_site(self):
        site = Site(self.server.settings)
        url = urllib.parse.urlsplit(self.path)
        root = site.state["relative_root"]
        path = url.path
        self.query = urllib.parse.parse_qs(url.query)
        if self.canned(site):
            return
        if not path.startswith(root):
            self.reply(404, NOT_FOUND, "text/html; charset=utf-8")
            return
        path = path[len(root):]
        match = re.fullmatch(r"/(.+?)\.git/(info/lfs/objects/batch|gitlab-lfs/objects/([0-9a-f]+)|.*)",
                             path)
        if path.startswith("/api/"):
            self.api(site, path)
        elif match and match[3]:
            self.lfs_object(site, match[1], match[3])
        elif match and match[2].startswith("info/lfs"):
            self.lfs(site, match[1])
        elif match:
            self.git(site, match[1])
        else:
            self.page(site, path)

    def do_GET(self):
        self.more = {}
        try:
            self.handle_site()
        except Refused as refusal:
            kind = "application/json" if isinstance(refusal.body, dict) else "text/plain"
            self.reply(refusal.status, refusal.body, kind)

    do_POST = do_HEAD = do_GET


class Settings:
    def __init__(self, state, repositories, lfs):
        self.state = pathlib.Path(state)
        self.repositories = pathlib.Path(repositories)
        self.lfs = pathlib.Path(lfs)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """nginx hangs up on an answer that hands the request back to it."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    path, *folders = sys.argv[1:]
    server = Server(path, Request)
    server.settings = Settings(*folders)
    if os.fork() == 0:  # whoever started it knows that the socket is there
        os.setsid()
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
