<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/** The smallest FastCGI client: one request a connection, as a web server would ask PHP-FPM. */
final class FastCgi
{
	private const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6;

	public function __construct(private readonly string $socket, private readonly float $seconds = 10.0)
	{
	}

	private static function record(int $type, string $content): string
	{
		return pack('CCnnCC', 1, $type, 1, strlen($content), 0, 0) . $content;
	}

	private static function length(string $text): string
	{
		return strlen($text) < 128 ? chr(strlen($text)) : pack('N', strlen($text) | 0x80000000);
	}

	/** What the script printed, headers and all; null: the worker ended without an answer. */
	public function get(string $script, string $query = ''): ?string
	{
		$params = '';
		foreach (['SCRIPT_FILENAME' => $script, 'SCRIPT_NAME' => '/page.php', 'REQUEST_METHOD' => 'GET', 'QUERY_STRING' => $query, 'SERVER_PROTOCOL' => 'HTTP/1.1'] as $name => $value) {
			$params .= self::length($name) . self::length($value) . $name . $value;
		}
		$stream = stream_socket_client("unix://$this->socket", $code, $error, $this->seconds);
		stream_set_timeout($stream, (int) $this->seconds);
		fwrite($stream, self::record(self::BEGIN, pack('nCx5', 1, 0)) . self::record(self::PARAMS, $params) . self::record(self::PARAMS, '') . self::record(self::STDIN, ''));
		$output = '';
		while (($head = stream_get_contents($stream, 8)) !== false && strlen($head) === 8) {
			['type' => $type, 'length' => $length, 'padding' => $padding] = unpack('Cversion/Ctype/nid/nlength/Cpadding', $head);
			$content = substr((string) stream_get_contents($stream, $length + $padding), 0, $length);
			if ($type === self::STDOUT) {
				$output .= $content;
			} elseif ($type === self::END) {
				return $output;
			}
		}

		return null;
	}
}
