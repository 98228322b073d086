#!/usr/bin/env bash
# Exim (Debian's light daemon, GnuTLS) in a room of its own (see room.sh): `submission` and `alternative` with STARTTLS, `submissions` with
# implicit TLS; AUTH PLAIN, LOGIN and CRAM-MD5 over TLS; PIPELINING, CHUNKING. Mail for anybody lands in the maildir DIR/mails/inbox;
# nobody@ is refused at RCPT. Log: DIR/exim-main.log.
packages=(exim4-daemon-light exim4-base)
ports=(submission submissions alternative)

inside() {
	local dir=$1
	getent passwd Debian-exim >/dev/null || useradd -r -M -U Debian-exim
	mkdir -p /var/spool/exim4 /var/log/exim4 /etc/exim4
	chown -R Debian-exim:Debian-exim /var/spool/exim4 /var/log/exim4 "$dir/mails"
	install -d -o Debian-exim -g Debian-exim "$dir/log.d"
	install -m 640 -g Debian-exim "$root/build/lab/certs/server.key" /etc/exim4/server.key
	install -m 644 "$root/build/lab/certs/server.pem" /etc/exim4/server.pem
	cat >/etc/exim4/exim.conf <<-CONF
		primary_hostname = mail.example.test
		local_interfaces = <; ${addresses// / ; }
		daemon_smtp_ports = $PORT_SUBMISSION : $PORT_SUBMISSIONS : $PORT_ALTERNATIVE
		tls_on_connect_ports = $PORT_SUBMISSIONS
		tls_advertise_hosts = *
		tls_certificate = /etc/exim4/server.pem
		tls_privatekey = /etc/exim4/server.key
		auth_advertise_hosts = \${if def:tls_in_cipher {*}{}}
		chunking_advertise_hosts = *
		pipelining_advertise_hosts = *
		smtputf8_advertise_hosts = *
		dsn_advertise_hosts = *
		accept_8bitmime = true
		message_size_limit = 50M
		host_lookup =
		rfc1413_query_timeout = 0s
		smtp_accept_max = 200
		smtp_accept_queue_per_connection = 0
		smtp_accept_max_per_connection = 0
		log_file_path = $dir/log.d/%slog
		log_selector = +tls_sni +smtp_protocol_error +smtp_syntax_error
		pid_file_path = /run/exim.pid
		never_users = root
		acl_smtp_rcpt = rcpt
		acl_smtp_data = data
		begin acl
		rcpt:
		  deny message = no such user here
		       local_parts = nobody
		  accept authenticated = *
		  deny message = authentication required
		data:
		  accept
		begin routers
		all:
		  driver = accept
		  transport = inbox
		begin transports
		inbox:
		  driver = appendfile
		  maildir_format
		  directory = $dir/mails/inbox
		  create_directory
		  delivery_date_add
		  envelope_to_add
		  return_path_add
		  user = Debian-exim
		begin authenticators
		plain:
		  driver = plaintext
		  public_name = PLAIN
		  server_prompts = :
		  server_condition = \${if and{{eq{\$auth2}{$user}}{eq{\$auth3}{$password}}}}
		  server_set_id = \$auth2
		login:
		  driver = plaintext
		  public_name = LOGIN
		  server_prompts = Username:: : Password::
		  server_condition = \${if and{{eq{\$auth1}{$user}}{eq{\$auth2}{$password}}}}
		  server_set_id = \$auth1
		cram:
		  driver = cram_md5
		  public_name = CRAM-MD5
		  server_secret = \${if eq{\$auth1}{$user}{$password}fail}
		  server_set_id = \$auth1
	CONF
	chmod 640 /etc/exim4/exim.conf
	chown root:Debian-exim /etc/exim4/exim.conf
	ln -sf /etc/exim4/exim.conf /etc/exim4/exim4.conf
	exec /usr/sbin/exim4 -bdf -q1m
}

. "$(dirname "${BASH_SOURCE[0]}")/room.sh"
main "$@"
