"""Records the ids and texts that the tokenizers package gives, for the conformance test of tokenizer.json files.

Usage: python bench/conformance/record-tokenizers.py OUT.json.gz [--random N] [--file NAME=TOKENIZER.JSON]...
with `pip install tokenizers==0.23.3 sentencepiece==0.2.3`. Tokenizers of every kind are trained here on a few sentences of
our own, so that they are small; each is built like the tokenizer of a published family, with that family's
normalizer, pre-tokenizer, post-processor and decoder. Ids of chosen texts are kept as they are, those of random texts as
hashes. A file given with --file is recorded too, its ids alone.
"""
import argparse
import gzip
import hashlib
import json
import random
import tempfile
from importlib.metadata import version
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SENTENCES = [
    "The sluice opens at dawn. The water runs, and the wheel turns; the miller counts 12 sacks, isn't that so?",
    "At dusk the sluice closes. It's 1,204.50 in 2024, we'll see: they've said they'd come, I'm sure you're right.",
    "for (let i = 0; i < 3; i++) {\n\twheel.turn(i)\n}\n\n    return water += 12;\r\n",
    "Die Schleuse öffnet früh, das Wasser läuft über, größer als gestern. Straße, Äpfel, Öl.",
    "L'écluse s'ouvre à l'aube, où l'élève naïf déjà reçu façonne un cœur.",
    "Шлюз открывается на рассвете, и вода бежит. Мельник считает мешки.",
    "Ο μύλος γυρίζει· ΟΔΟΣ, Σίσυφος, ὕδωρ ῥεῖ.",
    "水门在黎明打开，水流动，轮子转动。磨坊主数了十二袋。",
    "水門は夜明けに開く。ウォーター、カタカナ、ひらがな。",
    "수문은 새벽에 열린다. 물이 흐르고 바퀴가 돈다.",
    "تفتح البوابة عند الفجر والماء يجري. عدد الأكياس ١٢.",
    "शटर सुबह खुलता है, पानी बहता है।",
    "👍 👩‍👩‍👧‍👦 🇩🇪 ❤️ ½ ﬁ Ⅷ ²³ ™ “quoted” — dash… naïve café",
    "the the the water water wheel wheel of the mill is at the gate of the mill with the water and the gate",
    "opening opened opens reopen unopened openings waterwheel watermill millstone milling",
]
CHOSEN = SENTENCES + [
    "", " ", "  ", "\n", "\n\n\n", "\t", " a", "a ", "  a  b   c ", "\r\n\r\nx", "a\n b\n\n  c", "x\u00a0y\u3000z\u2003w", "\u0085x\u2028y\u2029",
    "I'm you'RE it'S don'T 'tis 's 'ſ 'll'll 've", "12345678901 3.14159 ٣٤٥ ⅷ ²³ 1st 2nd", "a1b2c3", "$100 50% #tag @user a_b-c.d/e\\f",
    "e\u0301 \u0301 o\u0308\u0323 \u1e69 \ufb03 Å \u212b", "ΟΔΟΣ ΣΑΣ İstanbul ı ß ẞ ǅ", "日本語のテキスト 中文字符 한국어 ไทย",
    "👩‍👩‍👧‍👦👍🏽🇩🇪 ☃️ 𝒳𝓎𝓏 𐍈 𠀋", "a\u200bb\u200dc\ufeffd\u00ade", "\ufeffstarts with a mark", "ctrl\x00\x01\x07\x1b\x7fend", "\ufffd \ue000 \U000f0000 \u0378",
    "<s>hello</s>", "[CLS] water [SEP] wheel [MASK]", "<|im_start|>user\nhi<|im_end|>\n", "<|begin_of_text|> x <|end_of_text|>",
    "a<mask>b <mask> c  <mask>  d", "aWORDb WORD WORD, WORDS", "Lower lower LOWER", "<extra><extra>  <extra>", "\n\n\n\n\n", "        deep\n    less",
    "supercalifragilisticexpialidocious" * 4, "x" * 120, "ab" * 60, "=" * 70, " " * 70, "▁under▁score ▁ __", "don't do not can't won't . , ! ? n't 's",
    "``quoted'' text", "<0x41> <0xE4><0xB8>", "##ing ##", "http://example.org/a?b=c&d=%20#e", "ÀÉÎÕÜ àéîõü Çç Ññ", "a.b,c;d:e!f?g", "（全角）ＡＢＣ１２３",
]
ALPHABET = list(" \n\t\r'saTheéöß日本水ウ한12½.,!?-_()<>|=▁#[]\u0301\u200d\u00a0\u3000\u0085\ufeffΣσſ") + [
    "the", "water", " wheel", "mill", "ing", "👍", "👩‍👧", "𠀋", "Ш", "ب", "ना", "<mask>", "WORD", "<s>", "[SEP]", "<|im_end|>", "<extra>", "'s", "'LL", "  ", "\n\n", "\r\n",
    "<0x0A>", "ﬁ", "Ａ", "İ", "\x00", "\u0378"]
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
)
RULES = {"ﬁ": "fi", "ﬃ": "ffi", "½": "1/2", "Ａ": "A", "Ｂ": "B", "Ｃ": "C", "１": "1", "２": "2", "³": "3", "…": "...", "\u3000": " ", "\u00a0": " ",
         "\u200b": " ", "e\u0301": "é", "\u212b": "Å", "™": "TM", "\t": " ", "\n": " ", "\r": " ", "“": '"', "”": '"', "❤️": "love", "\ufeff": ""}


