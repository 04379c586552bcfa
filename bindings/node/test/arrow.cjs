// Usage as Arrow's IPC, made by hand: what `tableToIPC` of apache-arrow gives.
'use strict'

/**
 * Lines of a CSV as an Arrow IPC stream: a message each for the schema and the one batch, and the
 * end. Columns are an instant in nanoseconds, three texts, two doubles.
 */
function stream(lines) {
  const texts = (column) => {
    const offsets = new Int32Array(lines.length + 1)
    const parts = lines.map((line) => Buffer.from(line[column]))
    parts.forEach((part, index) => (offsets[index + 1] = offsets[index] + part.length))
    return [new Uint8Array(offsets.buffer), Buffer.concat(parts)]
  }
  const doubles = (column) => [new Uint8Array(new Float64Array(lines.map((line) => Number(line[column]))).buffer)]
  const instants = new BigInt64Array(lines.map((line) => BigInt(line[0]) * 1_000_000_000n))
  const buffers = [
    [new Uint8Array(instants.buffer)],
    ...[1, 2, 3].map(texts),
    ...[4, 5].map(doubles),
  ]
  const timestamp = { type: 10, of: { 0: ['i16', 3] } }
  const text = { type: 5, of: {} }
  const double = { type: 3, of: { 0: ['i16', 2] } }
  const fields = ['timestamp', 'workload', 'pod', 'container', 'cpu', 'cpu_request'].map((name, index) => {
    const { type, of } = index === 0 ? timestamp : index < 4 ? text : double
    return ['table', { 0: ['text', name], 2: ['u8', type], 3: ['ref', ['table', of]], 5: ['ref', ['vector', []]] }]
  })
  const schema = ['table', { 1: ['ref', ['vector', fields]] }]
  const body = []
  const places = []
  let at = 0
  for (const buffer of buffers.flatMap((column) => [new Uint8Array(0), ...column])) {
    places.push([at, buffer.length])
    body.push(buffer, new Uint8Array((8 - (buffer.length % 8)) % 8))
    at += Math.ceil(buffer.length / 8) * 8
  }
  const nodes = buffers.map(() => [lines.length, 0])
  const batch = ['table', { 0: ['i64', lines.length], 1: ['ref', ['pairs', nodes]], 2: ['ref', ['pairs', places]] }]
  const message = (type, header, length) =>
    enveloped(['table', { 0: ['i16', 4], 1: ['u8', type], 2: ['ref', header], 3: ['i64', length] }])
  return Buffer.concat([message(1, schema, 0), message(3, batch, at), ...body, Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])])
}

function enveloped(root) {
  const flat = flatbuffer(root)
  const padded = Buffer.concat([flat, Buffer.alloc((8 - (flat.length % 8)) % 8)])
  const length = Buffer.alloc(8, 0xff)
  length.writeInt32LE(padded.length, 4)
  return Buffer.concat([length, padded])
}

/** A FlatBuffer, front to back: each table with its vtable before it, what it refers to behind it. */
function flatbuffer(root) {
  let bytes = Buffer.alloc(8)
  const align = (to) => (bytes = Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]))
  const append = (more) => {
    const at = bytes.length
    bytes = Buffer.concat([bytes, more])
    return at
  }
  const put = ([kind, value]) => (kind === 'table' ? table(value) : kind === 'text' ? word(value) : vector(kind, value))
  const point = (from, to) => bytes.writeUInt32LE(to - from, from)
  function word(value) {
    align(4)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(Buffer.byteLength(value))
    return append(Buffer.concat([length, Buffer.from(`${value}\0`)]))
  }
  function vector(kind, values) {
    align(8)
    if (kind === 'pairs') {
      append(Buffer.alloc(4))
      const pairs = Buffer.alloc(4 + values.length * 16)
      pairs.writeUInt32LE(values.length)
      values.flat().forEach((value, index) => pairs.writeBigInt64LE(BigInt(value), 4 + index * 8))
      return append(pairs)
    }
    const at = append(Buffer.alloc(4 + values.length * 4))
    bytes.writeUInt32LE(values.length, at)
    values.forEach((value, index) => point(at + 4 + index * 4, put(value)))
    return at
  }
  function table(slots) {
    const entries = Object.entries(slots).map(([slot, entry]) => [Number(slot), entry])
    const count = Math.max(-1, ...entries.map(([slot]) => slot)) + 1
    align(8)
    const vtable = append(Buffer.alloc(Math.ceil((4 + count * 2 + 4) / 8) * 8))
    // Every slot has eight bytes of its own.
    const at = append(Buffer.alloc(8 + entries.length * 8))
    bytes.writeInt32LE(at - vtable, at)
    bytes.writeUInt16LE(4 + count * 2, vtable)
    bytes.writeUInt16LE(8 + entries.length * 8, vtable + 2)
    entries.forEach(([slot, [kind, value]], index) => {
      const place = at + 8 + index * 8
      bytes.writeUInt16LE(place - at, vtable + 4 + slot * 2)
      if (kind === 'i16') bytes.writeInt16LE(value, place)
      else if (kind === 'u8') bytes.writeUInt8(value, place)
      else if (kind === 'i64') bytes.writeBigInt64LE(BigInt(value), place)
      else point(place, put(kind === 'ref' ? value : [kind, value]))
    })
    return at
  }
  point(0, put(root))
  return bytes
}

module.exports = { stream }
