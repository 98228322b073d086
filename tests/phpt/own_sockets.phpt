--TEST--
The sockets are our own: no resource and no stream for a script to meet (case 228)
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';
require __DIR__ . '/server.inc';
const MAIL = ['from' => 'shop@example.com', 'to' => ['ann@example.net'], 'text' => 't'];

$smtp = new SmtpSend(server(hello() . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nDATA\nS: 250 ok\n"));
$before = array_map('get_resource_type', get_resources());
$smtp->send(MAIL);
check('connected', $smtp->isConnected());
same('resources', $before, array_map('get_resource_type', get_resources()));
same('properties', [], array_filter((array) $smtp, 'is_resource'));
$ours = static fn (string $name) => str_contains($name, 'smtp');
same('stream wrappers', [], array_filter(stream_get_wrappers(), $ours));
same('transports', [], array_filter(stream_get_transports(), $ours));
?>
done
--EXPECT--
done
