--TEST--
The API is what the stub states: classes, interfaces, finality, readonly properties, a sensitive constructor
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';

same('version', true, version_compare(phpversion('smtpsend'), '0.1.0', '>='));
check('SmtpSend is a Transport', is_subclass_of(SmtpSend::class, SmtpSend\Transport::class));
same('methods of Transport', ['send', 'sendRaw'], array_map(fn ($m) => $m->name, (new ReflectionClass(SmtpSend\Transport::class))->getMethods()));

foreach (['SmtpSend', 'SmtpSend\Message', 'SmtpSend\RawMessage', 'SmtpSend\Result', 'SmtpSend\Reply', 'SmtpSend\Attempt', 'SmtpSend\Connection', 'SmtpSend\Certificate'] as $class) {
    check("$class is final", (new ReflectionClass($class))->isFinal());
}
foreach (['Result', 'Reply', 'Attempt', 'Connection', 'Certificate'] as $name) {
    $class = new ReflectionClass("SmtpSend\\$name");
    check("$name is JsonSerializable", $class->implementsInterface(JsonSerializable::class));
    $parameters = array_map(fn ($p) => $p->name, $class->getConstructor()->getParameters());
    $properties = array_map(fn ($p) => $p->name, $class->getProperties());
    same("$name: the constructor takes its properties by name", $properties, $parameters);
    foreach ($class->getProperties() as $property) {
        check("$name::$property->name is public and readonly", $property->isPublic() && $property->isReadOnly());
    }
    foreach ($class->getConstructor()->getParameters() as $parameter) {
        check("$name: $parameter->name has a default", $parameter->isDefaultValueAvailable());
    }
}
$tree = [
    'InvalidOptionException' => 'Exception', 'InvalidMessageException' => 'Exception', 'ConnectionException' => 'Exception',
    'TimeoutException' => 'ConnectionException', 'TlsException' => 'Exception', 'AuthenticationException' => 'Exception',
    'ResponseException' => 'Exception', 'RecipientException' => 'ResponseException', 'LimitException' => 'Exception',
    'ProtocolException' => 'Exception', 'UnknownOutcomeException' => 'Exception',
];
foreach ($tree as $class => $parent) {
    same("$class under $parent", "SmtpSend\\$parent", get_parent_class("SmtpSend\\$class"));
}
same('Exception under RuntimeException', RuntimeException::class, get_parent_class(SmtpSend\Exception::class));

// case 171
$options = (new ReflectionMethod('SmtpSend', '__construct'))->getParameters()[0];
same('the options are a sensitive parameter', 1, count($options->getAttributes(SensitiveParameter::class)));

$double = new class implements SmtpSend\Transport {
    public function send(SmtpSend\Message|SmtpSend\RawMessage|array $message): SmtpSend\Result { return new SmtpSend\Result(messageId: 'x@y'); }
    public function sendRaw(string $sender, string|array $recipients, mixed $message): SmtpSend\Result { return new SmtpSend\Result; }
};
same('a test double', 'x@y', $double->send([])->messageId);
done();
?>
--EXPECT--
done
