# Read by the scripts beside it, and run by none: the settings and look-up tables of one Postfix.
# CONF is the folder of its main.cf; another than /etc/postfix must be given as an absolute path.
set -eu

CONF=${CONF:-/etc/postfix}
LARGEST_MAIL=4194304 # bytes; twice the largest letter, for what mail servers on the way add to it

fail() {
    echo "$0: $1" >&2
    exit 2
}

case $CONF in
*[[:space:],]*) fail "CONF must be a path without spaces and commas: Postfix takes them for the end of it" ;;
/*) ;;
*) fail "CONF must be an absolute path" ;;
esac
[ -f "$CONF/main.cf" ] || fail "there is no main.cf in $CONF"

# Refuse what Postfix would take for several things, before anything is changed.
one_word() {
    for one in "$@"; do
        case $one in *[[:space:]]*) fail "Postfix takes no spaces here: $one" ;; esac
    done
}

# Say what a setting is.
setting() {
    postconf -c "$CONF" -xh "$1"
}

# Change settings, each name=value, when all have been read: Postfix waits two seconds before it reads what just changed.
changes=
change() {
    for one in "$@"; do
        changes="$changes$one
"
    done
}
apply() {
    [ -z "$changes" ] || printf '%s' "$changes" | xargs -d '\n' postconf -c "$CONF" -e
}

# Put a value first in a setting that is a list, unless it is there: what was there holds for all other mail.
first() {
    before=$(postconf -c "$CONF" -h "$1")
    case ", $before," in
    *", $2,"*) ;;
    *) change "$1=$2${before:+, $before}" ;;
    esac
}

# Name one of Stafet's tables: a text file that Postfix reads when it starts or is reloaded.
table() {
    echo "texthash:$CONF/stafet-$1"
}

# Set one line of such a table: its name, the key, what stands there.
line() {
    one_word "$2"
    file=$CONF/stafet-$1
    touch "$file"
    { KEY=$2 awk '$1 != ENVIRON["KEY"]' "$file" && printf '%s\t%s\n' "$2" "$3"; } >"$file.new"
    mv "$file.new" "$file"
}

# What every mail server on the way must hold to: one end of a mail and no other, and room for a letter.
# The exclusions are empty on purpose: by themselves they exempt this machine and its network.
sound() {
    [ -n "$(postconf -c "$CONF" -d smtpd_forbid_bare_newline 2>/dev/null)" ] ||
        fail "this Postfix is too old to refuse smuggled mail: it must be 3.5.23, 3.6.13, 3.7.9, 3.8.4 or newer"
    change smtpd_forbid_bare_newline=yes smtpd_forbid_bare_newline_exclusions=
    limit=$(setting message_size_limit)
    if [ "$limit" -ne 0 ] && [ "$limit" -lt "$LARGEST_MAIL" ]; then
        change message_size_limit="$LARGEST_MAIL"
        for room in mailbox_size_limit virtual_mailbox_limit; do # less than one mail, and Postfix delivers none at all
            limit=$(setting $room)
            [ "$limit" -eq 0 ] || [ "$limit" -ge "$LARGEST_MAIL" ] || fail "$room must be $LARGEST_MAIL or more, or 0"
        done
    fi
}
