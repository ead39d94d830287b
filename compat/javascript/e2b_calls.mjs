// Drives E2B's JavaScript client through the calls of e2b.txt.
import {
  AuthenticationError, CommandExitError, E2B, FileNotFoundError, FileType, InvalidArgumentError,
  NotFoundError, Sandbox, SandboxError, SandboxNotFoundError, TimeoutError,
} from 'e2b'
import { call, holds, ours, raises, run, same, until } from './calls.mjs'

const RUN = `javascript-${process.pid}`
let made

/** One sandbox for all calls that leave it as it was. */
async function shared() {
  made ??= await Sandbox.create({ timeoutMs: 300_000, metadata: { run: RUN, shared: 'yes' } })
  return made
}

/** Runs with a sandbox of its own, killed at the end. */
async function fresh(options, use, template = 'base') {
  const sandbox = await Sandbox.create(template, { timeoutMs: 120_000, ...options })
  try {
    return await use(sandbox)
  } finally {
    await sandbox.kill()
  }
}

async function all(paginator) {
  const items = []
  while (paginator.hasNext) items.push(...(await paginator.nextItems()))
  return items
}

const ids = async (query, options = {}) => (await all(Sandbox.list({ query, ...options }))).map((info) => info.sandboxId)
const ofRun = (query) => ({ metadata: { run: RUN }, ...query })
const seen = (sandbox, what, more) => ours(sandbox.sandboxId, what, more)
const state = async (sandbox) => (await seen(sandbox, 'info')).state
// Releases of this client differ in how they name a sandbox that is gone or paused.
const NotRunning = [TimeoutError, SandboxNotFoundError]
const bytes = (text) => new TextEncoder().encode(text)

