<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;

/** One mail, end to end, against the lab's own correct server. */
final class SendTest extends Lab
{
	private function smtp(int $port, array $more = []): SmtpSend
	{
		return new SmtpSend($more + ['host' => '127.0.0.1', 'port' => $port, 'peer_name' => self::HOST, 'ca_file' => self::authority(),
			'username' => self::USER, 'password' => self::CANARY]);
	}

	private static function mail(array $more = []): array
	{
		return $more + ['from' => 'Shop <shop@example.test>', 'to' => ['ann@example.net'], 'subject' => 'Order 42', 'text' => "It is on its way.\n.dot\n"];
	}

	public function modes(): array
	{
		return ['starttls' => ['starttls'], 'implicit' => ['implicit']];
	}

	/** @dataProvider modes */
	public function testDeliversAndSaysWhatHappened(string $mode): void
	{
		$server = $this->smtpd($mode);
		$result = $this->smtp($server->port, ['encryption' => $mode])->send(self::mail());

		[$mail] = $server->mails();
		self::assertSame([], $mail['faults']);
		self::assertSame(['shop@example.test', ['ann@example.net'], self::USER, 'PLAIN'], [$mail['sender'], $mail['recipients'], $mail['user'], $mail['mechanism']]);
		self::assertStringContainsString("\r\n\r\nIt is on its way.\r\n.dot\r\n", $mail['message']);
		self::assertSame(['ann@example.net'], $result->accepted);
		self::assertSame([[], []], [$result->rejected, $result->unknown]);
		self::assertSame(250, $result->reply->code);
		self::assertNotSame('', (string) $result->queueId);
		self::assertStringContainsString((string) $result->messageId, $mail['message']);
		self::assertFalse($result->reused);
		self::assertSame($server->port, $result->connection->port);
		self::assertSame('127.0.0.1', $result->connection->address);
		self::assertStringStartsWith('TLSv1.', $result->connection->tlsVersion);
		self::assertContains('PIPELINING', $result->connection->capabilities);
		self::assertGreaterThan(time(), $result->connection->certificate->notAfter instanceof DateTimeInterface ? $result->connection->certificate->notAfter->getTimestamp() : $result->connection->certificate->notAfter);
	}

	public function testKeepsTheConnectionInItsObject(): void
	{
		$server = $this->smtpd('starttls');
		$smtp = $this->smtp($server->port);
		foreach ([1, 2, 3] as $n) {
			self::assertSame($n > 1, $smtp->send(self::mail())->reused);
		}
		self::assertTrue($smtp->isConnected());
		$smtp->close();
		self::assertFalse($smtp->isConnected());
		self::assertFalse($smtp->send(self::mail())->reused);
		self::assertSame([1, 1, 1, 2], array_column($server->mails(), 'connection'));
	}

	public function testAMailWaitsForFewReplies(): void
	{
		$server = $this->smtpd('starttls');
		$smtp = $this->smtp($server->port);
		$to = array_map(static fn ($n) => "rcpt$n@example.net", range(1, 50));
		for ($n = 0; $n < 4; $n++) {
			$smtp->send(self::mail(['to' => $to]));
		}
		$turnarounds = array_column($server->mails(), 'turnarounds');
		self::assertCount(4, $turnarounds);
		// The last mails ride whole in one flight: the server has taken a BDAT by then.
		self::assertSame(1, $turnarounds[3] - $turnarounds[2]);
		self::assertSame($to, $server->mails()[3]['recipients']);
	}

	public function testFindsThePortThatWorks(): void
	{
		$server = $this->smtpd('starttls');
		$closed = stream_socket_server('tcp://127.0.0.1:0');
		$port = (int) substr(strrchr(stream_socket_get_name($closed, false), ':'), 1);
		fclose($closed);
		$result = $this->smtp($server->port, ['port' => [$port, $server->port], 'encryption' => 'starttls'])->send(self::mail());
		self::assertSame($server->port, $result->connection->port);
		self::assertSame([$port, 'connect'], [$result->attempts[0]->port, $result->attempts[0]->stage]);
	}

