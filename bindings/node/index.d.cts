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
import { Replay, World, type Played } from './native.cjs'

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
export interface SimulateOptions extends Options {
  /** Ends the simulation before its time; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal
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
  /** The answer as canonical JSON. */
  text: string
}

/** A recorded scenario and the controller's answers to it. */
export interface Scenario {
  name: string
  answers: Answer[]
}

/** What Kubernetes' HorizontalPodAutoscaler does, exactly. */
export const hpa: {
  Replay: typeof Replay
  World: typeof World
  /** Replays recorded scenarios: a file, or lines of one. */
  replay(source: string | Iterable<string>): Generator<Scenario, void, undefined>
}
export type { Played, Replay, World }
