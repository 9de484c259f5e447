"""The neural stop spotter: hears a stop word in the raw stream of the microphone, whatever else goes on.

microphone blocks -> `features` (speech embeddings, one every 80 ms) -> `classifier` (which stop word has just been
said) -> `spotter` (when that is a hit), with `own_voice` beside it, so that our own "stop" stops nothing. The user's
own words and longer phrases ("hold on", "don't move") are heard by the recognizers' path, which runs in parallel.
"""
