// dedup: stages that merge rows which say the same, and cut what is said again.
export { bloom } from "./bloom.ts"
export { cut, remainder } from "./cuts.ts"
export { exact } from "./exact.ts"
export { minhash } from "./minhash.ts"
export { semantic } from "./semantic.ts"
export { sentences } from "./sentences.ts"
export { simhash } from "./simhash.ts"
export { substring } from "./substring.ts"
