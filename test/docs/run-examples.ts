// Runs examples as their reader would, in a plain Node process: imports each one, runs its datasets, models and reports,
// and writes what came out. Arguments: the folder with a folder for each example, and the file to write.
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { serialize } from "node:v8"
import * as Effect from "effect/Effect"
import { SluiceErrors } from "../../src/errors.ts"
import { readRows } from "../../src/lineage/rows.ts"
import { type NodeRecord, viewsOf } from "../../src/run/node-record.ts"
import { type RunResult, runPipeline } from "../../src/run/run.ts"
import { isHandle } from "../../src/stage/handle.ts"
import { isPipeline } from "../../src/stage/pipeline.ts"

/** What an example gave: values by export, rows and data by output, or why it did not get there. */
export interface ExampleResult {
  readonly values?: { readonly [name: string]: unknown }
  readonly outputs?: { readonly [name: string]: unknown }
  readonly reasons?: { readonly [reason: string]: number }
  readonly error?: string
}

/** A pipeline of all that an example shows; the output of a handle is its export, of a pipeline `export_output`. */
const pipelineOf = (module: { readonly [name: string]: unknown }): string => {
  const outputs = Object.entries(module).flatMap(([name, value]) =>
    isHandle(value)
      ? [`${name}: example.${name}`]
      : isPipeline(value)
        ? Object.keys(value.outputs).map((output) => `${name}_${output}: example.${name}.outputs["${output}"]!`)
        : []
  )
  return `// what an example shows
import { pipeline } from "#sluice"
import * as example from "./example.ts"
export default pipeline("example", { ${outputs.join(", ")} })
`
}

const outputOf = async ({ store, ref }: RunResult, name: string): Promise<unknown> => {
  const output = ref.outputs[name]!
  const record = store.action<NodeRecord>(ref.nodes[output.node]!)!
  if (output.kind !== "dataset") return record.folder!.data
  const rows: Array<unknown> = []
  for await (const { columns } of readRows(store, viewsOf(store, record.datasets[output.part ?? ""]!)))
    rows.push(columns)
  return rows
}

const runExample = async (folder: string): Promise<ExampleResult> => {
  const module: { readonly [name: string]: unknown } = await import(pathToFileURL(join(folder, "example.ts")).href)
  const shown = Object.fromEntries(Object.entries(module).filter(([name]) => name.startsWith("shown")))
  const made = Object.entries(shown).filter(([, value]) => isHandle(value) || isPipeline(value))
  const values = Object.fromEntries(Object.entries(shown).filter(([, value]) => !isHandle(value) && !isPipeline(value)))
  if (made.length === 0) return { values }
  const file = join(folder, "pipeline.ts")
  writeFileSync(file, pipelineOf(shown))
  const project = { root: folder, storeRoot: join(folder, "../.sluice") }
  const result = await Effect.runPromise(runPipeline({ project, file, sets: {}, workers: 1, listeners: [] }))
  const outputs: Record<string, unknown> = {}
  for (const name of Object.keys(result.outputs)) outputs[name] = await outputOf(result, name)
  const reasons: Record<string, number> = {}
  for (const node of result.nodes)
    for (const [reason, count] of Object.entries(node.reasons))
      if (count > 0) reasons[reason] = (reasons[reason] ?? 0) + count
  return { values, outputs, reasons }
}

const told = (cause: unknown): string =>
  (cause instanceof SluiceErrors ? cause.errors : [cause as Error & { readonly evidence?: ReadonlyArray<string> }])
    .map((error) => [error.stack ?? error.message, ...(error.evidence ?? [])].join("\n"))
    .join("\n")

const [, , folder, answers] = process.argv as [string, string, string, string]
const results: Record<string, ExampleResult> = {}
for (const name of readdirSync(folder)) {
  if (!existsSync(join(folder, name, "example.ts"))) continue
  results[name] = await runExample(join(folder, name)).catch((cause: unknown) => ({ error: told(cause) }))
}
writeFileSync(answers, serialize(results))
