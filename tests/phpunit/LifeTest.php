<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\{Process, Scripts};

/** A process that sends: for days, in children, under signals, out of callables, and through fatal errors. */
final class LifeTest extends Lab
{
	use Scripts;

	private function sink(string $mode): array
	{
		[$stats, $certificate] = [$this->folder() . '/stats.json', $this->folder() . '/both.pem'];
		file_put_contents($certificate, file_get_contents(self::certificates() . '/server.pem') . file_get_contents(self::certificates() . '/server.key'));
		(new Process(['make', '-s', '-C', self::root() . '/tests/lab', 'BUILD=' . self::root() . '/build/lab']))->finish();
		$sink = $this->start([self::root() . '/build/lab/sink', '--cert', $certificate, '--stats', $stats, "$mode:0"]);

		return [(int) substr($sink->waitFor('/^ready /'), 6), $stats];
	}

	public function testThousandsOfSendsNeedNoMoreMemory(): void // cases 180, 195
	{
		[$port, $stats] = $this->sink('starttls');
		$told = $this->resultOf(<<<'PHP'
			function resident(): int { return preg_match('/^VmRSS:\s+(\d+)/m', file_get_contents('/proc/self/status'), $m) ? (int) $m[1] : 0; }
			$kept = new SmtpSend(['messages_per_connection' => 0, 'max_age' => 3600] + $account);
			$raw = str_repeat("X-Line: of a finished message\r\n", 10) . "From: a@example.net\r\n\r\nHello\r\n";
			$sends = function (int $count) use ($kept, $mail, $raw) {
				for ($i = 0; $i < $count; $i++) {
					if ($i % 4 === 3) {
						$kept->sendRaw('shop@example.test', 'ann@example.net', $raw);
					} else {
						$kept->send($mail + ['attachments' => [['data' => 'octets', 'name' => 'a.bin']]]);
					}
				}
			};
			$reconnects = function (int $count) use ($account, $mail) {
				for ($i = 0; $i < $count; $i++) {
					$smtp = new SmtpSend($account);
					$smtp->send($mail);
					if ($i % 2) { $smtp->close(); }
				}
			};
			$sends(1000);
			$reconnects(50);
			gc_collect_cycles();
			$resident = resident();
			$used = memory_get_usage(); // scalars alone are kept from here on
			$sends(9000);
			$reconnects(450);
			gc_collect_cycles();
			$used = memory_get_usage() - $used;
			echo json_encode(['growth' => resident() - $resident, 'used' => $used, 'files' => count(scandir('/proc/self/fd'))]);
			PHP, $port);
		self::assertLessThan(512, $told['growth'], 'kB of resident memory');
		self::assertSame(0, $told['used']);
		self::assertLessThan(16, $told['files']);
		$seen = json_decode(file_get_contents($stats), true);
		self::assertSame(10500, $seen['mails']);
		self::assertSame(501, $seen['connections']);
	}

	public function testAChildLeavesItsParentsConnectionAlone(): void // cases 62, 63, 196, 226
	{
		foreach (['starttls', 'implicit'] as $mode) {
			$server = $this->smtpd($mode);
			$told = $this->resultOf(str_replace('MODE', $mode, <<<'PHP'
				$smtp = new SmtpSend(['encryption' => 'MODE'] + $account);
				$first = $smtp->send($mail);
				$pipe = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
				foreach (['closes', 'sends', 'ends'] as $what) {
					if (pcntl_fork() === 0) {
						if ($what === 'closes') { $smtp->close(); $said = [$smtp->isConnected()]; }
						if ($what === 'sends') { $said = []; foreach ([1, 2] as $n) { $r = $smtp->send($mail); $said[] = [$r->reused, $r->messageId]; } }
						if ($what === 'ends') { $said = [$smtp->isConnected()]; }
						fwrite($pipe[1], json_encode($said) . "\n");
						exit(0); // the whole of PHP's shutdown, with the object alive
					}
					pcntl_wait($status);
					$children[$what] = [json_decode(fgets($pipe[0]), true), pcntl_wexitstatus($status)];
					$r = $smtp->send($mail);
					$parent[] = [$r->reused, $r->messageId];
				}
				echo json_encode(['children' => $children, 'parent' => $parent]);
				PHP), $server->port);
			self::assertSame([true, true, true], array_column($told['parent'], 0), 'the parent goes on over its own connection');
			self::assertSame([[false], 0], $told['children']['closes']);
			self::assertSame([[false], 0], $told['children']['ends'], 'a child has no connection');
			self::assertSame([false, true], array_column($told['children']['sends'][0], 0), 'the child has one of its own');
			$mails = $server->mails();
			self::assertSame([1, 1, 2, 2, 1, 1], array_column($mails, 'connection'));
			self::assertSame([], array_merge(...array_column($mails, 'faults')));
			preg_match_all('/^Message-ID: *(<.*>)/mi', implode("\n", array_column($mails, 'message')), $ids);
			self::assertCount(6, array_unique($ids[1]), 'parent and child draw different ids');
			$server->stop();
		}
	}

