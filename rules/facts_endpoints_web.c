/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "endpoints": record tables of TLS, HTTP, GitLab, Maven and the registry.
 */
#include "rules/facts_endpoints.h"

#include "rules/facts_record.h"

const char *const tls_outcome_words[TLS_OUTCOMES + 1] = {
	"untried", "none", "done", "alert", "not-tls", "timed-out", "closed", "failed", NULL,
};
const char *const http_outcome_words[HTTP_OUTCOMES + 1] = {
	"untried", "answered", "timed-out", "slow", "empty", "cut", "malformed", "too-large",
	"failed", NULL,
};
const char *const http_body_words[HTTP_BODIES + 1] = {
	"none", "json", "html", "xml", "git", "text", "other", NULL,
};
const char *const token_outcome_words[TOKEN_OUTCOMES + 1] = {
	"untried", "none", "withheld", "valid", "invalid", "forbidden", "unclear", NULL,
};

static const struct field certificate_fields[] = {
	FIELD(certificate_fact, subject, 0, "subject (RFC 2253)"),
	FIELD(certificate_fact, issuer, 0, "issuer (RFC 2253)"),
	FIELD(certificate_fact, names, 0,
	      "subject alternative names; the common name if there is none"),
	FIELD(certificate_fact, not_before, 0, "first second of validity, UTC"),
	FIELD(certificate_fact, not_after, 0, "last second of validity, UTC"),
	FIELD(certificate_fact, self_issued, 0, "subject equals issuer"),
	FIELD(certificate_fact, self_signed, 0, "its own key signs it"),
	FIELD(certificate_fact, fingerprint, 0, "SHA-256"),
	FIELD(certificate_fact, ocsp_hosts, 0, "hosts of its OCSP responders"),
	FIELD(certificate_fact, issuer_hosts, 0, "hosts that offer its issuer's certificate"),
	{ .name = NULL },
};
static const struct record certificate_record = { "certificate", sizeof(struct certificate_fact),
				   certificate_fields };

static const struct field tls_fields[] = {
	FIELD_WORDS(tls_fact, outcome, tls_outcome_words, 0, "what came of the handshake"),
	FIELD(tls_fact, sni, 0, "server name sent; null: none (address)"),
	FIELD(tls_fact, version, 0, "protocol version"),
	FIELD(tls_fact, cipher, 0, "cipher suite"),
	FIELD(tls_fact, alert, 0, "alert of the peer"),
	FIELD(tls_fact, error, 0, "of the library, cleaned"),
	FIELD(tls_fact, spoken, 0, "first bytes of a peer that speaks no TLS"),
	FIELD(tls_fact, received, 0, "bytes of the peer up to the end of the handshake"),
	FIELD(tls_fact, took_us, 0, "microseconds"),
	FIELD(tls_fact, chain_system, 0,
	      "verification by the system's store: 0 good, else X509_V_ERR_*"),
	FIELD(tls_fact, chain_given, 0, "the same by --cacert alone; null: not given"),
	FIELD(tls_fact, chain_error, 0, "the first of them that is not 0, in words"),
	FIELD(tls_fact, depth, 0, "certificate that this speaks of, 0 the leaf"),
	FIELD(tls_fact, name_matches, 0, "the certificate covers the name or address of the URL"),
	FIELD(tls_fact, in_order, 0, "each certificate is followed by its issuer"),
	FIELD(tls_fact, certificate_wanted, 0, "the peer asked for a client certificate"),
	FIELD(tls_fact, stapled, 0, "an OCSP answer came along"),
	FIELD_LIST_OF(tls_fact, certificates, &certificate_record, 0, "as sent"),
	{ .name = NULL },
};
const struct record tls_record = { "tls", sizeof(struct tls_fact), tls_fields };

