# Waits until somebody listens on each of some ports, at an address that can be reached from outside.
# Exits 0 when all are ready, 10 when one is not, 11 when one is bound to loopback alone.
#
# $1   how many tenths of a second to wait
# $2-  the ports, as /proc has them: four hexadecimal digits, in capitals
left=$1
shift

# Sets whether a port is open to all, or at least to itself.
look() {
  open= loopback=
  for file in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$file" ] || continue
    while read -r _ where _ state _; do
      [ "$state" = 0A ] && [ "${where##*:}" = "$1" ] || continue
      case ${where%:*} in
        ??????7F | 00000000000000000000000001000000 | 0000000000000000FFFF0000??????7F) loopback=yes ;;
        *) open=yes ;;
      esac
    done <"$file"
  done
}

while :; do
  missing= shut=
  for port; do
    look "$port"
    [ -n "$open" ] || missing=yes
    [ -n "$open" ] || [ -z "$loopback" ] || shut=yes
  done
  [ -n "$missing" ] || exit 0
  if [ "$left" -le 0 ]; then
    [ -z "$shut" ] || exit 11
    exit 10
  fi
  if sleep 0.1 2>/dev/null; then
    left=$((left - 1))
  else
    sleep 1
    left=$((left - 10))
  fi
done
