#!/usr/bin/env bash
# Postfix with Dovecot's SASL, in a room of its own (see room.sh): port 25-like `smtp`, `submission` and `alternative` with STARTTLS and AUTH,
# `submissions` with implicit TLS. Every recipient at example.test and example.net is delivered into the maildir DIR/mails/inbox;
# nobody@ either is refused at RCPT. Log: DIR/maillog. In a namespace with PORT_SMTP=25 and so on it has the real ports.
packages=(postfix dovecot-core)
ports=(smtp submission submissions alternative)

# A token that Dovecot checks by itself: a JSON Web Token signed with a key that lies in its configuration.
make_token() {
	local key=lab-key head body
	base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
	head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
	body=$(printf '{"sub":"%s","iat":1700000000,"exp":4000000000}' "$user" | base64url)
	printf '%s.%s.%s' "$head" "$body" "$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -hmac $key -binary | base64url)" >"$1/token"
	mkdir -p /etc/dovecot/keys/default/HS256
	printf '%s' $key | openssl base64 -A >/etc/dovecot/keys/default/HS256/default
}

configure_dovecot() {
	local dir=$1
	mkdir -p /etc/dovecot /run/dovecot
	make_token "$dir"
	printf '%s:{PLAIN}%s\n' "$user" "$password" >/etc/dovecot/users
	cat >/etc/dovecot/oauth2.conf <<-CONF
		introspection_mode = local
		local_validation_key_dict = fs:posix:prefix=/etc/dovecot/keys/
		username_attribute = sub
	CONF
	cat >/etc/dovecot/dovecot.conf <<-CONF
		protocols =
		log_path = $dir/dovecot.log
		auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer
		auth_verbose = yes
		auth_failure_delay = 0
		ssl = no
		disable_plaintext_auth = no
		passdb {
		  driver = oauth2
		  mechanisms = xoauth2 oauthbearer
		  args = /etc/dovecot/oauth2.conf
		}
		passdb {
		  driver = passwd-file
		  args = /etc/dovecot/users
		}
		userdb {
		  driver = static
		  args = uid=5000 gid=5000 home=/nonexistent
		}
		service auth {
		  unix_listener /var/spool/postfix/private/auth {
		    mode = 0660
		    user = postfix
		    group = postfix
		  }
		}
	CONF
}

configure_postfix() {
	local dir=$1 address service
	mkdir -p /etc/postfix /var/lib/postfix /var/spool/postfix/private
	chown postfix /var/lib/postfix /var/spool/postfix/private
	mkdir -p "$dir/mails"
	chown 5000:5000 "$dir/mails"
	cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf 2>/dev/null || cp /etc/postfix/master.cf.proto /etc/postfix/master.cf
	sed -i -E '/^smtp +inet/d; s/^([a-z]+ +(unix|fifo|inet) +[-yn]+ +[-yn]+ +)y /\1n /' /etc/postfix/master.cf
	# Nothing here is chrooted: the fifth column.
	awk '!/^[ #]/ && NF >= 8 { $5 = "n" } { print }' /etc/postfix/master.cf >/etc/postfix/master.new && mv /etc/postfix/master.new /etc/postfix/master.cf
	for address in $addresses; do
		case $address in *:*) address="[$address]" ;; esac
		cat >>/etc/postfix/master.cf <<-CONF
			$address:$PORT_SMTP inet n - n - - smtpd
			$address:$PORT_SUBMISSION inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o syslog_name=postfix/submission -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
			$address:$PORT_ALTERNATIVE inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o syslog_name=postfix/alternative -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
			$address:$PORT_SUBMISSIONS inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o syslog_name=postfix/submissions -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
		CONF
	done
	printf '/^nobody@/ REJECT no such user here\n' >/etc/postfix/recipients
	cat >/etc/postfix/main.cf <<-CONF
		compatibility_level = 3.6
		myhostname = mail.example.test
		mydestination =
		mynetworks = 127.0.0.0/32
		inet_interfaces = all
		maillog_file = $dir/maillog
		maillog_file_prefixes = $dir
		smtpd_tls_cert_file = $root/build/lab/certs/server.pem
		smtpd_tls_key_file = $root/build/lab/certs/server.key
		smtpd_tls_security_level = may
		smtpd_tls_auth_only = yes
		smtpd_tls_loglevel = 1
		smtpd_tls_received_header = yes
		smtpd_sasl_auth_enable = yes
		smtpd_sasl_type = dovecot
		smtpd_sasl_path = private/auth
		smtpd_sasl_security_options = noanonymous
		smtpd_sasl_authenticated_header = yes
		smtpd_recipient_restrictions = check_recipient_access regexp:/etc/postfix/recipients
		smtpd_error_sleep_time = 0
		smtpd_client_connection_count_limit = 0
		smtpd_peername_lookup = no
		virtual_mailbox_domains = example.test, example.net
		virtual_mailbox_base = $dir/mails
		virtual_mailbox_maps = static:inbox/
		virtual_uid_maps = static:5000
		virtual_gid_maps = static:5000
		virtual_minimum_uid = 100
		alias_maps =
		message_size_limit = 52428800
		mailbox_size_limit = 0
		virtual_mailbox_limit = 0
		smtputf8_enable = yes
		enable_long_queue_ids = yes
		default_transport = discard:
	CONF
}

inside() {
	local dir=$1
	getent group postfix >/dev/null || groupadd -r postfix
	getent passwd postfix >/dev/null || useradd -r -M -g postfix postfix
	getent group postdrop >/dev/null || groupadd -r postdrop
	for one in dovecot dovenull; do
		getent passwd $one >/dev/null || useradd -r -M -U $one
	done
	configure_postfix "$dir"
	configure_dovecot "$dir"
	chgrp postdrop /usr/sbin/post{queue,drop} && chmod g+s /usr/sbin/post{queue,drop}
	dovecot
	# Master shares its log through postlogd; as the first process of its namespace it is not to go into the background.
	exec postfix start-fg
}

. "$(dirname "${BASH_SOURCE[0]}")/room.sh"
main "$@"
