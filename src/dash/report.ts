// Writes a pipeline's report: gathers its data from the store and renders it as one HTML file that needs nothing else.
import { join } from "node:path"
import type { PipelineRef } from "../run/node-record.ts"
import { writeDurably } from "../store/durable-file.ts"
import type { Store } from "../store/store.ts"
import { renderPage } from "./page.ts"
import { gatherReport, type ReportExtent } from "./report-data.ts"

/** Writes the report of a pipeline's last finished run, by default under `reports/` in the store; returns its path. */
export const writeReport = async (
  store: Store,
  ref: PipelineRef,
  options: ReportExtent & { readonly path?: string } = {}
): Promise<string> => {
  const path = options.path ?? join(store.root, "reports", `${ref.pipeline}.html`)
  writeDurably(path, renderPage(await gatherReport(store, ref, options)))
  return path
}
