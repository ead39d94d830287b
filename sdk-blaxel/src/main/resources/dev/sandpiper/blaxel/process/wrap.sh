# Runs one command. What it writes goes through pipes to writers, see write.sh: into files, or first
# as lines into the server's record of this, which is what we write to.
#
# Every file's name begins with the path in $2 and a dot; Marks says which there are, and which lines.
# The command sees none of this: no variable, no signal handler, nothing open. The scripts come as
# variables, because the server keeps every command's text for ever:
#
# $SANDPIPER_WRITE     of a writer
# $SANDPIPER_FEED      feeds standard input; empty for a command without input
# $SANDPIPER_WATCHDOG  stops the command, by the next
# $SANDPIPER_STOP      stops processes with their descendants; these two are empty without a limit
# $SANDPIPER_SWEEP     sweeps; empty for none
# $SANDPIPER_HOLDER    no script, but who holds the lease of the output, see Lease
#
# $1   the directory
# $2   the path of every file of this process, without what follows its id
# $3   how many bytes of a channel go as lines; empty for none, and files from the first byte on
# $4   how many bytes a segment has at most
# $5   how many bytes of a channel may wait to be read
# $6   how many quarters of a second a lease holds that nobody renews
# $7   "joined" if both channels are one
# $8   after how many seconds to stop the command; empty for never
# $9   "again" if the server starts this again when it fails
# $10  the ids of processes whose files are not needed any more
# $11- the command
sandpiper_dir=$1 sandpiper_p=$2 sandpiper_lines=$3 sandpiper_segment=$4 sandpiper_limit=$5
sandpiper_lease=$6 sandpiper_joined=$7 sandpiper_seconds=$8 sandpiper_again=$9
shift 9
sandpiper_old=$1
shift
sandpiper_writer=$SANDPIPER_WRITE sandpiper_feeder=${SANDPIPER_FEED-}
sandpiper_watchdog=${SANDPIPER_WATCHDOG-} sandpiper_stop=${SANDPIPER_STOP-}
sandpiper_sweep=${SANDPIPER_SWEEP-} sandpiper_nonce=${SANDPIPER_PROCESS-}
sandpiper_holder=${SANDPIPER_HOLDER--}
unset SANDPIPER_WRAP SANDPIPER_WRITE SANDPIPER_FEED SANDPIPER_WATCHDOG SANDPIPER_STOP \
  SANDPIPER_SWEEP SANDPIPER_HOLDER

# The command's own search path may lead anywhere; our tools are found behind it.
sandpiper_path=${PATH-} sandpiper_has_path=${PATH+yes}
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Caught signals are the default again in the command, ignored ones would be ignored there too.
sandpiper_signals='1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 20 21 22 24 25 26 27 29 30 31
34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64'
trap : $sandpiper_signals

sandpiper_unable() {
  trap - 0
  echo "sandpiper: the command was not begun: $*"
  exit 125
}

# A later command may succeed.
sandpiper_prevented() {
  trap - 0
  echo "sandpiper: the command was not begun: $*"
  exit 75
}

# A shell that cannot fork ends at once, with a code that the command could have had.
trap 'sandpiper_prevented "the sandbox cannot start another process; is its limit reached?"' 0

# A step that a signal ended says nothing about the sandbox.
sandpiper_failed() {
  if [ "$1" -gt 128 ]; then
    trap - 0
    exit "$1"
  fi
  shift
  sandpiper_prevented "$@"
}

