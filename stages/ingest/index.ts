// ingest: stages that read files into rows.
export { csv } from "./csv.ts"
export { documents } from "./documents.ts"
export { json } from "./json.ts"
export { jsonl } from "./jsonl.ts"
export { parquet } from "./parquet.ts"
export { text } from "./text.ts"
