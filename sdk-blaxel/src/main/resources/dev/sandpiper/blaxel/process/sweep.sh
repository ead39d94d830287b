# Removes what processes left behind that nobody has read or written for a day, and that are over.
#
# $1  the directory
lives() {
  for file in "$1".p.*; do
    born=${file##*.}
    leader=${file%.*}
    leader=${leader##*.}
    line=
    { read -r line <"/proc/$leader/stat"; } 2>/dev/null
    # shellcheck disable=SC2086
    set -- ${line##*) }
    [ -n "$line" ] && [ "${20:-0}" = "$born" ] && return 0
  done
  return 1
}

last=
find "$1" -maxdepth 1 -name 'sp-*.*' -mmin +1440 | while read -r file; do
  id=${file##*/}
  id=${id%%.*}
  [ "$id" != "$last" ] || continue
  last=$id
  if ! lives "$1/$id" &&
    [ -z "$(find "$1" -maxdepth 1 -name "$id.*" -mmin -1440)" ]; then
    rm -f "$1/$id".*
  fi
done