	public function testAWrongPasswordIsOneAttemptWithItsReason(): void
	{
		$server = $this->smtpd(['starttls', 'starttls']);
		try {
			$this->smtp($server->port, ['port' => $server->ports, 'encryption' => 'starttls', 'password' => 'wrong-' . self::CANARY])->send(self::mail());
			self::fail('no exception');
		} catch (SmtpSend\AuthenticationException $e) {
			self::assertSame([535, 'auth', 'not sent', false], [$e->getCode(), $e->stage, $e->outcome, $e->isTransient()]);
			self::assertNotSame('', $e->hint);
			self::assertStringNotContainsString(self::CANARY, $e . var_export($e->transcript, true) . serialize($e->attempts));
			self::assertStringNotContainsString("\n", $e->getMessage());
		}
		self::assertSame([], $server->mails());
	}

	public function strangers(): array
	{
		return ['a stranger\'s authority' => ['stranger'], 'expired' => ['expired'], 'self-signed' => ['self-signed'], 'another name' => ['wrong-name']];
	}

	/** @dataProvider strangers */
	public function testNoCredentialMeetsAWrongCertificate(string $certificate): void // cases 40, 41
	{
		foreach (['starttls', 'implicit'] as $mode) {
			$server = $this->scripted(self::prologue($mode, 'PIPELINING', true, $certificate));
			try {
				$this->smtp($server->port, ['encryption' => $mode])->send(self::mail());
				self::fail('no exception');
			} catch (SmtpSend\TlsException $e) {
				self::assertSame(['tls', 'not sent', 0], [$e->stage, $e->outcome, $e->getCode()]);
			}
			self::assertStringNotContainsString('AUTH', $server->heard());
			self::assertStringNotContainsString('MAIL', $server->heard());
		}
	}

	public function testNoStartTlsNoMail(): void // case 30
	{
		$server = $this->scripted("S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 AUTH PLAIN\neof");
		try {
			$this->smtp($server->port, ['encryption' => 'starttls'])->send(self::mail());
			self::fail('no exception');
		} catch (SmtpSend\TlsException $e) {
			self::assertSame('starttls', $e->stage);
		}
		self::assertDoesNotMatchRegularExpression('/AUTH|MAIL|' . preg_quote(base64_encode(self::CANARY), '/') . '/', $server->heard());
	}

	public function injections(): array
	{
		return ['a whole reply' => ['S- "220 go\r\n250-x\r\n250 AUTH PLAIN\r\n"'], 'a fragment' => ['S- "220 go\r\n2"'], 'a second 220' => ['S- "220 go\r\n220 go\r\n"']];
	}

	/** @dataProvider injections */
	public function testBytesBehindThe220EndTheCall(string $line): void // cases 33, 34
	{
		$server = $this->scripted("S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\n$line\nstarttls server\n" . "C: EHLO\nS: 250 AUTH PLAIN\n");
		try {
			$this->smtp($server->port, ['encryption' => 'starttls'])->send(self::mail());
			self::fail('no exception');
		} catch (SmtpSend\TlsException $e) {
			self::assertStringContainsString('tampering', $e->getMessage());
			self::assertSame(1, $server->connections());
			self::assertStringNotContainsString('AUTH', $server->heard());
		}
	}

