// Drives Blaxel's JavaScript client through the calls of blaxel.txt.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SandboxInstance } from '@blaxel/core'
import { call, holds, ours, raises, run, same, until } from './calls.mjs'

// The client warns at each create that it names no region, which the embedded server has none of.
console.warn = () => {}

const RUN = `compat-${process.pid}`
let made
let home
let number = 0

const unused = () => `${RUN}-${++number}`

/** One sandbox for all calls that leave it as it was. */
async function shared() {
  made ??= await SandboxInstance.create({ name: unused(), labels: { run: RUN } })
  home ??= (await done(made, 'pwd')).stdout.trim()
  return made
}

/** A path with folders is an absolute one to the server, whatever it begins with. */
const at = (path) => `${home}/${path}`

/** Runs with a sandbox of its own, deleted at the end. */
async function fresh(options, use) {
  const sandbox = await SandboxInstance.create({ name: unused(), ...options })
  try {
    return await use(sandbox)
  } finally {
    await sandbox.delete().catch(() => {})
  }
}

const nameOf = (sandbox) => sandbox.metadata.name
const seen = (sandbox, what, more) => ours(nameOf(sandbox), what, more)
const state = async (sandbox) => (await seen(sandbox, 'info')).state
const there = (name) => SandboxInstance.get(name).then(() => true, () => false)

async function done(sandbox, command, more = {}) {
  return sandbox.process.exec({ command, waitForCompletion: true, ...more })
}

async function listed(query) {
  const names = []
  let page = await SandboxInstance.list(query)
  for (;;) {
    names.push(...page.data.map(nameOf))
    if (!page.hasMore) return names
    page = await page.nextPage()
  }
}

// Sandboxes

call('sandbox.create', () => fresh({}, async (sandbox) => {
  same('DEPLOYED', sandbox.status)
  same('running', await state(sandbox))
}))

call('sandbox.create-unnamed', async () => {
  const sandbox = await SandboxInstance.create()
  holds(nameOf(sandbox).startsWith('sandbox-'), nameOf(sandbox))
  same('running', await state(sandbox))
  await sandbox.delete()
})

call('sandbox.create-image', () =>
  fresh({ image: 'blaxel/node:latest' }, async (sandbox) => {
    same('blaxel/node:latest', sandbox.spec.runtime.image)
    same('blaxel/node:latest', (await seen(sandbox, 'info')).template)
  }))

call('sandbox.create-labels', () =>
  fresh({ labels: { run: RUN, kind: 'labelled' } }, async (sandbox) => {
    same('labelled', sandbox.metadata.labels.kind)
    same('labelled', (await seen(sandbox, 'info')).labels.kind)
  }))

call('sandbox.create-ports', () =>
  fresh({ ports: [{ name: 'web', target: 3000, protocol: 'HTTP' }] }, (sandbox) => {
    const port = sandbox.spec.runtime.ports.find((one) => one.target === 3000)
    same(['web', 'HTTP'], [port.name, port.protocol])
  }))

call('sandbox.create-environment', () => {
  const value = 'a \'b\' "c" $d \\e'
  return fresh({ envs: [{ name: 'MINE', value }] }, async (sandbox) => {
    same(value, (await done(sandbox, 'printf %s "$MINE"')).stdout)
    same(value, (await seen(sandbox, 'shell', { command: 'printf %s "$MINE"' })).stdout)
  })
})

call('sandbox.create-large-environment', () =>
  fresh({ envs: [{ name: 'LARGE', value: 'x'.repeat(3000) }] }, async (sandbox) =>
    same('3000\n', (await done(sandbox, 'echo ${#LARGE}')).stdout)))

call('sandbox.create-same-name', async () => {
  const name = unused()
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => SandboxInstance.create({ name })))
  const won = results.filter((result) => result.status === 'fulfilled')
  holds(won.length >= 1 && won.every((result) => nameOf(result.value) === name), 'one is made')
  await SandboxInstance.delete(name)
})

