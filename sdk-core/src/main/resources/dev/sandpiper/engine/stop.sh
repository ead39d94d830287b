# Stops processes with all their descendants: TERM, and KILL for what is left after a while. Exits 0
# when nothing of them lives.
#
# $1      how many hundredths of a second to wait between TERM and KILL
# $2 ...  each a process: its nonce, a slash, and its number where that is certain
#
# A descendant has the nonce in its environment, or a parent that is ours, or is in a group or a
# session that one of ours leads. One that has SANDPIPER_PROCESS=none is spared.
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

# Sets what /proc tells of a process. Fails of a dead one, even if nobody has buried it; where only
# the first of its threads has ended, the others live.
describe() {
  line=
  { while read -r part; do line="$line $part"; done <"/proc/$1/stat"; } 2>/dev/null
  # Behind the last parenthesis, which ends the name.
  # shellcheck disable=SC2086
  set -- ${line##*) }
  [ $# -ge 20 ] || return 1
  case $1 in Z | X) [ "${18}" -gt 1 ] || return 1 ;; esac
  parent=$2 group=$3 session=$4 terminal=$5 birth=${20}
}

nonces='SANDPIPER_PROCESS=[A-Za-z0-9-]*'
has_grep=
[ "$(printf 'a\0SANDPIPER_PROCESS=b\0' | grep -ao "$nonces" 2>/dev/null)" ] && has_grep=yes

# Sets the name of each process to the nonce that it has in its environment.
read_names() {
  if [ -n "$has_grep" ]; then
    pairs=$(LC_ALL=C grep -aosH "$nonces" /proc/[0-9]*/environ)
  else
    pairs=
    for each in $all; do
      { pair=$(tr '\0' '\n' <"/proc/$each/environ" | sed -n "/^$nonces\$/p"); } 2>/dev/null
      pairs="$pairs /proc/$each/:$pair"
    done
  fi
  for pair in $pairs; do
    each=${pair#/proc/}
    eval "name_${each%%/*}=\${pair##*=}"
  done
}

# True of one of ours; of a dead one too, for those in its group or its session. Numbers are used
# again: a process is known by its birth as well.
is_ours() {
  eval "ours=\${ours_$1-} known=\${birth_$1-}"
  [ -n "$ours" ] && { [ -z "$known" ] || [ "$known" = "$ours" ]; }
}

is_named() {
  eval "name=\${name_$1-}"
  case $targets in *" ${name:-/}/"*) return 0 ;; esac
  return 1
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
}

take() {
  case $led in *" $1 "*) ;; *) led="$led$1 " ;; esac
  eval "ours_$1=\$birth_$1"
  found="$found$1 "
}

# Looks at all processes. Sets found to those of ours that live, parents before their children, and
# marks the groups in which others are too.
look() {
  for each in $all; do
    eval "birth_$each="
  done
  all='' vanished=''
  for each in /proc/[0-9]*; do
    each=${each#/proc/}
    if ! describe "$each"; then
      [ -n "$line" ] || vanished=yes
    else
      all="$all$each "
      eval "parent_$each=$parent group_$each=$group session_$each=$session terminal_$each=$terminal"
      eval "birth_$each=$birth name_$each="
    fi
  done
  read_names
  [ "$round" -gt 0 ] || take_roots
  round=$((round + 1))
  found=' '
  for each in $all; do
    eval "parent=\$parent_$each"
    if is_ours "$each" || { is_named "$each" && ! is_named "$parent"; }; then take "$each"; fi
  done
  grown=
  until [ "$grown" = "$found" ]; do
    grown=$found
    for each in $all; do
      case $found in *" $each "*) continue ;; esac
      eval "parent=\$parent_$each group=\$group_$each session=\$session_$each name=\$name_$each"
      if [ "$name" = none ]; then continue; fi
      if is_ours "$parent" || is_ours "$group" || is_ours "$session"; then take "$each"; fi
    done
  done
  for each in $all; do
    case $found in *" $each "*) continue ;; esac
    eval "group=\$group_$each"
    eval "shared_$group=$round"
  done
}

# True if a group may be signalled as a whole, so that nobody in it can fork meanwhile. -0 and -1
# would mean other processes.
is_whole() {
  eval "shared=\${shared_$1-}"
  [ "$shared" != "$round" ] && [ "$1" -gt 1 ]
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
    if [ "$round" -gt 1 ] && is_ours "$parent" && [ -n "$known" ]; then continue; fi
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
    if describe "$each" && [ "$birth" = "$known" ]; then return 0; fi
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
    for each in $led; do
      if is_ours "$each" && is_whole "$each"; then kill -KILL "-$each"; fi
    done 2>/dev/null
    [ -n "$vanished" ] || return 0
    look
  done
  [ "$found" = ' ' ]
}

all='' led=' ' round=0 step=5
clock
end=$((now + patience))
look
while ! is_over && [ "$now" -lt "$end" ]; do
  ask
  await "$step"
  [ "$step" -gt 30 ] || step=$((step * 2))
  look
done
# What is frozen starts nothing, so that all of it can be found before any of it is killed.
end=$((now + 300))
while ! is_over && [ "$now" -lt "$end" ]; do
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
is_over
