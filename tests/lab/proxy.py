#!/usr/bin/python3
"""A TCP proxy that makes the network worse: latency, bandwidth, cuts and resets at an octet, slicing; and counts turnarounds.

    proxy.py --listen 127.0.0.1:0 --to 127.0.0.1:PORT [options]

Prints "ready PORT", and "closed CONNECTION" when the record of a connection is complete.

    --delay SECONDS          each way; octets arrive that much later, in order, whatever is under way (not a pause per read)
    --jitter SECONDS         up to that much more, order kept
    --bandwidth OCTETS       a second, each way
    --slice N|random         at most N octets a write
    --cut up:N | down:N      close both sides once N octets have passed that way (the N-th is still passed on)
    --reset up:N | down:N    the same with RST
    --stall up:N | down:N    pass nothing more that way, and keep the connection
    --connection N           cuts, resets and stalls hit the N-th connection only
    --record FILE            a JSON line a connection: octets up and down, turnarounds (changes from up to down: how often the client
                             waited; exact with a --delay, without one TLS 1.3's tickets may count as one), flights [{way, octets, time}], how it ended
    --control ADDRESS        lines of text: `delay 0.1`, `bandwidth 0`, `cut down:100`, `reset now`, `close now`, `clear`, `count` (answers
                             with the connections so far); each is answered `ok` or with a reason. unix:/path or HOST:PORT

up is client to server. A unix socket may stand at either end.
"""
import argparse
import json
import os
import random
import selectors
import socket
import struct
import sys
import time
from collections import deque

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

PIECE = 65536
HELD_MAX = 4 << 20  # octets under way; beyond it the sender has to wait, as on a real line


def connect(address):
    """A socket on its way to the address."""
    if address.startswith('unix:'):
        sock = socket.socket(socket.AF_UNIX)
        target = address[5:]
    else:
        host, _, port = address.rpartition(':')
        host = host.strip('[]')
        sock = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        target = (host, int(port))
    sock.setblocking(False)
    try:
        sock.connect(target)
    except BlockingIOError:
        pass
    return sock


class Way:
    """One direction: octets read from `source`, due later at `target`."""

    def __init__(self, name, source, target):
        self.name, self.source, self.target = name, source, target
        self.queue = deque()  # (due, octets); b'' is the end
        self.held = self.count = self.sent = 0
        self.last_due = self.free = 0.0
        self.ended = self.closed = False


class Connection:
    def __init__(self, proxy, client, number):
        self.proxy, self.number = proxy, number
        self.client, self.server = client, connect(proxy.to)
        client.setblocking(False)
        if client.family != socket.AF_UNIX:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.up, self.down = Way('up', client, self.server), Way('down', self.server, client)
        self.flights = []
        self.connected = False
        self.how = 'eof'
        self.done = False
        self.started = time.monotonic()

    def ways(self):
        return self.up, self.down

    def turnarounds(self):
        """Up to down, and a first word of the server counts too: somebody waited for it."""
        ways = [flight['way'] for flight in self.flights]
        return sum(1 for i, way in enumerate(ways) if way == 'down' and (i == 0 or ways[i - 1] == 'up'))

    def read(self, way):
        limit = self.proxy.limit(self, way)
        room = PIECE if limit is None else max(0, min(PIECE, limit[1] - way.count))
        try:
            data = way.source.recv(max(1, room))
        except BlockingIOError:
            return
        except OSError:
            return self.proxy.finish(self, 'reset by peer', reset=True)
        now = time.monotonic()
        if not data:
            way.ended = True
            way.queue.append((max(now + self.proxy.latency(), way.last_due), b''))
            return
        if not self.flights or self.flights[-1]['way'] != way.name:
            self.flights.append(dict(way=way.name, octets=0, time=round(now - self.started, 6)))
        self.flights[-1]['octets'] += len(data)
        way.count += len(data)
        way.held += len(data)
        for piece in self.proxy.slices(data):
            start = max(now, way.free)
            if self.proxy.bandwidth:
                way.free = start = start + len(piece) / self.proxy.bandwidth
            way.last_due = max(start + self.proxy.latency(), way.last_due)
            way.queue.append((way.last_due, piece))

    def write(self, way, now):
        while way.queue and way.queue[0][0] <= now:
            due, data = way.queue[0]
            if not data:
                way.queue.popleft()
                way.closed = True
                try:
                    way.target.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                break
            try:
                count = way.target.send(data)
            except BlockingIOError:
                return True
            except OSError:
                self.proxy.finish(self, 'peer gone', reset=True)
                return False
            way.held -= count
            way.sent += count
            if count < len(data):
                way.queue[0] = (due, data[count:])
                return True
            way.queue.popleft()
            limit = self.proxy.limit(self, way)
            if limit and way.sent >= limit[1] and limit[0] != 'stall':
                self.proxy.finish(self, '%s %s:%d' % (limit[0], way.name, limit[1]), reset=limit[0] == 'reset')
                return False
        if self.up.closed and self.down.closed:
            self.proxy.finish(self, 'eof')
        return False


