// How much of a living process's output arrives with Blaxel's client: command, seconds. Finds the
// server in the environment.
import { SandboxInstance } from '@blaxel/core'

console.warn = () => {} // it names no region
process.env.DO_NOT_TRACK = '1'
const [command, seconds] = process.argv.slice(2)
const sandbox = await SandboxInstance.create({ name: `living-${process.pid}` })
let read = 0
await sandbox.process.exec({
  command: `sh -c '${command}'`,
  waitForCompletion: false,
  onStdout: (text) => { read += text.length + 1 }, // it takes the line feed away
})
setTimeout(() => {
  console.log(`done=${read}`)
  process.exit(0)
}, seconds * 1000)
