#!/usr/bin/python3
"""A server that is wrong in one way, on every address of a namespace: faulty.py MODE PORT.

MODE: http (answers as a web server), greeting, ehlo, starttls, handshake (falls silent before its greeting, after EHLO, after
STARTTLS, after the 220 to it). Prints "ready" and ends when its standard input does.
"""
import socket
import sys
import threading

mode, port = sys.argv[1], int(sys.argv[2])


def serve(connection):
    keep.append(connection)
    if mode == "http":
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        connection.close()
        return
    if mode == "greeting":
        return
    connection.sendall(b"220 faulty.example.test ESMTP\r\n")
    connection.recv(4096)
    if mode == "ehlo":
        return
    connection.sendall(b"250-faulty.example.test\r\n250 STARTTLS\r\n")
    connection.recv(4096)
    if mode == "starttls":
        return
    connection.sendall(b"220 go ahead\r\n")


keep = []
listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
threading.Thread(target=lambda: [threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start() for _ in iter(int, 1)], daemon=True).start()
sys.stdin.read()
