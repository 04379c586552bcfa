// What the package's own JavaScript adds to the addon's types. Checked in, and checked against
// real results by the tests.

import type { Estate, Finding, Options, Record as DecisionRecord } from './native.cjs'

export {
  Estate,
  Pending,
  Policy,
  Record,
  RecordReader,
  Service,
  Settled,
  State,
  type BoundBy,
  type Event,
  type Finding,
  type Resize,
  type Sample,
  type Taken,
  type Told,
} from './native.cjs'
import { Replay, UsageReplay, World, type FleetOptions, type Replayed, type Which } from './native.cjs'

/** The base of every error of this package. */
export class TrimtabError extends Error {
  /** What kind of mistake it is, for programs. */
  readonly code: string
  /** Where: `file:line:column`, or as much of it as is known. */
  place: string | null
  /** What to do, where there is something to say. */
  readonly help: string | null
}
/** Documents with mistakes, each at its place. */
export class DocumentError extends TrimtabError {
  /** Every mistake of every document; none where something else was wrong. */
  readonly findings?: Finding[]
}
/** A file that cannot be read or written. */
export class FileError extends TrimtabError {}
/** A text that is not what it should be. */
export class FormatError extends TrimtabError {}
/** A call that makes no sense, such as time that goes back. */
export class DecisionError extends TrimtabError {}
/** A record whose finding does not follow from what it rested on. */
export class DivergenceError extends TrimtabError {}
/** A defect of trimtab: please report it. */
export class InternalError extends TrimtabError {}

/** A reason: its stable code and its sentence. */
export interface Said {
  code: string
  text: string
}

/** A change of a service's size. */
export interface Change {
  /** RFC 3339. */
  at: string
  from: number
  to: number
  because: Said
  boundBy?: Said | null
}

/** What a service's time came to. */
export interface Score {
  sloMinutesMissed: number
  replicaHours: number
  /** Millionths of the estate's currency. */
  money: number
  flaps: number
  changes: number
  arrived: number
  served: number
  dropped: number
  peakReplicas: number
  leastReplicas: number
  /** Milliseconds; "+Inf" where nothing could be served. */
  worstP95Ms: number | string
}

/** How often something moved a service, or bound it. */
export interface Times {
  by: string
  times: number
}

/** A service from beginning to end. */
export interface ServiceRun {
  service: string
  law: 'rules' | 'hpa'
  bounds: { min: number; max: number }
  start: number
  end: number
  decisions: number
  score: Score
  /** A length of time, such as `1h 30m`. */
  atMaximum: string
  moves: { up: Times[]; down: Times[]; bound: Times[] }
  changes: Change[]
}

/** Sums over the services. */
export interface Totals {
  sloMinutesMissed: number
  replicaHours: number
  /** Millionths of the estate's currency. */
  money: number
  flaps: number
  changes: number
  decisions: number
  arrived: number
  served: number
  dropped: number
}

/** Some steps in a row: rates are means, the rest is the worst of them. */
export interface Point {
  at: string
  demand: number
  served: number
  dropped: number
  capacity: number
  queued: number
  p95Ms: number | string
  utilisation: number
  replicas: number
  ready: number
  missed: boolean
}

/** The result of a simulation as plain values. */
export interface SimulationResult {
  apiVersion: 'trimtab.dev/v1'
  kind: 'SimulationResult'
  version: number
  estate: {
    name: string
    currency: string
    seed: number
    tick: string
    from: string
    until: string
  }
  services: ServiceRun[]
  totals: Totals
  warnings: { service: string; text: string }[]
}

/** What a simulation came to. */
export class Simulation {
  private constructor()
  /** What was played, and over which time. */
  get estate(): SimulationResult['estate']
  /** Each service, in the order of the estate. */
  get services(): ServiceRun[]
  /** Sums over the services. */
  get totals(): Totals
  /** What the simulation cannot show. */
  get warnings(): SimulationResult['warnings']
  /** The records that were kept, in the order of the decisions. */
  get records(): DecisionRecord[]
  /** A service over time, thinned out to what can be drawn. */
  course(service: string): Point[]
  /** The result as canonical JSON: the bytes that the command writes. */
  toText(): string
  toJSON(): SimulationResult
}

/** How a simulation is played; what is left out is as the estate says. */
export interface SimulateOptions extends Options, Stoppable {
  /** Is told how far it has come, from 0 to 1. */
  progress?: (part: number) => void
}

/** Plays an estate in virtual time, on another thread. */
export function simulate(estate: Estate, options?: SimulateOptions): Promise<Simulation>

/** The records of a stream, one a line, each with its policy put back. */
export function readRecords(path: string): Generator<DecisionRecord, void, undefined>

