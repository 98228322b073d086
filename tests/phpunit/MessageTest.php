<?php
declare(strict_types=1);

use SmtpSend\{InvalidMessageException, InvalidOptionException, Message};
use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\{Process, Reader};

/** Messages as a reader that is not ours sees them, in constant memory, signed; and what is said of wrong ones. */
final class MessageTest extends Lab
{
	private static function message(): Message
	{
		return (new Message)->from('Shop <shop@example.com>')->to('ann@example.net')->subject('Order 42')->text("It is on its way.\n");
	}

	private function smtp(int $port, array $more = []): SmtpSend
	{
		return new SmtpSend($more + ['host' => '127.0.0.1', 'port' => $port, 'peer_name' => self::HOST, 'ca_file' => self::authority(), 'username' => self::USER, 'password' => self::CANARY]);
	}

	private static function chunks(string ...$chunks): Generator
	{
		yield from $chunks;
	}

	private static function stream(string $octets, string $kind = 'php://temp')
	{
		$stream = fopen($kind, 'w+');
		fwrite($stream, $octets);
		rewind($stream);

		return $stream;
	}

	/** A message with one of each. */
	private function everything(): Message
	{
		$file = $this->folder() . '/plan.pdf';
		file_put_contents($file, "%PDF\r\n" . random_bytes(3000));

		return self::message()
			->subject('Grüße aus Köln, ' . str_repeat('schöne ', 20) . '🎉')
			->html('<p>Grüße <img src="cid:logo"></p>')
			->embed("\x89PNG one", 'logo', 'image/png')
			->attachFile($file, 'Übersicht "neu".pdf')
			->attach('string', 'a.bin')
			->attach(self::stream('stream'), 'b.bin')
			->attach(self::chunks('chu', '', 'nks'), 'c.bin')
			->attach(['of an ', 'array'], 'd.bin')
			->attachMessage(self::message()->subject('inner ü'), 'inner.eml')
			->calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
	}

	public function testWhatIsSentIsWhatIsPrintedAndWritten(): void // I10
	{
		$message = $this->everything();
		$server = $this->smtpd('starttls');
		$smtp = $this->smtp($server->port);
		$smtp->send($message);
		$stream = fopen('php://temp', 'w+');
		$count = $message->writeTo($stream);
		rewind($stream);
		$octets = $message->toString();
		self::assertSame(strlen($octets), $count);
		self::assertTrue($octets === stream_get_contents($stream), 'writeTo');
		$smtp->send($message);
		$smtp->sendRaw('shop@example.com', 'ann@example.net', $octets);
		foreach ($server->mails() as $mail) {
			self::assertTrue($octets === $mail['message'], 'send');
			self::assertSame([], $mail['faults']);
		}
		self::assertCount(3, $server->mails());
	}

	public function testAReaderFindsEveryPart(): void
	{
		$mail = Reader::read($this->everything()->toString());
		self::assertSame([], Reader::defects($mail));
		self::assertSame('mixed(related(alternative(text/plain, text/html, text/calendar), image/png), application/pdf, application/octet-stream, application/octet-stream, application/octet-stream, application/octet-stream, message/rfc822, application/ics)',
			Reader::tree($mail));
		$parts = Reader::leaves($mail);
		self::assertSame(['Übersicht "neu".pdf', 'a.bin', 'b.bin', 'c.bin', 'd.bin', 'inner.eml', 'invite.ics'], array_column(array_slice($parts, 4), 'name'));
		foreach (['string' => 5, 'stream' => 6, 'chunks' => 7, 'of an array' => 8] as $octets => $at) {
			self::assertSame(hash('sha256', $octets), $parts[$at]['sha256']);
		}
		self::assertSame(hash_file('sha256', $this->folder() . '/plan.pdf'), $parts[4]['sha256']);
		self::assertSame(['inner ü'], $parts[9]['mail']['headers']['Subject']);
		self::assertSame(['Grüße aus Köln, ' . str_repeat('schöne ', 20) . '🎉'], $mail['headers']['Subject']);
		self::assertSame(['<logo>', 'inline'], [$parts[3]['cid'], $parts[3]['disposition']]);
	}