class Proxy:
    """As a module: Proxy(options([...])).run() in a thread of its own."""

    def __init__(self, arguments):
        self.to, self.delay, self.jitter, self.bandwidth, self.slice = (
            arguments.to, arguments.delay, arguments.jitter, arguments.bandwidth, arguments.slice)
        self.limits = {}
        for kind in ('cut', 'reset', 'stall'):
            for item in getattr(arguments, kind):
                self.set_limit(kind, item)
        self.only = arguments.connection
        self.random = random.Random(1)
        self.record = open(arguments.record, 'a', encoding='ascii') if arguments.record else None
        self.socket = wire.listen(arguments.listen)
        self.socket.setblocking(False)
        self.port = wire.name_of(self.socket)
        self.control = wire.listen(arguments.control) if arguments.control else None
        self.connections = set()
        self.count = 0
        self.controllers = {}

    def set_limit(self, kind, item):
        way, _, count = item.partition(':')
        if way not in ('up', 'down') or not count.isdigit():
            raise ValueError('%s: up:N or down:N' % item)
        self.limits[way] = (kind, int(count))

    def limit(self, connection, way):
        return None if self.only and connection.number != self.only else self.limits.get(way.name)

    def latency(self):
        return self.delay + (self.random.random() * self.jitter if self.jitter else 0.0)

    def slices(self, data):
        at = 0
        while at < len(data):
            count = len(data) if not self.slice else self.random.randint(1, 40) if self.slice == 'random' else int(self.slice)
            yield data[at:at + count]
            at += count

    def finish(self, connection, how, reset=False):
        if connection.done:
            return
        connection.done, connection.how = True, how
        for sock in (connection.client, connection.server):
            try:
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            except OSError:
                pass
            sock.close()
        self.connections.discard(connection)
        if self.record:
            self.record.write(json.dumps(dict(
                connection=connection.number, up=connection.up.count, down=connection.down.count, how=how,
                turnarounds=connection.turnarounds(), flights=connection.flights)) + '\n')
            self.record.flush()
        wire.say('closed %d' % connection.number)

    def accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except BlockingIOError:
                return
            self.count += 1
            self.connections.add(Connection(self, client, self.count))

    def command(self, line):
        words = line.split()
        try:
            if words[:1] == ['count']:
                return str(self.count)
            if words == ['clear']:
                self.limits, self.delay, self.jitter, self.bandwidth, self.slice = {}, 0.0, 0.0, 0.0, None
            elif words[:1] and words[0] in ('delay', 'jitter', 'bandwidth'):
                setattr(self, words[0], float(words[1]))
            elif words[:1] == ['slice']:
                self.slice = None if words[1] in ('0', 'off') else words[1]
            elif words[1:] == ['now'] and words[0] in ('reset', 'close'):
                for connection in list(self.connections):
                    self.finish(connection, words[0] + ' by control', reset=words[0] == 'reset')
            elif words[:1] and words[0] in ('cut', 'reset', 'stall'):
                self.set_limit(words[0], words[1])
            else:
                return 'what is %r?' % line
        except (ValueError, IndexError) as error:
            return 'no: %s' % error
        return 'ok'

    def controlled(self, sock):
        try:
            data = sock.recv(4096)
        except OSError:
            data = b''
        if not data:
            self.controllers.pop(sock, None)
            return sock.close()
        *lines, rest = (self.controllers[sock] + data).split(b'\n')
        self.controllers[sock] = rest
        for line in lines:
            sock.sendall(self.command(line.decode('ascii', 'replace').strip()).encode() + b'\n')
        return None

    def wanted(self, now):
        """What to wait for: {socket: (events, act)}, and until when."""
        wanted = {self.socket: (selectors.EVENT_READ, self.accept)}
        until = None
        if self.control:
            wanted[self.control] = (selectors.EVENT_READ, lambda: self.controllers.setdefault(self.control.accept()[0], b''))
        for sock in self.controllers:
            wanted[sock] = (selectors.EVENT_READ, lambda sock=sock: self.controlled(sock))
        for connection in list(self.connections):
            reads, writes = {}, set()
            if not connection.connected:
                wanted[connection.server] = (selectors.EVENT_WRITE, lambda c=connection: self.established(c))
                continue
            for way in connection.ways():
                blocked = connection.write(way, now)
                if connection.done:
                    break
                limit = self.limit(connection, way)
                full = limit is not None and way.count >= limit[1]
                if not way.ended and way.held < HELD_MAX and not full:
                    reads[way.source] = way
                if blocked:
                    writes.add(way.target)
                elif way.queue:
                    until = way.queue[0][0] if until is None else min(until, way.queue[0][0])
            if connection.done:
                continue
            for sock in (connection.client, connection.server):
                events = (selectors.EVENT_READ if sock in reads else 0) | (selectors.EVENT_WRITE if sock in writes else 0)
                if events:
                    wanted[sock] = (events, lambda c=connection, way=reads.get(sock): way and c.read(way))
        return wanted, until

    def established(self, connection):
        if connection.done:
            return
        if connection.server.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.finish(connection, 'no server', reset=True)
        connection.connected = True
        for way in connection.ways():
            limit = self.limit(connection, way)
            if limit and limit[1] == 0 and limit[0] != 'stall':
                self.finish(connection, '%s %s:0' % (limit[0], way.name), reset=limit[0] == 'reset')

    def run(self):
        selector = selectors.DefaultSelector()
        while True:
            now = time.monotonic()
            wanted, until = self.wanted(now)
            known = {key.fileobj: key for key in selector.get_map().values()}
            for sock in known:
                if sock not in wanted:
                    selector.unregister(sock)
            for sock, (events, act) in wanted.items():
                if sock not in known:
                    selector.register(sock, events, act)
                else:
                    selector.modify(sock, events, act)
            for key, events in selector.select(None if until is None else max(0.0, until - time.monotonic())):
                key.data()


def options(words=None):
    parser = argparse.ArgumentParser(description='A TCP proxy that makes the network worse; see the source for the words.')
    parser.add_argument('--listen', required=True)
    parser.add_argument('--to', required=True)
    parser.add_argument('--delay', type=float, default=0.0)
    parser.add_argument('--jitter', type=float, default=0.0)
    parser.add_argument('--bandwidth', type=float, default=0.0)
    parser.add_argument('--slice')
    parser.add_argument('--cut', action='append', default=[])
    parser.add_argument('--reset', action='append', default=[])
    parser.add_argument('--stall', action='append', default=[])
    parser.add_argument('--connection', type=int, default=0)
    parser.add_argument('--record')
    parser.add_argument('--control')
    parser.add_argument('--watch-stdin', action='store_true', help='end when standard input does')
    parser.add_argument('--detach', action='store_true', help='outlive the parent')
    return parser.parse_args(words)


def main():
    arguments = options()
    wire.live_no_longer(arguments.detach, arguments.watch_stdin)
    proxy = Proxy(arguments)
    wire.say('ready %s%s' % (proxy.port, ' ' + wire.name_of(proxy.control) if proxy.control else ''))
    proxy.run()


if __name__ == '__main__':
    main()
