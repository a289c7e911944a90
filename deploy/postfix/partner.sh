#!/bin/sh
# Send mail for one partner's domain over TLS alone, and only to a server whose certificate is trusted and names it.
# Until one is found the mail waits here. Other mail goes as it went.
#
#   DOMAIN=randers.example               the domain after the @ of the partner's one address
#   HOST=[mx.randers.example]:25         the server to bring it to; without it, the one the domain's MX record names
#   NAME=mx.randers.example              the name its certificate must show; without it, HOST's name, or one in DOMAIN
#   AUTHORITY=/etc/ssl/…                 whom alone to trust for that certificate; without it, the system's authorities.
#                                        Run this again when the file changes
#   CONF=/etc/postfix                    the folder of main.cf (this is the default)
. "$(dirname "$0")/shared.sh"
: "${DOMAIN:?}"
HOST=${HOST:-}
one_word "$DOMAIN" "$HOST" "${NAME:-}" "${AUTHORITY:-}"

if [ -n "$HOST" ]; then
    line routes "$DOMAIN" "smtp:$HOST"
    first transport_maps "$(table routes)"
fi
line partners "${HOST:-$DOMAIN}" \
    "secure protocols=>=TLSv1.2${NAME:+ match=$NAME}${AUTHORITY:+ tafile=$AUTHORITY}"
first smtp_tls_policy_maps "$(table partners)"
# Where Postfix shuts its smtp client in the queue's folder, as Debian does, the client looks for the file in there.
if [ -n "${AUTHORITY:-}" ] && [ "$(postconf -c "$CONF" -Fh smtp/unix/chroot)" != n ]; then
    install -D -m 644 "$AUTHORITY" "$(setting queue_directory)$AUTHORITY"
fi
if [ -z "$(setting smtp_tls_CAfile)$(setting smtp_tls_CApath)" ]; then
    change smtp_tls_CAfile=/etc/ssl/certs/ca-certificates.crt
fi
apply
