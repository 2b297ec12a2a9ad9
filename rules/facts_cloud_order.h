/* SPDX-License-Identifier: Apache-2.0 */
/* Order of words, for the sections of the cloud. */
#ifndef RULES_FACTS_CLOUD_ORDER_H
#define RULES_FACTS_CLOUD_ORDER_H

#include <string.h>

/* None comes first. */
static inline int order_words(const char *a, const char *b)
{
	if (!a || !b)
		return !b - !a;
	return strcmp(a, b);
}

#endif
