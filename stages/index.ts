// The stages that come with sluice, by family: what a pipeline imports as "#stages".
export * as dedup from "./dedup/index.ts"
export * as evaluate from "./evaluate/index.ts"
export * as ingest from "./ingest/index.ts"
export * as quality from "./quality/index.ts"
export * as synth from "./synth/index.ts"
export * as train from "./train/index.ts"
