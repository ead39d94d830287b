# Starts a command as the leader of a session of its own, so that its whole tree can be signalled.
# Its process id stays the one that was reported. Where there is no usable setsid it starts plainly.
# Nothing here may read the command's standard input. SANDPIPER_WITH sets its variables, if it is set.
#
# $1      merge: stderr goes where stdout goes; apart: it does not
# $2      given: its input is what the daemon gives it; empty: it reads the end of file
# $3 ...  the command
if [ "$1" = merge ]; then
  exec 2>&1
fi
if [ "$2" = empty ]; then
  exec </dev/null
fi
shift 2
if setsid -w true </dev/null >/dev/null 2>&1; then
  exec setsid -w ${SANDPIPER_WITH:+/bin/sh -c "$SANDPIPER_WITH" sh} "$@"
fi
exec ${SANDPIPER_WITH:+/bin/sh -c "$SANDPIPER_WITH" sh} "$@"
