<?php

/**
 * The whole public API. smtpsend_arginfo.h is generated from this file: change it here, then run script/arginfo.
 *
 * Times are seconds, fractions allowed. Whatever fails throws a class under SmtpSend\Exception; docs/errors.md says which and when.
 *
 * @generate-class-entries
 */

namespace SmtpSend {
    /** What sends mail: SmtpSend, or a test double. */
    interface Transport
    {
        /** @see \SmtpSend::send() */
        public function send(Message|RawMessage|array $message): Result;

        /** @see \SmtpSend::sendRaw() */
        public function sendRaw(string $sender, string|array $recipients, mixed $message): Result;
    }

    /**
     * What a server said: one whole reply.
     *
     * @strict-properties
     */
    final readonly class Reply implements \JsonSerializable
    {
        /** 200 to 599 */
        public readonly int $code;
        /** RFC 3463, such as "5.7.8"; null: the server gave none */
        public readonly ?string $enhancedCode;
        /** The lines without their codes, joined by "\n", as the server wrote them (masked where it echoed a secret) */
        public readonly string $text;
        /** @var list<string> */
        public readonly array $lines;
        /** The command that it answers, such as "RCPT"; null: none */
        public readonly ?string $command;

        /**
         * `lines` may be left out: they are then those of `text`.
         */
        public function __construct(int $code = 0, ?string $enhancedCode = null, string $text = "", array $lines = [], ?string $command = null) {}

        /** Whether the code is 400 to 499: the same may work later. */
        public function isTransient(): bool {}

        /** Whether the code is 500 to 599. */
        public function isPermanent(): bool {}

        /** @implementation-alias SmtpSend\Certificate::jsonSerialize */
        public function jsonSerialize(): array {}
    }

    /**
     * One route (address, port, encryption) that was tried: what became of it.
     *
     * @strict-properties
     */
    final readonly class Attempt implements \JsonSerializable
    {
        /** IP address, or the path of a unix socket */
        public readonly string $address;
        public readonly int $port;
        /** "starttls", "implicit" or "plaintext" */
        public readonly string $encryption;
        /** How far it got; one of the stages of docs/errors.md */
        public readonly string $stage;
        /** Why it failed, in a sentence; null: it won */
        public readonly ?string $error;
        /** Code of the reply that refused it; 0: none */
        public readonly int $code;
        /** seconds */
        public readonly float $duration;

        /** @implementation-alias SmtpSend\Certificate::__construct */
        public function __construct(string $address = "", int $port = 0, string $encryption = "", string $stage = "", ?string $error = null, int $code = 0, float $duration = 0.0) {}

        /** @implementation-alias SmtpSend\Certificate::jsonSerialize */
        public function jsonSerialize(): array {}
    }

    /**
     * A server's certificate.
     *
     * @strict-properties
     */
    final readonly class Certificate implements \JsonSerializable
    {
        /** RFC 2253 form */
        public readonly string $subject;
        public readonly string $issuer;
        /** @var list<string> host names and IP addresses that it was issued for */
        public readonly array $altNames;
        /** seconds since 1970 */
        public readonly int $notBefore;
        /** seconds since 1970 */
        public readonly int $notAfter;
        /** SHA-256 of the certificate, lower-case hex: what `peer_fingerprint` takes */
        public readonly string $fingerprint;
        /** SHA-256 of its public key, lower-case hex: `peer_fingerprint` takes it behind "spki:" */
        public readonly string $keyFingerprint;

        public function __construct(string $subject = "", string $issuer = "", array $altNames = [], int $notBefore = 0, int $notAfter = 0, string $fingerprint = "", string $keyFingerprint = "") {}

        public function jsonSerialize(): array {}
    }

