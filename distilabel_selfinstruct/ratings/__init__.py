"""What people said about the data, and what follows: answers, decisions, feedback, Table 2, comparisons, agreement."""
