#!/usr/bin/env python3
"""A resolver that answers as told, one UDP datagram each; for namespaces made by netns.sh --dns 127.0.0.1.

    tests/lab/dns.py --listen 127.0.0.1:53 mail.example.test=10.9.0.1 www.example.test=mail.example.test round.example.test=10.9.0.1/10.9.0.2

NAME=ADDRESS is an A record, NAME=NAME a CNAME; of several values each query gets the next one. AAAA is answered with nothing, an
unknown name with NXDOMAIN. Prints "ready", then "asked TYPE NAME" for each query.
"""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire

A, CNAME = 1, 5


def packed(name):
    return b''.join(bytes([len(part)]) + part.encode() for part in name.split('.')) + b'\0'


def record(name, kind, data):
    return packed(name) + struct.pack('>HHIH', kind, 1, 0, len(data)) + data


def answers(zone, name, kind):
    """The chain from a name to its address; None where there is none."""
    if name not in zone:
        return None
    values = zone[name]
    value = values[0]
    if value[0].isdigit():
        if kind != A:
            return []
        values.append(values.pop(0))
        return [record(name, A, socket.inet_aton(value))]
    return [record(name, CNAME, packed(value))] + (answers(zone, value, kind) or [])


def main():
    arguments = sys.argv[1:]
    host, port = arguments[1].rsplit(':', 1)
    zone = {}
    for one in arguments[2:]:
        name, values = one.split('=')
        zone[name] = values.split('/')
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind((host, int(port)))
    print('ready', flush=True)
    while True:
        query, peer = listening.recvfrom(4096)
        parts, at = [], 12
        while query[at]:
            parts.append(query[at + 1:at + 1 + query[at]].decode('ascii', 'replace'))
            at += 1 + query[at]
        name, kind = '.'.join(parts).lower(), struct.unpack('>H', query[at + 1:at + 3])[0]
        print('asked', {1: 'A', 28: 'AAAA'}.get(kind, kind), name, flush=True)
        found = answers(zone, name, kind)
        header = query[:2] + struct.pack('>HHHHH', 0x8180 | (3 if found is None else 0), 1, len(found or []), 0, 0)
        listening.sendto(header + query[12:at + 5] + b''.join(found or []), peer)


if __name__ == '__main__':
    wire.live_no_longer()
    main()
