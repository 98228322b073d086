--TEST--
php.ini: values, who may change them at run time, and the connection group as a whole (cases 250, 251)
--EXTENSIONS--
smtpsend
--INI--
smtpsend.host=mail.example.com
smtpsend.port=587
smtpsend.username=shop
smtpsend.password=canary
smtpsend.timeout=7
smtpsend.chunking=off
smtpsend.from=shop@example.com
smtpsend.max_kept=3
smtpsend.force_from=always
--FILE--
<?php
require __DIR__ . '/check.inc';

$o = (new SmtpSend)->getOptions();
same('the account', ['mail.example.com', '587', 'shop', '***'], [$o['host'], $o['port'], $o['username'], $o['password']]);
same('others', [7.0, false, 'shop@example.com', 3], [$o['timeout'], $o['chunking'], $o['from'], $o['max_kept']]);

// Run time: what is harmless only.
foreach (['host', 'port', 'username', 'password', 'password_file', 'ca_file', 'verify_peer', 'encryption', 'auth', 'dsn', 'mail', 'rate', 'allow_hosts',
    'allow_user_config', 'force_from', 'allowed_from', 'redirect_to', 'max_kept', 'log_level', 'log_target', 'dkim_key'] as $name) {
    same("case 251: ini_set smtpsend.$name", false, @ini_set("smtpsend.$name", '1'));
}
same('timeout may be changed', '7', ini_set('smtpsend.timeout', '9'));
same('and is used', 9.0, (new SmtpSend)->getOptions()['timeout']);
$warning = null;
set_error_handler(function ($level, $text) use (&$warning) { $warning = $text; return true; });
same('a wrong value is refused at once', false, ini_set('smtpsend.timeout', 'soon'));
check('with a warning that says what to write', str_contains((string) $warning, 'smtpsend.timeout is "soon"'), $warning);
restore_error_handler();
same('the old value stands', '9', ini_get('smtpsend.timeout'));
ini_restore('smtpsend.timeout');

// case 251: any member of the group that a script sets drops them all.
$members = ['port' => 465, 'encryption' => 'implicit', 'ip_version' => '4', 'source_address' => '127.0.0.1', 'username' => 'other', 'password' => 'x',
    'auth' => 'plain', 'oauth_token' => 'x', 'tls_min' => '1.3', 'verify_peer' => false, 'ca_file' => __FILE__, 'peer_name' => 'a.example',
    'peer_fingerprint' => str_repeat('ab', 32), 'client_cert' => __FILE__, 'client_key' => __FILE__, 'client_key_passphrase' => 'x'];
foreach ($members as $name => $value) {
    throws("$name alone", SmtpSend\InvalidOptionException::class, "options: no host: smtpsend.host of php.ini is not used, because the script sets the option $name *",
        fn () => new SmtpSend([$name => $value]));
}
$o = (new SmtpSend(['host' => 'other.example.org']))->getOptions();
same('a host of the script gets no password of php.ini', ['other.example.org', 'auto', '', ''], [$o['host'], $o['port'], $o['username'], $o['password']]);
same('what is not of the group merges', [7.0, 3], [$o['timeout'], $o['max_kept']]);
same('a DSN neither', ['', ''], [(new SmtpSend('smtp://h.example'))->getOptions()['username'], (new SmtpSend('smtp://h.example'))->getOptions()['password']]);
same('an option outside the group keeps the account', 'shop', (new SmtpSend(['timeout' => 1]))->getOptions()['username']);

// Host policy.
throws('policy of php.ini stands', SmtpSend\InvalidOptionException::class, 'options: the option force_from is set by smtpsend.force_from in php.ini, which a script cannot change: leave it out',
    fn () => new SmtpSend(['force_from' => 'never']));
throws('limits may only be lowered', SmtpSend\InvalidOptionException::class, 'options: the option max_kept is above the limit of smtpsend.max_kept*', fn () => new SmtpSend(['max_kept' => 4]));
same('lowered', 2, (new SmtpSend(['max_kept' => 2]))->getOptions()['max_kept']);
done();
?>
--EXPECT--
done
