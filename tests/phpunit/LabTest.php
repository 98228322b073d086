<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\Client;

/** The lab itself, driven by a bare client: what the other tests lean on must stand. */
final class LabTest extends Lab
{
	private const MESSAGE = "From: a@example.test\r\nSubject: hi\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n";

	private static function stuffed(): string
	{
		return preg_replace('/^\./m', '..', self::MESSAGE) . ".\r\n";
	}

	private function secured(int $port, bool $implicit, bool $mayOfferAuth = false): Client
	{
		$client = $this->client($port, $implicit);
		self::assertStringStartsWith('220 ', $client->reply());
		if (!$implicit) {
			$ehlo = $client->ask('EHLO me.example.test');
			// Dovecot offers AUTH in the clear and refuses it there.
			self::assertTrue($mayOfferAuth || !str_contains($ehlo, 'AUTH'), $ehlo);
			self::assertStringStartsWith('220 ', $client->ask('STARTTLS'));
			$client->startTls();
		}

		return $client;
	}

	private static function plain(string $password = self::CANARY): string
	{
		return 'AUTH PLAIN ' . base64_encode("\0" . self::USER . "\0" . $password);
	}

	public function modes(): array
	{
		return ['starttls' => ['starttls'], 'implicit' => ['implicit']];
	}

	/** @dataProvider modes */
	public function testSmtpdTakesAMailByDataAndByBdat(string $mode): void
	{
		$server = $this->smtpd($mode);
		$client = $this->secured($server->port, $mode === 'implicit');
		$ehlo = $client->ask('EHLO me.example.test');
		foreach (['PIPELINING', 'CHUNKING', 'SIZE', '8BITMIME', 'SMTPUTF8', 'DSN', 'AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2'] as $extension) {
			self::assertStringContainsString($extension, $ehlo);
		}
		self::assertStringNotContainsString('STARTTLS', $ehlo);
		self::assertStringStartsWith('530 ', $client->ask('MAIL FROM:<a@example.test>'));
		self::assertStringStartsWith('235 ', $client->ask(self::plain()));

		$client->send("MAIL FROM:<a@example.test> SIZE=" . strlen(self::MESSAGE) . "\r\nRCPT TO:<b@example.net>\r\nDATA\r\n");
		self::assertSame(['250', '250', '354'], array_map(static fn () => substr($client->reply(), 0, 3), range(1, 3)));
		$client->send(self::stuffed());
		self::assertMatchesRegularExpression('/^250 2\.0\.0 Ok: queued as \w+$/', $client->reply());

		$size = strlen(self::MESSAGE);
		$client->send("MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.net> NOTIFY=NEVER\r\nBDAT $size LAST\r\n" . self::MESSAGE);
		self::assertSame(['250', '250', '250'], array_map(static fn () => substr($client->reply(), 0, 3), range(1, 3)));
		self::assertStringStartsWith('221 ', $client->ask('QUIT'));

		[$first, $second] = $server->mails();
		self::assertSame(self::MESSAGE, $first['message']);
		self::assertSame(self::MESSAGE, $second['message']);
		self::assertSame([false, true], [$first['chunked'], $second['chunked']]);
		self::assertSame([[], []], [$first['faults'], $second['faults']]);
		self::assertSame([self::USER, 'PLAIN', 'a@example.test', ['b@example.net']], [$first['user'], $first['mechanism'], $first['sender'], $first['recipients']]);
		// The last mail's replies are not yet counted when its ledger line is written: the one flight of the second mail came after.
		self::assertSame($first['turnarounds'] + 1, $second['turnarounds']);
	}