async function drained(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

// Configuration

call('config.urls', async () => {
  const { sandboxId } = await shared()
  const { E2B_API_URL: apiUrl, E2B_SANDBOX_URL: sandboxUrl } = process.env
  Object.assign(process.env, { E2B_API_URL: 'http://127.0.0.1:1', E2B_SANDBOX_URL: 'http://127.0.0.1:1' })
  try {
    const again = await Sandbox.connect(sandboxId, { apiUrl, sandboxUrl })
    same('over options\n', (await again.commands.run('echo over options')).stdout)
  } finally {
    Object.assign(process.env, { E2B_API_URL: apiUrl, E2B_SANDBOX_URL: sandboxUrl })
  }
})

call('config.no-request-timeout', async () => {
  same('hi\n', (await (await shared()).commands.run('echo hi', { requestTimeoutMs: 0 })).stdout)
})

call('config.headers', async () => {
  const again = await Sandbox.connect((await shared()).sandboxId, { apiHeaders: { 'X-Mine': 'yes' } })
  same(again.sandboxId, (await again.getInfo()).sandboxId)
})

call('config.client-object', async () => {
  const { sandboxId } = await shared()
  const { E2B_API_KEY: apiKey } = process.env
  delete process.env.E2B_API_KEY
  try {
    same(sandboxId, (await new E2B({ apiKey }).Sandbox.connect(sandboxId)).sandboxId)
  } finally {
    process.env.E2B_API_KEY = apiKey
  }
})

call('config.path-encoding', async () => {
  same(false, await Sandbox.deleteSnapshot('team/none such:v2'))
})

// Errors

call('errors.unauthorized', () => raises(AuthenticationError, () => Sandbox.create({ apiKey: `e2b_${'0'.repeat(40)}` })))
call('errors.no-such-template', () => raises(SandboxError, () => Sandbox.create('no-such-template')))
call('errors.refused-field', () => raises(SandboxError, () => Sandbox.create({ allowInternetAccess: false })))

call('errors.bad-token', async () => {
  const { sandboxId } = await shared()
  const headers = { 'E2b-Sandbox-Id': sandboxId, 'E2b-Sandbox-Port': '49983' }
  same(401, (await fetch(`${process.env.E2B_SANDBOX_URL}/files?path=x`, { headers })).status)
})

call('errors.rpc-not-found', async () => raises(NotFoundError, async () => (await shared()).files.list('none-such')))

call('errors.rpc-invalid-argument', async () => {
  const { files } = await shared()
  await files.write('plain-file', 'x')
  await raises(InvalidArgumentError, () => files.list('plain-file'))
})

call('errors.timeout', async () => raises(TimeoutError, async () => (await shared()).commands.run('sleep 20', { timeoutMs: 1000 })))

call('errors.sandbox-gone', () =>
  fresh({}, async (gone) => {
    await gone.kill()
    await raises(NotRunning, () => gone.commands.run('true'))
    await raises(NotRunning, () => gone.files.read('x'))
    await raises(SandboxNotFoundError, () => gone.getInfo())
  }))

call('errors.aborted', async () => {
  const abort = new AbortController()
  const running = (await shared()).commands.run('sleep 20', { signal: abort.signal })
  setTimeout(() => abort.abort(), 200)
  await raises(Error, () => running)
})

// Sandboxes

call('sandbox.create', () =>
  fresh({}, async (sandbox) => {
    same('running', await state(sandbox))
    same(true, await sandbox.isRunning())
  }))

call('sandbox.create-template', () =>
  fresh({}, async (sandbox) => same('code-interpreter-v1', (await seen(sandbox, 'info')).template), 'code-interpreter-v1'))

call('sandbox.metadata', () => {
  const metadata = { run: RUN, über: 'a&b=c d/e' }
  return fresh({ metadata }, async (sandbox) => {
    same(metadata, (await sandbox.getInfo()).metadata)
    const { labels } = await seen(sandbox, 'info')
    same(metadata, Object.fromEntries(Object.keys(metadata).map((key) => [key, labels[key]])))
  })
})

call('sandbox.info', async () => {
  const sandbox = await shared()
  const info = await sandbox.getInfo()
  same([sandbox.sandboxId, 'running'], [info.sandboxId, info.state])
  holds(info.startedAt < info.endAt && info.cpuCount > 0 && info.memoryMB > 0, 'times and size')
  same((await seen(sandbox, 'info')).template, info.name ?? info.templateId)
})

call('sandbox.kill', () =>
  fresh({}, async (sandbox) => {
    same(true, await sandbox.kill())
    same('none', await state(sandbox))
    same(false, await sandbox.isRunning())
  }))

call('sandbox.kill-unknown', async () => same(false, await Sandbox.kill('inonesuch0000000000')))

call('sandbox.list', async () => {
  const { sandboxId } = await shared()
  holds((await ids()).includes(sandboxId), 'the shared sandbox is listed')
  same([sandboxId], await ids({ metadata: { run: RUN, shared: 'yes' } }))
  same([], await ids({ metadata: { run: `${RUN}-other` } }))
})

call('sandbox.list-state', () =>
  fresh({ metadata: { run: RUN } }, async (sandbox) => {
    await sandbox.pause()
    same([sandbox.sandboxId], await ids(ofRun({ state: ['paused'] })))
    holds(!(await ids(ofRun({ state: ['running'] }))).includes(sandbox.sandboxId), 'not running')
    holds((await ids(ofRun())).includes(sandbox.sandboxId), 'both states')
  }))

call('sandbox.list-pages', () => {
  const metadata = { run: RUN, pages: 'yes' }
  return fresh({ metadata }, (one) => fresh({ metadata }, (two) => fresh({ metadata }, async (three) => {
    await three.pause()
    const pages = Sandbox.list({ query: { metadata }, limit: 1 })
    const found = []
    while (pages.hasNext) {
      const page = await pages.nextItems()
      same(1, page.length, 'a page')
      found.push(page[0].sandboxId)
    }
    same([one, two, three].map((sandbox) => sandbox.sandboxId).sort(), found.sort())
    await raises(Error, () => pages.nextItems())
  })))
})

call('sandbox.list-order', () => {
  const metadata = { run: RUN, order: 'yes' }
  return fresh({ metadata }, (one) => fresh({ metadata }, async (two) => {
    same([one.sandboxId, two.sandboxId], await ids({ metadata }, { order: 'asc' }))
    same([two.sandboxId, one.sandboxId], await ids({ metadata }, { order: 'desc' }))
  }))
})

call('sandbox.list-started-after', async () => {
  const sandbox = await shared()
  const started = (await sandbox.getInfo()).startedAt
  holds((await ids(ofRun({ startedAfter: new Date(started - 1000) }))).includes(sandbox.sandboxId), 'since')
  same([], await ids(ofRun({ startedAfter: new Date(Date.now() + 3_600_000) })))
})

call('sandbox.list-template', async () => {
  holds((await ids(ofRun({ template: 'base' }))).includes((await shared()).sandboxId), 'by its template')
  same([], await ids(ofRun({ template: 'code-interpreter-v1' })))
})

call('sandbox.connect', async () => {
  const { files, sandboxId } = await shared()
  await files.write('known', 'yes')
  const again = await Sandbox.connect(sandboxId)
  same('yes', await again.files.read('known'))
  same('yes', await seen(again, 'text', { path: 'known' }))
})

call('sandbox.connect-secure', () =>
  fresh({ secure: true }, async (sandbox) => {
    const again = await Sandbox.connect(sandbox.sandboxId)
    same('hi\n', (await again.commands.run('echo hi')).stdout)
  }))

call('sandbox.connect-gone', () => raises(SandboxNotFoundError, () => Sandbox.connect('inonesuch0000000000')))

call('sandbox.connect-extends', () =>
  fresh({ timeoutMs: 100_000 }, async (sandbox) => {
    const before = (await sandbox.getInfo()).endAt
    await sandbox.connect({ timeoutMs: 10_000 })
    same(before, (await sandbox.getInfo()).endAt, 'not shortened')
    await sandbox.connect({ timeoutMs: 200_000 })
    holds((await sandbox.getInfo()).endAt - before > 60_000, 'extended')
  }))

call('sandbox.timeout', () =>
  fresh({ timeoutMs: 100_000 }, async (sandbox) => {
    const before = (await sandbox.getInfo()).endAt
    await sandbox.setTimeout(20_000)
    const shorter = (await sandbox.getInfo()).endAt
    holds(before - shorter > 60_000, 'shortened')
    await sandbox.setTimeout(150_000)
    holds((await sandbox.getInfo()).endAt - shorter > 100_000, 'lengthened')
  }))

call('sandbox.timeout-ends-it', () =>
  fresh({ timeoutMs: 1000 }, async (sandbox) => {
    await until('the end', async () => (await state(sandbox)) === 'none')
    same(false, await sandbox.isRunning())
  }))

call('sandbox.environment', () =>
  fresh({ envs: { MINE: 'a b\'"$c\n' } }, async (sandbox) => {
    same('a b\'"$c\n', (await sandbox.commands.run('printf %s "$MINE"')).stdout)
    same('a b\'"$c\n', (await seen(sandbox, 'shell', { command: 'printf %s "$MINE"' })).stdout)
  }))

call('sandbox.metrics', async () => {
  const sandbox = await shared()
  await until('metrics', async () => (await sandbox.getMetrics()).length)
  const newest = (await sandbox.getMetrics()).at(-1)
  holds(newest.cpuCount > 0 && newest.diskTotal > 0 && newest.timestamp instanceof Date, 'numbers')
})

call('sandbox.metrics-range', async () => {
  const sandbox = await shared()
  await until('metrics', async () => (await sandbox.getMetrics()).length)
  const ago = (hours) => new Date(Date.now() - hours * 3_600_000)
  holds((await sandbox.getMetrics({ start: ago(1), end: ago(-1) })).length, 'within the hour')
  same([], await sandbox.getMetrics({ start: ago(3), end: ago(2) }))
})

// Life

call('life.pause', () =>
  fresh({ metadata: { run: RUN } }, async (sandbox) => {
    same(true, await sandbox.pause())
    same(false, await sandbox.pause())
    same('paused', await state(sandbox))
    same(false, await sandbox.isRunning())
    await raises(NotRunning, () => sandbox.commands.run('true'))
    same(sandbox.sandboxId, (await sandbox.connect()).sandboxId)
    same('running', await state(sandbox))
  }))

call('life.pause-keeps', () =>
  fresh({ envs: { MINE: 'kept' } }, async (sandbox) => {
    await sandbox.files.write('kept', 'file')
    const ticking = await sandbox.commands.run('while :; do echo x >> ticks; sleep 0.05; done', { background: true })
    await until('ticks', () => sandbox.files.exists('ticks'))
    await ticking.disconnect()
    await sandbox.pause()
    const again = await Sandbox.connect(sandbox.sandboxId)
    same('kept\n', (await again.commands.run('echo $MINE')).stdout)
    same('file', await again.files.read('kept'))
    const size = (await again.files.getInfo('ticks')).size
    await until('more ticks', async () => (await again.files.getInfo('ticks')).size > size)
    holds((await again.commands.list()).some((process) => process.pid === ticking.pid), 'it is listed')
    same(1, (await seen(again, 'commands')).length)
  }))

call('life.pause-filesystem', () =>
  fresh({}, async (sandbox) => {
    await sandbox.files.write('kept', 'file')
    await (await sandbox.commands.run('sleep 1000', { background: true })).disconnect()
    same(true, await sandbox.pause({ keepMemory: false }))
    const again = await sandbox.connect()
    same('file', await again.files.read('kept'))
    same([], await again.commands.list())
    same('file', await seen(again, 'text', { path: 'kept' }))
  }))

call('life.pause-at-the-end', () =>
  fresh({ timeoutMs: 1000, lifecycle: { onTimeout: 'pause', autoResume: false } }, async (sandbox) => {
    await until('its pause', async () => (await state(sandbox)) === 'paused')
    same(false, await sandbox.isRunning())
    same('hi\n', (await (await sandbox.connect()).commands.run('echo hi')).stdout)
    const { onTimeout, autoResume } = (await sandbox.getInfo()).lifecycle
    same(['pause', false], [onTimeout, autoResume])
  }))

call('life.auto-resume', () =>
  fresh({ lifecycle: { onTimeout: 'pause', autoResume: true } }, async (sandbox) => {
    await sandbox.files.write('kept', 'file')
    await sandbox.pause()
    same('paused', await state(sandbox))
    same('hi\n', (await sandbox.commands.run('echo hi')).stdout)
    same('running', await state(sandbox))
    same('file', await seen(sandbox, 'text', { path: 'kept' }))
  }))

call('life.invalid-lifecycle', () =>
  raises(InvalidArgumentError, () => Sandbox.create({ lifecycle: { onTimeout: 'kill', autoResume: true } })))

call('snapshot.create', () =>
  fresh({}, async (sandbox) => {
    await sandbox.files.write('a/b', 'then')
    const { snapshotId } = await snapshotOf(sandbox)
    await sandbox.files.write('a/b', 'now')
    holds((await seen(sandbox, 'snapshots')).includes(snapshotId), 'our client lists it')
    for (let copy = 0; copy < 2; copy++) {
      await fresh({}, async (copied) => {
        same('then', await copied.files.read('a/b'))
        same('then', await seen(copied, 'text', { path: 'a/b' }))
      }, snapshotId)
    }
    same(true, await Sandbox.deleteSnapshot(snapshotId))
  }))

/** This client knows no snapshot without memory, and the server none with it: asked for by hand. */
async function snapshotOf(sandbox, name) {
  const answer = await fetch(`${process.env.E2B_API_URL}/sandboxes/${sandbox.sandboxId}/snapshots`, {
    method: 'POST',
    headers: { 'X-API-Key': process.env.E2B_API_KEY, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, memory: false }),
  })
  same(201, answer.status)
  return { snapshotId: (await answer.json()).snapshotID }
}

