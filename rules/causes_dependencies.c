/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, DEP: Maven and other dependencies.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "DEP-01",
		.title = "the address of the Maven repository is not among the link's other IP "
			"addresses",
		.symptom = "\"connect timed out\" in the build",
		.evidence = "the addresses that the build uses against those of the link",
		.fix = "add the address to the link",
	},
	{
		.id = "DEP-02",
		.title = "the repository redirects downloads to an object store, a CDN or another "
			"node",
		.symptom = "metadata arrives and artifacts time out",
		.evidence = "the host in the Location header is not listed",
		.fix = "let the repository serve them itself, or list that host",
	},
	{
		.id = "DEP-03",
		.title = "Maven 3.8.1 and later block repositories by plain http",
		.symptom = "\"blocked mirror for repositories\"",
		.evidence = "the version of Maven and the scheme of the URL",
		.fix = "serve https, or override the blocking mirror in settings.xml",
	},
	{
		.id = "DEP-04",
		.title = "the build uses no settings.xml, or a POM names public repositories",
		.symptom = "unknown hosts or time-outs",
		.evidence = "the repositories that Maven really asks",
		.fix = "set a mirror for everything in the settings that the build uses",
	},
	{
		.id = "DEP-05",
		.title = "the Dockerfile takes images or packages from hosts that are not listed",
		.symptom = "the first steps of the build fail",
		.evidence = "the hosts in FROM lines and package sources",
		.fix = "use private mirrors that the link lists",
	},
	{
		.id = "DEP-06",
		.title = "a proxy setting is baked into the image, an argument or the settings",
		.symptom = "the builder tries a proxy that it cannot reach",
		.evidence = "proxy variables and settings in the build context",
		.fix = "remove them",
	},
	{
		.id = "DEP-07",
		.title = "the repository wants credentials that are missing or expired",
		.symptom = "401 or 403 from Maven",
		.evidence = "the same artifact asked with and without credentials",
		.fix = "renew the credentials, or allow anonymous reading",
	},
	{
		.id = "DEP-08",
		.title = "the Java truststore does not know the certificate's authority",
		.symptom = "\"PKIX path building failed\" in the build while curl is content",
		.evidence = "the chain against the authorities that Java ships",
		.fix = "import the authority into the truststore, or use a public one",
	},
	{
		.id = "DEP-09",
		.title = "the repository is chosen by name, and the URL has an address",
		.symptom = "404 from the default site",
		.evidence = "the answers differ with the Host header",
		.fix = "use the name, and provide a record for it",
	},
	{
		.id = "DEP-10",
		.title = "a proxy repository cannot reach its upstream",
		.symptom = "new artifacts are slow or not found, old ones work",
		.evidence = "the time to the first byte, and the age of a cached \"not found\"",
		.fix = "repair the upstream and clear the negative cache",
	},
	{
		.id = "DEP-11",
		.title = "the repository is a cluster, and only one of its addresses is listed",
		.symptom = "builds fail now and then",
		.evidence = "the addresses of the name against the link",
		.fix = "list all of them",
	},
	{
		.id = "DEP-12",
		.title = "a wrong clock or stale metadata spoils checksums",
		.symptom = "\"checksum validation failed\", or snapshots that never update",
		.evidence = "the dates in the answers against the clock",
		.fix = "synchronise the clocks and rebuild the metadata",
	},
	{
		.id = "DEP-13",
		.title = "the URL is no Maven repository",
		.symptom = "\"could not find artifact\" for everything",
		.evidence = "content type and body of the answers, and the missing metadata",
		.fix = "correct the URL: it is often a web page beside the repository",
	},
	{
		.id = "DEP-14",
		.title = "the Maven service is closed, slow or broken",
		.symptom = "refused, 502, or a time-out",
		.evidence = "the status, and where the time goes",
		.fix = "repair the service",
	},
};

const struct cause_section causes_dependencies = {
	.layer = "DEP",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
