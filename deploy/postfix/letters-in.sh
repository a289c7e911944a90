#!/bin/sh
# Hand the mail for the one address to Stafet's door on this machine, by LMTP. It is taken from other servers over TLS
# alone. Other mail goes where it went.
#
#   ADDRESS=sikkerpost@randers.example   the unit's one address; its domain must be one this server takes mail for
#   DOOR=127.0.0.1:2525                  where Stafet's door is (this is the default)
#   CERTIFICATE=/etc/ssl/…  KEY=/etc/ssl/…   what this server shows; not needed where it shows one already
#   CONF=/etc/postfix                    the folder of main.cf (this is the default)
. "$(dirname "$0")/shared.sh"
: "${ADDRESS:?}"
DOOR=${DOOR:-127.0.0.1:2525}
one_word "$ADDRESS" "$DOOR"

sound
if [ -n "${CERTIFICATE:-}" ]; then
    change smtpd_tls_cert_file="$CERTIFICATE" smtpd_tls_key_file="${KEY:?}"
elif [ -z "$(setting smtpd_tls_cert_file)$(setting smtpd_tls_chain_files)" ]; then
    fail "this server shows no certificate: give CERTIFICATE and KEY"
fi
[ -n "$(setting smtpd_tls_security_level)" ] || change smtpd_tls_security_level=may

# A transport of its own: few at a time, one recipient each, a connection each, and in clear only within the machine.
postconf -c "$CONF" -Me "stafet/unix=stafet unix - - n - 10 lmtp"
for own in syslog_name=postfix/stafet lmtp_tls_security_level=none lmtp_connection_cache_on_demand=no; do
    postconf -c "$CONF" -Pe "stafet/unix/$own"
done
change stafet_destination_recipient_limit=1
line doors "$ADDRESS" "stafet:inet:$DOOR"
first transport_maps "$(table doors)"

# The address is one this server has, whatever its domain's other addresses are looked up in.
line addresses "$ADDRESS" "$ADDRESS"
first virtual_alias_maps "$(table addresses)"

line sealed "$ADDRESS" reject_plaintext_session
first smtpd_recipient_restrictions "check_recipient_access $(table sealed)"
apply
