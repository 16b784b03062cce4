#include "cli/tls_words.h"

#include <string.h>

#include "base/compiler.h"

/* RFC 8460 section 4.3, in its order. */
static const struct {
	const char *type, *words;
} rows[] = {
	{ "starttls-not-supported",
	    "the MX did not offer STARTTLS: turn TLS on there, and let nothing "
	    "between strip it" },
	{ "certificate-host-mismatch",
	    "the certificate is for other names than the MX has: get one with "
	    "the name of the MX record" },
	{ "certificate-expired",
	    "the certificate had expired: renew it, and reload the mail server "
	    "after each renewal" },
	{ "certificate-not-trusted",
	    "the chain does not lead to a known root: send the intermediate "
	    "certificates too" },
	{ "validation-failure",
	    "some other failure of TLS: 'reports export --tls' has the reason "
	    "when the sender gives one" },
	{ "tlsa-invalid",
	    "the TLSA record does not fit the certificate: publish the new one "
	    "before you change the key" },
	{ "dnssec-invalid",
	    "the DNSSEC chain of the MX is broken: check signatures and DS" },
	{ "dane-required",
	    "the sender insists on DANE, and there is no usable TLSA record: "
	    "publish one, or ask the sender not to" },
	{ "sts-policy-fetch-error",
	    "the policy could not be fetched: is https://mta-sts.DOMAIN/"
	    ".well-known/mta-sts.txt there?" },
	{ "sts-policy-invalid",
	    "the policy was fetched and cannot be read: check its fields" },
	{ "sts-webpki-invalid",
	    "the web server of the policy has a bad certificate: renew that of "
	    "mta-sts.DOMAIN" },
};

const char *
tls_explain(const char *result_type)
{
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].type, result_type) == 0)
			return rows[i].words;
	return "";
}
