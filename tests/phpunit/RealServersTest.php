<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\RealServer;

/** Postfix with Dovecot's SASL, Exim, OpenSMTPD and Dovecot's submission service take our mail as they come from Debian. */
final class RealServersTest extends Lab
{
	public function servers(): array
	{
		return [['postfix'], ['exim'], ['opensmtpd'], ['dovecot-submission']];
	}

	private function smtp(RealServer $server, string $service, array $more = []): SmtpSend
	{
		$encryption = ['plain' => 'plaintext', 'submissions' => 'implicit'][$service] ?? 'starttls';
		$login = $service === 'plain' ? [] : ['username' => $server->facts['user'], 'password' => $server->facts['password'], 'peer_name' => self::HOST,
			'ca_file' => $server->facts['ca']];

		return new SmtpSend($more + ['host' => '127.0.0.1', 'port' => $server->ports[$service], 'encryption' => $encryption] + $login);
	}

	/** Where it takes mail: Debian's OpenSMTPD is not always able to speak TLS. */
	private static function services(RealServer $server): array
	{
		return ($server->facts['tls'] ?? 'yes') === 'no' ? ['plain'] : ['submission', 'submissions'];
	}

	private static function mail(string $text = 'x'): array
	{
		return ['from' => 'shop@example.test', 'to' => 'ann@example.test', 'subject' => 'Order', 'text' => $text];
	}

	/** @dataProvider servers */
	public function testDeliversOverEachOfItsPorts(string $name): void
	{
		$server = $this->real($name);
		$sent = 0;
		foreach (self::services($server) as $service) {
			$smtp = $this->smtp($server, $service);
			for ($n = 1; $n <= 3; $n++) {
				$id = bin2hex(random_bytes(8));
				$result = $smtp->send(self::mail("$id\n.dots\n..more\n" . str_repeat("line $n\n", 500)));
				self::assertSame([['ann@example.test'], $n > 1], [$result->accepted, $result->reused], "$service $n");
				self::assertNotSame('', (string) $result->queueId);
				$mails = array_filter($server->mails(++$sent), static fn ($mail) => str_contains($mail, $id));
				self::assertCount(1, $mails);
				self::assertStringContainsString("\n.dots\n..more\nline $n\n", str_replace("\r\n", "\n", current($mails)));
			}
		}
	}

	/** @dataProvider servers */
	public function testARefusedRecipientIsToldApart(string $name): void
	{
		$server = $this->real($name);
		$smtp = $this->smtp($server, self::services($server)[0]);
		$result = $smtp->send(['to' => ['ann@example.net', 'nobody@example.net']] + self::mail());
		self::assertSame([['ann@example.net'], ['nobody@example.net']], [$result->accepted, array_keys($result->rejected)]);
		try {
			$smtp->send(['to' => ['nobody@example.net']] + self::mail());
			self::fail('no exception');
		} catch (SmtpSend\RecipientException $e) {
			self::assertSame(['not sent', 'rcpt'], [$e->outcome, $e->stage]);
		}
		self::assertTrue($smtp->send(self::mail())->reused, 'a refusal costs no connection');
	}

	/** @dataProvider servers */
	public function testAWrongPasswordIsSaidAsTheServerSaidIt(string $name): void
	{
		$server = $this->real($name);
		if (self::services($server) === ['plain']) {
			self::markTestSkipped('this OpenSMTPD has no TLS, and without it no login');
		}
		try {
			$this->smtp($server, 'submission', ['password' => 'wrong'])->connect();
			self::fail('no exception');
		} catch (SmtpSend\AuthenticationException $e) {
			self::assertSame([535, 'auth', false], [$e->getCode(), $e->stage, $e->isTransient()]);
			self::assertNotSame('', $e->hint);
		}
	}

	/** EXTERNAL: the certificate says who we are, and a stranger's says nothing. */
	public function testAClientCertificateLogsIn(): void
	{
		$server = $this->real('dovecot-submission');
		$certificate = static fn (string $name) => ['auth' => 'EXTERNAL', 'username' => '', 'password' => '', 'client_cert' => self::certificates() . "/$name.pem",
			'client_key' => self::certificates() . "/$name.key"];
		foreach (self::services($server) as $service) {
			$result = $this->smtp($server, $service, $certificate('client'))->send(self::mail());
			self::assertSame([['ann@example.test'], 'EXTERNAL'], [$result->accepted, $result->connection->authMechanism], $service);
		}
		try {
			$this->smtp($server, 'submission', $certificate('client-stranger'))->connect();
			self::fail('no exception');
		} catch (SmtpSend\AuthenticationException $e) {
			self::assertSame([535, 'auth'], [$e->getCode(), $e->stage]);
		}
	}

	/**
	 * SCRAM with channel binding has no judge among Debian's servers: Dovecot 2.3 knows no binding, Exim is built with Cyrus SASL and
	 * gives it none, OpenSMTPD has no SCRAM. It is held by the RFCs' vectors (tests/core/smtp) and OpenSSL's own values (tests/core/net).
	 */
	public function mechanisms(): array
	{
		return [['PLAIN'], ['LOGIN'], ['CRAM-MD5'], ['SCRAM-SHA-1'], ['SCRAM-SHA-256'], ['XOAUTH2'], ['OAUTHBEARER']];
	}

	/** @dataProvider mechanisms */
	public function testEachMechanismOfDovecotsSasl(string $mechanism): void
	{
		$server = $this->real('postfix');
		$secret = str_contains($mechanism, 'OA') ? ['oauth_token' => $server->facts['token'], 'password' => ''] : [];
		$result = $this->smtp($server, 'submission', $secret + ['auth' => $mechanism])->send(self::mail());
		self::assertSame([['ann@example.test'], $mechanism], [$result->accepted, $result->connection->authMechanism]);
	}
}