call('snapshot.list', () =>
  fresh({}, async (sandbox) => {
    const name = `${RUN}-named`
    const { snapshotId } = await snapshotOf(sandbox, name)
    const listed = async (query) => (await all(Sandbox.listSnapshots(query))).map((snapshot) => snapshot.snapshotId)
    holds((await listed()).includes(snapshotId), 'in the list of all')
    same([snapshotId], (await all(sandbox.listSnapshots())).map((snapshot) => snapshot.snapshotId))
    same([snapshotId], await listed({ name }))
    same(true, await Sandbox.deleteSnapshot(snapshotId))
  }))

call('snapshot.delete', () =>
  fresh({}, async (sandbox) => {
    const { snapshotId } = await snapshotOf(sandbox)
    same(true, await Sandbox.deleteSnapshot(snapshotId))
    same(false, await Sandbox.deleteSnapshot(snapshotId))
    holds(!(await seen(sandbox, 'snapshots')).includes(snapshotId), 'our client lists it no more')
  }))

call('snapshot.memory-refused', async () => raises(SandboxError, async () => (await shared()).createSnapshot()))

call('fork.refused', async () => {
  const sandbox = await shared()
  await raises(SandboxError, () => sandbox.fork())
})

// Commands

call('commands.run', async () => {
  const sandbox = await shared()
  const { stdout, stderr, exitCode } = await sandbox.commands.run('echo hello; echo oops >&2')
  same(['hello\n', 'oops\n', 0], [stdout, stderr, exitCode])
  same({ stdout, stderr, status: 0 }, await seen(sandbox, 'shell', { command: 'echo hello; echo oops >&2' }))
})

