# Feeds a command's standard input, which is this script's output, with pieces that come as files.
#
# The piece <path>.i.<from>.<to>.<try> is whole when it has to - from bytes; of several tries one is
# taken. After it there is <path>.t.<to>. The end of file comes with <path>.z.<total>. Somebody who
# has changed that says so on standard input, whose end means that the command is over.
#
# A command that got no more of its input must not take the end of it for the whole: if this fails,
# it says so, and keeps the command's standard input open until the command is over.
#
# $1  the path of every file of the process
p=$1 at=0

broken() {
  trap - 0
  { true >"$p.J"; } 2>/dev/null
  while read -r word; do :; done
  rm -f "$p.n"
  exit
}
# A shell that cannot fork ends at once.
trap broken 0

# Hands the next piece on, if it is there.
take() {
  for file in "$p.i.$at".*; do
    rest=${file#"$p.i.$at".}
    to=${rest%%.*}
    case $to in '' | *[!0-9]*) continue ;; esac
    size "$file"
    if [ "$now" -eq $((to - at)) ]; then
      cat "$file"
      status=$?
      # Nobody reads any more, which is said by an error, because signals are ignored.
      if [ "$status" -eq 1 ] && [ -e "$file" ]; then
        true >"$p.I"
        return 1
      fi
      [ "$status" -eq 0 ] || broken
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
    trap - 0
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
    trap - 0
    rm -f "$p.n"
    exit
  fi
done
trap - 0
# The end of file, and nothing to do until the command is over.
exec >/dev/null
while read -r word; do :; done
rm -f "$p.n"
