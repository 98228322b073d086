<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\Scripts;

/** Whose account it is: secrets that nobody reads back, php.ini and its kin, tokens, and logins that are not shared. */
final class AccountTest extends Lab
{
	use Scripts;

	private const TOKEN = 'ya29.canary-token-1234';

	private static function forms(string $secret): array
	{
		$plain = base64_encode("\0" . self::USER . "\0" . $secret);

		return array_unique([$secret, base64_encode($secret), rtrim(base64_encode($secret), '='), bin2hex($secret), strtoupper(bin2hex($secret)), rawurlencode($secret), urlencode($secret),
			htmlspecialchars($secret), addcslashes($secret, "\0..\37\\\"'&"), $plain, rtrim($plain, '=')]);
	}

	public function testNoSecretIsShownAnywhere(): void // cases 171-174
	{
		$server = $this->smtpd('starttls');
		[$status, $output, $errors] = $this->runScript(<<<'PHP'
			ini_set('error_log', __FILE__ . '.log');
			ini_set('zend.exception_ignore_args', '0');
			$good = new SmtpSend($account);
			$good->send($mail);
			$bad = new SmtpSend(['username' => 'stranger@example.test'] + $account);
			try { $bad->send($mail); } catch (SmtpSend\AuthenticationException $e) { $failed = $e; }
			try { new SmtpSend(['port' => 70000] + $account); } catch (SmtpSend\InvalidOptionException $e) { $wrong = $e; }
			try { new SmtpSend('smtp://shop:' . rawurlencode($account['password']) . '@host.example/?nosuch=1'); } catch (SmtpSend\InvalidOptionException $e) { $dsn = $e; }
			unset($account);
			foreach ([$good, $bad, $failed, $wrong, $dsn] as $n => $it) {
				echo "\n== $n\n";
				var_dump($it);
				print_r($it);
				var_export($it);
				print_r((array) $it);
				echo json_encode($it, JSON_PARTIAL_OUTPUT_ON_ERROR);
				debug_zval_dump($it);
				print_r([get_object_vars($it), get_mangled_object_vars($it)]);
				try { echo serialize($it); } catch (Exception $e) { echo $e; }
				if ($it instanceof Exception) {
					echo $it, $it->getTraceAsString();
					print_r([$it->getTrace(), $it->transcript]);
					error_log((string) $it);
				} else {
					print_r([$it->getTranscript(), $it->getOptions()]);
				}
			}
			phpinfo(INFO_MODULES);
			print_r(ini_get_all());
			readfile(__FILE__ . '.log');
			echo "\nthe end";
			PHP, $server->port);
		self::assertStringEndsWith("\nthe end", $output, $errors);
		self::assertSame(0, $status);
		self::assertStringContainsString('535', $output);
		foreach (self::forms(self::CANARY) as $form) {
			self::assertStringNotContainsString($form, $output . $errors, 'a form of the password');
		}
	}

	public function testNoWayAroundTheConstructor(): void // cases 175-177
	{
		$told = $this->resultOf(<<<'PHP'
			$try = function (callable $code) { try { return get_debug_type($code()); } catch (Throwable $e) { return get_class($e); } };
			$smtp = new SmtpSend('null://');
			echo json_encode([$try(fn () => clone $smtp), $try(fn () => serialize($smtp)), $try(fn () => @unserialize('O:8:"SmtpSend":0:{}')), $try(fn () => @unserialize('C:8:"SmtpSend":0:{}')),
				$try(fn () => $smtp->__construct(['host' => 'other.example', 'port' => 587])), $try(fn () => (new ReflectionClass('SmtpSend'))->newInstanceWithoutConstructor())]);
			PHP);
		self::assertSame(['Error', 'Exception', 'Exception'], array_slice($told, 0, 3));
		self::assertNotSame('SmtpSend', $told[3]);
		self::assertSame(['Error', 'ReflectionException'], array_slice($told, 4));
	}

