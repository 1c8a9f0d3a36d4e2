// Which characters datatrove 0.10 counts as punctuation: what its filters and its simplified text are made by.

/** A punctuation mark, or a control character other than tab and line feed. */
export const MARK =
  /[!/—”:％１〈&(、━\\【#%「」，】；+^\]~“《„';’{|∶´[=\-`*．（–？！：$～«〉,><》)?）。…@_."}►»\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu

/** Whether a character is a mark. */
export const isMark = (char: string): boolean => {
  MARK.lastIndex = 0
  return MARK.test(char)
}