def byte_level(pattern=None, prefix_space=False, digits=False):
    if digits:
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    if pattern is None:
        return pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def trained_bytes(pre_tokenizer, special, normalizer=None, ignore_merges=False, size=700):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(SENTENCES * 3, trainers.BpeTrainer(vocab_size=size, special_tokens=special, initial_alphabet=alphabet))
    return tokenizer


def sentencepiece_bpe(normalizer, pre_tokenizer, decoder, with_bytes=True, fuse=True):
    """Merges learned over marked words, then put under a model that knows bytes."""
    teacher = Tokenizer(models.BPE())
    teacher.pre_tokenizer = pre_tokenizers.Metaspace()
    teacher.train_from_iterator(SENTENCES * 3, trainers.BpeTrainer(vocab_size=500))
    learned = json.loads(teacher.to_str())["model"]
    names = ["<unk>", "<s>", "</s>"] + ([f"<0x{byte:02X}>" for byte in range(256)] if with_bytes else [])
    pieces = [piece for piece, _ in sorted(learned["vocab"].items(), key=lambda item: item[1])]
    vocab = {piece: place for place, piece in enumerate(dict.fromkeys(names + ["▁", "▁▁", "▁▁▁▁"] + pieces))}
    merges = [("▁", "▁"), ("▁▁", "▁▁")] + [tuple(pair) for pair in learned["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", byte_fallback=with_bytes, fuse_unk=fuse))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    return tokenizer


def character_map():
    """A small precompiled character map, as sentencepiece makes it of rules."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "rules.tsv")
        hexes = lambda text: " ".join(f"{ord(character):X}" for character in text)
        rules.write_text("".join(f"{hexes(a)}\t{hexes(b)}\n" for a, b in RULES.items()))
        Path(folder, "text.txt").write_text("\n".join(SENTENCES))
        sentencepiece.SentencePieceTrainer.train(
            input=f"{folder}/text.txt", model_prefix=f"{folder}/m", vocab_size=300, normalization_rule_tsv=str(rules),
            hard_vocab_limit=False, minloglevel=2)
        return field(field(Path(folder, "m.model").read_bytes(), 3), 2)


def field(message, wanted):
    """The bytes of a length-delimited field of a protocol buffer."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(message):
        key = varint()
        if key & 7 == 2:
            size = varint()
            if key >> 3 == wanted:
                return message[at:at + size]
            at += size
        elif key & 7 == 0:
            varint()
        else:
            at += 4 if key & 7 == 5 else 8
    raise ValueError(f"no field {wanted}")


