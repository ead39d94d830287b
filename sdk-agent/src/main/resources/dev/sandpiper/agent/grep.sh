# grep.sh PATTERN CASE NAME: lines of the files below the working directory, each as the file's
# path, a NUL, the line's number, a colon, the line and a line feed. CASE is i or empty.
# Exits 2 if grep does not take the pattern, and says why.
complaint=$(printf '\n' | grep -E$2 -e "$1" 2>&1 >/dev/null)
[ $? -lt 2 ] || { printf '%s\n' "$complaint" >&2; exit 2; }
if printf 'a\n' | grep -Z a >/dev/null 2>&1; then
  exec find . -name .git -prune -o -type f -name "$3" \
    -exec grep -nHIZE$2 -m 200 -e "$1" -- {} +
fi
# BusyBox has no -Z, and without it a name with a colon cannot be separated from its line. It
# takes -I and does not heed it: a file with a NUL in its beginning is left out here.
exec find . -name .git -prune -o -type f -name "$3" -exec sh -c '
  pattern=$1 options=$2
  shift 2
  for file do
    [ "$(head -c 32768 -- "$file" | tr -dc "\\000" | wc -c)" -eq 0 ] || continue
    grep -nE$options -m 200 -e "$pattern" -- "$file" |
      while IFS= read -r line; do printf "%s\0%s\n" "$file" "$line"; done
  done' sh "$1" "$2" {} +
