<?php
declare(strict_types=1);

namespace SmtpSend\Tests;

use PHPUnit\Framework\TestCase;
use SmtpSend\Tests\Lab\{Client, Process, Proxy, RealServer, Scripted, Smtpd};

/**
 * The base of all tests that need a server: starts what is asked for, and stops it when the test is over, however it ends.
 *
 *     $server = $this->scripted("S: 220 lab\nC: EHLO\nS: 421 go away\nclose");
 *     ... connect to $server->port ...
 *     $this->assertSame('ok', $server->closed());
 *     $this->assertStringNotContainsString(self::CANARY, $server->heard(tls: false));
 *
 * Nothing here sleeps: a server says when it listens and when a connection has ended.
 */
abstract class Lab extends TestCase
{
	/** The password of every account in the lab; it may stand in no log, exception or dump. */
	public const CANARY = 'canary-Tr0ub4dor&3-zQ7';
	public const USER = 'shop@example.test';
	/** The host that the lab's certificates are for. */
	public const HOST = 'mail.example.test';

	/** @var list<Process> */
	private array $started = [];
	private ?string $folder = null;

	protected function tearDown(): void
	{
		foreach (array_reverse($this->started) as $process) {
			$process->stop();
		}
		$this->started = [];
		if ($this->folder !== null) {
			self::remove($this->folder);
			$this->folder = null;
		}
		parent::tearDown();
	}

	/**
	 * A server that follows the script of tests/lab/scripted_server.py; several scripts, several ports, keys that are
	 * strings being their addresses ("10.9.0.1:587").
	 */
	protected function scripted(string|array $scripts, ?string $segment = null, string $address = '127.0.0.1'): Scripted
	{
		return $this->started[] = new Scripted((array) $scripts, $this->folder(), self::certificates(), $segment, $address);
	}

	/** The lab's own correct server with one account, USER and CANARY. */
	protected function smtpd(string|array $modes = 'starttls', array $arguments = [], string $certificate = 'server'): Smtpd
	{
		$folder = $this->folder() . '/mails' . count($this->started);

		return $this->started[] = new Smtpd((array) $modes, $folder, self::certificates() . "/$certificate.pem",
			['--user', self::USER . ':' . self::CANARY, ...$arguments]);
	}

	/** tests/lab/proxy.py in front of a port; see there for the options. */
	protected function proxy(int $port, array $arguments = []): Proxy
	{
		return $this->started[] = new Proxy($port, $this->folder(), $arguments);
	}

	/** postfix, exim, opensmtpd or dovecot-submission, as tests/lab/NAME.sh starts it. The test is skipped where it cannot be had. */
	protected function real(string $name, array $environment = []): RealServer
	{
		try {
			return $this->started[] = new RealServer($name, $this->folder() . "/$name", $environment);
		} catch (Lab\Unavailable $reason) {
			self::markTestSkipped($reason->getMessage());
		}
	}

	/**
	 * Runs PHP code in a network of its own, as tests/lab/netns.sh makes it from the arguments, and returns what the code returns, by way
	 * of JSON. $this in the code has smtpd(), scripted(), proxy(), real(), client(); they listen where they are told:
	 *
	 *     $this->network(['--drop', '587', '--host', self::HOST . '=10.9.0.1'], <<<'PHP'
	 *         $server = $this->smtpd(['10.9.0.1:587=starttls', '10.9.0.1:465=implicit']);
	 *         return (new SmtpSend(['host' => self::HOST, 'ca_file' => self::authority()]))->connect()->port;
	 *         PHP);
	 *
	 * @param list<string> $arguments
	 */
	protected function network(array $arguments, string $code): mixed
	{
		$file = $this->folder() . '/inside.php';
		file_put_contents($file, "<?php\nrequire '" . __DIR__ . "/bootstrap.php';\nrequire '" . __DIR__ . "/Lab/without-phpunit.php';\n(new SmtpSend\\Tests\\Lab\\Inside)->tell(function () {\n$code\n});\n");
		$extension = getenv('SMTPSEND_EXTENSION');
		self::certificates();
		[$status, $output, $errors] = $this->start([self::root() . '/tests/lab/netns.sh', ...$arguments, '--', getenv('SMTPSEND_PHP') ?: PHP_BINARY, '-d', 'display_errors=stderr',
			...($extension ? ['-d', "extension=$extension"] : []), $file])->finish(120.0);
		if ($status === 69) {
			self::markTestSkipped(trim($errors));
		}
		if ($status !== 0 || !preg_match('/^result (.*)$/m', $output, $match)) {
			throw new \RuntimeException("in the namespace: $output $errors");
		}

		return json_decode($match[1], true, 64, JSON_THROW_ON_ERROR);
	}

