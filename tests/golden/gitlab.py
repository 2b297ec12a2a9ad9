# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the rules about GitLab above HTTP: API, token, project, the URLs that it
hands out, git; one defect a file, each with a healthy twin."""

import json

from ladder import (GITLAB, GITLAB_IP, MAVEN_IP, answer, attempt, connected, exchange, gitlab, name,
                    page, pair, plan, silent, target, tls, unmade)

HOST = "gitlab.corp.example"
CLONE = f"{GITLAB}group/app.git"
OTHER = "git.corp.example"
SECOND = "172.20.5.12"
CLOSED = {"tcp": {**connected(), "outcome": "timed-out", "error": "ETIMEDOUT"},
          "tls": unmade("untried"), "http": silent("untried")}


def said(**more):
    """GitLab said something else."""
    def change(world):
        world["gitlab"] = [gitlab(**more)]
    return change


def stopped(first, **more):
    """Nothing was asked above the first answers, and what these said."""
    def change(world):
        world["targets"] = world["targets"][:2]
        world["attempts"] = world["attempts"][:2]
        world["attempts"][0]["http"] = first
        world["gitlab"] = [{"url": GITLAB, "address": GITLAB_IP, **more}]
    return change


def refused(**more):
    """The token did not do, so nothing was asked above it."""
    return stopped(answer(401), is_gitlab=1, api=1, recognised_by="JSON 401 of /api/v4/version",
                   **more)


def api():
    nothing = page(404, "404 Not Found")
    pair("gl04-path-left-out", "not-ready GL-04",
         stopped(nothing, is_gitlab=1, api=0, relative_root="/gitlab",
                 recognised_by="JSON 401 of /gitlab/api/v4/version"))
    pair("gl04-nothing-there", "not-ready GL-04", stopped(nothing, is_gitlab=0, api=0))
    pair("gl22-pages-without-the-api", "not-ready GL-22",
         stopped(answer(410), is_gitlab=1, api=0, recognised_by="sign-in page"))
    pair("gl22-own-page-for-the-api", "not-ready GL-22",
         stopped(page(404, "The page you're looking for could not be found (404)"), is_gitlab=1,
                 api=0, recognised_by="sign-in page"))
    pair("gl23-other-json", "not-ready GL-23", stopped(answer(200), is_gitlab=0, api=0))


def token():
    pair("gl05-token-header-lost", "not-ready GL-05", refused(
        token="invalid", message="401 Unauthorized", token_arrives=0))
    pair("gl06-token-refused", "not-ready GL-06", refused(
        token="invalid", message="invalid_token: Token is expired.", token_arrives=1))
    pair("gl06-token-ends-soon", "ready-with-risks GL-06", said(expires="2026-11-27"),
         said(expires="2026-12-20"))
    pair("gl07-reads-alone", "not-ready GL-07", said(scopes=["read_api", "read_repository"]),
         said(scopes=["api", "read_repository"]))
    pair("gl07-git-alone", "not-ready GL-07", refused(
        token="forbidden", message="insufficient_scope: more", scopes=["read_repository"],
        scopes_known=True))
    pair("gl08-user-blocked", "not-ready GL-08", refused(
        token="forbidden", message="403 Forbidden - Your account has been blocked."))
    pair("gl09-of-another-user", "not-ready GL-09", said(username="bob"), said(username="Alice"))
    pair("gl21-terms-not-accepted", "not-ready GL-21", refused(
        token="forbidden", message="403 Forbidden - must accept the Terms of Service"))


def project():
    def hidden(status, **more):
        def change(world):
            stopped(answer(401))(world)
            row = gitlab(project=status, project_path=None, clone_url=None, default_branch=None,
                         refs_plain=None, refs_basic=None, refs_read=None, head=None, pack=None,
                         pack_status=None, submodules_read=None, lfs_enabled=None, **more)
            world["gitlab"] = [row]
        return change

    pair("gl08-project-hidden", "not-ready GL-08", hidden(404))
    pair("gl13-project-not-told", "not-ready GL-13", hidden(500))
    pair("gl21-project-password", "not-ready GL-21", hidden(
        403, project_message="403 Forbidden - Your password expired."))


def on_two(**more):
    """A second address of the name, on which GitLab says this."""
    def change(world):
        more_of = [{**one, "address": SECOND} for one in world["attempts"]
                   if one["address"] == GITLAB_IP]
        world["attempts"] += more_of
        world["names"][0]["addresses"].append(SECOND)
        world["gitlab"].append(gitlab(address=SECOND, **more))
    return change


def second_address():
    """What stands behind a name is asked on each of its addresses; all twins answer on both."""
    link = {"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": GITLAB_IP,
            "other_ips": [MAVEN_IP, SECOND]}
    above = {"project_path": None, "clone_url": None, "default_branch": None, "refs_plain": None,
             "refs_basic": None, "refs_read": None, "head": None, "pack": None,
             "pack_status": None, "submodules_read": None, "lfs_enabled": None}
    for file, expected, more in (
            ("gl06-second-address-knows-no-token", "not-ready GL-06",
             {"token": "invalid", "message": "401 Unauthorized", "token_arrives": 1,
              "project": None, **above}),
            ("gl08-second-address-knows-no-project", "not-ready GL-08", {"project": 404, **above}),
            ("gl10-second-address-refuses-git", "not-ready GL-10",
             {"refs_basic": 403, "refs_read": None, "head": None, "pack": None,
              "pack_status": None}),
            ("gl13-second-address-serves-no-pack", "not-ready GL-13",
             {"pack_status": 502, "pack": 0}),
            ("gl23-second-address-not-climbed", "undetermined",
             {"is_gitlab": None, "api": None, "token": "untried", "project": None, **above})):
        pair(file, expected, on_two(**more), on_two(), planned=plan(link=link))


def handed_out(purpose, url, address, row, **more):
    """GitLab hands out this URL, whose address answers so."""
    def change(world):
        host = url.partition("://")[2].partition("/")[0].partition(":")[0]
        port = url.partition("://")[2].partition("/")[0].partition(":")[2]
        made = target(url, purpose, root=GITLAB, root_purpose="gitlab", found_in="GitLab")
        made["host"] = host
        made["port"] = int(port or made["port"])
        world["targets"].append(made)
        if host != HOST:
            world["names"].append(name(host, address))
        world["attempts"].append({**attempt(url, address, host, **row), "port": made["port"]})
        world["gitlab"] = [gitlab(**more)]
        if purpose == "clone":
            world["targets"] = [one for one in world["targets"] if one["url"] != CLONE]
            world["attempts"] = [one for one in world["attempts"] if one["url"] != CLONE]
            if row:
                world["gitlab"] = [gitlab(refs_plain=None, refs_basic=None, refs_read=None,
                                          head=None, pack=None, pack_status=None, **more)]
    return change


def webhooks():
    told = {"hooks": 200, "hooks_listed": 2, "hooks_told": 2}
    pair("gl18-webhook-not-called", "ready-with-risks GL-18",
         said(hooks_stopped=["cr.cn-hangzhou.aliyuncs.com temporarily_disabled"], **told),
         said(hooks_stopped=[], **told))


def clone_apart(tells):
    """The clone URL is on another host with two addresses, and git is told so on the second."""
    url = f"https://{OTHER}/group/app.git"

    def change(world):
        handed_out("clone", url, MAVEN_IP, {"http": answer(200, body="git")},
                   clone_url=url)(world)
        world["gitlab"] = [gitlab(clone_url=url, refs_plain=200, refs_basic=None)]
        world["names"][-1]["addresses"] = [MAVEN_IP, "172.20.5.30"]
        world["attempts"].append(attempt(url, "172.20.5.30", OTHER,
                                         http=answer(200, body="git")))
        world["git"] = [] if tells is None else [{
            "url": url, "address": "172.20.5.30", "refs_plain": 200, "refs_read": 1,
            "head": "1" * 40, "references": 2, "pack_status": 200, "pack_us": 20000, "pack": 1,
            **tells}]
    return change


def clone_hosts():
    link = {"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": GITLAB_IP,
            "other_ips": [MAVEN_IP, "172.20.5.30"]}
    pair("gl13-clone-host-second-address", "not-ready GL-13",
         clone_apart({"pack_status": 502, "pack": 0}), clone_apart({}), planned=plan(link=link))
    pair("gl08-clone-host-second-address", "not-ready GL-08",
         clone_apart({"refs_plain": 404, "refs_read": None, "head": None, "pack": None,
                      "pack_status": None}), clone_apart({}), planned=plan(link=link))
    pair("gl13-clone-host-second-address-not-asked", "undetermined", clone_apart(None),
         clone_apart({}), planned=plan(link=link))


def urls():
    pair("gl03-clone-host-dead", "not-ready GL-03",
         handed_out("clone", f"https://{OTHER}/group/app.git", MAVEN_IP, CLOSED,
                    clone_url=f"https://{OTHER}/group/app.git"),
         handed_out("clone", f"https://{OTHER}/group/app.git", MAVEN_IP, {},
                    clone_url=f"https://{OTHER}/group/app.git"))
    pair("gl20-clone-port-closed", "not-ready GL-20",
         handed_out("clone", f"https://{HOST}:8443/group/app.git", GITLAB_IP, CLOSED,
                    clone_url=f"https://{HOST}:8443/group/app.git"),
         handed_out("clone", f"https://{HOST}:8443/group/app.git", GITLAB_IP, {},
                    clone_url=f"https://{HOST}:8443/group/app.git"))
    used = {"lfs_enabled": 1, "lfs_used": 1, "lfs_oid": "3" * 64}
    pair("gl14-store-dead", "not-ready GL-14",
         handed_out("lfs", "https://oss.corp.example/x", MAVEN_IP, CLOSED, **used),
         handed_out("lfs", "https://oss.corp.example/x", MAVEN_IP, {}, **used))
    pair("gl15-lfs-by-closed-http", "not-ready GL-15",
         handed_out("lfs", f"http://{HOST}/group/app.git/x", GITLAB_IP, CLOSED, **used),
         handed_out("lfs", f"http://{HOST}/group/app.git/x", GITLAB_IP, {}, **used))
    pair("gl17-submodule-by-ssh", "not-ready GL-17",
         said(submodules_read=1, submodules=["gitlab.corp.example:group/lib.git"]),
         said(submodules_read=1, submodules=["../lib.git"], modules=[beside()]))
    pair("gl17-submodule-host-dead", "not-ready GL-17",
         submodule(CLOSED), submodule({"http": answer(200, body="git")}))


LIB = f"{GITLAB}group/lib.git"
ELSEWHERE = f"https://{OTHER}/group/lib.git"


def beside(**more):
    """A submodule beside the clone URL, that git gets."""
    return {"url": LIB, "beside": True, "absent": False, "password": False, "token": True,
            "status": 200, "refs": 1, **more}


def submodule(row, **more):
    """A submodule on another host, whose address answers so."""
    return handed_out("submodule", ELSEWHERE, MAVEN_IP, row, submodules_read=1,
                      submodules=[ELSEWHERE],
                      modules=[{"url": ELSEWHERE, "beside": False, "absent": False,
                                "password": False, "token": False, **more}])


def near(http=None, **more):
    """What git is told of a submodule beside the clone URL."""
    def change(world):
        world["gitlab"] = [gitlab(submodules_read=1, submodules=["../lib.git"],
                                  modules=[beside(**more)])]
        world["exchanges"].append(exchange(
            CLONE, "/group/lib.git/info/refs?service=git-upload-pack", "submodule", GITLAB_IP,
            "basic", http=http or answer(more.get("status", 200))))
    return change


STORE = "https://lfs.corp.example/store"


def lfs_server(row, http, **more):
    """.lfsconfig names an LFS server elsewhere, whose address answers so to GET and to POST."""
    def change(world):
        world = handed_out("lfs", STORE, MAVEN_IP, row, lfs_enabled=0, lfs_used=1,
                           lfs_oid="3" * 64, lfs_server=STORE, **more)(world) or world
        if http:
            world["exchanges"].append(exchange(STORE, "/store/objects/batch", "lfs", MAVEN_IP,
                                               "none", http=http))
        return world
    return change


def lfs_beside(status):
    """.lfsconfig names the LFS server of another project of the same GitLab."""
    server = f"{GITLAB}group/store.git/info/lfs"

    def change(world):
        good = status == 200
        world["gitlab"] = [gitlab(lfs_enabled=1, lfs_used=1, lfs_oid="3" * 64, lfs_server=server,
                                  lfs_urls=[f"{server}/objects/3"] if good else [])]
        world["exchanges"].append(exchange(
            CLONE, "/group/store.git/info/lfs/objects/batch", "lfs", GITLAB_IP, "basic",
            http=answer(status)))
        if good:
            link = target(f"{server}/objects/3", "lfs", root=GITLAB, root_purpose="gitlab")
            world["targets"].append(link)
            world["attempts"].append(attempt(link["url"], GITLAB_IP, HOST))
    return change


def lfs_servers():
    linked = {"lfs_urls": [STORE]}
    good = lfs_server({}, answer(200), **linked)
    pair("gl14-lfsconfig-host-dead", "not-ready GL-14", lfs_server(CLOSED, None), good)
    pair("gl14-lfsconfig-wants-a-login", "not-ready GL-14", lfs_server({}, answer(401)), good)
    pair("gl14-lfsconfig-no-server", "not-ready GL-14",
         lfs_server({}, page(200, "Welcome"), **linked), good)
    pair("gl14-lfsconfig-with-a-password", "undetermined",
         lfs_server({}, answer(401), lfs_server_password=True), good)
    pair("gl14-lfsconfig-relative", "not-ready GL-14",
         said(lfs_enabled=1, lfs_used=1, lfs_server="../store.git/info/lfs"),
         # where no object is kept in LFS nobody goes there
         said(lfs_enabled=1, lfs_used=0, lfs_server="../store.git/info/lfs"))
    pair("gl08-lfsconfig-hidden", "not-ready GL-08", lfs_beside(404), lfs_beside(200))
    pair("gl13-lfsconfig-broken", "not-ready GL-13", lfs_beside(500), lfs_beside(200))


def submodules():
    def git(status, **more):
        return {"http": answer(status, **more)}

    lost = {"status": None, "refs": None}
    for file, expected, sick, healthy in (
            ("gl08-submodule-hidden", "GL-08", near(status=404), near()),
            # left in .gitmodules, and not in the branch: git does not fetch it
            ("gl08-submodule-forbidden", "GL-08", near(status=403),
             near(status=403, absent=True)),
            ("gl17-submodule-wants-a-login", "GL-17", submodule(git(401)),
             submodule(git(200, body="git"))),
            ("gl17-submodule-no-repository", "GL-17", submodule(git(404)),
             submodule(git(404), absent=True)),
            ("gl13-submodule-storage-down", "GL-13", near(status=503), near()),
            ("gl23-submodule-page", "GL-23", near(page(200, "Sign in"), refs=0), near()),
            ("gl24-submodule-silent", "GL-24", near(silent("timed-out"), **lost), near()),
            ("gl25-submodule-cut-short", "GL-25", near(silent("cut"), **lost), near())):
        pair(file, f"not-ready {expected}", sick, healthy)
    # git would go by that password, which the program does not keep
    pair("gl17-submodule-with-a-password", "undetermined", submodule(git(401), password=True),
         submodule(git(200, body="git"), password=True))


def asked(path, http, **more):
    """Git's own request, and what GitLab's row holds of it."""
    def change(world):
        said(**more)(world)
        world["exchanges"].append(exchange(CLONE, f"/group/app.git{path}", "git", GITLAB_IP,
                                           "basic", http=http))
    return change


def posted(http, **more):
    return asked("/git-upload-pack", {**http, "method": "POST"}, **more)


def whatever_size(change):
    """Small packets were tried as well, and did not help."""
    def changed(world):
        change(world)
        world["experiments"] = [{"url": CLONE, "address": GITLAB_IP, "port": 443, "kind": "mss",
                                 "value": value, "tried": 2, "succeeded": 0, "reached": "tcp"}
                                for value in (536, 1200, 1460)]
    return changed


def references(status, **more):
    return said(**{"refs_basic": status, "refs_read": None, "head": None, "references": 0,
                   "pack": None, "pack_status": None, **more})


def below_a_path(change):
    """The plan's GitLab lies below /gitlab; the clone URL does not."""
    def changed(world):
        change(world)
        text = json.dumps(world).replace(f'"{GITLAB}"', f'"{GITLAB}gitlab/"')
        return json.loads(text)
    return changed


