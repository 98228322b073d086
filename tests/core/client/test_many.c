/*
 * Many deliveries over one loop: none waits for another.
 */
#include "lab.h"

#include "client/deliver.h"

enum { MANY = 8 };

static void deliveries_share_a_loop(void **state)
{
	test_lab lab;
	smtps_options options = {0};
	smtps_error error = {0};
	smtps_server *server;
	smtps_pool pool = {0};
	smtps_loop loop;
	static smtps_delivery deliveries[MANY];
	test_mail mails[MANY];
	smtps_time began = smtps_now();
	unsigned left = MANY;

	(void)state;
	lab_start(&lab, OFFER(PIPELINING) DATA_MAIL "flush\nsleep 0.3\n" QUEUED QUIT);
	options_of(&options, &lab, WORDS(PLAIN));
	options_finish(&options);
	server = smtps_server_new(&options, &error);
	assert_non_null(server);
	smtps_loop_init(&loop, NULL);
	for (int i = 0; i < MANY; i++) {
		mail_init(&mails[i], SMTPS_STR(SMALL_MAIL), 1);
		assert_true(smtps_delivery_start(
			&deliveries[i], server, &pool, &loop, NULL, &mails[i].mail, &mails[i].result));
	}
	while (left) {
		left = 0;
		for (int i = 0; i < MANY; i++) {
			left += !smtps_delivery_step(&deliveries[i]);
		}
		if (left) {
			assert_int_equal(smtps_loop_turn(&loop), SMTPS_TURN_DONE);
		}
	}
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(deliveries[i].error.kind, SMTPS_OK);
		assert_int_equal(mails[i].result.fates[0], SMTPS_FATE_ACCEPTED);
		smtps_delivery_free(&deliveries[i]);
		mail_free(&mails[i]);
	}
	/* One after another they would take so long; under valgrind, with another test beside it, together they may, too. */
	assert_true(test_stride(2) > 1 || smtps_now() - began < MANY * SMTPS_MILLISECONDS(300));
	assert_int_equal(pool.count, MANY);
	smtps_pool_free(&pool);
	smtps_loop_free(&loop);
	smtps_server_release(server);
	smtps_options_free(&options);
	assert_scripts_ran(&lab, MANY);
	lab_stop(&lab);
}

/* The second rides behind the end of the first, and RSET keeps their fates apart. */
static void transactions_queue_on_a_connection(void **state)
{
	test_lab lab;
	smtps_options options = {0};
	smtps_error error = {0};
	smtps_server *server;
	smtps_pool pool = {0};
	smtps_loop loop;
	smtps_delivery delivery;
	test_mail mails[2];
	smtps_transaction transactions[2];

	(void)state;
	lab_start(&lab,
		OFFER(PIPELINING) DATA_MAIL "C: RSET\n" ENVELOPE "C: DATA\n" QUEUED "S: 250 reset\n" OKS
									"S: 354 go\nC*\n" QUEUED QUIT);
	options_of(&options, &lab, WORDS(PLAIN));
	options_finish(&options);
	server = smtps_server_new(&options, &error);
	smtps_loop_init(&loop, NULL);
	smtps_delivery_start(&delivery, server, &pool, &loop, NULL, NULL, NULL);
	while (!smtps_delivery_step(&delivery)) {
		smtps_loop_turn(&loop);
	}
	for (int i = 0; i < 2; i++) {
		mail_init(&mails[i], SMTPS_STR(SMALL_MAIL), 1);
		transactions[i] = (smtps_transaction){
			.sender = SMTPS_STR("a@example.test"),
			.recipients = mails[i].recipients,
			.recipient_count = 1,
			.message = &mails[i].source.source,
		};
		smtps_connection_submit(delivery.connection, &transactions[i]);
	}
	for (int i = 0; i < 2;) {
		smtps_transaction *done = smtps_connection_take(delivery.connection);

		if (!done) {
			assert_int_equal(delivery.connection->line, SMTPS_TALKING);
			smtps_loop_turn(&loop);
			continue;
		}
		assert_ptr_equal(done, &transactions[i]);
		assert_int_equal(done->state, SMTPS_TX_ACCEPTED);
		i++;
	}
	for (int i = 0; i < 2; i++) {
		smtps_transaction_reset(&transactions[i]);
		mail_free(&mails[i]);
	}
	smtps_delivery_free(&delivery);
	smtps_pool_free(&pool);
	smtps_loop_free(&loop);
	smtps_server_release(server);
	smtps_options_free(&options);
	assert_scripts_ran(&lab, 1);
	lab_stop(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deliveries_share_a_loop),
		cmocka_unit_test(transactions_queue_on_a_connection),
	};

	return cmocka_run_group_tests_name("client: many", tests, NULL, NULL);
}
