"""All that people said: answers, decisions, feedback, Table 2, comparisons, agreement."""
