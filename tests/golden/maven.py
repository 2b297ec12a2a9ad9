# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the rules about Maven repositories: one defect a file, each with a healthy
twin."""

from ladder import (GITLAB_IP, MAVEN, MAVEN_IP, answer, attempt, exchange, maven, name, page, pair,
                    plan, redirected, silent, tls)

HOST = "maven.corp.example"
JAR = "/commons-io/commons-io/2.11.0/commons-io-2.11.0.jar"
PRIVATE = {"chain_system": 20, "chain_error": "unable to get local issuer certificate"}


def said(**more):
    def change(world):
        world["maven"] = [maven(**more)]
    return change


def nothing(**more):
    """What was asked for is not there, so nothing was compared."""
    return said(**{"metadata": 404, "metadata_is_xml": False, "version_named": None,
                   "artifact_status": 404, "pom": 404, "checksum": None, "checksum_matches": None,
                   **more})


def metadata():
    pair("dep07-credentials-wanted", "not-ready DEP-07",
         nothing(metadata=401, artifact_status=401, pom=None))
    pair("dep13-no-repository", "not-ready DEP-13", nothing(), said(metadata=404,
                                                                  metadata_is_xml=False))
    pair("dep13-page-for-everything", "not-ready DEP-13",
         nothing(metadata=200, artifact_status=200, pom=None))
    pair("dep14-behind-a-gateway", "not-ready DEP-14",
         nothing(metadata=502, artifact_status=502, pom=None))


def by_address():
    """The same site by its address, where the default one answers."""
    url = f"https://{MAVEN_IP}/repository/maven-public/"

    def change(row):
        def changed(world):
            world["targets"][1].update(url=url, root=url, host=MAVEN_IP, literal=True)
            world["attempts"][1] = attempt(url, MAVEN_IP, MAVEN_IP, http=page(404, "404"))
            row(world)
            world["maven"][0]["url"] = url
            world["names"] = world["names"][:1]
        return changed

    artifact = "commons-io:commons-io:2.11.0"
    pair("dep09-default-site", "not-ready DEP-09 DEP-13", change(nothing()), change(said()),
         planned=plan(maven=[{"url": url, "artifact": artifact}]))


def artifact():
    pair("dep07-artifact-wants-credentials", "not-ready DEP-07", said(artifact_status=403))
    pair("dep10-named-and-missing", "ready-with-risks DEP-10",
         said(artifact_status=404, pom=200, checksum_matches=None))
    pair("dep10-upstream-slow", "ready-with-risks DEP-10", said(artifact_us=3000000))
    pair("dep12-checksum-differs", "not-ready DEP-12",
         said(checksum_matches=0, checksum_seen="4" * 40))
    pair("dep12-checksum-does-not-answer", "undetermined",
         said(checksum=None, checksum_matches=None, checksum_given=None, checksum_seen=None,
              note="a checksum of the file did not come"),
         said(checksum=None, checksum_matches=None, checksum_given=None, checksum_seen=None,
              no_checksum=True))
    pair("dep14-artifact-unavailable", "not-ready DEP-14", said(artifact_status=503))

    pom = JAR.replace(".jar", ".pom")
    pair("dep07-pom-forbidden", "not-ready DEP-07", said(pom_path=pom, pom=403),
         said(pom_path=pom, pom=200))
    pair("dep14-pom-unavailable", "not-ready DEP-14", said(pom_path=pom, pom=503),
         said(pom_path=pom, pom=404))

    def beside(body, path, **more):
        """A file whose first bytes are these."""
        def change(world):
            said(**more)(world)
            world["exchanges"].append(exchange(MAVEN, path, "artifact", MAVEN_IP, "none",
                                               http=body))
        return change

    unchecked = {"checksum": None, "checksum_matches": None, "checksum_given": None,
                 "checksum_seen": None, "no_checksum": True}
    pair("dep13-page-for-the-file", "not-ready DEP-13",
         beside(page(200, "Sign in"), JAR, **unchecked), beside(answer(200), JAR, **unchecked))
    pair("dep13-page-for-the-pom", "not-ready DEP-13",
         beside(page(200, "Sign in"), pom, pom_path=pom, pom=200),
         beside(answer(200), pom, pom_path=pom, pom=200))

    def cut(world):
        said(artifact_status=None, checksum=None, checksum_matches=None)(world)
        world["exchanges"].append(exchange(MAVEN, f"/repository/maven-public{JAR}", "artifact",
                                           MAVEN_IP, "none", http=silent("cut", received=4096)))

    pair("dep14-artifact-cut-short", "not-ready DEP-14", cut)


def second_address():
    """A second address of the name, which answers the first request all the same."""
    second = "172.20.5.21"

    def on_two(**more):
        def change(world):
            world["attempts"].append({**world["attempts"][1], "address": second})
            world["names"][1]["addresses"].append(second)
            world["maven"].append(maven(address=second, **more))
        return change

    link = {"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": GITLAB_IP,
            "other_ips": [MAVEN_IP, second]}
    for file, expected, more in (
            ("dep12-second-address-checksum-differs", "not-ready DEP-12",
             {"checksum_matches": 0, "checksum_seen": "4" * 40}),
            ("dep13-second-address-no-repository", "not-ready DEP-13",
             {"metadata": 404, "metadata_is_xml": False, "version_named": None,
              "artifact_status": 404, "pom": 404, "checksum": None, "checksum_matches": None}),
            ("dep14-second-address-serves-no-file", "not-ready DEP-14", {"artifact_status": 503})):
        pair(file, expected, on_two(**more), on_two(), planned=plan(link=link))


def second_store():
    """The file is redirected to a store whose second address answers so."""
    store, second, url = "172.20.5.30", "172.20.5.31", "https://oss.corp.example/commons-io.jar"

    def on(status):
        def change(world):
            world["targets"].append(redirected(url, MAVEN, "maven", 302))
            world["names"].append({**name("oss.corp.example", store),
                                   "addresses": [store, second]})
            for address, answered in ((store, 200), (second, status)):
                world["attempts"].append(attempt(url, address, "oss.corp.example", http=answer(
                    answered, content_type="application/java-archive", body="other")))
            world["maven"] = [maven(artifact_from=url)]
        return change

    link = {"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": GITLAB_IP,
            "other_ips": [MAVEN_IP, store, second]}
    pair("dep14-second-address-of-the-store", "not-ready DEP-14", on(404), on(200),
         planned=plan(link=link))


def dates():
    """The twin of each answers a moment later, or is named."""
    folder = "/repository/maven-public/commons-io/commons-io"

    def dated(metadata, file="Sat, 01 Aug 2026 08:00:00 GMT", **more):
        def change(world):
            said(**more)(world)
            for path, rung, date in ((f"{folder}/maven-metadata.xml", "metadata", metadata),
                                     (f"/repository/maven-public{JAR}", "artifact", file)):
                world["exchanges"].append(exchange(
                    MAVEN, path, rung, MAVEN_IP, "none", http=answer(200, last_modified=date)))
        return change

    pair("dep12-metadata-from-the-future", "ready-with-risks DEP-12",
         dated("Sat, 21 Nov 2026 12:00:00 GMT"), dated("Fri, 20 Nov 2026 11:59:59 GMT"))
    old = "Mon, 01 Jun 2026 08:00:00 GMT"
    pair("dep12-metadata-is-stale", "ready-with-risks DEP-12", dated(old, version_named=0),
         dated(old))


def risks():
    plain = MAVEN.replace("https", "http")

    def by_http(world):
        world["targets"][1].update(url=plain, root=plain, scheme="http", port=80)
        world["attempts"][1] = attempt(plain, MAVEN_IP, HOST, http=page(200, "Index"))
        world["maven"] = [maven(plain)]

    pair("dep03-plain-http", "ready-with-risks DEP-03", by_http)

    def trusted(**more):
        def change(world):
            world["attempts"][1]["tls"] = tls(HOST, **more)
        return change

    pair("dep08-by-cacert-alone", "ready-with-risks DEP-08 TLS-02",
         trusted(**PRIVATE, chain_given=0), trusted(chain_given=20))


if __name__ == "__main__":
    metadata()
    by_address()
    artifact()
    second_store()
    dates()
    second_address()
    risks()
