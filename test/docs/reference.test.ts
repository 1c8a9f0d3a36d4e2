// The reference pages are what the stages' definitions say: one page a stage, none stale, none left over.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import * as Schema from "effect/Schema"
import * as stages from "#stages"
import type { Declaration } from "../../src/stage/declaration.ts"
import { schemaText } from "./schema-text.ts"
import { readStageSource } from "./stage-source.ts"
import { type Behind, stagePage } from "./stage-page.ts"

const root = join(import.meta.dirname, "../..")
const folder = join(root, "docs/reference")

interface Page {
  readonly family: string
  readonly declaration: Declaration
  readonly file: string
  readonly text: string
}

/** The file that a family's index exports a stage from. */
const fileOf = (family: string, name: string): string => {
  const index = readFileSync(join(root, "stages", family, "index.ts"), "utf8")
  const found = new RegExp(`export \\{[^}]*\\b${name}\\b[^}]*\\} from "\\./([^"]+)"`).exec(index)
  return join(root, "stages", family, found![1]!)
}

const pages = Object.entries(stages).flatMap(([family, members]) =>
  Object.entries(members).flatMap(([name, stage]): ReadonlyArray<Page> => {
    if (!("declaration" in stage)) return []
    const declaration = stage.declaration as Declaration
    const behind = "behind" in stage ? (stage as unknown as Behind) : undefined
    const text = stagePage(declaration, readStageSource(root, fileOf(family, name), name), behind)
    return [{ family, declaration, file: `${declaration.name.replace(".", "-")}.md`, text }]
  })
)

/** The list of all stages, with the first sentence of each. */
const index = `# Reference

One page for each stage, made from its definition; \`npm run docs\` writes them anew.

${[...Map.groupBy(pages, ({ family }) => family)]
  .map(([family, list]) => {
    const lines = list.map(({ declaration, file, text }) => {
      const said = text
        .split("\n\n")[2]!
        .replace(/^(.+?[.:])(\s[A-Z].*|$)/s, "$1")
        .replace(/:$/, ".")
      return `| [${declaration.name}](${file}) | ${declaration.kind} | ${said.replaceAll("|", "\\|")} |`
    })
    return `## ${family}\n\n| stage | kind | what it does |\n| --- | --- | --- |\n${lines.join("\n")}`
  })
  .join("\n\n")}
`

const written = new Map([["README.md", index], ...pages.map(({ file, text }) => [file, text] as const)])

if (process.env["ACCEPT_REFERENCE"] === "1") {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of written) writeFileSync(join(folder, file), text)
}

describe("the reference", () => {
  it.each([...written])("%s is as the definition says", (file, text) => {
    const path = join(folder, file)
    const hint = "a stage's definition changed; npm run docs writes its page anew"
    expect(existsSync(path) ? readFileSync(path, "utf8") : "", hint).toBe(text)
  })

  it("has no page of a stage that is gone", () => {
    expect(readdirSync(folder).sort()).toEqual([...written.keys()].sort())
  })

  it("has a page of everything that a pipeline may call", () => {
    const without = Object.entries(stages).flatMap(([family, members]) =>
      Object.entries(members).flatMap(([name, stage]) => ("declaration" in stage ? [] : [`${family}.${name}`]))
    )
    expect(without).toEqual([])
  })

  it("has a page with text, an example and all options and reasons of every stage", () => {
    expect(pages.length).toBeGreaterThanOrEqual(25)
    for (const { declaration, text } of pages) {
      expect([declaration.name, text.split("\n\n")[2]!.length > 20]).toEqual([declaration.name, true])
      for (const heading of ["## Example", ...Object.keys(declaration.options).map((option) => `| \`${option}\` |`)])
        expect(text).toContain(heading)
      for (const reason of declaration.reasons) expect(text).toContain(`- \`${reason}\``)
      expect(text).not.toContain(fileURLToPath(new URL("../..", import.meta.url)))
    }
  })
})

describe("a schema in words", () => {
  it.each([
    [Schema.Int, "integer"],
    [Schema.Finite, "number"],
    [Schema.Boolean, "true or false"],
    [Schema.Literals(["stop", "drop"]), '"stop" or "drop"'],
    [Schema.Union([Schema.String, Schema.Array(Schema.String)]), "text or list of text"],
    [Schema.Uint8Array, "bytes"],
    [Schema.optional(Schema.String), "text"],
    [Schema.NullOr(Schema.Int), "integer or null"],
    [Schema.Struct({ role: Schema.String, size: Schema.optional(Schema.Int) }), "{ role: text, size?: integer }"]
  ] as ReadonlyArray<readonly [Schema.Top, string]>)("%# is %s", (schema, text) => {
    expect(schemaText(schema)).toBe(text)
  })
})
