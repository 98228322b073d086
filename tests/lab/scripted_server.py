#!/usr/bin/python3
r"""A server that says what a script says, and records what it hears: for everything a healthy server never does.

    scripted_server.py --listen 127.0.0.1:0=SCRIPT [--listen ...] [--record FILE] [--segment 1|random[:SEED]]

Prints "ready PORT ..." when it listens (port 0: the kernel's choice; [::1]:PORT and unix:/path too), and
"closed PORT CONNECTION STATUS" as each script ends, after its record is on disk. STATUS: `ok` (the script ran to its end),
`mismatch`, `timeout`, `client-closed`, `tls-failed`, `script-error`; where in the script stands in the record. Ends with its parent,
or with standard input under --watch-stdin.

A script is lines; `#` begins a comment line. TEXT may be "quoted", then \r \n \t \0 \\ \" and \xNN mean octets. Both
kinds know ${name} (a group captured by an earlier regex) and $b64{...} (base64 of what stands inside).

    S: TEXT              send TEXT and CRLF
    S- TEXT              send TEXT as it is
    C: PREFIX            wait for a line that begins with PREFIX (or /regex/, searched in the line; (?<name>...) keeps)
    C= TEXT              wait for exactly this line
    C64: TEXT            like C:, on the base64 in the line (behind `AUTH MECHANISM ` if it begins so), decoded
    C? PREFIX            take the next line if it matches; fine if not, fine if the client closes
    C*                   the message: up to the lone dot after DATA; after `BDAT n` the n octets
    C*N                  N octets, whatever they are
    eof                  wait until the client closes; anything it says first is a mismatch
    sleep SECONDS        nothing is sent or read
    drip SECONDS         from here on one octet at a time, with this pause (0: off)
    segment 1|random|off from here on in pieces: TCP segments, and over TLS records; `segment 1 raw`: below TLS
    flush                send what is waiting: lines that follow each other are one write otherwise
    inject TEXT          the same as S-: octets behind the 220 to STARTTLS, in its segment (or after `flush`, in their own)
    starttls CERT [KEY=VALUE ...]   the handshake with CERT.pem and CERT.key (from the folder of --certificates).
                         min= max= (1.0 to 1.3) ciphers= client_ca= tickets=
    tls CERT ...         the same; at the start of a section it is implicit TLS
    raw TEXT             octets past TLS, straight on the socket
    close-notify         TLS's closure alert, the socket stays open
    shutdown-write       FIN, and go on reading
    stop-reading         read nothing from here on (with `receive-buffer N` anywhere in the script: a small window)
    reset | close        RST | FIN without closure alert; ends the section
    hold                 keep open and silent, recording what comes, until the client closes
    timeout SECONDS      how long a C: waits (10)
    mark / repeat [N]    go back to the last mark (or the start of the section), N times or for ever
    connection N:        what follows is for the N-th connection to this port; the last section serves all later ones

The record is JSON, an object a line: time (monotonic seconds), port, connection, event (open, send, receive, tls, line, message, mismatch,
timeout, closed ...), tls (true once the handshake is through) and text (octets as code points 0 to 255).
"""
import argparse
import base64
import json
import os
import re
import select
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

ESCAPES = {'r': '\r', 'n': '\n', 't': '\t', '0': '\0', '\\': '\\', '"': '"'}


class ScriptError(Exception):
    pass


class Mismatch(Exception):
    pass


class Ended(Exception):
    """The client left while the script still had something to ask."""


def text_of(argument):
    """The octets a script's argument stands for, as a string of code points 0 to 255."""
    argument = argument.encode('utf-8').decode('latin-1')
    if len(argument) < 2 or argument[0] != '"' or argument[-1] != '"':
        return argument

    def escape(match):
        word = match.group(1)
        return chr(int(word[1:], 16)) if word[0] == 'x' else ESCAPES.get(word, word)

    return re.sub(r'\\(x[0-9a-fA-F]{2}|.)', escape, argument[1:-1], flags=re.S)