	public function testSmtpdKnowsEachMechanismAndTheWrongPassword(): void
	{
		$server = $this->smtpd('implicit', ['--token', self::USER . ':token-1', '--mechanisms', 'PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER']);
		$attempt = function (callable $dialogue) use ($server): string {
			$client = $this->secured($server->port, true);
			$client->ask('EHLO me.example.test');

			return substr($dialogue($client), 0, 9);
		};
		$login = static fn (string $password) => static function (Client $client) use ($password): string {
			self::assertSame('334 ' . base64_encode('Username:'), $client->ask('AUTH LOGIN'));
			self::assertSame('334 ' . base64_encode('Password:'), $client->ask(base64_encode(self::USER)));

			return $client->ask(base64_encode($password));
		};
		$cram = static fn (string $password) => static function (Client $client) use ($password): string {
			$challenge = base64_decode(substr($client->ask('AUTH CRAM-MD5'), 4));

			return $client->ask(base64_encode(self::USER . ' ' . hash_hmac('md5', $challenge, $password)));
		};
		$xoauth2 = static fn (string $token) => static function (Client $client) use ($token): string {
			$reply = $client->ask('AUTH XOAUTH2 ' . base64_encode('user=' . self::USER . "\1auth=Bearer $token\1\1"));

			return str_starts_with($reply, '334 ') ? $client->ask('') : $reply;
		};
		$bearer = static fn (string $token) => static function (Client $client) use ($token): string {
			$reply = $client->ask('AUTH OAUTHBEARER ' . base64_encode('n,a=' . self::USER . ",\1host=x\1port=1\1auth=Bearer $token\1\1"));

			return str_starts_with($reply, '334 ') ? $client->ask('AQ==') : $reply;
		};
		$good = '235 2.7.0';
		$bad = '535 5.7.8';
		self::assertSame($bad, $attempt(static fn (Client $client) => $client->ask(self::plain('wrong'))));
		self::assertSame('504 5.5.4', $attempt(static fn (Client $client) => $client->ask('AUTH NTLM')));
		self::assertSame('501 5.5.2', $attempt(static fn (Client $client) => $client->ask('AUTH PLAIN *?')));
		self::assertSame([$good, $bad], [$attempt($login(self::CANARY)), $attempt($login('wrong'))]);
		self::assertSame([$good, $bad], [$attempt($cram(self::CANARY)), $attempt($cram('wrong'))]);
		self::assertSame([$good, $bad], [$attempt($xoauth2('token-1')), $attempt($xoauth2('token-2'))]);
		self::assertSame([$good, $bad], [$attempt($bearer('token-1')), $attempt($bearer('token-2'))]);
		self::assertSame([$good, $bad], [$attempt($this->scram(self::CANARY)), $attempt($this->scram('wrong'))]);
	}

	private function scram(string $password): callable
	{
		return static function (Client $client) use ($password): string {
			$bare = 'n=' . self::USER . ',r=abcdefgh';
			$first = base64_decode(substr($client->ask('AUTH SCRAM-SHA-256 ' . base64_encode("n,,$bare")), 4));
			self::assertSame(1, preg_match('/^r=(abcdefgh[^,]+),s=([^,]+),i=(\d+)$/', $first, $m));
			$salted = hash_pbkdf2('sha256', $password, base64_decode($m[2]), (int) $m[3], 0, true);
			$key = hash_hmac('sha256', 'Client Key', $salted, true);
			$without = "c=biws,r=$m[1]";
			$signed = "$bare,$first,$without";
			$proof = base64_encode($key ^ hash_hmac('sha256', $signed, hash('sha256', $key, true), true));
			$reply = $client->ask(base64_encode("$without,p=$proof"));
			if (!str_starts_with($reply, '334 ')) {
				return $reply;
			}
			$signature = hash_hmac('sha256', $signed, hash_hmac('sha256', 'Server Key', $salted, true), true);
			self::assertSame('v=' . base64_encode($signature), base64_decode(substr($reply, 4)));

			return $client->ask('');
		};
	}

	public function testSmtpdRefusesCutsAndNotesFaults(): void
	{
		$server = $this->smtpd('plain', ['--auth-optional', '--without', 'PIPELINING', '--refuse', 'RCPT:nobody=550 5.1.1 no such user',
			'--refuse', 'EHLO:evil=421 4.7.0 away', '--cut', 'after-fsync:2', '--max-recipients', '2']);
		$client = $this->client($server->port);
		$client->reply();
		self::assertStringContainsString('LIMITS RCPTMAX=2', $client->ask('EHLO me'));
		$client->ask('MAIL FROM:<>');
		self::assertSame('550 5.1.1 no such user', $client->ask('RCPT TO:<nobody@example.net>'));
		$client->ask('RCPT TO:<a@example.net>');
		$client->ask('RCPT TO:<b@example.net>');
		self::assertStringStartsWith('452 4.5.3', $client->ask('RCPT TO:<c@example.net>'));
		$client->ask('DATA');
		$client->send("bare\nline\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<d@example.net>\r\n");
		self::assertStringStartsWith('250 ', $client->reply());
		$client->reply();
		$client->reply();
		self::assertStringStartsWith('354', $client->ask('DATA'));
		$client->send("x\r\n.\r\n");
		self::assertSame('', $client->reply(), 'cut after fsync: no reply');
		$mails = $server->mails();
		self::assertCount(2, $mails);
		self::assertSame(['bare CR or LF'], $mails[0]['faults']);
		self::assertContains('pipelining that was not offered', $mails[1]['faults']);

		$other = $this->client($server->port);
		$other->reply();
		self::assertStringStartsWith('421 ', $other->ask('EHLO evil'));
		self::assertSame('', $other->reply());
	}