call('sandbox.create-if-not-exists', async () => {
  const name = unused()
  const all = await Promise.all(Array.from({ length: 4 }, () => SandboxInstance.createIfNotExists({ name })))
  same([name], [...new Set(all.map(nameOf))])
  await all[0].fs.write('kept', 'x')
  const again = await SandboxInstance.createIfNotExists({ name })
  same('x', await again.fs.read('kept'))
  same('x', await seen(again, 'text', { path: 'kept' }))
  await again.delete()
})

call('sandbox.create-while-deleted', async () => {
  const name = unused()
  await SandboxInstance.create({ name })
  const deleting = SandboxInstance.delete(name)
  const again = await SandboxInstance.createIfNotExists({ name })
  await deleting
  same(name, nameOf(again))
  await again.delete().catch(() => {})
})

call('sandbox.get', async () => {
  const sandbox = await shared()
  const again = await SandboxInstance.get(nameOf(sandbox))
  same(nameOf(sandbox), nameOf(again))
  await again.fs.write('got', 'x')
  same('x', await seen(again, 'text', { path: 'got' }))
})

call('sandbox.get-missing', async () => {
  const error = await SandboxInstance.get('none-such').then(() => null, (e) => e)
  same(404, error?.code ?? error?.status)
})

call('sandbox.list', async () => holds((await listed()).includes(nameOf(await shared())), 'it is listed'))

call('sandbox.list-pages', () => fresh({}, () => fresh({}, () => fresh({}, async () => {
  const names = (await listed({ limit: 2 })).filter((name) => name.startsWith(RUN))
  holds(names.length >= 3, `at least three, of ${names}`)
  same(names.length, new Set(names).size, 'no name twice')
}))))

call('sandbox.delete', async () => {
  for (const how of ['by name', 'by instance']) {
    const sandbox = await SandboxInstance.create({ name: unused() })
    await (how === 'by name' ? SandboxInstance.delete(nameOf(sandbox)) : sandbox.delete())
    await until('its end', async () => ['none', 'deleting'].includes(await state(sandbox)))
    await until('its record', async () => !(await there(nameOf(sandbox))) ||
      ['DELETING', 'TERMINATED'].includes((await SandboxInstance.get(nameOf(sandbox))).status))
  }
})

call('sandbox.update-metadata', () =>
  fresh({ labels: { run: RUN } }, async (sandbox) => {
    await sandbox.fs.write('marker', 'x')
    for (const kind of ['one', 'two']) {
      const updated = await SandboxInstance.updateMetadata(nameOf(sandbox), { labels: { run: RUN, kind }, displayName: kind })
      same([kind, kind], [updated.metadata.labels.kind, updated.metadata.displayName])
      same(kind, (await seen(sandbox, 'info')).labels.kind)
    }
    same('x', await sandbox.fs.read('marker'))
  }))

call('sandbox.external-id', () => {
  const externalId = `${RUN}-external`
  return fresh({ externalId }, async (sandbox) => {
    same(externalId, sandbox.metadata.externalId)
    same(nameOf(sandbox), nameOf(await SandboxInstance.getByExternalId(externalId)))
    same([nameOf(sandbox)], await listed({ externalId }))
    same([], await listed({ externalId: `${externalId}-none` }))
    await raises(Object, () => SandboxInstance.getByExternalId(`${externalId}-none`))
  })
})

call('sandbox.wait', async () => {
  const sandbox = await shared()
  same(nameOf(sandbox), nameOf(await sandbox.wait()))
})

call('sandbox.burst', () =>
  fresh({}, async (sandbox) => {
    await sandbox.fs.write('f', 'x')
    const results = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      if (i % 3 === 0) return sandbox.fs.read('f')
      if (i % 3 === 1) return (await done(sandbox, 'cat f')).stdout
      return (await sandbox.fs.ls('.')).files.some((file) => file.name === 'f') ? 'x' : 'none'
    }))
    same(['x'], [...new Set(results)])
  }))

