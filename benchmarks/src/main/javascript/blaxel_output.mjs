// Reads a command's output with Blaxel's client: server, size of a message, how many, streams.
const [server, size, count, streams] = process.argv.slice(2)
Object.assign(process.env, { BL_API_KEY: 'a-key', BL_WORKSPACE: 'w', BL_API_URL: `${server}/v0`, DO_NOT_TRACK: '1' })
const { SandboxInstance } = await import('@blaxel/core')
const { expect, measure } = await import('./meter.mjs')

const sandbox = await SandboxInstance.get('bench')
await measure(Number(streams), size * count, async () => {
  let read = 0
  await sandbox.process.exec({
    command: `messages ${size} ${count}`,
    waitForCompletion: true,
    onStdout: (text) => { read += text.length },
  })
  // It takes the line feed at the end of an output away.
  if (read < (size - 1) * count) expect(size * count, read)
})
