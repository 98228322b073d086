#!/usr/bin/env bash
# Ports that are dropped, refused, hijacked or silent, each in a network namespace of its own: what SmtpSend makes of it.
#
#   EXTENSION=modules/smtpsend.so benchmarks/blocked.sh WORK      WORK holds sink, ca.pem, server.pem (benchmarks/run makes it)
#
# One line of JSON a case. Needs root (namespaces and nftables).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1
ns=smtpsend-bench-$$
pids=()
clean() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	pids=()
	ip netns del "$ns" 2>/dev/null || true
	rm -rf "/etc/netns/$ns"
}
trap clean EXIT

stranger=$work/stranger.pem
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/stranger.key" -out "$work/stranger.crt" -days 30 -subj '/CN=cpanel.example.net' -addext 'subjectAltName=DNS:cpanel.example.net' 2>/dev/null
cat "$work/stranger.crt" "$work/stranger.key" >"$stranger"

inside() { ip netns exec "$ns" "$@"; }
# Starts a server in the namespace and waits until it says ready.
serve() {
	local out=$work/ready.$RANDOM
	mkfifo "$out"
	ip netns exec "$ns" "$@" < <(sleep 120) >"$out" 2>/dev/null &
	pids+=($!)
	read -r _ <"$out"
	rm -f "$out"
}

# one 587 465 families limit: fates are ok, dropped, refused, http, plain, stranger, greeting, ehlo, starttls, handshake
one() {
	local fate587=$1 fate465=$2 families=$3 limit=$4
	mkdir -p "/etc/netns/$ns"
	printf '127.0.0.1 localhost\n192.0.2.10 mail.example.test\n' >"/etc/netns/$ns/hosts"
	[ "$families" = 2 ] && echo '2001:db8::10 mail.example.test' >>"/etc/netns/$ns/hosts"
	ip netns add "$ns"
	inside ip link set lo up
	inside ip addr add 192.0.2.10/32 dev lo
	inside ip addr add 2001:db8::10/128 dev lo nodad
	inside nft add table inet filter
	inside nft add chain inet filter input '{ type filter hook input priority 0; }'
	local port fate
	for port in 587 465; do
		fate=$([ $port = 587 ] && echo "$fate587" || echo "$fate465")
		case $fate in
			ok) serve "$work/sink" --any --cert "$work/server.pem" "$([ $port = 465 ] && echo implicit || echo starttls):$port" ;;
			dropped) inside nft add rule inet filter input tcp dport $port drop ;;
			refused) ;;
			plain) serve "$work/sink" --any plain:$port ;;
			stranger) serve "$work/sink" --any --cert "$stranger" starttls:$port ;;
			*) serve "$here/faulty.py" "$fate" $port ;;
		esac
	done
	serve "$work/sink" --any --cert "$work/server.pem" starttls:2525
	inside php -d extension="$EXTENSION" "$here/blocked.php" "$work/ca.pem" "{\"587\": \"$fate587\", \"465\": \"$fate465\", \"2525\": \"ok\", \"families\": \"$families\"}" "$limit"
	clean
}

for families in 1 2; do
	one dropped ok $families 600
	one dropped dropped $families 1200
	for fate in refused http plain stranger; do one $fate ok $families 600; done
	for fate in greeting ehlo starttls handshake; do one $fate ok $families 2600; done
done
