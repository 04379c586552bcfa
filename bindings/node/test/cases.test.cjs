// Every case file of the library, decided through this package: the same records, byte for byte.
'use strict'

const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { join, relative } = require('node:path')
const { after, test } = require('node:test')

const { Policy, Service, State, hpa, recordsToLines } = require('trimtab')

const folder = process.env.TRIMTAB_CASES ?? join(__dirname, '../../../tests/cases')
const files = readdirSync(folder, { recursive: true })
  .filter((file) => file.endsWith('.json'))
  .map((file) => join(folder, file))
  .filter((file) => readFileSync(file, 'utf8').includes('"kind": "Case"'))
  .sort()
let decisions = 0

for (const file of files) {
  test(relative(folder, file), () => {
    const expected = lines(readFileSync(file, 'utf8'))
    const policies = new Map()
    const came = expected.map((line) => decided(JSON.parse(line), policies))
    assert.deepEqual(recordsToLines(came).trimEnd().split('\n'), expected)
    decisions += came.length
  })
}

after(() => {
  assert.ok(files.length > 100 && decisions > files.length)
  console.log(`${files.length} cases, ${decisions} decisions`)
})

/** The records of a case as the bytes they are: one a line, in the last list of the file. */
function lines(text) {
  const records = text.split('\n  "records": [\n')[1].split('\n  ]')[0]
  return records.split('\n').map((line) => line.trim().replace(/,$/, ''))
}

/** What the record rested on, decided on again step by step. */
function decided(record, policies) {
  const { premise } = record
  if (premise.policy !== undefined) {
    const policy = Policy.fromJson(JSON.stringify(premise.policy))
    policies.set(policy.digest, policy)
  }
  const policy = policies.get(premise.policyDigest)
  const service = new Service(policy, State.fromJson(JSON.stringify(premise.state)))
  for (const { now, samples } of premise.taken ?? []) service.takeIn(samples.map(sample), now)
  const { size, world } = premise.input
  let pending =
    world === undefined
      ? service.decideOnSize(record.at, size)
      : service.decideOnWorld(record.at, hpa.World.fromJson(JSON.stringify(world)))
  for (const { budget, atMost } of premise.caps ?? []) pending = pending.cap(budget, atMost)
  const { outcome } = premise
  if (typeof outcome === 'string') return pending.settle(outcome).record
  const [[kind, error]] = Object.entries(outcome)
  return pending.settle(kind, error).record
}

/** NaN and infinities are texts in JSON. */
function sample({ value, ...rest }) {
  const words = { NaN: Number.NaN, '+Inf': Infinity, '-Inf': -Infinity }
  return { ...rest, value: typeof value === 'string' ? words[value] : value }
}