static const struct field http_fields[] = {
	FIELD_WORDS(http_fact, outcome, http_outcome_words, 0, "what came of the request"),
	FIELD(http_fact, method, 0, "request method"),
	FIELD(http_fact, status, 0, "status code"),
	FIELD(http_fact, content_type, 0, "Content-Type"),
	FIELD(http_fact, server, 0, "Server"),
	FIELD(http_fact, via, 0, "Via"),
	FIELD(http_fact, date, 0, "Date"),
	FIELD(http_fact, location, 0, "Location, without user information and query"),
	FIELD(http_fact, authenticate, 0, "WWW-Authenticate"),
	FIELD(http_fact, retry_after, 0, "Retry-After"),
	FIELD(http_fact, last_modified, 0, "Last-Modified"),
	FIELD_WORDS(http_fact, body, http_body_words, 0, "what the body turned out to be"),
	FIELD(http_fact, title, 0, "title of an HTML page"),
	FIELD(http_fact, login, 0, "an HTML page that asks for a password"),
	FIELD(http_fact, wants_tls, 0, "plain HTTP was asked for, and the peer speaks TLS"),
	FIELD(http_fact, length, 0, "Content-Length"),
	FIELD(http_fact, received, 0, "bytes of the body"),
	FIELD(http_fact, first_byte_us, 0, "microseconds from the request to the first byte"),
	FIELD(http_fact, total_us, 0, "microseconds to the last byte"),
	FIELD(http_fact, spoken, 0, "first bytes of an answer that is no HTTP"),
	FIELD(http_fact, error, 0, "another error, in words"),
	FIELD(http_fact, limit, 0,
	      "the deadline that struck: \"request 3.0 s\", \"run 10.0 s\"; null"),
	{ .name = NULL },
};
const struct record http_record = { "http", sizeof(struct http_fact), http_fields };

static const struct field exchange_fields[] = {
	FIELD(exchange_fact, url, FIELD_REQUIRED, "target that it belongs to"),
	FIELD(exchange_fact, path, FIELD_REQUIRED, "path and query asked for, no secret in it"),
	FIELD_WORDS(exchange_fact, rung, endpoint_rung_words, FIELD_REQUIRED, "rung"),
	FIELD(exchange_fact, address, 0, "address that it went to"),
	FIELD(exchange_fact, credentials, 0, "\"none\", \"token\", \"basic\": what kind was sent"),
	FIELD_OBJECT_OF(exchange_fact, http, &http_record, 0, "the answer"),
	{ .name = NULL },
};
const struct record exchange_record = { "exchange", sizeof(struct exchange_fact), exchange_fields };

static const struct field submodule_fields[] = {
	FIELD(submodule_fact, url, FIELD_REQUIRED, "where it leads, without user information"),
	FIELD(submodule_fact, beside, 0,
	      "it has the clone URL's origin, and git was asked there; else it is a target"),
	FIELD(submodule_fact, absent, 0, "the branch has no such submodule"),
	FIELD(submodule_fact, password, 0, "its URL holds a password, which was not used"),
	FIELD(submodule_fact, token, 0, "beside: the last answer was one to the token"),
	FIELD(submodule_fact, status, 0, "beside: status of the last answer to info/refs"),
	FIELD(submodule_fact, refs, 0, "beside: 1: references came; 0: something else did"),
	{ .name = NULL },
};
static const struct record submodule_record = { "submodule", sizeof(struct submodule_fact),
						submodule_fields };