call('life.ttl', async () => {
  const sandbox = await SandboxInstance.create({ name: unused(), ttl: '2s' })
  await until('its end', async () => ['none', 'deleting'].includes(await state(sandbox)))
})

call('life.expires', async () => {
  const sandbox = await SandboxInstance.create({ name: unused(), expires: new Date(Date.now() + 3000) })
  await until('its end', async () => ['none', 'deleting'].includes(await state(sandbox)))
})

call('life.update-ttl', () =>
  fresh({ ttl: '10m' }, async (sandbox) => {
    await sandbox.fs.write('marker', 'x')
    for (const ttl of ['20m', '30m', null]) {
      await SandboxInstance.updateTtl(nameOf(sandbox), ttl)
      same('x', await sandbox.fs.read('marker'))
    }
    same('running', await state(sandbox))
  }))

call('life.policies', async () => {
  const policies = [{ type: 'ttl-max-age', value: '2s', action: 'delete' }]
  const sandbox = await SandboxInstance.create({ name: unused(), lifecycle: { expirationPolicies: policies } })
  await until('its end', async () => ['none', 'deleting'].includes(await state(sandbox)))
})

call('life.update-policies', () =>
  fresh({}, async (sandbox) => {
    await sandbox.fs.write('marker', 'x')
    const policies = [{ type: 'ttl-idle', value: '30m', action: 'delete' }]
    for (const lifecycle of [{ expirationPolicies: policies }, null]) {
      await SandboxInstance.updateLifecycle(nameOf(sandbox), lifecycle)
      same('x', await sandbox.fs.read('marker'))
    }
  }))

// Processes

call('process.wait-for-completion', async () => {
  const sandbox = await shared()
  const result = await done(sandbox, 'echo "Hello, World!"')
  same(['completed', 0, 'Hello, World!\n'], [result.status, result.exitCode, result.logs])
  same('Hello, World!\n', (await seen(sandbox, 'shell', { command: 'echo "Hello, World!"' })).stdout)
})

call('process.names', async () => {
  const { process: processes } = await shared()
  const name = unused()
  same(name, (await processes.exec({ name, command: 'true', waitForCompletion: true })).name)
  holds((await processes.exec({ command: 'true', waitForCompletion: true })).name, 'a name is made')
  same('completed', (await processes.get(name)).status)
})

call('process.directory', async () => {
  const sandbox = await shared()
  same('/tmp\n', (await done(sandbox, 'pwd', { workingDir: '/tmp' })).stdout)
  await raises(Error, () => done(sandbox, 'pwd', { workingDir: '/tmp/none-such' }))
})

call('process.channels', async () => {
  const { stdout, stderr } = await done(await shared(), 'echo out; echo err >&2')
  same(['out\n', 'err\n'], [stdout, stderr])
})

call('process.exit-code', async () => {
  const sandbox = await shared()
  const { status, exitCode } = await done(sandbox, 'exit 42')
  same(['failed', 42], [status, exitCode])
  same(42, (await seen(sandbox, 'shell', { command: 'exit 42' })).status)
})

call('process.environment', async () => {
  same('mine\n', (await done(await shared(), 'echo $MINE', { env: { MINE: 'mine' } })).stdout)
})

call('process.shell', async () => {
  const sandbox = await shared()
  same('/\n', (await done(sandbox, 'cd / && pwd')).stdout)
  same('x\n', (await done(sandbox, 'export A=x; echo $A')).stdout)
  same('in\n', (await done(sandbox, `bash -c "echo 'in'"`)).stdout)
  same('f\n', (await done(sandbox, 'f() { echo f; }; f')).stdout)
})

const lines = (text) => text.split('\n').filter(Boolean)
const five = 'for i in 1 2 3 4 5; do echo "line $i"; sleep 0.1; done'
const expected = ['line 1', 'line 2', 'line 3', 'line 4', 'line 5']

call('process.callbacks-while-waiting', async () => {
  const { process: processes } = await shared()
  const logs = []
  const result = await processes.exec({ command: five, waitForCompletion: true, onLog: (line) => logs.push(line) })
  same('completed', result.status)
  same(expected, lines(logs.join('\n')))
})

