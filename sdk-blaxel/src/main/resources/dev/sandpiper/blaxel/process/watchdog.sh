# Stops a command whose time is over and whose client has died.
#
# $1  the leader of its group
# $2  when that was born, as /proc has it: numbers are used again
# $3  after how many seconds
# $4  empty if this is in the group itself, and must look whether the leader lives
same() {
  line=
  { read -r line <"/proc/$leader/stat"; } 2>/dev/null
  # shellcheck disable=SC2086
  set -- ${line##*) }
  [ "${20:-0}" = "$born" ] && kill -0 "$leader" 2>/dev/null
}

leader=$1 born=$2 left=$3 apart=$4
if [ -n "$apart" ]; then
  sleep "$left"
else
  while [ "$left" -gt 0 ] && same; do
    sleep 1
    left=$((left - 1))
  done
fi
if same; then
  kill -TERM "-$leader"
  kill -CONT "-$leader"
  sleep 2
fi
if same; then
  kill -KILL "-$leader"
fi
