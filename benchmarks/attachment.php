<?php
/**
 * Sends one file N times as an attachment, by one peer, and prints what it cost, as one line of JSON.
 *
 *   php attachment.php PEER --port=N --ca=FILE --file=FILE [--count=1]
 *
 * PEER: smtpsend and phpmailer are given the file's name; curl-finished sends a mail that was composed before the clock
 * started, and curl-encoding composes it with chunk_split(base64_encode()) each time. A small mail went over the connection before.
 * CPU is user + system of this process in milliseconds, peak its largest resident memory in kB.
 */

require __DIR__ . '/vendor/autoload.php';

$peer = $argv[1];
foreach (array_slice($argv, 2) as $argument) {
	[$name, $value] = explode('=', ltrim($argument, '-'), 2);
	$o[$name] = $value;
}
$small = tempnam(sys_get_temp_dir(), 'small');
file_put_contents($small, str_repeat('x', 1000));

function composed(string $file): string
{
	return "From: shop@example.com\r\nTo: ann@example.net\r\nSubject: Report\r\nDate: " . date(DATE_RFC2822) . "\r\nMessage-ID: <" . bin2hex(random_bytes(9)) . "@example.com>\r\n"
		. "MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" . chunk_split(base64_encode(file_get_contents($file)));
}

/** @return callable(string): void */
function sender(string $peer, array $o): callable
{
	switch ($peer) {
		case 'smtpsend':
			$smtp = new SmtpSend(['host' => 'localhost', 'port' => (int) $o['port'], 'encryption' => 'starttls', 'username' => 'user', 'password' => 'password', 'ca_file' => $o['ca'], 'timeout' => 600]);
			return fn (string $file) => $smtp->send(['from' => 'shop@example.com', 'to' => 'ann@example.net', 'subject' => 'Report', 'text' => 'All of it.', 'attachments' => [$file]]);
		case 'phpmailer':
			$m = new PHPMailer\PHPMailer\PHPMailer(true);
			$m->isSMTP();
			[$m->Host, $m->Port, $m->SMTPSecure, $m->SMTPAuth, $m->Username, $m->Password, $m->SMTPKeepAlive] = ['localhost', (int) $o['port'], 'tls', true, 'user', 'password', true];
			$m->SMTPOptions = ['ssl' => ['cafile' => $o['ca']]];
			$m->setFrom('shop@example.com');
			$m->addAddress('ann@example.net');
			[$m->Subject, $m->Body] = ['Report', 'All of it.'];
			return function (string $file) use ($m) {
				$m->clearAttachments();
				$m->addAttachment($file);
				$m->send();
			};
	}
	$c = curl_init();
	curl_setopt_array($c, [CURLOPT_URL => "smtp://localhost:{$o['port']}", CURLOPT_USE_SSL => CURLUSESSL_ALL, CURLOPT_CAINFO => $o['ca'], CURLOPT_USERPWD => 'user:password',
		CURLOPT_MAIL_FROM => '<shop@example.com>', CURLOPT_MAIL_RCPT => ['<ann@example.net>'], CURLOPT_UPLOAD => true]);
	$finished = [];
	return function (string $file) use ($c, $peer, &$finished) {
		$mail = $peer === 'curl-encoding' ? composed($file) : $finished[$file] ??= composed($file);
		$at = 0;
		curl_setopt($c, CURLOPT_READFUNCTION, function ($c, $f, $n) use (&$at, $mail) {
			$piece = substr($mail, $at, $n);
			$at += strlen($piece);
			return $piece;
		});
		if (curl_exec($c) === false) {
			throw new RuntimeException(curl_error($c));
		}
	};
}

function cpu(): float
{
	$u = getrusage();
	return ($u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec']) * 1e3 + ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']) / 1e3;
}

/** In kB; getrusage()'s would count what ran in this process before PHP did. */
function peak(): int
{
	return preg_match('/^VmHWM:\s+(\d+)/m', (string) @file_get_contents('/proc/self/status'), $match) ? (int) $match[1] : getrusage()['ru_maxrss'];
}

$send = sender($peer, $o);
$send($small);
unlink($small);
$file = $o['file'];
if ($peer === 'curl-finished') {
	$send($file); // composes it, and is not counted
}
$count = (int) ($o['count'] ?? 1);
$cpu = cpu();
$wall = hrtime(true);
for ($i = 0; $i < $count; $i++) {
	$send($file);
}
echo json_encode(['peer' => $peer, 'wall_ms' => round((hrtime(true) - $wall) / 1e6 / $count, 3), 'cpu_ms' => round((cpu() - $cpu) / $count, 3),
	'peak_kb' => peak()]), "\n";
