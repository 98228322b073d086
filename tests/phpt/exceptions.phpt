--TEST--
Exceptions: every property always initialised, made by name, transient and retryable
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';
use SmtpSend\{Attempt, ConnectionException, Exception, LimitException, RecipientException, Reply, ResponseException, UnknownOutcomeException};

$plain = new Exception;
same('defaults', [null, '', [], '', 'not sent', [], '', 0, null],
    [$plain->reply, $plain->stage, $plain->attempts, $plain->hint, $plain->outcome, $plain->transcript, $plain->getMessage(), $plain->getCode(), $plain->getPrevious()]);
$cause = new LogicException('cause');
$full = new ResponseException(message: 'mail: server said "450 4.7.1 later"', code: 450, previous: $cause, reply: new Reply(450, '4.7.1'),
    stage: 'mail', attempts: [new Attempt], hint: 'wait', outcome: 'not sent', transcript: ['C: MAIL FROM:<>']);
same('all by name', ['mail: server said "450 4.7.1 later"', 450, $cause, 450, 'mail', 1, 'wait', ['C: MAIL FROM:<>']],
    [$full->getMessage(), $full->getCode(), $full->getPrevious(), $full->reply->code, $full->stage, count($full->attempts), $full->hint, $full->transcript]);
same('a 4xx is transient and, not sent, retryable', [true, true], [$full->isTransient(), $full->isRetryable()]);
same('a 5xx is not', [false, false], [(new ResponseException(reply: new Reply(550)))->isTransient(), (new ResponseException(reply: new Reply(550)))->isRetryable()]);
same('a lost connection is', true, (new ConnectionException)->isRetryable());
same('a limit is', true, (new LimitException)->isRetryable());
same('an unknown outcome is transient and never retryable', [true, false],
    [(new UnknownOutcomeException(outcome: 'unknown'))->isTransient(), (new UnknownOutcomeException(outcome: 'unknown'))->isRetryable()]);
$refused = new RecipientException('x', rejected: ['a@b' => new Reply(550)]);
same('rejected', 550, $refused->rejected['a@b']->code);
same('rejected by default', [], (new RecipientException)->rejected);

throws('outcome is one of two words', ValueError::class, '*must be either "not sent" or "unknown"', fn () => new Exception(outcome: 'perhaps'));
throws('readonly', Error::class, 'Cannot modify readonly property SmtpSend\Exception::$hint', fn () => $full->hint = 'x');

// A subclass that forgets its parent's constructor, and one made without any.
$forgetful = new class extends RecipientException { public function __construct() {} };
same('forgotten constructor', [null, '', [], 'not sent', []], [$forgetful->reply, $forgetful->hint, $forgetful->attempts, $forgetful->outcome, $forgetful->rejected]);
$bare = (new ReflectionClass(RecipientException::class))->newInstanceWithoutConstructor();
same('case 177: no constructor at all', ['', [], false], [$bare->stage, $bare->rejected, $bare->isTransient()]);

$copy = unserialize(serialize($full));
same('serialisable as any exception', [450, 'mail', 'wait', 450], [$copy->reply->code, $copy->stage, $copy->hint, $copy->getCode()]);
done();
?>
--EXPECT--
done
