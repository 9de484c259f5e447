"""Words that may make a request one for nobody, for another time or on a condition; no story holds one."""

from __future__ import annotations

RESERVED = frozenset((
    "if", "unless", "when", "whenever", "until", "till", "or", "but", "either", "rather", "instead", "except", "only", "otherwise", "not", "no",
    "never", "nobody", "none", "neither", "nor", "without", "nothing", "stop", "wait", "cancel", "hold", "halt", "later", "tomorrow", "tonight", "soon", "eventually",
    "say", "says", "said", "saying", "tell", "tells", "told", "telling", "ask", "asks", "asked", "asking", "shout", "shouts", "shouted", "whisper",
    "yell", "yells", "yelled", "read", "reads", "write", "writes", "wrote", "call", "called", "mean", "means", "meant", "think", "thinks",
    "thought", "hear", "heard", "want", "wants", "wanted", "order", "orders", "ordered", "suggested", "suggests", "claim", "claims", "pretend", "imagine",
    "wonder", "dream", "dreamt", "dreamed", "should", "shouldnt", "must", "mustnt", "would", "wouldnt", "could", "couldnt", "might", "maybe", "perhaps", "hope", "wish",
    "forget", "kidding", "joking", "joke", "quote", "sentence", "word", "words", "dont", "cannot", "cant", "wont", "didnt", "doesnt", "isnt",
    "arent", "wasnt", "neednt", "avoid", "refuse", "warn", "warned", "forbid", "forbidden", "allowed", "before", "after", "ask", "going", "plan", "planned", "planning", "why", "how", "question", "test",
    "you", "youre", "youd", "will", "shall", "gonna", "once", "unless", "anyone", "whether", "try", "tries", "tried", "instructions", "sign", "note", "reply", "answer", "song", "film", "book", "story", "game",
))  # fmt: skip
