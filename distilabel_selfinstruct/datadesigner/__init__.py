"""Parts of Self-Instruct as plugins for NVIDIA's Data Designer, which finds them by their entry points.

The novelty filter is a processor, the parsers are column generators, and seed tasks are a seed source. Nothing here is
imported unless Data Designer is installed (extra `datadesigner`).
"""
