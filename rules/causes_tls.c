/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, TLS: TLS.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "TLS-01",
		.title = "the certificate is signed by itself",
		.symptom = "binding fails; the vendor says that such a GitLab cannot be accessed",
		.evidence = "a chain of one certificate whose issuer is its subject",
		.fix = "install a certificate from a trusted authority, or use plain http within "
			"the VPC",
	},
	{
		.id = "TLS-02",
		.title = "the certificate comes from a private authority that builders do not know",
		.symptom = "\"certificate signed by unknown authority\"",
		.evidence = "the chain verifies only with the private authority given by hand",
		.fix = "use a certificate from a public authority",
	},
	{
		.id = "TLS-03",
		.title = "the server does not send the intermediate certificate",
		.symptom = "browsers are content and git is not",
		.evidence = "the chain as it is sent lacks the issuer of the server's certificate",
		.fix = "configure the full chain",
	},
	{
		.id = "TLS-04",
		.title = "the certificate is expired or not valid yet, or a clock is wrong",
		.symptom = "verification fails on the dates",
		.evidence = "the validity dates against a synchronised clock",
		.fix = "renew the certificate or set the clock",
	},
	{
		.id = "TLS-05",
		.title = "the certificate does not carry the name or address in the URL",
		.symptom = "\"no alternative certificate subject name matches\"",
		.evidence = "the list of subject alternative names against the host in the URL",
		.fix = "use a name that is in the certificate, or issue one that carries the "
			"address",
	},
	{
		.id = "TLS-06",
		.title = "without the server name the server shows the certificate of its default "
			"site",
		.symptom = "a name mismatch, or a wrong application",
		.evidence = "the certificates with and without server name indication differ",
		.fix = "set the right default site, or use the name in the URL",
	},
	{
		.id = "TLS-07",
		.title = "client and server share no protocol version, cipher or curve",
		.symptom = "the handshake ends at once with an alert",
		.evidence = "alert 40 or 70",
		.fix = "enable a version and cipher that both sides have",
	},
	{
		.id = "TLS-08",
		.title = "the server demands a client certificate",
		.symptom = "the handshake ends with an alert, or the answer is 400",
		.evidence = "a certificate request in the handshake; alert 116",
		.fix = "do not demand one from the range",
	},
	{
		.id = "TLS-09",
		.title = "a device of the data center intercepts TLS and signs anew",
		.symptom = "an unknown issuer on some paths only",
		.evidence = "the issuer differs by vantage",
		.fix = "exempt this traffic from interception",
	},
	{
		.id = "TLS-10",
		.title = "the certificate flight does not fit through the path",
		.symptom = "the connection opens and the handshake hangs after the client's hello",
		.evidence = "the stall stands at the first large flight of the server, and a "
			"ladder of segment sizes shows a limit",
		.fix = "set the MTU or clamp the segment size, as for any path that carries "
			"smaller packets",
	},
	{
		.id = "TLS-11",
		.title = "the URL says https where the port speaks http, or the other way round",
		.symptom = "\"wrong version number\", or an empty reply",
		.evidence = "the first bytes that the server sends",
		.fix = "correct the scheme or the port of the URL",
	},
	{
		.id = "TLS-12",
		.title = "the revocation servers cannot be reached from the builder",
		.symptom = "slow handshakes, or refusals by clients that insist",
		.evidence = "the OCSP or CRL hosts of the certificate are not listed in the link",
		.fix = "staple the OCSP answer",
	},
};

const struct cause_section causes_tls = {
	.layer = "TLS",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
