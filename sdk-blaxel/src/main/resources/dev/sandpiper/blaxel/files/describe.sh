# Prints what is known of each of these entries, in groups: how many, their names, one line for each,
# where each leads that is a link. Everything ends with a NUL. What is gone by now is left out.
#
# $1 ...  the entries, links not followed
describe() {
  known=$(stat -c '%f|%s|%Y|%y|%U|%G' -- "$@" 2>/dev/null) || return 1
  printf '%s\0' "$#" "$@" "$known"
  for entry; do
    target=
    if [ -L "$entry" ] && [ -e "$entry" ]; then
      # The letter keeps the shell from cutting line breaks off.
      target=$(readlink -f -- "$entry" && printf x)
      target=${target%?x}
    fi
    printf '%s\0' "$target"
  done
}

describe "$@" || for one; do
  describe "$one"
done
exit 0
