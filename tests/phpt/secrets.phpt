--TEST--
Secrets of php.ini: ini_get, ini_get_all, get_cfg_var, phpinfo and php -i show nothing; they work all the same (cases 174, 248)
--EXTENSIONS--
smtpsend
--INI--
smtpsend.host=smtp.example.com
smtpsend.username=shop
smtpsend.password=canary-password
smtpsend.client_key_passphrase=canary-passphrase
smtpsend.dkim_key=canary-key
smtpsend.dkim_key_passphrase=canary-phrase
zend.exception_ignore_args=0
--FILE--
<?php
require __DIR__ . '/check.inc';

$secrets = ['password', 'dsn', 'client_key_passphrase', 'dkim_key', 'dkim_key_passphrase'];
foreach ($secrets as $name) {
    same("ini_get $name", '', (string) ini_get("smtpsend.$name"));
    same("get_cfg_var $name", '', (string) get_cfg_var("smtpsend.$name"));
}
check('ini_get_all', !str_contains(print_r(ini_get_all('smtpsend'), true), 'canary'));
check('ini_get_all without details', !str_contains(print_r(ini_get_all(null, false), true), 'canary'));
ob_start();
phpinfo(INFO_GENERAL | INFO_CONFIGURATION | INFO_MODULES); // environment and variables hold run-tests' own command line
$info = ob_get_clean();
check('phpinfo', !str_contains($info, 'canary'));
check('phpinfo says that there is one', str_contains($info, 'smtpsend.password => set, hidden'), substr($info, strpos($info, 'smtpsend.pass'), 60));
check('phpinfo says who holds it', str_contains($info, 'Secret from => smtpsend.password'));
same('ini_set', false, @ini_set('smtpsend.password', 'other'));
ini_restore('smtpsend.password');

throws('they are there, and the error does not repeat them', SmtpSend\InvalidOptionException::class,
    'options: smtpsend.dkim_key names a file which cannot be read (No such file or directory; user id *)', fn () => new SmtpSend);

$smtp = new SmtpSend(['host' => 'smtp.example.com', 'username' => 'shop', 'password' => 'canary-script', 'client_key_passphrase' => '', 'dkim_key' => '', 'dkim_key_passphrase' => '']);
ob_start();
var_dump($smtp, (array) $smtp, get_object_vars($smtp), get_mangled_object_vars($smtp), (new ReflectionObject($smtp))->getProperties());
print_r($smtp);
var_export($smtp);
echo json_encode($smtp), json_encode($smtp->getOptions());
$shown = ob_get_clean();
check('case 174: dumps', !str_contains($shown, 'canary'), $shown);

// case 171: traces, with arguments.
foreach ([['host' => '', 'password' => 'canary-trace'], 'smtp://shop:canary-trace@:0', ['host' => 'h', 'username' => "x\n", 'password' => 'canary-trace']] as $options) {
    $e = thrown('a wrong option', SmtpSend\InvalidOptionException::class, fn () => new SmtpSend($options));
    $trace = $e->getTrace()[0];
    check('the constructor is in the trace', $trace['class'] === 'SmtpSend' && $trace['args'][0] instanceof SensitiveParameterValue);
    check('and says nothing', !str_contains($e->getMessage() . $e->getTrace()[0]['function'], 'canary'));
}
done();
?>
--EXPECT--
done
