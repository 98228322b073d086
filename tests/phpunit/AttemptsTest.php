<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;

/**
 * What the attempts of a mail say: one mail each in a network of its own, over the first route that is safe. What is asserted is order, ports and
 * reasons; the time it may take stands in RoutesTest.
 */
final class AttemptsTest extends Lab
{
	private const V4 = '192.0.2.10';
	private const V6 = '2001:db8::10';
	/** The host with one address family, and with two. */
	private const ONE = ['--host', self::HOST . '=' . self::V4];
	private const TWO = ['--host', self::HOST . '=' . self::V6 . ',' . self::V4];
	private const SILENT = ['greeting' => 'hold', 'ehlo' => "S: 220 lab\nC: EHLO\nhold", 'starttls' => "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nhold",
		'tls' => "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nhold"];
	/** Sends one mail and tells what became of it. $in: options and scripts. */
	private const SEND = <<<'PHP'
		$server = $in['scripts'] ? $this->scripted($in['scripts']) : null;
		try {
			$result = (new SmtpSend($in['options']))->send(['from' => 'shop@example.test', 'to' => 'ann@example.net', 'subject' => 'x', 'text' => 'x']);
			$seen = ['class' => null, 'address' => $result->connection->address, 'port' => $result->connection->port, 'verified' => $result->connection->verified,
				'encryption' => $result->connection->encryption, 'attempts' => $result->attempts];
		} catch (SmtpSend\Exception $e) {
			$seen = ['class' => get_class($e), 'stage' => $e->stage, 'code' => $e->getCode(), 'hint' => $e->hint, 'message' => $e->getMessage(),
				'outcome' => $e->outcome, 'transient' => $e->isTransient(), 'attempts' => $e->attempts];
		}
		$seen['routes'] = array_map(fn ($a) => str_replace(['192.0.2.10', '2001:db8::10'], ['v4', 'v6'], $a->address) . " $a->port $a->stage", $seen['attempts']);
		$seen['attempts'] = array_map(fn ($a) => ['error' => $a->error, 'code' => $a->code, 'encryption' => $a->encryption], $seen['attempts']);
		foreach ($server->ports ?? [] as $port) {
			$seen['heard'][$port] = $server->heard(null, null, $port);
			$seen['names'][$port] = array_column($server->record(null, $port), 'server_name');
		}
		return $seen;
		PHP;

	private static function healthy(string $mode = 'starttls', string $certificate = 'server', bool $auth = true): string
	{
		return self::prologue($mode, 'PIPELINING', $auth, $certificate) . "C: MAIL\nC: RCPT\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nC*\nS: 250 queued\nhold";
	}

	/** @param array<string, string> $scripts by address and port; a bare port is one on every address of the host */
	private function send(array $network, array $scripts, array $options = []): array
	{
		$all = [];
		foreach ($scripts as $where => $script) {
			foreach (is_int($where) ? (in_array(self::TWO[1], $network, true) ? [self::V4, '[' . self::V6 . ']'] : [self::V4]) : [null] as $address) {
				$all[$address === null ? $where : "$address:$where"] = $script;
			}
		}
		$in = ['scripts' => $all, 'options' => $options + ['host' => self::HOST, 'username' => self::USER, 'password' => self::CANARY, 'ca_file' => self::authority()]];

		return $this->network($network, '$in = ' . var_export($in, true) . ";\n" . self::SEND);
	}

