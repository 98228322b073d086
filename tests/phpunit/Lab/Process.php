<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/**
 * A program of the lab, from its start until it is stopped or forgotten.
 *
 * What it prints is waited for line by line, never slept for. Its standard input is a pipe that ends with us, and its standard
 * error a file that is shown when it fails. Waiting has a deadline in seconds; passing it is an exception with what was said so far.
 */
class Process
{
	/** @var resource|null */
	private $process;
	/** @var array<int, resource> */
	private array $pipes = [];
	private string $buffer = '';
	/** @var list<string> lines heard and not waited for yet */
	private array $lines = [];
	private readonly string $errors;
	private readonly string $name;

	/**
	 * @param list<string> $command
	 * @param array<string, string> $environment over our own
	 */
	public function __construct(array $command, array $environment = [], ?string $directory = null)
	{
		$this->name = basename($command[0] === '/usr/bin/python3' ? $command[1] : $command[0]);
		$this->errors = tempnam(sys_get_temp_dir(), 'lab');
		// A sanitizer that was preloaded into us judges us, and no python.
		$inherited = array_diff_key(getenv(), ['LD_PRELOAD' => true]);
		$process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['file', $this->errors, 'a']], $this->pipes, $directory,
			$environment + $inherited);
		if ($process === false) {
			throw new \RuntimeException("$this->name does not start");
		}
		$this->process = $process;
		stream_set_blocking($this->pipes[1], false);
	}

	public function __destruct()
	{
		$this->stop();
	}

	/** The next line that matches the regex, whatever came before it; lines before it are kept for later waits. */
	public function waitFor(string $regex, float $seconds = 10.0): string
	{
		$deadline = hrtime(true) + (int) ($seconds * 1e9);
		$from = 0;
		for (;;) {
			for (; $from < count($this->lines); $from++) {
				if (preg_match($regex, $this->lines[$from])) {
					return array_splice($this->lines, $from, 1)[0];
				}
			}
			$this->read($deadline, $regex);
		}
	}

	private function read(int $deadline, string $regex): void
	{
		$left = $deadline - hrtime(true);
		$read = [$this->pipes[1]];
		$none = null;
		if ($left <= 0 || !stream_select($read, $none, $none, intdiv($left, 1_000_000_000), intdiv($left % 1_000_000_000, 1000))) {
			throw new \RuntimeException("$this->name: no line like $regex in time" . $this->said());
		}
		$data = fread($this->pipes[1], 65536);
		if ($data === '' && feof($this->pipes[1])) {
			throw new \RuntimeException("$this->name ended" . $this->said());
		}
		$this->buffer .= $data;
		while (($at = strpos($this->buffer, "\n")) !== false) {
			$this->lines[] = substr($this->buffer, 0, $at);
			$this->buffer = substr($this->buffer, $at + 1);
		}
	}

	private function said(): string
	{
		return '; it said: ' . implode(' | ', $this->lines) . ' | ' . trim((string) file_get_contents($this->errors));
	}

	public function write(string $data): void
	{
		fwrite($this->pipes[0], $data);
		fflush($this->pipes[0]);
	}

	public function pid(): int
	{
		return proc_get_status($this->process)['pid'];
	}

	/** Ends the program and waits until it is gone; its exit code, -1 for a signal. */
	public function stop(int $signal = 15): int
	{
		if ($this->process === null) {
			return 0;
		}
		if (proc_get_status($this->process)['running']) {
			proc_terminate($this->process, $signal);
		}
		foreach ($this->pipes as $pipe) {
			fclose($pipe);
		}
		$code = proc_close($this->process);
		$this->process = null;
		@unlink($this->errors);

		return $code;
	}

	/** Waits for the program's own end and returns its exit code and all of its remaining output. */
	public function finish(float $seconds = 60.0): array
	{
		$deadline = hrtime(true) + (int) ($seconds * 1e9);
		try {
			for (;;) {
				$this->read($deadline, 'its end');
			}
		} catch (\RuntimeException $e) {
			if (!feof($this->pipes[1])) {
				throw $e;
			}
		}
		$output = implode("\n", $this->lines) . ($this->buffer === '' ? '' : "\n" . $this->buffer);
		$errors = (string) file_get_contents($this->errors);
		foreach ($this->pipes as $pipe) {
			fclose($pipe);
		}
		$code = proc_close($this->process);
		$this->process = null;
		@unlink($this->errors);

		return [$code, $output, $errors];
	}
}
