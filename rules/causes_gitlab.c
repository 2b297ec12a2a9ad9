/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, GL: HTTP, GitLab and git.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "GL-01",
		.title = "GitLab's external_url names another host, to which it redirects",
		.symptom = "a redirect to the public name, then a time-out",
		.evidence = "the host in the Location header is not part of the plan",
		.fix = "align external_url with the URL of the link, or list that host too",
	},
	{
		.id = "GL-02",
		.title = "GitLab redirects from http to https, and port 443 is not open",
		.symptom = "the second connection times out",
		.evidence = "the scheme in the Location header and the ports that are admitted",
		.fix = "open 443, or enter the https URL",
	},
	{
		.id = "GL-03",
		.title = "the API answers, but the clone URLs it hands out name another host",
		.symptom = "binding works and cloning fails",
		.evidence = "http_url_to_repo of the project against the endpoint",
		.fix = "set external_url or the custom clone URL",
	},
	{
		.id = "GL-04",
		.title = "GitLab lives below a path that the URL leaves out",
		.symptom = "404",
		.evidence = "the same request below the relative root succeeds",
		.fix = "add the path to the URL",
	},
	{
		.id = "GL-05",
		.title = "a reverse proxy drops the token header, or hides that the client came "
			"by https",
		.symptom = "401 with a good token, or an endless redirect",
		.evidence = "the direct request and the one through the proxy differ",
		.fix = "pass PRIVATE-TOKEN, Authorization and X-Forwarded-Proto on",
	},
	{
		.id = "GL-06",
		.title = "the token is expired or revoked",
		.symptom = "401, nothing can be retrieved",
		.evidence = "GitLab's own answer about the token",
		.fix = "make a new one, and rotate it in time: the longest life is 365 days",
	},
	{
		.id = "GL-07",
		.title = "the token lacks the scope api",
		.symptom = "403 insufficient_scope when binding",
		.evidence = "the list of scopes of the token",
		.fix = "make a token with the scope api",
	},
	{
		.id = "GL-08",
		.title = "the user has no role in the project, or is blocked",
		.symptom = "an empty project list, or 404 for the repository",
		.evidence = "the project asked for with the token",
		.fix = "grant the user a role that may read the code",
	},
	{
		.id = "GL-09",
		.title = "the user name in the form is not the owner of the token",
		.symptom = "the API works and the clone answers 401",
		.evidence = "the user that GitLab reports for the token",
		.fix = "enter that user name",
	},
	{
		.id = "GL-10",
		.title = "git over http is switched off, or single sign-on is enforced",
		.symptom = "the API works and the clone answers 403",
		.evidence = "403 for info/refs",
		.fix = "allow git over http(s) for this user",
	},
	{
		.id = "GL-11",
		.title = "an IP allow-list of the group or instance does not contain the address "
			"that GitLab sees",
		.symptom = "403 or 404, from the cloud only",
		.evidence = "the same request from several sources; the address in GitLab's log",
		.fix = "add the range to the list, and set trusted_proxies where a proxy hides it",
	},
	{
		.id = "GL-12",
		.title = "GitLab or Rack::Attack limits the rate of requests",
		.symptom = "429, or 403 after a few attempts",
		.evidence = "the rate limit headers, and the time until it recovers",
		.fix = "put the range on the allow-list of the limiter",
	},
	{
		.id = "GL-13",
		.title = "GitLab is up, but parts of it are not",
		.symptom = "502 or 503",
		.evidence = "the readiness and health endpoints name the part",
		.fix = "repair that part, end the maintenance mode, or finish the migration",
	},
	{
		.id = "GL-14",
		.title = "LFS objects are fetched straight from an object store that is not listed",
		.symptom = "the clone works and the LFS smudge step fails",
		.evidence = "the host of the links in the LFS batch answer",
		.fix = "let GitLab proxy the downloads, or list that host",
	},
	{
		.id = "GL-15",
		.title = "the LFS links use another scheme or port",
		.symptom = "the clone works and LFS fails",
		.evidence = "the links in the batch answer against the URL of the link",
		.fix = "correct external_url",
	},
	{
		.id = "GL-16",
		.title = "a redirect meets the second request of git, which follows only the first",
		.symptom = "the listing works and the fetch fails",
		.evidence = "a redirect in answer to the POST of upload-pack",
		.fix = "use the final URL from the start",
	},
	{
		.id = "GL-17",
		.title = "submodules live on other hosts or are fetched by ssh",
		.symptom = "host key errors or time-outs in the middle of the build",
		.evidence = "the hosts in .gitmodules",
		.fix = "list those hosts, or use relative URLs",
	},
	{
		.id = "GL-18",
		.title = "webhooks from GitLab to the registry are blocked",
		.symptom = "builds run by hand and never by themselves",
		.evidence = "the log of the webhook, and the rules for outgoing traffic",
		.fix = "allow the webhook's target in GitLab and in the outgoing rules",
	},
	{
		.id = "GL-19",
		.title = "the repository is so large that a time-out strikes before the pack is "
			"ready",
		.symptom = "\"early EOF\" or \"RPC failed\"",
		.evidence = "the time to the first byte of upload-pack",
		.fix = "clone shallowly, or raise the time-outs of proxy and Gitaly",
	},
	{
		.id = "GL-20",
		.title = "GitLab uses a port that neither the form nor the rules name",
		.symptom = "refused, or a time-out",
		.evidence = "the port in the plan against the listener",
		.fix = "put the port into the URL and into the rules",
	},
	{
		.id = "GL-21",
		.title = "the account has something to settle first: a second factor, terms or a "
			"new password",
		.symptom = "403 from the API",
		.evidence = "the text of the answer",
		.fix = "log in once as that user and settle it",
	},
	{
		.id = "GL-22",
		.title = "this GitLab is too old or too new for the API that the registry uses",
		.symptom = "404 or 410",
		.evidence = "the version that the API reports",
		.fix = "upgrade GitLab",
	},
	{
		.id = "GL-23",
		.title = "an error or log-in page comes with status 200",
		.symptom = "binding seems to work, then a parser fails",
		.evidence = "the content type and the body are not what GitLab sends",
		.fix = "exempt the range from the portal or filter that answers in its place",
	},
	{
		.id = "GL-24",
		.title = "the server accepts the connection and then answers not at all, or a "
			"byte at a time",
		.symptom = "\"operation too slow\", or a time-out after connecting",
		.evidence = "the time of the first byte and the rate after it",
		.fix = "repair what stands behind the web server, and set sane time-outs there",
	},
	{
		.id = "GL-25",
		.title = "the answer is cut short or malformed",
		.symptom = "\"transfer closed\" or \"empty reply from server\"",
		.evidence = "the bytes received against the announced length",
		.fix = "repair the proxy that ends it",
	},
};

const struct cause_section causes_gitlab = {
	.layer = "GL",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
