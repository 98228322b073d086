<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/**
 * Runs PHP code in a process of its own, for what would hurt the one of the tests: forks, signals, fatal errors, php.ini.
 *
 * The code finds $account (options of an account on $port) and $mail (an array for send()). For tests that extend Lab.
 */
trait Scripts
{
	/** Writes the code to a file and returns its path. */
	private function scriptFile(string $code, int $port = 0, string $name = 'script.php'): string
	{
		$account = ['host' => '127.0.0.1', 'port' => $port, 'encryption' => 'starttls', 'peer_name' => self::HOST, 'ca_file' => self::authority(),
			'username' => self::USER, 'password' => self::CANARY];
		$file = $this->folder() . "/$name";
		file_put_contents($file, '<?php $port = ' . $port . '; $account = ' . preg_replace('/\s*\n\s*/', ' ', var_export($account, true)) . ";\n"
			. '$mail = ["from" => "shop@example.test", "to" => "ann@example.net", "subject" => "Order", "text" => "It is on its way."];' . "\n" . $code);

		return $file;
	}

	/** The arguments of php: ours, the extension's, and those of $ini. */
	private static function phpArguments(array $ini = []): array
	{
		$arguments = ['-d', 'display_errors=stderr', '-d', 'html_errors=0', '-d', 'extension=' . self::extension()];
		foreach ($ini as $name => $value) {
			array_push($arguments, '-d', "$name=$value");
		}

		return $arguments;
	}

	private static function extension(): string
	{
		return getenv('SMTPSEND_EXTENSION') ?: self::root() . '/modules/smtpsend.so';
	}

	/** @return array{int, string, string} exit code (-1: a signal), output, errors */
	private function runScript(string $code, int $port = 0, array $ini = [], array $environment = []): array
	{
		return $this->start([PHP_BINARY, ...self::phpArguments($ini), $this->scriptFile($code, $port)], $environment)->finish();
	}

	/** What the script printed as JSON; any other end fails the test. */
	private function resultOf(string $code, int $port = 0, array $ini = [], array $environment = []): mixed
	{
		[$status, $output, $errors] = $this->runScript($code, $port, $ini, $environment);
		self::assertSame([0, ''], [$status, $errors], $output);
		$result = json_decode($output, true);
		self::assertNotNull($result, $output);

		return $result;
	}
}
