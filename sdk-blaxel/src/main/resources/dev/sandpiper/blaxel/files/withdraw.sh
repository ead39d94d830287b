# Removes a file that may be moved away meanwhile: succeeds only if it was this command.
#
# $1  the file
export LC_ALL=C
rm -- "$1"
