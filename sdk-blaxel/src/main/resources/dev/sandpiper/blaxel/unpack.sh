# Unpacks an archive, and deletes it.
#
# $1  the archive
# $2  the directory it goes to
export LC_ALL=C
tar -x -p -o -f "$1" -C "$2"
status=$?
rm -f -- "$1"
exit "$status"
