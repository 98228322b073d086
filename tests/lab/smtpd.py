#!/usr/bin/python3
"""The lab's own small and correct submission server: STARTTLS and implicit TLS, AUTH, PIPELINING, CHUNKING, SIZE, 8BITMIME,
SMTPUTF8, DSN, LIMITS. Each mail is an .eml file and a line in ledger.jsonl, both on disk before its 250.

    smtpd.py --listen 127.0.0.1:0=starttls --listen 127.0.0.1:0=implicit --certificate server.pem --mails FOLDER
             --user shop:secret [options]

Prints "ready PORT ..." when it listens. A line of the ledger: id, file, octets, sha256, sender, recipients, parameters, user, mechanism,
port, connection, tls, turnarounds (how often this connection has waited for us so far) and faults: what the client did that no
client should (bare CR or LF, lines too long, pipelining that was not offered, a body of 8 bits unannounced ...).

Made to misbehave (each may be given several times):
    --refuse 'RCPT:REGEX=550 5.1.1 no'   the reply to a command whose line matches; commands CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA
                                         BDAT END RSET NOOP QUIT; a reply of 421 also closes
    --delay 'END=0.5'                    seconds before the reply
    --cut after-fsync[:N]                close without a reply once the (N-th) mail is safe; before-fsync: it is then lost
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

MECHANISMS = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER']
MAIL_PARAMETERS = {'SIZE': 'SIZE', 'BODY': '8BITMIME', 'SMTPUTF8': 'SMTPUTF8', 'RET': 'DSN', 'ENVID': 'DSN', 'AUTH': None,
                   'REQUIRETLS': 'REQUIRETLS'}
RCPT_PARAMETERS = {'NOTIFY': 'DSN', 'ORCPT': 'DSN'}
COMMAND_MAX = 12288  # an AUTH line; other commands are checked against 512 plus their extensions and only noted as a fault
IDLE = 300.0


class Hangup(Exception):
    """Close now, without a further word."""


class Refused(Exception):
    def __init__(self, reply):
        super().__init__(reply)
        self.reply = reply


def b64(data):
    return base64.b64encode(data).decode('ascii')


class Store:
    """Where the mails lie. `keep` returns when file and ledger line are on disk."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.lock = threading.Lock()
        self.count = 0
        self.ledger = open(os.path.join(folder, 'ledger.jsonl'), 'ab', buffering=0)

    def number(self):
        with self.lock:
            self.count += 1
            return self.count

    def keep(self, entry, data):
        path = os.path.join(self.folder, entry['id'] + '.eml')
        with open(path + '.part', 'wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(path + '.part', path)
        entry.update(file=path, octets=len(data), sha256=hashlib.sha256(data).hexdigest())
        with self.lock:
            self.ledger.write(json.dumps(entry).encode('ascii') + b'\n')
            os.fsync(self.ledger.fileno())


class Authenticator:
    """The server's half of each mechanism. `ask(challenge)` sends it base64-encoded and returns the decoded answer."""

    def __init__(self, users, tokens):
        self.users, self.tokens = users, tokens

    def run(self, mechanism, initial, ask):
        """The user's name, or None where the credentials are wrong. Raises Refused on what is no answer at all."""
        return getattr(self, 'run_' + mechanism.lower().replace('-', '_'))(initial, ask)

    def known(self, user, password):
        return user if user in self.users and hmac.compare_digest(self.users[user].encode(), password) else None

    def run_plain(self, initial, ask):
        parts = (ask(b'') if initial is None else initial).split(b'\0')
        if len(parts) != 3:
            raise Refused('501 5.5.2 PLAIN is authzid NUL authcid NUL password')
        return self.known(parts[1].decode('utf-8', 'replace'), parts[2])

    def run_login(self, initial, ask):
        user = ask(b'Username:') if initial is None else initial
        return self.known(user.decode('utf-8', 'replace'), ask(b'Password:'))

    def run_cram_md5(self, initial, ask):
        challenge = b'<%s.%d@lab>' % (secrets.token_hex(8).encode(), int(time.time()))
        user, _, digest = ask(challenge).rpartition(b' ')
        user = user.decode('utf-8', 'replace')
        password = self.users.get(user, secrets.token_hex(8)).encode()
        return user if hmac.compare_digest(hmac.new(password, challenge, 'md5').hexdigest().encode(), digest) else None

    def run_xoauth2(self, initial, ask):
        answer = ask(b'') if initial is None else initial
        match = re.fullmatch(rb'user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01', answer)
        return self._bearer(match, ask, b'{"status":"401","schemes":"bearer","scope":"https://mail.example.test/"}')

    def run_oauthbearer(self, initial, ask):
        answer = ask(b'') if initial is None else initial
        match = re.fullmatch(rb'n,(?:a=([^,]*))?,\x01(?:[a-z]+=[^\x01]*\x01)*?auth=Bearer ([^\x01]*)\x01(?:[a-z]+=[^\x01]*\x01)*\x01', answer)
        return self._bearer(match, ask, b'{"status":"invalid_token","scope":"mail"}')

    def _bearer(self, match, ask, refusal):
        user = match and (match.group(1) or b'').decode('utf-8', 'replace')
        if match and self.tokens.get(user, '').encode() == match.group(2) and match.group(2):
            return user
        ask(refusal)
        return None

    def run_scram_sha_1(self, initial, ask):
        return self._scram('sha1', initial, ask)

    def run_scram_sha_256(self, initial, ask):
        return self._scram('sha256', initial, ask)

    def _scram(self, name, initial, ask):
        first = ask(b'') if initial is None else initial
        match = re.fullmatch(rb'([ny],(?:a=[^,]*)?,)(n=([^,]*),r=([!-+\--~]+))', first)
        if not match:
            raise Refused('501 5.5.2 malformed SCRAM message')
        header, bare, user, nonce = match.groups()
        user = user.replace(b'=2C', b',').replace(b'=3D', b'=').decode('utf-8', 'replace')
        nonce += secrets.token_urlsafe(18).encode()
        salt, rounds = secrets.token_bytes(16), 4096
        server_first = b'r=%s,s=%s,i=%d' % (nonce, base64.b64encode(salt), rounds)
        final = ask(server_first)
        without, _, proof = final.rpartition(b',p=')
        if without != b'c=%s,r=%s' % (base64.b64encode(header), nonce):
            raise Refused('501 5.5.2 SCRAM nonce or channel binding does not fit')
        password = self.users.get(user, secrets.token_hex(8)).encode()
        salted = hashlib.pbkdf2_hmac(name, password, salt, rounds)
        client_key = hmac.digest(salted, b'Client Key', name)
        signed = bare + b',' + server_first + b',' + without
        signature = hmac.digest(hashlib.new(name, client_key).digest(), signed, name)
        expected = bytes(a ^ b for a, b in zip(client_key, signature))
        if not hmac.compare_digest(base64.b64encode(expected), proof):
            return None
        ask(b'v=' + base64.b64encode(hmac.digest(hmac.digest(salted, b'Server Key', name), signed, name)))
        return user


class Session:
    """One connection. Commands are answered in order; replies leave when no further command is waiting."""

    def __init__(self, server, listener, sock, number):
        self.server, self.options, self.listener, self.number = server, server.options, listener, number
        self.wire = wire.Wire(sock)
        self.waiting = b''
        self.user = self.mechanism = None
        self.helo = None
        self.mails = 0
        self.faults = []
        self.abrupt = False
        self.reset()

    def reset(self):
        self.sender, self.parameters, self.recipients = None, {}, []
        self.body = bytearray()

    def fault(self, what):
        if what not in self.faults:
            self.faults.append(what)

    def offers(self, extension):
        return extension is None or (extension not in self.options.without and
                                     (extension != 'REQUIRETLS' or self.wire.tls is not None))

    # replies

    def reply(self, text, flush=False):
        self.waiting += text.encode('utf-8') + b'\r\n'
        if flush or b'\n' not in self.wire.buffer:
            self.flush()

    def flush(self):
        data, self.waiting = self.waiting, b''
        if data:
            self.wire.send(data)

    def line(self):
        line = self.wire.line(time.monotonic() + self.options.idle_timeout, COMMAND_MAX)
        if line is None:
            raise Hangup
        return line

    def meddle(self, command, line=''):
        """Delays and refusals that the lab asked for; True when the command has had its reply."""
        if command in self.server.delays:
            self.flush()
            time.sleep(self.server.delays[command])
        for wanted, pattern, reply in self.server.refusals:
            if wanted == command and re.search(pattern, line):
                for one in reply.split('\\n'):
                    self.reply(one, flush=reply.startswith('421'))
                if reply.startswith('421'):
                    raise Hangup
                return True
        return False

    # the session

    def run(self):
        self.full = self.server.enter()
        try:
            if self.listener.mode == 'implicit':
                self.wire.start_tls(self.server.context, time.monotonic() + self.options.idle_timeout)
            if self.full:
                self.reply('421 4.7.0 %s too many connections' % self.options.name, flush=True)
                raise Hangup
            if not self.meddle('CONNECT'):
                if self.spoken():
                    self.fault('spoke before the greeting')
                self.reply('220 %s ESMTP ready' % self.options.name)
            while True:
                self.command(self.line())
        except (Hangup, wire.Closed):
            pass
        except wire.Expired:
            try:
                self.reply('421 4.4.2 %s idle for too long' % self.options.name, flush=True)
            except wire.Closed:
                pass
        finally:
            self.server.leave()
            if self.wire.tls is not None and not self.wire.eof and not self.abrupt:
                try:
                    self.wire.close_notify()
                except wire.Closed:
                    pass
            self.wire.close()

    def spoken(self):
        """Whether the client has spoken already, though nothing (PIPECONNECT) allowed it to."""
        if 'PIPECONNECT' in self.options.capability:
            return False
        try:
            return bool(self.wire.buffer) or self.wire.fill(time.monotonic() + 1e-6)
        except wire.Expired:
            return False

    def command(self, line):
        if self.wire.buffer and not self.offers('PIPELINING') and not line.upper().startswith(b'BDAT'):
            self.fault('pipelining that was not offered')
        if len(line) > 510 + 500:
            self.fault('command line too long')
        if b'\r' in line or b'\0' in line:
            self.fault('CR or NUL in a command')
        text = line.decode('utf-8', 'replace')
        verb, _, rest = text.partition(' ')
        verb = verb.upper()
        method = getattr(self, 'do_' + verb.lower(), None) if verb.isalpha() else None
        if method is None or (verb == 'BDAT' and not self.offers('CHUNKING')):
            return self.reply('500 5.5.1 command not known')
        if verb not in ('BDAT', 'DATA') and self.meddle(verb, text):
            return None
        return method(rest.strip(), text)

    def do_ehlo(self, rest, line):
        if not rest:
            return self.reply('501 5.5.4 EHLO needs a name')
        self.helo = rest
        self.reset()
        lines = [self.options.name] + self.capabilities()
        for extension in lines[:-1]:
            self.waiting += ('250-%s\r\n' % extension).encode()
        return self.reply('250 ' + lines[-1])

    def do_helo(self, rest, line):
        self.helo = rest
        self.reset()
        return self.reply('250 ' + self.options.name)

    def capabilities(self):
        lines = [name for name in ('PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME', 'SMTPUTF8', 'DSN', 'CHUNKING', 'REQUIRETLS')
                 if self.offers(name)]
        if self.offers('SIZE'):
            lines.append('SIZE %d' % self.options.size)
        if self.options.max_recipients and self.offers('LIMITS'):
            lines.append('LIMITS RCPTMAX=%d' % self.options.max_recipients)
        if self.listener.mode == 'starttls' and self.wire.tls is None:
            lines.append('STARTTLS')
        if self.may_authenticate():
            lines.append('AUTH ' + ' '.join(self.options.mechanisms))
        return lines + self.options.capability

    def may_authenticate(self):
        return bool(self.server.users or self.server.tokens) and (self.wire.tls is not None or self.options.auth_in_clear)

    def do_starttls(self, rest, line):
        if self.listener.mode != 'starttls' or self.wire.tls is not None:
            return self.reply('503 5.5.1 no STARTTLS here')
        # RFC 3207: what was sent in the clear must not speak inside.
        if self.wire.buffer:
            self.fault('spoke behind STARTTLS')
            self.wire.buffer.clear()
        self.reply('220 2.0.0 go ahead', flush=True)
        self.wire.start_tls(self.server.context, time.monotonic() + self.options.idle_timeout)
        self.helo, self.user = None, None
        return self.reset()

    def ask(self, challenge):
        self.reply('334 ' + b64(challenge), flush=True)
        answer = self.line()
        if answer == b'*':
            raise Refused('501 5.7.0 cancelled')
        return self.decode(answer)

    def decode(self, text):
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            raise Refused('501 5.5.2 that is not base64') from None

    def do_auth(self, rest, line):
        mechanism, _, initial = rest.partition(' ')
        mechanism = mechanism.upper()
        if self.user is not None or self.sender is not None:
            return self.reply('503 5.5.1 not now')
        if not self.may_authenticate():
            return self.reply('538 5.7.11 encryption required')
        if mechanism not in self.options.mechanisms:
            return self.reply('504 5.5.4 mechanism not known')
        if len(line) > 510:
            self.fault('initial response too long')
        try:
            first = None if not initial else b'' if initial == '=' else self.decode(initial.encode('utf-8'))
            user = self.server.authenticator.run(mechanism, first, self.ask)
        except Refused as refused:
            return self.reply(refused.reply)
        if user is None:
            return self.reply('535 5.7.8 user name or password is wrong')
        self.user, self.mechanism = user, mechanism
        return self.reply('235 2.7.0 welcome')

    # the envelope

    def path(self, rest, word, known):
        """The address and parameters of `FROM:<...> ...`, or a Refused that says what is wrong."""
        match = re.fullmatch(word + r':\s?<((?:"(?:[^"\\]|\\.)*"|[^<>"])*)>((?: [!-~]+)*)', rest, re.I)
        if not match:
            raise Refused('501 5.5.4 malformed path')
        parameters = dict((item.partition('=')[0].upper(), item.partition('=')[2]) for item in match.group(2).split())
        for name in parameters:
            if name not in known or not self.offers(known[name]):
                raise Refused('555 5.5.4 parameter %s not known' % name)
        return match.group(1), parameters

    def do_mail(self, rest, line):
        if self.helo is None or self.sender is not None:
            return self.reply('503 5.5.1 %s' % ('EHLO first' if self.helo is None else 'one MAIL at a time'))
        if self.user is None and (self.server.users or self.server.tokens) and not self.options.auth_optional:
            return self.reply('530 5.7.0 authentication required')
        try:
            sender, parameters = self.path(rest, 'FROM', MAIL_PARAMETERS)
        except Refused as refused:
            return self.reply(refused.reply)
        size = parameters.get('SIZE', '0')
        if size.isdigit() and self.options.size and int(size) > self.options.size:
            return self.reply('552 5.3.4 message too big')
        if not sender.isascii() and 'SMTPUTF8' not in parameters:
            return self.reply('553 5.6.7 address outside ASCII without SMTPUTF8')
        self.sender, self.parameters = sender, parameters
        return self.reply('250 2.1.0 sender ok')

    def do_rcpt(self, rest, line):
        if self.sender is None:
            return self.reply('503 5.5.1 MAIL first')
        try:
            recipient, parameters = self.path(rest, 'TO', RCPT_PARAMETERS)
        except Refused as refused:
            return self.reply(refused.reply)
        if self.options.max_recipients and len(self.recipients) >= self.options.max_recipients:
            return self.reply('452 4.5.3 too many recipients')
        self.recipients.append(dict(address=recipient, **({'parameters': parameters} if parameters else {})))
        return self.reply('250 2.1.5 recipient ok')

    # the message

    def do_data(self, rest, line):
        if not self.recipients or self.body:
            return self.reply('503 5.5.1 RCPT first' if self.sender is not None else '503 5.5.1 MAIL first')
        if self.meddle('DATA', line):
            return None
        if self.wire.buffer:
            self.fault('spoke before the 354')
        self.reply('354 go ahead', flush=True)
        data = self.wire.message(time.monotonic() + self.options.idle_timeout)
        if data is None:
            raise Hangup
        if b'\r\n.' in data or data.startswith(b'.'):
            data = (b'\r\n' + data).replace(b'\r\n.', b'\r\n')[2:]
        return self.end(data)

    def do_bdat(self, rest, line):
        match = re.fullmatch(r'(\d+)( LAST)?', rest, re.I)
        if not match:
            self.reply('501 5.5.4 BDAT n [LAST]', flush=True)
            raise Hangup
        # Nobody waits for replies whose chunk is there already: they leave with its own.
        if len(self.wire.buffer) < int(match.group(1)):
            self.flush()
        data = self.wire.exactly(int(match.group(1)), time.monotonic() + self.options.idle_timeout)
        if data is None:
            raise Hangup
        if not self.recipients:
            return self.reply('503 5.5.1 RCPT first')
        if self.meddle('BDAT', line):
            return None
        self.body += data
        if not match.group(2):
            return self.reply('250 2.0.0 %d octets' % len(data))
        return self.end(bytes(self.body), chunked=True)

    def judge(self, data):
        if re.search(rb'(?<!\r)\n|\r(?!\n)', data):
            self.fault('bare CR or LF')
        if not data.endswith(b'\r\n'):
            self.fault('no CRLF at the end')
        if max((len(line) for line in data.split(b'\r\n')), default=0) > 998:
            self.fault('a line over 998 octets')
        if not data.isascii() and self.parameters.get('BODY', '').upper() != '8BITMIME' and 'SMTPUTF8' not in self.parameters:
            self.fault('8 bits unannounced')
        if 'SIZE' in self.parameters and self.parameters['SIZE'] != str(len(data)):
            self.fault('SIZE=%s, but %d octets' % (self.parameters['SIZE'], len(data)))

    def end(self, data, chunked=False):
        number = self.server.store.number()
        if self.server.cuts('before-fsync', number):
            self.abrupt = True
            raise Hangup
        if self.options.size and len(data) > self.options.size:
            self.reset()
            return self.reply('552 5.3.4 message too big')
        if self.meddle('END', ' '.join(item['address'] for item in self.recipients)):
            return self.reset()
        self.judge(data)
        identity = '%s%06d' % (secrets.token_hex(4).upper(), number)
        tls = self.wire.tls
        self.server.store.keep(dict(
            id=identity, time=time.time(), sender=self.sender, recipients=[item['address'] for item in self.recipients],
            recipient_parameters={item['address']: item['parameters'] for item in self.recipients if 'parameters' in item},
            parameters=self.parameters, helo=self.helo, user=self.user, mechanism=self.mechanism, port=self.listener.port,
            connection=self.number, tls=tls.version() if tls else None, server_name=self.wire.server_name if tls else None,
            chunked=chunked, turnarounds=self.wire.turnarounds, faults=list(self.faults)), data)
        if self.server.cuts('after-fsync', number):
            self.abrupt = True
            raise Hangup
        self.mails += 1
        self.reset()
        self.reply('250 2.0.0 Ok: queued as ' + identity)
        if self.options.messages_per_connection and self.mails >= self.options.messages_per_connection:
            self.reply('421 4.7.0 %s enough for one connection' % self.options.name, flush=True)
            raise Hangup
        return None

    # the rest

    def do_rset(self, rest, line):
        self.reset()
        return self.reply('250 2.0.0 forgotten')

    def do_noop(self, rest, line):
        return self.reply('250 2.0.0 nothing done')

    def do_vrfy(self, rest, line):
        return self.reply('252 2.1.5 try it and see')

    def do_quit(self, rest, line):
        self.reply('221 2.0.0 bye', flush=True)
        raise Hangup


class Listener:
    def __init__(self, item):
        address, _, mode = item.partition('=')
        if mode not in ('starttls', 'implicit', 'plain'):
            raise SystemExit('smtpd: %s: the mode is starttls, implicit or plain' % item)
        self.mode = mode
        self.socket = wire.listen(address)
        self.port = wire.name_of(self.socket)


class Server:
    """All listeners, one store. As a module: Server(options(['--listen', ...])).start()."""

    def __init__(self, arguments):
        self.options = arguments
        self.users = dict(item.split(':', 1) for item in arguments.user)
        self.tokens = dict(item.split(':', 1) for item in arguments.token)
        self.authenticator = Authenticator(self.users, self.tokens)
        self.refusals = [self.refusal(item) for item in arguments.refuse]
        self.delays = {key: float(value) for key, value in (item.split('=') for item in arguments.delay)}
        self.cut, _, count = (arguments.cut or '').partition(':')
        self.cut_count = int(count or 0)
        self.store = Store(arguments.mails)
        self.listeners = [Listener(item) for item in arguments.listen]
        self.context = None
        if arguments.certificate:
            self.context = wire.server_context(arguments.certificate, arguments.tls_min, arguments.tls_max, 'DEFAULT')
        self.lock = threading.Lock()
        self.open = self.count = 0

    @staticmethod
    def refusal(item):
        match = re.fullmatch(r'([A-Z]+)(?::(.*?))?=([2-5]\d\d[ -].*)', item, re.S)
        if not match:
            raise SystemExit('smtpd: --refuse %r is not COMMAND[:REGEX]=REPLY' % item)
        return match.group(1), match.group(2) or '', match.group(3)

    def enter(self):
        with self.lock:
            self.open += 1
            return self.options.max_connections and self.open > self.options.max_connections

    def leave(self):
        with self.lock:
            self.open -= 1

    def cuts(self, when, number):
        return self.cut == when and self.cut_count in (0, number)

    def serve(self, listener):
        while True:
            try:
                sock, _ = listener.socket.accept()
            except OSError:
                return
            with self.lock:
                self.count += 1
                number = self.count
            threading.Thread(target=Session(self, listener, sock, number).run, daemon=True).start()

    def start(self):
        for listener in self.listeners:
            threading.Thread(target=self.serve, args=(listener,), daemon=True).start()
        return self


def options(words=None):
    parser = argparse.ArgumentParser(description='The lab\'s own submission server.')
    parser.add_argument('--listen', action='append', required=True, metavar='ADDRESS=starttls|implicit|plain')
    parser.add_argument('--certificate', metavar='PEM')
    parser.add_argument('--mails', required=True, metavar='FOLDER')
    parser.add_argument('--name', default='mail.example.test')
    parser.add_argument('--user', action='append', default=[], metavar='NAME:PASSWORD')
    parser.add_argument('--token', action='append', default=[], metavar='NAME:TOKEN')
    parser.add_argument('--mechanisms', default='PLAIN LOGIN CRAM-MD5 XOAUTH2', type=lambda text: text.upper().split())
    parser.add_argument('--auth-in-clear', action='store_true')
    parser.add_argument('--auth-optional', action='store_true')
    parser.add_argument('--without', default='', type=lambda text: text.upper().replace(',', ' ').split(), metavar='"CHUNKING DSN"')
    parser.add_argument('--capability', action='append', default=[], metavar='LINE', help='one more line for EHLO')
    parser.add_argument('--size', type=int, default=52428800)
    parser.add_argument('--max-recipients', type=int, default=0)
    parser.add_argument('--max-connections', type=int, default=0)
    parser.add_argument('--messages-per-connection', type=int, default=0)
    parser.add_argument('--idle-timeout', type=float, default=IDLE)
    parser.add_argument('--tls-min', default='1.2')
    parser.add_argument('--tls-max', default='1.3')
    parser.add_argument('--refuse', action='append', default=[])
    parser.add_argument('--delay', action='append', default=[])
    parser.add_argument('--cut')
    parser.add_argument('--watch-stdin', action='store_true', help='end when standard input does')
    parser.add_argument('--detach', action='store_true', help='outlive the parent')
    arguments = parser.parse_args(words)
    if not arguments.certificate and any(not item.endswith('=plain') for item in arguments.listen):
        parser.error('TLS needs --certificate')
    return arguments


def main():
    arguments = options()
    wire.live_no_longer(arguments.detach, arguments.watch_stdin)
    server = Server(arguments)
    wire.say('ready ' + ' '.join(listener.port for listener in server.listeners))
    server.start()
    threading.Event().wait()


if __name__ == '__main__':
    main()
