// What a caller sees: values, errors, times, promises.
'use strict'

const assert = require('node:assert/strict')
const { mkdtempSync, readFileSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { before, test } = require('node:test')
const { inspect } = require('node:util')

const trimtab = require('trimtab')
const { Estate, Service, simulate } = trimtab

const somagent = process.env.TRIMTAB_SOMAGENT ?? join(__dirname, '../../../examples/somagent')
const noon = new Date('2026-03-01T12:00:00Z')
const later = (seconds) => new Date(noon.getTime() + seconds * 1000)
let estate
let run

before(async () => {
  estate = Estate.load(somagent)
  run = await simulate(estate, { until: '30h', keep: 'changes' })
})

test('an estate and its policies', () => {
  assert.equal(estate.name, 'somagent')
  assert.equal(estate.services.length, 12)
  const policy = estate.policy('gateway-api')
  assert.deepEqual([policy.service, policy.law, policy.min, policy.max], ['gateway-api', 'hpa', 3, 20])
  assert.throws(() => estate.policy('nope'), { code: 'unknown-service', help: /gateway-api/ })
})

test('a service from sample to record', () => {
  const service = new Service(estate.policy('billing-service'))
  let now = noon
  for (let at = 0; at <= 600; at += 15) {
    now = later(at)
    const taken = service.takeIn([{ metric: 'cpu', value: 91, takenAt: now, source: 'prometheus' }], now)
    assert.deepEqual(taken[0].verdict, { code: 'sample-used', text: 'used' })
  }
  const pending = service.decideOnSize(now, 1)
  assert.deepEqual(pending.write, { from: 1, to: 2 })
  assert.equal(pending.because.code, 'sustained')
  assert.equal(pending.cap('postgres', 1).write, null)
  const { record, service: next } = pending.settle('written')
  assert.equal(record.wanted, 2)
  assert.match(record.explain()[0], /goes up from 1 to 2/)
  record.verify()
  assert.equal(record.again().toText(), record.toText())
  assert.equal(JSON.stringify(record), JSON.stringify(JSON.parse(record.toText())))
  assert.equal(service.decideOnSize(now, 1).wanted, 2)
  assert.notEqual(next.state.toText(), service.state.toText())
  assert.match(next.pollTimeout, /^2026-03-01T12:/)
})

test('a simulation', () => {
  const gateway = run.services.find(({ service }) => service === 'gateway-api')
  assert.deepEqual(gateway.bounds, { min: 3, max: 20 })
  assert.equal(run.records.length, run.totals.changes)
  assert.equal(run.course('gateway-api')[0].replicas, 3)
  assert.throws(() => run.course('nope'), { code: 'unknown-service' })
  assert.deepEqual(JSON.parse(JSON.stringify(run)), JSON.parse(run.toText()))
})

test('it plays on another thread, tells how far it has come, and stops when asked', async () => {
  let turns = 0
  const timer = setInterval(() => (turns += 1), 1)
  const told = []
  await simulate(estate, { until: '240h', progress: (part) => told.push(part) })
  clearInterval(timer)
  assert.ok(turns > 10, `${turns} turns of the event loop`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(told.length > 50 && told.at(-1) === 1)

  const stop = new AbortController()
  setTimeout(() => stop.abort(), 50)
  await assert.rejects(simulate(estate, { until: '100000h', signal: stop.signal }), { name: 'AbortError' })
  await assert.rejects(simulate(estate, { signal: AbortSignal.abort() }), { name: 'AbortError' })
})

test('what makes no sense is refused with a code', async () => {
  const service = new Service(estate.policy('billing-service'))
  assert.throws(() => service.decideOnSize(noon, 1.5), /whole number of replicas, not 1.5/)
  assert.throws(() => service.decideOnSize(noon, Number.NaN), /not NaN/)
  assert.throws(() => service.decideOnSize('soon', 1), trimtab.DecisionError)
  service.takeIn([], noon)
  assert.throws(() => service.takeIn([], later(-1)), { code: 'time-went-back' })
  assert.throws(() => new Service(estate.policy('gateway-api'), service.state), { code: 'other-policy' })
  assert.throws(() => service.decideOnSize(noon, 1).settle('perhaps'), { code: 'unknown-outcome' })
  assert.throws(() => service.decideOnSize(noon, 1).settle('failed'), { code: 'unknown-outcome' })
  assert.throws(() => Estate.load('nowhere'), { name: 'FileError', code: 'file', place: 'nowhere' })
  assert.throws(() => Estate(), TypeError)
  for (const options of [{ keep: 'none' }, { keep: 0 }, { seed: 0.5 }, { until: '2020-01-01T00:00:00Z' }]) {
    await assert.rejects(simulate(estate, options), trimtab.DecisionError)
  }
})

test('wrong arguments are TypeErrors, in words of JavaScript', async () => {
  const service = new Service(estate.policy('billing-service'))
  const sample = { metric: 'cpu', value: 1, takenAt: noon, source: 's' }
  const calls = [
    [() => Estate.load(5), /^expected a string, not a value of type Number$/],
    [() => Estate.read('shop.yaml'), /expected an object of texts by name/],
    [() => new Estate('examples/somagent'), /made by Estate.load\(\) or Estate.read\(\)/],
    [() => new Service('billing-service'), /^expected a Policy$/],
    [() => service.takeIn(sample, noon), /^expected an array$/],
    [() => service.takeIn([{ ...sample, value: '1' }], noon), /^value: expected a number or null$/],
    [() => service.takeIn([{ metric: 'cpu', value: 1 }], noon), /takenAt/],
    [() => service.decideOnSize(noon), /^expected a number, not undefined$|expected a number/],
    [() => trimtab.hpa.validate('{}'), /^hpa: expected an object$/],
    [() => simulate('examples/somagent'), /^expected an Estate$/],
    [() => simulate(estate, { until: 5 }), /^until: expected a string, not a value of type Number$/],
    [() => simulate(estate, { untill: '1h' }), /unknown option `untill`; known are seed, start, until/],
    [() => simulate(estate, { signal: 3 }), /^signal: expected an AbortSignal$/],
    [() => simulate(estate, { progress: 3 }), /^progress: expected a function$/],
    [() => simulate(estate, null), /^options: expected an object$/],
    [() => trimtab.hpa.replay(5).next(), /^a source is a path, a file: URL, or an iterable of lines$/],
    [() => trimtab.hpa.replay([5]).next(), /^a line is a string$/],
    [() => trimtab.hpa.explain(5), /^a source is/],
    [() => trimtab.rightsize.fleet([]), /^expected at least one history$/],
    [() => trimtab.rightsize.fleet('u.csv', { workloads: 5 }), /^workloads: expected a string or an object$/],
  ]
  for (const [call, message] of calls) {
    await assert.rejects(async () => call(), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message })
  }
})

test('values show what they hold', () => {
  assert.match(inspect(estate.policy('gateway-api')), /^Policy \{[^}]*law: 'hpa'[^}]*service: 'gateway-api'/)
  assert.match(inspect(run), /^Simulation \{\s+estate: \{\s+name: 'somagent'/)
  assert.match(inspect(new Service(estate.policy('billing-service')).decideOnSize(noon, 1)), /because: \{ code: 'no-samples'/)
})

test('hostile texts', () => {
  for (const text of ['', '{', '[]', 'null', '{"version":9}', '\0', '['.repeat(100_000)]) {
    for (const kind of [trimtab.Record, trimtab.State, trimtab.Policy, trimtab.hpa.World]) {
      assert.throws(() => kind.fromJson(text), (error) => {
        assert.ok(error instanceof trimtab.FormatError && error instanceof trimtab.TrimtabError)
        assert.notEqual(error.place, null)
        return true
      })
    }
  }
  for (const text of ['', 'a: [', '\0', 'a: &a [*a]', '['.repeat(100_000), `k: ${'9'.repeat(10_000)}`]) {
    assert.throws(() => Estate.read({ 'a.yaml': text }), (error) => {
      assert.ok(error instanceof trimtab.DocumentError && error.findings.length > 0)
      assert.match(error.place, /^a\.yaml/)
      return true
    })
  }
})

test('a panic becomes an error', () => {
  assert.throws(() => trimtab._panicOnPurpose(), trimtab.InternalError)
})

test('streams of records', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'trimtab-')), 'records.jsonl')
  writeFileSync(path, trimtab.recordsToLines(run.records))
  const back = [...trimtab.readRecords(path)]
  assert.equal(trimtab.recordsToLines(back), readFileSync(path, 'utf8'))
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"kind":\n`)
  const read = () => [...trimtab.readRecords(path)]
  assert.throws(read, { name: 'FormatError', place: `${path}:${back.length + 1}:8` })
})

test('a class is one class, however it is loaded', async () => {
  const imported = await import('trimtab')
  assert.equal(imported.Estate, Estate)
  assert.equal(imported.default, trimtab)
  for (const name of Object.keys(trimtab).filter((name) => !name.startsWith('_'))) {
    assert.equal(imported[name], trimtab[name], name)
  }
})
