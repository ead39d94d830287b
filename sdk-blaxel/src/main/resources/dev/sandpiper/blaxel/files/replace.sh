# Puts a file in the place of another.
#
# $1  the new file
# $2  where it goes
# $3  the mode to give it; empty to leave it
export LC_ALL=C
if [ -n "$3" ]; then
  chmod "$3" "$1" || exit 1
fi
mv -f -T -- "$1" "$2"
