// What a stage's source says of it beside the declaration: the doc comment, its example, and the comments of its options.
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { parseSync } from "oxc-parser"

export interface StageSource {
  /** Relative to the project. */
  readonly file: string
  /** Paragraphs of the doc comment. */
  readonly text: string
  readonly example: string
  /** Comments of properties by name, of the stage's file and of those that it imports from. */
  readonly comments: ReadonlyMap<string, string>
}

interface Comment {
  readonly lines: ReadonlyArray<string>
  /** The source behind it. */
  readonly behind: string
}

const commentsOf = (path: string): ReadonlyArray<Comment> => {
  const source = readFileSync(path, "utf8")
  return parseSync(path, source).comments.flatMap(({ type, value, end }) =>
    type === "Block" && value.startsWith("*")
      ? [
          {
            lines: value
              .slice(1)
              .split("\n")
              .map((line) => line.replace(/^\s*\* ?/, "")),
            behind: source.slice(end)
          }
        ]
      : []
  )
}

/** Lines as paragraphs, each on a line of its own. */
const paragraphs = (lines: ReadonlyArray<string>): string =>
  lines
    .join("\n")
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.split(/\s*\n\s*/).join(" "))
    .join("\n\n")

const imported = (path: string): ReadonlyArray<string> =>
  [...readFileSync(path, "utf8").matchAll(/from "(\.\/[^"]+)"/g)]
    .map(([, name]) => join(dirname(path), name!))
    .filter((file) => existsSync(file) && !file.endsWith(".as.ts"))

/** Reads the source of a stage that its family exports under a name. */
export const readStageSource = (root: string, path: string, name: string): StageSource => {
  const own = commentsOf(path)
  const doc = own.find(({ behind }) => new RegExp(`^\\s*export const ${name}\\b`).test(behind))
  const lines = doc?.lines ?? []
  const tag = lines.findIndex((line) => line.startsWith("@example"))
  const files = [path, ...imported(path), join(root, "src/stage/stage.ts")]
  const comments = new Map<string, string>()
  // An option's own comment comes first, then that of the property by which a call gives it, where calls have a type of their own.
  const isTyped = /^interface Options\b/m.test(readFileSync(path, "utf8"))
  for (const pattern of [/^\s*(\w+): opt\b/, ...(isTyped ? [/^\s*readonly (\w+)\?: /] : [])])
    for (const file of files)
      for (const { lines: words, behind } of commentsOf(file)) {
        const property = pattern.exec(behind)?.[1]
        if (property !== undefined && !comments.has(property)) comments.set(property, paragraphs(words))
      }
  return {
    file: relative(root, path).replaceAll("\\", "/"),
    text: paragraphs(tag < 0 ? lines : lines.slice(0, tag)),
    example:
      tag < 0
        ? ""
        : lines
            .slice(tag + 1)
            .join("\n")
            .trim(),
    comments
  }
}
