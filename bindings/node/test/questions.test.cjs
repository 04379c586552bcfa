// The recorded controller and histories of usage, answered as they were; questions, and what is
// wrong with some.
'use strict'

const assert = require('node:assert/strict')
const { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { pathToFileURL } = require('node:url')
const { after, before, test } = require('node:test')

const trimtab = require('trimtab')
const { hpa, rightsize } = trimtab

const root = process.env.TRIMTAB_ROOT ?? join(__dirname, '../../..')
const folder = process.env.TRIMTAB_CASES ?? join(root, 'tests/cases')
const rush = join(root, 'examples/hpa/morning-rush.jsonl')
const tighter = join(root, 'examples/hpa/tighter.yaml')
const somagent = () => trimtab.Estate.load(process.env.TRIMTAB_SOMAGENT ?? join(root, 'examples/somagent'))
const filesOf = (name) => {
  const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.jsonl'))
  return files.map((file) => join(folder, name, file)).sort()
}
const all = async (iterable) => {
  const values = []
  for await (const value of iterable) values.push(value)
  return values
}
let steps = 0
let asked = 0

for (const file of filesOf('hpa')) {
  test(`the controller answered the same: ${file.split('/').at(-1)}`, async () => {
    const answers = (await all(hpa.replay(file))).flatMap((scenario) => scenario.answers)
    assert.ok(answers.length > 0)
    for (const { recorded, at } of answers) assert.equal(recorded, 'same', at)
    steps += answers.length
  })
}

for (const file of filesOf('rightsize')) {
  test(`a history's answers: ${file.split('/').at(-1)}`, () => {
    const [first, ...lines] = readFileSync(file, 'utf8').split('\n')
    const replay = new rightsize.Replay()
    const told = []
    lines.forEach((line, index) => {
      if (line === '') return
      try {
        const came = replay.line(line)
        told.push(...came.told.map((text) => `${index + 2}: ${text}`))
        if (came.answer === null || came.answer === undefined) return
        // The recorded answer, byte for byte.
        const [, at] = line.match(/^\{"at":([^,]+),/)
        assert.ok(line.includes(came.answer.slice(`{"at":${at},`.length)), `${line}\n${came.answer}`)
        asked += 1
      } catch (error) {
        if (!(error instanceof trimtab.FormatError)) throw error
        told.push(`${index + 2}: ${error.message}`)
      }
    })
    assert.deepEqual(told, JSON.parse(first).told)
  })
}

after(() => {
  assert.ok(steps > 0 && asked >= filesOf('rightsize').length)
  console.log(`${steps} recorded steps, ${asked} answers about usage`)
})

test('histories one after the other', async () => {
  const lines = readFileSync(join(folder, 'rightsize/daily-peak.jsonl'), 'utf8').split('\n').slice(1)
  const [history, again] = await all(rightsize.replay([...lines, ...lines]))
  assert.equal(history.name, 'daily-peak')
  assert.deepEqual(history, { ...again, told: history.told })
  assert.deepEqual(JSON.parse(history.answers[0].text).runbook, history.answers[0].runbook)
  await assert.rejects(all(rightsize.replay(['{"at":1}'])), { name: 'FormatError', place: /^line 1:/ })
  await assert.rejects(all(rightsize.replay('nowhere')), { name: 'FileError', place: 'nowhere' })
  const broken = rightsize.replay([...lines, ...lines, '{"at":'])
  assert.deepEqual((await broken.next()).value, history)
  await assert.rejects(broken.next(), { name: 'FormatError', place: `line ${2 * lines.length + 1}:6` })
})

test('an explanation', async () => {
  const [last] = await hpa.explain(rush)
  const [first] = await hpa.explain(rush, { step: 1 })
  assert.equal(last.kind, 'HpaExplanation')
  assert.ok(new Date(first.at) < new Date(last.at))
  assert.deepEqual((await hpa.explain(rush, { at: new Date(first.at) }))[0], first)
  const [scenario] = await all(hpa.replay(rush))
  assert.equal(first.finding.scaledTo, scenario.answers[0].scaledTo)
  assert.equal(last.finding.scaledTo, scenario.answers.at(-1).scaledTo)
  await assert.rejects(hpa.explain(rush, { step: 0 }), { code: 'option' })
  await assert.rejects(hpa.explain(rush, { step: 1e6 }), { name: 'DecisionError', code: 'not-there' })
  await assert.rejects(hpa.explain(rush, { name: 'nope' }), { code: 'not-there' })
  await assert.rejects(hpa.explain('nowhere'), trimtab.FileError)
})

test('a verdict', () => {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
  const web = { metadata: { name: 'web', namespace: 'shop' }, spec: { maxReplicas: 3, scaleTargetRef } }
  const verdict = hpa.validate(web)
  assert.deepEqual([verdict.errors, verdict.spec.minReplicas], [[], 1])
  const zero = { ...web, spec: { ...web.spec, maxReplicas: 0 } }
  assert.equal(hpa.validate(zero, { old: web }).errors[0].field, 'spec.maxReplicas')
  assert.match(hpa.validate({ spec: 3 }).unreadable, /^hpa: /)
  assert.throws(() => hpa.validate(web, { featureGates: 3 }), { name: 'FormatError', code: 'malformed' })
})

test('a what-if', async () => {
  const [compared] = await hpa.whatIf(rush, tighter)
  assert.equal(compared.differences.length, compared.summary.differ)
  assert.ok(compared.summary.differ > 0)
  const [{ answers }] = await all(hpa.replay(pathToFileURL(rush)))
  assert.equal(compared.summary.steps, answers.length)
  const same = await hpa.whatIf(rush, { controller: {} })
  assert.deepEqual([same[0].summary.differ, same[0].differences], [0, []])
  const misspelt = hpa.whatIf(rush, { controller: { tolerence: 1 } })
  await assert.rejects(misspelt, { name: 'DocumentError', help: /tolerance/ })
  await assert.rejects(hpa.whatIf(['{}'], tighter), { name: 'FormatError', place: 'text:1:2' })
  await assert.rejects(hpa.whatIf(rush, tighter, { signal: AbortSignal.abort() }), { name: 'AbortError' })
})

test('hostile texts', async () => {
  for (const text of ['', '{', '[]', 'null', '\0', '['.repeat(100_000), '{"kind":"UsageHistory"}']) {
    await assert.rejects(hpa.explain([text]), trimtab.TrimtabError)
    await assert.rejects(hpa.whatIf(rush, [text]), trimtab.TrimtabError)
    if (text === '') continue
    await assert.rejects(hpa.whatIf([text], tighter), trimtab.FormatError)
    await assert.rejects(all(rightsize.replay([text])), trimtab.FormatError)
    await assert.rejects(all(hpa.replay([text])), trimtab.FormatError)
  }
})

test('the declared types have the keys of real results', async () => {
  const installed = join(require.resolve('trimtab'), '..')
  const declared = readFileSync(join(installed, 'index.d.cts'), 'utf8')
  const imported = readFileSync(join(installed, 'index.d.mts'), 'utf8')
  assert.ok(imported.startsWith(declared))
  assert.match(imported.slice(declared.length), /^\n\/\/.*\n.*\ndeclare const trimtab: .*\nexport default trimtab\n$/)

  const ts = require(require.resolve('typescript', { paths: [join(root, 'bindings/node')] }))
  const keys = {}
  ts.createSourceFile('index.d.cts', declared, ts.ScriptTarget.ES2022).forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node)) return
    keys[node.name.text] = node.members
      .filter(({ name, questionToken }) => name !== undefined && questionToken === undefined)
      .map(({ name }) => name.text)
      .sort()
  })
  const run = await trimtab.simulate(somagent(), { until: '30h' })
  const [compared] = await hpa.whatIf(rush, tighter)
  const service = run.services.find(({ changes }) => changes.length > 0)
  const [account] = await hpa.explain(rush)
  const usage = Buffer.from(`timestamp,workload,pod,container,cpu,memory\n1700000000,web,web-0,app,0.25,1e6\n`)
  const fleet = await rightsize.fleet(usage)
  const [container] = fleet
  const real = {
    Account: account,
    Compared: compared,
    Container: container,
    RightsizeResult: fleet.toJSON(),
    Recommendation: container.vpa.found,
    ResourceFinding: container.runbook.found.cpu,
    Risk: container.present.risk,
    Sized: container.present,
    Point: run.course('gateway-api')[0],
    Score: service.score,
    ServiceRun: service,
    Side: compared.differences[0].changed,
    SimulationResult: run.toJSON(),
    Total: compared.summary.changed,
    Totals: run.totals,
  }
  const { patch, requests, limits, risk, ...advised } = container.vpa
  assert.deepEqual(Object.keys(advised), keys.Advised)
  for (const [name, value] of Object.entries(real)) assert.deepEqual(Object.keys(value).sort(), keys[name], name)
})

