#!/usr/bin/env bash
# OpenSMTPD in a room of its own (see room.sh): `submission` and `alternative` with STARTTLS, `submissions` with implicit TLS; AUTH PLAIN and
# LOGIN. It knows no PIPELINING, no CHUNKING and no SMTPUTF8. Mail for example.test and example.net lands in the maildir
# DIR/mails/inbox; nobody@ is refused at RCPT. `plain` takes mail without AUTH and TLS. Log: DIR/log.
#
# Version 6.8 (Debian 12, Ubuntu 22.04 and 24.04) cannot shake hands with OpenSSL 3 (OpenSMTPD's issue 1171): its line then says
# tls=no, and only `plain` is of use.
packages=(opensmtpd)
ports=(submission submissions alternative plain)

inside() {
	local dir=$1 one address
	for one in opensmtpd opensmtpq inbox; do
		getent passwd $one >/dev/null || useradd -r -M -U -d "$dir/mails" $one
	done
	usermod -d /var/lib/opensmtpd/empty opensmtpd
	chown inbox "$dir/mails"
	mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd /run/opensmtpd
	chmod 711 /var/spool/smtpd /var/lib/opensmtpd/empty
	# Its process for keys signs with RSA only.
	install -m 600 "$root/build/lab/certs/server-rsa.key" /etc/server.key
	install -m 644 "$root/build/lab/certs/server-rsa.pem" /etc/server.pem
	printf '%s %s\n' "$user" "$(openssl passwd -6 "$password")" >/etc/lab-credentials
	printf 'nobody@example.test error:550 no such user here\nnobody@example.net error:550 no such user here\n@ inbox\n' >/etc/lab-virtual
	{
		echo 'pki mail.example.test cert "/etc/server.pem"'
		echo 'pki mail.example.test key "/etc/server.key"'
		echo 'table credentials file:/etc/lab-credentials'
		echo 'table virtuals file:/etc/lab-virtual'
		for address in $addresses; do
			echo "listen on $address port $PORT_SUBMISSION tls-require pki mail.example.test auth <credentials> hostname mail.example.test"
			echo "listen on $address port $PORT_ALTERNATIVE tls-require pki mail.example.test auth <credentials> hostname mail.example.test"
			echo "listen on $address port $PORT_PLAIN tag PLAIN hostname mail.example.test"
			echo "listen on $address port $PORT_SUBMISSIONS smtps pki mail.example.test auth <credentials> hostname mail.example.test"
		done
		echo "action inbox maildir \"$dir/mails/inbox\" virtual <virtuals>"
		echo 'match tag PLAIN from any for domain { "example.test", "example.net" } action inbox'
		echo 'match auth from any for domain { "example.test", "example.net" } action inbox'
	} >/etc/smtpd.conf
	exec /usr/sbin/smtpd -d -f /etc/smtpd.conf
}

more() {
	if openssl s_client -connect "${addresses%% *}:$PORT_SUBMISSIONS" </dev/null >/dev/null 2>&1; then echo tls=yes; else echo tls=no; fi
}

. "$(dirname "${BASH_SOURCE[0]}")/room.sh"
main "$@"