def unigram(normalizer, pre_tokenizer, decoder, special=("<pad>", "</s>", "<unk>")):
    tokenizer = Tokenizer(models.Unigram())
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.train_from_iterator(SENTENCES * 3, trainers.UnigramTrainer(vocab_size=420, special_tokens=list(special), unk_token="<unk>"))
    return tokenizer


def word_piece(**settings):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**settings)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(SENTENCES * 3, trainers.WordPieceTrainer(vocab_size=600, special_tokens=special))
    return tokenizer


def template(tokenizer, single, pair, *names):
    known = [(name, tokenizer.token_to_id(name)) for name in names]
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=known)


def build():
    made = {}
    made["gpt2"] = trained_bytes(byte_level(), ["<|endoftext|>"])
    made["gpt2"].post_processor = processors.ByteLevel(trim_offsets=False)
    roberta = made["roberta"] = trained_bytes(byte_level(prefix_space=True), ["<s>", "<pad>", "</s>", "<unk>"])
    roberta.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    llama3 = made["llama3"] = trained_bytes(byte_level(LLAMA3), ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], ignore_merges=True)
    llama3.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        template(llama3, "<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1", "<|begin_of_text|>")])
    made["qwen2"] = trained_bytes(byte_level(QWEN2), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizers.NFC())
    made["qwen2"].add_tokens([AddedToken("<extra>", normalized=False), AddedToken("<tool_call>", normalized=False)])
    made["smollm"] = trained_bytes(byte_level(digits=True), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    made["cl100k"] = trained_bytes(byte_level(CL100K), ["<|endoftext|>"])
    llama2_decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    marks = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    llama2 = made["llama2"] = sentencepiece_bpe(marks, None, llama2_decoder)
    llama2.post_processor = template(llama2, "<s> $A", "<s> $A <s>:1 $B:1", "<s>")
    gemma_decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    gemma = made["gemma"] = sentencepiece_bpe(
        normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"), gemma_decoder)
    gemma.add_tokens([AddedToken("\n\n", normalized=False), AddedToken("\n\n\n", normalized=False), AddedToken("<extra>", normalized=False)])
    mistral = made["mistral"] = sentencepiece_bpe(
        None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False),
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]))
    mistral.post_processor = template(mistral, "<s> $A", "<s> $A $B", "<s>")
    made["no-bytes"] = sentencepiece_bpe(marks, None, llama2_decoder, with_bytes=False)
    made["no-bytes-apart"] = sentencepiece_bpe(marks, None, llama2_decoder, with_bytes=False, fuse=False)
    charsmap = normalizers.Precompiled(character_map())
    t5 = made["t5"] = unigram(charsmap, pre_tokenizers.Metaspace(), decoders.Metaspace())
    t5.post_processor = template(t5, "$A </s>", "$A </s> $B </s>", "</s>")
    made["xlm-roberta"] = unigram(
        charsmap, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), decoders.Metaspace())
    made["xlm-roberta"].add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    albert = made["albert"] = unigram(
        normalizers.Sequence([
            normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
            normalizers.Lowercase(), charsmap, normalizers.Replace(Regex(" {2,}"), " "), normalizers.Strip()]),
        pre_tokenizers.Metaspace(), decoders.Metaspace(), ("<pad>", "<unk>", "[CLS]", "[SEP]"))
    albert.add_special_tokens([AddedToken("[MASK]", lstrip=True, special=True)])
    albert.post_processor = template(albert, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", "[CLS]", "[SEP]")
    learned = json.loads(t5.to_str())["model"]["vocab"]
    bytes_too = [tuple(entry) for entry in learned] + [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    byte_unigram = made["unigram-bytes"] = Tokenizer(models.Unigram(bytes_too, 2, True))
    byte_unigram.normalizer = normalizers.Replace(" ", "▁")
    byte_unigram.decoder = gemma_decoder
    made["unigram-first"] = unigram(normalizers.Nmt(), pre_tokenizers.Metaspace(prepend_scheme="first"), decoders.Metaspace(prepend_scheme="first"))
    made["unigram-never"] = unigram(normalizers.NFKC(), pre_tokenizers.Metaspace(prepend_scheme="never"), decoders.Metaspace(prepend_scheme="never"))
    bert = made["bert-uncased"] = word_piece()
    bert.post_processor = template(bert, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", "[CLS]", "[SEP]")
    cased = made["bert-cased"] = word_piece(lowercase=False)
    cased.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made["bert-accents"] = word_piece(strip_accents=False, handle_chinese_chars=False)
    made["bert-raw"] = word_piece(clean_text=False)
    flags = made["flags"] = word_piece()
    flags.add_tokens([AddedToken("WORD", single_word=True), AddedToken("lower", normalized=True), AddedToken("<extra>", rstrip=True, normalized=False)])
    openai = made["openai-gpt"] = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    openai.normalizer = normalizers.BertNormalizer()
    openai.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    openai.decoder = decoders.BPEDecoder(suffix="</w>")
    openai.train_from_iterator(SENTENCES[:10] * 3, trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], end_of_word_suffix="</w>"))
    prefixed = made["bpe-prefix"] = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", fuse_unk=True))
    prefixed.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(False)])
    prefixed.decoder = decoders.WordPiece(cleanup=False)
    prefixed.train_from_iterator(SENTENCES[:8] * 3, trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], continuing_subword_prefix="##"))
    words = made["words"] = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    words.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    words.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("merged_with_next"), pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split("e", "merged_with_previous"),
        pre_tokenizers.Split(Regex(r"[a-d]+"), "contiguous"), pre_tokenizers.CharDelimiterSplit("x")])
    words.train_from_iterator(SENTENCES * 2, trainers.WordLevelTrainer(vocab_size=300, special_tokens=["[UNK]"]))
    return made


