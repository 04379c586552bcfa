// What the package adds to the addon: errors with classes, Dates, iterators, promises that listen
// to an AbortSignal. Nothing is worked out here.
'use strict'

const { readFileSync } = require('node:fs')
const { readFile } = require('node:fs/promises')
const native = require('./native.cjs')

/** The base of every error of this package. */
class TrimtabError extends Error {
  constructor(message, { code, place = null, help = null, findings = [] }) {
    super(message)
    this.name = new.target.name
    this.code = code
    this.place = place
    this.help = help
    if (findings.length > 0) this.findings = findings
  }
}

/** Documents with mistakes, each at its place. */
class DocumentError extends TrimtabError {}
/** A file that cannot be read or written. */
class FileError extends TrimtabError {}
/** A text that is not what it should be. */
class FormatError extends TrimtabError {}
/** A call that makes no sense, such as time that goes back. */
class DecisionError extends TrimtabError {}
/** A record whose finding does not follow from what it rested on. */
class DivergenceError extends TrimtabError {}
/** A defect of trimtab: please report it. */
class InternalError extends TrimtabError {}

const classes = {
  DocumentError,
  FileError,
  FormatError,
  DecisionError,
  DivergenceError,
  InternalError,
}

/** The addon's error as one of the package's. */
function told(error) {
  if (!(error instanceof Error) || !error.message.startsWith('{"class":')) return error
  const parts = JSON.parse(error.message)
  const mended = new classes[parts.class](parts.message, parts)
  Error.captureStackTrace?.(mended, told)
  return mended
}

/** Dates as the text that the library reads. */
function plain(value) {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  }
  return value
}

function mend(call) {
  return function (...args) {
    try {
      return call.apply(this, args.map(plain))
    } catch (error) {
      throw told(error)
    }
  }
}

/**
 * A class of the addon with a face whose errors are the package's. The addon's own static
 * functions cannot be replaced, so the face has its own; both share one prototype.
 */
function mended(type) {
  const prototype = type.prototype
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === 'constructor') continue
    if (typeof property.value === 'function') property.value = mend(property.value)
    else if (property.get !== undefined) property.get = mend(property.get)
    Object.defineProperty(prototype, name, property)
  }
  if ('toText' in prototype) {
    prototype.toJSON = function () {
      return JSON.parse(this.toText())
    }
  }
  const construct = mend((...args) => Reflect.construct(type, args))
  const face = {
    [type.name]: function (...args) {
      if (new.target === undefined) throw new TypeError(`${type.name} is a class: call it with new`)
      return construct(...args)
    },
  }[type.name]
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
    if (typeof value === 'function') face[name] = mend(value.bind(type))
  }
  face.prototype = prototype
  Object.defineProperty(prototype, 'constructor', { value: face, configurable: true, writable: true })
  return face
}

const Estate = mended(native.Estate)
const Pending = mended(native.Pending)
const Policy = mended(native.Policy)
const Record = mended(native.Record)
const RecordReader = mended(native.RecordReader)
const Replay = mended(native.Replay)
const Service = mended(native.Service)
const Settled = mended(native.Settled)
const State = mended(native.State)
const UsageReplay = mended(native.UsageReplay)
const World = mended(native.World)
mended(native.Simulated)

/** What a simulation came to. */
class Simulation {
  #played
  #result

  constructor(played) {
    this.#played = played
    this.#result = JSON.parse(played.toText())
  }

  /** What was played, and over which time. */
  get estate() {
    return this.#result.estate
  }

  /** Each service, in the order of the estate. */
  get services() {
    return this.#result.services
  }

  /** Sums over the services. */
  get totals() {
    return this.#result.totals
  }

  /** What the simulation cannot show. */
  get warnings() {
    return this.#result.warnings
  }

  /** The records that were kept, in the order of the decisions. */
  get records() {
    return this.#played.records
  }

