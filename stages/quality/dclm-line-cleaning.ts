// The line rules of DCLM's recipe: what they leave of a text, in the order in which its processors run.
import { unicodeWords } from "./dclm-words.ts"

const COUNTER =
  /^\W*\d(?:,|\.|\d)*(?:k|m|b)?\s+(?:likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views|followers)\W*$/

/** At most two line feeds in a row. */
export const fewerFeeds = (text: string): string => text.replace(/\n{3,}/g, "\n\n")

const shareOf = (line: string, pattern: RegExp): number =>
  (line.match(pattern)?.length ?? 0) / Math.max(1, Buffer.byteLength(line))

const kept = (text: string, keeps: (line: string) => boolean): string =>
  text
    .split("\n")
    .filter((line) => line === "" || keeps(line))
    .join("\n")

/** Takes what matches out of each line, and the lines that hold nothing else. */
const without = (text: string, pattern: RegExp, by: string): string =>
  text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.replace(/\r$/, ""))
    .map((line) => [line, line.replace(pattern, by)] as const)
    .filter(([line, rest]) => line === "" || rest.trim() !== "")
    .map(([, rest]) => rest)
    .join("\n")

/** A text without the lines that the rules take out; "" where nothing is left. */
export const dclmLines = (text: string): string => {
  let left = fewerFeeds(text)
  left = kept(left, (line) => shareOf(line, /\p{Uppercase}/gu) <= 0.5)
  left = kept(left, (line) => shareOf(line, /[0-9]/g) <= 0.999999)
  left = kept(left, (line) => !COUNTER.test(line.toLowerCase()))
  left = kept(left, (line) => unicodeWords(line).length >= 2)
  if (/^\n*$/.test(left)) return ""
  left = without(left, /\s?(?:items in cart)\s?/g, " ")
  left = without(left, /\s?(?:Read more...)$/, "")
  left = without(left, /^(?:Sign-in)\s?/, "")
  return fewerFeeds(left)
}
