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

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** The addon's error as one of the package's, or as the TypeError that a wrong argument is. */
function told(error) {
  if (!(error instanceof Error)) return error
  let mended = error
  if (error.message.startsWith('{"class":')) {
    const parts = JSON.parse(error.message)
    mended = new classes[parts.class](parts.message, parts)
  } else if (/^InvalidArg$|Expected$/.test(error.code)) {
    mended = wrongType(inWords(error.message))
  }
  if (mended !== error) Error.captureStackTrace?.(mended, told)
  return mended
}

/** What the addon says of an argument, in the words of JavaScript. */
function inWords(message) {
  const [, where] = / on \w+\.(\w+)$/.exec(message) ?? []
  const name = where === undefined ? '' : `${where.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())}: `
  const words = { f64: 'a number', String: 'a string', HashMap: 'an object', null: 'null', i32: 'a number', bool: 'a boolean' }
  const word = (type) => words[type] ?? `${/^[AEIOU]/.test(type) ? 'an' : 'a'} ${type}`
  const [, given, wanted] = /JavaScript value `(\w+).*?` into rust type `(\w+)/.exec(message) ?? /napi value (\w+) into rust type `(\w+)/.exec(message) ?? []
  if (wanted !== undefined) return `${name}expected ${word(wanted)}, not ${given === 'Undefined' ? 'undefined' : `a value of type ${given}`}`
  const [, kind] = /^Failed to recover `(\w+)` type/.exec(message) ?? /^Unwrap value \[\w+::.*?(\w+)\] from class/.exec(message) ?? []
  if (kind !== undefined) return `${name}expected ${word(kind)}`
  const several = message.startsWith('Value is none of these types') ? [...message.matchAll(/`(\w+)/g)] : []
  if (several.length > 0) return `${name}expected ${several.map(([, type]) => word(type)).join(' or ')}`
  if (message === 'Failed to get Array length') return 'expected an array'
  if (message.startsWith('Create threadsafe function')) return 'progress: expected a function'
  return message
}

/** Options, of which none is misspelt. */
function known(options, names) {
  if (options === null || typeof options !== 'object') throw wrongType('options: expected an object')
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw wrongType(`unknown option \`${name}\`; known are ${names.join(', ')}`)
  }
  const { signal } = options
  if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal)) {
    throw wrongType('signal: expected an AbortSignal')
  }
  return options
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
  const made = Object.keys(Object.getOwnPropertyDescriptors(type)).filter((name) => typeof type[name] === 'function')
  const construct = mend((...args) => {
    try {
      return Reflect.construct(type, args)
    } catch (error) {
      if (!error.message.startsWith('Class contains no')) throw error
      const by = made.length > 0 ? `made by ${made.map((name) => `${type.name}.${name}()`).join(' or ')}` : 'not made by callers'
      throw wrongType(`${type.name} has no constructor: it is ${by}`)
    }
  })
  const shown = Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([, { get }]) => get !== undefined)
  prototype[inspect] = function (depth, options, inspect) {
    const values = shown.map(([name]) => [name, this[name]]).filter(([, value]) => value !== null && value !== undefined)
    return `${type.name} ${inspect(Object.fromEntries(values), options)}`
  }
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
const { read } = Estate
Estate.read = (documents) => {
  if (documents === null || typeof documents !== 'object') throw wrongType('documents: expected an object of texts by name')
  return read(documents)
}
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

  [inspect](depth, options, inspect) {
    const { estate, totals, services, records } = this
    const values = { estate, totals, services: services.map(({ service }) => service), records: records.length }
    return `Simulation ${inspect(values, options)}`
  }
}

/** Plays an estate in virtual time, on another thread. */
async function simulate(estate, given = {}) {
  const { signal, progress, ...options } = known(given, ['seed', 'start', 'until', 'keep', 'signal', 'progress'])
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
async function* replay(source, options = {}) {
  const { signal } = known(options, ['signal'])
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
async function explain(source, options = {}) {
  const { signal, ...which } = known(options, ['name', 'step', 'at', 'signal'])
  const [name, text] = await textOf(source, signal)
  const lines = await stoppable(signal, (stop) => native.explainHpa(name, text, plain(which), stop))
  return linesIn(lines).map((line) => ({ ...JSON.parse(line), text: line }))
}

const judged = mend(native.validateHpa)

/** What the API server makes of a HorizontalPodAutoscaler. */
function validate(hpa, options = {}) {
  const { old, featureGates } = known(options, ['old', 'featureGates'])
  if (hpa === null || typeof hpa !== 'object') throw wrongType('hpa: expected an object')
  return JSON.parse(judged(JSON.stringify({ hpa, old, featureGates })))
}

/** Replays recorded scenarios as they were and with a change, on another thread. */
async function whatIf(source, change, options = {}) {
  const { signal } = known(options, ['signal'])
  if (change === undefined) throw wrongType('change: expected a path or an object')
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
async function* replayUsage(source, options = {}) {
  const { signal } = known(options, ['signal'])
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

  [inspect](depth, options, inspect) {
    return `Fleet ${inspect({ containers: this.containers.map(nameOf), notes: this.notes }, options)}`
  }
}

const nameOf = ({ namespace, workload, container }) => [namespace, workload, container].filter((part) => part !== '').join('/')

/** Sizes every container of a history, on other threads. */
async function fleet(histories, given = {}) {
  const names = ['workload', 'now', 'prices', 'threads', 'workloads', 'autoscalers', 'estate', 'signal']
  const { signal, estate, workloads, autoscalers, ...options } = known(given, names)
  const all = (Array.isArray(histories) ? histories : [histories]).map(pathOf)
  if (all.length === 0) throw wrongType('expected at least one history')
  if (!all.every((history) => typeof history === 'string' || history instanceof Uint8Array)) {
    throw wrongType('a history is a path, a file: URL, or a Uint8Array with the bytes of a file; or an array of those')
  }
  const asked = { ...plain(options), workloads: pathOf(workloads), autoscalers: pathOf(autoscalers) }
  return new Fleet(await stoppable(signal, (stop) => native.sizeFleet(all, asked, estate, stop)))
}

/** A source's name and its text. */
async function textOf(source, signal) {
  if (!isPath(source)) {
    checked(source)
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
  return ['line ', piecesOfLines(checked(source))]
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

/** Lines, as far as that shows. */
function checked(source) {
  if (typeof source?.[Symbol.asyncIterator] === 'function' || typeof source?.[Symbol.iterator] === 'function') return source
  throw wrongType('a source is a path, a file: URL, or an iterable of lines')
}

async function* piecesOfLines(lines) {
  let piece = ''
  for await (const line of lines) {
    if (typeof line !== 'string') throw wrongType('a line is a string')
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
