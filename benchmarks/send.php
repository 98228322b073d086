<?php
/**
 * Sends N mails by one peer and prints what it cost, as one line of JSON.
 *
 *   php send.php PEER --port=N [--encryption=starttls|implicit] [--count=1] [--recipients=1] [--cold] [--ca=FILE] [--no-auth] [--warmup=0]
 *
 * PEER: smtpsend, phpmailer, symfony, curl. --cold makes a connection a mail. CPU is user + system of this process from behind
 * --warmup mails to the last; wall likewise. Milliseconds.
 */

require __DIR__ . '/vendor/autoload.php';

$peer = $argv[1] ?? 'smtpsend';
$o = ['port' => 2525, 'encryption' => 'starttls', 'count' => 1, 'recipients' => 1, 'warmup' => 0, 'host' => 'localhost', 'size' => 1000];
foreach (array_slice($argv, 2) as $argument) {
	[$name, $value] = explode('=', ltrim($argument, '-'), 2) + [1 => true];
	$o[$name] = $value;
}
const USER = 'user';
const PASSWORD = 'password';
$recipients = array_map(fn ($i) => "rcpt$i@example.net", range(1, (int) $o['recipients']));
$body = str_repeat("A line of an ordinary mail, neither short nor long, sixty-two.\r\n", intdiv((int) $o['size'], 64));

/** @return callable(): void one mail; called with the connection kept unless --cold */
function sender(string $peer, array $o, array $recipients, string $body): callable
{
	switch ($peer) {
		case 'smtpsend':
			$options = ['host' => $o['host'], 'port' => (int) $o['port'], 'encryption' => $o['encryption']];
			$options += empty($o['no-auth']) ? ['username' => USER, 'password' => PASSWORD] : [];
			$options += isset($o['ca']) ? ['ca_file' => $o['ca']] : [];
			$smtp = new SmtpSend($options);
			return function () use (&$smtp, $options, $o, $recipients, $body) {
				$smtp->send(['from' => 'shop@example.com', 'to' => $recipients, 'subject' => 'Order 42', 'text' => $body]);
				if (!empty($o['cold'])) {
					$smtp->close();
				}
			};
		case 'phpmailer':
			$m = new PHPMailer\PHPMailer\PHPMailer(true);
			$m->isSMTP();
			$m->Host = $o['host'];
			$m->Port = (int) $o['port'];
			$m->SMTPSecure = $o['encryption'] === 'implicit' ? 'ssl' : 'tls';
			$m->SMTPAuth = empty($o['no-auth']);
			$m->Username = USER;
			$m->Password = PASSWORD;
			$m->SMTPKeepAlive = empty($o['cold']);
			$m->SMTPOptions = isset($o['ca']) ? ['ssl' => ['cafile' => $o['ca']]] : [];
			return function () use ($m, $o, $recipients, $body) {
				$m->clearAllRecipients();
				$m->setFrom('shop@example.com');
				foreach ($recipients as $r) {
					$m->addAddress($r);
				}
				$m->Subject = 'Order 42';
				$m->Body = $body;
				$m->send();
			};
		case 'symfony':
			$make = function () use ($o) {
				$t = new Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport($o['host'], (int) $o['port'], $o['encryption'] === 'implicit');
				if (isset($o['ca'])) {
					$t->getStream()->setStreamOptions(['ssl' => ['cafile' => $o['ca']]]);
				}
				if (empty($o['no-auth'])) {
					$t->setUsername(USER);
					$t->setPassword(PASSWORD);
				}
				return $t;
			};
			$t = $make();
			return function () use (&$t, $make, $o, $recipients, $body) {
				$t->send((new Symfony\Component\Mime\Email())->from('shop@example.com')->to(...$recipients)->subject('Order 42')->text($body));
				if (!empty($o['cold'])) {
					$t->stop();
				}
			};
		case 'curl':
			$raw = "From: shop@example.com\r\nTo: $recipients[0]\r\nSubject: Order 42\r\nDate: " . date(DATE_RFC2822) . "\r\nMessage-ID: <" . bin2hex(random_bytes(9)) . "@example.com>\r\n\r\n$body";
			$make = function () use ($o, $recipients, $raw) {
				$c = curl_init();
				$scheme = $o['encryption'] === 'implicit' ? 'smtps' : 'smtp';
				curl_setopt_array($c, [CURLOPT_URL => "$scheme://{$o['host']}:{$o['port']}", CURLOPT_USE_SSL => CURLUSESSL_ALL,
					CURLOPT_MAIL_FROM => '<shop@example.com>', CURLOPT_MAIL_RCPT => array_map(fn ($r) => "<$r>", $recipients), CURLOPT_UPLOAD => true]);
				if (empty($o['no-auth'])) {
					curl_setopt($c, CURLOPT_USERPWD, USER . ':' . PASSWORD);
				}
				if (isset($o['ca'])) {
					curl_setopt($c, CURLOPT_CAINFO, $o['ca']);
				}
				return $c;
			};
			$c = $make();
			return function () use (&$c, $make, $o, $raw) {
				$at = 0;
				curl_setopt($c, CURLOPT_READFUNCTION, function ($c, $f, $n) use (&$at, $raw) {
					$piece = substr($raw, $at, $n);
					$at += strlen($piece);
					return $piece;
				});
				if (curl_exec($c) === false) {
					throw new RuntimeException(curl_error($c));
				}
				if (!empty($o['cold'])) {
					$c = $make();
				}
			};
	}
	throw new InvalidArgumentException("no peer $peer");
}

function cpu(): float
{
	$u = getrusage();
	return ($u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec']) * 1e3 + ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']) / 1e3;
}

$send = sender($peer, $o, $recipients, $body);
for ($i = 0; $i < (int) $o['warmup']; $i++) {
	$send();
}
$cpu = cpu();
$wall = hrtime(true);
for ($i = 0; $i < (int) $o['count']; $i++) {
	$send();
}
echo json_encode(['peer' => $peer, 'count' => (int) $o['count'], 'wall_ms' => round((hrtime(true) - $wall) / 1e6 / $o['count'], 4),
	'cpu_ms' => round((cpu() - $cpu) / $o['count'], 4), 'peak_kb' => getrusage()['ru_maxrss']]), "\n";
