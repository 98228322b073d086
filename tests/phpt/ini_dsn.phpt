--TEST--
php.ini with a DSN: the whole account in one entry, hidden
--EXTENSIONS--
smtpsend
--INI--
smtpsend.dsn=smtps://shop:canary-dsn@mail.example.com
--FILE--
<?php
require __DIR__ . '/check.inc';
$o = (new SmtpSend)->getOptions();
same('the account', ['mail.example.com', 'implicit', 'shop', '***'], [$o['host'], $o['encryption'], $o['username'], $o['password']]);
check('hidden', !str_contains(var_export($o, true) . ini_get('smtpsend.dsn') . get_cfg_var('smtpsend.dsn') . print_r(ini_get_all('smtpsend'), true), 'canary'));
same('a script with a host of its own gets none of it', ['h.example', 'auto', ''], array_values(array_intersect_key((new SmtpSend(['host' => 'h.example']))->getOptions(), ['host' => 1, 'encryption' => 1, 'username' => 1])));
done();
?>
--EXPECT--
done
