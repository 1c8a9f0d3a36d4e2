// The marks at which spaCy's English tokenizer (3.8) cuts a run between white space: facts of its rules, in our own patterns.

/** Scripts without case: their letters count as small and as capital. */
const UNCASED =
  "\\u0591-\\u05F4\\uFB1D-\\uFB4F\\u0620-\\u064A\\u066E-\\u06D5\\u06E5-\\u06FF\\u0750-\\u077F\\u08A0-\\u08BD\\uFB50-\\uFBB1" +
  "\\uFBD3-\\uFD3D\\uFD50-\\uFDC7\\uFDF0-\\uFDFB\\uFE70-\\uFEFC\\u{1EE00}-\\u{1EEBB}\\u0900-\\u09FF\\u0B80-\\u0C7F\\u0C80-\\u0CFF" +
  "\\u0D80-\\u0DFF\\u1100-\\u137F\\uAC00-\\uD7AF\\u3000-\\u30FF\\u31C0-\\u31EF\\u3200-\\u4DBF\\u4E00-\\u9FFF\\u2E80-\\u2FFF" +
  "\\uF900-\\uFAFF\\uFE30-\\uFE4F\\u{1F200}-\\u{1F2FF}\\u{20000}-\\u{2EBEF}\\u{2F800}-\\u{2FA1F}"
/** Beside Latin: modern Greek, and the Cyrillic of Russian, Tatar, Ukrainian and Macedonian. */
const SMALL = "α-ωάέίόώήύа-яёәөүҗңһіїєґѓѕјљњќѐѝ"
const LATIN = "\\p{Script=Latin}"
const LOWER = `[[\\p{Ll}&&[${LATIN}]]${SMALL}${UNCASED}]`
const UPPER = `[[\\p{Lu}&&[${LATIN}]]${SMALL.toUpperCase()}${UNCASED}]`
const LETTER = `[${LOWER}${UPPER}]`

const PUNCT = "…,:;!?¿؟¡\\(\\)\\[\\]\\{\\}<>_#*\\&。？！，、；：～·।،۔؛٪"
const QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉〈〉⟦⟧"
const MONEY = "$£€¥฿₽﷼₴\\u20A0-\\u20BF"
const UNITS =
  "km[²³]?|m[²³]?|dm[²³]?|cm[²³]?|mm[²³]?|ha|µm|nm|yd|in|ft|kg|g|mg|µg|t|lb|oz|m\\/s|km\\/h|kmh|mph|hPa|Pa|mbar|mb|MB|kb|KB|gb|GB|" +
  "tb|TB|T|G|M|K|%|км[²³]?|м[²³]?|дм[²³]?|см[²³]?|мм[²³]?|нм|кг|г|мг|м\\/с|км\\/ч|кПа|Па|мбар|Кб|КБ|кб|Мб|МБ|мб|Гб|ГБ|гб|Тб|ТБ|" +
  "тбكم|كم[²³]|م[²³]?|سم[²³]?|مم[²³]?|كم|غرام|جرام|جم|كغ|ملغ|كوب|اكواب"

/** What is cut off at the start of a run. */
export const PREFIX = new RegExp(`^(?:[§%=—–${PUNCT}${QUOTES}${MONEY}\\p{So}]|\\+(?![0-9])|\\.\\.+|(?:US|C|A)\\$)`, "v")

/** What is cut off at the end of a run: the longest that fits. */
export const SUFFIX = new RegExp(
  `(?:……|[${PUNCT}${QUOTES}—–\\p{So}]|\\.\\.+|['’][sS]|(?<=[0-9])(?:\\+|[${MONEY}]|(?:US|C|A)\\$|${UNITS})` +
    `|(?<=°[FfCcKk])\\.|(?<=[${LOWER}0-9%²\\-+\\|${PUNCT}${QUOTES}])\\.|(?<=${UPPER}${UPPER})\\.)$`,
  "v"
)

/** What cuts a run in its middle. */
export const INFIX = new RegExp(
  `\\.\\.+|[…\\p{So}]|(?<=[0-9])[+\\-*\\^](?=[0-9\\-])|(?<=[${LOWER}${QUOTES}])\\.(?=[${UPPER}${QUOTES}])|(?<=${LETTER}),(?=${LETTER})` +
    `|(?<=[${LETTER}0-9])(?:---?|——|[\\-–—~]|[:<>=\\/])(?=${LETTER})`,
  "gv"
)

const HOST = "[A-Za-z0-9\\u00a1-\\uffff]"
const OCTET = "(?:\\.(?:1?[0-9]{1,2}|2[0-4][0-9]|25[0-5]))"

/** An address of the web or of mail, which is one token whatever marks it holds. */
export const ADDRESS = new RegExp(
  `^(?:[\\p{L}\\p{N}_+\\-.]{2,}:\\/\\/)?(?:.+@)?(?:(?!10\\.|127\\.|169\\.254\\.|192\\.168\\.|172\\.(?:1[6-9]|2[0-9]|3[01])\\.)` +
    `(?:[1-9][0-9]?|1[0-9][0-9]|2[01][0-9]|22[0-3])${OCTET}{2}\\.(?:[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-4])` +
    `|(?:(?:${HOST}[A-Za-z0-9\\u00a1-\\uffff_\\-]{0,62})?${HOST}\\.)+${LOWER}{2,63})(?::[0-9]{2,5})?(?:[\\/?#].*)?$`,
  "sv"
)
