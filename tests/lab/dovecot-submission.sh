#!/usr/bin/env bash
# Dovecot's submission service in a room of its own (see room.sh): `submission` with STARTTLS, `submissions` with implicit TLS; AUTH PLAIN, LOGIN,
# CRAM-MD5, SCRAM-SHA-1 and SCRAM-SHA-256 (with -PLUS where this Dovecot has channel bindings), and EXTERNAL with a certificate of the lab's authority. It hands on to the lab's own small server at `backend`,
# which leaves .eml files and ledger.jsonl in DIR/mails. Log: DIR/dovecot.log.
packages=(dovecot-core dovecot-submissiond)
ports=(submission submissions backend)

inside() {
	local dir=$1 one
	for one in dovecot dovenull submitter; do
		getent passwd $one >/dev/null || useradd -r -M -U -d /tmp $one
	done
	mkdir -p /etc/dovecot /run/dovecot
	printf '%s:{PLAIN}%s\n' "$user" "$password" >/etc/dovecot/users
	cat >/etc/dovecot/dovecot.conf <<-CONF
		protocols = submission
		listen = ${addresses// /, }
		hostname = mail.example.test
		log_path = $dir/dovecot.log
		auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 external
		auth_failure_delay = 0
		ssl = required
		ssl_cert = <$root/build/lab/certs/server.pem
		ssl_key = <$root/build/lab/certs/server.key
		ssl_ca = <$root/build/lab/certs/ca.pem
		ssl_require_crl = no
		ssl_verify_client_cert = yes
		auth_ssl_username_from_cert = yes
		mail_location = maildir:/tmp/submitter
		submission_relay_host = 127.0.0.1
		submission_relay_port = $PORT_BACKEND
		submission_relay_trusted = no
		passdb {
		  driver = static
		  mechanisms = external
		  args = nopassword=y
		}
		passdb {
		  driver = passwd-file
		  mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
		  args = /etc/dovecot/users
		}
		userdb {
		  driver = static
		  args = uid=submitter gid=submitter home=/tmp/submitter
		}
		service submission-login {
		  inet_listener submission {
		    port = $PORT_SUBMISSION
		  }
		  inet_listener submissions {
		    port = $PORT_SUBMISSIONS
		    ssl = yes
		  }
		}
	CONF
	mkdir -p /tmp/submitter
	chown submitter /tmp/submitter
	"$lab/smtpd.py" --listen "127.0.0.1:$PORT_BACKEND=plain" --mails "$dir/mails" --refuse 'RCPT:nobody@=550 5.1.1 no such user here' >/dev/null &
	exec dovecot -F
}

. "$(dirname "${BASH_SOURCE[0]}")/room.sh"
main "$@"