    /**
     * What is known of a connection.
     *
     * @strict-properties
     */
    final readonly class Connection implements \JsonSerializable
    {
        /** as configured */
        public readonly string $host;
        /** IP address, or the path of a unix socket */
        public readonly string $address;
        public readonly int $port;
        /** "starttls", "implicit" or "plaintext" */
        public readonly string $encryption;
        /** "TLSv1.3"; null without TLS */
        public readonly ?string $tlsVersion;
        public readonly ?string $cipher;
        /** Whether the certificate was checked and right */
        public readonly bool $verified;
        public readonly ?Certificate $certificate;
        /** @var list<string> the lines of the reply to EHLO */
        public readonly array $capabilities;
        /** @var list<string> mechanisms offered */
        public readonly array $authMechanisms;
        /** The one used; null: no login */
        public readonly ?string $authMechanism;
        /** Empty after STARTTLS: what was said before TLS is forgotten (RFC 3207) */
        public readonly string $greeting;

        /** @implementation-alias SmtpSend\Certificate::__construct */
        public function __construct(string $host = "", string $address = "", int $port = 0, string $encryption = "", ?string $tlsVersion = null, ?string $cipher = null, bool $verified = false, ?Certificate $certificate = null, array $capabilities = [], array $authMechanisms = [], ?string $authMechanism = null, string $greeting = "") {}

        /** @implementation-alias SmtpSend\Certificate::jsonSerialize */
        public function jsonSerialize(): array {}
    }

    /**
     * A mail that was accepted for at least one recipient.
     *
     * @strict-properties
     */
    final readonly class Result implements \JsonSerializable
    {
        /** Message-ID without <>; null: a raw message without one */
        public readonly ?string $messageId;
        /** The server's own name for the mail, from its final reply; null: it gave none */
        public readonly ?string $queueId;
        /** @var list<string> one a transaction: many recipients may need several */
        public readonly array $queueIds;
        /** @var list<string> addresses */
        public readonly array $accepted;
        /** @var array<string, Reply> by address */
        public readonly array $rejected;
        /** @var list<string> addresses of which it is not known whether they got it: the connection broke */
        public readonly array $unknown;
        /** The final reply */
        public readonly ?Reply $reply;
        public readonly ?Connection $connection;
        /** Whether the connection had been there before */
        public readonly bool $reused;
        /** @var array{resolve?: float, connect?: float, tls?: float, auth?: float, transfer?: float, total?: float} seconds */
        public readonly array $timings;
        /** @var list<Attempt> */
        public readonly array $attempts;

        /** @implementation-alias SmtpSend\Certificate::__construct */
        public function __construct(?string $messageId = null, ?string $queueId = null, array $queueIds = [], array $accepted = [], array $rejected = [], array $unknown = [], ?Reply $reply = null, ?Connection $connection = null, bool $reused = false, array $timings = [], array $attempts = []) {}

        /** @implementation-alias SmtpSend\Certificate::jsonSerialize */
        public function jsonSerialize(): array {}
    }

    /**
     * A message as it is built. Each setter checks its argument and throws an InvalidMessageException that says what is wrong and
     * what to write instead; it returns the message. A line break or a NUL in an address, a header field, a file name or an id is
     * always refused.
     *
     * One string is one mailbox: "Ann <ann@example.net>" or "ann@example.net". Several are an array, of such strings or of
     * `address => name`.
     *
     * Date, Message-ID and boundaries are fixed by the first toString(), writeTo() or send(); a setter or a clone makes new ones.
     *
     * @strict-properties
     * @not-serializable
     */
    final class Message
    {
        public function __construct() {}

        /** Replaces. */
        public function from(string|array $mailbox, string $name = ""): static {}

        /** Replaces. Only needed where `from` names several. */
        public function sender(string $mailbox, string $name = ""): static {}

        /** Adds. */
        public function replyTo(string|array $mailbox, string $name = ""): static {}

        /** Adds. */
        public function to(string|array $mailbox, string $name = ""): static {}

        /** Adds. */
        public function cc(string|array $mailbox, string $name = ""): static {}

        /** Adds. Never stands in the message. */
        public function bcc(string|array $mailbox, string $name = ""): static {}

        public function subject(string $subject): static {}

