/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stores that certificates are checked against: the system's and the user's.
 *
 * The system's is a directory of hashed names, of which a look-up reads one file; where it has no
 * answer, the bundle next to it is read, once, because distributions keep the one or the other. The
 * environment (SSL_CERT_FILE and its kin) has no say: nothing of it reaches a build.
 */
#include "probes/endpoints_helper/tls.h"

#include "rules/text.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GIVEN_MAX ((size_t)4 * 1024 * 1024)

struct tls_trust {
	X509_STORE *directory, *bundle, *given;
	bool bundle_read;
};

static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

static const char *readable_bundle(void)
{
	size_t i;

	for (i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++)
		if (!access(bundles[i], R_OK))
			return bundles[i];
	return NULL;
}

static X509_STORE *open_directory(const char *path)
{
	X509_STORE *store;
	X509_LOOKUP *look;
	DIR *there = opendir(path);

	if (!there)
		return NULL;
	(void)closedir(there);
	store = X509_STORE_new();
	look = store ? X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir()) : NULL;
	if (!look || !X509_LOOKUP_add_dir(look, path, X509_FILETYPE_PEM)) {
		X509_STORE_free(store);
		return NULL;
	}
	return store;
}

/* All of the user's file; a descriptor that was read before starts at its beginning again. */
static BIO *read_given(int fd)
{
	char buffer[4096];
	BIO *memory = BIO_new(BIO_s_mem());
	size_t total = 0;
	ssize_t got = 1;

	(void)lseek(fd, 0, SEEK_SET);
	while (memory && got != 0 && total <= GIVEN_MAX) {
		got = read(fd, buffer, sizeof(buffer));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (got > 0 && BIO_write(memory, buffer, (int)got) != got)) {
			BIO_free(memory);
			return NULL;
		}
		total += (size_t)got;
	}
	return memory;
}

/*
 * Adds all certificates; what else may stand in such a file is passed over. The library tells a
 * damaged one and want of memory apart by its error queue alone. -ENOMEM, -EBADMSG.
 */
static int add_given(X509_STORE *store, BIO *memory)
{
	STACK_OF(X509_INFO) *entries;
	int count = 0, i;

	ERR_clear_error();
	entries = PEM_X509_INFO_read_bio(memory, NULL, NULL, NULL);
	for (i = 0; i < sk_X509_INFO_num(entries); i++) {
		const X509_INFO *entry = sk_X509_INFO_value(entries, i);

		if (entry->x509 && X509_STORE_add_cert(store, entry->x509))
			count++;
	}
	sk_X509_INFO_pop_free(entries, X509_INFO_free);
	if (ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE)
		return -ENOMEM;
	return count ? 0 : -EBADMSG;
}

static int open_given(struct tls_trust *trust, int fd)
{
	BIO *memory = read_given(fd);
	int error = -ENOMEM;

	trust->given = X509_STORE_new();
	if (memory && trust->given)
		error = add_given(trust->given, memory);
	BIO_free(memory);
	return error;
}

int tls_trust_open(struct run *run, struct tls_trust **trust)
{
	const struct maybe *given = &run->request->cacert_fd;
	const char *directory = X509_get_default_cert_dir(), *path;
	int error;

	*trust = calloc(1, sizeof(**trust));
	if (!*trust)
		return -ENOMEM;
	(*trust)->directory = open_directory(directory);
	path = (*trust)->directory ? directory : readable_bundle();
	run->facts->trust = text_copy(path);
	error = path && !run->facts->trust ? -ENOMEM : 0;
	if (!error && given->known)
		error = open_given(*trust, (int)given->value);
	return error;
}

void tls_trust_close(struct tls_trust *trust)
{
	if (!trust)
		return;
	X509_STORE_free(trust->directory);
	X509_STORE_free(trust->bundle);
	X509_STORE_free(trust->given);
	free(trust);
}

X509_STORE *tls_store_directory(struct tls_trust *trust)
{
	return trust->directory;
}

X509_STORE *tls_store_bundle(struct tls_trust *trust)
{
	const char *path;

	if (trust->bundle_read)
		return trust->bundle;
	trust->bundle_read = true;
	path = readable_bundle();
	trust->bundle = path ? X509_STORE_new() : NULL;
	if (trust->bundle && !X509_STORE_load_file(trust->bundle, path)) {
		X509_STORE_free(trust->bundle);
		trust->bundle = NULL;
	}
	return trust->bundle;
}

X509_STORE *tls_store_given(struct tls_trust *trust)
{
	return trust->given;
}
