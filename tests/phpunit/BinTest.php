<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\Process;

/** bin/smtpsend: what it prints and how it ends. */
final class BinTest extends Lab
{
	/** @return array{0: int, 1: string, 2: string} */
	private function smtpsend(array $arguments, string $input = '', array $environment = []): array
	{
		file_put_contents($this->folder() . '/input', $input);
		$process = new Process(['sh', '-c', 'exec "$@" <"$0"', $this->folder() . '/input', PHP_BINARY, '-n', '-d', 'extension=' . getenv('SMTPSEND_EXTENSION'), self::root() . '/bin/smtpsend', ...$arguments], $environment);

		return $process->finish();
	}

	private function options(int $port): array
	{
		return ['--host=127.0.0.1', "--port=$port", '--encryption=starttls', '--peer-name=' . self::HOST, '--ca-file=' . self::authority(), '--username=' . self::USER];
	}

	public function testSendsABodyFromStandardInput(): void
	{
		$server = $this->smtpd('starttls');
		[$code, $output, $errors] = $this->smtpsend(['send', '--from=shop@example.test', '--to=ann@example.net', '--subject=Order', '--json',
			'--password=' . self::CANARY, ...$this->options($server->port)], "from the shell\n");
		self::assertSame([0, ''], [$code, $errors]);
		self::assertSame(['ann@example.net'], json_decode($output, true)['accepted']);
		self::assertStringContainsString('from the shell', $server->mails()[0]['message']);
	}

	public function testCheckSendsNothing(): void
	{
		$server = $this->smtpd('starttls');
		[$code, $output] = $this->smtpsend(['check', '--password=' . self::CANARY, ...$this->options($server->port)]);
		self::assertSame(0, $code);
		self::assertStringContainsString('certificate verified', $output);
		self::assertStringContainsString('login: PLAIN', $output);
		self::assertSame([], $server->mails());
	}

	public function testEndsWithTheCodesOfSysexits(): void
	{
		$server = $this->smtpd('starttls');
		self::assertSame(64, $this->smtpsend(['sned'])[0]);
		self::assertSame(64, $this->smtpsend(['send', '--to'])[0]);
		self::assertSame(78, $this->smtpsend(['check', '--prot=587'])[0]);
		self::assertSame(65, $this->smtpsend(['send', '--to=no address', '--from=a@example.test', ...$this->options($server->port), '--password=x'], 'x')[0]);
		[$code, , $errors] = $this->smtpsend(['check', '--password=wrong', ...$this->options($server->port)]);
		self::assertSame(77, $code);
		self::assertStringContainsString('535', $errors);
		self::assertSame(0, $this->smtpsend(['--help'])[0]);
	}
}
