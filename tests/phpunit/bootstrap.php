<?php
/* Loads the lab's classes for PHPUnit: tests/phpunit/Lab.php and tests/phpunit/Lab/NAME.php. */
declare(strict_types=1);

error_reporting(E_ALL);
spl_autoload_register(static function (string $class): void {
	if (str_starts_with($class, 'SmtpSend\\Tests\\')) {
		$file = __DIR__ . '/' . strtr(substr($class, strlen('SmtpSend\\Tests\\')), '\\', '/') . '.php';
		if (is_file($file)) {
			require $file;
		}
	}
});