static const struct field gitlab_fields[] = {
	FIELD(gitlab_fact, url, FIELD_REQUIRED, "target"),
	FIELD(gitlab_fact, address, 0, "address that the requests went to"),
	FIELD(gitlab_fact, is_gitlab, 0, "1, 0; unknown: no answer that tells"),
	FIELD(gitlab_fact, api, 0, "1: its API answered at this URL; 0: it did not"),
	FIELD(gitlab_fact, recognised_by, 0,
	      "\"JSON 401 of /api/v4/version\", \"sign-in page\" ..."),
	FIELD(gitlab_fact, relative_root, 0, "path below which its API was found instead"),
	FIELD(gitlab_fact, version, 0, "version"),
	FIELD_WORDS(gitlab_fact, token, token_outcome_words, 0, "what came of the token"),
	FIELD(gitlab_fact, withheld, 0, "why the token was not sent"),
	FIELD(gitlab_fact, message, 0, "of a 401 or 403, cleaned"),
	FIELD(gitlab_fact, token_arrives, 0,
	      "0: the token was lost on the way; 1: it came and was refused; unknown: not told"),
	FIELD(gitlab_fact, active, 0, "the token is active"),
	FIELD(gitlab_fact, revoked, 0, "the token is revoked"),
	FIELD(gitlab_fact, scopes, 0, "sorted; empty: not told"),
	FIELD(gitlab_fact, scopes_known, 0, "scopes were told"),
	FIELD(gitlab_fact, expires, 0, "YYYY-MM-DD; null: never, or not told"),
	FIELD(gitlab_fact, expires_known, 0, "the expiry was told"),
	FIELD(gitlab_fact, username, 0, "of the token's owner"),
	FIELD(gitlab_fact, user_state, 0, "\"active\", \"blocked\" ..."),
	FIELD(gitlab_fact, project, 0, "status of the project's answer"),
	FIELD(gitlab_fact, project_message, 0, "of a refusal, cleaned"),
	FIELD(gitlab_fact, project_anonymous, 0, "the project was asked for without a token"),
	FIELD(gitlab_fact, hooks, 0, "status of the list of the project's webhooks"),
	FIELD(gitlab_fact, hooks_listed, 0, "webhooks in that list, of which at most 50 are asked"),
	FIELD(gitlab_fact, hooks_told, 0, "those of them of which GitLab says whether they work"),
	FIELD(gitlab_fact, hooks_stopped, 0, "\"HOST STATUS\" of those that it does not call"),
	FIELD(gitlab_fact, project_path, 0, "path_with_namespace"),
	FIELD(gitlab_fact, default_branch, 0, "default branch"),
	FIELD(gitlab_fact, clone_url, 0, "http_url_to_repo, without user information"),
	FIELD(gitlab_fact, lfs_enabled, 0, "large file storage is on for the project"),
	FIELD(gitlab_fact, lfs_used, 0,
	      "1: a pointer was found; 0: there is none; unknown: not settled"),
	FIELD(gitlab_fact, lfs_server, 0,
	      "that .lfsconfig names in the place of GitLab's own; null: none"),
	FIELD(gitlab_fact, lfs_server_password, 0, "that URL holds a password, which was not used"),
	FIELD(gitlab_fact, lfs_note, 0, "what was looked at, or why no link is known; null"),
	FIELD(gitlab_fact, lfs_oid, 0, "object that was asked for"),
	FIELD(gitlab_fact, lfs_urls, 0, "hrefs without query"),
	FIELD(gitlab_fact, submodules_read, 0,
	      "1 read, 0 there is no .gitmodules; unknown: not told"),
	FIELD(gitlab_fact, submodules, 0, "URLs as written, user information off"),
	FIELD(gitlab_fact, submodules_left_out, 0, "submodules beyond those that are kept"),
	FIELD_LIST_OF(gitlab_fact, modules, &submodule_record, 0,
		      "submodules that a clone would fetch by http(s)"),
	FIELD(gitlab_fact, refs_plain, 0, "status of info/refs without credentials"),
	FIELD(gitlab_fact, refs_basic, 0, "and with them"),
	FIELD(gitlab_fact, refs_read, 0,
	      "1: references were advertised; 0: the answer is something else"),
	FIELD(gitlab_fact, head, 0, "object that HEAD names, 40 or 64 hex digits"),
	FIELD(gitlab_fact, references, 0, "references read; a long list is not read to its end"),
	FIELD(gitlab_fact, pack_status, 0, "status of the POST to git-upload-pack"),
	FIELD(gitlab_fact, pack_us, 0, "microseconds to its first byte"),
	FIELD(gitlab_fact, pack, 0, "1: a pack began; 0: it did not; unknown: not asked"),
	FIELD(gitlab_fact, git_message, 0, "error line of the git server, cleaned"),
	{ .name = NULL },
};
static const struct field git_fields[] = {
	FIELD(git_fact, url, FIELD_REQUIRED, "clone URL, on another host than GitLab's"),
	FIELD(git_fact, address, 0, "a further address of it"),
	FIELD(git_fact, refs_plain, 0, "status of info/refs without credentials"),
	FIELD(git_fact, refs_read, 0, "1: references came; 0: the answer is something else"),
	FIELD(git_fact, head, 0, "object that HEAD names, 40 or 64 hex digits"),
	FIELD(git_fact, references, 0, "references read; a long list is not read to its end"),
	FIELD(git_fact, pack_status, 0, "status of the POST to git-upload-pack"),
	FIELD(git_fact, pack_us, 0, "microseconds to its first byte"),
	FIELD(git_fact, pack, 0, "1: a pack began; 0: it did not; unknown: not asked"),
	FIELD(git_fact, git_message, 0, "error line of the git server, cleaned"),
	{ .name = NULL },
};
const struct record git_record = { "git", sizeof(struct git_fact), git_fields };

