--TEST--
Message: every method, what it writes, and that it returns the message
--EXTENSIONS--
smtpsend
--INI--
date.timezone=Europe/Berlin
--FILE--
<?php
require __DIR__ . '/check.inc';
use SmtpSend\Message;

function base(): Message
{
    return (new Message)->from('Shop <shop@example.com>')->to('ann@example.net')->subject('s')->text('t');
}
function has(string $promise, Message $message, string ...$pieces): void
{
    $octets = $message->toString();
    foreach ($pieces as $piece) {
        check("$promise: $piece", str_contains($octets, $piece), $octets);
    }
}
has('people', base()->cc('Bob <bob@example.net>')->cc(['c@example.net', 'd@example.net' => 'Dora'])->replyTo('r@example.com', 'Desk')->bcc('hidden@example.com'),
    "From: Shop <shop@example.com>\r\n", "To: ann@example.net\r\n", 'Cc: Bob <bob@example.net>, c@example.net, Dora <d@example.net>', "Reply-To: Desk <r@example.com>\r\n");
check('case 143: Bcc is nowhere', !str_contains(base()->bcc('hidden@example.com')->toString(), 'hidden'));
has('to adds', base()->to('bob@example.net'), 'To: ann@example.net, bob@example.net');
has('from replaces', base()->from('other@example.com'), "From: other@example.com\r\n");
$kept = base();
thrown('a wrong one', SmtpSend\InvalidMessageException::class, fn () => $kept->from('nobody'));
has('changes nothing', $kept, "From: Shop <shop@example.com>\r\n");
has('several authors', base()->from(['a@example.com', 'b@example.com'])->sender('a@example.com'), "From: a@example.com, b@example.com\r\n", "Sender: a@example.com\r\n");
has('subject', base()->subject('Grüße'), 'Subject: =?utf-8?');
has('html', base()->html('<p>hi</p>'), 'multipart/alternative', 'text/plain', 'text/html', '<p>hi</p>');
has('text of html', (new Message)->from('a@example.com')->to('b@example.com')->html('<p>hi &amp; bye</p>')->textFromHtml(), 'text/plain', 'hi & bye');
has('attach', base()->attach('OCTETS', 'a.pdf'), 'application/pdf', 'filename=a.pdf', base64_encode('OCTETS'));
has('attach with type', base()->attach('OCTETS', 'a.bin', 'image/png'), 'image/png');
$stream = fopen('php://temp', 'r+');
fwrite($stream, 'of a stream');
rewind($stream);
has('attach a stream', base()->attach($stream, 'a.bin'), base64_encode('of a stream'));
$file = fopen(__FILE__, 'r');
fseek($file, 2);
has('attach a plain file from where it stands', base()->attach($file, 'a.bin'), substr(base64_encode(substr(file_get_contents(__FILE__), 2)), 0, 60));
fclose($file);
has('attachFile', base()->attachFile(__FILE__, 'renamed.txt'), 'filename=renamed.txt');
has('embed', base()->html('<img src="cid:logo">')->embed('PNG', 'logo', 'image/png'), 'multipart/related', 'Content-ID: <logo>', 'image/png');
has('embedFile', base()->html('x')->embedFile(__FILE__, 'logo', 'image/png'), 'Content-ID: <logo>');
has('attachMessage', base()->attachMessage(base()->subject('inner')), 'message/rfc822', 'Subject: inner');
has('calendar', base()->calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", 'CANCEL'), 'text/calendar', 'method=CANCEL', 'invite.ics');
has('header', base()->header('X-Shop', 'one')->header('X-Shop', 'two'), "X-Shop: one\r\n", "X-Shop: two\r\n");
has('date of an object', base()->date(new DateTimeImmutable('2026-01-02 03:04:05 +0530')), "Date: Fri, 02 Jan 2026 03:04:05 +0530\r\n");
has('date of a number, in the time zone of PHP', base()->date(1767323045), "Date: Fri, 02 Jan 2026 04:04:05 +0100\r\n");
has('messageId', base()->messageId('<x@example.com>'), "Message-ID: <x@example.com>\r\n");
has('priority', base()->priority(1), "X-Priority: 1");
has('listUnsubscribe', base()->listUnsubscribe(['https://example.com/u?1', 'mailto:u@example.com'], oneClick: true), '<https://example.com/u?1>', 'List-Unsubscribe-Post: List-Unsubscribe=One-Click');
has('threads', base()->inReplyTo('<a@b>')->references(['<a@b>', 'c@d']), "In-Reply-To: <a@b>\r\n", "References: <a@b> <c@d>\r\n");
has('autoSubmitted', base()->autoSubmitted(), "Auto-Submitted: auto-generated\r\n");

[$mail, $result] = captured(base()->envelope('bounce@example.com', ['only@example.net']));
check('envelope', str_starts_with($mail, "Return-Path: <bounce@example.com>\r\nX-Envelope-To: only@example.net\r\n"), $mail);
check('the null sender', str_starts_with(captured(base()->envelope(''))[0], "Return-Path: <>\r\n"));
check('dsn, requireTls are taken', base()->dsn(['success', 'failure'], 'headers', 'id-1')->requireTls() instanceof Message);

// Once fixed, the same for ever; a setter or a clone makes new ones.
$message = base();
same('toString twice', $message->toString(), $message->toString());
[$mail, $result] = captured($message);
check('and send', str_contains($mail, $message->toString()));
$copy = clone $message;
check('a clone has an id of its own', !str_contains($copy->toString(), $result->messageId));
check('a setter makes a new id', !str_contains($message->subject('other')->toString(), $result->messageId));
$copy->to('more@example.net');
check('a clone is apart', !str_contains($message->toString(), 'more@'));

$out = fopen('php://memory', 'r+');
same('writeTo', strlen($message->toString()), $message->writeTo($out));
same('the same octets', $message->toString(), stream_get_contents($out, offset: 0));
throws('writeTo a closed stream', TypeError::class, '*', fn () => $message->writeTo((function () { $s = fopen('php://memory', 'r'); fclose($s); return $s; })()));
done();
?>
--EXPECT--
done
