// That what is written down as types compiles for those who import, and is as narrow as it says.
import trimtab, { DocumentError, Estate, Service, TrimtabError, hpa, readRecords, rightsize, simulate } from 'trimtab'

export function decide(estate: Estate): string {
  const service = new Service(estate.policy('billing-service'))
  const now = new Date()
  service.takeIn([{ metric: 'cpu', value: null, takenAt: now, source: 'prometheus' }], now)
  const { record } = service.decideOnSize(now, 3).settle('written')
  const law: 'rules' | 'hpa' = record.law
  // @ts-expect-error: an outcome is one of four words
  service.decideOnSize(now, 3).settle('perhaps')
  // @ts-expect-error: a sample says who took it
  service.takeIn([{ metric: 'cpu', value: 1, takenAt: now }], now)
  return law
}

export async function play(estate: Estate, signal: AbortSignal): Promise<string[]> {
  const run = await simulate(estate, { until: '6h', keep: 10, signal, progress: (part) => part.toFixed(2) })
  // @ts-expect-error: a word that is not known
  await simulate(estate, { keep: 'none' })
  return run.services.flatMap(({ changes }) => changes.map(({ because }) => because.text))
}

export function errors(): string[] {
  try {
    return [...readRecords('records.jsonl')].flatMap((record) => record.explain())
  } catch (error) {
    if (error instanceof DocumentError) return error.findings?.map(({ file }) => file) ?? []
    if (error instanceof TrimtabError) return [error.code, error.place ?? '', error.help ?? '']
    throw error
  }
}

export async function replayed(signal: AbortSignal): Promise<(number | null)[]> {
  const sizes: (number | null)[] = []
  for await (const { answers } of hpa.replay(new URL('file:///recorded.jsonl'), { signal })) {
    sizes.push(...answers.map(({ scaledTo }) => scaledTo))
  }
  // @ts-expect-error: it is not there at once
  for (const scenario of hpa.replay(['{}'])) void scenario
  return sizes
}

export async function sized(estate: Estate, bytes: Uint8Array): Promise<number | undefined> {
  const fleet = await rightsize.fleet(['usage', bytes], { estate, now: new Date(), threads: 2 })
  // @ts-expect-error: a price is told with what it is of
  await rightsize.fleet('usage', { prices: 0.04 })
  const [first] = fleet
  const target: number | undefined = first?.vpa.found.target.cpu
  return fleet.container('shop/web/app')?.krr.requests.cpu ?? target
}

export const same: typeof trimtab.Estate = Estate
