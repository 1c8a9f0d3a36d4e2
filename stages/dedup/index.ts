// dedup: stages that merge rows which say the same.
export { exact } from "./exact.ts"
export { minhash } from "./minhash.ts"
