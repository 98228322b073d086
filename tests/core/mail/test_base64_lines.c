/*
 * Lines of base64 many at a time: OpenSSL's digits for random octets, and not an octet read or written outside (exact blocks, for ASan
 * and valgrind). The last line goes by the table, those before it by the vector unit where there is one.
 */
#include "mail/encoding.h"
#include "testing.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

enum { LINES = 40, ROUNDS = 20 };

static void lines_are_openssls_and_stay_in_their_block(void **state)
{
	(void)state;
	for (size_t count = 1; count <= LINES; count++) {
		char *in = malloc(count * SMTPS_BASE64_LINE_OCTETS), *out = malloc(count * SMTPS_BASE64_LINE);

		assert_non_null(in);
		assert_non_null(out);
		for (unsigned round = 0; round < ROUNDS; round += test_stride(10)) {
			RAND_bytes((unsigned char *)in, (int)(count * SMTPS_BASE64_LINE_OCTETS));
			smtps_base64_lines(out, in, count);
			for (size_t i = 0; i < count; i++) {
				unsigned char line[SMTPS_BASE64_LINE];

				EVP_EncodeBlock(
					line, (unsigned char *)in + i * SMTPS_BASE64_LINE_OCTETS, SMTPS_BASE64_LINE_OCTETS);
				memcpy(line + 76, "\r\n", 2);
				assert_memory_equal(out + i * SMTPS_BASE64_LINE, line, sizeof line);
			}
		}
		free(in);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lines_are_openssls_and_stay_in_their_block)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
