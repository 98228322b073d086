--TEST--
Options: every type that PHP may write a value in, DSNs, and what getOptions() shows
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';

function options(array|string $options): array
{
    return (new SmtpSend($options))->getOptions();
}
$o = options(['host' => 'smtp.example.com', 'port' => [587, '465'], 'timeout' => 2, 'connect_timeout' => 0.5, 'deadline' => '1.5',
    'verify_peer' => false, 'chunking' => 'off', 'max_kept' => '1', 'auth' => ['plain', 'LOGIN'], 'username' => 'u', 'password' => 'canary-1']);
same('host', 'smtp.example.com', $o['host']);
same('port', '587,465', $o['port']);
same('times are floats', [2.0, 0.5, 1.5], [$o['timeout'], $o['connect_timeout'], $o['deadline']]);
same('switches are bools', [false, false, true], [$o['verify_peer'], $o['chunking'], $o['persistent']]);
same('numbers are ints', 1, $o['max_kept']);
same('lists are lists', ['PLAIN', 'LOGIN'], $o['auth']);
same('user name', 'u', $o['username']);
same('case 172: secrets are masked', '***', $o['password']);
same('one that is not set is empty', '', $o['client_key_passphrase']);
check('nowhere', !str_contains(var_export($o, true), 'canary'));

same('tls means auto', 'auto', options(['host' => 'h.example', 'encryption' => 'tls'])['encryption']);
same('ssl means implicit', 'implicit', options(['host' => 'h.example', 'encryption' => 'ssl'])['encryption']);
same('none means plaintext', 'plaintext', options(['host' => 'h.example', 'port' => 25, 'encryption' => 'none'])['encryption']);
same('defaults of a command line', [120.0, 600.0], array_values(array_intersect_key(options(['host' => 'h.example']), ['deadline' => 1, 'final_timeout' => 1])));

// DSNs (case 252)
$o = options('smtp://us%40er:pa%3Ass#?/+$@smtp.example.com:2525?timeout=3');
same('user', 'us@er', $o['username']);
same('host', 'smtp.example.com', $o['host']);
same('port', '2525', $o['port']);
same('parameter', 3.0, $o['timeout']);
same('password', '***', $o['password']);
same('the last @ ends the credentials', 'a@b', options('smtp://a@b:c@d@h.example')['username']);
same('smtps is implicit', 'implicit', options('smtps://h.example')['encryption']);

// Callables
$token = fn () => 'x';
$o = options(['host' => 'h.example', 'username' => 'u', 'oauth_token' => $token, 'log' => 'printf']);
same('a token callable is masked', '***', $o['oauth_token']);
same('a log callable is shown', 'printf', $o['log']);
same('a token as text', '***', options(['host' => 'h.example', 'username' => 'u', 'oauth_token' => 'printf'])['oauth_token']);
same('references are followed', 7.0, (function () { $t = 7; return options(['host' => 'h.example', 'timeout' => &$t])['timeout']; })());
done();
?>
--EXPECT--
done