	public function testAStreamIsReadFromWhereItStands(): void
	{
		$plain = fopen($this->folder() . '/plain', 'w+');
		foreach ([self::stream('0123456789'), $plain] as $stream) {
			ftruncate($stream, 0);
			rewind($stream);
			fwrite($stream, '0123456789');
			fseek($stream, 4);
			$message = self::message()->attach($stream, 'x.bin');
			fclose($stream);
			self::assertSame(hash('sha256', '456789'), Reader::leaves(Reader::read($message->toString()))[1]['sha256']);
		}
	}

	public function testATextInAnotherCharset(): void // case 153
	{
		$mail = Reader::read(self::message()->text("Preis: 5 \xA4", 'iso-8859-15')->toString());
		self::assertSame(['Preis: 5 €', 'iso-8859-15'], [trim($mail['text']), $mail['params']['charset']]);
	}

	public function testACloneAndASetterMakeNewIds(): void
	{
		$message = self::message();
		$id = static fn (Message $of): string => Reader::read($of->toString())['headers']['Message-ID'][0];
		$first = $id($message);
		self::assertSame($first, $id($message));
		$clone = (clone $message)->to('bob@example.net');
		self::assertNotSame($first, $id($clone));
		self::assertSame($first, $id($message), 'the clone is apart');
		self::assertNotSame($first, $id($message->subject('other')));
		self::assertSame(['ann@example.net, bob@example.net'], Reader::read($clone->toString())['headers']['To']);
	}

	public function testAMessageOutlivesWhatWasPutIntoIt(): void
	{
		$file = $this->folder() . '/gone';
		file_put_contents($file, 'still here');
		$inner = self::message()->subject('as it was');
		$message = self::message()->attachFile($file)->attachMessage($inner);
		unlink($file);
		$inner->subject('changed');
		unset($inner);
		$parts = Reader::leaves(Reader::read((clone $message)->toString()));
		self::assertSame(hash('sha256', 'still here'), $parts[1]['sha256']);
		self::assertSame(['as it was'], $parts[2]['mail']['headers']['Subject']);
	}

	public function testIsNotSerializable(): void
	{
		foreach ([self::message(), new SmtpSend\RawMessage('a@example.com', 'b@example.com', 'x')] as $message) {
			try {
				serialize($message);
				self::fail('no exception');
			} catch (Exception $e) {
				self::assertStringContainsString('is not allowed', $e->getMessage());
			}
		}
	}

	public function testAGeneratorsExceptionReachesTheCallerAndTheMessageIsAsBefore(): void // cases 150, 178
	{
		$message = self::message();
		try {
			$message->attach((static function () {
				yield 'x';
				throw new DomainException('mine');
			})(), 'x.bin');
			self::fail('no exception');
		} catch (DomainException $e) {
			self::assertSame('mine', $e->getMessage());
		}
		self::assertSame('text/plain', Reader::tree(Reader::read($message->toString())));
	}

	/* --- memory --- */

	/** Runs code that has $large, a path of 300 MB, under memory_limit=32M; [what it echoes, growth of the resident peak in kB]. */
	private function inLittleMemory(string $code): array
	{
		$large = $this->folder() . '/large.bin';
		if (!file_exists($large)) {
			$file = fopen($large, 'w');
			ftruncate($file, 300_000_000);
			fclose($file);
		}
		$script = $this->folder() . '/little.php';
		$options = var_export(['ca_file' => self::authority(), 'peer_name' => self::HOST, 'username' => self::USER, 'password' => self::CANARY], true);
		file_put_contents($script, "<?php\n\$large = '$large'; \$folder = '{$this->folder()}'; \$options = $options;" . <<<'PHP'
			function peak(): int { preg_match('/VmHWM:\s+(\d+)/', file_get_contents('/proc/self/status'), $m); return (int) $m[1]; }
			function message(): SmtpSend\Message { return (new SmtpSend\Message)->from('a@example.com')->to('b@example.com')->subject('s')->text('t'); }
			$null = fopen('/dev/null', 'w');
			message()->attach(fopen('data:,x', 'r'), 'x')->attach((function () { yield 'x'; })(), 'x')->writeTo($null);
			$before = peak();
			PHP . "\n$code\necho \"\\n\", peak() - \$before;");
		[$status, $output, $errors] = (new Process([PHP_BINARY, '-d', 'extension=' . getenv('SMTPSEND_EXTENSION'), '-d', 'memory_limit=32M', '-d', 'display_errors=stderr', $script]))->finish(300.0);
		self::assertSame([0, ''], [$status, $errors]);
		$lines = explode("\n", $output);

		return [$lines[0], (int) end($lines)];
	}

