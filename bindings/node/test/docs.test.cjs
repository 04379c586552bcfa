// Every block of JavaScript in the documents, run from the root of the repository.
'use strict'

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { after, test } = require('node:test')

const root = process.env.TRIMTAB_ROOT ?? join(__dirname, '../../..')
const before = process.cwd()
after(() => process.chdir(before))

/** The blocks of a document, one after the other, with `console.assert` that fails. */
function run(document, last) {
  process.chdir(root)
  const text = readFileSync(document, 'utf8')
  const blocks = [...text.matchAll(/^```js\n(.*?)^```/gms)].map(([, block]) => block)
  assert.ok(blocks.length > 0)
  const told = []
  const console = { log: (line) => told.push(line), assert: assert.ok }
  const made = new Function('require', 'console', `${blocks.join('\n')}\nreturn ${last}`)
  return [made(require, console), told]
}

test('README.md', async () => {
  const [pending, told] = run('README.md', 'pending')
  assert.equal(pending.wanted, 1)
  assert.equal(told[0], 'cpu at 91 is above 50, for 0s of 10m needed to go up')
})

test('bindings/node/README.md', () => {
  run('bindings/node/README.md', 'estate')
})

test('docs/node.md: the portal answers, refuses, and goes on meanwhile', async () => {
  const [[portal, questions, recorded, sized, answered]] = run(
    'docs/node.md',
    '[portal, questions, recorded, sized, answered]',
  )
  assert.ok((await questions()).differ > 0)
  await recorded()
  assert.equal((await sized()).notes.length, 0)
  assert.equal(await answered(), 'web')
  await new Promise((ready) => portal.listen(0, '127.0.0.1', ready))
  const at = `http://127.0.0.1:${portal.address().port}`
  const get = async (path) => {
    const answer = await fetch(at + path)
    return [answer.status, await answer.json()]
  }
  try {
    const long = get('/preview/billing-service?until=240h&seed=8')
    const [status] = await get('/nothing')
    assert.equal(status, 404)
    const [, why] = await get('/why/billing-service')
    assert.match(why.lines[0], /^billing-service goes up from 1 to 2/)
    const [refused, { code, help }] = await get('/preview/nope?until=1h')
    assert.deepEqual([refused, code], [400, 'unknown-service'])
    assert.match(help, /billing-service/)
    const [ok, score] = await long
    assert.ok(ok === 200 && score.replicaHours > 0)
  } finally {
    portal.close()
    portal.closeAllConnections()
  }
})