	public function testSignalsNeitherEndNorStretchAWait(): void // case 21
	{
		$server = $this->smtpd('starttls', ['--delay', 'END=1.2', '--delay', 'MAIL=0.3']);
		$told = $this->resultOf(<<<'PHP'
			pcntl_async_signals(true);
			$alarms = $children = 0;
			pcntl_signal(SIGALRM, function () use (&$alarms) { $alarms++; }, false);
			pcntl_signal(SIGCHLD, function () use (&$children) { $children++; }, false);
			$parent = getmypid();
			if (($child = pcntl_fork()) === 0) {
				for ($i = 0; $i < 20; $i++) { usleep(50000); posix_kill($parent, SIGALRM); }
				posix_kill(getmypid(), SIGKILL);
			}
			$result = (new SmtpSend($account))->send($mail);
			$during = $alarms;
			pcntl_wait($status);
			try {
				$start = hrtime(true);
				pcntl_alarm(1);
				(new SmtpSend(['final_timeout' => 0.6] + $account))->send($mail);
			} catch (SmtpSend\UnknownOutcomeException $e) {
				$took = (hrtime(true) - $start) / 1e9;
			}
			echo json_encode(['accepted' => $result->accepted, 'total' => $result->timings['total'], 'alarms' => $alarms, 'children' => $children, 'took' => $took]);
			PHP, $server->port);
		self::assertSame(['ann@example.net'], $told['accepted']);
		self::assertGreaterThan(1.4, $told['total']);
		self::assertLessThan(3.0, $told['total']);
		self::assertGreaterThan(0, $told['alarms'], 'the handlers run when PHP has control again');
		self::assertSame(1, $told['children']);
		self::assertGreaterThan(0.8, $told['took']);
		self::assertLessThan(1.6, $told['took']);
		self::assertSame('ann@example.net', $server->mails()[0]['recipients'][0]);
	}

	public function testAClosedSocketKillsNoProcess(): void // case 22
	{
		foreach (['plain', 'starttls'] as $mode) {
			$start = self::prologue($mode) . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\n";
			$server = $this->scripted("connection 1:\n{$start}C*\nS: 250 ok\nreset\nconnection 2:\n{$start}reset");
			$told = $this->resultOf(str_replace('MODE', $mode === 'plain' ? 'plaintext' : 'starttls', <<<'PHP'
				pcntl_signal(SIGPIPE, SIG_DFL);
				unset($account['username'], $account['password']);
				if ('MODE' === 'plaintext') {
					unset($account['ca_file'], $account['peer_name']);
				}
				$smtp = new SmtpSend(['encryption' => 'MODE', 'chunking' => false] + $account);
				$smtp->send($mail);
				usleep(100000);
				$smtp->close();
				try {
					$smtp->send(['attachments' => [['data' => random_bytes(3000000), 'name' => 'a.bin']]] + $mail);
					$said = 'sent';
				} catch (SmtpSend\Exception $e) {
					$said = 'Exception';
				}
				unset($smtp);
				echo json_encode([$said, pcntl_signal_get_handler(SIGPIPE)]);
				PHP), $server->port);
			self::assertSame(['Exception', SIG_DFL], $told);
			$server->stop();
		}
	}

