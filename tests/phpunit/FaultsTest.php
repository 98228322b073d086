<?php
declare(strict_types=1);

use SmtpSend\Tests\Lab;
use SmtpSend\Tests\Lab\Scripted;

/**
 * Faulty servers, row by row: what the caller gets for each of them, and what the server has heard. Every row is played as it stands, in one-octet
 * segments and in random ones, and must come to the same (case 79).
 *
 * A row: the script, what is expected ("class stage code outcome transient", "sent" or "rejected", the number of connections behind it),
 * options over OPTIONS, a regex that the octets heard over TLS match ("!" in front: must not match; '': whatever), a regex for what is said,
 * and what is called in place of a plain send(): a key of calls().
 */
final class FaultsTest extends Lab
{
	private const OPTIONS = ['host' => '127.0.0.1', 'encryption' => 'starttls', 'timeout' => 10, 'final_timeout' => 10];
	/** Where time must pass. */
	private const SHORT = ['timeout' => 0.7, 'final_timeout' => 0.7];
	private const OK = "S: 250 ok\n";
	private const MAIL = ['from' => 'shop@example.test', 'to' => ['ann@example.net', 'bob@example.net'], 'subject' => 'Order', 'text' => 'It is on its way.'];

	/** @var array<string, Scripted> a server a segmentation, a port a row */
	private static array $servers = [];
	private static ?string $place = null;

	public static function tearDownAfterClass(): void
	{
		foreach (self::$servers as $server) {
			$server->stop();
		}
		self::$servers = [];
		if (self::$place !== null) {
			array_map('unlink', glob(self::$place . '/*'));
			rmdir(self::$place);
			self::$place = null;
		}
	}

	/** A transaction, command by command, up to and with the command $stage, which gets $reply. */
	private static function until(string $stage, string $reply): string
	{
		$steps = ['mail' => "C: MAIL\n" . self::OK, 'rcpt 1' => "C: RCPT\n" . self::OK, 'rcpt 2' => "C: RCPT\n" . self::OK, 'data' => "C: DATA\nS: 354 go\n",
			'end' => "C*\nS: 250 2.0.0 queued as ABC\n"];
		$script = self::prologue('starttls', '', true);
		foreach ($steps as $name => $step) {
			if ($name === $stage) {
				return $script . preg_replace('/\nS: .*\n$/', "\n$reply", $step);
			}
			$script .= $step;
		}

		return $script;
	}

	private static function auth(string $mechanisms, string $script, string $offer = 'AUTH '): string
	{
		return "S: 220 lab ESMTP\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nstarttls server\nC: EHLO\nS: 250-lab\nS: 250 $offer$mechanisms\n$script";
	}

	/** Every stage's start of a script, before its reply. */
	private static function stages(): array
	{
		$tls = "S: 220 lab ESMTP\nC: EHLO\nS: 250-lab\nS: 250 STARTTLS\nC: STARTTLS\n";
		$stages = [
			'greeting' => '',
			'ehlo' => "S: 220 lab ESMTP\nC: EHLO\n",
			'starttls' => $tls,
			'ehlo over TLS' => $tls . "S: 220 go\nstarttls server\nC: EHLO\n",
			'auth' => self::auth('PLAIN', "C: AUTH PLAIN\n"),
			'auth, second step' => self::auth('LOGIN', "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC64: \n"),
			'auth, third step' => self::auth('LOGIN', "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC64: \nS: 334 UGFzc3dvcmQ6\nC64: \n"),
		];
		foreach (['mail', 'rcpt 1', 'rcpt 2', 'data', 'end'] as $stage) {
			$stages[$stage] = self::until($stage, '');
		}

		return $stages;
	}

	private static function stageOf(string $name): string
	{
		return preg_split('/[ ,]/', $name)[0];
	}

