"""Why the library `transformers` could not load a model, in a sentence."""


def loading_fault(error: Exception) -> str:
    """The cause in an error of the library, whose messages have several lines, without the dot at its end."""
    first = str(error).strip().partition("\n")[0].rstrip(". ")
    if first.endswith(":") and "tokenizer" in first:  # a list of what it tried follows
        return "its tokenizer is missing, or of a kind that needs another package"
    return first.rstrip(".: ") or type(error).__name__
