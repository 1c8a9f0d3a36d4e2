// What is in a store, as text: its runs, what can go, and whether it is sound.
import type { RunEntry } from "../lineage/runs.ts"
import type { GcReport } from "../store/gc.ts"
import type { Diagnosis } from "./diagnosis.ts"
import { bytes, count, plural, seconds, type Style, table, type Terminal } from "./print.ts"

const styles: { readonly [S in RunEntry["status"]]: Style } = {
  finished: "green",
  "gate-not-passed": "yellow",
  failed: "red",
  interrupted: "yellow",
  running: "cyan"
}

export const printRuns = (to: Terminal, runs: ReadonlyArray<RunEntry>): void => {
  if (runs.length === 0) {
    to.line("no runs yet: sluice run PIPELINE")
    return
  }
  const head = ["run", "pipeline", "status", "time", "hit", "run", "computed", "reused", ""]
  const rows = runs.map((run) => [
    run.run,
    run.pipeline,
    to.paint(styles[run.status], run.status),
    seconds(run.seconds),
    `${run.nodes.hit} of ${run.nodes.of}`,
    count(run.nodes.run),
    count(run.rows.computed),
    count(run.rows.reused),
    run.message ?? ""
  ])
  const aligns = ["left", "left", "left", "right", "right", "right", "right", "right", "left"] as const
  for (const line of table(to, [head.map((text) => to.paint("dim", text)), ...rows], aligns)) to.line(line)
}

export const printGc = (to: Terminal, report: GcReport, dryRun: boolean): void => {
  for (const run of report.live) to.line(`! run ${run} is at work: nothing goes before it ends`)
  const rows = Object.entries(report.removed).map(([what, { files, bytes: size }]) => [what, count(files), bytes(size)])
  const files = Object.values(report.removed).reduce((sum, one) => sum + one.files, 0)
  const size = Object.values(report.removed).reduce((sum, one) => sum + one.bytes, 0)
  if (files === 0) {
    to.line(`nothing can go: ${plural(report.kept.files, "file")}, ${bytes(report.kept.bytes)} are in use`)
    return
  }
  to.line(`${dryRun ? "would remove" : "removed"} ${plural(files, "file")}, ${bytes(size)}`)
  for (const line of table(
    to,
    rows.filter(([, n]) => n !== "0"),
    ["left", "right", "right"]
  ))
    to.line(line)
  to.line(`${dryRun ? "would keep" : "kept"} ${plural(report.kept.files, "file")}, ${bytes(report.kept.bytes)}`)
}

export const printDiagnosis = (to: Terminal, diagnosis: Diagnosis): void => {
  const rows = diagnosis.checks.map(({ name, ok, text }) => [
    ok ? to.paint("green", "✓") : to.paint("red", "✗"),
    name,
    text
  ])
  const found = diagnosis.devices.map(({ device, available, text, half }) => [
    available ? to.paint("green", "✓") : to.paint("dim", "–"),
    `device ${device}`,
    available ? `${text}${half === undefined ? "" : half ? "; f16" : "; no f16"}` : `not here: ${text}`
  ])
  for (const line of table(to, [...rows, ...found], [], "")) to.line(line)
  for (const { device, available, evidence, hint } of diagnosis.devices) {
    if (available) continue
    to.line(`\n${to.paint("dim", "–")} device ${device}`)
    for (const line of evidence) to.line(`  ${line}`)
    if (hint !== undefined) to.line(`  → ${hint}`)
  }
  for (const { text, hint } of diagnosis.checks.flatMap((check) => check.problems)) {
    to.line(`\n${to.paint("red", "✗")} ${text}`)
    to.line(`  → ${hint}`)
  }
}
