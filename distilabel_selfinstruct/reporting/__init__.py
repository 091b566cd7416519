"""A report on a dataset: Tables 1 and 2 and figures 3 to 5 of the paper, and how the run went."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
