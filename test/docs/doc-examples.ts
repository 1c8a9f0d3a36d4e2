// Finds the examples of the documentation: each @example block of a doc comment, and what it documents.
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync } from "oxc-parser"

export interface DocExample {
  /** Relative to the project, with `/`. */
  readonly file: string
  /** The line of the tag, counted from 1. */
  readonly line: number
  /** The name declared behind the comment. */
  readonly of: string
  readonly text: string
}

const declared = /^\s*(?:export\s+)?(?:declare\s+)?(?:const|function|class|interface|type|readonly)?\s*(\w+)/

/** All examples of one source text. */
export const examplesOf = (file: string, source: string): ReadonlyArray<DocExample> =>
  parseSync(file, source).comments.flatMap(({ type, value, start, end }) => {
    if (type !== "Block" || !value.startsWith("*")) return []
    const first = source.slice(0, start).split("\n").length
    const of = declared.exec(source.slice(end))?.[1] ?? ""
    const lines = value.split("\n").map((line) => line.replace(/^\s*\* ?/, ""))
    return lines.flatMap((line, at) => {
      if (!line.startsWith("@example")) return []
      const next = lines.findIndex((later, place) => place > at && later.startsWith("@"))
      const body = lines.slice(at + 1, next < 0 ? undefined : next)
      return [{ file, line: first + at, of, text: `${body.join("\n").trim()}\n` }]
    })
  })

/** All examples of the library and the stages, in the order of their files. */
export const docExamples = (root: string): ReadonlyArray<DocExample> =>
  globSync(["src/**/*.ts", "stages/**/*.ts"], { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !file.endsWith(".as.ts"))
    .sort()
    .flatMap((file) => examplesOf(file, readFileSync(join(root, file), "utf8")))
