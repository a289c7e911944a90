#!/bin/sh
# Let a gateway or an inbox send its letters through this Postfix: by a port of its own, where TLS and a password are
# required, and from its one address. Other mail goes as it went.
#
#   ADDRESS=henvendelser@region.example  the address letters come from
#   LOGIN=stafet                         the user name it signs in with, and that may send from that address
#   AUTH=127.0.0.1:12345                 who checks the password: Dovecot's auth listener (deploy/dovecot/postfix.conf)
#   CERTIFICATE=/etc/ssl/…  KEY=/etc/ssl/…   what this server shows
#   LISTEN=127.0.0.1:587                 where it listens (this is the default)
#   CONF=/etc/postfix                    the folder of main.cf (this is the default)
. "$(dirname "$0")/shared.sh"
: "${ADDRESS:?}" "${LOGIN:?}" "${AUTH:?}" "${CERTIFICATE:?}" "${KEY:?}"
LISTEN=${LISTEN:-127.0.0.1:587}
one_word "$ADDRESS" "$LOGIN" "$AUTH" "$CERTIFICATE" "$KEY" "$LISTEN"

# Who listens everywhere listens here too, and a Postfix that cannot listen where it is told does not start at all.
for name in $(postconf -c "$CONF" -M | awk '$2 == "inet" && $1 !~ /:/ { print $1 }'); do
    case "$name $(getent services "$name/tcp")" in
    "${LISTEN##*:} "* | *" ${LISTEN##*:}/tcp"*) fail "this Postfix listens at port ${LISTEN##*:} already: give LISTEN" ;;
    esac
done

sound
line senders "$ADDRESS" "$LOGIN"

postconf -c "$CONF" -Me "$LISTEN/inet=$LISTEN inet n - n - - smtpd"
own() {
    postconf -c "$CONF" -Pe "$LISTEN/inet/$1"
}
own syslog_name=postfix/stafet
own smtpd_tls_security_level=encrypt
own smtpd_tls_auth_only=yes
own "smtpd_tls_mandatory_protocols=>=TLSv1.2"
own smtpd_tls_cert_file="$CERTIFICATE"
own smtpd_tls_key_file="$KEY"
own smtpd_sasl_auth_enable=yes
own smtpd_sasl_type=dovecot
own smtpd_sasl_path="inet:$AUTH"
own smtpd_sasl_security_options=noanonymous
own smtpd_sender_login_maps="$(table senders)"
own smtpd_sender_restrictions=reject_sender_login_mismatch
own smtpd_relay_restrictions=permit_sasl_authenticated,reject
own smtpd_recipient_restrictions=permit_sasl_authenticated,reject
apply
