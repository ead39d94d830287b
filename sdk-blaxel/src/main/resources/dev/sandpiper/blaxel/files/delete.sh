# Deletes a file, a link, or a directory with all that it holds.
#
# $1  what, without a slash at its end
export LC_ALL=C
stat -c %f -- "$1" >/dev/null || exit 1
# Another one who deletes it at the same time makes rm fail.
rm -rf -- "$1" || ! { [ -e "$1" ] || [ -L "$1" ]; }