	/** Octets of the base64 of 300 MB in lines of 76. */
	private const ENCODED = 400_000_000 + 2 * 5_263_158;

	public function large(): array
	{
		return [
			'by path' => ['->attachFile($large)', 1024],
			'by stream' => ['->attach(fopen($large, "r"), "large.bin")', 1024],
			'by a stream that is no file' => ['->attach(popen("head -c 300000000 /dev/zero", "r"), "large.bin")', 4096],
			'by generator' => ['->attach((function () { $chunk = str_repeat("\0", 100_000); for ($i = 0; $i < 3000; $i++) { yield $chunk; } })(), "large.bin")', 4096],
		];
	}

	/** @dataProvider large */
	public function testALargeAttachmentCostsNoMemory(string $attach, int $allowed): void // cases 152, 180
	{
		[$count, $grown] = $this->inLittleMemory("echo message(){$attach}->writeTo(\$null);");
		self::assertGreaterThan(self::ENCODED, (int) $count);
		self::assertLessThan(self::ENCODED + 2000, (int) $count);
		self::assertLessThan($allowed, $grown, 'kB');
	}

	public function testALargeMessageWithinAMessageCostsNoMemory(): void // cases 152, 180
	{
		[$count, $grown] = $this->inLittleMemory('echo message()->attachMessage(message()->attachFile($large))->writeTo($null);');
		self::assertGreaterThan(self::ENCODED, (int) $count);
		self::assertLessThan(4096, $grown, 'kB');
	}

	public function testALargeAttachmentIsSentInNoMemory(): void // cases 152, 180
	{
		$server = $this->smtpd('starttls', ['--size', '1000000000']);
		[$accepted, $grown] = $this->inLittleMemory("echo count((new SmtpSend(['host' => '127.0.0.1', 'port' => $server->port] + \$options))->send(message()->attachFile(\$large))->accepted);");
		self::assertSame('1', $accepted);
		self::assertLessThan(8192, $grown, 'kB, TLS and its certificates with it');
		[$line] = file("$server->folder/ledger.jsonl");
		$entry = json_decode($line, true);
		self::assertSame([], $entry['faults']);
		self::assertGreaterThan(self::ENCODED, $entry['octets']);
		// 300 MB of NUL are lines of 76 As, and one shorter.
		$full = 0;
		$line = str_repeat('A', 76) . "\r\n";
		for ($file = fopen($entry['file'], 'r'); ($read = fgets($file)) !== false;) {
			$full += $read === $line;
		}
		self::assertSame(intdiv(300_000_000, 57), $full);
	}

	/* --- DKIM --- */

