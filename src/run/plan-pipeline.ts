// A plan without a run: loads nothing of what runs it.
import type { Device } from "../model/train/device.ts"
import { makePlan, type Plan } from "./planner.ts"
import type { Project } from "./project.ts"
import { type Survey, survey } from "./survey.ts"

export interface PlanOptions {
  readonly project: Project
  readonly file: string
  readonly sets: { readonly [target: string]: string }
  readonly workers: number
  /** Where programs compute, the CPU unless told otherwise. */
  readonly device?: Device
}

/** Surveys and plans a pipeline without running it. */
export const planPipeline = async ({
  project,
  file,
  sets,
  workers,
  device
}: PlanOptions): Promise<{ readonly survey: Survey; readonly plan: Plan }> => {
  const surveyed = await survey(project, file, sets, workers, device)
  return { survey: surveyed, plan: await makePlan(surveyed) }
}
