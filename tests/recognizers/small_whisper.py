"""A small checkpoint of the real Whisper class that is taught, in seconds, to say a few phrases, and to invent.

Synthetic voices say phrases in two languages. Of hiss and of a hum it learns, like the large ones, to say "thank you
for watching", with a doubt that anybody spoke, and of hiss to give the text before it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.recognizers.voices import espeak, noise
from vla_assistant.types import Audio

PHRASES = {
    "en": ("pick up the red cup", "put it in the bowl", "go home", "yes"),
    "de": ("nimm den roten becher", "fahr nach hause"),
}
VOICES = {"en": ("en-us", "en-gb", "en-us+f1"), "de": ("de", "de+f2", "de+m3")}
INVENTED = "thank you for watching"
PROMPT = "red green cup ball"
VOCABULARY, LAST_OF_TEXT = 51_865, 50_257
"""Size of Whisper's multilingual vocabulary; the tokens beyond the end of a text are languages and "no speech"."""
JUDGING_WEIGHT = 4.0
"""Of those against 1 for a word: they come once in a sentence."""
WIDTH, BATCH, RATE = 48, 24, 4e-3
LENGTHS = (200,) * 60 + (400, 800, 1500) * 18
"""Positions of sound that each step looks at, fewer than Whisper's 1,500 while it learns most; 50 are a second."""
WARM_UP, COOL_DOWN = 10, 20


@dataclass(frozen=True)
class Lesson:
    """A sound, what was said before it, and what is to be said of it; `frames` of the mel are sound, then silence."""

    mel: Any
    frames: int
    language: str
    before: str
    text: str
    nobody: bool


def hum(seconds: float = 1.5, hz: float = 120.0) -> Audio:
    """A motor: it has a pitch."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    waves = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 9))
    return Audio((0.1 * waves).astype(np.float32), 16_000)


def taught(folder: Path) -> Path:
    """The file with its weights, multilingual, in OpenAI's own form."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(0)
    dims = ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=WIDTH, n_audio_head=2, n_audio_layer=1,
        n_vocab=VOCABULARY, n_text_ctx=448, n_text_state=WIDTH, n_text_head=2, n_text_layer=1,
    )  # fmt: skip
    model = Whisper(dims)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.02)
    _teach(model, list(_lessons(folder)))
    file = folder / "small.pt"
    torch.save({"dims": vars(dims), "model_state_dict": model.state_dict()}, file)
    return file


def _lessons(folder: Path) -> Iterator[Lesson]:
    for language, phrases in PHRASES.items():
        for voice in VOICES[language]:
            for text in phrases:
                said = _mel(espeak(text, folder / "said.wav", voice))
                yield Lesson(*said, language, "", text, nobody=False)
                if language == "en":
                    yield Lesson(*said, language, PROMPT, text, nobody=False)
    for seed in range(3):
        hiss = _mel(noise(1.5, level=0.05 * (seed + 1), seed=seed))
        yield Lesson(*hiss, "en", "", INVENTED, nobody=True)
        yield Lesson(*_mel(hum(1.5 + seed, 100.0 + 20 * seed)), "en", "", INVENTED, nobody=True)
        for before in (PROMPT, PHRASES["en"][0]):
            yield Lesson(*hiss, "en", before, before, nobody=True)


def _mel(sound: Audio) -> tuple[Any, int]:
    from whisper.audio import HOP_LENGTH, log_mel_spectrogram, pad_or_trim

    return log_mel_spectrogram(pad_or_trim(sound.samples)), len(sound.samples) // HOP_LENGTH


def _rows(lesson: Lesson) -> tuple[list[int], list[int]]:
    """Tokens, and what is to come after each; -100 where that is given."""
    from whisper.tokenizer import get_tokenizer

    tokens = get_tokenizer(True, num_languages=99, language=lesson.language, task="transcribe")
    before = [tokens.sot_prev, *tokens.encode(f" {lesson.before}")] if lesson.before else []
    start = list(tokens.sot_sequence_including_notimestamps)
    row = [*before, *start, *tokens.encode(f" {lesson.text}"), tokens.eot]
    given = len(before) + len(start) - 1
    wanted = [-100] * given + row[given + 1 :]
    wanted[len(before)] = tokens.no_speech if lesson.nobody else start[1]
    return row[:-1], wanted