	public function testSomeRefusedIsAResultAllRefusedAnException(): void // case 88
	{
		$server = $this->smtpd('starttls', ['--refuse', 'RCPT:nobody=550 5.1.1 no such user']);
		$smtp = $this->smtp($server->port);
		$result = $smtp->send(self::mail(['to' => ['ann@example.net', 'nobody@example.net']]));
		self::assertSame([['ann@example.net'], 550], [$result->accepted, $result->rejected['nobody@example.net']->code]);
		self::assertSame('5.1.1', $result->rejected['nobody@example.net']->enhancedCode);
		try {
			$smtp->send(self::mail(['to' => ['nobody@example.net']]));
			self::fail('no exception');
		} catch (SmtpSend\RecipientException $e) {
			self::assertSame([550, 'rcpt', ['nobody@example.net']], [$e->getCode(), $e->stage, array_keys($e->rejected)]);
		}
		try {
			$this->smtp($server->port, ['require_all_recipients' => true])->send(self::mail(['to' => ['ann@example.net', 'nobody@example.net']]));
			self::fail('no exception');
		} catch (SmtpSend\RecipientException $e) {
			self::assertSame('not sent', $e->outcome);
		}
		self::assertCount(1, $server->mails());
		self::assertTrue($smtp->send(self::mail())->reused, 'the connection is kept');
	}

	public function testTooManyRecipientsAreSplit(): void // case 89
	{
		$server = $this->smtpd('starttls', ['--max-recipients', '3']);
		$to = array_map(static fn ($n) => "rcpt$n@example.net", range(1, 8));
		$result = $this->smtp($server->port)->send(self::mail(['to' => $to]));
		self::assertSame($to, $result->accepted);
		$mails = $server->mails();
		self::assertSame($to, array_merge(...array_column($mails, 'recipients')));
		self::assertCount(1, array_unique(array_column($mails, 'message')), 'the same message, Message-ID and all');
		self::assertCount(count($mails), $result->queueIds);
	}

