# Prints the beginning of a file in hexadecimal digits: Blaxel brings only text as it is.
#
# $1  the file
# $2  how many bytes at the most
export LC_ALL=C
kind=$(stat -L -c %F -- "$1") || exit 1
if ! [ -f "$1" ]; then
  echo "it is a $kind and no regular file: read it by a command" >&2
  exit 4
fi
{
  head -c "$2" -- "$1"
  printf 'end %s\0' "$?"
} | od -An -v -tx1
