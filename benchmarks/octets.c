/*
 * octets: how fast the two loops over every octet of an attachment are, base64 and dot-stuffing, beside memcpy and OpenSSL's base64.
 *
 * Prints a line each: what, octets of input a cycle of the time stamp counter (which ticks at the processor's nominal clock), MB/s.
 * 48 KiB at a time, which is what a connection holds at once, so that the caches are as they are when mail is sent.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include <openssl/evp.h>

#include "base/bytes.h"
#include "mail/encoding.h"
#include "smtp/transparency.h"

enum {
	LINES = 864,
	IN = LINES * SMTPS_BASE64_LINE_OCTETS,
	OUT = LINES * SMTPS_BASE64_LINE,
	TURNS = 2000,
	ROUNDS = 7
};

static char in[IN], lines[OUT], copied[OUT];
static smtps_buf stuffed;

static uint64_t ticks(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#else
	return 0;
#endif
}

static void run_base64(void)
{
	smtps_base64_lines(lines, in, LINES);
}

static void run_openssl_lines(void)
{
	for (size_t i = 0; i < LINES; i++) {
		EVP_EncodeBlock((unsigned char *)copied + i * SMTPS_BASE64_LINE,
			(const unsigned char *)in + i * SMTPS_BASE64_LINE_OCTETS, SMTPS_BASE64_LINE_OCTETS);
		memcpy(copied + i * SMTPS_BASE64_LINE + 76, "\r\n", 2);
	}
}

static void run_transparency(void)
{
	smtps_transparency state = {0};

	smtps_buf_clear(&stuffed);
	smtps_transparency_add(&state, &stuffed, (smtps_str){lines, OUT});
}

static void run_memcpy(void)
{
	memcpy(copied, lines, OUT);
}

static void measure(const char *name, void (*work)(void), size_t octets)
{
	double best_rate = 0, best_ticks = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct timespec from, to;
		uint64_t start = ticks(), end;
		double seconds, done = (double)octets * TURNS;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (int i = 0; i < TURNS; i++) {
			work();
			__asm__ volatile("" ::: "memory");
		}
		end = ticks();
		clock_gettime(CLOCK_MONOTONIC, &to);
		seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
		best_rate = done / seconds / 1e6 > best_rate ? done / seconds / 1e6 : best_rate;
		best_ticks = end > start && done / (double)(end - start) > best_ticks ? done / (double)(end - start)
																			  : best_ticks;
	}
	printf("%s|%.2f|%.0f\n", name, best_ticks, best_rate);
}

int main(void)
{
	for (size_t i = 0; i < IN; i++) {
		in[i] = (char)(rand() >> 7);
	}
	measure("base64 in lines, ours", run_base64, IN);
	measure("base64 in lines, OpenSSL's EVP_EncodeBlock", run_openssl_lines, IN);
	measure("dot-stuffing, checks of CR and LF and copy", run_transparency, OUT);
	measure("memcpy", run_memcpy, OUT);
	smtps_buf_free(&stuffed);
	return 0;
}
