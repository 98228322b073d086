<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

use SmtpSend\Tests\Lab;

/** What code given to Lab::network() is bound to: the lab's starters, inside the namespace. */
final class Inside extends Lab
{
	/** The code's value, as the line that Lab::network() waits for. */
	public function tell(\Closure $code): void
	{
		try {
			$value = $code->call($this);
		} finally {
			$this->tearDown();
		}
		echo "\nresult ", json_encode($value, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
	}
}
