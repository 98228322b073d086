<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\{FastCgi, Process, Scripts};

/** PHP-FPM: an account in the pool's file, workers that are killed, and a reload. */
final class FpmTest extends Lab
{
	use Scripts;

	private string $log;

	/** One worker, so that what a request leaves behind meets the next. @return array{FastCgi, Process} */
	private function pool(int $port, array $more = []): array
	{
		$program = glob('/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION)[0] ?? null;
		if ($program === null) {
			self::markTestSkipped('no php-fpm of this PHP');
		}
		$folder = $this->folder();
		copy(self::authority(), "$folder/ca.pem");
		$this->log = "$folder/fpm.log";
		$lines = ['[global]', "error_log = $this->log", 'log_level = notice', 'daemonize = no', "pid = $folder/fpm.pid", '[shop]', "listen = $folder/fpm.sock", 'listen.mode = 0666',
			'pm = static', 'pm.max_children = 1', 'catch_workers_output = yes', ...$more];
		if (posix_geteuid() === 0) {
			array_push($lines, 'user = nobody', 'group = nogroup');
		}
		foreach (['host' => '127.0.0.1', 'port' => $port, 'encryption' => 'starttls', 'peer_name' => self::HOST, 'ca_file' => "$folder/ca.pem", 'username' => self::USER] as $name => $value) {
			$lines[] = "php_admin_value[smtpsend.$name] = $value";
		}
		$lines[] = "php_admin_value[smtpsend.password] = '" . self::CANARY . "'";
		file_put_contents("$folder/pool.conf", implode("\n", $lines) . "\n");
		chmod("$folder/pool.conf", 0600);
		$fpm = $this->start(['sh', '-c', 'exec "$@" 2>&1', 'sh', $program, '-n', '-R', '-F', '-y', "$folder/pool.conf", '-d', 'extension=' . self::extension(), '-d', 'error_log=/dev/stderr', '-d', 'log_errors=1']);
		$this->waitForLog('ready to handle connections');

		return [new FastCgi("$folder/fpm.sock"), $fpm];
	}

	private function waitForLog(string $text, int $times = 1): void
	{
		for ($end = hrtime(true) + 10_000_000_000; substr_count((string) @file_get_contents($this->log), $text) < $times; usleep(5000)) {
			if (hrtime(true) > $end) {
				throw new RuntimeException("no '$text' in the log: " . @file_get_contents($this->log));
			}
		}
	}

	private const PAGE = <<<'PHP'
		error_reporting(E_ALL);
		$send = $_GET['send'] ?? null;
		if ($send) {
			try {
				$said = (new SmtpSend(['timeout' => 5]))->send(['subject' => $send] + $mail)->accepted;
			} catch (SmtpSend\Exception $e) {
				$said = $e->getMessage();
			}
			echo "\nsaid ", json_encode($said);
		} else {
			ob_start();
			phpinfo();
			$shown = ob_get_clean();
			echo "\nsaid ", json_encode([posix_get(), ini_get('smtpsend.password'), ini_get('smtpsend.username'), get_cfg_var('smtpsend.password'), $shown . print_r(ini_get_all('smtpsend'), true)]);
		}
		function posix_get() { return (int) preg_replace('/.*?^Uid:\s+(\d+).*/ms', '$1', file_get_contents('/proc/self/status')); }
		PHP;

	private static function said(?string $answer): mixed
	{
		self::assertNotNull($answer);
		self::assertSame(1, preg_match('/^said (.*)$/m', $answer, $match), $answer);

		return json_decode($match[1], true, 16, JSON_THROW_ON_ERROR);
	}

	public function testAPoolHasAnAccountThatNoPageCanRead(): void // cases 248, 250
	{
		$server = $this->smtpd('starttls');
		[$fpm, $process] = $this->pool($server->port);
		$page = $this->scriptFile(self::PAGE);
		self::assertSame(['ann@example.net'], self::said($fpm->get($page, 'send=first')));
		[$uid, $password, $username, $configured, $shown] = self::said($fpm->get($page));
		self::assertTrue(posix_geteuid() !== 0 || $uid !== 0, 'the worker has the pool\'s user');
		self::assertSame(['', self::USER, ''], [(string) $password, $username, (string) $configured]);
		self::assertStringNotContainsString(self::CANARY, html_entity_decode($shown));
		self::assertStringContainsString('set, hidden', $shown);
		self::assertSame(['ann@example.net'], self::said($fpm->get($page, 'send=second')), 'and the next request has it still');

		posix_kill($process->pid(), SIGUSR2);
		$this->waitForLog('ready to handle connections', 2);
		self::assertSame(['ann@example.net'], self::said($fpm->get($page, 'send=third')), 'after a reload too');
		self::assertSame(['first', 'second', 'third'], array_map(static fn ($mail) => preg_match('/^Subject: (\w+)/m', $mail['message'], $m) ? $m[1] : '', $server->mails()));
		$log = file_get_contents($this->log);
		self::assertStringNotContainsString(self::CANARY, $log);
		self::assertDoesNotMatchRegularExpression('/WARNING|ERROR|ALERT|Unable to set/', $log);
	}

	public function testAKilledWorkerLeavesTheNextRequestItsOwnMail(): void // cases 183, 222
	{
		$server = $this->smtpd('starttls', ['--delay', 'END=4', '--refuse', 'MAIL:never=550 no']);
		[$fpm] = $this->pool($server->port, ['request_terminate_timeout = 1s']);
		$page = $this->scriptFile(self::PAGE);
		self::assertNull($fpm->get($page, 'send=killed'));
		$server->stop();
		$second = $this->smtpd('starttls');
		file_put_contents($page, str_replace("'timeout' => 5", "'host' => '127.0.0.1', 'port' => $second->port, 'encryption' => 'starttls', 'peer_name' => '" . self::HOST . "', 'ca_file' => '" . $this->folder() . "/ca.pem', 'username' => '" . self::USER . "', 'password' => '" . self::CANARY . "'", file_get_contents($page)));
		self::assertSame(['ann@example.net'], self::said($fpm->get($page, 'send=next')));
		self::assertStringContainsString('Subject: next', $second->mails()[0]['message']);
		self::assertCount(1, $second->mails());
		self::assertStringContainsString('terminating', file_get_contents($this->log));
	}
}
