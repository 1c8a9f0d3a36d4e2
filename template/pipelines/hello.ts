// Notes without repeats and without shouting, and what they are cut into.
import * as Schema from "effect/Schema"
import { pipeline } from "sluice"
import { dedup, ingest, synth } from "sluice/stages"
import { calm } from "../stages/calm.ts"

const Note = Schema.Struct({ id: Schema.String, source: Schema.String, text: Schema.String })

const notes = ingest.jsonl({ path: "data/notes.jsonl", row: Note, key: "id" })
const kept = notes.pipe(dedup.exact({ by: "text" }), calm({ atMost: 0.3 }))

export default pipeline("hello", { kept, chunks: kept.pipe(synth.chunk({ maxTokens: 40 })) })