def random_texts(count):
    source = random.Random(7)
    return ["".join(source.choice(ALPHABET) for _ in range(source.randint(1, 40))) for _ in range(count)]


def digest(value):
    return hashlib.sha256(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()[:16]


def outcomes(tokenizer, text):
    """Ids with special tokens read and added, ids of content alone, and texts with and without special tokens."""
    whole = tokenizer.encode(text).ids
    tokenizer.encode_special_tokens = True
    content = tokenizer.encode(text, add_special_tokens=False).ids
    tokenizer.encode_special_tokens = False
    return [whole, content, tokenizer.decode(whole, skip_special_tokens=False), tokenizer.decode(whole)]


def record(tokenizer, randoms):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return {
        "chosen": [outcomes(tokenizer, text) for text in CHOSEN],
        "pairs": [tokenizer.encode(a, b).ids for a, b in zip(CHOSEN[:8], CHOSEN[8:16])],
        "random": [digest(outcomes(tokenizer, text)) for text in randoms],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--random", type=int, default=400)
    parser.add_argument("--file", action="append", default=[])
    options = parser.parse_args()
    randoms = random_texts(options.random)
    recorded = {name: {"definition": json.loads(tokenizer.to_str()), **record(tokenizer, randoms)} for name, tokenizer in build().items()}
    for given in options.file:
        name, path = given.split("=", 1)
        body = Path(path).read_bytes()
        recorded[name] = {"sha256": hashlib.sha256(body).hexdigest(), **record(Tokenizer.from_str(body.decode()), randoms)}
    body = {"tokenizers": version("tokenizers"), "chosen": CHOSEN, "random": randoms, "recorded": recorded}
    with open(options.out, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())
    print(f"{len(recorded)} tokenizers, {len(CHOSEN)} chosen texts, {len(randoms)} random ones")


if __name__ == "__main__":
    main()