call('commands.exit-code', async () => {
  const failed = await raises(CommandExitError, async () => (await shared()).commands.run('echo out; exit 42'))
  same([42, 'out\n'], [failed.exitCode, failed.stdout])
  same(42, (await seen(await shared(), 'shell', { command: 'exit 42' })).status)
})

call('commands.special-characters', async () => {
  const text = '!@#$%^&*()_+{}|:<>? ünï ☃ 😀'
  same(text, (await (await shared()).commands.run(`printf %s '${text}'`)).stdout)
})

call('commands.many-lines', async () => {
  const lines = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join('')
  same(lines, (await (await shared()).commands.run('for i in $(seq 0 1999); do echo "line $i"; done')).stdout)
})

call('commands.broken-utf8', async () => {
  same('a\ufffdb', (await (await shared()).commands.run("printf 'a\\377b'")).stdout)
})

call('commands.callbacks', async () => {
  let out = ''
  let err = ''
  await (await shared()).commands.run('echo 1; echo 2 >&2; sleep 0.2; echo 3', {
    onStdout: (text) => { out += text },
    onStderr: (text) => { err += text },
  })
  same(['1\n3\n', '2\n'], [out, err])
})

call('commands.timeout', async () => {
  const { commands } = await shared()
  same('done\n', (await commands.run('sleep 0.2; echo done', { timeoutMs: 10_000 })).stdout)
  const handle = await commands.run('echo first; sleep 20', { timeoutMs: 1000, background: true })
  await raises(TimeoutError, () => handle.wait())
})

