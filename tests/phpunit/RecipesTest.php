<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\{Process, Reader, Smtpd};

/** Every php block of docs/messages.md and of the README runs as it stands, and what arrives is what it promises. */
final class RecipesTest extends Lab
{
	private const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

	private Smtpd $server;

	/** @return array<string, list<string>> the php blocks of a page by the heading above them */
	private static function blocks(string $page): array
	{
		$blocks = [];
		$heading = '';
		preg_match_all('/^#+ ([^\n]+)$|^```php\n(.*?)^```$|^```.*?^```$/ms', file_get_contents(self::root() . "/$page"), $matches, PREG_SET_ORDER);
		foreach ($matches as $match) {
			if (($match[1] ?? '') !== '') {
				$heading = $match[1];
			} elseif (isset($match[2])) {
				$blocks[$heading][] = $match[2];
			}
		}

		return $blocks;
	}

	/** The files that the recipes name, in a folder of their own. */
	private function workshop(): string
	{
		$folder = $this->folder() . '/recipes';
		mkdir($folder);
		file_put_contents("$folder/minutes.pdf", "%PDF-1.4 minutes\n");
		file_put_contents("$folder/invoice.pdf", "%PDF-1.4 invoice\n" . random_bytes(5000));
		file_put_contents("$folder/logo.png", base64_decode(self::PNG));
		file_put_contents("$folder/stored.eml", "From: shop@example.com\nTo: ann@example.net\nBcc: hidden@example.net\nSubject: stored\n\nAs it was.\n");
		file_put_contents("$folder/report.csv", '');
		$file = fopen("$folder/report.csv", 'r+');
		ftruncate($file, 40 << 20); // more than the memory_limit below
		fclose($file);

		return $folder;
	}

	/** Runs a block as a script of its own, php.ini as the README has it; its output. */
	private function block(string $code, ?string $folder = null, array $ini = []): string
	{
		$folder ??= $this->workshop();
		file_put_contents("$folder/block.php", "<?php\n$code");
		$this->server = $this->smtpd('starttls', ['--size', (string) (100 << 20)]);
		$ini += ['extension' => getenv('SMTPSEND_EXTENSION'), 'display_errors' => 'stderr', 'error_reporting' => '-1', 'memory_limit' => '32M',
			'error_log' => "$folder/error.log", 'smtpsend.host' => '127.0.0.1', 'smtpsend.port' => $this->server->port, 'smtpsend.peer_name' => self::HOST,
			'smtpsend.ca_file' => self::authority(), 'smtpsend.username' => self::USER, 'smtpsend.password' => "'" . self::CANARY . "'",
			'smtpsend.from' => "'Shop <shop@example.com>'"];
		$command = [PHP_BINARY];
		foreach ($ini as $name => $value) {
			array_push($command, '-d', "$name=$value");
		}
		[$code, $output, $errors] = (new Process([...$command, "$folder/block.php"], [], $folder))->finish();
		self::assertSame([0, ''], [$code, $errors]);
		foreach ($this->server->mails() as $mail) {
			self::assertSame([], $mail['faults']);
		}

		return $output;
	}

	/** @return list<array<string, mixed>> the block's mails as Python reads them, `envelope` being sender and recipients */
	private function read(array $records = []): array
	{
		return array_map(static function (array $mail) use ($records): array {
			$read = Reader::read($mail['message'], $records) + ['envelope' => [$mail['sender'], $mail['recipients']]];
			self::assertSame([], Reader::defects($read));
			self::assertCount(1, $read['headers']['Date']);
			self::assertArrayNotHasKey('Bcc', $read['headers']);
			return $read;
		}, $this->server->mails());
	}

	/** The only mail of the $number-th block under a heading of docs/messages.md. */
	private function recipe(string $heading, int $number = 0): array
	{
		$blocks = self::blocks('docs/messages.md');
		self::assertArrayHasKey($heading, $blocks);
		$this->block($blocks[$heading][$number]);
		$mails = $this->read();
		self::assertCount(1, $mails);

		return $mails[0];
	}

	public function testNoBlockOfThePageIsLeftOut(): void
	{
		self::assertSame(['What a message is' => 2, 'Envelope' => 1, 'Raw messages' => 1, 'Signed or encrypted elsewhere' => 1, 'Order confirmation with invoice' => 1,
			'Newsletter with one-click unsubscribe' => 1, 'Password reset' => 1, 'Invitation' => 1, 'Inline logo' => 1, 'A 500 MB report' => 2,
			'DKIM in five minutes' => 1], array_map('count', self::blocks('docs/messages.md')));
		self::assertSame(['The first mail' => 2], array_map('count', self::blocks('README.md')));
	}