VERBS = ['S', 'C', 'C64', 'inject', 'starttls', 'tls', 'raw', 'sleep', 'drip', 'segment', 'flush', 'eof', 'close-notify',
         'shutdown-write', 'stop-reading', 'reset', 'close', 'hold', 'timeout', 'mark', 'repeat', 'receive-buffer', 'read']


def parse(script):
    """A script's sections, {connection number: [(line number, verb, argument)]}."""
    sections = {1: []}
    steps = sections[1]
    for number, line in enumerate(script.split('\n'), 1):
        line = line.rstrip('\r').lstrip()
        if not line or line.startswith('#'):
            continue
        section = re.fullmatch(r'connection (\d+):\s*', line)
        if section:
            steps = sections.setdefault(int(section.group(1)), [])
            continue
        match = re.fullmatch(r'(S:|S-|C:|C=|C64:|C\?|C\*)\s?(.*)', line, re.S) or re.fullmatch(r'([a-z-]+)(?:\s+(.*))?', line, re.S)
        if not match or (match.group(1)[0] not in 'SC' and match.group(1) not in VERBS):
            raise ScriptError('line %d: %r is no step' % (number, line))
        steps.append((number, match.group(1), match.group(2) or ''))
    return {number: steps for number, steps in sections.items() if steps}


class Recorder:
    """Writes the record, one whole line at a time, from all connections' threads."""

    def __init__(self, path=None):
        self.lock = threading.Lock()
        self.file = open(path, 'a', encoding='ascii') if path else None
        self.events = []

    def add(self, **event):
        event['time'] = round(time.monotonic(), 6)
        with self.lock:
            if self.file:
                self.file.write(json.dumps(event) + '\n')
                self.file.flush()
            else:
                self.events.append(event)