	public function testNoLoginIsReusedForAnother(): void // cases 121, 217-219
	{
		$server = $this->smtpd('starttls', ['--user', 'other@example.test:second-secret', '--token', self::USER . ':' . self::TOKEN]);
		$told = $this->resultOf(str_replace('TOKEN', self::TOKEN, <<<'PHP'
			$keep = [];
			$send = function (array $more, array $without = []) use ($account, $mail, &$keep) {
				$smtp = $keep[] = new SmtpSend($more + array_diff_key($account, array_flip($without)));
				try { return $smtp->send($mail)->reused; } catch (SmtpSend\AuthenticationException $e) { return $e->getCode(); }
			};
			echo json_encode([$send([]), $send(['username' => 'other@example.test', 'password' => 'second-secret']), $send(['password' => 'wrong']), $send(['username' => 'other@example.test']),
				$send(['oauth_token' => 'TOKEN'], ['password']), $send(['oauth_token' => 'TOKEX'], ['password']), $send([])]);
			PHP), $server->port);
		self::assertSame([false, false, 535, 535, false, 535], array_slice($told, 0, 6));
		self::assertSame([self::USER, 'other@example.test', self::USER, self::USER], array_column($server->mails(), 'user'));
	}

	public function testTokensAreTextsCallablesOrFiles(): void // cases 116-118
	{
		$server = $this->smtpd('starttls', ['--token', self::USER . ':' . self::TOKEN]);
		$file = $this->folder() . '/token.json';
		file_put_contents($file, json_encode(['access_token' => 'stale-token', 'expires_on' => time() - 60]));
		$told = $this->resultOf(str_replace(['CANARY', 'FILE'], [self::TOKEN, $file], <<<'PHP'
			unset($account['password']);
			$said['text'] = (new SmtpSend(['oauth_token' => 'CANARY'] + $account))->send($mail)->accepted;
			$asked = [];
			$said['callable'] = (new SmtpSend(['oauth_token' => function ($user, $refresh) use (&$asked) { $asked[] = $refresh; return $refresh ? 'CANARY' : 'stale-token'; }] + $account))->send($mail)->accepted;
			$said['asked'] = $asked;
			$smtp = new SmtpSend; // of php.ini, with a file
			try { $smtp->send($mail); } catch (SmtpSend\AuthenticationException $e) { $said['stale'] = $e->getCode(); }
			file_put_contents('FILE', json_encode(['access_token' => 'CANARY', 'expires_on' => time() + 3600]));
			$said['fresh'] = $smtp->send($mail)->accepted;
			echo json_encode($said);
			PHP), $server->port, ['smtpsend.host' => '127.0.0.1', 'smtpsend.port' => $server->port, 'smtpsend.encryption' => 'starttls', 'smtpsend.peer_name' => self::HOST, 'smtpsend.ca_file' => self::authority(),
				'smtpsend.username' => self::USER, 'smtpsend.oauth_token_file' => $file]);
		self::assertSame(['text' => ['ann@example.net'], 'callable' => ['ann@example.net'], 'asked' => [false, true], 'stale' => 535, 'fresh' => ['ann@example.net']], $told);
	}

	public function testPhpIniHoldsAnAccountThatNobodyReads(): void // cases 248, 250, 251
	{
		$server = $this->smtpd('starttls');
		$folder = $this->folder();
		$user = posix_getpwuid(posix_geteuid());
		file_put_contents("$folder/password-{$user['name']}", self::CANARY . "\n");
		$common = 'extension=' . self::extension() . "\nsmtpsend.host=127.0.0.1\nsmtpsend.port=$server->port\nsmtpsend.encryption=starttls\nsmtpsend.peer_name=" . self::HOST
			. "\nsmtpsend.ca_file=" . self::authority() . "\nsmtpsend.username=" . self::USER . "\n";
		file_put_contents("$folder/plain.ini", $common . "smtpsend.password='" . self::CANARY . "'\n");
		file_put_contents("$folder/file.ini", $common . "smtpsend.password_file=$folder/password-%u\n");
		$file = $this->scriptFile(<<<'PHP'
			foreach (['host', 'password', 'verify_peer', 'ca_file', 'mail'] as $name) { $set[] = @ini_set("smtpsend.$name", '0'); }
			echo json_encode([(new SmtpSend)->send($mail)->accepted, get_cfg_var('smtpsend.password'), ini_get('smtpsend.password'), $set]);
			PHP);
		foreach (['plain', 'file'] as $ini) {
			[, $output, $errors] = $this->start([PHP_BINARY, '-n', '-c', "$folder/$ini.ini", $file])->finish();
			self::assertSame([['ann@example.net'], false, false, false, false, false, false, false], (function ($told) { return [$told[0], (bool) $told[1], (bool) $told[2], ...$told[3]]; })(json_decode($output, true) ?? self::fail($output . $errors)));
		}
		[, $output] = $this->start([PHP_BINARY, '-n', '-c', "$folder/plain.ini", '-i'])->finish();
		self::assertStringContainsString('set, hidden', $output);
		foreach (self::forms(self::CANARY) as $form) {
			self::assertStringNotContainsString($form, $output);
		}
	}

