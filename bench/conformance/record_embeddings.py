"""Records token ids of a small WordPiece tokenizer, and vectors of small BERT encoders and of all-MiniLM-L6-v2, for the tests.

Usage: python bench/conformance/record_embeddings.py MODEL OUT.json, with tokenizers, transformers, torch, sentence-transformers
and numpy. MODEL is the folder of all-MiniLM-L6-v2. The small encoders have weights that a formula gives (`weight`), so that the
test makes the same; vectors are written as base64 of little-endian 32-bit floats.
"""
import base64
import json
import math
import sys
from importlib.metadata import version

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

PIECES = (
    "[PAD] [UNK] [CLS] [SEP] the gate ##s open ##ed un ##open ##able at dawn . , ! 1 ##2 ##3 é e ##e ß σ ##σ α o ##o "
    "東 京 $ ' t don s ##luice sluice w ##e ##ir water wheel turn ##ing"
).split()

TEXTS = [
    "", " ", "The gates opened at dawn.", "unopenable!", "don't 123, 12", "ÉÉ é e\u0301", "ΑΣ ΣΑ ΣΑΣ", "straße ß",
    "東京の gate", "a\u0000b\u00adc\u200b the\u00a0gate\tat\ndawn\u000bthe", "the [SEP] gate [MASK]", "x" * 101 + " the",
    "the" * 34, "sluice s$luice $$", "\ufffd the \u2028 weir", "water wheel turning turns 😀 gate"
]

REAL = [
    "The north gate of the old sluice opens every morning at dawn.",
    "At daybreak the old lock's northern gate is opened.",
    "Bread is made from flour, water and salt.",
    "",
    "a",
    "Tout le monde était là: Éloïse, Ærøskøbing, 東京 & Straße!",
    "word " * 400,
    " ".join(f"Sentence number {i} speaks of water level {i * 7 % 13} at the weir." for i in range(12)),
    "unaffable [SEP] antidisestablishmentarianism 123,456.78 \u200b emoji \U0001f600",
]

SHAPES = {
    "mean": {"hidden_act": "gelu", "layers": 2, "heads": 2, "pooling": "mean"},
    "first": {"hidden_act": "gelu_new", "layers": 1, "heads": 4, "pooling": "first"},
    "max": {"hidden_act": "relu", "layers": 1, "heads": 2, "pooling": "max"},
}


def weight(name, shape):
    """sin of place and name, small; gains of norms around 1."""
    start = sum((i + 1) * ord(c) for i, c in enumerate(name)) % 1000
    values = [math.sin(0.7 * i + start) * 0.2 for i in range(int(np.prod(shape)))]
    if name.endswith("LayerNorm.weight"):
        values = [1 + v for v in values]
    return torch.tensor(np.array(values, dtype=np.float64).reshape(shape).astype(np.float32))


def tokenizer_json():
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for i, t in enumerate(PIECES[:4])
        ],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                  "vocab": {piece: i for i, piece in enumerate(PIECES)}},
    }


def packed(vector):
    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode()


def small(shape, ids):
    config = BertConfig(
        vocab_size=len(PIECES), hidden_size=16, intermediate_size=24, num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"], max_position_embeddings=48, type_vocab_size=2, hidden_act=shape["hidden_act"],
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.copy_(weight(name, tensor.shape))
        states = model(input_ids=torch.tensor([ids[:48]])).last_hidden_state[0]
    pooled = {"mean": states.mean(0), "first": states[0], "max": states.max(0).values}[shape["pooling"]]
    return packed((pooled / pooled.norm()).numpy())


def main(folder, out):
    torch.set_num_threads(1)
    tokens = Tokenizer.from_str(json.dumps(tokenizer_json()))
    ids = [tokens.encode(text).ids for text in TEXTS]
    real = SentenceTransformer(folder, device="cpu")
    vectors = real.encode(REAL, normalize_embeddings=True, batch_size=1)
    record = {
        "made with": {name: version(name) for name in ("tokenizers", "transformers", "torch", "sentence-transformers")},
        "tokenizer": tokenizer_json(),
        "texts": [{"text": text, "ids": one} for text, one in zip(TEXTS, ids)],
        "small": {name: {**shape, "vectors": [small(shape, one) for one in ids]} for name, shape in SHAPES.items()},
        "real": [{"text": text, "vector": packed(vector)} for text, vector in zip(REAL, vectors)],
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False, indent=1)
        file.write("\n")


main(*sys.argv[1:])
