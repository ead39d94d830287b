# Starts a command on its terminal once somebody listens: what it wrote before would be lost. The
# signal to begin is a Ctrl-D, which this reads as an end of file and which the terminal never echoes.
#
# $1 ...  the command
read -r sandpiper_nothing
exec ${SANDPIPER_WITH:+/bin/sh -c "$SANDPIPER_WITH" sh} "$@"
