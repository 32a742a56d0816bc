"""What a password may look like in a body; what it must be is said by `passwords`."""

from typing import Annotated

from pydantic import StringConstraints

Password = Annotated[str, StringConstraints(min_length=1, max_length=512, strip_whitespace=False)]
