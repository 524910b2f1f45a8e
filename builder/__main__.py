"""`python -m builder` is the command `proofpress`."""

import sys

try:
    from builder.cli import main
    from builder.console import INTERRUPTED
except KeyboardInterrupt:
    sys.exit(130)

try:
    code = main()
except KeyboardInterrupt:  # while another was told
    code = INTERRUPTED
sys.exit(code)
