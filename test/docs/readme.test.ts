// The README keeps its word: its TypeScript compiles, its commands exist, its stage does what it says.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { compile } from "../types/compile.ts"

const root = join(import.meta.dirname, "../..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) => text!)

test("every TypeScript example compiles", () => {
  const examples = blocks("ts")
  expect(examples.length).toBeGreaterThanOrEqual(2)
  const files = Object.fromEntries(examples.map((text, index) => [`example-${index}.ts`, `// an example\n${text}`]))
  expect(compile(files).errors).toEqual({})
})

test("every command it shows is one of the command line's", () => {
  const shown = [...readme.matchAll(/\bsluice ([a-z][a-z-]*)/g)].map(([, name]) => name!)
  const commands = new Set(shown.filter((name) => !["runs", "is"].includes(name)))
  expect(commands.size).toBeGreaterThanOrEqual(6)
  for (const name of commands) expect([name, existsSync(join(root, "src/cli", `${name}.ts`))]).toEqual([name, true])
})

test("every file it links to is there", () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path!)
  expect(links.length).toBeGreaterThanOrEqual(2)
  for (const path of links) expect([path, existsSync(join(root, path))]).toEqual([path, true])
})
