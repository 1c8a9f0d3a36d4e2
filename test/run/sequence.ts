// One sequence: a random pipeline, then edits; after each the incremental run must equal a run from nothing.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Answer, Engine } from "./engine.ts"
import type { CallSpec } from "./fixtures/build.ts"
import { RandomFiles } from "./random-files.ts"
import { Random } from "./random-numbers.ts"
import { editOptions, randomPipeline } from "./random-pipeline.ts"
import { RowOracle } from "./row-oracle.ts"

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const builder = join(repository, "test", "run", "fixtures", "build.ts")

/** Writes a pipeline file for some calls; each gets a name of its own, for a process imports a file once. */
export const writePipeline = (folder: string, name: string, calls: ReadonlyArray<CallSpec>): string => {
  const file = join(folder, `${name}.ts`)
  const text = `import { build } from ${JSON.stringify(builder)}\nexport default build(${JSON.stringify(calls)})\n`
  writeFileSync(file, text)
  return file
}

const digestsOf = (answer: Answer) =>
  answer.error === undefined
    ? Object.fromEntries(Object.entries(answer.outputs!).map(([name, { digest }]) => [name, digest]))
    : { error: answer.error.code, message: answer.error.message }

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export interface SequenceOptions {
  readonly seed: number
  readonly edits: number
  readonly size: number
  readonly programs: number
}

/** Runs one sequence; gives what went wrong, a line each. */
export const runSequence = async (engine: Engine, options: SequenceOptions): Promise<ReadonlyArray<string>> => {
  const random = new Random(options.seed)
  const folder = mkdtempSync(join(tmpdir(), `sluice-sequence-${options.seed}-`))
  const files = new RandomFiles(folder, random)
  let calls = randomPipeline(random, folder, options.size, options.programs)
  const oracle = new RowOracle()
  const wrong: Array<string> = []
  const history: Array<string> = []
  for (let step = 0; step <= options.edits; step++) {
    if (step > 0 && random.chance(0.3)) {
      calls = editOptions(random, calls)
      history.push("options")
    } else if (step > 0) for (let n = random.between(1, 2); n > 0; n--) history.push(files.edit())
    const file = writePipeline(folder, `step${step}`, calls)
    const request = { root: repository, file }
    const warm = await engine.ask({ ...request, storeRoot: join(folder, "store"), workers: random.between(1, 2) })
    const cold =
      step === 0 ? warm : await engine.ask({ ...request, storeRoot: join(folder, `cold${step}`), rows: false })
    if (!same(digestsOf(warm), digestsOf(cold)))
      wrong.push(
        `the run after "${history.join("; ")}" gave ${JSON.stringify(digestsOf(warm))}, from nothing ${JSON.stringify(digestsOf(cold))} ${warm.error?.stack}`
      )
    if (warm.error !== undefined) oracle.miss()
    else {
      wrong.push(...oracle.check(calls, warm.rows!, warm.nodes!).map((text) => `${text} after "${history.join("; ")}"`))
      for (const { path, what } of warm.damage!) wrong.push(`${path}: ${what}`)
    }
    if (wrong.length > 0) break
  }
  if (wrong.length > 0) return [...wrong, `seed ${options.seed}, in ${folder}: ${JSON.stringify(calls)}`]
  // A process that was killed may still be writing when its store goes.
  rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 100 })
  return []
}
