// The figures in a model's or report's data that differ between two versions of it.
import { evaluationOf } from "./print-evaluation.ts"

export interface FigureChange {
  /** Where the figure stands in the data, its parts joined by slashes; "MODEL/METRIC" in an evaluation. */
  readonly figure: string
  readonly before: number | null
  readonly after: number | null
}

/** Figures of lists longer than this are data, not results. */
const longestList = 20

/** The figures that differ, in the order of the data. */
export const figureChanges = (before: unknown, after: unknown): ReadonlyArray<FigureChange> => {
  const [old, now] = [figuresOf(before), figuresOf(after)]
  return [...new Set([...now.keys(), ...old.keys()])]
    .map((figure) => ({ figure, before: old.get(figure) ?? null, after: now.get(figure) ?? null }))
    .filter((change) => change.before !== change.after)
}

const figuresOf = (data: unknown): ReadonlyMap<string, number> => {
  const figures = new Map<string, number>()
  const evaluation = evaluationOf(data)
  if (evaluation === undefined) collect(data, "", figures)
  else
    for (const [model, scores] of Object.entries(evaluation.models))
      for (const [metric, value] of Object.entries(scores))
        figures.set(`${model}/${metric}`, typeof value === "object" ? value.estimate : value)
  return figures
}

const collect = (value: unknown, path: string, figures: Map<string, number>): void => {
  if (typeof value === "number") figures.set(path, value)
  else if (typeof value === "object" && value !== null && !(Array.isArray(value) && value.length > longestList))
    for (const [name, inner] of Object.entries(value)) collect(inner, path === "" ? name : `${path}/${name}`, figures)
}
