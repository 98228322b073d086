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
}
