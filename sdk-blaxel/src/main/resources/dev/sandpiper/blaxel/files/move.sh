# Gives something a new name. Exits 4 for what must not be.
#
# $1  the old name, without a slash at its end
# $2  the new one, likewise; a file there is replaced
export LC_ALL=C
stat -c %f -- "$1" >/dev/null || exit 1
if [ -d "$2" ] && ! [ -L "$2" ]; then
  echo "a directory is at the destination, and is never replaced" >&2
  exit 4
fi
mkdir -p -- "${2%/*}/" || exit 1
# Otherwise mv would copy, which is neither quick nor whole. Directories are asked because files of
# an overlay may tell another device.
if [ "$(stat -L -c %d -- "${1%/*}/")" != "$(stat -L -c %d -- "${2%/*}/")" ]; then
  echo "the destination is on another file system" >&2
  exit 4
fi
mv -f -T -- "$1" "$2"