	public function segments(): array
	{
		return ['whole' => [null], 'single octets' => ['1'], 'random' => ['random:7']];
	}

	/** @dataProvider segments */
	public function testScriptedServerFollowsADialogueOverTls(?string $segment): void
	{
		foreach (['plain', 'starttls', 'implicit'] as $mode) {
			$server = $this->scripted(self::prologue($mode, 'PIPELINING CHUNKING', true) . <<<'SCRIPT'
				C: MAIL FROM:<a@example.test>
				C: /^RCPT TO:<(?<to>.*)>$/
				C: DATA
				S: 250 ok
				S: 250 ${to} ok
				S: 354 go
				C*
				S: 250 queued
				C: BDAT 5 LAST
				C*
				S- "250-two\r\n250 lines\r\n"
				C? QUIT
				SCRIPT, $segment);
			$client = $this->client($server->port, $mode === 'implicit');
			$client->reply();
			$client->ask('EHLO me');
			if ($mode === 'starttls') {
				$client->ask('STARTTLS');
				$client->startTls();
				$client->ask('EHLO me');
			}
			self::assertSame('235 2.7.0 ok', $client->ask(self::plain()));
			$client->send("MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n");
			self::assertSame(['250 ok', '250 b@example.net ok', '354 go'], [$client->reply(), $client->reply(), $client->reply()]);
			$client->send("hello\r\n.\r\n");
			self::assertSame('250 queued', $client->reply());
			$client->send("BDAT 5 LAST\r\n12345");
			self::assertSame("250-two\n250 lines", $client->reply());
			$client->close();
			self::assertSame('ok', $server->closed());
			self::assertSame("hello\r\n", $server->event('message')['text']);
			self::assertSame($mode === 'plain', str_contains($server->heard(tls: false), 'AUTH PLAIN'));
			self::assertSame($mode !== 'plain', str_contains($server->heard(tls: true), 'AUTH PLAIN'));
			if ($mode !== 'plain') {
				self::assertSame(['TLSv1.3', self::HOST], [$server->event('handshake')['version'], $server->event('handshake')['server_name']]);
			}
		}
	}

	public function testScriptedServerGluesOctetsBehindThe220(): void
	{
		$server = $this->scripted("S: 220 lab\nC: EHLO\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\ninject \"250 injected\\r\\n\"\nstarttls server");
		$client = $this->client($server->port);
		$client->reply();
		$client->ask('EHLO me');
		$client->send("STARTTLS\r\n");
		self::assertSame('220 go', $client->reply());
		self::assertSame('250 injected', $client->reply());
		$client->close();
		self::assertSame('tls-failed', $server->closed());
	}

	public function testScriptedServerResetsClosesAndCountsConnections(): void
	{
		$server = $this->scripted("S: 220 first\nC: EHLO\nreset\nconnection 2:\nS: 220 second\nC: EHLO\nS: 250 x\nclose\nconnection 3:\n"
			. "S- 22\nflush\nshutdown-write\neof\nconnection 4:\nS: 220 fourth\nC: HELO\n");
		$first = $this->client($server->port);
		self::assertSame('220 first', $first->reply());
		self::assertSame('', $first->ask('EHLO me'));
		$second = $this->client($server->port);
		self::assertSame('220 second', $second->reply());
		self::assertSame('250 x', $second->ask('EHLO me'));
		self::assertSame('', $second->reply());
		$third = $this->client($server->port);
		self::assertSame('22', $third->rest());
		$third->close();
		self::assertSame(['ok', 'ok', 'ok'], [$server->closed(1), $server->closed(2), $server->closed(3)]);
		foreach ([4, 5] as $number) {
			$later = $this->client($server->port);
			self::assertSame('220 fourth', $later->reply());
			$later->send("EHLO me\r\n");
			self::assertSame('mismatch', $server->closed($number));
			self::assertSame("wanted HELO, got 'EHLO me'", $server->event('closed', $number)['why']);
		}
		self::assertSame(5, $server->connections());
	}

	public function testScriptedServerDripsRepeatsHoldsAndStopsReading(): void
	{
		$server = $this->scripted(["mark\nS: 250-again\nrepeat 3\ndrip 0.001\nS: 250 done\nhold", "receive-buffer 4096\nS: 220 x\nstop-reading\nhold"]);
		$client = $this->client($server->ports[0]);
		self::assertSame("250-again\n250-again\n250-again\n250 done", $client->reply());
		$client->send('still here');
		$client->close();
		self::assertSame('ok', $server->closed());
		self::assertSame('still here', $server->heard());
		$deaf = $this->client($server->ports[1]);
		$deaf->reply();
		$deaf->send(str_repeat('x', 1000));
		$deaf->close();
		self::assertSame('ok', $server->closed(1, $server->ports[1]));
		self::assertSame('', $server->heard(port: $server->ports[1]));
	}

