// What a report tells of the rows themselves: bytes, measures, samples, duplicates and mixtures, read from the store alone.
import { PastRun } from "../lineage/past-run.ts"
import type { PipelineRef } from "../run/node-record.ts"
import type { Store } from "../store/store.ts"
import { BlockTexts } from "./block-texts.ts"
import { type ByteReport, draftBytes } from "./byte-report.ts"
import { draftDuplicates, type DuplicateReport } from "./duplicate-report.ts"
import { type Judgement, readJudgement } from "./judgement.ts"
import { type MeasureReport, readMeasures } from "./measure-report.ts"
import { type LanguageScores, type Mix, readMixes } from "./mix-report.ts"
import { draftSamples, type ReasonSample } from "./sample-report.ts"

export interface RowReport {
  readonly bytes: ByteReport
  readonly measures: ReadonlyArray<MeasureReport>
  readonly samples: ReadonlyArray<ReasonSample>
  readonly duplicates: ReadonlyArray<DuplicateReport>
  readonly mixes: ReadonlyArray<Mix>
  /** What there was no room for. */
  readonly left: { readonly measures: number; readonly reasons: number; readonly duplicates: number }
}

/** The most of each that a page holds, so that it stays small however many nodes there are. */
export const most = { measures: 72, reasons: 36, duplicates: 4 } as const

/** Reads what a report tells of rows: seconds for a gigabyte of text, for every text is read once. */
export const gatherRows = async (store: Store, ref: PipelineRef): Promise<RowReport> => {
  const past = new PastRun(store, ref.pipeline, ref)
  const texts = new BlockTexts(store)
  const sampled = reasonsSampled(past)
  const judgements: Array<Judgement> = []
  const measures: Array<MeasureReport> = []
  const samples: Array<() => ReadonlyArray<ReasonSample>> = []
  const duplicates: Array<() => Promise<DuplicateReport>> = []
  let language: LanguageScores | undefined
  for (const node of past.nodes) {
    const judged = readJudgement(past, node)
    if (judged === undefined) continue
    judgements.push(judged)
    const measured = await readMeasures(past, node, judged)
    measures.push(...(measured?.reports ?? []))
    const told = measured?.columns.get("language")
    if (language === undefined && told?.field.type === "text") language = { node, score: told }
    const reasons = (sampled.get(node) ?? []).filter((reason) => !judged.merging.has(reason))
    if (reasons.length > 0) samples.push(draftSamples(judged, measured, texts, reasons))
    const draft = draftDuplicates(judged, texts)
    if (draft !== undefined) duplicates.push(draft)
  }
  const bytes = draftBytes(past, judgements, texts)
  await texts.read()
  const reasonsInAll = past.nodes.reduce((sum, node) => sum + reasonsOf(past, node).length, 0)
  return {
    bytes: bytes(),
    measures: measures.slice(0, most.measures),
    samples: samples.flatMap((finish) => finish()),
    duplicates: await Promise.all(duplicates.slice(0, most.duplicates).map((finish) => finish())),
    mixes: await readMixes(past, language),
    left: {
      measures: Math.max(0, measures.length - most.measures),
      reasons: Math.max(0, reasonsInAll - most.reasons),
      duplicates: Math.max(0, duplicates.length - most.duplicates)
    }
  }
}

const reasonsOf = (past: PastRun, node: string): ReadonlyArray<readonly [reason: string, rows: number]> => {
  const { reasons, totals, kind } = past.record(node)
  if (kind === "source" || kind === "program") return []
  return [...Object.entries(reasons), ...(totals.failed > 0 ? [["failed", totals.failed] as const] : [])]
}

/** The most frequent reasons of all nodes, by node. */
const reasonsSampled = (past: PastRun): ReadonlyMap<string, ReadonlyArray<string>> => {
  const all = past.nodes.flatMap((node) => reasonsOf(past, node).map(([reason, rows]) => ({ node, reason, rows })))
  const chosen = all.sort((a, b) => b.rows - a.rows).slice(0, most.reasons)
  return new Map(
    [...Map.groupBy(chosen, ({ node }) => node)].map(([node, list]) => [node, list.map(({ reason }) => reason)])
  )
}
