# The names of this room. This list is its one declaration: `__init__.py` reads them from here.

from .classification import Classification as Classification
from .classification import parse_classification as parse_classification
from .instances import parse_instances as parse_instances
from .instructions import parse_instructions as parse_instructions
