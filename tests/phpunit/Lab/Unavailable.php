<?php
declare(strict_types=1);

namespace SmtpSend\Tests\Lab;

/** This machine cannot run that part of the lab; the message says why. */
final class Unavailable extends \RuntimeException
{
}
