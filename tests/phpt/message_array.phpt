--TEST--
send(array): the keys are Message's methods; unknown keys and wrong types are errors that say what to write
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';
use SmtpSend\InvalidMessageException;
const MAIL = ['from' => 'Shop <shop@example.com>', 'to' => ['ann@example.net'], 'subject' => 's', 'text' => 't'];

function wrong(array $message, string $text): void
{
    throws(json_encode(array_diff_key($message, MAIL), JSON_PARTIAL_OUTPUT_ON_ERROR), InvalidMessageException::class, "message: $text", fn () => (new SmtpSend('null://'))->send($message + MAIL));
}
[$mail, $result] = captured([
    'cc' => ['Bob <bob@example.net>', 'd@example.net' => 'Dora'], 'bcc' => 'boss@example.com', 'replyTo' => 'r@example.com', 'html' => '<p>x</p>',
    'headers' => ['X-One' => '1', 'X-Two' => ['a', 'b']], 'priority' => 2, 'date' => new DateTime('2026-01-02 03:04:05Z'), 'messageId' => 'id@example.com',
    'attachments' => [__FILE__, ['data' => 'DATA', 'name' => 'd.csv', 'type' => 'text/csv'], ['path' => __FILE__, 'name' => 'renamed.php']],
    'embeds' => ['logo' => ['data' => 'PNG', 'type' => 'image/png'], ['cid' => 'two', 'data' => 'x', 'type' => 'image/gif']],
    'listUnsubscribe' => ['uris' => 'https://example.com/u', 'oneClick' => true], 'inReplyTo' => 'a@b', 'references' => ['a@b'],
    'autoSubmitted' => 'auto-generated', 'envelope' => ['sender' => 'bounce@example.com'], 'textFromHtml' => true, 'requireTls' => false,
    'calendar' => null, 'sender' => null,
] + MAIL);
foreach (['Return-Path: <bounce@example.com>', 'Cc: Bob <bob@example.net>, Dora <d@example.net>', 'Reply-To: r@example.com', 'X-One: 1', 'X-Two: a', 'X-Two: b', 'X-Priority: 2',
    'Date: Fri, 02 Jan 2026 03:04:05 +0000', 'Message-ID: <id@example.com>', 'filename=d.csv', 'filename=renamed.php', 'Content-ID: <logo>', 'Content-ID: <two>',
    'List-Unsubscribe-Post', 'In-Reply-To: <a@b>', 'Auto-Submitted: auto-generated', 'multipart/mixed', 'multipart/related', 'multipart/alternative'] as $piece) {
    check($piece, str_contains($mail, $piece), $mail);
}
same('message id', 'id@example.com', $result->messageId);
same('accepted', ['ann@example.net', 'bob@example.net', 'd@example.net', 'boss@example.com'], $result->accepted);

foreach (['reply_to' => 'replyTo', 'Subject' => 'subject', 'attachment' => 'attachments', 'bdoy' => '*'] as $key => $nearest) {
    wrong([$key => 'x'], "the message has an unknown key \"$key\"; the nearest known one is $nearest");
}
wrong(['x'], 'the message is a list without names: *');
throws('nothing at all', InvalidMessageException::class, 'message: *', fn () => (new SmtpSend('null://'))->send([]));
wrong(['subject' => ['x']], "the message's subject is of type array: write a text");
wrong(['text' => 5], "the message's text is of type int: write a text");
wrong(['to' => 5], 'to is of type int: *');
wrong(['to' => []], '*recipient*');
wrong(['to' => [['ann@example.net']]], 'to is of type array: *');
wrong(['to' => ['ann@example.net' => 5]], 'to is of type int: write address => name');
wrong(['to' => 'a@example.com, b@example.com'], '*');
wrong(['headers' => 'X: y'], "the message's headers is of type string: write name => text");
wrong(['headers' => ['X: y']], "the message's headers hold an item without a name: write name => text");
wrong(['headers' => ['X' => [['y']]]], "the message's headers is of type array: write name => text");
wrong(['priority' => 'high'], "the message's priority is of type string: write a number from 1 (highest) to 5");
wrong(['priority' => 6], '*priority*');
wrong(['date' => 'now'], 'date is of type string: write a DateTimeInterface, or seconds since 1970');
wrong(['attachments' => '/x'], "the message's attachments is of type string: write a list");
wrong(['attachments' => [[]]], "an item of the message's attachments needs either path or data");
wrong(['attachments' => [['path' => '/x', 'data' => 'x']]], "an item of the message's attachments needs either path or data");
wrong(['attachments' => [['data' => 'x', 'file' => 'x']]], "the message's attachments is an array with an unknown member: it may hold path, data, name, type, cid");
wrong(['attachments' => [['data' => 'x', 'cid' => 'x']]], '*write it into embeds');
wrong(['attachments' => [5]], "the message's attachments is of type int: *");
wrong(['embeds' => [['data' => 'x']]], '*');
wrong(['textFromHtml' => 'yes'], "the message's textFromHtml is of type string: write true or false");
wrong(['envelope' => 'x'], "the message's envelope is of type string: *");
wrong(['dsn' => 'sometimes'], 'dsn asks for an unknown notification: write success, failure, delay, or never');

// case 133: no line break or NUL anywhere
foreach (["a\r\nBcc: x@example.com", "a\nb", "a\rb", "a\0b"] as $text) {
    foreach (['subject' => $text, 'from' => "$text@example.com", 'to' => "ann@example.net$text", 'messageId' => "$text@x", 'inReplyTo' => $text, 'headers' => ['X-A' => $text],
        'listUnsubscribe' => "https://example.com/$text", 'autoSubmitted' => $text] as $key => $value) {
        thrown("case 133: $key " . json_encode($text), InvalidMessageException::class, fn () => (new SmtpSend('null://'))->send([$key => $value] + MAIL));
    }
    thrown('case 134: header name', InvalidMessageException::class, fn () => (new SmtpSend('null://'))->send(['headers' => [$text => 'x']] + MAIL));
    thrown('case 136: file name', InvalidMessageException::class, fn () => (new SmtpSend\Message)->attach('x', $text));
    thrown('case 135: type', InvalidMessageException::class, fn () => (new SmtpSend\Message)->attach('x', 'x', $text));
}
$e = thrown('properties', InvalidMessageException::class, fn () => (new SmtpSend('null://'))->send(['subject' => "a\nb"] + MAIL));
same('stage', ['message', 0, null, 'not sent', false], [$e->stage, $e->getCode(), $e->reply, $e->outcome, $e->isTransient()]);
throws('another class', TypeError::class, 'SmtpSend::send(): Argument #1 ($message) must be of type SmtpSend\Message|SmtpSend\RawMessage|array, stdClass given', fn () => (new SmtpSend('null://'))->send(new stdClass));
done();
?>
--EXPECT--
done
