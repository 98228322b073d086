<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/** tests/lab/smtpd.py: the lab's own correct server, with the mails that it took. */
final class Smtpd extends Process
{
	/** @var list<int> in the order of the modes */
	public readonly array $ports;
	public readonly int $port;
	public readonly string $folder;

	/**
	 * @param list<string> $modes starttls, implicit, plain: one port each, on 127.0.0.1 (or "ADDRESS:PORT=MODE")
	 * @param list<string> $arguments more of smtpd.py's options
	 */
	public function __construct(array $modes, string $folder, string $certificate, array $arguments = [])
	{
		$this->folder = $folder;
		$command = ['/usr/bin/python3', dirname(__DIR__, 2) . '/lab/smtpd.py', '--watch-stdin', '--certificate', $certificate, '--mails', $folder];
		foreach ($modes as $mode) {
			array_push($command, '--listen', str_contains($mode, '=') ? $mode : "127.0.0.1:0=$mode");
		}
		parent::__construct([...$command, ...$arguments]);
		$this->ports = array_map('intval', explode(' ', substr($this->waitFor('/^ready /'), 6)));
		$this->port = $this->ports[0];
	}

	/** @return list<array<string, mixed>> the ledger; `message` is the mail as it lies on disk */
	public function mails(): array
	{
		$mails = [];
		foreach (file("$this->folder/ledger.jsonl", FILE_IGNORE_NEW_LINES) as $line) {
			$entry = json_decode($line, true, 16, JSON_THROW_ON_ERROR);
			$mails[] = $entry + ['message' => file_get_contents($entry['file'])];
		}

		return $mails;
	}
}
