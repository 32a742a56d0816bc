"""What is left of what a customer paid: receipts less refunds, the cost of goods and linked expenses (客户利润)."""