/** Records as JSON Lines, each policy only with the first record that rests on it. */
export function recordsToLines(records: DecisionRecord[]): string

/** What the controller does in one step. */
export interface Answer {
  /** RFC 3339, as it was given. */
  at: string
  /** The size written; null where nothing was written. */
  scaledTo: number | null
  /** The autoscaler's status after the step, as the API server returns it. */
  status: { [key: string]: unknown }
  /** The loop's error. */
  error?: string
  /** Where the step carries a recorded answer: `same`, `panicked`, or the first difference. */
  recorded?: string
  /** The answer as canonical JSON. */
  text: string
}

/** A recorded scenario and the controller's answers to it. */
export interface Scenario {
  name: string
  answers: Answer[]
}

/** A file, by its path or its `file:` URL, or lines of one. */
export type Source = string | URL | Iterable<string> | AsyncIterable<string>

/** What can be stopped before its time; it is then rejected with the signal's reason. */
export interface Stoppable {
  signal?: AbortSignal
}

/** What Kubernetes' HorizontalPodAutoscaler does, exactly. */
export const hpa: {
  Replay: typeof Replay
  World: typeof World
  /** Replays recorded scenarios: a file, or lines of one, on another thread. */
  replay(source: Source, options?: Stoppable): AsyncGenerator<Scenario, void, undefined>
  /** Accounts for one loop of each autoscaler: of objects of a cluster (YAML or JSON), or of a recorded scenario. */
  explain(source: Source, which?: Which & Stoppable): Promise<Account[]>
  /** What the API server makes of a HorizontalPodAutoscaler that it is sent. */
  validate(hpa: object, options?: { old?: object; featureGates?: { [gate: string]: boolean } }): Verdict
  /** Replays recorded scenarios as they were and with a change: a file, or the change itself. */
  whatIf(source: Source, change: string | URL | object, options?: Stoppable): Promise<Compared[]>
}

/** One loop of an autoscaler, accounted for; `HpaExplanation` of the formats. */
export interface Account {
  apiVersion: 'trimtab.dev/v1'
  kind: 'HpaExplanation'
  version: number
  /** The autoscaler's name, or its scenario's. */
  name: string
  /** RFC 3339. */
  at: string
  /** What the loop rests on. */
  premise: { [key: string]: unknown }
  /** What was found. */
  finding: {
    current: number | null
    desired: number
    because: Said
    scaledTo: number | null
    [key: string]: unknown
  }
  /** The account as canonical JSON. */
  text: string
}

/** What the API server makes of an object. Nothing is stored if there is an error. */
export interface Verdict {
  /** Why the object, or the old one, could not even be read. */
  unreadable?: string
  /** The spec as it would be stored. */
  spec?: { [key: string]: unknown }
  /** All that is refused, in the API server's order. */
  errors: { [key: string]: unknown }[]
}

/** A step of one run. */
export interface Side {
  /** The size that it found; null where the scale cannot be read. */
  found: number | null
  /** The size that it left. */
  left: number | null
  answer: { at: string; scaledTo: number | null; status: { [key: string]: unknown }; error?: string }
}

/** What one run came to. */
export interface Total {
  replicaHours: number
  min: number | null
  max: number | null
  rescales: number
  errors: number
}

/** A scenario as it was recorded, beside what a change makes of it. */
export interface Compared {
  name: string
  /** The steps in which the two runs differ. */
  differences: { recorded: Side; changed: Side }[]
  summary: {
    steps: number
    differ: number
    /** Steps whose recorded size was not the one that the recording's own run left. */
    setFromOutside: number
    recorded: Total
    changed: Total
  }
}

/** What the methods that were asked say at one time, each by the containers' names. */
export interface UsageAnswer {
  /** Seconds since 1970, as they were given. */
  at: number
  vpa?: { [container: string]: { [key: string]: unknown } }
  'krr-simple'?: { [container: string]: { [key: string]: unknown } }
  'krr-simple-limit'?: { [container: string]: { [key: string]: unknown } }
  runbook?: { [container: string]: { [key: string]: unknown } }
  /** The answer as JSON, as the library writes it. */
  text: string
}

/** A history of usage, and what was answered. */
export interface UsageHistory {
  name: string
  answers: UsageAnswer[]
  /** What was not counted, and what an answer does not look at. */
  told: { line: number; text: string }[]
}

/** An amount of each resource; what is not there is not set. */
export interface Amounts {
  /** Thousandths of a core. */
  cpu?: number
  /** Bytes. */
  memory?: number
}

