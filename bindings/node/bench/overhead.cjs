// What Node adds: the same work through this package and by the command, in turns, as ratios of
// medians. The command's start is taken off. TRIMTAB names the command, built with --release.
'use strict'

const { execFileSync } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const { Estate, hpa, simulate } = require('..')

const root = join(__dirname, '../../..')
const command = process.env.TRIMTAB ?? join(root, 'target/release/trimtab')
const place = mkdtempSync(join(tmpdir(), 'trimtab-'))
const long = join(place, 'long.jsonl')
const rounds = Number(process.env.ROUNDS ?? 9)
const somagent = join(root, 'examples/somagent')

/** A recording's steps over and over, 15 seconds apart: 10,000 of them. */
function lengthened() {
  const [header, ...steps] = readFileSync(join(root, 'examples/hpa/morning-rush.jsonl'), 'utf8').trim().split('\n')
  const begin = Date.parse('2026-03-02T09:00:00Z')
  const lines = Array.from({ length: 10_000 }, (_, index) => {
    const { recorded, ...step } = JSON.parse(steps[index % steps.length])
    const at = new Date(begin + index * 15_000).toISOString().replace('.000', '')
    return JSON.stringify({ ...step, at })
  })
  return [header, ...lines].join('\n')
}

const run = (...words) => execFileSync(command, words, { stdio: ['ignore', 'ignore', 'inherit'] })

async function timed(work) {
  const begin = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - begin) / 1e6
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

async function main() {
  writeFileSync(long, lengthened())
  const estate = Estate.load(somagent)
  const works = {
    start: () => run('version'),
    'replay of 10,000 steps, command': () => run('hpa', 'replay', long),
    'replay of 10,000 steps, Node': () => {
      if ([...hpa.replay(long)][0].answers.length !== 10_000) throw new Error('steps are missing')
    },
    'simulation of 240 hours, command': () => run('simulate', somagent, '--until', '240h'),
    'simulation of 240 hours, Node': () => simulate(estate, { until: '240h' }),
  }
  const took = Object.fromEntries(Object.keys(works).map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of Object.entries(works)) took[name].push(await timed(work))
  }
  const start = median(took.start)
  for (const name of ['replay of 10,000 steps', 'simulation of 240 hours']) {
    const [rust, node] = [median(took[`${name}, command`]) - start, median(took[`${name}, Node`])]
    console.log(`${name}: ${rust.toFixed(1)} ms, ${node.toFixed(1)} ms through Node: ${(node / rust).toFixed(2)}`)
  }
}

main().finally(() => rmSync(place, { recursive: true }))
