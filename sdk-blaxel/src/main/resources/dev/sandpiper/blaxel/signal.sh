# Sends a signal to a process and its group. Exits 0 when it is sent.
#
# $1  the process, which leads its group
# $2  the signal, by its name without SIG, or by its number
# kill -SIGNAL -GROUP is the one form that every shell's own kill understands.
kill "-$2" "-$1"
