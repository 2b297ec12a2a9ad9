/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the file of --cacert and sees to it that there is a certificate in it. Whether that can be
 * used is for the helper program to say, which links the library that reads it.
 */
#include "cmd/cacert.h"

#include "cmd/input.h"
#include "cmd/memory_file.h"
#include "rules/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The bundles of distributions have a quarter of a million bytes. */
#define CACERT_MAX ((size_t)4 * 1024 * 1024)

/* Labels that the library takes for certificates: RFC 7468 section 5, and two of its own. */
static bool has_certificate(const char *bytes)
{
	static const char *const labels[] = { "CERTIFICATE-----", "X509 CERTIFICATE-----",
					      "TRUSTED CERTIFICATE-----" };
	static const char begin[] = "-----BEGIN ";
	size_t i;

	for (; (bytes = strstr(bytes, begin)) != NULL; bytes++)
		for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
			if (text_has_prefix(bytes + strlen(begin), labels[i]))
				return true;
	return false;
}

/* A SEQUENCE whose length takes one or two bytes more (X.690 section 8.1.3). */
static bool is_der(const struct text *file)
{
	const unsigned char *bytes = (const unsigned char *)text_string(file);

	return file->length > 2 && bytes[0] == 0x30 && (bytes[1] == 0x81 || bytes[1] == 0x82);
}

static int check(const struct text *file, const char *path, struct fault *fault)
{
	if (!file->length)
		return fault_set(fault, -EINVAL, "--cacert: \"%s\" is empty", path);
	/* a NUL ends the search: PEM has none */
	if (has_certificate(text_string(file)))
		return 0;
	if (is_der(file))
		return fault_set(fault, -EINVAL, "--cacert: \"%s\" holds DER, not PEM; "
				 "openssl x509 -inform DER -outform PEM changes that", path);
	return fault_set(fault, -EINVAL, "--cacert: \"%s\" holds no certificate in PEM form "
			 "(\"-----BEGIN CERTIFICATE-----\")", path);
}

int cacert_open(const char *path, int *fd, struct fault *fault)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), code;
	struct text file;

	if (from < 0)
		return fault_set(fault, -errno, "--cacert: cannot read \"%s\": %s", path,
				 strerror(errno));
	text_init(&file, CACERT_MAX);
	code = input_read_all(from, &file);
	(void)close(from);
	if (code == -EFBIG)
		(void)fault_set(fault, code, "--cacert: \"%s\" is larger than 4 MiB", path);
	else if (code)
		(void)fault_set(fault, code, "--cacert: cannot read \"%s\": %s", path,
				strerror(-code));
	else
		code = check(&file, path, fault);
	if (!code) {
		*fd = memory_file("cacert", text_string(&file), file.length);
		code = *fd < 0 ? *fd : 0;
	}
	text_release(&file);
	return code;
}
