<?php
/* What Lab needs of PHPUnit where there is none: in the process that Lab::network() starts. Assertions belong outside of it. */
declare(strict_types=1);

namespace PHPUnit\Framework;

abstract class TestCase
{
	protected function tearDown(): void
	{
	}

	public static function markTestSkipped(string $why = ''): never
	{
		fwrite(STDERR, "$why\n");
		exit(69);
	}
}