	private static function cuts(): array // cases 77, 78
	{
		$rows = [];
		foreach (self::stages() as $name => $start) {
			$stage = self::stageOf($name);
			$class = ['auth' => 'Authentication', 'starttls' => 'Tls'][$stage] ?? 'Response';
			$rows["case 77: 421 at $name"] = [$start . "S: 421 4.3.2 shutting down\nflush\neof", "$class $stage 421 not-sent transient"];
			$cut = $stage === 'end' ? 'UnknownOutcome end 0 unknown permanent' : "Connection $stage 0 not-sent transient";
			$rows["case 78: a silent cut at $name"] = [$start . "flush\nclose", $cut];
		}


		return $rows;
	}

	private static function replies(): array
	{
		$ehlo = "S: 220 lab ESMTP\nC: EHLO\n";
		$rows = [
			'case 65: 250- for ever' => [$ehlo . "mark\nS: 250-x\nrepeat 300\nhold", 'Protocol ehlo 0 not-sent permanent'],
			'case 66: a line without end' => [$ehlo . 'S- 250-' . str_repeat('x', 9000) . "\nhold", 'Protocol ehlo 0 not-sent permanent'],
			'case 80: keywords repeated, odd numbers, lower case, tabs' => [str_replace("S: 250 AUTH PLAIN\n", "S: 250-SIZE -1\nS: 250-size 99999999999999999999\nS: 250-XFOO=BAR\nS: 250-AUTH=LOGIN\nS- \"250-\\tPIPELINING\\r\\n\"\nS: 250 auth plain\n", self::until('end', "S: 250 ok\nhold")), 'sent 1'],
			'case 70: a bare code' => [self::until('mail', "S: 250\nC: RCPT\nS- \"250\\n\"\nC: RCPT\nS: 250\nC: DATA\nS: 354\nC*\nS: 250\nhold"), 'sent 1'],
			'case 72: 250 with a code of failure' => [self::until('end', "S: 250 5.1.1 taken\nhold"), 'sent 1'],
			'case 73: 354 to MAIL' => [self::until('mail', "S: 354 go\nhold"), 'Protocol mail 354 not-sent permanent'],
			'case 73: 250 to DATA' => [self::until('data', "S: 250 ok\nhold"), 'Protocol data 250 not-sent permanent'],
			'case 73: 334 to RCPT' => [self::until('rcpt 1', "S: 334 go\nhold"), 'Protocol rcpt 334 not-sent permanent'],
			'case 73: 354 to the end' => [self::until('end', "S: 354 go\nhold"), 'UnknownOutcome end 354 unknown permanent'],
			// In one segment: what comes later cannot be told from an answer to the next command.
			'case 76: two replies to MAIL' => [self::until('mail', "segment off\nS: 250 ok\nS: 250 ok\nhold"), 'Protocol mail 0 not-sent permanent'],
			'case 76: two replies to DATA' => [self::until('data', "segment off\nS: 354 go\nS: 250 queued\nhold"), 'Protocol end 250 not-sent permanent'],
			'case 75: a reply nobody asked for' => [self::auth('PLAIN', "C: AUTH\nsegment off\nS: 235 ok\nS: 421 idle\nhold"), 'Protocol auth 0 not-sent permanent'],
		];
		foreach (['25', '2', '', 'abc', '2501 x', '99 ', '600 x', '199 x', '+OK', '260 x', '250_ok'] as $junk) {
			$rows["case 69: \"$junk\" to MAIL"] = [self::until('mail', "S: $junk\nhold"), 'Protocol mail 0 not-sent permanent'];
			$rows["case 69: \"$junk\" as greeting"] = ["S: $junk\nhold", 'Protocol greeting 0 not-sent permanent'];
		}

		return $rows;
	}