	public function testBothAlgorithmsVerify(): void // cases 237, 240
	{
		[$rsa, $rsaRecord] = Reader::key('RSA', 'rsa_keygen_bits:2048');
		[$ed, $edRecord] = Reader::key('ED25519');
		file_put_contents($this->folder() . '/ed.pem', $ed);
		$records = ['r._domainkey.example.com' => $rsaRecord, 'e._domainkey.example.com' => $edRecord];
		$server = $this->smtpd('starttls');
		$smtp = $this->smtp($server->port, ['dkim_domain' => ['example.com', 'example.com'], 'dkim_selector' => ['r', 'e'], 'dkim_key' => [$rsa, $this->folder() . '/ed.pem']]);
		$smtp->send($this->everything());
		$smtp->send(self::message()->from('shop@mail.example.com'));
		$smtp->sendRaw('shop@example.com', 'ann@example.net', "From: shop@example.com\nBcc: x@example.net\nSubject: raw\n\nraw\n\n\n");
		$smtp->send(self::message()->from('shop@example.org'));
		$found = array_map(static fn ($mail) => Reader::read($mail['message'], $records), $server->mails());
		self::assertSame([[true, true], [true, true], [true, true], []], array_column($found, 'dkim'));
		foreach (array_slice($found, 0, 3) as $mail) {
			foreach ($mail['headers']['DKIM-Signature'] as $signature) {
				self::assertDoesNotMatchRegularExpression('/\b[lx]=\d/', $signature); // case 233
			}
		}
		// What is changed or added on the way no longer verifies (cases 234, 235).
		$octets = $server->mails()[0]['message'];
		foreach ([str_replace('Shop <shop', 'Shup <shop', $octets), "Subject: added\r\n$octets", "Content-Type: text/html\r\n$octets", substr($octets, 0, -4) . "x\r\n"] as $changed) {
			self::assertNotContains(true, Reader::read($changed, $records)['dkim']);
		}
	}

	public function testAnEncryptedKeyOpensWithItsPassphrase(): void // case 241
	{
		[$pem, $record] = Reader::key('RSA', 'rsa_keygen_bits:2048');
		openssl_pkey_export(openssl_pkey_get_private($pem), $encrypted, 'open sesame');
		$options = ['dkim_domain' => 'example.com', 'dkim_selector' => 's', 'dkim_key' => $encrypted];
		$server = $this->smtpd('starttls');
		$this->smtp($server->port, $options + ['dkim_key_passphrase' => 'open sesame'])->send(self::message());
		self::assertSame([true], Reader::read($server->mails()[0]['message'], ['s._domainkey.example.com' => $record])['dkim']);
		foreach (['wrong', ''] as $passphrase) {
			$this->refused($options + ['dkim_key_passphrase' => $passphrase], '/dkim_key.*passphrase/');
		}
	}

	/** An option that is wrong: says so, sends nothing, and shows nothing of the key. */
	private function refused(array $options, string $sentence): void
	{
		try {
			(new SmtpSend($options + ['host' => '127.0.0.1', 'port' => 9]))->send(self::message());
			self::fail('no exception');
		} catch (InvalidOptionException $e) {
			self::assertMatchesRegularExpression($sentence, $e->getMessage());
			self::assertSame(['options', 'not sent', []], [$e->stage, $e->outcome, $e->attempts]);
			foreach ((array) ($options['dkim_key'] ?? []) as $key) {
				str_starts_with($key, '-----') && self::assertStringNotContainsString(substr($key, 40, 30), (string) $e);
			}
		}
	}

	public function testAWeakOrForeignKeySendsNothing(): void // cases 240, 241, 245
	{
		$options = ['dkim_domain' => 'example.com', 'dkim_selector' => 's'];
		[$weak] = Reader::key('RSA', 'rsa_keygen_bits:768');
		[$curve] = Reader::key('EC', 'ec_paramgen_curve:P-256');
		[$good] = Reader::key('RSA', 'rsa_keygen_bits:2048');
		$this->refused($options + ['dkim_key' => $weak], '/768 bits|1024/');
		$this->refused($options + ['dkim_key' => $curve], '/RSA.*Ed25519|Ed25519.*RSA/');
		$this->refused($options + ['dkim_key' => "-----BEGIN PRIVATE KEY-----\nZ2FyYmFnZSBnYXJiYWdlIGdhcmJhZ2UgZ2FyYmFnZQ==\n-----END PRIVATE KEY-----\n"], '/dkim_key/');
		$this->refused($options + ['dkim_key' => $this->folder() . '/none.pem'], '/dkim_key.*cannot be read/');
		$this->refused($options + ['dkim_key' => $this->folder()], '/dkim_key.*no regular file/');
		file_put_contents($this->folder() . '/huge.pem', $good . str_repeat("#\n", 40_000));
		$this->refused($options + ['dkim_key' => $this->folder() . '/huge.pem'], '/dkim_key.*(64|KiB|large)/');
	}

