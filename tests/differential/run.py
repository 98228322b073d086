#!/usr/bin/env python3
"""Random composed messages, read back by readers that were not written here: Python's email, npm's mailparser, Perl's MIME-tools;
signatures checked by dkimpy, npm's mailauth and OpenDKIM.

    tests/differential/run.py [--count 10000] [--seed N] [--build DIR] [--modules DIR] [--judges email,mailparser,...]

--build is where the program compose_random stands (make -C tests/core BUILD=DIR DIR/mail/compose_random), --modules a folder with
node_modules that hold mailparser and mailauth. Says the seed; each judge's differences, and how many mails it agreed on.
"""
import argparse
import base64
import email
import email.policy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def octets(text):
    return bytes.fromhex(text)


def crlf(text):
    return re.sub(rb"\r\n|\r|\n", b"\r\n", text)


def same_text(found, given):
    """A mail of one part ends in CRLF whatever the text does; nothing else may differ."""
    given = crlf(given)
    return found == given or found == given + b"\r\n"


class Facts:
    def __init__(self, folder, number):
        self.path = os.path.join(folder, f"{number}.eml")
        with open(os.path.join(folder, f"{number}.json")) as file:
            self.given = json.load(file)
        given = self.given
        self.subject = octets(given["subject"]).decode()
        self.custom = octets(given["custom"]).decode()
        self.people = {
            role: [(octets(who["name"]).decode(), octets(who["address"]).decode()) for who in given[role]]
            for role in ("from", "to", "cc")
        }
        self.texts = {kind: octets(given[kind]) for kind in ("text", "html", "calendar") if kind in given}
        self.parts = [(octets(part["name"]).decode(), octets(part["cid"]).decode(), octets(part["octets"])) for part in given["parts"]]
        self.message_id = octets(given["message_id"]).decode()
        # Embedded parts stand before attachments where there is html to embed them in.
        if "html" in self.texts:
            self.parts.sort(key=lambda part: part[1] == "")

    def raw(self):
        with open(self.path, "rb") as file:
            return file.read()


class Differs(Exception):
    pass


def expect(what, found, given):
    if found != given:
        raise Differs(f"{what}: {found!r} is not {given!r}")


def squeezed(people):
    """Some readers squeeze blanks in display names; what is in them must be equal."""
    return [(" ".join(name.split()), unescape_local(address)) for name, address in people]


def unescape_local(address):
    local, _, domain = address.rpartition("@")
    return (local[1:-1] if local.startswith('"') else local) + "@" + domain


# --- Python's email ------------------------------------------------------------------------------------------------

def by_email(facts):
    message = email.message_from_bytes(facts.raw(), policy=email.policy.default)
    expect("subject", str(message["subject"]), facts.subject)
    expect("X-Custom", str(message["x-custom"]), facts.custom)
    expect("Message-ID", str(message["message-id"]), f"<{facts.message_id}>")
    for role, people in facts.people.items():
        found = [(a.display_name, a.username + "@" + a.domain) for a in message[role].addresses] if message[role] else []
        # Python 3.11 puts a blank between two encoded words of a name, wherever they were parted.
        expect(role, [("".join(name.split()), address) for name, address in squeezed(found)],
               [("".join(name.split()), address) for name, address in squeezed(people)])
    texts, parts = {}, []
    for part in message.walk():
        if part.defects:
            raise Differs(f"defects: {part.defects}")
        if part.is_multipart():
            continue
        kind = {"text/plain": "text", "text/html": "html", "text/calendar": "calendar"}.get(part.get_content_type())
        if kind and not part.get_filename():
            texts[kind] = part.get_payload(decode=True)
        elif part.get_filename() != "invite.ics" or "calendar" not in facts.texts:
            parts.append((part.get_filename(), (part["content-id"] or "").strip("<>"), part.get_payload(decode=True)))
    compare_body(facts, texts, parts)


def compare_body(facts, texts, parts):
    if not facts.texts and not facts.parts:
        facts.texts["text"] = b""
    expect("texts", sorted(texts), sorted(facts.texts))
    for kind, text in facts.texts.items():
        if not same_text(texts[kind], text):
            raise Differs(f"{kind}: {texts[kind]!r} is not {crlf(text)!r}")
    expect("parts", [(name, cid, len(data)) for name, cid, data in parts], [(name, cid, len(data)) for name, cid, data in facts.parts])
    for found, given in zip(parts, facts.parts):
        if found[2] != given[2]:
            raise Differs(f"the octets of {given[0]}")


# --- judges in other languages: one process for all mails, a line of JSON each -------------------------------------

def lines_of(command, folder, count):
    result = subprocess.run(command + [folder, str(count)], stdout=subprocess.PIPE, check=True)
    for number, line in enumerate(result.stdout.splitlines()):
        yield number, json.loads(line)


def by_mailparser(facts, found):
    expect("subject", found["subject"] or "", facts.subject)
    expect("X-Custom", found["custom"] or "", facts.custom)
    expect("Message-ID", found["messageId"], f"<{facts.message_id}>")
    for role, people in facts.people.items():
        expect(role, squeezed((who["name"], who["address"].replace("m\u00fcller", "xn--mller-kva")) for who in found[role]), squeezed(people))
    parts = [(part.get("name"), part.get("cid") or "", bytes.fromhex(part["octets"])) for part in found["parts"]]
    given = list(facts.parts)
    expect("names", sorted(part[:2] for part in parts if part[0] != "invite.ics" and part[0]), sorted(part[:2] for part in given))
    expect("octets", sorted(part[2] for part in parts if part[0] != "invite.ics" and part[0]), sorted(part[2] for part in given))


