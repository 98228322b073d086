// What npm's mailauth says of each mail's signatures: one line of JSON each. Arguments: the folder of node_modules, the DNS records, the mails' folder, count.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, recordsFile, folder, count] = process.argv.slice(2);
const { dkimVerify } = require(path.join(modules, 'node_modules', 'mailauth', 'lib', 'dkim', 'verify.js'));
const records = JSON.parse(fs.readFileSync(recordsFile));

const resolver = async (name) => {
	if (!records[name]) {
		throw Object.assign(new Error('no record'), { code: 'ENOTFOUND' });
	}
	return [[records[name]]];
};

(async () => {
	for (let number = 0; number < Number(count); number++) {
		const result = await dkimVerify(fs.readFileSync(path.join(folder, `${number}.eml`)), { resolver });
		console.log(JSON.stringify(result.results.map((one) => one.status.result)));
	}
})();
