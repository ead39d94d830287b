# Writes what comes on standard input into segments, and at its end a mark; the beginning first as
# lines on standard output, LETTER NUMBER BASE64, which need no file, and then the mark.
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
# $7  how many quarters of a second a lease holds that nobody renews
# $8  how many bytes go as lines; empty for none
# $9  who holds the lease at the beginning
# $10 the mark of the command's begin, for those who look whether it lives
p=$1 x=$2 X=$3 try=$4 segment=$5 limit=$6 lease=$7 most=$8 holder=$9
begun=${10}
export LC_ALL=C

# Reads once, as much as there is, and never more than that: what is behind belongs into files. The
# bytes go through a pipe of their own, so that an end of file is not taken for a failure.
encode() {
  said=$(exec dd bs="$1" count=1 2>&1 >/proc/self/fd/6) || return
  # The last report counts: of USR1 some dd make one before they have read.
  said=${said%records in*}
  said=${said##*
}
  case $said in 0+0*)
    echo "$X.$try.$at.0"
    exit
    ;;
  esac
  words=$(base64 <&6) || return
  for word in $words; do
    number=$((number + 1))
    echo "$x $number $word"
    at=$((at + ${#word} / 4 * 3))
    case $word in
      *==) at=$((at - 2)) ;;
      *=) at=$((at - 1)) ;;
    esac
  done
}

# Begins with files, of which the starter of the command has the lease.
open() {
  dir=${p%/*}
  [ -d "$dir" ] || mkdir -m 700 "$dir"
  [ -O "$dir" ] && [ ! -L "$dir" ] || return
  [ -s "$p.c" ] || echo "$holder 0 0" >"$p.c" || return
  true >>"$p.$begun"
  true >>"$p.$x.$at"
}

at=0
if [ -n "$most" ]; then
  number=0
  exec 6<<E
-
E
  read -r word <&6
  { [ -p /proc/self/fd/6 ] && command -v base64 >/dev/null; } || most=0
  while [ "$at" -lt "$most" ] && [ "$number" -lt 1000 ]; do
    # A pipe may be a page.
    if ! encode "$((most - at < 4096 ? most - at : 4096))"; then
      echo "$X.$try.$at.1"
      exit
    fi
  done
  if ! open; then
    echo "$X.$try.$at.1"
    exit
  fi
  echo "$x.$at"
fi

# The oldest segment, and where the one behind it begins.
oldest() {
  first=$at next=$at
  for file in "$p.$x".*; do
    each=${file##*.}
    [ -e "$file" ] || continue
    if [ "$each" -lt "$first" ]; then
      next=$first first=$each
    elif [ "$each" -gt "$first" ] && [ "$each" -lt "$next" ]; then
      next=$each
    fi
  done
}

# From which byte on the reader that holds the lease needs this output. An empty file is just being written.
look() {
  reader=- passed=0 sign=''
  if [ -e "$p.c" ]; then
    reader='' passed=0
    { read -r reader out err <"$p.c"; } 2>/dev/null
    { read -r sign <"${p%/*}/${reader%%.*}.r"; } 2>/dev/null
    passed=${out:-0}
    [ "$x" = o ] || passed=${err:-0}
  fi
}

# Drops what the reader does not need any more. At the bound it waits for that, and lets the oldest go
# where there is no lease, or one that has not changed for a while.
make_room() {
  left=$lease before=
  while
    oldest
    look
    [ "$first" -lt "$at" ]
  do
    if [ "$next" -le "$passed" ] 2>/dev/null; then
      rm -f "$p.$x.$first"
      continue
    fi
    [ $((at - first)) -ge "$limit" ] || break
    if [ "$reader" = - ] || [ "$reader $sign" = "$lapsed" ]; then
      rm -f "$p.$x.$first"
      continue
    fi
    if [ "$reader $sign $first" != "$before" ]; then
      before="$reader $sign $first" left=$lease
    fi
    if [ "$left" -le 0 ]; then
      lapsed="$reader $sign"
    elif sleep 0.25 2>/dev/null; then
      left=$((left - 1))
    else
      sleep 1
      left=$((left - 4))
    fi
  done
}

held=0 now=0 lapsed=-
if [ "$try" -gt 1 ]; then
  for file in "$p.$x".*; do
    each=${file##*.}
    if [ -e "$file" ] && [ "$each" -gt "$at" ]; then
      at=$each
    fi
  done
  size "$p.$x.$at"
  at=$((at + now)) now=0
fi
while :; do
  # Open for as long as it is written: under a name that was removed meanwhile, another file would
  # begin with bytes of the middle.
  exec 3>>"$p.$x.$at"
  while :; do
    # Each read gives what is there, up to a block, and dd counts reads, not bytes.
    said=$(exec dd bs=65536 count=$(((segment - held) / 65536)) 2>&1 >&3)
    status=$?
    # BusyBox cannot compare files, and sees only that one is gone.
    if ! [ -e "$p.$x.$at" ] ||
      { [ /dev/fd/3 -ef /dev/fd/3 ] && ! [ /dev/fd/3 -ef "$p.$x.$at" ]; } 2>/dev/null; then
      status=1
    fi
    # Most tell how many bytes they have copied, which costs no process of its own.
    said=${said##*records out
}
    case $status$said in
      0[0-9]*' bytes '*) now=$((held + ${said%% *})) ;;
      *) size "$p.$x.$at" ;;
    esac
    # A round that adds nothing is the end of file. One that fails has lost what it had read.
    if [ "$status" -ne 0 ] || [ "$now" -le "$held" ]; then
      break 2
    fi
    held=$now
    [ $((2 * held)) -lt "$segment" ] || break
  done
  at=$((at + held)) held=0
  make_room
done
true >"$p.$X.$try.$((at + now)).$status"
echo "$X.$try.$((at + now)).$status"
