// That what is written down as types compiles for those who require.
import trimtab = require('trimtab')

const estate: trimtab.Estate = trimtab.Estate.load('examples/somagent')
async function play(): Promise<number> {
  const run = await trimtab.simulate(estate, { until: '6h', keep: 'changes' })
  return run.totals.replicaHours
}
void play