def git():
    pair("gl03-clone-url-lost-its-path", "not-ready GL-03", below_a_path(references(404)),
         below_a_path(lambda _: None),
         planned=plan(gitlab={"url": f"{GITLAB}gitlab", "access": "datacenter",
                              "username": "alice", "project": "group/app"}))
    pair("gl08-git-does-not-find-it", "not-ready GL-08", references(404))
    good = answer(200, content_type="application/x-git-upload-pack-result", body="git")
    well = posted(good)
    pair("gl05-authorization-lost", "not-ready GL-05", references(401))
    pair("gl08-guest-may-not-read", "not-ready GL-08", references(
        403, git_message="You are not allowed to download code from this project."))
    pair("gl10-git-over-http-off", "not-ready GL-10", references(
        403, git_message="Git access over HTTP is not allowed"))
    pair("gl21-git-password", "not-ready GL-21", references(
        403, git_message="Your password expired. Please access GitLab from a web browser."))
    for label, cause, http, more in (
            ("gl13-no-pack-behind-a-gateway", "GL-13", page(502, "502 Bad Gateway"),
             {"pack_status": 502, "pack": 0}),
            ("gl13-gitaly-says-no", "GL-13", good, {"pack": 0, "git_message": "fatal: no space"}),
            ("gl16-post-redirected", "GL-16", page(302, None), {"pack_status": 302, "pack": 0}),
            ("gl23-page-instead-of-a-pack", "GL-23", page(200, "Portal"), {"pack": 0}),
            ("gl25-pack-cut-short", "GL-25", silent("cut"), {"pack_status": None, "pack": None})):
        pair(label, f"not-ready {cause}", posted(http, **more), well)
    pair("gl19-pack-does-not-come", "ready-with-risks GL-19",
         whatever_size(posted(silent("timed-out", limit="request 4.0 s"), pack_status=None,
                              pack=None)), well)
    pair("gl19-pack-comes-late", "ready-with-risks GL-19", posted(good, pack_us=2400000), well)
    damaged = {"refs_read": 0, "head": None, "pack": None, "pack_status": None}
    pair("gl25-no-references", "not-ready GL-25",
         asked("/info/refs?service=git-upload-pack", good, **damaged),
         asked("/info/refs?service=git-upload-pack", good))


def registry():
    domain = "https://x-registry-vpc.cn-hangzhou.cr.aliyuncs.com/v2/"
    challenge = ('Bearer realm="https://dockerauth-vpc.cn-hangzhou.aliyuncs.com/auth",'
                 'service="registry.aliyuncs.com:cn-hangzhou:china:cri-x:x"')

    def answered(http, **more):
        def change(world):
            host = domain.split("/")[2]
            world["targets"].append(target(domain, "registry"))
            world["names"].append(name(host, "192.168.1.77"))
            world["attempts"].append(attempt(domain, "192.168.1.77", host, tls=tls(host),
                                             http=http))
            world["registry"] = [{"url": domain, "address": "192.168.1.77", "status": 401, **more}]
        return change

    good = answer(401, authenticate=challenge)
    pair("dns06-other-address", "ready-with-risks DNS-06",
         answered(good, expected=["192.168.1.78"]), answered(good, expected=["192.168.1.77"]))
    pair("dns06-no-registry", "ready-with-risks DNS-06", answered(page(404, "404 Not Found")),
         answered(good))


if __name__ == "__main__":
    api()
    token()
    second_address()
    project()
    webhooks()
    urls()
    clone_hosts()
    submodules()
    lfs_servers()
    git()
    registry()
