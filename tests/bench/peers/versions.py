"""What each peer is called in the table."""

import flint
import gmpy2
import mpmath
import numpy

MPMATH = f"mpmath {mpmath.__version__} (gmpy2 {gmpy2.version()})"
FLINT = f"python-flint {flint.__version__} (FLINT {flint.__FLINT_VERSION__})"
NUMPY = f"NumPy {numpy.__version__}"