call('commands.environment', async () => {
  const { commands } = await shared()
  const envs = { MINE: 'mine' }
  same('mine\n', (await commands.run('echo $MINE', { envs })).stdout)
  same('mine\n', (await commands.run('python3 -c \'import os; print(os.environ["MINE"])\'', { envs })).stdout)
})

call('commands.directory', async () => {
  const { commands, files } = await shared()
  await files.makeDir('some/where')
  holds((await commands.run('pwd', { cwd: 'some/where' })).stdout.endsWith('some/where\n'), 'cwd')
})

call('commands.list', async () => {
  const sandbox = await shared()
  const handle = await sandbox.commands.run('sleep 1000.1', { background: true })
  const mine = (await sandbox.commands.list()).filter((process) => process.pid === handle.pid)
  same(['sleep 1000.1'], mine.map((process) => process.args.at(-1)))
  holds((await seen(sandbox, 'commands')).some((command) => command.includes('sleep 1000.1')), 'ours lists it')
  same(true, await handle.kill())
})

call('commands.kill', async () => {
  const sandbox = await shared()
  const handle = await sandbox.commands.run('sleep 1000.2', { background: true })
  same(true, await sandbox.commands.kill(handle.pid))
  await raises(CommandExitError, () => handle.wait())
  same(false, await sandbox.commands.kill(handle.pid))
  holds(!(await seen(sandbox, 'commands')).some((command) => command.includes('1000.2')), 'it is gone')
})

call('commands.kill-unknown', async () => same(false, await (await shared()).commands.kill(999_999)))

call('commands.connect', async () => {
  const { commands } = await shared()
  const handle = await commands.run('sleep 1; echo later', { background: true })
  await handle.disconnect()
  same('later\n', (await (await commands.connect(handle.pid)).wait()).stdout)
})

call('commands.connect-unknown', async () => raises(NotFoundError, async () => (await shared()).commands.connect(999_999)))

call('commands.stdin', async () => {
  const { commands } = await shared()
  for (const data of ['text\n', bytes('bytes\n'), '', 'a \'b\' "c" $d ☃\n', 'one\ntwo\n']) {
    const handle = await commands.run('cat', { background: true, stdin: true })
    await commands.sendStdin(handle.pid, data)
    await commands.closeStdin(handle.pid)
    same(typeof data === 'string' ? data : 'bytes\n', (await handle.wait()).stdout)
  }
})

call('commands.stdin-by-handle', async () => {
  const handle = await (await shared()).commands.run('cat', { background: true, stdin: true })
  await handle.sendStdin('by handle')
  await handle.closeStdin()
  same('by handle', (await handle.wait()).stdout)
})

call('commands.sandbox-killed', () =>
  fresh({}, async (sandbox) => {
    const handle = await sandbox.commands.run('sleep 1000', { background: true })
    const ended = raises(NotRunning, () => handle.wait())
    await sandbox.kill()
    await ended
  }))

