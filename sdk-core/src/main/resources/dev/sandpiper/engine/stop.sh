# Stops processes with all their descendants: TERM, and KILL for what is left after a while. Exits 0
# when nothing of them lives.
#
# $1      how many hundredths of a second to wait between TERM and KILL
# $2 ...  each a process: its nonce, a slash, and its number where that is certain
#
# A descendant has the nonce in its environment, or a parent that is ours, or is in a group or a
# session that one of ours leads. One whose variable SANDPIPER_PROCESS is none is spared.
#
# This text may be in a variable itself, so it must not contain what is searched for.
unset IFS
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
patience=$1
shift
targets=" $* "

# Sets now, in hundredths of a second.
clock() {
  { read -r now now_idle </proc/uptime; } 2>/dev/null || now=$(date +%s).00
  now=$((${now%.*} * 100 + 1${now#*.} - 100))
}

rest() {
  sleep 0.02 2>/dev/null || sleep 1
}

# Without /proc no descendants can be found: the process and its group are all.
if ! [ -r /proc/self/stat ]; then
  hit() {
    hit=1
    for each in $targets; do
      each=${each#*/}
      [ -n "$each" ] || continue
      kill "-$1" "-$each" || kill "-$1" "$each" || continue
      hit=0
    done 2>/dev/null
    return "$hit"
  }
  clock
  end=$((now + patience))
  hit TERM
  hit CONT
  while hit 0 && [ "$now" -lt "$end" ]; do
    rest
    clock
  done
  hit KILL && rest
  hit 0 && exit 1
  exit 0
fi

# Sets row to what /proc/N/stat tells behind the name, which is $2 and the arguments behind it. Fails
# with 1 of a dead process, even if nobody has buried it; where only the first of its threads has
# ended, the others live. Fails with 2 of what is no record.
parse() {
  [ $# -ge 21 ] || return 2
  case $2 in Z | X) [ "${19}" -gt 1 ] || return 1 ;; esac
  row=$3:$4:$5:$6:${21}
}

# Reads the row of one process; line is empty if it has vanished.
read_row() {
  line=
  { while read -r part; do line="$line $part"; done <"/proc/$1/stat"; } 2>/dev/null
  # shellcheck disable=SC2086
  parse "$1" ${line##*) }
}

nonce=SANDPIPER_PROCESS
nonces="$nonce=[A-Za-z0-9-]*"
has_grep=
[ "$(printf 'a\0%s=b\0' "$nonce" | grep -ao "$nonces" 2>/dev/null)" ] && has_grep=yes

# Sets rows to all processes: each its number, parent, group, session, terminal and birth. By grep,
# because a shell reads byte by byte: on a busy machine others come and go meanwhile, and then all
# has to be looked at again.
read_rows() {
  rows=' ' vanished=''
  if [ -z "$has_grep" ]; then
    for each in /proc/[0-9]*; do
      each=${each#/proc/}
      if read_row "$each"; then rows="$rows$each:$row "; elif [ -z "$line" ]; then vanished=yes; fi
    done
    return
  fi
  set -- /proc/[0-9]*/stat
  missing=$#
  lines=$(LC_ALL=C grep -aosH '[^)]*$' "$@")
  set -f # a name may be a pattern
  IFS='
'
  for line in $lines; do
    unset IFS
    # shellcheck disable=SC2086
    parse $line
    case $? in
      0)
        line=${line#/proc/}
        rows="$rows${line%%/*}:$row "
        ;;
      2) continue ;;
    esac
    missing=$((missing - 1))
  done
  unset IFS
  set +f
  [ "$missing" -eq 0 ] || vanished=yes
}

# Sets named and spared to the processes that have a nonce of ours, or none, in their environment.
read_names() {
  named=' ' spared=' '
  if [ -n "$has_grep" ]; then
    pairs=$(LC_ALL=C grep -aosH "$nonces" /proc/[0-9]*/environ)
  else
    pairs=
    for each in $rows; do
      each=${each%%:*}
      { pair=$(tr '\0' '\n' <"/proc/$each/environ" | sed -n "/^$nonces\$/p"); } 2>/dev/null
      pairs="$pairs /proc/$each/:$pair"
    done
  fi
  for pair in $pairs; do
    each=${pair#/proc/}
    each=${each%%/*}
    name=${pair##*=}
    [ "$round" -gt 0 ] || eval "name_$each=\$name"
    case $rows in *" $each:"*) ;; *) continue ;; esac
    case $name in none) spared="$spared$each " ;; esac
    case $targets in *" ${name:-/}/"*) named="$named$each " ;; esac
  done
}

# Sets birth_N and the like of the process of which these are the number and the row.
remember() {
  eval "parent_$1=$2 group_$1=$3 terminal_$1=$5 birth_$1=$6"
}

# Remembers those that may be ours; birth_N of one that does not live is empty. A search of the rows
# for each of them would be quadratic.
remember_known() {
  for each in $led $roots; do
    eval "birth_$each="
  done
  for row in $rows; do
    case $led$named$roots in
      *" ${row%%:*} "*)
        IFS=:
        # shellcheck disable=SC2086
        set -- $row
        unset IFS
        remember "$@"
        ;;
    esac
  done
}

# A number belongs to somebody else by now if that has another nonce.
take_roots() {
  for target in $targets; do
    each=${target#*/}
    [ -n "$each" ] || continue
    eval "name=\${name_$each-}"
    case ${target%/*} in
      "$name") ;;
      sp-*) [ -z "$name" ] || continue ;;
    esac
    eval "ours_$each=\${birth_$each:-dead}"
    led="$led$each "
  done
  roots=' '
}

take() {
  case $led in *" $1 "*) ;; *) led="$led$1 " ;; esac
  eval "ours_$1=\$birth_$1"
  found="$found$1 " ours="$ours$1 "
}

# Sets ours to those taken before, of which the dead count for those in their groups and sessions,
# and found to the living of them. Numbers are used again: a process is known by its birth as well.
take_again() {
  found=' ' ours=' '
  for each in $led; do
    eval "taken=\$ours_$each birth=\$birth_$each"
    case $birth in
      '') ours="$ours$each " ;;
      "$taken") take "$each" ;;
    esac
  done
}

# Takes those with a nonce whose parents have none; the others are found as their children.
take_named() {
  for each in $named; do
    case $found in *" $each "*) continue ;; esac
    eval "parent=\$parent_$each"
    case $named in *" $parent "*) ;; *) take "$each" ;; esac
  done
}

# Takes a process if it is of ours. Its arguments are its number and its row.
take_descendant() {
  case $found in *" $1 "*) return ;; esac
  case $ours in
    *" $2 "* | *" $3 "* | *" $4 "*)
      case $spared in
        *" $1 "*) ;;
        *)
          remember "$@"
          take "$1"
          return
          ;;
      esac
      ;;
  esac
  foreign="$foreign$3 "
}

# Looks at all processes. Sets found to those of ours that live, parents before their children, and
# foreign to the groups in which others are too.
look() {
  read_rows
  read_names
  remember_known
  [ "$round" -gt 0 ] || take_roots
  round=$((round + 1))
  take_again
  take_named
  grown=
  until [ "$grown" = "$found" ]; do
    grown=$found foreign=' '
    for each in $rows; do
      IFS=:
      # shellcheck disable=SC2086
      set -- $each
      unset IFS
      take_descendant "$@"
    done
  done
}

# True if a group may be signalled as a whole, so that nobody in it can fork meanwhile. -0 and -1
# would mean other processes.
is_whole() {
  case $foreign in *" $1 "*) return 1 ;; esac
  [ "$1" -gt 1 ]
}

# An interactive shell ignores TERM, and obeys HUP as when its terminal is closed.
ignores_term() {
  while read -r key value; do
    case $key$value in SigIgn:*[4-7c-f]???) return 0 ;; esac
  done 2>/dev/null <"/proc/$1/status"
  return 1
}

# Sends TERM to those found that have not had it, and wakes them to obey it. What somebody starts who
# has had it may be his way to end: that is asked only once it is alone.
ask() {
  for each in $found; do
    eval "asked=\${asked_$each-} birth=\$birth_$each group=\$group_$each terminal=\$terminal_$each"
    eval "parent=\$parent_$each"
    [ "$asked" != "$birth" ] || continue
    if [ "$round" -gt 1 ]; then
      case $found in *" $parent "*) continue ;; esac
    fi
    eval "asked_$each=$birth since=\${since_$group-}"
    if [ "$terminal" != 0 ] && ignores_term "$each"; then
      kill -HUP "$each"
    fi
    if ! is_whole "$group" || [ "${since:-$round}" != "$round" ]; then
      kill -TERM "$each"
      kill -CONT "$each"
    elif [ -z "$since" ]; then
      kill -TERM "-$group"
      kill -CONT "-$group"
      eval "since_$group=$round"
    fi
  done 2>/dev/null
}

# Sends a signal that cannot be caught to all those found.
hit() {
  for each in $found; do
    eval "group=\$group_$each"
    if is_whole "$group"; then
      kill "-$1" "-$group"
    else
      kill "-$1" "$each"
    fi
  done 2>/dev/null
}

lives() {
  for each in $found; do
    eval "known=\$birth_$each"
    if read_row "$each" && [ "${row##*:}" = "$known" ]; then return 0; fi
  done
  return 1
}

# Waits until none of those found lives, or so long.
await() {
  clock
  until=$((now + $1))
  [ "$until" -lt "$end" ] || until=$end
  while lives && [ "$now" -lt "$until" ]; do
    rest
    clock
  done
}

# True if nothing of ours lives. What came and went while all were looked at may have left another
# behind: in a group that one of ours led, or to be found by looking again.
is_over() {
  for try in 1 2 3 4; do
    [ "$found" = ' ' ] || return 1
    for each in $ours; do
      if is_whole "$each"; then kill -KILL "-$each"; fi
    done 2>/dev/null
    [ -n "$vanished" ] || return 0
    look
  done
  [ "$found" = ' ' ]
}

led=' ' roots=' ' round=0 step=5
for target in $targets; do
  roots="$roots${target#*/} "
done
clock
end=$((now + patience))
look
until is_over; do
  [ "$now" -lt "$end" ] || break
  ask
  await "$step"
  [ "$step" -gt 30 ] || step=$((step * 2))
  look
done
[ "$found" = ' ' ] && exit 0
# What is frozen starts nothing, so that all of it can be found before any of it is killed.
end=$((now + 300))
until is_over; do
  [ "$now" -lt "$end" ] || exit 1
  for try in 1 2 3; do
    before=$found
    hit STOP
    look
    [ "$before" != "$found" ] || break
  done
  hit KILL
  await 20
  look
done