	public function blocked(): array
	{
		$all = [587 => self::healthy(), 465 => self::healthy('implicit'), 2525 => self::healthy()];
		$without = static fn (int ...$ports) => array_diff_key($all, array_flip($ports));
		$http = "S- \"HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nhold";
		$plain = "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 AUTH PLAIN LOGIN\nhold";

		return [
			'nothing is' => [[], $all, ['587 auth'], ''],
			'587 dropped (case 13)' => [['--drop', '587'], $all, ['587 connect', '465 auth'], 'not ready'],
			'587 and 465 dropped' => [['--drop', '587', '--drop', '465'], $all, ['587 connect', '465 connect', '2525 auth'], 'not ready'],
			'587 refused (case 12)' => [[], $without(587), ['587 connect', '465 auth'], 'refused'],
			'587 prohibited (case 14)' => [['--unreachable', '587@' . self::V4, '--reject', '587@' . self::V6], $all, ['587 connect', '465 auth'], 'route|refused'],
			'587 answers in HTTP (case 23)' => [[], [587 => $http] + $all, ['587 greeting', '465 auth'], 'HTTP'],
			'587 has no STARTTLS (case 30)' => [[], [587 => $plain] + $all, ['587 starttls', '465 auth'], 'STARTTLS'],
			'587 blanks its extensions (case 24)' => [[], [587 => "S: 220 ********\nC: EHLO\nS: 250-lab\nS: 250 XXXXXXXA\nhold"] + $all, ['587 starttls', '465 auth'], 'STARTTLS'],
			'587 answers STARTTLS itself (case 24)' => [[], [587 => "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS: 500 what\nhold"] + $all, ['587 starttls', '465 auth'], '500'],
			'587 shows a stranger (case 40)' => [[], [587 => self::healthy('starttls', 'stranger')] + $all, ['587 tls', '465 auth'], 'certificate'],
			'587 shows another name (case 41)' => [[], [587 => self::healthy('starttls', 'wrong-name')] + $all, ['587 tls', '465 auth'], 'wrong|other|issued'],
			'587 takes no connections' => [[], [587 => "S: 554 no\nhold"] + $all, ['587 greeting', '465 auth'], '554'],
			'587 closes at once' => [[], [587 => 'close'] + $all, ['587 greeting', '465 auth'], 'clos'],
			'587 resets (case 19)' => [[], [587 => "S- 22\nflush\nsleep 0.05\nreset"] + $all, ['587 greeting', '465 auth'], 'reset'],
			'587 offers no mechanism (case 107)' => [[], [587 => self::healthy('starttls', 'server', false)] + $all, ['587 auth', '465 auth'], 'offers no AUTH'],
			'465 speaks in the clear (case 38)' => [[], [465 => "S: 220 lab\nhold"] + $without(587), ['587 connect', '465 tls', '2525 auth'], 'refused'],
		];
	}

	/** @dataProvider blocked */
	public function testTakesTheFirstRouteThatIsSafe(array $network, array $scripts, array $expected, string $why): void
	{
		foreach ([self::ONE, self::TWO] as $families) {
			$seen = $this->send([...$families, ...$network], $scripts);
			self::assertNull($seen['class'], $seen['message'] ?? '');
			$routes = [];
			foreach ($expected as $at => $route) {
				// The first family is the first to win; one that fails is followed by the other.
				array_push($routes, ...($families === self::ONE ? ["v4 $route"] : ($at === count($expected) - 1 ? ["v6 $route"] : ["v6 $route", "v4 $route"])));
			}
			self::assertSame($routes, $seen['routes'], json_encode($seen['attempts']));
			self::assertSame((int) explode(' ', end($expected))[0], $seen['port']);
			self::assertSame($seen['port'] === 465 ? 'implicit' : 'starttls', $seen['encryption']);
			self::assertTrue($seen['verified']);
			self::assertNull(end($seen['attempts'])['error'], 'the winner has no error');
			if (count($expected) > 1) {
				self::assertMatchesRegularExpression("/$why/i", (string) $seen['attempts'][0]['error']);
			}
			foreach ($seen['heard'] as $port => $octets) {
				self::assertSame($port === $seen['port'], str_contains($octets, 'AUTH'), "I1: a login at $port");
			}
		}
	}

	public function testASilentRouteIsPassedByAndLosesToTheNext(): void // case 16
	{
		foreach (self::SILENT as $stage => $script) {
			$seen = $this->send(self::ONE, [587 => $script, 465 => self::healthy('implicit')]);
			self::assertSame(["v4 587 $stage", 'v4 465 auth'], $seen['routes'], json_encode($seen['attempts']));
			self::assertStringContainsString('not ready', $seen['attempts'][0]['error']);
		}
	}

	public function testSilenceIsATimeoutWhereverItBegins(): void // cases 16, 39
	{
		$scripts = [];
		foreach (array_values(self::SILENT) as $n => $script) {
			$scripts[3001 + $n] = $script;
		}
		$seen = $this->send(self::ONE, $scripts, ['port' => array_keys($scripts), 'timeout' => 0.3, 'connect_timeout' => 0.3, 'attempt_delay' => 0.05]);
		self::assertSame([SmtpSend\TimeoutException::class, 'tls', 'not sent', true], [$seen['class'], $seen['stage'], $seen['outcome'], $seen['transient']]);
		self::assertSame(['v4 3001 greeting', 'v4 3002 ehlo', 'v4 3003 starttls', 'v4 3004 tls'], $seen['routes']);
	}

	public function testAnIpv6BlackHoleCostsAHeadStartAndNoMore(): void // case 6
	{
		$drops = array_merge(...array_map(static fn ($port) => ['--drop', "$port@" . self::V6], [587, 465, 2525]));
		$seen = $this->send([...self::TWO, ...$drops], [587 => self::healthy(), 465 => self::healthy('implicit')]);
		self::assertSame(['v6 587 connect', 'v4 587 auth'], $seen['routes']);
		$seen = $this->send([...self::TWO, '--drop', '587@' . self::V4], [587 => self::healthy()], ['ip_version' => 6]);
		self::assertSame(['v6 587 auth'], $seen['routes']);
	}