call('commands.split-characters', async () => {
  const script = "printf '\\360\\237'; sleep 0.2; printf '\\230\\200'; sleep 0.2; printf '\\342\\230'"
  same('😀\ufffd', (await (await shared()).commands.run(script)).stdout)
})

call('pty.session', async () => {
  const { pty } = await shared()
  let text = ''
  const decoder = new TextDecoder()
  const handle = await pty.create({
    rows: 24, cols: 80, cwd: '/tmp', envs: { MINE: 'pty' },
    onData: (data) => { text += decoder.decode(data, { stream: true }) },
  })
  await pty.resize(handle.pid, { rows: 30, cols: 100 })
  await pty.sendInput(handle.pid, bytes('stty size; echo $MINE-$PWD; exit 3\n'))
  same(3, (await raises(CommandExitError, () => handle.wait())).exitCode)
  holds(text.includes('30 100') && text.includes('pty-/tmp'), `in ${JSON.stringify(text)}`)
})

call('pty.connect', async () => {
  const { pty } = await shared()
  const first = await pty.create({ rows: 24, cols: 80, onData: () => {} })
  await first.disconnect()
  let text = ''
  const again = await pty.connect(first.pid, { onData: (data) => { text += new TextDecoder().decode(data) } })
  await pty.sendInput(first.pid, bytes('echo again-$((40+2)); exit\n'))
  await again.wait()
  holds(text.includes('again-42'), 'output after connecting again')
})

call('pty.kill', async () => {
  const { pty } = await shared()
  const handle = await pty.create({ rows: 24, cols: 80, onData: () => {} })
  same(true, await pty.kill(handle.pid))
  await raises(CommandExitError, () => handle.wait())
  same(false, await pty.kill(999_999))
})

// Files

call('files.text', async () => {
  const sandbox = await shared()
  same('text.txt', (await sandbox.files.write('text.txt', 'héllo ☃\n')).name)
  same('héllo ☃\n', await sandbox.files.read('text.txt'))
  same('héllo ☃\n', await seen(sandbox, 'text', { path: 'text.txt' }))
})

call('files.bytes', async () => {
  const sandbox = await shared()
  const data = Buffer.alloc(256_000, Buffer.from(Array.from({ length: 256 }, (_, i) => i)))
  await sandbox.files.write('bytes', new Uint8Array(data).buffer)
  holds(data.equals(await sandbox.files.read('bytes', { format: 'bytes' })), 'as bytes')
  holds(data.equals(Buffer.from(await (await sandbox.files.read('bytes', { format: 'blob' })).arrayBuffer())), 'as a blob')
  holds(data.equals(Buffer.from(await seen(sandbox, 'bytes', { path: 'bytes' }), 'base64')), 'as ours sees it')
})

call('files.stream', async () => {
  const { files } = await shared()
  await files.write('streamed', new Blob(['x'.repeat(300_000)]).stream())
  same(300_000, (await drained(await files.read('streamed', { format: 'stream' }))).length)
  const partly = (await files.read('streamed', { format: 'stream' })).getReader()
  await partly.read()
  await partly.cancel()
})

call('files.missing', async () => {
  const sandbox = await shared()
  for (const format of ['text', 'bytes', 'blob', 'stream']) {
    await raises(FileNotFoundError, () => sandbox.files.read('none', { format }))
  }
  same('NotFoundException', await seen(sandbox, 'text', { path: 'none' }))
})

call('files.empty', async () => {
  const sandbox = await shared()
  await sandbox.files.write('empty', '')
  same('', await sandbox.files.read('empty'))
  same(0, (await sandbox.files.read('empty', { format: 'bytes' })).length)
  same(0, (await drained(await sandbox.files.read('empty', { format: 'stream' }))).length)
  same(0, (await seen(sandbox, 'stat', { path: 'empty' })).size)
})

call('files.overwrite', async () => {
  const sandbox = await shared()
  await sandbox.files.write('over', 'long text')
  await sandbox.files.write('over', 'short')
  same('short', await sandbox.files.read('over'))
  same('short', await seen(sandbox, 'text', { path: 'over' }))
})

call('files.parents', async () => {
  const sandbox = await shared()
  await sandbox.files.write('deep/down/here', 'x')
  same('x', await seen(sandbox, 'text', { path: 'deep/down/here' }))
})

