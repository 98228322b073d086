// What npm's mailparser reads of each mail of a folder: one line of JSON each. Arguments: the folder of node_modules, the mails' folder, count.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, folder, count] = process.argv.slice(2);
const { simpleParser } = require(path.join(modules, 'node_modules', 'mailparser'));
const libmime = require(path.join(modules, 'node_modules', 'libmime'));

const people = (field) => (field ? field.value.map((who) => ({ name: who.name, address: who.address })) : []);

(async () => {
	for (let number = 0; number < Number(count); number++) {
		const mail = await simpleParser(fs.readFileSync(path.join(folder, `${number}.eml`)), { skipImageLinks: true, skipHtmlToText: true, skipTextToHtml: true });
		console.log(JSON.stringify({
			subject: mail.subject,
			custom: libmime.decodeWords(mail.headers.get('x-custom') || ''),
			messageId: mail.messageId,
			from: people(mail.from),
			to: people(mail.to),
			cc: people(mail.cc),
			parts: mail.attachments.map((part) => ({ name: part.filename, cid: part.cid, octets: part.content.toString('hex') })),
		}));
	}
})();
