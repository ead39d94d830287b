// What some work cost this process, as the line that the one who started it reads.
export async function measure(times, each, work) {
  for (let i = 0; i < times; i++) await work()
  const began = process.hrtime.bigint()
  const before = process.cpuUsage()
  for (let i = 0; i < times; i++) await work()
  const { user, system } = process.cpuUsage(before)
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  console.log(`seconds=${seconds} cpu=${(user + system) / 1e6} done=${times * each}`)
  process.exit(0) // its connections are kept otherwise
}

/** Fails where it has not read everything. */
export function expect(wanted, seen) {
  if (seen !== wanted) throw new Error(`read ${seen} of ${wanted}`)
}
