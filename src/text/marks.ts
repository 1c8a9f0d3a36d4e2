// Which characters datatrove 0.10 counts as punctuation: what its filters and its simplified text are made by.

const MARKS = new Set("!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»")

/** Whether a character is punctuation, or a control character other than tab and line feed. */
export const isMark = (char: string): boolean => {
  const point = char.codePointAt(0)!
  return MARKS.has(char) || (point < 32 && point !== 9 && point !== 10) || (point >= 127 && point < 160)
}
