// A fleet's answers: from files, from bytes, and by the command; stopped, and beside a process that
// goes on.
'use strict'

const assert = require('node:assert/strict')
const { mkdtempSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { test } = require('node:test')
const { pathToFileURL } = require('node:url')

const { Estate, rightsize } = require('trimtab')
const arrow = require('./arrow.cjs')

const folder = mkdtempSync(join(tmpdir(), 'trimtab-'))
const head = 'timestamp,workload,pod,container,cpu,cpu_request\n'
const rows = Array.from({ length: 1440 }, (_, minute) => {
  const at = 1_700_000_000 + minute * 60
  return `${at},web,web-0,app,${0.25 + (at % 7) / 100},1\n`
})
const csv = head + rows.join('')
const path = join(folder, 'usage.csv')
writeFileSync(path, csv)
const prices = 'cpu=0.04,memory=0.005'

test('a fleet from a file, a URL, bytes and halves', async () => {
  const fleet = await rightsize.fleet(path, { prices })
  const [app] = fleet
  assert.deepEqual([fleet.containers.length, fleet.notes.length], [1, 0])
  assert.equal(fleet.container('web/app'), app)
  assert.equal(fleet.container('web/api'), undefined)
  assert.deepEqual(app.present.requests, { cpu: 1000 })
  assert.deepEqual([app.krr.requests.cpu, app.samples.cpu, app.krr.savedMonthly], [310, 1440, 20_148_000])
  assert.ok(app.krr.patch !== undefined && app.runbook.patch === undefined)
  assert.equal(app.runbook.found.cpu.verdict, 'insufficient data')
  assert.equal((await rightsize.fleet(path)).container('web/app').krr.savedMonthly, undefined)
  assert.ok(fleet instanceof rightsize.Fleet)
  assert.deepEqual(JSON.parse(JSON.stringify(fleet)), JSON.parse(fleet.toText()))

  const bytes = new TextEncoder().encode(csv)
  const [first, second] = [rows.slice(0, 700), rows.slice(700)].map((part) => Buffer.from(head + part.join('')))
  for (const histories of [pathToFileURL(path), bytes, [Buffer.from(csv)], [first, second]]) {
    const same = await rightsize.fleet(histories, { prices, threads: 2 })
    assert.equal(same.toText(), fleet.toText())
  }
  assert.equal((await rightsize.fleet(folder, { prices })).toText(), fleet.toText())
})

test('an Arrow stream', async () => {
  const fleet = await rightsize.fleet(path)
  const stream = arrow.stream(rows.map((row) => row.trim().split(',')))
  assert.equal((await rightsize.fleet(stream)).toText(), fleet.toText())
  const written = join(mkdtempSync(join(tmpdir(), 'trimtab-')), 'usage.arrow')
  writeFileSync(written, stream)
  assert.equal((await rightsize.fleet(written)).toText(), fleet.toText())
})

test('an estate says what is requested, and what it costs', async () => {
  const estate = Estate.load(process.env.TRIMTAB_SOMAGENT ?? join(__dirname, '../../../examples/somagent'))
  const renamed = Buffer.from(csv.replaceAll('web', 'billing-service').replaceAll(',1\n', ',\n'))
  const [app] = await rightsize.fleet(renamed, { estate })
  assert.ok(app.present.requests.memory > 0 && app.vpa.savedMonthly !== undefined)
})

const objects = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: app, resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 1Gi}}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web-hpa}
spec:
  maxReplicas: 9
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
`

test('objects say what is requested, and autoscalers what becomes of them', async () => {
  const written = join(mkdtempSync(join(tmpdir(), 'trimtab-')), 'objects.yaml')
  writeFileSync(written, objects)
  const texts = { 'objects.yaml': objects }
  const fleet = await rightsize.fleet(path, { workloads: texts, autoscalers: texts })
  const [app] = fleet
  assert.deepEqual(app.present.requests, { cpu: 500, memory: 2 ** 30 })
  const [scaled] = app.autoscalers
  assert.deepEqual([scaled.name, scaled.resource, scaled.target, scaled.untold], ['web-hpa', 'cpu', 60, undefined])
  assert.deepEqual([scaled.averageValue, scaled.now.request, scaled.krr.request], ['300m', '500m', '310m'])
  const same = await rightsize.fleet(path, { workloads: written, autoscalers: pathToFileURL(written) })
  assert.equal(same.toText(), fleet.toText())
  const wrong = { a: objects.replace('maxReplicas: 9', 'maxReplicas: many') }
  await assert.rejects(rightsize.fleet(path, { autoscalers: wrong }), { name: 'DocumentError', place: /^a:/ })
})

test('the instant that it is asked for', async () => {
  const now = new Date((1_700_000_000 + 600 * 60) * 1000)
  const { containers, notes } = await rightsize.fleet(path, { now })
  assert.equal(Date.parse(containers[0].now), now.getTime())
  assert.ok(notes.length > 0)
})

test('what makes no sense is refused with a code', async () => {
  await assert.rejects(rightsize.fleet('nowhere.csv'), { name: 'FileError', message: /no such file/ })
  await assert.rejects(rightsize.fleet(mkdtempSync(join(tmpdir(), 'trimtab-'))), { message: /no file of usage/ })
  await assert.rejects(rightsize.fleet(path, { prices: 'cpu=1' }), { code: 'option', message: /both prices/ })
  const other = { name: 'DecisionError', code: 'unknown-workload', help: 'its workloads are `web`' }
  await assert.rejects(rightsize.fleet(path, { workload: 'api' }), other)
  for (const threads of [0, 1.5, -1, Number.NaN]) {
    await assert.rejects(rightsize.fleet(path, { threads }), { name: 'DecisionError', code: 'option' })
  }
  await assert.rejects(rightsize.fleet(path, { now: 'soon' }), { name: 'DecisionError', code: 'unreadable' })
  for (const history of [5, null, {}, [path, 5]]) {
    await assert.rejects(rightsize.fleet(history), TypeError)
  }
})