	public function testAServerEndsWithItsOwner(): void
	{
		$owner = $this->start(['/usr/bin/python3', '-c', 'import subprocess, sys, time; p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True); '
			. 'print(p.pid, p.stdout.readline().strip(), flush=True); time.sleep(600)', self::root() . '/tests/lab/smtpd.py', '--listen', '127.0.0.1:0=plain',
			'--mails', $this->folder() . '/m']);
		[$pid, , $port] = explode(' ', $owner->waitFor('/ready/'));
		$client = $this->client((int) $port);
		$client->reply();
		$owner->stop(9);
		self::assertSame('', $client->reply(), 'the connection ends with the server');
	}

	public function testCertificatesAreWhatTheySay(): void
	{
		foreach (['server' => true, 'stranger' => false, 'expired' => false, 'self-signed' => false, 'wrong-name' => false] as $name => $good) {
			$server = $this->scripted("tls $name\nS: 220 hi\nC? QUIT");
			try {
				$client = $this->client($server->port, true);
				self::assertTrue($good, $name);
				self::assertSame('220 hi', $client->reply());
				$client->close();
			} catch (RuntimeException $refused) {
				self::assertFalse($good, $name . ': ' . $refused->getMessage());
			}
		}
	}

	public function testProxyDelaysCountsAndCuts(): void
	{
		$server = $this->smtpd('plain', ['--auth-optional']);
		$proxy = $this->proxy($server->port, ['--delay', '0.03']);
		$start = hrtime(true);
		$client = $this->client($proxy->port);
		$client->reply();
		$client->ask('EHLO me');
		$client->send("MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.net>\r\nBDAT 4 LAST\r\nx\r\n\n");
		array_map(static fn () => $client->reply(), range(1, 3));
		$client->ask('QUIT');
		$client->close();
		$took = (hrtime(true) - $start) / 1e9;
		self::assertGreaterThan(0.03 + 3 * 0.06, $took);
		self::assertLessThan(0.6, $took, 'delay is a line\'s, not a pause for each piece');
		$seen = $proxy->connection();
		self::assertSame(4, $seen['turnarounds'], json_encode($seen));
		self::assertSame(['down', 'up', 'down', 'up', 'down', 'up', 'down'], array_column($seen['flights'], 'way'));

		$proxy->tell('delay 0');
		$proxy->tell('cut down:10');
		$client = $this->client($proxy->port);
		self::assertSame(10, strlen($client->rest()));
		self::assertSame('cut down:10', $proxy->connection(2)['how']);
		$proxy->tell('clear');
		$proxy->tell('reset up:3');
		$client = $this->client($proxy->port);
		$client->reply();
		self::assertSame('', $client->ask('EHLO me'));
		$seen = $proxy->connection(3);
		self::assertSame([3, 'reset up:3'], [$seen['up'], $seen['how']]);
	}

	public function testANetworkDropsRejectsRedirectsAndNames(): void
	{
		$script = <<<'PYTHON'
			import socket, time
			def attempt(address, port):
			    start = time.monotonic()
			    try:
			        socket.create_connection((address, port), 0.2).close()
			        return 'open'
			    except (TimeoutError, socket.timeout):
			        return 'silence'
			    except ConnectionRefusedError:
			        return 'refused'
			    except OSError as error:
			        return error.strerror
			server = socket.create_server(('', 2587)); six = socket.create_server(('::', 465), family=socket.AF_INET6)
			print(attempt('10.9.0.1', 587), attempt('10.9.0.1', 2525), attempt('10.9.0.1', 26), attempt('10.9.0.1', 2600), attempt('10.9.0.1', 2587),
			    attempt('fd09::1', 465), attempt('fd09::2', 465), sorted(a[4][0] for a in socket.getaddrinfo('mail.example.test', 1, type=socket.SOCK_STREAM)))
			try:
			    socket.getaddrinfo('elsewhere.example.test', 1)
			except socket.gaierror:
			    print('no such name')
			PYTHON;
		[$code, $output, $errors] = $this->start([self::root() . '/tests/lab/netns.sh', '--redirect', '587:2587', '--drop', '2525', '--reject', '26',
			'--unreachable', '2600', '--drop', '465@fd09::2', '--host', 'mail.example.test=10.9.0.1,fd09::1', '--address', 'fd09::2', '--',
			'/usr/bin/python3', '-c', $script])->finish();
		if ($code === 69) {
			self::markTestSkipped(trim($errors));
		}
		self::assertSame("open silence refused No route to host open open silence ['10.9.0.1', 'fd09::1']\nno such name", $output, $errors);
		self::assertSame(0, $code);
	}

