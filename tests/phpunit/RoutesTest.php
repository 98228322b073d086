<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;

/** No port is named: the mail goes out over the first one that works, however the others are broken, and soon. */
final class RoutesTest extends Lab
{
	private const FOUR = self::HOST . '=10.9.0.1';
	private const BOTH = self::HOST . '=10.9.0.1,fd09::1';

	/**
	 * Sends one mail from a namespace, with default options but for the account; what came of it.
	 *
	 * @param list<string> $network netns.sh's arguments
	 * @param array<int, string> $servers port => starttls, implicit, or a script
	 * @return array{port: ?int, seconds: float, error: ?string, attempts: list<array<string, mixed>>, heard: string, mails: int}
	 */
	private function deliver(array $network, array $servers, bool $both = false): array
	{
		$servers = var_export($servers, true);
		$both = var_export($both, true);

		return $this->network(['--host', $both === 'true' ? self::BOTH : self::FOUR, ...$network], <<<PHP
			\$good = \$scripts = [];
			foreach ($servers as \$port => \$what) {
				// What is intercepted arrives on loopback.
				foreach (\$port === 2600 ? ['127.0.0.1'] : ($both ? ['10.9.0.1', '[fd09::1]'] : ['10.9.0.1']) as \$address) {
					if (in_array(\$what, ['starttls', 'implicit'], true)) {
						\$good[] = "\$address:\$port=\$what";
					} else {
						\$scripts["\$address:\$port"] = \$what;
					}
				}
			}
			\$smtpd = \$good === [] ? null : \$this->smtpd(\$good);
			\$scripted = \$scripts === [] ? null : \$this->scripted(\$scripts);
			\$smtp = new SmtpSend(['host' => self::HOST, 'ca_file' => self::authority(), 'username' => self::USER, 'password' => self::CANARY]);
			\$error = \$result = null;
			\$start = hrtime(true);
			try {
				\$result = \$smtp->send(['from' => self::USER, 'to' => ['ann@example.net'], 'subject' => 'x', 'text' => 'x']);
			} catch (SmtpSend\\Exception \$e) {
				\$error = get_class(\$e) . ': ' . \$e->getMessage();
			}
			\$seconds = (hrtime(true) - \$start) / 1e9;
			return ['port' => \$result?->connection->port, 'seconds' => \$seconds, 'error' => \$error,
				'attempts' => array_map(static fn (\$a) => \$a->jsonSerialize(), (\$result ?? \$e)->attempts),
				'heard' => (string) \$scripted?->heard(), 'mails' => \$smtpd === null ? 0 : count(\$smtpd->mails())];
			PHP);
	}

	private function assertDelivered(array $seen, int $port, float $within): void
	{
		self::assertSame([null, $port, 1], [$seen['error'], $seen['port'], $seen['mails']], json_encode($seen));
		self::assertLessThan($within, $seen['seconds'], json_encode($seen));
		self::assertStringNotContainsString('AUTH', $seen['heard']);
		self::assertStringNotContainsString('MAIL', $seen['heard']);
	}

	public function families(): array
	{
		return ['one address family' => [false], 'two address families' => [true]];
	}

	/** @dataProvider families */
	public function testABlackHoleAt587CostsLessThan600Milliseconds(bool $both): void // case 13
	{
		$seen = $this->deliver(['--drop', '587'], [587 => 'starttls', 465 => 'implicit', 2525 => 'starttls'], $both);
		$this->assertDelivered($seen, 465, 0.6 + ($both ? 0.25 : 0.0));
	}

	/** @dataProvider families */
	public function testBlackHolesAt587And465CostLessThan1200Milliseconds(bool $both): void // case 13
	{
		$seen = $this->deliver(['--drop', '587', '--drop', '465'], [587 => 'starttls', 465 => 'implicit', 2525 => 'starttls'], $both);
		$this->assertDelivered($seen, 2525, 1.2 + ($both ? 0.25 : 0.0));
	}

