// What the package adds to the addon: errors with classes, Dates, iterators, promises that listen
// to an AbortSignal. Nothing is worked out here.
'use strict'

const { readFileSync } = require('node:fs')
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
  signal?.throwIfAborted()
  const stop = new native.Stop()
  const raise = () => stop.raise()
  signal?.addEventListener('abort', raise, { once: true })
  try {
    return new Simulation(await native.play(estate, plain(options), stop, progress))
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
        scenario.answers.push({ ...JSON.parse(played.answer), text: played.answer })
      }
    } catch (error) {
      if (error instanceof TrimtabError) error.place = `${name}${number}`
      throw error
    }
  }
  if (scenario !== null) yield scenario
}

function linesOf(path) {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    const message = `\`${path}\` cannot be read: ${error.message}`
    throw new FileError(message, { code: 'file', place: path })
  }
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
  hpa: { Replay, World, replay },
  readRecords,
  recordsToLines: mend(native.recordsToLines),
  simulate,
  _panicOnPurpose: mend(native.panicOnPurpose),
}
