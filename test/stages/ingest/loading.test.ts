// Who reads JSON Lines pays for no other format: the packages that stages load, and when.
import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"

const root = new URL("../../../", import.meta.url).pathname

/** The packages, and built-in modules of note, that a program loads, one import after another. */
const loaded = (program: string): ReadonlyArray<string> => {
  const script = `import { registerHooks } from "node:module"
const names = new Set()
registerHooks({
  load: (url, context, next) => {
    const name = /^node:sqlite$/.exec(url)?.[0] ?? /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]
    if (name !== undefined) names.add(name)
    return next(url, context)
  }
})
${program}
console.log(JSON.stringify([...names].sort()))`
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, encoding: "utf8" })
  return JSON.parse(out)
}

test("all stages together load Effect and what parses HTML", () => {
  expect(loaded('await import("#stages")')).toEqual(["effect", "entities", "parse5"])
})

test.each([
  ["jsonl", "a.jsonl", []],
  ["documents", "a.md", []],
  ["documents", "a.epub", ["yauzl"]],
  ["documents", "a.pdf", ["unpdf"]],
  ["documents", "a.eml", ["postal-mime"]]
])("ingest.%s of %s loads %j more", (stage, path, packages) => {
  const bytes = path.endsWith(".pdf") ? "%PDF-1.4" : path.endsWith(".eml") ? "a: b" : "{}"
  const more = loaded(`const { ingest } = await import("#stages")
names.clear()
const { frame, parse } = ingest.${stage}.declaration
try {
  const frames = await frame(Buffer.from("${bytes}"), { charset: "detect" }, "${path}")
  await parse(frames.record(0), { charset: "detect" }, "${path}")
} catch {}`)
  expect(more.filter((name) => name !== "pend")).toEqual(packages)
})
