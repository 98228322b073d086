"""What the lab's servers share: a connection that can change to TLS in mid-stream, and living no longer than the test.

TLS runs over memory BIOs, so that every octet that crosses the socket is ours to see, split, or spoil: a socket wrapped by
the ssl module reads ahead and hides what stood before the handshake. Standard library only. No other limits than memory.
"""
import ctypes
import os
import random
import signal
import socket
import ssl
import struct
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def die_with_parent():
    """SIGTERM for this process when its parent dies, however it dies."""
    parent = os.getppid()
    try:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(0)


def die_with_stdin():
    """Leave when standard input ends: a pipe from proc_open() ends with its owner, whoever else holds our pid."""

    def watch():
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def live_no_longer(detach=False, stdin=False):
    """The usual start of a lab program: quiet signals, and no life beyond the owner's unless told to detach."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    if not detach:
        die_with_parent()
    if stdin:
        die_with_stdin()


def listen(address, receive_buffer=0, backlog=512):
    """A listening socket for HOST:PORT, [V6]:PORT or unix:/path. Port 0 lets the kernel choose."""
    if address.startswith('unix:'):
        path = address[5:]
        if os.path.exists(path):
            os.unlink(path)
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
    else:
        host, _, port = address.rpartition(':')
        host = host.strip('[]') or '127.0.0.1'
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        server = socket.socket(family)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if receive_buffer:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        server.bind((host, int(port)))
    server.listen(backlog)
    return server


def name_of(server):
    """The port of a listening socket, or the path of a unix socket, as a string."""
    name = server.getsockname()
    return name if isinstance(name, str) else str(name[1])


def server_context(certificate, minimum='1.2', maximum='1.3', ciphers=None, client_ca=None, tickets=None):
    """A TLS server's context from NAME, NAME.pem with NAME.key beside it, or a PEM file with both; versions below 1.2 only if asked for."""
    versions = {'1.0': ssl.TLSVersion.TLSv1, '1.1': ssl.TLSVersion.TLSv1_1, '1.2': ssl.TLSVersion.TLSv1_2,
                '1.3': ssl.TLSVersion.TLSv1_3}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Spoiled certificates must load here: it is for the client to refuse them.
    context.set_ciphers(ciphers or 'DEFAULT:@SECLEVEL=0')
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        context.minimum_version = versions[minimum if float(minimum) <= float(maximum) else maximum]
        context.maximum_version = versions[maximum]
    # The key stands beside NAME.pem as NAME.key, or in it.
    certificate = certificate if os.path.exists(certificate) else certificate + '.pem'
    key = os.path.splitext(certificate)[0] + '.key'
    context.load_cert_chain(certificate, key if os.path.exists(key) else None)
    if tickets is not None:
        context.num_tickets = tickets
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Closed(Exception):
    """The peer has closed, reset, or broken the connection."""


class Expired(Exception):
    """The deadline passed."""


