# Stops a process with all its children: TERM, and KILL for what is left after a while.
# Exits 0 when nothing is left of them.
#
# $1  the process; its group is meant if it leads one, else itself with its descendants
# $2  how many twentieths of a second to wait between TERM and KILL
process=$1
patience=$2

# Prints the process and its descendants, as /proc shows them.
descendants() {
  found=" $process "
  grew=yes
  while [ -n "$grew" ]; do
    grew=
    for file in /proc/[0-9]*/stat; do
      read -r line 2>/dev/null <"$file" || continue
      child=${line%% *}
      # Behind the last parenthesis, which ends the name: state, parent.
      # shellcheck disable=SC2086
      set -- ${line##*) }
      case $found in *" $child "*) continue ;; esac
      case $found in *" $2 "*)
        found="$found$child "
        grew=yes
        ;;
      esac
    done
  done
  echo "$found"
}

# kill -SIGNAL -GROUP is the one form that every shell's own kill understands.
if kill -0 "-$process" 2>/dev/null; then
  targets="-$process"
else
  targets=$(descendants)
fi

signal() {
  for target in $targets; do
    kill "-$1" "$target" 2>/dev/null
  done
}

alive() {
  for target in $targets; do
    kill -0 "$target" 2>/dev/null && return 0
  done
  return 1
}

wait_until_gone() {
  left=$1
  while alive && [ "$left" -gt 0 ]; do
    if sleep 0.05 2>/dev/null; then
      left=$((left - 1))
    else
      sleep 1
      left=$((left - 20))
    fi
  done
}

signal TERM
signal CONT
wait_until_gone "$patience"
if alive; then
  signal KILL
  wait_until_gone 20
fi
if alive; then
  exit 1
fi
exit 0
