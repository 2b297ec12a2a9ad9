#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A --cacert file without a certificate that can be used is refused in words before anything is
# looked at; what only the library sees to be damaged fails the section, in words too.
set -eu
. "$(dirname -- "$0")/cli.inc"

command -v openssl >/dev/null || skip "no openssl for a key"

cat >"$work/good.pem" <<-END
	-----BEGIN CERTIFICATE-----
	MIIBkzCCATmgAwIBAgIUXoZH32a+eV6Gf5An1rKFxc1EdtowCgYIKoZIzj0EAwIw
	HjEcMBoGA1UEAwwTQXV0aG9yaXR5IG9mIGEgdGVzdDAgFw0yNjExMjExNDA3NDVa
	GA8yMTI2MTAyODE0MDc0NVowHjEcMBoGA1UEAwwTQXV0aG9yaXR5IG9mIGEgdGVz
	dDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPSNg1Atbw1F+uNRISvW9w3qfe9T
	drNurRmRXjQC5eFNWLUxhgJ0JXIg9bEWvtn8bh7RpS/ggwRs2YVt3KTgNVmjUzBR
	MB0GA1UdDgQWBBQVo7USEkPrJHzUKxGIIwV8FWZkvDAfBgNVHSMEGDAWgBQVo7US
	EkPrJHzUKxGIIwV8FWZkvDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gA
	MEUCIGbd0cCnfCmZ5EA4t/TExPqKuU+328lJKaPp4J2P9pnwAiEA7OY2dzGay+a9
	hGZJ/BP0fi62F6qktMYp6c9SSHtw8/0=
	-----END CERTIFICATE-----
END
sed -n '2,$p' "$work/good.pem" | grep -v -e '-----' | base64 -d >"$work/certificate.der"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key.pem"
sed '4,6d' "$work/good.pem" >"$work/damaged.pem"
cat "$work/good.pem" "$work/damaged.pem" >"$work/half.pem"
: >"$work/empty.pem"
head -c 5000 /dev/urandom | tr -d '0' >"$work/garbage"
{ printf '\0'; cat "$work/good.pem"; } >"$work/hidden.pem"
head -c 4200000 /dev/zero >"$work/large.pem"
mkdir "$work/folder"

with() { # FILE
	set -- "$program" check -j --vantage vswitch-host --gitlab-url http://127.0.0.1:9 \
		--cacert "$1"
	"$@"
}

refuses 64 'is empty' with "$work/empty.pem"
refuses 64 'holds no certificate in PEM form' with "$work/key.pem"
refuses 64 'holds no certificate in PEM form' with "$work/garbage"
refuses 64 'holds no certificate in PEM form' with "$work/hidden.pem"
refuses 64 'holds DER, not PEM' with "$work/certificate.der"
refuses 64 'larger than 4 MiB' with "$work/large.pem"
refuses 64 'cannot read' with "$work/folder"
refuses 64 'cannot read' with "$work/nowhere"
for file in damaged half; do
	gives 3 with "$work/$file.pem"
	grep -q '"name": *"endpoints","state":"failed"[^}]*a certificate in the file is damaged' \
		"$work/out" || die "nobody says that $file.pem is damaged"
done

# good ones, in whatever company, and through a pipe that can be read once
cat "$work/key.pem" "$work/good.pem" >"$work/both.pem"
sed 's/ CERTIFICATE/ X509 CERTIFICATE/' "$work/good.pem" >"$work/old.pem"
mkfifo "$work/pipe"
cat "$work/good.pem" >"$work/pipe" &
for file in good.pem both.pem old.pem pipe; do
	gives 2 with "$work/$file"
	! grep -q '"name":"endpoints","state":"failed"' "$work/out" || die "$file is refused"
done
