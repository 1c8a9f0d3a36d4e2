// WARC files (1.0, 1.1): records by the lengths that they tell, and the pages that those of responses hold.
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib"
import type { Frames } from "#sluice"
import { documentText, htmlPage, isoDate } from "#sluice/text"
import type { charsets } from "./charset.ts"
import { type DocumentFacts, factsOf, said } from "./document-facts.ts"
import { pageText } from "./page-text.ts"

type Headers = ReadonlyMap<string, string>

const textual = /^(text\/html|application\/xhtml\+xml|text\/plain)\b/i

/** Largest page that a compressed body may become. */
const mostBytes = 256 * 2 ** 20

/** Where the lines of a header end: the offset after the empty line, or -1. */
const headEnd = (bytes: Uint8Array, from: number): number => {
  for (let at = bytes.indexOf(10, from); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3
  }
  return -1
}

const headersIn = (bytes: Uint8Array): { readonly first: string; readonly headers: Headers } => {
  const [first = "", ...lines] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("utf8")
    .split(/\r?\n/)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(":")
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase()
    if (name !== "" && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return { first, headers }
}

/** Cuts a file into its records and keeps those that hold a page or a text: good responses, resources and conversions. */
export const warcFrames = (bytes: Uint8Array): Frames => {
  const bounds: Array<number> = []
  for (let at = 0; at < bytes.length; ) {
    const body = headEnd(bytes, at)
    const { first, headers } = headersIn(bytes.subarray(at, body === -1 ? at : body))
    const length = Number(headers.get("content-length") ?? "x")
    if (!/^WARC\/\d\.\d+$/.test(first) || !Number.isInteger(length) || length < 0)
      throw new Error(`is ${at === 0 ? "no" : "a damaged"} WARC file: no record begins at byte ${at}`)
    const end = body + length
    if (end > bytes.length)
      throw new Error(`is a WARC file cut short: the record at byte ${at} ends at ${end}, the file at ${bytes.length}`)
    if (holdsText(headers, bytes.subarray(body, end))) bounds.push(at, end)
    at = end
    while (at < bytes.length && (bytes[at] === 13 || bytes[at] === 10)) at++
  }
  return {
    count: bounds.length / 2,
    record: (index) => bytes.subarray(bounds[index * 2]!, bounds[index * 2 + 1]!),
    place: (index) => ({ start: bounds[index * 2]!, end: bounds[index * 2 + 1]! })
  }
}

const holdsText = (headers: Headers, block: Uint8Array): boolean => {
  const type = headers.get("warc-type")?.toLowerCase()
  if (type === "resource" || type === "conversion") return textual.test(headers.get("content-type") ?? "")
  if (type !== "response") return false
  const { first, headers: http } = headersIn(block.subarray(0, Math.max(0, headEnd(block, 0))))
  return /^HTTP\/\d(\.\d)? 2\d\d\b/.test(first) && textual.test(http.get("content-type") ?? "text/html")
}

/** The page or text of a record that was kept. */
export const warcDocument = (record: Uint8Array, charset: (typeof charsets)[number]): DocumentFacts => {
  const { headers } = headersIn(record.subarray(0, headEnd(record, 0)))
  const block = record.subarray(headEnd(record, 0))
  const isHttp = headers.get("warc-type")?.toLowerCase() === "response"
  const begin = isHttp ? headEnd(block, 0) : 0
  const http = isHttp ? headersIn(block.subarray(0, begin)).headers : headers
  const body = isHttp ? decoded(unchunked(block.subarray(begin), http), http) : block
  const type = http.get("content-type") ?? "text/html"
  const source = pageText(body, charset, /charset\s*=\s*["']?([\w:.-]+)/i.exec(type)?.[1])
  const url = said(headers.get("warc-target-uri")?.replace(/^<|>$/g, ""))
  const date = isoDate(headers.get("warc-date") ?? "")
  const language = said(http.get("content-language"))
  if (/^text\/plain/i.test(type)) {
    const text = documentText("", [source.replace(/\r\n?/g, "\n").trim()])
    return factsOf(text, { url, date, language })
  }
  const page = htmlPage(source)
  return factsOf(page, {
    url,
    date,
    language: page.language ?? language,
    canonical: absolute(page.canonical, url),
    author: page.author
  })
}

const absolute = (canonical: string | null, url: string | null): string | null =>
  canonical === null || url === null ? canonical : (URL.parse(canonical, url)?.href ?? canonical)

/** A body without the lengths of its chunks; crawlers that took them out leave the header that tells of them. */
const unchunked = (body: Uint8Array, http: Headers): Uint8Array => {
  if (!/\bchunked\b/i.test(http.get("transfer-encoding") ?? "")) return body
  const parts: Array<Uint8Array> = []
  for (let at = 0; ; ) {
    const feed = body.indexOf(10, at)
    const length = /^\s*([0-9a-f]+)\s*(;[^\r\n]*)?\r?$/i.exec(
      Buffer.from(body.subarray(at, Math.max(at, feed))).toString("latin1")
    )?.[1]
    if (length === undefined) return at === 0 ? body : Buffer.concat(parts)
    const size = Number.parseInt(length, 16)
    if (size === 0) return Buffer.concat(parts)
    parts.push(body.subarray(feed + 1, feed + 1 + size))
    at = feed + 1 + size
    while (at < body.length && (body[at] === 13 || body[at] === 10)) at++
  }
}

/** A body without the compression that its server put on it. */
const decoded = (body: Uint8Array, http: Headers): Uint8Array => {
  const options = { maxOutputLength: mostBytes }
  const encoding = http.get("content-encoding")?.toLowerCase() ?? ""
  try {
    if (/gzip/.test(encoding)) return body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body, options) : body
    if (encoding === "deflate")
      return (body[0]! & 15) === 8 ? inflateSync(body, options) : inflateRawSync(body, options)
    if (encoding === "br") return brotliDecompressSync(body, options)
    if (encoding === "zstd") return zstdDecompressSync(body, options)
  } catch (cause) {
    throw new Error(`has a body that cannot be decompressed (${encoding}): ${(cause as Error).message}`, { cause })
  }
  return body
}
