// One command with E2B's client, from nothing: server.
import { Sandbox } from 'e2b'

const server = process.argv[2]
const sandbox = await Sandbox.connect('bench', {
  apiKey: 'e2b_' + '0'.repeat(40), apiUrl: server, sandboxUrl: server,
})
console.log(`done=${(await sandbox.commands.run('true')).stdout.length}`)
process.exit(0) // its connections are kept otherwise
