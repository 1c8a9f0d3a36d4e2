// Members of archives in a run: which are read, what their rows and errors are called, what a change of the archive costs.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterEach, expect, it } from "vitest"
import { tars, zips } from "../run/archives.ts"
import { makeProject, type TestProject } from "./project.ts"

let project: TestProject | undefined
afterEach(() => project?.close())

const pipelineOf = (source: string) => `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest } from "#stages"
const row = Schema.Struct({ id: Schema.String, text: Schema.String })
const notes = ${source}
export default pipeline("notes", { notes })`

const make = (source: string, files: { readonly [path: string]: string | Uint8Array }) => {
  project?.close()
  project = makeProject({ "pipelines/notes.ts": pipelineOf(source), ...files })
  return project
}

const run = async (source: string, files: { readonly [path: string]: string | Uint8Array }) => {
  const { code, err } = await make(source, files).sluice("run", "notes")
  return `${code === 0 ? "" : err}exit ${code}`
}

/** An archive as the system's tar writes it. */
const packed = (files: { readonly [name: string]: string | Uint8Array }): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-tar-"))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "in", name)), { recursive: true })
    writeFileSync(join(folder, "in", name), content)
  }
  execFileSync("tar", ["-C", join(folder, "in"), "-cf", join(folder, "out.tar"), "."])
  const bytes = readFileSync(join(folder, "out.tar"))
  rmSync(folder, { recursive: true })
  return bytes
}

const jsonl = 'ingest.jsonl({ path: "data/*", member: "**/*.jsonl", row })'

const rows = async () => {
  expect((await project!.sluice("export", "notes", "notes", "out.jsonl")).code).toBe(0)
  return readFileSync(join(project!.root, "out.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).id as string)
}

it("reads the chosen members, compressed ones too, in the order of their names, among other files", async () => {
  const inner = { "b.jsonl": '{"id":"3","text":"c"}\n', "a/z.jsonl": '{"id":"2","text":"b"}\n', README: "no JSON" }
  const more = packed({ "x.jsonl.gz": gzipSync('{"id":"5","text":"e"}\n') })
  const source = 'ingest.jsonl({ path: "data/*", member: ["**/*.jsonl", "**/*.jsonl.gz"], row })'
  expect(
    await run(source, {
      "data/0.jsonl": '{"id":"1","text":"a"}\n',
      "data/1.tar.gz": gzipSync(packed(inner)),
      "data/2.zip": zips.plain,
      "data/3.tar": more
    })
  ).toBe("exit 0")
  expect(await rows()).toEqual(["1", "2", "3", "a1", "a2", "b1", "5"])
})

it("a bad line names archive, member and line", async () => {
  expect(
    await run(jsonl, { "data/n.tgz": gzipSync(packed({ "d/a.jsonl": '{"id":"1","text":"a"}\n{"id":' })) })
  ).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/n.tgz!d/a.jsonl line 2 is not JSON: unexpected end  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the line, or ingest.jsonl({ onBadRow: "drop" })
    exit 1"
  `)
})

it("no member matches", async () => {
  expect(
    await run('ingest.jsonl({ path: "data/*", member: "*.json", row })', { "data/n.zip": zips.plain })
  ).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: no member of data/n.zip matches "*.json"  SLUICE_NO_INPUT
      it has README, d/a.jsonl, d/b.jsonl …
      → name the members that are to be read: { member: "**/*.jsonl" }
    exit 1"
  `)
})

it("members together larger than the limit", async () => {
  const source = 'ingest.jsonl({ path: "data/*", member: "**/*.jsonl", row, maxExpandedBytes: 60 })'
  expect(await run(source, { "data/n.zip": zips.plain })).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: the members of data/n.zip become larger than 60 bytes together  SLUICE_BAD_INPUT
      → split the archive, name fewer members, or raise maxExpandedBytes of the source where they are what they should be
    exit 1"
  `)
})

it("one member larger than the limit", async () => {
  const source = 'ingest.jsonl({ path: "data/*", member: "**/*.jsonl", row, maxExpandedBytes: 40 })'
  expect(await run(source, { "data/n.zip": zips.plain })).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/n.zip!d/a.jsonl becomes larger than 40 bytes  SLUICE_BAD_INPUT
      → split the archive, name fewer members, or raise maxExpandedBytes of the source where they are what they should be
    exit 1"
  `)
})

it("a tar archive larger than the limit", async () => {
  const source = 'ingest.jsonl({ path: "data/*", row, maxExpandedBytes: 1000 })'
  expect(await run(source, { "data/n.tar.gz": gzipSync(packed({ "a.jsonl": " ".repeat(100) })) })).toMatch(
    /^✗ ingest\.jsonl: data\/n\.tar\.gz becomes larger than 1000 bytes when decompressed; it has \d+ /
  )
})