class Wire:
    """One connection: octets in, octets out, in the clear or over TLS. `seen(data)` is told of each piece received."""

    def __init__(self, sock, seen=None):
        self.sock = sock
        self.buffer = bytearray()
        self.tls = None
        self.eof = False
        self.why = ''
        self.turnarounds = 0
        self._direction = None
        self._seen = seen or (lambda data: None)
        self.piece = None  # None: whole; 1: single octets; 'random'
        self.raw_piece = None  # the same for the octets below TLS
        self.drip = 0.0
        self.random = random.Random(1)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # receiving

    def _receive(self, deadline):
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise Expired
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(65536)
        except (socket.timeout, BlockingIOError):
            raise Expired from None
        except OSError as error:
            self.eof, self.why = True, 'reset' if isinstance(error, ConnectionResetError) else str(error)
            return b''
        if not data:
            self.eof, self.why = True, self.why or 'eof'
        elif self._direction != 'in':
            self._direction = 'in'
        return data

    def fill(self, deadline=None):
        """Wait for octets of the application; False at the end of the stream. Raises Expired."""
        while not self.eof:
            data = self._receive(deadline)
            if self.tls is None:
                self.buffer += data
                if data:
                    self._seen(data)
                    return True
                continue
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()
            if self._decrypt():
                return True
        return False

    def _decrypt(self):
        got = False
        while True:
            try:
                data = self.tls.read(65536)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except ssl.SSLZeroReturnError:
                self.eof, self.why = True, 'close_notify'
                break
            except (ssl.SSLError, OSError) as error:
                if not self.eof:
                    self.eof, self.why = True, 'tls: ' + str(error)
                break
            if not data:
                self.eof, self.why = True, self.why or 'close_notify'
                break
            self.buffer += data
            self._seen(data)
            got = True
        self._flush_tls()
        return got

    def line(self, deadline=None, limit=1 << 20):
        """The next line without its CRLF or LF, or None at the end of the stream."""
        start = 0
        while True:
            at = self.buffer.find(b'\n', start)
            if at >= 0:
                line = bytes(self.buffer[:at])
                del self.buffer[:at + 1]
                return line[:-1] if line.endswith(b'\r') else line
            if len(self.buffer) > limit:
                raise Closed('line too long')
            start = len(self.buffer)
            if not self.fill(deadline):
                return None

    def exactly(self, count, deadline=None):
        """`count` octets, or None at the end of the stream."""
        while len(self.buffer) < count:
            if not self.fill(deadline):
                return None
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def message(self, deadline=None):
        """The octets of DATA up to and without the lone dot, still stuffed, or None at the end of the stream."""
        data = bytearray()
        while True:
            if data == b'.\r\n' or data.endswith(b'\r\n.\r\n'):
                return bytes(data[:-3])
            at = self.buffer.find(b'\n')
            if at < 0:
                data += self.buffer
                self.buffer.clear()
                if not self.fill(deadline):
                    self.buffer[:0] = data
                    return None
                continue
            data += self.buffer[:at + 1]
            del self.buffer[:at + 1]

    # sending

    def _write(self, data, awaited=True):
        # Tickets behind a TLS 1.3 handshake are the one thing that nobody waits for.
        if awaited and self._direction != 'out':
            self.turnarounds += 1
            self._direction = 'out'
        pieces = [data] if not self.raw_piece else list(self._cut(data, self.raw_piece))
        self.sock.settimeout(None)
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(0.0001)
            try:
                self.sock.sendall(piece)
            except OSError as error:
                self.eof, self.why = True, 'send: ' + str(error)
                raise Closed(self.why) from None

    def _cut(self, data, size):
        at = 0
        while at < len(data):
            count = self.random.randint(1, 9) if size == 'random' else size
            yield data[at:at + count]
            at += count

    def send(self, data):
        """Send in the pieces asked for: over TLS each is a record of its own."""
        size = 1 if self.drip else self.piece
        for number, piece in enumerate([data] if not size else self._cut(data, size)):
            if number:
                time.sleep(self.drip or 0.0001)
            if self.tls is None:
                self._write(piece)
            else:
                try:
                    self.tls.write(piece)
                except ssl.SSLError as error:
                    raise Closed('tls: ' + str(error)) from None
                self._flush_tls()

    def send_raw(self, data):
        """Octets on the socket as they are, whatever TLS thinks of it."""
        self._write(data)

    def _flush_tls(self, awaited=True):
        data = self._outgoing.read()
        if data:
            self._write(data, awaited)

    # TLS

    def start_tls(self, context, deadline=None):
        """The server's handshake. What was read and not used yet goes to TLS, as it would in a server without a buffer."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.server_name = None
        context.sni_callback = self._sni
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        if self.buffer:
            self._incoming.write(bytes(self.buffer))
            self.buffer.clear()
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush_tls()
                data = self._receive(deadline)
                if not data:
                    raise Closed('handshake: ' + self.why) from None
                self._incoming.write(data)
            except ssl.SSLError as error:
                try:
                    self._flush_tls()
                except Closed:
                    pass
                raise Closed('handshake: ' + (error.reason or str(error))) from None
        self._flush_tls(tls.version() != 'TLSv1.3')
        self.tls = tls
        self._decrypt()

    def _sni(self, _object, name, _context):
        self.server_name = name

    def close_notify(self):
        """Send TLS's closure alert and leave the socket open."""
        try:
            self.tls.unwrap()
        except (ssl.SSLError, OSError):
            pass
        self._flush_tls()

    # endings

    def reset(self):
        """RST instead of FIN, and whatever is unread is thrown away."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        except OSError:
            pass
        self.sock.close()

    def close(self):
        try:
            self.sock.close()
        except OSError:
            pass


_saying = threading.Lock()


def say(line):
    """One line for whoever started us."""
    with _saying:
        try:
            sys.stdout.write(line + '\n')
            sys.stdout.flush()
        except OSError:
            pass
