// The one public entry of sluice: everything a pipeline or a stage imports as "#sluice".
// The examples in doc comments are run by test/docs. In them `rows(…)` stands for a dataset of the rows given, `// →` shows a
// value or, one line each, a dataset's rows, and `…` what is left out of it.
export type {
  Batch,
  BytesColumn,
  Column,
  NestedColumn,
  NumberColumn,
  ParsedBatch,
  PlainColumn,
  RecordBatch,
  Table,
  TextColumn
} from "./stage/batch.ts"
export type { Asked, CallMessage, CallModel, ReplyMisfit, Sampling } from "./stage/call-model.ts"
export type { Fields, Plus, RowOf } from "./stage/declaration.ts"
export type { Dataset, Model, Report } from "./stage/handle.ts"
export { input } from "./stage/input.ts"
export { opt } from "./stage/option.ts"
export { param } from "./stage/param.ts"
export { type Pipeline, pipeline } from "./stage/pipeline.ts"
export type { Identified, ProgramContext, ProgramDataset, ProgramModel, ProgramResult } from "./stage/program.ts"
export type { Embeddings, RowModel, RowTokens, TextScore, TokenRequest, TokenSettings } from "./stage/row-model.ts"
export { share } from "./stage/share.ts"
export { sample, split, union, without } from "./stage/split.ts"
export type { Databases, Folder, Frames, QueryRow } from "./stage/source.ts"
export { Stage } from "./stage/stage.ts"
export { keep, type Verdicts } from "./stage/verdict.ts"
