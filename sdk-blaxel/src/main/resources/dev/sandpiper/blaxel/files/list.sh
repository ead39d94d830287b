# Describes what is in a directory, in hexadecimal digits: Blaxel brings only text as it is.
#
# $1  the directory, with a slash at its end, which makes sure that it is one
# $2  how many levels deep
# $3  the script that describes
export LC_ALL=C TZ=UTC0
if [ -e "${1%/}" ] && ! [ -d "$1" ]; then
  echo "it is not a directory" >&2
  exit 1
fi
stat -c %f -- "$1" >/dev/null || exit 1
{
  find "$1" -mindepth 1 -maxdepth "$2" -exec /bin/sh -c "$3" sh {} +
  printf 'end %s\0' "$?"
} | od -An -v -tx1
