# Stops a command whose time is over and whose client has died, with its descendants.
#
# $1  the leader of its group
# $2  when that was born, as /proc has it: numbers are used again
# $3  after how many seconds
# $4  how to start something apart; empty if this is in the group itself
# $5  the script that stops processes
# $6  the nonce of the command
same() {
  line=
  { read -r line <"/proc/$leader/stat"; } 2>/dev/null
  # shellcheck disable=SC2086
  set -- ${line##*) }
  [ "${20:-0}" = "$born" ] && kill -0 "$leader" 2>/dev/null
}

# The time, not the sleeps: one that is killed ends early.
clock() {
  { read -r now idle </proc/uptime; } 2>/dev/null || now=$(date +%s)
  now=${now%.*}
}

leader=$1 born=$2 apart=$4
clock
end=$((now + $3))
while [ "$now" -lt "$end" ]; do
  # A leader that was killed could not end this.
  same || exit
  left=$((end - now))
  most=${apart:+5}
  sleep "$((left < ${most:-1} ? left : ${most:-1}))"
  clock
done
same || exit
# Apart: once the command has ended its wrapper ends this, and descendants may still live.
# shellcheck disable=SC2086
$apart /bin/sh -c "$5" sh 200 "$6/" &
wait
