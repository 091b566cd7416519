"""Self-Instruct (arXiv 2212.10560) for distilabel: components in `steps`, models in `llms`, a command `selfinstruct`.

Importing this module imports no host: `distilabel_selfinstruct.steps` needs distilabel, the plain parts do not.
"""

from distilabel_selfinstruct.host_fixes.import_warnings import silence

__version__ = "0.1.0"

silence()  # before any module of ours imports the host for the first time
