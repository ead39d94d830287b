# Stops a command's process group, and descendants that left it: TERM, and KILL for what is left
# after a while. Spares the helpers of its wrapper, which bring its last output. Exits 0 when
# nothing of it lives.
#
# $1  the path of every file of the process
# $2  how many twentieths of a second to wait between TERM and KILL
patience=$2

# The last start's leader, its helpers, and when it was born.
group= newest=0
for file in "$1".p.*; do
  rest=${file#"$1".p.}
  try=${rest%%.*}
  case $try in '' | *[!0-9]*) continue ;; esac
  if [ "$try" -gt "$newest" ]; then
    newest=$try born=${rest##*.} group=${rest#*.}
    group=${group%%.*}
    { read -r helpers <"$file"; } 2>/dev/null
  fi
done
case $group in '' | *[!0-9]*) exit 3 ;; esac

# Sets what /proc tells: state, parent, group, birth. Behind the last parenthesis, which ends the name.
look() {
  state=X parent= leads= birth=
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${line##*) }
  state=$1 parent=$2 leads=$3 birth=${20}
}

# Somebody else has its number by now; a group that still has members keeps its own.
if look "$group" && [ "$birth" != "$born" ]; then
  exit 0
fi

found=" $group "
strays=
collect() {
  grew=yes
  while [ -n "$grew" ]; do
    grew=
    for file in /proc/[0-9]*; do
      each=${file#/proc/}
      case "$found $helpers " in *" $each "*) continue ;; esac
      look "$each" || continue
      case $found in *" $parent "*)
        found="$found$each "
        grew=yes
        [ "$leads" = "$group" ] || strays="$strays $each/$birth"
        ;;
      esac
    done
  done
}

# Strays by number and birth, so that nobody is hit who has the number by now.
signal() {
  kill "-$1" "-$group" 2>/dev/null
  for stray in $strays; do
    if look "${stray%/*}" && [ "$birth" = "${stray#*/}" ]; then
      kill "-$1" "${stray%/*}" 2>/dev/null
    fi
  done
}

# Nobody buries the orphans of this sandbox, and kill -0 takes the dead for living: /proc does not.
alive() {
  for stray in $strays; do
    look "${stray%/*}" && [ "$birth" = "${stray#*/}" ] || continue
    case $state in Z | X) ;; *) return 0 ;; esac
  done
  kill -0 "-$group" 2>/dev/null || return 1
  [ -r /proc/self/stat ] || return 0
  for file in /proc/[0-9]*; do
    look "${file#/proc/}" || continue
    if [ "$leads" = "$group" ]; then
      case $state in Z | X) ;; *) return 0 ;; esac
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

collect
signal TERM
signal CONT
wait_until_gone "$patience"
if alive; then
  collect
  signal KILL
  wait_until_gone 20
fi
if alive; then
  exit 1
fi
exit 0
