// The stages that come with sluice stand apart: an edit in the file of one runs again those whose files import it, no other.
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type CallSite, makeFingerprinter } from "../../../src/graph/fingerprint/index.ts"
import { DiskReader } from "../../../src/graph/fingerprint/source-reader.ts"

const root = resolve(import.meta.dirname, "../../..")
const author = join(root, "src/index.ts")
const folder = mkdtempSync(join(tmpdir(), "sluice-apart-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Reads a file as if it had been edited: by default, a statement put into the first function of several lines. */
class EditedReader extends DiskReader {
  readonly edited: string
  readonly edit: (text: string) => string

  constructor(edited: string, how = edit) {
    super()
    this.edited = edited
    this.edit = how
  }

  override read(path: string): Uint8Array | undefined {
    const bytes = super.read(path)
    return path === this.edited ? Buffer.from(this.edit(Buffer.from(bytes!).toString())) : bytes
  }
}

/** No line more, so that places stay. */
const edit = (text: string): string =>
  text.replace(/=> \{\n/, '=> { if (Math.sign(1) === 2) throw new Error("never")\n')

const isEditable = (path: string): boolean => {
  const text = Buffer.from(new DiskReader().read(path)!).toString()
  return edit(text) !== text
}

/** A file and all that it imports, as far as the authoring API. */
const closure = (file: string, reader = new DiskReader(), met = new Set<string>()): ReadonlySet<string> => {
  if (met.has(file) || file === author) return met
  met.add(file)
  for (const [, specifier] of Buffer.from(reader.read(file)!)
    .toString()
    .matchAll(/\bfrom "([^"]+)"/g)) {
    const found = reader.resolve(file, specifier!)
    if (found.kind === "source") closure(found.path, reader, met)
  }
  return met
}

/** Where the stages of a pipeline's nodes are defined. Asked of Node itself: what tests import has other lines. */
const sitesOf = (entry: string): ReadonlyArray<readonly [node: string, site: CallSite]> => {
  const script = `
    import { loadGraph } from ${JSON.stringify(join(root, "src/run/project.ts"))}
    const project = ${JSON.stringify({ root, storeRoot: join(folder, "store") })}
    const { nodes } = await loadGraph(${JSON.stringify(entry)}, {}, project)
    console.log(JSON.stringify(nodes.map(({ name, declaration }) => [name, declaration.site])))`
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: root })
  const all = JSON.parse(said.toString()) as ReadonlyArray<readonly [string, CallSite]>
  return all.filter(([, { file }]) => file.startsWith(join(root, "stages")))
}

type Sites = ReturnType<typeof sitesOf>

const hashes = (sites: Sites, entry: string, reader?: DiskReader): ReadonlyMap<string, string> => {
  const fingerprinter = makeFingerprinter({
    root,
    entry,
    boundaries: ["#sluice", author],
    cacheFile: join(folder, "cache.json"),
    ...(reader === undefined ? {} : { reader })
  })
  const made = sites.map(([node, site]) => {
    const { functions, impure } = fingerprinter.stage(site)
    return [node, JSON.stringify([impure, Object.entries(functions).map(([role, { hash }]) => [role, hash])])] as const
  })
  fingerprinter.save()
  return new Map(made)
}

describe.each(["pipelines/quickstart.ts", "pipelines/fineweb.ts", "test/graph/fingerprint/fixtures/many-stages.ts"])(
  "in %s",
  (path) => {
    const entry = join(root, path)
    let sites: Sites
    let before: ReadonlyMap<string, string>
    let fileOf: ReadonlyMap<string, string>
    beforeAll(() => {
      sites = sitesOf(entry)
      before = hashes(sites, entry)
      fileOf = new Map(sites.map(([node, { file }]) => [node, file]))
    })

    it("an edit of a stage's file is seen by nodes of that stage, and by no node that does not import it", () => {
      const stages = [...new Set([...before.keys()].map((node) => fileOf.get(node)!))].filter(isEditable)
      expect(stages.length).toBeGreaterThan(3)
      let seen = 0
      for (const edited of stages) {
        const after = hashes(sites, entry, new EditedReader(edited))
        const changed = [...before.keys()].filter((node) => before.get(node) !== after.get(node))
        if (changed.some((node) => fileOf.get(node) === edited)) seen++
        const apart = changed.filter((node) => !closure(fileOf.get(node)!).has(edited))
        expect(apart, `nodes that ran again after an edit of ${edited}`).toEqual([])
      }
      // A function of a file may serve to build pipelines only.
      expect(seen).toBeGreaterThan(stages.length / 2)
    })

    it.each([
      ["a value more", (text: string) => `${text}\nexport const more = [1, 2].map((n) => n + 1)\n`],
      ["another option", (text: string) => text.replace(/: \d+(\.\d+)? \}/, ": 3 }")],
      ["a value that is used, made by a call", (text: string) => text.replace(/: \d+(\.\d+)? \}/, ": Math.max(2, 3) }")]
    ])("an edit of the pipeline's file is no edit of the stages it calls: %s", (_, how) => {
      expect(hashes(sites, entry, new EditedReader(entry, how))).toEqual(before)
    })
  }
)
