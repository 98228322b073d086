<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/**
 * tests/lab/scripted_server.py: a server that says what a script says and records what it hears.
 *
 * Connections are numbered from 1, per port. A look at the record of a connection that has not ended yet is a look at half of it: wait
 * with closed() first.
 */
final class Scripted extends Process
{
	/** @var list<int> */
	public readonly array $ports;
	public readonly int $port;
	private readonly string $record;

	/** @param array<int|string, string> $scripts one a port, on a free one of $address, or the key's ADDRESS:PORT */
	public function __construct(array $scripts, string $folder, string $certificates, ?string $segment = null, string $address = '127.0.0.1')
	{
		$this->record = tempnam($folder, 'record');
		$command = ['/usr/bin/python3', dirname(__DIR__, 2) . '/lab/scripted_server.py', '--watch-stdin', '--certificates', $certificates,
			'--record', $this->record];
		foreach ($scripts as $where => $script) {
			$file = tempnam($folder, 'script');
			file_put_contents($file, $script);
			array_push($command, '--listen', (is_string($where) ? $where : "$address:0") . "=$file");
		}
		if ($segment !== null) {
			array_push($command, '--segment', $segment);
		}
		parent::__construct($command);
		$this->ports = array_map('intval', explode(' ', substr($this->waitFor('/^ready /'), 6)));
		$this->port = $this->ports[0];
	}

	/** Waits until the script of this connection has ended; how: ok, mismatch, timeout, client-closed, tls-failed, script-error. */
	public function closed(int $connection = 1, ?int $port = null, float $seconds = 15.0): string
	{
		$port ??= $this->port;

		return explode(' ', $this->waitFor("/^closed $port $connection /", $seconds))[3];
	}

	/** @return list<array<string, mixed>> the record of one connection, or of all; texts are octets */
	public function record(?int $connection = null, ?int $port = null): array
	{
		$events = [];
		foreach (file($this->record) as $line) {
			if (!str_ends_with($line, "\n")) {
				break; // it is being written
			}
			$event = json_decode($line, true, 16, JSON_THROW_ON_ERROR);
			if (($connection ?? $event['connection']) !== $event['connection'] || (string) ($port ?? $event['port']) !== $event['port']) {
				continue;
			}
			foreach (['text', 'unread'] as $key) {
				if (isset($event[$key])) {
					$event[$key] = mb_convert_encoding($event[$key], 'ISO-8859-1', 'UTF-8');
				}
			}
			$events[] = $event;
		}

		return $events;
	}

	/** Every octet that the client sent: in the clear (false), over TLS (true), or both (null). */
	public function heard(?bool $tls = null, ?int $connection = null, ?int $port = null): string
	{
		$octets = '';
		foreach ($this->record($connection, $port) as $event) {
			if ($event['event'] === 'receive' && ($tls ?? $event['tls']) === $event['tls']) {
				$octets .= $event['text'];
			}
		}

		return $octets;
	}

	/** The event of this name, of one connection, or null. */
	public function event(string $name, int $connection = 1, ?int $port = null): ?array
	{
		foreach ($this->record($connection, $port ?? $this->port) as $event) {
			if ($event['event'] === $name) {
				return $event;
			}
		}

		return null;
	}

	/** How many connections this port has seen. */
	public function connections(?int $port = null): int
	{
		return count(array_filter($this->record(null, $port ?? $this->port), static fn ($event) => $event['event'] === 'open'));
	}
}
