#!/usr/bin/env bash
# The certificate factory of the tests: one folder with everything that a server or a client may show.
#
#   tests/lab/certs.sh DIR
#
# NAME.pem is what a server sends (the leaf, then its intermediates), NAME.key its key, ca.pem the authority to trust. Needs
# openssl >= 3.0 only. Takes some seconds the first time; DIR is made anew when this script has changed or a month has passed.
# Names of hosts are under .test; mail.example.test is the host that most certificates are for, or pretend to be for.
set -euo pipefail
export LC_ALL=C OPENSSL_CONF=/dev/null

out=${1:?"usage: tests/lab/certs.sh DIR"}
script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$(basename "${BASH_SOURCE[0]}")
mkdir -p "$out"
out=$(cd "$out" && pwd)
stamp=$({ date +%Y-%m; cat "$script"; } | openssl sha256)

# Several test programs may start at once.
exec 9>"$out/.lock"
flock 9
[ "$(cat "$out/.stamp" 2>/dev/null)" = "$stamp" ] && exit 0
find "$out" -mindepth 1 -maxdepth 1 ! -name .lock -exec rm -rf {} +
work=$out/.work
mkdir "$work"
cd "$work"

host='DNS:mail.example.test'
server_usage='keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth'

# key FILE ALGORITHM...
key() {
	local file=$1
	shift
	openssl genpkey -out "$file" "$@" 2>/dev/null
}
key ec.key -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key authority.key -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key other.key -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key rsa.key -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key rsa1024.key -algorithm RSA -pkeyopt rsa_keygen_bits:1024
key p384.key -algorithm EC -pkeyopt ec_paramgen_curve:P-384
key ed25519.key -algorithm ED25519

# sign NAME SUBJECT ISSUER KEY EXTENSIONS [openssl x509's arguments]: NAME.crt; ISSUER "" signs itself. ISSUER.crt and
# ISSUER.issuer.key sign.
sign() {
	local name=$1 subject=$2 issuer=$3 key=$4 extensions=$5
	shift 5
	printf '%s\n' "$extensions" >"$name.ext"
	cp "$key" "$name.issuer.key"
	if [ -n "$issuer" ]; then
		openssl pkey -in "$key" -pubout -out "$name.pub"
		openssl x509 -new -subj "$subject" -force_pubkey "$name.pub" -CA "$issuer.crt" -CAkey "$issuer.issuer.key" \
			-extfile "$name.ext" -days 3650 -out "$name.crt" "$@" 2>/dev/null
	else
		openssl x509 -new -subj "$subject" -key "$key" -extfile "$name.ext" -days 3650 -out "$name.crt" "$@" 2>/dev/null
	fi
}

# dated NAME SUBJECT ISSUER KEY EXTENSIONS START END: the same between two days (openssl x509 of 3.0 cannot).
dated() {
	local name=$1 subject=$2 issuer=$3 key=$4 extensions=$5 start=$6 end=$7
	printf '%s\n' "$extensions" >"$name.ext"
	cp "$key" "$name.issuer.key"
	: >"$name.index"
	printf '[ca]\ndefault_ca=a\n[a]\ndatabase=%s.index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' "$name" >"$name.conf"
	openssl req -new -config "$name.conf" -subj "$subject" -key "$key" -out "$name.csr" 2>/dev/null
	if [ -n "$issuer" ]; then
		set -- -cert "$issuer.crt" -keyfile "$issuer.issuer.key"
	else
		set -- -selfsign -keyfile "$key"
	fi
	openssl ca -batch -notext -config "$name.conf" "$@" -extfile "$name.ext" -in "$name.csr" -out "$name.crt" \
		-startdate "$start" -enddate "$end" 2>/dev/null
}

# show NAME KEY [CRT...]: what the server sends.
show() {
	local name=$1 key=$2
	shift 2
	cp "$key" "$out/$name.key"
	cat "$name.crt" "${@/%/.crt}" >"$out/$name.pem"
}