call('process.callbacks-in-background', async () => {
  const { process: processes } = await shared()
  for (const waitForCompletion of [false, undefined]) {
    const logs = []
    const running = await processes.exec({ command: five, waitForCompletion, onLog: (line) => logs.push(line) })
    await until('the last line', () => logs.includes('line 5'))
    running.close()
    same(expected, lines(logs.join('\n')))
  }
})

call('process.stream-logs', async () => {
  const { process: processes } = await shared()
  const [out, err, log] = [[], [], []]
  const { name } = await processes.exec({ command: `${five}; echo late >&2`, waitForCompletion: false })
  const stream = processes.streamLogs(name, {
    onStdout: (line) => out.push(line), onStderr: (line) => err.push(line), onLog: (line) => log.push(line),
  })
  await stream.wait()
  same([expected, ['late']], [lines(out.join('\n')), lines(err.join('\n'))])
  same(6, lines(log.join('\n')).length)
})

call('process.stream-closed-early', async () => {
  const { process: processes } = await shared()
  const log = []
  const { name } = await processes.exec({ command: 'while :; do echo x; sleep 0.05; done', waitForCompletion: false })
  const stream = processes.streamLogs(name, { onLog: (line) => log.push(line) })
  await until('a line', () => log.length)
  stream.close()
  await stream.wait()
  const count = log.length
  await processes.kill(name)
  same(count, log.length)
})

call('process.does-not-wait', async () => {
  const sandbox = await shared()
  const begun = Date.now()
  const { name } = await sandbox.process.exec({ command: 'sleep 1000.3', waitForCompletion: false })
  holds(Date.now() - begun < 60_000, 'it returned')
  same('running', (await sandbox.process.get(name)).status)
  holds((await seen(sandbox, 'commands')).some((command) => command.includes('sleep 1000.3')), 'ours lists it')
  await sandbox.process.kill(name)
})

call('process.logs', async () => {
  const { process: processes } = await shared()
  const { name } = await processes.exec({ command: 'echo out; sleep 0.2; echo err >&2', waitForCompletion: true })
  same('out\n', await processes.logs(name, 'stdout'))
  same('err\n', await processes.logs(name, 'stderr'))
  same('out\nerr\n', await processes.logs(name, 'all'))
})

call('process.wait', async () => {
  const { process: processes } = await shared()
  const { name } = await processes.exec({ command: 'sleep 0.5', waitForCompletion: false })
  same('completed', (await processes.wait(name, { interval: 100 })).status)
})

call('process.wait-too-long', async () => {
  const { process: processes } = await shared()
  const { name } = await processes.exec({ command: 'sleep 60', waitForCompletion: false })
  const error = await raises(Error, () => processes.wait(name, { maxWait: 500, interval: 100 }))
  same('Process did not finish in time', error.message)
  await processes.kill(name)
})

call('process.kill', async () => {
  const sandbox = await shared()
  const { name } = await sandbox.process.exec({ command: 'sleep 1000.4', waitForCompletion: false })
  await sandbox.process.kill(name)
  await until('its end', async () => (await sandbox.process.get(name)).status !== 'running')
  same('killed', (await sandbox.process.get(name)).status)
  holds(!(await seen(sandbox, 'commands')).some((command) => command.includes('1000.4')), 'it is gone')
})

call('process.stop', async () => {
  const { process: processes } = await shared()
  const { name } = await processes.exec({ command: 'sleep 1000.5', waitForCompletion: false })
  await processes.stop(name)
  await until('its end', async () => (await processes.get(name)).status === 'stopped')
})

call('process.kill-finished', async () => {
  const { process: processes } = await shared()
  const { name } = await processes.exec({ command: 'true', waitForCompletion: true })
  await processes.kill(name).catch(() => {})
  same('completed', (await processes.get(name)).status)
})

