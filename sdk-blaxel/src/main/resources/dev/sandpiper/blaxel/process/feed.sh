# Feeds a command's standard input, which is this script's output, with pieces that come as files.
#
# The piece <path>.i.<from>.<to>.<try> is whole when it has to - from bytes; of several tries one is
# taken. After it there is <path>.t.<to>. The end of file comes with <path>.z.<total>. Somebody who
# has changed that says so on standard input, whose end means that the command is over.
#
# $1  the path of every file of the process
p=$1 at=0

# Hands the next piece on, if it is there.
take() {
  for file in "$p.i.$at".*; do
    rest=${file#"$p.i.$at".}
    to=${rest%%.*}
    case $to in '' | *[!0-9]*) continue ;; esac
    size "$file"
    if [ "$now" -eq $((to - at)) ]; then
      if ! cat "$file"; then
        true >"$p.I"
        return 1
      fi
      true >"$p.t.$to"
      rm -f "$p.i.$at".* "$p.t.$at"
      at=$to
      return 0
    fi
  done
  return 1
}

# The command's end of the pipe is open from this word on.
word=
while [ "$word" != go ]; do
  if ! read -r word; then
    rm -f "$p.0" "$p.n"
    exit
  fi
done
rm -f "$p.0"
while :; do
  while take; do :; done
  if [ -e "$p.z.$at" ] || [ -e "$p.I" ]; then
    break
  fi
  if ! read -r word; then
    rm -f "$p.n"
    exit
  fi
done
# The end of file, and nothing to do until the command is over.
exec >/dev/null
while read -r word; do :; done
rm -f "$p.n"