const struct record gitlab_record = { "gitlab", sizeof(struct gitlab_fact), gitlab_fields };

static const struct field maven_fields[] = {
	FIELD(maven_fact, url, FIELD_REQUIRED, "target"),
	FIELD(maven_fact, address, 0, "address that the requests went to"),
	FIELD(maven_fact, kind, 0, "\"nexus\", \"artifactory\", \"plain\", null: not told"),
	FIELD(maven_fact, artifact, 0, "of the plan, \"group:artifact:version\""),
	FIELD(maven_fact, metadata, 0, "status of maven-metadata.xml"),
	FIELD(maven_fact, metadata_from, 0, "URL that it was redirected to; null"),
	FIELD(maven_fact, metadata_is_xml, 0, "its root element is metadata"),
	FIELD(maven_fact, version_named, 0, "1: the metadata names the version; 0: it does not"),
	FIELD(maven_fact, artifact_path, 0, "path of the artifact"),
	FIELD(maven_fact, ending_guessed, 0, "its POM's packaging does not tell which file it is"),
	FIELD(maven_fact, artifact_status, 0, "status of the artifact"),
	FIELD(maven_fact, artifact_us, 0, "microseconds to its first byte"),
	FIELD(maven_fact, pom, 0, "status of its POM"),
	FIELD(maven_fact, artifact_from, 0, "URL that it was redirected to; null"),
	FIELD(maven_fact, pom_path, 0, "path of the POM beside the file; null: not asked"),
	FIELD(maven_fact, pom_from, 0, "URL that the POM was redirected to; null"),
	FIELD(maven_fact, checksum, 0, "\"sha1\" ..., null: none was read"),
	FIELD(maven_fact, no_checksum, 0, "the repository has none: 404 or 410 for every kind"),
	FIELD(maven_fact, checksum_matches, 0, "1, 0; unknown: not compared"),
	FIELD(maven_fact, checksum_given, 0, "checksum as served"),
	FIELD(maven_fact, checksum_seen, 0, "checksum of what was received"),
	FIELD(maven_fact, note, 0, "why a step was left out"),
	{ .name = NULL },
};
const struct record maven_record = { "maven", sizeof(struct maven_fact), maven_fields };

static const struct field registry_fields[] = {
	FIELD(registry_fact, url, FIELD_REQUIRED, "https://DOMAIN/v2/"),
	FIELD(registry_fact, address, 0, "address that answered"),
	FIELD(registry_fact, status, 0, "status of the answer"),
	FIELD(registry_fact, realm, 0, "of the Bearer challenge"),
	FIELD(registry_fact, service, 0, "service of the challenge"),
	FIELD(registry_fact, expected, 0, "addresses that the link shows, when known"),
	{ .name = NULL },
};
const struct record registry_record = { "registry", sizeof(struct registry_fact), registry_fields };