call('files.several', async () => {
  const sandbox = await shared()
  const files = Array.from({ length: 5 }, (_, i) => ({ path: `several/${i}`, data: String(i) }))
  same(5, (await sandbox.files.write(files)).length)
  same(['0', '1', '2', '3', '4'], await seen(sandbox, 'names', { path: 'several' }))
  same([], await sandbox.files.write([]))
})

call('files.octet-stream', async () => {
  const sandbox = await shared()
  await sandbox.files.write('octets', 'raw', { useOctetStream: true })
  same('raw', await seen(sandbox, 'text', { path: 'octets' }))
  await sandbox.files.write([{ path: 'octets-1', data: '1' }, { path: 'octets-2', data: '2' }], { useOctetStream: true })
  same('2', await sandbox.files.read('octets-2'))
})

call('files.gzip', async () => {
  const sandbox = await shared()
  await sandbox.files.write('zipped', 'x'.repeat(10_000), { gzip: true })
  same('x'.repeat(10_000), await sandbox.files.read('zipped'))
  same('x'.repeat(10_000), await sandbox.files.read('zipped', { gzip: true }))
  same(10_000, (await seen(sandbox, 'stat', { path: 'zipped' })).size)
})

call('files.home-alias', async () => {
  const sandbox = await shared()
  await sandbox.files.write('/home/user/alias/file', 'x')
  same('x', await sandbox.files.read('alias/file'))
  same('x', await seen(sandbox, 'text', { path: '/home/user/alias/file' }))
  same(['file'], (await sandbox.files.list('/home/user/alias')).map((entry) => entry.name))
})

call('files.home-of-commands', async () => {
  const sandbox = await shared()
  const info = await sandbox.files.getInfo((await sandbox.files.write('seen/file', 'x')).path)
  const line = `stat -c '%n %U %G' "$HOME/seen/file" && cat ${info.path}`
  same(`${info.path} ${info.owner} ${info.group}\nx`, (await sandbox.commands.run(line)).stdout)
  await sandbox.commands.run(`ln -sfn ${info.path} seen/link`)
  same('x', await sandbox.files.read('seen/link'))
  same(info.path, (await sandbox.files.getInfo('seen/link')).symlinkTarget)
})

call('files.list', async () => {
  const sandbox = await shared()
  await sandbox.files.write('tree/one/two/three', 'x')
  await sandbox.files.write('tree/file', 'xyz')
  const names = async (options) => (await sandbox.files.list('tree', options)).map((entry) => entry.name).sort()
  same(['file', 'one'], await names())
  same(['file', 'one', 'three', 'two'], await names({ depth: 3 }))
  same(['file', 'one'], await seen(sandbox, 'names', { path: 'tree' }))
  await raises(InvalidArgumentError, () => names({ depth: 0 }))
})

call('files.list-entries', async () => {
  const { files } = await shared()
  await files.write('entries/file', 'xyz')
  await files.makeDir('entries/directory')
  const [directory, file] = (await files.list('entries')).sort((one, other) => (one.name < other.name ? -1 : 1))
  same([FileType.FILE, 3, FileType.DIR], [file.type, file.size, directory.type])
  holds(file.path.endsWith('entries/file'), file.path)
})

call('files.info', async () => {
  const sandbox = await shared()
  await sandbox.files.write('about', 'xyz')
  await sandbox.commands.run('chmod 640 about; ln -sfn about link')
  const info = await sandbox.files.getInfo('about')
  const { name, size, mode } = await seen(sandbox, 'stat', { path: 'about' })
  same([name, size, mode, '-rw-r-----'], [info.name, info.size, info.mode & 0o777, info.permissions])
  holds(info.modifiedTime instanceof Date && info.owner && info.group, 'time and owner')
  same(FileType.DIR, (await sandbox.files.getInfo('.')).type)
  holds((await sandbox.files.getInfo('link')).symlinkTarget.endsWith('about'), "the link's target")
  await raises(FileNotFoundError, () => sandbox.files.getInfo('none'))
})

call('files.make-dir', async () => {
  const sandbox = await shared()
  same(true, await sandbox.files.makeDir('made/nested'))
  same(false, await sandbox.files.makeDir('made/nested'))
  same('directory', (await seen(sandbox, 'stat', { path: 'made/nested' })).type)
})

call('files.exists', async () => {
  const sandbox = await shared()
  await sandbox.files.write('there', 'x')
  for (const path of ['there', 'none']) {
    same(path === 'there', await sandbox.files.exists(path))
    same(path === 'there', await seen(sandbox, 'exists', { path }))
  }
})

