// Runs a program stage for real: rows in memory, folders on disk, and a record of all it reports.
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import type { Identified } from "#sluice"

/** A temporary folder that is removed at the end of its scope. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), "sluice-program-"))
  private made = 0
  next(): string {
    const folder = join(this.folder, String(this.made++))
    mkdirSync(folder)
    return folder
  }
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}

export interface Reported {
  readonly progress: Array<readonly [done: number, total: number, text: string | undefined]>
  readonly metrics: Array<readonly [name: string, value: number, step: number | undefined]>
  readonly samples: string[]
  /** Input → row id → "used" or the reason. */
  readonly fates: Map<string, Map<string, string>>
}

export interface ProgramRun extends Reported {
  readonly out: string
  readonly data: unknown
  readonly passed: boolean | undefined
}

interface Declared {
  readonly declaration: object
}

interface RunOptions {
  readonly options?: object
  readonly inputs: { readonly [name: string]: unknown }
  readonly out: string
  readonly work: string
  /** Called with each progress report; throwing here ends the run as a kill would. */
  readonly onProgress?: (done: number) => void
}

/** Rows as a program's dataset. */
export const dataset = <Row>(rows: ReadonlyArray<Identified<Row>>) => ({
  folder: "",
  rows: rows.length,
  read: async () => rows
})

export const runProgram = async (stage: Declared, given: RunOptions): Promise<ProgramRun> => {
  const declaration = stage.declaration as {
    readonly options: { readonly [name: string]: { readonly fallback: unknown } }
    readonly reasons: ReadonlyArray<string>
    readonly run: (context: object) => Promise<{ readonly data: unknown; readonly passed?: boolean }>
  }
  const defaults = Object.fromEntries(
    Object.entries(declaration.options).map(([name, { fallback }]) => [name, fallback])
  )
  const reported: Reported = { progress: [], metrics: [], samples: [], fates: new Map() }
  const settle = (input: string, id: string, fate: string) => {
    const fates = reported.fates.get(input) ?? new Map<string, string>()
    if (fates.has(id)) throw new Error(`row ${id} is accounted for twice`)
    if (fate !== "used" && !declaration.reasons.includes(fate)) throw new Error(`${fate} is no declared reason`)
    reported.fates.set(input, fates.set(id, fate))
  }
  const { data, passed } = await declaration.run({
    inputs: given.inputs,
    options: { ...defaults, ...given.options },
    threads: 2,
    device: "cpu",
    out: given.out,
    work: given.work,
    progress: (done: number, total: number, text?: string) => {
      reported.progress.push([done, total, text])
      given.onProgress?.(done)
    },
    metric: (name: string, value: number, step?: number) => reported.metrics.push([name, value, step]),
    sample: (text: string) => reported.samples.push(text),
    used: (input: string, ids: Iterable<string>) => {
      for (const id of ids) settle(input, id, "used")
    },
    skipped: (input: string, id: string, reason: string) => settle(input, id, reason)
  })
  return { ...reported, out: given.out, data, passed }
}

/** Every file of a folder with the digest of its bytes. */
export const digests = (folder: string): { readonly [file: string]: string } =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((file) => [relative(folder, file), createHash("sha256").update(readFileSync(file)).digest("hex")])
  )