# leaf NAME EXTENSIONS [SUBJECT [KEY [x509's arguments]]]: signed by the authority itself.
leaf() {
	local name=$1 extensions=$2 subject=${3:-/CN=mail.example.test} key=${4:-ec.key}
	shift $(($# < 4 ? $# : 4))
	sign "$name" "$subject" ca "$key" "$extensions" "$@"
	show "$name" "$key"
}
san() { printf 'subjectAltName=%s\n%s' "$1" "$server_usage"; }

authority='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash'

sign ca '/O=SmtpSend/CN=SmtpSend Test Authority' '' authority.key "$authority"
sign stranger-ca '/O=Stranger/CN=Stranger Authority' '' other.key "$authority"
cp ca.crt "$out/ca.pem"
cp stranger-ca.crt "$out/stranger-ca.pem"

# --- right ones ---
good="$host,DNS:localhost,DNS:smtp.example.test,IP:127.0.0.1,IP:::1"
leaf server "$(san "$good")"
leaf server-rsa "$(san "$good")" /CN=mail.example.test rsa.key
leaf server-p384 "$(san "$good")" /CN=mail.example.test p384.key -sha384
leaf server-ed25519 "$(san "$good")" /CN=mail.example.test ed25519.key
leaf server-pss "$(san "$good")" /CN=mail.example.test rsa.key
leaf server-upper "$(san 'DNS:MAIL.Example.TEST')"
leaf no-eku "subjectAltName=$host"
leaf many-names "$(san "$(for i in $(seq 50); do printf 'DNS:shop%d.example.test,' "$i"; done)$host")"
leaf idn "$(san 'DNS:xn--mller-kva.example.test')"
leaf wildcard "$(san 'DNS:*.example.test')"
leaf authority-as-server "basicConstraints=critical,CA:TRUE
subjectAltName=$host"

# --- dates ---
dated expired /CN=mail.example.test ca ec.key "$(san "$good")" 20200101000000Z 20210203040506Z
show expired ec.key
dated not-yet /CN=mail.example.test ca ec.key "$(san "$good")" 20900102030405Z 20910101000000Z
show not-yet ec.key
dated expired-intermediate '/CN=Expired Intermediate' ca other.key "$authority" 20200101000000Z 20210203040506Z
sign under-expired-intermediate /CN=mail.example.test expired-intermediate ec.key "$(san "$good")"
show under-expired-intermediate ec.key expired-intermediate
dated expired-ca '/CN=Expired Authority' '' other.key "$authority" 20200101000000Z 20210203040506Z
cp expired-ca.crt "$out/expired-ca.pem"
sign under-expired-ca /CN=mail.example.test expired-ca ec.key "$(san "$good")"
show under-expired-ca ec.key

# --- not from the authority ---
sign self-signed /CN=mail.example.test '' ec.key "$(san "$good")"
show self-signed ec.key
sign self-signed-router '/CN=router.lan' '' ec.key "$(san DNS:router.lan)"
show self-signed-router ec.key
sign stranger /CN=mail.example.test stranger-ca ec.key "$(san "$good")"
show stranger ec.key
cp stranger.crt stranger-with-root.crt
show stranger-with-root ec.key stranger-ca
# The same name as the authority's, another key.
sign impostor-ca '/O=SmtpSend/CN=SmtpSend Test Authority' '' other.key "$authority"
sign impostor /CN=mail.example.test impostor-ca ec.key "$(san "$good")"
show impostor ec.key
# A signature that does not fit: the last octets of the authority's, inverted.
sign tampered /CN=mail.example.test ca ec.key "$(san "$good")"
openssl x509 -in tampered.crt -outform DER -out tampered.der
size=$(stat -c %s tampered.der)
{ head -c $((size - 2)) tampered.der; tail -c 2 tampered.der | tr '\000-\377' '\001-\377\000'; } >tampered2.der
openssl x509 -inform DER -in tampered2.der -out tampered.crt
show tampered ec.key

# --- names ---
leaf wrong-name "$(san 'DNS:other.example.test')"
leaf many-wrong-names "$(san 'DNS:a.example.test,DNS:b.example.test,DNS:c.example.test,DNS:d.example.test,DNS:e.example.test,DNS:f.example.test')"
leaf wildcard-top "$(san 'DNS:*.test')"
leaf wildcard-bare "$(san 'DNS:*')"
leaf wildcard-partial "$(san 'DNS:m*.example.test')"
leaf wildcard-partial-idn "$(san 'DNS:x*.example.test')"
leaf wildcard-two "$(san 'DNS:*.*.test')"
leaf wildcard-middle "$(san 'DNS:mail.*.test')"
leaf wildcard-ip "$(san 'DNS:127.0.0.*,DNS:*.0.0.1')"
leaf leading-dot "$(san 'DNS:.example.test')"
leaf cn-only "$server_usage"
leaf cn-beside-ip "$(san 'IP:192.0.2.1')"
leaf cn-beside-email "$(san 'email:post@example.test')"
leaf cn-is-ip "$server_usage" /CN=127.0.0.1
leaf ip-as-dns "$(san 'DNS:127.0.0.1')" /CN=127.0.0.1
leaf ip-only "$(san 'IP:127.0.0.1')"
leaf ip6-only "$(san 'IP:::1')"
leaf other-ip "$(san 'IP:127.0.0.2')"
leaf uri-only "$(san 'URI:https://mail.example.test/')"
# GeneralNames of one dNSName "mail.example.test\0.evil.test".
nul_name=$(printf 'mail.example.test\0.evil.test' | od -An -tx1 -v | tr -d ' \n')
nul_len=$((${#nul_name} / 2))
leaf nul-in-name "subjectAltName=DER:$(printf '30%02x82%02x%s' $((nul_len + 2)) "$nul_len" "$nul_name")
$server_usage"
leaf escape-in-name "subjectAltName=DER:30098207$(printf 'a\033[2Jb\n' | od -An -tx1 -v | tr -d ' \n')
$server_usage"

# --- what they may be used for ---
leaf eku-client "subjectAltName=$host
extendedKeyUsage=clientAuth"
leaf eku-email "subjectAltName=$host
extendedKeyUsage=emailProtection"
leaf unknown-critical "$(san "$good")
1.2.3.4.5=critical,DER:0500"
sign no-authority '/CN=No Authority' ca other.key 'basicConstraints=critical,CA:FALSE'
sign under-no-authority /CN=mail.example.test no-authority ec.key "$(san "$good")"
show under-no-authority ec.key no-authority
sign no-certsign '/CN=No CertSign' ca other.key 'basicConstraints=critical,CA:TRUE
keyUsage=critical,digitalSignature'
sign under-no-certsign /CN=mail.example.test no-certsign ec.key "$(san "$good")"
show under-no-certsign ec.key no-certsign
sign path-zero '/CN=Path Zero' ca other.key 'basicConstraints=critical,CA:TRUE,pathlen:0'
sign under-path-zero '/CN=Under Path Zero' path-zero other.key "$authority"
sign path-length /CN=mail.example.test under-path-zero ec.key "$(san "$good")"
show path-length ec.key under-path-zero path-zero
sign constrained '/CN=Constrained' ca other.key "$authority
nameConstraints=critical,permitted;DNS:other.test"
sign name-constraints /CN=mail.example.test constrained ec.key "$(san "$host")"
show name-constraints ec.key constrained

# --- strength ---
leaf rsa1024 "$(san "$good")" /CN=mail.example.test rsa1024.key
leaf sha1 "$(san "$good")" /CN=mail.example.test ec.key -sha1
sign weak-intermediate '/CN=Weak Intermediate' ca rsa1024.key "$authority"
sign under-weak-intermediate /CN=mail.example.test weak-intermediate ec.key "$(san "$good")"
show under-weak-intermediate ec.key weak-intermediate
sign sha1-intermediate '/CN=SHA-1 Intermediate' ca other.key "$authority" -sha1
sign under-sha1-intermediate /CN=mail.example.test sha1-intermediate ec.key "$(san "$good")"
show under-sha1-intermediate ec.key sha1-intermediate

# --- chains ---
sign intermediate '/CN=Intermediate' ca other.key "$authority"
cp intermediate.crt "$out/intermediate.pem"
sign chain /CN=mail.example.test intermediate ec.key "$(san "$good")"
show chain ec.key intermediate
cp chain.crt chain-gap.crt
show chain-gap ec.key
sign second '/CN=Second Intermediate' intermediate authority.key "$authority"
sign chain-of-four /CN=mail.example.test second ec.key "$(san "$good")"
show chain-of-four ec.key second intermediate
issuer=ca
chain=()
for i in $(seq 12); do
	sign "deep$i" "/CN=Deep $i" "$issuer" other.key "$authority"
	issuer=deep$i
	chain=("$issuer" "${chain[@]}")
done
sign too-deep /CN=mail.example.test deep12 ec.key "$(san "$good")"
show too-deep ec.key "${chain[@]}"
# More than 100 kB to send.
sign bulky '/CN=Bulky' ca other.key "$authority
nsComment=$(head -c 30000 /dev/zero | tr '\0' x)"
sign too-big /CN=mail.example.test ca ec.key "$(san "$good")"
show too-big ec.key bulky bulky bulky bulky

# Signed by a key whose signature has no digest of its own.
sign ed25519-ca '/CN=Ed25519 Authority' '' ed25519.key "$authority"
sign ed25519-signed /CN=mail.example.test ed25519-ca ec.key "$(san "$good")"
show ed25519-signed ec.key

# --- clients ---
sign client '/CN=shop' ca ec.key 'extendedKeyUsage=clientAuth'
show client ec.key
cp client.crt client-encrypted.crt
show client-encrypted ec.key
openssl pkey -in ec.key -aes256 -passout 'pass:geheim' -out "$out/client-encrypted.key"
sign client-stranger '/CN=shop' stranger-ca ec.key 'extendedKeyUsage=clientAuth'
show client-stranger ec.key

# --- trust ---
: >"$out/empty.pem"
cp ec.key "$out/only-a-key.pem"
{ cat ca.crt; printf -- '-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n'; } >"$out/half-broken.pem"
mkdir "$out/hashed"
cp ca.crt "$out/hashed/$(openssl x509 -in ca.crt -noout -subject_hash).0"
mkdir "$out/unhashed"
cp ca.crt "$out/unhashed/ca.pem"

cd "$out"
rm -rf "$work"
echo "$stamp" >.stamp