/** A recording of so many steps, of one header, and a history of so many samples. */
function* recording(steps) {
  const [header, first] = readFileSync(rush, 'utf8').split('\n')
  const { recorded, at, ...step } = JSON.parse(first)
  const rest = JSON.stringify(step).slice(1)
  yield header
  for (let number = 0; number < steps; number += 1) {
    yield `{"at":"${new Date(Date.parse(at) + number * 15_000).toISOString()}",${rest}`
  }
}

function* usage(samples) {
  yield JSON.stringify({ apiVersion: 'trimtab.dev/v1', kind: 'UsageHistory', name: 'a', containers: [{ name: 'app' }] })
  for (let at = 0; at < samples; at += 1) yield `{"at":${at},"pod":"p","container":"app","cpu":0.5}`
}

const lasting = {
  simulate: {
    once: (signal) => trimtab.simulate(somagent(), { until: '240h', signal }),
    long: (signal) => trimtab.simulate(somagent(), { until: '100000h', signal }),
  },
  'hpa.replay': {
    once: (signal) => all(hpa.replay(recording(5_000), { signal })),
    long: (signal) => all(hpa.replay(recording(1e9), { signal })),
  },
  'hpa.explain': {
    once: (signal) => hpa.explain(longer.slice(0, 40_000), { signal }),
    long: (signal) => hpa.explain(longer, { signal }),
  },
  'hpa.whatIf': {
    once: (signal) => hpa.whatIf(longer.slice(0, 40_000), { controller: {} }, { signal }),
    long: (signal) => hpa.whatIf(longer, { controller: {} }, { signal }),
  },
  'rightsize.replay': {
    once: (signal) => all(rightsize.replay(usage(100_000), { signal })),
    long: (signal) => all(rightsize.replay(usage(1e9), { signal })),
  },
  'rightsize.fleet': {
    once: (signal) => rightsize.fleet(many.slice(0, 20), { signal }),
    long: (signal) => rightsize.fleet(many, { signal }),
  },
}
const scratch = mkdtempSync(join(tmpdir(), 'trimtab-'))
// Lines and no file, so that the signal comes while they are played and not while they are read.
let longer
const rows = Array.from({ length: 20_000 }, (_, number) => `${1_700_000_000 + number * 60},web,web-0,app,0.25\n`)
const many = Array(300).fill(join(scratch, 'usage.csv'))
before(() => {
  longer = [...recording(100_000)]
  writeFileSync(many[0], `timestamp,workload,pod,container,cpu\n${rows.join('')}`)
})
after(() => rmSync(scratch, { recursive: true }))

for (const [name, { once, long }] of Object.entries(lasting)) {
  test(`the process goes on beside ${name}`, async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    delay.enable()
    await once()
    delay.disable()
    clearInterval(timer)
    assert.ok(turns >= 5, `${turns} turns of the event loop, the longest ${delay.max / 1e6} ms`)
  })

  test(`${name} stops in the middle`, async () => {
    const stop = new AbortController()
    let spent = null
    setTimeout(() => {
      spent = process.cpuUsage()
      stop.abort(new Error('enough'))
    }, 200)
    await assert.rejects(long(stop.signal), { message: 'enough' })
    const { user, system } = process.cpuUsage(spent)
    // Whole, it takes a multiple of that.
    assert.ok(user + system < 600_000, `${user + system} us after it was stopped`)
  })

  test(`${name} does not begin once it is stopped`, async () => {
    await assert.rejects(long(AbortSignal.abort()), { name: 'AbortError' })
  })
}
