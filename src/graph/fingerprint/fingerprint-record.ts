// The record behind a fingerprint: what was hashed, by name, so that two of them can be told apart in sentences.

export interface SymbolRecord {
  readonly symbol: string
  readonly file: string
  readonly hash: string
  readonly kind: string
}

export interface FingerprintRecord {
  /** sha256 over everything below and how it hangs together. */
  readonly hash: string
  readonly symbols: ReadonlyArray<SymbolRecord>
  readonly packages: ReadonlyArray<{ readonly package: string; readonly version: string; readonly digest: string }>
  readonly assets: ReadonlyArray<{ readonly asset: string; readonly digest: string }>
  /** In load order. Those that a symbol of the record stands for count by their place only. */
  readonly effects: ReadonlyArray<{ readonly file: string; readonly hash: string }>
}

/** Says in sentences what changed from one record to another; empty when the hashes agree. */
export function diffRecords(before: FingerprintRecord, after: FingerprintRecord): string[] {
  if (before.hash === after.hash) return []
  const effects = diffEffects(before, after)
  const symbols = diffSymbols(before.symbols, after.symbols)
  // What code reaches now and did not before, or no more, follows from the code that changed.
  const follows = (sentence: string): boolean => /^(added|removed) constant /.test(sentence)
  const isExplained = effects.length > 0 || symbols.some((sentence) => /^changed (function|class) /.test(sentence))
  const sentences = [
    ...(isExplained ? symbols.filter((sentence) => !follows(sentence)) : symbols),
    ...diffPackages(before, after),
    ...diffAssets(before, after),
    ...effects
  ]
  return sentences.length > 0 ? [...new Set(sentences)] : ["the same declarations refer to each other in another way"]
}

function diffSymbols(before: ReadonlyArray<SymbolRecord>, after: ReadonlyArray<SymbolRecord>): string[] {
  const place = ({ symbol, file }: SymbolRecord): string => `${file}\0${symbol}`
  const old = new Map(before.map((symbol) => [place(symbol), symbol]))
  const now = new Map(after.map((symbol) => [place(symbol), symbol]))
  const gone = before.filter((symbol) => !now.has(place(symbol)))
  const sentences: string[] = []
  const changed = after.filter((symbol) => (old.get(place(symbol)) ?? symbol).hash !== symbol.hash)
  for (const symbol of after) {
    const named = `${symbol.kind} ${symbol.symbol}`
    if (old.has(place(symbol))) {
      if (changed.includes(symbol) && !changed.some((part) => isPart(part, symbol)))
        sentences.push(`changed ${named} in ${symbol.file}`)
      continue
    }
    const moved = gone.findIndex((candidate) => candidate.symbol === symbol.symbol && candidate.hash === symbol.hash)
    if (moved < 0) sentences.push(`added ${named} in ${symbol.file}`)
    else sentences.push(`moved ${named} from ${gone.splice(moved, 1)[0]!.file} to ${symbol.file}`)
  }
  for (const symbol of gone) sentences.push(`removed ${symbol.kind} ${symbol.symbol} in ${symbol.file}`)
  return sentences
}

/** Whether the symbol is a property of the stage that the constant defines: its code is then also the constant's. */
function isPart(part: SymbolRecord, whole: SymbolRecord): boolean {
  return part.file === whole.file && part.symbol.startsWith(`${whole.symbol}.`)
}

function diffPackages(before: FingerprintRecord, after: FingerprintRecord): string[] {
  const old = new Map(before.packages.map((item) => [item.package, item]))
  const sentences: string[] = []
  for (const { package: name, version, digest } of after.packages) {
    const earlier = old.get(name)
    old.delete(name)
    if (!earlier) sentences.push(`added package ${name} ${version}`)
    else if (earlier.version !== version) sentences.push(`package ${name} ${earlier.version} → ${version}`)
    else if (earlier.digest !== digest) {
      sentences.push(`package ${name} ${version} changed in its files or in a package below it`)
    }
  }
  for (const { package: name, version } of old.values()) sentences.push(`removed package ${name} ${version}`)
  return sentences
}

function diffAssets(before: FingerprintRecord, after: FingerprintRecord): string[] {
  const old = new Map(before.assets.map(({ asset, digest }) => [asset, digest]))
  const sentences: string[] = []
  for (const { asset, digest } of after.assets) {
    const earlier = old.get(asset)
    old.delete(asset)
    if (earlier === undefined) sentences.push(`added asset ${asset}`)
    else if (earlier !== digest) sentences.push(`asset ${asset} changed`)
  }
  for (const asset of old.keys()) sentences.push(`removed asset ${asset}`)
  return sentences
}

function diffEffects(before: FingerprintRecord, after: FingerprintRecord): string[] {
  const old = new Map(before.effects.map(({ file, hash }) => [file, hash]))
  const sentences: string[] = []
  for (const { file, hash } of after.effects) {
    const earlier = old.get(file)
    if (earlier === undefined) sentences.push(`added load-time effects of ${file}`)
    else if (earlier !== hash) sentences.push(`load-time effects of ${file} changed`)
  }
  const now = new Set(after.effects.map(({ file }) => file))
  for (const file of old.keys()) if (!now.has(file)) sentences.push(`removed load-time effects of ${file}`)
  const kept = (from: FingerprintRecord): string =>
    from.effects
      .map(({ file }) => file)
      .filter((file) => now.has(file) && old.has(file))
      .join("\n")
  if (kept(before) !== kept(after)) sentences.push("load-time effects run in another order")
  return sentences
}