	private const TOKEN = 'ya29.canary-token-1234';

	/** The account on this server with a token instead of a password. */
	private function tokenServer(array $arguments = []): Lab\Smtpd
	{
		return $this->smtpd('starttls', ['--token', self::USER . ':' . self::TOKEN, ...$arguments]);
	}

	/** php -S: one process, request after request. */
	private function webServer(string $file, array $ini = []): int
	{
		$free = stream_socket_server('tcp://127.0.0.1:0');
		$address = stream_socket_get_name($free, false);
		fclose($free);
		$server = $this->start(['sh', '-c', 'exec "$@" 2>&1', 'sh', PHP_BINARY, ...self::phpArguments($ini), '-S', $address, $file]);
		$server->waitFor('/ started$/');

		return (int) substr(strrchr($address, ':'), 1);
	}

	private function get(int $port, string $query): string
	{
		return (string) file_get_contents("http://127.0.0.1:$port/?$query", false, stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 10]]));
	}

	private const ENDINGS = <<<'PHP'
		unset($account['password']);
		$how = $_GET['how'] ?? $how;
		$end = function () use ($how) {
			switch ($how) {
				case 'exit': exit('bye');
				case 'fatal': trigger_error('fatal', E_USER_ERROR);
				case 'undefined': eval('class Twice {} class Twice {}');
				case 'throw': throw new DomainException('thrown');
				case 'memory': ini_set('memory_limit', '16M'); $x = str_repeat('x', 64 << 20);
				case 'time': set_time_limit(1); for (;;);
			}
		};
		class Stringish { function __construct(public Closure $end) {} function __toString(): string { ($this->end)(); return 'ann@example.net'; } }
		class Wrapped {
			public $context; static Closure $end; private int $given = 0;
			function stream_open() { return true; }
			function stream_read($count) { if ($this->given++ > 400) { (self::$end)(); } return str_repeat("Field: of a message\n", 409); }
			function stream_write($data) { (self::$end)(); return strlen($data); }
			function stream_eof() { return false; }
		}
		Wrapped::$end = $end;
		in_array('wrapped', stream_get_wrappers()) or stream_wrapper_register('wrapped', 'Wrapped');
		$token = CANARY;
		$where = $_GET['where'] ?? $where;
		$smtp = new SmtpSend(['oauth_token' => fn () => $where === 'token' ? $end() ?? $token : $token] + $account);
		$numbers = (function () use ($end) { yield str_repeat("Field: of a message\n", 150000); $end(); })();
		$said = match ($where) {
			'none', 'token' => $smtp->send($mail),
			'stream' => $smtp->send(['attachments' => [['data' => fopen('wrapped://x', 'r'), 'name' => 'a.bin']]] + $mail),
			'raw' => $smtp->sendRaw('shop@example.test', 'ann@example.net', fopen('wrapped://x', 'r')),
			'generator' => $smtp->sendRaw('shop@example.test', 'ann@example.net', $numbers),
			'text' => $smtp->send(['to' => new Stringish($end)] + $mail),
			'write' => (new SmtpSend\Message)->from('a@example.net')->to('b@example.net')->text('x')->writeTo(fopen('wrapped://x', 'w')),
		};
		PHP;

	public function testUserCodeMayEndTheRequest(): void // cases 178, 179, 181
	{
		$server = $this->tokenServer();
		$page = str_replace('CANARY', var_export(self::TOKEN, true), self::ENDINGS) . "\n" . <<<'PHP'
			preg_match('/^VmRSS:\s+(\d+)/m', file_get_contents('/proc/self/status'), $m);
			echo json_encode(['accepted' => $said->accepted, 'reused' => $said->reused, 'files' => count(array_filter(scandir('/proc/self/fd'), fn ($f) => @readlink("/proc/self/fd/$f") !== false)), 'resident' => (int) $m[1]]);
			PHP;
		$port = $this->webServer($this->scriptFile($page, $server->port));
		$good = fn () => json_decode($this->get($port, 'how=none&where=none'), true, 8, JSON_THROW_ON_ERROR);
		$ends = ['exit', 'fatal', 'undefined', 'throw', 'memory'];
		foreach ([0, 1] as $round) {
			foreach (['token', 'stream', 'raw', 'generator', 'text', 'write'] as $where) {
				foreach ($ends as $how) {
					$said = $this->get($port, "how=$how&where=$where");
					self::assertStringNotContainsString('accepted', $said, "$how in $where");
				}
			}
			$told = $good();
			self::assertSame([['ann@example.net'], false], [$told['accepted'], $told['reused']]);
			$first ??= $told;
		}
		for ($i = 0; $i < 50; $i++) {
			$this->get($port, 'how=fatal&where=' . ['token', 'raw', 'generator'][$i % 3]);
		}
		$told = $good();
		self::assertSame($first['files'], $told['files'], 'no descriptor is left behind');
		self::assertLessThan(2048, $told['resident'] - $first['resident'], 'kB: three messages of 2 MB would show');
		self::assertCount(3, $server->mails(), 'what was interrupted was not sent');
	}

	public function testRequestsOfOneProcessStandApart(): void // cases 181, 182
	{
		$server = $this->tokenServer();
		$code = '$run = $_SERVER["count"] = (int) @file_get_contents(__FILE__ . ".count"); file_put_contents(__FILE__ . ".count", (string) ($run + 1));' . "\n"
			. '[$how, $where] = [["none", "none"], ["fatal", "token"], ["none", "none"], ["time", "token"], ["none", "none"], ["memory", "raw"]][$run % 6];' . "\n"
			. 'register_shutdown_function(function () { echo "\nended\n"; });' . "\n"
			. str_replace('CANARY', var_export(self::TOKEN, true), self::ENDINGS) . ' echo "\naccepted ", implode(",", $said->accepted), "\n";';
		[, $output] = $this->start(['php-cgi', '-q', ...self::phpArguments(), '-T', '7', $this->scriptFile($code, $server->port)], ['REQUEST_METHOD' => ''])->finish();
		self::assertSame(4, preg_match_all('/^accepted ann@example.net$/m', $output), $output);
		self::assertCount(4, $server->mails());
	}

	public function testAStreamMayNotCloseItselfWhileItIsUsed(): void // case 178
	{
		$told = $this->resultOf(<<<'PHP'
			class Closer {
				public $context; public static $stream; public static $closed = []; private int $reads = 0;
				function stream_open() { return true; }
				private function close() { self::$closed[] = @fclose(self::$stream); self::$stream = null; }
				function stream_read($count) { if ($this->reads++ === 2) { $this->close(); } return str_repeat("Field: of a message\n\n", 20); }
				function stream_write($data) { $this->close(); return strlen($data); }
				function stream_eof() { return $this->reads > 4; } // and yet it would give more
			}
			stream_wrapper_register('closer', 'Closer');
			$smtp = new SmtpSend('null://');
			Closer::$stream = fopen('closer://x', 'r');
			$smtp->sendRaw('a@example.net', 'b@example.net', Closer::$stream);
			Closer::$stream = fopen('closer://x', 'r');
			$smtp->send(['attachments' => [['data' => Closer::$stream, 'name' => 'a.bin']]] + $mail);
			Closer::$stream = fopen('closer://x', 'w');
			(new SmtpSend\Message)->from('a@example.net')->to('b@example.net')->text('x')->writeTo(Closer::$stream);
			$stream = Closer::$stream = fopen('closer://x', 'r');
			$smtp->sendRaw('a@example.net', 'b@example.net', $stream);
			echo json_encode([Closer::$closed, fclose($stream)]);
			PHP);
		self::assertSame([[false, false, false, false], true], $told, 'afterwards it may');
	}

	public function testCallablesMaySendButNotClose(): void // cases 119, 185, 186
	{
		$server = $this->tokenServer();
		$told = $this->resultOf(str_replace('CANARY', self::TOKEN, <<<'PHP'
			unset($account['password']);
			$depth = 0;
			$smtp = new SmtpSend(['oauth_token' => function () use (&$smtp, &$depth, &$said, $mail) {
				if ($depth++ === 0) {
					$said['nested'] = $smtp->send(['subject' => 'nested'] + $mail)->reused;
					try { $smtp->close(); } catch (Error $e) { $said['close'] = $e->getMessage(); }
				}
				return 'CANARY';
			}] + $account);
			$said['outer'] = $smtp->send(['subject' => 'outer'] + $mail)->accepted;
			$said['again'] = $smtp->send($mail)->reused;
			$smtp->close();

			// A fiber that rests in its callable while another one sends with the same object.
			$fibers = new SmtpSend(['oauth_token' => function () { if (Fiber::getCurrent()) { Fiber::suspend('in the callable'); } return 'CANARY'; }] + $account);
			$one = new Fiber(fn () => $fibers->send(['subject' => 'fiber one'] + $mail)->reused);
			$two = new Fiber(fn () => $fibers->send(['subject' => 'fiber two'] + $mail)->reused);
			$said['rests'] = [$one->start(), $two->start()];
			$said['main'] = $fibers->send(['subject' => 'main'] + $mail)->reused;
			$two->resume();
			$one->resume();
			$said['fibers'] = [$one->getReturn(), $two->getReturn()];
			// One that is never resumed.
			$three = new Fiber(fn () => (new SmtpSend(['oauth_token' => fn () => Fiber::suspend()] + $account))->send($mail));
			$three->start();
			unset($three);
			echo json_encode($said);
			PHP), $server->port);
		self::assertSame(['ann@example.net'], $told['outer']);
		self::assertFalse($told['nested']);
		self::assertStringContainsString('must not be called from inside a callback', $told['close']);
		self::assertTrue($told['again']);
		self::assertSame(['in the callable', 'in the callable'], $told['rests']);
		self::assertFalse($told['main']);
		self::assertSame([true, true], $told['fibers'], 'over the connection that main left idle, one after the other');
		self::assertCount(6, $server->mails());
		self::assertSame([], array_merge(...array_column($server->mails(), 'faults')));
	}

	public function testSendsAfterAFatalError(): void // cases 182, 188
	{
		foreach (['trigger_error("the end", E_USER_ERROR)' => 'the end', 'set_time_limit(1); for (;;);' => 'Maximum execution time'] as $end => $error) {
			$server = $this->tokenServer();
			[$status, $output, $errors] = $this->runScript(str_replace(['CANARY', 'END;'], [self::TOKEN, "$end;"], <<<'PHP'
				unset($account['password']);
				$calls = 0;
				$smtp = new SmtpSend(['oauth_token' => function () use (&$calls) {
					if (++$calls === 1) { END; }
					return 'CANARY';
				}] + $account);
				register_shutdown_function(function () use ($smtp, $mail) {
					set_time_limit(0);
					echo json_encode([$smtp->isConnected(), $smtp->send($mail)->accepted, $smtp->send($mail)->reused]), "\n";
					$smtp->close(); // no call is in progress any more
				});
				$smtp->send(['subject' => 'never sent'] + $mail);
				PHP), $server->port);
			self::assertStringContainsString($error, $errors);
			self::assertSame([255, '[false,["ann@example.net"],true]'], [$status, $output], $errors);
			self::assertCount(2, $server->mails());
			$server->stop();
		}
	}

	public function testTimeIsUpWhileItWaits(): void // case 182
	{
		$server = $this->smtpd('starttls', ['--delay', 'RCPT=5']);
		[$status, $output, $errors] = $this->runScript(<<<'PHP'
			set_time_limit(30);
			$parent = getmypid();
			if (pcntl_fork() === 0) { // SIGPROF is the clock of set_time_limit()
				usleep(500000);
				posix_kill($parent, SIGPROF);
				posix_kill(getmypid(), SIGKILL);
			}
			$start = hrtime(true);
			register_shutdown_function(function () use ($start) { printf("%.1f", (hrtime(true) - $start) / 1e9); });
			(new SmtpSend($account))->send($mail);
			echo 'sent';
			PHP, $server->port);
		self::assertStringContainsString('Maximum execution time', $errors);
		self::assertStringNotContainsString('SmtpSend\\', $errors);
		self::assertSame(255, $status);
		self::assertLessThan(1.5, (float) $output);
		self::assertGreaterThan(0.4, (float) $output);
	}
}
