// Reports each call to the JVM that started this program, and asks it what our client sees.
import { isDeepStrictEqual } from 'node:util'
import { createInterface } from 'node:readline'

const calls = []
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

function write(message) {
  process.stdout.write(JSON.stringify(message) + '\n')
}

/** Registers a function that checks the call of this name. */
export function call(name, check) {
  calls.push([name, check])
}

export function same(expected, actual, what = 'result') {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
  }
}

export function holds(condition, what) {
  if (!condition) throw new Error(what)
}

/** Awaits an action that is to fail with an error of this class, or of one of these. */
export async function raises(kind, action) {
  const kinds = [kind].flat()
  const expected = kinds.map((one) => one.name).join(' or ')
  let result
  try {
    result = await action()
  } catch (e) {
    if (kinds.some((one) => e instanceof one)) return e
    throw new Error(`expected ${expected}, got ${e?.name}: ${e?.message}`)
  }
  throw new Error(`expected ${expected}, got ${JSON.stringify(result)}`)
}

export async function until(what, condition) {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    holds(Date.now() < deadline, `${what} did not happen within 30 s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** What our client sees of this sandbox; the name of its exception if it threw one. */
export async function ours(sandbox, what, more = {}) {
  write({ ask: { sandbox, what, ...more } })
  const answer = JSON.parse((await answers.next()).value)
  return 'answer' in answer ? answer.answer : answer.error
}

export async function run(only, end) {
  for (const [name, check] of calls) {
    if (only.length && !only.some((start) => name.startsWith(start))) continue
    try {
      await check()
      write({ passed: name })
    } catch (e) {
      const line = /calls\.mjs:(\d+):\d+\)?$/m.exec(String(e?.stack).replace(/.*\/calls\.mjs.*\n?/g, ''))
      write({ failed: name, why: `line ${line?.[1]}: ${e?.name ?? typeof e}: ${e?.message ?? JSON.stringify(e)}` })
    }
  }
  await end()
  process.exit(0)
}