class Dialogue:
    """One connection following one section."""

    def __init__(self, server, sock, number, steps):
        self.server, self.number, self.steps = server, number, steps
        self.wire = wire.Wire(sock, self.heard)
        self.wire.piece = server.piece
        self.wire.random.seed(server.seed + number)
        self.waiting = b''
        self.values = {}
        self.limit = 10.0
        self.reading = True
        self.last_line = b''
        self.open = True

    def note(self, event, **more):
        self.server.recorder.add(port=self.server.port, connection=self.number, event=event, tls=self.wire.tls is not None, **more)

    def heard(self, data):
        self.note('receive', text=data.decode('latin-1'))

    def deadline(self):
        return time.monotonic() + self.limit

    # sending

    def expand(self, argument):
        text = text_of(argument)
        text = re.sub(r'\$\{(\w+)\}', lambda m: self.values.get(m.group(1), ''), text)
        return re.sub(r'\$b64\{([^}]*)\}', lambda m: base64.b64encode(m.group(1).encode('latin-1')).decode(), text).encode('latin-1')

    def flush(self):
        if self.waiting:
            data, self.waiting = self.waiting, b''
            self.note('send', text=data.decode('latin-1'))
            self.wire.send(data)

    # expecting

    def matches(self, verb, wanted, line):
        text = line.decode('latin-1')
        if verb == 'C64:':
            text = re.sub(r'^AUTH \S+ ', '', text)
            try:
                text = base64.b64decode(text, validate=True).decode('latin-1')
            except ValueError:
                return False
        if len(wanted) > 1 and wanted[0] == '/' and wanted[-1] == '/':
            found = re.search(re.sub(r'\(\?<(?=[A-Za-z])', '(?P<', wanted[1:-1]), text)
            if found:
                self.values.update({k: v for k, v in found.groupdict().items() if v is not None})
            return bool(found)
        wanted = self.expand(wanted).decode('latin-1')
        return text == wanted if verb == 'C=' else text.startswith(wanted)

    def expect(self, verb, wanted):
        self.flush()
        try:
            line = self.wire.line(self.deadline())
        except wire.Expired:
            if verb == 'C?':
                return
            raise
        if line is None:
            if verb == 'C?':
                return
            raise Ended
        if self.matches(verb, wanted, line):
            self.last_line = line
            self.note('line', text=line.decode('latin-1'))
        elif verb == 'C?':
            self.wire.buffer[:0] = line + b'\r\n'
        else:
            raise Mismatch('wanted %s, got %r' % (wanted, line.decode('latin-1')))

    def message(self, argument):
        self.flush()
        chunk = re.match(rb'BDAT (\d+)', self.last_line, re.I)
        count = int(argument) if argument.strip() else int(chunk.group(1)) if chunk else None
        data = self.wire.message(self.deadline()) if count is None else self.wire.exactly(count, self.deadline())
        if data is None:
            raise Ended
        self.note('message', text=data.decode('latin-1'))

    def wait_for_eof(self):
        self.flush()
        if self.wire.buffer or self.wire.fill(self.deadline()):
            raise Mismatch('wanted the end, got %r' % bytes(self.wire.buffer[:200]).decode('latin-1'))
        self.note('eof', text=self.wire.why)

    def hold(self):
        self.flush()
        if not self.reading:
            poll = select.poll()
            poll.register(self.wire.sock, select.POLLRDHUP)
            poll.poll()
            self.note('eof', text='seen without reading')
            return
        while self.wire.fill():
            pass
        self.note('eof', text=self.wire.why)

    # everything else

    def handshake(self, argument):
        self.flush()
        words = argument.split()
        if not words:
            raise ScriptError('starttls needs a certificate')
        options = dict(word.split('=', 1) for word in words[1:])
        names = {'min': 'minimum', 'max': 'maximum'}
        options = {names.get(key, key): value for key, value in options.items()}
        if 'tickets' in options:
            options['tickets'] = int(options['tickets'])
        if 'client_ca' in options:
            options['client_ca'] = self.server.file(options['client_ca'])
        context = wire.server_context(self.server.file(words[0]), **options)
        before = bytes(self.wire.buffer)
        if before and before[0] != 22:
            self.note('surplus', text=before.decode('latin-1'))
        self.wire.start_tls(context, self.deadline())
        client = self.wire.tls.getpeercert(True)
        self.note('handshake', version=self.wire.tls.version(), cipher=self.wire.tls.cipher()[0], server_name=self.wire.server_name,
                  reused=self.wire.tls.session_reused, client_certificate=client is not None)

    def segment(self, argument):
        words = argument.split()
        size = {'off': None, 'random': 'random'}.get(words[0])
        size = int(words[0]) if words[0].isdigit() else size
        if words[1:] == ['raw']:
            self.wire.raw_piece = size
        else:
            self.wire.piece = size

    def step(self, verb, argument):
        if verb in ('S:', 'S-', 'inject'):
            self.waiting += self.expand(argument) + (b'\r\n' if verb == 'S:' else b'')
        elif verb in ('C:', 'C=', 'C64:', 'C?'):
            self.expect(verb, argument)
        elif verb == 'C*':
            self.message(argument)
        elif verb in ('starttls', 'tls'):
            self.handshake(argument)
        elif verb == 'timeout':
            self.limit = float(argument)
        elif verb in ('mark', 'receive-buffer'):
            pass
        else:
            self.flush()
            self.act(verb, argument)

    def act(self, verb, argument):
        if verb == 'sleep':
            time.sleep(float(argument))
        elif verb == 'drip':
            self.wire.drip = float(argument)
        elif verb == 'segment':
            self.segment(argument)
        elif verb == 'eof':
            self.wait_for_eof()
        elif verb == 'hold':
            self.hold()
        elif verb == 'raw':
            data = self.expand(argument)
            self.note('send', text=data.decode('latin-1'), raw=True)
            self.wire.send_raw(data)
        elif verb == 'close-notify':
            self.wire.close_notify()
        elif verb == 'shutdown-write':
            self.wire.sock.shutdown(socket.SHUT_WR)
        elif verb == 'stop-reading':
            self.reading = False
        elif verb == 'reset':
            self.wire.reset()
            self.open = False
        elif verb == 'close':
            self.close()

    def close(self):
        """A close that is a FIN: unread octets would make the kernel send RST, so they are read and recorded first."""
        if self.reading and self.open:
            try:
                self.wire.sock.shutdown(socket.SHUT_WR)
                self.wire.fill(time.monotonic() + 0.001)
            except (OSError, wire.Expired):
                pass
        self.wire.close()
        self.open = False

    def play(self):
        at, mark, rounds = 0, 0, {}
        while self.open and at < len(self.steps):
            number, verb, argument = self.steps[at]
            self.at = number
            if verb == 'repeat':
                self.flush()
                rounds[number] = rounds.get(number, 0) + 1
                at = mark if not argument or rounds[number] < int(argument) else at + 1
                continue
            if verb == 'mark':
                mark = at
            self.step(verb, argument)
            at += 1
        self.flush()

    def run(self):
        self.at, status, why = 0, 'ok', ''
        self.note('open')
        try:
            self.play()
        except Mismatch as error:
            status, why = 'mismatch', str(error)
        except wire.Expired:
            status, why = 'timeout', 'heard %r' % bytes(self.wire.buffer[:200]).decode('latin-1')
        except Ended:
            status, why = 'client-closed', self.wire.why
        except wire.Closed as error:
            status, why = ('tls-failed' if 'handshake' in str(error) else 'client-closed'), str(error)
        except Exception as error:  # a slip in the script or here: say it, and serve the next
            status, why = 'script-error', '%s: %s' % (type(error).__name__, error)
        unread = bytes(self.wire.buffer).decode('latin-1')
        if self.open:
            self.close()
        self.note('closed', status=status, at=self.at, why=why, unread=unread, turnarounds=self.wire.turnarounds)
        return status