	public function testEachNameSignsWithItsOwnFile(): void // case 241
	{
		[$first, $firstRecord] = Reader::key('ED25519');
		[$second, $secondRecord] = Reader::key('ED25519');
		[$certificate] = [file_get_contents(self::authority())];
		$folder = $this->folder();
		file_put_contents("$folder/with-certificate.pem", $certificate . $first);
		file_put_contents("$folder/two.pem", $first . $second);
		file_put_contents("$folder/nul.pem", "$first\0$second");
		$options = ['dkim_domain' => ['example.com', 'example.com'], 'dkim_selector' => ['a', 'b']];
		$server = $this->smtpd('starttls');
		$this->smtp($server->port, $options + ['dkim_key' => ["$folder/with-certificate.pem", $second]])->send(self::message());
		self::assertSame([true, true], Reader::read($server->mails()[0]['message'], ['a._domainkey.example.com' => $firstRecord, 'b._domainkey.example.com' => $secondRecord])['dkim']);
		$this->refused($options + ['dkim_key' => ["$folder/two.pem", $second]], '/dkim_key holds several keys/');
		$this->refused(['dkim_domain' => 'example.com', 'dkim_selector' => 's', 'dkim_key' => "$folder/two.pem"], '/dkim_key holds several keys/');
		$this->refused(['dkim_domain' => 'example.com', 'dkim_selector' => 's', 'dkim_key' => "$folder/nul.pem"], '/dkim_key holds no private key/');
	}

	public function testNamesInASignatureAreNames(): void // case 236
	{
		[$pem] = Reader::key('ED25519');
		foreach (["example.com; i=@evil.example", "example.com\r\nBcc: x@example.net", 'a b.example', ''] as $domain) {
			$this->refused(['dkim_domain' => $domain, 'dkim_selector' => 's', 'dkim_key' => $pem], '/dkim_domain/');
		}
		foreach (['s; l=0', "s\r\n x", 's p', ''] as $selector) {
			$this->refused(['dkim_domain' => 'example.com', 'dkim_selector' => $selector, 'dkim_key' => $pem], '/dkim_selector/');
		}
		$this->refused(['dkim_domain' => 'example.com', 'dkim_selector' => 's'], '/dkim_key/');
		$this->refused(['dkim_domain' => ['example.com', 'example.org'], 'dkim_selector' => 's', 'dkim_key' => $pem], '/dkim_/');
		$this->refused(['dkim_domain' => 'example.com', 'dkim_selector' => 's', 'dkim_key' => $pem, 'dkim_headers' => 'Subject,To'], '/dkim_headers.*From/');
	}

	/* --- wrong messages --- */