call('process.list', async () => {
  const { process: processes } = await shared()
  const { name, pid } = await processes.exec({ command: 'sleep 1000.6', waitForCompletion: false })
  same([pid], (await processes.list()).filter((one) => one.name === name).map((one) => one.pid))
  await processes.kill(name)
})

call('process.restart', async () => {
  const result = await done(await shared(), 'exit 1', { restartOnFailure: true, maxRestarts: 3 })
  same(['failed', 1, 3], [result.status, result.exitCode, result.restartCount])
})

call('process.keep-alive', async () => {
  const { process: processes } = await shared()
  const { name, keepAlive } = await processes.exec({ command: 'sleep 1000', keepAlive: true, timeout: 1 })
  same(true, keepAlive)
  await until('its end', async () => (await processes.get(name)).status !== 'running')
  const endless = await processes.exec({ command: 'sleep 1000', keepAlive: true, timeout: 0 })
  same('running', (await processes.get(endless.name)).status)
  await processes.kill(endless.name)
  same(false, (await processes.exec({ command: 'true', waitForCompletion: true })).keepAlive ?? false)
})

call('process.wait-for-ports', async () => {
  const port = 20_000 + (process.pid % 20_000)
  const script = `import http.server; http.server.HTTPServer(("", ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()`
  await fresh({ ports: [{ name: 'web', target: port, protocol: 'HTTP' }] }, async (sandbox) => {
    // What listens on loopback only is not waited for: nobody could reach it.
    const { name } = await sandbox.process.exec({ command: `sleep 0.5; exec python3 -c '${script}'`, waitForPorts: [port] })
    same(200, (await sandbox.fetch(port, '/')).status)
    await sandbox.process.kill(name)
  })
})

// Files

for (const [what, text] of [['text', 'Hello'], ['unicode', 'héllo ☃ 😀'], ['lines', 'one\ntwo\n\nthree'], ['empty', '']]) {
  call(`files.${what}`, async () => {
    const sandbox = await shared()
    await sandbox.fs.write(at(`${what}.txt`), text)
    same(text, await seen(sandbox, 'text', { path: at(`${what}.txt`) }))
    same(text, await sandbox.fs.read(at(`${what}.txt`)))
  })
}

call('files.overwrite', async () => {
  const sandbox = await shared()
  await sandbox.fs.write(at('over'), 'long text')
  await sandbox.fs.write(at('over'), 'short')
  same('short', await sandbox.fs.read(at('over')))
  same('short', await seen(sandbox, 'text', { path: at('over') }))
})

const pattern = (size) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 7) % 256))

async function roundTrip(name, data) {
  const sandbox = await shared()
  await sandbox.fs.writeBinary(at(name), data)
  holds(data.equals(Buffer.from(await (await sandbox.fs.readBinary(at(name))).arrayBuffer())), 'the same bytes')
  holds(data.equals(Buffer.from(await seen(sandbox, 'bytes', { path: at(name) }), 'base64')), 'as ours sees them')
}

call('files.binary', () => roundTrip('binary', pattern(10_000)))
call('files.binary-in-parts', () => roundTrip('binary-large', pattern(6 * 1024 * 1024)))

call('files.text-in-parts', async () => {
  const sandbox = await shared()
  const text = 'x'.repeat(6 * 1024 * 1024)
  await sandbox.fs.write(at('text-large'), text)
  same(text.length, (await seen(sandbox, 'stat', { path: at('text-large') })).size)
  holds((await sandbox.fs.read(at('text-large'))) === text, 'the same text')
})