	public function testManyDeadAddressesAreFiveAPort(): void // case 5
	{
		$addresses = array_map(static fn ($n) => "192.0.2.$n", range(101, 130));
		$seen = $this->send(['--host', self::HOST . '=' . implode(',', $addresses)], []);
		self::assertSame([SmtpSend\ConnectionException::class, 'connect', 'not sent', true], [$seen['class'], $seen['stage'], $seen['outcome'], $seen['transient']]);
		$ports = array_map(static fn ($route) => (int) explode(' ', $route)[1], $seen['routes']);
		self::assertSame([587 => 5, 465 => 5, 2525 => 5], array_count_values($ports));
		self::assertCount(15, array_unique($seen['routes']), 'none twice');
		self::assertNotSame('', $seen['hint']);
	}

	public function testA4xxGreetingTriesOtherAddressesOfItsPortOnly(): void // case 77
	{
		$seen = $this->send(self::TWO, ['[' . self::V6 . ']:587' => "S: 421 busy\nhold", self::V4 . ':587' => "S: 421 busy\nhold", 465 => self::healthy('implicit')]);
		self::assertSame(['v6 587 greeting', 'v4 587 greeting'], $seen['routes']);
		self::assertSame([SmtpSend\ResponseException::class, 421, true], [$seen['class'], $seen['code'], $seen['transient']]);
	}

	public function testARedirectedPortMeetsNoSecret(): void // cases 4, 24
	{
		$stranger = ['127.0.0.1:5870' => self::healthy('starttls', 'wrong-name'), '127.0.0.1:4650' => self::healthy('implicit', 'wrong-name')];
		$cpanel = [...self::ONE, '--redirect', '587:5870', '--redirect', '465:4650'];
		$seen = $this->send($cpanel, $stranger + [2525 => self::healthy()]);
		self::assertSame(['v4 587 tls', 'v4 465 tls', 'v4 2525 auth'], $seen['routes']);
		self::assertStringNotContainsString('AUTH', $seen['heard'][5870] . $seen['heard'][4650]);
		// The name that is asked for and checked is the one configured, wherever it leads.
		self::assertSame([self::HOST], $seen['names'][2525]);

		$seen = $this->send([...$cpanel, '--redirect', '2525:5870'], $stranger);
		self::assertSame([SmtpSend\TlsException::class, 'tls', 0, 'not sent'], [$seen['class'], $seen['stage'], $seen['code'], $seen['outcome']]);
		self::assertSame(['v4 587 tls', 'v4 465 tls', 'v4 2525 tls'], $seen['routes']);
		self::assertStringContainsString('redirects mail ports', $seen['hint']);
		self::assertStringNotContainsString('AUTH', implode($seen['heard']));
	}

	public function testInjectedOctetsEndTheCallOnTheSpot(): void // case 33
	{
		$seen = $this->send(self::ONE, [587 => "S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS- \"220 go\\r\\n250 AUTH PLAIN\\r\\n\"\nhold", 465 => self::healthy('implicit')]);
		self::assertSame([SmtpSend\TlsException::class, ['v4 587 starttls']], [$seen['class'], $seen['routes']]);
		self::assertSame('', $seen['heard'][465]);
	}

	public function testARefusedLoginIsNotTriedElsewhere(): void // case 109
	{
		$refusing = str_replace('S: 235 2.7.0 ok', 'S: 535 5.7.8 no', self::healthy());
		$seen = $this->send(self::ONE, [587 => $refusing, 465 => self::healthy('implicit')]);
		self::assertSame([SmtpSend\AuthenticationException::class, 535, ['v4 587 auth'], ''], [$seen['class'], $seen['code'], $seen['routes'], $seen['heard'][465]]);
	}

	public function testARouteIsRememberedAndForgottenWhenItFails(): void
	{
		$in = ['host' => self::HOST, 'username' => self::USER, 'password' => self::CANARY, 'ca_file' => self::authority()];
		$seen = $this->network([...self::ONE, '--drop', '587'], '$options = ' . var_export($in, true) . <<<'PHP'
			;
			$attempts = static function () use ($options): array {
				$smtp = new SmtpSend($options);
				$routes = array_map(fn ($a) => "$a->port $a->stage", $smtp->send(['from' => 'a@example.test', 'to' => 'b@example.net', 'subject' => 'x', 'text' => 'x'])->attempts);
				$smtp->close();
				return $routes;
			};
			$this->smtpd(['192.0.2.10:2525=starttls']);
			$implicit = $this->smtpd(['192.0.2.10:465=implicit']);
			$seen = [$attempts(), $attempts()];
			$implicit->stop();
			return [...$seen, $attempts(), $attempts()];
			PHP);
		self::assertSame([['587 connect', '465 auth'], ['465 auth']], array_slice($seen, 0, 2), 'remembered');
		self::assertSame(['465 connect', '587 connect', '2525 auth'], $seen[2], 'forgotten');
		self::assertSame(['2525 auth'], $seen[3], 'and the new one remembered');
	}

