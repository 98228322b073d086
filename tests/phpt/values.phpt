--TEST--
Value classes: made by name, readonly, serialisable, JSON, without dynamic properties
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';
use SmtpSend\{Attempt, Certificate, Connection, Reply, Result};

$reply = new Reply(code: 450, enhancedCode: '4.2.1', text: "4.2.1 busy\ntry later", command: 'RCPT');
same('lines come of the text', ['4.2.1 busy', 'try later'], $reply->lines);
same('450 is transient', [true, false], [$reply->isTransient(), $reply->isPermanent()]);
same('550 is permanent', [false, true], [(new Reply(550))->isTransient(), (new Reply(550))->isPermanent()]);
same('250 is neither', [false, false], [(new Reply(250))->isTransient(), (new Reply(250))->isPermanent()]);
same('lines may be given', ['a'], (new Reply(text: "x\ny", lines: ['a']))->lines);

$result = new Result(messageId: 'a@b', accepted: ['ann@example.net'], rejected: ['no@example.net' => $reply], reply: $reply,
    connection: new Connection(host: 'smtp.example.com', port: 465, certificate: new Certificate(subject: 'CN=x', notAfter: 5)),
    attempts: [new Attempt('192.0.2.1', 465, 'implicit', 'auth', duration: 0.5)]);
same('left out: null', null, $result->queueId);
same('left out: an empty array', [], $result->timings);
same('left out: false', false, $result->reused);
check('it survives serialisation', unserialize(serialize($result)) == $result);
$json = json_decode(json_encode($result), true);
same('JSON nests', 5, $json['connection']['certificate']['notAfter']);
same('JSON has all properties', array_keys(get_object_vars($result)), array_keys($json));
same('an int becomes a float', 2.0, (new Attempt(duration: 2))->duration);

throws('readonly', Error::class, 'Cannot modify readonly property SmtpSend\Result::$messageId', fn () => $result->messageId = 'x');
throws('no second construction', Error::class, 'Cannot modify readonly property SmtpSend\Reply::$code', fn () => $reply->__construct(200));
throws('no dynamic properties', Error::class, 'Cannot create dynamic property SmtpSend\Reply::$other', fn () => $reply->other = 1);
throws('types are checked', TypeError::class, 'Cannot assign array to property SmtpSend\Reply::$code of type int', fn () => new Reply([]));
throws('too many arguments', ArgumentCountError::class, '*', fn () => new Reply(1, null, '', [], null, 6));
throws('an unknown name', Error::class, 'Unknown named parameter $nonsense', fn () => new Reply(nonsense: 1));

$odd = new Reply(550, null, "bad \xff\x00 octets");
check('octets that are no UTF-8 do not break JSON', is_string(json_encode($odd)), json_last_error_msg());
same('they are shown', 'bad \xFF\x00 octets', json_decode(json_encode($odd))->text);

$bare = (new ReflectionClass(Reply::class))->newInstanceWithoutConstructor();
same('case 177: without constructor', [false, false, []], [$bare->isTransient(), $bare->isPermanent(), $bare->jsonSerialize()]);

$self = [];
$self['again'] = &$self;
check('an array that holds itself', is_array((new Result(timings: $self))->jsonSerialize()));
unset($self['again']);
done();
?>
--EXPECT--
done
