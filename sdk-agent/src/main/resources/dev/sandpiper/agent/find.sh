# find.sh NAME: the files below the working directory whose names fit, each ended by a NUL.
exec find . -name .git -prune -o -name "$1" ! -type d -print0
