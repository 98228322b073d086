<?php
/** Sends one mail to mail.example.test with default options and prints the port that took it and the time from the call. */
[, $ca, $labels, $limit] = $argv;
$smtp = new SmtpSend(['host' => 'mail.example.test', 'username' => 'user', 'password' => 'password', 'ca_file' => $ca, 'deadline' => 20]);
$start = hrtime(true);
$result = $smtp->send(['from' => 'shop@example.com', 'to' => 'ann@example.net', 'subject' => 'Order 42', 'text' => 'It is on its way.']);
$ms = (hrtime(true) - $start) / 1e6;
echo json_encode(json_decode($labels, true) + ['port' => $result->connection->port, 'ms' => round($ms, 1), 'limit' => (float) $limit,
	'attempts' => array_map(fn ($a) => "$a->address:$a->port $a->stage $a->error", $result->attempts)]), "\n";
