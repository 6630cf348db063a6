"""What a compose project reaches outside itself, held against what this host allows.

Pure: the model that compose resolved, where paths really lead, and the rules go in; what is
not allowed comes out. Never looks at the text of a compose file.
"""

from trueup.kinds.stack.reach.files import permit
from trueup.kinds.stack.reach.ground import Ground
from trueup.kinds.stack.reach.judge import NotAllowedError, refuse

__all__ = ["Ground", "NotAllowedError", "permit", "refuse"]
