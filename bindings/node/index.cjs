// What the package adds to the addon: errors with classes, Dates, iterators, promises that listen
// to an AbortSignal. Nothing is worked out here.
'use strict'

const { createReadStream } = require('node:fs')
const { readFile } = require('node:fs/promises')
const { fileURLToPath } = require('node:url')
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

/** The addon's error as one of the package's, or as the TypeError that a wrong argument is. */
function told(error) {
  if (!(error instanceof Error)) return error
  let mended = error
  if (error.message.startsWith('{"class":')) {
    const parts = JSON.parse(error.message)
    mended = new classes[parts.class](parts.message, parts)
  } else if (/^InvalidArg$|Expected$/.test(error.code)) {
    mended = wrongType(error.message)
  }
  if (mended !== error) Error.captureStackTrace?.(mended, told)
  return mended
}

function wrongType(message) {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' })
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

/** Replays recorded scenarios: a file, or lines of one, on another thread. */
async function* replay(source, { signal } = {}) {
  let scenario = null
  for await (const { replayed } of replayedLines(source, signal, new native.Replay(), native.playLines)) {
    const { name, answer: text, recorded } = replayed
    if (name !== undefined) {
      if (scenario !== null) yield scenario
      scenario = { name, answers: [] }
    }
    if (text !== undefined) scenario.answers.push({ ...JSON.parse(text), ...(recorded && { recorded }), text })
  }
  if (scenario !== null) yield scenario
}

/** The lines of a recording that say something, and then the error of one that cannot be read. */
async function* replayedLines(source, signal, running, play) {
  const [name, pieces] = piecesOf(source, signal)
  for await (const piece of pieces) {
    signal?.throwIfAborted()
    const { lines, failure } = await play(running, piece)
    signal?.throwIfAborted()
    yield* lines
    if (failure !== undefined) {
      const error = told(new Error(failure))
      error.place = `${name}${error.place}`
      throw error
    }
  }
}

/** Accounts for one loop of each autoscaler: of objects of a cluster, or of a recorded scenario. */
async function explain(source, { signal, ...which } = {}) {
  const [name, text] = await textOf(source, signal)
  const lines = await stoppable(signal, (stop) => native.explainHpa(name, text, plain(which), stop))
  return linesIn(lines).map((line) => ({ ...JSON.parse(line), text: line }))
}

const judged = mend(native.validateHpa)

/** What the API server makes of a HorizontalPodAutoscaler. */
function validate(hpa, { old, featureGates } = {}) {
  return JSON.parse(judged(JSON.stringify({ hpa, old, featureGates })))
}

/** Replays recorded scenarios as they were and with a change, on another thread. */
async function whatIf(source, change, { signal } = {}) {
  const [name, text] = await textOf(source, signal)
  const [changeName, other] = isPath(change) ? await textOf(change, signal) : ['change', JSON.stringify(change)]
  const lines = await stoppable(signal, (stop) => native.whatIf(name, text, changeName, other, stop))
  const compared = []
  for (const told of linesIn(lines).map((line) => JSON.parse(line))) {
    if (told.name !== undefined) compared.push({ name: told.name, differences: [], summary: null })
    else if (told.summary !== undefined) compared.at(-1).summary = told.summary
    else compared.at(-1).differences.push(told)
  }
  return compared
}

/** Replays histories of usage: a file, or lines of one, on another thread. */
async function* replayUsage(source, { signal } = {}) {
  let history = null
  for await (const { number, replayed } of replayedLines(source, signal, new native.UsageReplay(), native.reckonLines)) {
    const { name, answer: text, told } = replayed
    if (name !== undefined) {
      if (history !== null) yield history
      history = { name, answers: [], told: [] }
    }
    if (text !== undefined) history.answers.push({ ...JSON.parse(text), text })
    for (const text of told ?? []) history.told.push({ line: number, text })
  }
  if (history !== null) yield history
}

/** The answers for every container of a history. */
class Fleet {
  #text
  #result

  constructor(text) {
    this.#text = text
    this.#result = JSON.parse(text)
  }

  /** Each container, in the order of the workloads' names. */
  get containers() {
    return this.#result.containers
  }

  /** What was left out, or is in doubt. */
  get notes() {
    return this.#result.notes
  }

  /** A container by `namespace/workload/container`, or without what is empty of it. */
  container(name) {
    return this.#result.containers.find((each) => nameOf(each) === name)
  }

  [Symbol.iterator]() {
    return this.#result.containers[Symbol.iterator]()
  }

  /** The answers as canonical JSON: the bytes that the command writes. */
  toText() {
    return this.#text
  }

  toJSON() {
    return this.#result
  }
}

const nameOf = ({ namespace, workload, container }) => [namespace, workload, container].filter((part) => part !== '').join('/')

/** Sizes every container of a history, on other threads. */
async function fleet(histories, { signal, estate, workloads, autoscalers, ...options } = {}) {
  const all = (Array.isArray(histories) ? histories : [histories]).map(pathOf)
  if (!all.every((history) => typeof history === 'string' || history instanceof Uint8Array)) {
    throw wrongType('a history is a path, a file: URL, or a Uint8Array with the bytes of a file; or an array of those')
  }
  const asked = { ...plain(options), workloads: pathOf(workloads), autoscalers: pathOf(autoscalers) }
  return new Fleet(await stoppable(signal, (stop) => native.sizeFleet(all, asked, estate, stop)))
}

/** A source's name and its text. */
async function textOf(source, signal) {
  if (!isPath(source)) {
    const lines = []
    for await (const line of source) lines.push(line)
    return ['text', lines.join('\n')]
  }
  const path = pathOf(source)
  try {
    return [path, new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path, { signal }))]
  } catch (error) {
    signal?.throwIfAborted()
    throw unreadable(path, error)
  }
}

/** What comes before a line's number in a place, and the lines in pieces, none of them cut. */
function piecesOf(source, signal) {
  if (isPath(source)) return [`${pathOf(source)}:`, piecesOfFile(pathOf(source), signal)]
  return ['line ', piecesOfLines(source)]
}

/** How many characters a piece has: some milliseconds of work. */
const PIECE = 1 << 18

async function* piecesOfFile(path, signal) {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: PIECE, signal })) {
      rest += decoder.decode(bytes, { stream: true })
      const end = rest.lastIndexOf('\n') + 1
      if (end > 0) yield rest.slice(0, end)
      rest = rest.slice(end)
    }
    rest += decoder.decode()
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof TrimtabError ? error : unreadable(path, error)
  }
  if (rest !== '') yield rest
}

async function* piecesOfLines(lines) {
  let piece = ''
  for await (const line of lines) {
    piece += line.endsWith('\n') ? line : `${line}\n`
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

const isPath = (source) => typeof source === 'string' || source instanceof URL

/** A `file:` URL as the path that it is. */
function pathOf(source) {
  return source instanceof URL ? fileURLToPath(source) : source
}

function unreadable(path, error) {
  const message = `\`${path}\` cannot be read: ${error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : error.message}`
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
  rightsize: { Fleet, Replay: UsageReplay, fleet, replay: replayUsage },
  recordsToLines: mend(native.recordsToLines),
  simulate,
  _panicOnPurpose: mend(native.panicOnPurpose),
}