	public function loopback(): array
	{
		$self = self::healthy('starttls', 'self-signed');
		$plain = self::healthy('plain');
		$of = static fn (string $script, int $port) => ['127.0.0.1:' . $port => $script];
		$tls = SmtpSend\TlsException::class;

		return [
			'self-signed below 1024' => [$of($self, 587), [], null],
			'plaintext below 1024' => [$of($plain, 25), [], null],
			'self-signed on a high port' => [$of($self, 1587), ['port' => 1587], $tls],
			'plaintext on a high port' => [$of($plain, 1587), ['port' => 1587], $tls],
			'an authority is named' => [$of($self, 587), ['port' => 587, 'ca_file' => 'ca'], $tls],
			'a name is named' => [$of($self, 587), ['port' => 587, 'peer_name' => self::HOST], $tls],
			'verification is asked for' => [$of($self, 587), ['port' => 587, 'verify_peer' => true], $tls],
			'STARTTLS is asked for' => [$of($plain, 587), ['port' => 587, 'encryption' => 'starttls'], $tls],
			'a name that only resolves to loopback' => [$of($self, 587), ['host' => 'relay.example.test', 'port' => 587], $tls],
		];
	}

	/** @dataProvider loopback */
	public function testLoopbackIsTrustedOnPrivilegedPortsOnly(array $scripts, array $options, ?string $class): void
	{
		$options = array_replace($options, isset($options['ca_file']) ? ['ca_file' => self::authority()] : []);
		$login = ['host' => 'localhost', 'username' => self::USER, 'password' => self::CANARY, 'ca_file' => ''];
		$seen = $this->send(['--host', 'relay.example.test=127.0.0.1'], $scripts, $options + $login);
		self::assertSame($class, $seen['class'], $seen['message'] ?? json_encode($seen['routes']));
		$secret = base64_encode("\0" . self::USER . "\0" . self::CANARY);
		self::assertSame($class === null, str_contains(implode($seen['heard']), $secret));
		self::assertFalse($seen['verified'] ?? false);
	}

	public function testAUnixSocketOfRootIsARoute(): void
	{
		$path = $this->folder() . '/smtp.sock';
		$seen = $this->send([], ["unix:$path" => self::healthy('plain', 'server', false)], ['host' => "unix:$path", 'username' => '', 'password' => '', 'ca_file' => '']);
		self::assertSame([null, $path], [$seen['class'], $seen['address'] ?? $seen['message']]);
		self::assertCount(1, $seen['routes']);
	}

	public function testNoSuchHostIsSaidSo(): void // case 3
	{
		$seen = $this->send([], [], ['host' => 'no-such-host.example.test']);
		self::assertSame([SmtpSend\ConnectionException::class, 'resolve', 'not sent', false], [$seen['class'], $seen['stage'], $seen['outcome'], $seen['transient']]);
		self::assertSame([], $seen['routes'], 'another port has the same name');
		self::assertStringContainsString('spelling', $seen['hint']);
	}

	public function testASilentNameServerIsWaitedForUnderTheDeadline(): void // case 1
	{
		$seen = $this->send(['--dns', 'silent'], [], ['host' => 'slow.example.test', 'deadline' => 0.5]);
		self::assertSame([SmtpSend\TimeoutException::class, 'resolve', true], [$seen['class'], $seen['stage'], $seen['transient']]);
	}

	public function testANameServerThatIsAwayMayComeBack(): void // case 2
	{
		$seen = $this->send(['--dns', '127.0.0.1'], [], ['host' => 'away.example.test']);
		self::assertSame([SmtpSend\ConnectionException::class, 'resolve', true], [$seen['class'], $seen['stage'], $seen['transient']]);
	}

	public function testWhatStopsFlowingMidMessageIsNotSent(): void // case 27
	{
		$code = '$in = ' . var_export(['host' => self::HOST, 'username' => self::USER, 'password' => self::CANARY, 'ca_file' => self::authority(), 'timeout' => 0.5], true) . <<<'PHP'
			;
			$server = $this->smtpd(['192.0.2.10:587=starttls']);
			try {
				(new SmtpSend($in))->send(['from' => 'a@example.test', 'to' => 'b@example.net', 'subject' => 'x', 'text' => str_repeat("0123456789\n", 300000)]);
				return null;
			} catch (SmtpSend\Exception $e) {
				return [get_class($e), $e->outcome, $e->isRetryable(), count($server->mails()), count($e->attempts)];
			}
			PHP;
		self::assertSame([SmtpSend\TimeoutException::class, 'not sent', true, 0, 1], $this->network([...self::ONE, '--quota', '587:60000'], $code));
	}
}
