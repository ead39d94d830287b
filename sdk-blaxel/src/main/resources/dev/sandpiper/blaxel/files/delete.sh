# Deletes a file, a link, or a directory with all that it holds.
#
# $1  what, without a slash at its end
export LC_ALL=C
stat -c %f -- "$1" >/dev/null || exit 1
rm -rf -- "$1"