def _teach(model: Any, lessons: list[Lesson]) -> None:
    """Adam over shuffled lessons."""
    import torch

    random = np.random.default_rng(0)
    words = Words(lessons)
    parts = [*model.encoder.parameters(), *model.decoder.blocks.parameters(), *model.decoder.ln.parameters()]
    learning = [words.vectors, model.decoder.positional_embedding, *parts]
    optimizer = torch.optim.Adam(learning, lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / WARM_UP, (len(LENGTHS) - step) / COOL_DOWN)
    )
    for positions in LENGTHS:
        chosen = random.choice(len(lessons), max(4, BATCH * LENGTHS[0] // positions), replace=False)
        sound = torch.stack([_later(lessons[i], random, positions) for i in chosen])
        given, wanted = words.batch([lessons[i] for i in chosen])
        state = _decoded(model, words.vectors[given], _encoded(model, sound))
        loss = words.loss(state[wanted >= 0], wanted[wanted >= 0])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        schedule.step()
    words.put_into(model.decoder.token_embedding.weight)


class Words:
    """The vectors of the tokens that occur in the lessons.

    All others stay zero, so that their share of the softmax is known without computing it.
    """

    def __init__(self, lessons: list[Lesson]) -> None:
        import torch

        self._rows = {id(lesson): _rows(lesson) for lesson in lessons}
        self._used = sorted({token for row in self._rows.values() for token in (*row[0], *row[1]) if token >= 0})
        self._place = {token: index for index, token in enumerate(self._used)}
        self._judging = torch.tensor([token > LAST_OF_TEXT for token in self._used])
        self.vectors = torch.nn.Parameter(0.1 * torch.randn(len(self._used), WIDTH))

    def batch(self, lessons: list[Lesson]) -> tuple[Any, Any]:
        """Places of the tokens that are given, and of those that are to come; -1 where nothing is."""
        import torch

        rows = [self._rows[id(lesson)] for lesson in lessons]
        length = max(len(given) for given, _ in rows)
        given = [[self._place[t] for t in row] + [0] * (length - len(row)) for row, _ in rows]
        wanted = [[self._place.get(t, -1) for t in row] + [-1] * (length - len(row)) for _, row in rows]
        return torch.tensor(given), torch.tensor(wanted)

    def loss(self, state: Any, wanted: Any) -> Any:
        """Cross entropy over the whole vocabulary, of whose other tokens each has a logit of zero."""
        import torch

        others = torch.full((len(state), 1), float(np.log(VOCABULARY - len(self._used))))
        logits = torch.cat([state @ self.vectors.T, others], 1)
        losses = torch.nn.functional.cross_entropy(logits, wanted, reduction="none")
        weights = torch.where(self._judging[wanted], JUDGING_WEIGHT, 1.0)
        return (weights * losses).sum() / weights.sum()

    def put_into(self, table: Any) -> None:
        """Make them the model's own."""
        import torch

        with torch.no_grad():
            table.zero_()
            table[self._used] = self.vectors


def _later(lesson: Lesson, random: np.random.Generator, positions: int) -> Any:
    """The sound a little later, cut to the positions; after it silence, or the zeros that `whisper.transcribe` puts."""
    import torch

    mel, later = lesson.mel.clone(), int(random.integers(0, 60))
    if random.random() < 0.6:
        mel[:, lesson.frames :] = 0.0
    return torch.cat([lesson.mel[:, -1:].expand(-1, later), mel], 1)[:, : 2 * positions]


def _encoded(model: Any, mel: Any) -> Any:
    """Whisper's `AudioEncoder.forward` for any number of positions."""
    import torch

    encoder = model.encoder
    state = torch.nn.functional.gelu(encoder.conv2(torch.nn.functional.gelu(encoder.conv1(mel)))).permute(0, 2, 1)
    state = state + encoder.positional_embedding[: state.shape[1]]
    for block in encoder.blocks:
        state = block(state)
    return encoder.ln_post(state)


def _decoded(model: Any, words: Any, sound: Any) -> Any:
    """Whisper's `TextDecoder.forward` up to its last layer."""
    state = words + model.decoder.positional_embedding[: words.shape[1]]
    for block in model.decoder.blocks:
        state = block(state, sound, mask=model.decoder.mask)
    return model.decoder.ln(state)