	private static function transactions(): array
	{
		$flight = self::prologue('starttls', 'PIPELINING', true) . "C: MAIL\nC: RCPT\nC: RCPT\nC: DATA\n";
		$lockstep = "connection 2:\n" . self::until('end', "S: 250 queued\nhold");
		$chunks = self::prologue('starttls', 'PIPELINING CHUNKING', true);

		return [
			'case 87: all refused and yet 354' => [$flight . "S: 250 ok\nS: 550 5.1.1 no\nS: 550 5.1.1 no\nS: 354 go\nC*\nS: 554 5.5.1 no valid recipients\nhold", 'Recipient rcpt 550 not-sent permanent', [], '/DATA\r\n\.\r\n/'],
			'case 87: ... and the lone dot gets 250' => [$flight . "S: 250 ok\nS: 550 5.1.1 no\nS: 550 5.1.1 no\nS: 354 go\nC*\nS: 250 queued\nhold", 'Recipient rcpt 550 not-sent permanent', [], '/DATA\r\n\.\r\n/'],
			'case 90: 451 to DATA' => [self::until('data', "S: 451 4.3.0 later\nhold"), 'Response data 451 not-sent transient'],
			'case 90: 554 to DATA' => [self::until('data', "S: 554 5.5.1 no valid recipients\nhold"), 'Response data 554 not-sent permanent'],
			'case 96: 452 to the end' => [self::until('end', "S: 452 4.3.1 disk full\nhold"), 'Response end 452 not-sent transient'],
			'case 96: 554 to the end' => [self::until('end', "S: 554 5.7.1 spam\nhold"), 'Response end 554 not-sent permanent'],
			'case 105: greylisting' => [self::until('rcpt 1', "S: 450 4.2.0 greylisted\nC: RCPT\nS: 450 4.2.0 greylisted\nC? RSET\nhold"), 'Recipient rcpt 450 not-sent transient'],
			'case 88: one refused' => [self::until('rcpt 2', "S: 550 5.1.1 no\nC: DATA\nS: 354 go\nC*\nS: 250 ok\nhold"), 'rejected 1'],
			'case 88: one refused, and all are wanted' => [self::until('rcpt 2', "S: 550 5.1.1 no\nC? RSET\nhold"), 'Recipient rcpt 550 not-sent permanent', ['require_all_recipients' => true], '!/DATA/'],
			'case 95: silence at the end' => [self::until('end', 'hold'), 'UnknownOutcome end 0 unknown permanent', self::SHORT],
			'case 84: fewer replies than commands' => [$flight . "S: 250 ok\nS: 250 ok\nhold\n$lockstep", 'sent 2', self::SHORT],
			'case 85: the pipelined rest is lost' => [$flight . "S: 250 ok\nhold\n$lockstep", 'sent 2', self::SHORT],
			'case 84: ... twice' => [$flight . "S: 250 ok\nhold", 'Timeout mail 0 not-sent transient 2', self::SHORT],
			'case 103: BDAT' => [$chunks . "C: MAIL\nC: RCPT\nC: RCPT\n" . str_repeat(self::OK, 3) . "C: BDAT\nC*\nS: 250 queued\nhold", 'sent 1', [], '/BDAT \d+ LAST\r\n/'],
			'case 103: BDAT refused, then DATA' => [$chunks . "C: MAIL\nC: RCPT\nC: RCPT\n" . str_repeat(self::OK, 3) . "C: BDAT\nC*\nS: 502 5.5.1 what\nhold\nconnection 2:\n$chunks"
				. "C: MAIL\nC: RCPT\nC: RCPT\nC: DATA\n" . str_repeat(self::OK, 3) . "S: 354 go\nC*\nS: 250 queued\nhold", 'sent 2'],
			'case 103: chunking=off' => [$chunks . "C: MAIL\nC: RCPT\nC: RCPT\nC: DATA\n" . str_repeat(self::OK, 3) . "S: 354 go\nC*\nS: 250 queued\nhold", 'sent 1', ['chunking' => false], '!/BDAT/'],
			'case 104: LIMITS RCPTMAX' => [str_replace('S: 250 AUTH', "S: 250-LIMITS RCPTMAX=1\nS: 250 AUTH", self::until('rcpt 1', self::OK))
				. "C: DATA\nS: 354 go\nC*\nS: 250 one\nC: MAIL\nS: 250 ok\nC: RCPT TO:<bob\nS: 250 ok\nC: DATA\nS: 354 go\nC*\nS: 250 two\nhold", 'sent 1'],
			'case 99: larger than SIZE' => [str_replace('S: 250 AUTH', "S: 250-SIZE 100\nS: 250 AUTH", self::until('mail', "hold")), 'Response mail 0 not-sent permanent', [], '!/MAIL/'],
			'case 99: SIZE 0 is no limit' => [str_replace('S: 250 AUTH', "S: 250-SIZE 0\nS: 250 AUTH", self::until('end', "S: 250 ok\nhold")), 'sent 1', [], '/MAIL FROM:<shop@example.test> SIZE=\d+\r\n/'],
			'case 98: QUIT unanswered' => [self::until('end', "S: 250 ok\nC: QUIT\nhold"), 'sent 1'],
			'case 89: too many recipients' => [self::until('rcpt 2', "S: 452 4.5.3 too many\nC: DATA\nS: 354 go\nC*\nS: 250 one\nC: MAIL\nS: 250 ok\nC: RCPT TO:<bob\nS: 250 ok\nC: DATA\nS: 354 go\nC*\nS: 250 two\nhold"), 'sent 1'],
			'case 102: what fits no command' => [self::until('mail', 'hold'), 'InvalidMessage message 0 not-sent permanent 0', [], '', '', 'long'],
		];
	}

