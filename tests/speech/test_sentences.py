"""The queue of what waits to be said never holds stale news."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vla_assistant.speech.sentences import WAITING, Sentence, Sentences


def said(sentences: Sentences, now: float = 0.0) -> list[str]:
    """What would be said from now on."""
    taken = []
    while (sentence := sentences.take(now)) is not None:
        taken.append(sentence.text)
    return taken


def test_a_newer_sentence_of_the_topic_replaces_the_one_that_waits() -> None:
    sentences = Sentences()
    for text, topic in (("step one", "progress 3"), ("hello", ""), ("step two", "progress 3")):
        sentences.put(Sentence(text, topic), 0.0)
    assert said(sentences) == ["hello", "step two"]


def test_sentences_without_a_topic_do_not_replace_each_other() -> None:
    sentences = Sentences()
    sentences.put(Sentence("one"), 0.0)
    sentences.put(Sentence("two"), 0.0)
    assert said(sentences) == ["one", "two"]


def test_what_waited_too_long_is_not_said() -> None:
    sentences = Sentences()
    sentences.put(Sentence("the arm moves", ttl_s=3.0), 10.0)
    sentences.put(Sentence("the cube is in the bowl"), 10.0)
    assert said(sentences, 13.5) == ["the cube is in the bowl"]


def test_an_urgent_sentence_drives_out_the_others() -> None:
    sentences = Sentences()
    sentences.put(Sentence("shall I?", "question"), 0.0)
    sentences.put(Sentence("Stopped.", urgent=True), 0.0)
    assert said(sentences) == ["Stopped."]


def test_a_forgotten_topic_is_not_said() -> None:
    sentences = Sentences()
    sentences.put(Sentence("shall I?", "question"), 0.0)
    sentences.put(Sentence("I see a cup."), 0.0)
    sentences.forget("question")
    assert said(sentences) == ["I see a cup."]
    sentences.put(Sentence("I see a cup."), 0.0)
    sentences.forget("")  # no topic is no topic
    assert len(sentences) == 1


@given(
    st.lists(
        st.builds(
            Sentence,
            st.text(min_size=1, max_size=3),
            st.sampled_from(["", "a", "b"]),
            st.floats(0, 10),
            st.booleans(),
        ),
        max_size=12,
    ),
    st.floats(0, 12),
)
def test_what_is_said_is_the_latest_in_order_and_fresh(news: list[Sentence], now: float) -> None:
    sentences = Sentences()
    for sentence in news:
        sentences.put(sentence, 0.0)
        assert len(sentences) <= WAITING
    taken = []
    while (sentence := sentences.take(now)) is not None:
        taken.append(sentence)
    assert all(sentence.ttl_s >= now for sentence in taken)
    positions = [max(i for i, one in enumerate(news) if one is sentence) for sentence in taken]
    assert positions == sorted(positions)
    topics = [sentence.topic for sentence in taken if sentence.topic]
    assert len(topics) == len(set(topics))
    if news and news[-1].ttl_s >= now:
        assert taken[-1] is news[-1]
