# Tells by its exit code how a variable with a name that shells cannot hold can be given to a
# command: 10, and 1 more if /bin/sh passes it on, 2 more if perl or python3 can set it, 4 more if
# there is bash.
found=10
env sandpiper.probe=1 /bin/sh -c env 2>/dev/null | grep -q '^sandpiper[.]probe=1$' && found=$((found + 1))
if perl -e 1 2>/dev/null || python3 -E -S -c 'import os' 2>/dev/null; then found=$((found + 2)); fi
bash -c : 2>/dev/null && found=$((found + 4))
exit "$found"
