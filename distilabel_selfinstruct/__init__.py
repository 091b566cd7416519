"""Self-Instruct (arXiv 2212.10560) for distilabel: components in `steps`, models in `llms`, a command `selfinstruct`.

`import distilabel_selfinstruct as si` offers the names of `__init__.pyi`: `si.run`, `si.RunConfig`, the steps, the LLM
classes, the errors. Each is imported when it is first used. A bare import loads no host and changes nothing.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
