<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/** Postfix, Exim, OpenSMTPD or Dovecot, as tests/lab/NAME.sh runs it. Starting takes one to three seconds, the first time a download more. */
final class RealServer extends Process
{
	public readonly string $host;
	/** @var array<string, int> submission, submissions, ...: see the script's head */
	public readonly array $ports;
	/** @var array<string, string> user, password, token, ca, mails, and what else the script says */
	public readonly array $facts;

	/** @param array<string, string> $environment PORT_NAME and LAB_ADDRESSES of tests/lab/room.sh */
	public function __construct(string $name, private readonly string $folder, array $environment = [])
	{
		parent::__construct([dirname(__DIR__, 2) . "/lab/$name.sh", 'run', $folder], $environment);
		try {
			$line = $this->waitFor('/^ready /', 120.0);
		} catch (\RuntimeException $failed) {
			[$code, , $errors] = $this->finish();
			throw $code === 69 ? new Unavailable(trim($errors)) : new \RuntimeException("$name: $errors", 0, $failed);
		}
		$facts = $ports = [];
		foreach (array_slice(explode(' ', $line), 1) as $word) {
			[$key, $value] = explode('=', $word, 2);
			ctype_digit($value) ? $ports[$key] = (int) $value : $facts[$key] = $value;
		}
		$this->ports = $ports;
		$this->facts = $facts;
		$this->host = $facts['host'];
	}

	/**
	 * The mails delivered so far: files of the maildir's inbox, or .eml of the lab's own server behind Dovecot. Waits until there are at
	 * least so many, because a real server's queue takes its time after the 250.
	 *
	 * @return list<string>
	 */
	public function mails(int $atLeast = 0, float $seconds = 15.0): array
	{
		$deadline = hrtime(true) + (int) ($seconds * 1e9);
		do {
			$files = [...glob("{$this->facts['mails']}/inbox/new/*"), ...glob("{$this->facts['mails']}/*.eml")];
			if (count($files) >= $atLeast) {
				return array_map('file_get_contents', $files);
			}
			usleep(10_000); // a maildir has nobody to tell us
		} while (hrtime(true) < $deadline);
		throw new \RuntimeException(count($files) . " of $atLeast mails; log: " . $this->log());
	}

	/** What the server wrote about itself. */
	public function log(): string
	{
		return implode("\n", array_map('file_get_contents', [...glob("$this->folder/maillog"), ...glob("$this->folder/log"), ...glob("$this->folder/*.log"),
			...glob("$this->folder/log.d/*")]));
	}
}
