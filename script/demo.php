<?php
/* One act of script/demo, told for a person: php demo.php mail | password | stranger. Surroundings come in DEMO_* variables. */
declare(strict_types=1);

function say(string $label, string $text): void
{
	printf("   %-13s %s\n", $label, $text);
}

function seconds(float $seconds): string
{
	return $seconds < 1 ? sprintf('%d ms', round($seconds * 1000)) : sprintf('%.2f s', $seconds);
}

function encryption(string $word): string
{
	return ['starttls' => 'STARTTLS', 'implicit' => 'TLS from the first byte', 'plaintext' => 'no encryption'][$word] ?? $word;
}

/** @param list<SmtpSend\Attempt> $attempts */
function tried(array $attempts): void
{
	foreach ($attempts as $attempt) {
		$how = $attempt->error === null ? 'worked' : "$attempt->stage: $attempt->error";
		say('tried', sprintf('port %-5d %-25s %-8s %s', $attempt->port, encryption($attempt->encryption), seconds($attempt->duration), $how));
	}
}

function options(array $more = []): array
{
	$options = ['host' => getenv('DEMO_HOST'), 'username' => getenv('DEMO_USER'), 'password' => getenv('DEMO_PASSWORD'), 'ca_file' => getenv('DEMO_CA')];
	if (getenv('DEMO_PEER')) {
		$options['peer_name'] = getenv('DEMO_PEER');
	}
	if (getenv('DEMO_PORTS')) {
		$options['port'] = array_map('intval', explode(',', getenv('DEMO_PORTS')));
	}

	return $more + $options;
}

function mail_to_ann(SmtpSend $smtp): SmtpSend\Result
{
	return $smtp->send([
		'from' => 'Shop <' . getenv('DEMO_USER') . '>',
		'to' => ['Ann <ann@example.net>'],
		'subject' => 'Order 42',
		'text' => "Dear Ann,\n\nyour order is on its way.\n",
	]);
}

function act_mail(): void
{
	echo getenv('DEMO_PORTS') ? "1. A mail whose first port does not work\n" : "1. A mail, no port named, behind a firewall that drops port 587\n";
	$start = hrtime(true);
	$result = mail_to_ann(new SmtpSend(options()));
	$total = (hrtime(true) - $start) / 1e9;
	$connection = $result->connection;
	tried($result->attempts);
	say('went over', sprintf('%s port %d, %s', $connection->address, $connection->port, encryption($connection->encryption)));
	say('TLS', "$connection->tlsVersion, $connection->cipher");
	$certificate = $connection->certificate;
	say('certificate', sprintf('for %s by %s, good until %s, %s', implode(', ', $certificate->altNames) ?: $certificate->subject, $certificate->issuer,
		gmdate('j F Y', $certificate->notAfter), $connection->verified ? 'verified' : 'NOT verified'));
	say('logged in', "by $connection->authMechanism as " . getenv('DEMO_USER'));
	say('server said', "{$result->reply->code} {$result->reply->text}");
	say('queue id', $result->queueId ?? 'none');
	say('took', seconds($total) . ': ' . implode(', ', array_map(static fn ($name, $value) => "$name " . seconds($value), array_keys($result->timings), $result->timings)));
	$file = getenv('DEMO_MAILS') . "/$result->queueId.eml";
	if (!is_file($file)) {
		throw new Exception("the server said yes, but $file is not there");
	}
	say('lies in', $file);
	echo "\n";
}

/** @param class-string<SmtpSend\Exception> $expected */
function act_failure(string $title, string $expected, array $options): void
{
	echo "$title\n";
	try {
		mail_to_ann(new SmtpSend(options($options)));
	} catch (SmtpSend\Exception $e) {
		tried($e->attempts);
		say('threw', get_class($e));
		say('code', (string) $e->getCode() . ($e->getCode() === 0 ? ' (the server refused nothing: we did)' : ''));
		say('message', $e->getMessage());
		say('hint', $e->hint);
		say('outcome', $e->outcome . ($e->isRetryable() ? ', worth another try later' : ', trying again will not help'));
		echo "\n";
		if (!$e instanceof $expected) {
			throw new Exception("that should have been a $expected");
		}

		return;
	}
	throw new Exception('that should have failed');
}

try {
	match ($argv[1] ?? '') {
		'mail' => act_mail(),
		'password' => act_failure('2. The wrong password', SmtpSend\AuthenticationException::class, ['password' => 'Tr0ub4dor&3']),
		'stranger' => act_failure('3. A stranger\'s certificate: somebody else answers for the host', SmtpSend\TlsException::class, ['connect_timeout' => 2]),
	};
} catch (Throwable $e) {
	fwrite(STDERR, 'script/demo: ' . get_class($e) . ': ' . $e->getMessage() . "\n");
	exit(1);
}
