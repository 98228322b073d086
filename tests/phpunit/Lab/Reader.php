<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/** tests/lab/read_mail.py: a mail as a reader that is not ours sees it. */
final class Reader
{
	/**
	 * @param array<string, string> $records name => TXT record; with it, `dkim` says of each signature whether dkimpy finds it right
	 * @return array<string, mixed> as read_mail.py says
	 */
	public static function read(string $octets, array $records = []): array
	{
		$file = tempnam(sys_get_temp_dir(), 'mail');
		$dns = tempnam(sys_get_temp_dir(), 'dns');
		try {
			file_put_contents($file, $octets);
			file_put_contents($dns, json_encode($records, JSON_THROW_ON_ERROR));
			[$code, $output, $errors] = (new Process(['/usr/bin/python3', dirname(__DIR__, 2) . '/lab/read_mail.py', $file, ...($records ? ['--dns', $dns] : [])]))->finish();
		} finally {
			unlink($file);
			unlink($dns);
		}
		if ($code !== 0) {
			throw new \RuntimeException("read_mail.py: $errors");
		}

		return json_decode($output, true, 64, JSON_THROW_ON_ERROR);
	}

	/** The types of a mail's parts: "mixed(alternative(text/plain, text/html), image/png)". */
	public static function tree(array $part): string
	{
		return isset($part['parts']) ? substr($part['type'], strlen('multipart/')) . '(' . implode(', ', array_map(self::tree(...), $part['parts'])) . ')' : $part['type'];
	}

	/** @return list<array<string, mixed>> the parts that are no multipart, in their order */
	public static function leaves(array $part): array
	{
		return isset($part['parts']) ? array_merge(...array_map(self::leaves(...), $part['parts'])) : [$part];
	}

	/** @return list<string> every defect that the reader found, in the message within the message too */
	public static function defects(array $part): array
	{
		return array_merge($part['defects'], ...array_map(self::defects(...), $part['parts'] ?? (isset($part['mail']) ? [$part['mail']] : [])));
	}

	/** A key pair: [PEM of the private key, its DNS record]. */
	public static function key(string $kind, string ...$options): array
	{
		$run = static function (array $command): string {
			[$code, $output, $errors] = (new Process($command))->finish();
			if ($code !== 0) {
				throw new \RuntimeException($errors);
			}
			return $output;
		};
		$file = tempnam(sys_get_temp_dir(), 'key');
		$run(['openssl', 'genpkey', '-algorithm', $kind, '-out', $file, ...array_merge(...array_map(static fn ($option) => ['-pkeyopt', $option], array_values($options)), ...[[]])]);
		$run(['openssl', 'pkey', '-in', $file, '-pubout', '-outform', 'DER', '-out', "$file.der"]);
		$public = file_get_contents("$file.der");
		$pem = file_get_contents($file);
		unlink($file);
		unlink("$file.der");

		return [$pem, 'v=DKIM1; k=' . strtolower($kind) . '; p=' . base64_encode(strtolower($kind) === 'ed25519' ? substr($public, -32) : $public)];
	}
}
