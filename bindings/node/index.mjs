// The same classes for those who import: a class is one class, however it is loaded.
import trimtab from './index.cjs'

export const {
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
  hpa,
  readRecords,
  recordsToLines,
  rightsize,
  simulate,
} = trimtab
export default trimtab