        public function text(string $text, string $charset = "utf-8"): static {}

        public function html(string $html, string $charset = "utf-8"): static {}

        /** Whether a message with html and no text gets a text made of the html. */
        public function textFromHtml(bool $wanted = true): static {}

        /**
         * @param string|resource|array|\Traversable $data octets, a stream that is read from where it stands to its end, or chunks of octets
         * @param string $type such as "application/pdf"; empty: by the name's ending
         */
        public function attach(mixed $data, string $name, string $type = ""): static {}

        /** A regular file under open_basedir; wrappers such as http:// and phar:// are refused. */
        public function attachFile(string $path, string $name = "", string $type = ""): static {}

        /**
         * Shown in the html by `<img src="cid:...">`.
         *
         * @param string|resource|array|\Traversable $data
         */
        public function embed(mixed $data, string $cid, string $type = "", string $name = ""): static {}

        public function embedFile(string $path, string $cid, string $type = "", string $name = ""): static {}

        /**
         * A message within the message.
         *
         * @param Message|string|resource|array|\Traversable $message a Message is taken as it is now
         */
        public function attachMessage(mixed $message, string $name = ""): static {}

        /** iCalendar (RFC 5545). `method` as in it; `attach`: also as invite.ics, which some clients need. */
        public function calendar(string $calendar, string $method = "REQUEST", bool $attach = true): static {}

        /** Any other header field; adds. */
        public function header(string $name, string $value): static {}

        /** @param \DateTimeInterface|int $date an int: seconds since 1970, written in PHP's time zone */
        public function date(\DateTimeInterface|int $date): static {}

        /** With or without <>. */
        public function messageId(string $id): static {}

        /** 1 (highest) to 5 (lowest); 0: none. */
        public function priority(int $priority): static {}

        /** RFC 2369: https:, http: or mailto: URIs; `oneClick` (RFC 8058) needs an https one. */
        public function listUnsubscribe(string|array $uris, bool $oneClick = false): static {}

        public function inReplyTo(string $id): static {}

        /** Replaces. */
        public function references(string|array $ids): static {}

        /** RFC 3834: "auto-generated", "auto-replied", "auto-notified" or "no"; empty: none. */
        public function autoSubmitted(string $value = "auto-generated"): static {}

        /** Where bounces go ("<>": nowhere; null: to Sender or From), and who gets it in place of To, Cc and Bcc. */
        public function envelope(?string $sender = null, string|array $recipients = []): static {}

        /** RFC 3461: `notify` of "success", "failure", "delay", or "never"; `return` "full" or "headers"; `id` at most 100 octets. */
        public function dsn(string|array $notify = [], string $return = "", string $id = ""): static {}

        /** RFC 8689: the mail goes only where TLS is used all the way. */
        public function requireTls(bool $wanted = true): static {}

        /** The whole message, lines ended by CRLF. */
        public function toString(): string {}

        /**
         * In constant memory, whatever the size of its attachments.
         *
         * @param resource $stream
         * @return int octets written
         */
        public function writeTo(mixed $stream): int {}
    }

    /**
     * A finished message with its envelope, as an argument of send().
     *
     * @strict-properties
     * @not-serializable
     */
    final readonly class RawMessage
    {
        public readonly string $sender;
        /** @var string|list<string> */
        public readonly string|array $recipients;
        /** @var string|resource|array */
        public readonly mixed $message;

        /** @implementation-alias SmtpSend\Certificate::__construct */
        public function __construct(string $sender, string|array $recipients, mixed $message) {}
    }

    /**
     * What went wrong. getMessage() is one line, `stage: server said "CODE TEXT"; hint`; getCode() is the reply's code, 0 where the
     * server said nothing.
     *
     * @strict-properties
     */
    class Exception extends \RuntimeException
    {
        /** What the server said; null: nothing */
        public readonly ?Reply $reply;
        /** options, message, resolve, connect, greeting, ehlo, starttls, tls, auth, mail, rcpt, data, end, rset or quit */
        public readonly string $stage;
        /** @var list<Attempt> routes tried */
        public readonly array $attempts;
        /** What the site's owner should do, in a sentence; may be empty */
        public readonly string $hint;
        /** "not sent" or "unknown" */
        public readonly string $outcome;
        /** @var list<string> the dialogue, secrets masked */
        public readonly array $transcript;
        private readonly ?bool $temporary;

