// That what is written down as types compiles for those who import, and is as narrow as it says.
import trimtab, { DocumentError, Estate, Service, TrimtabError, hpa, readRecords, simulate } from 'trimtab'

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

export const answers = [...hpa.replay(['{}'])].flatMap(({ answers }) => answers.map(({ scaledTo }) => scaledTo))
export const same: typeof trimtab.Estate = Estate
