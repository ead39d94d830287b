# Writes what comes on standard input into segments, and at its end a mark.
#
# A segment's name ends with the offset of its first byte, so that a reader at any byte needs no
# index. A segment is complete when the next one is there.
#
# $1  the path of every file of the process
# $2  the channel's letter, for segments
# $3  the channel's capital, for the mark
# $4  which start of the command this is
# $5  how many bytes a segment has at most
# $6  how many bytes may wait to be read
# $7  how many quarters of a second a claim holds that nobody renews
p=$1 x=$2 X=$3 try=$4 segment=$5 limit=$6 lease=$7

size() {
  now=$(stat -c %s "$1" 2>/dev/null) && return
  # shellcheck disable=SC2046
  set -- $(ls -ln "$1" 2>/dev/null)
  now=${5:-0}
}

# The oldest segment before the current one; the current one if there is none.
oldest() {
  first=$at
  for file in "$p.$x".*; do
    each=${file##*.}
    if [ -e "$file" ] && [ "$each" -lt "$first" ]; then
      first=$each
    fi
  done
}

# Waits for a reader who has claimed the output, and otherwise lets the oldest go. The claim is a
# lease: it lapses when neither itself nor what is held has changed for a while.
make_room() {
  while
    oldest
    [ $((at - first)) -ge "$limit" ]
  do
    claim=
    { read -r claim <"$p.c"; } 2>/dev/null
    if [ ! -e "$p.c" ] || [ "$claim" = "$lapsed" ]; then
      rm -f "$p.$x.$first"
      continue
    fi
    if [ "$claim" != "$seen" ] || [ "$first" != "$before" ]; then
      seen=$claim before=$first left=$lease
    fi
    if [ "$left" -le 0 ]; then
      lapsed=$claim
    elif sleep 0.25 2>/dev/null; then
      left=$((left - 1))
    else
      sleep 1
      left=$((left - 4))
    fi
  done
}

at=0 held=0 now=0 seen=- lapsed=- before=- left=$lease
if [ "$try" -gt 1 ]; then
  known=
  for file in "$p.$X.$((try - 1))".*; do
    if [ -e "$file" ]; then
      known=${file#"$p.$X.$((try - 1))".}
      at=${known%%.*}
    fi
  done
  if [ -z "$known" ]; then
    for file in "$p.$x".*; do
      each=${file##*.}
      if [ -e "$file" ] && [ "$each" -gt "$at" ]; then
        at=$each
      fi
    done
    size "$p.$x.$at"
    at=$((at + now))
  fi
  now=0
fi
while :; do
  # Open for as long as it is written: under a name that was removed meanwhile, another file would
  # begin with bytes of the middle.
  exec 3>>"$p.$x.$at"
  while :; do
    # Each read gives what is there, up to a block, and dd counts reads, not bytes.
    dd bs=65536 count=$(((segment - held) / 65536)) 2>/dev/null >&3
    status=$?
    # BusyBox cannot compare files, and sees only that one is gone.
    if ! [ -e "$p.$x.$at" ] ||
      { [ /dev/fd/3 -ef /dev/fd/3 ] && ! [ /dev/fd/3 -ef "$p.$x.$at" ]; } 2>/dev/null; then
      status=1
    fi
    size "$p.$x.$at"
    # A round that adds nothing is the end of file. One that fails has lost what it had read.
    if [ "$status" -ne 0 ] || [ "$now" -le "$held" ]; then
      break 2
    fi
    held=$now
    [ $((segment - held)) -ge 65536 ] || break
  done
  at=$((at + held)) held=0
  make_room
done
true >"$p.$X.$try.$((at + now)).$status"