	private static function logins(): array
	{
		$stop = "\nC? QUIT\nhold";
		$refused = static fn (string $reply, string $and = '') => self::auth('PLAIN LOGIN', "C: AUTH PLAIN\nS: $reply\n$and" . "C? QUIT\nhold");

		return [
			'case 107: no AUTH' => [self::prologue('starttls', '') . 'hold', 'Authentication auth 0 not-sent permanent', [], '!/AUTH|MAIL/'],
			'case 35: AUTH before TLS only' => ["S: 220 lab\nC: EHLO\nS: 250-lab\nS: 250-AUTH PLAIN\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nstarttls server\nC: EHLO\nS: 250 lab\nhold", 'Authentication auth 0 not-sent permanent', [], '!/AUTH|MAIL/'],
			'case 108: nothing that auth allows' => [self::auth('PLAIN LOGIN', 'hold'), 'Authentication auth 0 not-sent permanent', ['auth' => 'scram'], '!/AUTH/'],
			'case 109: 535 and no second mechanism' => [$refused('535 5.7.8 no'), 'Authentication auth 535 not-sent permanent', [], '!/AUTH LOGIN/'],
			'case 109: 534 and nothing stronger' => [$refused('534 5.7.9 too weak'), 'Authentication auth 534 not-sent permanent', [], '!/AUTH LOGIN/'],
			'case 109: 534 and something stronger' => [self::auth('PLAIN CRAM-MD5', "C: AUTH PLAIN\nS: 534 5.7.9 too weak\nC: AUTH CRAM-MD5\nS: 334 PGFAYj4=\nC64: shop@\nS: 235 ok\nC: MAIL\nS: 550 enough\nhold"), 'Response mail 550 not-sent permanent'],
			'case 109: 504, without initial response, then the next' => [self::auth('PLAIN LOGIN', "C: AUTH PLAIN \nS: 504 no\nC= AUTH PLAIN\nS: 504 no\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC64: shop@\nS: 334 UGFzc3dvcmQ6\nC64: canary\nS: 235 ok\nC: MAIL\nS: 550 enough\nhold"), 'Response mail 550 not-sent permanent'],
			'case 110: a challenge that is no base64' => [self::auth('LOGIN', "C: AUTH LOGIN\nS: 334 !!!\nC= *\nS: 501 cancelled$stop"), 'Authentication auth 0 not-sent permanent'],
			'case 110: padding inside' => [self::auth('CRAM-MD5', "C: AUTH CRAM-MD5\nS: 334 PGF=AYj4=\nC= *\nS: 501 cancelled$stop"), 'Authentication auth 0 not-sent permanent'],
			'case 111: questions for ever' => [self::auth('LOGIN', "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC64: \nS: 334 VXNlcm5hbWU6\nC64: \nS: 334 VXNlcm5hbWU6\nC= *\nS: 501 cancelled$stop"), 'Authentication auth 0 not-sent permanent'],
			'case 112: 235 without the server\'s signature' => [self::auth('SCRAM-SHA-256', "C: AUTH SCRAM-SHA-256\nS: 235 ok$stop"), 'Authentication auth 0 not-sent permanent', [], '!/MAIL/'],
			'case 114: a nonce that is not ours' => [self::auth('SCRAM-SHA-256', "C: AUTH SCRAM-SHA-256\nS: 334 \$b64{r=other,s=c2FsdA==,i=4096}\nC= *\nS: 501 cancelled$stop"), 'Authentication auth 0 not-sent permanent'],
			'case 116: OAuth says why in a challenge' => [self::auth('XOAUTH2', "C: AUTH XOAUTH2\nS: 334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\nC= \nS: 535 5.7.8 no$stop"), 'Authentication auth 535 not-sent permanent', ['password' => '', 'oauth_token' => 'token-Tr0ub4dor'], '!/MAIL/', '/status 400/'],
			'case 122: 530 after 235' => [self::auth('PLAIN', "C: AUTH PLAIN\nS: 235 ok\nC: MAIL\nS: 530 5.7.0 login first$stop"), 'Authentication mail 530 not-sent permanent'],
			'case 123: 432 4.7.12' => [$refused('432 4.7.12 a password transition is needed'), 'Authentication auth 432 not-sent permanent'],
			'case 123: 432 4.3.2' => [$refused('432 4.3.2 too many connections'), 'Authentication auth 432 not-sent transient', ['deadline' => 1]],
			'case 124: 454 4.7.0' => [$refused('454 4.7.0 temporary failure'), 'Authentication auth 454 not-sent transient', [], '!/AUTH LOGIN/'],
			'case 125: 538' => [$refused('538 5.7.11 encryption required'), 'Authentication auth 538 not-sent permanent', [], '!/AUTH LOGIN/'],
			'case 125: 530' => [$refused('530 5.7.0 must issue a STARTTLS command first'), 'Authentication auth 530 not-sent permanent', [], '!/AUTH LOGIN/'],
			'case 80: AUTH= of old' => [self::auth('PLAIN', "C: AUTH PLAIN\nS: 235 ok\nC: MAIL\nS: 550 enough\nhold", 'AUTH='), 'Response mail 550 not-sent permanent'],
		];
	}