call('files.remove', async () => {
  const sandbox = await shared()
  await sandbox.files.write('gone/x', 'x')
  await sandbox.files.remove('gone')
  same(false, await seen(sandbox, 'exists', { path: 'gone' }))
  await sandbox.files.remove('gone')
})

call('files.rename', async () => {
  const sandbox = await shared()
  await sandbox.files.write('before', 'x')
  same('after', (await sandbox.files.rename('before', 'after')).name)
  same(false, await seen(sandbox, 'exists', { path: 'before' }))
  same(true, await seen(sandbox, 'exists', { path: 'after' }))
  await raises(FileNotFoundError, () => sandbox.files.rename('before', 'after'))
})

call('files.metadata', async () => {
  const sandbox = await shared()
  const metadata = { key: 'value' }
  for (const useOctetStream of [false, true]) {
    await sandbox.files.write('labelled', 'x', { metadata, useOctetStream })
    same(metadata, (await sandbox.files.getInfo('labelled')).metadata)
    same(metadata, (await seen(sandbox, 'stat', { path: 'labelled' })).metadata)
  }
  same(metadata, (await sandbox.files.list('.')).find((entry) => entry.name === 'labelled').metadata)
  same(metadata, (await sandbox.files.rename('labelled', 'relabelled')).metadata)
  await sandbox.files.write('relabelled', 'y')
  same({}, (await sandbox.files.getInfo('relabelled')).metadata ?? {})
  await raises(InvalidArgumentError, () => sandbox.files.write('bad', 'x', { metadata: { 'bad key': 'x' } }))
})

// The port is named as the platform's edge names it; here one port serves all sandboxes.
async function fetched(url, options = {}) {
  const headers = { 'E2b-Sandbox-Id': (await shared()).sandboxId, 'E2b-Sandbox-Port': '49983', ...options.headers }
  return fetch(url, { ...options, headers })
}

call('files.signed-urls', async () => {
  const sandbox = await shared()
  await sandbox.files.write('signed', 'secret')
  same('secret', await (await fetched(await sandbox.downloadUrl('signed'))).text())
  same('secret', await (await fetched(await sandbox.downloadUrl('signed', { useSignatureExpiration: 60 }))).text())
  const form = new FormData()
  form.append('file', new Blob(['up']), 'uploaded')
  const url = await sandbox.uploadUrl('uploaded', { useSignatureExpiration: 60 })
  same(200, (await fetched(url, { method: 'POST', body: form })).status)
  same('up', await seen(sandbox, 'text', { path: 'uploaded' }))
})

call('files.signed-urls-refused', async () => {
  const sandbox = await shared()
  const expired = await sandbox.downloadUrl('signed', { useSignatureExpiration: -10 })
  same(401, (await fetched(expired)).status)
  const forged = (await sandbox.downloadUrl('signed')).replace('signature=v1_', 'signature=v1_x')
  same(401, (await fetched(forged)).status)
})

async function watched(path, options, change) {
  const { files } = await shared()
  const events = []
  let exits = 0
  const watch = await files.watchDir(path, (event) => { events.push(event) }, { ...options, onExit: () => { exits++ } })
  await change((name) => until(`an event of ${name}`, () => events.some((event) => event.name === name)), events)
  await watch.stop()
  await until('its end', () => exits)
  same(1, exits)
}

call('files.watch', async () => {
  const { files } = await shared()
  await files.makeDir('watched')
  await watched('watched', {}, async (event) => {
    await files.write('watched/new', 'x')
    await event('new')
  })
})

call('files.watch-recursive', async () => {
  const { files } = await shared()
  await files.makeDir('watched-tree/inner')
  await watched('watched-tree', { recursive: true, includeEntry: true }, async (event, events) => {
    await files.write('watched-tree/inner/new', 'x')
    await event('inner/new')
    holds(events.some((one) => one.entry?.name === 'new'), 'an event with its entry')
    await files.makeDir('watched-tree/later')
    await event('later')
    await files.write('watched-tree/later/file', 'x')
    await event('later/file')
  })
})

call('files.watch-missing', async () => {
  const { files } = await shared()
  await raises(FileNotFoundError, () => files.watchDir('none', () => {}))
  await files.write('a-file', 'x')
  await raises(InvalidArgumentError, () => files.watchDir('a-file', () => {}))
})

await run(process.argv.slice(2), () => made?.kill())
