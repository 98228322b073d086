/*
 * Facts of the server's certificate, and the channel bindings made of it (RFC 5929, 9266); see tls.h.
 */
#include "tls_internal.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/text.h"

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

enum { NAME_OCTETS = 1024, ALT_NAMES = 128, ALT_NAME_OCTETS = 260 };

int64_t smtps_tls_seconds(const ASN1_TIME *moment)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;
	bool have = epoch && ASN1_TIME_diff(&days, &seconds, epoch, moment);

	ASN1_TIME_free(epoch);
	return have ? (int64_t)days * 86400 + seconds : 0;
}

void smtps_tls_name_text(smtps_buf *out, X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	/* UTF-8 stays; the controls that X.520 allows are escaped, what Unicode adds to them by the one-liner. */
	if (bio &&
		X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
		len = BIO_get_mem_data(bio, &text);
		if (len > 0) {
			smtps_text_one_line(out, (smtps_str){text, (size_t)len}, NAME_OCTETS);
		}
	}
	BIO_free(bio);
}

/* One name, without its kind; false for kinds that name no host. */
static bool add_alt_name(smtps_buf *out, const GENERAL_NAME *name)
{
	char text[64];
	const ASN1_STRING *value;
	int len;

	if (name->type == GEN_DNS) {
		value = name->d.dNSName;
		smtps_text_one_line(out,
			(smtps_str){(const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)},
			ALT_NAME_OCTETS);
		return true;
	}
	if (name->type == GEN_IPADD) {
		value = name->d.iPAddress;
		len = ASN1_STRING_length(value);
		if ((len == 4 || len == 16) &&
			inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(value), text, sizeof text)) {
			smtps_buf_add_text(out, text);
			return true;
		}
	}
	return false;
}

size_t smtps_tls_alt_names(smtps_buf *out, X509 *certificate, size_t limit, const char *separator)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int count = names ? sk_GENERAL_NAME_num(names) : 0;
	size_t found = 0;

	for (int i = 0; i < count; i++) {
		smtps_buf one = {0};

		if (add_alt_name(&one, sk_GENERAL_NAME_value(names, i))) {
			if (found < limit) {
				smtps_buf_add_text(out, found ? separator : "");
				smtps_buf_add_str(out, smtps_buf_str(&one));
			}
			found++;
		}
		smtps_buf_free(&one);
	}
	GENERAL_NAMES_free(names);
	return found;
}

static void hex_of(char out[65], const unsigned char digest[32])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[64] = '\0';
}

static bool digests(smtps_certificate *certificate, X509 *peer)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *der = NULL;
	int len;

	if (!X509_digest(peer, EVP_sha256(), digest, NULL)) {
		return false;
	}
	hex_of(certificate->fingerprint, digest);
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(peer), &der);
	if (len <= 0 || !EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha256(), NULL)) {
		OPENSSL_free(der);
		return false;
	}
	OPENSSL_free(der);
	hex_of(certificate->spki, digest);
	return true;
}

bool smtps_tls_certificate(const smtps_tls *tls, smtps_certificate *certificate)
{
	X509 *peer;
	bool done;

	*certificate = (smtps_certificate){0};
	ERR_clear_error();
	peer = SSL_get1_peer_certificate(tls->openssl);
	if (!peer) {
		return false;
	}
	smtps_tls_name_text(&certificate->subject, X509_get_subject_name(peer));
	smtps_tls_name_text(&certificate->issuer, X509_get_issuer_name(peer));
	smtps_tls_alt_names(&certificate->alt_names, peer, ALT_NAMES, "\n");
	certificate->not_before = smtps_tls_seconds(X509_get0_notBefore(peer));
	certificate->not_after = smtps_tls_seconds(X509_get0_notAfter(peer));
	done = digests(certificate, peer) && !certificate->subject.failed && !certificate->issuer.failed &&
		!certificate->alt_names.failed;
	X509_free(peer);
	ERR_clear_error();
	if (!done) {
		smtps_certificate_free(certificate);
	}
	return done;
}

void smtps_certificate_free(smtps_certificate *certificate)
{
	smtps_buf_free(&certificate->subject);
	smtps_buf_free(&certificate->issuer);
	smtps_buf_free(&certificate->alt_names);
	*certificate = (smtps_certificate){0};
}

/* --- channel bindings --- */

size_t smtps_tls_exporter(const smtps_tls *tls, unsigned char *out)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	bool have;

	if (!tls->established || SSL_version(tls->openssl) < TLS1_3_VERSION) {
		return 0;
	}
	ERR_clear_error();
	have = SSL_export_keying_material(tls->openssl, out, 32, label, sizeof label - 1, NULL, 0, 0) == 1;
	ERR_clear_error();
	return have ? 32 : 0;
}

/* RFC 5929 4.1: the digest of the certificate's signature, but SHA-256 for MD5 and SHA-1; none for Ed25519 and the like. */
static const EVP_MD *end_point_digest(X509 *peer)
{
	int digest = NID_undef;

	if (!X509_get_signature_info(peer, &digest, NULL, NULL, NULL) || digest == NID_undef) {
		return NULL;
	}
	if (digest == NID_md5 || digest == NID_sha1) {
		digest = NID_sha256;
	}
	return EVP_get_digestbynid(digest);
}

size_t smtps_tls_end_point(const smtps_tls *tls, unsigned char *out)
{
	X509 *peer;
	const EVP_MD *digest;
	unsigned len = 0;

	if (!tls->established) {
		return 0;
	}
	ERR_clear_error();
	peer = SSL_get1_peer_certificate(tls->openssl);
	digest = peer ? end_point_digest(peer) : NULL;
	if (digest && !X509_digest(peer, digest, out, &len)) {
		len = 0;
	}
	X509_free(peer);
	ERR_clear_error();
	return len;
}