	public function testIpv6BlackHoleGoesOnWithIpv4(): void // case 6
	{
		$seen = $this->deliver(['--drop', '587@fd09::1'], [587 => 'starttls', 465 => 'implicit'], true);
		$this->assertDelivered($seen, 587, 0.6);
	}

	public function refusals(): array
	{
		return [
			'refused' => [['--reject', '587'], null, 'connect'], // case 12
			'administratively prohibited' => [['--unreachable', '587'], null, 'connect'], // case 14
			'a web server' => [[], "S- \"HTTP/1.1 400 Bad Request\\r\\nConnection: close\\r\\n\\r\\n\"\nclose", 'greeting'], // case 23
			'no STARTTLS' => [[], "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 AUTH PLAIN LOGIN\nC? QUIT", 'starttls'], // case 30
			'STARTTLS refused' => [[], "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 not now\nC? QUIT", 'starttls'], // case 32
			'a stranger\'s certificate' => [[], "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nstarttls stranger\nhold", 'tls'], // case 40
			'intercepted' => [['--redirect', '587:2600'], "S: 220 *****\nC: EHLO\nS: 502 unimplemented\nC? HELO\nS: 250 lab\nhold", 'starttls'], // cases 24 and 31
		];
	}

	/** @dataProvider refusals */
	public function testABrokenPortIsLeftAtOnceAndToldWhy(array $network, ?string $script, string $stage): void
	{
		$servers = [465 => 'implicit', 2525 => 'starttls'];
		if ($script !== null) {
			$servers[in_array('--redirect', $network, true) ? 2600 : 587] = $script;
		}
		$seen = $this->deliver($network, $servers);
		$this->assertDelivered($seen, 465, 0.25);
		self::assertSame([587, $stage], [$seen['attempts'][0]['port'], $seen['attempts'][0]['stage']], json_encode($seen['attempts']));
		self::assertNotSame('', (string) $seen['attempts'][0]['error']);
	}

	public function silences(): array
	{
		return [
			'before the greeting' => ['hold'], // case 16
			'after EHLO' => ["S: 220 lab\nC: EHLO\nhold"],
			'after STARTTLS' => ["S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nhold"],
			'in the handshake' => ["S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nflush\nhold"],
			'a greeting one octet a second' => ["drip 1\nS: 220 lab.example.test ESMTP ready\nhold"], // case 17
		];
	}

	/** @dataProvider silences */
	public function testASilentPortCostsLessThan2600Milliseconds(string $script): void
	{
		$seen = $this->deliver([], [587 => $script, 465 => 'implicit', 2525 => 'starttls']);
		$this->assertDelivered($seen, 465, 2.6);
	}

	public function testInjectionBehindThe220EndsTheCall(): void // case 33
	{
		$seen = $this->deliver([], [587 => "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\ninject \"250-lab\\r\\n250 AUTH PLAIN\\r\\n\"\nhold",
			465 => 'implicit']);
		self::assertSame([null, 0], [$seen['port'], $seen['mails']], json_encode($seen));
		self::assertStringStartsWith('SmtpSend\TlsException', (string) $seen['error']);
		self::assertStringNotContainsString('AUTH', $seen['heard']);
	}

	public function testASilentResolverEndsWithTheDeadline(): void // case 1
	{
		$seen = $this->network(['--dns', 'silent'], <<<'PHP'
			$start = hrtime(true);
			try {
				(new SmtpSend(['host' => 'mail.example.org', 'deadline' => 1, 'connect_timeout' => 1]))->connect();
			} catch (SmtpSend\Exception $e) {
				return [get_class($e), $e->stage, (hrtime(true) - $start) / 1e9];
			}
			PHP);
		self::assertSame(['SmtpSend\TimeoutException', 'resolve'], array_slice($seen, 0, 2));
		self::assertLessThan(1.5, $seen[2]);
	}
}
