# Runs one command. What it writes goes through pipes into files, which somebody reads by range.
#
# Every file's name begins with the path in $6 and a dot; Marks says which
# there are. The command sees none of this: not the pipes' names, no variable, no signal handler.
#
# $1   the script of a writer
# $2   the script that feeds standard input; empty for a command without input
# $3   the script of the watchdog
# $4   the script that sweeps; empty for none
# $5   the directory
# $6   the path of every file of this process, without what follows its id
# $7   how many bytes a segment has at most
# $8   how many bytes of a channel may wait to be read
# $9   how many quarters of a second a claim holds that nobody renews
# $10  "joined" if both channels are one
# $11  after how many seconds to stop the command; empty for never
# $12  "again" if the server starts this again when it fails
# $13  the ids of processes whose files are not needed any more
# $14- the command
sandpiper_writer=$1 sandpiper_feeder=$2 sandpiper_watchdog=$3 sandpiper_sweep=$4
sandpiper_dir=$5 sandpiper_p=$6 sandpiper_segment=$7 sandpiper_limit=$8 sandpiper_lease=$9
shift 9
sandpiper_joined=$1 sandpiper_seconds=$2 sandpiper_again=$3 sandpiper_old=$4
shift 4

# The command's own search path may lead anywhere; our tools are found behind it.
sandpiper_path=${PATH-} sandpiper_has_path=${PATH+yes}
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Caught signals are the default again in the command, ignored ones would be ignored there too.
sandpiper_signals='1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 24 25 26 27 29 30 31
35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64'
trap : $sandpiper_signals

sandpiper_unable() {
  echo "sandpiper: the command was not begun: $*"
  exit 125
}

# A later command may succeed.
sandpiper_prevented() {
  echo "sandpiper: the command was not begun: $*"
  exit 75
}

# A step that a signal ended says nothing about the sandbox.
sandpiper_failed() {
  [ "$1" -gt 128 ] && exit "$1"
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

if [ ! -d "$sandpiper_dir" ]; then
  mkdir -m 700 "$sandpiper_dir" 2>/dev/null || [ -d "$sandpiper_dir" ] ||
    sandpiper_failed "$?" "$sandpiper_dir cannot be made"
fi
{ [ -O "$sandpiper_dir" ] && [ ! -L "$sandpiper_dir" ] && [ -w "$sandpiper_dir" ]; } ||
  sandpiper_prevented "$sandpiper_dir is not its user's own"

sandpiper_try=1
if [ -n "$sandpiper_again" ]; then
  for sandpiper_each in "$sandpiper_p".p.*; do
    sandpiper_each=${sandpiper_each#"$sandpiper_p".p.}
    sandpiper_each=${sandpiper_each%%.*}
    case $sandpiper_each in
      '' | *[!0-9]*) ;;
      *) [ "$sandpiper_each" -lt "$sandpiper_try" ] || sandpiper_try=$((sandpiper_each + 1)) ;;
    esac
  done
fi

# Opened for reading and writing first, so that no open waits for another. Everybody may open them
# again by /dev/stdout and the like, also as another user.
sandpiper_out=$sandpiper_p.1.$sandpiper_try
sandpiper_err=$sandpiper_p.2.$sandpiper_try
sandpiper_in=$sandpiper_p.0
sandpiper_wake=$sandpiper_p.n
if [ -n "$sandpiper_feeder" ]; then
  [ -p "$sandpiper_wake" ] || mkfifo -m 666 "$sandpiper_in" "$sandpiper_wake" 2>/dev/null ||
    sandpiper_failed "$?" "no pipe can be made in $sandpiper_dir"
fi
if [ -n "$sandpiper_joined" ]; then
  mkfifo -m 666 "$sandpiper_out" 2>/dev/null
else
  mkfifo -m 666 "$sandpiper_out" "$sandpiper_err" 2>/dev/null
fi || sandpiper_failed "$?" "no pipe can be made in $sandpiper_dir"
exec 4<>"$sandpiper_out" 5<"$sandpiper_out" 7>"$sandpiper_out"
if [ -n "$sandpiper_joined" ]; then
  exec 8>&7
  true >"$sandpiper_p.E.$sandpiper_try.0.0"
else
  exec 4<>"$sandpiper_err" 6<"$sandpiper_err" 8>"$sandpiper_err"
fi
exec 4>&-
sandpiper_rm=
for sandpiper_each in $sandpiper_old; do
  sandpiper_rm="$sandpiper_rm $sandpiper_dir/$sandpiper_each.*"
done
# shellcheck disable=SC2086
rm -f "$sandpiper_out" "$sandpiper_err" $sandpiper_rm