  /** A service over time, thinned out to what can be drawn. */
  course(service) {
    return JSON.parse(this.#played.courseText(service))
  }

  /** The result as canonical JSON: the bytes that the command writes. */
  toText() {
    return this.#played.toText()
  }

  toJSON() {
    return this.#result
  }
}

/** Plays an estate in virtual time, on another thread. */
async function simulate(estate, { signal, progress, ...options } = {}) {
  const played = await stoppable(signal, (stop) => native.play(estate, plain(options), stop, progress))
  return new Simulation(played)
}

/** What a call on another thread comes to, which a signal stops. */
async function stoppable(signal, call) {
  signal?.throwIfAborted()
  const stop = new native.Stop()
  const raise = () => stop.raise()
  signal?.addEventListener('abort', raise, { once: true })
  try {
    return await call(stop)
  } catch (error) {
    signal?.throwIfAborted()
    throw told(error)
  } finally {
    signal?.removeEventListener('abort', raise)
  }
}

/** The records of a stream, one a line, each with its policy put back. */
function* readRecords(path) {
  const reader = new RecordReader(path)
  for (let record = reader.read(); record !== null; record = reader.read()) yield record
}

/** Replays recorded scenarios: a file, or lines of one. */
function* replay(source) {
  const [name, lines] =
    typeof source === 'string' ? [`${source}:`, linesOf(source)] : ['line ', source]
  const running = new Replay()
  let scenario = null
  let number = 0
  for (const line of lines) {
    number += 1
    if (line.trim() === '') continue
    try {
      const played = running.line(line)
      if (played.name !== undefined && played.name !== null) {
        if (scenario !== null) yield scenario
        scenario = { name: played.name, answers: [] }
      } else {
        const { answer: text, recorded } = played
        scenario.answers.push({ ...JSON.parse(text), ...(recorded && { recorded }), text })
      }
    } catch (error) {
      if (error instanceof TrimtabError) error.place = `${name}${number}`
      throw error
    }
  }
  if (scenario !== null) yield scenario
}

/** Accounts for one loop of each autoscaler: of objects of a cluster, or of a recorded scenario. */
async function explain(source, which = {}) {
  const [name, text] = await textOf(source)
  const lines = await stoppable(undefined, () => native.explainHpa(name, text, plain(which)))
  return linesIn(lines).map((line) => ({ ...JSON.parse(line), text: line }))
}

const judged = mend(native.validateHpa)

/** What the API server makes of a HorizontalPodAutoscaler. */
function validate(hpa, { old, featureGates } = {}) {
  return JSON.parse(judged(JSON.stringify({ hpa, old, featureGates })))
}

/** Replays recorded scenarios as they were and with a change, on another thread. */
async function whatIf(source, change, { signal } = {}) {
  const [name, text] = await textOf(source)
  const [changeName, other] =
    typeof change === 'string' ? await textOf(change) : ['change', JSON.stringify(change)]
  const lines = await stoppable(signal, (stop) => native.whatIf(name, text, changeName, other, stop))
  const compared = []
  for (const told of linesIn(lines).map((line) => JSON.parse(line))) {
    if (told.name !== undefined) compared.push({ name: told.name, differences: [], summary: null })
    else if (told.summary !== undefined) compared.at(-1).summary = told.summary
    else compared.at(-1).differences.push(told)
  }
  return compared
}

/** Replays histories of usage: a file, or lines of one. */
function* replayUsage(source) {
  const [name, lines] =
    typeof source === 'string' ? [`${source}:`, linesOf(source)] : ['line ', source]
  const running = new UsageReplay()
  let history = null
  let number = 0
  for (const line of lines) {
    number += 1
    if (line.trim() === '') continue
    try {
      const { name, answer, told } = running.line(line)
      if (name !== undefined && name !== null) {
        if (history !== null) yield history
        history = { name, answers: [], told: [] }
      }
      if (answer !== undefined && answer !== null) {
        history.answers.push({ ...JSON.parse(answer), text: answer })
      }
      for (const text of told) history.told.push({ line: number, text })
    } catch (error) {
      if (error instanceof TrimtabError) error.place = `${name}${number}`
      throw error
    }
  }
  if (history !== null) yield history
}

/** A source's name and its text. */
async function textOf(source) {
  if (typeof source !== 'string') return ['text', [...source].join('\n')]
  try {
    return [source, await readFile(source, 'utf8')]
  } catch (error) {
    throw unreadable(source, error)
  }
}

function linesOf(path) {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path, error) {
  const message = `\`${path}\` cannot be read: ${error.message}`
  return new FileError(message, { code: 'file', place: path })
}

function linesIn(text) {
  return text.split('\n').filter((line) => line !== '')
}

module.exports = {
  DecisionError,
  DivergenceError,
  DocumentError,
  Estate,
  FileError,
  FormatError,
  InternalError,
  Pending,
  Policy,
  Record,
  RecordReader,
  Service,
  Settled,
  Simulation,
  State,
  TrimtabError,
  hpa: { Replay, World, explain, replay, validate, whatIf },
  readRecords,
  rightsize: { Replay: UsageReplay, replay: replayUsage },
  recordsToLines: mend(native.recordsToLines),
  simulate,
  _panicOnPurpose: mend(native.panicOnPurpose),
}
