// A program as a node: its inputs as folders, its run, or what an earlier run made of the same, and the judgement of it.
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { type Edge, type GraphNode, inputColumns } from "../graph/graph.ts"
import { graphKey } from "../graph/key.ts"
import { judgeOptions } from "../graph/options.ts"
import type { ProgramDeclaration } from "../stage/declaration.ts"
import type { Lease } from "../store/lease.ts"
import { rowsIn, type View } from "../table/view.ts"
import type { Execution, Failure } from "./execution.ts"
import type { FolderHead, NodeRecord } from "./node-record.ts"
import { type ProgramMade, runProgram, takeScratch } from "./program.ts"
import { type InputSpec, resultFolder, writeDataset } from "./program-inputs.ts"
import { runKeyOf } from "./record-key.ts"
import type { Made } from "./sealed-record.ts"
import type { Survey } from "./survey.ts"

interface Input {
  readonly edge: Edge
  readonly record: NodeRecord
  readonly views: ReadonlyArray<View>
}

const inputSpec = async (
  execution: Execution,
  node: GraphNode,
  { edge, record, views }: Input,
  folder: string
): Promise<InputSpec> => {
  const { store } = execution.survey
  if (record.folder === undefined) return writeDataset(store, views, inputColumns(node, edge.input), folder)
  const place = resultFolder(store, record.folder, true)
  if (edge.node.emits === "model") return { kind: "model", folder: place, digest: record.folder.digest }
  return { kind: "report", folder: place, data: record.folder.data }
}

const isJudged = ({ declaration }: GraphNode): boolean =>
  declaration.kind === "program" && declaration.judge !== undefined

/** What an earlier run made under this key, if the program is one that is judged, and all of it is there. */
const madeBefore = ({ code, store }: Survey, node: GraphNode, key: string): ProgramMade | undefined => {
  if (!isJudged(node) || code.get(node)!.impure !== undefined) return undefined
  const made = store.action<ProgramMade>(key)
  if (made === undefined) return undefined
  const objects = [made.head.ledger, ...made.head.files.map(({ object }) => object)]
  return objects.every((digest) => store.has(digest)) ? made : undefined
}

/** Whether a program is judged, and what its run makes of these inputs is there already. */
export const onlyJudges = (survey: Survey, node: GraphNode, inputs: ReadonlyMap<GraphNode, NodeRecord>): boolean =>
  isJudged(node) && madeBefore(survey, node, runKeyOf(survey, node, inputs)) !== undefined

/** A result with what its stage has against it. */
const judged = (node: GraphNode, head: FolderHead): FolderHead => {
  const { judge } = node.declaration as ProgramDeclaration
  if (judge === undefined) return head
  const names = judgeOptions(node.declaration)
  const options = Object.fromEntries(Object.entries(node.options).filter(([name]) => name in names))
  const objections = judge(head.data, options) as ReadonlyArray<string> | undefined
  if (objections === undefined) return head
  return { ...head, gate: true, passed: head.passed && objections.length === 0, objections }
}

const runIn = async (
  execution: Execution,
  node: GraphNode,
  inputs: ReadonlyArray<Input>,
  { key, lease, signal }: { readonly key: string; readonly lease: Lease; readonly signal: AbortSignal }
): Promise<ProgramMade> => {
  const { survey, journal, threads } = execution
  const folder = takeScratch(survey.store, key, lease)
  const specs = await Promise.all(
    inputs.map(async (input, index) => {
      const place = join(folder, "inputs", `${index}`)
      return { edge: input.edge, spec: await inputSpec(execution, node, input, place) }
    })
  )
  return runProgram({
    store: survey.store,
    node,
    folder,
    pipeline: survey.file,
    graph: graphKey(survey.graph),
    root: survey.project.root,
    sets: survey.sets,
    threads,
    device: survey.compute.device,
    inputs: specs,
    sources: survey.sources,
    emit: (event) => journal.write(event),
    signal: AbortSignal.any([signal, lease.lost])
  })
}

/** Runs a program, or takes what it made before, and judges that by the bounds that the node has now. */
export const runProgramNode = (execution: Execution, node: GraphNode, lease: Lease): Effect.Effect<Made, Failure> =>
  Effect.gen(function* () {
    const inputs: Array<Input> = []
    for (const edge of node.edges) {
      const record = yield* execution.record(edge.node)
      inputs.push({ edge, record, views: record.folder === undefined ? yield* execution.views(edge) : [] })
    }
    return yield* execution.promise(async (signal) => {
      const before = performance.now()
      const { survey, records } = execution
      const key = runKeyOf(survey, node, records)
      const known = madeBefore(survey, node, key)
      const rows = inputs.reduce((sum, { views }) => sum + rowsIn(views), 0)
      execution.started(node, rows, 1)
      const made = known ?? (await runIn(execution, node, inputs, { key, lease, signal }))
      if (isJudged(node) && known === undefined) lease.store().putAction(key, made)
      const head = judged(node, made.head)
      const tally = execution.tally(node)
      Object.assign(tally, made.totals)
      tally.reason(made.reasons)
      if (known === undefined) {
        tally.computed = rows
        tally.run = 1
        tally.bytes = head.files.reduce((sum, { bytes }) => sum + bytes, 0)
      } else {
        tally.reused = rows
        tally.hit = 1
      }
      if (head.gate === true) tally.passed = head.passed
      tally.objections = head.objections
      tally.seconds = (performance.now() - before) / 1000
      return {
        datasets: {},
        folder: head,
        refs: { program: node.declaration.name, ...(isJudged(node) && { ran: key }) }
      }
    })
  })
