"""A checkpoint in OpenAI's form as faster-whisper wants it: through the classes of transformers and CTranslate2."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

RENAMED = (
    (r"blocks", "layers"), (r"cross_attn_ln", "encoder_attn_layer_norm"), (r"attn_ln", "self_attn_layer_norm"),
    (r"mlp_ln", "final_layer_norm"), (r"mlp\.0", "fc1"), (r"mlp\.2", "fc2"), (r"\.cross_attn\.", ".encoder_attn."),
    (r"\.attn\.", ".self_attn."), (r"\.query", ".q_proj"), (r"\.key", ".k_proj"), (r"\.value", ".v_proj"),
    (r"\.out\.", ".out_proj."), (r"decoder\.ln\.", "decoder.layer_norm."), (r"ln_post", "layer_norm"),
    (r"token_embedding", "embed_tokens"), (r"positional_embedding", "embed_positions.weight"),
)  # fmt: skip
"""OpenAI's names of tensors -> those of transformers. Source: the two packages' own modules, side by side."""
LANGUAGE = len("<|yue|>")
"""The names of languages are shorter than all other tokens that are no text."""


def converted(weights: Path, folder: Path) -> Path:
    """A folder with the model for CTranslate2 and its tokenizer."""
    from ctranslate2.converters import TransformersConverter

    source = folder / "transformers"
    _transformers_model(weights).save_pretrained(source)
    _tokenizer().save_pretrained(source)
    (source / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80}), encoding="utf-8")
    copied = ["tokenizer.json", "preprocessor_config.json"]
    target = folder / "small"
    TransformersConverter(str(source), copy_files=copied).convert(str(target))
    return target


def _transformers_model(weights: Path) -> Any:
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    content = torch.load(weights, weights_only=True)
    dims = content["dims"]
    model = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=dims["n_vocab"], d_model=dims["n_audio_state"], num_mel_bins=dims["n_mels"],
            encoder_layers=dims["n_audio_layer"], encoder_attention_heads=dims["n_audio_head"],
            decoder_layers=dims["n_text_layer"], decoder_attention_heads=dims["n_text_head"],
            encoder_ffn_dim=4 * dims["n_audio_state"], decoder_ffn_dim=4 * dims["n_text_state"],
            max_source_positions=dims["n_audio_ctx"], max_target_positions=dims["n_text_ctx"],
        )
    )  # fmt: skip
    tensors = {_renamed(name): tensor for name, tensor in content["model_state_dict"].items()}
    tensors["proj_out.weight"] = tensors["model.decoder.embed_tokens.weight"]
    model.load_state_dict(tensors)
    generation = model.generation_config
    generation._from_model_config = False  # else it is made anew, without the languages, when it is read
    generation.lang_to_id = {token: number for token, number in _special().items() if len(token) <= LANGUAGE}
    generation.suppress_tokens, generation.begin_suppress_tokens = [], []
    return model


def _renamed(name: str) -> str:
    for pattern, new in RENAMED:
        name = re.sub(pattern, new, name)
    return f"model.{name}"


def _special() -> dict[str, int]:
    """The tokens that are no text, in the order of their numbers."""
    from whisper.tokenizer import get_encoding

    tokens = get_encoding("multilingual", num_languages=99)._special_tokens
    return dict(sorted(tokens.items(), key=lambda item: item[1]))


def _tokenizer() -> Any:
    """Whisper's own multilingual tokenizer, from the ranks that openai-whisper brings."""
    import whisper
    from transformers import PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter
    from whisper.tokenizer import get_encoding

    ranks = Path(whisper.__file__).parent / "assets" / "multilingual.tiktoken"
    encoding = get_encoding("multilingual", num_languages=99)
    special = list(_special())
    words = TikTokenConverter(str(ranks), pattern=encoding._pat_str, extra_special_tokens=special).converted()
    return PreTrainedTokenizerFast(tokenizer_object=words, extra_special_tokens=special)
