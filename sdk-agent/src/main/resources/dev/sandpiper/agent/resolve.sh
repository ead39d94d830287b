# resolve.sh ROOT PATH: prints the real path of each, with all links followed, and a NUL between
# them. What does not exist yet is put behind the nearest directory that does.
# Exits 3 for a part that leads nowhere, 4 for a directory that cannot be entered, 5 for a circle.
newline='
'
# The x keeps line feeds at the end of a name, which a substitution takes away.
real() {
  entered=$(cd -P "$1" 2>/dev/null && pwd -P && printf x) || exit 4
  entered=${entered%"${newline}x"}
}
[ -d "$1" ] || exit 3
real "$1"
root=$entered
at=$2
behind=
links=0
while :; do
  case $at in
    /) ;;
    */) at=${at%/}; continue ;;
  esac
  if [ -d "$at" ]; then
    real "$at"
    break
  elif [ -L "$at" ]; then
    links=$((links + 1))
    [ "$links" -le 40 ] || exit 5
    target=$(readlink "$at" && printf x) || exit 3
    target=${target%"${newline}x"}
    case $target in
      /*) at=$target ;;
      *) at=${at%/*}/$target ;;
    esac
  else
    last=${at##*/}
    case $last in .|..) exit 3 ;; esac
    behind=/$last$behind
    at=${at%/*}
    [ -n "$at" ] || at=/
  fi
done
printf '%s\0%s%s' "$root" "${entered%/}" "$behind"