	public function wrong(): array
	{
		$long = str_repeat('a', 65);
		$rows = [];
		$row = static function (string $name, Closure $call, string $sentence) use (&$rows): void {
			$rows[$name] = [$call, $sentence];
		};
		foreach (['from', 'sender', 'replyTo', 'to', 'cc', 'bcc'] as $people) {
			$row("case 156: $people, a line break", static fn (Message $m) => $m->$people("\"x\r\nRCPT TO:<e@v>\"@example.com"), '/control|line break/');
			$row("case 157: $people, a parameter", static fn (Message $m) => $m->$people('<a@example.com> NOTIFY=NEVER'), '/write|behind/');
			$row("case 157: $people, an open bracket", static fn (Message $m) => $m->$people('a@example.com> SIZE=1'), '/write/');
			$row("case 159: $people, a comment", static fn (Message $m) => $m->$people('user@exa(c)mple.com'), '/comment|parenthes|write/');
			$row("case 159: $people, a source route", static fn (Message $m) => $m->$people('<@a,@b:c@example.com>'), '/nothing in front of its @/');
			$row("case 163: $people, a group", static fn (Message $m) => $m->$people('friends: a@example.com;'), '/group|array|write/');
			$row("case 163: $people, a list in a string", static fn (Message $m) => $m->$people('a@example.com, b@example.com'), $people === 'sender' ? '/one|array/' : '/array/');
			$row("case 161: $people, a wrong A-label", static fn (Message $m) => $m->$people('a@xn--0.example'), '/xn--|domain/');
			$row("case 169: $people, no domain", static fn (Message $m) => $m->$people('root'), '/domain|@|write/');
			$row("case 170: $people, a long local part", static fn (Message $m) => $m->$people("$long@example.com"), '/64/');
			$row("case 170: $people, a long label", static fn (Message $m) => $m->$people("a@$long.com"), '/63/');
			$row("case 170: $people, a long domain", static fn (Message $m) => $m->$people('a@' . str_repeat('abcdefg.', 40) . 'com'), '/25[0-6]/');
			$row("case 166: $people, nobody", static fn (Message $m) => $m->$people(''), '/write|empty/');
			$row("$people, no text", static fn (Message $m) => $m->$people(['a@example.com' => "x\ny"]), '/control|line break/');
		}
		foreach (["a\r\nBcc: x@example.net", "a\nb", "a\rb", "a\0b", "a\x0Bb", "a\x0Cb", "a\x7Fb"] as $at => $text) {
			$row("case 133: subject $at", static fn (Message $m) => $m->subject($text), '/control|line break|NUL/');
			$row("case 133: header $at", static fn (Message $m) => $m->header('X-A', $text), '/control|line break|NUL/');
			$row("case 136: a file name $at", static fn (Message $m) => $m->attach('x', $text), '/control|line break|NUL/');
			$row("case 139: listUnsubscribe $at", static fn (Message $m) => $m->listUnsubscribe("https://example.com/$text"), '/listUnsubscribe|List-Unsubscribe/');
		}
		foreach (["a\r\nBcc", 'a:b', 'a b', '', 'ä', str_repeat('x', 77)] as $at => $name) {
			$row("case 134: a header's name $at", static fn (Message $m) => $m->header($name, 'x'), '/name/');
		}
		foreach (['Subject', 'from', 'TO', 'Bcc', 'Date', 'Message-ID', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding', 'Return-Path', 'DKIM-Signature'] as $name) {
			$row("case 144: $name", static fn (Message $m) => $m->header($name, 'x'), '/^message: header\(\) does not set .*: .*(call|use|write|set|written)/i');
		}
		foreach (['text', 'text/', "text/plain; a\r\nb=c", 'text/plain; =x', 'multipart/mixed', 'a b/c'] as $at => $type) {
			$row("case 137: a type $at", static fn (Message $m) => $m->attach('x', 'x', $type), '/type/');
		}
		foreach (["utf-8\r\nX: y", 'utf 8', 'x;y'] as $at => $charset) {
			$row("case 137: a charset $at", static fn (Message $m) => $m->text('x', $charset), '/charset/');
			$row("case 137: a charset of html $at", static fn (Message $m) => $m->html('x', $charset), '/charset/');
		}
		foreach (['phar://x/y', 'http://example.com/', 'php://filter/read=x/resource=/etc/passwd', 'data:,x', 'glob:///etc/*'] as $path) {
			$row("case 147: $path", static fn (Message $m) => $m->attachFile($path), '/URL: write/');
			$row("case 147: embedded $path", static fn (Message $m) => $m->embedFile($path, 'x'), '/URL: write/');
		}
		foreach (['/none/none', '/dev/zero', '/', '', "/etc/passwd\0.pdf"] as $path) {
			$row('case 148: ' . json_encode($path), static fn (Message $m) => $m->attachFile($path), '/attachment names .* which/');
		}
		foreach (['', "a\r\nb", 'a b', '<a>b', "a\0"] as $at => $cid) {
			$row("a content id $at", static fn (Message $m) => $m->embed('x', $cid), '/content id.*write/');
		}
		foreach (["a\r\nb@c", 'a b@c', '<a@b', 'a@b> <c@d'] as $at => $id) {
			$row("messageId $at", static fn (Message $m) => $m->messageId($id), '/id/');
			$row("inReplyTo $at", static fn (Message $m) => $m->inReplyTo($id), '/id/');
			$row("references $at", static fn (Message $m) => $m->references([$id]), '/id/');
		}
		foreach ([-1, 6, PHP_INT_MAX] as $priority) {
			$row("priority $priority", static fn (Message $m) => $m->priority($priority), '/1.*5/');
		}
		$row('an unknown scheme', static fn (Message $m) => $m->listUnsubscribe('ftp://example.com/'), '/https/');
		$row('one click by http', static fn (Message $m) => $m->listUnsubscribe('http://example.com/', true), '/https/');
		$row('autoSubmitted', static fn (Message $m) => $m->autoSubmitted('yes'), '/auto-generated/');
		$row('a calendar\'s method', static fn (Message $m) => $m->calendar('BEGIN:VCALENDAR', "REQUEST\r\nX"), '/method/');
		$row('envelope', static fn (Message $m) => $m->envelope("a@example.com\r\nRCPT"), '/control|line break|write/');
		$row('envelope\'s recipients', static fn (Message $m) => $m->envelope(null, ['a@example.com', 'b']), '/write|domain|@/');
		$row('dsn', static fn (Message $m) => $m->dsn('sometimes'), '/write success, failure, delay, or never/');
		$row('dsn\'s return', static fn (Message $m) => $m->dsn([], 'body'), '/write full or headers/');
		$row('dsn\'s id', static fn (Message $m) => $m->dsn([], '', str_repeat('x', 101)), '/100/');
		$row('dsn: never and more', static fn (Message $m) => $m->dsn(['never', 'delay']), '/never/');
		$row('attach, an object', static fn (Message $m) => $m->attach(new stdClass, 'x'), '/give a string, a stream or an iterable of strings/');
		$row('attach, a chunk that is none', static fn (Message $m) => $m->attach([1], 'x'), '/give strings/');
		$row('case 153: a subject in another charset', static fn (Message $m) => $m->subject("Gr\xFC\xDFe"), '/UTF-8/');

		return $rows;
	}

	/** @dataProvider wrong */
	public function testSaysWhatIsWrongAndLeavesTheMessageAsItWas(Closure $call, string $sentence): void
	{
		$message = self::message()->messageId('kept@example.com');
		$before = $message->toString();
		try {
			$call($message);
			self::fail('no exception');
		} catch (InvalidMessageException $e) {
			self::assertMatchesRegularExpression($sentence, $e->getMessage());
			self::assertDoesNotMatchRegularExpression('/[\x00-\x1F\x7F]/', $e->getMessage());
			self::assertSame(['message', 'not sent', 0, false], [$e->stage, $e->outcome, $e->getCode(), $e->isTransient()]);
		}
		self::assertSame($before, $message->toString());
	}

	public function testAHugeAddressIsRefusedAtOnce(): void // case 162
	{
		foreach ([str_repeat('a', 10_000_000), str_repeat('"\\', 5_000_000), str_repeat('(', 10_000_000), str_repeat('a@', 5_000_000), str_repeat('a.', 5_000_000) . '@x'] as $address) {
			$start = hrtime(true);
			try {
				self::message()->to($address);
				self::fail('no exception');
			} catch (InvalidMessageException $e) {
				self::assertLessThan(100_000_000, hrtime(true) - $start, 'ns');
				self::assertLessThan(2000, strlen($e->getMessage()));
			}
		}
	}

	public function testWhatIsAllowedIsSpelledRight(): void // cases 136, 158, 165, 169
	{
		$message = (new Message)->from('shop@[192.0.2.1]')->to(['"xclow3n@gmail.com x"@internal.example', 'ann@EXAMPLE.net', 'ann@example.net', 'ann@[IPv6:2001:db8::1]', 'a@bücher.example'])->bcc('ann@example.net')
			->text('x')->attach('x', '../../etc/pass"wd\\evil.txt')->attach('x', "\u{202E}fdp.exe");
		$directory = $this->folder();
		$result = (new SmtpSend("capture://$directory"))->send($message);
		self::assertSame(['"xclow3n@gmail.com x"@internal.example', 'ann@[IPv6:2001:db8::1]', 'a@xn--bcher-kva.example'], array_values(array_filter($result->accepted, static fn ($a) => !preg_match('/^ann@ex/i', $a))));
		self::assertCount(4, $result->accepted);
		$mail = Reader::read(file_get_contents("$directory/$result->queueId"));
		self::assertSame('evil.txt', Reader::leaves($mail)[1]['name']);
	}
}
