#!/usr/bin/env bash
# A room for a real mail server: a mount and process namespace in which Debian packages are as if installed, and which leaves
# nothing behind. Sourced by postfix.sh, exim.sh, opensmtpd.sh and dovecot-submission.sh, whose packages conflict with each other and
# with what the machine has.
#
# The script that sources it names `packages`, `ports` (words) and a function `inside` that configures the server and execs it in
# the foreground; a function `more` may add words to the line below. It is then used as
#
#     SCRIPT run DIR      in the foreground; ends with its standard input (if that is a pipe), its parent, or SIGTERM
#     SCRIPT start DIR    in the background, until `stop`, or until the process LAB_OWNER (the caller) is gone
#     SCRIPT stop DIR
#
# Both print one line when the server listens: ready host=127.0.0.1 NAME=PORT ... user= password= token= ca= mails=
# PORT_NAME in the environment chooses a port; the default is a free high one. LAB_ADDRESSES: where to listen (127.0.0.1).
# Exit code 69 and a reason: this machine cannot (no root, no overlay mounts, no packages).
set -euo pipefail
export LC_ALL=C

lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$lab/../.." && pwd)
script=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
name=$(basename "$0" .sh)
user=shop@example.test
password='canary-Tr0ub4dor&3-zQ7'
addresses=${LAB_ADDRESSES:-127.0.0.1}

unavailable() {
	echo "$name: $*" >&2
	exit 69
}

# The packages, and those that they need and this machine has not. What is installed already is fetched too: the room needs nothing of
# the machine's configuration.
download() {
	local list
	list=$(apt-get install -s --no-install-recommends "${packages[@]}" 2>/dev/null | sed -nE 's/^Inst ([^ ]+) .*/\1/p')
	(cd "$1/debs" && apt-get download $(printf '%s\n' $list "${packages[@]}" | sort -u) >/dev/null 2>"$1/log")
}

