# Removes the files of processes that are over.
#
# $1   the directory
# $2-  their ids
directory=$1
shift
for id; do
  set -- "$@" "$directory/$id".*
  shift
done
rm -f "$@"