        public function __construct(string $message = "", int $code = 0, ?\Throwable $previous = null, ?Reply $reply = null, string $stage = "", array $attempts = [], string $hint = "", string $outcome = "not sent", array $transcript = []) {}

        /** Whether the same call may succeed later without anyone changing anything. */
        public function isTransient(): bool {}

        /** isTransient(), and nothing was sent: trying again makes no duplicate. */
        public function isRetryable(): bool {}
    }

    /** An option is wrong: before any connection is opened. */
    class InvalidOptionException extends Exception {}

    /** A message, an address or an attachment is wrong: before any connection is opened. */
    class InvalidMessageException extends Exception {}

    /** No port could be used, or the connection was lost before the end of the message was begun. */
    class ConnectionException extends Exception {}

    class TimeoutException extends ConnectionException {}

    /** Certificate or handshake. */
    class TlsException extends Exception {}

    class AuthenticationException extends Exception {}

    /** The server refused, or does not offer what the message needs. */
    class ResponseException extends Exception {}

    /** No recipient was accepted, or one was not and `require_all_recipients` is on. */
    class RecipientException extends ResponseException
    {
        /** @var array<string, Reply> by address */
        public readonly array $rejected;

        public function __construct(string $message = "", int $code = 0, ?\Throwable $previous = null, ?Reply $reply = null, string $stage = "", array $attempts = [], string $hint = "", string $outcome = "not sent", array $transcript = [], array $rejected = []) {}
    }

    /** `rate` is reached. */
    class LimitException extends Exception {}

    /** The server answered what is no SMTP. */
    class ProtocolException extends Exception {}

    /** The connection broke after the end of the message was begun and before its reply: it may have been delivered. */
    class UnknownOutcomeException extends Exception {}
}

namespace {
    /**
     * Sends mail by SMTP submission.
     *
     * @strict-properties
     * @not-serializable
     */
    final class SmtpSend implements SmtpSend\Transport
    {
        /**
         * @param array|string $options options over those of php.ini (docs/configuration.md), or a DSN:
         *        smtp://user:key@smtp.example.com, smtps:// (implicit TLS only), capture:///directory, null://
         * @throws SmtpSend\InvalidOptionException
         */
        public function __construct(#[\SensitiveParameter] array|string $options = []) {}

        /**
         * Composes and delivers. An array's keys are the names of Message's methods, and `attachments`, `embeds` and `headers`.
         *
         * @throws SmtpSend\Exception
         */
        public function send(SmtpSend\Message|SmtpSend\RawMessage|array $message): SmtpSend\Result {}

        /**
         * Delivers a finished message. Bcc, Resent-Bcc and Return-Path are removed and line ends normalised; nothing else is changed.
         *
         * @param string $sender envelope sender; "" or "<>": the null sender
         * @param string|resource|array $message a string, a stream that is read from where it stands, or an iterable of strings
         * @throws SmtpSend\Exception
         */
        public function sendRaw(string $sender, string|array $recipients, mixed $message): SmtpSend\Result {}

        /**
         * Connects and logs in without sending, or finds the connection that is there alive.
         *
         * @throws SmtpSend\Exception
         */
        public function connect(): SmtpSend\Connection {}

        /** Ends the connection; the next mail opens another one. */
        public function close(): void {}

        public function isConnected(): bool {}

        /** Every option as it holds; secrets are "***". */
        public function getOptions(): array {}

        /**
         * The last lines of the dialogue, "C: " for ours, "S: " for the server's, "*: " for what happened; secrets masked.
         *
         * @return list<string>
         */
        public function getTranscript(): array {}
    }
}
