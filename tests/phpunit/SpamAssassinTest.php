<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\{Process, RealServer, Reader};

/**
 * SpamAssassin, with the rules that Debian brings and without a network, finds no fault of construction in ordinary mails: what every
 * recipe of docs/messages.md delivers into a mailbox by way of a real Postfix.
 */
final class SpamAssassinTest extends Lab
{
	/**
	 * Rules that find nothing wrong with header or structure: it came by servers of ours, has html, a signature that no network was asked
	 * about, the fields of a mailing list; and the recipes, being recipes, say less than a mail does.
	 */
	private const HARMLESS = ['ALL_TRUSTED', 'HTML_MESSAGE', 'DKIM_SIGNED', 'DKIM_INVALID', 'MAILING_LIST_MULTI', 'HTML_IMAGE_ONLY_04', 'TVD_SPACE_RATIO'];

	/** @return list<string> the php blocks of the page that give the whole mail to SmtpSend */
	private static function recipes(): array
	{
		preg_match_all('/^```php\n(.*?)^```$/ms', file_get_contents(self::root() . '/docs/messages.md'), $matches);

		return array_values(array_filter($matches[1], static fn ($code) => !str_contains($code, 'sendRaw')));
	}

	/** The files that the recipes name, in a folder of their own. */
	private function workshop(): string
	{
		$folder = $this->folder() . '/recipes';
		mkdir($folder);
		foreach (['minutes', 'invoice'] as $name) {
			file_put_contents("$folder/$name.pdf", "%PDF-1.4\n" . random_bytes(5000));
		}
		file_put_contents("$folder/logo.png", base64_decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='));
		file_put_contents("$folder/report.csv", str_repeat("42,59.90\n", 10_000));
		file_put_contents("$folder/dkim.pem", Reader::key('RSA', 'rsa_keygen_bits:2048')[0]);

		return $folder;
	}

	private function deliver(string $code, RealServer $server, string $folder): void
	{
		file_put_contents("$folder/block.php", "<?php\n$code");
		$command = [PHP_BINARY];
		foreach (['extension' => getenv('SMTPSEND_EXTENSION'), 'display_errors' => 'stderr', 'error_reporting' => '-1', 'smtpsend.host' => '127.0.0.1',
			'smtpsend.port' => $server->ports['submission'], 'smtpsend.peer_name' => self::HOST, 'smtpsend.ca_file' => $server->facts['ca'],
			'smtpsend.username' => $server->facts['user'], 'smtpsend.password' => "'{$server->facts['password']}'", 'smtpsend.from' => "'Shop <shop@example.com>'"] as $name => $value) {
			array_push($command, '-d', "$name=$value");
		}
		[$status, , $errors] = (new Process([...$command, "$folder/block.php"], [], $folder))->finish();
		self::assertSame([0, ''], [$status, $errors], $code);
	}

	/** @param list<string> $mails @return list<array<string, string>> of each mail the rules that fire, and what they say */
	private function judged(array $mails): array
	{
		$files = [];
		foreach ($mails as $number => $mail) {
			file_put_contents($files[] = $this->folder() . "/$number.eml", $mail);
		}
		[$code, $output, $errors] = (new Process(['perl', self::root() . '/tests/lab/spamassassin.pl', $this->folder(), ...$files]))->finish(120.0);
		self::assertSame(0, $code, $errors);

		return array_map(static fn ($line) => json_decode($line, true, 4, JSON_THROW_ON_ERROR), explode("\n", trim($output)));
	}

	public function testFindsNoFaultOfConstruction(): void
	{
		$server = $this->real('postfix');
		$folder = $this->workshop();
		$recipes = self::recipes();
		foreach ($recipes as $recipe) {
			$this->deliver($recipe, $server, $folder);
		}
		$mails = $server->mails(count($recipes) + 3); // three of them go to two recipients
		// The judge does judge: a mail with faults of each kind, in front of the others.
		$broken = "Received: from x (localhost [127.0.0.1]) by mail.example.test; Tue, 24 Nov 2020 10:00:00 +0000\nSubject: MAKE MONEY\nContent-Type: text/html\n\n<p>x\n";
		$found = $this->judged([$broken, ...$mails]);
		[$wrong] = $found;
		self::assertArrayHasKey('MISSING_FROM', $wrong);
		self::assertArrayHasKey('MISSING_DATE', $wrong);
		self::assertArrayHasKey('MISSING_MID', $wrong);
		self::assertArrayHasKey('MIME_HTML_ONLY', $wrong);
		$faults = array_filter(array_map(static fn ($hits) => array_diff_key($hits, array_flip(self::HARMLESS)), array_slice($found, 1)));
		self::assertSame([], $faults, implode("\n", array_intersect_key($mails, $faults)));
	}
}
