--TEST--
php.ini with null://: every SmtpSend drops its mail
--EXTENSIONS--
smtpsend
--INI--
smtpsend.dsn=null://
--FILE--
<?php
require __DIR__ . '/check.inc';
$result = (new SmtpSend)->send(['from' => 'a@example.com', 'to' => 'b@example.com', 'subject' => 's', 'text' => 't']);
same('accepted', ['b@example.com'], $result->accepted);
same('queue id', null, $result->queueId);
done();
?>
--EXPECT--
done
