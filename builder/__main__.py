"""`python -m builder` is the command `proofpress`."""

import sys

from builder.cli import main

sys.exit(main())