	public function testTheArrayForm(): void
	{
		$mail = $this->recipe('What a message is');
		self::assertSame('mixed(text/plain, application/pdf, application/pdf, text/csv)', Reader::tree($mail));
		self::assertSame([null, 'minutes.pdf', 'Protokoll für alle.pdf', 'votes.csv'], array_column(Reader::leaves($mail), 'name'));
		self::assertSame(['ann@example.net, Bob <bob@example.net>'], $mail['headers']['To']);
		self::assertSame(['finance'], $mail['headers']['X-Committee']);
		self::assertSame(['Shop <shop@example.com>'], $mail['headers']['From']);
	}

	public function testTheFluentForm(): void
	{
		$mail = $this->recipe('What a message is', 1);
		self::assertSame('mixed(text/plain, application/pdf, text/csv)', Reader::tree($mail));
		self::assertSame([['Ann <ann@example.net>'], ['Bob <bob@example.net>']], [$mail['headers']['To'], $mail['headers']['Cc']]);
		self::assertSame(['shop@example.com', ['ann@example.net', 'bob@example.net']], $mail['envelope']);
		self::assertSame("name,vote\nAnn,yes\n", str_replace("\r\n", "\n", Reader::leaves($mail)[2]['text']));
	}

	public function testTheEnvelope(): void
	{
		$mail = $this->recipe('Envelope');
		self::assertSame(['bounces+ann@example.com', ['ann@example.net']], $mail['envelope']);
		self::assertSame(['members@example.net'], $mail['headers']['To']);
	}

	public function testARawMessage(): void // case 143
	{
		$this->block(self::blocks('docs/messages.md')['Raw messages'][0]);
		self::assertSame(["From: shop@example.com\r\nTo: ann@example.net\r\nSubject: stored\r\n\r\nAs it was.\r\n"], array_column($this->server->mails(), 'message'));
	}

