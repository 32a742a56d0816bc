"""What was said and done with customers: calls, visits, mails, messages, meetings (交往记录)."""
