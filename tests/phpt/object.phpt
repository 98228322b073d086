--TEST--
SmtpSend objects: no clone, no serialisation, no dynamic properties, nothing before construction, no second one, no cycle left (cases 174 to 177, 189)
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';

$smtp = new SmtpSend('null://');
throws('case 176: clone', Error::class, 'Trying to clone an uncloneable object of class SmtpSend', fn () => clone $smtp);
throws('case 175: serialize', Exception::class, "Serialization of 'SmtpSend' is not allowed", fn () => serialize($smtp));
thrown('case 175: unserialize', Exception::class, fn () => unserialize('O:8:"SmtpSend":0:{}'));
throws('dynamic property', Error::class, 'Cannot create dynamic property SmtpSend::$x', fn () => $smtp->x = 1);
throws('constructed twice', Error::class, 'The SmtpSend object has been constructed already', fn () => $smtp->__construct('null://'));
same('it still works', ['a@b.example'], $smtp->sendRaw('x@y.example', 'a@b.example', 'Subject: x')->accepted);

thrown('case 177: no object without construction', ReflectionException::class, fn () => (new ReflectionClass('SmtpSend'))->newInstanceWithoutConstructor());

// case 189: the callable holds the object that holds the callable.
$freed = false;
(function () use (&$freed) {
    $holder = new class($freed) {
        public $smtp;
        public function __construct(private &$freed) {}
        public function token() { return 'x'; }
        public function __destruct() { $this->freed = true; }
    };
    $holder->smtp = new SmtpSend(['host' => 'smtp.example.com', 'username' => 'u', 'oauth_token' => [$holder, 'token']]);
})();
gc_collect_cycles();
same('case 189: a cycle over a callable is collected', true, $freed);

same('null:// connects to nothing', 'null', $smtp->connect()->host);
same('isConnected', false, $smtp->isConnected());
$smtp->close();
done();
?>
--EXPECT--
done
