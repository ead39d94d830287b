# Describes one entry, in hexadecimal digits: Blaxel brings only text as it is.
#
# $1  the entry
# $2  the script that describes
export LC_ALL=C TZ=UTC0
stat -c %f -- "$1" >/dev/null || exit 1
{
  /bin/sh -c "$2" sh "$1"
  printf 'end %s\0' "$?"
} | od -An -v -tx1
