--TEST--
capture:// writes each mail to a file of its own, envelope on top; wrong directories are errors at construction
--EXTENSIONS--
smtpsend
--FILE--
<?php
require __DIR__ . '/check.inc';

[$mail, $result] = captured(['from' => 'Shop <shop@example.com>', 'to' => 'Ann <ann@example.net>', 'bcc' => ['boss@example.com'], 'subject' => 'Order 42', 'text' => 'hello']);
check('envelope', str_starts_with($mail, "Return-Path: <shop@example.com>\r\nX-Envelope-To: ann@example.net,\r\n boss@example.com\r\nDate: "), $mail);
check('case 143: no Bcc', stripos($mail, "\nbcc") === false);
check('the mail', str_contains($mail, "\r\nSubject: Order 42\r\n") && str_ends_with($mail, "\r\n\r\nhello\r\n"), $mail);
same('accepted', ['ann@example.net', 'boss@example.com'], $result->accepted);
check('the queue id is the file', preg_match('/^\d{8}-\d{6}-[0-9a-f]{8}\.eml$/', $result->queueId) === 1);
check('Message-ID', str_contains($mail, "Message-ID: <$result->messageId>"));
same('no reply', null, $result->reply);
same('connection', 'capture', $result->connection->host);

$directory = directory();
$smtp = new SmtpSend("capture://$directory");
for ($i = 0; $i < 20; $i++) {
    $smtp->sendRaw('a@example.com', 'b@example.com', "Subject: $i\n\nx");
}
same('20 mails, 20 files, nothing else', 20, count(array_diff(scandir($directory), ['.', '..'])));

foreach (['/no/such/directory' => 'cannot be found', __FILE__ => 'is no directory', '/dev/null' => 'is no directory'] as $path => $why) {
    throws($path, SmtpSend\InvalidOptionException::class, "options: the directory of capture:// is \"$path\", which $why: *", fn () => new SmtpSend("capture://$path"));
}
ini_set('open_basedir', sys_get_temp_dir() . ':' . __DIR__);
throws('case 148: open_basedir', SmtpSend\InvalidOptionException::class, '*"/etc", which open_basedir does not allow*', fn () => new SmtpSend('capture:///etc'));
same('within it', 1, count((new SmtpSend("capture://$directory"))->sendRaw('', ['b@example.com'], 'Subject: x')->accepted));
done();
?>
--EXPECT--
done