/** What sizes would have done in the history, in time of pods: lengths such as `1h 30m`. */
export interface Risk {
  cpuAtRisk: string
  cpuThrottled: string
  memoryAtRisk: string
  memoryOverLimit: string
  oomKills: number
  /** At or above the limit of the history: more may have been wanted than was used. */
  cpuCensored: string
  memoryCensored: string
}

/** What a container has, or should have. */
export interface Sized {
  requests: Amounts
  limits: Amounts
  risk: Risk
}

/** What a method would set, and what it found. */
export interface Advised<Found> extends Sized {
  /** Saved in a month, over the pods that are there now, in millionths of the currency; only where there are prices. */
  savedMonthly?: number
  /** A strategic merge patch of the workload; only where something changes. */
  patch?: { [key: string]: unknown }
  found: Found
}

/** What the Vertical Pod Autoscaler's recommender says. */
export interface Recommendation {
  target: Amounts
  lowerBound: Amounts
  upperBound: Amounts
  uncappedTarget: Amounts
  confidence: number
}

/** Why KRR says nothing of a resource; nothing where it does. */
export interface Undefined {
  cpu?: string
  memory?: string
}

/** What the runbook's rule finds of one resource. */
export interface ResourceFinding {
  ratio: number | null
  coverage: number
  verdict: string
  unguarded: number | null
  proposed: number | null
  guards: string[]
}

/** What a method's request does to an autoscaler. */
export interface Effect {
  /** A quantity, as Kubernetes writes it. */
  request: string
  /** In per cent of that request, the target left alone. */
  utilization: number | null
  /** The size that it then wants. */
  replicas: number
  /** The target that keeps the usage that it has in mind. */
  newTarget: number
  replicasWithNewTarget: number
}

/** A resource that an autoscaler of the workload aims at. */
export interface Autoscaler {
  name: string
  resource: 'cpu' | 'memory'
  /** Null where it aims at the pod's containers together. */
  container: string | null
  /** In per cent of the request. */
  target: number
  /** Why nothing can be said; the rest is then not there. */
  untold?: string
  /** The usage that the target has in mind, which does not depend on requests. */
  averageValue?: string
  /** What it sees today, of a pod. */
  now?: { pods: number; usage: string; request: string; utilization: number | null; replicas: number }
  vpa?: Effect
  krr?: Effect
  krrSimpleLimit?: Effect
  runbook?: Effect
}

/** A container, and each method's answer beside the others'. */
export interface Container {
  namespace: string
  workload: string
  container: string
  /** RFC 3339. */
  now: string
  /** How many pods were seen, and how many are there now. */
  pods: { seen: number; now: number }
  /** How many samples there are. */
  samples: { cpu: number; memory: number }
  /** The highest use: cores and bytes. */
  peaks: { cpu: number; memory: number }
  present: Sized
  /** How sure the history makes, in words. */
  evidence: { cpu: string; memory: string }
  /** What becomes of the autoscalers of its workload; only where some were given. */
  autoscalers?: Autoscaler[]
  vpa: Advised<Recommendation>
  krr: Advised<Undefined>
  krrSimpleLimit: Advised<Undefined>
  runbook: Advised<{ cpu: ResourceFinding; memory: ResourceFinding }>
}

/** A fleet's answers as plain values. */
export interface RightsizeResult {
  apiVersion: 'trimtab.dev/v1'
  kind: 'RightsizeResult'
  version: number
  containers: Container[]
  notes: string[]
}

/** The answers for every container of a history. */
export class Fleet implements Iterable<Container> {
  private constructor()
  /** Each container, in the order of the workloads' names. */
  get containers(): Container[]
  /** What was left out, or is in doubt. */
  get notes(): string[]
  /** A container by `namespace/workload/container`, or without what is empty of it. */
  container(name: string): Container | undefined
  [Symbol.iterator](): Iterator<Container>
  /** The answers as canonical JSON: the bytes that the command writes. */
  toText(): string
  toJSON(): RightsizeResult
}

/**
 * A file or a folder of usage (Parquet, Arrow, CSV, JSON, answers of Prometheus) by its path or its
 * `file:` URL; or the bytes of a file, but for Parquet, such as an Arrow table's IPC stream.
 */
export type Usage = string | URL | Uint8Array

/** How much containers need, by what they used. */
export const rightsize: {
  Fleet: typeof Fleet
  Replay: typeof UsageReplay
  /** Sizes every container of a history, on other threads. */
  fleet(histories: Usage | Usage[], options?: FleetOptions & Stoppable & { estate?: Estate }): Promise<Fleet>
  /** Replays histories of usage: a file, or lines of one, on another thread. */
  replay(source: Source, options?: Stoppable): AsyncGenerator<UsageHistory, void, undefined>
}
export type { FleetOptions, Replay, Replayed, UsageReplay, Which, World }
