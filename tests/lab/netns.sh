#!/usr/bin/env bash
# Runs a command in a network of its own, in which chosen ports are dropped, refused or hijacked, and in which names resolve as told.
# It all goes with the command: nothing is named, nothing is left.
#
#   tests/lab/netns.sh [options] -- COMMAND...
#
#   --drop PORT[@ADDRESS]      SYNs and all else to it vanish: a firewall that says nothing
#   --reject PORT[@ADDRESS]    answered with RST
#   --unreachable PORT[@ADDRESS]   answered with ICMP "administratively prohibited"
#   --redirect PORT:TO         connections to PORT, at whatever address, end at TO of 127.0.0.1 or ::1: interception
#   --quota PORT:OCTETS        that many octets get through to PORT, then silence
#   --address ADDRESS          one more address of this machine, IPv4 or IPv6
#   --host NAME=ADDRESS[,...]  a line of /etc/hosts for each; its addresses become this machine's
#   --dns none|silent|ADDRESS  no resolver (names fail at once; the default), one that never answers, or that one
#   --rule 'NFT RULE'          one more rule for what arrives
#
# Exit code 69 and a reason where the machine does not allow it; else the command's.
set -euo pipefail

unavailable() {
	echo "netns: $*" >&2
	exit 69
}

if [ "${1:-}" != --inside ]; then
	command -v unshare >/dev/null && command -v ip >/dev/null || unavailable 'needs unshare and ip (packages util-linux, iproute2)'
	user=()
	[ "$(id -u)" = 0 ] || user=(--map-root-user)
	unshare "${user[@]}" --net --mount --pid --fork true 2>/dev/null || unavailable 'no namespaces for this user'
	# Whoever kills us takes the namespace and all in it along.
	exec setpriv --pdeathsig KILL unshare "${user[@]}" --net --mount --pid --fork --kill-child=KILL --mount-proc "$0" --inside "$@"
fi
shift

input=() output=() addresses=() hosts=$'127.0.0.1 localhost\n::1 localhost\n' dns=none
# rule PORT[@ADDRESS] VERDICT
rule() {
	local port=${1%%@*} match=
	case $1 in *@*:*) match="ip6 daddr ${1#*@} " ;; *@*) match="ip daddr ${1#*@} " ;; esac
	input+=("${match}tcp dport $port $2")
}
while [ $# -gt 0 ]; do
	case $1 in
		--drop) rule "$2" drop ;;
		--reject) rule "$2" 'reject with tcp reset' ;;
		--unreachable) rule "$2" 'reject with icmpx type admin-prohibited' ;;
		--redirect) output+=("tcp dport ${2%%:*} redirect to :${2#*:}") ;;
		--quota) input+=("tcp dport ${2%%:*} quota over ${2#*:} bytes drop") ;;
		--address) addresses+=("$2") ;;
		--host)
			IFS=, read -ra list <<<"${2#*=}"
			for one in "${list[@]}"; do
				hosts+="$one ${2%%=*}"$'\n'
				addresses+=("$one")
			done
			;;
		--dns) dns=$2 ;;
		--rule) input+=("$2") ;;
		--) shift && break ;;
		*) echo "netns: $1?" >&2 && exit 64 ;;
	esac
	shift 2
done
[ $# -gt 0 ] || { echo 'netns: no command' >&2; exit 64; }

ip link set lo up
for one in $(printf '%s\n' "${addresses[@]}" | sort -u); do
	case $one in
		127.* | ::1) ;;
		*:*) ip -6 address add "$one/128" dev lo nodad ;;
		*) ip address add "$one/32" dev lo ;;
	esac
done
if [ ${#input[@]} -gt 0 ] || [ ${#output[@]} -gt 0 ] || [ "$dns" = silent ]; then
	command -v nft >/dev/null || unavailable 'needs nft (package nftables)'
	[ "$dns" = silent ] && input+=('udp dport 53 drop' 'tcp dport 53 drop')
	{
		echo 'table inet lab {'
		echo ' chain input { type filter hook input priority 0;'
		printf '  %s\n' "${input[@]}"
		echo ' }'
		# An empty chain that translates would still need the kernel's module for it.
		if [ ${#output[@]} -gt 0 ]; then
			echo ' chain output { type nat hook output priority -100;'
			printf '  %s\n' "${output[@]}"
			echo ' }'
		fi
		echo '}'
	} | nft -f - || unavailable 'nftables does not take the rules'
fi

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
printf '%s' "$hosts" >"$files/hosts"
case $dns in
	none) echo 'options timeout:1 attempts:1' >"$files/resolv.conf"; echo 'hosts: files' >"$files/nsswitch.conf" ;;
	silent) echo 'nameserver 127.0.0.1' >"$files/resolv.conf"; echo 'hosts: files dns' >"$files/nsswitch.conf" ;;
	*) echo "nameserver $dns" >"$files/resolv.conf"; echo 'hosts: files dns' >"$files/nsswitch.conf" ;;
esac
mount --make-rprivate /
for one in hosts resolv.conf nsswitch.conf; do
	[ -e "/etc/$one" ] && mount --bind "$files/$one" "$(readlink -f "/etc/$one")"
done
# The mounts keep the files; nothing is left in /tmp when this ends by KILL.
rm -rf "$files"
trap - EXIT
code=0
"$@" || code=$?
exit "$code"
