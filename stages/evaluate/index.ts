// The evaluate family: scoring models side by side, and gates over the report.
export type {
  Comparison,
  Difference,
  Estimate,
  Evaluation,
  GateVerdict,
  ModelScores,
  SampleAnswer
} from "./evaluation.ts"
export { gate } from "./gate.ts"
export { suite } from "./suite.ts"
