# Makes a directory and its parents. Exits 10 if it was there.
#
# $1  the directory
export LC_ALL=C
if [ -d "$1" ]; then
  exit 10
fi
mkdir -p -- "$1"
