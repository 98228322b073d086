--TEST--
php.ini with a wrong value: PHP starts, and the first client says which entry and what to write
--EXTENSIONS--
smtpsend
--INI--
smtpsend.host=mail.example.com
smtpsend.port=smtp
--FILE--
<?php
require __DIR__ . '/check.inc';
throws('wrong port', SmtpSend\InvalidOptionException::class, 'options: smtpsend.port is "smtp", which is no port: *', fn () => new SmtpSend);
ob_start();
phpinfo(INFO_MODULES);
check('phpinfo says so', str_contains(ob_get_clean(), 'Configured => smtpsend.port is "smtp", which is no port'));
done();
?>
--EXPECT--
done
