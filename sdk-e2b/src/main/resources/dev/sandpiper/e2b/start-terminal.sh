# Starts a command on its terminal once somebody listens: what it wrote before would be lost. The
# signal to begin is a Ctrl-D, which this reads as an end of file and which the terminal never echoes.
#
# $1 ...  the command
read -r nothing
exec "$@"