	/** Any other program, stopped with the test. */
	protected function start(array $command, array $environment = []): Process
	{
		return $this->started[] = new Process($command, $environment);
	}

	protected function client(int $port, bool $implicit = false, string $address = '127.0.0.1'): Client
	{
		return new Client($port, self::authority(), $implicit, $address);
	}

	/** What a script says until its transaction may begin: greeting, EHLO, TLS, AUTH PLAIN. $mode: plain, starttls, implicit. */
	protected static function prologue(string $mode = 'starttls', string $capabilities = 'PIPELINING', bool $auth = false, string $certificate = 'server'): string
	{
		$extensions = array_filter(explode(' ', $capabilities), 'strlen');
		if ($auth) {
			$extensions[] = 'AUTH PLAIN';
		}
		$ehlo = static function (array $names): string {
			$lines = ['lab.example.test', ...$names];
			$last = array_pop($lines);

			return "C: EHLO\n" . implode('', array_map(static fn ($line) => "S: 250-$line\n", $lines)) . "S: 250 $last\n";
		};
		$script = match ($mode) {
			'plain' => "S: 220 lab ESMTP\n" . $ehlo($extensions),
			'starttls' => "S: 220 lab ESMTP\n" . $ehlo(['STARTTLS']) . "C: STARTTLS\nS: 220 go\nstarttls $certificate\n" . $ehlo($extensions),
			'implicit' => "tls $certificate\nS: 220 lab ESMTP\n" . $ehlo($extensions),
		};

		return $script . ($auth ? "C: AUTH PLAIN\nS: 235 2.7.0 ok\n" : '');
	}

	/** The folder of this test, removed with it. */
	protected function folder(): string
	{
		if ($this->folder === null) {
			$this->folder = sys_get_temp_dir() . '/smtpsend-' . getmypid() . '-' . bin2hex(random_bytes(4));
			// Servers that give up root pass through it to their own folder.
			mkdir($this->folder, 0o711);
			chmod($this->folder, 0o711);
		}

		return $this->folder;
	}

	/** The folder with the certificates of tests/lab/certs.sh, made at the first call. */
	protected static function certificates(): string
	{
		static $folder = null;
		if ($folder === null) {
			$wanted = self::root() . '/build/lab/certs';
			[$code, , $errors] = (new Process([self::root() . '/tests/lab/certs.sh', $wanted]))->finish();
			if ($code !== 0) {
				throw new \RuntimeException("tests/lab/certs.sh: $errors");
			}
			$folder = $wanted;
		}

		return $folder;
	}

	protected static function authority(): string
	{
		return self::certificates() . '/ca.pem';
	}

	protected static function root(): string
	{
		return dirname(__DIR__, 2);
	}

	private static function remove(string $path): void
	{
		if (!is_dir($path) || is_link($path)) {
			@unlink($path);

			return;
		}
		foreach (scandir($path) as $name) {
			if ($name !== '.' && $name !== '..') {
				self::remove("$path/$name");
			}
		}
		@rmdir($path);
	}
}
