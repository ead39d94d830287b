# Makes an archive of what is in a directory.
#
# $1  the directory, with a slash at its end, which makes sure that it is one
# $2  the archive
export LC_ALL=C
stat -c %f -- "$1" >/dev/null || exit 1
umask 077
tar -c -f "$2" -C "$1" .
