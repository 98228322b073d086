<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;

/** Postfix with Dovecot's SASL, Exim, OpenSMTPD and Dovecot's submission service take our mail as they come from Debian. */
final class RealServersTest extends Lab
{
	public function servers(): array
	{
		return [['postfix'], ['exim'], ['opensmtpd'], ['dovecot']];
	}

	private function smtp(object $server, int $port, array $more = []): SmtpSend
	{
		return new SmtpSend($more + ['host' => '127.0.0.1', 'port' => $port, 'peer_name' => self::HOST, 'ca_file' => $server->ca,
			'username' => $server->user, 'password' => $server->password]);
	}

	/** @dataProvider servers */
	public function testDeliversThroughStartTlsAndImplicit(string $name): void
	{
		$server = $this->real($name);
		foreach (['submission' => 'starttls', 'submissions' => 'implicit'] as $service => $encryption) {
			if (!isset($server->ports[$service])) {
				continue;
			}
			$smtp = $this->smtp($server, $server->ports[$service], ['encryption' => $encryption]);
			for ($n = 1; $n <= 3; $n++) {
				$id = bin2hex(random_bytes(8));
				$result = $smtp->send(['from' => 'shop@example.test', 'to' => 'ann@example.test', 'subject' => "Order $id", 'text' => ".dots\n..more\n" . str_repeat("line $n\n", 500)]);
				self::assertSame([['ann@example.test'], $n > 1], [$result->accepted, $result->reused]);
				self::assertNotSame('', (string) $result->queueId);
				$mail = $server->mail($id);
				self::assertStringContainsString("\n.dots\n..more\nline $n\n", str_replace("\r\n", "\n", $mail));
			}
		}
	}

	/** @dataProvider servers */
	public function testAWrongPasswordIsSaidAsTheServerSaidIt(string $name): void
	{
		$server = $this->real($name);
		$this->expectException(SmtpSend\AuthenticationException::class);
		$this->smtp($server, $server->ports['submission'], ['encryption' => 'starttls', 'password' => 'wrong'])->connect();
	}

	public function mechanisms(): array
	{
		return [['PLAIN'], ['LOGIN'], ['CRAM-MD5'], ['SCRAM-SHA-1'], ['SCRAM-SHA-256']];
	}

	/** @dataProvider mechanisms */
	public function testEachMechanismOfDovecotsSasl(string $mechanism): void
	{
		$server = $this->real('postfix');
		$smtp = $this->smtp($server, $server->ports['submission'], ['encryption' => 'starttls', 'auth' => $mechanism]);
		self::assertSame(['ann@example.test'], $smtp->send(['from' => 'shop@example.test', 'to' => 'ann@example.test', 'subject' => 'x', 'text' => 'x'])->accepted);
	}
}
