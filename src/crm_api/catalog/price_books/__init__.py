"""Price books: what products cost, for whom, when and from which quantity on (价格表)."""
