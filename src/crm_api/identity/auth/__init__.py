"""How somebody proves who they are: access tokens, passwords, opaque secrets."""
