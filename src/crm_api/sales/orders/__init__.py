"""Orders: what customers have bought, from the promise to the delivery (订单)."""
