# Waits until somebody listens on each of some ports, at an address that can be reached from outside.
# Exits 0 when all are ready, 10 when one is not, 11 when one is bound to loopback alone.
#
# $1   how many tenths of a second to wait
# $2-  the ports, as /proc has them: four hexadecimal digits, in capitals
left=$1 end=
shift
# A busy machine is slower than it sleeps.
if { read -r uptime _ </proc/uptime; } 2>/dev/null; then
  end=$((${uptime%%.*} + left / 10 + 1))
fi

# Sets whether a port is open to all, or at least to itself. Taken apart as one text, because a
# shell reads lines byte by byte, and there may be thousands.
look() {
  open= loopback=
  rest=$sockets
  while :; do
    case $rest in *":$1 "*) ;; *) return ;; esac
    address=${rest%%":$1 "*}
    address=${address##* }
    rest=${rest#*":$1 "}
    # Behind a local address: the remote one, and the state. 0A listens.
    state=${rest#* }
    [ "${state%% *}" = 0A ] || continue
    case $address in
      ??????7F | 00000000000000000000000001000000 | 0000000000000000FFFF0000??????7F) loopback=yes ;;
      *) open=yes ;;
    esac
  done
}

while :; do
  missing= shut=
  sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  for port; do
    look "$port"
    [ -n "$open" ] || missing=yes
    [ -n "$open" ] || [ -z "$loopback" ] || shut=yes
  done
  [ -n "$missing" ] || exit 0
  if [ -n "$end" ] && read -r uptime _ </proc/uptime && [ "${uptime%%.*}" -ge "$end" ]; then
    left=0
  fi
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
