--TEST--
Attachments: regular files under open_basedir only, no wrappers, no devices (cases 147, 148)
--EXTENSIONS--
smtpsend
posix
--FILE--
<?php
require __DIR__ . '/check.inc';
const MAIL = ['from' => 'a@example.com', 'to' => 'b@example.com', 'subject' => 's', 'text' => 't'];

$directory = directory();
file_put_contents("$directory/invoice.txt", 'INVOICE');
[$mail] = captured(MAIL + ['attachments' => ["$directory/invoice.txt"]]);
check('a file', str_contains($mail, 'filename=invoice.txt') && str_contains($mail, base64_encode('INVOICE')), $mail);

$null = new SmtpSend('null://');
foreach (['phar://x.phar/a', 'http://example.com/', 'php://filter/resource=/etc/passwd', 'php://stdin', 'data:text/plain,x', 'data://text/plain,x', 'expect://id',
    'glob:///etc/*', 'file:///etc/passwd', 'compress.zlib:///etc/passwd', 'ssh2.sftp://h/x'] as $path) {
    foreach (['the array' => fn () => $null->send(MAIL + ['attachments' => [$path]]), 'attachFile' => fn () => (new SmtpSend\Message)->attachFile($path),
        'embedFile' => fn () => (new SmtpSend\Message)->embedFile($path, 'x')] as $way => $call) {
        throws("case 147: $path by $way", SmtpSend\InvalidMessageException::class, 'message: the attachment names "' . $path . '", which is a URL: *', $call);
    }
}
posix_mkfifo("$directory/pipe", 0600);
symlink('/dev/zero', "$directory/link");
foreach (["$directory/missing" => 'cannot be read', $directory => 'is no regular file', '/dev/zero' => 'is no regular file', "$directory/pipe" => 'is no regular file',
    "$directory/link" => 'is no regular file', '' => 'is no file name', "a\0b" => 'is no file name', str_repeat('x', 5000) => 'is no file name'] as $path => $why) {
    throws("case 148: $why", SmtpSend\InvalidMessageException::class, "message: the attachment names *, which $why*", fn () => (new SmtpSend\Message)->attachFile($path));
}
// A file that changes while the message waits.
file_put_contents("$directory/grows", 'first');
$message = (new SmtpSend\Message)->from('a@example.com')->to('b@example.com')->subject('s')->text('t')->attachFile("$directory/grows");
file_put_contents("$directory/grows", 'first and more');
check('case 148: the size is that of the moment it was attached', str_contains($message->toString(), base64_encode('first') . "\r\n"));
unlink("$directory/grows");
check('case 148: deleted meanwhile', str_contains($message->toString(), base64_encode('first')));
touch("$directory/nothing");
check('case 148: no octets', str_contains((new SmtpSend\Message)->from('a@example.com')->to('b@example.com')->text('t')->attachFile("$directory/nothing")->toString(), 'filename=nothing'));

symlink('/etc/passwd', "$directory/out");
ini_set('open_basedir', sys_get_temp_dir() . ':/dev/zero:' . __DIR__); // /dev/zero: for the clean-up of a link to it
throws('case 148: open_basedir', SmtpSend\InvalidMessageException::class, 'message: the attachment names "/etc/passwd", which open_basedir does not allow',
    fn () => (new SmtpSend\Message)->attachFile('/etc/passwd'));
throws('case 148: a link out of it', SmtpSend\InvalidMessageException::class, '*open_basedir does not allow', fn () => (new SmtpSend\Message)->attachFile("$directory/out"));
throws('a CA file', SmtpSend\InvalidOptionException::class, '*open_basedir does not allow', fn () => new SmtpSend(['host' => 'h.example', 'ca_file' => '/etc/passwd']));
done();
?>
--EXPECT--
done