def by_mime_tools(facts, found):
    texts, parts = {}, []
    for part in found:
        kind = {"text/plain": "text", "text/html": "html", "text/calendar": "calendar"}.get(part["type"])
        if kind and not part["disposition"]:
            texts[kind] = crlf(bytes.fromhex(part["octets"]))  # it gives quoted-printable with the line ends of Unix
        elif not (part["type"] == "application/ics" and "calendar" in facts.texts):
            parts.append(("", part["cid"].strip("<>"), bytes.fromhex(part["octets"])))
    facts.parts = [("", cid, data) for _, cid, data in facts.parts]
    compare_body(facts, texts, parts)


# --- DKIM ----------------------------------------------------------------------------------------------------------

def public_records(keys):
    records = {}
    for name in ("rsa", "ed25519"):
        der = subprocess.run(["openssl", "pkey", "-in", f"{keys}/{name}.pem", "-pubout", "-outform", "DER"], stdout=subprocess.PIPE, check=True).stdout
        data = der if name == "rsa" else der[-32:]
        records[f"{name}._domainkey.example.com"] = f"v=DKIM1; k={name}; p=" + base64.b64encode(data).decode()
    return records


def by_dkimpy(facts, records):
    import dkim

    def txt(name, timeout=5):
        return records[(name.decode() if isinstance(name, bytes) else name).rstrip(".")].encode()

    verifier = dkim.DKIM(facts.raw())
    for index in (0, 1):
        if not verifier.verify(index, dnsfunc=txt):
            raise Differs(f"signature {index} does not verify")


def by_mailauth(facts, found):
    expect("signatures", found, ["pass", "pass"])


def by_opendkim(folder, count, records, keys):
    """What OpenDKIM, in its test mode, says of each mail's signatures."""
    with open(f"{keys}/public", "w") as file:
        file.writelines(f"{name} {record}\n" for name, record in records.items())
    with open(f"{keys}/opendkim.conf", "w") as file:
        file.write(f"TestPublicKeys {keys}/public\nMode v\nInternalHosts /dev/null\n")
    for start in range(0, count, 200):
        mails = [os.path.join(folder, f"{number}.eml") for number in range(start, min(count, start + 200))]
        result = subprocess.run(["/usr/sbin/opendkim", "-x", f"{keys}/opendkim.conf", "-f", "-vv", "-t", ",".join(mails)],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        blocks = result.stdout.decode(errors="replace").split("### INSHEADER")[1:]
        for index, mail in enumerate(mails):
            block = blocks[index] if index < len(blocks) else ""
            yield start + index, re.findall(r"dkim=(\w+)", block)


# --- the run -------------------------------------------------------------------------------------------------------

class Tally:
    def __init__(self, name):
        self.name, self.agreed, self.differed = name, 0, 0

    def judge(self, facts, check, *more):
        try:
            check(facts, *more)
            self.agreed += 1
        except Exception as difference:  # a reader that dies differs too
            self.differed += 1
            if self.differed <= 5:
                print(f"{self.name}: {facts.path}: {type(difference).__name__}: {str(difference)[:600]}")

    def close(self):
        print(f"{self.name}: {self.agreed} agreed, {self.differed} differed")
        return self.differed == 0 and self.agreed > 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--build", default=os.path.join(ROOT, "build/core"))
    parser.add_argument("--modules", default=os.path.join(ROOT, "build/judges"))
    parser.add_argument("--judges", default="email,mailparser,mime-tools,dkimpy,mailauth,opendkim")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    judges = arguments.judges.split(",")
    folder = tempfile.mkdtemp(prefix="differential-")
    keys = os.path.join(folder, "keys")
    os.mkdir(keys)
    print(f"seed {arguments.seed}, {arguments.count} messages in {folder}")
    subprocess.run(["openssl", "genrsa", "-out", f"{keys}/rsa.pem", "2048"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{keys}/ed25519.pem"], check=True)
    subprocess.run([f"{arguments.build}/mail/compose_random", str(arguments.seed), str(arguments.count), folder, keys], check=True)
    records = public_records(keys)
    with open(f"{keys}/records.json", "w") as file:
        json.dump(records, file)
    environment = {"mailparser": by_mailparser, "mailauth": by_mailauth, "mime-tools": by_mime_tools}
    commands = {
        "mailparser": ["node", os.path.join(HERE, "mailparser.js"), arguments.modules],
        "mailauth": ["node", os.path.join(HERE, "mailauth.js"), arguments.modules, f"{keys}/records.json"],
        "mime-tools": ["perl", os.path.join(HERE, "mime-tools.pl")],
    }
    fine = True
    for name in judges:
        tally = Tally(name)
        if name == "opendkim":
            for number, found in by_opendkim(folder, arguments.count, records, keys):
                tally.judge(Facts(folder, number), by_mailauth, found)
        elif name in commands:
            for number, found in lines_of(commands[name], folder, arguments.count):
                tally.judge(Facts(folder, number), environment[name], found)
        else:
            for number in range(arguments.count):
                more = (records,) if name == "dkimpy" else ()
                tally.judge(Facts(folder, number), by_dkimpy if name == "dkimpy" else by_email, *more)
        fine = tally.close() and fine
    if fine and not arguments.keep:
        shutil.rmtree(folder)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
