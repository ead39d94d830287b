# Makes the directory for what commands need before their wrapper runs, readable by its user only.
#
# $1  the directory
[ -d "$1" ] || mkdir -m 700 "$1" 2>/dev/null || [ -d "$1" ]