	public function testAUsersOwnFileHoldsAWholeAccount(): void // case 250
	{
		$server = $this->smtpd('starttls', ['--user', 'own@example.test:own-secret']);
		$file = $this->scriptFile('try { echo "said ", json_encode((new SmtpSend)->send($mail)->accepted); } catch (SmtpSend\Exception $e) { echo "said ", json_encode($e->getMessage()); }');
		$own = ['host' => '127.0.0.1', 'port' => $server->port, 'encryption' => 'starttls', 'peer_name' => self::HOST, 'ca_file' => self::authority(), 'username' => 'own@example.test', 'password' => 'own-secret'];
		$write = fn (array $values) => file_put_contents(dirname($file) . '/.user.ini', implode('', array_map(static fn ($name, $value) => "smtpsend.$name='$value'\n", array_keys($values), $values)));
		$ask = function (string $allowed) use ($file, $server): mixed {
			$ini = ['smtpsend.allow_user_config' => $allowed, 'smtpsend.host' => '127.0.0.1', 'smtpsend.port' => $server->port, 'smtpsend.encryption' => 'starttls', 'smtpsend.peer_name' => self::HOST,
				'smtpsend.ca_file' => self::authority(), 'smtpsend.username' => self::USER, 'smtpsend.password' => "'" . self::CANARY . "'", 'cgi.force_redirect' => 0];
			$environment = ['SCRIPT_FILENAME' => $file, 'REQUEST_METHOD' => 'GET', 'GATEWAY_INTERFACE' => 'CGI/1.1', 'DOCUMENT_ROOT' => dirname($file), 'PATH_TRANSLATED' => $file];
			[, $output, $errors] = $this->start(['php-cgi', ...self::phpArguments($ini)], $environment)->finish();
			self::assertSame(1, preg_match('/^said (.*)$/m', $output, $match), $output . $errors);

			return json_decode($match[1], true);
		};
		$write($own);
		self::assertSame(['ann@example.net'], $ask('on'));
		self::assertSame(['ann@example.net'], $ask('off'), 'without leave the host\'s own account is used');
		self::assertSame(['own@example.test', self::USER], array_column($server->mails(), 'user'));
		$write(array_diff_key($own, ['username' => 0, 'password' => 0]));
		self::assertNotSame(['ann@example.net'], $ask('on'), 'no part of the host\'s account is left');
		self::assertCount(2, $server->mails());
	}

	public function testItLivesBesideOtherUsersOfOpenSsl(): void // case 64
	{
		$folder = ini_get('extension_dir');
		if (!is_executable('/usr/bin/valgrind') || !is_file("$folder/curl.so")) {
			self::markTestSkipped('no valgrind or no curl extension');
		}
		$code = 'try { (new SmtpSend("smtp://127.0.0.1:1/?timeout=1"))->connect(); } catch (SmtpSend\Exception $e) {} openssl_digest("x", "sha256"); curl_close(curl_init()); echo implode(",", get_loaded_extensions());';
		foreach ([['curl.so', self::extension()], [self::extension(), 'curl.so']] as $order) {
			$extensions = array_merge(...array_map(static fn ($name) => ['-d', "extension=$name"], $order));
			[$status, $output, $errors] = $this->start(['valgrind', '-q', '--error-exitcode=99', '--undef-value-errors=no', PHP_BINARY, '-n', ...$extensions, '-r', $code],
				['USE_ZEND_ALLOC' => '0', 'ZEND_DONT_UNLOAD_MODULES' => '1'])->finish();
			self::assertSame(0, $status, $errors);
			self::assertStringContainsString('smtpsend', $output);
			self::assertStringContainsString('curl', $output);
		}
	}
}
