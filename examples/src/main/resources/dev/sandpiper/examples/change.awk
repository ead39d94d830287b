# Looks for the year in which a series of yearly measurements changed its level, and asks by ten
# thousand shuffles how likely such a change is by chance.
#
# Input: lines of "year,value" under a heading. Result: a table in the file named by `table`.

function largest_drift(series, n, mean,    i, sum, size, best) {
  sum = 0
  best = 0
  for (i = 1; i <= n; i++) {
    sum += series[i] - mean
    size = sum < 0 ? -sum : sum
    if (size > best) {
      best = size
      position = i
    }
  }
  return best
}

function shuffle(series, n,    i, j, swap) {
  for (i = n; i > 1; i--) {
    j = int(rand() * i) + 1
    swap = series[i]
    series[i] = series[j]
    series[j] = swap
  }
}

function mean_of(from, to,    i, sum) {
  for (i = from; i <= to; i++) sum += value[i]
  return sum / (to - from + 1)
}

BEGIN { FS = "," }

NR > 1 {
  n++
  year[n] = $1
  value[n] = $2
}

END {
  mean = mean_of(1, n)
  printf "%d years read, from %s to %s, mean %.0f\n", n, year[1], year[n], mean
  fflush()

  observed = largest_drift(value, n, mean)
  change = position
  printf "the level seems to change after %s: %.0f before, %.0f after\n", year[change], \
    mean_of(1, change), mean_of(change + 1, n)
  fflush()

  srand(1)
  for (i = 1; i <= n; i++) shuffled[i] = value[i]
  for (round = 1; round <= 10000; round++) {
    shuffle(shuffled, n)
    if (largest_drift(shuffled, n, mean) >= observed) as_large++
    if (round % 2000 == 0) {
      printf "%5d shuffles, %d with a drift as large\n", round, as_large
      fflush()
    }
  }

  print "from,to,mean" > table
  printf "%s,%s,%.1f\n", year[1], year[change], mean_of(1, change) > table
  printf "%s,%s,%.1f\n", year[change + 1], year[n], mean_of(change + 1, n) > table
}
