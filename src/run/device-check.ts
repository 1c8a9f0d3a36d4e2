// Before a run's programs start: whether the device they are to compute on is there, and if not, how to do without it.
import { join, relative } from "node:path"
import { SluiceError } from "../errors.ts"
import type { Device } from "../model/train/device.ts"
import type { NodePlan } from "../graph/plan.ts"
import { probeDevice } from "../model/train/device-probe.ts"
import type { PlanOptions } from "./plan-pipeline.ts"

/** Throws `SLUICE_NO_DEVICE` where a program of the plan may run and its device is not there. */
export const checkDevice = async (
  options: PlanOptions,
  device: Device,
  nodes: ReadonlyArray<NodePlan>
): Promise<void> => {
  if (device === "cpu" || nodes.every(({ kind, verdict }) => kind !== "program" || verdict === "hit")) return
  const found = await probeDevice(device)
  if (found.available) return
  throw new SluiceError("SLUICE_NO_DEVICE", `device ${device} cannot be used here: ${found.text}`, {
    evidence: [...found.evidence, ...(found.hint === undefined ? [] : [`to get it: ${found.hint}`])],
    hint: cpuCommand(options)
  })
}

/** The command that does the same on the CPU. */
const cpuCommand = ({ project, file, sets, workers }: PlanOptions): string => {
  const place = relative(join(project.root, "pipelines"), file)
  const name = /^[\w-]+\.ts$/.test(place) ? place.slice(0, -".ts".length) : relative(process.cwd(), file)
  const words = [
    ...Object.entries(sets).flatMap(([target, text]) => ["--set", quoted(`${target}=${text}`)]),
    ...["--workers", `${workers}`, "--device", "cpu"]
  ]
  return `sluice run ${quoted(name)} ${words.join(" ")}`
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
