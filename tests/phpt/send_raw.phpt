--TEST--
sendRaw: strings, streams, iterables; exceptions of user code unchanged; Bcc gone, line ends normalised (cases 129, 131, 143, 150, 178)
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';
use SmtpSend\{InvalidMessageException, RawMessage};

function raw(mixed $message, string|array $recipients = 'b@example.com', string $sender = 'a@example.com', string $options = ''): string
{
    [$mail] = captured(new RawMessage($sender, $recipients, $message), $options);
    return substr($mail, strpos($mail, "\r\n", strpos($mail, 'X-Envelope-To')) + 2);
}
$plain = "Subject: x\r\nFrom: a@example.com\r\n\r\nhello\r\n";
same('a string', $plain, raw($plain));
same('bare LF', $plain, raw(str_replace("\r\n", "\n", $plain)));
same('bare CR', $plain, raw(str_replace("\r\n", "\r", $plain)));
same('case 131: the last CRLF', $plain, raw(rtrim($plain)));
same('case 129: lone dots', "A: b\r\n\r\n.\r\n.\r\n", raw("A: b\n\n.\n.\r\n"));
same('case 143: Bcc, folded', "A: b\r\n\r\nx\r\n", raw("A: b\r\nBcc: c@example.com,\r\n d@example.com\r\nResent-Bcc: x@example.com\r\nReturn-Path: <x@example.com>\r\n\r\nx\r\n"));
same('no header is added', null, captured(new RawMessage('', 'b@example.com', $plain))[1]->messageId);
same('a Message-ID is read', 'id@example.com', captured(new RawMessage('', 'b@example.com', "Message-ID: <id@example.com>\n\n"))[1]->messageId);
same('the null sender', "Return-Path: <>\r\n", substr(captured(new RawMessage('<>', 'b@example.com', $plain))[0], 0, 17));

$stream = fopen('php://memory', 'r+');
fwrite($stream, "skipped$plain");
fseek($stream, 7);
same('a stream, from where it stands', $plain, raw($stream));
same('an array', $plain, raw(str_split($plain, 3)));
same('a generator', $plain, raw((function () use ($plain) { yield from str_split($plain, 1); })()));
same('an IteratorAggregate', $plain, raw(new class($plain) implements IteratorAggregate {
    public function __construct(private string $s) {}
    public function getIterator(): Iterator { return new ArrayIterator([$this->s]); }
}));
same('a Stringable', $plain, raw(new class($plain) { public function __construct(private string $s) {} public function __toString() { return $this->s; } }));
$big = "Subject: big\r\n\r\n" . str_repeat(str_repeat('x', 98) . "\r\n", 50000);
same('5 MB through a file', md5($big), md5(raw(str_split($big, 100003))));

// What is wrong with them.
foreach ([[null, 'null'], [5, 'int'], [new stdClass, 'stdClass'], [true, '*']] as [$value, $type]) {
    throws("of type $type", InvalidMessageException::class, "message: the message is of type $type: give a string, a stream or an iterable of strings", fn () => raw($value));
}
throws('an item of another type', InvalidMessageException::class, 'message: the message gave an item of type int: give strings', fn () => raw(['a', 5]));
throws('a closed stream', InvalidMessageException::class, 'message: the message is *', fn () => raw((function () { $s = fopen('php://memory', 'r'); fclose($s); return $s; })()));
throws('a line too long', InvalidMessageException::class, 'message: *998*', fn () => raw("A: b\n\n" . str_repeat('x', 999)));
check('unless it may pass', str_contains(raw("A: b\n\n" . str_repeat('x', 999), options: '?long_lines=pass'), str_repeat('x', 999)));
throws('no recipient', InvalidMessageException::class, 'message: *recipient*', fn () => raw($plain, []));
throws('a recipient of another type', InvalidMessageException::class, 'message: a recipient is of type int: write addresses as strings', fn () => raw($plain, [5]));
foreach (["x\r\n@example.com", 'a@b@c', 'nobody', 'a@b, c@d', "a@b\0", '-x', ''] as $address) {
    thrown('case 156: recipient ' . json_encode($address), InvalidMessageException::class, fn () => raw($plain, $address));
    if ($address !== '') {
        thrown('case 156: sender ' . json_encode($address), InvalidMessageException::class, fn () => raw($plain, 'b@example.com', $address));
    }
}
// cases 150, 178: user code that throws
class Mine extends Exception {}
class Source
{
    public $context;
    private int $reads = 0;
    public function stream_open() { return true; }
    public function stream_read($count) { if ($this->reads++) throw new Mine('read'); return "A: b\r\n"; }
    public function stream_eof() { return false; }
    public function stream_stat() { return []; }
}
stream_wrapper_register('mine', 'Source');
throws('of a generator', Mine::class, 'generator', fn () => raw((function () { yield 'A: b'; throw new Mine('generator'); })()));
throws('of a stream', Mine::class, 'read', fn () => raw(fopen('mine://x', 'r')));
throws('of __toString', Mine::class, 'text', fn () => raw(new class { public function __toString() { throw new Mine('text'); } }));
$e = thrown('previous is not touched', Mine::class, fn () => raw((function () { throw new Mine('x'); yield 'a'; })()));
same('nothing is wrapped', null, $e->getPrevious());
same('a nested send inside of the source', $plain, raw((function () use ($plain) { raw($plain); yield $plain; })()));
done();
?>
--EXPECT--
done
