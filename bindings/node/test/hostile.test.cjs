// What nobody should send: an error with a code and a place, the same in each language.
'use strict'

const assert = require('node:assert/strict')
const { mkdtempSync, readFileSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { test } = require('node:test')

const trimtab = require('trimtab')
const { Estate, hpa, rightsize } = trimtab

const root = process.env.TRIMTAB_ROOT ?? join(__dirname, '../../..')
const inputs = JSON.parse(readFileSync(join(root, 'tests/hostile.json'), 'utf8'))

const drain = async (iterable) => {
  for await (const value of iterable) void value
}
const read = {
  estate: async (text) => Estate.read({ a: text }),
  scenario: (text) => drain(hpa.replay(text.split('\n'))),
  hpa: (text) => hpa.explain([text], { at: '2026-03-02T09:00:00Z' }),
  usage: (text) => drain(rightsize.replay(text.split('\n'))),
}

for (const { into, what, text: parts, error, findings = [] } of inputs) {
  test(`${into}, ${what}`, async () => {
    const text = parts.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('')
    if (error === null) return read[into](text)
    await assert.rejects(read[into](text), (caught) => {
      // Lines of which nobody said where they are from are called a text.
      const named = (place) => (into === 'hpa' ? place.replace(/^text\b/, 'a') : place)
      assert.ok(caught instanceof trimtab.TrimtabError, caught)
      assert.deepEqual([caught.name, caught.code, named(caught.place)], error)
      const found = (caught.findings ?? []).map(({ code, file, line, column }) => {
        const place = [file, line, column].filter((part) => part !== null && part !== undefined)
        return `${code} ${named(place.join(':'))}`
      })
      assert.deepEqual(found, findings)
      return true
    })
  })
}

test('all forms are there', () => {
  assert.deepEqual(new Set(inputs.map(({ into }) => into)), new Set(Object.keys(read)))
  assert.ok(inputs.length >= 60)
})

test('files that are no text', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'trimtab-')), 'a.yaml')
  writeFileSync(path, Buffer.from([0x6b, 0x3a, 0x20, 0xff, 0xfe, 0x0a, ...Array(256).keys()]))
  const calls = [
    async () => Estate.load(path),
    () => drain(hpa.replay(path)),
    () => hpa.explain(path),
    () => hpa.whatIf(path, { controller: {} }),
    () => hpa.whatIf(['{}'], path),
    () => drain(rightsize.replay(path)),
    async () => [...trimtab.readRecords(path)],
  ]
  for (const call of calls) {
    await assert.rejects(call(), ({ name, code, place }) => {
      assert.ok(name in trimtab && code !== '' && place.startsWith(path), `${name} ${place}`)
      return true
    })
  }
})

test('one bad file of columns is told of, and is no harm to the others', async () => {
  const good = Buffer.from('timestamp,workload,pod,container,cpu\n1700000000,web,web-0,app,0.25\n')
  const whole = Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.alloc(40, 0xff), Buffer.from('\x10\0\0\0ARROW1')])
  const continued = Buffer.concat([Buffer.alloc(4, 0xff), whole])
  for (const bad of [whole, whole.subarray(0, 20), continued, Buffer.alloc(0), Buffer.from([0, 1])]) {
    const { containers, notes } = await rightsize.fleet([good, bad])
    assert.equal(containers.length, 1)
    assert.match(notes[0], /^bytes 2/)
  }
  await assert.rejects(rightsize.fleet(Buffer.from('PAR1'.padEnd(100, '\0'))), {
    name: 'FileError',
    message: /cannot be read from bytes 1/,
  })
})
