// quality: stages that judge rows, drop what is not worth training on, and take personal data out.
export { c4 } from "./c4.ts"
export { c4Lines } from "./c4-lines.ts"
export { decontaminate } from "./decontaminate.ts"
export { fineweb } from "./fineweb.ts"
export { gopher } from "./gopher.ts"
export { gopherRepetition } from "./gopher-repetition.ts"
export { language } from "./language.ts"
export { redact } from "./redact.ts"
