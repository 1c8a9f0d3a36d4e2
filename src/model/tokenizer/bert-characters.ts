// What BERT's tokenizer does with single characters: which it drops, sets apart, or takes for punctuation.

/** Control, format and private characters but tab and line ends. */
const dropped = /[^\t\n\r\P{Cc}]|[\p{Cf}\p{Co}\uFFFD]/u

/** The blocks of Chinese characters as BERT names them; kana and hangul are not among them. */
const chinese =
  "\\u{4E00}-\\u{9FFF}\\u{3400}-\\u{4DBF}\\u{20000}-\\u{2A6DF}\\u{2A700}-\\u{2B73F}\\u{2B740}-\\u{2B81F}\\u{2B920}-\\u{2CEAF}\\u{F900}-\\u{FAFF}\\u{2F800}-\\u{2FA1F}"
const chineseCharacter = new RegExp(`[${chinese}]`, "gu")

/** Punctuation of Unicode and every ASCII sign that is no letter or digit. */
export const bertPunctuation = "\\p{P}!-/:-@\\[-`{-~"

/** Settings of a BertNormalizer. */
export interface BertNormalizerSettings {
  readonly clean_text?: boolean
  readonly handle_chinese_chars?: boolean
  /** As `lowercase` when null. */
  readonly strip_accents?: boolean | null
  readonly lowercase?: boolean
}

const clean = (text: string): string => {
  let out = ""
  for (const character of text) {
    if (!dropped.test(character)) out += /\p{White_Space}/u.test(character) ? " " : character
  }
  return out
}

/** Lower case letter by letter: a sigma at the end of a word is as any other. */
export const lowercase = (text: string): string => text.replaceAll("\u03A3", "\u03C3").toLowerCase()

const plainAscii = /^[ -~]*$/

/** The function that a BertNormalizer stands for. */
export const bertNormalizer = (settings: BertNormalizerSettings): ((text: string) => string) => {
  const { clean_text = true, handle_chinese_chars = true, lowercase: lower = true } = settings
  const stripsAccents = settings.strip_accents ?? lower
  return (text) => {
    if (plainAscii.test(text)) return lower ? text.toLowerCase() : text
    let out = clean_text ? clean(text) : text
    if (handle_chinese_chars) out = out.replace(chineseCharacter, " $& ")
    if (stripsAccents) out = out.normalize("NFD").replace(/\p{Mn}/gu, "")
    return lower ? lowercase(out) : out
  }
}
