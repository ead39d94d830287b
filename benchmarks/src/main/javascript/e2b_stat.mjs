// Asks for a file's status with E2B's client: server, calls.
import { Sandbox } from 'e2b'
import { expect, measure } from './meter.mjs'

const [server, calls] = process.argv.slice(2)
const connection = { apiKey: 'e2b_' + '0'.repeat(40), apiUrl: server, sandboxUrl: server }
const sandbox = await Sandbox.connect('bench', connection)
await measure(1, Number(calls), async () => {
  for (let i = 0; i < calls; i++) expect(5, (await sandbox.files.getInfo('/home/user/data')).size)
})
