// Many processes at once with E2B's client: server, streams.
import { readFileSync } from 'node:fs'
import { Sandbox } from 'e2b'

const [server, count] = process.argv.slice(2)
const sandbox = await Sandbox.connect('bench', { apiKey: 'e2b_' + '0'.repeat(40), apiUrl: server, sandboxUrl: server })

const open = async (streams) => {
  const starting = []
  for (let i = 0; i < streams; i++) {
    starting.push(sandbox.commands.run('sleep 1000', { background: true, timeoutMs: 0 }))
    if (starting.length === 16) await Promise.all(starting.splice(0))
  }
  await Promise.all(starting)
}
const resident = async () => {
  await new Promise((done) => setTimeout(done, 1000))
  globalThis.gc?.()
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
}

await open(20)
const before = await resident()
await open(Number(count))
console.log(`resident=${Math.max(0, await resident() - before)} streams=${count}`)
process.exit(0)