call('files.local', async () => {
  const sandbox = await shared()
  const folder = mkdtempSync(join(tmpdir(), 'compat-'))
  try {
    writeFileSync(join(folder, 'up'), pattern(5000))
    await sandbox.fs.writeBinary(at('local'), join(folder, 'up'))
    await sandbox.fs.download(at('local'), join(folder, 'down'))
    holds(pattern(5000).equals(readFileSync(join(folder, 'down'))), 'the same bytes')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

call('files.list', async () => {
  const sandbox = await shared()
  await sandbox.fs.write(at('tree/file'), 'xyz')
  await sandbox.fs.mkdir(at('tree/inner'))
  const { files, subdirectories } = await sandbox.fs.ls(at('tree'))
  same([['file'], ['inner']], [files.map((file) => file.name), subdirectories.map((one) => one.name)])
  holds(files[0].size === 3 && files[0].permissions && files[0].owner && files[0].lastModified, 'metadata')
  same(['file', 'inner'], await seen(sandbox, 'names', { path: at('tree') }))
  await raises(Error, () => sandbox.fs.ls(at('none')))
})

call('files.missing', async () => {
  const sandbox = await shared()
  same(404, (await raises(Error, () => sandbox.fs.read(at('none')))).status)
  same('NotFoundException', await seen(sandbox, 'text', { path: at('none') }))
})

call('files.make-directory', async () => {
  const sandbox = await shared()
  await sandbox.fs.mkdir(at('made/nested/deep'))
  same('directory', (await seen(sandbox, 'stat', { path: at('made/nested/deep') })).type)
})

call('files.copy', async () => {
  const sandbox = await shared()
  await sandbox.fs.write(at('source/file'), 'x')
  await sandbox.fs.cp(at('source/file'), at('copied'))
  await sandbox.fs.cp(at('source'), at('copied-tree'))
  same('x', await seen(sandbox, 'text', { path: at('copied') }))
  same('x', await seen(sandbox, 'text', { path: at('copied-tree/file') }))
})

call('files.remove', async () => {
  const sandbox = await shared()
  await sandbox.fs.write(at('gone/file'), 'x')
  await raises(Error, () => sandbox.fs.rm(at('gone')))
  await sandbox.fs.rm(at('gone/file'))
  same(false, await seen(sandbox, 'exists', { path: at('gone/file') }))
  await sandbox.fs.write(at('gone/file'), 'x')
  await sandbox.fs.rm(at('gone'), true)
  same(false, await seen(sandbox, 'exists', { path: at('gone') }))
})

call('files.write-tree', async () => {
  const sandbox = await shared()
  await sandbox.fs.writeTree([{ path: 'a', content: '1' }, { path: 'b/c', content: '2' }], at('written'))
  same('1', await seen(sandbox, 'text', { path: at('written/a') }))
  same('2', await seen(sandbox, 'text', { path: at('written/b/c') }))
})

call('files.find', async () => {
  const sandbox = await shared()
  await sandbox.fs.writeTree([{ path: 'a.go', content: '' }, { path: 'b/c.go', content: '' }, { path: 'd.md', content: '' }], at('found'))
  const { matches } = await sandbox.fs.find(at('found'), { type: 'file', patterns: ['*.go'] })
  same(2, matches.length)
})

call('files.grep', async () => {
  const sandbox = await shared()
  await sandbox.fs.writeTree([{ path: 'a', content: 'no\nneedle\n' }, { path: 'b', content: 'hay' }], at('searched'))
  const { matches } = await sandbox.fs.grep('needle', at('searched'))
  same([2], matches.map((match) => match.line))
})

call('files.parallel-reads', async () => {
  const sandbox = await shared()
  await sandbox.fs.write(at('read-often'), 'x')
  const all = await Promise.all(Array.from({ length: 100 }, () => sandbox.fs.read(at('read-often'))))
  same(['x'], [...new Set(all)])
})

call('files.watch', async () => {
  const sandbox = await shared()
  await sandbox.fs.mkdir(at('watched'))
  const events = []
  const errors = []
  const watch = sandbox.fs.watch(at('watched'), (event) => { events.push(event) }, { withContent: true, onError: (e) => errors.push(e) })
  // It says nowhere when it has begun.
  let count = 0
  await until('an event', async () => {
    await sandbox.fs.write(at(`watched/new-${count++}`), 'content')
    return events.some((event) => event.name.startsWith('new-') && event.content === 'content')
  })
  watch.close()
  same([], errors)
})

await run(process.argv.slice(2), () => made?.delete())