class Server:
    """One listening address with its script. As a module: Server(...).start(), .port, .recorder.events, .stop()."""

    def __init__(self, address, script, recorder=None, certificates='.', piece=None, seed=1, announce=None):
        self.sections = parse(script)
        if not self.sections:
            raise ScriptError('the script is empty')
        self.recorder = recorder or Recorder()
        self.certificates, self.piece, self.seed = certificates, piece, seed
        self.announce = announce or (lambda line: None)
        window = re.search(r'^\s*receive-buffer (\d+)', script, re.M)
        self.socket = wire.listen(address, int(window.group(1)) if window else 0)
        self.port = wire.name_of(self.socket)
        self.count = 0

    def file(self, name):
        return name if os.path.isabs(name) else os.path.join(self.certificates, name)

    def section(self, number):
        """The section of this number, else the last before it."""
        known = [n for n in sorted(self.sections) if n <= number]
        return self.sections[known[-1] if known else min(self.sections)]

    def serve(self):
        while True:
            try:
                sock, _ = self.socket.accept()
            except OSError:
                return
            self.count += 1
            dialogue = Dialogue(self, sock, self.count, self.section(self.count))
            threading.Thread(target=self.follow, args=(dialogue,), daemon=True).start()

    def follow(self, dialogue):
        status = dialogue.run()
        self.announce('closed %s %d %s' % (self.port, dialogue.number, status))

    def start(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def stop(self):
        self.socket.close()


def main():
    parser = argparse.ArgumentParser(description='A server that follows a script; the words of a script stand in the source.')
    parser.add_argument('--listen', action='append', required=True, metavar='ADDRESS=SCRIPT')
    parser.add_argument('--record', metavar='FILE')
    parser.add_argument('--certificates', default='.', metavar='FOLDER')
    parser.add_argument('--segment', metavar='1|random[:SEED]', help='every answer in pieces')
    parser.add_argument('--watch-stdin', action='store_true', help='end when standard input does')
    parser.add_argument('--detach', action='store_true', help='outlive the parent')
    arguments = parser.parse_args()
    wire.live_no_longer(arguments.detach, arguments.watch_stdin)
    size, _, seed = (arguments.segment or '').partition(':')
    piece = int(size) if size.isdigit() else size or None
    recorder = Recorder(arguments.record)
    servers = []
    for item in arguments.listen:
        address, _, path = item.partition('=')
        try:
            with open(path, encoding='utf-8') as file:
                script = file.read()
            servers.append(Server(address, script, recorder, arguments.certificates, piece, int(seed or 1), wire.say))
        except (OSError, ScriptError) as error:
            sys.exit('scripted_server: %s: %s' % (item, error))
    wire.say('ready ' + ' '.join(server.port for server in servers))
    for server in servers:
        server.start()
    threading.Event().wait()


if __name__ == '__main__':
    main()