	public function testCodeRunsInANetworkOfItsOwn(): void
	{
		$seen = $this->network(['--drop', '587', '--host', self::HOST . '=10.9.0.1,fd09::1'], <<<'PHP'
			$server = $this->smtpd(['10.9.0.1:587=starttls', '[fd09::1]:465=implicit']);
			$scripted = $this->scripted(['10.9.0.1:2525' => 'S: 220 x']);
			$client = $this->client(465, true, '[fd09::1]');
			$silent = @stream_socket_client('tcp://' . self::HOST . ':587', $code, $text, 0.2);
			return [$server->ports, substr($client->reply(), 0, 3), $silent, $this->client(2525, false, '10.9.0.1')->reply()];
			PHP);
		self::assertSame([[587, 465], '220', false, '220 x'], $seen);
	}

	public function testTheSinkCountsMailsAndTurnarounds(): void
	{
		[$code, , $errors] = $this->start(['make', '-s', '-C', self::root() . '/tests/lab'])->finish();
		self::assertSame(0, $code, $errors);
		$stats = $this->folder() . '/stats';
		$sink = $this->start([self::root() . '/build/lab/sink', '--cert', $this->bundle(), '--stats', $stats, 'starttls:0', 'implicit:0']);
		$ports = explode(' ', substr($sink->waitFor('/^ready /'), 6));
		foreach ($ports as $i => $port) {
			$client = $this->secured((int) $port, $i === 1);
			$client->ask('EHLO me');
			self::assertStringStartsWith('235', $client->ask(self::plain()));
			$client->send("MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.net>\r\nBDAT 3 LAST\r\nx\r\n");
			self::assertSame(['250', '250', '250'], array_map(static fn () => substr($client->reply(), 0, 3), range(1, 3)));
			$client->send("QUIT\r\n");
			$client->rest();
		}
		$seen = json_decode(file_get_contents($stats), true);
		self::assertSame([2, 2], [$seen['connections'], $seen['mails']], json_encode($seen));
	}

	/** Certificate and key in one file. */
	private function bundle(): string
	{
		$file = $this->folder() . '/bundle.pem';
		file_put_contents($file, file_get_contents(self::certificates() . '/server.pem') . file_get_contents(self::certificates() . '/server.key'));

		return $file;
	}

	public function servers(): array
	{
		return [
			'Postfix' => ['postfix', ['CHUNKING', 'PIPELINING', 'SMTPUTF8', 'AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER']],
			'Exim' => ['exim', ['CHUNKING', 'PIPELINING', 'AUTH PLAIN LOGIN CRAM-MD5']],
			'OpenSMTPD' => ['opensmtpd', ['8BITMIME', 'DSN']],
			'Dovecot' => ['dovecot-submission', ['CHUNKING', 'PIPELINING', 'AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256']],
		];
	}

	/** @dataProvider servers */
	public function testRealServersTakeAMail(string $name, array $offers): void
	{
		$server = $this->real($name);
		$clear = ($server->facts['tls'] ?? 'yes') === 'no';
		foreach ($clear ? ['plain'] : ['submission', 'submissions'] as $count => $port) {
			$client = $clear ? $this->client($server->ports['plain']) : $this->secured($server->ports[$port], $port === 'submissions', $name === 'dovecot-submission');
			if ($clear) {
				$client->reply();
			}
			$ehlo = $client->ask('EHLO me.example.test');
			foreach ($offers as $offer) {
				self::assertStringContainsString($offer, $ehlo);
			}
			if (!$clear) {
				self::assertStringStartsWith('235', $client->ask(self::plain()));
			}
			self::assertStringStartsWith('250', $client->ask('MAIL FROM:<shop@example.test>'));
			self::assertStringStartsWith('5', $client->ask('RCPT TO:<nobody@example.net>'));
			self::assertStringStartsWith('250', $client->ask('RCPT TO:<ann@example.net>'));
			self::assertStringStartsWith('354', $client->ask('DATA'));
			$client->send("From: shop@example.test\r\nSubject: lab $port\r\n\r\n..dot\r\n.\r\n");
			self::assertStringStartsWith('250', $client->reply());
			$client->send("QUIT\r\n");
			$mails = implode("\n", $server->mails($count + 1));
			self::assertStringContainsString("Subject: lab $port", $mails);
			self::assertMatchesRegularExpression('/^\.dot/m', $mails);
		}
	}
}
