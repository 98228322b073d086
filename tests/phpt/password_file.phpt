--TEST--
password_file and oauth_token_file: read by the extension, %u and %h, JSON; unreadable is an error at the first client that names file and user id
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';

$extension = null;
foreach (explode("\n", file_get_contents('/proc/self/maps')) as $line) {
    if (str_ends_with($line, '/smtpsend.so')) {
        $extension = substr($line, strpos($line, '/'));
    }
}
$directory = directory();
function child(string $code, string ...$ini): string
{
    global $extension;
    $command = [PHP_BINARY, '-n', '-d', "extension=$extension", '-d', 'smtpsend.host=h.example', '-d', 'smtpsend.username=u'];
    foreach ($ini as $entry) {
        array_push($command, '-d', $entry);
    }
    $process = proc_open([...$command, '-r', $code], [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
    $output = stream_get_contents($pipes[1]);
    proc_close($process);
    return trim($output);
}
const SHOW = 'try { $o = (new SmtpSend)->getOptions(); echo $o["password"], "|", $o["oauth_token"]; } catch (Throwable $e) { echo $e->getMessage(); }';

file_put_contents("$directory/password", "canary\n");
same('a password', '***|', child(SHOW, "smtpsend.password_file=$directory/password"));
same('ini_get shows the path only', "$directory/password", child('echo ini_get("smtpsend.password_file");', "smtpsend.password_file=$directory/password"));
$user = posix_getpwuid(posix_geteuid())['name'] ?? 'x';
file_put_contents("$directory/$user", 'canary');
same('%u', '***|', child(SHOW, "smtpsend.password_file='$directory/%u'"));
check('not there', preg_match('~^options: smtpsend.password_file names "/no/such", which cannot be read \(No such file or directory; user id \d+\)$~',
    child(SHOW, 'smtpsend.password_file=/no/such')) === 1, child(SHOW, 'smtpsend.password_file=/no/such'));
touch("$directory/empty");
same('empty', 'options: smtpsend.password_file names an empty file: write the secret into it', child(SHOW, "smtpsend.password_file=$directory/empty"));

file_put_contents("$directory/token", "abc.def\n");
same('a token', '|***', child(SHOW, "smtpsend.oauth_token_file=$directory/token"));
file_put_contents("$directory/json", '{"access_token": "abc.def", "expires_on": 99}');
same('a token in JSON', '|***', child(SHOW, "smtpsend.oauth_token_file=$directory/json"));
file_put_contents("$directory/json", '{"token": "canary"}');
same('JSON without it', 'options: smtpsend.oauth_token_file names a file of JSON without the text access_token', child(SHOW, "smtpsend.oauth_token_file=$directory/json"));
file_put_contents("$directory/json", '{"canary');
same('broken JSON', 'options: smtpsend.oauth_token_file names a file that begins as JSON and is none: write the token alone, or JSON with access_token',
    child(SHOW, "smtpsend.oauth_token_file=$directory/json"));
same('the file of php.ini is not bound by open_basedir', '***|', child(SHOW, "smtpsend.password_file=$directory/password", 'open_basedir=/nowhere'));
done();
?>
--SKIPIF--
<?php if (!is_readable('/proc/self/maps')) die('skip: needs /proc'); ?>
--EXPECT--
done
