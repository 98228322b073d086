<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/** tests/lab/proxy.py in front of a port: latency, bandwidth, cuts, and a count of turnarounds. */
final class Proxy extends Process
{
	public readonly int $port;
	private readonly string $record;
	/** @var resource */
	private $control;

	/** @param list<string> $arguments options of proxy.py */
	public function __construct(int $to, string $folder, array $arguments = [])
	{
		$this->record = tempnam($folder, 'proxy');
		$control = "$this->record.sock";
		parent::__construct(['/usr/bin/python3', dirname(__DIR__, 2) . '/lab/proxy.py', '--watch-stdin', '--listen', '127.0.0.1:0',
			'--to', "127.0.0.1:$to", '--record', $this->record, '--control', "unix:$control", ...$arguments]);
		$this->port = (int) explode(' ', $this->waitFor('/^ready /'))[1];
		$this->control = stream_socket_client("unix://$control");
		stream_set_timeout($this->control, 10);
	}

	/** A word of proxy.py's --control, answered. */
	public function tell(string $command): string
	{
		fwrite($this->control, "$command\n");
		$answer = trim((string) fgets($this->control));
		if (!preg_match('/^(ok|\d+)$/', $answer)) {
			throw new \RuntimeException("proxy: $answer");
		}

		return $answer;
	}

	/** @return array{up: int, down: int, turnarounds: int, how: string, flights: list<array<string, mixed>>} once it has ended */
	public function connection(int $number = 1): array
	{
		$this->waitFor("/^closed $number\$/");
		foreach (file($this->record, FILE_IGNORE_NEW_LINES) as $line) {
			$entry = json_decode($line, true, 16, JSON_THROW_ON_ERROR);
			if ($entry['connection'] === $number) {
				return $entry;
			}
		}
		throw new \LogicException("proxy: connection $number ended without a record");
	}
}
