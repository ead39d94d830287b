// The official client of MCP for JavaScript: over stdio it starts the documented command itself, over
// HTTP that command serves it. Arguments: stdio or http, the folder of the jars, and calls.
import { spawn } from 'node:child_process'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { call, holds, run, same, until } from './calls.mjs'

const [transport, jars, ...only] = process.argv.slice(2)
const words = ['-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`, 'dev.sandpiper.mcp.McpCommand']
const environment = { ...process.env, SANDPIPER_PLATFORM: 'e2b', SANDPIPER_MCP_TOKEN: 'compat-token' }
let server

async function connected() {
  const client = new Client({ name: 'compat', version: '1' })
  if (transport === 'stdio') {
    await client.connect(
      new StdioClientTransport({ command: 'java', args: words, env: environment, stderr: 'ignore' }))
    return client
  }
  const address = await served()
  await client.connect(
    new StreamableHTTPClientTransport(new URL(address), {
      requestInit: { headers: { Authorization: 'Bearer compat-token' } },
    }))
  return client
}

async function served() {
  server = spawn('java', [...words, '--http', '0'], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  server.stderr.on('data', (data) => (said += data))
  await until('the server says its address', () => /serving \S+\n/.test(said))
  return /serving (\S+)\n/.exec(said)[1]
}

async function sandboxes() {
  const url = `${process.env.E2B_API_URL}/v2/sandboxes`
  const response = await fetch(url, { headers: { 'X-API-Key': process.env.E2B_API_KEY } })
  return (await response.json()).map((sandbox) => sandbox.sandboxID)
}

/** Those that were not there when this program began. */
async function created() {
  return (await sandboxes()).filter((id) => !before.includes(id))
}

const before = await sandboxes()
const client = await connected()

async function called(name, given = {}, options = undefined) {
  const result = await client.callTool({ name, arguments: given }, undefined, options)
  return { error: result.isError === true, text: result.content[0].text }
}

call('initialize', async () => {
  same('sandpiper', client.getServerVersion().name)
  same(1, (await created()).length)
})

call('tools.list', async () => {
  const { tools } = await client.listTools()
  same(10, tools.length)
  same(['command'], tools.find((tool) => tool.name === 'run_command').inputSchema.required)
})

call('call.output', async () => {
  await called('write_file', { path: 'birds', content: 'plover\ncurlew\n' })
  const { error, text } = await called('run_command', { command: 'sort birds; yes | head -c 10000000' })
  holds(!error && text.includes('curlew\nplover\n') && text.includes('missing'), text.slice(0, 200))
  holds(text.length <= 16_000, `${text.length} characters`)
})

call('call.arguments', async () => {
  const { error, text } = await called('run_command', { cmd: 'ls' })
  holds(error && text.includes("no argument 'cmd'"), text)
})

call('call.unknown-tool', async () => {
  const { error, text } = await called('delete_world')
  holds(error && text.includes('run_command'), text)
})

call('call.two-at-once', async () => {
  const wait = (mine, other) =>
    called('run_command', {
      command: `touch ${mine}; for i in $(seq 100); do [ -e ${other} ] && exit 0; sleep 0.1; done; exit 1`,
    })
  for (const { text } of await Promise.all([wait('a', 'b'), wait('b', 'a')])) {
    holds(text.startsWith('exit status 0'), text)
  }
})

call('call.cancel', async () => {
  const stop = new AbortController()
  const cancelled = called('run_command', { command: 'touch started; sleep 987' }, { signal: stop.signal })
  const stopped = async () =>
    (await called('run_command', { command: 'pgrep -fx "sleep 987" || echo none' })).text.includes('none')
  await until('the command starts', async () => (await called('list_files')).text.includes('started'))
  holds(!(await stopped()), 'the command does not run')
  stop.abort()
  await cancelled.then(() => holds(false, 'it was answered'), () => {})
  await until('the command is stopped', stopped)
})

call('call.sandbox-gone', async () => {
  const [ours] = await created()
  const headers = { 'X-API-Key': process.env.E2B_API_KEY }
  await fetch(`${process.env.E2B_API_URL}/sandboxes/${ours}`, { method: 'DELETE', headers })
  const { error, text } = await called('run_command', { command: 'ls' })
  holds(error && text.includes('does not run any more'), text)
  holds(!text.includes(process.env.E2B_API_KEY), 'the key is in a result')
})

call('kill-on-end', async () => {
  const first = server
  const second = await connected()
  same(1, (await created()).length)
  await second.close()
  if (transport === 'http') server.kill('SIGTERM')
  await until('the sandbox is killed', async () => (await created()).length === 0)
  server = first
})

await run(only, async () => {
  await client.close()
  if (transport === 'http') server.kill('SIGTERM')
})
