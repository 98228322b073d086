<?php
/**
 * Composes N mails, text and html in UTF-8 and an attachment of 10 kB, by one peer, sends none, and prints what it cost, as send.php does.
 *
 *   php compose.php PEER [--count=1000]          PEER: smtpsend, phpmailer, symfony
 */

require __DIR__ . '/vendor/autoload.php';

$peer = $argv[1];
$count = (int) explode('=', $argv[2] ?? '--count=1000')[1];
$text = str_repeat("Grüße aus Köln: Ihre Bestellung ist unterwegs und kommt übermorgen an.\r\n", 20);
$html = '<h1>Grüße</h1>' . str_repeat("<p>Ihre Bestellung ist unterwegs und kommt <b>übermorgen</b> an.</p>\r\n", 30);
$octets = random_bytes(10_000);

$compose = [
	'smtpsend' => fn (int $n): string => (new SmtpSend\Message)->from('shop@example.com', 'Käthe')->to('ann@example.net', 'Ann Müller')->subject("Bestellung $n: Grüße")
		->text($text)->html($html)->attach($octets, 'Rechnung.pdf', 'application/pdf')->toString(),
	'symfony' => fn (int $n): string => (new Symfony\Component\Mime\Email)->from(new Symfony\Component\Mime\Address('shop@example.com', 'Käthe'))
		->to(new Symfony\Component\Mime\Address('ann@example.net', 'Ann Müller'))->subject("Bestellung $n: Grüße")->text($text)->html($html)
		->attach($octets, 'Rechnung.pdf', 'application/pdf')->toString(),
	'phpmailer' => function (int $n) use ($text, $html, $octets): string {
		$m = new PHPMailer\PHPMailer\PHPMailer(true);
		$m->CharSet = 'utf-8';
		$m->setFrom('shop@example.com', 'Käthe');
		$m->addAddress('ann@example.net', 'Ann Müller');
		$m->Subject = "Bestellung $n: Grüße";
		$m->isHTML();
		[$m->Body, $m->AltBody] = [$html, $text];
		$m->addStringAttachment($octets, 'Rechnung.pdf', 'base64', 'application/pdf');
		$m->preSend();

		return $m->getSentMIMEMessage();
	},
][$peer];

function cpu(): float
{
	$u = getrusage();
	return ($u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec']) * 1e3 + ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']) / 1e3;
}

for ($n = 0; $n < 20; $n++) {
	$size = strlen($compose($n));
}
$cpu = cpu();
$wall = hrtime(true);
for ($n = 0; $n < $count; $n++) {
	$compose($n);
}
echo json_encode(['peer' => $peer, 'octets' => $size, 'wall_ms' => round((hrtime(true) - $wall) / 1e6 / $count, 4), 'cpu_ms' => round((cpu() - $cpu) / $count, 4),
	'peak_kb' => getrusage()['ru_maxrss']]), "\n";