	public function testSMime(): void
	{
		$folder = $this->workshop();
		[$code, , $errors] = (new Process(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=shop@example.com', '-addext', 'subjectAltName=email:shop@example.com',
			'-keyout', "$folder/key.pem", '-out', "$folder/certificate.pem"]))->finish();
		self::assertSame(0, $code, $errors);
		file_put_contents("$folder/signer.pem", file_get_contents("$folder/certificate.pem") . file_get_contents("$folder/key.pem"));
		$this->block(self::blocks('docs/messages.md')['Signed or encrypted elsewhere'][0], $folder);
		[$mail] = $this->server->mails();
		file_put_contents("$folder/arrived.eml", $mail['message']);
		[$code, $output, $errors] = (new Process(['openssl', 'smime', '-verify', '-in', "$folder/arrived.eml", '-CAfile', "$folder/certificate.pem", '-purpose', 'any']))->finish();
		self::assertSame(0, $code, $errors);
		self::assertStringContainsString('I agree.', $output);
		$read = Reader::read($mail['message']);
		self::assertSame('signed(text/plain, application/x-pkcs7-signature)', Reader::tree($read));
		self::assertSame([['Contract'], ['ann@example.net']], [$read['headers']['Subject'], $read['headers']['To']]);
	}

	public function testOrderConfirmation(): void
	{
		$folder = $this->workshop();
		$output = $this->block(self::blocks('docs/messages.md')['Order confirmation with invoice'][0], $folder);
		[$mail] = $this->read();
		self::assertSame('mixed(alternative(text/plain, text/html), application/pdf)', Reader::tree($mail));
		[$text, $html, $invoice] = Reader::leaves($mail);
		self::assertSame(['Rechnung für Bestellung 42.pdf', 'attachment', hash_file('sha256', "$folder/invoice.pdf")], [$invoice['name'], $invoice['disposition'], $invoice['sha256']]);
		self::assertStringContainsString('Hello Ann Müller,', $text['text']);
		self::assertStringContainsString('<b>59,90 €</b>', $html['text']);
		self::assertSame([['Ann Müller <ann@example.net>'], ['Order 42: thank you'], ['Service <service@example.com>']], [$mail['headers']['To'], $mail['headers']['Subject'], $mail['headers']['Reply-To']]);
		[$id, $queue] = explode(' ', trim($output));
		self::assertSame(["<$id>"], $mail['headers']['Message-ID']);
		self::assertSame($this->server->mails()[0]['id'], $queue);
	}

	public function testNewsletter(): void
	{
		$this->block(self::blocks('docs/messages.md')['Newsletter with one-click unsubscribe'][0]);
		$mails = $this->read();
		self::assertCount(2, $mails);
		foreach (['ann@example.net' => 'token-a', 'bob@example.net' => 'token-b'] as $address => $token) {
			$mail = array_shift($mails);
			self::assertSame(["bounces+$token@example.com", [$address]], $mail['envelope']);
			self::assertSame(["<https://example.com/unsubscribe?$token>, <mailto:leave@example.com?subject=$token>"], $mail['headers']['List-Unsubscribe']);
			self::assertSame(['List-Unsubscribe=One-Click'], $mail['headers']['List-Unsubscribe-Post']);
			self::assertSame(['News <news.example.com>'], $mail['headers']['List-Id']);
			self::assertSame('alternative(text/plain, text/html)', Reader::tree($mail));
			self::assertStringContainsString('It gets colder.', Reader::leaves($mail)[0]['text']);
		}
		self::assertSame([1, 1], array_column($this->server->mails(), 'connection'), 'over one connection');
	}

	public function testPasswordReset(): void
	{
		$mail = $this->recipe('Password reset');
		self::assertSame(['auto-generated'], $mail['headers']['Auto-Submitted']);
		self::assertSame(['', ['ann@example.net']], $mail['envelope']);
		self::assertMatchesRegularExpression('~^https://example\.com/reset\?token=[0-9a-f]{32}\r?$~m', $mail['text']);
	}

	public function testInvitation(): void
	{
		$mail = $this->recipe('Invitation');
		self::assertSame('mixed(alternative(text/plain, text/html, text/calendar), application/ics)', Reader::tree($mail));
		[, , $shown, $attached] = Reader::leaves($mail);
		self::assertSame(['REQUEST', null], [$shown['params']['method'], $shown['disposition']]);
		self::assertSame(['invite.ics', 'attachment', $shown['sha256']], [$attached['name'], $attached['disposition'], $attached['sha256']]);
		self::assertStringContainsString("DTSTART:20300506T120000Z\r\nDTEND:20300506T130000Z", $shown['text']);
	}

	public function testInlineLogo(): void
	{
		$mail = $this->recipe('Inline logo');
		self::assertSame('related(alternative(text/plain, text/html), image/png)', Reader::tree($mail));
		$leaves = Reader::leaves($mail);
		self::assertSame(['<logo>', 'inline', hash('sha256', base64_decode(self::PNG))], [$leaves[2]['cid'], $leaves[2]['disposition'], $leaves[2]['sha256']]);
	}

	public function testALargeReport(): void // case 152
	{
		$mail = $this->recipe('A 500 MB report');
		[, $report] = Reader::leaves($mail);
		self::assertSame(['report.csv', 40 << 20], [$report['name'], $report['octets']]);
	}

	public function testAReportOfAGenerator(): void
	{
		$mail = $this->recipe('A 500 MB report', 1);
		[, $report] = Reader::leaves($mail);
		self::assertSame(['report.csv', 'text/csv'], [$report['name'], $report['type']]);
		self::assertStringEndsWith("100000,59.90\n", str_replace("\r\n", "\n", $report['text']));
		self::assertSame(100001, substr_count($report['text'], "\n"));
	}

	public function testDkim(): void
	{
		[$pem, $record] = Reader::key('RSA', 'rsa_keygen_bits:2048');
		$folder = $this->workshop();
		file_put_contents("$folder/dkim.pem", $pem);
		$this->block(self::blocks('docs/messages.md')['DKIM in five minutes'][0], $folder);
		[$mail] = $this->read(['2030._domainkey.example.com' => $record]);
		self::assertSame([true], $mail['dkim']);
	}

	public function testTheReadmesFirstMail(): void
	{
		$output = $this->block(self::blocks('README.md')['The first mail'][0]);
		[$mail] = $this->read();
		self::assertSame([['Order 42'], 'It is on its way.'], [$mail['headers']['Subject'], trim($mail['text'])]);
		self::assertSame($this->server->mails()[0]['id'], trim($output));
	}

	public function testTheReadmesException(): void
	{
		$code = self::blocks('README.md')['The first mail'][1];
		$said = preg_replace('/(\$e->[^;]+);/', 'echo json_encode($1), "\n";', $code);
		$output = $this->block("\$smtp = new SmtpSend; \$mail = ['to' => 'ann@example.net', 'subject' => 's', 'text' => 't'];\n$said", null, ['smtpsend.password' => 'wrong']);
		[$message, $code, $hint, $attempts, $outcome] = array_map(static fn ($line) => json_decode($line, true), explode("\n", $output));
		self::assertStringStartsWith('auth: server said "535 5.7.8 ', $message);
		self::assertSame([535, 'not sent'], [$code, $outcome]);
		self::assertNotSame('', $hint);
		self::assertNotSame([], $attempts);
	}
}
