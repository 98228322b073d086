--TEST--
php.ini with a DSN and another entry of the group: an error that names both, never a mixture
--EXTENSIONS--
smtpsend
--INI--
smtpsend.dsn=smtps://shop:canary-dsn@mail.example.com
smtpsend.port=2525
--FILE--
<?php
require __DIR__ . '/check.inc';
throws('both', SmtpSend\InvalidOptionException::class, 'options: smtpsend.dsn and smtpsend.port are both set*', fn () => new SmtpSend);
done();
?>
--EXPECT--
done
