# Stops a process group: TERM, and KILL for what is left after a while.
# Exits 0 when nothing of it lives.
#
# $1  the group
# $2  how many twentieths of a second to wait between TERM and KILL
group=$1
patience=$2

# Nobody buries the orphans of this sandbox, and kill -0 takes the dead for living: /proc does not.
alive() {
  kill -0 "-$group" 2>/dev/null || return 1
  [ -r /proc/self/stat ] || return 0
  for file in /proc/[0-9]*/stat; do
    read -r line 2>/dev/null <"$file" || continue
    # Behind the last parenthesis, which ends the name: state, parent, group.
    # shellcheck disable=SC2086
    set -- ${line##*) }
    if [ "$3" = "$group" ]; then
      case $1 in Z | X) ;; *) return 0 ;; esac
    fi
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

# kill -SIGNAL -GROUP is the one form that every shell's own kill understands.
kill -TERM "-$group" 2>/dev/null
kill -CONT "-$group" 2>/dev/null
wait_until_gone "$patience"
if alive; then
  kill -KILL "-$group" 2>/dev/null
  wait_until_gone 20
fi
if alive; then
  exit 1
fi
exit 0
