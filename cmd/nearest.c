/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean": candidates are offered one by one, the nearest is kept.
 */
#include "cmd/nearest.h"

#include "rules/text.h"

#include <string.h>

void nearest_init(struct nearest *nearest, const char *word)
{
	size_t length = strlen(word);

	nearest->word = word;
	nearest->best = NULL;
	/* A third of the word may be wrong; of a short word two letters. */
	nearest->distance = (unsigned int)(length > 48 ? 16 : length / 3) + 1;
	if (nearest->distance < 3)
		nearest->distance = 3;
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	unsigned int distance = text_distance(nearest->word, candidate, nearest->distance);

	/* The beginning of a word is near to it, however much is missing. */
	if (distance > 2 && strlen(nearest->word) > 2 && text_has_prefix(candidate, nearest->word))
		distance = 2;
	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->best = candidate;
}
