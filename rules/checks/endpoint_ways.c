/* SPDX-License-Identifier: Apache-2.0 */
/* Ways of redirects, and times as servers and certificates spell them. */
#include "rules/checks/endpoint_web.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct attempt_fact *redirecting(const struct endpoints_facts *endpoints,
					      const char *url)
{
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);

		if (text_equal(attempt->url, url) && attempt->http.status.known &&
		    attempt->http.status.value / 100 == 3 && attempt->http.location)
			return attempt;
	}
	return NULL;
}

static bool was_there(const struct web_way *way, const char *location)
{
	size_t i;

	for (i = 0; i < way->count; i++)
		if (text_equal(way->hops[i]->url, location))
			return true;
	return false;
}

void web_way_follow(const struct endpoints_facts *endpoints, const char *url, struct web_way *way)
{
	const struct attempt_fact *hop = redirecting(endpoints, url);

	*way = (struct web_way){ .count = 0 };
	while (hop && way->count < WEB_WAY_MAX) {
		way->hops[way->count++] = hop;
		if (was_there(way, hop->http.location)) {
			way->endless = true;
			return;
		}
		hop = redirecting(endpoints, hop->http.location);
	}
	/* the helper stops looking after eight hops, as clients do after a few more */
	way->endless = way->count >= WEB_WAY_MAX - 1;
}

bool web_on_way(const struct endpoints_facts *endpoints, const struct endpoint_target *target,
		struct web_way *way)
{
	size_t i;

	web_way_follow(endpoints, target->root, way);
	if (text_equal(target->url, target->root))
		return true;
	for (i = 0; i < way->count; i++)
		if (text_equal(way->hops[i]->http.location, target->url))
			return true;
	return false;
}

/* Two digits, or -1. */
static int pair(const char *at)
{
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		return -1;
	return (at[0] - '0') * 10 + at[1] - '0';
}

/* RFC 9110, 5.6.7: the one form that is still made. */
bool web_http_date(const char *date, char text[WEB_TIME_MAX])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int month;

	if (!date || strlen(date) < 29 || strcmp(date + 25, " GMT") != 0)
		return false;
	for (month = 0; month < 12; month++)
		if (!strncmp(date + 8, months + 3 * month, 3))
			break;
	if (month == 12 || pair(date + 5) < 1 || pair(date + 12) < 0 || pair(date + 14) < 0 ||
	    pair(date + 17) < 0 || pair(date + 20) < 0 || pair(date + 23) < 0)
		return false;
	(void)snprintf(text, WEB_TIME_MAX, "%.4s-%02d-%.2sT%.8sZ", date + 12, (month + 1) % 100,
		       date + 5, date + 17);
	return true;
}

static bool moment(const char *text, int64_t *seconds)
{
	struct tm parts = { .tm_year = 0 };

	if (!text || strlen(text) != 20 || text[19] != 'Z' || pair(text) < 0 ||
	    pair(text + 2) < 0 || pair(text + 5) < 1 || pair(text + 8) < 1 ||
	    pair(text + 11) < 0 || pair(text + 14) < 0 || pair(text + 17) < 0)
		return false;
	parts.tm_year = pair(text) * 100 + pair(text + 2) - 1900;
	parts.tm_mon = pair(text + 5) - 1;
	parts.tm_mday = pair(text + 8);
	parts.tm_hour = pair(text + 11);
	parts.tm_min = pair(text + 14);
	parts.tm_sec = pair(text + 17);
	*seconds = (int64_t)timegm(&parts);
	return true;
}

int64_t web_seconds(const char *from, const char *to)
{
	int64_t start, end;

	return moment(from, &start) && moment(to, &end) ? end - start : 0;
}
