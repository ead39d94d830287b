# How many bytes a file has, in $now: the beginning of write.sh and of feed.sh.
size() {
  now=$(stat -c %s "$1" 2>/dev/null) && return
  # shellcheck disable=SC2046
  set -- $(ls -ln "$1" 2>/dev/null)
  now=${5:-0}
}