it("an encrypted member", async () => {
  expect(await run(jsonl, { "data/n.zip": zips.encrypted })).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/n.zip!d/b.jsonl is encrypted, which is not read  SLUICE_BAD_INPUT
      → fetch or pack the archive again, or read others of its members: { member: "**/*.jsonl" }
    exit 1"
  `)
})

it("an archive cut short", async () => {
  expect(await run(jsonl, { "data/n.tar": tars.ustar.subarray(0, 1600) })).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/n.tar is a tar archive cut short: it ends at byte 1600, without its end mark  SLUICE_BAD_INPUT
      1600 bytes were read
      → fetch or pack the archive again
    exit 1"
  `)
})

it("archives in archives: their members are read, in the order of their names, and a bad line names each of them", async () => {
  const deep = packed({ "in.tgz": gzipSync(packed({ "d/x.jsonl": '{"id":"x","text":"x"}\n' })) })
  const files = { "b.tar": deep, "a.zip": zips.plain, "c.jsonl": '{"id":"c","text":"c"}\n', "d/a.zip": zips.streamed }
  expect(await run(jsonl, { "data/n.tar": packed(files) })).toBe("exit 0")
  expect(await rows()).toEqual(["a1", "a2", "b1", "x", "c"])
  const bad = packed({ "in.tgz": gzipSync(packed({ "x.jsonl": "{" })) })
  expect(await run(jsonl, { "data/n.tar": packed({ "b.tar": bad }) })).toMatch(
    /^✗ ingest\.jsonl: data\/n\.tar!b\.tar!in\.tgz!x\.jsonl line 1 is not JSON: /
  )
})

it("an inner archive that no pattern can mean is not opened; one that it names is", async () => {
  const files = { "a.zip": "no zip", "b/b.zip": zips.plain, "c.jsonl": '{"id":"c","text":"c"}\n' }
  const of = (member: string) =>
    run(`ingest.jsonl({ path: "data/*", member: ${member}, row })`, { "data/n.tar": packed(files) })
  expect(await of('"*.jsonl"')).toBe("exit 0")
  expect(await rows()).toEqual(["c"])
  expect(await of('["b/b.zip!d/*.jsonl", "c.jsonl"]')).toBe("exit 0")
  expect(await rows()).toEqual(["a1", "a2", "b1", "c"])
  expect(await of('"**/*.jsonl"')).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/n.tar!a.zip is no zip archive, or a damaged one: end of central directory record signature not found. Either not a zip file, or file is truncated.  SLUICE_BAD_INPUT
      6 bytes were read
      → fetch or pack the archive again
    exit 1"
  `)
})

it("archives that lie too deep in one another, or become too large", async () => {
  const inner = packed({ "a.jsonl": '{"id":"a","text":"a"}\n' })
  const of = (options: string) =>
    run(`ingest.jsonl({ path: "data/*", ${options}, row })`, {
      "data/n.tar": packed({ "b.tar": packed({ "c.tar": inner }) })
    })
  expect(await of("maxArchiveDepth: 3")).toBe("exit 0")
  expect(await of("maxArchiveDepth: 2")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/n.tar!b.tar!c.tar lies deeper than 2 archives in one another  SLUICE_BAD_INPUT
      → unpack it beside the other, name the members that are to be read, or raise maxArchiveDepth of the source
    exit 1"
  `)
  expect(await of("maxExpandedBytes: 25000")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: the members of data/n.tar!b.tar become larger than 25000 bytes together  SLUICE_BAD_INPUT
      → split the archive, name fewer members, or raise maxExpandedBytes of the source where they are what they should be
    exit 1"
  `)
  const zeros = gzipSync(Buffer.alloc(1 << 22))
  expect(
    await run('ingest.jsonl({ path: "data/*", maxExpandedBytes: 100000, row })', {
      "data/n.tar": packed({ "b.tar.gz": zeros })
    })
  ).toMatch(/^✗ ingest\.jsonl: data\/n\.tar!b\.tar\.gz becomes larger than 100000 bytes when decompressed; it has \d+ /)
})

it("names that lead out of the folder are names and nothing else", async () => {
  expect(await run('ingest.text({ path: "data/*" })', { "data/n.zip": zips.names })).toBe("exit 0")
  const { out } = await project!.raw("show", "notes", "notes")
  for (const name of ["data/n.zip!abs.jsonl", "data/n.zip!etc/x.jsonl", "data/n.zip!é/ü.jsonl"])
    expect(out).toContain(name)
})

it("an archive packed anew computes the rows of changed members alone", async () => {
  const files = { "a.jsonl": '{"id":"1","text":"a"}\n', "b.jsonl": '{"id":"2","text":"b"}\n' }
  expect(await run(jsonl, { "data/n.tar": packed(files) })).toBe("exit 0")
  project!.write("data/n.tar", packed({ ...files, "b.jsonl": '{"id":"2","text":"c"}\n' }))
  const { out } = await project!.sluice("plan", "notes")
  expect(out).toContain("data/n.tar!b.jsonl")
  expect(out).not.toContain("data/n.tar!a.jsonl")
  expect((await project!.sluice("run", "notes")).code).toBe(0)
  project!.write("data/n.tar", gzipSync("x"))
  expect((await project!.sluice("run", "notes")).err).toMatch(/data\/n\.tar is a tar archive cut short/)
})
