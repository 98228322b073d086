<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/** A bare SMTP client on PHP's streams: what proves the lab's servers without the extension. Ten seconds for each reply. */
final class Client
{
	/** @var resource */
	private $stream;

	public function __construct(int $port, ?string $authority = null, bool $implicit = false, string $address = '127.0.0.1', private string $name = 'mail.example.test')
	{
		$context = stream_context_create(['ssl' => ['cafile' => $authority, 'peer_name' => $this->name, 'SNI_enabled' => true]]);
		$stream = @stream_socket_client("tcp://$address:$port", $code, $text, 10, STREAM_CLIENT_CONNECT, $context);
		if ($stream === false) {
			throw new \RuntimeException("connect: $text", $code);
		}
		$this->stream = $stream;
		stream_set_timeout($stream, 10);
		if ($implicit) {
			$this->startTls();
		}
	}

	public function startTls(): void
	{
		$said = '';
		set_error_handler(static function (int $level, string $text) use (&$said): bool {
			$said = $text;

			return true;
		});
		try {
			$done = stream_socket_enable_crypto($this->stream, true, STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT);
		} finally {
			restore_error_handler();
		}
		if ($done !== true) {
			throw new \RuntimeException("TLS: $said");
		}
	}

	public function send(string $octets): void
	{
		for ($left = $octets; $left !== ''; $left = substr($left, $count)) {
			$count = @fwrite($this->stream, $left);
			if ($count === false || $count === 0) {
				throw new \RuntimeException('write failed');
			}
		}
	}

	/** The next whole reply, its lines joined by a newline; '' at the end of the stream. */
	public function reply(): string
	{
		$lines = [];
		while (($line = fgets($this->stream)) !== false) {
			$lines[] = rtrim($line, "\r\n");
			if (!isset($line[3]) || $line[3] !== '-') {
				break;
			}
		}
		if (stream_get_meta_data($this->stream)['timed_out']) {
			throw new \RuntimeException('no reply in time');
		}

		return implode("\n", $lines);
	}

	public function ask(string $command): string
	{
		$this->send("$command\r\n");

		return $this->reply();
	}

	/** All octets until the end of the stream. */
	public function rest(): string
	{
		return (string) stream_get_contents($this->stream);
	}

	public function close(): void
	{
		fclose($this->stream);
	}
}
