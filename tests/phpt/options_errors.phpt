--TEST--
Options: each wrong in each way is an InvalidOptionException that says which, why, and what to write instead (cases 252 to 257)
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';
const HOST = ['host' => 'smtp.example.com'];

function wrong(array|string $options, string $message): void
{
    $e = thrown(json_encode($options), SmtpSend\InvalidOptionException::class, fn () => new SmtpSend($options));
    if ($e === null) {
        return;
    }
    $pattern = '/^options: ' . str_replace('\*', '.*', preg_quote($message, '/')) . '$/s';
    check(json_encode($options), preg_match($pattern, $e->getMessage()) === 1, $e->getMessage());
    same('stage', 'options', $e->stage);
    same('code', 0, $e->getCode());
    check('one line', !str_contains($e->getMessage(), "\n"));
    same('not transient', false, $e->isTransient());
}

// Shape of the argument.
wrong([], 'no host: set smtpsend.host in php.ini, or the option host');
wrong(['smtp.example.com'], '*without names*');
wrong(HOST + ['verify_pear' => true], 'there is no option "verify_pear"*verify_peer*'); // case 256
wrong(HOST + ['cafile' => '/x'], '*ca_file*');
wrong(HOST + ['Password' => 'x'], '*password*');
wrong(HOST + ['timeout' => null], 'the option timeout is null: *leave it out');
wrong(HOST + ['timeout' => new stdClass], 'the option timeout is stdClass: *');
wrong(HOST + ['timeout' => fopen('php://memory', 'r')], 'the option timeout is resource*: *');
wrong(HOST + ['timeout' => []], '*timeout*');
wrong(HOST + ['port' => [[587]]], 'the option port is a list with an item of type array: *');
wrong(HOST + ['username' => ['a', 'b']], 'the option username is a list*');
wrong(HOST + ['username' => fn () => 'x'], 'the option username is a callable*');

// Hosts.
foreach (['smtp://smtp.example.com', 'https://smtp.example.com', 'ssl://smtp.example.com', 'smtp.example.com:587', 'user@smtp.example.com',
    'smtp example.com', "smtp.example.com\r\nX", "smtp\0.example.com", '-x', '127.1', '/etc/passwd', '[fe80::1', 'a..b', str_repeat('a', 64) . '.example'] as $host) {
    wrong(['host' => $host], 'the option host *');
}
// case 253: ports
foreach ([0, 65536, -1, '587abc', '587;465', 'smtp', 1.5, true, [587, 'x'], '1,2,3,4,5,6,7,8,9'] as $port) {
    wrong(HOST + ['port' => $port], 'the option port *');
}
// case 253: port and encryption
wrong(HOST + ['port' => 587, 'encryption' => 'ssl'], '*encryption*587*');
wrong(HOST + ['port' => 25, 'encryption' => 'implicit'], '*encryption*25*');
wrong(HOST + ['port' => 2525, 'encryption' => 'smtps'], '*encryption*2525*');
wrong(HOST + ['port' => 465, 'encryption' => 'starttls'], '*encryption*465*');
wrong(HOST + ['encryption' => 'plaintext'], '*plaintext*port*');
wrong(HOST + ['encryption' => 'nonsense'], 'the option encryption is "nonsense"*');
// case 257: times
foreach (['timeout', 'connect_timeout', 'deadline', 'final_timeout', 'idle_timeout'] as $option) {
    wrong(HOST + [$option => 0], "the option $option *");
    wrong(HOST + [$option => -1], "the option $option *");
    wrong(HOST + [$option => 'soon'], "the option $option *");
    wrong(HOST + [$option => NAN], "the option $option *");
    wrong(HOST + [$option => INF], "the option $option *");
    wrong(HOST + [$option => false], "the option $option *");
}
// switches, numbers, words
wrong(HOST + ['verify_peer' => 'perhaps'], 'the option verify_peer is "perhaps"*');
wrong(HOST + ['verify_peer' => 2], 'the option verify_peer *');
wrong(HOST + ['verify_peer' => ''], 'the option verify_peer *');
wrong(HOST + ['max_kept' => 1.5], 'the option max_kept *');
wrong(HOST + ['max_kept' => -1], 'the option max_kept *');
wrong(HOST + ['tls_min' => '1.1'], 'the option tls_min *');
wrong(HOST + ['ip_version' => 5], 'the option ip_version *');
wrong(HOST + ['auth' => 'kerberos'], 'the option auth *');
wrong(HOST + ['rate' => 'many'], 'the option rate *');
wrong(HOST + ['peer_fingerprint' => 'abc'], 'the option peer_fingerprint *');
wrong(HOST + ['from' => 'nobody'], 'the option from *');
wrong(HOST + ['helo' => 'not a name'], 'the option helo *');
wrong(HOST + ['log' => 'no_such_function'], 'the option log *');
// case 255: contradictions
wrong(HOST + ['password' => 'x'], '*password*username*');
wrong(HOST + ['dkim_domain' => 'example.com'], '*dkim*');
// php.ini's alone
foreach (['password_file', 'oauth_token_file', 'dsn', 'mail', 'allow_user_config'] as $option) {
    wrong(HOST + [$option => 'x'], "the option $option can be set by smtpsend.$option in php.ini only: *");
    if ($option !== 'mail') {
        wrong("smtp://smtp.example.com?$option=x", "the DSN's $option*");
    }
}
// files
wrong(HOST + ['ca_file' => '/no/such/file'], 'the option ca_file names "/no/such/file", which cannot be read (No such file or directory; user id *)');
wrong(HOST + ['ca_file' => __DIR__], 'the option ca_file names "*", which is no regular file');
wrong(HOST + ['ca_file' => '/dev/zero'], 'the option ca_file names "/dev/zero", which is no regular file');
wrong(HOST + ['ca_file' => 'phar://x.phar/ca.pem'], 'the option ca_file names "phar://x.phar/ca.pem", which is a URL: *');
wrong(HOST + ['client_cert' => "a\0b"], 'the option client_cert *');

// case 252: DSNs. Never repeated, whatever is wrong with them.
foreach (['', 'x', 'smtp:/x', 'smtp://', 'gopher://u:canary@h', 'smtp://u:canary@h:0', 'smtp://u:canary@h:99999', 'smtp://u:canary@h?verify=0',
    'smtp://u:canary@h?timeout=1&timeout=2', 'smtp://u:canary@h?timeout=canary', "smtp://u:canary@h%0d%0a", "smtp://u:canary@h\r\n", 'smtp://u:canary@h/path',
    'smtps://u:canary@h?encryption=starttls', 'smtp://canary@h@@', 'capture:/x', 'capture://x', 'null://host', 'smtp://u:canary@h:465?encryption=starttls'] as $dsn) {
    $e = thrown("DSN $dsn", SmtpSend\InvalidOptionException::class, fn () => new SmtpSend($dsn));
    check("DSN $dsn is not repeated", $e && !str_contains($e->getMessage(), 'canary'), $e?->getMessage());
}
done();
?>
--EXPECT--
done