# Packages that are not installed here, those they need included, unpacked into build/lab/cache once.
unpack() {
	local cache=$root/build/lab/cache/$name
	[ -e "$cache/.complete" ] && return
	mkdir -p "$root/build/lab/cache"
	exec 8>"$root/build/lab/cache/.lock-$name"
	flock 8
	[ -e "$cache/.complete" ] && return
	rm -rf "$cache" && mkdir -p "$cache/debs"
	download "$cache" || { apt-get -o DPkg::Lock::Timeout=300 update >/dev/null 2>&1 && download "$cache"; } ||
		unavailable "apt-get download ${packages[*]} fails: $(tail -n 1 "$cache/log")"
	local deb d
	for deb in "$cache"/debs/*.deb; do
		dpkg -x "$deb" "$cache/root"
	done
	# The machine's /lib is a link into /usr; a folder in the layer above would hide it.
	for d in bin sbin lib lib64; do
		if [ -d "$cache/root/$d" ] && [ ! -L "$cache/root/$d" ]; then
			mkdir -p "$cache/root/usr/$d" && cp -a "$cache/root/$d/." "$cache/root/usr/$d/" && rm -rf "${cache:?}/root/$d"
		fi
	done
	rm -rf "$cache/debs"
	touch "$cache/.complete"
}

# The outer half of the room: runs in the new namespaces as their first process, builds the file system, and enters it.
enter() {
	local dir=$1 room=$1/room d
	mount --make-rprivate /
	mkdir -p "$room"
	mount -t tmpfs room "$room" || unavailable 'no tmpfs may be mounted here'
	mkdir "$room"/{upper,work,root,layer}
	cp -a "$root/build/lab/cache/$name/root/." "$room/layer/"
	mount -t overlay room -o "lowerdir=$room/layer:/,upperdir=$room/upper,workdir=$room/work" "$room/root" 2>"$dir/mount.log" ||
		unavailable "no overlay may be mounted here: $(cat "$dir/mount.log")"
	for d in dev sys; do mount --rbind /$d "$room/root/$d"; done
	mount -t proc proc "$room/root/proc"
	mount -t tmpfs run "$room/root/run"
	for d in "$root" "$dir"; do
		mkdir -p "$room/root$d"
		mount --bind "$d" "$room/root$d"
	done
	# Not exec: the first process must stay this one. A server that changes its user loses the signal of its parent's death.
	chroot "$room/root" "$script" inside "$dir"
}

# Free ports for those that the environment does not name.
choose_ports() {
	local port free variable
	mapfile -t free < <(/usr/bin/python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in sys.argv[1:]]
print("\n".join(str(s.getsockname()[1]) for s in held))' "${ports[@]}")
	for port in "${ports[@]}"; do
		variable=PORT_${port^^}
		export "$variable=${!variable:-${free[0]}}"
		free=("${free[@]:1}")
	done
}

# True once each port is listened on. Not tried by connecting: in a namespace a firewall may stand before it.
listening() {
	local port variable
	for port in "${ports[@]}"; do
		variable=PORT_${port^^}
		[ -n "$(ss -ltnH "sport = :${!variable}")" ] || return 1
	done
}

describe() {
	local port variable line="ready host=${addresses%% *}"
	for port in "${ports[@]}"; do
		variable=PORT_${port^^}
		line+=" $port=${!variable}"
	done
	[ "$(type -t more)" != function ] || line+=" $(more)"
	echo "$line user=$user password=$password token=$(cat "$1/token" 2>/dev/null || true) ca=$root/build/lab/certs/ca.pem mails=$1/mails"
}

run() {
	dir=$1
	child= watchers=()
	local tries=0
	[ "$(id -u)" = 0 ] || unavailable 'a room needs root'
	[ -t 0 ] || [ ! -p /dev/stdin ] || { cat >/dev/null <&0 & watchers+=($!); }
	unpack
	"$lab/certs.sh" "$root/build/lab/certs"
	mkdir -p "$dir/mails"
	chmod 711 "$dir"
	choose_ports
	# No process outlives this one: --kill-child takes the room along when unshare dies, and unshare dies with us.
	setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child=KILL "$script" enter "$dir" >"$dir/log" 2>&1 </dev/null &
	child=$!
	if [ -n "${LAB_OWNER:-}" ]; then
		setpriv --pdeathsig KILL tail --pid="$LAB_OWNER" -f /dev/null </dev/null >/dev/null & watchers+=($!)
	fi
	trap 'set +e; exec 2>/dev/null; kill -KILL $child; wait $child; kill "${watchers[@]}"; rm -rf "$dir/room"; exit 0' TERM INT HUP
	until listening; do
		if ! kill -0 $child 2>/dev/null; then
			wait $child && unavailable "ended at once: $(tail -n 3 "$dir/log")"
			[ $? = 69 ] && { cat "$dir/log" >&2; exit 69; }
			echo "$name does not start:" >&2
			tail -n 20 "$dir/log" >&2
			exit 1
		fi
		[ $((tries += 1)) -lt 400 ] || { echo "$name does not listen:" >&2; tail -n 20 "$dir/log" >&2; kill -KILL $child; exit 1; }
		sleep 0.05
	done
	describe "$dir"
	wait -n "$child" "${watchers[@]}" || true
	kill -TERM $$
	wait
}

start() {
	local dir=$1 line
	mkdir -p "$dir"
	mkfifo "$dir/ready"
	LAB_OWNER=${LAB_OWNER:-$PPID} setsid "$script" run "$dir" >"$dir/ready" 2>"$dir/errors" </dev/null &
	echo $! >"$dir/pid"
	if ! read -r line <"$dir/ready"; then
		local code=0
		wait "$(cat "$dir/pid")" || code=$?
		cat "$dir/errors" >&2
		rm -f "$dir/pid" "$dir/ready"
		exit $code
	fi
	rm -f "$dir/ready"
	echo "$line"
}

stop() {
	local dir=$1 pid
	[ -e "$dir/pid" ] || return 0
	pid=$(cat "$dir/pid")
	kill -TERM "$pid" 2>/dev/null || true
	tail --pid="$pid" -s 0.05 -f /dev/null
	rm -f "$dir/pid"
}

main() {
	local verb=${1:-} dir=${2:-}
	case $verb in run | start | stop | enter | inside) ;; *) echo "usage: $0 run|start|stop DIR" >&2; exit 64 ;; esac
	[ -n "$dir" ] || { echo "usage: $0 $verb DIR" >&2; exit 64; }
	mkdir -p "$dir"
	"$verb" "$(cd "$dir" && pwd)"
}