	private static function second(): array
	{
		$first = self::until('end', "S: 250 queued as ONE\n");
		$other = "hold\nconnection 2:\n" . self::until('end', "S: 250 queued as TWO\nhold");

		return [
			'case 221: 451 4.4.2 on a kept connection' => [$first . "C: MAIL\nS: 451 4.4.2 timeout waiting for data\n$other", 'sent 2', [], '', '/TWO/', 'twice'],
			'case 221: 421 on a kept connection' => [$first . "C: MAIL\nS: 421 4.4.2 bye\nflush\n$other", 'sent 2', [], '', '/TWO/', 'twice'],
			'case 221: a cut on a kept connection' => [$first . "C: MAIL\nclose\n" . substr($other, 5), 'sent 2', [], '', '/TWO/', 'twice'],
			'case 221: once and no more' => [$first . "C: MAIL\nS: 421 4.3.2 bye\nhold\nconnection 2:\n" . self::until('mail', "S: 421 4.3.2 bye\nhold"), 'Response mail 421 not-sent transient 2', [], '', '', 'twice'],
			'case 93: a cut behind the end of a kept connection' => [$first . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\nclose", 'UnknownOutcome end 0 unknown permanent 1', [], '', '', 'twice'],
			'case 75: a 421 lies behind the 250' => [$first . "S: 421 4.4.2 idle\n$other", 'sent 2', [], '', '/TWO/', 'twice'],
			'case 222: a late reply answers no other mail' => [self::until('end', "sleep 1\nS: 250 queued as ONE\n$other"), 'sent 2', self::SHORT, '', '/TWO/', 'twice'],
			'case 224: as many mails as are allowed' => [$first . $other, 'sent 2', ['messages_per_connection' => 1], '', '/TWO/', 'twice'],
			'case 232: a refused mail keeps the connection' => [self::until('end', "S: 554 5.7.1 spam\nC: RSET\nS: 250 ok\n") . "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nC*\nS: 250 queued as TWO\nhold", 'sent 1', [], '', '/TWO/', 'twice'],
		];
	}

	private static function needs(): array
	{
		$offers = static fn (string $words) => self::prologue('starttls', $words, true) . 'hold';
		$not = 'Response mail 0 not-sent permanent';
		$body = "receive-buffer 4096\n" . self::until('data', "S: 354 go\nC*10000\n");

		return [
			'case 100: 8 bits without 8BITMIME' => [$offers('PIPELINING'), $not, [], '!/MAIL/', '/8BITMIME/', '8bit'],
			'case 100: 8 bits with it' => [self::prologue('starttls', '8BITMIME', true) . "C: MAIL FROM:<a@example.test> BODY=8BITMIME\nS: 550 enough\nhold", 'Response mail 550 not-sent permanent', [], '', '', '8bit'],
			'case 101: DSN is not offered' => [$offers('PIPELINING'), $not, [], '!/MAIL/', '/DSN/', 'dsn'],
			'case 101: REQUIRETLS is not offered' => [$offers('PIPELINING'), $not, [], '!/MAIL/', '/REQUIRETLS/', 'requiretls'],
			'case 167: SMTPUTF8 is not offered' => [$offers('PIPELINING'), $not, [], '!/MAIL/', '/SMTPUTF8/', 'utf8'],
			'case 91: 550 amid the message' => [$body . "S: 550 5.7.1 spam\nhold", 'Response end 550 not-sent permanent', [], '', '', 'large'],
			'case 77: 421 amid the message' => [$body . "S: 421 4.3.2 bye\nhold", 'Response end 421 not-sent transient', [], '', '', 'large'],
			'case 92: a cut amid the message' => [$body . 'close', 'Connection data 0 not-sent transient', [], '', '', 'large'],
			'case 20: half a close amid the message' => [$body . "shutdown-write\nhold", 'Connection data 0 not-sent transient', [], '', '', 'large'],
			'case 18: it stops to read' => [$body . "stop-reading\nhold", 'Timeout data 0 not-sent transient', self::SHORT, '', '', 'large'],
			'case 53: TLS ends without its closure' => [self::until('mail', 'S- 25') . "\nflush\nclose", 'Connection mail 0 not-sent transient'],
			'case 19: a reset amid a reply' => [self::until('mail', 'S- 25') . "\nflush\nsleep 0.02\nreset", 'Connection mail 0 not-sent transient'],
		];
	}

	private static function rows(): array
	{
		return self::cuts() + self::replies() + self::transactions() + self::logins() + self::second() + self::needs();
	}

	/** @return array<string, Closure(SmtpSend): SmtpSend\Result> */
	private static function calls(): array
	{
		$twice = static function (SmtpSend $smtp) {
			try {
				$smtp->send(self::MAIL);
			} catch (SmtpSend\Exception) {
			}

			return $smtp->send(self::MAIL);
		};

		return [
			'' => static fn ($smtp) => $smtp->send(self::MAIL),
			'twice' => $twice,
			'8bit' => static fn ($smtp) => $smtp->sendRaw('a@example.test', 'b@example.net', "Subject: x\r\n\r\n\xc3\xa4\r\n"),
			'dsn' => static fn ($smtp) => $smtp->send(['dsn' => 'failure'] + self::MAIL),
			'requiretls' => static fn ($smtp) => $smtp->send(['requireTls' => true] + self::MAIL),
			'utf8' => static fn ($smtp) => $smtp->send(['to' => 'änne@example.net'] + self::MAIL),
			'large' => static fn ($smtp) => $smtp->sendRaw('a@example.test', ['b@example.net', 'c@example.net'], "Subject: x\r\n\r\n" . str_repeat("0123456789abcdef\r\n", 1_000_000)),
			'long' => static fn ($smtp) => $smtp->send(['from' => str_repeat('a', 65) . '@example.test'] + self::MAIL),
		];
	}

	public function everyRow(): array
	{
		$all = [];
		foreach (self::rows() as $name => $row) {
			foreach (['whole', '1', 'random:7'] as $segment) {
				$all["$name, $segment"] = [$name, $segment];
			}
		}

		return $all;
	}

	private static function server(string $segment): Scripted
	{
		self::$place ??= (static function () {
			$place = sys_get_temp_dir() . '/smtpsend-faults-' . getmypid();
			mkdir($place, 0o711);

			return $place;
		})();

		return self::$servers[$segment] ??= new Scripted(array_column(self::rows(), 0), self::$place, self::certificates(), $segment === 'whole' ? null : $segment);
	}

	/** "class stage code outcome transient" of an exception, "sent" or "rejected" of a result, and the whole text for the search for secrets. */
	private static function outcome(callable $call, ?string &$text): string
	{
		try {
			$result = $call();
			$text = json_encode($result);

			return $result->rejected === [] ? 'sent' : 'rejected';
		} catch (SmtpSend\Exception $e) {
			$text = $e . print_r($e->transcript, true) . json_encode($e->attempts) . $e->hint . json_encode($e->reply);
			self::assertStringNotContainsString("\n", $e->getMessage());
			self::assertSame($e->isTransient() && $e->outcome === 'not sent', $e->isRetryable());

			return implode(' ', [substr(get_class($e), strlen('SmtpSend\\'), -strlen('Exception')), $e->stage, $e->getCode(), strtr($e->outcome, ' ', '-'),
				$e->isTransient() ? 'transient' : 'permanent']);
		}
	}

	/** @dataProvider everyRow */
	public function testComesToWhatThePageSays(string $name, string $segment): void // case 79
	{
		$server = self::server($segment);
		$row = self::rows()[$name];
		$port = $server->ports[array_search($name, array_keys(self::rows()), true)];
		[, $expected, $options, $heard, $said, $call] = $row + [2 => [], '', '', ''];
		$smtp = new SmtpSend($options + self::OPTIONS + ['port' => $port, 'peer_name' => self::HOST, 'ca_file' => self::authority(), 'username' => self::USER, 'password' => self::CANARY]);
		$outcome = self::outcome(static fn () => self::calls()[$call]($smtp), $text);
		$smtp->close();

		preg_match('/^(.*?)(?: (\d))?$/D', $expected, $parts);
		$number = isset($parts[2]) ? (int) $parts[2] : 1;
		self::assertSame($parts[1], $outcome, $text);
		self::assertSame($number, $server->connections($port), 'connections');
		$tls = $server->heard(true, null, $port);
		self::assertMatchesRegularExpression($said ?: '//', $text);
		if ($heard !== '') {
			$heard[0] === '!' ? self::assertDoesNotMatchRegularExpression(substr($heard, 1), $tls) : self::assertMatchesRegularExpression($heard, $tls);
		}
		self::assertDoesNotMatchRegularExpression('/AUTH|MAIL/', $server->heard(false, null, $port), 'I1: before TLS');
		foreach ([self::CANARY, base64_encode(self::CANARY), base64_encode("\0" . self::USER . "\0" . self::CANARY), 'token-Tr0ub4dor'] as $secret) {
			self::assertStringNotContainsString($secret, $text, 'I7');
		}
	}
}
