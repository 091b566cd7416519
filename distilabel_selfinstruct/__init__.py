"""Self-Instruct (arXiv 2212.10560) for distilabel: components in `steps`, models in `llms`, a command `selfinstruct`.

Importing this module imports no host and changes nothing: `distilabel_selfinstruct.steps` needs distilabel, the plain
parts do not.
"""

__version__ = "0.1.0"
