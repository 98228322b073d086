<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;

/** Whom a certificate must name, whatever DNS says, and what becomes of a connection that the network has forgotten. */
final class NamesTest extends Lab
{
	/** Sends one mail to a host over 587; what came of it and what the resolver was asked. */
	private function deliver(array $zone, string $host, string $certificate = 'server', array $network = []): array
	{
		$zone = var_export($zone, true);
		[$host, $certificate] = [var_export($host, true), var_export($certificate, true)];

		return $this->network(['--dns', '127.0.0.1', '--address', '10.9.0.1', '--address', '10.9.0.2', ...$network], <<<PHP
			\$dns = \$this->start(['/usr/bin/python3', self::root() . '/tests/lab/dns.py', '--listen', '127.0.0.1:53', ...$zone]);
			\$dns->waitFor('/^ready/');
			\$server = \$this->smtpd(['10.9.0.1:587=starttls', '10.9.0.2:587=starttls'], [], $certificate);
			\$error = \$sni = null;
			\$asked = 0;
			\$smtp = new SmtpSend(['host' => $host, 'port' => 587, 'ca_file' => self::authority(), 'username' => self::USER, 'password' => self::CANARY]);
			try {
				\$smtp->send(['from' => self::USER, 'to' => 'ann@example.net', 'text' => 'x']);
				\$smtp->send(['from' => self::USER, 'to' => 'ann@example.net', 'text' => 'x']);
				\$sni = \$server->mails()[0]['server_name'];
			} catch (SmtpSend\\Exception \$e) {
				\$error = get_class(\$e) . ': ' . \$e->getMessage();
			}
			for (;; \$asked++) {
				try {
					\$dns->waitFor('/^asked A /', 0.2);
				} catch (\\RuntimeException) {
					break;
				}
			}
			return [\$error, \$sni, \$asked];
			PHP);
	}

	public function testAHostIsAskedForOnceAndAnotherAddressIsTheSameServer(): void // case 10
	{
		self::assertSame([null, 'mail.example.test', 1], $this->deliver(['mail.example.test=10.9.0.1/10.9.0.2'], 'mail.example.test'));
	}

	public function testAnAliasIsNeverTakenForTheName(): void // case 11
	{
		[$error, $sni] = $this->deliver(['alias.example.org=mail.example.test', 'mail.example.test=10.9.0.1'], 'alias.example.org');
		self::assertStringStartsWith('SmtpSend\TlsException: ', (string) $error);
		self::assertStringContainsString('not for alias.example.org', $error);
		self::assertNull($sni);
	}

	public function testAnAliasIsNamedAndChecked(): void // case 11
	{
		self::assertSame([null, 'alias.example.test'], array_slice($this->deliver(['alias.example.test=elsewhere.example.org', 'elsewhere.example.org=10.9.0.1'],
			'alias.example.test', 'wildcard'), 0, 2));
	}

	public function testAnInternationalHostIsNamedAndCheckedByItsALabel(): void // case 48
	{
		self::assertSame([null, 'xn--mller-kva.example.test'], array_slice($this->deliver(['xn--mller-kva.example.test=10.9.0.1'], 'müller.example.test', 'idn'), 0, 2));
	}

	/** A NAT that has forgotten an idle connection drops what we send: a new one is opened long before the reply's deadline. */
	public function testAForgottenConnectionCostsSecondsAndNoMail(): void // case 26
	{
		[$reused, $seconds, $mails] = $this->network(['--host', self::HOST . '=10.9.0.1', '--drop', '9'], <<<'PHP'
			$server = $this->smtpd(['10.9.0.1:587=starttls']);
			$smtp = new SmtpSend(['host' => self::HOST, 'port' => 587, 'ca_file' => self::authority(), 'username' => self::USER, 'password' => self::CANARY, 'timeout' => 3]);
			$mail = ['from' => self::USER, 'to' => 'ann@example.net', 'text' => 'x'];
			$smtp->send($mail);
			preg_match('/^ *\d+: \w+:(\w+) \w+:024B 01/m', file_get_contents('/proc/net/tcp'), $match);
			$port = hexdec($match[1]);
			[$status, , $errors] = $this->start(['nft', 'add', 'rule', 'inet', 'lab', 'input', 'tcp', 'sport', (string) $port, 'drop'])->finish(10.0);
			if ($status !== 0) {
				throw new \RuntimeException($errors);
			}
			usleep(1_200_000);
			$start = hrtime(true);
			$result = $smtp->send($mail);
			return [$result->reused, (hrtime(true) - $start) / 1e9, count($server->mails())];
			PHP);
		self::assertSame([false, 2], [$reused, $mails]);
		self::assertGreaterThan(1.0, $seconds);
		self::assertLessThan(2.9, $seconds);
	}
}
