# Sends a signal to a process and its group. Exits 0 when it is sent.
#
# $1  the process; its group is meant if it leads one
# $2  the signal, by its name without SIG, or by its number
# kill -SIGNAL -GROUP is the one form that every shell's own kill understands.
if kill -0 "-$1" 2>/dev/null; then
  kill "-$2" "-$1"
else
  kill "-$2" "$1"
fi
