/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 3339 times in UTC with whole seconds, as facts carry them.
 */
#include "cmd/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int clock_now_text(char text[CLOCK_TEXT_MAX])
{
	struct timespec now;
	struct tm parts;

	if (clock_gettime(CLOCK_REALTIME, &now))
		return -errno;
	if (!gmtime_r(&now.tv_sec, &parts))
		return -EOVERFLOW;
	if (strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		return -EOVERFLOW;
	return 0;
}

/* Digits of `shape` are places of digits, anything else stands for itself. */
static bool has_shape(const char *text, const char *shape)
{
	size_t i;

	for (i = 0; shape[i] != '\0'; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (shape[i] == '0' ? !digit : text[i] != shape[i])
			return false;
	}
	return text[i] == '\0';
}

static int number_at(const char *text, size_t digits)
{
	int value = 0;

	while (digits-- > 0)
		value = value * 10 + (*text++ - '0');
	return value;
}

int clock_parse(const char *text, int64_t *seconds)
{
	struct tm parts = { .tm_isdst = 0 }, asked;
	time_t moment;

	if (!text || !has_shape(text, "0000-00-00T00:00:00Z"))
		return -EINVAL;
	parts.tm_year = number_at(text, 4) - 1900;
	parts.tm_mon = number_at(text + 5, 2) - 1;
	parts.tm_mday = number_at(text + 8, 2);
	parts.tm_hour = number_at(text + 11, 2);
	parts.tm_min = number_at(text + 14, 2);
	parts.tm_sec = number_at(text + 17, 2);
	asked = parts;
	moment = timegm(&parts);
	/* timegm() rolls over what no calendar has: the 31st of June. */
	if (asked.tm_mon != parts.tm_mon || asked.tm_mday != parts.tm_mday ||
	    asked.tm_hour != parts.tm_hour || asked.tm_min != parts.tm_min)
		return -EINVAL;
	*seconds = (int64_t)moment;
	return 0;
}

const char *clock_age_words(uint64_t seconds, char text[CLOCK_TEXT_MAX])
{
	static const struct { uint64_t seconds; const char *word; } units[] = {
		{ 86400, "days" }, { 3600, "h" }, { 60, "min" }, { 1, "s" },
	};
	size_t i = 0;

	while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
		i++;
	snprintf(text, CLOCK_TEXT_MAX, "%llu %s",
		 (unsigned long long)(seconds / units[i].seconds), units[i].word);
	return text;
}
