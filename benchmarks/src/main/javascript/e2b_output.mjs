// Reads a command's output with E2B's client: server, size of a message, how many, streams.
import { Sandbox } from 'e2b'
import { expect, measure } from './meter.mjs'

const [server, size, count, streams] = process.argv.slice(2)
const connection = { apiKey: 'e2b_' + '0'.repeat(40), apiUrl: server, sandboxUrl: server }
const sandbox = await Sandbox.connect('bench', connection)
await measure(Number(streams), size * count, async () => {
  let read = 0
  await sandbox.commands.run(`messages ${size} ${count}`, {
    onStdout: (text) => { read += text.length },
    timeoutMs: 0,
  })
  expect(size * count, read)
})
