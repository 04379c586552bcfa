// What the package costs over Rust, as ratios of one run; `docs/benchmarks.md` says how to repeat it.
'use strict'

const { execFileSync } = require('node:child_process')
const { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { createInterface } = require('node:readline')

const { Estate, Service, hpa, simulate } = require('..')

const root = join(__dirname, '../../..')
const rust = process.argv[2] ?? join(root, 'target/release/examples/overhead')
const somagent = join(root, 'examples/somagent')
const place = mkdtempSync(join(tmpdir(), 'trimtab-'))
const long = join(place, 'long.jsonl')
const begin = 1_772_366_400_000
const [decisions, length, rounds] = [5_000, 10_000, Number(process.env.ROUNDS ?? 7)]

/** A recording's steps over and over, 15 seconds apart. */
function lengthened() {
  const [header, ...steps] = readFileSync(join(root, 'examples/hpa/morning-rush.jsonl'), 'utf8').trim().split('\n')
  const lines = Array.from({ length }, (_, index) => {
    const { recorded, ...step } = JSON.parse(steps[index % steps.length])
    const at = new Date(begin + index * 15_000).toISOString().replace('.000', '')
    return JSON.stringify({ ...step, at })
  })
  return [header, ...lines].join('\n')
}

const works = {
  /** A sample in, decided, settled, its record at hand. */
  decision() {
    let service = new Service(Estate.load(somagent).policy('billing-service'))
    return timed(() => {
      for (let tick = 0; tick < decisions; tick += 1) {
        const now = new Date(begin + 15_000 * tick)
        service.takeIn([{ metric: 'cpu', value: 40, takenAt: now, source: 'bench' }], now)
        service = service.decideOnSize(now, 1).settle('written').service
      }
    })
  },
  /** Text to text, as Rust does it. */
  lines() {
    const running = new hpa.Replay()
    return timed(async () => {
      for await (const line of createInterface({ input: createReadStream(long) })) running.line(line)
    })
  },
  /** Text to objects, on another thread. */
  replay() {
    return timed(async () => {
      for await (const { answers } of hpa.replay(long)) {
        if (answers.length !== length) throw new Error('steps are missing')
      }
    })
  },
  simulation() {
    const estate = Estate.load(somagent)
    return timed(() => simulate(estate, { until: '30h' }))
  },
}

async function timed(work) {
  const began = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - began) / 1e9
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

async function main() {
  writeFileSync(long, lengthened())
  const ratios = Object.fromEntries(Object.keys(works).map((name) => [name, []]))
  let theirs
  for (let round = 0; round < rounds; round += 1) {
    theirs = JSON.parse(execFileSync(rust, [somagent, long, String(decisions)], { encoding: 'utf8' }))
    const whole = { decision: theirs.decision * decisions, lines: theirs.replay, replay: theirs.replay, simulation: theirs.simulation }
    for (const [name, work] of Object.entries(works)) ratios[name].push((await work()) / whole[name])
  }
  for (const [name, all] of Object.entries(ratios)) console.log(`${name}: ${median(all).toFixed(2)} of Rust's time`)
  console.log('Rust, the last round:', theirs)
}

main().finally(() => rmSync(place, { recursive: true }))
