--TEST--
Sending to a server: results, exceptions with their properties, transcript, reuse (cases 172, 173)
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';
require __DIR__ . '/server.inc';
const MAIL = ['from' => 'shop@example.com', 'to' => ['ann@example.net'], 'subject' => 's', 'text' => 't'];
const GOOD = "C: MAIL FROM:<shop@example.com>\nC: RCPT TO:<ann@example.net>\nS: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go\nDATA\nS: 250 2.0.0 Ok: queued as 4F1A2B3C4D\n";

// One mail, then another on the same connection.
$smtp = new SmtpSend(server(hello('PIPELINING') . str_replace(["S: 250 ok\nS: 250 ok\nC: DATA\n"], ["C: DATA\nS: 250 ok\nS: 250 ok\n"], GOOD . GOOD)));
$first = $smtp->send(MAIL);
same('queue id', '4F1A2B3C4D', $first->queueId);
same('final reply', [250, '2.0.0', '2.0.0 Ok: queued as 4F1A2B3C4D'], [$first->reply->code, $first->reply->enhancedCode, $first->reply->text]);
same('plaintext', ['plaintext', null, '127.0.0.1', false], [$first->connection->encryption, $first->connection->tlsVersion, $first->connection->address, $first->connection->verified]);
same('attempts', 1, count($first->attempts));
same('timings', ['resolve', 'connect', 'tls', 'auth', 'transfer', 'total'], array_keys($first->timings));
check('connected', $smtp->isConnected());
$second = $smtp->send(MAIL);
same('reused', [false, true], [$first->reused, $second->reused]);
$transcript = $smtp->getTranscript();
check('transcript', in_array('S: 220 here ESMTP', $transcript) && in_array('C: RCPT TO:<ann@example.net>', $transcript), $transcript);
check('case 172: no body in it', !preg_grep('/Subject/', $transcript));
$smtp->close();
same('closed', false, $smtp->isConnected());

// A recipient of two refused.
$result = (new SmtpSend(server(hello() . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 550 5.1.1 no such user\nC: DATA\nS: 354 go\nDATA\nS: 250 ok\n")))->send(['to' => ['ann@example.net', 'no@example.net']] + MAIL);
same('accepted', ['ann@example.net'], $result->accepted);
same('rejected', ['no@example.net'], array_keys($result->rejected));
same('why', [550, '5.1.1', 'RCPT'], [$result->rejected['no@example.net']->code, $result->rejected['no@example.net']->enhancedCode, $result->rejected['no@example.net']->command]);

function failure(string $promise, string $class, string $script, array $options = [], array $mail = MAIL): SmtpSend\Exception
{
    return thrown($promise, "SmtpSend\\$class", fn () => (new SmtpSend(server($script, $options)))->send($mail));
}
$e = failure('no recipient', 'RecipientException', hello() . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 550-5.1.1 no such\nS: 550 5.1.1 user\n");
check('case 173: the message is one line', preg_match('~^rcpt: server said "550 5.1.1 no such / 5.1.1 user"; \S.*$~D', $e->getMessage()) === 1, $e->getMessage());
same('properties', [550, 550, '5.1.1', 'rcpt', 'not sent', false, false, ['ann@example.net']],
    [$e->getCode(), $e->reply->code, $e->reply->enhancedCode, $e->stage, $e->outcome, $e->isTransient(), $e->isRetryable(), array_keys($e->rejected)]);
check('its transcript', in_array('S: 550 5.1.1 user', $e->transcript), $e->transcript);
same('its attempts', ['127.0.0.1', 'plaintext'], [$e->attempts[0]->address, $e->attempts[0]->encryption]);
check('it has a hint', $e->hint !== '');

$e = failure('MAIL refused for now', 'ResponseException', hello() . "C: MAIL\nS: 451 4.3.0 try later\n");
same('transient', [451, 'mail', true, true], [$e->getCode(), $e->stage, $e->isTransient(), $e->isRetryable()]);
$e = failure('the message refused', 'ResponseException', hello() . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nDATA\nS: 554 5.7.1 spam\n");
same('at the end', [554, 'end', false], [$e->getCode(), $e->stage, $e->isTransient()]);
$e = failure('all recipients are required', 'RecipientException', hello() . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 550 no\nC: RSET\nS: 250 ok\n",
    ['require_all_recipients' => true], ['to' => ['ann@example.net', 'no@example.net']] + MAIL);
$e = failure('cut after the end', 'UnknownOutcomeException', hello() . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nDATA\nCLOSE\n");
same('unknown, and never retryable', ['unknown', false], [$e->outcome, $e->isRetryable()]);
$e = failure('silence', 'TimeoutException', "SLEEP 5\n", ['timeout' => 0.3]);
same('greeting', ['greeting', 0, null, true], [$e->stage, $e->getCode(), $e->reply, $e->isRetryable()]);
$e = failure('no SMTP', 'ProtocolException', "S: HTTP/1.1 400 Bad Request\n");
$e = failure('case 173: a hostile reply', 'Exception', "S: 554 \x1b[31mred\x07\xff\r\n");
check('printable', !preg_match('/[\x00-\x1f\x7f]/', $e->getMessage()) && mb_check($e->getMessage()), $e->getMessage());
$e = failure('nobody listens', 'ConnectionException', '', ['port' => 1]);
same('connect', ['connect', true], [$e->stage, $e->isTransient()]);
function mb_check(string $s): bool { return preg_match('//u', $s) === 1; }

// The host policy of a test site.
$directory = directory();
$mail = (function () use ($directory) { $r = (new SmtpSend("capture://$directory?redirect_to=qa@example.com"))->send(MAIL); return [file_get_contents("$directory/$r->queueId"), $r]; })();
same('redirect_to', ['qa@example.com'], $mail[1]->accepted);
done();
?>
--EXPECT--
done