sandpiper_born() {
  sandpiper_line=
  { read -r sandpiper_line <"/proc/$1/stat"; } 2>/dev/null
  # shellcheck disable=SC2086
  set -- ${sandpiper_line##*) }
  sandpiper_birth=${20:-0}
}

for sandpiper_tool in dd mkdir mkfifo rm sleep; do
  command -v "$sandpiper_tool" >/dev/null 2>&1 || sandpiper_unable "there is no $sandpiper_tool"
done
command -v stat >/dev/null 2>&1 || command -v ls >/dev/null 2>&1 ||
  sandpiper_unable "there is neither stat nor ls"
sandpiper_apart=
command -v setsid >/dev/null 2>&1 && sandpiper_apart=setsid

# The directory must be ours alone.
sandpiper_prepare() {
  [ -d "$sandpiper_dir" ] || mkdir -m 700 "$sandpiper_dir" 2>/dev/null || [ -d "$sandpiper_dir" ] ||
    sandpiper_failed "$?" "$sandpiper_dir cannot be made"
  { [ -O "$sandpiper_dir" ] && [ ! -L "$sandpiper_dir" ] && [ -w "$sandpiper_dir" ]; } ||
    sandpiper_prevented "$sandpiper_dir is not its user's own"
}
[ -n "$sandpiper_lines" ] || sandpiper_prepare

sandpiper_try=1
if [ -n "$sandpiper_again" ]; then
  for sandpiper_each in "$sandpiper_p".p.*; do
    [ ! -e "$sandpiper_each" ] || sandpiper_try=$((sandpiper_try + 1))
  done
fi

# Whoever started it reads it, until something else is said. An empty file can be made on a full
# disk too: only what has been written shows that something can be.
if [ -z "$sandpiper_lines" ] && [ "$sandpiper_try" -eq 1 ]; then
  { echo "$sandpiper_holder 0 0" >"$sandpiper_p.c"; } 2>/dev/null ||
    sandpiper_prevented "nothing can be written in $sandpiper_dir; is the disk full?"
fi

# Pipes without names, for the shell's own messages and the two outputs: most shells read a short
# here-document from a pipe. Everybody may open them again by /dev/stdout and the like, also as
# another user.
exec 4<<E 5<<E 6<<E
-
E
-
E
-
E
if [ -p /proc/self/fd/5 ]; then
  read -r sandpiper_each <&4
  read -r sandpiper_each <&5
  read -r sandpiper_each <&6
  exec 7>/proc/self/fd/5 8>/proc/self/fd/6
  chmod 666 /proc/self/fd/7 /proc/self/fd/8 2>/dev/null
  sandpiper_messages=/proc/self/fd/4
else
  # Opened for reading and writing first, so that no open waits for another.
  sandpiper_prepare
  sandpiper_out=$sandpiper_p.1.$sandpiper_try sandpiper_err=$sandpiper_p.2.$sandpiper_try
  mkfifo -m 666 "$sandpiper_out" "$sandpiper_err" 2>/dev/null ||
    sandpiper_failed "$?" "no pipe can be made in $sandpiper_dir"
  exec 4<>"$sandpiper_out" 5<"$sandpiper_out" 7>"$sandpiper_out"
  exec 4<>"$sandpiper_err" 6<"$sandpiper_err" 8>"$sandpiper_err"
  exec 4</dev/null
  sandpiper_messages=/dev/null
  rm -f "$sandpiper_out" "$sandpiper_err"
fi
[ -z "$sandpiper_joined" ] || exec 6<&- 8>&7

sandpiper_in=$sandpiper_p.0
sandpiper_wake=$sandpiper_p.n
if [ -n "$sandpiper_feeder" ]; then
  [ -p "$sandpiper_wake" ] || mkfifo -m 666 "$sandpiper_in" "$sandpiper_wake" 2>/dev/null ||
    sandpiper_failed "$?" "no pipe can be made in $sandpiper_dir"
fi
if [ -n "$sandpiper_old" ]; then
  for sandpiper_each in $sandpiper_old; do
    rm -f "$sandpiper_dir/$sandpiper_each".*
  done
fi

# Tells something by a line, or by the name of a file, in which a helper's number may be looked up.
exec 3>&1
sandpiper_helpers=
sandpiper_mark() {
  if [ -n "$sandpiper_lines" ]; then
    echo "$1" >&3
  else
    { echo "$sandpiper_helpers" >"$sandpiper_p.$1"; } 2>/dev/null
  fi
}
[ -z "$sandpiper_joined" ] || sandpiper_mark "E.$sandpiper_try.0.0"

# Helpers have sessions of their own, so that what is sent to the command's group spares them, and
# what stops the command with its descendants spares them too.
# Apart from its value, for which everybody's variables are searched, these scripts among them.
sandpiper_none=SANDPIPER_PROCESS
sandpiper_help() {
  export "$sandpiper_none=none"
  trap '' $sandpiper_signals
  # shellcheck disable=SC2086
  exec $sandpiper_apart /bin/sh -c "$@" 2>/dev/null 3>&- 4<&- 5<&- 6<&- 7>&- 8>&-
}
sandpiper_write() {
  [ -n "$sandpiper_lines" ] || exec >/dev/null
  sandpiper_help "$sandpiper_writer" sh "$sandpiper_p" "$@" "$sandpiper_try" "$sandpiper_segment" \
    "$sandpiper_limit" "$sandpiper_lease" "$sandpiper_lines" "$sandpiper_holder" "$sandpiper_begun"
}
sandpiper_born $$
sandpiper_begun=p.$sandpiper_try.$$.$sandpiper_birth
sandpiper_write o O <&5 &
sandpiper_helpers=$!
if [ -z "$sandpiper_joined" ]; then
  sandpiper_write e E <&6 &
  sandpiper_helpers="$sandpiper_helpers $!"
fi
exec 5<&- 6<&-
sandpiper_fed=
if [ -n "$sandpiper_feeder" ]; then
  exec 3<>"$sandpiper_wake" 5<>"$sandpiper_in" 9>"$sandpiper_in" 5>&-
  sandpiper_help "$sandpiper_feeder" sh "$sandpiper_p" <"$sandpiper_wake" >&9 9>&- &
  sandpiper_fed=$!
  exec 9>&-
  sandpiper_helpers="$sandpiper_helpers $sandpiper_fed"
fi
sandpiper_guard=
if [ -n "$sandpiper_seconds" ]; then
  sandpiper_help "$sandpiper_watchdog" sh $$ "$sandpiper_birth" "$sandpiper_seconds" \
    "$sandpiper_apart" "$sandpiper_stop" "$sandpiper_nonce" </dev/null >/dev/null &
  sandpiper_guard=$!
  sandpiper_helpers="$sandpiper_helpers $sandpiper_guard"
fi
sandpiper_swept=
if [ -n "$sandpiper_sweep" ]; then
  sandpiper_help "$sandpiper_sweep" sh "$sandpiper_dir" </dev/null >/dev/null &
  sandpiper_swept=$!
  sandpiper_helpers="$sandpiper_helpers $sandpiper_swept"
fi

# Bash, called sh, says nothing of a death by a signal; nor of one inside of an "if".
[ -z "${BASH_VERSION-}" ] || { (set +o posix) && set +o posix; } 2>/dev/null

exec 2>"$sandpiper_messages"

# In the foreground: what is started with & ignores INT and QUIT for good. What is sent from the mark
# on reaches the command: a subshell catches no signals any more.
(
  [ -z "$sandpiper_feeder" ] || {
    exec <"$sandpiper_in"
    echo go >&3
  }
  sandpiper_mark "$sandpiper_begun"
  PATH=$sandpiper_path
  [ -n "$sandpiper_has_path" ] || unset PATH
  exec 3>&- 4<&- ${SANDPIPER_WITH:+/bin/sh -c "$SANDPIPER_WITH" sh} "$@"
) </dev/null >&7 2>&8 7>&- 8>&-
sandpiper_code=$?
trap - 0
exec 2>/dev/null 7>&- 8>&-

# What the shell says of a death tells it from an exit with such a code. INT and PIPE it passes over.
# Bash tells the deaths of helpers too, with their numbers.
sandpiper_hear() {
  while read -r sandpiper_said; do
    for sandpiper_each in $sandpiper_helpers; do
      case $sandpiper_said in *" $sandpiper_each "*) continue 2 ;; esac
    done
    return
  done
  sandpiper_said=
}
sandpiper_said=
[ "$sandpiper_code" -le 128 ] || sandpiper_hear <&4
[ -z "$sandpiper_said" ] || sandpiper_said=$((sandpiper_code + 128))
sandpiper_mark "x.$sandpiper_try.${sandpiper_said:-$sandpiper_code}"
# While it is open here, to our end: the server waits for ever in opening a pipe that nobody reads.
[ -z "$sandpiper_fed" ] || rm -f "$sandpiper_wake" "$sandpiper_in"

# A helper that has not left the group yet has no group of its own, and no children.
sandpiper_end() {
  kill -KILL "-$1" 2>/dev/null || kill -KILL "$1" 2>/dev/null
}
[ -z "$sandpiper_guard" ] || sandpiper_end "$sandpiper_guard"
[ -z "$sandpiper_fed" ] || sandpiper_end "$sandpiper_fed"
# A signal that is caught ends a wait early. Who is not waited for stays as a zombie.
for sandpiper_each in $sandpiper_helpers; do
  wait "$sandpiper_each"
  while [ $? -gt 128 ] && kill -0 "$sandpiper_each" 2>/dev/null; do
    wait "$sandpiper_each"
  done
done 2>/dev/null
exit "$sandpiper_code"