# Helpers have sessions of their own, so that what is sent to the command's group spares them, and
# what stops the command with its descendants spares them too.
sandpiper_help() {
  export SANDPIPER_PROCESS=none
  trap '' $sandpiper_signals
  # shellcheck disable=SC2086
  exec $sandpiper_apart /bin/sh -c "$@"
}
sandpiper_help "$sandpiper_writer" sh "$sandpiper_p" o O "$sandpiper_try" "$sandpiper_segment" \
  "$sandpiper_limit" "$sandpiper_lease" <&5 >/dev/null 2>&1 3>&- 5<&- 6<&- 7>&- 8>&- &
sandpiper_writers=$!
if [ -z "$sandpiper_joined" ]; then
  sandpiper_help "$sandpiper_writer" sh "$sandpiper_p" e E "$sandpiper_try" "$sandpiper_segment" \
    "$sandpiper_limit" "$sandpiper_lease" <&6 >/dev/null 2>&1 3>&- 5<&- 6<&- 7>&- 8>&- &
  sandpiper_writers="$sandpiper_writers $!"
fi
exec 5<&- 6<&-
sandpiper_helpers=$sandpiper_writers
sandpiper_fed=
if [ -n "$sandpiper_feeder" ]; then
  exec 3<>"$sandpiper_wake" 4<>"$sandpiper_in" 9>"$sandpiper_in" 4>&-
  sandpiper_help "$sandpiper_feeder" sh "$sandpiper_p" \
    <"$sandpiper_wake" >&9 2>/dev/null 3>&- 7>&- 8>&- 9>&- &
  sandpiper_fed=$!
  exec 9>&-
  sandpiper_helpers="$sandpiper_helpers $sandpiper_fed"
fi
sandpiper_born $$
sandpiper_guard=
if [ -n "$sandpiper_seconds" ]; then
  sandpiper_help "$sandpiper_watchdog" sh $$ "$sandpiper_birth" "$sandpiper_seconds" \
    "$sandpiper_p.d.$sandpiper_try" "$sandpiper_apart" </dev/null >/dev/null 2>&1 3>&- 7>&- 8>&- &
  sandpiper_guard=$!
  sandpiper_helpers="$sandpiper_helpers $sandpiper_guard"
fi
sandpiper_swept=
if [ -n "$sandpiper_sweep" ]; then
  sandpiper_help "$sandpiper_sweep" sh "$sandpiper_dir" </dev/null >/dev/null 2>&1 3>&- 7>&- 8>&- &
  sandpiper_swept=$!
  sandpiper_helpers="$sandpiper_helpers $sandpiper_swept"
fi

# Whoever started it reads it, until something else is said. An empty file can be made on a full
# disk too: only what has been written shows that something can be.
if [ "$sandpiper_try" -eq 1 ]; then
  { echo 0 >"$sandpiper_p.c"; } 2>/dev/null ||
    sandpiper_prevented "nothing can be written in $sandpiper_dir; is the disk full?"
fi

# What is sent from this mark on reaches the command: a subshell catches no signals any more.
sandpiper_begin() {
  { echo "$sandpiper_helpers" >"$sandpiper_p.p.$sandpiper_try.$$.$sandpiper_birth"; } 2>/dev/null
  PATH=$sandpiper_path
  [ -n "$sandpiper_has_path" ] || unset PATH
}
# In the foreground: what is started with & ignores INT and QUIT for good.
if [ -n "$sandpiper_feeder" ]; then
  (
    exec <"$sandpiper_in"
    echo go >&3
    sandpiper_begin
    exec 3>&- ${SANDPIPER_WITH:+/bin/sh -c "$SANDPIPER_WITH" sh} "$@"
  ) >&7 2>&8 7>&- 8>&-
else
  (
    sandpiper_begin
    exec ${SANDPIPER_WITH:+/bin/sh -c "$SANDPIPER_WITH" sh} "$@"
  ) </dev/null >&7 2>&8 7>&- 8>&-
fi
sandpiper_code=$?
true >"$sandpiper_p.x.$sandpiper_try.$sandpiper_code"
exec 3>&- 7>&- 8>&-

# A helper that has not left the group yet has no group of its own, and no children.
sandpiper_end() {
  kill -KILL "-$1" 2>/dev/null || kill -KILL "$1" 2>/dev/null
}
[ -z "$sandpiper_guard" ] || sandpiper_end "$sandpiper_guard"
if [ -n "$sandpiper_fed" ]; then
  sandpiper_end "$sandpiper_fed"
  rm -f "$sandpiper_wake" "$sandpiper_in"
fi
# A signal that is caught ends a wait early. Who is not waited for stays as a zombie.
for sandpiper_each in $sandpiper_helpers; do
  wait "$sandpiper_each"
  while [ $? -gt 128 ] && kill -0 "$sandpiper_each" 2>/dev/null; do
    wait "$sandpiper_each"
  done
done 2>/dev/null
exit "$sandpiper_code"
