// The text kernel, in AssemblyScript: cuts UTF-8 texts into tokens and measures tokens and lines; text-kernel.ts drives it.
export { capacity, end, kind, lay, OUT, points, recordsEnd, start, TABLE } from "./text-memory.as"
export { prepare } from "./ascii.as"
export { addKnown, addPair } from "./known-words.as"
export { cut } from "./spacy.as"
export { keep } from "./token-records.as"
export { grams } from "./grams.as"
export { finewebLines, gopherLines, repeatedLines } from "./lines.as"
