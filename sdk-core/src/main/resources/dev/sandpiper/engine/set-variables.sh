# Sets variables and becomes a command. These are the variables that the shells before would have
# dropped, changed or obeyed. Each is the value of another variable, as NAME=VALUE.
#
# $SANDPIPER_SHARED_0, _1 ...    those of the sandbox
# $SANDPIPER_VARIABLE_0, _1 ...  those of the command
# $SANDPIPER_EXACT  not empty if one of them cannot be set by a shell
# $1 ...            the command
if [ -n "${SANDPIPER_EXACT-}" ]; then
  sandpiper_program=$1
  # This shell would drop them again. Bash passes them on; its echo is told to be like this one's.
  if [ $# = 3 ] && [ "$1 $2" = '/bin/sh -c' ] && [ -z "${BASH_VERSION-}" ]; then
    sandpiper_program=$(command -v bash) || {
      echo 'sandpiper: /bin/sh drops a variable of this command, and there is no bash' >&2
      exit 126
    }
    set -- /bin/sh -O xpg_echo -c "$3"
  fi
  if command -v perl >/dev/null; then
    # Perl would complain about a locale that is not installed.
    export SANDPIPER_BADLANG="${PERL_BADLANG-}" PERL_BADLANG=0
    exec perl -e '
      my $language = delete $ENV{SANDPIPER_BADLANG};
      if ($language eq "") { delete $ENV{PERL_BADLANG} } else { $ENV{PERL_BADLANG} = $language }
      my @pairs;
      for my $kind ("SHARED", "VARIABLE") {
        for (my $n = 0; defined(my $pair = delete $ENV{"SANDPIPER_${kind}_$n"}); $n++) {
          push @pairs, $pair;
        }
      }
      delete @ENV{"SANDPIPER_WITH", "SANDPIPER_EXACT"};
      for (@pairs) {
        my ($name, $value) = split /=/, $_, 2;
        $ENV{$name} = $value;
      }
      exec { shift @ARGV } @ARGV;
      my $missing = $! == 2;
      print STDERR "sandpiper: $ARGV[0]: $!\n";
      exit($missing ? 127 : 126)' -- "$sandpiper_program" "$@"
  fi
  # Python adds a variable of its own to what it passes on, so the environment is read as it was.
  if command -v python3 >/dev/null; then
    exec python3 -E -S -c '
import os, sys
raw = open("/proc/self/environ", "rb").read().split(b"\0")
env = dict(pair.split(b"=", 1) for pair in raw if b"=" in pair)
kinds = (b"SHARED", b"VARIABLE")
names = [b"SANDPIPER_%s_%d" % (kind, n) for kind in kinds for n in range(len(raw))]
pairs = [env.pop(name) for name in names if name in env]
env.pop(b"SANDPIPER_WITH", None)
env.pop(b"SANDPIPER_EXACT", None)
env.update(pair.split(b"=", 1) for pair in pairs)
program, *words = sys.argv[1:]
try: os.execvpe(program, words, env)
except OSError as e: print("sandpiper: " + program + ": " + e.strerror, file=sys.stderr); sys.exit(127 if e.errno == 2 else 126)
' "$sandpiper_program" "$@"
  fi
  echo 'sandpiper: setting a variable of this command needs perl or python3' >&2
  exit 126
fi
for sandpiper_kind in SHARED VARIABLE; do
  sandpiper_n=0
  while eval "[ -n \"\${SANDPIPER_${sandpiper_kind}_$sandpiper_n+x}\" ]"; do
    eval "sandpiper_pair=\$SANDPIPER_${sandpiper_kind}_$sandpiper_n"
    unset "SANDPIPER_${sandpiper_kind}_$sandpiper_n"
    # Bash warns of a locale that is not installed.
    export "$sandpiper_pair" 2>/dev/null
    sandpiper_n=$((sandpiper_n + 1))
  done
done
unset SANDPIPER_WITH
exec "$@"
