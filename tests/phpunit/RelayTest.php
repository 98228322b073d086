<?php
declare(strict_types=1);

use SmtpSend\Message;
use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\{Process, Reader};

/** Signed mails as they lie in a mailbox, behind a real relay: dkimpy, OpenDKIM and npm's mailauth find both signatures right (cases 237, 240). */
final class RelayTest extends Lab
{
	public function relays(): array
	{
		return [['postfix'], ['exim']];
	}

	/** What relays are known to disturb: long and folded headers, dots, blank lines at the end, octets above 127, no text. */
	private function mails(): array
	{
		$message = static fn (string $id): Message => (new Message)->from('Shop <shop@example.com>')->to('Ann Müller <ann@example.net>')->messageId("$id@example.com")->subject($id);
		file_put_contents($this->folder() . '/plan.pdf', "%PDF\r\n" . random_bytes(200_000));
		$raw = static fn (string $id, string $body): string => "Message-ID: <$id@example.com>\nFrom: shop@example.com\nTo:  ann@example.net\nSubject:\t $id \nBcc: hidden@example.net\n$body";

		return [
			'text' => $message('text')->text(".\n..\n.x\n  blanks \t \n\nFrom here\n" . str_repeat("line\n", 3000)),
			'long' => $message('long')->subject('Grüße ' . str_repeat('aus Köln, ', 40) . '🎉')->cc(array_map(static fn ($i) => "person$i@example.net", range(1, 40)))->text("ü\n\n\n\n"),
			'all' => $message('all')->replyTo('ann@example.com')->listUnsubscribe('https://example.com/leave?' . str_repeat('x', 300), true)->text("Grüße\n")->html('<p>Grüße <img src="cid:logo"></p>')
				->embed("\x89PNG", 'logo', 'image/png')->attachFile($this->folder() . '/plan.pdf', 'Übersicht.pdf')->calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
				->attachMessage($message('inner')->text('x')),
			'empty' => $message('empty'), // a header without even a blank line behind it is no mail to mailauth
			'raw' => $raw('raw', "\n.raw\n\n \n\n"),
			'raw8' => $raw('raw8', "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße\n"),
		];
	}

	/** @dataProvider relays */
	public function testThreeJudgesVerifyBothSignaturesBehindIt(string $name): void
	{
		$server = $this->real($name);
		[$rsa, $rsaRecord] = Reader::key('RSA', 'rsa_keygen_bits:2048');
		[$ed, $edRecord] = Reader::key('ED25519');
		$records = ['rsa._domainkey.example.com' => $rsaRecord, 'ed._domainkey.example.com' => $edRecord];
		$smtp = new SmtpSend(['host' => '127.0.0.1', 'port' => $server->ports['submission'], 'encryption' => 'starttls', 'username' => $server->facts['user'],
			'password' => $server->facts['password'], 'peer_name' => self::HOST, 'ca_file' => $server->facts['ca'],
			'dkim_domain' => ['example.com', 'example.com'], 'dkim_selector' => ['rsa', 'ed'], 'dkim_key' => [$rsa, $ed]]);
		$mails = $this->mails();
		foreach ($mails as $mail) {
			$mail instanceof Message ? $smtp->send($mail) : $smtp->sendRaw('shop@example.com', 'ann@example.net', $mail);
		}
		// `long` has 41 recipients, of which each gets its own.
		$found = [];
		foreach ($server->mails(count($mails) + 40) as $mail) {
			self::assertStringContainsString("\nReceived: ", "\n$mail");
			self::assertStringNotContainsString('hidden', $mail);
			self::assertSame(1, preg_match('/^Message-ID: <(\w+)@example\.com>/mi', $mail, $match), $mail);
			// A mailbox keeps the line ends of its system.
			$found[$match[1]] = preg_replace('/\r?\n/', "\r\n", $mail);
		}
		ksort($found);
		$given = array_keys($mails);
		sort($given);
		self::assertSame($given, array_keys($found));

		$right = array_fill_keys($given, [true, true]);
		self::assertSame($right, array_map(static fn ($mail) => Reader::read($mail, $records)['dkim'], $found), 'dkimpy');
		self::assertSame($right, array_combine($given, $this->byMailauth(array_values($found), $records)), 'mailauth');
		self::assertSame($right, array_combine($given, $this->byOpenDkim(array_values($found), $records)), 'OpenDKIM');

		// The judges do judge: one octet changed behind the relay.
		$changed = array_map(static fn ($mail) => preg_replace('/^Subject:(\s*)\S/mi', 'Subject:$1%', $mail, 1), array_values($found));
		$wrong = array_fill(0, count($changed), [false, false]);
		self::assertSame($wrong, array_map(static fn ($mail) => Reader::read($mail, $records)['dkim'], $changed), 'dkimpy');
		self::assertSame($wrong, $this->byMailauth($changed, $records), 'mailauth');
		self::assertSame($wrong, $this->byOpenDkim($changed, $records), 'OpenDKIM');
	}

	/** @return list<string> each mail's file, numbered, in a folder of their own */
	private function files(array $mails, string $judge): array
	{
		$folder = $this->folder() . "/$judge-" . bin2hex(random_bytes(4));
		mkdir($folder);
		foreach ($mails as $number => $mail) {
			file_put_contents($files[] = "$folder/$number.eml", $mail);
		}

		return $files;
	}

	/** @return list<list<bool>> of each mail, of each signature */
	private function byMailauth(array $mails, array $records): array
	{
		[$code, $modules, $errors] = (new Process([self::root() . '/tests/differential/modules']))->finish(300.0);
		self::assertSame(0, $code, $errors);
		$folder = dirname($this->files($mails, 'mailauth')[0]);
		file_put_contents("$folder/records.json", json_encode($records, JSON_THROW_ON_ERROR));
		[$code, $output, $errors] = (new Process(['node', self::root() . '/tests/differential/mailauth.js', trim($modules), "$folder/records.json", $folder, (string) count($mails)]))->finish();
		self::assertSame([0, ''], [$code, $errors]);

		return array_map(static fn ($line) => array_map(static fn ($word) => $word === 'pass', json_decode($line, true, 4, JSON_THROW_ON_ERROR)), explode("\n", trim($output)));
	}

	/** @return list<list<bool>> of each mail, of each signature */
	private function byOpenDkim(array $mails, array $records): array
	{
		$files = $this->files($mails, 'opendkim');
		$folder = dirname($files[0]);
		file_put_contents("$folder/keys", implode('', array_map(static fn ($name, $record) => "$name $record\n", array_keys($records), $records)));
		file_put_contents("$folder/conf", "TestPublicKeys $folder/keys\nMode v\nInternalHosts /dev/null\n");
		[$code, $output, $errors] = (new Process(['/usr/sbin/opendkim', '-x', "$folder/conf", '-f', '-vv', '-t', implode(',', $files)]))->finish();
		self::assertSame(0, $code, $errors);
		$blocks = array_slice(explode('### INSHEADER', $output), 1);
		self::assertCount(count($mails), $blocks, $output);

		return array_map(static fn ($block) => preg_match_all('/dkim=(\w+)/', $block, $matches) ? array_map(static fn ($word) => $word === 'pass', $matches[1]) : [], $blocks);
	}
}
