// Stages for the report's tests: files of lines, and a filter by their number of words.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"

export const lines = Stage.source({
  name: "small.lines",
  options: { path: opt(Schema.String) },
  emits: { text: Schema.String, source: Schema.String },
  readsPath: true,
  list: (options) => options.path,
  frame: (bytes) => {
    const all = new TextDecoder().decode(bytes).split("\n").slice(0, -1)
    return {
      count: all.length,
      record: (at) => new TextEncoder().encode(all[at]),
      place: (at) => ({ line: at + 1 })
    }
  },
  parse: (record, _, path) => ({ text: new TextDecoder().decode(record), source: path })
})

export const long = Stage.filter({
  name: "small.long",
  needs: { text: Schema.String },
  options: { minWords: opt(Schema.Int, 2) },
  reasons: ["too-short"],
  decide: ({ text }, { minWords }) => (text.split(" ").length < minWords ? "too-short" : keep)
})