	public function testACutBeforeTheEndIsNotSentACutAfterItIsUnknown(): void // cases 92, 93
	{
		$before = $this->scripted(self::prologue('starttls', '', true) . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nclose");
		try {
			$this->smtp($before->port, ['encryption' => 'starttls'])->send(self::mail());
			self::fail('no exception');
		} catch (SmtpSend\ConnectionException $e) {
			self::assertSame(['not sent', true], [$e->outcome, $e->isRetryable()]);
		}
		$after = $this->scripted(self::prologue('starttls', '', true) . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\nclose");
		try {
			$this->smtp($after->port, ['encryption' => 'starttls'])->send(self::mail());
			self::fail('no exception');
		} catch (SmtpSend\UnknownOutcomeException $e) {
			self::assertSame(['unknown', false], [$e->outcome, $e->isRetryable()]);
		}
		self::assertSame([1, 1], [$before->connections(), $after->connections()], 'neither is sent again');
	}

	public function testADeadKeptConnectionCostsOneReconnect(): void // cases 220, 221
	{
		$one = "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\nS: 250 queued as ONE\n";
		$server = $this->scripted('connection 1:' . "\n" . self::prologue('starttls', '', true) . $one . "close\nconnection 2:\n" . self::prologue('starttls', '', true) . $one . 'hold');
		$smtp = $this->smtp($server->port, ['encryption' => 'starttls']);
		$smtp->send(self::mail());
		$server->closed(1);
		$result = $smtp->send(self::mail());
		self::assertSame(['ONE', false, 2], [$result->queueId, $result->reused, $server->connections()]);
	}

	public function testSendRawChangesLineEndsAndBccAndNothingElse(): void // cases 129, 143
	{
		$server = $this->smtpd('starttls');
		$smtp = $this->smtp($server->port);
		$raw = "From: a@example.test\nBcc: secret@example.net,\n other@example.net\nX-Odd:  kept  as it is \nSubject: s\n\n.one\rtwo\r\nend";
		$expected = "From: a@example.test\r\nX-Odd:  kept  as it is \r\nSubject: s\r\n\r\n.one\r\ntwo\r\nend\r\n";
		$stream = fopen('php://temp', 'w+');
		fwrite($stream, $raw);
		rewind($stream);
		$generator = (static function () use ($raw) {
			yield from str_split($raw, 3);
		})();
		foreach ([$raw, $stream, $generator] as $message) {
			$smtp->sendRaw('bounce@example.test', ['ann@example.net'], $message);
		}
		self::assertSame([$expected, $expected, $expected], array_column($server->mails(), 'message'));
		self::assertSame(['bounce@example.test'], array_unique(array_column($server->mails(), 'sender')));
	}

	public function testAGeneratorsExceptionReachesTheCallerAndNothingWasBegun(): void // cases 150, 178
	{
		$server = $this->smtpd('starttls');
		$smtp = $this->smtp($server->port);
		try {
			$smtp->sendRaw('a@example.test', 'b@example.net', (static function () {
				yield "Subject: x\r\n\r\n";
				throw new DomainException('mine');
			})());
			self::fail('no exception');
		} catch (DomainException $e) {
			self::assertSame('mine', $e->getMessage());
		}
		self::assertSame([], $server->mails());
		$smtp->send(self::mail());
		self::assertCount(1, $server->mails());
	}

	public function testConnectSaysWhatIsThere(): void
	{
		$server = $this->smtpd('implicit');
		$smtp = $this->smtp($server->port, ['encryption' => 'implicit']);
		$connection = $smtp->connect();
		self::assertSame(['implicit', $server->port], [$connection->encryption, $connection->port]);
		self::assertContains('PLAIN', $connection->authMechanisms);
		self::assertTrue($smtp->isConnected());
		self::assertTrue($smtp->send(self::mail())->reused);
	}

	public function testTheTranscriptHoldsNoSecret(): void // case 172
	{
		$server = $this->smtpd('starttls');
		$smtp = $this->smtp($server->port);
		$smtp->send(self::mail());
		$text = print_r($smtp->getTranscript(), true) . print_r($smtp->getOptions(), true) . print_r($smtp, true);
		self::assertStringContainsString('MAIL FROM', $text);
		foreach ([self::CANARY, base64_encode(self::CANARY), base64_encode("\0" . self::USER . "\0" . self::CANARY)] as $secret) {
			self::assertStringNotContainsString($secret, $text);
		}
	}

	public function mechanisms(): array
	{
		return [['PLAIN'], ['LOGIN'], ['CRAM-MD5'], ['SCRAM-SHA-1'], ['SCRAM-SHA-256']];
	}

	/** @dataProvider mechanisms */
	public function testLogsInByEachMechanism(string $mechanism): void
	{
		$server = $this->smtpd('starttls', ['--mechanisms', $mechanism]);
		$this->smtp($server->port)->send(self::mail());
		self::assertSame($mechanism, $server->mails()[0]['mechanism']);
	}

	public function testATokenIsRefreshedOnce(): void // case 118
	{
		$server = $this->smtpd('starttls', ['--token', self::USER . ':fresh', '--mechanisms', 'XOAUTH2 OAUTHBEARER']);
		$asked = [];
		$smtp = new SmtpSend(['host' => '127.0.0.1', 'port' => $server->port, 'peer_name' => self::HOST, 'ca_file' => self::authority(), 'username' => self::USER,
			'oauth_token' => static function () use (&$asked) {
				$asked[] = func_get_args();
				return count($asked) === 1 ? 'stale' : 'fresh';
			}]);
		$smtp->send(self::mail());
		self::assertCount(2, $asked);
		self::assertSame('OAUTHBEARER', $server->mails()[0]['mechanism']);
	}

	/** @dataProvider segments */
	public function testSegmentsDoNotMatter(string $segment): void // case 79
	{
		$server = $this->scripted(self::prologue('starttls', 'PIPELINING', true) . "C: MAIL\nC: RCPT\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nC*\nS- \"250-2.0.0 two\\r\\n250 2.0.0 queued as SEG\\r\\n\"\nC? QUIT", $segment);
		self::assertSame('SEG', $this->smtp($server->port, ['encryption' => 'starttls'])->send(self::mail())->queueId);
	}

	public function segments(): array
	{
		return [['1'], ['random:1'], ['random:2']];
	}
}
