"""Many texts against many at once: the join behind `filter_texts`, in numpy or compiled.

Texts are arrays of token numbers. `keys` says under which numbers a text is looked for, and why no pair above the
threshold is missed; `runs` holds the kept texts by these keys; `search` finds the pairs; `greedy` decides in order.
"""
