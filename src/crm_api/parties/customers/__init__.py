"""Customers: companies and persons we deal with. The example every resource is copied from."""
