// Text metrics and the statistics that compare models on the same examples; exported to stages by the engine's index.
export {
  type BootstrapOptions,
  bootstrap,
  type Interval,
  meanOf,
  type PairedDifference,
  pairedBootstrap,
  type Ratio
} from "./bootstrap.ts"
export { chiSquaredTail, type McNemar, mcnemar, signTest } from "./mcnemar.ts"
export { type MeanDifference, pairedMeanDifference } from "./paired-difference.ts"
export { type Likelihood, type LikelihoodSummary, summarizeLikelihood } from "./perplexity.ts"
export { type RougeScore, rougeL, rougeN } from "./rouge.ts"
export { bestOf, exactMatch, normalizeAnswer, tokenF1 } from "./squad.ts"
export { wilson } from "./wilson.ts"
