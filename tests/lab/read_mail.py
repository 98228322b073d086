#!/usr/bin/python3
"""Reads a mail with Python's own email package and prints what a recipient would see of it, as JSON.

    read_mail.py FILE                   headers, tree of parts, defects
    read_mail.py FILE --dns RECORDS     also "dkim": for each signature whether dkimpy finds it right; RECORDS is a JSON object of
                                        name => TXT record that stands in for the DNS

A part: type, charset, disposition, name (decoded), cid, params of Content-Type, encoding, octets and sha256 of its content, and the
content itself as "text" (decoded by its charset) for text/* of at most 4 MiB, and as "mail" (another such object) for message/rfc822.
"""
import argparse
import email
import email.policy
import hashlib
import json

TEXT_MAX = 4 << 20
POLICY = email.policy.default.clone(raise_on_defect=False)


def read_part(part):
    found = {
        'type': part.get_content_type(),
        'params': {name: str(value) for name, value in part['Content-Type'].params.items()} if part['Content-Type'] else {},
        'disposition': part.get_content_disposition(),
        'name': part.get_filename(),
        'cid': part['Content-ID'],
        'encoding': part['Content-Transfer-Encoding'],
        'defects': [type(defect).__name__ for defect in part.defects],
    }
    for header in part.values():
        found['defects'] += [f'{header.name}: {type(defect).__name__}' for defect in getattr(header, 'defects', ())]
    if part.get_content_type() == 'message/rfc822':
        found['mail'] = read_mail(part.get_payload(0))
    elif part.is_multipart():
        found['parts'] = [read_part(one) for one in part.iter_parts()]
    else:
        content = part.get_payload(decode=True)
        found.update(octets=len(content), sha256=hashlib.sha256(content).hexdigest())
        if part.get_content_maintype() == 'text' and len(content) <= TEXT_MAX:
            found['text'] = content.decode(part.get_content_charset('us-ascii'))
    return found


def read_mail(mail):
    headers = {}
    for name, value in mail.items():
        headers.setdefault(name, []).append(str(value))
    return {'headers': headers, **read_part(mail)}


def verify(raw, records):
    import dkim

    def txt(name, timeout=5):
        record = records.get((name.decode() if isinstance(name, bytes) else name).rstrip('.'))
        return record and record.encode()

    verifier = dkim.DKIM(raw)
    count = sum(name.lower() == b'dkim-signature' for name, _ in verifier.headers)
    results = []
    for index in range(count):
        try:
            results.append(verifier.verify(index, dnsfunc=txt))
        except dkim.DKIMException as reason:
            results.append(str(reason))
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('file')
    parser.add_argument('--dns')
    given = parser.parse_args()
    with open(given.file, 'rb') as file:
        raw = file.read()
    found = read_mail(email.message_from_bytes(raw, policy=POLICY))
    if given.dns:
        with open(given.dns, encoding='ascii') as file:
            found['dkim'] = verify(raw, json.load(file))
    print(json.dumps(found))


main()
