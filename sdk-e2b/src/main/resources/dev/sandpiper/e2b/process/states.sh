# Prints the state of each of these processes that /proc shows, as a line: its number, a letter.
# Prints "unknown" alone where there is no /proc.
#
# $1 ...  the processes
if ! [ -r /proc/self/stat ]; then
  echo unknown
  exit 0
fi
for process; do
  if read -r line 2>/dev/null <"/proc/$process/stat"; then
    # Behind the last parenthesis, which ends the name.
    state=${line##*) }
    echo "$process ${state%% *}"
  fi
done
exit 0
